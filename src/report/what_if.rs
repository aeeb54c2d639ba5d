//! `rel9 what-if` for a terminal. Only renders the document.

use super::escape::{cut, terminal};
use super::{Target, words, wrap};
use crate::audit::what_if::document::{Answer, Changed, Deployment, FindingChange, Kept, Kind, Run, Stand, Way, WhatIf};
use crate::inventory::figures::human_duration;
use crate::protection::facts::State;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Entries that a list shows without `--all`.
const LISTED: usize = 20;

/// Reasons and misses that an entry shows.
const REASONS: usize = 3;

/// Characters of one text.
const TEXT: usize = 400;

const BOLD: &str = "1";
const RED: &str = "1;31";
const GREEN: &str = "1;32";
const YELLOW: &str = "1;33";

/// Text for a terminal.
pub fn text(found: &WhatIf, target: &Target) -> String {
    let mut page = Page { target, out: String::new() };
    page.head(found);
    page.changes(&found.changes);
    page.group("LOSE their backups", RED, &found.lost, lost);
    page.group("may lose or gain backups: not known", YELLOW, &found.unknown, unknown);
    page.group("get backups", GREEN, &found.gained, gained);
    page.group("are backed up by other plans or rules", BOLD, &found.moved, moved);
    page.group("stay without protection", BOLD, &found.still_unprotected, missed);
    page.findings(&found.findings);
    page.tail(found);
    page.out
}

struct Page<'t> {
    target: &'t Target<'t>,
    out: String,
}

