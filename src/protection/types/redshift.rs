//! Amazon Redshift: provisioned clusters and their snapshots.

use crate::inventory::schedule::weekly;
use crate::inventory::types::{ResourceType, redshift};
use crate::inventory::{Outcome, Resource, add_new};
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::backup_type::BackupType;
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};
use crate::protection::facts::{CopyRetention, CopySchedule, Mechanism, MechanismKind};
use crate::protection::index::Snapshot;
use crate::protection::schedule::late_after;
use crate::protection::summary::{AUTOMATED, ForeignBackup, SNAPSHOT as OF_SNAPSHOTS, Summary};

pub static REDSHIFT: AwsBackup = AwsBackup { name: "Redshift", restore_testing: false, air_gapped: Some(false), continuous: None };

pub static CLUSTER: DataType = DataType {
    info: &redshift::Cluster::INFO,
    arn: ArnForm { service: "redshift", kind: "cluster:", identity: Identity::Name, names_place: true, shared: false },
    is_data: IsData::Always,
    aws_backup: Some(KnownAs::One(&REDSHIFT)),
    dlm: false,
    counted: |_| Counted::Itself,
    status: |resource| Some(&resource.get::<redshift::Cluster>()?.status),
    restorable_span: |_| None,
    continuous_until: ContinuousUntil::LatestRestorable,
    parts: None,
    held_by: |_, _| Vec::new(),
    needs: |_, _, _| Needs { operations: vec!["redshift:DescribeClusterSnapshots"], properties: vec!["backup_retention_days"] },
    own,
    keeps_own_backups: |_| false,
    retention_told_by: None,
    replicas: None,
    copies_listed_by: &["redshift:DescribeClusterSnapshots"],
    // `RestoreStatus` shows that a cluster was restored, but not from which snapshot.
    restores: RestoreEvidence { shown_by: &[], seen: |_, _, _| Vec::new() },
    reproducible: |_| Vec::new(),
    perhaps_reproducible: |_, _| None,
};

pub static SNAPSHOT: BackupType = BackupType {
    info: &redshift::Snapshot::INFO,
    snapshot: |resource, _| snapshot(resource),
    shared_with: Some(|resource| Some(&resource.get::<redshift::Snapshot>()?.shared_with)),
    summarise: add_copy,
};

/// "Amazon Redshift takes a snapshot about every eight hours or following every 5 GB per node of data changes, or whichever comes first"
/// (Redshift management guide, "Amazon Redshift snapshots and backups").
const DEFAULT_INTERVAL_SECONDS: i64 = 8 * 3_600;

fn own(case: &Case, found: &mut Mechanisms) {
    let Some(cluster) = case.resource.get::<redshift::Cluster>() else { return };
    let automated = automated_snapshots(case, cluster, found);
    copies(case, cluster, automated, found);
}

/// How often automated snapshots are made.
enum Runs {
    /// At most this long after one another.
    Every(i64),
    /// Never: the snapshot schedule has failed, or there is no such schedule.
    Never(String),
    Unknown(Vec<String>),
}

/// "You can create a snapshot schedule to control when automated snapshots are taken" (management guide, as above): it takes the place of the
/// default one.
fn runs(case: &Case, cluster: &redshift::Cluster) -> Runs {
    let unknown = |property: &str| Runs::Unknown(case.why(case.resource, property));
    let Some(schedule) = cluster.snapshot_schedule.read() else { return unknown("snapshot_schedule") };
    let Some(schedule) = schedule else { return Runs::Every(DEFAULT_INTERVAL_SECONDS) };
    match cluster.snapshot_schedule_state.read() {
        None => return unknown("snapshot_schedule_state"),
        Some(state) if state.as_deref() == Some("FAILED") => return Runs::Never(format!("snapshot schedule {schedule} has failed")),
        Some(_) => {}
    }
    match cluster.snapshot_schedule_definitions.read() {
        None => unknown("snapshot_schedule_definitions"),
        Some(None) => Runs::Never(format!("snapshot schedule {schedule} does not exist")),
        Some(Some(definitions)) if definitions.is_empty() => Runs::Never(format!("snapshot schedule {schedule} has no definition")),
        Some(Some(definitions)) => match weekly::largest_gap(definitions) {
            Some(gap) => Runs::Every(gap),
            None => Runs::Unknown(vec![format!("the definitions of snapshot schedule {schedule} cannot be understood")]),
        },
    }
}

