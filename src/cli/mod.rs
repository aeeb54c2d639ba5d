//! The command line: flags are parsed once, turned into what the rooms need, and every way to end has its exit code.

mod rules;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// How the program ends; the numbers are a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The gate passed.
    Passed = 0,
    /// The gate failed.
    Failed = 1,
    /// Wrong usage, unreadable input, bad rule or policy: nothing was judged.
    Unusable = 2,
    /// No gate failure, but something in scope could not be read.
    Incomplete = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Audits how an AWS account backs up its data (Well-Architected question REL 9).
#[derive(Debug, Parser)]
#[command(name = "rel9", version, max_term_width = 100, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List, show, test or document the rules
    Rules(rules::Args),
}

/// Runs the program with the process's arguments.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Unusable } else { Exit::Passed };
            let _ = error.print();
            return exit.into();
        }
    };
    let outcome = match cli.command {
        Command::Rules(args) => rules::run(args),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(message) => {
            eprintln!("error: {message}");
            Exit::Unusable.into()
        }
    }
}

/// Writes results to stdout; a closed pipe is a quiet end.
fn print(text: &str) -> Result<(), String> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("cannot write to standard output: {error}")),
        _ => Ok(()),
    }
}

/// Mistakes, one a line.
fn list_of(mistakes: &[crate::rules::Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n       ")
}

/// What to say about a rule id that does not exist.
fn no_rule(set: &crate::rules::RuleSet, id: &str) -> String {
    match set.nearest(id) {
        Some(near) => format!("there is no rule `{id}`; did you mean `{near}`?"),
        None => format!("there is no rule `{id}`; `rel9 rules list` shows them all"),
    }
}
