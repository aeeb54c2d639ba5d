//! Copies in other Regions and accounts and in air-gapped vaults, each confirmed by a vault or a completed copy job.

use super::arn;
use super::data::Join;
use super::facts::{CopyFact, MechanismKind};
use super::index::Typed;
use super::points::{Point, named_since};
use super::summary::{AUTOMATED, COPY_LISTINGS, ForeignBackup};
use crate::inventory::types::backup::CopyJob;
use crate::inventory::{Fact, Resource};
use chrono::{DateTime, Utc};

/// The confirmed copies of a resource's backups, of the kinds of mechanism that count, newest first.
///
/// # Errors
/// The reasons why copies may exist that were not seen.
pub fn of(join: &Join, resource: &Resource, points: &[Point], counts: &[MechanismKind]) -> Result<Vec<CopyFact>, Vec<String>> {
    let mut found = Vec::new();
    let mut unread = join.index.missing(&["backup:ListCopyJobs"]);
    // Copies of an instance's backups hold its volumes, if they were attached already.
    let instances = join.instances_of(resource);
    let sources = || std::iter::once((resource, named_since(resource))).chain(instances.iter().copied());
    for (source, since) in sources() {
        let backups = join.summaries.foreign_backups(&source.arn).iter();
        let kind = |backup: &ForeignBackup| if backup.seen_as == AUTOMATED { MechanismKind::Automated } else { MechanismKind::AwsBackup };
        let is_there = |backup: &&ForeignBackup| backup.delete_at.is_none_or(|delete_at| join.as_of < delete_at);
        let backups = backups.filter(|backup| counts.contains(&kind(backup))).filter(is_there);
        // The data of a copy is as old as its source.
        let copies = backups.map(|backup| copy(backup, join.index.moments.get(backup.arn.as_str()).copied(), resource, join.as_of));
        found.extend(copies.filter(|copy| since.is_none_or(|since| copy.created_at >= since)));
    }
    for point in points {
        let backups = join.summaries.foreign_backups(&point.backup.arn).iter();
        found.extend(backups.map(|backup| copy(backup, Some(point.backup.created_at), resource, join.as_of)));
    }
    for (source, since) in sources().filter(|_| counts.contains(&MechanismKind::AwsBackup)) {
        let copies = join.index.copy_jobs.get(&source.arn).into_iter().flatten().filter_map(|job| of_job(join, resource, job));
        found.extend(copies.filter(|copy| since.is_none_or(|since| copy.created_at >= since)));
    }
    // A backup straight into, or copied within the Region to, an air-gapped vault.
    found.extend(points.iter().filter(|point| point.backup.air_gapped).map(|point| CopyFact {
        created_at: point.backup.created_at,
        age_seconds: point.backup.age_seconds,
        account: resource.account.clone(),
        region: resource.region.clone(),
        other_account: false,
        other_region: false,
        locked: Fact::Read(true),
        air_gapped: true,
        encrypted: point.backup.encrypted.read().copied(),
        seen_as: "recovery_point".to_owned(),
    }));
    found.retain(|copy| copy.age_seconds >= 0);
    found.sort_by(|a, b| {
        b.created_at.cmp(&a.created_at).then_with(|| (&a.account, &a.region, &a.seen_as).cmp(&(&b.account, &b.region, &b.seen_as)))
    });
    if !found.iter().any(|copy| copy.other_region) {
        unread.extend(elsewhere_unread(join, resource));
    }
    if unread.is_empty() { Ok(found) } else { Err(unread) }
}

/// `moment` is that of the backup that was copied, where it is known.
fn copy(backup: &ForeignBackup, moment: Option<DateTime<Utc>>, resource: &Resource, as_of: DateTime<Utc>) -> CopyFact {
    let created_at = moment.map_or(backup.created_at, |moment| moment.min(backup.created_at));
    CopyFact {
        created_at,
        age_seconds: (as_of - created_at).num_seconds(),
        account: backup.account.clone(),
        region: backup.region.clone(),
        other_account: backup.account != resource.account,
        other_region: backup.region != resource.region,
        locked: backup.locked.clone(),
        air_gapped: backup.air_gapped,
        encrypted: backup.encrypted,
        seen_as: backup.seen_as.to_owned(),
    }
}

/// A completed copy job counts where nobody could look into the vault it wrote to, as long as the copy must still be there.
fn of_job(join: &Join, resource: &Resource, job: &Typed<CopyJob>) -> Option<CopyFact> {
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
    let source = properties.source_recovery_point_arn.present().and_then(|source| join.index.moments.get(source.as_str()));
    let created_at = source.map_or(created_at, |moment| created_at.min(*moment));
    Some(CopyFact {
        created_at,
        age_seconds: (join.as_of - created_at).num_seconds(),
        account: account.to_owned(),
        region: region.to_owned(),
        other_account: account != resource.account,
        other_region: region != resource.region,
        locked: match vault {
            Some(vault) => vault.locked.map_or(Fact::Unread, Fact::Read),
            None if told_locked || told_air_gapped => Fact::Read(true),
            None => Fact::Unread,
        },
        air_gapped: vault.map_or(told_air_gapped, |vault| vault.air_gapped),
        encrypted: None,
        seen_as: "copy_job".to_owned(),
    })
}

/// Whether a completed copy job shows that a vault of an account outside of the audit is there: what the job wrote to it is kept still, and
/// "you can only delete a backup vault if it is empty" (AWS Backup API, DeleteBackupVault).
pub fn shows_vault(join: &Join, vault_arn: &str) -> bool {
    let into_it = |job: &&Typed<CopyJob>| {
        let completed = job.properties.status.read().is_some_and(|status| status == "COMPLETED");
        completed && job.properties.destination_vault_arn.read().is_some_and(|vault| vault == vault_arn)
    };
    let is_kept = |job: &Typed<CopyJob>| {
        let ends_at = job.properties.retention_days.present().zip(job.resource.created_at).map(|(days, at)| at + super::days(*days));
        ends_at.is_none_or(|ends_at| join.as_of < ends_at)
    };
    !join.summaries.has_account(arn::account(vault_arn)) && join.index.copy_jobs.values().flatten().filter(into_it).any(is_kept)
}

/// Snapshots copied without AWS Backup, and replicated automated backups, are seen only where they are.
fn elsewhere_unread(join: &Join, resource: &Resource) -> Vec<String> {
    let listed_by = match resource.type_name.as_str() {
        "AWS::EC2::Volume" => &COPY_LISTINGS[..1],
        "AWS::RDS::DBInstance" => &COPY_LISTINGS[1..3],
        "AWS::RDS::DBCluster" | "AWS::Neptune::DBCluster" | "AWS::DocDB::DBCluster" => &COPY_LISTINGS[3..],
        _ => return Vec::new(),
    };
    let elsewhere = |summary: &&super::Summary| summary.region != resource.region && summary.region != crate::inventory::GLOBAL;
    let mut others = join.summaries.of_account(&resource.account).filter(elsewhere).peekable();
    if others.peek().is_none() {
        return vec![format!("no other Region of {} was read, where copies could be (--regions all reads them)", resource.account)];
    }
    let mut unread = Vec::new();
    for summary in others {
        let reasons = || listed_by.iter().filter_map(|operation| summary.lists_unread.get(operation).cloned());
        // Where AWS Backup refuses too, a service control policy may keep everybody out.
        let closed = !summary.vaults_unread.is_empty();
        unread.extend(reasons().map(|reason| match closed {
            true => format!("{reason} (a Region that nobody may use can be left out with --regions)"),
            false => reason,
        }));
    }
    unread
}
