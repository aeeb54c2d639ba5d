//! What `rel9 policy check` says of a policy file.

use super::findings::AuditInfo;
use super::policy_use::PolicyUse;
use super::survey::Survey;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The schema of the document.
pub const SCHEMA: &str = "rel9.policy-check/1";

/// The document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyCheck {
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The file, as it was given.
    pub policy: String,
    pub as_of: DateTime<Utc>,
    /// `inventory`, `demo`, or the languages of templates; missing if the file was checked by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_against: Option<String>,
    /// What to mend: each of these makes the exit code 1.
    pub mend: Vec<Remark>,
    /// What is worth knowing.
    pub notes: Vec<Remark>,
    /// The objectives in the order of the file, with the data that each applies to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Placed>,
    /// The data without an objective.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_objective: Option<Placed>,
    /// Data resources of which it is unknown which objective applies.
    #[serde(default)]
    pub unknown_objective: u64,
}

/// What an audit saw that a policy file is checked against.
pub struct Seen<'a> {
    pub used: &'a PolicyUse,
    pub survey: &'a Survey,
    pub audit: &'a AuditInfo,
}

/// A remark about an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Remark {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The entry, such as `objective gold`.
    pub entry: String,
    pub what: String,
}

/// The data of an objective.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Placed {
    /// Its name; missing for data without an objective.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Data resources that it applies to.
    pub resources: u64,
    /// Matching data resources that are reproducible, so that it asks nothing of them.
    pub reproducible: u64,
    /// Matching resources that coverage does not count: EC2 instances and members of DB clusters.
    pub not_counted: u64,
    /// Up to three of them.
    pub examples: Vec<String>,
}
