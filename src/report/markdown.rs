//! `markdown`: for a comment on a pull request, or a job's summary (`$GITHUB_STEP_SUMMARY`). The worst findings come first; findings that do not
//! fit are counted.
//!
//! The HTML in it is `<details>` with a `<summary>`, each beginning a line of its own, and nothing else.

pub mod escape;

use super::escape::{cut, terminal};
use super::{Report, Target, words};
use crate::audit::findings::{Finding, Findings, Remediation, Status};
use crate::rules::Severity;
use escape::{block, code, html, link, text};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The first line, by which rel9 knows a report that it may replace.
pub const HEADING: &str = "## REL 9: How do you back up data?";

pub const REPORT: Report = Report { name: "markdown", about: "for a pull request or a job's summary", write };

/// Maximum bytes of a comment: GitHub accepts 65,536 characters.
const COMMENT: usize = 65_000;

/// Maximum bytes of a job's summary with `--all`: GitHub accepts 1 MiB.
const SUMMARY: usize = 1_040_000;

/// Bytes reserved for the end of the report.
const TAIL: usize = 1_000;

/// Resources per rule, and lines of other lists, without `--all`.
const LISTED: usize = 10;

/// Characters of one text; of a command, which must not be cut, to be shown at all.
const TEXT: usize = 500;
const COMMAND: usize = 2_000;

/// Bytes of the fixes as code of one rule, after the first of them.
const FIXES: usize = 3_000;

fn write(findings: &Findings, target: &Target, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page {
        findings,
        listed: if target.all { usize::MAX } else { LISTED },
        limit: 0,
        full: false,
        text: String::new(),
        left_out: BTreeMap::new(),
    };
    let limit = if target.all { SUMMARY } else { COMMENT } - TAIL;
    page.head(limit / 2);
    page.failures(limit / 5 * 4); // leaves room for unknown findings, even if many fail
    (page.limit, page.full) = (limit, false);
    page.others(Status::Unknown, "Unknown");
    page.others(Status::Waived, "Waived");
    page.reproducible();
    if target.all {
        page.others(Status::Pass, "Pass");
    }
    page.tail();
    out.write_all(page.text.as_bytes())
}

struct Page<'a> {
    findings: &'a Findings,
    listed: usize,
    /// The present limit of the text, in bytes.
    limit: usize,
    /// Something did not fit. Nothing follows it in its section, because the worst comes first.
    full: bool,
    text: String,
    /// Findings that did not fit, by status.
    left_out: BTreeMap<Status, usize>,
}

