//! Achieved RPO and RTO against their objectives, one line per resource on a logarithmic time axis. The figures are the evidence of the rules that
//! compare them; the colour is the status of the finding: an RPO may fail because of a gap that the newest backup does not show.

use super::heat::place;
use super::text::{Html, counted, selection};
use crate::audit::findings::{Finding, Findings, Status};
use crate::inventory::figures::human_duration;
use crate::report::escape::cut;
use std::io::{self, Write};

/// Resources of one chart: those that fail, then those nearest to their objective.
const SHOWN: usize = 8;

/// What a chart compares.
pub struct Chart {
    pub rule: &'static str,
    /// Evidence with the achieved time, in seconds.
    achieved: &'static str,
    /// Evidence with the objective, in seconds.
    objective: &'static str,
    name: &'static str,
    meaning: &'static str,
    /// The label of a resource without an achieved value.
    nothing: &'static str,
}

pub const RPO: Chart = Chart {
    rule: "data-rpo-meets-objective",
    achieved: "protection.rpo_seconds",
    objective: "objective.rpo_seconds",
    name: "RPO",
    meaning: "age of the newest moment that can be restored",
    nothing: "nothing to restore",
};

const RTO: Chart = Chart {
    rule: "data-rto-meets-objective",
    achieved: "protection.rto_seconds",
    objective: "objective.rto_seconds",
    name: "RTO",
    meaning: "duration of the last successful restore",
    nothing: "not restored",
};

struct Line<'a> {
    finding: &'a Finding,
    achieved: Option<f64>,
    objective: Option<f64>,
}

impl Line<'_> {
    /// The used share of the objective; infinite without an achieved value.
    fn ratio(&self) -> f64 {
        match (self.achieved, self.objective) {
            (Some(achieved), Some(objective)) => achieved / objective.max(1.0),
            _ => f64::INFINITY,
        }
    }
}

/// Marks of the axis.
const MARKS: [(&str, f64); 7] =
    [("1 min", 60.0), ("10 min", 600.0), ("1 h", 3_600.0), ("6 h", 21_600.0), ("1 d", 86_400.0), ("7 d", 604_800.0), ("30 d", 2_592_000.0)];

/// A logarithmic axis from a minute to somewhat more than the largest time.
struct Axis {
    end: f64,
}

impl Axis {
    fn covering(lines: &[Line]) -> Axis {
        let largest = lines.iter().flat_map(|line| [line.achieved, line.objective]).flatten().fold(3_600.0, f64::max);
        Axis { end: largest * 1.6 }
    }

    /// Where a time is, in percent of the width, with room for a dot at both ends.
    fn at(&self, seconds: f64) -> f64 {
        let share = (seconds.max(60.0) / 60.0).ln() / (self.end / 60.0).ln();
        2.0 + 96.0 * share.clamp(0.0, 1.0)
    }

    fn marks(&self) -> impl Iterator<Item = (&'static str, f64)> {
        MARKS.iter().filter(|(_, seconds)| *seconds < self.end).map(|(name, seconds)| (*name, self.at(*seconds)))
    }
}

/// Writes the charts that have something to draw.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let mut charts = Vec::new();
    for chart in [RPO, RTO] {
        write_chart(findings, &chart, &mut charts)?;
    }
    if charts.is_empty() {
        return Ok(());
    }
    out.write_all(
        b"<p class=\"hint\">The dot is what was achieved, the line is the objective, on a logarithmic axis. An RPO also fails by a gap between \
          older backups, which the dot does not show: the finding has it.</p>",
    )?;
    out.write_all(&charts)
}

/// How many resources meet an objective, of how many that have one.
pub fn met(findings: &Findings, rule: &str) -> (u64, u64) {
    let statuses = || findings.findings.iter().filter(|finding| *finding.rule == *rule).map(|finding| finding.status);
    (statuses().filter(|status| *status == Status::Pass).count() as u64, statuses().count() as u64)
}

