//! `rel9 policy check`: what in a policy file has no effect, and which objective data has.

use super::exit::{Exit, Failure};
use super::rules::mistakes_text;
use super::survey::Surveyed;
use super::templates::TemplateArgs;
use super::{flags, output, streams, subject};
use crate::audit::policy::Policy;
use crate::audit::policy_check::Seen;
use crate::inventory::document;
use crate::report::{Target, policy_check as render};
use crate::rules::RuleSet;
use crate::template::sources;
use chrono::{DateTime, Utc};
use clap::ValueEnum;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Tell what in a policy file has no effect, and which objective data has; exit code 1 if there is something to mend
    Check(Box<CheckArgs>),
}

#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// The policy file [default: ./rel9.yaml], then inventories or templates to check it against; without these, the file is checked by itself
    #[arg(value_name = "FILE] [INPUT")]
    paths: Vec<PathBuf>,
    /// Check it against the built-in demo organisation; without FILE and ./rel9.yaml, the demo's own policy
    #[arg(long)]
    demo: bool,
    /// Folder of rules that add to the built-in ones or override them
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Check as of this moment [default: when the inventory was read, else now]
    #[arg(long, value_name = "RFC3339|YYYY-MM-DD", value_parser = flags::moment)]
    as_of: Option<DateTime<Utc>>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    templates: TemplateArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Text for a terminal
    Text,
    /// The complete answer; see `rel9 schema policy-check`
    Json,
}

/// `rel9 policy`.
pub fn run(args: Args) -> Result<Exit, Failure> {
    match args.command {
        Command::Check(args) => check(&args),
    }
}

fn check(args: &CheckArgs) -> Result<Exit, Failure> {
    let rules = RuleSet::load(&args.rules).map_err(|mistakes| mistakes_text(&mistakes))?;
    let (file, inputs) = split(&args.paths);
    if args.demo && !inputs.is_empty() {
        return Err("--demo and INPUT cannot be used together: check the file against one of them".to_owned().into());
    }
    let policy = policy(file, args.demo, &rules)?;
    let surveyed = Surveyed { demo: args.demo, inputs, templates: &args.templates, as_of: args.as_of };
    let found = if surveyed.is_given() { Some(surveyed.run(&rules, &policy)?) } else { None };
    let seen = found
        .as_ref()
        .and_then(|(findings, survey)| Some(Seen { used: findings.audit.policy.as_deref()?, survey, audit: &findings.audit }));
    let as_of = found.as_ref().map(|(findings, _)| findings.audit.as_of).or(args.as_of).unwrap_or_else(Utc::now);
    let Some(check) = policy.check(&rules, as_of, seen.as_ref()) else {
        return Err(format!("there is no {} here: name the policy file, or write one with `rel9 init`", subject::POLICY).into());
    };
    match args.format {
        Format::Text => {
            let target = Target { width: output::width(), colour: output::coloured(), all: true, ..Target::PLAIN };
            streams::print(&render::text(&check, &target))?;
        }
        Format::Json => streams::print_json(&check)?,
    }
    Ok(if check.mend.is_empty() { Exit::Passed } else { Exit::Failed })
}

/// The policy file, if the first path is one, and the inputs. Folders, inventories and templates are inputs.
fn split(paths: &[PathBuf]) -> (Option<&Path>, &[PathBuf]) {
    let is_input = |path: &Path| path.is_dir() || path.is_file() && (document::is_inventory(path) || sources::holds_template(path));
    match paths.split_first() {
        Some((first, rest)) if !is_input(first) => (Some(first), rest),
        _ => (None, paths),
    }
}

fn policy(file: Option<&Path>, demo: bool, rules: &RuleSet) -> Result<Policy, String> {
    let beside = Path::new(subject::POLICY);
    // The file that was written for the demo is meant before the demo's own.
    let file = file.or_else(|| Some(beside).filter(|beside| beside.is_file()));
    subject::policy(file, demo, rules)
}
