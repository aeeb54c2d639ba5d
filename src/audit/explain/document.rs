//! The document of `rel9 explain --format json`: everything known of one resource.

use crate::audit::findings::{Finding, Location, ResourceRef};
use crate::inventory::{CoverageEntry, Reasons};
use crate::protection::facts::State;
use crate::rules::objective::Reproducible;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The schema of the document.
pub const SCHEMA: &str = "rel9.explanation/1";

/// Everything known of one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    pub rel9_version: String,
    pub as_of: DateTime<Utc>,
    /// `aws`, `inventory`, `demo`, `findings`, or the languages of templates.
    pub source: String,
    pub resource: ResourceRef,
    /// Where a template declares it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What a reader should know before the rest: that AWS is deleting it, that a cluster is judged in its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Of data; missing while it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Why it has its state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// Why its state is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_because: Vec<String>,
    /// Exempt from backup: its data can be rebuilt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exempt: Option<Exempt>,
    /// What data owes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<Owed>,
    /// The smallest change that makes more rules pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Its own settings: what rules see as `resource`, without names, tags and times. From a findings document, those that the findings quote.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
    /// The facts that rules see as `protection`, by name. From a findings document, those that the findings quote.
    pub protection: Map<String, Value>,
    /// Why other facts are not known, by path.
    #[serde(default, skip_serializing_if = "Reasons::is_empty")]
    pub unread: Reasons,
    pub counts: Counts,
    /// Findings that do not pass: failing, unknown, waived, the worst first.
    pub findings: Vec<Box<Finding>>,
    /// The calls that the facts rest on.
    pub calls: Vec<Call>,
}

/// An exemption, and the line of the policy that declares it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exempt {
    #[serde(flatten)]
    pub why: Reproducible,
    /// Missing where the resource's own settings say that its data is rebuilt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// What a resource owes, and who says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Owed {
    /// `null` if no objective applies, or if it is not known which.
    pub name: Option<String>,
    /// In words: `objective gold of rel9.yaml:4`.
    pub from: String,
    /// The line of the policy file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What rules see as `objective`. From a findings document, the parts that the findings quote; empty if it is not known which objective
    /// applies.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub terms: Map<String, Value>,
}

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Set tags, so that a backup plan or a DLM policy selects the resource.
    Tags,
    /// Opt the Region in for the resource's type.
    OptIn,
    /// The fix of the worst failing finding.
    Fix,
    /// Let rel9 read what it could not: nothing fails as far as it is known.
    Read,
}

/// One change that makes more rules pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    pub kind: ChangeKind,
    /// In words: `add tag backup=daily: backup plan nightly then selects it`.
    pub summary: String,
    /// rel9 changed the inventory in this way and judged it again.
    pub tested: bool,
    /// Tags to set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The opt-in to turn on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_in: Option<String>,
    /// The rules that fail now and pass with the change; known where it is tested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passes: Vec<String>,
    /// What still fails, or has to follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<String>,
    /// Commands, one a line, or a snippet of the template's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
}

/// The findings of the resource by status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    pub fail: u64,
    pub unknown: u64,
    pub waived: u64,
    pub pass: u64,
}

/// A call that facts rest on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    #[serde(flatten)]
    pub entry: CoverageEntry,
    /// When the account and Region were read; missing in documents of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}
