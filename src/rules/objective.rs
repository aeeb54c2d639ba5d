//! The objective that a resource owes, as rules see it (`objective`).

use super::schema_shape::Shape;
use crate::protection::facts::MechanismKind;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Whether an objective asks for something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Demand {
    #[default]
    None,
    Required,
}

/// Which copies an objective asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Copies {
    /// A copy in another Region.
    pub region: Demand,
    /// A copy in another account.
    pub account: Demand,
    /// A copy in a logically air-gapped vault.
    pub air_gapped: Demand,
}

/// Exempt from backup: data that can be rebuilt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reproducible {
    pub reason: Option<String>,
    /// When the exemption ends; `null` when it has no end.
    pub expires_at: Option<DateTime<Utc>>,
    /// Declared in the policy file; otherwise it follows from the settings of the resource.
    pub declared: bool,
}

/// The objective of one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Objective {
    /// `null` when the policy file has none that matches.
    pub name: Option<String>,
    /// A policy file was given.
    pub from_policy: bool,
    /// It matches every resource.
    pub catch_all: bool,
    pub rpo_seconds: Option<i64>,
    pub rto_seconds: Option<i64>,
    pub retention_seconds: Option<i64>,
    pub restore_test_every_seconds: Option<i64>,
    pub copies: Copies,
    /// The mechanisms that count.
    pub mechanisms: Vec<MechanismKind>,
    pub immutable: Demand,
    pub reproducible: Option<Reproducible>,
}

/// Every kind of mechanism: what counts unless an objective says otherwise.
pub const ALL_MECHANISMS: [MechanismKind; 8] = [
    MechanismKind::AwsBackup,
    MechanismKind::Dlm,
    MechanismKind::Automated,
    MechanismKind::Pitr,
    MechanismKind::Snapshot,
    MechanismKind::Versioning,
    MechanismKind::Replication,
    MechanismKind::Export,
];

impl Default for Objective {
    /// The built-in objective. It sets no RPO, RTO or retention: only the owner of the data knows them.
    fn default() -> Self {
        Objective {
            name: Some("default".to_owned()),
            from_policy: false,
            catch_all: true,
            rpo_seconds: None,
            rto_seconds: None,
            retention_seconds: None,
            restore_test_every_seconds: None,
            copies: Copies::default(),
            mechanisms: ALL_MECHANISMS.to_vec(),
            immutable: Demand::None,
            reproducible: None,
        }
    }
}

impl Objective {
    /// The objective as rules see it.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// The shape of `objective`.
pub fn shape() -> &'static Shape {
    static SHAPE: OnceLock<Shape> = OnceLock::new();
    SHAPE.get_or_init(|| Shape::of_schema(&schemars::schema_for!(Objective)))
}