impl Page<'_> {
    fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn head(&mut self, limit: usize) {
        self.limit = limit;
        let summary = &self.findings.summary;
        let mut head = format!("{HEADING}\n\n{}\n\n", text(&words::scope(&self.findings.audit)));
        head.push_str("| Best practice | Risk | Fail | Unknown | Waived | Pass |\n| --- | --- | ---: | ---: | ---: | ---: |\n");
        for practice in &summary.best_practices {
            let (id, title, risk) = (practice.id.id(), practice.id.title(), text(&cut(&practice.risk, 20)));
            let (fail, unknown, waived, pass) = (practice.fail, practice.unknown, practice.waived, practice.pass);
            let _ = writeln!(head, "| {id} {title} | {risk} | {fail} | {unknown} | {waived} | {pass} |");
        }
        let _ = write!(head, "\n{}\n\n**{}**\n\n", text(&words::coverage(self.findings)), text(&words::totals(summary)));
        if let Some(baseline) = words::baseline(summary) {
            let _ = write!(head, "{}\n\n", text(&baseline));
        }
        if let Some(gate) = words::gate(self.findings) {
            let _ = write!(head, "**{}**\n\n", text(&gate));
        }
        self.add(&head);
        let unread: Vec<String> = words::not_read(self.findings).iter().map(|line| text(&cut(line, TEXT))).collect();
        self.list("Could not be read", &unread);
        let not_judged: Vec<String> = words::not_judged(self.findings).iter().map(|line| text(line)).collect();
        self.list("Not judged: data of types that rel9 does not read", &not_judged);
    }

    /// A list under a heading, as much of it as fits.
    fn list(&mut self, title: &str, lines: &[String]) {
        if lines.is_empty() || self.text.len() + title.len() > self.limit {
            return;
        }
        self.add(&format!("### {title}\n\n"));
        let room = self.limit.saturating_sub(self.text.len());
        let mut listed = 0;
        let mut list = String::new();
        for line in lines.iter().take(self.listed) {
            if list.len() + line.len() + 60 > room {
                break;
            }
            let _ = writeln!(list, "- {line}");
            listed += 1;
        }
        if listed < lines.len() {
            let _ = writeln!(list, "- … and {} more", lines.len() - listed);
        }
        self.add(&format!("{list}\n"));
    }

    fn failures(&mut self, limit: usize) {
        self.limit = limit;
        let groups = words::groups(self.findings, |finding| finding.status == Status::Fail);
        if groups.is_empty() {
            return self.add("### Nothing fails\n\n");
        }
        for severity in Severity::ALL {
            let groups: Vec<_> = groups.iter().filter(|group| group[0].severity == severity).collect();
            let count: usize = groups.iter().map(|group| group.len()).sum();
            self.section(&format!("{} ({count})", title_case(severity.as_str())), &groups);
        }
    }

    fn others(&mut self, status: Status, title: &str) {
        let groups = words::groups(self.findings, |finding| finding.status == status);
        let count: usize = groups.iter().map(Vec::len).sum();
        self.section(&format!("{title} ({count})"), &groups.iter().collect::<Vec<_>>());
    }

    fn section(&mut self, title: &str, groups: &[&Vec<&Finding>]) {
        if groups.is_empty() {
            return;
        }
        let before = self.text.len();
        self.add(&format!("### {title}\n\n"));
        let begun = self.text.len();
        groups.iter().for_each(|group| self.group(group));
        if self.text.len() == begun {
            self.text.truncate(before); // a heading with nothing under it
        }
    }

    /// One rule with its resources, folded.
    fn group(&mut self, group: &[&Finding]) {
        let first = group[0];
        let title = cut(if first.headline().is_empty() { &first.rule } else { first.headline() }, TEXT);
        let open = format!(
            "<details>\n<summary><b>{}</b> · {} · {} · <code>{}</code></summary>\n\n",
            html(&title),
            if group.len() == 1 { "1 resource".to_owned() } else { format!("{} resources", group.len()) },
            first.best_practice.id(),
            html(&cut(&first.rule, 100))
        );
        let remediation = first.remediation.as_ref().filter(|_| first.status == Status::Fail);
        let detailed = first.severity >= Severity::High || self.listed > LISTED;
        for detailed in if detailed { &[true, false][..] } else { &[false] } {
            let what = remediation.map_or(String::new(), |remediation| what_to_do(remediation, group, *detailed));
            let close = format!("{what}</details>\n\n");
            let room = self.limit.saturating_sub(self.text.len() + open.len() + close.len() + 60);
            let list = if self.full { String::new() } else { self.bullets(group, room) };
            if !list.is_empty() {
                return self.add(&format!("{open}{list}\n{close}"));
            }
        }
        self.full = true;
        *self.left_out.entry(first.status).or_default() += group.len();
    }

    /// The resources of a rule, as many as are listed and fit.
    fn bullets(&self, group: &[&Finding], room: usize) -> String {
        let mut list = String::new();
        let mut listed = 0;
        for finding in group.iter().take(self.listed) {
            let line = bullet(finding);
            if list.len() + line.len() > room {
                break;
            }
            list.push_str(&line);
            listed += 1;
        }
        if 0 < listed && listed < group.len() {
            let _ = writeln!(list, "- … and {} more", group.len() - listed);
        }
        list
    }

    fn reproducible(&mut self) {
        let data = &self.findings.reproducible;
        let lines: Vec<String> = data.iter().map(|entry| text(&cut(&words::reproducible(entry), TEXT))).collect();
        self.list(&format!("Exempt: data that can be rebuilt ({})", data.len()), &lines);
    }

    fn tail(&mut self) {
        let counts: Vec<String> = self.left_out.iter().map(|(status, count)| format!("{count} {}", status.as_str())).collect();
        if !counts.is_empty() {
            self.add(&format!("**Omitted for lack of space: {}.** The JSON report has all findings.\n\n", counts.join(", ")));
        }
        let version = code(&cut(&self.findings.audit.rel9_version, 50));
        let complete = if self.findings.audit.complete { "" } else { " Not everything could be read." };
        self.add(&format!("rel9 {version}.{complete}\n"));
    }
}

