//! The policy file that was used, and what its entries did.

use super::text::{Html, counted, number};
use crate::audit::findings::Findings;
use crate::audit::policy_use::{PolicyUse, UseState};
use crate::report::escape::cut;
use std::io::{self, Write};

/// Entries of one list.
const LISTED: usize = 50;
/// States of entries, as they are counted.
const STATES: [(UseState, &str); 5] = [
    (UseState::Used, "used"),
    (UseState::Unused, "unused"),
    (UseState::Ended, "ended"),
    (UseState::Unknown, "unknown"),
    (UseState::NotReached, "not reached"),
];

/// Writes the panel, also where no policy file was given: what that means stands there.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let Some(policy) = &findings.audit.policy else {
        return match &findings.audit.policy_digest {
            Some(digest) => write!(
                out,
                "<p>A policy file was used, <code>{}</code>. The document does not tell what its entries did.</p>",
                Html(digest)
            ),
            None => out.write_all(
                b"<p>No policy file was given. Data then owes a backup, but no RPO, RTO or retention of its own.</p>\
                  <p class=\"hint\"><code>rel9 init</code> writes a policy file to start with.</p>",
            ),
        };
    };
    out.write_all(b"<dl class=\"used\">")?;
    let digest =
        findings.audit.policy_digest.as_deref().map_or(String::new(), |digest| format!(" <small>{}</small>", Html(&cut(digest, 19))));
    write!(out, "<div><dt>File</dt><dd><code>{}</code>{digest}</dd></div>", Html(&cut(&policy.path, 200)))?;
    objectives(policy, out)?;
    entries(
        out,
        "Waivers",
        policy
            .waivers
            .iter()
            .map(|entry| Entry {
                state: entry.state,
                line: entry.line,
                name: entry.rules.join(", "),
                did: counted(entry.findings, "finding"),
                why: entry.why.as_deref(),
            })
            .collect(),
    )?;
    entries(
        out,
        "Restore automation",
        policy
            .restore_automation
            .iter()
            .map(|entry| Entry {
                state: entry.state,
                line: entry.line,
                name: entry.arn.clone(),
                did: counted(entry.resources, "resource"),
                why: entry.why.as_deref(),
            })
            .collect(),
    )?;
    entries(
        out,
        "Exempt data",
        policy
            .reproducible
            .iter()
            .map(|entry| Entry {
                state: entry.state,
                line: entry.line,
                name: entry.matches.clone(),
                did: counted(entry.resources, "resource"),
                why: entry.why.as_deref(),
            })
            .collect(),
    )?;
    if !policy.rules.is_empty() {
        write!(out, "<div><dt>Settings</dt><dd>{} without effect<ul>", counted(policy.rules.len() as u64, "rule"))?;
        for setting in policy.rules.iter().take(LISTED) {
            write!(
                out,
                "<li>{} <small>line {}: {}</small></li>",
                Html(&cut(&setting.rule, 80)),
                setting.line,
                Html(&cut(&setting.why, 300))
            )?;
        }
        out.write_all(b"</ul></dd></div>")?;
    }
    out.write_all(b"</dl>")
}

/// Each objective with the data that owes it, and the data that owes none.
fn objectives(policy: &PolicyUse, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<div><dt>Objectives</dt><dd><ul class=\"plain\">")?;
    for objective in policy.objectives.iter().take(LISTED) {
        let count = match objective.state {
            UseState::Used => counted(objective.resources, "resource"),
            state => format!("<b class=\"odd\">{}</b>", word(state)),
        };
        let exempt = if objective.reproducible > 0 { format!(", {} exempt", number(objective.reproducible)) } else { String::new() };
        write!(out, "<li>{} <small>{count}{exempt}</small></li>", Html(&cut(&objective.name, 80)))?;
    }
    for (count, meaning) in [(policy.no_objective, "without an objective"), (policy.unknown_objective, "of which it is not known")] {
        if count > 0 {
            write!(out, "<li><i>{} {meaning}</i></li>", counted(count, "resource"))?;
        }
    }
    out.write_all(b"</ul></dd></div>")
}

/// An entry of the policy file, as its list shows it.
struct Entry<'a> {
    state: UseState,
    line: u64,
    name: String,
    did: String,
    why: Option<&'a str>,
}

/// How many entries are in which state, then the entries: those that did nothing are open.
fn entries(out: &mut dyn Write, title: &str, entries: Vec<Entry>) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let counts: Vec<String> = STATES
        .iter()
        .map(|(state, word)| (entries.iter().filter(|entry| entry.state == *state).count(), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| if *word == "used" { format!("{count} {word}") } else { format!("<b class=\"odd\">{count} {word}</b>") })
        .collect();
    write!(out, "<div><dt>{title}</dt><dd>{}", counts.join(" · "))?;
    let (used, idle): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| entry.state == UseState::Used);
    if !idle.is_empty() {
        list(&idle, out)?;
    }
    if !used.is_empty() {
        out.write_all(b"<details><summary>Those that are used</summary>")?;
        list(&used, out)?;
        out.write_all(b"</details>")?;
    }
    out.write_all(b"</dd></div>")
}

fn list(entries: &[&Entry], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<ul>")?;
    for entry in entries.iter().take(LISTED) {
        let why = match entry.state {
            UseState::Used => entry.did.clone(),
            state => entry.why.map_or(word(state).to_owned(), |why| format!("{}: {}", word(state), Html(&cut(why, 300)))),
        };
        write!(out, "<li>{} <small>line {}, {why}</small></li>", Html(&cut(&entry.name, 120)), entry.line)?;
    }
    out.write_all(b"</ul>")
}

fn word(state: UseState) -> &'static str {
    STATES.iter().find(|(known, _)| *known == state).map_or("unknown", |(_, word)| word)
}
