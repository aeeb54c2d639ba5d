//! `rel9 explain`: everything known of one resource.

use super::exit::{Exit, Failure};
use super::ledger::file as ledger;
#[cfg(feature = "live")]
use super::live::{self, LiveArgs};
use super::rules::mistakes_text;
use super::streams::{self, Verbosity};
use super::templates::TemplateArgs;
use super::view::Colours;
use super::{flags, output, report, scope, subject};
use crate::audit::explain::{self, Answer, Missing, Named, Wanted};
use crate::audit::policy::Policy;
use crate::audit::{Input, JudgeShard, Options, Templates, stored};
use crate::report::escape::terminal;
use crate::report::explain as render;
use crate::rules::{Rule, RuleSet};
use crate::template::declarable::declarables;
use crate::template::edits::Files;
use chrono::{DateTime, Utc};
use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use std::path::PathBuf;

/// Lines about what was not read.
const UNREAD: usize = 5;

/// Heading of `--help`.
const JUDGED: &str = "What is judged, and by what";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// ARN, id, name, Terraform address, CloudFormation logical id or CDK construct path
    #[arg(value_name = "RESOURCE", value_parser = NonEmptyStringValueParser::new())]
    resource: String,
    /// Inventories, CloudFormation templates, Terraform plans, states or `.tf` folders, or a findings document of `rel9 audit --format json`;
    /// without INPUT, live AWS
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// A resource of the built-in demo organisation (no AWS account needed)
    #[arg(long, conflicts_with = "inputs")]
    demo: bool,
    #[cfg(feature = "live")]
    #[command(flatten)]
    live: LiveArgs,
    /// Policy file: objectives, reproducible data, waivers and rule settings [default: ./rel9.yaml if it exists]
    #[arg(long, help_heading = JUDGED, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Folder of rules that add to the built-in ones or override them
    #[arg(long, help_heading = JUDGED, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Judge as of this moment [default: when the inventory was read]
    #[arg(long, help_heading = JUDGED, value_name = "RFC3339|YYYY-MM-DD", value_parser = flags::moment)]
    as_of: Option<DateTime<Utc>>,
    /// Count the restore tests that this ledger of `rel9 audit` has; nothing is added to it
    #[arg(long, help_heading = JUDGED, value_name = "FILE")]
    ledger: Option<PathBuf>,
    #[command(flatten)]
    templates: TemplateArgs,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show every entry of every list
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    colours: Colours,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Text for a terminal
    Text,
    /// The complete explanation; see `rel9 schema explanation`
    Json,
}

pub fn run(args: &Args, verbosity: Verbosity) -> Result<Exit, Failure> {
    let rules = RuleSet::load(&args.rules).map_err(|mistakes| mistakes_text(&mistakes))?;
    let policy = subject::policy(args.policy.as_deref(), args.demo, &rules)?;
    let wanted = Wanted::new(&args.resource);
    let answer = answer(args, &wanted, &rules, &policy, verbosity)?;
    let overruns: Vec<String> = policy.overruns().chain(rules.iter().flat_map(Rule::overruns)).collect();
    if !overruns.is_empty() {
        return Err(overruns.join("\n       ").into());
    }
    let name = terminal(&args.resource);
    match answer {
        Answer::One(found) => match args.format {
            Format::Text => {
                streams::print(&render::text(&found, &output::target(&args.colours, args.all)))?;
            }
            Format::Json => streams::print_json(&*found)?,
        },
        Answer::Several(found) => {
            return Err(listed(&format!("{} resources have the name {name}: give the ARN of one", found.len()), &found));
        }
        Answer::Nothing(missing) => return Err(nothing(&name, &missing)),
    }
    Ok(Exit::Passed)
}

