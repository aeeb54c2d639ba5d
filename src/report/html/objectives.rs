//! Achieved RPO and RTO against their objectives, one line per resource on a logarithmic time axis. The figures are the evidence of the rules that
//! compare them; the colour is the status of the finding: an RPO may fail because of a gap that the newest backup does not show.

use super::heat::place;
use super::text::{Html, counted, selection};
use crate::audit::findings::{Finding, Findings, Status};
use crate::inventory::figures::human_duration;
use crate::report::escape::cut;
use std::io::{self, Write};

/// Resources of one chart: those that fail, then those nearest to their objective.
const SHOWN: usize = 20;

/// What a chart compares.
pub struct Chart {
    pub rule: &'static str,
    /// Evidence with the achieved time, in seconds.
    pub achieved: &'static str,
    /// Evidence with the objective, in seconds.
    pub objective: &'static str,
    pub name: &'static str,
    /// The label of a resource without an achieved value.
    pub nothing: &'static str,
}

pub const RPO: Chart = Chart {
    rule: "data-rpo-meets-objective",
    achieved: "protection.rpo_seconds",
    objective: "objective.rpo_seconds",
    name: "RPO",
    nothing: "nothing to restore",
};

pub const RTO: Chart = Chart {
    rule: "data-rto-meets-objective",
    achieved: "protection.rto_seconds",
    objective: "objective.rto_seconds",
    name: "RTO",
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

/// Writes a chart, or why it is missing.
pub fn write(findings: &Findings, chart: &Chart, out: &mut dyn Write) -> io::Result<()> {
    let seconds = |finding: &Finding, path: &str| finding.evidence.get(path).and_then(|seconds| seconds.as_f64());
    let mut lines: Vec<Line> = findings
        .findings
        .iter()
        .filter(|finding| *finding.rule == *chart.rule)
        .map(|finding| Line { finding, achieved: seconds(finding, chart.achieved), objective: seconds(finding, chart.objective) })
        .collect();
    if lines.is_empty() {
        return write!(
            out,
            "<p class=\"nothing\">The document has no findings of the rule <code>{}</code>: no resource has both an objective and an achieved {}, \
             or the rule was left out. There is nothing to draw.</p>",
            chart.rule, chart.name
        );
    }
    let count = |status: Status| lines.iter().filter(|line| line.finding.status == status).count();
    let others: Vec<String> = [(Status::Fail, "fail"), (Status::Unknown, "unknown"), (Status::Waived, "waived")]
        .iter()
        .filter(|(status, _)| count(*status) > 0)
        .map(|(status, word)| format!("{} {word}", count(*status)))
        .collect();
    write!(
        out,
        "<p class=\"lead\"><b class=\"big\">{}</b> <span>of {} meet their {}{}{}</span></p>",
        count(Status::Pass),
        counted(lines.len() as u64, "resource"),
        chart.name,
        if others.is_empty() { "" } else { ": " },
        others.join(", ")
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
        selection(&[("rule", chart.rule), ("status", "all"), ("q", &resource.arn)]),
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
