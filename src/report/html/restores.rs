//! Restores over time: the month of each resource's newest successful restore, and the results of the rules about recovery tests.

use super::bar::bar;
use super::text::{Html, capital, counted, number, selection};
use crate::audit::findings::{Finding, Findings, Status};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The rule whose evidence has the age of the newest successful restore.
pub const RULE: &str = "data-recovery-tested";
const AGE: &str = "protection.restore_tests.last_success_age_seconds";
/// The rules about recovery tests, where the document has them.
const RULES: [&str; 5] =
    [RULE, "data-recovery-test-not-failing", "data-recovery-test-validated", "data-recovery-test-planned", "data-rto-meets-objective"];
/// Months that are shown one by one.
const MONTHS: i32 = 12;
/// The height of the tallest column.
const TALLEST: f64 = 110.0;

/// Findings by status, in the order of the legend.
type Counts = [u64; 4];

/// A column of the chart.
struct Column {
    label: String,
    /// The label for narrow screens.
    short: String,
    counts: Counts,
}

/// Writes the chart and the results of the rules, where there are any.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let tested: Vec<&Finding> = findings.findings.iter().map(Box::as_ref).filter(|finding| *finding.rule == *RULE).collect();
    if !tested.is_empty() {
        let proven = tested.iter().filter(|finding| finding.status == Status::Pass).count() as u64;
        let proven = match proven {
            0 => "0".to_owned(),
            some => format!("<a href=\"{}\">{}</a>", selection(&[("rule", RULE), ("status", "pass")]), number(some)),
        };
        write!(
            out,
            "<p class=\"lead\"><b class=\"big\">{proven}</b> <span>of {} with backups have a successful restore as recent as is required</span></p>",
            counted(tested.len() as u64, "resource"),
        )?;
        chart(&columns(&tested, findings.audit.as_of), out)?;
    }
    rules(findings, out)
}

/// The month of a moment, counted from year 0.
fn month_of(moment: DateTime<Utc>) -> i32 {
    moment.year() * 12 + moment.month0() as i32
}

fn columns(tested: &[&Finding], as_of: DateTime<Utc>) -> Vec<Column> {
    let this = month_of(as_of);
    let first = this - (MONTHS - 1);
    let (mut unknown, mut never, mut earlier) = (Counts::default(), Counts::default(), Counts::default());
    let mut months: Vec<Counts> = vec![Counts::default(); MONTHS as usize];
    for finding in tested {
        let age = finding.evidence.get(AGE).and_then(|age| age.as_f64()).and_then(|seconds| TimeDelta::try_seconds(seconds as i64));
        let restored = age.and_then(|age| as_of.checked_sub_signed(age)).map(month_of);
        let counts = match restored {
            // Missing evidence means that no restore took place only if the rule could judge.
            None if finding.status == Status::Unknown => &mut unknown,
            None => &mut never,
            Some(month) => usize::try_from(month.min(this) - first).ok().and_then(|place| months.get_mut(place)).unwrap_or(&mut earlier),
        };
        if let Some(place) = super::data::STATUSES.iter().position(|status| *status == finding.status) {
            counts[place] += 1;
        }
    }
    let special = [("not known", "?", unknown), ("never", "never", never), ("earlier", "older", earlier)];
    let special = special.into_iter().filter(|(_, _, counts)| counts.iter().sum::<u64>() > 0);
    let special = special.map(|(label, short, counts)| Column { label: label.to_owned(), short: short.to_owned(), counts });
    let months = months.into_iter().zip(first..).map(|(counts, month)| {
        let name = month_name(month.rem_euclid(12));
        Column { label: format!("{name} {}", month.div_euclid(12)), short: name.to_owned(), counts }
    });
    special.chain(months).collect()
}

fn month_name(month: i32) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    usize::try_from(month).ok().and_then(|month| NAMES.get(month)).copied().unwrap_or_default()
}

