//! What the join finds out about each resource: the `protection` that rules see. Data and their meaning only; how they come
//! about is in the sibling modules. May not know rules.
//!
//! An age is as_of minus a moment, in seconds. A field that could not be worked out has the reasons in its place ([`Told`]).

mod data;
mod links;
mod told;

pub use data::*;
pub use links::*;
pub use told::{FactSet, Path, Reasoned, Told};
use told::{facts, record};

use crate::inventory::Reasons;
use schemars::Schema;

/// Declares the facts by kind of resource.
macro_rules! kinds {
    ($( $(#[doc = $doc:literal])* $kind:ident($facts:ty), )*) => {
        /// The facts by kind of resource.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Facts {
            $( $(#[doc = $doc])* $kind(Box<$facts>), )*
        }

        impl Facts {
            fn set(&self) -> &dyn FactSet {
                match self {
                    $( Facts::$kind(facts) => &**facts, )*
                }
            }
        }

        $( impl From<$facts> for Facts {
            fn from(facts: $facts) -> Self {
                Facts::$kind(Box::new(facts))
            }
        } )*
    };
}

kinds! {
    Data(Protection),
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
    /// The names of the facts, known or not.
    pub fn names(&self) -> &'static [&'static str] {
        self.set().names()
    }

    /// A fact that is known, by name: what rules ask for.
    pub fn field(&self, name: &str) -> Option<&dyn erased_serde::Serialize> {
        self.set().field(name)
    }

    /// Why facts are not known, and parts of them: by `state`, or `rules[].copies[].locked` for a field of list elements.
    pub fn reasons(&self) -> Reasons {
        let mut reasons = Reasons::new();
        self.set().add_reasons(&Path::ROOT, &mut reasons);
        reasons
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
