//! `rel9 explain`: everything known of one resource.

use super::exit::{Exit, Failure};
#[cfg(feature = "live")]
use super::live::{self, LiveArgs};
use super::rules::mistakes_text;
use super::streams::{self, Verbosity};
use super::templates::TemplateArgs;
use super::{flags, output, report, scope, subject};
use crate::audit::explain::{self, Answer, Named, Wanted};
use crate::audit::policy::Policy;
use crate::audit::{Input, JudgeShard, Options, Templates, stored};
use crate::report::escape::terminal;
use crate::report::{Target, explain as render};
use crate::rules::{Rule, RuleSet};
use crate::template::declarable::declarables;
use crate::template::edits::Files;
use chrono::{DateTime, Utc};
use clap::ValueEnum;
use std::path::PathBuf;

/// Heading of `--help`.
const JUDGED: &str = "What is judged, and by what";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// ARN, id, name, Terraform address, CloudFormation logical id or CDK construct path
    #[arg(value_name = "RESOURCE")]
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
    #[command(flatten)]
    templates: TemplateArgs,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show every entry of every list
    #[arg(long)]
    all: bool,
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
                let target = Target { width: output::width(), colour: output::coloured(), all: args.all, ..Target::PLAIN };
                streams::print(&render::text(&found, &target))?;
            }
            Format::Json => streams::print_json(&*found)?,
        },
        Answer::Several(found) => {
            return Err(listed(&format!("{} resources have the name {name}: give the ARN of one", found.len()), &found));
        }
        Answer::Nothing(nearest) if nearest.is_empty() => {
            let hint = "give its ARN, id or name; `rel9 audit` lists what was read";
            return Err(format!("no resource has the ARN, id or name {name}: {hint}").into());
        }
        Answer::Nothing(nearest) => {
            return Err(listed(&format!("no resource has the ARN, id or name {name}; the nearest"), &nearest));
        }
    }
    Ok(Exit::Passed)
}

fn listed(what: &str, names: &[Named]) -> Failure {
    format!("{what}:\n{}", render::names(names).trim_end()).into()
}

fn answer(args: &Args, wanted: &Wanted, rules: &RuleSet, policy: &Policy, verbosity: Verbosity) -> Result<Answer, Failure> {
    let options = |source: &str| Options { as_of: args.as_of, source: source.to_owned(), ..Options::default() };
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
            let by_default = policy.assume.ebs_encryption_by_default;
            let read = |judge: &JudgeShard| args.templates.read(&templates, by_default, rules, judge);
            let known = Templates { declarables: &declarables(), slots: &Files::default() };
            explain::run_templates(read, known, rules, policy, wanted, options("templates"))
        }
        (false, false) => Err("inventories and templates cannot be judged in one run".to_owned().into()),
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
