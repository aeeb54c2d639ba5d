//! `asff`: batches of findings in the AWS Security Finding Format, one request of `securityhub:BatchImportFindings` per line. Texts and figures
//! are those of the findings document, cut to the lengths that the API documents.
//!
//! Security Hub accepts findings of accounts only, each in its own account and Region: findings of templates are rejected.

use super::limit::line;
use super::{Report, Target, json, parts};
use crate::audit::findings::{AuditInfo, Finding, Findings, Status, WaiverRef};
use crate::inventory::GLOBAL;
use crate::rules::Severity;
use chrono::SecondsFormat;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "asff", about: "AWS Security Hub findings, one batch for import per line", write };

/// Limits of one request ("Guidelines for using the BatchImportFindings API"): findings, bytes, and bytes of each finding.
const BATCH: usize = 100;
const BATCH_BYTES: usize = 6_000_000;
const FINDING_BYTES: usize = 240_000;

// Lengths as in the API reference, "AwsSecurityFinding" and what it is made of.
const ID: usize = 512;
const TITLE: usize = 256;
const DESCRIPTION: usize = 1024;
const RECOMMENDATION: usize = 512;
const REQUIREMENTS: usize = 32;
const FIELDS: usize = 50;
const FIELD_KEY: usize = 128;
const FIELD_VALUE: usize = 2048;
const TAGS: usize = 50;
const TAG_KEY: usize = 128;
const TAG_VALUE: usize = 256;
/// Maximum bytes of all product fields, and of all tags: keeps every finding below its limit.
const MAP_BYTES: usize = 90_000;

/// The partitions that the API knows, each with the Region that findings of the whole account go to.
const PARTITIONS: &[(&str, &str)] = &[
    ("aws", "us-east-1"),
    ("aws-cn", "cn-north-1"),
    ("aws-us-gov", "us-gov-west-1"),
    ("aws-us-iso", "us-iso-east-1"),
    ("aws-us-iso-b", "us-isob-east-1"),
];

/// ASFF's names of types that hold data, backups or keys (`ResourceDetails` in the API reference); the account's as Security Hub's own
/// controls write it. Letter case apart, they are CloudFormation's names without the colons.
const TYPES: [&str; 22] = [
    "AwsAccount",
    "AwsAmazonMqBroker",
    "AwsBackupBackupPlan",
    "AwsBackupBackupVault",
    "AwsBackupRecoveryPoint",
    "AwsCloudFormationStack",
    "AwsDynamoDbTable",
    "AwsEc2Instance",
    "AwsEc2Volume",
    "AwsEksCluster",
    "AwsElasticsearchDomain",
    "AwsKinesisStream",
    "AwsKmsKey",
    "AwsMskCluster",
    "AwsOpenSearchServiceDomain",
    "AwsRdsDbCluster",
    "AwsRdsDbClusterSnapshot",
    "AwsRdsDbInstance",
    "AwsRdsDbSnapshot",
    "AwsRdsEventSubscription",
    "AwsRedshiftCluster",
    "AwsS3Bucket",
];

/// CloudFormation's name of a DynamoDB table with replicas; ASFF has one name for all tables.
const GLOBAL_TABLE: &str = "AWS::DynamoDB::GlobalTable";

/// Where a finding is imported.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place<'a> {
    partition: &'static str,
    account: &'a str,
    region: &'a str,
}

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    // Check all findings before anything is written: half a report could be mistaken for a whole one.
    if let Some(finding) = findings.findings.iter().find(|finding| place(finding).is_none()) {
        return Err(refused(finding));
    }
    let moment = findings.audit.as_of.to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut batch = Batch::default();
    let render = |finding| {
        let place = place(finding).ok_or_else(|| refused(finding))?;
        let mut text = json::line(&asff(finding, place, &findings.audit, &moment))?;
        text.truncate(text.trim_ascii_end().len());
        let text = String::from_utf8(text).map_err(io::Error::other)?;
        let bytes = wire_bytes(&text);
        if bytes > FINDING_BYTES {
            return Err(io::Error::other(format!("the finding {} is larger than Security Hub accepts", finding.id)));
        }
        Ok((place, text, bytes))
    };
    parts::each(&findings.findings, render, |(place, text, bytes)| batch.add(place, &text, bytes, out))?;
    batch.end(out)
}

fn refused(finding: &Finding) -> io::Error {
    let resource = &finding.resource;
    io::Error::other(format!(
        "asff needs findings of AWS accounts, as Security Hub keeps each in its account and Region: {} is of account {:?}, Region {:?}. \
         For templates use sarif, junit, ocsf or json",
        line(&resource.arn, ID),
        line(&resource.account, ID),
        line(&resource.region, ID)
    ))
}

