//! How much data is protected, by protection state, and where. Templates do not show it.

use super::bar::bar;
use super::data::{RULE_OF_STATES, state};
use super::heat;
use super::text::{counted, number, selection};
use crate::audit::findings::Findings;
use crate::report::words;
use std::collections::HashMap;
use std::io::{self, Write};

/// Writes the share of protected data, the heat map, and the place where the script writes coverage by tag.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let coverage = &findings.summary.coverage;
    if words::is_of_templates(&findings.audit) || coverage.data_resources == 0 {
        return Ok(());
    }
    let owing = coverage.data_resources.saturating_sub(coverage.reproducible);
    write!(
        out,
        "<p class=\"lead\"><b class=\"big\">{:.1} %</b> <span>{} of {} that need a backup are protected</span></p>",
        coverage.percent,
        number(coverage.protected),
        counted(owing, "data resource"),
    )?;
    let states = [
        ("pass", "on_schedule", "protected on schedule", coverage.on_schedule),
        ("old", "restorable_only", words::RESTORABLE_ONLY, coverage.restorable_only),
        ("late", "stale", "stale: only late backups", coverage.stale),
        ("part", "selected_not_protected", "selected, never backed up", coverage.selected_not_protected),
        ("part2", "opt_in_blocked", "blocked by the opt-in", coverage.opt_in_blocked),
        ("fail", "unprotected", "unprotected", coverage.unprotected),
        ("unknown", "unknown", "unknown", coverage.unknown),
        ("waived", "exempt", "exempt: can be rebuilt", coverage.reproducible),
    ];
    bar(&states.map(|(class, _, _, count)| (class, count)), out)?;
    out.write_all(b"<ul class=\"legend\">")?;
    let found = by_state(findings);
    for (class, state, name, count) in states.into_iter().filter(|(.., count)| *count > 0) {
        write!(out, "<li class=\"{class}\"><b>{}</b> {name}</li>", linked(findings, &found, state, count))?;
    }
    out.write_all(b"</ul>")?;
    heat::write(findings, out)?;
    out.write_all(b"<div id=\"owners\" hidden></div>")
}

/// The findings that a coverage count stands for, by protection state.
fn by_state(findings: &Findings) -> HashMap<&'static str, u64> {
    let mut found = HashMap::new();
    for state in findings.findings.iter().filter_map(|finding| state(finding)) {
        *found.entry(state).or_default() += 1;
    }
    found
}

/// A count that leads to what it counts, where the document shows exactly that.
fn linked(findings: &Findings, found: &HashMap<&'static str, u64>, state: &str, count: u64) -> String {
    // The list also has the instances and members of clusters, which the coverage does not count.
    if state == "exempt" && !findings.reproducible.is_empty() {
        return format!("<a href=\"#exempt\">{}</a>", number(count));
    }
    if found.get(state) != Some(&count) {
        return number(count);
    }
    format!("<a href=\"{}\">{}</a>", selection(&[("rule", RULE_OF_STATES), ("status", "all"), ("state", state)]), number(count))
}
