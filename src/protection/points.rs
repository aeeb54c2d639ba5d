//! The restorable backups, windows and gaps of one resource: the moments that it can be restored to.

use super::data_type::DataType;
use super::facts::{Backup, CopyFact, Gap, MechanismKind, RecoveryPoints, Told, Window};
use super::index::{Index, Typed};
use super::point::Point;
use super::schedule::days;
use super::summary::{POINT_OPERATIONS, restorable};
use crate::inventory::types::backup::RecoveryPoint;
use crate::inventory::{Fact, Outcome, Resource, add_new, arn};
use chrono::{DateTime, Duration, Utc};

/// How far back gaps are computed: more than any rule's window.
const GAP_HORIZON_DAYS: i64 = 400;

/// How far back `recovery_points.largest_gap_seconds` looks.
const GAP_WINDOW_SECONDS: i64 = 30 * 86_400;

/// All restorable backups of a resource in its own shard, newest first and without duplicates, and its continuous recovery points.
pub fn points<'a>(
    index: &'a Index<'a>,
    data_type: &DataType,
    resource: &Resource,
    as_of: DateTime<Utc>,
) -> (Vec<Point>, Vec<&'a Typed<'a, RecoveryPoint>>) {
    let mut points = Vec::new();
    let mut continuous = Vec::new();
    let since = data_type.named_since(resource);
    for point in index.points.get(&resource.arn).into_iter().flatten() {
        let made = point.resource.created_at;
        if !is_there(point.properties, as_of) || made.is_some_and(|made| made > as_of || since.is_some_and(|since| made < since)) {
            continue;
        }
        if point.properties.continuous == Fact::Read(true) {
            continuous.push(point);
        } else {
            points.extend(of_recovery_point(index, point, resource, as_of));
        }
    }
    let known_points = index.missing(&POINT_OPERATIONS).is_empty();
    for snapshot in index.snapshots.get(&resource.arn).into_iter().flatten().filter(|snapshot| snapshot.restorable) {
        // Snapshots of AWS Backup are already counted as recovery points, or as parts of the recovery point of an instance.
        if snapshot.made_by == "aws_backup" && known_points {
            continue;
        }
        let Some(created_at) = snapshot.resource.created_at else { continue };
        let kind = match snapshot.made_by {
            "aws_backup" => MechanismKind::AwsBackup,
            "dlm" => MechanismKind::Dlm,
            "automated" => MechanismKind::Automated,
            _ => MechanismKind::Snapshot,
        };
        points.push(Point {
            backup: Backup {
                kind,
                arn: snapshot.resource.arn.clone(),
                created_at,
                age_seconds: (as_of - created_at).num_seconds(),
                encrypted: snapshot.encrypted.map_or(Fact::Unread, Fact::Read).into(),
                archived: snapshot.archived,
                locked: snapshot.locked.map_or(Fact::Unread, Fact::Read).into(),
                public: snapshot.public.map_or(Fact::Unread, Fact::Read).into(),
                vault_arn: None,
                air_gapped: false,
                kms_key_arn: snapshot.kms_key_arn.clone(),
                expires_at: None,
                account: resource.account.clone(),
                region: resource.region.clone(),
            },
            plan_arn: None,
            rule_id: None,
            retention_days: None,
            of_stack: false,
            dlm_schedule: dlm_schedule(snapshot.resource),
            of_instance: false,
            took_seconds: None,
        });
    }
    points.extend(of_holders(index, data_type, resource, as_of));
    points.extend(of_images(index, resource, as_of));
    // The audit ignores backups made after `as_of`.
    points.retain(|point| point.backup.age_seconds >= 0 && since.is_none_or(|since| since <= point.backup.created_at));
    points.sort_by(|a, b| b.backup.created_at.cmp(&a.backup.created_at).then_with(|| a.backup.arn.cmp(&b.backup.arn)));
    points.dedup_by(|a, b| a.backup.arn == b.backup.arn);
    (points, continuous)
}

/// Whether a recovery point can be restored, and AWS Backup has not deleted it since the inventory was collected:
/// `CalculatedLifecycle.DeleteAt` is "a timestamp that specifies when to delete a recovery point" (AWS Backup API reference).
fn is_there(point: &RecoveryPoint, as_of: DateTime<Utc>) -> bool {
    restorable(point.status.read()) && point.delete_at.present().is_none_or(|delete_at| as_of < *delete_at)
}

