//! `rel9 rules`: list, show, test and document rules.

use super::Exit;
use crate::rules::{Rule, RuleSet, selftest};
use clap::Subcommand;
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the rules' own tests
    Test(Select),
}

#[derive(Debug, clap::Args)]
struct Select {
    /// Folder of rules that add to the built-in ones or override them
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Only these rules
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
}

impl Select {
    fn chosen<'s>(&self, set: &'s RuleSet) -> Result<Vec<&'s Rule>, String> {
        if self.rule.is_empty() {
            return Ok(set.iter().collect());
        }
        self.rule.iter().map(|id| set.get(id).ok_or_else(|| super::no_rule(set, id))).collect()
    }
}

pub fn run(args: Args) -> Result<Exit, String> {
    match args.command {
        Command::Test(select) => test(&select),
    }
}

/// With `--rules`, the tests of those folders alone: the built-in ones are tested by their own build.
fn test(select: &Select) -> Result<Exit, String> {
    let set = match select.rules.as_slice() {
        [] => RuleSet::load(&select.rules),
        folders => RuleSet::of_folders(folders),
    }
    .map_err(|mistakes| super::list_of(&mistakes))?;
    let rules = select.chosen(&set)?;
    let (mut passed, mut failures) = (0, Vec::new());
    for rule in &rules {
        match selftest::run(rule) {
            Ok(count) => passed += count,
            Err(found) => failures.extend(found),
        }
    }
    let mut out = String::new();
    for failure in &failures {
        let _ = writeln!(out, "{failure}");
    }
    let _ = writeln!(out, "{} rules: {passed} tests passed, {} failed", rules.len(), failures.len());
    super::print(&out)?;
    Ok(if failures.is_empty() { Exit::Passed } else { Exit::Failed })
}
