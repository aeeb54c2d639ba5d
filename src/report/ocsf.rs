//! `ocsf`: each finding as a Compliance Finding of the Open Cybersecurity Schema Framework, one JSON object per line, for SIEMs and
//! data lakes. Texts and figures are those of the findings document. Attributes are those that OCSF has had since 1.5.0.

use super::{Report, Target, json, parts, unread, words};
use crate::audit::finding_id::FindingId;
use crate::audit::findings::{BaselineMark, Finding, Findings, Location, Status, WaiverRef};
use crate::inventory::GLOBAL;
use crate::rules::Severity;
use crate::rules::evidence;
use serde::Serialize;
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "ocsf", about: "OCSF Compliance Findings, one per line", write };

/// The schema that the lines name: the newest stable one.
const VERSION: &str = "1.8.0";
/// `class_uid` of Compliance Finding; its category is Findings.
const CLASS: (u32, &str) = (2003, "Compliance Finding");
const CATEGORY: (u32, &str) = (2, "Findings");
/// `activity_id`: an audit keeps no state, so every finding is a new one. `finding_info.uid` identifies those that belong together.
const CREATE: (u32, &str) = (1, "Create");
/// `account.type_id`.
const AWS_ACCOUNT: (u32, &str) = (10, "AWS Account");
/// `analytic.type_id`.
const RULE: (u32, &str) = (1, "Rule");
/// The `references` of a finding that are requirements of a standard, with the standard's name; the others are checks of other tools.
const STANDARDS: &[(&str, &str)] = &[("nist_800_53_r5", "NIST SP 800-53 Rev. 5")];
const WELL_ARCHITECTED: &str = "AWS Well-Architected Framework";

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    parts::each(&findings.findings, |finding| json::line(&event(findings, finding)), |line| out.write_all(&line))?;
    unread::as_findings(findings).iter().try_for_each(|finding| out.write_all(&json::line(&event(findings, finding))?))
}

#[derive(Serialize)]
struct Event<'a> {
    activity_id: u32,
    activity_name: &'static str,
    category_uid: u32,
    category_name: &'static str,
    class_uid: u32,
    class_name: &'static str,
    type_uid: u32,
    type_name: String,
    time: i64,
    severity_id: u32,
    severity: &'static str,
    status_id: u32,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    message: &'a str,
    metadata: Metadata<'a>,
    cloud: Cloud<'a>,
    finding_info: FindingInfo<'a>,
    compliance: Compliance<'a>,
    resources: [Resource<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    evidences: Option<[Evidence<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmapped: Option<Unmapped<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    version: &'static str,
    profiles: [&'static str; 1],
    product: Product<'a>,
    /// Of this event: another audit of the same resource has another.
    uid: String,
    correlation_uid: &'a str,
    event_code: &'a str,
}

#[derive(Serialize)]
struct Product<'a> {
    name: &'static str,
    vendor_name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Cloud<'a> {
    provider: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Account<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
}

#[derive(Serialize)]
struct Account<'a> {
    uid: &'a str,
    type_id: u32,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct FindingInfo<'a> {
    uid: FindingId,
    title: &'a str,
    desc: &'a str,
    types: [&'static str; 1],
    last_seen_time: i64,
    analytic: Analytic<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_analytics: Vec<Analytic<'a>>,
}

#[derive(Serialize)]
struct Analytic<'a> {
    uid: &'a str,
    /// The published Python models (py-ocsf-models) require it.
    name: &'a str,
    type_id: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    category: &'a str,
}

#[derive(Serialize)]
struct Compliance<'a> {
    control: &'a str,
    desc: &'a str,
    standards: Vec<&'static str>,
    requirements: Vec<&'a str>,
    status_id: u32,
    status: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    status_details: &'a [String],
    checks: [Check<'a>; 1],
}

/// The rule as it is set; the severity of the event is that of what it found.
#[derive(Serialize)]
struct Check<'a> {
    uid: &'a str,
    name: &'a str,
    severity_id: u32,
    severity: &'static str,
    status_id: u32,
    status: &'static str,
}

#[derive(Serialize)]
struct Resource<'a> {
    uid: &'a str,
    uid_alt: &'a str,
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_partition: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag<'a>>,
}

#[derive(Serialize)]
struct Tag<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Evidence<'a> {
    data: &'a evidence::Evidence,
}

#[derive(Serialize)]
struct Remediation<'a> {
    desc: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    references: &'a [String],
}

/// Fields without a counterpart in OCSF.
#[derive(Serialize)]
struct Unmapped<'a> {
    /// Whether an earlier audit has the failure, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<BaselineMark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloudformation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terraform: Option<&'a str>,
}

fn event<'a>(findings: &'a Findings, finding: &'a Finding) -> Event<'a> {
    let time = findings.audit.as_of.timestamp_millis();
    let waived = finding.status == Status::Waived;
    let waiver = finding.waiver.as_deref().filter(|_| waived);
    let (severity_id, severity) = if finding.status == Status::Pass { severity_of(Severity::Info) } else { severity_of(finding.severity) };
    let (status_id, status) = if waived { (3, "Suppressed") } else { (1, "New") };
    Event {
        activity_id: CREATE.0,
        activity_name: CREATE.1,
        category_uid: CATEGORY.0,
        category_name: CATEGORY.1,
        class_uid: CLASS.0,
        class_name: CLASS.1,
        type_uid: CLASS.0 * 100 + CREATE.0,
        type_name: format!("{}: {}", CLASS.1, CREATE.1),
        time,
        severity_id,
        severity,
        status_id,
        status,
        status_detail: waiver.map(acceptance),
        comment: waiver.map(|waiver| waiver.reason.as_str()),
        message: &finding.message,
        metadata: Metadata {
            version: VERSION,
            profiles: ["cloud"],
            product: Product { name: "rel9", vendor_name: "rel9", version: &findings.audit.rel9_version },
            uid: format!("{}-{}", findings.audit.id, finding.id),
            correlation_uid: &findings.audit.id,
            event_code: &finding.rule,
        },
        cloud: Cloud { provider: "AWS", account: account(finding), region: region(finding) },
        finding_info: finding_info(finding, time),
        compliance: compliance(finding),
        resources: [resource(finding)],
        evidences: (!finding.evidence.is_empty()).then_some([Evidence { data: &finding.evidence }]),
        remediation: remediation(finding),
        unmapped: unmapped(finding),
    }
}

