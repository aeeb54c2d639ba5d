//! Compares two findings documents: what changed, and whether anything got worse. Does not judge again.

use super::finding_id::FindingId;
use super::findings::{AuditInfo, Finding, Findings, ResourceRef, Status};
use crate::inventory::{CoverageEntry, CoverageStatus};
use crate::rules::{BestPractice, Severity};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The schema of the document.
pub const SCHEMA: &str = "rel9.diff/1";

/// The document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diff {
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    pub old: Side,
    pub new: Side,
    /// Something got worse: a finding did, or something that OLD could read was not read.
    pub worse: bool,
    pub summary: Counts,
    /// Failures that do not fail in OLD.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_failures: Vec<Change>,
    /// Failures of OLD that pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed: Vec<Change>,
    /// Other changes of status or severity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Change>,
    /// Failures of OLD for which NEW has no finding: the resource or the rule is gone. They are not fixed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Change>,
    /// Resources with findings in NEW only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources_came: Vec<ResourceRef>,
    /// Resources with findings in OLD only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources_went: Vec<ResourceRef>,
    /// Rules with findings in NEW only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules_came: Vec<String>,
    /// Rules with findings in OLD only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules_went: Vec<String>,
    /// What OLD could read and NEW could not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_read: Vec<NotRead>,
}

/// One of the two audits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    pub id: String,
    pub rel9_version: String,
    pub as_of: DateTime<Utc>,
    pub complete: bool,
    /// The options that left rules or resources out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partial: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_digest: Option<String>,
    pub rules_digest: String,
}

/// How many findings, resources and places there are of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    pub new_failures: u64,
    /// New failures of rules without any finding in OLD.
    pub of_new_rules: u64,
    pub fixed: u64,
    pub changed: u64,
    /// Same status and severity.
    pub unchanged: u64,
    /// Failures of OLD without a finding in NEW.
    pub gone: u64,
    /// Findings in NEW only that do not fail.
    pub added: u64,
    /// Findings in OLD only that do not fail.
    pub removed: u64,
    pub resources_came: u64,
    pub resources_went: u64,
    pub not_read: u64,
    /// Changes that are worse.
    pub worse: u64,
}

/// One finding in both audits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The finding's id.
    pub id: FindingId,
    pub rule: Arc<str>,
    pub best_practice: BestPractice,
    /// What is wrong where the finding fails, else what the rule asks.
    pub title: Arc<str>,
    pub resource: Arc<ResourceRef>,
    /// Absent when there was no such finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Answer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Answer>,
    /// A new failure, a failure with a higher severity, or something known that is unknown now.
    pub worse: bool,
    /// OLD has no finding of the rule.
    pub new_rule: bool,
}

/// What a finding says in one of the audits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    pub status: Status,
    pub severity: Severity,
    pub message: Arc<str>,
}

/// An operation that answered in OLD and did not in NEW, or a place that NEW does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct NotRead {
    pub account: String,
    pub region: String,
    /// `service:Operation`; absent when NEW read nothing at all there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Absent when NEW did not try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CoverageStatus>,
}

/// Compares two audits.
pub fn compare(old: &Findings, new: &Findings) -> Diff {
    let before = by_id(&old.findings);
    let after = by_id(&new.findings);
    let rules_before: BTreeSet<&str> = old.findings.iter().map(|finding| &*finding.rule).collect();
    let rules_after: BTreeSet<&str> = new.findings.iter().map(|finding| &*finding.rule).collect();
    let resources_before = resources(old);
    let resources_after = resources(new);
    let same_rules = old.audit.rules_digest == new.audit.rules_digest;
    // A resource of a type that OLD had none of brings findings of rules that only seem new.
    let is_new_rule = |finding: &Finding| {
        !rules_before.contains(&*finding.rule) && (!same_rules || resources_before.contains_key(finding.resource.arn.as_str()))
    };
    let mut diff = Diff {
        schema: SCHEMA.to_owned(),
        old: side(&old.audit),
        new: side(&new.audit),
        worse: false,
        summary: Counts::default(),
        new_failures: Vec::new(),
        fixed: Vec::new(),
        changed: Vec::new(),
        gone: Vec::new(),
        resources_came: only_in(&resources_after, &resources_before),
        resources_went: only_in(&resources_before, &resources_after),
        rules_came: rules_after.difference(&rules_before).map(|rule| (*rule).to_owned()).collect(),
        rules_went: rules_before.difference(&rules_after).map(|rule| (*rule).to_owned()).collect(),
        not_read: not_read(&old.collection, &new.collection),
    };
    for finding in in_order(&new.findings, &after) {
        diff.add(before.get(&finding.id).copied(), finding, is_new_rule(finding));
    }
    for finding in in_order(&old.findings, &before).filter(|finding| !after.contains_key(&finding.id)) {
        if finding.status == Status::Fail {
            diff.gone.push(change(finding, Some(finding), None, false, false));
        } else {
            diff.summary.removed += 1;
        }
    }
    diff.count();
    diff
}

