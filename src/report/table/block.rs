//! The last block: what a reader sees without scrolling in a terminal of 80 × 24.

use super::page::{BAD, BOLD, DIM, DOUBTFUL, GOOD, Page, of_risk, of_severity};
use super::policy;
use crate::audit::findings::{BestPracticeSummary, CoverageSummary, Status, Verdict, WorstResource};
use crate::report::escape::{cut, terminal};
use crate::report::{words, wrap};
use std::io::{self, Write};

/// Lines of the block, where its parts can be that short; one less than a terminal has, for the prompt after it.
const LINES: usize = 23;

/// Resources that it names.
const NAMED: usize = 5;

/// Columns of the labels, and of the bar of the coverage.
const LABEL: usize = 11;
const BAR: u64 = 20;

/// Columns from which a resource has the command that explains it on its line.
const WIDE: usize = 120;

/// Writes the block.
pub fn write(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    lines(page).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// A part of the block, which may be cut to its first lines.
struct Part {
    lines: Vec<String>,
    least: usize,
}

fn whole(lines: Vec<String>) -> Part {
    Part { least: lines.len(), lines }
}

fn space() -> Part {
    Part { lines: vec![String::new()], least: 0 }
}

fn at_least(least: usize, lines: Vec<String>) -> Part {
    Part { least: least.min(lines.len()), lines }
}

fn lines(page: &Page) -> Vec<String> {
    let mut parts = vec![
        whole(vec![title(page)]),
        at_least(1, wrap::text(&words::scope(&page.findings.audit), page.target.width)),
        space(),
        whole(practices(page)),
        space(),
        at_least(1, failures(page)),
        at_least(2, coverage(page)),
        at_least(1, baseline(page)),
        at_least(1, policy_file(page)),
        at_least(1, not_read(page)),
        at_least(1, not_judged(page)),
    ];
    let worst = worst(page);
    if !worst.is_empty() {
        parts.extend([space(), whole(worst)]);
    }
    parts.extend([space(), whole(verdict(page))]);
    parts.retain(|part| !part.lines.is_empty());
    // Spaces go first, from the top, then the last lines of the longest part.
    while parts.iter().map(|part| part.lines.len()).sum::<usize>() > LINES {
        let longest = |part: &&mut Part| (part.least == 0, part.lines.len());
        let Some(part) = parts.iter_mut().rev().filter(|part| part.lines.len() > part.least).max_by_key(longest) else { break };
        part.lines.pop();
        if let Some(last) = part.lines.last_mut() {
            *last = wrap::cut_short(&format!("{last} …"), page.target.width);
        }
    }
    parts.into_iter().flat_map(|part| part.lines).collect()
}

fn title(page: &Page) -> String {
    let text = "━━ REL 9: How do you back up data? ";
    let rule = "━".repeat(page.target.width.saturating_sub(wrap::columns(text)));
    page.bold(&format!("{text}{rule}"))
}

/// The four best practices with risk and counts.
fn practices(page: &Page) -> Vec<String> {
    let practices = &page.findings.summary.best_practices;
    let name = |practice: &BestPracticeSummary| format!("{} {}", practice.id.id(), practice.id.title());
    let counts =
        |practice: &BestPracticeSummary| [practice.fail, practice.unknown, practice.waived, practice.pass].map(|count| count.to_string());
    let headings = ["Fail", "Unknown", "Waived", "Pass"];
    let widths: Vec<usize> = (0..headings.len())
        .map(|column| practices.iter().map(|practice| counts(practice)[column].len()).fold(headings[column].len(), usize::max))
        .collect();
    let names = practices.iter().map(|practice| wrap::columns(&name(practice))).max().unwrap_or_default();
    let risk = "unknown".len();
    let fixed = |gap: usize| risk + widths.iter().sum::<usize>() + gap * (1 + widths.len());
    let gap = if names + fixed(2) <= page.target.width { 2 } else { 1 };
    let names = names.min(page.target.width.saturating_sub(fixed(gap)));
    let space = " ".repeat(gap);
    let row = |name: &str, risk_cell: String, counts: [String; 4]| {
        let numbers: Vec<String> = counts.iter().zip(&widths).map(|(count, width)| format!("{count:>width$}")).collect();
        format!("{}{space}{risk_cell}{space}{}", wrap::fitted(name, names), numbers.join(&space))
    };
    let head = row("Best practice", wrap::fitted("Risk", risk), headings.map(str::to_owned));
    let mut lines = vec![page.paint(&head, DIM)];
    lines.extend(practices.iter().map(|practice| {
        let risk_cell = page.paint(&wrap::fitted(&terminal(&cut(&practice.risk, risk)), risk), of_risk(&practice.risk));
        row(&name(practice), risk_cell, counts(practice))
    }));
    lines
}

/// A text behind a label.
fn labelled(page: &Page, label: &str, text: &str) -> Vec<String> {
    let mut lines = page.wrapped(&wrap::fitted(label, LABEL), text);
    if let Some(rest) = lines.first().and_then(|line| line.strip_prefix(label)) {
        lines[0] = format!("{}{rest}", page.bold(label));
    }
    lines
}

/// The failures by severity.
fn failures(page: &Page) -> Vec<String> {
    let summary = &page.findings.summary;
    let fail = summary.by_status.get(&Status::Fail).copied().unwrap_or(0);
    let severities = words::severities(summary);
    let resources = format!("{} judged", words::counted(summary.resources, "resource"));
    let unknown = summary.by_status.get(&Status::Unknown).copied().unwrap_or(0);
    let text = match (severities.is_empty(), unknown) {
        (false, _) => format!("{fail} fail: {severities}"),
        (true, _) if summary.resources == 0 => "no resource was judged".to_owned(),
        (true, 0) => format!("nothing fails · {resources}"),
        (true, unknown) => format!("nothing is known to fail, {unknown} unknown · {resources}"),
    };
    let longer = format!("{text} · {resources}");
    let room = page.target.width.saturating_sub(LABEL);
    labelled(page, "Findings", if fail > 0 && wrap::columns(&longer) <= room { &longer } else { &text })
}

fn coverage(page: &Page) -> Vec<String> {
    let coverage = &page.findings.summary.coverage;
    let owing = coverage.data_resources.saturating_sub(coverage.reproducible);
    if words::is_of_templates(&page.findings.audit) {
        let text = format!("{} declared (backups show only after deployment)", words::counted(coverage.data_resources, "data resource"));
        return labelled(page, "Coverage", &text);
    }
    if owing == 0 {
        let exempt = if coverage.reproducible > 0 { format!(" · {} reproducible", coverage.reproducible) } else { String::new() };
        let but = if page.findings.audit.complete { "" } else { ", but not everything was read" };
        return labelled(page, "Coverage", &format!("no data that owes a backup was found{but}{exempt}"));
    }
    let share = |noun: &str| format!("{:.1} %  {} of {owing}{noun} protected", coverage.percent, coverage.protected);
    let on_schedule = format!("{} on schedule", coverage.on_schedule);
    let room = page.target.width.saturating_sub(LABEL + BAR as usize + 2);
    let longer = [format!("{}, {on_schedule}", share(" data resources")), format!("{}, {on_schedule}", share(""))];
    let fits = |text: &String| wrap::columns(text) <= room;
    let first = longer.into_iter().find(fits).filter(|_| coverage.protected > 0);
    let mut others = words::not_protected(coverage);
    if first.is_none() && coverage.protected > 0 {
        others.insert(0, on_schedule);
    }
    let share = wrap::cut_short(&first.unwrap_or_else(|| share("")), room);
    let label = page.bold(&wrap::fitted("Coverage", LABEL));
    let mut lines = vec![format!("{label}{}  {share}", bar(page, coverage, owing))];
    let indent = " ".repeat(LABEL);
    let room = page.target.width.saturating_sub(LABEL);
    let mut others = joined(&others, room);
    if coverage.restorable_only > 0 {
        // The first line tells it by what it leaves out: it gets no line of its own below others.
        let old = format!("{} only from an old or manual backup", coverage.restorable_only);
        match others.last_mut() {
            Some(last) if wrap::columns(last) + 3 + wrap::columns(&old) <= room => last.push_str(&format!(" · {old}")),
            Some(_) => {}
            None => others.push(old),
        }
    }
    lines.extend(others.iter().map(|line| format!("{indent}{line}")));
    lines
}

/// The parts with dots between them, on lines that break at a dot.
fn joined(parts: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if wrap::columns(line) + 3 + wrap::columns(part) <= width => line.push_str(&format!(" · {part}")),
            _ => lines.push(wrap::cut_short(part, width)),
        }
    }
    lines
}