/// Adds the automated snapshots. Returns how old the newest may be, if they are made; the age is `None` if it is not known or the cluster is
/// paused.
fn automated_snapshots(case: &Case, cluster: &redshift::Cluster, found: &mut Mechanisms) -> Option<Outcome<Option<i64>>> {
    let days = cluster.backup_retention_days.read().copied().filter(|days| *days > 0)?;
    let last = case.newest(|point| point.backup.kind == MechanismKind::Automated);
    let interval = match runs(case, cluster) {
        Runs::Every(seconds) => Ok(Some(seconds)),
        Runs::Unknown(reasons) => Err(reasons),
        Runs::Never(why) => {
            let source = format!("an automated snapshot ({why})");
            let mechanism = Mechanism { automatic: false, ..case.mechanism(MechanismKind::Automated, source, last, None) };
            found.all.extend(last.map(|_| mechanism));
            return None;
        }
    };
    // "You can't modify a paused cluster. Any scheduled actions on the cluster aren't done. These include creating snapshots": its data does not
    // change either, and pausing makes a snapshot (management guide, "Pausing and resuming a cluster").
    let paused = cluster.status.present().is_some_and(|status| ["paused", "pausing"].contains(&status.as_str()));
    // A snapshot counts only when it is complete, and no document says how long that may take: one is late when a whole run is missing.
    let allowed = interval.clone().ok().flatten().filter(|_| !paused).map(|interval| late_after(interval, interval));
    let schedule = cluster.snapshot_schedule.present().map_or_else(String::new, |schedule| format!(", snapshot schedule {schedule}"));
    let mechanism = case.mechanism(MechanismKind::Automated, format!("automated snapshots{schedule}"), last, allowed);
    let age = case.resource.created_at.map(|created_at| (case.as_of - created_at).num_seconds());
    let due = age.zip(allowed).is_some_and(|(age, allowed)| age > allowed);
    // An unknown schedule may be one that makes no snapshots.
    let kept = match (&interval, last) {
        (Err(reasons), Some(_)) => Err(reasons.clone()),
        _ => Ok(Some(days)),
    };
    found.all.push(Mechanism {
        interval_seconds: interval.clone().into(),
        retention_days: kept.into(),
        promised_seconds: case.promised(case.resource.created_at, Some(days)),
        on_schedule: mechanism.on_schedule.or((last.is_none() && due).then_some(false)),
        ..mechanism
    });
    Some(interval.map(|_| allowed))
}

/// Adds the copies that Redshift makes in another Region, of automated and of manual snapshots.
fn copies(case: &Case, cluster: &redshift::Cluster, automated: Option<Outcome<Option<i64>>>, found: &mut Mechanisms) {
    let Some(copy) = cluster.snapshot_copy.read() else {
        return add_new(&mut found.copies_unread, case.why(case.resource, "snapshot_copy"));
    };
    let Some(copy) = copy else { return };
    let region = &copy.destination_region;
    if cluster.backup_retention_days.is_unread() {
        add_new(&mut found.copies_unread, case.why(case.resource, "backup_retention_days"));
    }
    if let Some(allowed) = automated {
        add_new(&mut found.copies_unread, allowed.clone().err().unwrap_or_default());
        let schedule = case.copy_schedule(&case.resource.account, region, allowed.ok().flatten());
        found.copy_schedules.push(CopySchedule { shown_there_only: true, ..schedule });
        let retention_days = copy.retention_days.or_why(|| case.why(case.resource, "snapshot_copy.retention_days"));
        found.copy_retention.push(CopyRetention {
            kind: "automated".to_owned(),
            source: format!("automated snapshots copied to {region}"),
            retention_days: retention_days.map(Some).into(),
        });
    }
    found.copy_retention.push(CopyRetention {
        kind: "snapshot".to_owned(),
        source: format!("manual snapshots copied to {region}"),
        retention_days: copy.manual_retention_days.or_why(|| case.why(case.resource, "snapshot_copy.manual_retention_days")).into(),
    });
}

/// A snapshot with status `final snapshot` is still being taken. Redshift cannot make a snapshot public: it shares with single accounts only
/// (`AuthorizeSnapshotAccess`).
fn snapshot(resource: &Resource) -> Option<Snapshot<'_>> {
    let snapshot = resource.get::<redshift::Snapshot>()?;
    Some(Snapshot {
        resource,
        source_arn: snapshot.source_arn.read()?.clone(),
        restorable: is_available(snapshot),
        made_by: match snapshot.snapshot_type.read().map(String::as_str) {
            // The ARN of a recovery point: `arn:aws:redshift:region:account-id:snapshot:resource/awsbackup:*` (AWS Backup developer guide, "Access
            // control").
            _ if resource.id.starts_with("awsbackup:") => "aws_backup",
            Some("automated") => "automated",
            _ => "manual",
        },
        encrypted: snapshot.encrypted.read().copied(),
        kms_key_arn: snapshot.kms_key_arn.present().cloned(),
        public: Some(false),
        locked: Some(false),
        archived: false,
    })
}

fn is_available(snapshot: &redshift::Snapshot) -> bool {
    snapshot.status.present().is_some_and(|status| status == "available")
}

/// Adds a snapshot that was copied from another Region. It names the cluster there, and not the snapshot.
fn add_copy(summary: &mut Summary, resource: &Resource) {
    let Some(snapshot) = resource.get::<redshift::Snapshot>().filter(|snapshot| is_available(snapshot)) else { return };
    let (Some(_), Some(source), Some(created_at)) =
        (snapshot.copied_from_region.present(), snapshot.source_arn.read(), resource.created_at)
    else {
        return;
    };
    let seen_as = if snapshot.snapshot_type.read().is_some_and(|kind| kind == "automated") { AUTOMATED } else { OF_SNAPSHOTS };
    let copy = ForeignBackup::of_copy(summary, resource, source, created_at, snapshot.encrypted.read().copied());
    summary.foreign_backups.entry(source.clone()).or_default().push(ForeignBackup { seen_as, ..copy });
}