/// What was not read is named: rel9 does not say that a resource does not exist when it may.
fn nothing(name: &str, missing: &Missing) -> Failure {
    if !missing.not_judged.is_empty() {
        let what = format!("{name} has no findings: rel9 reads this type as evidence for other resources, and does not judge it");
        return listed(&what, &missing.not_judged);
    }
    let what = format!("no resource has the ARN, id or name {name}");
    let mut message = match missing.nearest.as_slice() {
        [] => format!("{what}: give its ARN, id or name; `rel9 audit` lists what was read"),
        nearest => format!("{what}; the nearest:\n{}", render::names(nearest).trim_end()),
    };
    if !missing.unread.is_empty() {
        message.push_str("\nIt may be in what was not read:");
        let shown = missing.unread.iter().take(UNREAD).map(|line| format!("\n  {}", terminal(line)));
        message.extend(shown);
        let more = missing.unread.len().saturating_sub(UNREAD);
        if more > 0 {
            message.push_str(&format!("\n  … and {more} more"));
        }
    }
    message.into()
}

fn listed(what: &str, names: &[Named]) -> Failure {
    format!("{what}:\n{}", render::names(names).trim_end()).into()
}

fn answer(args: &Args, wanted: &Wanted, rules: &RuleSet, policy: &Policy, verbosity: Verbosity) -> Result<Answer, Failure> {
    let ledger = args.ledger.as_deref().map(|path| ledger::read(path).map(|chain| chain.view())).transpose()?.unwrap_or_default();
    let options = |source: &str| Options { as_of: args.as_of, source: source.to_owned(), ledger: ledger.clone(), ..Options::default() };
    #[cfg(feature = "live")]
    if args.demo || !args.inputs.is_empty() {
        args.live.refuse_all(if args.demo { "the demo" } else { "an input" })?;
    }
    if args.demo {
        scope::no_target(&args.templates.values)?;
        return Ok(explain::run(&subject::demo()?, rules, policy, wanted, options("demo"))?);
    }
    if args.inputs.is_empty() {
        scope::no_target(&args.templates.values)?;
        return Ok(explain::run(&from_aws(args, verbosity)?, rules, policy, wanted, options("aws"))?);
    }
    if let Some(document) = args.inputs.iter().find(|path| stored::is_findings(path)) {
        if args.inputs.len() > 1 {
            return Err(format!("{}: a findings document is explained alone: give no other INPUT", document.display()).into());
        }
        args.refuse_ledger("a findings document has what its audit counted")?;
        scope::no_target(&args.templates.values)?;
        return Ok(explain::of_findings(&report::read(document)?, wanted));
    }
    let (files, templates) = subject::sorted(&args.inputs)?;
    match (files.is_empty(), templates.is_empty()) {
        (_, true) => {
            scope::no_target(&args.templates.values)?;
            Ok(explain::run(&Input::Files(files), rules, policy, wanted, options("inventory"))?)
        }
        (true, false) => {
            args.refuse_ledger("a template has no restore tests")?;
            let by_default = policy.assume.ebs_encryption_by_default;
            let read = |judge: &JudgeShard| args.templates.read(&templates, by_default, rules, judge);
            let known = Templates { declarables: &declarables(), slots: &Files::default() };
            explain::run_templates(read, known, rules, policy, wanted, options("templates"))
        }
        (false, false) => Err("inventories and templates cannot be judged in one run".to_owned().into()),
    }
}

impl Args {
    /// Refuses a ledger that would be ignored.
    fn refuse_ledger(&self, why: &str) -> Result<(), Failure> {
        match self.ledger {
            Some(_) => Err(format!("--ledger: {why}: leave it out here").into()),
            None => Ok(()),
        }
    }
}

#[cfg(feature = "live")]
fn from_aws(args: &Args, verbosity: Verbosity) -> Result<Input, Failure> {
    Ok(Input::Memory(live::collect(&args.live, verbosity)?))
}

#[cfg(not(feature = "live"))]
fn from_aws(_: &Args, _: Verbosity) -> Result<Input, Failure> {
    Err("this rel9 was built without live AWS (feature `live`): give it inventory files, templates or a findings document"
        .to_owned()
        .into())
}
