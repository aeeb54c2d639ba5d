//! The resource types of the inventory: one file for each service, one `properties!` block for each type.
//! May not use AWS SDK types, templates or rules.
//!
//! To add a type: copy a block in the service's file and add its name to the list in [`all`].
//! Conventions, which a test checks: times end in `_at`, durations in `_seconds`, `_minutes`, `_hours` or `_days`, sizes in `_bytes`, ARNs in `_arn`.

pub mod account;
pub mod automation;
pub mod backup;
pub mod backup_gateway;
pub mod cloudformation;
pub mod directory;
pub mod dlm;
pub mod docdb_elastic;
pub mod dsql;
pub mod dynamodb;
pub mod ebs;
pub mod efs;
pub mod eks;
pub mod elasticache;
pub mod fsx;
pub mod glacier;
pub mod iam;
pub mod keyspaces;
pub mod kinesis;
pub mod kms;
pub mod lightsail;
pub mod logs;
pub mod memorydb;
pub mod opensearch;
pub mod opensearch_serverless;
mod properties;
pub mod rds;
pub mod redshift;
pub mod redshift_serverless;
pub mod s3;
pub mod storage_gateway;
pub mod timestream;

pub use properties::{KeyFacts, KeyManager, Parsed, Properties, ResourceProperties, ResourceType, TypeInfo, from_map, parse};
pub(crate) use properties::{key_facts, properties, same_properties};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Every resource type, in one list.
pub fn all() -> &'static [TypeInfo] {
    macro_rules! list { ($($t:ty),* $(,)?) => { &[$(<$t as ResourceType>::INFO),*] } }
    static ALL: &[TypeInfo] = list![
        account::Account,
        account::Region,
        automation::Rule,
        automation::Schedule,
        automation::StateMachine,
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
        backup_gateway::Gateway,
        backup_gateway::Hypervisor,
        backup_gateway::VirtualMachine,
        cloudformation::Stack,
        directory::MicrosoftAd,
        directory::SimpleAd,
        directory::Snapshot,
        dlm::LifecyclePolicy,
        docdb_elastic::Cluster,
        dsql::Cluster,
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
        eks::Cluster,
        elasticache::CacheCluster,
        elasticache::ReplicationGroup,
        elasticache::ServerlessCache,
        elasticache::ServerlessCacheSnapshot,
        elasticache::Snapshot,
        fsx::Backup,
        fsx::FileSystem,
        fsx::Volume,
        glacier::Vault,
        iam::Role,
        keyspaces::Table,
        kinesis::Stream,
        kinesis::VideoStream,
        kms::Key,
        lightsail::Bucket,
        lightsail::Database,
        lightsail::Disk,
        lightsail::Instance,
        logs::LogGroup,
        memorydb::Cluster,
        memorydb::Snapshot,
        opensearch::Domain,
        opensearch::ElasticsearchDomain,
        opensearch_serverless::Collection,
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
        redshift::Cluster,
        redshift::Snapshot,
        redshift::SnapshotCopyGrant,
        redshift::SnapshotSchedule,
        redshift_serverless::Namespace,
        redshift_serverless::Snapshot,
        s3::Bucket,
        storage_gateway::NfsFileShare,
        storage_gateway::SmbFileShare,
        storage_gateway::Tape,
        storage_gateway::Volume,
        timestream::Database,
        timestream::Table,
    ];
    ALL
}

/// Parses a JSON object as the properties of a type. The second value names the properties that the type does not have, as `schedules.0.newer`.
///
/// # Errors
/// A property with a wrong value.
pub fn parse_properties(type_name: &str, json: &RawValue) -> serde_json::Result<Parsed> {
    match find(type_name) {
        Some(info) => (info.parse)(json),
        None => Ok((serde_json::from_str::<Map<String, Value>>(json.get())?.into(), Vec::new())),
    }
}

/// Like [`parse_properties`], for values in memory.
///
/// # Errors
/// A property with a wrong value.
pub fn properties_of(type_name: &str, properties: &Map<String, Value>) -> serde_json::Result<ResourceProperties> {
    match find(type_name) {
        Some(info) => (info.from_map)(properties),
        None => Ok(properties.clone().into()),
    }
}

/// The properties of a type, all unread.
pub fn unread_properties(type_name: &str) -> ResourceProperties {
    properties_of(type_name, &Map::new()).unwrap_or_default()
}

/// The table entry of a type name.
pub fn find(type_name: &str) -> Option<&'static TypeInfo> {
    all().iter().find(|info| info.name == type_name)
}
