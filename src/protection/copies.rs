//! Copies in other Regions and accounts and in air-gapped vaults. A vault or a snapshot list shows them. A completed copy job counts as a
//! copy in a place outside the audit's scope; for a place in scope that the audit could not read, it shows only that there may be a copy.

use super::context::Join;
use super::facts::{CopyFact, CopySchedule, MechanismKind, Told};
use super::index::Typed;
use super::point::Point;
use super::schedule::days;
use super::summary::{AUTOMATED, ForeignBackup, SNAPSHOT, Summary};
use crate::inventory::types::backup::CopyJob;
use crate::inventory::{Outcome, Resource, add_new, arn, unless};
use chrono::{DateTime, Utc};

/// The copies of a resource's backups, newest first, for the kinds of mechanism that count. `schedules` copy its backups to other places.
///
/// # Errors
/// The reasons why there may be copies that the audit did not see.
pub fn copies(
    join: &Join,
    resource: &Resource,
    points: &[Point],
    counts: &[MechanismKind],
    schedules: &[CopySchedule],
) -> Outcome<Vec<CopyFact>> {
    let mut found = Vec::new();
    let mut unread = join.index.missing(&["backup:ListCopyJobs"]);
    // Copies of an instance's backups include the volumes that were attached at that time.
    let instances = join.holders_of(resource);
    let sources = || std::iter::once((resource, join.named_since(resource))).chain(instances.iter().copied());
    for (source, since) in sources() {
        let backups = join.summaries.foreign_backups(&source.arn).iter();
        let kind = |backup: &ForeignBackup| match backup.seen_as {
            AUTOMATED => MechanismKind::Automated,
            SNAPSHOT => MechanismKind::Snapshot,
            _ => MechanismKind::AwsBackup,
        };
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
        for job in join.index.copy_jobs.get(&source.arn).into_iter().flatten() {
            let copied = of_job(join, resource, job).filter(|copy| since.is_none_or(|since| copy.created_at >= since));
            found.extend(copied);
        }
    }
    // A backup that was made directly in an air-gapped vault, or copied to one in the same Region.
    found.extend(points.iter().filter(|point| point.backup.air_gapped).map(|point| CopyFact {
        arn: Some(point.backup.arn.clone()),
        created_at: point.backup.created_at,
        age_seconds: point.backup.age_seconds,
        account: resource.account.clone(),
        region: resource.region.clone(),
        other_account: false.into(),
        other_region: false.into(),
        locked: true.into(),
        air_gapped: true.into(),
        encrypted: point.backup.encrypted.read().copied(),
        seen_as: "recovery_point".to_owned(),
    }));
    found.retain(|copy| copy.age_seconds >= 0);
    found.sort_by(|a, b| {
        b.created_at.cmp(&a.created_at).then_with(|| (&a.account, &a.region, &a.seen_as).cmp(&(&b.account, &b.region, &b.seen_as)))
    });
    if !found.iter().any(|copy| copy.other_region.read() == Some(&true)) {
        add_new(&mut unread, elsewhere_unread(join, resource, counts));
    }
    for schedule in schedules {
        let is_there = |copy: &CopyFact| (&copy.account, &copy.region) == (&schedule.account, &schedule.region);
        if !found.iter().any(is_there) {
            match join.summaries.get(&schedule.account, &schedule.region) {
                Some(there) => add_new(&mut unread, there.vaults_unread.clone()),
                None if schedule.shown_there_only => add_new(&mut unread, not_read(&schedule.account, &schedule.region)),
                None => {}
            }
        }
    }
    unless(unread, found)
}

/// `moment` is the moment of the source backup, if it is known.
fn copy(backup: &ForeignBackup, moment: Option<DateTime<Utc>>, resource: &Resource, as_of: DateTime<Utc>) -> CopyFact {
    let created_at = moment.map_or(backup.created_at, |moment| moment.min(backup.created_at));
    CopyFact {
        arn: Some(backup.arn.clone()),
        created_at,
        age_seconds: (as_of - created_at).num_seconds(),
        account: backup.account.clone(),
        region: backup.region.clone(),
        other_account: (backup.account != resource.account).into(),
        other_region: (backup.region != resource.region).into(),
        locked: backup.locked.or_why(|| not_read(&backup.account, &backup.region)).into(),
        air_gapped: backup.air_gapped.into(),
        encrypted: backup.encrypted,
        seen_as: backup.seen_as.to_owned(),
    }
}

fn not_read(account: &str, region: &str) -> Vec<String> {
    vec![format!("{account}/{region} was not read, where a copy is")]
}

