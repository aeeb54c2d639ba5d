//! `rel9 what-if`: judges an inventory as if templates were deployed.

use super::exit::{Exit, Failure};
use super::rules::mistakes_text;
use super::streams;
use super::templates::{TemplateValues, check_waivers};
use super::view::Colours;
use super::{flags, output, subject};
use crate::audit::what_if::{self, document::WhatIf};
use crate::audit::{Input, Options};
use crate::inventory::{Coverage, Shard};
use crate::report::escape::terminal;
use crate::report::what_if as render;
use crate::rules::RuleSet;
use crate::template::declaration::TemplateError;
use crate::template::{self, inventory};
use chrono::{DateTime, Utc};
use clap::ValueEnum;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Inventories that `rel9 collect` wrote, or folders that contain them
    #[arg(value_name = "INVENTORY", required_unless_present = "demo", conflicts_with = "demo")]
    inputs: Vec<PathBuf>,
    /// Judge the built-in demo organisation
    #[arg(long)]
    demo: bool,
    /// CloudFormation template, Terraform plan, state or `.tf` folder that declares backup plans, selections, vaults or DLM policies; repeatable
    #[arg(long, value_name = "FILE", required = true)]
    plan: Vec<PathBuf>,
    #[command(flatten)]
    templates: TemplateValues,
    /// Policy file: objectives, reproducible data, waivers and rule settings [default: ./rel9.yaml if it exists]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Folder of rules that add to the built-in ones or override them
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Deploy and judge at this moment [default: when the inventory was read]
    #[arg(long, value_name = "RFC3339|YYYY-MM-DD", value_parser = flags::moment)]
    as_of: Option<DateTime<Utc>>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
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
    Table,
    /// The complete answer; see `rel9 schema what-if`
    Json,
}

/// Exit code 1 when a resource loses its backups, 3 when it is not known whether one does.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    if args.plan.iter().any(|path| path == Path::new("-")) {
        return Err("--plan -: give the template as a file: it is read for each account and Region".to_owned().into());
    }
    let rules = RuleSet::load(&args.rules).map_err(|mistakes| mistakes_text(&mistakes))?;
    let policy = subject::policy(args.policy.as_deref(), args.demo, &rules)?;
    let (options, warnings) = args.templates.options(policy.assume.ebs_encryption_by_default)?;
    let given = (options.account.clone(), options.region.clone());
    let declared = declared(args, &options, &rules, warnings)?;
    let input = input(args)?;
    // Templates are read once for every account and Region of the inventory, which are their own where they name none.
    let known: RefCell<BTreeMap<(String, String), Vec<Shard>>> = RefCell::default();
    let stacks = |account: &str, region: &str| {
        let is_meant = |given: &Option<String>, own: &str| given.as_deref().is_none_or(|given| given == own);
        if !is_meant(&given.0, account) || !is_meant(&given.1, region) {
            return None;
        }
        let place = (account.to_owned(), region.to_owned());
        let read = || {
            let options = template::Options { account: Some(place.0.clone()), region: Some(place.1.clone()), ..options.clone() };
            read(args, &options)
        };
        Some(known.borrow_mut().entry(place.clone()).or_insert_with(|| stacks_of(read())).clone())
    };
    let source = if args.demo { "demo" } else { "inventory" };
    let asked = Options { as_of: args.as_of, source: source.to_owned(), ..Options::default() };
    let (mut found, deployed) = what_if::run(&input, &stacks, &rules, &policy, &asked)?;
    if found.places.is_empty() {
        let asked: Vec<&str> = [&given.0, &given.1].into_iter().filter_map(|given| given.as_deref()).collect();
        return Err(format!("the inventory does not have {}: see its accounts and Regions, and give one of them", asked.join("/")).into());
    }
    let elsewhere: Vec<&str> = declared.difference(&deployed).map(String::as_str).collect();
    note(&mut found, declared.is_empty(), &elsewhere, given.0.is_some() && given.1.is_some());
    match args.format {
        Format::Table => {
            streams::print(&render::text(&found, &output::target(&args.colours, args.all)))?;
        }
        Format::Json => streams::print_json(&found)?,
    }
    Ok(match (found.summary.lost, found.summary.perhaps_lost) {
        (0, 0) => Exit::Passed,
        (0, _) => Exit::Incomplete,
        _ => Exit::Failed,
    })
}

