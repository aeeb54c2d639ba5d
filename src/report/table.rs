//! `table`: for people at a terminal. The answer to REL 9, then the failures, worst first, with their remediation.

use super::escape::{cut, terminal};
use super::{Report, Target, words, wrap};
use crate::audit::findings::{BestPracticeSummary, Finding, Findings, Status};
use crate::rules::Severity;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "table", about: "for people at a terminal", write };

/// Resources per rule without `--all`: of high and critical findings, and of others.
const LISTED: usize = 10;
const LISTED_BRIEFLY: usize = 3;

/// Maximum characters of one text: a name or a message may have a megabyte.
const TEXT: usize = 1_000;

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
        for line in wrap::text(&text, self.target.width) {
            writeln!(out, "{line}")?;
        }
        writeln!(out)
    }

    /// Every operation that did not answer, and where.
    fn not_read(&self, out: &mut dyn Write) -> io::Result<()> {
        let lines = words::not_read(self.findings);
        if lines.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.bold("Could not be read"))?;
        for line in lines {
            self.paragraph(out, "- ", &cut(&line, TEXT))?;
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

    /// One rule with its resources and its remediation. Findings below high are brief, so that they do not bury the others.
    fn group(&self, group: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
        let first = group[0];
        self.rule(first, out)?;
        let detailed = self.target.all || first.severity >= Severity::High;
        let listed = match first.status {
            _ if self.target.all => group.len(),
            Status::Fail | Status::Waived if detailed => LISTED,
            _ => LISTED_BRIEFLY,
        };
        for finding in group.iter().take(listed) {
            let mut text = format!("{}: {}", cut(&words::resource(finding), TEXT), cut(&finding.message, TEXT));
            if let Some(waiver) = finding.waiver.as_ref().filter(|_| finding.status == Status::Waived) {
                text.push_str(&format!(" [{}]", cut(&words::waiver(waiver), TEXT)));
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
            self.paragraph(out, "    Fix: ", &terminal(&cut(&remediation.summary, TEXT)))?;
            if detailed {
                if group.len() > 1 && !remediation.cli.is_empty() {
                    writeln!(out, "    # for the first of them:")?;
                }
                for line in remediation.cli.iter().flat_map(|command| wrap::command(&terminal(command), 4, self.target.width)) {
                    writeln!(out, "{line}")?;
                }
            }
        }
        Ok(())
    }

    /// `Data has a backup to restore from · data-protected · REL09-BP01`, on one line if it fits.
    fn rule(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let (title, id) =
            (terminal(&cut(finding.headline(), TEXT)), format!("{} · {}", terminal(&cut(&finding.rule, TEXT)), finding.best_practice.id()));
        let width = self.target.width.saturating_sub(2);
        if wrap::columns(&title) + 3 + wrap::columns(&id) <= width {
            return writeln!(out, "  {}{}", self.bold(&title), self.paint(&format!(" · {id}"), "2"));
        }
        for line in wrap::text(&title, width) {
            writeln!(out, "  {}", self.bold(&line))?;
        }
        wrap::text(&id, width).iter().try_for_each(|line| writeln!(out, "  {}", self.paint(line, "2")))
    }

    fn reproducible(&self, out: &mut dyn Write) -> io::Result<()> {
        let data = &self.findings.reproducible;
        if data.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.bold(&format!("Exempt: data that can be rebuilt ({})", data.len())))?;
        let listed = if self.target.all { data.len() } else { LISTED };
        for entry in data.iter().take(listed) {
            self.paragraph(out, "  - ", &terminal(&cut(&words::reproducible(entry), TEXT)))?;
        }
        if data.len() > listed {
            writeln!(out, "  … and {} more", data.len() - listed)?;
        }
        writeln!(out)
    }

    fn tail(&self, out: &mut dyn Write) -> io::Result<()> {
        for line in wrap::text(&words::totals(&self.findings.summary), self.target.width) {
            writeln!(out, "{}", self.bold(&line))?;
        }
        if let Some(text) = words::baseline(&self.findings.summary) {
            self.paragraph(out, "", &text)?;
        }
        if self.findings.findings.iter().any(|finding| finding.status != Status::Pass) {
            self.more(out)?;
        }
        match words::gate(self.findings) {
            Some(gate) => self.paragraph(out, "", &gate),
            None => Ok(()),
        }
    }

    fn more(&self, out: &mut dyn Write) -> io::Result<()> {
        let all = if self.target.all { "" } else { "`--all` lists every resource; " };
        let more =
            format!("`rel9 rules show RULE` has the steps and commands of a rule; {all}`--format html=report.html` has the evidence.");
        self.paragraph(out, "", &more)
    }

    fn paragraph(&self, out: &mut dyn Write, lead: &str, text: &str) -> io::Result<()> {
        let indent = " ".repeat(lead.chars().count());
        for (number, line) in wrap::text(text, self.target.width.saturating_sub(indent.len())).iter().enumerate() {
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

    /// A text in an ANSI style, if colour is on.
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
