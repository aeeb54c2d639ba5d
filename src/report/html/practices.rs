//! One card for each best practice: its risk, and its findings by status.

use super::bar::bar;
use super::text::{capital, number, selection};
use crate::audit::findings::{BestPracticeSummary, Findings};
use std::io::{self, Write};

/// Writes the cards.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    if findings.summary.best_practices.is_empty() {
        return Ok(());
    }
    out.write_all(b"<div class=\"cards\">")?;
    for practice in &findings.summary.best_practices {
        card(practice, out)?;
    }
    out.write_all(b"</div>")
}

fn card(practice: &BestPracticeSummary, out: &mut dyn Write) -> io::Result<()> {
    let judged = practice.pass + practice.fail + practice.unknown + practice.waived > 0;
    let risk = match practice.risk.as_str() {
        "high" => "High risk",
        "medium" => "Medium risk",
        "none" => "No risk found",
        _ if judged => "Not known",
        _ => "Not judged",
    };
    let class = if ["high", "medium", "none"].contains(&practice.risk.as_str()) { &practice.risk } else { "unknown" };
    write!(
        out,
        "<article class=\"card risk-{class}\"><p class=\"top\"><span class=\"id\">{id}</span> <span class=\"risk\">{risk}</span></p><h3>{title}</h3>",
        id = practice.id.id(),
        title = practice.id.title(),
    )?;
    let counts = [("fail", practice.fail), ("unknown", practice.unknown), ("waived", practice.waived), ("pass", practice.pass)];
    bar(&counts, out)?;
    out.write_all(b"<dl>")?;
    for (status, count) in counts {
        let figure = match count {
            0 => "0".to_owned(),
            some => format!("<a href=\"{}\">{}</a>", selection(&[("bp", practice.id.id()), ("status", status)]), number(some)),
        };
        write!(out, "<div class=\"{status}\"><dt>{}</dt><dd>{figure}</dd></div>", capital(status))?;
    }
    out.write_all(b"</dl></article>")
}
