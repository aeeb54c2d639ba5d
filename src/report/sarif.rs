//! `sarif`: SARIF 2.1.0 (OASIS), for GitHub code scanning and other viewers of analysis results.
//!
//! Follows GitHub's documented limits ("SARIF support for code scanning"): the worst results first, because GitHub stores 5,000 of a run; at most
//! the 25,000 that it accepts; a location for every result, because GitHub hides results without one.

mod fixes;
mod text;

use super::escape::{cut, terminal};
use super::markdown::escape;
use super::{Report, Target, json, words};
use crate::audit::finding_id::FindingId;
use crate::audit::findings::{BaselineMark, Finding, Findings, Remediation, Status};
use crate::inventory::Tags;
use crate::rules::{BestPractice, Severity};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use text::{DESCRIPTION, file_uri, message_text, segment};

pub const REPORT: Report = Report { name: "sarif", about: "SARIF 2.1.0, for code scanning", write };

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Maximum results of one run: GitHub rejects files with more.
const RESULTS: usize = 25_000;

/// Tags of one rule that GitHub accepts. It shows 10.
const TAGS: usize = 20;

fn write(findings: &Findings, target: &Target, out: &mut dyn Write) -> io::Result<()> {
    let mut chosen: Vec<&Finding> =
        findings.findings.iter().map(Box::as_ref).filter(|finding| target.all || finding.status != Status::Pass).collect();
    chosen.sort_by_key(|finding| (order(finding.status), Reverse(finding.severity)));
    let left_out = chosen.split_off(chosen.len().min(RESULTS));
    let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &findings.findings {
        rules.entry(&finding.rule).or_default().push(finding);
    }
    let audit = &findings.audit;
    let run = Run {
        tool: json!({"driver": {
            "name": "rel9",
            "version": audit.rel9_version,
            "semanticVersion": audit.rel9_version,
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.values().map(|group| rule(group)).collect::<Vec<Value>>(),
        }}),
        invocations: [json!({
            "executionSuccessful": true,
            "toolExecutionNotifications": notifications(findings, &left_out),
        })],
        column_kind: "unicodeCodePoints",
        properties: json!({
            "audit": audit.id,
            "asOf": audit.as_of,
            "source": audit.source,
            "accounts": audit.accounts,
            "regions": audit.regions,
            "complete": audit.complete,
        }),
        results: Results { findings: chosen, rules: rules.keys().enumerate().map(|(index, rule)| (*rule, index)).collect() },
    };
    json::pretty(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}

/// Failures first; passing findings last.
fn order(status: Status) -> u8 {
    match status {
        Status::Fail => 0,
        Status::Unknown => 1,
        Status::Waived => 2,
        Status::Pass => 3,
    }
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    invocations: [Value; 1],
    column_kind: &'a str,
    properties: Value,
    results: Results<'a>,
}

/// Makes each result when it is written.
struct Results<'a> {
    findings: Vec<&'a Finding>,
    /// The place of each rule among the rules of the tool.
    rules: BTreeMap<&'a str, usize>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.findings.iter().map(|finding| result(finding, self.rules.get(&*finding.rule).copied())))
    }
}

/// A rule, from its findings.
fn rule(group: &[&Finding]) -> Value {
    let first = group[0];
    let severity = group.iter().map(|finding| finding.severity).max().unwrap_or(first.severity);
    let title = shown(&first.title, &first.rule);
    // GitHub heads an alert with the short description: it says what is wrong.
    let wrong =
        group.iter().find_map(|finding| finding.fail_title.as_ref()).map_or_else(|| title.clone(), |wrong| shown(wrong, &first.rule));
    let practice = format!("{}: {}", first.best_practice.id(), first.best_practice.title());
    // The remediation of an unknown finding does not explain how to fix the rule.
    let mended = group.iter().filter(|finding| finding.unknown_because.is_empty());
    let remediation = mended.filter_map(|finding| finding.remediation.as_deref()).next();
    let example = group.iter().find_map(|finding| Some((*finding, words::fix(finding)?)));
    let (text, markdown) = help(&title, &practice, remediation, example);
    json!({
        "id": first.rule,
        "name": cut(&terminal(&first.rule), 255),
        "shortDescription": {"text": wrong},
        "fullDescription": {"text": cut(&format!("{title}. {practice}."), DESCRIPTION)},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": level(severity)},
        "properties": {"tags": tags(group), "security-severity": score(severity), "precision": "high"},
    })
}