impl Page<'_> {
    fn paint(&self, text: &str, style: &str) -> String {
        if self.target.colour { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A paragraph; the lines after its first begin below the text behind `lead`.
    fn paragraph(&mut self, lead: &str, text: &str) {
        let indent = wrap::columns(lead);
        for (number, line) in wrap::text(&terminal(text), self.target.width.saturating_sub(indent)).iter().enumerate() {
            let _ = writeln!(self.out, "{}{line}", if number == 0 { lead.to_owned() } else { " ".repeat(indent) });
        }
    }

    fn title(&mut self, text: &str, style: &str) {
        let painted = self.paint(text, style);
        let _ = writeln!(self.out, "\n{painted}");
    }

    fn head(&mut self, found: &WhatIf) {
        let title = self.paint("What if these templates were deployed?", BOLD);
        let _ = writeln!(self.out, "{title}");
        let places: Vec<String> = found.places.iter().map(|place| format!("{}/{}", place.account, place.region)).collect();
        let places = match places.as_slice() {
            [] => "nowhere".to_owned(),
            [first, .., last] if places.len() > 3 => format!("{} accounts and Regions, {first} to {last}", places.len()),
            some => some.join(", "),
        };
        self.paragraph("", &format!("{} · deployed at {} · in {places}", found.source, found.as_of.format("%Y-%m-%d %H:%M UTC")));
        for note in &found.notes {
            self.paragraph("Note: ", note);
        }
        let summary = &found.summary;
        let verdict = match (summary.lost, summary.perhaps_lost) {
            (0, 0) => self.paint("No resource loses its backups.", GREEN),
            (0, perhaps) => self.paint(&format!("Whether {} its backups is not known.", of(perhaps, "loses", "lose")), YELLOW),
            (lost, _) => self.paint(&format!("{} backups.", of(lost, "loses its", "lose their")), RED),
        };
        let _ = writeln!(self.out, "\n{verdict} {} backups.", of(summary.gained, "gets", "get"));
    }

    /// What the deployment does, each change once for all places.
    fn changes(&mut self, changes: &[Deployment]) {
        let mut places: BTreeMap<(Kind, &str, &str), Vec<&Deployment>> = BTreeMap::new();
        for change in changes {
            places.entry((change.change, &change.type_name, &change.name)).or_default().push(change);
        }
        self.title(&format!("The deployment ({})", places.len()), BOLD);
        if places.is_empty() {
            self.paragraph("  ", "The templates declare no plan, selection, vault, policy or setting for these accounts and Regions.");
        }
        let shown = if self.target.all { places.len() } else { LISTED };
        let hidden = places.len().saturating_sub(shown);
        for ((kind, type_name, name), of_kind) in places.into_iter().take(shown) {
            let because = of_kind.first().and_then(|change| change.because.as_deref());
            let replaces = of_kind.first().and_then(|change| change.replaces.as_deref());
            let (sign, end) = match (kind, because) {
                (Kind::Added, Some(why)) => ("  ? ", format!(": counts as added; {why}")),
                (Kind::Added, None) => ("  + ", ": added, replaces nothing".to_owned()),
                (Kind::Replaced, how) => {
                    let which =
                        replaces.filter(|_| of_kind.len() == 1).map_or_else(|| "the one in the inventory".to_owned(), str::to_owned);
                    ("  ~ ", format!(": replaces {which} ({})", how.unwrap_or("the same")))
                }
                (Kind::Removed, why) => ("  - ", format!(": removed, {}", why.unwrap_or("the templates do not declare it"))),
            };
            let file = of_kind.first().and_then(|change| change.location.as_ref());
            let file = file.map_or(String::new(), |location| format!(" ({}:{})", location.file, location.line));
            let places: BTreeSet<String> = of_kind.iter().map(|change| format!("{}/{}", change.account, change.region)).collect();
            let place = match places.first() {
                Some(one) if places.len() == 1 => format!(" in {one}"),
                _ => format!(" in {} accounts and Regions", places.len()),
            };
            let place = if of_kind.len() > places.len() { format!("{place}, {} times", of_kind.len()) } else { place };
            self.paragraph(sign, &format!("{type_name} {}{file}{place}{end}", cut(name, TEXT)));
        }
        self.hidden(hidden);
    }

    fn group(&mut self, title: &str, style: &str, resources: &[Changed], lines: fn(&Changed) -> Vec<String>) {
        if resources.is_empty() {
            return;
        }
        self.title(&format!("{}: {title}", words::counted(resources.len() as u64, "resource")), style);
        let shown = if self.target.all { resources.len() } else { LISTED };
        // Many resources have the same plan and the same reasons, which are said once.
        let mut groups: Vec<(Vec<String>, Vec<&Changed>)> = Vec::new();
        for changed in resources.iter().take(shown) {
            let lines = lines(changed);
            match groups.iter_mut().find(|(known, _)| *known == lines) {
                Some((_, group)) => group.push(changed),
                None => groups.push((lines, vec![changed])),
            }
        }
        for (lines, group) in groups {
            for changed in group {
                let lead = format!("{}, {}", cut(&words::placed(&changed.resource), TEXT), changed.resource.type_name);
                self.paragraph("  - ", &format!("{lead}: {}", states(&changed.before, &changed.after)));
            }
            for line in lines {
                self.paragraph("      ", &cut(&line, TEXT));
            }
        }
        self.hidden(resources.len().saturating_sub(shown));
    }

    fn hidden(&mut self, hidden: usize) {
        if hidden > 0 {
            let _ = writeln!(self.out, "  … and {hidden} more (--all shows them, --format json has them)");
        }
    }

    fn findings(&mut self, findings: &[FindingChange]) {
        if findings.is_empty() {
            return;
        }
        let mut groups: BTreeMap<(bool, &str, String), Vec<&FindingChange>> = BTreeMap::new();
        for finding in findings {
            groups.entry((!finding.worse, &finding.rule, from_to(finding))).or_default().push(finding);
        }
        self.title(&format!("Findings that change ({})", findings.len()), BOLD);
        let shown = if self.target.all { groups.len() } else { LISTED };
        let hidden = groups.len().saturating_sub(shown);
        for ((better, rule, change), group) in groups.into_iter().take(shown) {
            let named: Vec<String> = group.iter().take(REASONS).map(|finding| words::placed(&finding.resource)).collect();
            let more = group.len().saturating_sub(named.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let lead = if better { "  - ".to_owned() } else { format!("  {} ", self.paint("!", RED)) };
            let text = format!("{rule}, {change}: {}{more}", named.join(", "));
            let lines = wrap::text(&terminal(&cut(&text, TEXT)), self.target.width.saturating_sub(4));
            for (number, line) in lines.iter().enumerate() {
                let _ = writeln!(self.out, "{}{line}", if number == 0 { lead.as_str() } else { "    " });
            }
        }
        self.hidden(hidden);
    }

    fn tail(&mut self, found: &WhatIf) {
        let (before, after, counts) = (&found.coverage.before, &found.coverage.after, &found.summary);
        let owing = before.data_resources.saturating_sub(before.reproducible);
        self.out.push('\n');
        let then = if after.percent == found.coverage.expected_percent {
            format!("{:.1} % after the deployment", after.percent)
        } else {
            format!("{:.1} % once the first backup of each gained resource has succeeded", found.coverage.expected_percent)
        };
        self.paragraph(
            "",
            &format!("Coverage: {} of {owing} data resources protected ({:.1} %); {then}.", before.protected, before.percent),
        );
        self.paragraph(
            "",
            &format!(
                "{} lost, {} gained, {} moved, {} unknown, {} still without protection, {} unaffected, {} exempt. No plan has run: a resource that gets backups has none until the first run has succeeded.",
                counts.lost, counts.gained, counts.moved, counts.unknown, counts.still_unprotected, counts.unaffected, counts.exempt
            ),
        );
    }
}

/// `1 resource loses`, `3 resources lose`, `no resource loses`
fn of(count: u64, one: &str, several: &str) -> String {
    match count {
        0 => format!("No resource {one}"),
        1 => format!("1 resource {one}"),
        count => format!("{count} resources {several}"),
    }
}

fn states(before: &Stand, after: &Stand) -> String {
    let word = |stand: &Stand| match stand.state {
        Some(State::Protected) => "protected",
        Some(State::Stale) => "stale",
        Some(State::OptInBlocked) => "blocked by opt-in",
        Some(State::SelectedNotProtected) => "selected, no backup yet",
        Some(State::Unprotected) => "unprotected",
        None => "not known",
    };
    match (word(before), word(after)) {
        (before, after) if before == after => before.to_owned(),
        (before, after) => format!("{before} → {after}"),
    }
}

fn lost(changed: &Changed) -> Vec<String> {
    let mut lines: Vec<String> = changed.loses.iter().map(|way| format!("loses {}", named(way))).collect();
    lines.extend(misses(changed));
    lines.extend(changed.after.explanation.iter().map(|why| format!("after: {why}")));
    lines
}

fn gained(changed: &Changed) -> Vec<String> {
    changed.gains.iter().flat_map(would_be).collect()
}

fn moved(changed: &Changed) -> Vec<String> {
    let loses = changed.loses.iter().map(|way| format!("no longer by {}{}", named(way), rules(way)));
    loses.chain(changed.gains.iter().flat_map(would_be)).collect()
}

fn unknown(changed: &Changed) -> Vec<String> {
    let mut lines: Vec<String> = changed.loses.iter().map(|way| format!("now by {}", named(way))).collect();
    lines.extend(limited(&changed.unknown_because));
    lines
}

fn missed(changed: &Changed) -> Vec<String> {
    let mut lines: Vec<String> = changed.keeps.iter().map(|way| format!("selected by {}", named(way))).collect();
    lines.extend(misses(changed));
    if lines.is_empty() {
        lines.extend(changed.after.explanation.clone());
    }
    lines
}

fn misses(changed: &Changed) -> Vec<String> {
    let miss = |miss: &crate::audit::what_if::document::Miss| {
        let selection = miss.selection.as_ref().map_or(String::new(), |selection| format!(", selection {selection}"));
        format!("not by {} {}{selection}: {}", kind(&miss.kind), miss.name, miss.why)
    };
    limited(&changed.missed_by.iter().map(miss).collect::<Vec<_>>())
}

fn limited(lines: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = lines.iter().take(REASONS).cloned().collect();
    if lines.len() > REASONS {
        shown.push(format!("… and {} more", lines.len() - REASONS));
    }
    shown
}

fn kind(kind: &str) -> &str {
    if kind == "dlm_policy" { "DLM policy" } else { "backup plan" }
}

/// `backup plan daily, selection databases`
fn named(way: &Way) -> String {
    let selection = way.selection.as_ref().map_or(String::new(), |selection| format!(", selection {selection}"));
    format!("{} {}{selection}", kind(&way.kind), way.name)
}

/// ` (d35: daily, kept 35 d)`
fn rules(way: &Way) -> String {
    if way.rules.is_empty() {
        return String::new();
    }
    let rules: Vec<String> = way.rules.iter().map(|run| format!("{}: {}", run.name, often(run))).collect();
    format!(" ({})", rules.join("; "))
}

/// One line for each rule: nothing has run, so nothing is promised but the schedule.
fn would_be(way: &Way) -> Vec<String> {
    let verb = if way.kind == "dlm_policy" { "would be targeted by" } else { "would be selected by" };
    if way.rules.is_empty() {
        return vec![format!("{verb} {}, whose rules are not known", named(way))];
    }
    let line = |run: &Run| {
        let first =
            run.first_run_at.map_or(String::new(), |at| format!("; first backup expected after {}", at.format("%Y-%m-%d %H:%M UTC")));
        let (rule, what) = (if way.kind == "dlm_policy" { "schedule" } else { "rule" }, often(run));
        let name = if run.name.is_empty() { String::new() } else { format!(", {rule} {}", run.name) };
        format!("{verb} {}{name}: {what}{first}", named(way))
    };
    way.rules.iter().map(line).collect()
}

/// `daily, kept 35 d`
fn often(run: &Run) -> String {
    let every = match run.interval_seconds {
        Some(3_600) => "hourly".to_owned(),
        Some(86_400) => "daily".to_owned(),
        Some(604_800) => "weekly".to_owned(),
        Some(seconds) => format!("every {}", human_duration(seconds)),
        None => "its schedule is not known".to_owned(),
    };
    let continuous = if run.continuous == Some(true) { ", continuous" } else { "" };
    let kept = match (run.kept, run.retention_days) {
        (Some(Kept::Days), Some(days)) => format!("kept {days} d"),
        (Some(Kept::Count), _) => "kept by number".to_owned(),
        (Some(Kept::ForEver), _) => "kept for ever".to_owned(),
        _ => "retention not known".to_owned(),
    };
    format!("{every}{continuous}, {kept}")
}

/// `pass → fail (high)`
fn from_to(change: &FindingChange) -> String {
    let answer = |answer: &Option<Answer>| match answer {
        Some(answer) => format!("{} ({})", answer.status.as_str(), answer.severity.as_str()),
        None => "no finding".to_owned(),
    };
    format!("{} → {}", answer(&change.before), answer(&change.after))
}