fn chart(columns: &[Column], out: &mut dyn Write) -> io::Result<()> {
    let total = |column: &Column| column.counts.iter().sum::<u64>();
    let most = columns.iter().map(total).max().unwrap_or(1).max(1) as f64;
    let width = 100.0 / columns.len() as f64;
    let unknown = if columns.iter().any(|column| column.short == "?") { " (?: not known)" } else { "" };
    write!(out, "<figure><figcaption>The month of each resource's newest successful restore{unknown}</figcaption>")?;
    out.write_all(b"<svg class=\"columns\" role=\"img\" aria-label=\"Columns by month; the figures are in the table below\" width=\"100%\" height=\"156\">")?;
    write!(out, "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{y:.0}\" y2=\"{y:.0}\"/>", y = TALLEST + 20.0)?;
    for (place, column) in columns.iter().enumerate() {
        let (left, middle) = (width * place as f64, width * (place as f64 + 0.5));
        let mut top = TALLEST + 20.0;
        for (status, count) in super::data::STATUSES.iter().zip(column.counts).rev().filter(|(_, count)| *count > 0) {
            let height = count as f64 / most * TALLEST;
            top -= height;
            write!(
                out,
                "<rect class=\"{}\" x=\"{:.2}%\" width=\"{:.2}%\" y=\"{top:.1}\" height=\"{height:.1}\"/>",
                status.as_str(),
                left + width * 0.14,
                width * 0.72
            )?;
        }
        if total(column) > 0 {
            write!(out, "<text class=\"value\" x=\"{middle:.2}%\" y=\"{:.1}\">{}</text>", top - 4.0, number(total(column)))?;
        }
        write!(out, "<text x=\"{middle:.2}%\" y=\"{:.0}\">{}</text>", TALLEST + 36.0, column.short)?;
    }
    out.write_all(b"</svg><details><summary>The figures</summary><div class=\"scroll\" role=\"region\" aria-label=\"Restores by month\" tabindex=\"0\"><table class=\"figures\"><thead><tr><th scope=\"col\">Newest successful restore</th>")?;
    for status in super::data::STATUSES {
        write!(out, "<th scope=\"col\">{}</th>", capital(status.as_str()))?;
    }
    out.write_all(b"</tr></thead><tbody>")?;
    for column in columns.iter().filter(|column| total(column) > 0) {
        write!(out, "<tr><th scope=\"row\">{}</th>", column.label)?;
        for count in column.counts {
            write!(out, "<td>{}</td>", number(count))?;
        }
        out.write_all(b"</tr>")?;
    }
    out.write_all(b"</tbody></table></div></details></figure>")
}

/// One line per rule about recovery tests that has findings.
fn rules(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, (&str, Counts)> = BTreeMap::new();
    for finding in findings.findings.iter().filter(|finding| RULES.contains(&&*finding.rule)) {
        let (_, counts) = counts.entry(&finding.rule).or_insert((&finding.title, Counts::default()));
        if let Some(place) = super::data::STATUSES.iter().position(|status| *status == finding.status) {
            counts[place] += 1;
        }
    }
    if counts.is_empty() {
        return Ok(());
    }
    out.write_all(b"<table class=\"tests\"><caption class=\"unseen\">Rules about recovery tests</caption><thead><tr><th scope=\"col\">Rule</th><th scope=\"col\"><span class=\"unseen\">Share</span></th>")?;
    for status in super::data::STATUSES {
        write!(out, "<th scope=\"col\">{}</th>", capital(status.as_str()))?;
    }
    out.write_all(b"</tr></thead><tbody>")?;
    for rule in RULES {
        let Some((title, counts)) = counts.get(rule) else { continue };
        write!(
            out,
            "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td class=\"share\">",
            selection(&[("rule", rule), ("status", "all")]),
            Html(title)
        )?;
        let parts: Vec<(&str, u64)> = super::data::STATUSES.iter().map(|status| status.as_str()).zip(*counts).collect();
        bar(&parts, out)?;
        out.write_all(b"</td>")?;
        for (status, count) in super::data::STATUSES.iter().zip(counts) {
            let figure = match *count {
                0 => "0".to_owned(),
                some => format!("<a href=\"{}\">{}</a>", selection(&[("rule", rule), ("status", status.as_str())]), number(some)),
            };
            write!(out, "<td>{figure}</td>")?;
        }
        out.write_all(b"</tr>")?;
    }
    out.write_all(b"</tbody></table>")
}

#[cfg(test)]
mod tests {
    use super::{columns, month_of};
    use crate::audit::findings::Finding;
    use serde_json::{Value, json};

    fn tested(status: &str, age: Value) -> Finding {
        serde_json::from_value(json!({
            "id": format!("{:032x}", 1), "rule": super::RULE, "best_practice": "REL09-BP04", "title": "t", "severity": "high", "status": status, "message": "m",
            "resource": {"arn": "a", "type": "AWS::EC2::Volume", "id": "i", "account": "1", "region": "r"},
            "evidence": {super::AGE: age}
        }))
        .expect("a finding")
    }

    #[test]
    fn each_restore_is_in_its_month_and_what_is_not_known_is_not_never() {
        let as_of = "2026-01-15T00:00:00Z".parse().expect("a time");
        assert_eq!(month_of(as_of), 2026 * 12);
        let day = 86_400;
        let found = [
            tested("pass", json!(day)),
            tested("fail", json!(40 * day)),
            tested("fail", json!(5_000 * day)),
            tested("fail", Value::Null),
            tested("unknown", Value::Null),
            tested("pass", json!(-40 * day)),
            tested("fail", json!(1e300)),
        ];
        let all: Vec<&Finding> = found.iter().collect();
        let columns = columns(&all, as_of);
        let shown: Vec<(&str, u64)> =
            columns.iter().map(|column| (column.label.as_str(), column.counts.iter().sum())).filter(|(_, count)| *count > 0).collect();
        assert_eq!(shown, [("not known", 1), ("never", 2), ("earlier", 1), ("Dec 2025", 1), ("Jan 2026", 2)]);
    }
}
