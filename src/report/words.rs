//! Sentences that several reports share. Control characters are removed; escaping for the output is up to the report.

use super::escape::terminal;
use crate::audit::findings::{
    AuditInfo, BaselineMark, CoverageSummary, Finding, Findings, Gate, NotJudged, ReproducibleData, ResourceRef, Status, Summary,
    WaiverRef, WorstResource,
};
use crate::rules::text::shell_word;
use crate::rules::{BestPractice, Severity};
use std::collections::BTreeMap;

/// What was audited: `account 111122223333 · 3 Regions · as of 2026-11-22 07:00 UTC`.
pub fn scope(audit: &AuditInfo) -> String {
    let when = audit.as_of.format("%Y-%m-%d %H:%M UTC");
    let only = partial(audit).map_or(String::new(), |only| format!(" · {only}"));
    if is_of_templates(audit) && audit.accounts.is_empty() {
        return format!("templates ({}) · as of {when}{only}", terminal(&audit.source).replace(',', ", "));
    }
    let accounts = match audit.accounts.as_slice() {
        [one] => format!("account {one}"),
        several => format!("{} accounts", several.len()),
    };
    let regions = match audit.regions.as_slice() {
        [one] => format!("Region {one}"),
        several => format!("{} Regions", several.len()),
    };
    format!("{} · {} · as of {when}{only}", terminal(&accounts), terminal(&regions))
}

/// A note that rules or resources were left out: a risk of "none" covers only the rest.
pub fn partial(audit: &AuditInfo) -> Option<String> {
    (!audit.partial.is_empty()).then(|| format!("only a part of it ({})", terminal(&audit.partial.join(", "))))
}

/// Whether templates were judged, which do not show backups.
pub fn is_of_templates(audit: &AuditInfo) -> bool {
    audit.source.contains("cloudformation") || audit.source.contains("terraform")
}

/// The term in the coverage for data whose only backups are old or manual.
pub const RESTORABLE_ONLY: &str = "restorable only from an old or manual backup";

/// The share of protected data, how much of that is on schedule, and what the rest is.
pub fn coverage(findings: &Findings) -> String {
    let coverage = &findings.summary.coverage;
    if is_of_templates(&findings.audit) {
        return format!("{} declared; whether backups exist shows after deployment", counted(coverage.data_resources, "data resource"));
    }
    let owing = coverage.data_resources.saturating_sub(coverage.reproducible);
    let split = match coverage.restorable_only {
        0 if coverage.protected == 0 => String::new(),
        0 => ", all on schedule".to_owned(),
        only => format!(": {} on schedule, {only} {RESTORABLE_ONLY}", coverage.on_schedule),
    };
    let rest = not_protected(coverage);
    let rest = if rest.is_empty() { String::new() } else { format!(" · {}", rest.join(" · ")) };
    format!("Coverage: {} of {owing} data resources protected ({:.1} %){split}{rest}", coverage.protected, coverage.percent)
}

/// What is not protected, by state.
pub fn not_protected(coverage: &CoverageSummary) -> Vec<String> {
    let parts = [
        (coverage.stale, "stale"),
        (coverage.selected_not_protected, "selected but never backed up"),
        (coverage.opt_in_blocked, "blocked by opt-in"),
        (coverage.unprotected, "unprotected"),
        (coverage.unknown, "unknown"),
        (coverage.reproducible, "reproducible"),
    ];
    parts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect()
}

/// `a`, `a and b`, `a, b and c`
pub fn listed(words: &[String]) -> String {
    match words {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        words => words.concat(),
    }
}

/// Every operation that did not answer, and where.
pub fn not_read(findings: &Findings) -> Vec<String> {
    findings.unread().iter().map(|line| terminal(line)).collect()
}

/// The data of types that rel9 does not read, a line for each type.
pub fn not_judged(findings: &Findings) -> Vec<String> {
    let of_type = |found: &NotJudged| format!("{} of {}", counted(found.resources, "resource"), terminal(&found.type_name));
    findings.summary.not_judged.iter().map(of_type).collect()
}

