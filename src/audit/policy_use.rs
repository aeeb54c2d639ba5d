//! What the policy file did in an audit, as the findings document says it: which entries matched how much, and which matched nothing.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The policy file and the use of its entries. Entries are in the order of the file. The data resources of all objectives (`resources` and
/// `reproducible`), of `no_objective` and of `unknown_objective` add up to `summary.coverage.data_resources`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyUse {
    /// The file, as it was given.
    pub path: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<ObjectiveUse>,
    /// Data resources that no objective matches.
    #[serde(default)]
    pub no_objective: u64,
    /// Data resources of which it is unknown which objective applies.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unknown_objective: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverUse>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restore_automation: Vec<AutomationUse>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reproducible: Vec<ReproducibleUse>,
    /// Rule settings without effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<SettingUse>,
}

/// An objective.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectiveUse {
    pub name: String,
    pub line: u64,
    #[serde(rename = "match")]
    pub matches: String,
    pub state: UseState,
    /// Data resources that it applies to.
    pub resources: u64,
    /// Matching data resources that are reproducible, so that it asks nothing of them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reproducible: u64,
    /// Matching resources that coverage does not count: EC2 instances (their volumes count) and members of DB clusters.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_counted: u64,
    /// Why it is not known whether it matches anything, or that it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A waiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverUse {
    /// Its rules as the policy names them: ids and globs.
    pub rules: Vec<String>,
    pub line: u64,
    #[serde(rename = "match")]
    pub matches: String,
    pub expires: NaiveDate,
    pub state: UseState,
    /// Findings that it waives; after its end, findings that it no longer waives.
    pub findings: u64,
    /// Why it waives nothing, or why that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What restores data on a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AutomationUse {
    /// Without version or alias.
    pub arn: String,
    pub line: u64,
    #[serde(rename = "match")]
    pub matches: String,
    pub state: UseState,
    /// Data resources that it matches.
    pub resources: u64,
    /// Matching data resources that are reproducible.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reproducible: u64,
    /// Matching resources that coverage does not count: EC2 instances (their volumes count) and members of DB clusters.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_counted: u64,
    /// Why it is not known whether it matches anything, or that it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A declaration of reproducible data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReproducibleUse {
    pub line: u64,
    #[serde(rename = "match")]
    pub matches: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
    pub state: UseState,
    /// Data resources that it matches.
    pub resources: u64,
    /// Matching resources that coverage does not count: EC2 instances (their volumes count) and members of DB clusters.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_counted: u64,
    /// Why it is not known whether it matches anything, or that it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A rule setting without effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SettingUse {
    pub rule: String,
    pub line: u64,
    pub why: String,
}

/// Whether an entry did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UseState {
    Used,
    /// It did nothing in all that was audited.
    Unused,
    /// Its last day is over, so it does nothing.
    Ended,
    /// Something that decides whether it matches was not read.
    Unknown,
    /// It did nothing, but the audit left out rules or resources that it may be for.
    NotReached,
}

impl UseState {
    /// The state as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            UseState::Used => "used",
            UseState::Unused => "unused",
            UseState::Ended => "ended",
            UseState::Unknown => "unknown",
            UseState::NotReached => "not_reached",
        }
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}
