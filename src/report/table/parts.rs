//! The failures of each resource, account, Region or owner.

use super::fix;
use super::page::{BOLD, DIM, Page, TEXT, of_severity};
use super::rule::{group_of_rule, more};
use crate::audit::covered::{self, Covered};
use crate::audit::findings::{Finding, ResourceRef, Status};
use crate::audit::worst;
use crate::inventory::Fact;
use crate::report::escape::{cut, terminal};
use crate::report::{GroupBy, words, wrap};
use crate::rules::{BestPractice, Severity};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Resources, and parts with their findings, without `--all`.
const LISTED: usize = 20;

/// Lines of the summary of all parts without `--all`.
const SUMMARISED: usize = 100;

/// Tags that a report without any part names.
const TAGS: usize = 8;

/// Least columns of a part's name.
const NARROWEST: usize = 12;

/// The failures of each resource, the worst first.
pub fn by_resource(page: &Page, fails: &dyn Fn(&Finding) -> bool, out: &mut dyn Write) -> io::Result<()> {
    let mut resources: Vec<Vec<&Finding>> = page
        .findings
        .findings
        .chunk_by(|a, b| a.resource.arn == b.resource.arn)
        .map(|of_resource| of_resource.iter().map(Box::as_ref).filter(|finding| fails(finding)).collect())
        .filter(|failures: &Vec<&Finding>| !failures.is_empty())
        .collect();
    resources.sort_by_key(|failures| Reverse(worst::score(failures.iter().copied())));
    let listed = if page.target.all { resources.len() } else { LISTED };
    for failures in resources.iter_mut().take(listed) {
        failures.sort_by_key(|finding| Reverse(finding.severity));
        resource(page, failures, out)?;
    }
    more(page, resources.len(), listed, "resource", out)?;
    if resources.len() > listed { writeln!(out) } else { Ok(()) }
}

fn resource(page: &Page, failures: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = failures.first() else { return Ok(()) };
    let name = terminal(&cut(&words::resource(first), TEXT));
    let type_name = terminal(&cut(&first.resource.type_name, TEXT));
    if wrap::columns(&name) + 3 + wrap::columns(&type_name) <= page.target.width {
        writeln!(out, "{}{}", page.bold(&name), page.paint(&format!(" · {type_name}"), DIM))?;
    } else {
        wrap::text(&name, page.target.width).iter().try_for_each(|line| writeln!(out, "{}", page.bold(line)))?;
        wrap::text(&type_name, page.target.width).iter().try_for_each(|line| writeln!(out, "{}", page.paint(line, DIM)))?;
    }
    for finding in failures {
        let severity = finding.severity.as_str();
        let known = if words::is_known(finding) { " [known]" } else { "" };
        let text = format!("{}{known} · {}", cut(finding.headline(), TEXT), cut(&finding.rule, TEXT));
        let indent = format!("  {severity:8}  ");
        let lines = page.wrapped(&indent, &terminal(&text));
        for (number, line) in lines.iter().enumerate() {
            let rest = line.get(indent.len()..).unwrap_or_default();
            let lead = if number == 0 {
                format!("  {}  ", page.paint(&format!("{severity:8}"), of_severity(finding.severity)))
            } else {
                " ".repeat(indent.len())
            };
            writeln!(out, "{lead}{rest}")?;
        }
        page.paragraph(out, &" ".repeat(indent.len()), &terminal(&cut(&finding.message, TEXT)))?;
        if page.target.fix {
            fix::steps(page, finding, out)?;
            fix::commands(page, finding, out)?;
        }
    }
    writeln!(out)
}

/// The part that a resource is in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Of(String),
    /// Its tags were not read, or a template leaves the tag open.
    Unread,
    /// It does not have the tag.
    Without,
}

/// All findings of one part.
#[derive(Default)]
struct Part<'a> {
    /// Failing, of every severity.
    failures: Vec<&'a Finding>,
    unknown: u64,
    covered: Option<Covered>,
}

