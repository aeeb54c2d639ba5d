//! The gate: decides the exit code of an audit, and says why in one sentence. Nothing else decides it.

use super::Options;
use super::fail_on::FailOn;
use super::findings::{BaselineMark, Findings, Gate, Status, Verdict};
use super::fingerprint::fingerprint;
use std::collections::BTreeSet;

/// Maximum characters of a quoted text: an ARN, or an error of a template, which may be a megabyte.
const QUOTED: usize = 160;

/// What the gate has to know besides the findings.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    pub fail_on: FailOn,
    /// Something unread does not change the exit code.
    pub allow_incomplete: bool,
    /// What the audit was asked for and is not there.
    pub absent: &'a Absent,
}

/// What an audit was asked for by name, and is not there or was not judged: a misspelt name must not look like a pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absent {
    /// The ARNs of `--resource`.
    pub resources: Vec<String>,
    /// No resource has the tags of `--tag`.
    pub tags: bool,
}

impl Findings {
    /// Decides the gate, and completes the document: the id covers the decision, and nothing may change after it.
    pub fn decide_gate(&mut self, terms: &Terms) {
        self.gate = Some(decide(self, terms));
        self.audit.id = fingerprint(self);
    }

    /// What the audit was asked for and is not there. `found` are the resources that its options name. Where options exclude rules, a resource
    /// that is there may have no findings.
    pub fn absent(&self, options: &Options, found: &BTreeSet<String>) -> Absent {
        let judged: BTreeSet<&str> = match options.excludes_rules() {
            true => found.iter().map(String::as_str).collect(),
            false => {
                let exempt = self.reproducible.iter().map(|data| &*data.resource);
                self.findings.iter().map(|finding| &*finding.resource).chain(exempt).map(|resource| resource.arn.as_str()).collect()
            }
        };
        Absent {
            resources: options.resources.iter().filter(|arn| !judged.contains(arn.as_str())).cloned().collect(),
            tags: !options.tags.is_empty() && judged.is_empty(),
        }
    }
}

/// Decides the gate. A failure that the baseline knows does not fail it. An unknown finding at or above the limit might be a failure, so the gate
/// does not pass; nor does it where a call was not answered or a requested resource is missing.
pub fn decide(findings: &Findings, terms: &Terms) -> Gate {
    let fail_on = terms.fail_on;
    let Counts { failing, known, unknown } = counts(findings, fail_on);
    let doubts = doubts(findings, terms, unknown);
    let nothing_known = findings.reproducible.is_empty() && findings.findings.iter().all(|finding| finding.status == Status::Unknown);
    // With the gate off, doubts count only where they leave nothing.
    let incomplete = !doubts.is_empty() && (fail_on != FailOn::Never || nothing_known);
    let (verdict, text) = match (failing, incomplete) {
        (1.., _) => (Verdict::Failed, failed(failing, known, fail_on)),
        (0, true) => (Verdict::Incomplete, doubtful(&doubts, nothing_known, terms)),
        (0, false) if fail_on == FailOn::Never => (Verdict::Passed, off(findings)),
        (0, false) => (Verdict::Passed, passed(findings, known, fail_on)),
    };
    let exit_code = match verdict {
        Verdict::Passed => 0,
        Verdict::Failed => 1,
        Verdict::Incomplete if terms.allow_incomplete => 0,
        Verdict::Incomplete => 3,
    };
    Gate { fail_on, verdict, failing, known, unknown, exit_code, text }
}

impl Gate {
    /// Whether its counts and its verdict follow from the findings.
    pub fn agrees_with(&self, findings: &Findings) -> bool {
        let counts = counts(findings, self.fail_on);
        counts == Counts { failing: self.failing, known: self.known, unknown: self.unknown }
            && (self.verdict == Verdict::Failed) == (self.failing > 0)
            && matches!((self.verdict, self.exit_code), (Verdict::Passed, 0) | (Verdict::Failed, 1) | (Verdict::Incomplete, 0 | 3))
    }
}

/// The findings at or above the limit.
#[derive(PartialEq, Eq)]
struct Counts {
    failing: u64,
    known: u64,
    unknown: u64,
}

fn counts(findings: &Findings, fail_on: FailOn) -> Counts {
    let mut counts = Counts { failing: 0, known: 0, unknown: 0 };
    for finding in findings.findings.iter().filter(|finding| fail_on.reached_by(finding.severity)) {
        match finding.status {
            Status::Fail if finding.baseline == Some(BaselineMark::Known) => counts.known += 1,
            Status::Fail => counts.failing += 1,
            Status::Unknown => counts.unknown += 1,
            Status::Pass | Status::Waived => {}
        }
    }
    counts
}