/// The batch that is being written.
#[derive(Default)]
struct Batch<'a> {
    place: Option<Place<'a>>,
    count: usize,
    bytes: usize,
}

impl<'a> Batch<'a> {
    fn add(&mut self, place: Place<'a>, text: &str, bytes: usize, out: &mut dyn Write) -> io::Result<()> {
        let fits = self.place == Some(place) && self.count < BATCH && self.bytes + bytes < BATCH_BYTES;
        if fits {
            out.write_all(b",")?;
        } else {
            self.end(out)?;
            *self = Batch { place: Some(place), count: 0, bytes: "{\"Findings\":[]}".len() };
            out.write_all(b"{\"Findings\":[")?;
        }
        self.count += 1;
        self.bytes += bytes + 1;
        out.write_all(text.as_bytes())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.place.is_some() { out.write_all(b"]}\n") } else { Ok(()) }
    }
}

/// Bytes of a JSON text in a request: the AWS CLI writes everything beyond ASCII as `\u` escapes.
fn wire_bytes(json: &str) -> usize {
    if json.is_ascii() {
        return json.len();
    }
    json.chars().map(|character| if character.is_ascii() { 1 } else { 6 * character.len_utf16() }).sum()
}

/// Where a finding is imported; `None` when it has no account. Findings without a Region go to the Region of account-wide findings.
fn place(finding: &Finding) -> Option<Place<'_>> {
    let resource = &finding.resource;
    let named = resource.arn.split(':').nth(1).unwrap_or_default();
    let (partition, home) = *PARTITIONS.iter().find(|(partition, _)| *partition == named).unwrap_or(&PARTITIONS[0]);
    let region = if resource.region == GLOBAL { home } else { resource.region.as_str() };
    let is_account = resource.account.len() == 12 && resource.account.bytes().all(|byte| byte.is_ascii_digit());
    let is_region = (1..=16).contains(&region.len()) && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let deployed = finding.location.is_none(); // a template is not deployed to an account yet
    (is_account && is_region && deployed).then_some(Place { partition, account: &resource.account, region })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Asff<'a> {
    schema_version: &'static str,
    id: String,
    product_arn: String,
    product_name: &'static str,
    company_name: &'static str,
    generator_id: String,
    aws_account_id: &'a str,
    types: [String; 1],
    created_at: &'a str,
    updated_at: &'a str,
    severity: Rated,
    finding_provider_fields: Provider,
    title: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation>,
    product_fields: BTreeMap<String, String>,
    resources: [Resource<'a>; 1],
    compliance: Compliance,
    record_state: &'static str,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Rated {
    label: &'static str,
    original: &'static str,
}

/// Where Security Hub takes later severities and types from: a later import leaves the members of the same names at the top as they are.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Provider {
    severity: Rated,
    types: [String; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Remediation {
    recommendation: Recommendation,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Recommendation {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource<'a> {
    #[serde(rename = "Type")]
    kind: &'static str,
    id: String,
    partition: &'static str,
    region: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Compliance {
    status: &'static str,
    related_requirements: Vec<String>,
}

fn asff<'a>(finding: &'a Finding, place: Place<'a>, audit: &AuditInfo, moment: &'a str) -> Asff<'a> {
    let Place { partition, account, region } = place;
    let types = [format!("Software and Configuration Checks/AWS Security Best Practices/{}", finding.best_practice.id())];
    let severity = severity(finding);
    Asff {
        schema_version: "2018-10-08",
        id: line(&format!("rel9/{}", finding.id), ID),
        product_arn: format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        product_name: "rel9",
        company_name: "rel9",
        generator_id: line(&format!("rel9/{}", finding.rule), ID),
        aws_account_id: account,
        types: types.clone(),
        created_at: moment,
        updated_at: moment,
        severity,
        finding_provider_fields: Provider { severity, types },
        title: some(line(finding.headline(), TITLE), &finding.rule),
        description: some(line(&description(finding), DESCRIPTION), &finding.rule),
        remediation: remediation(finding),
        product_fields: product_fields(finding, audit),
        resources: [Resource {
            kind: resource_type(&finding.resource.type_name),
            id: some(line(&finding.resource.arn, ID), "unknown"),
            partition,
            region,
            tags: tags(finding),
        }],
        compliance: Compliance { status: compliance(finding), related_requirements: requirements(finding) },
        record_state: if finding.status == Status::Waived { "ARCHIVED" } else { "ACTIVE" },
    }
}

/// A text that the API accepts: it rejects blank ones.
fn some(text: String, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text }
}

/// `INFORMATIONAL` is how the API says that no issue was found.
fn severity(finding: &Finding) -> Rated {
    let label = match finding.severity {
        _ if finding.status == Status::Pass => "INFORMATIONAL",
        Severity::Info => "INFORMATIONAL",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    };
    Rated { label, original: finding.severity.as_str() }
}