impl Part<'_> {
    fn failing(&self, severity: Severity) -> usize {
        self.failures.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// A table of all parts with their coverage, then the failures of each part, the worst first.
pub fn by_part(page: &Page, fails: &dyn Fn(&Finding) -> bool, out: &mut dyn Write) -> io::Result<()> {
    let of = |resource: &ResourceRef| key(page.target.group_by, resource);
    let mut parts: BTreeMap<Key, Part> = BTreeMap::new();
    let mut last: Option<(&ResourceRef, Key)> = None;
    for finding in &page.findings.findings {
        // Findings of a resource are adjacent, and share it.
        let key = match &last {
            Some((resource, key)) if std::ptr::eq(*resource, &*finding.resource) => key.clone(),
            _ => of(&finding.resource),
        };
        last = Some((&finding.resource, key.clone()));
        let part = parts.entry(key).or_default();
        match finding.status {
            Status::Fail => part.failures.push(finding),
            Status::Unknown => part.unknown += 1,
            Status::Pass | Status::Waived => {}
        }
    }
    for (key, covered) in covered::by(page.findings, of) {
        parts.entry(key).or_default().covered = Some(covered);
    }
    let mut parts: Vec<(Key, Part)> = parts.into_iter().collect();
    // What has no such tag, or may have none, comes last: nobody in particular has to act.
    let rank = |key: &Key| if let Key::Of(_) = key { None } else { Some(key.clone()) };
    parts.sort_by_cached_key(|(key, part)| (rank(key), Reverse(worst::score(part.failures.iter().copied())), key.clone()));
    summary(page, &parts, out)?;
    if let GroupBy::Tag(tag) = page.target.group_by
        && !parts.is_empty()
        && !parts.iter().any(|(key, _)| matches!(key, Key::Of(_)))
    {
        let known = if parts.iter().any(|(key, _)| *key == Key::Unread) { "is known to have" } else { "has" };
        page.paragraph(out, "", &terminal(&format!("No resource {known} the tag {}.{}", cut(tag, TEXT), tags_there(page))))?;
        writeln!(out)?;
    }
    let shown: Vec<_> = parts.iter().filter(|(_, part)| part.failures.iter().any(|finding| fails(finding))).collect();
    let listed = if page.target.all { shown.len() } else { LISTED };
    for (key, part) in shown.iter().take(listed) {
        let lines = wrap::text(&heading(page, key), page.target.width);
        lines.iter().try_for_each(|line| writeln!(out, "{}", page.bold(line)))?;
        for group in by_rule(part.failures.iter().copied().filter(|finding| fails(finding))) {
            group_of_rule(page, &group, &group[0].severity.as_str().to_uppercase(), out)?;
        }
        writeln!(out)?;
    }
    more(page, shown.len(), listed, "part", out)?;
    if shown.len() > listed { writeln!(out) } else { Ok(()) }
}

/// The part that a resource is in.
fn key(group_by: GroupBy, resource: &ResourceRef) -> Key {
    match group_by {
        GroupBy::Account => Key::Of(resource.account.clone()),
        GroupBy::Region => Key::Of(resource.region.clone()),
        GroupBy::Tag(tag) => match resource.tag(tag) {
            Fact::Read(Some(value)) => Key::Of(value.to_owned()),
            Fact::Read(None) => Key::Without,
            Fact::Unread => Key::Unread,
        },
        GroupBy::Rule | GroupBy::Resource => Key::Without,
    }
}

/// The tags that most resources have, for the reader who named another.
fn tags_there(page: &Page) -> String {
    let mut tags: BTreeMap<&str, u64> = BTreeMap::new();
    for of_resource in page.findings.findings.chunk_by(|a, b| a.resource.arn == b.resource.arn) {
        of_resource.iter().take(1).flat_map(|finding| finding.resource.tags.keys()).for_each(|tag| *tags.entry(tag).or_default() += 1);
    }
    let mut tags: Vec<(&str, u64)> = tags.into_iter().collect();
    tags.sort_by_key(|(tag, count)| (Reverse(*count), *tag));
    let named: Vec<String> = tags.iter().take(TAGS).map(|(tag, count)| format!("{} ({count})", cut(tag, TEXT))).collect();
    if named.is_empty() { String::new() } else { format!(" Tags that resources have: {}.", named.join(", ")) }
}

/// The heading of a part.
fn heading(page: &Page, key: &Key) -> String {
    match (page.target.group_by, key) {
        (GroupBy::Tag(tag), Key::Without) => format!("without the tag {}", terminal(&cut(tag, TEXT))),
        (GroupBy::Tag(tag), Key::Unread) => format!("not known whether with the tag {}", terminal(&cut(tag, TEXT))),
        _ => named(page, key),
    }
}

/// The name of a part in the summary.
fn named(page: &Page, key: &Key) -> String {
    match (page.target.group_by, key) {
        (_, Key::Without) => "(without)".to_owned(),
        (_, Key::Unread) => "(unknown)".to_owned(),
        (GroupBy::Tag(_), Key::Of(key)) if key.is_empty() => "(empty)".to_owned(),
        (_, Key::Of(key)) if key.is_empty() => "(left open)".to_owned(),
        // A value that looks like none, or like one of the names above.
        (_, Key::Of(key)) if key.starts_with(['(', '"']) || *key != key.trim() => format!("\"{}\"", terminal(&cut(key, TEXT))),
        (_, Key::Of(key)) => terminal(&cut(key, TEXT)),
    }
}

/// Failures by rule, the most severe first.
fn by_rule<'a>(failures: impl Iterator<Item = &'a Finding>) -> Vec<Vec<&'a Finding>> {
    let mut groups: BTreeMap<(Reverse<Severity>, BestPractice, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in failures {
        groups.entry((Reverse(finding.severity), finding.best_practice, &finding.rule)).or_default().push(finding);
    }
    groups.into_values().collect()
}

