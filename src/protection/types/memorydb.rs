//! Amazon MemoryDB: clusters and their snapshots. AWS Backup does not know them. The transaction log of a cluster is durability, and no backup.

use crate::inventory::types::{ResourceType, memorydb};
use crate::inventory::{Fact, Resource};
use crate::protection::backup_type::BackupType;
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, DataType, Identity, Needs};
use crate::protection::index::Snapshot;
use crate::protection::mechanisms::daily_snapshots;

pub static CLUSTER: DataType = DataType {
    status: |resource| Some(&resource.get::<memorydb::Cluster>()?.status),
    keeps_own_backups: |resource| retention_days(resource).is_some_and(|days| days > 0),
    ..DataType::only_in_its_service(
        &memorydb::Cluster::INFO,
        // A cluster has no date. Where its snapshots may be of an earlier cluster of its name, they have no source.
        ArnForm { service: "memorydb", kind: "cluster/", identity: Identity::NameOfUnknownAge, names_place: true, shared: false },
        |_, _, _| Needs { operations: vec!["memorydb:DescribeSnapshots"], properties: vec!["backup_retention_days", "snapshots_are_own"] },
        daily,
    )
};

pub static SNAPSHOT: BackupType =
    BackupType { info: &memorydb::Snapshot::INFO, snapshot: |resource, _| snapshot(resource), shared_with: None, summarise: |_, _| {} };

fn retention_days(resource: &Resource) -> Option<i64> {
    resource.get::<memorydb::Cluster>()?.backup_retention_days.read().copied()
}

fn daily(case: &Case, found: &mut Mechanisms) {
    if let Some(days) = retention_days(case.resource).filter(|days| *days > 0) {
        daily_snapshots(case, "daily snapshots of Amazon MemoryDB", Ok(days), found);
    }
}

/// Snapshots cannot be shared: they can only be exported to a bucket. "MemoryDB at-rest encryption is always enabled", also for snapshots
/// (MemoryDB developer guide, "At-Rest Encryption in MemoryDB"). One that is being restored can be restored again.
fn snapshot(resource: &Resource) -> Option<Snapshot<'_>> {
    let snapshot = resource.get::<memorydb::Snapshot>()?;
    Some(Snapshot {
        resource,
        source_arn: snapshot.source_arn.read()?.clone(),
        restorable: snapshot.status.present().is_some_and(|status| ["available", "restoring"].contains(&status.as_str())),
        made_by: if snapshot.snapshot_type == Fact::Read("automated".to_owned()) { "automated" } else { "manual" },
        encrypted: Some(true),
        kms_key_arn: snapshot.kms_key_arn.present().cloned(),
        public: Some(false),
        locked: Some(false),
        archived: false,
    })
}
