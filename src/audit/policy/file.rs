//! The policy file as it is written.

use crate::audit::fail_on::FailOn;
use crate::protection::facts::MechanismKind;
use crate::rules::Severity;
use crate::rules::format::Line;
use crate::rules::objective::{Copies, Demand};
use chrono::NaiveDate;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

/// The file as it is written.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    #[schemars(with = "u32")]
    pub(super) version: Line<u32>,
    #[serde(default)]
    pub(super) fail_on: Option<FailOn>,
    #[serde(default)]
    pub(super) objectives: Vec<ObjectiveEntry>,
    /// What restores on a schedule.
    #[serde(default)]
    pub(super) restore_automation: Vec<AutomationEntry>,
    #[serde(default)]
    pub(super) reproducible: Vec<ReproducibleEntry>,
    #[serde(default)]
    pub(super) waivers: Vec<WaiverEntry>,
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, RuleSetting>")]
    pub(super) rules: BTreeMap<String, Line<RuleSetting>>,
    /// Account settings that templates do not show.
    #[serde(default)]
    pub(super) assume: Assume,
}

/// An objective: the first that matches a resource applies.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ObjectiveEntry {
    #[schemars(with = "String")]
    pub(super) name: Line<String>,
    /// CEL over `resource`.
    #[serde(rename = "match")]
    #[schemars(with = "String")]
    pub(super) matches: Line<String>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) rpo: Option<Line<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) rto: Option<Line<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) retention: Option<Line<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) restore_test_every: Option<Line<String>>,
    #[serde(default)]
    pub(super) copies: Copies,
    /// The mechanisms that count; by default all.
    #[serde(default)]
    pub(super) mechanisms: Option<Vec<MechanismKind>>,
    #[serde(default)]
    pub(super) immutable: Demand,
}

/// A state machine, Lambda function or Systems Manager automation that restores data, to prove that it can be restored.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AutomationEntry {
    #[schemars(with = "String")]
    pub(super) arn: Line<String>,
    /// The data that it restores: CEL over `resource`.
    #[serde(rename = "match")]
    #[schemars(with = "String")]
    pub(super) matches: Line<String>,
}

/// Exempt: data that can be rebuilt.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReproducibleEntry {
    #[serde(rename = "match")]
    #[schemars(with = "String")]
    pub(super) matches: Line<String>,
    #[serde(default)]
    pub(super) reason: Option<String>,
    #[serde(default)]
    pub(super) expires: Option<NaiveDate>,
}

/// An accepted failure.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaiverEntry {
    /// The id of a rule, a glob such as `data-*`, or a list of these.
    #[schemars(with = "OneOrMany")]
    pub(super) rule: Line<RuleNames>,
    #[serde(rename = "match")]
    #[schemars(with = "String")]
    pub(super) matches: Line<String>,
    pub(super) reason: String,
    pub(super) approved_by: String,
    pub(super) expires: NaiveDate,
}

/// The policy's settings for a rule.
#[derive(Clone, Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleSetting {
    #[serde(default)]
    pub(super) enabled: Option<bool>,
    #[serde(default)]
    pub(super) severity: Option<Severity>,
    #[serde(default)]
    pub(super) params: serde_json::Map<String, serde_json::Value>,
}

/// Settings of the target account, which templates do not show.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Assume {
    pub ebs_encryption_by_default: Option<bool>,
}

/// The rules of a waiver: one, or a list with the line of each.
pub(super) enum RuleNames {
    One(String),
    Many(Vec<Line<String>>),
}

/// [`RuleNames`] in the schema.
#[derive(schemars::JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum OneOrMany {
    One(String),
    Many(#[schemars(length(min = 1))] Vec<String>),
}

impl<'de> Deserialize<'de> for RuleNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = RuleNames;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("the id of a rule, or a list of ids")
            }
            fn visit_str<E>(self, name: &str) -> Result<RuleNames, E> {
                Ok(RuleNames::One(name.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RuleNames, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(RuleNames::Many(names))
            }
        }
        deserializer.deserialize_any(Names)
    }
}
