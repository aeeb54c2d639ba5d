//! `rel9 diff` for people: as text for a terminal and as Markdown. Only renders the comparison.

use super::escape::{cut, terminal};
use super::markdown::escape;
use super::{words, wrap};
use crate::audit::diff::{Answer, Change, Diff, NotRead};
use crate::audit::findings::ResourceRef;
use std::cmp::Reverse;
use std::fmt::Write as _;

/// Entries that a list shows without `--all`.
const LISTED: usize = 20;

/// Characters of one text.
const TEXT: usize = 500;

/// A list of the report: title, and what is in it.
struct Section {
    title: String,
    entries: Vec<Entry>,
}

/// A line of a list: its subject, and a text about it.
struct Entry {
    lead: String,
    text: String,
}

/// Text for a terminal.
pub fn text(diff: &Diff, all: bool, width: usize) -> String {
    let mut out = format!("{}\n{}\n\n", terminal(&sides(diff)), verdict(diff));
    let paragraph = |out: &mut String, lead: &str, text: &str| {
        for (number, line) in wrap::text(text, width.saturating_sub(lead.len())).iter().enumerate() {
            let _ = writeln!(out, "{}{line}", if number == 0 { lead.to_owned() } else { " ".repeat(lead.len()) });
        }
    };
    for section in sections(diff) {
        let _ = writeln!(out, "{} ({})", section.title, section.entries.len());
        let listed = if all { section.entries.len() } else { LISTED };
        for entry in section.entries.iter().take(listed) {
            paragraph(
                &mut out,
                "  - ",
                &format!("{}{}", terminal(&cut(&entry.lead, TEXT)), lined(&terminal(&cut(&entry.text, TEXT)), ": ")),
            );
        }
        if section.entries.len() > listed {
            let _ = writeln!(out, "  … and {} more (--all shows them, --format json has them)", section.entries.len() - listed);
        }
        out.push('\n');
    }
    paragraph(&mut out, "", &counts(diff));
    out
}

/// Markdown, for a pull request or a ticket.
pub fn markdown(diff: &Diff, all: bool) -> String {
    let mut out = format!("# REL 9: what changed\n\n{}\n\n**{}**\n\n{}\n", shown(&sides(diff)), verdict(diff), counts(diff));
    for section in sections(diff) {
        let _ = writeln!(out, "\n## {} ({})\n", section.title, section.entries.len());
        let listed = if all { section.entries.len() } else { LISTED };
        for entry in section.entries.iter().take(listed) {
            let _ = writeln!(out, "- {}{}", shown(&entry.lead), lined(&shown(&entry.text), ": "));
        }
        if section.entries.len() > listed {
            let _ = writeln!(out, "- … and {} more", section.entries.len() - listed);
        }
    }
    out
}

/// A text in Markdown.
fn shown(text: &str) -> String {
    escape::text(&cut(text, TEXT))
}

fn lined(text: &str, before: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{before}{text}") }
}

fn sides(diff: &Diff) -> String {
    let when = |side: &crate::audit::diff::Side| side.as_of.format("%Y-%m-%d %H:%M UTC").to_string();
    let rules = if diff.old.rules_digest == diff.new.rules_digest { "" } else { " · the rules differ" };
    let policy = if diff.old.policy_digest == diff.new.policy_digest { "" } else { " · the policies differ" };
    // Findings that were left out look like findings that are gone.
    let partial = if diff.old.partial == diff.new.partial { "" } else { " · they left different parts out" };
    format!("From {} to {}{rules}{policy}{partial}", when(&diff.old), when(&diff.new))
}

fn verdict(diff: &Diff) -> &'static str {
    if diff.worse { "Something got worse." } else { "Nothing got worse." }
}

fn counts(diff: &Diff) -> String {
    let counts = &diff.summary;
    format!(
        "{} new failures ({} of new rules), {} fixed, {} changed, {} unchanged, {} failures gone; {} other findings came, {} went; {} resources came, {} went.",
        counts.new_failures,
        counts.of_new_rules,
        counts.fixed,
        counts.changed,
        counts.unchanged,
        counts.gone,
        counts.added,
        counts.removed,
        counts.resources_came,
        counts.resources_went
    )
}

/// The lists that are not empty, the most important first.
fn sections(diff: &Diff) -> Vec<Section> {
    let (worse, other): (Vec<&Change>, Vec<&Change>) = diff.changed.iter().partition(|change| change.worse);
    // The worst first, because a long list is cut.
    let severity = |change: &&Change| Reverse(change.new.as_ref().or(change.old.as_ref()).map(|answer| answer.severity));
    let changes = |title: &str, mut changes: Vec<&Change>| {
        changes.sort_by_key(severity);
        Section { title: title.to_owned(), entries: changes.into_iter().map(entry_of).collect() }
    };
    let resources = |title: &str, resources: &[ResourceRef]| Section {
        title: title.to_owned(),
        entries: resources.iter().map(|resource| Entry { lead: words::placed(resource), text: resource.type_name.clone() }).collect(),
    };
    let rules = |title: &str, rules: &[String]| Section {
        title: title.to_owned(),
        entries: rules.iter().map(|rule| Entry { lead: rule.clone(), text: String::new() }).collect(),
    };
    let all = [
        changes("New failures", diff.new_failures.iter().collect()),
        Section { title: "No longer read".to_owned(), entries: diff.not_read.iter().map(unread).collect() },
        changes("Got worse", worse),
        changes("Fixed", diff.fixed.iter().collect()),
        changes("Changed", other),
        changes("Failures that are gone with their resource or rule", diff.gone.iter().collect()),
        resources("Resources that came", &diff.resources_came),
        resources("Resources that went", &diff.resources_went),
        rules("Rules with findings now, and none before", &diff.rules_came),
        rules("Rules with findings before, and none now", &diff.rules_went),
    ];
    all.into_iter().filter(|section| !section.entries.is_empty()).collect()
}

fn entry_of(change: &Change) -> Entry {
    let new_rule = if change.new_rule { " [new rule]" } else { "" };
    let said = change.new.as_ref().or(change.old.as_ref()).map_or("", |answer| &*answer.message);
    Entry { lead: format!("{} {}{new_rule}, {}", change.rule, words::placed(&change.resource), from_to(change)), text: said.to_owned() }
}

/// `pass → fail (high)`, `fail (low) → fail (high)`
fn from_to(change: &Change) -> String {
    let both = |answer: &Answer| format!("{} ({})", answer.status.as_str(), answer.severity.as_str());
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if old.severity == new.severity => format!("{} → {}", old.status.as_str(), both(new)),
        (old, new) => {
            let answer = |answer: &Option<Answer>| answer.as_ref().map_or("no finding".to_owned(), both);
            format!("{} → {}", answer(old), answer(new))
        }
    }
}

fn unread(lost: &NotRead) -> Entry {
    let lead = format!("{}/{}", lost.account, lost.region);
    match (&lost.operation, lost.status) {
        (Some(operation), Some(status)) => Entry { lead, text: format!("{operation} {}", status.as_str()) },
        _ => Entry { lead, text: "missing from the new audit".to_owned() },
    }
}
