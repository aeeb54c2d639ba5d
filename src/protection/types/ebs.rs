//! Amazon EBS and Amazon EC2: volumes, the instances that they are attached to, snapshots and images.

use crate::inventory::types::{ResourceType, ebs};
use crate::inventory::{Fact, Resource, Shard, arn};
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::backup_type::BackupType;
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Holder, Identity, IsData, Needs, Parts, RestoreEvidence};
use crate::protection::dlm_mechanisms;
use crate::protection::facts::{MechanismKind, Restore};
use crate::protection::index::{Index, Snapshot, Typed, typed};
use crate::protection::point::Point;
use crate::protection::restores::seen_as;
use crate::protection::summary::{ForeignBackup, Summary};
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap};

pub static EBS: AwsBackup = AwsBackup { name: "EBS", restore_testing: true, air_gapped: Some(true), continuous: None };
pub static EC2: AwsBackup = AwsBackup { name: "EC2", restore_testing: true, air_gapped: Some(true), continuous: None };

pub static VOLUME: DataType = DataType {
    info: &ebs::Volume::INFO,
    arn: ArnForm { service: "ec2", kind: "volume/", identity: Identity::Id, names_place: true, shared: false },
    is_data: IsData::Always,
    aws_backup: Some(KnownAs::One(&EBS)),
    dlm: true,
    counted: |_| Counted::Itself,
    status: |resource| Some(&resource.get::<ebs::Volume>()?.status),
    restorable_span: |_| None,
    continuous_until: ContinuousUntil::LatestRestorable,
    parts: None,
    held_by: instances_of,
    needs: |index, resource, counts| {
        let mut needs = needs_of_both(counts, "attachments");
        if counts.contains(&MechanismKind::AwsBackup) && has_part_of_image(index, resource) {
            needs.operations.push("ec2:DescribeImages");
        }
        needs
    },
    own: dlm_mechanisms::of_volume,
    keeps_own_backups: |_| false,
    retention_told_by: None,
    replicas: None,
    copies_listed_by: &["ec2:DescribeSnapshots"],
    restores: RestoreEvidence { shown_by: &["ec2:DescribeSnapshots"], seen: volumes_made_from_backups },
    reproducible: root_volumes,
    perhaps_reproducible,
};

pub static INSTANCE: DataType = DataType {
    info: &ebs::Instance::INFO,
    arn: ArnForm { service: "ec2", kind: "instance/", identity: Identity::Id, names_place: true, shared: false },
    is_data: IsData::Always,
    aws_backup: Some(KnownAs::One(&EC2)),
    dlm: true,
    counted: |_| Counted::Parts,
    status: |resource| Some(&resource.get::<ebs::Instance>()?.status),
    restorable_span: |_| None,
    continuous_until: ContinuousUntil::LatestRestorable,
    parts: Some(Parts { of: &ebs::Volume::INFO, ids: attached_volumes, part: "volume", whole: "instance" }),
    held_by: |_, _| Vec::new(),
    needs: |_, _, counts| needs_of_both(counts, "volumes"),
    own: |case, found| dlm_mechanisms::of_target(case, case.resource, None, found),
    keeps_own_backups: |_| false,
    retention_told_by: None,
    replicas: None,
    copies_listed_by: &[],
    restores: RestoreEvidence { shown_by: &[], seen: |_, _, _| Vec::new() },
    reproducible: instances_made_again,
    perhaps_reproducible: |_, _| None,
};

pub static SNAPSHOT: BackupType = BackupType {
    info: &ebs::Snapshot::INFO,
    snapshot,
    shared_with: Some(|resource| Some(&resource.get::<ebs::Snapshot>()?.shared_with)),
    summarise: add_copy,
};

/// The snapshots that an image names hold its volume data.
pub static IMAGE: BackupType = BackupType {
    info: &ebs::Image::INFO,
    snapshot: |_, _| None,
    shared_with: Some(|resource| Some(&resource.get::<ebs::Image>()?.shared_with)),
    summarise: |_, _| {},
};

