//! Amazon Redshift Serverless: namespaces and their snapshots. Recovery points, which the service takes by itself, are gone after a day;
//! snapshots are kept as long as their owner says, and outlive their namespace.

use crate::inventory::types::ResourceType;
use crate::inventory::types::redshift_serverless::{self as types, ScheduledSnapshot};
use crate::inventory::{Fact, Resource, add_new, arn};
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::backup_type::BackupType;
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};
use crate::protection::facts::{CopyRetention, CopySchedule, Mechanism, MechanismKind};
use crate::protection::index::Snapshot;
use crate::protection::points;
use crate::protection::schedule::{largest_gap, late_after};
use crate::protection::summary::{AUTOMATED, ForeignBackup, SNAPSHOT as OF_SNAPSHOTS, Summary};

/// Restore testing does not support it (AWS Backup API reference, RestoreTestingSelectionForCreate), and air-gapped vaults do not keep its
/// backups (AWS Backup developer guide, "Feature availability by resource").
pub static REDSHIFT_SERVERLESS: AwsBackup =
    AwsBackup { name: "Redshift Serverless", restore_testing: false, air_gapped: Some(false), continuous: None };

pub static NAMESPACE: DataType = DataType {
    info: &types::Namespace::INFO,
    arn: ArnForm { service: "redshift-serverless", kind: "namespace/", identity: Identity::Id, names_place: true, shared: false },
    is_data: IsData::Always,
    aws_backup: Some(KnownAs::One(&REDSHIFT_SERVERLESS)),
    dlm: false,
    counted: |_| Counted::Itself,
    status: |resource| Some(&resource.get::<types::Namespace>()?.status),
    restorable_span: |_| None,
    continuous_until: ContinuousUntil::LatestRestorable,
    parts: None,
    held_by: |_, _| Vec::new(),
    needs: |_, _, _| Needs {
        operations: vec!["redshift-serverless:ListSnapshots"],
        properties: vec!["oldest_recovery_point_at", "newest_recovery_point_at", "scheduled_snapshots"],
    },
    own,
    keeps_own_backups: |_| true,
    retention_told_by: None,
    replicas: None,
    copies_listed_by: &["redshift-serverless:ListSnapshots"],
    // A restored namespace does not name the snapshot.
    restores: RestoreEvidence { shown_by: &[], seen: |_, _, _| Vec::new() },
    reproducible: |_| Vec::new(),
    perhaps_reproducible: |_, _| None,
};

pub static SNAPSHOT: BackupType = BackupType {
    info: &types::Snapshot::INFO,
    snapshot: |resource, _| snapshot(resource),
    shared_with: Some(|resource| Some(&resource.get::<types::Snapshot>()?.shared_with)),
    summarise: add_copy,
};

const DAY: i64 = 86_400;

/// "Recovery points are created every 30 minutes and are kept for 24 hours" (Redshift management guide, "Snapshots and recovery points").
const RECOVERY_POINT_INTERVAL: i64 = 30 * 60;

fn own(case: &Case, found: &mut Mechanisms) {
    let Some(namespace) = case.resource.get::<types::Namespace>() else { return };
    recovery_points(case, namespace, found);
    let scheduled = scheduled_snapshots(case, namespace, found);
    copies(case, namespace, scheduled, found);
}

/// Adds the recovery points. The guide does not say whether a namespace that nobody uses gets new ones, so one that still exists is not late.
fn recovery_points(case: &Case, namespace: &types::Namespace, found: &mut Mechanisms) {
    let (oldest, newest) = match case.resource.declared {
        Some(_) => (None, None),
        None => match (namespace.oldest_recovery_point_at.read(), namespace.newest_recovery_point_at.read()) {
            (Some(oldest), Some(newest)) => (*oldest, *newest),
            _ => return,
        },
    };
    let mechanism = case.mechanism(MechanismKind::Automated, "recovery points, kept 24 hours".to_owned(), newest, Some(DAY));
    let age = case.resource.created_at.map(|created_at| (case.as_of - created_at).num_seconds());
    let missing = newest.is_none() && case.resource.declared.is_none() && age.is_some_and(|age| age > DAY);
    found.all.push(Mechanism {
        interval_seconds: Some(RECOVERY_POINT_INTERVAL).into(),
        retention_days: Some(1).into(),
        promised_seconds: case.promised(case.resource.created_at, Some(1)),
        on_schedule: if missing { Some(false) } else { mechanism.on_schedule },
        ..mechanism
    });
    // They are too many to be told apart.
    let window = oldest.zip(newest).and_then(|(oldest, newest)| points::window(MechanismKind::Automated, oldest, newest, case.as_of));
    found.windows.extend(window);
}

