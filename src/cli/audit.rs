//! `rel9 audit`: judges live AWS, inventory files or the demo organisation.

use super::collection;
use super::exit::{Exit, Failure};
use super::flags;
use super::inputs::Inputs;
use super::ledger::file as ledger;
#[cfg(feature = "live")]
use super::live::{self, LiveArgs};
use super::output::{self, Output};
use super::report;
use super::rules::{mistakes_text, no_rule};
use super::scope::{self, Scope};
use super::streams::{self, Verbosity};
use super::subject;
use super::templates::TemplateArgs;
use crate::audit::findings::Findings;
use crate::audit::gate::{Absent, Terms};
use crate::audit::policy::FailOn;
use crate::audit::{self, Input, Options, Templates};
use crate::inventory::{Coverage, document};
use crate::report::escape::terminal;
use crate::rules::{BestPractice, Rule, RuleSet};
use crate::template::declarable::declarables;
use crate::template::edits::Files;
use chrono::{DateTime, Utc};
use clap::builder::PossibleValue;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::{Path, PathBuf};

/// Headings of `--help`. Every flag names its own: a flattened one would pass its heading on to the flags after it.
const JUDGED: &str = "What is judged, and by what";
const GATE: &str = "Gate";

#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Inventories, CloudFormation templates, Terraform plans, states or `.tf` folders, or folders that contain them; `-` reads a template
    /// from standard input; without INPUT, live AWS
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Judge the built-in demo organisation (no AWS account needed)
    #[arg(long, conflicts_with = "inputs")]
    demo: bool,
    #[cfg(feature = "live")]
    #[command(flatten)]
    live: LiveArgs,
    #[cfg(not(feature = "live"))]
    #[command(flatten)]
    scope: Scope,
    /// Report only findings for these ARNs
    #[arg(long, help_heading = JUDGED, value_name = "ARN", value_delimiter = ',')]
    resource: Vec<String>,
    /// Only findings for resources with this tag; with several, a resource must have all
    #[arg(long, help_heading = JUDGED, value_name = "KEY=VALUE", value_parser = flags::tag)]
    tag: Vec<(String, String)>,
    /// Policy file: objectives, reproducible data, waivers and rule settings [default: ./rel9.yaml if it exists]
    #[arg(long, help_heading = JUDGED, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Folder of rules that add to the built-in ones or override them
    #[arg(long, help_heading = JUDGED, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Use only these rules
    #[arg(long, help_heading = JUDGED, value_name = "ID", value_delimiter = ',')]
    rule: Vec<String>,
    /// Skip these rules
    #[arg(long, help_heading = JUDGED, value_name = "ID", value_delimiter = ',')]
    skip_rule: Vec<String>,
    /// Use only the rules of these best practices
    #[arg(long, help_heading = JUDGED, value_name = "REL09-BP0N", value_delimiter = ',')]
    best_practice: Vec<BestPractice>,
    #[command(flatten)]
    templates: TemplateArgs,
    #[command(flatten)]
    output: Output,
    /// Lowest severity that fails the gate [default: fail_on of the policy file, otherwise high]
    #[arg(long, help_heading = GATE, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// An earlier findings document: failures that it contains do not fail the gate; - reads standard input
    #[arg(long, help_heading = GATE, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Record restore tests in this file, and count the recorded ones; created if missing
    #[arg(long, help_heading = JUDGED, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Exit with 0 instead of 3 if something could not be read but nothing fails
    #[arg(long, help_heading = GATE)]
    allow_incomplete: bool,
    /// Judge as of this moment [default: when the inventory was read]
    #[arg(long, help_heading = JUDGED, value_name = "RFC3339|YYYY-MM-DD", value_parser = flags::moment)]
    as_of: Option<DateTime<Utc>>,
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
        Some(PossibleValue::new(self.as_str()))
    }
}

pub fn run(args: Args, verbosity: Verbosity) -> Result<Exit, Failure> {
    // Mistakes in rules, policy or output are reported before anything is read.
    let rules = RuleSet::load(&args.rules).map_err(|mistakes| mistakes_text(&mistakes))?;
    if !args.rules.is_empty() {
        rules.check_fixes(&declarables()).map_err(|mistakes| mistakes_text(&mistakes))?;
    }
    for id in args.rule.iter().chain(&args.skip_rule) {
        if rules.get(id).is_none() {
            return Err(no_rule(&rules, id).into());
        }
    }
    let policy = subject::policy(args.policy.as_deref(), args.demo, &rules)?;
    let outputs = args.output.prepare(&inputs(&args))?;
    let baseline = args.baseline.as_deref().map(report::read).transpose()?;
    if let Some(path) = args.ledger.as_deref().filter(|path| output::takes(&outputs, path)) {
        return Err(format!("{}: a report would overwrite the ledger: give the report its own file", path.display()).into());
    }
    let ledger = args.ledger.as_deref().map(|path| ledger::prepare(path).map(|chain| (path, chain))).transpose()?;
    let subject = judged(&args, verbosity)?;
    let of_aws = matches!(&subject, Subject::Inventory(_, "aws"));
    let asked_regions = args.scope().asked_regions();
    let some_services = some_services(&args);
    let some_regions = (of_aws && asked_regions.is_some()) || args.inputs.iter().any(|input| collection::is_of_some_regions(input));
    let regions = asked_regions.filter(|_| !of_aws).unwrap_or_default();
    let fail_on = args.fail_on.or(policy.fail_on).unwrap_or(FailOn::High);
    let options = Options {
        as_of: args.as_of,
        rules: args.rule,
        skip_rules: args.skip_rule,
        best_practices: args.best_practice,
        resources: args.resource,
        tags: args.tag,
        source: subject.name().to_owned(),
        ledger: ledger.as_ref().map(|(_, chain)| chain.view()).unwrap_or_default(),
        some_services,
        some_regions,
        regions,
        standings: false,
        explain: None,
        survey: false,
    };
    let (mut findings, rest) = match &subject {
        Subject::Inventory(input, _) => audit::run_in_full(input, &rules, &policy, &options)?,
        Subject::Templates(paths) => {
            let by_default = policy.assume.ebs_encryption_by_default;
            let templates = Templates { declarables: &declarables(), slots: &Files::default() };
            let read = |judge: &audit::JudgeShard| args.templates.read(paths, by_default, &rules, judge);
            audit::run_templates(read, templates, &rules, &policy, &options)?
        }
    };
    let overruns: Vec<String> = policy.overruns().chain(rules.iter().flat_map(Rule::overruns)).collect();
    if !overruns.is_empty() {
        return Err(overruns.join("\n       ").into());
    }
    if let Some(baseline) = &baseline {
        audit::baseline::mark(&mut findings, baseline);
    }
    if let Some((path, chain)) = &ledger {
        let chain = ledger::append(path, chain.head(), rest.evidence, findings.audit.as_of)?;
        findings.audit.ledger_head = Some(chain.head().to_owned());
    }
    let absent = findings.absent(&options, &rest.named);
    findings.decide_gate(&Terms { fail_on, allow_incomplete: args.allow_incomplete, absent: &absent });
    // Messages come before the table, which ends with the verdict.
    tell_what_is_not_judged(&findings, &absent);
    output::write(&outputs, &findings)?;
    if verbosity != Verbosity::Quiet {
        output::tell_verdict(&outputs, &findings);
    }
    Ok(findings.gate.as_ref().map_or(Exit::Incomplete, Exit::from))
}

