//! Amazon ElastiCache: caches and their snapshots. AWS Backup does not know them.

use crate::inventory::types::{ResourceType, TypeInfo, elasticache};
use crate::inventory::{Fact, Resource};
use crate::protection::backup_type::BackupType;
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, AsksForBackups, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};
use crate::protection::facts::MechanismKind;
use crate::protection::index::{Index, Snapshot};
use crate::protection::mechanisms::daily_snapshots;
use chrono::{DateTime, Utc};

pub static REPLICATION_GROUP: DataType =
    of_caches(&elasticache::ReplicationGroup::INFO, "replicationgroup:", group_asks_for_backups, of_nodes);
pub static CACHE_CLUSTER: DataType = DataType {
    counted: |resource| match is_member(resource) {
        true => Counted::Whole,
        false => Counted::Itself,
    },
    ..of_caches(&elasticache::CacheCluster::INFO, "cluster:", asks_for_backups, of_nodes)
};
pub static SERVERLESS_CACHE: DataType = of_caches(&elasticache::ServerlessCache::INFO, "serverlesscache:", asks_for_backups, of_serverless);

const fn of_caches(
    info: &'static TypeInfo,
    kind: &'static str,
    does: fn(&Resource) -> Option<bool>,
    needs: fn(&Index, &Resource, &[MechanismKind]) -> Needs,
) -> DataType {
    DataType {
        info,
        // The snapshots of a deleted cache keep its name.
        arn: ArnForm { service: "elasticache", kind, identity: Identity::Name, names_place: true, shared: false },
        is_data: IsData::WhenReached(Some(AsksForBackups { property: "backup_retention_days", does })),
        aws_backup: None,
        dlm: false,
        counted: |_| Counted::Itself,
        status,
        restorable_span: |_| None,
        continuous_until: ContinuousUntil::Seen,
        parts: None,
        held_by: |_, _| Vec::new(),
        needs,
        own: daily,
        keeps_own_backups: |resource| retention_days(resource).and_then(Fact::read).is_some_and(|days| *days > 0),
        retention_told_by: None,
        replicas: None,
        copies_listed_by: &[],
        // A restored cache does not name the snapshot.
        restores: RestoreEvidence { shown_by: &[], seen: |_, _, _| Vec::new() },
        reproducible: |_| Vec::new(),
        perhaps_reproducible: |_, _| None,
    }
}

pub static SNAPSHOT: BackupType =
    BackupType { info: &elasticache::Snapshot::INFO, snapshot: |resource, _| snapshot(resource), shared_with: None, summarise: |_, _| {} };
pub static SERVERLESS_CACHE_SNAPSHOT: BackupType = BackupType {
    info: &elasticache::ServerlessCacheSnapshot::INFO,
    snapshot: serverless_snapshot,
    shared_with: None,
    summarise: |_, _| {},
};

fn status(resource: &Resource) -> Option<&Fact<Option<String>>> {
    let group = resource.get::<elasticache::ReplicationGroup>().map(|group| &group.status);
    let cluster = || resource.get::<elasticache::CacheCluster>().map(|cluster| &cluster.status);
    group.or_else(cluster).or_else(|| resource.get::<elasticache::ServerlessCache>().map(|cache| &cache.status))
}

fn retention_days(resource: &Resource) -> Option<&Fact<i64>> {
    let group = resource.get::<elasticache::ReplicationGroup>().map(|group| &group.backup_retention_days);
    let cluster = || resource.get::<elasticache::CacheCluster>().map(|cluster| &cluster.backup_retention_days);
    group.or_else(cluster).or_else(|| resource.get::<elasticache::ServerlessCache>().map(|cache| &cache.backup_retention_days))
}

fn is_member(resource: &Resource) -> bool {
    resource.get::<elasticache::CacheCluster>().is_some_and(|cluster| cluster.replication_group_id.present().is_some())
}

fn asks_for_backups(resource: &Resource) -> Option<bool> {
    retention_days(resource)?.read().map(|days| *days > 0)
}

/// A group that writes to a transaction log is a data store, and not a cache (ElastiCache user guide, "Durability in ElastiCache": "for both
/// caching and data store workloads").
fn group_asks_for_backups(resource: &Resource) -> Option<bool> {
    let group = resource.get::<elasticache::ReplicationGroup>()?;
    let durable = group.durability.read().map(|durability| durability.as_deref().is_some_and(|mode| ["sync", "async"].contains(&mode)));
    match (asks_for_backups(resource), durable) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

fn of_nodes(_: &Index, _: &Resource, _: &[MechanismKind]) -> Needs {
    // The list of groups shows which group a snapshot of a node belongs to.
    let operations = vec!["elasticache:DescribeSnapshots", "elasticache:DescribeReplicationGroups"];
    Needs { operations, properties: vec!["backup_retention_days"] }
}

fn of_serverless(_: &Index, _: &Resource, _: &[MechanismKind]) -> Needs {
    Needs { operations: vec!["elasticache:DescribeServerlessCacheSnapshots"], properties: vec!["backup_retention_days"] }
}

fn daily(case: &Case, found: &mut Mechanisms) {
    if let Some(days) = retention_days(case.resource).and_then(Fact::read).filter(|days| **days > 0) {
        daily_snapshots(case, "daily snapshots of Amazon ElastiCache", Ok(*days), found);
    }
}

/// Snapshots cannot be shared: they can only be exported to a bucket.
fn snapshot(resource: &Resource) -> Option<Snapshot<'_>> {
    let snapshot = resource.get::<elasticache::Snapshot>()?;
    Some(Snapshot {
        resource,
        source_arn: snapshot.source_arn.read()?.clone(),
        restorable: can_be_restored(&snapshot.status),
        made_by: made_by(&snapshot.snapshot_type),
        encrypted: snapshot.encrypted.read().copied(),
        kms_key_arn: snapshot.kms_key_arn.present().cloned(),
        public: Some(false),
        locked: Some(false),
        archived: false,
    })
}

fn serverless_snapshot(resource: &Resource, as_of: DateTime<Utc>) -> Option<Snapshot<'_>> {
    let snapshot = resource.get::<elasticache::ServerlessCacheSnapshot>()?;
    let expired = snapshot.expires_at.present().is_some_and(|expires_at| *expires_at <= as_of);
    Some(Snapshot {
        resource,
        source_arn: snapshot.source_arn.read()?.clone(),
        restorable: can_be_restored(&snapshot.status) && !expired,
        made_by: made_by(&snapshot.snapshot_type),
        encrypted: snapshot.encrypted.read().copied(),
        kms_key_arn: snapshot.kms_key_arn.present().cloned(),
        public: Some(false),
        locked: Some(false),
        archived: false,
    })
}

/// "The snapshot status changes to `restoring` while the new replication group is being created" (API, CreateReplicationGroup, SnapshotName).
fn can_be_restored(status: &Fact<Option<String>>) -> bool {
    status.present().is_some_and(|status| ["available", "restoring"].contains(&status.to_ascii_lowercase().as_str()))
}

fn made_by(snapshot_type: &Fact<String>) -> &'static str {
    match snapshot_type.read().map(String::as_str) {
        Some("automated") => "automated",
        _ => "manual",
    }
}
