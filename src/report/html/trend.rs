//! What changed since the baseline.

use super::text::{capital, number, selection};
use crate::audit::findings::{BaselineEarlier, Findings};
use crate::rules::Severity;
use std::io::{self, Write};

/// Writes new, known and fixed failures, and the figures of both audits. Nothing without a baseline.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let Some(baseline) = &findings.summary.baseline else { return Ok(()) };
    out.write_all(b"<div class=\"trend\"><dl class=\"changes\">")?;
    let link = |mark: &str, count: u64| match count {
        0 => "0".to_owned(),
        some => format!("<a href=\"{}\">{}</a>", selection(&[("status", "fail"), ("mark", mark)]), number(some)),
    };
    let changes = [
        ("fail", "New failures", link("new", baseline.new), "fail now, not in the baseline or with a lower severity there"),
        ("waived", "Known failures", link("known", baseline.known), "fail in both, and do not count for the gate"),
        ("pass", "Fixed", number(baseline.fixed), "failed in the baseline, pass now"),
    ];
    for (class, name, count, meaning) in changes {
        write!(out, "<div class=\"{class}\"><dt>{name}</dt><dd><b>{count}</b> <small>{meaning}</small></dd></div>")?;
    }
    out.write_all(b"</dl>")?;
    if let Some(earlier) = &baseline.earlier {
        compared(findings, earlier, out)?;
    }
    out.write_all(b"</div>")
}

fn compared(findings: &Findings, earlier: &BaselineEarlier, out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "<table class=\"compared\"><caption class=\"unseen\">Failures and coverage then and now</caption><thead><tr><th scope=\"col\">Failures</th>\
         <th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">Change</th></tr></thead><tbody>",
        earlier.as_of.format("%Y-%m-%d"),
        findings.audit.as_of.format("%Y-%m-%d"),
    )?;
    for severity in Severity::ALL {
        let count = |counts: &std::collections::BTreeMap<Severity, u64>| counts.get(&severity).copied().unwrap_or(0);
        let (then, now) = (count(&earlier.by_severity), count(&findings.summary.by_severity));
        let name = severity.as_str();
        let shown = match now {
            0 => "0".to_owned(),
            some => format!("<a href=\"{}\">{}</a>", selection(&[("status", "fail"), ("severity", name)]), number(some)),
        };
        let (class, change) = match now.cmp(&then) {
            std::cmp::Ordering::Greater => ("worse", format!("+{}", number(now - then))),
            std::cmp::Ordering::Less => ("better", format!("−{}", number(then - now))),
            std::cmp::Ordering::Equal => ("same", "0".to_owned()),
        };
        write!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{shown}</td><td class=\"{class}\">{change}</td></tr>",
            capital(name),
            number(then)
        )?;
    }
    let (then, now) = (earlier.coverage_percent, findings.summary.coverage.percent);
    // Percentages are rounded to tenths.
    let tenths = ((now - then) * 10.0).round() as i64;
    let class = match tenths {
        1.. => "better",
        0 => "same",
        _ => "worse",
    };
    let sign = if tenths > 0 {
        "+"
    } else if tenths < 0 {
        "−"
    } else {
        ""
    };
    write!(
        out,
        "<tr><th scope=\"row\">Protected data</th><td>{then:.1} %</td><td>{now:.1} %</td><td class=\"{class}\">{sign}{:.1}</td></tr></tbody></table>",
        tenths.unsigned_abs() as f64 / 10.0
    )
}