/// Why the gate might fail, although nothing is known to.
fn doubts(findings: &Findings, terms: &Terms, unknown: u64) -> Vec<String> {
    let mut doubts = Vec::new();
    let unread = findings.unanswered();
    if unknown > 0 {
        let are = if unknown == 1 { "is" } else { "are" };
        let mut doubt = format!("{} {are} unknown", of_findings(unknown, "", terms.fail_on));
        let reached = |status: Status, severity| status == Status::Unknown && terms.fail_on.reached_by(severity);
        let first = findings.findings.iter().find(|finding| reached(finding.status, finding.severity));
        // What could not be read is said below, and mostly is the reason.
        if let Some(reason) = first.filter(|_| unread.is_empty()).and_then(|finding| finding.unknown_because.first()) {
            doubt.push_str(&format!(" ({})", quoted(reason)));
        }
        doubts.push(doubt);
    }
    match unread.as_slice() {
        [] if findings.audit.complete => {}
        [] => doubts.push("not everything was read".to_owned()),
        [one] => doubts.push(format!("not everything was read ({})", quoted(one))),
        [first, rest @ ..] => doubts.push(format!("not everything was read ({}, and {} more)", quoted(first), rest.len())),
    }
    match terms.absent.resources.as_slice() {
        [] => {}
        [one] => doubts.push(format!("{} was not judged", quoted(one))),
        [first, rest @ ..] => doubts.push(format!("{} and {} more requested resources were not judged", quoted(first), rest.len())),
    }
    if terms.absent.tags {
        doubts.push("no resource has the given tags".to_owned());
    }
    doubts
}

fn failed(failing: u64, known: u64, fail_on: FailOn) -> String {
    let new = if known > 0 { "new " } else { "" };
    format!("gate failed: {}{} (--fail-on {})", of_findings(failing, new, fail_on), ignored(known), fail_on.as_str())
}

fn passed(findings: &Findings, known: u64, fail_on: FailOn) -> String {
    let limit = fail_on.as_str();
    if findings.findings.is_empty() {
        return format!("gate passed: there was nothing to judge (--fail-on {limit})");
    }
    let new = if known > 0 { " new" } else { "" };
    format!("gate passed: nothing{new} {} fails{} (--fail-on {limit})", that_counts(fail_on), ignored(known))
}

fn off(findings: &Findings) -> String {
    let count = |status: Status| findings.findings.iter().filter(|finding| finding.status == status).count() as u64;
    let (fail, unknown) = (count(Status::Fail), count(Status::Unknown));
    let fails = if fail == 1 { "finding fails" } else { "findings fail" };
    let unknown = if unknown > 0 { format!(", {unknown} unknown") } else { String::new() };
    format!("gate off (--fail-on never): {fail} {fails}{unknown}")
}

fn doubtful(doubts: &[String], nothing_known: bool, terms: &Terms) -> String {
    let accepted = if terms.allow_incomplete { ", accepted by --allow-incomplete" } else { "" };
    let but = match nothing_known {
        true => "nothing could be judged:".to_owned(),
        false => format!("nothing {} fails, but", that_counts(terms.fail_on)),
    };
    let doubts = match doubts {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        doubts => doubts.concat(),
    };
    format!("gate incomplete{accepted}: {but} {doubts} (--fail-on {})", terms.fail_on.as_str())
}

/// What the baseline accepts.
fn ignored(known: u64) -> String {
    match known {
        0 => String::new(),
        1 => "; 1 known from the baseline does not count".to_owned(),
        known => format!("; {known} known from the baseline do not count"),
    }
}

/// `at or above high`; nothing is above critical.
fn that_counts(fail_on: FailOn) -> String {
    match fail_on {
        FailOn::Critical => "critical".to_owned(),
        limit => format!("at or above {}", limit.as_str()),
    }
}

/// `41 findings at or above high`, `1 new critical finding`
fn of_findings(count: u64, new: &str, fail_on: FailOn) -> String {
    let noun = if count == 1 { "finding" } else { "findings" };
    match fail_on {
        FailOn::Critical => format!("{count} {new}critical {noun}"),
        limit => format!("{count} {new}{noun} at or above {}", limit.as_str()),
    }
}

/// A text of others, not longer than a line or two.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
