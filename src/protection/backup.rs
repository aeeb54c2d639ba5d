//! Backups that are resources of their own: which accounts they are shared with, whether their source still exists, and what uses them.

use super::backup_type::BackupType;
use super::context::Join;
use super::facts::{BackupFacts, Facts};
use super::index::{Index, Typed, typed};
use super::points::is_local;
use super::unread::why_unread;
use crate::inventory::types::ResourceType;
use crate::inventory::types::ebs::{Image, Snapshot};
use crate::inventory::types::storage_gateway::Volume;
use crate::inventory::{Fact, Outcome, Resource, arn, unless};

/// The facts of a backup.
pub fn backup_facts(join: &Join, backup_type: &BackupType, resource: &Resource) -> Facts {
    let shared_with = backup_type.shared_with.and_then(|shared_with| shared_with(resource));
    let shared_with = shared_with.and_then(Fact::read).into_iter().flatten();
    BackupFacts {
        scope_accounts: join.audited_accounts(shared_with.map(String::as_str)).into(),
        orphan: is_orphan(join, backup_type, resource).into(),
        images: images(join, resource).into(),
    }
    .into()
}

/// Whether the source of a backup is deleted. A source in another account or Region, or of a type that rel9 does not list, does not count as
/// deleted, and neither does one that AWS does not name, as for copies and images.
///
/// # Errors
/// Why that is not known.
fn is_orphan(join: &Join, backup_type: &BackupType, resource: &Resource) -> Outcome<bool> {
    let shard = join.index.shard;
    let Some(source) = source(join, backup_type, resource)? else { return Ok(false) };
    let source = join.index.true_source(&source);
    if !is_local(source, &shard.account, &shard.region) || arn::account(source).is_empty() {
        return Ok(false);
    }
    let Some(operation) = join.listing_of(source) else { return Ok(false) };
    if let Some(living) = join.existing.get(source) {
        // A name that a later resource has.
        let since = join.named_since(living);
        return Ok(since.is_some_and(|since| resource.created_at.is_some_and(|created| created < since)));
    }
    let mut reasons = join.index.missing(&[operation]);
    if resource.get::<Snapshot>().is_some() {
        reasons.extend(perhaps_of_storage_gateway(join.index, source));
    }
    unless(reasons, true)
}

/// The ARN of a backup's source; `None` if AWS does not name it.
///
/// # Errors
/// Why it is not known.
fn source(join: &Join, backup_type: &BackupType, resource: &Resource) -> Outcome<Option<String>> {
    const SOURCE: &str = "source_arn";
    if !resource.properties.info().is_some_and(|info| info.properties.contains(&SOURCE)) {
        return Ok((backup_type.snapshot)(resource, join.as_of).map(|backup| backup.source_arn));
    }
    let source = resource.properties.json(SOURCE).ok_or_else(|| why_unread(join.index.shard, resource, SOURCE))?;
    Ok(source.as_str().map(str::to_owned))
}

/// The registered images that use a snapshot: "You can't delete a snapshot of the root device of an EBS volume used by a registered AMI" (EBS
/// user guide, "Delete an Amazon EBS snapshot").
///
/// # Errors
/// Why there may be more of them.
fn images(join: &Join, resource: &Resource) -> Outcome<Vec<String>> {
    if resource.get::<Snapshot>().is_none() {
        return Ok(Vec::new());
    }
    let images = join.index.images_made_of.get(&resource.id).into_iter().flatten().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    if !images.is_empty() {
        return Ok(images);
    }
    let mut reasons = join.index.missing(&[Image::INFO.operation]);
    let unread = |image: &&Typed<Image>| image.properties.block_devices.is_unread();
    reasons.extend(
        typed::<Image>(join.index.shard).iter().filter(unread).map(|image| format!("the devices of {} were not read", image.resource.id)),
    );
    unless(reasons, images)
}

/// The backups of a volume of AWS Storage Gateway are EBS snapshots, too. So while its volumes were not read, the id of a volume that EC2 does not
/// know does not tell that it is deleted. It was one of EC2 if an image of an instance had it, or if AWS Backup or Data Lifecycle Manager backed
/// it up as one.
fn perhaps_of_storage_gateway(index: &Index, source: &str) -> Vec<String> {
    let of_instance = |resource: &Resource| resource.get::<Snapshot>().is_some_and(|snapshot| snapshot.made_for_image.present().is_some());
    let mut snapshots = index.snapshots.get(source).into_iter().flatten();
    let seen = snapshots.any(|other| other.made_by == "dlm" || of_instance(other.resource))
        || index.points.contains_key(source)
        || index.backup_jobs.contains_key(source);
    if seen { Vec::new() } else { index.missing(&[Volume::INFO.operation]) }
}