/// One line for each part: coverage, failures by severity, unknown findings.
fn summary(page: &Page, parts: &[(Key, Part)], out: &mut dyn Write) -> io::Result<()> {
    let title = match page.target.group_by {
        GroupBy::Account => "Account".to_owned(),
        GroupBy::Region => "Region".to_owned(),
        GroupBy::Tag(tag) => format!("Tag {}", terminal(&cut(tag, TEXT))),
        GroupBy::Rule | GroupBy::Resource => return Ok(()),
    };
    let severities = Severity::ALL.map(Severity::as_str);
    let headings: Vec<String> = ["Protected"].into_iter().chain(severities).chain(["unknown"]).map(capital).collect();
    let rows: Vec<(String, Vec<String>)> = parts
        .iter()
        .map(|(key, part)| {
            let counts = Severity::ALL.map(|severity| number(part.failing(severity) as u64));
            let cells = [protected(part.covered)].into_iter().chain(counts).chain([number(part.unknown)]);
            (named(page, key), cells.collect())
        })
        .collect();
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|(_, cells)| cells.get(column)).chain(headings.get(column));
        cells.map(|cell| wrap::columns(cell)).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..headings.len()).map(widest).collect();
    let fixed: usize = widths.iter().map(|width| width + 2).sum();
    let names = rows.iter().map(|(name, _)| wrap::columns(name)).chain([wrap::columns(&title)]).max().unwrap_or_default();
    let names = names.min(page.target.width.saturating_sub(fixed)).max(NARROWEST);
    let right = |cell: &str, column: usize| format!("{:>width$}", cell, width = widths.get(column).copied().unwrap_or_default());
    let head: Vec<String> = headings.iter().enumerate().map(|(column, heading)| right(heading, column)).collect();
    writeln!(out, "{}", page.paint(&format!("{}  {}", wrap::fitted(&title, names), head.join("  ")), BOLD))?;
    let listed = if page.target.all { rows.len() } else { SUMMARISED };
    for (name, cells) in rows.iter().take(listed) {
        let cells: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let style = column.checked_sub(1).and_then(|at| Severity::ALL.get(at)).filter(|_| cell != NONE);
                style.map_or(right(cell, column), |severity| page.paint(&right(cell, column), of_severity(*severity)))
            })
            .collect();
        writeln!(out, "{}  {}", wrap::fitted(name, names), cells.join("  "))?;
    }
    more(page, rows.len(), listed, "line", out)?;
    if parts.iter().all(|(_, part)| part.covered.is_none()) {
        let why = match words::is_of_templates(&page.findings.audit) {
            true => "Coverage shows only after deployment.",
            false => "Coverage is not known: the rule data-protected did not judge here.",
        };
        page.paragraph(out, "", why)?;
    }
    writeln!(out)
}

/// A cell in which nothing is counted.
const NONE: &str = "·";

fn number(count: u64) -> String {
    if count == 0 { NONE.to_owned() } else { count.to_string() }
}

/// `10 of 12 83.3 %`, rounded down, so that 100 means all.
fn protected(covered: Option<Covered>) -> String {
    match covered {
        Some(covered) if covered.owing() > 0 => {
            let permille = u128::from(covered.protected) * 1_000 / u128::from(covered.owing());
            format!("{} of {}  {:>5.1} %", covered.protected, covered.owing(), permille as f64 / 10.0)
        }
        _ => NONE.to_owned(),
    }
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}
