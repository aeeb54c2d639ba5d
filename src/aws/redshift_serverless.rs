//! Amazon Redshift Serverless: namespaces with what backs them up, and the snapshots that the account owns. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`redshift-serverless/2021-04-21`) unless a comment names another source.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{each, known, optional_time, resource};
use super::operation::Operation;
use super::redshift::{encryption, filled, limited};
use super::tagging;
use crate::inventory::types::ResourceProperties;
use crate::inventory::types::redshift_serverless::{Namespace, ScheduledSnapshot, Snapshot, SnapshotCopy};
use crate::inventory::{Fact, Resource};
use aws_sdk_redshiftserverless::Client;
use aws_sdk_redshiftserverless::types as sdk;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

const LIST_NAMESPACES: Operation =
    Operation::new("redshift-serverless", "ListNamespaces", Answer::json(&["namespaces/*/namespaceName", "namespaces/*/namespaceArn"]));
const LIST_SNAPSHOTS: Operation =
    Operation::new("redshift-serverless", "ListSnapshots", Answer::json(&["snapshots/*/snapshotName", "snapshots/*/snapshotArn"]));
const LIST_RECOVERY_POINTS: Operation =
    Operation::new("redshift-serverless", "ListRecoveryPoints", Answer::json(&["recoveryPoints/*/recoveryPointId"]));
const LIST_SCHEDULED_ACTIONS: Operation =
    Operation::new("redshift-serverless", "ListScheduledActions", Answer::json(&["scheduledActions/*/scheduledActionName"]));
const GET_SCHEDULED_ACTION: Operation =
    Operation::new("redshift-serverless", "GetScheduledAction", Answer::json(&["scheduledAction/scheduledActionName"]));
const LIST_SNAPSHOT_COPY_CONFIGURATIONS: Operation = Operation::new(
    "redshift-serverless",
    "ListSnapshotCopyConfigurations",
    Answer::json(&["snapshotCopyConfigurations/*/snapshotCopyConfigurationId"]),
);

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[
    &GET_SCHEDULED_ACTION,
    &LIST_NAMESPACES,
    &LIST_RECOVERY_POINTS,
    &LIST_SCHEDULED_ACTIONS,
    &LIST_SNAPSHOT_COPY_CONFIGURATIONS,
    &LIST_SNAPSHOTS,
];

/// The largest page of every list (`maxResults`: 1 to 100).
const PAGE: i32 = 100;

/// All namespaces of one Region with what backs them up.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = &Client::new(&reader.config);
    let namespaces = client.list_namespaces().into_paginator().page_size(PAGE).send();
    let snapshots = client.list_snapshots().into_paginator().page_size(PAGE).send();
    let points = client.list_recovery_points().into_paginator().page_size(PAGE).send();
    let copies = client.list_snapshot_copy_configurations().into_paginator().page_size(PAGE).send();
    let (namespaces, snapshots, points, copies, actions) = futures::join!(
        reader.pages(&LIST_NAMESPACES, namespaces, |page| page.namespaces),
        reader.pages(&LIST_SNAPSHOTS, snapshots, |page| page.snapshots.unwrap_or_default()),
        reader.pages(&LIST_RECOVERY_POINTS, points, |page| page.recovery_points.unwrap_or_default()),
        reader.pages(&LIST_SNAPSHOT_COPY_CONFIGURATIONS, copies, |page| page.snapshot_copy_configurations),
        Actions::read(reader, client),
    );
    let backed_up = BackedUp { points, copies, actions };
    let namespaces = namespaces.unwrap_or_default().into_iter().filter_map(|read| namespace(reader, read, &backed_up));
    let snapshots = snapshots.unwrap_or_default().into_iter().filter_map(|read| snapshot(reader, read, &backed_up.actions));
    each(namespaces.chain(snapshots).collect(), |found: Resource| async move {
        Resource { tags: tagging::tags(reader, &found.arn).await, ..found }
    })
    .await
}

