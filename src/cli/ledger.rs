//! `rel9 ledger`: verifies and shows a recovery ledger, and adds attested restore tests.

pub mod file;

use super::exit::{Exit, Failure};
use super::flags;
use super::streams;
use crate::audit::ledger::evidence::Attestation;
use crate::audit::ledger::{Entry, Outcome, SCHEMA};
use crate::report::escape::terminal;
use chrono::{DateTime, SubsecRound, Utc};
use clap::{Subcommand, ValueEnum};
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Verify the whole hash chain
    Verify {
        /// The ledger
        file: PathBuf,
        /// Hash that the chain must contain, such as audit.ledger_head of an earlier findings document
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
    /// Show the entries, if the chain is valid
    Show {
        /// The ledger
        file: PathBuf,
        /// Show only entries of this resource
        #[arg(long, value_name = "ARN")]
        resource: Option<String>,
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Add a restore test that a person ran
    Attest(Box<Attest>),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Table,
    Json,
}

#[derive(Debug, clap::Args)]
struct Attest {
    /// The ledger; created if missing
    file: PathBuf,
    /// The resource whose backup was restored
    #[arg(long, value_name = "ARN", value_parser = arn)]
    resource: String,
    /// When the restore finished; a date stands for its start in UTC
    #[arg(long, value_name = "RFC3339|YYYY-MM-DD", value_parser = flags::moment)]
    date: DateTime<Utc>,
    /// How long it took until the data was usable, such as 2h30m
    #[arg(long, value_parser = took)]
    duration: i64,
    /// Whether the data was restored; a failed test is evidence, too
    #[arg(long, value_enum)]
    result: TestResult,
    /// Who ran the test
    #[arg(long, value_name = "NAME", value_parser = said)]
    operator: String,
    /// The ticket that documents it
    #[arg(long, value_name = "ID", value_parser = said)]
    ticket: String,
    /// Free text
    #[arg(long, value_name = "TEXT", value_parser = said)]
    note: Option<String>,
    /// The restored data was checked, and was correct
    #[arg(long)]
    validated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum TestResult {
    Success,
    Failure,
}

pub fn run(args: Args) -> Result<Exit, Failure> {
    match args.command {
        Command::Verify { file, head } => verify(&file, head.as_deref()),
        Command::Show { file, resource, format } => show(&file, resource.as_deref(), format),
        Command::Attest(attest) => self::attest(*attest),
    }
}

fn verify(path: &Path, head: Option<&str>) -> Result<Exit, Failure> {
    let chain = file::read(path)?;
    let count = chain.entries().len();
    let mut text = format!("{}: the chain holds: {count} entries, head {}\n", path.display(), chain.head());
    if let Some(given) = head {
        let hash = if given.starts_with("sha256:") { given.to_owned() } else { format!("sha256:{given}") };
        match chain.entries_after(&hash) {
            Some(0) => text.push_str("it ends at the given head\n"),
            Some(after) => {
                let _ = writeln!(text, "it contains the given head; {after} entries follow it");
            }
            None => {
                return Err(Failure::from(format!(
                    "{}: the chain does not contain {}: entries were removed at its end, or it is another ledger",
                    path.display(),
                    terminal(&hash)
                )));
            }
        }
    }
    streams::print(&text)?;
    Ok(Exit::Passed)
}

fn show(path: &Path, resource: Option<&str>, format: Format) -> Result<Exit, Failure> {
    let chain = file::read(path)?;
    let entries: Vec<&Entry> = chain.entries().iter().filter(|entry| resource.is_none_or(|resource| entry.resource == resource)).collect();
    let text = match format {
        Format::Json => {
            let document = json!({ "schema": SCHEMA, "head": chain.head(), "entries": entries });
            streams::print_json(&document)?;
            return Ok(Exit::Passed);
        }
        Format::Table => {
            let mut text = String::new();
            for entry in &entries {
                let _ = writeln!(text, "{}", terminal(&line_of(entry)));
            }
            let _ = writeln!(text, "{} of {} entries, head {}", entries.len(), chain.entries().len(), chain.head());
            text
        }
    };
    streams::print(&text)?;
    Ok(Exit::Passed)
}

/// An entry for people.
fn line_of(entry: &Entry) -> String {
    let mut text = format!(
        "line {:<4} {} {:12} {}: {}",
        entry.line(),
        entry.at.format("%Y-%m-%d %H:%M"),
        entry.kind.as_str(),
        entry.resource,
        entry.source
    );
    if let Some(result) = entry.result {
        let took =
            entry.took_seconds.map_or(String::new(), |seconds| format!(" in {}", crate::inventory::figures::human_duration(seconds)));
        let checked = if entry.validated == Some(true) { ", validated" } else { "" };
        let _ = write!(text, ", {}{took}{checked}", if result == Outcome::Success { "success" } else { "failure" });
    }
    for said in [&entry.message, &entry.note].into_iter().flatten() {
        let _ = write!(text, " ({said})");
    }
    text
}

fn attest(args: Attest) -> Result<Exit, Failure> {
    let now = Utc::now().trunc_subsecs(0);
    if args.date > now {
        return Err(Failure::from(format!("--date {} is in the future: only past restores can be attested", args.date.to_rfc3339())));
    }
    if args.validated && args.result == TestResult::Failure {
        return Err(Failure::from(
            "--validated means that the restored data was correct, --result failure that the restore failed".to_owned(),
        ));
    }
    let draft = Attestation {
        resource: args.resource,
        at: args.date,
        took_seconds: args.duration,
        result: if args.result == TestResult::Success { Outcome::Success } else { Outcome::Failure },
        validated: args.validated,
        operator: args.operator,
        ticket: args.ticket,
        note: args.note,
    }
    .draft();
    file::prepare(&args.file)?;
    let chain = file::change(&args.file, |chain| match chain.same(&draft) {
        Some(known) => Err(format!(
            "{}:{}: already has an attestation of this restore (same resource, date, operator and ticket)",
            args.file.display(),
            known.line()
        )),
        None => Ok(chain.extend(vec![draft.clone()], now)),
    })?;
    let line = chain.entries().last().map_or(1, Entry::line);
    streams::print(&format!("{}:{line}: added, head {}\n", args.file.display(), chain.head()))?;
    Ok(Exit::Passed)
}

fn arn(text: &str) -> Result<String, String> {
    let whole = text.split(':').count() >= 6 && text.starts_with("arn:") && !text.ends_with(':') && !text.contains(char::is_whitespace);
    if whole { Ok(text.to_owned()) } else { Err("not an ARN; write it as arn:aws:rds:eu-central-1:111122223333:db:shop".to_owned()) }
}

/// `2h30m` in seconds.
fn took(text: &str) -> Result<i64, String> {
    let wrong = || "write it as 45m, 2h30m or 1d4h".to_owned();
    let mut total: i64 = 0;
    for part in text.split_inclusive(|character: char| character.is_ascii_alphabetic()) {
        let seconds = crate::inventory::figures::parse_duration(part).filter(|_| part.starts_with(|first: char| first.is_ascii_digit()));
        total = seconds.and_then(|seconds| total.checked_add(seconds)).ok_or_else(wrong)?;
    }
    if total > 0 { Ok(total) } else { Err(format!("must be longer than zero: {}", wrong())) }
}

fn said(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("it must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(took("2h30m"), Ok(9_000));
        assert_eq!(took("45m"), Ok(2_700));
        for wrong in ["", "0m", "2h30", "h", "2h-30m", "2 hours", "9223372036854775807d", "9223372036854775807s1s", "1h+2m"] {
            assert!(took(wrong).is_err(), "{wrong}");
        }
    }
}
