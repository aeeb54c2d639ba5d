//! What the join finds out about each resource: the `protection` that rules see. Data and their meaning only; how they come
//! about is in the sibling modules. May not know rules.
//!
//! An age is as_of minus a moment, in seconds. A field that could not be worked out is [`Fact::Unread`], and its reason is kept
//! beside it in [`Joined::unread`].

/// Declares a struct of facts that takes no other field.
macro_rules! facts {
    ($(#[doc = $doc:literal])* $name:ident { $($fields:tt)* }) => {
        crate::inventory::facts! { $(#[doc = $doc])* #[serde(deny_unknown_fields)] $name { $($fields)* } }
    };
}

mod data;
mod links;

pub use data::*;
pub use links::*;

use schemars::Schema;
use std::collections::BTreeMap;

/// The protection facts of one resource with the reasons of those that are missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    pub facts: Facts,
    /// Field (`state`, or `rules[].copies[].locked` for a field of list elements) to why it could not be worked out.
    pub unread: BTreeMap<String, Vec<String>>,
}

/// The facts by kind of resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Facts {
    Data(Box<Protection>),
    Account(AccountFacts),
    Region(RegionFacts),
    Plan(PlanFacts),
    Selection(SelectionFacts),
    Vault(VaultFacts),
    RecoveryPoint(RecoveryPointFacts),
    RestoreTestingPlan(RestoreTestingPlanFacts),
    RestoreTestingSelection(RestoreTestingSelectionFacts),
    LifecyclePolicy(LifecyclePolicyFacts),
    Key(KeyFacts),
    /// Snapshots and images: things that can be shared.
    Shareable(ShareableFacts),
    /// Types that rules judge by their own properties alone.
    None(NoFacts),
}

impl Facts {
    /// The facts as rules see them.
    pub fn to_json(&self) -> serde_json::Value {
        let value = match self {
            Facts::Data(facts) => serde_json::to_value(facts),
            Facts::Account(facts) => serde_json::to_value(facts),
            Facts::Region(facts) => serde_json::to_value(facts),
            Facts::Plan(facts) => serde_json::to_value(facts),
            Facts::Selection(facts) => serde_json::to_value(facts),
            Facts::Vault(facts) => serde_json::to_value(facts),
            Facts::RecoveryPoint(facts) => serde_json::to_value(facts),
            Facts::RestoreTestingPlan(facts) => serde_json::to_value(facts),
            Facts::RestoreTestingSelection(facts) => serde_json::to_value(facts),
            Facts::LifecyclePolicy(facts) => serde_json::to_value(facts),
            Facts::Key(facts) => serde_json::to_value(facts),
            Facts::Shareable(facts) => serde_json::to_value(facts),
            Facts::None(facts) => serde_json::to_value(facts),
        };
        value.unwrap_or_default()
    }
}

/// The facts that a template alone can tell of a type; all others are made by time.
pub fn declared(type_name: &str) -> &'static [&'static str] {
    match type_name {
        "AWS::Backup::BackupPlan" => &["rules", "selections", "selected", "selected_types", "refused_selections", "selected_without_pitr"],
        "AWS::Backup::BackupSelection" => &["plan", "refused", "selected", "dangling_arns", "unchecked_arns"],
        "AWS::Backup::BackupVault" => &[
            "targeted_by",
            "in_use",
            "undenied_actions",
            "exempt_principals",
            "open_statements",
            "compliance_locked",
            "cooling_off_seconds",
        ],
        "AWS::Backup::RestoreTestingPlan" => &["interval_seconds", "selections"],
        "AWS::Backup::RestoreTestingSelection" => &["plan", "reached"],
        "AWS::DLM::LifecyclePolicy" => &["targets", "scope_accounts"],
        "AWS::KMS::Key" => &["used_by", "used_by_count", "used_by_backups"],
        "AWS::Region" => &["selected_types"],
        "AWS::EC2::Image"
        | "AWS::EC2::Snapshot"
        | "AWS::RDS::DBSnapshot"
        | "AWS::RDS::DBClusterSnapshot"
        | "AWS::Neptune::DBClusterSnapshot"
        | "AWS::DocDB::DBClusterSnapshot" => &["scope_accounts"],
        _ => &[
            "mechanisms",
            "plans",
            "backup_type",
            "copy_schedules",
            "copy_retention",
            "restore_testing_plans",
            "restore_testing_supported",
            "air_gapped_supported",
            "bucket",
        ],
    }
}

/// The JSON Schema of the facts of a resource type.
pub fn schema_of(type_name: &str) -> Schema {
    if crate::inventory::types::find(type_name).is_some_and(|info| info.is_data()) {
        return schemars::schema_for!(Protection);
    }
    match type_name {
        "AWS::Account" => schemars::schema_for!(AccountFacts),
        "AWS::Region" => schemars::schema_for!(RegionFacts),
        "AWS::Backup::BackupPlan" => schemars::schema_for!(PlanFacts),
        "AWS::Backup::BackupSelection" => schemars::schema_for!(SelectionFacts),
        "AWS::Backup::BackupVault" => schemars::schema_for!(VaultFacts),
        "AWS::Backup::RecoveryPoint" => schemars::schema_for!(RecoveryPointFacts),
        "AWS::Backup::RestoreTestingPlan" => schemars::schema_for!(RestoreTestingPlanFacts),
        "AWS::Backup::RestoreTestingSelection" => schemars::schema_for!(RestoreTestingSelectionFacts),
        "AWS::DLM::LifecyclePolicy" => schemars::schema_for!(LifecyclePolicyFacts),
        "AWS::KMS::Key" => schemars::schema_for!(KeyFacts),
        "AWS::BackupGateway::VirtualMachine" => schemars::schema_for!(Protection),
        "AWS::EC2::Image"
        | "AWS::EC2::Snapshot"
        | "AWS::RDS::DBSnapshot"
        | "AWS::RDS::DBClusterSnapshot"
        | "AWS::Neptune::DBClusterSnapshot"
        | "AWS::DocDB::DBClusterSnapshot"
        | "AWS::Redshift::ClusterSnapshot" => schemars::schema_for!(ShareableFacts),
        _ => schemars::schema_for!(NoFacts),
    }
}