/// What backs the namespaces of a Region up; `None` for a list that could not be read.
struct BackedUp {
    points: Option<Vec<sdk::RecoveryPoint>>,
    copies: Option<Vec<sdk::SnapshotCopyConfiguration>>,
    actions: Actions,
}

/// The scheduled actions of a Region.
struct Actions {
    /// By the name of their namespace; `None` if the list could not be read.
    of: Option<BTreeMap<String, Vec<sdk::ScheduledActionResponse>>>,
    /// The namespaces with an action that could not be read.
    unread: BTreeSet<String>,
}

impl Actions {
    async fn read(reader: &Reader, client: &Client) -> Actions {
        let listed = client.list_scheduled_actions().into_paginator().page_size(PAGE).send();
        let listed = reader.pages(&LIST_SCHEDULED_ACTIONS, listed, |page| page.scheduled_actions.unwrap_or_default()).await;
        let Some(listed) = listed else { return Actions { of: None, unread: BTreeSet::new() } };
        let read = each(listed, |action: sdk::ScheduledActionAssociation| async move {
            let call = client.get_scheduled_action().set_scheduled_action_name(action.scheduled_action_name).send();
            (action.namespace_name.unwrap_or_default(), reader.one_or(&GET_SCHEDULED_ACTION, call, &["ResourceNotFoundException"]).await)
        });
        let (mut of, mut unread) = (BTreeMap::new(), BTreeSet::new());
        for (namespace, answer) in read.await {
            match answer {
                Some(Some(answer)) => of.entry(namespace).or_insert_with(Vec::new).extend(answer.scheduled_action),
                // Deleted after it was listed.
                Some(None) => {}
                None => drop(unread.insert(namespace)),
            }
        }
        Actions { of: Some(of), unread }
    }

    /// The scheduled actions of a namespace that create snapshots; `None` if they were not read in full.
    fn of(&self, namespace: &str) -> Option<&[sdk::ScheduledActionResponse]> {
        let of = self.of.as_ref().filter(|_| !self.unread.contains(namespace))?;
        Some(of.get(namespace).map(Vec::as_slice).unwrap_or_default())
    }
}

fn namespace(reader: &Reader, namespace: sdk::Namespace, backed_up: &BackedUp) -> Option<Resource> {
    let (arn, name) = (namespace.namespace_arn?, namespace.namespace_name?);
    let key = encryption(reader, Some(true), namespace.kms_key_id);
    let (oldest, newest) = recovery_points(backed_up.points.as_deref(), &arn);
    let copies = backed_up.copies.as_ref().map(|copies| {
        let own = copies.iter().filter(|copy| copy.namespace_name.as_deref() == Some(&name));
        own.map(snapshot_copy).collect()
    });
    let properties = Namespace {
        status: namespace.status.map(|status| status.as_str().to_owned()).into(),
        kms_key_arn: key.kms_key_arn,
        key_manager: key.key_manager,
        key_state: key.key_state,
        oldest_recovery_point_at: oldest,
        newest_recovery_point_at: newest,
        scheduled_snapshots: known(backed_up.actions.of(&name).map(|actions| actions.iter().filter_map(scheduled_snapshot).collect())),
        snapshot_copies: known(copies),
    };
    Some(named(reader, arn, name, optional_time(namespace.creation_date.as_ref()), properties))
}

fn named(reader: &Reader, arn: String, name: String, created_at: Option<DateTime<Utc>>, of: impl Into<ResourceProperties>) -> Resource {
    Resource { name: Some(name.clone()), created_at, ..resource(reader, arn, name, of) }
}

/// A date that the answer may not have.
type SomeTime = Fact<Option<DateTime<Utc>>>;

/// The dates of the oldest and the newest recovery point of a namespace. Without the date of one of them, neither is known.
fn recovery_points(points: Option<&[sdk::RecoveryPoint]>, namespace: &str) -> (SomeTime, SomeTime) {
    let of_namespace = |points: &[sdk::RecoveryPoint]| {
        let own = points.iter().filter(|point| point.namespace_arn.as_deref() == Some(namespace));
        own.map(|point| optional_time(point.recovery_point_create_time.as_ref())).collect::<Option<Vec<_>>>()
    };
    match points.and_then(of_namespace) {
        Some(dates) => (dates.iter().min().copied().into(), dates.iter().max().copied().into()),
        None => (Fact::Unread, Fact::Unread),
    }
}