/// The remediation, as text and as Markdown. Without the commands: those of one resource would be wrong for the others.
fn help(title: &str, practice: &str, remediation: Option<&Remediation>, example: Option<(&Finding, words::Fix)>) -> (String, String) {
    let mut text = vec![format!("{title}."), practice.to_owned()];
    let mut markdown = vec![format!("**{}**", escape::text(title)), escape::text(practice)];
    if let Some(remediation) = remediation {
        let summary = cut(&terminal(&remediation.summary), DESCRIPTION).into_owned();
        text.push(format!("What to do: {summary}"));
        markdown.push(format!("What to do: {}", escape::text(&summary)));
        let steps: Vec<String> = remediation.steps.iter().map(|step| cut(&terminal(step), DESCRIPTION).into_owned()).collect();
        text.extend(steps.iter().map(|step| format!("- {step}")));
        markdown.push(steps.iter().map(|step| format!("- {}", escape::text(step))).collect::<Vec<_>>().join("\n"));
        if let Some((finding, fix)) = example {
            let lead = format!("For {}:", cut(&terminal(&finding.resource.id), DESCRIPTION));
            text.push(format!("{lead}\n{}", fixes::lines(&fix).join("\n")));
            markdown.push(format!("{}\n\n{}", escape::text(&lead), escape::block(fix.language, &fixes::lines(&fix)).trim_end()));
        }
        text.extend(remediation.docs.iter().map(|url| cut(&terminal(url), DESCRIPTION).into_owned()));
        markdown.push(remediation.docs.iter().map(|url| format!("- {}", escape::link(url))).collect::<Vec<_>>().join("\n"));
    }
    markdown.retain(|part| !part.is_empty());
    (text.join("\n"), markdown.join("\n\n"))
}

/// `security` makes GitHub show the severity; then the best practice, and the NIST controls as far as there is room.
fn tags(group: &[&Finding]) -> Vec<String> {
    let first = group[0];
    let mut tags: Vec<String> = ["security", "backup", "reliability", "aws", first.best_practice.id()].map(str::to_owned).to_vec();
    let controls = first.references.get("nist_800_53_r5").into_iter().flatten();
    let controls: BTreeSet<String> =
        controls.map(|control| cut(&terminal(&format!("nist-800-53-r5/{control}")), 100).into_owned()).collect();
    tags.extend(controls);
    tags.truncate(TAGS);
    tags
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// GitHub: over 9.0 is critical, from 7.0 high, from 4.0 medium, from 0.1 low; 0.0 is not a security severity.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.0",
    }
}

/// One result. Not a [`Value`], as there may be many.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultOf<'a> {
    rule_id: &'a str,
    rule_index: Option<usize>,
    kind: &'a str,
    level: &'a str,
    message: Text,
    locations: [Value; 1],
    partial_fingerprints: Fingerprints,
    suppressions: Vec<Value>,
    /// Of failures, with a baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Value>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Text {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "rel9/v1")]
    own: FindingId,
    /// The only one that GitHub looks at.
    #[serde(rename = "primaryLocationLineHash")]
    github: FindingId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    status: Status,
    severity: Severity,
    best_practice: BestPractice,
    account: &'a str,
    region: &'a str,
    resource_type: &'a str,
    resource_tags: &'a Tags,
    unknown_because: &'a [String],
    commands: &'a [String],
    /// As code, for the resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'a str>,
}

