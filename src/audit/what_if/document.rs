//! The document of `rel9 what-if`: what a deployment would change for the data of an inventory.

use crate::audit::findings::{CoverageSummary, Location, ResourceRef, Status};
use crate::protection::facts::State;
use crate::rules::Severity;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The schema of the document.
pub const SCHEMA: &str = "rel9.what-if/1";

/// The document. Lists of resources are sorted by account, Region, type and ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WhatIf {
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    pub rel9_version: String,
    /// The moment at which the templates count as deployed.
    pub as_of: DateTime<Utc>,
    /// `inventory` or `demo`.
    pub source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_digest: Option<String>,
    pub rules_digest: String,
    /// Where the templates count as deployed.
    pub places: Vec<Place>,
    pub summary: Counts,
    pub coverage: Coverage,
    /// What the deployment adds, replaces and removes.
    pub changes: Vec<Deployment>,
    /// Resources that no plan or policy would reach any more.
    pub lost: Vec<Changed>,
    /// Resources that a plan or policy would reach, and none reaches now. Nothing has run: they have no backup of it yet.
    pub gained: Vec<Changed>,
    /// Resources that other plans or policies would reach than now.
    pub moved: Vec<Changed>,
    /// Resources for which the answer depends on something that the templates leave open or that was not read.
    pub unknown: Vec<Changed>,
    /// Resources without protection, in the places of the deployment, that it does not help.
    pub still_unprotected: Vec<Changed>,
    /// Findings of the inventory's resources whose status or severity would change.
    pub findings: Vec<FindingChange>,
    /// What else a reader must know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// An account and a Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    pub account: String,
    pub region: String,
}

/// How many resources are in each group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    pub lost: u64,
    pub gained: u64,
    pub moved: u64,
    pub unknown: u64,
    /// Those of `unknown` that a plan or policy reaches now: whether they lose it is not known.
    pub perhaps_lost: u64,
    pub still_unprotected: u64,
    /// Protected or reached as before, or where nothing is deployed.
    pub unaffected: u64,
    /// Data that can be rebuilt, which owes no backup.
    pub exempt: u64,
    /// Changes of `findings` that are worse.
    pub worse_findings: u64,
}

/// The coverage of the data. A deployment makes no backup at once, so that `after` shows its selections, not their backups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    pub before: CoverageSummary,
    pub after: CoverageSummary,
    /// The percentage of `after` if the first backup of every gained resource succeeds.
    pub expected_percent: f64,
}

/// What happens to a plan, selection, vault, policy or setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Added,
    /// A template declares it, and the inventory has it.
    Replaced,
    /// A Terraform plan destroys it, or it is a selection of a replaced plan that the templates do not declare.
    Removed,
}

/// One change of the deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deployment {
    pub change: Kind,
    #[serde(rename = "type")]
    pub type_name: String,
    /// The name, or the name of the declaration.
    pub name: String,
    pub account: String,
    pub region: String,
    /// The ARN of what it replaces in the inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// How what it replaces is known to be the same; why it is removed; why it is not known whether it adds or changes something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// A resource whose protection would change, or does not change and is not enough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    pub resource: Arc<ResourceRef>,
    pub before: Stand,
    pub after: Stand,
    /// What reaches it after the deployment and not before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gains: Vec<Way>,
    /// What reaches it before the deployment and not after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loses: Vec<Way>,
    /// What reaches it before and after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keeps: Vec<Way>,
    /// Why the plans and policies of the templates do not reach it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed_by: Vec<Miss>,
    /// Why the answer is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_because: Vec<String>,
}

/// The protection state of a resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stand {
    /// Absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
}

/// A plan's selection, or a DLM policy, that reaches a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Way {
    /// `backup_plan` or `dlm_policy`.
    pub kind: String,
    pub name: String,
    pub arn: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<String>,
    /// A template declares it.
    pub planned: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Run>,
}

/// A rule of a plan, or a schedule of a policy. Absent parts are open in the template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continuous: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Kept>,
    /// The first scheduled run after the deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_run_at: Option<DateTime<Utc>>,
}

/// How a rule keeps what it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// For `retention_days`.
    Days,
    /// A number of backups, not of days.
    Count,
    ForEver,
}

/// Why a plan or policy does not reach a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Miss {
    pub kind: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<String>,
    pub why: String,
}

/// A finding before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingChange {
    pub rule: Arc<str>,
    pub title: Arc<str>,
    pub resource: Arc<ResourceRef>,
    /// Absent when there is no such finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Answer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Answer>,
    /// It fails after the deployment and not before, or with a higher severity, or is no longer known.
    pub worse: bool,
}

/// What a finding says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    pub status: Status,
    pub severity: Severity,
    pub message: Arc<str>,
}