/// `None` for an action that creates no snapshots.
fn scheduled_snapshot(action: &sdk::ScheduledActionResponse) -> Option<ScheduledSnapshot> {
    let Some(sdk::TargetAction::CreateSnapshot(create)) = &action.target_action else { return None };
    let schedule = match &action.schedule {
        Some(sdk::Schedule::Cron(cron)) => {
            Fact::Read(Some(format!("cron({})", cron.trim_start_matches("cron").trim_matches(['(', ')', ' ']))))
        }
        Some(sdk::Schedule::At(_)) => Fact::Read(None),
        _ => Fact::Unread,
    };
    Some(ScheduledSnapshot {
        name: action.scheduled_action_name.clone()?,
        state: known(action.state.as_ref().map(|state| state.as_str().to_owned())),
        schedule,
        retention_days: create.retention_period.map_or(Fact::Unread, |days| Fact::Read(limited(days))),
        starts_at: optional_time(action.start_time.as_ref()).into(),
        ends_at: optional_time(action.end_time.as_ref()).into(),
    })
}

fn snapshot_copy(copy: &sdk::SnapshotCopyConfiguration) -> SnapshotCopy {
    SnapshotCopy {
        destination_region: known(filled(copy.destination_region.clone())),
        retention_days: copy.snapshot_retention_period.map_or(Fact::Unread, |days| Fact::Read(limited(days))),
    }
}

/// `None` for a snapshot of another account, which shares it: it is no backup of this one.
fn snapshot(reader: &Reader, snapshot: sdk::Snapshot, actions: &Actions) -> Option<Resource> {
    if filled(snapshot.owner_account).is_some_and(|owner| owner != reader.account) {
        return None;
    }
    let (arn, name) = (snapshot.snapshot_arn?, snapshot.snapshot_name?);
    let key = encryption(reader, Some(true), snapshot.kms_key_id);
    let shared_with = snapshot.accounts_with_restore_access.zip(snapshot.accounts_with_provisioned_restore_access);
    let shared_with = shared_with.map(|(with, provisioned)| with.into_iter().chain(provisioned).collect::<BTreeSet<_>>());
    let properties = Snapshot {
        source_arn: known(snapshot.namespace_arn),
        status: snapshot.status.map(|status| status.as_str().to_owned()).into(),
        snapshot_type: known(made_by(&name, snapshot.namespace_name.as_deref(), actions).map(str::to_owned)),
        kms_key_arn: key.kms_key_arn,
        key_manager: key.key_manager,
        key_state: key.key_state,
        shared_with: known(shared_with.map(|accounts| accounts.into_iter().collect())),
        retention_days: snapshot.snapshot_retention_period.map_or(Fact::Unread, |days| Fact::Read(limited(days))),
    };
    Some(named(reader, arn, name, optional_time(snapshot.snapshot_create_time.as_ref()), properties))
}