fn acceptance(waiver: &WaiverRef) -> String {
    let until = waiver.expires.map_or(String::new(), |expires| format!(" until {expires}"));
    format!("waived{until} by {}", waiver.approved_by)
}

/// Templates may not name an account.
fn account(finding: &Finding) -> Option<Account<'_>> {
    let uid = finding.resource.account.as_str();
    (!uid.is_empty()).then_some(Account { uid, type_id: AWS_ACCOUNT.0, kind: AWS_ACCOUNT.1 })
}

fn region(finding: &Finding) -> Option<&str> {
    Some(finding.resource.region.as_str()).filter(|region| !region.is_empty() && *region != GLOBAL)
}

fn finding_info(finding: &Finding, time: i64) -> FindingInfo<'_> {
    let others = finding.references.iter().filter(|(tool, _)| standard(tool).is_none());
    FindingInfo {
        uid: finding.id,
        title: finding.headline(),
        desc: &finding.message,
        types: [finding.best_practice.id()],
        last_seen_time: time,
        analytic: analytic("rel9", &finding.rule, &finding.title),
        // Other tools' checks are known here by their ids alone.
        related_analytics: others.flat_map(|(tool, ids)| ids.iter().map(|id| analytic(tool, id, id))).collect(),
    }
}

fn analytic<'a>(tool: &'a str, uid: &'a str, name: &'a str) -> Analytic<'a> {
    Analytic { uid, name, type_id: RULE.0, kind: RULE.1, category: tool }
}

fn standard(key: &str) -> Option<&'static str> {
    STANDARDS.iter().find(|(known, _)| *known == key).map(|(_, name)| *name)
}

fn compliance(finding: &Finding) -> Compliance<'_> {
    let (status_id, status) = compliance_status(finding);
    let (severity_id, severity) = severity_of(finding.severity);
    let mut standards = vec![WELL_ARCHITECTED];
    let mut requirements = vec![finding.best_practice.id()];
    for (key, ids) in finding.references.iter() {
        if let Some(name) = standard(key) {
            standards.push(name);
            requirements.extend(ids.iter().map(String::as_str));
        }
    }
    Compliance {
        control: &finding.rule,
        desc: &finding.title,
        standards,
        requirements,
        status_id,
        status,
        status_details: &finding.unknown_because,
        checks: [Check { uid: &finding.rule, name: &finding.title, severity_id, severity, status_id, status }],
    }
}

/// A waiver accepts what fails or is unknown: it does not make it pass.
fn compliance_status(finding: &Finding) -> (u32, &'static str) {
    match finding.status {
        Status::Pass => (1, "Pass"),
        Status::Unknown => (0, "Unknown"),
        Status::Waived if !finding.unknown_because.is_empty() => (0, "Unknown"),
        Status::Fail | Status::Waived => (3, "Fail"),
    }
}

fn severity_of(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Info => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

fn resource(finding: &Finding) -> Resource<'_> {
    let resource = &finding.resource;
    Resource {
        uid: &resource.arn,
        uid_alt: &resource.id,
        name: resource.name.as_deref().unwrap_or(&resource.id),
        kind: &resource.type_name,
        cloud_partition: resource
            .arn
            .strip_prefix("arn:")
            .and_then(|rest| rest.split(':').next())
            .filter(|partition| !partition.is_empty()),
        region: region(finding),
        tags: resource.tags.iter().map(|(name, value)| Tag { name, value }).collect(),
    }
}

/// The summary, the steps, and the commands after a `$`.
fn remediation(finding: &Finding) -> Option<Remediation<'_>> {
    let remediation = finding.remediation.as_ref()?;
    let mut desc = remediation.summary.to_string();
    for (number, step) in remediation.steps.iter().enumerate() {
        desc.push_str(&format!("\n{}. {step}", number + 1));
    }
    for command in &remediation.cli {
        desc.push_str("\n$ ");
        desc.push_str(command);
    }
    if let Some(fix) = words::fix(finding) {
        desc.push('\n');
        desc.push_str(fix.code.trim_end());
    }
    Some(Remediation { desc, references: &remediation.docs })
}

fn unmapped(finding: &Finding) -> Option<Unmapped<'_>> {
    let remediation = finding.remediation.as_ref();
    let unmapped = Unmapped {
        baseline: finding.baseline,
        location: finding.location.as_ref(),
        cloudformation: remediation.and_then(|remediation| remediation.cloudformation.as_deref()),
        terraform: remediation.and_then(|remediation| remediation.terraform.as_deref()),
    };
    let says =
        unmapped.baseline.is_some() || unmapped.location.is_some() || unmapped.cloudformation.is_some() || unmapped.terraform.is_some();
    says.then_some(unmapped)
}