/// Says what was not read, not read as it is, or not there.
fn tell_what_is_not_judged(findings: &Findings, absent: &Absent) {
    for part in findings.unread_parts() {
        streams::tell(format_args!("warning: {}", terminal(&part.why_part())));
    }
    for note in Coverage::reading_notes(&findings.collection) {
        streams::tell(terminal(note));
    }
    for arn in &absent.resources {
        let arn = terminal(arn);
        streams::tell(format_args!(
            "{arn}: nothing was judged: is the ARN misspelt, or is the resource in an account, Region or file that was not read?"
        ));
    }
    if absent.tags {
        streams::tell("no resource has the given tags: nothing was judged; `--group-by tag:KEY` shows the values that resources have");
    }
}

/// Whether only some services were read.
fn some_services(args: &Args) -> bool {
    args.scope().some_services() || args.inputs.iter().any(|input| collection::is_of_some_services(input))
}

impl Args {
    #[cfg(feature = "live")]
    fn scope(&self) -> &Scope {
        &self.live.scope
    }

    #[cfg(not(feature = "live"))]
    fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Refuses flags that would be ignored.
    #[cfg(feature = "live")]
    fn refuse_live(&self, input: &str) -> Result<(), Failure> {
        self.live.refuse(input)
    }

    #[cfg(not(feature = "live"))]
    fn refuse_live(&self, _: &str) -> Result<(), Failure> {
        Ok(())
    }
}

/// All files that the run reads.
fn inputs(args: &Args) -> Inputs {
    let mut inputs = Inputs::default();
    for path in &args.inputs {
        if path.is_file() && document::is_inventory(path) { inputs.add("an input", path) } else { inputs.add_template(path) }
    }
    inputs.add("the policy", args.policy.as_deref().unwrap_or(Path::new(subject::POLICY)));
    args.baseline.iter().for_each(|path| inputs.add("the baseline", path));
    args.rules.iter().for_each(|folder| inputs.add("a rule", folder));
    args.templates.add_to(&mut inputs);
    inputs
}

/// What is judged.
enum Subject {
    /// With the name of its source in the document.
    Inventory(Input, &'static str),
    Templates(Vec<PathBuf>),
}

impl Subject {
    fn name(&self) -> &'static str {
        match self {
            Subject::Inventory(_, name) => name,
            Subject::Templates(_) => "templates",
        }
    }
}

fn judged(args: &Args, verbosity: Verbosity) -> Result<Subject, Failure> {
    if args.demo {
        args.refuse_live("the demo")?;
        args.scope().for_inventory(&args.templates.values)?;
        return Ok(Subject::Inventory(subject::demo()?, "demo"));
    }
    if args.inputs.is_empty() {
        scope::no_target(&args.templates.values)?;
        return from_aws(args, verbosity);
    }
    let (files, templates) = subject::sorted(&args.inputs)?;
    match (files.is_empty(), templates.is_empty()) {
        (_, true) => {
            args.refuse_live("an inventory")?;
            args.scope().for_inventory(&args.templates.values)?;
            Ok(Subject::Inventory(Input::Files(files), "inventory"))
        }
        (true, false) => {
            args.refuse_live("a template")?;
            args.scope().for_templates()?;
            Ok(Subject::Templates(templates))
        }
        (false, false) => Err("inventories and templates cannot be judged in one run".to_owned().into()),
    }
}

#[cfg(feature = "live")]
fn from_aws(args: &Args, verbosity: Verbosity) -> Result<Subject, Failure> {
    Ok(Subject::Inventory(Input::Memory(live::collect(&args.live, verbosity)?), "aws"))
}

#[cfg(not(feature = "live"))]
fn from_aws(_: &Args, _: Verbosity) -> Result<Subject, Failure> {
    Err("this rel9 was built without live AWS (feature `live`): give it inventory files or templates".to_owned().into())
}
