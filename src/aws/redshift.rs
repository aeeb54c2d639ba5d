//! Amazon Redshift: provisioned clusters, the snapshots that the account owns, snapshot schedules, and the grants for copies from other
//! Regions. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`redshift/2012-12-01`) unless a comment names another source.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{self, Encryption, kms_key_arn, known, optional_time, resource};
use super::operation::Operation;
use crate::inventory::types::redshift::{Cluster, Snapshot, SnapshotCopy, SnapshotCopyGrant, SnapshotSchedule};
use crate::inventory::{Fact, Resource, Tags};
use aws_sdk_redshift::Client;
use aws_sdk_redshift::types as sdk;
use chrono::{DateTime, SecondsFormat, Utc};

/// The largest page of every list (`MaxRecords`: "minimum 20, maximum 100").
const PAGE: i32 = 100;

const DESCRIBE_CLUSTERS: Operation = Operation::new("redshift", "DescribeClusters", Answer::query(&["Clusters/*/ClusterIdentifier"]));
const DESCRIBE_CLUSTER_SNAPSHOTS: Operation =
    Operation::new("redshift", "DescribeClusterSnapshots", Answer::query(&["Snapshots/*/SnapshotIdentifier"]));
const DESCRIBE_SNAPSHOT_SCHEDULES: Operation =
    Operation::new("redshift", "DescribeSnapshotSchedules", Answer::query(&["SnapshotSchedules/*/ScheduleIdentifier"]));