/// A resource with what was found.
fn bullet(finding: &Finding) -> String {
    let resource = &finding.resource;
    let name = words::name_of(resource).map_or(String::new(), |name| format!(" ({})", code(&cut(name, 100))));
    let waiver = finding.waiver.as_ref().filter(|_| finding.status == Status::Waived);
    let waiver = waiver.map_or(String::new(), |waiver| format!(" – {}", text(&cut(&words::waiver(waiver), TEXT))));
    let place = words::place(finding).map_or(String::new(), |place| format!(" in {}", code(&cut(&place, TEXT))));
    let (id, message) = (code(&cut(&resource.id, 200)), text(&cut(&finding.message, TEXT)));
    let known = if words::is_known(finding) { " – known" } else { "" };
    format!("- {id}{name}{place}: {message}{waiver}{known}\n")
}

/// The remediation for the first resource of a rule; without steps and commands if they are too long.
fn what_to_do(remediation: &Remediation, group: &[&Finding], detailed: bool) -> String {
    let rule = &*group[0].rule;
    let mut lines = format!("**What to do:** {}\n\n", text(&cut(&remediation.summary, TEXT)));
    let fixes = fixes(group);
    if !detailed && !fixes.is_empty() {
        return lines + &fixes;
    }
    if !detailed {
        let _ = writeln!(lines, "{} has the steps and commands.\n", code(&format!("rel9 rules show {}", cut(rule, 100))));
        return lines;
    }
    for (number, step) in remediation.steps.iter().take(2 * LISTED).enumerate() {
        let _ = writeln!(lines, "{}. {}", number + 1, text(&cut(step, TEXT)));
    }
    lines.push('\n');
    lines.push_str(&fixes);
    let commands: Vec<String> = remediation.cli.iter().filter(|command| command.len() <= COMMAND).take(LISTED).cloned().collect();
    if !commands.is_empty() {
        let lead = if group.len() > 1 { "For the first of them:\n\n" } else { "" };
        let _ = writeln!(lines, "{lead}{}", block("sh", &commands));
    }
    if commands.len() < remediation.cli.len() {
        let _ = writeln!(lines, "{} has the other commands.\n", code(&format!("rel9 rules show {}", cut(rule, 100))));
    }
    let links: Vec<String> = remediation.docs.iter().take(LISTED).map(|url| link(&cut(url, TEXT))).collect();
    if !links.is_empty() {
        let _ = writeln!(lines, "{}\n", links.join(" · "));
    }
    lines
}

/// The fixes as code of templates' findings, each for its resource: as many as are listed and have room.
fn fixes(group: &[&Finding]) -> String {
    let mut code = String::new();
    let mut language = "";
    let mut shown = 0;
    for fix in group.iter().filter_map(|finding| words::fix(finding)).take(LISTED) {
        if shown > 0 && (fix.language != language || code.len() + fix.code.len() > FIXES) {
            break;
        }
        language = fix.language;
        if !code.contains(fix.code) {
            code.push_str(if code.is_empty() { "" } else { "\n" });
            code.push_str(fix.code);
        }
        shown += 1;
    }
    let lines: Vec<String> = code.lines().map(str::to_owned).collect();
    let rest = if 0 < shown && shown < group.len() { format!("… and {} more\n\n", group.len() - shown) } else { String::new() };
    if lines.is_empty() { String::new() } else { format!("{}\n{rest}", block(language, &lines)) }
}

fn title_case(word: &str) -> String {
    let word = terminal(word);
    word.char_indices().map(|(at, letter)| if at == 0 { letter.to_ascii_uppercase() } else { letter }).collect()
}