fn result<'a>(finding: &'a Finding, rule_index: Option<usize>) -> ResultOf<'a> {
    // `open`: "there was insufficient information to decide whether a problem exists"; the level of all kinds but `fail` is `none`.
    let kind = match finding.status {
        Status::Pass => "pass",
        Status::Unknown => "open",
        Status::Waived if !finding.unknown_because.is_empty() => "open",
        Status::Fail | Status::Waived => "fail",
    };
    let message = format!("{}: {}", words::resource(finding), finding.message);
    ResultOf {
        rule_id: &finding.rule,
        rule_index,
        kind,
        level: if kind == "fail" { level(finding.severity) } else { "none" },
        message: Text { text: message_text(&message), markdown: fixes::markdown(finding, &message) },
        locations: [location(finding)],
        partial_fingerprints: Fingerprints { own: finding.id, github: finding.id },
        suppressions: suppressions(finding),
        baseline_state: finding.baseline.map(|mark| match mark {
            BaselineMark::Known => "unchanged",
            BaselineMark::New => "new",
        }),
        fixes: fixes::changes(finding),
        properties: Properties {
            status: finding.status,
            severity: finding.severity,
            best_practice: finding.best_practice,
            account: &finding.resource.account,
            region: &finding.resource.region,
            resource_type: &finding.resource.type_name,
            resource_tags: &finding.resource.tags,
            unknown_because: &finding.unknown_because,
            fix: words::fix(finding).map(|fix| fix.code),
            commands: finding.remediation.as_ref().map_or(&[], |remediation| &remediation.cli),
        },
    }
}

/// All results say whether they are suppressed, or none may (3.27.23).
fn suppressions(finding: &Finding) -> Vec<Value> {
    let waiver = finding.waiver.as_ref().filter(|_| finding.status == Status::Waived);
    let suppression = |justification: String| json!({"kind": "external", "status": "accepted", "justification": terminal(&justification)});
    match waiver {
        Some(waiver) => vec![suppression(words::waiver(waiver))],
        None if finding.status == Status::Waived => vec![suppression("waived by the policy file".to_owned())],
        None => Vec::new(),
    }
}

/// A line of a file; for a live resource, a path made of its account, Region and id, which is the same in every audit.
fn location(finding: &Finding) -> Value {
    let resource = &finding.resource;
    let (file, line) = match &finding.location {
        Some(location) => (file_uri(&location.file), location.line.max(1)),
        None => {
            let type_name = resource.type_name.replace("::", "-").to_lowercase();
            let parts = [&resource.account, &resource.region, &type_name, &resource.id];
            (format!("aws-accounts/{}", parts.map(|part| segment(&cut(part, 200))).join("/")), 1)
        }
    };
    json!({
        "physicalLocation": physical(&file, line),
        "logicalLocations": [{"name": resource.id, "fullyQualifiedName": resource.arn, "kind": "resource"}],
    })
}

fn physical(uri: &str, line: u32) -> Value {
    json!({"artifactLocation": {"uri": uri}, "region": {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 2}})
}

/// A description, which may not be empty.
fn shown(text: &str, otherwise: &str) -> String {
    let text = if text.trim().is_empty() { otherwise } else { text };
    cut(&terminal(text), DESCRIPTION).into_owned()
}

/// What could not be read, and how many results did not fit.
fn notifications(findings: &Findings, left_out: &[&Finding]) -> Vec<Value> {
    let warning = |text: &str| json!({"level": "warning", "message": {"text": message_text(text)}});
    let mut notifications: Vec<Value> =
        words::not_read(findings).iter().map(|line| warning(&format!("could not be read: {line}"))).collect();
    // Parts of templates come first, and have a place.
    for (notification, part) in notifications.iter_mut().zip(findings.unread_parts()) {
        if let (Some(location), Some(fields)) = (&part.location, notification.as_object_mut()) {
            fields.insert("locations".to_owned(), json!([{"physicalLocation": physical(&file_uri(&location.file), location.line.max(1))}]));
        }
    }
    let not_judged = words::not_judged(findings);
    notifications.extend(not_judged.iter().map(|types| warning(&format!("not judged, because rel9 does not read the type: {types}"))));
    if !left_out.is_empty() {
        let count = |status: Status| left_out.iter().filter(|finding| finding.status == status).count();
        notifications.push(warning(&format!(
            "{} results are omitted, because GitHub rejects files with more than {RESULTS}: {} fail, {} unknown, {} waived, {} pass. The JSON report has all.",
            left_out.len(),
            count(Status::Fail),
            count(Status::Unknown),
            count(Status::Waived),
            count(Status::Pass)
        )));
    }
    notifications
}