/// What was read from the templates.
struct Read {
    stacks: Vec<Shard>,
    /// Whether there is a template at all. It may declare nothing: a plan that only destroys.
    is_template: bool,
    /// Files of folders that cannot be read.
    unread: Vec<TemplateError>,
    warnings: Vec<TemplateError>,
}

fn read(args: &Args, options: &template::Options) -> Result<Read, TemplateError> {
    let mut all = Read { stacks: Vec::new(), is_template: false, unread: Vec::new(), warnings: Vec::new() };
    for path in &args.plan {
        let found = template::sources::read(path, options, &|shard| shard)?;
        all.is_template |= !found.stacks.is_empty() || !found.unread.is_empty();
        all.stacks.extend(found.stacks);
        all.warnings.extend(found.warnings);
        let entries = found.unread.iter().map(|error| inventory::unread_file(error, options)).collect();
        all.unread.extend(found.unread);
        // A file that cannot be read may declare more.
        all.stacks.push(Shard { coverage: Coverage { entries, ..Coverage::of_template() }, ..Shard::default() });
    }
    Ok(all)
}

/// The stacks. A template that can no longer be read may declare anything.
fn stacks_of(read: Result<Read, TemplateError>) -> Vec<Shard> {
    match read {
        Ok(read) => read.stacks,
        Err(error) => {
            let entries = vec![inventory::unread_file(&error, &template::Options::default())];
            vec![Shard { coverage: Coverage { entries, ..Coverage::of_template() }, ..Shard::default() }]
        }
    }
}

/// The declarations that protect data, as the templates have them without account and Region. Tells the problems of the templates.
fn declared(args: &Args, options: &template::Options, rules: &RuleSet, warnings: Vec<TemplateError>) -> Result<BTreeSet<String>, Failure> {
    let read = read(args, options).map_err(|error| terminal(&error.to_string()))?;
    let warnings: BTreeSet<TemplateError> = warnings.into_iter().chain(read.warnings).chain(read.unread).collect();
    for warning in warnings {
        streams::tell(format_args!("warning: {}", terminal(&warning.to_string())));
    }
    if !read.is_template {
        let paths: Vec<String> = args.plan.iter().map(|path| path.display().to_string()).collect();
        return Err(format!("{}: contains no template", paths.join(", ")).into());
    }
    read.stacks.iter().try_for_each(|shard| check_waivers(shard, rules))?;
    Ok(what_if::protecting(&read.stacks))
}

fn input(args: &Args) -> Result<Input, Failure> {
    if args.demo {
        return subject::demo();
    }
    let (files, others) = subject::sorted(&args.inputs)?;
    match others.first() {
        None => Ok(Input::Files(files)),
        Some(other) => {
            let what = "is no inventory of `rel9 collect`; templates go behind --plan";
            Err(format!("{}: {what}", other.display()).into())
        }
    }
}

/// What the templates leave open about where they are deployed, and what of them is for no account and Region of the inventory.
fn note(found: &mut WhatIf, nothing: bool, elsewhere: &[&str], placed: bool) {
    if nothing {
        found.notes.push("the templates declare and destroy no plan, selection, vault, policy or setting of backups".to_owned());
    } else if !placed && found.places.len() > 1 {
        let count = found.places.len();
        found.notes.push(format!(
            "a declaration that names no account or Region counts as deployed in each of the {count} of the inventory; --account and --region choose"
        ));
    }
    if !elsewhere.is_empty() {
        found.notes.push(format!("these are for accounts or Regions that the inventory does not have: {}", elsewhere.join(", ")));
    }
}
