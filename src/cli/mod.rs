//! The command line: flags are parsed once, turned into what the rooms need, and every way to end has its exit code.

mod audit;
mod collection;
mod diff;
mod inputs;
mod ledger;
#[cfg(feature = "live")]
mod live;
mod output;
#[cfg(feature = "live")]
mod progress;
mod report;
mod rules;
mod schema;
mod templates;
#[cfg(feature = "live")]
mod wa;

#[cfg(feature = "live")]
use crate::aws::permissions;
use crate::inventory::document::DocumentError;
use crate::inventory::is_writable;
use crate::report::json;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
#[cfg(feature = "live")]
use clap::ValueEnum;
use clap::{CommandFactory, Parser, Subcommand};
use std::io::IsTerminal;
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

/// Why a command ends early: what to say, and with which code.
struct Failure {
    exit: Exit,
    message: String,
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Failure { exit: Exit::Unusable, message }
    }
}

impl From<DocumentError> for Failure {
    fn from(error: DocumentError) -> Self {
        Failure::from(error.to_string())
    }
}

/// How much is told besides the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    Quiet,
    Normal,
    /// Every AWS call, to stderr.
    Verbose,
}

/// Audits how an AWS account backs up its data (Well-Architected question REL 9).
///
/// Exit codes: 0 the gate passed · 1 the gate failed · 2 wrong usage or unreadable input · 3 nothing fails, but something is unknown.
#[derive(Debug, Parser)]
#[command(name = "rel9", version, max_term_width = 100, propagate_version = true, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Show only errors, and no progress
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Write every AWS call to stderr
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge live AWS, inventories, templates or the demo organisation
    Audit(Box<audit::Args>),
    #[cfg(feature = "live")]
    /// Read live AWS into inventory files
    Collect(live::CollectArgs),
    /// Render a stored findings document again
    Report(report::Args),
    /// Compare two findings documents; exit code 1 if something got worse
    Diff(diff::Args),
    /// Verify or show a recovery ledger, or add a restore test to it
    Ledger(ledger::Args),
    /// List, show, test or document the rules
    Rules(rules::Args),
    #[cfg(feature = "live")]
    /// Print the least-privilege IAM permissions for reading an account
    Permissions {
        /// Output format
        #[arg(long, value_enum, default_value_t = PermissionFormat::Json)]
        format: PermissionFormat,
    },
    #[cfg(feature = "live")]
    /// Write the answer to REL 9 into the AWS Well-Architected Tool
    Wa(wa::Args),
    /// Print the JSON Schema of a document
    Schema {
        /// The kind of document
        #[arg(value_enum)]
        document: schema::Document,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

#[cfg(feature = "live")]
#[derive(Clone, Copy, Debug, ValueEnum)]
enum PermissionFormat {
    /// An IAM policy document
    Json,
    /// A CloudFormation template with a role
    Cloudformation,
    /// A Terraform role
    Terraform,
}

/// Makes a write beyond the limit on file sizes (`ulimit -f`) fail with `EFBIG`, as on a full disk, so that half a line of a ledger is
/// taken back and the reason is told. By default the signal of the limit ends the process (setrlimit(2), RLIMIT_FSIZE).
fn survive_the_limit_on_file_sizes() {
    #[cfg(unix)]
    // SAFETY: to ignore a signal installs no handler, and no other thread runs yet.
    #[allow(unsafe_code, reason = "std has no safe way to ignore a signal")]
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}

/// Runs the program with the process's arguments.
pub fn run() -> ExitCode {
    survive_the_limit_on_file_sizes();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Unusable } else { Exit::Passed };
            let _ = error.print();
            return exit.into();
        }
    };
    let verbosity = match (cli.quiet, cli.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    if verbosity == Verbosity::Verbose {
        // Only what rel9 itself says: the SDK's log quotes what a `credential_process` wrote and the answers of AWS.
        tracing_subscriber::fmt()
            .with_env_filter("rel9=debug")
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .init();
    }
    let outcome = match cli.command {
        Command::Audit(args) => audit::run(*args, verbosity),
        #[cfg(feature = "live")]
        Command::Collect(args) => live::run(args, verbosity),
        Command::Report(args) => report::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Ledger(args) => ledger::run(args),
        Command::Rules(args) => rules::run(args).map_err(Failure::from),
        #[cfg(feature = "live")]
        Command::Permissions { format } => {
            let text = match format {
                PermissionFormat::Json => permissions::as_json(),
                PermissionFormat::Cloudformation => permissions::as_cloudformation(),
                PermissionFormat::Terraform => permissions::as_terraform(),
            };
            printed(&text)
        }
        #[cfg(feature = "live")]
        Command::Wa(args) => wa::run(args, verbosity),
        Command::Schema { document } => printed(&schema::of(document)),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "rel9", &mut text);
            printed(&String::from_utf8_lossy(&text))
        }
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            tell(format_args!("error: {}", failure.message));
            failure.exit.into()
        }
    }
}

/// A moment of a flag: a time, or a date that means its first moment in UTC.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let wrong = |why: &dyn std::fmt::Display| format!("write it as 2026-11-22 or 2026-11-22T07:00:00Z ({why})");
    let moment = match text.parse::<NaiveDate>() {
        Ok(date) => date.and_time(NaiveTime::MIN).and_utc(),
        Err(_) => DateTime::parse_from_rfc3339(text).map_err(|error| wrong(&error))?.to_utc(),
    };
    if is_writable(&moment) { Ok(moment) } else { Err(wrong(&"the year is out of range")) }
}

/// `KEY=VALUE` of a flag.
fn tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn printed(text: &str) -> Result<Exit, Failure> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    print(&format!("{text}{end}"))?;
    Ok(Exit::Passed)
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

/// Writes a document to stdout, escaped as those of reports are.
fn print_json(document: &impl serde::Serialize) -> Result<(), String> {
    let mut text = Vec::new();
    json::pretty(document, &mut text).map_err(|error| error.to_string())?;
    print(&String::from_utf8_lossy(&text))
}

/// Tells people something on standard error; where that is full or closed, nobody is there to be told.
fn tell(text: impl std::fmt::Display) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Mistakes, one a line.
fn list_of(mistakes: &[crate::rules::Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n       ")
}

/// What to say about a rule id that does not exist.
fn no_rule(set: &crate::rules::RuleSet, id: &str) -> String {
    match set.nearest(id) {
        Some(near) => format!("there is no rule `{id}`; did you mean `{near}`?"),
        None => format!("there is no rule `{id}`; `rel9 rules list` shows all rules"),
    }
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn moments_are_dates_or_times() {
        assert_eq!(moment("2026-11-22").map(|at| at.to_rfc3339()), Ok("2026-11-22T00:00:00+00:00".to_owned()));
        assert_eq!(moment("2026-11-22T09:00:00+02:00").map(|at| at.to_rfc3339()), Ok("2026-11-22T07:00:00+00:00".to_owned()));
        for wrong in ["22.11.2026", "2026-13-01", "+262142-12-31", "-0001-01-01", "yesterday", ""] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