/// Findings grouped by rule and severity, in the order of the document; those that the baseline knows come last.
pub fn groups(findings: &Findings, keep: impl Fn(&Finding) -> bool) -> Vec<Vec<&Finding>> {
    let mut groups: BTreeMap<(BestPractice, &str, Severity), Vec<&Finding>> = BTreeMap::new();
    for finding in findings.findings.iter().filter(|finding| keep(finding)) {
        groups.entry((finding.best_practice, &finding.rule, finding.severity)).or_default().push(finding);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.iter_mut().for_each(|group| group.sort_by_key(|finding| is_known(finding)));
    groups
}

/// Whether the finding is a failure that the baseline has, too.
pub fn is_known(finding: &Finding) -> bool {
    finding.baseline == Some(BaselineMark::Known)
}

/// The failures compared with those of the baseline, if there is one.
pub fn baseline(summary: &Summary) -> Option<String> {
    let baseline = summary.baseline.as_ref()?;
    Some(format!(
        "Compared with the baseline: {} failures are known and do not count for the gate, {} are new, {} are fixed.",
        baseline.known, baseline.new, baseline.fixed
    ))
}

/// The gate's decision, with the exit code of the audit; `None` for a document of an earlier version, which does not record it.
pub fn gate(findings: &Findings) -> Option<String> {
    findings.gate.as_ref().map(verdict)
}

/// `gate failed: 41 findings at or above high (--fail-on high) · exit 1`
pub fn verdict(gate: &Gate) -> String {
    terminal(&format!("{} · exit {}", gate.text, gate.exit_code))
}

/// The name of a resource, where it says more than its id.
pub fn name_of(resource: &ResourceRef) -> Option<&str> {
    resource.name.as_deref().filter(|name| *name != resource.id)
}

/// The resource of a finding for people: `vol-1 (logs) in 111122223333/eu-central-1`, `Orders in template.yaml:12`.
pub fn resource(finding: &Finding) -> String {
    match (&finding.location, place(finding)) {
        (Some(_), Some(place)) => format!("{} in {place}", named(&finding.resource)),
        _ => placed(&finding.resource),
    }
}

/// Where the resource of a finding is: `111122223333/eu-central-1`, `template.yaml:12`. A template may leave it open.
pub fn place(finding: &Finding) -> Option<String> {
    match &finding.location {
        Some(location) => Some(format!("{}:{}", location.file, location.line)),
        None => place_of(&finding.resource.account, &finding.resource.region),
    }
}

/// A resource and its place; for accounts and Regions, the place only. A template may leave it open.
pub fn placed(resource: &ResourceRef) -> String {
    match place_of(&resource.account, &resource.region) {
        None => named(resource),
        Some(place) if [&resource.account, &resource.region].contains(&&resource.id) => place,
        Some(place) => format!("{} in {place}", named(resource)),
    }
}

fn place_of(account: &str, region: &str) -> Option<String> {
    let known: Vec<&str> = [account, region].into_iter().filter(|part| !part.is_empty()).collect();
    (!known.is_empty()).then(|| known.join("/"))
}

fn named(resource: &ResourceRef) -> String {
    let name = name_of(resource).map_or(String::new(), |name| format!(" ({name})"));
    format!("{}{name}", resource.id)
}

/// A fix as code.
pub struct Fix<'a> {
    /// As code blocks of Markdown name it.
    pub language: &'static str,
    pub code: &'a str,
}

/// Maximum bytes of a fix: a longer one is not shown, because a part of it would be wrong.
const FIX: usize = 8_000;

/// The fix of a template's finding, for its own resource. The examples of live findings are for no resource in particular.
pub fn fix(finding: &Finding) -> Option<Fix<'_>> {
    let remediation = finding.remediation.as_ref().filter(|_| finding.location.is_some())?;
    let of_cloudformation = |code: &str| if code.starts_with('{') { "json" } else { "yaml" };
    let code = remediation.cloudformation.as_deref().map(|code| Fix { language: of_cloudformation(code), code });
    let code = code.or_else(|| remediation.terraform.as_deref().map(|code| Fix { language: "hcl", code }));
    code.filter(|fix| fix.code.len() <= FIX)
}

/// A count with its noun: `1 resource`, `3,000 resources`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A number with thousands separators: `12,345`.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `waived until 2027-01-31 by Head of Platform: filled from production every week`
pub fn waiver(waiver: &WaiverRef) -> String {
    let until = waiver.expires.map_or(String::new(), |expires| format!(" until {expires}"));
    format!("waived{until} by {}: {}", waiver.approved_by, waiver.reason)
}