/// Protected on schedule, otherwise protected, not protected, and unknown data. Never more than full: what is protected is rounded down.
fn bar(page: &Page, coverage: &CoverageSummary, owing: u64) -> String {
    let cells = |count: u64| (u128::from(count) * u128::from(BAR) / u128::from(owing.max(1))) as usize;
    let protected = cells(coverage.protected);
    let on_schedule = cells(coverage.on_schedule).min(protected);
    let unknown = (BAR as usize - protected).min(cells(coverage.unknown + owing.div_ceil(BAR).saturating_sub(1)));
    let not = BAR as usize - protected - unknown;
    [("█", on_schedule, GOOD), ("▓", protected - on_schedule, "33"), ("░", not, "31"), ("?", unknown, "35")]
        .map(|(cell, count, style)| page.paint(&cell.repeat(count), style))
        .concat()
}

fn baseline(page: &Page) -> Vec<String> {
    let Some(baseline) = &page.findings.summary.baseline else { return Vec::new() };
    let text = format!("{} failures known, {} new, {} fixed", baseline.known, baseline.new, baseline.fixed);
    labelled(page, "Baseline", &text)
}

fn policy_file(page: &Page) -> Vec<String> {
    let mut lines = joined(&policy::told(&page.findings.audit), page.target.width.saturating_sub(LABEL));
    for (number, line) in lines.iter_mut().enumerate() {
        *line = format!("{}{line}", if number == 0 { page.bold(&wrap::fitted("Policy", LABEL)) } else { " ".repeat(LABEL) });
    }
    lines
}