fn write_chart(findings: &Findings, chart: &Chart, out: &mut dyn Write) -> io::Result<()> {
    let seconds = |finding: &Finding, path: &str| finding.evidence.get(path).and_then(|seconds| seconds.as_f64());
    let mut lines: Vec<Line> = findings
        .findings
        .iter()
        .filter(|finding| *finding.rule == *chart.rule)
        .map(|finding| Line { finding, achieved: seconds(finding, chart.achieved), objective: seconds(finding, chart.objective) })
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    let count = |status: Status| lines.iter().filter(|line| line.finding.status == status).count();
    let link = |status: Status, text: String| {
        format!("<a href=\"{}\">{text}</a>", selection(&[("rule", chart.rule), ("status", status.as_str())]))
    };
    let others: Vec<String> = [(Status::Fail, "fail"), (Status::Unknown, "unknown"), (Status::Waived, "waived")]
        .iter()
        .filter(|(status, _)| count(*status) > 0)
        .map(|(status, word)| link(*status, format!("{} {word}", count(*status))))
        .collect();
    write!(
        out,
        "<h3>{name}: {}</h3><p class=\"lead\"><b class=\"big\">{}</b> <span>of {} meet their {name}{}{}</span></p>",
        chart.meaning,
        match count(Status::Pass) {
            0 => "0".to_owned(),
            some => link(Status::Pass, some.to_string()),
        },
        counted(lines.len() as u64, "resource"),
        if others.is_empty() { "" } else { ": " },
        others.join(", "),
        name = chart.name,
    )?;
    lines.sort_by(|one, other| {
        let rank = |line: &Line| super::data::STATUSES.iter().position(|status| *status == line.finding.status);
        rank(one).cmp(&rank(other)).then(other.ratio().total_cmp(&one.ratio()))
    });
    let all = lines.len();
    lines.truncate(SHOWN);
    let axis = Axis::covering(&lines);
    header(chart, &axis, out)?;
    for line in &lines {
        row(line, chart, &axis, out)?;
    }
    out.write_all(b"</tbody></table></div>")?;
    if all > SHOWN {
        let address = selection(&[("rule", chart.rule), ("status", "all")]);
        write!(
            out,
            "<p class=\"hint\">Failing ones first, then those nearest to their objective: {SHOWN} of {all}. <a href=\"{address}\">All are among the findings</a>.</p>"
        )?;
    }
    Ok(())
}

fn header(chart: &Chart, axis: &Axis, out: &mut dyn Write) -> io::Result<()> {
    let name = chart.name;
    write!(
        out,
        "<div class=\"scroll\" role=\"region\" aria-label=\"Achieved {name} against the objective\" tabindex=\"0\"><table class=\"plot\">\
         <caption class=\"unseen\">Achieved {name} against the objective</caption><thead><tr><th scope=\"col\">Resource</th>\
         <th scope=\"col\">Achieved</th><th scope=\"col\">Objective</th><th scope=\"col\" class=\"axis\"><span class=\"unseen\">Chart</span>\
         <svg aria-hidden=\"true\" width=\"100%\" height=\"16\">"
    )?;
    for (place, (mark, at)) in axis.marks().enumerate() {
        // Every second mark on narrow screens.
        write!(out, "<text class=\"{}\" x=\"{at:.2}%\" y=\"12\">{mark}</text>", if place % 2 == 0 { "even" } else { "odd" })?;
    }
    out.write_all(b"</svg></th><th scope=\"col\">Status</th></tr></thead><tbody>")
}

fn row(line: &Line, chart: &Chart, axis: &Axis, out: &mut dyn Write) -> io::Result<()> {
    let resource = &line.finding.resource;
    let status = line.finding.status.as_str();
    let time = |seconds: Option<f64>| seconds.map(|seconds| human_duration(seconds as i64));
    let none = if line.finding.status == Status::Unknown { "unknown" } else { chart.nothing };
    let name = resource.name.as_deref().unwrap_or(&resource.id);
    write!(
        out,
        "<tr class=\"{status}\"><th scope=\"row\"><a href=\"{}\" title=\"{}\">{}</a> <small>{} {}</small></th><td>{}</td><td>{}</td><td class=\"axis\">",
        selection(&[("rule", chart.rule), ("status", "all"), ("resource", &resource.arn)]),
        Html(&cut(&line.finding.message, 400)),
        Html(&cut(name, 60)),
        place(&resource.account),
        place(&resource.region),
        time(line.achieved).unwrap_or_else(|| none.to_owned()),
        time(line.objective).unwrap_or_else(|| "none".to_owned()),
    )?;
    out.write_all(b"<svg aria-hidden=\"true\" width=\"100%\" height=\"20\">")?;
    for (_, at) in axis.marks() {
        write!(out, "<line class=\"grid\" x1=\"{at:.2}%\" x2=\"{at:.2}%\" y1=\"0\" y2=\"20\"/>")?;
    }
    if let Some(objective) = line.objective {
        let at = axis.at(objective);
        write!(
            out,
            "<rect class=\"owed\" x=\"0\" width=\"{at:.2}%\" y=\"7\" height=\"6\"/><line class=\"limit\" x1=\"{at:.2}%\" x2=\"{at:.2}%\" y1=\"2\" y2=\"18\"/>"
        )?;
    }
    match line.achieved {
        Some(achieved) => write!(out, "<circle class=\"{status}\" cx=\"{:.2}%\" cy=\"10\" r=\"5\"/>", axis.at(achieved))?,
        None if line.finding.status == Status::Unknown => {}
        None => write!(out, "<text class=\"beyond\" x=\"100%\" y=\"14\">∞</text>")?,
    }
    write!(out, "</svg></td><td><span class=\"badge {status}\">{status}</span></td></tr>")
}
