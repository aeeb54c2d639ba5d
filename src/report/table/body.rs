//! What fails, worst first, and in short what is unknown, waived and exempt.

use super::page::{DIM, Page, TEXT, of_severity};
use super::parts;
use super::rule::{group_of_rule, more};
use crate::audit::findings::{Finding, Status};
use crate::report::escape::{cut, terminal};
use crate::report::{GroupBy, words, wrap};
use crate::rules::Severity;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Lines of the other lists without `--all`.
const LINES: usize = 10;
const EXEMPT: usize = 5;

/// The lowest severity that is shown without `--all` and `--min-severity`.
const LOWEST: Severity = Severity::High;

/// Writes the findings.
pub fn write(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    failures(page, out)?;
    unknown(page, out)?;
    waived(page, out)?;
    if page.target.all {
        others(page, Status::Pass, "PASS", out)?;
    }
    reproducible(page, out)?;
    not_read(page, out)?;
    hints(page, out)
}

/// The lowest severity that is shown.
fn lowest(page: &Page) -> Severity {
    page.target.min_severity.unwrap_or(if page.target.all { Severity::Info } else { LOWEST })
}

fn failures(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let lowest = lowest(page);
    let fails = |finding: &Finding| finding.status == Status::Fail && finding.severity >= lowest;
    match page.target.group_by {
        GroupBy::Rule => by_severity(page, &fails, out)?,
        GroupBy::Resource => parts::by_resource(page, &fails, out)?,
        _ => parts::by_part(page, &fails, out)?,
    }
    if !page.findings.findings.iter().any(|finding| finding.status == Status::Fail) {
        return writeln!(out, "{}\n", page.bold(nothing_fails(page)));
    }
    let hidden: Vec<(Severity, u64)> = Severity::ALL
        .into_iter()
        .filter(|severity| *severity < lowest)
        .filter_map(|severity| Some((severity, *page.findings.summary.by_severity.get(&severity).filter(|count| **count > 0)?)))
        .collect();
    let Some((least, _)) = hidden.last() else { return Ok(()) };
    let total: u64 = hidden.iter().map(|(_, count)| count).sum();
    let counts: Vec<String> = hidden.iter().map(|(severity, count)| format!("{count} {}", severity.as_str())).collect();
    let (noun, are) = if total == 1 { ("finding", "is") } else { ("findings", "are") };
    let text = format!("{} {noun} {are} not shown (--min-severity {} or --all shows them)", words::listed(&counts), least.as_str());
    page.paragraph(out, "", &text)?;
    writeln!(out)
}

/// What is true where no finding fails: it may be that nothing is known.
fn nothing_fails(page: &Page) -> &'static str {
    let findings = &page.findings.findings;
    match findings.iter().any(|finding| finding.status == Status::Unknown) {
        _ if findings.is_empty() => "Nothing was judged.",
        true => "Nothing is known to fail.",
        false => "Nothing fails.",
    }
}

/// The failures by severity, then by rule.
fn by_severity(page: &Page, fails: &dyn Fn(&Finding) -> bool, out: &mut dyn Write) -> io::Result<()> {
    let groups = words::groups(page.findings, fails);
    for severity in Severity::ALL {
        let of_severity_: Vec<_> = groups.iter().filter(|group| group[0].severity == severity).collect();
        let count: usize = of_severity_.iter().map(|group| group.len()).sum();
        if count == 0 {
            continue;
        }
        writeln!(out, "{}", page.paint(&format!("{} ({count})", severity.as_str().to_uppercase()), of_severity(severity)))?;
        of_severity_.into_iter().try_for_each(|group| group_of_rule(page, group, "", out))?;
        writeln!(out)?;
    }
    Ok(())
}

/// What is unknown: with `--all` by rule, otherwise by reason.
fn unknown(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    if page.target.all {
        return others(page, Status::Unknown, "UNKNOWN", out);
    }
    let unknown = || page.findings.findings.iter().filter(|finding| finding.status == Status::Unknown);
    let mut reasons: BTreeMap<&str, Unknown> = BTreeMap::new();
    for finding in unknown() {
        let reason = finding.unknown_because.first().map_or(&*finding.message, String::as_str);
        reasons.entry(reason).or_default().add(finding);
    }
    if reasons.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", page.bold(&format!("UNKNOWN ({}): these may fail", unknown().count())))?;
    let count = reasons.len();
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, unknown)| (Reverse((unknown.worst, unknown.findings)), *reason));
    for (reason, unknown) in reasons.into_iter().take(LINES) {
        page.paragraph(out, "  - ", &terminal(&format!("{}: {}", cut(reason, TEXT), unknown.told())))?;
    }
    more(page, count, LINES, "reason", out)?;
    writeln!(out)
}

