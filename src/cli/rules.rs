//! `rel9 rules`: list, show, test and document rules.

use super::exit::Exit;
use super::streams;
use crate::inventory::declarable::Declarables;
use crate::rules::{Care, Mistake, Rule, RuleSet, docs, selftest, sources};
use crate::template::declarable::declarables;
use clap::{Subcommand, ValueEnum};
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One line per rule
    List {
        #[command(flatten)]
        select: Select,
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Everything about one rule
    Show {
        /// The rule's id, such as data-protected
        id: String,
        /// Folder of rules that add to the built-in ones or override them
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
    /// Run the tests of the rules
    Test(Select),
    /// Write the rule reference in Markdown
    Docs {
        #[command(flatten)]
        select: Select,
        /// Folder for the reference, one page per service [default: standard output]
        #[arg(short, long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// List the checks of other tools, each with the rules that answer its question, in Markdown
    Coverage(Select),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ListFormat {
    Table,
    Json,
}

#[derive(Debug, clap::Args)]
struct Select {
    /// Folder of rules that add to the built-in ones or override them
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Use only these rules
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    rule: Vec<String>,
}

impl Select {
    fn chosen<'s>(&self, set: &'s RuleSet) -> Result<Vec<&'s Rule>, String> {
        if self.rule.is_empty() {
            return Ok(set.iter().collect());
        }
        self.rule.iter().map(|id| set.get(id).ok_or_else(|| no_rule(set, id))).collect()
    }
}

pub fn run(args: Args) -> Result<Exit, String> {
    match args.command {
        Command::List { select, format } => list(&select, format),
        Command::Show { id, rules } => {
            let set = load(&rules)?;
            let rule = set.get(&id).ok_or_else(|| no_rule(&set, &id))?;
            streams::print(&docs::one(rule, &declarables()))?;
            Ok(Exit::Passed)
        }
        Command::Test(select) => test(&select),
        Command::Docs { select, out } => write_docs(&select, out),
        Command::Coverage(select) => {
            let set = load(&select.rules)?;
            streams::print(&docs::coverage(&select.chosen(&set)?))?;
            Ok(Exit::Passed)
        }
    }
}

fn load(folders: &[PathBuf]) -> Result<RuleSet, String> {
    RuleSet::load(folders).map_err(|mistakes| mistakes_text(&mistakes))
}

fn list(select: &Select, format: ListFormat) -> Result<Exit, String> {
    let set = load(&select.rules)?;
    let rules = select.chosen(&set)?;
    let declarables = declarables();
    let text = match format {
        ListFormat::Json => {
            let entries: Vec<_> = rules.iter().map(|rule| entry(rule, &declarables)).collect();
            let mut text = serde_json::to_string_pretty(&entries).map_err(|error| error.to_string())?;
            text.push('\n');
            text
        }
        ListFormat::Table => {
            let longest = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            let mut text = String::new();
            for rule in &rules {
                let templates = sources::source_names(rule, &declarables).contains(&"cloudformation");
                let judges = match (rule.templates_only, templates) {
                    (true, _) => "templates",
                    (false, true) => "live, templates",
                    (false, false) => "live",
                };
                let _ = writeln!(
                    text,
                    "{:longest$}  {}  {:8}  {judges:15}  {}",
                    rule.id,
                    rule.best_practice.id(),
                    rule.severity.as_str(),
                    rule.title
                );
            }
            text
        }
    };
    streams::print(&text)?;
    Ok(Exit::Passed)
}

fn entry(rule: &Rule, declarables: &Declarables) -> serde_json::Value {
    let params: serde_json::Map<String, serde_json::Value> = rule
        .file
        .params
        .iter()
        .map(|(name, param)| (name.clone(), json!({ "value": param.value.value, "unit": param.value.unit, "why": param.value.why })))
        .collect();
    json!({
        "id": rule.id,
        "title": rule.title,
        "fail_title": rule.fail_title,
        "best_practice": rule.best_practice,
        "severity": rule.severity,
        "applies_to": rule.applies_to,
        "params": params,
        "sources": sources::source_names(rule, declarables),
        "references": rule.references,
    })
}

fn write_docs(select: &Select, out: Option<PathBuf>) -> Result<Exit, String> {
    let set = load(&select.rules)?;
    let pages = docs::pages(&select.chosen(&set)?, &declarables());
    let Some(folder) = out else {
        streams::print(&pages.into_values().collect::<Vec<_>>().join("\n"))?;
        return Ok(Exit::Passed);
    };
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: cannot be created: {error}", folder.display()))?;
    for (name, text) in pages {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: cannot be written: {error}", path.display()))?;
    }
    Ok(Exit::Passed)
}

/// With `--rules`, runs the tests of those folders only: the build tests the built-in rules.
fn test(select: &Select) -> Result<Exit, String> {
    let set = match select.rules.as_slice() {
        [] => RuleSet::built_in(Care::Checked),
        folders => RuleSet::of_folders(folders),
    }
    .and_then(|set| set.check_fixes(&declarables()).map(|()| set))
    .map_err(|mistakes| mistakes_text(&mistakes))?;
    let rules = select.chosen(&set)?;
    let (mut passed, mut failures) = (0, Vec::new());
    for rule in &rules {
        let (count, found) = selftest::run(rule);
        passed += count;
        failures.extend(found);
    }
    let mut out = String::new();
    for failure in &failures {
        let _ = writeln!(out, "{failure}");
    }
    let _ = writeln!(out, "{} rules: {passed} tests passed, {} failed", rules.len(), failures.len());
    streams::print(&out)?;
    Ok(if failures.is_empty() { Exit::Passed } else { Exit::Failed })
}

/// Mistakes, one a line.
pub fn mistakes_text(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n       ")
}

/// The message for a rule id that does not exist.
pub fn no_rule(set: &RuleSet, id: &str) -> String {
    match set.nearest(id) {
        Some(near) => format!("there is no rule `{id}`; did you mean `{near}`?"),
        None => format!("there is no rule `{id}`; `rel9 rules list` shows them all"),
    }
}