/// The instances that a volume is attached to, each with the moment since when their backups include it.
fn instances_of<'s>(index: &Index<'s>, resource: &Resource) -> Vec<Holder<'s>> {
    let Some(volume) = index.volumes.get(resource.id.as_str()).filter(|volume| volume.resource.arn == resource.arn) else {
        return Vec::new();
    };
    let attachments = volume.properties.attachments.read().into_iter().flatten();
    let instance = |id: &str| Some(index.instances.get(id)?.resource);
    attachments
        .filter_map(|attachment| {
            Some((instance(&attachment.instance_id)?, resource.created_at.max(attachment.attached_at.present().copied())))
        })
        .collect()
}

fn attached_volumes(resource: &Resource) -> Option<Vec<&str>> {
    let volumes = resource.get::<ebs::Instance>()?.volumes.read()?;
    Some(volumes.iter().map(|volume| volume.volume_id.as_str()).collect())
}

fn needs_of_both(counts: &[MechanismKind], attached: &'static str) -> Needs {
    let mut operations = vec!["ec2:DescribeInstances", "ec2:DescribeVolumes"];
    if counts.contains(&MechanismKind::Snapshot) || counts.contains(&MechanismKind::Dlm) {
        operations.push("ec2:DescribeSnapshots");
    }
    Needs { operations, properties: vec![attached] }
}

/// Whether a volume has an AWS Backup snapshot that is not itself a recovery point, and so must belong to an image that is one.
fn has_part_of_image(index: &Index, resource: &Resource) -> bool {
    let points = || index.points.get(&resource.arn).into_iter().flatten();
    let snapshots = index.snapshots.get(&resource.arn).into_iter().flatten();
    let mut made = snapshots.filter(|snapshot| snapshot.made_by == "aws_backup");
    made.any(|snapshot| !points().any(|point| point.resource.arn == snapshot.resource.arn))
}

/// The ids of the snapshots among the backups of a volume.
pub(super) fn snapshot_ids(points: &[Point]) -> BTreeSet<&str> {
    points.iter().filter_map(|point| point.backup.arn.rsplit_once(":snapshot/")).map(|(_, id)| id).collect()
}

/// EC2's volumes that were made from the snapshots of a volume.
pub(super) fn volumes_made_from_backups(index: &Index, resource: &Resource, points: &[Point]) -> Vec<Restore> {
    let mut restores = Vec::new();
    for snapshot in snapshot_ids(points) {
        let volumes = index.volumes_made_from.get(snapshot).into_iter().flatten().filter_map(|id| index.volumes.get(id));
        let made = |volume: &&Typed<ebs::Volume>| {
            volume.properties.status.present().is_some_and(|status| status == "available" || status == "in-use")
        };
        for volume in volumes.filter(made).filter(|volume| volume.resource.arn != resource.arn) {
            let source = format!("volume {} was made from {snapshot}", volume.resource.id);
            restores.extend(volume.resource.created_at.map(|at| seen_as(at, source)));
        }
    }
    restores
}

fn instances_by_id(shard: &Shard) -> HashMap<&str, Typed<'_, ebs::Instance>> {
    typed::<ebs::Instance>(shard).into_iter().map(|instance| (instance.resource.id.as_str(), instance)).collect()
}

fn root_volumes(shard: &Shard) -> Vec<(&str, String)> {
    let instances = instances_by_id(shard);
    let volumes = typed::<ebs::Volume>(shard).into_iter();
    volumes.filter_map(|volume| Some((volume.resource.arn.as_str(), root_volume(&volume, &instances)?))).collect()
}