/// What made a snapshot, by its name: "The final name of the snapshot is the string prefix appended by the date and time of when the snapshot
/// was created" (CreateSnapshotScheduleActionParameters, snapshotNamePrefix). `None` if the scheduled actions were not read.
fn made_by(name: &str, namespace: Option<&str>, actions: &Actions) -> Option<&'static str> {
    // The ARN of a recovery point: `arn:aws:redshift-serverless:region:account-id:snapshot:resource/awsbackup:*` (AWS Backup developer guide,
    // "Access control").
    if name.starts_with("awsbackup:") {
        return Some("aws_backup");
    }
    let of_action = |action: &sdk::ScheduledActionResponse| match &action.target_action {
        Some(sdk::TargetAction::CreateSnapshot(create)) => {
            name.strip_prefix(create.snapshot_name_prefix.as_str()).is_some_and(|date| date.contains(|c: char| c.is_ascii_digit()))
        }
        _ => false,
    };
    Some(if actions.of(namespace?)?.iter().any(of_action) { "scheduled" } else { "manual" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_redshiftserverless::primitives::DateTime as AwsDateTime;

    fn nightly() -> sdk::ScheduledActionResponse {
        let create = sdk::CreateSnapshotScheduleActionParameters::builder().namespace_name("sales").snapshot_name_prefix("nightly-");
        let create = create.retention_period(30).build().expect("parameters");
        sdk::ScheduledActionResponse::builder()
            .scheduled_action_name("nightly")
            .state(sdk::State::Active)
            .schedule(sdk::Schedule::Cron("(0 1 ? * * *)".to_owned()))
            .target_action(sdk::TargetAction::CreateSnapshot(create))
            .build()
    }

    fn of_sales(actions: Vec<sdk::ScheduledActionResponse>) -> Actions {
        Actions { of: Some(BTreeMap::from([("sales".to_owned(), actions)])), unread: BTreeSet::new() }
    }

    #[test]
    fn the_name_tells_what_made_a_snapshot() {
        let actions = of_sales(vec![nightly()]);
        let of = |name: &str| made_by(name, Some("sales"), &actions);
        assert_eq!(of("nightly-2026-11-22-01-00-00"), Some("scheduled"));
        assert_eq!(of("nightly-"), Some("manual"));
        assert_eq!(of("by-hand"), Some("manual"));
        assert_eq!(of("awsbackup:job-1"), Some("aws_backup"));
        assert_eq!(made_by("nightly-2026", Some("other"), &actions), Some("manual"));
        let unread = Actions { of: None, unread: BTreeSet::new() };
        assert_eq!(made_by("nightly-2026", Some("sales"), &unread), None);
        assert_eq!(made_by("awsbackup:job-1", None, &unread), Some("aws_backup"));
    }

    #[test]
    fn an_action_that_was_not_read_leaves_those_of_its_namespace_unread() {
        let actions = Actions { unread: BTreeSet::from(["sales".to_owned()]), ..of_sales(vec![nightly()]) };
        assert!(actions.of("sales").is_none());
        assert_eq!(actions.of("other").map(<[_]>::len), Some(0));
    }

    #[test]
    fn schedules_have_the_form_of_aws_backup() {
        let read = scheduled_snapshot(&nightly()).expect("it creates snapshots");
        assert_eq!(read.schedule, Fact::Read(Some("cron(0 1 ? * * *)".to_owned())));
        assert_eq!((read.retention_days, read.ends_at), (Fact::Read(Some(30)), Fact::Read(None)));
        let mut once = nightly();
        once.schedule = Some(sdk::Schedule::At(AwsDateTime::from_secs(1)));
        assert_eq!(scheduled_snapshot(&once).expect("it creates one").schedule, Fact::Read(None));
        let mut other = nightly();
        other.target_action = None;
        assert!(scheduled_snapshot(&other).is_none());
    }

    #[test]
    fn recovery_points_belong_to_their_namespace() {
        let point = |of: &str, at: i64| {
            sdk::RecoveryPoint::builder().namespace_arn(of).recovery_point_create_time(AwsDateTime::from_secs(at)).build()
        };
        let points = [point("sales", 7), point("other", 9), point("sales", 5)];
        let at = |seconds| Fact::Read(DateTime::from_timestamp(seconds, 0));
        assert_eq!(recovery_points(Some(&points), "sales"), (at(5), at(7)));
        assert_eq!(recovery_points(Some(&points), "empty"), (Fact::Read(None), Fact::Read(None)));
        assert_eq!(recovery_points(None, "sales"), (Fact::Unread, Fact::Unread));
        let undated = [point("sales", 7), sdk::RecoveryPoint::builder().namespace_arn("sales").build()];
        assert_eq!(recovery_points(Some(&undated), "sales"), (Fact::Unread, Fact::Unread));
    }
}
