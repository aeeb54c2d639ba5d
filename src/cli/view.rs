//! The flags about what the table shows and how.

use crate::report::{GroupBy, Target};
use crate::rules::Severity;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::ffi::OsString;

#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Reports")]
pub struct View {
    /// Include passing findings and every resource of a rule in table, markdown and sarif, which otherwise omit them
    #[arg(long)]
    all: bool,
    /// Lowest severity that the table shows; counts and gate do not change [default: high, with --all info]
    #[arg(long, value_name = "SEVERITY")]
    min_severity: Option<Severity>,
    /// Order of the table: rule, resource, account, region or tag:KEY [default: rule]
    #[arg(long, value_name = "WHAT", value_parser = grouping)]
    group_by: Option<Grouping>,
    /// Show in the table how to fix what fails: steps, and commands or what to write into the template (with --all for every resource)
    #[arg(long)]
    fix: bool,
    #[command(flatten)]
    colours: Colours,
}

/// The flag about colours, which every command with text for people has.
#[derive(Clone, Debug, clap::Args)]
pub struct Colours {
    /// Colours in text for people [default: auto, on a terminal]
    #[arg(long, value_name = "WHEN")]
    color: Option<Colour>,
}

impl Colours {
    /// Whether text for this place is coloured.
    pub fn on(&self, place: Place) -> bool {
        match self.color.unwrap_or(Colour::Auto) {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => is_coloured(place),
        }
    }
}

#[derive(Clone, Debug)]
enum Grouping {
    Rule,
    Resource,
    Account,
    Region,
    Tag(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

/// Where something is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Terminal,
    /// Standard output or standard error, but not a terminal.
    Stream,
    File,
}

impl View {
    /// Checks that a table is there for the flags that only a table obeys.
    ///
    /// # Errors
    /// A flag that would do nothing.
    pub fn check(&self, has_table: bool) -> Result<(), String> {
        let given = [("--min-severity", self.min_severity.is_some()), ("--group-by", self.group_by.is_some()), ("--fix", self.fix)];
        match given.iter().find(|(_, given)| *given) {
            Some((flag, _)) if !has_table => {
                Err(format!("{flag} changes only the table, which is not among the formats: add --format table"))
            }
            _ => Ok(()),
        }
    }

    /// What a report gets to know of its output.
    pub fn target(&self, width: usize, place: Place) -> Target<'_> {
        let group_by = match &self.group_by {
            None | Some(Grouping::Rule) => GroupBy::Rule,
            Some(Grouping::Resource) => GroupBy::Resource,
            Some(Grouping::Account) => GroupBy::Account,
            Some(Grouping::Region) => GroupBy::Region,
            Some(Grouping::Tag(key)) => GroupBy::Tag(key),
        };
        Target { width, colour: self.colours.on(place), all: self.all, min_severity: self.min_severity, group_by, fix: self.fix }
    }
}

/// Whether to use colours, by the environment.
pub fn is_coloured(place: Place) -> bool {
    coloured_by(place, |name| std::env::var_os(name))
}

/// NO_COLOR (no-color.org) wins over FORCE_COLOR (force-color.org) and CLICOLOR_FORCE
/// (bixense.com/clicolors).
fn coloured_by(place: Place, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let is_zero = |name: &str| variable(name).is_some_and(|value| value == "0");
    let is_forced = ["FORCE_COLOR", "CLICOLOR_FORCE"].iter().any(|name| is_set(name) && !is_zero(name));
    let is_refused = is_set("NO_COLOR") || is_zero("FORCE_COLOR");
    match place {
        Place::File => false,
        _ if is_refused => false,
        _ if is_forced => true,
        Place::Stream => false,
        Place::Terminal => !is_zero("CLICOLOR") && variable("TERM").is_none_or(|terminal| terminal != "dumb"),
    }
}

fn grouping(text: &str) -> Result<Grouping, String> {
    match text.split_once(':') {
        Some(("tag", "")) => Err("write the tag's key, as in tag:owner".to_owned()),
        Some(("tag", key)) => Ok(Grouping::Tag(key.to_owned())),
        _ => match text {
            "rule" => Ok(Grouping::Rule),
            "resource" => Ok(Grouping::Resource),
            "account" => Ok(Grouping::Account),
            "region" => Ok(Grouping::Region),
            _ => Err("it is rule, resource, account, region or tag:KEY".to_owned()),
        },
    }
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &[Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, coloured_by};

    #[test]
    fn the_environment_decides_on_colours() {
        let with = |place: Place, variables: &[(&str, &str)]| {
            coloured_by(place, |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into()))
        };
        for (variables, terminal, stream) in [
            (&[][..], true, false),
            (&[("NO_COLOR", "1")], false, false),
            (&[("NO_COLOR", "")], true, false),
            (&[("FORCE_COLOR", "1")], true, true),
            (&[("FORCE_COLOR", "0")], false, false),
            (&[("CLICOLOR_FORCE", "1")], true, true),
            (&[("CLICOLOR_FORCE", "0")], true, false),
            (&[("CLICOLOR", "0")], false, false),
            (&[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], true, true),
            (&[("NO_COLOR", "1"), ("FORCE_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false, false),
            (&[("TERM", "dumb")], false, false),
        ] {
            assert_eq!((with(Place::Terminal, variables), with(Place::Stream, variables)), (terminal, stream), "{variables:?}");
            assert!(!with(Place::File, variables), "{variables:?}");
        }
    }
}
