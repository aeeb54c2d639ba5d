//! The top of the page: what was audited, the answer to REL 9 and its main figures; and its foot, which makes the audit repeatable.

use super::text::{Html, capital, counted, number, selection, some_of};
use super::{objectives, practices, restores};
use crate::audit::findings::{Findings, Gate, Status, Verdict};
use crate::audit::policy::FailOn;
use crate::inventory::CoverageStatus;
use crate::report::words;
use crate::rules::Severity;
use std::io::{self, Write};

/// Where, when and by what.
pub fn head(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let audit = &findings.audit;
    if words::is_of_templates(audit) {
        return write!(out, "<p class=\"scope\">{}</p>", Html(&words::scope(audit)));
    }
    let place = |names: &[String], noun: &str| match names {
        [one] => format!("{noun} <b>{}</b>", Html(one)),
        several => format!("<b>{}</b>", counted(several.len() as u64, noun)),
    };
    let when = audit.as_of.format("%Y-%m-%d %H:%M UTC");
    let source = match audit.source.as_str() {
        "demo" => "the demo organisation".to_owned(),
        "aws" => "live AWS".to_owned(),
        other => Html(other).to_string(),
    };
    let only = words::partial(audit).map_or(String::new(), |only| format!(" · <b>{}</b>", Html(&only)));
    write!(
        out,
        "<p class=\"scope\">{} · {} · as of <time datetime=\"{}\"><b>{when}</b></time> · {source}{only}</p>",
        place(&audit.accounts, "account"),
        place(&audit.regions, "Region"),
        audit.as_of.format("%Y-%m-%dT%H:%M:%SZ"),
    )
}

/// The verdict, the main figures, then one card for each best practice.
pub fn answer(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    verdict(findings, out)?;
    if !findings.audit.complete {
        let unread =
            findings.collection.iter().filter(|entry| matches!(entry.status, CoverageStatus::Denied | CoverageStatus::Failed)).count();
        let noun = if words::is_of_templates(&findings.audit) { "part" } else { "read operation" };
        let what = if unread == 0 { "Something in scope".to_owned() } else { counted(unread as u64, noun) };
        write!(
            out,
            "<p class=\"notice\"><strong>Not complete.</strong> {what} gave no full answer; what depends on that is unknown, not passed: <a href=\"#unread\">what could not be read</a>.</p>"
        )?;
    }
    figures(findings, out)?;
    practices::write(findings, out)
}

/// The gate's decision, if it is recorded, and the answer to REL 9 in a sentence.
pub fn verdict(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let Some(gate) = &findings.gate else {
        return write!(out, "<div class=\"verdict\"><p>{}</p></div>", risks(findings));
    };
    let class = if gate.fail_on == FailOn::Never { "off" } else { gate.verdict.as_str() };
    let exit = gate.exit_code;
    write!(out, "<div class=\"verdict {class}\"><p class=\"gate\">{} <small>exit {exit}</small></p>", Html(&capital(&gate.text)))?;
    write!(out, "<p>{}{}</p></div>", risks(findings), what_counts(gate))
}

/// A link to the findings that decide the gate.
fn what_counts(gate: &Gate) -> String {
    let severities: Vec<&str> =
        Severity::ALL.into_iter().filter(|severity| gate.fail_on.reached_by(*severity)).map(Severity::as_str).collect();
    let (status, count) = match gate.verdict {
        Verdict::Failed => ("fail", gate.failing),
        Verdict::Incomplete => ("unknown", gate.unknown),
        Verdict::Passed => return String::new(),
    };
    if count == 0 || severities.is_empty() {
        return String::new();
    }
    let severities = severities.join(",");
    let mut fields = vec![("status", status), ("severity", severities.as_str())];
    if gate.verdict == Verdict::Failed && gate.known > 0 {
        fields.push(("mark", "new"));
    }
    format!(" <a href=\"{}\">Show the {}</a>", selection(&fields), counted(count, "finding"))
}

