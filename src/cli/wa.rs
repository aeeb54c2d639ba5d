//! `rel9 wa push`: writes the answer to REL 9 into the AWS Well-Architected Tool. The only command that writes to
//! anything but files: it shows the changes, and asks first.

use super::exit::{Exit, Failure};
use super::live::runtime;
use super::progress::progress;
use super::report;
use super::streams::{self, Verbosity};
use crate::aws::well_architected::{Change, Current, Question, Tool, ToolError};
use crate::report::escape::terminal;
use crate::report::wa::{self, Answer, ChoiceStatus};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write a workload's answer to REL 9 (the only command that changes anything in AWS)
    Push(PushArgs),
}

#[derive(Debug, clap::Args)]
struct PushArgs {
    /// Findings document, as `rel9 audit --format json=FILE` writes it
    #[arg(value_name = "FINDINGS")]
    findings: PathBuf,
    /// The id of the workload: 32 digits, the end of its ARN
    #[arg(long, value_name = "ID", value_parser = workload_id)]
    workload_id: String,
    /// Profile of the AWS configuration files
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Region of the workload [default: the Region of the environment or the profile]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Write without asking
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    /// Only show the difference
    #[arg(long)]
    dry_run: bool,
}

/// The pattern of `WorkloadId` in the API reference.
fn workload_id(text: &str) -> Result<String, String> {
    let fits = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if fits { Ok(text.to_owned()) } else { Err("a workload's id is 32 digits of 0-9 and a-f, the end of its ARN".to_owned()) }
}

impl From<ToolError> for Failure {
    fn from(error: ToolError) -> Self {
        let exit = if error.exit_code() == 3 { Exit::Incomplete } else { Exit::Unusable };
        Failure { exit, message: terminal_lines(&error.to_string()) }
    }
}

/// `rel9 wa`.
pub fn run(args: Args, verbosity: Verbosity) -> Result<Exit, Failure> {
    let Command::Push(args) = args.command;
    let answer = wa::answer(&report::read(&args.findings)?);
    if !args.yes && !args.dry_run && !io::stdin().is_terminal() {
        let message = "cannot ask for confirmation without a terminal: --yes writes without asking, --dry-run only shows the changes";
        return Err(Failure::from(message.to_owned()));
    }
    runtime()?.block_on(push(&args, &answer, verbosity))
}

async fn push(args: &PushArgs, answer: &Answer, verbosity: Verbosity) -> Result<Exit, Failure> {
    let tool = Tool::open(args.profile.clone(), args.region.clone(), progress(verbosity)).await?;
    let question = Question { workload: &args.workload_id, lens: answer.lens_alias, question: answer.question_id };
    let current = tool.read(question).await?;
    let change = change(answer, &current)?;
    let lines = difference(answer, &current, &change);
    let place = format!("workload {} in {}", args.workload_id, tool.region);
    if lines.is_empty() {
        streams::print(&format!("REL 9 of {place} already has this answer.\n"))?;
        return Ok(Exit::Passed);
    }
    streams::print(&format!("REL 9 of {place}, risk now {}:\n{}\n", terminal(&current.risk), lines.join("\n")))?;
    if args.dry_run {
        return Ok(Exit::Passed);
    }
    if !args.yes && !agreed()? {
        streams::tell("nothing was written");
        return Ok(Exit::Passed);
    }
    let risk = tool.write(question, &change).await?;
    streams::print(&format!("Written. The tool gives it the risk {}.\n", terminal(&risk)))?;
    Ok(Exit::Passed)
}

/// The answer to write, which keeps decisions that people made in the tool. A choice that is not applicable stays so. Choices without a best
/// practice ("None of these") stay selected as long as nothing else is.
fn change(answer: &Answer, current: &Current) -> Result<Change, Failure> {
    let missing: Vec<&str> =
        answer.choices.iter().map(|choice| choice.id).filter(|id| !current.offered.iter().any(|offered| offered == id)).collect();
    if !missing.is_empty() {
        let message = format!("the workload's question {} has no choice {}: nothing was written", answer.question_id, missing.join(", "));
        return Err(Failure::from(message));
    }
    let applies = |id: &str| !current.said.get(id).is_some_and(|said| said.not_applicable);
    let written = || answer.choices.iter().filter(|choice| applies(choice.id));
    let is_ours = |id: &String| answer.choices.iter().any(|choice| choice.id == id);
    let mut selected: Vec<String> =
        written().filter(|choice| choice.status == ChoiceStatus::Selected).map(|choice| choice.id.to_owned()).collect();
    if selected.is_empty() {
        selected = current.selected.iter().filter(|id| !is_ours(id)).cloned().collect();
    }
    let choices = written().map(|choice| (choice.id.to_owned(), (choice.status == ChoiceStatus::Selected, choice.notes.clone())));
    Ok(Change { selected, choices: choices.collect(), notes: answer.notes.clone(), is_applicable: answer.is_applicable })
}

/// The changes, one per line; empty when there are none.
fn difference(answer: &Answer, current: &Current, change: &Change) -> Vec<String> {
    let mut lines = Vec::new();
    let word = |selected: bool| if selected { "selected" } else { "not selected" };
    let mut status = |name: &str, id: &str| {
        let (before, after) = (current.selected.iter().any(|known| known == id), change.selected.iter().any(|known| known == id));
        if before != after {
            lines.push(format!("  {}: {} -> {}", terminal(name), word(before), word(after)));
        }
    };
    for choice in &answer.choices {
        status(&format!("{} {}", choice.best_practice.id(), choice.best_practice.title()), choice.id);
    }
    for id in current.selected.iter().filter(|id| !answer.choices.iter().any(|choice| choice.id == id.as_str())) {
        status(id, id);
    }
    if current.is_applicable != change.is_applicable {
        lines.push("  the question: not applicable -> applicable".to_owned());
    }
    let mut notes = |name: &str, before: &str, after: &str| {
        if before != after {
            lines.push(format!("  notes of {name}:"));
            lines.push(format!("    - {}", terminal(before)));
            lines.push(format!("    + {}", terminal(after)));
        }
    };
    for choice in &answer.choices {
        let before = current.said.get(choice.id).map_or("", |said| said.notes.as_str());
        if let Some((_, after)) = change.choices.get(choice.id) {
            notes(choice.best_practice.id(), before, after);
        }
    }
    notes("the question", &current.notes, &change.notes);
    lines
}

fn agreed() -> Result<bool, Failure> {
    let fail = |error: io::Error| Failure::from(format!("cannot ask: {error}"));
    let mut err = io::stderr().lock();
    write!(err, "Write this answer? [y/N] ").and_then(|()| err.flush()).map_err(fail)?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(fail)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn terminal_lines(text: &str) -> String {
    text.lines().map(terminal).collect::<Vec<_>>().join("\n")
}
