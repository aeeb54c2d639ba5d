//! AWS Storage Gateway: volumes. Their backups are EBS snapshots, also those that AWS Backup makes. A tape is a backup itself, and the data of a
//! file share is in its bucket.

use super::ebs::{snapshot_ids, volumes_made_from_backups};
use crate::inventory::Resource;
use crate::inventory::types::ResourceType;
use crate::inventory::types::storage_gateway::Volume;
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};
use crate::protection::facts::{Mechanism, MechanismKind, Restore};
use crate::protection::index::{Index, typed};
use crate::protection::point::Point;
use crate::protection::restores::seen_as;
use crate::protection::schedule::late_after;

/// Restore testing does not support it (AWS Backup API reference, RestoreTestingSelectionForCreate). Air-gapped vaults keep its backups: AWS
/// Config has a managed rule for that, storagegateway-resources-in-logically-air-gapped-vault.
pub static STORAGE_GATEWAY: AwsBackup =
    AwsBackup { name: "Storage Gateway", restore_testing: false, air_gapped: Some(true), continuous: None };

pub static VOLUME: DataType = DataType {
    info: &Volume::INFO,
    arn: ArnForm { service: "storagegateway", kind: "gateway/", identity: Identity::Id, names_place: true, shared: false },
    is_data: IsData::Always,
    aws_backup: Some(KnownAs::One(&STORAGE_GATEWAY)),
    dlm: false,
    counted: |_| Counted::Itself,
    status: |resource| Some(&resource.get::<Volume>()?.status),
    restorable_span: |_| None,
    continuous_until: ContinuousUntil::LatestRestorable,
    parts: None,
    held_by: |_, _| Vec::new(),
    needs: |_, _, counts| {
        let own = counts.contains(&MechanismKind::Snapshot);
        if own {
            Needs { operations: vec!["ec2:DescribeSnapshots"], properties: vec!["snapshot_interval_hours"] }
        } else {
            Needs::default()
        }
    },
    own: scheduled_snapshots,
    keeps_own_backups: |_| false,
    retention_told_by: None,
    replicas: None,
    copies_listed_by: &["ec2:DescribeSnapshots"],
    restores: RestoreEvidence {
        shown_by: &[
            "ec2:DescribeSnapshots",
            "ec2:DescribeVolumes",
            "storagegateway:DescribeCachediSCSIVolumes",
            "storagegateway:DescribeStorediSCSIVolumes",
        ],
        seen: volumes_of_either_service,
    },
    reproducible: |_| Vec::new(),
    perhaps_reproducible: |_, _| None,
};

/// The snapshots of its schedule. Nothing marks them, so every snapshot that another service did not make counts as one; a snapshot stays until
/// somebody deletes it. It counts only when it is complete, and no document says how long that may take: one is late when a whole run is missing.
fn scheduled_snapshots(case: &Case, found: &mut Mechanisms) {
    let volume = case.resource.get::<Volume>();
    let Some(hours) = volume.and_then(|volume| volume.snapshot_interval_hours.present()).filter(|hours| **hours > 0) else { return };
    let interval = hours.saturating_mul(3_600);
    let allowed = late_after(interval, interval);
    let newest = case.newest(|point| point.backup.kind == MechanismKind::Snapshot);
    let mechanism = case.mechanism(MechanismKind::Snapshot, "snapshot schedule of the gateway".to_owned(), newest, Some(allowed));
    // The first snapshot of an old volume is overdue.
    let age = case.resource.created_at.map(|created_at| (case.as_of - created_at).num_seconds());
    let nothing_left = (mechanism.last_at.is_none() && age.is_some_and(|age| age > allowed)).then_some(false);
    found.all.push(Mechanism {
        interval_seconds: Some(interval).into(),
        retention_endless: true.into(),
        on_schedule: mechanism.on_schedule.or(nothing_left),
        ..mechanism
    });
}

/// Volumes that were made from the snapshots of a volume: in a gateway, or in EC2. The API writes the ids of snapshots in either case.
fn volumes_of_either_service(index: &Index, resource: &Resource, points: &[Point]) -> Vec<Restore> {
    let mut restores = volumes_made_from_backups(index, resource, points);
    let snapshots = snapshot_ids(points);
    for volume in typed::<Volume>(index.shard).into_iter().filter(|volume| volume.resource.arn != resource.arn) {
        let source = volume.properties.source_snapshot_id.present().map(|id| id.to_ascii_lowercase());
        let Some(snapshot) = source.filter(|id| snapshots.contains(id.as_str())) else { continue };
        if volume.properties.status.present().is_some_and(|status| status == "AVAILABLE") {
            let source = format!("volume {} was made from {snapshot}", volume.resource.id);
            restores.extend(volume.resource.created_at.map(|at| seen_as(at, source)));
        }
    }
    restores
}