/// One exempt resource, and why.
pub fn reproducible(entry: &ReproducibleData) -> String {
    let until = entry.why.expires_at.map_or(String::new(), |expires| format!(", until {}", expires.format("%Y-%m-%d")));
    let reason = entry.why.reason.as_deref().unwrap_or("no reason given");
    format!("{}: {reason}{until}", placed(&entry.resource))
}

/// `89 resources judged: 50 fail (11 critical, 39 high), 5 unknown, 1 waived, 246 pass.`
pub fn totals(summary: &Summary) -> String {
    let count = |status: Status| number(summary.by_status.get(&status).copied().unwrap_or(0));
    let severities = severities(summary);
    let of_these = if severities.is_empty() { String::new() } else { format!(" ({severities})") };
    format!(
        "{} judged: {} fail{of_these}, {} unknown, {} waived, {} pass.",
        counted(summary.resources, "resource"),
        count(Status::Fail),
        count(Status::Unknown),
        count(Status::Waived),
        count(Status::Pass)
    )
}

/// `11 critical, 39 high`: the failures; empty without any.
pub fn severities(summary: &Summary) -> String {
    let severities: Vec<String> = Severity::ALL
        .iter()
        .filter_map(|severity| Some((severity, summary.by_severity.get(severity).filter(|count| **count > 0)?)))
        .map(|(severity, count)| format!("{} {}", number(*count), severity.as_str()))
        .collect();
    severities.join(", ")
}

/// The command that explains a resource.
pub fn explain(findings: &Findings, worst: &WorstResource) -> String {
    let arn = &worst.resource.arn;
    // A name that a terminal shows in another way, or that a flag could be, cannot be copied.
    let is_plain = |name: &&String| terminal(name) == **name && !name.starts_with('-');
    let name = Some(&worst.known_as).filter(is_plain).unwrap_or(arn);
    explain_command(findings, &shell_word(&terminal(name)))
}

/// `rel9 explain NAME` for what was audited.
pub fn explain_command(findings: &Findings, name: &str) -> String {
    let input = match findings.audit.source.as_str() {
        "aws" => "",
        "demo" => " --demo",
        _ if is_of_templates(&findings.audit) => " TEMPLATE",
        _ => " INVENTORY",
    };
    format!("rel9 explain {name}{input}")
}

/// A resource in few columns: what it is known as; where only its ARN tells it from others, its name and place, or its template.
pub fn short_name(worst: &WorstResource) -> String {
    let WorstResource { resource, known_as, .. } = worst;
    let declared = || resource.arn.strip_prefix("template:").map(|place| place.rsplit('/').next().unwrap_or(place).to_owned());
    terminal(&if *known_as == resource.arn { declared().unwrap_or_else(|| placed(resource)) } else { known_as.clone() })
}

#[cfg(test)]
mod tests {
    use super::{ResourceRef, counted, number, placed};

    #[test]
    fn counts_are_readable() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([1, 2, 1_500].map(|count| counted(count, "account")), ["1 account", "2 accounts", "1,500 accounts"]);
    }

    #[test]
    fn a_resource_has_its_place_and_a_place_has_none() {
        let of = |id: &str, name: Option<&str>, account: &str, region: &str| {
            placed(&ResourceRef {
                arn: String::new(),
                type_name: String::new(),
                id: id.to_owned(),
                name: name.map(str::to_owned),
                account: account.to_owned(),
                region: region.to_owned(),
                tags: Default::default(),
                unread_tags: Vec::new(),
            })
        };
        assert_eq!(of("vol-1", Some("logs"), "111122223333", "eu-west-1"), "vol-1 (logs) in 111122223333/eu-west-1");
        assert_eq!(of("orders", Some("orders"), "111122223333", "eu-west-1"), "orders in 111122223333/eu-west-1");
        assert_eq!(of("eu-west-1", None, "111122223333", "eu-west-1"), "111122223333/eu-west-1");
        assert_eq!(of("111122223333", None, "111122223333", "global"), "111122223333/global");
        assert_eq!(of("Orders", None, "", "eu-west-1"), "Orders in eu-west-1");
        assert_eq!(of("Orders", None, "", ""), "Orders");
    }
}
