//! Copies in other Regions and accounts and in air-gapped vaults, each confirmed by a vault or a completed copy job.

use super::arn;
use super::data::Join;
use super::facts::CopyFact;
use super::points::Point;
use super::summary::{ForeignBackup, POINT_OPERATIONS};
use crate::inventory::Resource;
use chrono::{DateTime, Utc};

/// The confirmed copies of a resource's backups, newest first.
///
/// # Errors
/// The reasons why copies may exist that were not seen.
pub fn of(join: &Join, resource: &Resource, points: &[Point]) -> Result<Vec<CopyFact>, Vec<String>> {
    let mut found = Vec::new();
    let mut unread = join.index.missing(&["backup:ListCopyJobs"]);
    // Copies of an instance's backups hold its volumes, if they were there already.
    let instances = join.instances_of(resource);
    let sources = || std::iter::once(resource).chain(instances.iter().copied());
    for summary in join.summaries.iter() {
        let of_resources = sources().flat_map(|source| summary.foreign_backups.get(&source.arn).into_iter().flatten());
        let of_snapshots = points.iter().flat_map(|point| summary.foreign_backups.get(&point.backup.arn).into_iter().flatten());
        found.extend(of_resources.chain(of_snapshots).map(|backup| copy(backup, resource, join.as_of)));
    }
    for job in sources().flat_map(|source| join.index.copy_jobs.get(&source.arn).into_iter().flatten()) {
        found.extend(of_job(join, resource, job));
    }
    if !instances.is_empty() {
        found.retain(|copy| resource.created_at.is_none_or(|created| copy.created_at >= created));
    }
    // A backup straight into, or copied within the Region to, an air-gapped vault.
    found.extend(points.iter().filter(|point| point.backup.air_gapped).map(|point| CopyFact {
        created_at: point.backup.created_at,
        age_seconds: point.backup.age_seconds,
        account: resource.account.clone(),
        region: resource.region.clone(),
        other_account: false,
        other_region: false,
        locked: true,
        air_gapped: true,
        encrypted: point.backup.encrypted.read().copied(),
        seen_as: "recovery_point".to_owned(),
    }));
    found.retain(|copy| copy.age_seconds >= 0);
    found.sort_by(|a, b| {
        b.created_at.cmp(&a.created_at).then_with(|| (&a.account, &a.region, &a.seen_as).cmp(&(&b.account, &b.region, &b.seen_as)))
    });
    if found.is_empty() {
        unread.extend(elsewhere_unread(join, resource));
    }
    if unread.is_empty() { Ok(found) } else { Err(unread) }
}

fn copy(backup: &ForeignBackup, resource: &Resource, as_of: DateTime<Utc>) -> CopyFact {
    CopyFact {
        created_at: backup.created_at,
        age_seconds: (as_of - backup.created_at).num_seconds(),
        account: backup.account.clone(),
        region: backup.region.clone(),
        other_account: backup.account != resource.account,
        other_region: backup.region != resource.region,
        locked: backup.locked,
        air_gapped: backup.air_gapped,
        encrypted: backup.encrypted,
        seen_as: backup.seen_as.to_owned(),
    }
}

