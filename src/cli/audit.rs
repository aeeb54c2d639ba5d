//! `rel9 audit`: judges live AWS, inventory files or the demo organisation.

use super::collection;
use super::ledger::file as ledger;
#[cfg(feature = "live")]
use super::live::{self, LiveArgs};
use super::output::{self, Output};
use super::{Exit, Verbosity, report};
use crate::audit::policy::{FailOn, Policy};
use crate::audit::{self, Gate, Input, Options};
use crate::inventory::document;
use crate::rules::{BestPractice, RuleSet};
use chrono::{DateTime, Utc};
use clap::builder::PossibleValue;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::{Path, PathBuf};

/// The built-in organisation: the files of `fixtures/demo`.
const DEMO: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/demo.rs"));
const DEMO_POLICY: &str = include_str!("../../fixtures/demo/rel9.yaml");

#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Inventory files, or folders of them; live AWS without any
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Judge the built-in demo organisation (no AWS account needed)
    #[arg(long, conflicts_with = "inputs")]
    demo: bool,
    #[cfg(feature = "live")]
    #[command(flatten)]
    live: LiveArgs,
    /// Only findings for these ARNs
    #[arg(long, value_name = "ARN", value_delimiter = ',')]
    resource: Vec<String>,
    /// Only findings for resources with this tag; several must all be there
    #[arg(long, value_name = "KEY=VALUE", value_parser = tag)]
    tag: Vec<(String, String)>,
    /// Objectives, reproducible data, waivers and rule settings [default: ./rel9.yaml when there]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Folder of rules that add to the built-in ones or override them
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Only these rules
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    rule: Vec<String>,
    /// Not these rules
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    skip_rule: Vec<String>,
    /// Only the rules of these best practices
    #[arg(long, value_name = "REL09-BP0N", value_delimiter = ',')]
    best_practice: Vec<BestPractice>,
    #[command(flatten)]
    output: Output,
    /// The lowest severity that fails the gate [default: the policy's, else high]
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// An earlier findings document: failures that it knows do not fail the gate; - reads standard input
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Remember restore tests in this file, and count those that it remembers; made when it is not there
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Exit 0, not 3, when something could not be read but nothing fails
    #[arg(long)]
    allow_incomplete: bool,
    /// Judge as of this moment [default: when the inventory was read]
    #[arg(long, value_name = "RFC3339")]
    as_of: Option<DateTime<Utc>>,
}

fn tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

impl ValueEnum for BestPractice {
    fn value_variants<'a>() -> &'a [Self] {
        &BestPractice::ALL
    }
    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.id()))
    }
}

impl ValueEnum for FailOn {
    fn value_variants<'a>() -> &'a [Self] {
        &[FailOn::Info, FailOn::Low, FailOn::Medium, FailOn::High, FailOn::Critical, FailOn::Never]
    }
    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            FailOn::Info => "info",
            FailOn::Low => "low",
            FailOn::Medium => "medium",
            FailOn::High => "high",
            FailOn::Critical => "critical",
            FailOn::Never => "never",
        }))
    }
}

pub fn run(args: Args, verbosity: Verbosity) -> Result<Exit, super::Failure> {
    // Whatever is wrong with rules, policy or output is told before anything is read.
    let rules = RuleSet::load(&args.rules).map_err(|mistakes| super::list_of(&mistakes))?;
    for id in args.rule.iter().chain(&args.skip_rule) {
        if rules.get(id).is_none() {
            return Err(super::no_rule(&rules, id).into());
        }
    }
    let policy = policy(&args, &rules)?;
    let outputs = args.output.prepare()?;
    let baseline = args.baseline.as_deref().map(report::read).transpose()?;
    let ledger = args.ledger.as_deref().map(|path| ledger::prepare(path).map(|chain| (path, chain))).transpose()?;
    let (input, source) = input(&args, verbosity)?;
    let options = Options {
        as_of: args.as_of,
        rules: args.rule,
        skip_rules: args.skip_rule,
        best_practices: args.best_practice,
        resources: args.resource,
        tags: args.tag,
        source: source.to_owned(),
        ledger: ledger.as_ref().map(|(_, chain)| chain.view()).unwrap_or_default(),
    };
    let (mut findings, evidence) = audit::run_with_evidence(&input, &rules, &policy, &options).map_err(|error| error.to_string())?;
    if let Some(baseline) = &baseline {
        audit::baseline::mark(&mut findings, baseline);
    }
    if let Some((path, chain)) = &ledger {
        let chain = ledger::append(path, chain.head(), evidence, findings.audit.as_of)?;
        findings.record_ledger(chain.head());
    }
    output::write(&outputs, &findings)?;
    let fail_on = args.fail_on.or(policy.fail_on).unwrap_or(FailOn::High);
    Ok(match audit::gate(&findings, fail_on) {
        Gate::Passed => Exit::Passed,
        Gate::Failed => Exit::Failed,
        Gate::Incomplete if args.allow_incomplete => Exit::Passed,
        Gate::Incomplete => Exit::Incomplete,
    })
}

fn policy(args: &Args, rules: &RuleSet) -> Result<Policy, String> {
    let beside = Path::new("rel9.yaml");
    let loaded = match &args.policy {
        Some(path) => Policy::load(path, rules),
        None if args.demo => Policy::parse("fixtures/demo/rel9.yaml", DEMO_POLICY, rules),
        None if beside.is_file() => Policy::load(beside, rules),
        None => return Ok(Policy::default()),
    };
    loaded.map_err(|mistakes| super::list_of(&mistakes))
}

fn input(args: &Args, verbosity: Verbosity) -> Result<(Input, &'static str), super::Failure> {
    if args.demo {
        let mut shards = Vec::new();
        for (name, text) in DEMO {
            shards.extend(document::read(text.as_bytes(), Path::new(name)).map_err(|error| error.to_string())?);
        }
        return Ok((Input::Memory(shards), "demo"));
    }
    if args.inputs.is_empty() {
        return from_aws(args, verbosity);
    }
    let mut files = Vec::new();
    for input in &args.inputs {
        collection::check_finished(input)?;
        if input.is_dir() {
            let found = document::files_in(input).map_err(|error| error.to_string())?;
            if found.is_empty() {
                return Err(format!("{}: holds no inventory file (*.ndjson, *.ndjson.gz, *.ndjson.zst)", input.display()).into());
            }
            files.extend(found);
        } else {
            files.push(input.clone());
        }
    }
    Ok((Input::Files(files), "inventory"))
}

#[cfg(feature = "live")]
fn from_aws(args: &Args, verbosity: Verbosity) -> Result<(Input, &'static str), super::Failure> {
    Ok((Input::Memory(live::collect(&args.live, verbosity)?), "aws"))
}

#[cfg(not(feature = "live"))]
fn from_aws(_: &Args, _: Verbosity) -> Result<(Input, &'static str), super::Failure> {
    Err("this rel9 was built without live AWS (feature `live`): give it inventory files or templates".to_owned().into())
}
