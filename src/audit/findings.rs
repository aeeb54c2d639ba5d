//! The findings document: the only input of reports.

use super::fail_on::FailOn;
use super::finding_id::FindingId;
use super::policy_use::PolicyUse;
pub use crate::inventory::Location;
use crate::inventory::{ANY_TAG, CoverageEntry, Fact, Place, Tags};
use crate::rules::evidence::Evidence;
use crate::rules::objective::Reproducible;
use crate::rules::{BestPractice, Severity};
use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The schema of the document.
pub const SCHEMA: &str = "rel9.findings/1";

/// What a finding says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Pass,
    Fail,
    /// The facts that decide it could not be read.
    Unknown,
    /// It fails (or is unknown), and a waiver accepts that for a time.
    Waived,
}

impl Status {
    /// The status as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Unknown => "unknown",
            Status::Waived => "waived",
        }
    }
}

/// The document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Findings {
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    pub audit: AuditInfo,
    pub summary: Summary,
    /// Absent where rel9 before this section wrote the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    #[serde(deserialize_with = "super::dedup::findings")]
    /// Boxed, because a large audit sorts and merges a million of them.
    pub findings: Vec<Box<Finding>>,
    /// Exempt: data that can be rebuilt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reproducible: Vec<ReproducibleData>,
    pub collection: Vec<CoverageEntry>,
}

/// What was audited, when and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AuditInfo {
    /// A fingerprint of the whole document: the same for the same inventory, rules, policy and time.
    pub id: String,
    pub rel9_version: String,
    pub as_of: DateTime<Utc>,
    /// `aws`, `inventory` or `demo`.
    pub source: String,
    pub accounts: Vec<String>,
    pub regions: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_digest: Option<String>,
    /// What the entries of the policy file did; missing without a policy file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Box<PolicyUse>>,
    pub rules_digest: String,
    /// The options that excluded rules or resources, such as `--rule`: the document says nothing about those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partial: Vec<String>,
    /// Every call answered (or the service does not exist in the Region).
    pub complete: bool,
    /// The hash at which the ledger ended after the audit, with `--ledger`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_head: Option<String>,
    /// When each account and Region was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<ReadAt>,
}

/// When an account and Region was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReadAt {
    pub account: String,
    pub region: String,
    pub at: DateTime<Utc>,
}

/// The decision of the gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// The lowest severity at which a finding counts.
    pub fail_on: FailOn,
    pub verdict: Verdict,
    /// Failing findings that count.
    pub failing: u64,
    /// Failing findings at or above the limit that the baseline knows, so that they do not count.
    pub known: u64,
    /// Unknown findings at or above the limit.
    pub unknown: u64,
    /// The exit code of the audit: 0 passed, 1 failed, 3 incomplete (0 with `--allow-incomplete`).
    pub exit_code: u8,
    /// The decision and its reason in a sentence.
    pub text: String,
}

/// What the gate decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing that counts fails, or the gate is off.
    Passed,
    /// A finding that counts fails.
    Failed,
    /// No failure, but something that decides one was not read.
    Incomplete,
}

impl Verdict {
    /// The verdict as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Incomplete => "incomplete",
        }
    }
}

/// Counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Resources with at least one finding.
    pub resources: u64,
    pub by_status: BTreeMap<Status, u64>,
    /// Failing findings.
    pub by_severity: BTreeMap<Severity, u64>,
    pub best_practices: Vec<BestPracticeSummary>,
    pub coverage: CoverageSummary,
    /// With `--baseline`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineSummary>,
    /// Data of types that rel9 does not read, by type: no rule judges it, and it counts in no other figure. A live audit knows what has, or
    /// had, a tag.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_judged: Vec<NotJudged>,
    /// The ten resources that fail worst, the worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub worst: Vec<WorstResource>,
}

/// Data of a type that rel9 does not read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotJudged {
    /// The name of the type, in CloudFormation's form.
    #[serde(rename = "type")]
    pub type_name: String,
    pub resources: u64,
}

/// A resource and how much fails for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorstResource {
    /// Without its tags.
    pub resource: ResourceRef,
    /// Its name, id or ARN: the first that no other resource of the document has. `rel9 explain` finds it by that.
    pub known_as: String,
    /// 1000 for each critical failing finding, 100 for a high, 10 for a medium, 1 for a low one.
    pub score: u64,
    /// Failing findings by severity.
    pub failing: BTreeMap<Severity, u64>,
    /// The rule of its worst failing finding.
    pub rule: Arc<str>,
    /// What is wrong: that finding's title.
    pub headline: Arc<str>,
    /// That finding's message.
    pub message: Arc<str>,
}

/// The failures compared with those of the baseline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BaselineSummary {
    /// Failing now, and in the baseline with at least the same severity.
    pub known: u64,
    /// Failing now; in the baseline not failing, or with a lower severity.
    pub new: u64,
    /// Failing in the baseline, passing now.
    pub fixed: u64,
    /// What the baseline found; absent in documents of rel9 versions that did not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<BaselineEarlier>,
}