/// How many best practices are at which risk.
pub fn risks(findings: &Findings) -> String {
    let practices = &findings.summary.best_practices;
    let with = |risk: &str| practices.iter().filter(|practice| practice.risk == risk).count();
    let risks: Vec<String> = [("high", "at high risk"), ("medium", "at medium risk"), ("unknown", "not known"), ("none", "without risk")]
        .iter()
        .filter(|(risk, _)| with(risk) > 0)
        .map(|(risk, words)| format!("<b class=\"risk-{risk}\">{} {words}</b>", with(risk)))
        .collect();
    format!("Of the {} best practices of REL 9: {}.", practices.len(), risks.join(", "))
}

/// The main figures. Each leads to what it counts.
fn figures(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let summary = &findings.summary;
    let status = |status: Status| summary.by_status.get(&status).copied().unwrap_or(0);
    out.write_all(b"<dl class=\"tiles\">")?;
    if words::is_of_templates(&findings.audit) {
        tile(out, "Data resources declared", &number(summary.coverage.data_resources), "", "backups show after deployment")?;
    } else if summary.coverage.data_resources > 0 {
        let coverage = &summary.coverage;
        let owing = coverage.data_resources.saturating_sub(coverage.reproducible);
        let share = format!("{} of {}", number(coverage.protected), counted(owing, "data resource"));
        tile(out, "Protected data", &format!("{:.1} %", coverage.percent), "#coverage", &share)?;
    }
    let severities: Vec<String> = Severity::ALL
        .iter()
        .filter_map(|severity| summary.by_severity.get(severity).filter(|count| **count > 0).map(|count| (severity.as_str(), count)))
        .map(|(name, count)| format!("<a href=\"{}\">{} {name}</a>", selection(&[("status", "fail"), ("severity", name)]), number(*count)))
        .collect();
    let failing = status(Status::Fail);
    tile(out, "Failing findings", &number(failing), &to_status(Status::Fail, failing), &severities.join("&nbsp;· "))?;
    for (rule, label, place, words) in [
        (objectives::RPO.rule, "RPO met", "#objectives", "resources with an RPO"),
        (restores::RULE, "Recovery proven", "#restores", "resources with backups"),
    ] {
        let (met, all) = objectives::met(findings, rule);
        if all > 0 {
            tile(out, label, &number(met), place, &format!("of {} {words}", number(all)))?;
        }
    }
    let (unknown, waived) = (status(Status::Unknown), status(Status::Waived));
    let rest = format!("{} · {}", linked(Status::Waived, waived, "waived"), linked(Status::Pass, status(Status::Pass), "pass"));
    tile(out, "Unknown", &number(unknown), &to_status(Status::Unknown, unknown), &rest)?;
    out.write_all(b"</dl>")
}

fn tile(out: &mut dyn Write, label: &str, value: &str, address: &str, below: &str) -> io::Result<()> {
    let value = if address.is_empty() { value.to_owned() } else { format!("<a href=\"{address}\">{value}</a>") };
    write!(out, "<div><dt>{label}</dt><dd><b>{value}</b> <small>{below}</small></dd></div>")
}

/// The address of all findings with a status; empty when there are none.
fn to_status(status: Status, count: u64) -> String {
    if count == 0 { String::new() } else { selection(&[("status", status.as_str())]) }
}

fn linked(status: Status, count: u64, word: &str) -> String {
    match count {
        0 => format!("0 {word}"),
        some => format!("<a href=\"{}\">{} {word}</a>", to_status(status, some), number(some)),
    }
}

/// The inputs that make the audit repeatable.
pub fn foot(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let audit = &findings.audit;
    let mut facts = vec![
        ("Audit", Html(&audit.id).to_string()),
        ("rel9", Html(&audit.rel9_version).to_string()),
        ("Rules", Html(&audit.rules_digest).to_string()),
        ("Policy file", audit.policy_digest.as_deref().map_or("none".to_owned(), |digest| Html(digest).to_string())),
    ];
    if let Some(head) = &audit.ledger_head {
        facts.push(("Ledger", Html(head).to_string()));
    }
    let places = [("Accounts", &audit.accounts), ("Regions", &audit.regions)];
    facts.extend(places.into_iter().filter(|(_, names)| !names.is_empty()).map(|(name, names)| (name, some_of(names, 50))));
    out.write_all(b"<dl class=\"facts\">")?;
    for (name, value) in facts {
        write!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>")?;
    }
    out.write_all(b"</dl>")
}
