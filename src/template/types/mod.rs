//! How templates declare the inventory's types: one file per service, one table per type.
//!
//! To add a type, copy a table and add it to [`ALL`]. A row says where each language sets a property, how its value is read, and the
//! default of AWS (CloudFormation) or of the provider (Terraform), with the source of that default in a comment. If no other source is
//! named, CloudFormation's defaults are from the type's page in the CloudFormation template reference and from the API call behind it;
//! Terraform's are from the provider's page of the resource (hashicorp/aws, `website/docs/r`).

mod backup;
mod backup_gateway;
mod directory;
mod dlm;
mod docdb_elastic;
mod dsql;
pub(super) mod dynamodb;
mod ebs;
mod efs;
mod eks;
mod elasticache;
mod fsx;
mod glacier;
mod iam;
mod keyspaces;
mod kinesis;
pub(super) mod kms;
mod lightsail;
mod logs;
mod memorydb;
mod opensearch;
mod opensearch_serverless;
mod rds;
mod redshift;
mod redshift_serverless;
mod region;
mod s3;
mod storage_gateway;
#[cfg(test)]
mod tests;
mod timestream;

use super::declaration::Declaration;
use super::table::{Aliases, Evidence, Part, SplitOff, Table};

/// Every table.
static ALL: &[&Table] = &[
    &backup::audit_manager::FRAMEWORK,
    &backup::audit_manager::REPORT_PLAN,
    &backup::plan::PLAN,
    &backup::restore_testing::PLAN,
    &backup::restore_testing::SELECTION,
    &backup::selection::SELECTION,
    &backup::vault::AIR_GAPPED_VAULT,
    &backup::vault::VAULT,
    &backup_gateway::HYPERVISOR,
    &directory::MICROSOFT_AD,
    &directory::SIMPLE_AD,
    &dlm::POLICY,
    &docdb_elastic::CLUSTER,
    &dsql::CLUSTER,
    &dynamodb::GLOBAL_TABLE,
    &dynamodb::TABLE,
    &dynamodb::replicas::REPLICA,
    &ebs::VOLUME,
    &ebs::block_devices::INSTANCE,
    &ebs::block_devices::LAUNCH_CONFIGURATION,
    &ebs::block_devices::LAUNCH_TEMPLATE,
    &ebs::block_devices::SPOT_FLEET,
    &ebs::snapshots::IMAGE,
    &ebs::snapshots::SNAPSHOT,
    &efs::FILE_SYSTEM,
    &eks::CLUSTER,
    &elasticache::CACHE_CLUSTER,
    &elasticache::REPLICATION_GROUP,
    &elasticache::SERVERLESS_CACHE,
    &fsx::BACKUP,
    &fsx::FILE_SYSTEM,
    &fsx::LUSTRE,
    &fsx::ONTAP,
    &fsx::VOLUME,
    &glacier::VAULT,
    &iam::ROLE,
    &keyspaces::TABLE,
    &kinesis::STREAM,
    &kinesis::VIDEO_STREAM,
    &kms::KEY,
    &lightsail::BUCKET,
    &lightsail::DATABASE,
    &lightsail::DISK,
    &lightsail::INSTANCE,
    &logs::LOG_GROUP,
    &memorydb::CLUSTER,
    &memorydb::SNAPSHOT,
    &opensearch::DOMAIN,
    &opensearch::ELASTICSEARCH_DOMAIN,
    &opensearch_serverless::COLLECTION,
    &rds::INSTANCE,
    &rds::MEMBER,
    &rds::clusters::AURORA,
    &rds::clusters::DOCDB,
    &rds::clusters::NEPTUNE,
    &rds::global_clusters::AURORA,
    &rds::global_clusters::DOCDB,
    &rds::global_clusters::NEPTUNE,
    &rds::snapshots::DB,
    &rds::snapshots::DB_CLUSTER,
    &rds::snapshots::DOCDB,
    &rds::snapshots::NEPTUNE,
    &redshift::CLUSTER,
    &redshift::COPY_GRANT,
    &redshift::SCHEDULE,
    &redshift::SNAPSHOT,
    &redshift_serverless::NAMESPACE,
    &redshift_serverless::SNAPSHOT,
    &region::SETTINGS,
    &s3::BUCKET,
    &storage_gateway::CACHED_VOLUME,
    &storage_gateway::NFS_FILE_SHARE,
    &storage_gateway::SMB_FILE_SHARE,
    &storage_gateway::STORED_VOLUME,
    &timestream::DATABASE,
    &timestream::TABLE,
];

/// Every table.
pub fn all() -> impl Iterator<Item = &'static Table> {
    ALL.iter().copied()
}

/// The table of a declaration.
pub fn table_of(declaration: &Declaration) -> Option<&'static Table> {
    let reads = |table: &&Table| table.only.is_none_or(|only| only(declaration));
    all().find(|table| table.types_of(declaration.language).contains(&declaration.type_name.as_str()) && reads(table))
}

/// Whether a declaration is of a type that protects others: a plan, a selection, a vault, a policy.
pub fn protects(declaration: &Declaration) -> bool {
    table_of(declaration).is_some_and(|table| table.evidence != Evidence::No)
}

/// The tables of an inventory type: several if templates declare the type in several ways.
pub fn tables_of(type_name: &str) -> impl Iterator<Item = &'static Table> {
    all().filter(move |table| table.type_name == type_name)
}

/// The tables of the owners of a template's type of parts.
pub fn parts_of(type_name: &str) -> impl Iterator<Item = (&'static Table, &'static Part)> {
    all().flat_map(|table| table.parts.iter().map(move |part| (table, part))).filter(move |(_, part)| part.types.contains(&type_name))
}

/// The description of a template's type whose resources are aliases.
pub fn aliases_of(type_name: &str) -> Option<&'static Aliases> {
    all().filter_map(|table| table.identity.aliases.as_ref()).find(|aliases| aliases.types.contains(&type_name))
}

/// The description of a template's type whose `id` is the name of another resource.
pub fn split_off_of(type_name: &str) -> Option<&'static SplitOff> {
    all().filter_map(|table| table.identity.split_off.as_ref()).find(|split| type_name.starts_with(split.prefix))
}

/// The argument with which a Terraform data source looks up a resource, if tables follow references to it.
pub fn looked_up_by(data_source: &str) -> Option<&'static str> {
    let found = all().flat_map(|table| table.identity.looked_up_by).find(|(name, _)| *name == data_source);
    found.map(|(_, argument)| *argument)
}