/// The figures of the baseline, to compare with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BaselineEarlier {
    pub as_of: DateTime<Utc>,
    /// The percentage of protected data there.
    pub coverage_percent: f64,
    /// Failing findings there.
    pub by_severity: BTreeMap<Severity, u64>,
}

/// Whether the baseline knows a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BaselineMark {
    /// It failed there, too, so it does not fail the gate.
    Known,
    New,
}

impl BaselineMark {
    /// The mark as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            BaselineMark::Known => "known",
            BaselineMark::New => "new",
        }
    }
}

/// One best practice of REL 9.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BestPracticeSummary {
    pub id: BestPractice,
    /// `high` or `medium` as AWS rates leaving it out, when a rule of at least medium severity fails; `unknown` when none fails but some
    /// cannot be judged, or nothing was judged; else `none`.
    pub risk: String,
    pub pass: u64,
    pub fail: u64,
    pub unknown: u64,
    pub waived: u64,
}

/// Data resources by protection state. EC2 instances are not counted, because their volumes are, nor are members of DB clusters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoverageSummary {
    pub data_resources: u64,
    /// In state `protected`: on schedule, or restorable only from an old or manual backup.
    pub protected: u64,
    /// Protected ones with scheduled backups that run on time.
    pub on_schedule: u64,
    /// The other protected ones: no schedule that was read renews their backups.
    pub restorable_only: u64,
    pub stale: u64,
    pub selected_not_protected: u64,
    pub opt_in_blocked: u64,
    pub unprotected: u64,
    pub reproducible: u64,
    pub unknown: u64,
    /// The percentage of protected ones among those that are not reproducible, rounded down to a tenth.
    pub percent: f64,
}

/// One rule's answer for one resource.
// Findings share equal parts, because there may be a million findings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// A stable fingerprint of rule and resource.
    pub id: FindingId,
    pub rule: Arc<str>,
    pub best_practice: BestPractice,
    pub title: Arc<str>,
    pub severity: Severity,
    pub status: Status,
    /// What is wrong, where it fails: absent otherwise, and in documents of rel9 versions that did not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_title: Option<Arc<str>>,
    pub message: Arc<str>,
    pub resource: Arc<ResourceRef>,
    #[serde(default, skip_serializing_if = "Evidence::is_empty")]
    pub evidence: Evidence,
    #[serde(default, skip_serializing_if = "no_texts")]
    pub unknown_because: Arc<[String]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Box<WaiverRef>>,
    /// For findings that do not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Arc<Remediation>>,
    #[serde(default, skip_serializing_if = "no_references")]
    pub references: Arc<BTreeMap<String, Vec<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Of failing findings, with `--baseline`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineMark>,
}

impl Finding {
    /// The heading for people: what is wrong where it fails, else what the rule asks.
    pub fn headline(&self) -> &Arc<str> {
        self.fail_title.as_ref().unwrap_or(&self.title)
    }
}

fn no_references(references: &Arc<BTreeMap<String, Vec<String>>>) -> bool {
    references.is_empty()
}

/// The resource of a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceRef {
    pub arn: String,
    #[serde(rename = "type")]
    pub type_name: String,
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Empty where a template leaves it open.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// Empty where a template leaves it open.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    #[serde(default, skip_serializing_if = "no_tags")]
    pub tags: Tags,
    /// Keys of tags whose values were not read, or which a template leaves open; `*` if the resource may have any other tag.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread_tags: Vec<String>,
}

impl ResourceRef {
    /// The value of a tag; `Read(None)` if the resource does not have the tag.
    pub fn tag(&self, key: &str) -> Fact<Option<&str>> {
        match self.tags.get(key) {
            Some(value) => Fact::Read(Some(value)),
            None if self.unread_tags.iter().any(|unread| unread == key || unread == ANY_TAG) => Fact::Unread,
            None => Fact::Read(None),
        }
    }

    /// The order of resources in documents.
    pub fn place(&self) -> [&str; 4] {
        [&self.account, &self.region, &self.type_name, &self.arn]
    }
}

fn no_tags(tags: &Tags) -> bool {
    tags.is_empty()
}

/// The waiver that covers a finding, or covered it until it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverRef {
    pub reason: String,
    /// A person, or the line of the template that has the waiver.
    pub approved_by: String,
    /// Missing where a waiver in a template has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
}

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Remediation {
    pub summary: Arc<str>,
    #[serde(default, skip_serializing_if = "no_texts")]
    pub steps: Arc<[String]>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cli: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloudformation: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terraform: Option<Arc<str>>,
    /// The change of a template's file that fixes the finding, if it is in one place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Box<Edit>>,
    #[serde(default, skip_serializing_if = "no_texts")]
    pub docs: Arc<[String]>,
}

/// A change of a file: `text` replaces what is between two places; if they are equal, it is inserted there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    pub file: Arc<str>,
    pub start: Place,
    /// Exclusive. Columns count characters, as in SARIF's `unicodeCodePoints`.
    pub end: Place,
    pub text: String,
}

fn no_texts(texts: &Arc<[String]>) -> bool {
    texts.is_empty()
}

/// A resource whose data can be rebuilt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReproducibleData {
    pub resource: Arc<ResourceRef>,
    #[serde(flatten)]
    pub why: Reproducible,
}