/// A completed copy job counts where nobody could look into the vault it wrote to, as long as the copy must still be there.
fn of_job(join: &Join, resource: &Resource, job: &super::index::Typed<crate::inventory::types::backup::CopyJob>) -> Option<CopyFact> {
    let properties = &job.properties;
    let destination = properties.destination_vault_arn.read()?;
    let created_at = job.resource.created_at?;
    if properties.status.read().is_none_or(|status| status != "COMPLETED") {
        return None;
    }
    let (account, region) = (arn::account(destination), arn::region(destination));
    let looked_into = join.summaries.get(account, region).is_some_and(|summary| summary.vaults_unread.is_empty());
    let ends_at = properties.retention_days.present().map(|days| created_at + super::days(*days));
    let elsewhere = account != resource.account || region != resource.region;
    if looked_into || !elsewhere || ends_at.is_some_and(|ends_at| ends_at <= join.as_of) {
        return None;
    }
    let vault = join.summaries.vault(destination).ok().flatten();
    // Of a vault that nobody looked at, the job tells kind and lock.
    let told_air_gapped = properties.destination_vault_type.present().is_some_and(|kind| kind == "LOGICALLY_AIR_GAPPED_BACKUP_VAULT");
    let told_locked = properties.destination_lock_state.present().is_some_and(|state| state == "LOCKED");
    Some(CopyFact {
        created_at,
        age_seconds: (join.as_of - created_at).num_seconds(),
        account: account.to_owned(),
        region: region.to_owned(),
        other_account: account != resource.account,
        other_region: region != resource.region,
        locked: vault.map_or(told_locked || told_air_gapped, |vault| vault.locked == Some(true)),
        air_gapped: vault.map_or(told_air_gapped, |vault| vault.air_gapped),
        encrypted: None,
        seen_as: "copy_job".to_owned(),
    })
}

/// Snapshots copied without AWS Backup, and replicated automated backups, are seen only where they are.
fn elsewhere_unread(join: &Join, resource: &Resource) -> Vec<String> {
    let copied_natively =
        ["AWS::EC2::Volume", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::Neptune::DBCluster", "AWS::DocDB::DBCluster"];
    if !copied_natively.contains(&resource.type_name.as_str()) {
        return Vec::new();
    }
    let others = join.summaries.iter().filter(|summary| {
        summary.account == resource.account && summary.region != resource.region && summary.region != crate::inventory::GLOBAL
    });
    if others.count() == 0 {
        return vec![format!("no other Region of {} was read, where copies could be", resource.account)];
    }
    Vec::new()
}

/// Whether the newest backup, or a copy of it, cannot be deleted.
///
/// # Errors
/// The reasons why a copy may be locked that nobody could look at.
pub fn immutable(join: &Join, resource: &Resource, points: &[Point], copies: Option<&Vec<CopyFact>>) -> Result<bool, Vec<String>> {
    if object_lock(resource) {
        return Ok(true);
    }
    let Some(newest) = points.first() else {
        // Continuous backups: the vault of a continuous point decides.
        return Ok(continuous_locked(join, resource));
    };
    let copied = |copy: &&CopyFact| copy.created_at >= newest.backup.created_at;
    if newest.backup.locked.read() == Some(&true) || copies.into_iter().flatten().filter(copied).any(|copy| copy.locked) {
        return Ok(true);
    }
    let unlooked: Vec<String> = copies
        .into_iter()
        .flatten()
        .filter(copied)
        .filter(|copy| copy.seen_as == "copy_job" && !copy.locked)
        .map(|copy| format!("{}/{} was not read, where a copy is", copy.account, copy.region))
        .collect();
    match copies {
        Some(_) if unlooked.is_empty() && newest.backup.locked.is_unread() => {
            Err(vec![format!("the lock of {} was not read", newest.backup.arn)])
        }
        Some(_) if unlooked.is_empty() => {
            let missing = join.index.missing(&POINT_OPERATIONS[..1]);
            if missing.is_empty() { Ok(false) } else { Err(missing) }
        }
        Some(_) => Err(unlooked),
        None => Err(vec!["copies elsewhere could not be looked for".to_owned()]),
    }
}

fn object_lock(resource: &Resource) -> bool {
    let bucket = resource.properties_as::<crate::inventory::types::s3::Bucket>().filter(|_| resource.type_name == "AWS::S3::Bucket");
    bucket.is_some_and(|bucket| bucket.object_lock.present().is_some_and(|lock| lock.mode.is_some()))
}

fn continuous_locked(join: &Join, resource: &Resource) -> bool {
    join.index.points.get(&resource.arn).into_iter().flatten().any(|point| {
        let vault = point.properties.vault_arn.read().and_then(|vault| join.index.vaults.get(vault.as_str()));
        super::summary::restorable(point.properties.status.read())
            && vault.is_some_and(|vault| vault.properties.locked.read() == Some(&true))
    })
}