/// How much could not be read, and the first of it.
fn not_read(page: &Page) -> Vec<String> {
    let unread = words::not_read(page.findings);
    let Some(first) = unread.first() else { return Vec::new() };
    let more = if unread.len() > 1 { format!(" · and {} more", unread.len() - 1) } else { String::new() };
    let room = 2 * page.target.width.saturating_sub(LABEL + 10);
    labelled(page, "Not read", &format!("{}{more}", wrap::cut_short(first, room)))
}

/// Data that no rule judges.
fn not_judged(page: &Page) -> Vec<String> {
    let types = words::not_judged(page.findings);
    if types.is_empty() {
        Vec::new()
    } else {
        labelled(page, "Not judged", &format!("{}: rel9 does not read these types", types.join(", ")))
    }
}

fn worst(page: &Page) -> Vec<String> {
    let worst = page.findings.worst();
    let worst = &worst[..worst.len().min(NAMED)];
    if worst.is_empty() {
        return Vec::new();
    }
    let width = page.target.width;
    let names: Vec<String> = worst.iter().map(words::short_name).collect();
    let widest = |texts: &[String]| texts.iter().map(|text| wrap::columns(text)).max().unwrap_or_default();
    let name = widest(&names).min(if width >= WIDE { 36 } else { 26 });
    let commands: Vec<String> = worst.iter().map(|worst| words::explain(page.findings, worst)).collect();
    // A command that does not fit is not shown, as half of it would be of no use.
    let beside = Some(widest(&commands)).filter(|command| width >= WIDE && *command <= width / 3);
    let room = width.saturating_sub(2 + "critical".len() + 2 + name + 2 + beside.map_or(0, |command| command + 2));
    let why = match beside {
        Some(_) => String::new(),
        None => format!(" · why: {}", words::explain_command(page.findings, "NAME")),
    };
    let heading = "Worst resources (+ more failures)";
    let why = if wrap::columns(heading) + wrap::columns(&why) <= width { why } else { String::new() };
    let mut lines = vec![format!("{}{}", page.bold(heading), page.paint(&why, DIM))];
    for ((worst, shown), command) in worst.iter().zip(&names).zip(&commands) {
        lines.push(worst_line(page, worst, &wrap::fitted(shown, name), room, beside.map(|_| command.as_str())));
    }
    lines
}

/// The worst severity, the name, what is wrong, and how much more.
fn worst_line(page: &Page, worst: &WorstResource, name: &str, room: usize, command: Option<&str>) -> String {
    let severity = worst.failing.iter().next_back().map(|(severity, _)| *severity);
    let severity = severity.map_or(String::new(), |severity| page.paint(&wrap::fitted(severity.as_str(), 8), of_severity(severity)));
    let more = worst.failing.values().sum::<u64>().saturating_sub(1);
    let more = if more > 0 { format!(" +{more}") } else { String::new() };
    let headline = wrap::cut_short(&terminal(&worst.headline), room.saturating_sub(more.len()));
    let beside = command.map_or(String::new(), |command| {
        let fill = room.saturating_sub(wrap::columns(&headline) + more.len()) + 2;
        format!("{}{}", " ".repeat(fill), page.paint(command, DIM))
    });
    format!("  {severity}  {name}  {headline}{}{beside}", page.paint(&more, DIM))
}

/// The gate's verdict, or the counts of a document that does not record one.
fn verdict(page: &Page) -> Vec<String> {
    let style = match page.findings.gate.as_ref().map(|gate| gate.verdict) {
        Some(Verdict::Passed) => "1;32",
        Some(Verdict::Failed) => BAD,
        Some(Verdict::Incomplete) => DOUBTFUL,
        None => BOLD,
    };
    let text = words::gate(page.findings).unwrap_or_else(|| "no gate: the document does not record its verdict".to_owned());
    // The exit code stays on one line with its word.
    let (reason, exit) = text.rsplit_once(" · ").unwrap_or((&text, ""));
    let mut lines = wrap::text(reason, page.target.width);
    match lines.last_mut() {
        _ if exit.is_empty() => {}
        Some(last) if wrap::columns(last) + 3 + wrap::columns(exit) <= page.target.width => last.push_str(&format!(" · {exit}")),
        _ => lines.push(format!("· {exit}")),
    }
    lines.iter().map(|line| page.paint(line, style)).collect()
}
