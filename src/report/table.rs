//! `table`: for people at a terminal. What REL 9 answers, then what fails, worst first, with what to do about it.

use super::escape::terminal;
use super::{Report, Target, words};
use crate::audit::findings::{BestPracticeSummary, Finding, Findings, Status};
use crate::rules::Severity;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "table", about: "for people at a terminal", write };

/// How many resources of one rule are listed unless all are asked for.
const LISTED: usize = 10;

fn write(findings: &Findings, target: &Target, out: &mut dyn Write) -> io::Result<()> {
    let page = Page { findings, target };
    page.head(out)?;
    page.best_practices(out)?;
    page.coverage(out)?;
    page.not_read(out)?;
    page.failures(out)?;
    page.others(out)?;
    page.reproducible(out)?;
    page.tail(out)
}

struct Page<'a> {
    findings: &'a Findings,
    target: &'a Target,
}

impl Page<'_> {
    fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.bold("REL 9: How do you back up data?"))?;
        writeln!(out, "{}\n", words::scope(&self.findings.audit))
    }

    fn best_practices(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = self.table(&["Best practice", "Risk", "Fail", "Unknown", "Waived", "Pass"]);
        for practice in &self.findings.summary.best_practices {
            table.add_row(self.practice_row(practice));
        }
        writeln!(out, "{table}")
    }

    fn practice_row(&self, practice: &BestPracticeSummary) -> Vec<Cell> {
        let colour = match practice.risk.as_str() {
            "high" => Color::Red,
            "medium" => Color::Yellow,
            "none" => Color::Green,
            _ => Color::Magenta,
        };
        let number = |count: u64| Cell::new(count).set_alignment(comfy_table::CellAlignment::Right);
        vec![
            Cell::new(format!("{} {}", practice.id.id(), practice.id.title())),
            self.coloured(&terminal(&practice.risk), colour),
            number(practice.fail),
            number(practice.unknown),
            number(practice.waived),
            number(practice.pass),
        ]
    }

    fn coverage(&self, out: &mut dyn Write) -> io::Result<()> {
        let text = words::coverage(self.findings);
        for line in wrap(&text, self.target.width) {
            writeln!(out, "{line}")?;
        }
        writeln!(out)
    }

    /// Every operation that did not answer, with where.
    fn not_read(&self, out: &mut dyn Write) -> io::Result<()> {
        let lines = words::not_read(self.findings);
        if lines.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.bold("Could not be read"))?;
        for line in lines {
            self.paragraph(out, "- ", &line)?;
        }
        writeln!(out)
    }

    fn failures(&self, out: &mut dyn Write) -> io::Result<()> {
        let groups = words::groups(self.findings, |finding| finding.status == Status::Fail);
        if groups.is_empty() {
            return writeln!(out, "{}\n", self.bold("Nothing fails."));
        }
        for severity in Severity::ALL {
            let of_severity: Vec<_> = groups.iter().filter(|group| group[0].severity == severity).collect();
            let count: usize = of_severity.iter().map(|group| group.len()).sum();
            if count == 0 {
                continue;
            }
            writeln!(out, "{}", self.paint(&format!("{} ({count})", severity.as_str().to_uppercase()), severity_code(severity)))?;
            for group in of_severity {
                self.group(group, out)?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// What is unknown and waived, and with `--all` what passes.
    fn others(&self, out: &mut dyn Write) -> io::Result<()> {
        for (status, title) in [(Status::Unknown, "UNKNOWN"), (Status::Waived, "WAIVED"), (Status::Pass, "PASS")] {
            if status == Status::Pass && !self.target.all {
                continue;
            }
            let groups = words::groups(self.findings, |finding| finding.status == status);
            let count: usize = groups.iter().map(Vec::len).sum();
            if count == 0 {
                continue;
            }
            writeln!(out, "{}", self.bold(&format!("{title} ({count})")))?;
            for group in &groups {
                self.group(group, out)?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn group(&self, group: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
        let first = group[0];
        let title = format!("{} [{}]", first.title, first.best_practice.id());
        for line in wrap(&terminal(&title), self.target.width.saturating_sub(2)) {
            writeln!(out, "  {}", self.bold(&line))?;
        }
        writeln!(out, "  {}", self.paint(&terminal(&first.rule), "2"))?;
        let listed = if self.target.all { group.len() } else { LISTED };
        for finding in group.iter().take(listed) {
            let mut text = format!("{}: {}", words::resource(finding), finding.message);
            if let Some(waiver) = finding.waiver.as_ref().filter(|_| finding.status == Status::Waived) {
                text.push_str(&format!(" [{}]", words::waiver(waiver)));
            }
            if words::is_known(finding) {
                text.push_str(" [known]");
            }
            self.paragraph(out, "    - ", &terminal(&text))?;
        }
        if group.len() > listed {
            writeln!(out, "    … and {} more (--all shows them, --format json has them)", group.len() - listed)?;
        }
        if let (Status::Fail, Some(remediation)) = (first.status, &first.remediation) {
            self.paragraph(out, "    Fix: ", &terminal(&remediation.summary))?;
            if let Some(command) = remediation.cli.first() {
                self.command(out, &terminal(&first.rule), &terminal(command))?;
            }
        }
        Ok(())
    }

    /// A command stays one when it is copied: it is broken as a shell joins it again, or not shown at all.
    fn command(&self, out: &mut dyn Write, rule: &str, command: &str) -> io::Result<()> {
        match wrap_command(command, self.target.width.saturating_sub(8)) {
            Some(lines) => lines
                .iter()
                .enumerate()
                .try_for_each(|(number, line)| writeln!(out, "      {} {line}", if number == 0 { "$" } else { " " })),
            None => self.paragraph(out, "      ", &terminal(&format!("(`rel9 rules show {rule}` has the commands)"))),
        }
    }

    fn reproducible(&self, out: &mut dyn Write) -> io::Result<()> {
        let data = &self.findings.reproducible;
        if data.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.bold(&format!("Reproducible data, which owes no backup ({})", data.len())))?;
        let listed = if self.target.all { data.len() } else { LISTED };
        for entry in data.iter().take(listed) {
            self.paragraph(out, "  - ", &terminal(&words::reproducible(entry)))?;
        }
        if data.len() > listed {
            writeln!(out, "  … and {} more", data.len() - listed)?;
        }
        writeln!(out)
    }

    fn tail(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.bold(&words::totals(&self.findings.summary)))?;
        words::baseline(&self.findings.summary).map_or(Ok(()), |text| self.paragraph(out, "", &text))
    }

    fn paragraph(&self, out: &mut dyn Write, lead: &str, text: &str) -> io::Result<()> {
        let indent = " ".repeat(lead.chars().count());
        for (number, line) in wrap(text, self.target.width.saturating_sub(indent.len())).iter().enumerate() {
            writeln!(out, "{}{line}", if number == 0 { lead } else { &indent })?;
        }
        Ok(())
    }

    fn table(&self, header: &[&str]) -> Table {
        let mut table = Table::new();
        table
            .load_style(presets::UTF8_FULL_CONDENSED)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.target.width as u16);
        if self.target.colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(header.iter().map(|name| self.strong(name)));
        table
    }

    fn strong(&self, text: &str) -> Cell {
        let cell = Cell::new(text);
        if self.target.colour { cell.add_attribute(Attribute::Bold) } else { cell }
    }

    fn coloured(&self, text: &str, colour: Color) -> Cell {
        let cell = Cell::new(text);
        if self.target.colour { cell.fg(colour) } else { cell }
    }

    fn bold(&self, text: &str) -> String {
        self.paint(text, "1")
    }

    /// A text in an ANSI style, where colour is wanted.
    fn paint(&self, text: &str, style: &str) -> String {
        if self.target.colour { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn severity_code(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "1;31",
        Severity::High => "31",
        Severity::Medium => "33",
        Severity::Low => "36",
        Severity::Info => "2",
    }
}

/// Breaks a command at spaces with a backslash; `None` when a word does not fit or quotes could be torn apart.
fn wrap_command(command: &str, width: usize) -> Option<Vec<String>> {
    if command.chars().count() <= width {
        return Some(vec![command.to_owned()]);
    }
    if command.contains('\'') {
        return None;
    }
    let lines = wrap(command, width.saturating_sub(2));
    let whole = command.split(' ').all(|word| word.chars().count() <= width.saturating_sub(2));
    let last = lines.len().saturating_sub(1);
    whole.then(|| lines.into_iter().enumerate().map(|(number, line)| if number < last { format!("{line} \\") } else { line }).collect())
}

/// Breaks a text at spaces; a word longer than a line is broken where the line ends, so that nothing sticks out.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(20);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        if length > 0 && length + 1 + word.len() > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        while word.len() > width {
            let rest = word.split_off(width);
            lines.push(word.into_iter().collect());
            word = rest;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        length += word.len();
        line.extend(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}