/// Adds the scheduled actions that create snapshots and run again. Returns the longest time between two snapshots of one of them.
fn scheduled_snapshots(case: &Case, namespace: &types::Namespace, found: &mut Mechanisms) -> Option<i64> {
    let unread = |part: &str| case.why(case.resource, &format!("scheduled_snapshots[].{part}"));
    let last = case.newest(|point| point.backup.kind == MechanismKind::Automated);
    let mut longest = None;
    for action in namespace.scheduled_snapshots.read().into_iter().flatten() {
        if action.state.is_unread() || action.schedule.is_unread() {
            add_new(&mut found.unread, unread(if action.state.is_unread() { "state" } else { "schedule" }));
            continue;
        }
        let Some(schedule) = runs_again(case, action) else { continue };
        let gap = largest_gap(Some(schedule), None, case.as_of);
        // A snapshot counts only when it is complete, and no document says how long that may take: one is late when a whole run is missing.
        let allowed = gap.map(|gap| late_after(gap, gap));
        let mechanism = case.mechanism(MechanismKind::Automated, format!("scheduled action {}", action.name), last, allowed);
        let since = action.starts_at.present().copied();
        let due = since.zip(allowed).is_some_and(|(since, allowed)| (case.as_of - since).num_seconds() > allowed);
        let days = action.retention_days.or_why(|| unread("retention_days"));
        let interval = gap.map(Some).ok_or_else(|| vec![format!("the schedule of scheduled action {} cannot be understood", action.name)]);
        found.all.push(Mechanism {
            interval_seconds: interval.into(),
            retention_endless: days.clone().map(|days| days.is_none()).into(),
            retention_days: days.into(),
            promised_seconds: since.and_then(|since| case.promised(Some(since), action.retention_days.read().copied().flatten())),
            on_schedule: mechanism.on_schedule.or((last.is_none() && due).then_some(false)),
            ..mechanism
        });
        longest = longest.max(allowed);
    }
    longest
}

/// The schedule of an action that is active and will run again.
fn runs_again<'a>(case: &Case, action: &'a ScheduledSnapshot) -> Option<&'a str> {
    let active = action.state.read().is_some_and(|state| state == "ACTIVE");
    let ended = action.ends_at.present().is_some_and(|ends_at| *ends_at <= case.as_of);
    action.schedule.present().map(String::as_str).filter(|_| active && !ended)
}

/// Adds the copies in another Region: "You can configure Amazon Redshift Serverless to automatically copy snapshots and recovery points to
/// another AWS Region" (Redshift management guide, "Copying backups to another AWS Region"). `scheduled` is the longest time between two
/// snapshots that are made by themselves.
fn copies(case: &Case, namespace: &types::Namespace, scheduled: Option<i64>, found: &mut Mechanisms) {
    let Some(copies) = namespace.snapshot_copies.read() else {
        return add_new(&mut found.copies_unread, case.why(case.resource, "snapshot_copies"));
    };
    for copy in copies {
        let Some(region) = copy.destination_region.read() else {
            add_new(&mut found.copies_unread, case.why(case.resource, "snapshot_copies[].destination_region"));
            continue;
        };
        if scheduled.is_some() {
            let schedule = case.copy_schedule(&case.resource.account, region, scheduled);
            found.copy_schedules.push(CopySchedule { shown_there_only: true, ..schedule });
        }
        let days = copy.retention_days.or_why(|| case.why(case.resource, "snapshot_copies[].retention_days"));
        found.copy_retention.push(CopyRetention {
            kind: "snapshot".to_owned(),
            source: format!("snapshots copied to {region}"),
            retention_days: days.into(),
        });
    }
}

/// Snapshots are shared with accounts that their resource policy names. "Amazon Redshift Serverless uses AWS KMS key encryption automatically
/// to encrypt both your Amazon Redshift Serverless resources and snapshots" (Redshift management guide, "Changing the AWS KMS key for a
/// namespace").
fn snapshot(resource: &Resource) -> Option<Snapshot<'_>> {
    let snapshot = resource.get::<types::Snapshot>()?;
    Some(Snapshot {
        resource,
        source_arn: snapshot.source_arn.read()?.clone(),
        restorable: is_available(snapshot),
        made_by: match snapshot.snapshot_type.read().map(String::as_str) {
            Some("aws_backup") => "aws_backup",
            Some("scheduled") => "automated",
            _ => "manual",
        },
        encrypted: Some(true),
        kms_key_arn: snapshot.kms_key_arn.present().cloned(),
        public: Some(false),
        locked: Some(false),
        archived: false,
    })
}

fn is_available(snapshot: &types::Snapshot) -> bool {
    snapshot.status.present().is_some_and(|status| status == "AVAILABLE")
}

/// Adds a snapshot of a namespace in another Region: a copy of a snapshot there, which it does not name.
fn add_copy(summary: &mut Summary, resource: &Resource) {
    let Some(snapshot) = resource.get::<types::Snapshot>().filter(|snapshot| is_available(snapshot)) else { return };
    let (Some(source), Some(created_at)) = (snapshot.source_arn.read(), resource.created_at) else { return };
    if arn::region(source) == resource.region {
        return;
    }
    let seen_as = if snapshot.snapshot_type == Fact::Read("scheduled".to_owned()) { AUTOMATED } else { OF_SNAPSHOTS };
    let copy = ForeignBackup::of_copy(summary, resource, source, created_at, Some(true));
    summary.foreign_backups.entry(source.clone()).or_default().push(ForeignBackup { seen_as, ..copy });
}
