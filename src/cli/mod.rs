//! The command line: parses flags, calls the rooms, and ends with an exit code.

mod audit;
mod collection;
mod diff;
mod exit;
mod explain;
mod flags;
mod init;
mod inputs;
mod ledger;
#[cfg(feature = "live")]
mod live;
mod output;
mod policy;
#[cfg(feature = "live")]
mod progress;
mod remediate;
mod report;
mod rules;
mod schema;
mod scope;
mod streams;
mod subject;
mod survey;
mod templates;
mod view;
#[cfg(feature = "live")]
mod wa;
mod what_if;

#[cfg(feature = "live")]
use crate::aws::permissions;
#[cfg(feature = "live")]
use clap::ValueEnum;
use clap::{CommandFactory, Parser, Subcommand};
use exit::{Exit, Failure};
use std::io::IsTerminal;
use std::process::ExitCode;
use streams::{Verbosity, printed, tell};

/// Audits how an AWS account backs up its data (Well-Architected question REL 9).
///
/// Exit codes: 0 the gate passed · 1 the gate failed · 2 wrong usage or unreadable input · 3 nothing fails, but something is unknown.
#[derive(Debug, Parser)]
#[command(name = "rel9", version, max_term_width = 100, propagate_version = true, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// No progress, no messages except errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Log every AWS call to stderr
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge live AWS, inventories, templates or the demo organisation
    Audit(Box<audit::Args>),
    /// Explain one resource: what backs it up, what misses it, and the smallest change that would help
    Explain(Box<explain::Args>),
    #[cfg(feature = "live")]
    /// Read live AWS into inventory files
    Collect(live::CollectArgs),
    /// Render a stored findings document again
    Report(report::Args),
    /// Compare two findings documents; exit code 1 if something got worse
    Diff(diff::Args),
    /// Judge an inventory as if backup plans were deployed; exit code 1 if a resource loses its backups
    WhatIf(Box<what_if::Args>),
    /// Write fixes for failing findings as files to review: backup plans, tags, a script; changes nothing in AWS
    Remediate(remediate::Args),
    /// Write a commented policy file, rel9.yaml, with the tags of an inventory
    Init(Box<init::Args>),
    /// Check a policy file: entries without effect, and who gets which objective
    Policy(policy::Args),
    /// Verify or show a recovery ledger, or add a restore test to it
    Ledger(ledger::Args),
    /// List, show, test or document the rules
    Rules(rules::Args),
    #[cfg(feature = "live")]
    /// Print the minimum permissions for reading
    Permissions {
        /// Output format
        #[arg(long, value_enum, default_value_t = PermissionFormat::Json)]
        format: PermissionFormat,
        /// Add what `--services all,keyspaces` needs. cassandra:Select reads the settings of Amazon Keyspaces tables, and would also allow reading
        /// their rows
        #[arg(long, value_name = "SERVICES", value_delimiter = ',', value_parser = permissions::on_request())]
        with: Vec<String>,
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

/// Makes a write beyond the limit on file sizes (`ulimit -f`) fail with `EFBIG`, as on a full disk, so that a partial line of a ledger is
/// removed again and an error is shown. By default, the signal of the limit ends the process (setrlimit(2), RLIMIT_FSIZE).
fn survive_the_limit_on_file_sizes() {
    #[cfg(unix)]
    // SAFETY: ignoring a signal installs no handler, and no other thread runs yet.
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
        // Only rel9's own log: that of the SDK quotes the output of a `credential_process` and the answers of AWS.
        tracing_subscriber::fmt()
            .with_env_filter("rel9=debug")
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .init();
    }
    let outcome = match cli.command {
        Command::Audit(args) => audit::run(*args, verbosity),
        Command::Explain(args) => explain::run(&args, verbosity),
        #[cfg(feature = "live")]
        Command::Collect(args) => live::run(args, verbosity),
        Command::Report(args) => report::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::WhatIf(args) => what_if::run(&args),
        Command::Remediate(args) => remediate::run(&args),
        Command::Init(args) => init::run(&args, verbosity),
        Command::Policy(args) => policy::run(args),
        Command::Ledger(args) => ledger::run(args),
        Command::Rules(args) => rules::run(args).map_err(Failure::from),
        #[cfg(feature = "live")]
        Command::Permissions { format, with } => {
            if !with.is_empty() {
                eprintln!("note: {}", permissions::ALLOWS_MORE);
            }
            let text = match format {
                PermissionFormat::Json => permissions::as_json(&with),
                PermissionFormat::Cloudformation => permissions::as_cloudformation(&with),
                PermissionFormat::Terraform => permissions::as_terraform(&with),
            };
            printed(&text)
        }
        #[cfg(feature = "live")]
        Command::Wa(args) => wa::run(args, verbosity),
        Command::Schema { document } => printed(&schema::json_schema(document)),
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