/// The copy that a completed copy job shows, if its retention has not ended. If the audit read the destination vault, the copy itself shows
/// there, or is gone.
fn of_job(join: &Join, resource: &Resource, job: &Typed<CopyJob>) -> Option<CopyFact> {
    let properties = &job.properties;
    let destination = properties.destination_vault_arn.read()?;
    let created_at = job.resource.created_at?;
    if properties.status.read().is_none_or(|status| status != "COMPLETED") {
        return None;
    }
    let (account, region) = (arn::account(destination), arn::region(destination));
    let in_scope = join.summaries.get(account, region);
    let looked_into = in_scope.is_some_and(|summary| summary.vaults_unread.is_empty());
    let ends_at = properties.retention_days.present().map(|kept| created_at + days(*kept));
    let (other_account, other_region) = (account != resource.account, region != resource.region);
    if looked_into || !(other_account || other_region) || ends_at.is_some_and(|ends_at| ends_at <= join.as_of) {
        return None;
    }
    let vault = join.summaries.vault(destination).ok().flatten();
    // If the audit did not read the vault, the job shows its type and lock.
    let kind = properties.destination_vault_type.present();
    let told_air_gapped = kind.map(|kind| kind == "LOGICALLY_AIR_GAPPED_BACKUP_VAULT");
    let told_locked = properties.destination_lock_state.present().map(|state| state == "LOCKED");
    let air_gapped = vault.map(|vault| vault.air_gapped).or(told_air_gapped);
    let locked = match vault {
        Some(vault) => vault.locked,
        None => (told_locked == Some(true) || told_air_gapped == Some(true)).then_some(true),
    };
    // For a copy that may be gone, only a `false` is certain.
    let there = |is: bool| match in_scope {
        Some(summary) if is => Told::unread(summary.vaults_unread.clone()),
        _ => is.into(),
    };
    let not_told = || Told::unread(in_scope.map_or_else(|| not_read(account, region), |summary| summary.vaults_unread.clone()));
    let source = properties.source_recovery_point_arn.present().and_then(|source| join.index.moments.get(source.as_str()));
    let created_at = source.map_or(created_at, |moment| created_at.min(*moment));
    Some(CopyFact {
        arn: properties.destination_recovery_point_arn.present().cloned(),
        created_at,
        age_seconds: (join.as_of - created_at).num_seconds(),
        account: account.to_owned(),
        region: region.to_owned(),
        other_account: there(other_account),
        other_region: there(other_region),
        locked: locked.map_or_else(not_told, there),
        air_gapped: air_gapped.map_or_else(|| if in_scope.is_some() { not_told() } else { false.into() }, there),
        encrypted: None,
        seen_as: "copy_job".to_owned(),
    })
}

/// Whether a completed copy job shows that a vault in an account outside the audit's scope exists: the job's recovery point is still within
/// its retention, and "you can only delete a backup vault if it is empty" (AWS Backup API, DeleteBackupVault).
pub fn shows_vault(join: &Join, vault_arn: &str) -> bool {
    let into_it = |job: &&Typed<CopyJob>| {
        let completed = job.properties.status.read().is_some_and(|status| status == "COMPLETED");
        completed && job.properties.destination_vault_arn.read().is_some_and(|vault| vault == vault_arn)
    };
    let is_kept = |job: &Typed<CopyJob>| {
        let ends_at = job.properties.retention_days.present().zip(job.resource.created_at).map(|(kept, at)| at + days(*kept));
        ends_at.is_none_or(|ends_at| join.as_of < ends_at)
    };
    !join.summaries.has_account(arn::account(vault_arn)) && join.index.copy_jobs.values().flatten().filter(into_it).any(is_kept)
}

/// Three kinds of copies show only where they are: snapshots copied without AWS Backup, replicated automated backups, and copies whose jobs
/// AWS Backup no longer lists.
fn elsewhere_unread(join: &Join, resource: &Resource, counts: &[MechanismKind]) -> Vec<String> {
    let listed_by = join.data_type(resource).map_or(&[][..], |data_type| data_type.copies_listed_by);
    let elsewhere = |summary: &&Summary| summary.region != resource.region && summary.region != crate::inventory::GLOBAL;
    let mut others = join.summaries.of_account(&resource.account).filter(elsewhere).peekable();
    if others.peek().is_none() {
        // AWS Backup makes all copies of the other types.
        if listed_by.is_empty() {
            return Vec::new();
        }
        return vec![format!("no other Region of {} was read, where copies could be (--regions all reads them)", resource.account)];
    }
    let mut unread = Vec::new();
    for summary in others {
        let lists = listed_by.iter().filter_map(|operation| summary.lists_unread.get(operation));
        let vaults = summary.vaults_unread.iter().filter(|_| counts.contains(&MechanismKind::AwsBackup));
        // If AWS Backup refuses as well, a service control policy may block every request.
        if !summary.vaults_unread.is_empty() && lists.clone().next().is_some() {
            unread.extend(lists.map(|reason| format!("{reason} (a Region that nobody may use can be left out with --regions)")));
        } else {
            unread.extend(lists.chain(vaults).cloned());
        }
    }
    unread
}