/// "Amazon Data Lifecycle Manager applies the following system tags to all snapshots and AMIs created by a policy" (EBS user guide, "How
/// Amazon Data Lifecycle Manager works").
fn dlm_schedule(snapshot: &Resource) -> Option<(String, Option<String>)> {
    let tags = snapshot.tags.read()?;
    Some((tags.get("aws:dlm:lifecycle-policy-id")?.clone(), tags.get("aws:dlm:lifecycle-schedule-name").cloned()))
}

fn of_recovery_point(index: &Index, point: &Typed<RecoveryPoint>, resource: &Resource, as_of: DateTime<Utc>) -> Option<Point> {
    let made_at = point.resource.created_at?;
    let created_at = index.moments.get(point.resource.arn.as_str()).map_or(made_at, |moment| made_at.min(*moment));
    let properties = &point.properties;
    let vault_arn = properties.vault_arn.read().cloned();
    let vault = vault_arn.as_deref().and_then(|vault_arn| index.vaults.get(vault_arn));
    let air_gapped =
        vault.is_some_and(|vault| vault.properties.vault_type.read().is_some_and(|kind| kind == "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"));
    let locked = if air_gapped { Fact::Read(true) } else { vault.map_or(Fact::Unread, |vault| vault.properties.locked.clone()) };
    Some(Point {
        backup: Backup {
            kind: MechanismKind::AwsBackup,
            arn: point.resource.arn.clone(),
            created_at,
            age_seconds: (as_of - created_at).num_seconds(),
            encrypted: properties.encrypted.clone().into(),
            archived: in_cold_storage(properties, made_at, as_of),
            locked: locked.into(),
            public: false.into(),
            vault_arn,
            air_gapped,
            kms_key_arn: properties.kms_key_arn.present().cloned(),
            expires_at: properties.delete_at.present().copied(),
            account: resource.account.clone(),
            region: resource.region.clone(),
        },
        plan_arn: properties.plan_arn.present().cloned(),
        rule_id: properties.rule_id.present().cloned(),
        retention_days: properties.retention_days.present().copied(),
        of_stack: properties.parent_arn.present().is_some(),
        dlm_schedule: None,
        of_instance: false,
        took_seconds: properties.completed_at.present().map(|completed| (*completed - made_at).num_seconds()),
    })
}

/// The list of recovery points does not return their storage class, but it returns when the lifecycle moves them to cold storage.
fn in_cold_storage(point: &RecoveryPoint, created_at: DateTime<Utc>, as_of: DateTime<Utc>) -> bool {
    match point.storage_class.present() {
        Some(class) => class == "COLD",
        None => point.cold_after_days.present().is_some_and(|warm| created_at + days(*warm) <= as_of),
    }
}

/// The backups of a resource in the recovery points of its holders, if they held the resource at that time.
fn of_holders(index: &Index, data_type: &DataType, resource: &Resource, as_of: DateTime<Utc>) -> Vec<Point> {
    let holders = (data_type.held_by)(index, resource).into_iter();
    holders
        .filter_map(|(holder, since)| Some((index.points.get(&holder.arn)?, since)))
        .flat_map(|(points, since)| points.iter().filter(move |point| point.resource.created_at >= since))
        .filter(|point| is_there(point.properties, as_of))
        .filter_map(|point| of_recovery_point(index, point, resource, as_of))
        .map(|point| Point { of_instance: true, ..point })
        .collect()
}

/// The recovery points of instances that contain a snapshot of the volume, wherever the volume is attached now: their images name the
/// snapshot.
fn of_images(index: &Index, resource: &Resource, as_of: DateTime<Utc>) -> Vec<Point> {
    let snapshots = index.snapshots.get(&resource.arn).into_iter().flatten().filter(|snapshot| snapshot.restorable);
    snapshots
        .filter_map(|snapshot| index.image_points.get(&snapshot.resource.id))
        .filter(|point| is_there(point.properties, as_of))
        .filter_map(|point| of_recovery_point(index, point, resource, as_of))
        .map(|point| Point { of_instance: true, ..point })
        .collect()
}