/// A root volume that is deleted with its instance, which an Auto Scaling group replaces.
fn root_volume(volume: &Typed<ebs::Volume>, instances: &HashMap<&str, Typed<ebs::Instance>>) -> Option<String> {
    let attachments = volume.properties.attachments.read()?;
    let [attachment] = attachments.as_slice() else { return None };
    let instance = instances.get(attachment.instance_id.as_str())?;
    let group = instance.properties.autoscaling_group.present()?;
    let root = instance.properties.root_device.present()?;
    (attachment.delete_on_termination && attachment.device.present() == Some(root))
        .then(|| format!("root volume of an instance that Auto Scaling group {group} makes again"))
}

/// A volume that is deleted with its instance may be the root volume of an instance that an Auto Scaling group replaces.
fn perhaps_reproducible(shard: &Shard, resource: &Resource) -> Option<String> {
    let volume = resource.get::<ebs::Volume>()?;
    let [attachment] = volume.attachments.read()?.as_slice() else { return None };
    let unread = shard.coverage.require(ebs::Instance::INFO.operation, &resource.account, &resource.region).err()?;
    attachment.delete_on_termination.then_some(unread)
}

fn instances_made_again(shard: &Shard) -> Vec<(&str, String)> {
    let instances = typed::<ebs::Instance>(shard).into_iter();
    instances.filter_map(|instance| Some((instance.resource.arn.as_str(), made_again(&instance)?))).collect()
}

/// An instance of an Auto Scaling group without EBS volumes, or whose volumes are all deleted with it.
fn made_again(instance: &Typed<ebs::Instance>) -> Option<String> {
    let volumes = instance.properties.volumes.read()?;
    if volumes.is_empty() {
        return Some("an instance without EBS volumes keeps nothing that could be backed up".to_owned());
    }
    let group = instance.properties.autoscaling_group.present()?;
    volumes.iter().all(|volume| volume.delete_on_termination).then(|| format!("Auto Scaling group {group} makes the instance again"))
}

fn snapshot(resource: &Resource, as_of: DateTime<Utc>) -> Option<Snapshot<'_>> {
    let snapshot = resource.get::<ebs::Snapshot>()?;
    let holds =
        |lock: &ebs::SnapshotLock| lock.state != "expired" && lock.expires_at.present().is_none_or(|expires_at| as_of < *expires_at);
    Some(Snapshot {
        resource,
        source_arn: snapshot.source_arn.present()?.clone(),
        restorable: snapshot.status.read().is_some_and(|status| status == "completed"),
        made_by: match snapshot.made_by.present().map(String::as_str) {
            Some("aws_backup") => "aws_backup",
            Some("dlm") => "dlm",
            _ => "manual",
        },
        encrypted: snapshot.encrypted.read().copied(),
        kms_key_arn: snapshot.kms_key_arn.present().cloned(),
        public: snapshot.public.read().copied(),
        locked: snapshot.lock.read().map(|lock| lock.as_ref().is_some_and(holds)),
        archived: snapshot.storage_tier.read().is_some_and(|tier| tier == "archive"),
    })
}

/// A snapshot that was copied from another Region.
fn add_copy(summary: &mut Summary, resource: &Resource) {
    let Some(snapshot) = resource.get::<ebs::Snapshot>() else { return };
    let (Some(source), Some(created_at)) = (snapshot.copied_from.present(), resource.created_at) else { return };
    if source.region == summary.region || snapshot.status.read().is_none_or(|status| status != "completed") {
        return;
    }
    let partition = arn::partition(&resource.arn);
    let source_arn = format!("arn:{partition}:ec2:{}::snapshot/{}", source.region, source.snapshot_id);
    let locked = snapshot.lock.read().map_or(Fact::Unread, |lock| lock.as_ref().is_some_and(|lock| lock.state != "expired").into());
    let copy = ForeignBackup::of_copy(summary, resource, &source_arn, created_at, snapshot.encrypted.read().copied());
    summary.foreign_backups.entry(source_arn).or_default().push(ForeignBackup { locked, ..copy });
}