/// A waiver accepts what fails or is unknown: it does not make it pass.
fn compliance(finding: &Finding) -> &'static str {
    match finding.status {
        Status::Pass => "PASSED",
        Status::Unknown => "NOT_AVAILABLE",
        Status::Waived if !finding.unknown_because.is_empty() => "NOT_AVAILABLE",
        Status::Fail | Status::Waived => "FAILED",
    }
}

fn waiver(finding: &Finding) -> Option<&WaiverRef> {
    finding.waiver.as_deref().filter(|_| finding.status == Status::Waived)
}

fn description(finding: &Finding) -> Cow<'_, str> {
    match waiver(finding) {
        Some(waiver) => {
            let until = waiver.expires.map_or(String::new(), |expires| format!(" until {expires}"));
            format!("{} [waived{until} by {}: {}]", finding.message, waiver.approved_by, waiver.reason).into()
        }
        None => (&*finding.message).into(),
    }
}

fn remediation(finding: &Finding) -> Option<Remediation> {
    let remediation = finding.remediation.as_ref()?;
    let text = line(&remediation.summary, RECOMMENDATION);
    let url = remediation.docs.first().map(|url| line(url, FIELD_VALUE)).filter(|url| !url.is_empty());
    (!text.is_empty()).then_some(Remediation { recommendation: Recommendation { text, url } })
}

fn requirements(finding: &Finding) -> Vec<String> {
    let nist = finding.references.get("nist_800_53_r5").into_iter().flatten();
    let all = std::iter::once(format!("AWS Well-Architected {}", finding.best_practice.id()))
        .chain(nist.map(|control| format!("NIST.800-53.r5 {}", line(control, FIELD_KEY))));
    all.take(REQUIREMENTS).collect()
}

/// ASFF's name of a resource type, `Other` where it has none.
fn resource_type(name: &str) -> &'static str {
    if name == GLOBAL_TABLE {
        return "AwsDynamoDbTable";
    }
    let name = name.replace("::", "");
    TYPES.into_iter().find(|known| known.eq_ignore_ascii_case(&name)).unwrap_or("Other")
}

/// Members of a map, up to its limit. The API rejects empty values.
struct Fields {
    members: BTreeMap<String, String>,
    most: usize,
    bytes: usize,
}

impl Fields {
    fn of_at_most(most: usize) -> Fields {
        Fields { members: BTreeMap::new(), most, bytes: 0 }
    }

    fn add(&mut self, key: String, value: String) {
        let bytes = wire_bytes(&key) + 2 * wire_bytes(&value) + 8;
        let fits = self.members.len() < self.most && self.bytes + bytes <= MAP_BYTES;
        if fits && !key.is_empty() && !value.is_empty() {
            self.bytes += bytes;
            self.members.insert(key, value);
        }
    }
}

fn tags(finding: &Finding) -> BTreeMap<String, String> {
    let mut tags = Fields::of_at_most(TAGS);
    for (key, value) in &finding.resource.tags {
        tags.add(line(key, TAG_KEY), line(value, TAG_VALUE));
    }
    tags.members
}

/// Fields without a counterpart in ASFF, the most important first: there may not be room for all.
fn product_fields(finding: &Finding, audit: &AuditInfo) -> BTreeMap<String, String> {
    let mut fields = Fields::of_at_most(FIELDS);
    let mut add = |key: &str, value: &str| fields.add(line(&format!("rel9/{key}"), FIELD_KEY), line(value, FIELD_VALUE));
    add("version", &audit.rel9_version);
    add("audit", &audit.id);
    add("rule", &finding.rule);
    add("best_practice", finding.best_practice.id());
    add("status", finding.status.as_str());
    add("resource_type", &finding.resource.type_name);
    add("resource_id", &finding.resource.id);
    if let Some(mark) = finding.baseline {
        add("baseline", mark.as_str());
    }
    if let Some(waiver) = waiver(finding) {
        add("waiver/expires", &waiver.expires.map_or(String::new(), |expires| expires.to_string()));
        add("waiver/approved_by", &waiver.approved_by);
        add("waiver/reason", &waiver.reason);
    }
    if !finding.unknown_because.is_empty() {
        add("unknown_because", &finding.unknown_because.join("; "));
    }
    if let Some(remediation) = &finding.remediation {
        // A truncated command is worse than no command.
        let whole = remediation.cli.iter().filter(|command| command.encode_utf16().count() <= FIELD_VALUE);
        for (number, command) in whole.enumerate() {
            add(&format!("command/{}", number + 1), command);
        }
    }
    for (tool, ids) in finding.references.iter() {
        add(&format!("references/{tool}"), &ids.join(", "));
    }
    for (path, value) in finding.evidence.facts() {
        add(&format!("evidence/{path}"), &value.to_string());
    }
    fields.members
}
