//! `table`: for people at a terminal. What REL 9 answers, then what fails, worst first, with what to do about it.

use super::escape::{cut, terminal};
use super::{Report, Target, words};
use crate::audit::findings::{BestPracticeSummary, Finding, Findings, Status};
use crate::rules::Severity;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "table", about: "for people at a terminal", write };

/// How many resources of one rule are listed unless all are asked for: of high and critical findings, and of others.
const LISTED: usize = 10;
const LISTED_BRIEFLY: usize = 3;

/// Characters of one text: a name or a message may have a megabyte.
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

    /// One rule with its resources and what to do. What is less than high is told briefly, so that it does not bury the rest.
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
                self.commands(out, &terminal(&first.rule), &remediation.cli)?;
            }
        }
        Ok(())
    }

    /// `Data has a backup to restore from · data-protected · REL09-BP01`, on one line if it fits.
    fn rule(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let (title, id) =
            (terminal(&cut(&finding.title, TEXT)), format!("{} · {}", terminal(&cut(&finding.rule, TEXT)), finding.best_practice.id()));
        let width = self.target.width.saturating_sub(2);
        if title.chars().count() + 3 + id.chars().count() <= width {
            return writeln!(out, "  {}{}", self.bold(&title), self.paint(&format!(" · {id}"), "2"));
        }
        for line in wrap(&title, width) {
            writeln!(out, "  {}", self.bold(&line))?;
        }
        wrap(&id, width).iter().try_for_each(|line| writeln!(out, "  {}", self.paint(line, "2")))
    }

    /// A command stays one when it is copied: it is broken as a shell joins it again, or not shown at all.
    fn commands(&self, out: &mut dyn Write, rule: &str, commands: &[String]) -> io::Result<()> {
        let mut hidden = false;
        for command in commands {
            match wrap_command(&terminal(command), self.target.width.saturating_sub(6)) {
                Some(lines) => {
                    for (number, line) in lines.iter().enumerate() {
                        writeln!(out, "    {} {line}", if number == 0 { "$" } else { " " })?;
                    }
                }
                None => hidden = true,
            }
        }
        if hidden {
            let what = if commands.len() == 1 { "the command, which has" } else { "all commands; some have" };
            self.paragraph(out, "    ", &format!("(`rel9 rules show {rule}` has {what} no room here)"))?;
        }
        Ok(())
    }

    fn reproducible(&self, out: &mut dyn Write) -> io::Result<()> {
        let data = &self.findings.reproducible;
        if data.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.bold(&format!("Reproducible data, which owes no backup ({})", data.len())))?;
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
        for line in wrap(&words::totals(&self.findings.summary), self.target.width) {
            writeln!(out, "{}", self.bold(&line))?;
        }
        if let Some(text) = words::baseline(&self.findings.summary) {
            self.paragraph(out, "", &text)?;
        }
        if self.findings.findings.iter().all(|finding| finding.status == Status::Pass) {
            return Ok(());
        }
        let all = if self.target.all { "" } else { "`--all` lists every resource; " };
        let more =
            format!("`rel9 rules show RULE` has the steps and commands of a rule; {all}`--format html=report.html` has the evidence.");
        self.paragraph(out, "", &more)
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

/// Breaks a command between its words with a backslash; `None` when a word does not fit or a quote does not end.
fn wrap_command(command: &str, width: usize) -> Option<Vec<String>> {
    if command.chars().count() <= width {
        return Some(vec![command.to_owned()]);
    }
    let width = width.saturating_sub(2); // for the backslash
    let words = words_of(command)?;
    let fits = words.iter().all(|word| word.chars().count() <= width);
    let mut lines = fill(&words, width);
    let last = lines.pop()?;
    lines.iter_mut().for_each(|line| line.push_str(" \\"));
    lines.push(last);
    fits.then_some(lines)
}

/// The words of a command as a shell finds them, with their quotes.
fn words_of(command: &str) -> Option<Vec<&str>> {
    let (mut words, mut begin, mut quote, mut escaped) = (Vec::new(), 0, None, false);
    for (at, character) in command.char_indices() {
        match (quote, character) {
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, ' ') => {
                words.push(&command[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    words.push(&command[begin..]);
    (quote.is_none() && !escaped).then_some(words)
}

/// Breaks a text at spaces.
fn wrap(text: &str, width: usize) -> Vec<String> {
    fill(&text.split(' ').collect::<Vec<_>>(), width)
}

/// Lines of words; a word longer than a line is broken where the line ends, so that nothing sticks out.
fn fill(words: &[&str], width: usize) -> Vec<String> {
    let width = width.max(20);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in words {
        if length > 0 && length + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        for character in word.chars() {
            if length == width {
                lines.push(std::mem::take(&mut line));
                length = 0;
            }
            line.push(character);
            length += 1;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap_command;

    #[test]
    fn a_command_is_never_broken_within_quotes() {
        let command = "aws ec2 copy --description \"copy of vol-1\" --query 'a b' --x it\\'s --last";
        let lines = wrap_command(command, 32).expect("it fits");
        assert_eq!(lines, ["aws ec2 copy --description \\", "\"copy of vol-1\" --query 'a b' \\", "--x it\\'s --last"]);
        assert_eq!(lines.join(" ").replace(" \\ ", " "), command);
        assert_eq!(wrap_command("aws x 'a text that has no room on a line of this width' y", 30), None);
        assert_eq!(wrap_command("aws x and a quote that does not end \" here", 30), None);
    }
}