/// Counts over the backups.
///
/// # Errors
/// The backup whose encryption is unknown.
pub fn counts(
    points: &[Point],
    continuous: &[&Typed<RecoveryPoint>],
    windows: &[Window],
    gaps: &[Gap],
    copies: &Outcome<Vec<CopyFact>>,
) -> Outcome<RecoveryPoints> {
    if let Some(point) = points.iter().find(|point| point.backup.encrypted.is_unread()) {
        return Err(vec![format!("the encryption of {} was not read", point.backup.arn)]);
    }
    if continuous.iter().any(|point| point.properties.encrypted.is_unread()) {
        return Err(vec!["the encryption of a continuous recovery point was not read".to_owned()]);
    }
    let of_points = |fact: fn(&Backup) -> &Told<bool>| count(points.iter().map(|point| fact(&point.backup)));
    let of_copies = |fact: fn(&CopyFact) -> &Told<bool>| count(copies.as_ref().map_err(Vec::clone)?.iter().map(fact));
    let unencrypted = points.iter().filter(|point| point.backup.encrypted.read() == Some(&false)).count()
        + continuous.iter().filter(|point| point.properties.encrypted.read() == Some(&false)).count()
        + copies.iter().flatten().filter(|copy| copy.encrypted == Some(false)).count();
    let oldest = points.last().map(|point| point.backup.age_seconds).max(windows.iter().map(|window| window.earliest_age_seconds).max());
    Ok(RecoveryPoints {
        count: (points.len() + continuous.len()) as i64,
        newest_at: points.first().map(|point| point.backup.created_at),
        oldest_at: points.last().map(|point| point.backup.created_at),
        largest_gap_seconds: gaps
            .iter()
            .filter(|gap| gap.end_age_seconds < GAP_WINDOW_SECONDS && Some(gap.end_age_seconds) != oldest)
            .map(|gap| gap.start_age_seconds.min(GAP_WINDOW_SECONDS) - gap.end_age_seconds)
            .max(),
        unencrypted: unencrypted as i64,
        other_region: of_copies(|copy| &copy.other_region).into(),
        other_account: of_copies(|copy| &copy.other_account).into(),
        locked: of_points(|backup| &backup.locked).into(),
        public: of_points(|backup| &backup.public).into(),
    })
}

/// How many of the facts are true.
///
/// # Errors
/// The reasons why some of them are unknown.
fn count<'f>(facts: impl Iterator<Item = &'f Told<bool>>) -> Outcome<i64> {
    let facts: Vec<&Told<bool>> = facts.collect();
    if facts.iter().any(|fact| fact.is_unread()) {
        let mut reasons = Vec::new();
        facts.iter().for_each(|fact| add_new(&mut reasons, fact.reasons().iter().cloned()));
        return Err(reasons);
    }
    Ok(facts.iter().filter(|fact| fact.read() == Some(&true)).count() as i64)
}

/// A window of continuous restore. No lock keeps it.
pub fn window(kind: MechanismKind, earliest_at: DateTime<Utc>, latest_at: DateTime<Utc>, as_of: DateTime<Utc>) -> Option<Window> {
    let (latest_at, valid) = (latest_at.min(as_of), earliest_at <= latest_at.min(as_of));
    valid.then(|| Window {
        kind,
        earliest_at,
        latest_at,
        earliest_age_seconds: (as_of - earliest_at).num_seconds(),
        latest_age_seconds: (as_of - latest_at).num_seconds(),
        locked: false.into(),
    })
}

/// The spans of a resource's life without a restorable moment, newest first; none if the resource has no restorable moment at all. A window
/// has no gaps. The oldest span begins when the resource was created: an old backup that was deleted leaves a gap, like a missing one
/// between two others.
pub fn gaps(points: &[Point], windows: &[Window], created_at: Option<DateTime<Utc>>, as_of: DateTime<Utc>) -> Vec<Gap> {
    let horizon = as_of - Duration::days(GAP_HORIZON_DAYS);
    let mut spans: Vec<(DateTime<Utc>, DateTime<Utc>)> = points
        .iter()
        .map(|point| (point.backup.created_at, point.backup.created_at))
        .chain(windows.iter().map(|window| (window.earliest_at, window.latest_at)))
        .collect();
    spans.sort();
    if spans.is_empty() {
        return Vec::new();
    }
    let mut gaps = Vec::new();
    let mut covered = created_at.map_or(horizon, |created_at| created_at.max(horizon));
    for (start, end) in spans {
        if start > covered {
            gaps.push(gap(covered, start, as_of));
        }
        covered = covered.max(end);
    }
    if covered < as_of {
        gaps.push(gap(covered, as_of, as_of));
    }
    gaps.reverse();
    gaps
}

fn gap(start: DateTime<Utc>, end: DateTime<Utc>, as_of: DateTime<Utc>) -> Gap {
    Gap { start_age_seconds: (as_of - start).num_seconds(), end_age_seconds: (as_of - end).num_seconds() }
}

/// Whether a backup of `source_arn` is of a resource of this account and Region.
pub fn is_local(source_arn: &str, account: &str, region: &str) -> bool {
    (arn::account(source_arn).is_empty() || arn::account(source_arn) == account)
        && (arn::region(source_arn).is_empty() || arn::region(source_arn) == region)
}