/// The findings that are unknown for one reason.
#[derive(Default)]
struct Unknown<'a> {
    findings: usize,
    worst: Option<Severity>,
    rules: BTreeSet<&'a str>,
    resources: BTreeSet<&'a str>,
    first: Option<&'a Finding>,
}

impl<'a> Unknown<'a> {
    fn add(&mut self, finding: &'a Finding) {
        self.findings += 1;
        self.worst = self.worst.max(Some(finding.severity));
        self.rules.insert(&finding.rule);
        self.resources.insert(&finding.resource.arn);
        self.first.get_or_insert(finding);
    }

    /// `12 findings of 9 rules for vol-1 (logs) in 111122223333/eu-west-1 and 3 more`
    fn told(&self) -> String {
        let findings = words::counted(self.findings as u64, "finding");
        let rules = match self.rules.iter().next() {
            Some(one) if self.rules.len() == 1 => format!("of {one}"),
            _ => format!("of {} rules", self.rules.len()),
        };
        let first = self.first.map_or(String::new(), |first| cut(&words::resource(first), TEXT).into_owned());
        let more = match self.resources.len().saturating_sub(1) as u64 {
            0 => String::new(),
            others => format!(" and {}", words::counted(others, "more resource")),
        };
        let worst = self.worst.map_or(String::new(), |worst| format!(", at most {}", worst.as_str()));
        format!("{findings} {rules}{worst}, for {first}{more}")
    }
}

/// The accepted failures, with who accepted them until when.
fn waived(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let waived: Vec<&Finding> = page.findings.findings.iter().map(Box::as_ref).filter(|finding| finding.status == Status::Waived).collect();
    if waived.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", page.bold(&format!("WAIVED ({})", waived.len())))?;
    let listed = if page.target.all { waived.len() } else { LINES };
    for finding in waived.iter().take(listed) {
        let waiver = finding.waiver.as_ref().map_or(String::new(), |waiver| format!(", {}", cut(&words::waiver(waiver), TEXT)));
        let text =
            format!("{} ({}) {}{waiver}", cut(&words::resource(finding), TEXT), finding.severity.as_str(), cut(finding.headline(), TEXT));
        page.paragraph(out, "  - ", &terminal(&text))?;
    }
    more(page, waived.len(), listed, "waived finding", out)?;
    writeln!(out)
}

/// All findings of a status, by rule.
fn others(page: &Page, status: Status, title: &str, out: &mut dyn Write) -> io::Result<()> {
    let lowest = lowest(page);
    let groups = words::groups(page.findings, |finding| finding.status == status && finding.severity >= lowest);
    let count: usize = groups.iter().map(Vec::len).sum();
    if count == 0 {
        return Ok(());
    }
    writeln!(out, "{}", page.bold(&format!("{title} ({count})")))?;
    groups.iter().try_for_each(|group| group_of_rule(page, group, "", out))?;
    writeln!(out)
}

fn reproducible(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let data = &page.findings.reproducible;
    let lines = data.iter().map(|entry| terminal(&cut(&words::reproducible(entry), TEXT)));
    list(page, &format!("EXEMPT ({}): data that can be rebuilt", data.len()), lines.collect(), EXEMPT, "resource", out)
}

/// Every operation that did not answer, and where.
fn not_read(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<String> = words::not_read(page.findings).iter().map(|line| cut(line, TEXT).into_owned()).collect();
    list(page, &format!("NOT READ ({})", lines.len()), lines, LINES, "line", out)
}

fn list(page: &Page, title: &str, lines: Vec<String>, most: usize, noun: &str, out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", page.bold(title))?;
    let listed = if page.target.all { lines.len() } else { most };
    lines.iter().take(listed).try_for_each(|line| page.paragraph(out, "  - ", line))?;
    more(page, lines.len(), listed, noun, out)?;
    writeln!(out)
}

/// The flags that show more.
fn hints(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let findings = &page.findings.findings;
    let fails = findings.iter().any(|finding| finding.status == Status::Fail);
    let mut hints = Vec::new();
    if fails && !page.target.fix {
        hints.push("--fix shows how to fix what fails");
    }
    if !page.target.all && findings.iter().any(|finding| finding.status != Status::Fail || finding.severity < lowest(page)) {
        hints.push("--all shows every finding");
    }
    if fails && page.target.group_by == GroupBy::Rule {
        hints.push("--group-by resource, account, region or tag:KEY sorts them");
    }
    if hints.is_empty() {
        return Ok(());
    }
    for line in wrap::text(&hints.join(" · "), page.target.width) {
        writeln!(out, "{}", page.paint(&line, DIM))?;
    }
    writeln!(out)
}
