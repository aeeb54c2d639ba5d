//! The tables that decide the protection of each resource type: one file per service, and one line per type in the list for its role. Only
//! `join` and the functions for other modules use these lists; code that works out protection gets the table of a type through `Join`.
//!
//! To add a type: write its table in the service's file, and add its line to [`DATA`], [`BACKUPS`] or [`SUBJECTS`]. The compiler asks for
//! every field. A type that is only evidence for others has a line in the test.

mod account;
mod automation;
mod backup;
mod backup_gateway;
mod cloudformation;
mod directory;
mod dlm;
mod docdb_elastic;
mod dsql;
mod dynamodb;
mod ebs;
mod efs;
mod eks;
mod elasticache;
mod fsx;
mod glacier;
mod keyspaces;
mod kms;
mod logs;
mod memorydb;
mod opensearch;
mod rds;
mod redshift;
mod redshift_serverless;
mod s3;
mod storage_gateway;
mod timestream;

use super::backup_type::BackupType;
use super::data_type::{Counted, DataType, IsData};
use super::facts::{NoFacts, Protection};
use super::subject::Subject;
use crate::inventory::types::TypeInfo;
use crate::inventory::{Resource, Shard};
use schemars::{Schema, schema_for};
use std::collections::{BTreeSet, HashMap};

/// Types that hold data.
pub static DATA: &[&DataType] = &[
    &backup_gateway::MACHINE,
    &directory::MICROSOFT_AD,
    &directory::SIMPLE_AD,
    &docdb_elastic::CLUSTER,
    &dsql::CLUSTER,
    &dynamodb::GLOBAL_TABLE,
    &dynamodb::TABLE,
    &ebs::INSTANCE,
    &ebs::VOLUME,
    &efs::FILE_SYSTEM,
    &eks::CLUSTER,
    &elasticache::CACHE_CLUSTER,
    &elasticache::REPLICATION_GROUP,
    &elasticache::SERVERLESS_CACHE,
    &fsx::FILE_SYSTEM,
    &fsx::VOLUME,
    &keyspaces::TABLE,
    &logs::LOG_GROUP,
    &memorydb::CLUSTER,
    &opensearch::DOMAIN,
    &opensearch::ELASTICSEARCH_DOMAIN,
    &rds::CLUSTER,
    &rds::INSTANCE,
    &rds::DOC_DB_CLUSTER,
    &rds::NEPTUNE_CLUSTER,
    &redshift::CLUSTER,
    &redshift_serverless::NAMESPACE,
    &s3::BUCKET,
    &storage_gateway::VOLUME,
    &timestream::TABLE,
];

/// Types whose resources are backups.
static BACKUPS: &[&BackupType] = &[
    &directory::SNAPSHOT,
    &dynamodb::BACKUP,
    &ebs::IMAGE,
    &ebs::SNAPSHOT,
    &elasticache::SERVERLESS_CACHE_SNAPSHOT,
    &elasticache::SNAPSHOT,
    &memorydb::SNAPSHOT,
    &fsx::BACKUP,
    &rds::AUTOMATED_BACKUP,
    &rds::CLUSTER_AUTOMATED_BACKUP,
    &rds::CLUSTER_SNAPSHOT,
    &rds::DOC_DB_CLUSTER_SNAPSHOT,
    &rds::NEPTUNE_CLUSTER_SNAPSHOT,
    &rds::SNAPSHOT,
    &redshift::SNAPSHOT,
    &redshift_serverless::SNAPSHOT,
];

/// Other types with facts of their own.
static SUBJECTS: &[&Subject] = &[
    &account::ACCOUNT,
    &account::REGION,
    &automation::STATE_MACHINE,
    &backup::PLAN,
    &backup::RECOVERY_POINT,
    &backup::RESTORE_TESTING_PLAN,
    &backup::RESTORE_TESTING_SELECTION,
    &backup::SELECTION,
    &backup::VAULT,
    &cloudformation::STACK,
    &dlm::LIFECYCLE_POLICY,
    &glacier::VAULT,
    &kms::KEY,
];

/// The facts of data that a template alone can show; all other facts depend on what has happened since.
const DECLARED_OF_DATA: &[&str] = &[
    "counts_as_data",
    "mechanisms",
    "plans",
    "considered",
    "considered_count",
    "backup_type",
    "copy_schedules",
    "copy_retention",
    "restore_testing_plans",
    "restore_automation",
    "restores_shown",
    "restore_testing_supported",
    "air_gapped_supported",
    "outside_access",
    "bucket",
    "held_in",
];