impl Diff {
    fn add(&mut self, old: Option<&Finding>, new: &Finding, is_new_rule: bool) {
        let Some(before) = old else {
            if new.status == Status::Fail {
                self.new_failures.push(change(new, None, Some(new), true, is_new_rule));
            } else {
                self.summary.added += 1;
            }
            return;
        };
        if (before.status, before.severity) == (new.status, new.severity) {
            self.summary.unchanged += 1;
            return;
        }
        let list = match (before.status, new.status) {
            (Status::Fail, Status::Fail) => &mut self.changed,
            (_, Status::Fail) => &mut self.new_failures,
            (Status::Fail, Status::Pass) => &mut self.fixed,
            _ => &mut self.changed,
        };
        let worse = match (before.status, new.status) {
            (Status::Fail, Status::Fail) => new.severity > before.severity,
            (_, Status::Fail) => true,
            (was, Status::Unknown) => was != Status::Unknown,
            _ => false,
        };
        list.push(change(new, old, Some(new), worse, false));
    }

    fn count(&mut self) {
        let counts = &mut self.summary;
        let of = |number: usize| number as u64;
        counts.new_failures = of(self.new_failures.len());
        counts.of_new_rules = of(self.new_failures.iter().filter(|change| change.new_rule).count());
        counts.fixed = of(self.fixed.len());
        counts.changed = of(self.changed.len());
        counts.gone = of(self.gone.len());
        counts.resources_came = of(self.resources_came.len());
        counts.resources_went = of(self.resources_went.len());
        counts.not_read = of(self.not_read.len());
        counts.worse = of(self.new_failures.iter().chain(&self.changed).filter(|change| change.worse).count());
        self.worse = counts.worse > 0 || counts.not_read > 0;
    }
}

/// The findings by id. Where an inventory names a resource twice, the worst answer stands for both.
fn by_id(findings: &[Box<Finding>]) -> HashMap<FindingId, &Finding> {
    let mut map: HashMap<FindingId, &Finding> = HashMap::with_capacity(findings.len());
    let rank = |status: Status| match status {
        Status::Fail => 3,
        Status::Unknown => 2,
        Status::Waived => 1,
        Status::Pass => 0,
    };
    for finding in findings {
        let known = map.entry(finding.id).or_insert(finding);
        if rank(finding.status) > rank(known.status) {
            *known = finding;
        }
    }
    map
}

/// The findings that a map has, in the order of the document.
fn in_order<'f>(findings: &'f [Box<Finding>], map: &HashMap<FindingId, &'f Finding>) -> impl Iterator<Item = &'f Finding> {
    let mut seen = HashSet::new();
    findings.iter().filter(move |finding| seen.insert(finding.id)).filter_map(|finding| map.get(&finding.id).copied())
}

fn change(of: &Finding, old: Option<&Finding>, new: Option<&Finding>, worse: bool, new_rule: bool) -> Change {
    let answer = |finding: &Finding| Answer { status: finding.status, severity: finding.severity, message: finding.message.clone() };
    Change {
        id: of.id,
        rule: Arc::clone(&of.rule),
        best_practice: of.best_practice,
        title: Arc::clone(of.headline()),
        resource: Arc::clone(&of.resource),
        old: old.map(answer),
        new: new.map(answer),
        worse,
        new_rule,
    }
}

fn side(audit: &AuditInfo) -> Side {
    Side {
        id: audit.id.clone(),
        rel9_version: audit.rel9_version.clone(),
        as_of: audit.as_of,
        complete: audit.complete,
        partial: audit.partial.clone(),
        policy_digest: audit.policy_digest.clone(),
        rules_digest: audit.rules_digest.clone(),
    }
}

/// The resources of a document, by ARN.
fn resources(document: &Findings) -> BTreeMap<&str, &ResourceRef> {
    let of_findings = document.findings.iter().map(|finding| &finding.resource);
    let all = of_findings.chain(document.reproducible.iter().map(|data| &data.resource));
    all.map(|resource| (resource.arn.as_str(), &**resource)).collect()
}

fn only_in(these: &BTreeMap<&str, &ResourceRef>, those: &BTreeMap<&str, &ResourceRef>) -> Vec<ResourceRef> {
    these.iter().filter(|(arn, _)| !those.contains_key(*arn)).map(|(_, resource)| (*resource).clone()).collect()
}

/// Operations that answered in OLD and failed in NEW, and places that left the scope.
fn not_read(old: &[CoverageEntry], new: &[CoverageEntry]) -> Vec<NotRead> {
    let places: HashSet<(&str, &str)> = new.iter().map(|entry| (entry.account.as_str(), entry.region.as_str())).collect();
    let place = |entry: &CoverageEntry| (entry.account.clone(), entry.region.clone(), format!("{}:{}", entry.service, entry.operation));
    let failed = |entry: &&CoverageEntry| matches!(entry.status, CoverageStatus::Denied | CoverageStatus::Failed);
    let failed_before: HashSet<_> = old.iter().filter(failed).map(place).collect();
    let read_before: HashSet<_> = old.iter().filter(|entry| entry.status == CoverageStatus::Ok).map(place).collect();
    let lost = new.iter().filter(failed).filter(|entry| read_before.contains(&place(entry)) && !failed_before.contains(&place(entry)));
    let mut found: BTreeSet<NotRead> = lost
        .map(|entry| NotRead {
            account: entry.account.clone(),
            region: entry.region.clone(),
            operation: Some(format!("{}:{}", entry.service, entry.operation)),
            status: Some(entry.status),
        })
        .collect();
    let gone = old.iter().filter(|entry| entry.status == CoverageStatus::Ok && !places.contains(&(&entry.account, &entry.region)));
    found.extend(gone.map(|entry| NotRead { account: entry.account.clone(), region: entry.region.clone(), operation: None, status: None }));
    found.into_iter().collect()
}
