//! The resource types of the inventory: one file for each service, one `properties!` block for each type.
//! May not use AWS SDK types, templates or rules.
//!
//! To add a type: copy a block in the service's file and add its name to the list in [`all`].
//! Conventions, which a test checks: times end in `_at`, durations in `_seconds`, `_minutes`, `_hours` or `_days`, sizes in `_bytes`, ARNs in `_arn`.

pub mod account;
pub mod backup;
pub mod dlm;
pub mod dynamodb;
pub mod ebs;
pub mod efs;
pub mod kms;
mod properties;
pub mod rds;
pub mod s3;

pub use properties::{KeyFacts, Properties, ResourceProperties, ResourceType, from_value, parse};
pub(crate) use properties::{key_facts, properties, same_properties};

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// Who manages the KMS key: AWS outside the account (AWS owned), AWS in the account (AWS managed, `alias/aws/…`), or the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyManager {
    AwsOwned,
    Aws,
    Customer,
}

/// Properties, and the names of those in the JSON that the type does not have.
pub type Parsed = (ResourceProperties, Vec<String>);

/// The table entry of a resource type.
pub struct TypeInfo {
    /// The CloudFormation type name, such as `AWS::EC2::Volume`.
    pub name: &'static str,
    /// The operation that lists resources of the type, such as `ec2:DescribeVolumes`.
    pub operation: &'static str,
    /// The names of the properties.
    pub properties: &'static [&'static str],
    /// The operations that read each property, `tags` and `region`, if they differ from `operation`.
    pub sources: &'static [(&'static str, &'static [&'static str])],
    /// The JSON Schema of the properties.
    pub schema: fn() -> Schema,
    /// Reads properties from a document's JSON; the second value names the properties that the type does not have.
    pub parse: fn(&RawValue) -> serde_json::Result<Parsed>,
    /// Reads properties from values in memory.
    pub from_value: fn(Value) -> serde_json::Result<ResourceProperties>,
}

impl TypeInfo {
    /// The operations that read one property, `tags` or `region`.
    pub fn sources_of(&self, property: &str) -> Vec<&'static str> {
        match self.sources.iter().find(|(name, _)| *name == property) {
            Some((_, operations)) => operations.to_vec(),
            None => vec![self.operation],
        }
    }

    /// Whether another operation than the type's own reads the Region of its resources.
    pub fn is_placed_by_another(&self) -> bool {
        self.sources.iter().any(|(name, _)| *name == "region")
    }
}

/// Every resource type, in one list.
pub fn all() -> &'static [TypeInfo] {
    macro_rules! list { ($($t:ty),* $(,)?) => { &[$(<$t as ResourceType>::INFO),*] } }
    static ALL: &[TypeInfo] = list![
        account::Account,
        account::Region,
        backup::BackupJob,
        backup::BackupPlan,
        backup::BackupSelection,
        backup::BackupVault,
        backup::CopyJob,
        backup::Framework,
        backup::ProtectedResource,
        backup::RecoveryPoint,
        backup::ReportPlan,
        backup::RestoreJob,
        backup::RestoreTestingPlan,
        backup::RestoreTestingSelection,
        dlm::LifecyclePolicy,
        dynamodb::Backup,
        dynamodb::GlobalTable,
        dynamodb::Table,
        ebs::Image,
        ebs::Instance,
        ebs::LaunchConfiguration,
        ebs::LaunchTemplate,
        ebs::Snapshot,
        ebs::SpotFleet,
        ebs::Volume,
        efs::FileSystem,
        kms::Key,
        rds::AutomatedBackup,
        rds::ClusterAutomatedBackup,
        rds::DbCluster,
        rds::DbClusterSnapshot,
        rds::DbInstance,
        rds::DbSnapshot,
        rds::DocDbCluster,
        rds::DocDbClusterSnapshot,
        rds::DocDbGlobalCluster,
        rds::GlobalCluster,
        rds::NeptuneCluster,
        rds::NeptuneClusterSnapshot,
        rds::NeptuneGlobalCluster,
        s3::Bucket,
    ];
    ALL
}

/// The table entry of a type name.
pub fn find(type_name: &str) -> Option<&'static TypeInfo> {
    all().iter().find(|info| info.name == type_name)
}