const DESCRIBE_SNAPSHOT_COPY_GRANTS: Operation =
    Operation::new("redshift", "DescribeSnapshotCopyGrants", Answer::query(&["SnapshotCopyGrants/*/SnapshotCopyGrantName"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] =
    &[&DESCRIBE_CLUSTERS, &DESCRIBE_CLUSTER_SNAPSHOTS, &DESCRIBE_SNAPSHOT_SCHEDULES, &DESCRIBE_SNAPSHOT_COPY_GRANTS];

/// What the answer may name in place of a key for data under a key that AWS owns; KMS knows no key of that name.
const OWNED_BY_AWS: &str = "AWS_OWNED_KMS_KEY";

/// The retention that means "for ever" (`ManualSnapshotRetentionPeriod`: "If the value is -1, the snapshot is retained indefinitely").
const FOR_EVER: i32 = -1;

/// All clusters of one Region with what backs them up.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let clusters = client.describe_clusters().into_paginator().page_size(PAGE).send();
    let snapshots = client.describe_cluster_snapshots().into_paginator().page_size(PAGE).send();
    let schedules = client.describe_snapshot_schedules().into_paginator().page_size(PAGE).send();
    let grants = client.describe_snapshot_copy_grants().into_paginator().page_size(PAGE).send();
    let (clusters, snapshots, schedules, grants) = futures::join!(
        reader.pages(&DESCRIBE_CLUSTERS, clusters, |page| page.clusters.unwrap_or_default()),
        reader.pages(&DESCRIBE_CLUSTER_SNAPSHOTS, snapshots, |page| page.snapshots.unwrap_or_default()),
        reader.pages(&DESCRIBE_SNAPSHOT_SCHEDULES, schedules, |page| page.snapshot_schedules.unwrap_or_default()),
        reader.pages(&DESCRIBE_SNAPSHOT_COPY_GRANTS, grants, |page| page.snapshot_copy_grants.unwrap_or_default()),
    );
    let present = Present::of(clusters.as_deref().unwrap_or_default());
    let mut resources = Vec::new();
    for read in clusters.unwrap_or_default() {
        resources.extend(cluster(reader, read, schedules.as_deref()));
    }
    for read in snapshots.unwrap_or_default() {
        resources.extend(snapshot(reader, read, &present));
    }
    resources.extend(schedules.unwrap_or_default().into_iter().filter_map(|read| schedule(reader, read)));
    resources.extend(grants.unwrap_or_default().into_iter().filter_map(|read| grant(reader, read)));
    resources
}

/// A cluster that exists now.
struct Present {
    name: String,
    created_at: Option<DateTime<Utc>>,
}

impl Present {
    fn of(clusters: &[sdk::Cluster]) -> Vec<Present> {
        let present = |cluster: &sdk::Cluster| {
            Some(Present { name: cluster.cluster_identifier.clone()?, created_at: optional_time(cluster.cluster_create_time.as_ref()) })
        };
        clusters.iter().filter_map(present).collect()
    }
}

/// `schedules` are the Region's snapshot schedules, if they could be read.
fn cluster(reader: &Reader, cluster: sdk::Cluster, schedules: Option<&[sdk::SnapshotSchedule]>) -> Option<Resource> {
    let id = cluster.cluster_identifier?;
    let encryption = encryption(reader, cluster.encrypted, cluster.kms_key_id);
    let named = filled(cluster.snapshot_schedule_identifier);
    let properties = Cluster {
        status: cluster.cluster_status.into(),
        node_type: cluster.node_type.into(),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        backup_retention_days: known(cluster.automated_snapshot_retention_period.map(i64::from)),
        snapshot_schedule_state: cluster.snapshot_schedule_state.map(|state| state.as_str().to_owned()).filter(|_| named.is_some()).into(),
        snapshot_schedule_definitions: definitions(named.as_deref(), schedules),
        snapshot_schedule: named.into(),
        snapshot_copy: cluster.cluster_snapshot_copy_status.and_then(snapshot_copy).into(),
    };
    Some(Resource {
        created_at: optional_time(cluster.cluster_create_time.as_ref()),
        tags: tags_of(cluster.tags),
        ..resource(reader, reader.arn("redshift", &format!("cluster:{id}")), id, properties)
    })
}

/// The definitions of the schedule that a cluster names.
fn definitions(named: Option<&str>, schedules: Option<&[sdk::SnapshotSchedule]>) -> Fact<Option<Vec<String>>> {
    let Some(named) = named else { return Fact::Read(None) };
    let Some(schedules) = schedules else { return Fact::Unread };
    let schedule = schedules.iter().find(|schedule| schedule.schedule_identifier.as_deref() == Some(named));
    Fact::Read(schedule.map(|schedule| schedule.schedule_definitions.clone().unwrap_or_default()))
}

/// `None` without a destination: snapshots are not copied.
fn snapshot_copy(copy: sdk::ClusterSnapshotCopyStatus) -> Option<SnapshotCopy> {
    Some(SnapshotCopy {
        destination_region: filled(copy.destination_region)?,
        retention_days: known(copy.retention_period),
        manual_retention_days: copy.manual_snapshot_retention_period.map_or(Fact::Unread, |days| Fact::Read(limited(days))),
        grant_name: filled(copy.snapshot_copy_grant_name).into(),
    })
}

/// `None` for a snapshot of another account, which shares it: it is no backup of this one.
fn snapshot(reader: &Reader, snapshot: sdk::Snapshot, clusters: &[Present]) -> Option<Resource> {
    if filled(snapshot.owner_account).is_some_and(|owner| owner != reader.account) {
        return None;
    }
    let id = snapshot.snapshot_identifier?;
    let encryption = encryption(reader, snapshot.encrypted, snapshot.kms_key_id);
    let copied_from_region = filled(snapshot.source_region).filter(|region| *region != reader.region);
    let source_created_at = optional_time(snapshot.cluster_create_time.as_ref());
    let source_arn = snapshot.cluster_identifier.as_ref().map(|name| match &copied_from_region {
        Some(region) => format!("arn:{}:redshift:{region}:{}:cluster:{name}", reader.partition, reader.account),
        None => source_arn(reader.arn("redshift", &format!("cluster:{name}")), name, source_created_at, clusters),
    });
    let name = format!("snapshot:{}/{id}", snapshot.cluster_identifier.unwrap_or_default());
    let properties = Snapshot {
        source_arn: known(source_arn),
        source_created_at: source_created_at.into(),
        status: snapshot.status.into(),
        snapshot_type: known(snapshot.snapshot_type),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        // "Returns null if no accounts are authorized."
        shared_with: snapshot
            .accounts_with_restore_access
            .unwrap_or_default()
            .into_iter()
            .filter_map(|account| filled(account.account_id).or_else(|| filled(account.account_alias)))
            .collect::<Vec<_>>()
            .into(),
        copied_from_region: copied_from_region.into(),
        retention_days: snapshot.manual_snapshot_retention_period.and_then(limited).into(),
        size_bytes: snapshot.total_backup_size_in_mega_bytes.map(mebibytes).into(),
    };
    Some(Resource {
        created_at: optional_time(snapshot.snapshot_create_time.as_ref()),
        tags: tags_of(snapshot.tags),
        ..resource(reader, filled(snapshot.snapshot_arn).unwrap_or_else(|| reader.arn("redshift", &name)), id, properties)
    })
}

/// The ARN of the cluster in this Region that a snapshot belongs to.
///
/// Names are reused: a snapshot of a deleted `sales` is not a backup of a newer `sales`. The time when the snapshot's cluster was created
/// distinguishes them. If the name now belongs to another cluster, that time is appended to the ARN, so that it matches no existing cluster.
fn source_arn(named_arn: String, name: &str, created_at: Option<DateTime<Utc>>, clusters: &[Present]) -> String {
    let of_that_name = clusters.iter().find(|cluster| cluster.name == name).and_then(|cluster| cluster.created_at);
    match (created_at, of_that_name) {
        (Some(created_at), Some(other)) if created_at != other => {
            format!("{named_arn}/{}", created_at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        }
        _ => named_arn,
    }
}

fn schedule(reader: &Reader, schedule: sdk::SnapshotSchedule) -> Option<Resource> {
    let id = schedule.schedule_identifier?;
    let properties = SnapshotSchedule { definitions: schedule.schedule_definitions.unwrap_or_default().into() };
    let arn = reader.arn("redshift", &format!("snapshotschedule:{id}"));
    Some(Resource { tags: tags_of(schedule.tags), ..resource(reader, arn, id, properties) })
}

fn grant(reader: &Reader, grant: sdk::SnapshotCopyGrant) -> Option<Resource> {
    let id = grant.snapshot_copy_grant_name?;
    let key = encryption(reader, Some(true), grant.kms_key_id);
    let properties = SnapshotCopyGrant { kms_key_arn: key.kms_key_arn, key_manager: key.key_manager, key_state: key.key_state };
    let arn = reader.arn("redshift", &format!("snapshotcopygrant:{id}"));
    Some(Resource { tags: tags_of(grant.tags), ..resource(reader, arn, id, properties) })
}

/// The key is unread if the answer names none: the data may be under a key of a hardware security module.
pub(super) fn encryption(reader: &Reader, encrypted: Option<bool>, key: Option<String>) -> Encryption {
    match filled(key) {
        Some(key) if key == OWNED_BY_AWS && encrypted == Some(true) => Encryption::aws_owned(),
        key => Encryption::of(encrypted, key.map(|key| kms_key_arn(reader, &key))),
    }
}

/// A retention in days; `None` for one without end.
pub(super) fn limited(days: i32) -> Option<i64> {
    (days != FOR_EVER).then(|| i64::from(days))
}

fn mebibytes(size: f64) -> i64 {
    (size * f64::from(1 << 20)) as i64
}

/// A text that is not empty.
pub(super) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn tags_of(tags: Option<Vec<sdk::Tag>>) -> Fact<Tags> {
    let tags = tags.unwrap_or_default();
    convert::tags(tags.into_iter().filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Option<DateTime<Utc>> {
        time.parse().ok()
    }

    fn source(created_at: Option<&str>, clusters: &[Present]) -> String {
        source_arn("arn:sales".to_owned(), "sales", created_at.and_then(at), clusters)
    }

    #[test]
    fn a_name_is_not_an_identity() {
        let clusters = [Present { name: "sales".to_owned(), created_at: at("2026-05-01T08:00:00.123Z") }];
        assert_eq!(source(Some("2026-05-01T08:00:00.123Z"), &clusters), "arn:sales");
        assert_eq!(source(Some("2024-01-01T08:00:00Z"), &clusters), "arn:sales/2024-01-01T08:00:00Z");
        assert_eq!(source(Some("2024-01-01T08:00:00Z"), &[]), "arn:sales");
        assert_eq!(source(None, &clusters), "arn:sales");
    }

    #[test]
    fn a_schedule_that_is_gone_is_not_one_that_was_not_read() {
        let daily = sdk::SnapshotSchedule::builder().schedule_identifier("daily").schedule_definitions("rate(24 hours)").build();
        let schedules = [daily, sdk::SnapshotSchedule::builder().schedule_identifier("hollow").build()];
        assert_eq!(definitions(None, None), Fact::Read(None));
        assert_eq!(definitions(Some("daily"), None), Fact::Unread);
        assert_eq!(definitions(Some("daily"), Some(&schedules)), Fact::Read(Some(vec!["rate(24 hours)".to_owned()])));
        assert_eq!(definitions(Some("hollow"), Some(&schedules)), Fact::Read(Some(Vec::new())));
        assert_eq!(definitions(Some("gone"), Some(&schedules)), Fact::Read(None));
    }

    #[test]
    fn a_retention_of_minus_one_has_no_end() {
        let copy = |days| sdk::ClusterSnapshotCopyStatus::builder().destination_region("eu-west-1").manual_snapshot_retention_period(days);
        let kept = |days| snapshot_copy(copy(days).build()).map(|copy| copy.manual_retention_days);
        assert_eq!(kept(-1), Some(Fact::Read(None)));
        assert_eq!(kept(30), Some(Fact::Read(Some(30))));
        assert_eq!(snapshot_copy(sdk::ClusterSnapshotCopyStatus::builder().build()), None);
    }
}
