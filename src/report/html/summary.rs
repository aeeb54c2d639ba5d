//! The top of the page: what was audited, the answer to REL 9, and how much of the data is protected.

use super::text::{Html, counted, number, selection};
use crate::audit::findings::{BestPracticeSummary, Findings, Status};
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

/// The answer in sentences, then one card for each best practice.
pub fn answer(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<p class=\"verdict\">{}</p>", verdict(findings))?;
    if let Some(baseline) = words::baseline(&findings.summary) {
        write!(out, "<p>{}</p>", Html(&baseline))?;
    }
    if !findings.audit.complete {
        let unread =
            findings.collection.iter().filter(|entry| matches!(entry.status, CoverageStatus::Denied | CoverageStatus::Failed)).count();
        let what = if unread == 0 { "Something in scope".to_owned() } else { counted(unread as u64, "read operation") };
        write!(
            out,
            "<p class=\"notice\"><strong>Not complete.</strong> {what} gave no full answer; what depends on that is unknown, not passed: <a href=\"#unread\">what could not be read</a>.</p>"
        )?;
    }
    out.write_all(b"<div class=\"cards\">")?;
    for practice in &findings.summary.best_practices {
        card(practice, out)?;
    }
    out.write_all(b"</div>")
}

fn verdict(findings: &Findings) -> String {
    let practices = &findings.summary.best_practices;
    let with = |risk: &str| practices.iter().filter(|practice| practice.risk == risk).count();
    let risks: Vec<String> = [("high", "at high risk"), ("medium", "at medium risk"), ("unknown", "not known"), ("none", "without risk")]
        .iter()
        .filter(|(risk, _)| with(risk) > 0)
        .map(|(risk, words)| format!("<b class=\"risk-{risk}\">{} {words}</b>", with(risk)))
        .collect();
    let status = |status: Status| findings.summary.by_status.get(&status).copied().unwrap_or(0);
    let severities: Vec<String> = Severity::ALL
        .iter()
        .filter_map(|severity| findings.summary.by_severity.get(severity).filter(|count| **count > 0).map(|count| (severity, count)))
        .map(|(severity, count)| format!("{} {}", number(*count), severity.as_str()))
        .collect();
    let of_these = if severities.is_empty() { String::new() } else { format!(" ({})", severities.join(", ")) };
    format!(
        "Of the {} best practices of REL 9: {}. Findings for {}: <b>{} fail</b>{of_these}, {} unknown, {} waived, {} pass.",
        practices.len(),
        risks.join(", "),
        counted(findings.summary.resources, "resource"),
        number(status(Status::Fail)),
        number(status(Status::Unknown)),
        number(status(Status::Waived)),
        number(status(Status::Pass)),
    )
}

fn card(practice: &BestPracticeSummary, out: &mut dyn Write) -> io::Result<()> {
    let risk = match practice.risk.as_str() {
        "high" => "High risk",
        "medium" => "Medium risk",
        "none" => "No risk found",
        _ => "Not known",
    };
    let class = if ["high", "medium", "none"].contains(&practice.risk.as_str()) { &practice.risk } else { "unknown" };
    write!(
        out,
        "<article class=\"card risk-{class}\"><h3><span class=\"id\">{id}</span> {title}</h3><p class=\"risk\">{risk}</p>",
        id = practice.id.id(),
        title = practice.id.title(),
    )?;
    let counts = [("fail", practice.fail), ("unknown", practice.unknown), ("waived", practice.waived), ("pass", practice.pass)];
    bar(&counts, out)?;
    out.write_all(b"<dl>")?;
    for (status, count) in counts {
        let address = selection(&[("bp", practice.id.id()), ("status", status)]);
        write!(out, "<div class=\"{status}\"><dt>{}</dt><dd><a href=\"{address}\">{}</a></dd></div>", capital(status), number(count))?;
    }
    out.write_all(b"</dl></article>")
}

/// How much data is protected, by protection state, and how much of it on schedule.
pub fn coverage(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let coverage = &findings.summary.coverage;
    if words::is_of_templates(&findings.audit) {
        return write!(out, "<p class=\"nothing\">{}.</p>", Html(&words::coverage(findings)));
    }
    if coverage.data_resources == 0 {
        return out.write_all(b"<p class=\"nothing\">No data resources were found: there is nothing to draw.</p>");
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
        ("pass", "protected on schedule", coverage.on_schedule),
        ("old", words::RESTORABLE_ONLY, coverage.restorable_only),
        ("late", "stale: only late backups", coverage.stale),
        ("part", "selected, never backed up", coverage.selected_not_protected),
        ("part2", "blocked by the opt-in", coverage.opt_in_blocked),
        ("fail", "unprotected", coverage.unprotected),
        ("unknown", "unknown", coverage.unknown),
        ("waived", "exempt: can be rebuilt", coverage.reproducible),
    ];
    bar(&states.map(|(class, _, count)| (class, count)), out)?;
    out.write_all(b"<ul class=\"legend\">")?;
    for (class, name, count) in states {
        write!(out, "<li class=\"{class}\"><b>{}</b> {name}</li>", number(count))?;
    }
    out.write_all(b"</ul>")
}

/// A bar of parts, as wide as its container. Screen readers skip it, because the figures are next to it.
pub fn bar(parts: &[(&str, u64)], out: &mut dyn Write) -> io::Result<()> {
    let total: u64 = parts.iter().map(|(_, count)| count).sum();
    out.write_all(b"<svg class=\"bar\" aria-hidden=\"true\" width=\"100%\" height=\"8\">")?;
    let mut before = 0;
    for (class, count) in parts.iter().filter(|(_, count)| *count > 0) {
        let share = |count: u64| count as f64 * 100.0 / total as f64;
        write!(out, "<rect class=\"{class}\" x=\"{:.2}%\" width=\"{:.2}%\" height=\"8\"/>", share(before), share(*count))?;
        before += count;
    }
    out.write_all(b"</svg>")
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
    facts.extend([("Accounts", &audit.accounts), ("Regions", &audit.regions)].map(|(name, values)| (name, some_of(values))));
    out.write_all(b"<dl class=\"facts\">")?;
    for (name, value) in facts {
        write!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>")?;
    }
    out.write_all(b"</dl>")
}

fn some_of(values: &[String]) -> String {
    const SHOWN: usize = 50;
    let shown: Vec<String> = values.iter().take(SHOWN).map(|value| Html(value).to_string()).collect();
    let more = values.len().saturating_sub(SHOWN);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// A word at the beginning of a label.
pub fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}