/// The role of a type.
pub enum Role {
    Data,
    Backup(&'static BackupType),
    Subject(&'static Subject),
}

/// The role of a type; `None` if the type is only evidence for others, or if this version does not know it.
pub fn role(type_name: &str) -> Option<Role> {
    let data = data_type(type_name).map(|_| Role::Data);
    let backup = || backup_type(type_name).map(Role::Backup);
    let subject = || SUBJECTS.iter().find(|subject| subject.info.name == type_name).map(|subject| Role::Subject(subject));
    data.or_else(backup).or_else(subject)
}

/// The table of a type that holds data.
pub fn data_type(type_name: &str) -> Option<&'static DataType> {
    DATA.iter().copied().find(|data_type| data_type.info.name == type_name)
}

/// The table of a type whose resources are backups of others.
pub fn backup_type(type_name: &str) -> Option<&'static BackupType> {
    BACKUPS.iter().copied().find(|backup| backup.info.name == type_name)
}

/// The resource types that hold data: the meaning of `DATA` in a rule.
pub fn data_types() -> impl Iterator<Item = &'static TypeInfo> {
    DATA.iter().map(|data_type| data_type.info)
}

/// The AWS Backup types that resources of a type may have, each with whether restore testing supports it; empty if AWS Backup does not
/// support the type.
pub fn aws_backup_types(type_name: &str) -> Vec<(&'static str, bool)> {
    let known = data_type(type_name).and_then(|data_type| data_type.aws_backup.as_ref());
    known.into_iter().flat_map(|known| known.all()).map(|one| (one.name, one.restore_testing)).collect()
}

/// What holds the data of resources of a type, such as `volume`; `None` if they hold it themselves.
pub fn held_in_parts(type_name: &str) -> Option<&'static str> {
    data_type(type_name)?.parts.as_ref().map(|parts| parts.part)
}

/// Whether resources of a type hold data.
pub fn is_data(type_name: &str) -> bool {
    data_type(type_name).is_some()
}

/// Whether resources of a type are data wherever they are, and not only where something asks for their backups.
pub fn is_always_data(type_name: &str) -> bool {
    data_type(type_name).is_some_and(|data_type| matches!(data_type.is_data, IsData::Always))
}

/// Whether the audit counts a data resource: the volumes hold an instance's data, and the cluster holds its members' data.
pub fn is_counted(resource: &Resource) -> bool {
    counted(resource) == Some(Counted::Itself)
}

/// Whether a resource is a member of another resource, which the audit judges in its place.
pub fn is_cluster_member(resource: &Resource) -> bool {
    counted(resource) == Some(Counted::Whole)
}

fn counted(resource: &Resource) -> Option<Counted> {
    data_type(&resource.type_name).map(|data_type| (data_type.counted)(resource))
}

/// Whether another resource holds the data of a resource, or it is a copy of one: its type holds data only in some resources.
pub fn holds_no_data(resource: &Resource) -> bool {
    let is_data = data_type(&resource.type_name).map(|data_type| &data_type.is_data);
    matches!(is_data, Some(IsData::WhenHeld(holds)) if (holds.does)(resource) == Ok(false))
}

/// Whether the owner is deleting a data resource, which then owes no backup.
pub fn is_being_deleted(resource: &Resource) -> bool {
    data_type(&resource.type_name).is_some_and(|data_type| data_type.is_being_deleted(resource))
}

/// Why resources are reproducible by nature, and so owe no backup, by ARN.
pub fn reproducible_by_nature(shard: &Shard) -> HashMap<&str, String> {
    DATA.iter().flat_map(|data_type| (data_type.reproducible)(shard)).collect()
}

/// Why a resource may be reproducible by nature, if the deciding property was not read.
pub fn perhaps_reproducible(shard: &Shard, resource: &Resource) -> Option<String> {
    (data_type(&resource.type_name)?.perhaps_reproducible)(shard, resource)
}

/// The operations that list copies that AWS Backup did not make.
pub fn copy_listings() -> Vec<&'static str> {
    let listings: BTreeSet<&str> = DATA.iter().flat_map(|data_type| data_type.copies_listed_by).copied().collect();
    listings.into_iter().collect()
}

/// The facts of a type that a template alone can show; all other facts depend on what has happened since.
pub fn declared_facts(type_name: &str) -> &'static [&'static str] {
    match role(type_name) {
        Some(Role::Data) => DECLARED_OF_DATA,
        Some(Role::Backup(BackupType { shared_with: Some(_), .. })) => &["scope_accounts"],
        Some(Role::Backup(BackupType { shared_with: None, .. })) | None => &[],
        Some(Role::Subject(subject)) => subject.declared,
    }
}

/// The JSON Schema of the facts of a resource type.
pub fn facts_schema(type_name: &str) -> Schema {
    match role(type_name) {
        Some(Role::Data) => schema_for!(Protection),
        Some(Role::Backup(_)) => schema_for!(super::facts::BackupFacts),
        None => schema_for!(NoFacts),
        Some(Role::Subject(subject)) => (subject.schema)(),
    }
}

#[cfg(test)]
mod tests;
