//! Amazon Redshift clusters, their snapshots, snapshot schedules, and the grants for copies in other Regions.

use crate::inventory::types::KeyManager;
use crate::inventory::{DEPLOYED, arn, note};
use crate::template::convert::{Built, Outcome, Scope, Unknown};
use crate::template::declaration::{Language, Node};
use crate::template::encryption::{self, Encryption, Flag, Switch, switch_wins, take_over};
use crate::template::inventory::Draft;
use crate::template::stack::Stack;
use crate::template::table::{Absent, As, BLANK, Ends, Identity, More, Paths, Row, Table, part, row};
use crate::template::takes::Takes;
use serde_json::Value as Json;

/// A snapshot from which a cluster is restored.
const SOURCE: Paths = ["SnapshotIdentifier", "snapshot_identifier|snapshot_arn"];
const NODE_TYPE: Paths = ["NodeType", "node_type"];
const RETENTION: Paths = ["AutomatedSnapshotRetentionPeriod", "automated_snapshot_retention_period"];
/// CloudFormation cannot associate a snapshot schedule with a cluster (template reference, AWS::Redshift::Cluster and SnapshotSchedule).
const SCHEDULE_NAME: Paths = ["", "+schedule.schedule_identifier"];
/// Where a cluster's snapshots are copied to. Until version 5 of the provider, the cluster has a block for it.
const COPY: Paths = ["DestinationRegion", "+snapshot_copy|snapshot_copy"];
const DEFINITIONS: Paths = ["ScheduleDefinitions", "definitions"];
const CLUSTER_NAME: Paths = ["ClusterIdentifier", "cluster_identifier"];

/// A provisioned cluster.
pub static CLUSTER: Table = Table {
    type_name: "AWS::Redshift::Cluster",
    cloudformation: &["AWS::Redshift::Cluster"],
    terraform: &["aws_redshift_cluster"],
    identity: Identity::named(CLUSTER_NAME, "arn:{partition}:redshift:{region}:{account}:cluster:{id}"),
    encryption: Some(Encryption {
        // "Default: true" (API, CreateCluster, Encrypted); true in the provider too (pull request 42631). Earlier versions did not send what
        // is not set.
        flag: Some(Flag { at: ["Encrypted", "encrypted"], absent: |_| Ok(Switch::On), copied_from: SOURCE, source_wins: switch_wins }),
        off: None,
        // Without a key, one that AWS owns ("Amazon Redshift announces enhanced default security configurations for new warehouses").
        on: KeyManager::AwsOwned,
        key: ["KmsKeyId", "kms_key_id"],
    }),
    rows: &[
        row("node_type", NODE_TYPE, As::Text, Absent::Null),
        row("backup_retention_days", RETENTION, As::By(retention), Absent::By(default_retention)),
    ],
    also: &[
        SCHEDULE_NAME,
        COPY,
        ["", "+snapshot_copy.destination_region|snapshot_copy.destination_region"],
        ["SnapshotCopyRetentionPeriod|SnapshotCopyManual", "+snapshot_copy.retention_period|snapshot_copy.retention_period"],
        ["ManualSnapshotRetentionPeriod", "+snapshot_copy.manual_snapshot_retention_period"],
        ["SnapshotCopyGrantName", "+snapshot_copy.snapshot_copy_grant_name|snapshot_copy.grant_name"],
    ],
    parts: &[
        part(&["aws_redshift_snapshot_copy"], "cluster_identifier", "+snapshot_copy").inline("snapshot_copy"),
        part(&["aws_redshift_snapshot_schedule_association"], "cluster_identifier", "+schedule"),
    ],
    more: Some(More {
        properties: &["snapshot_copy", "snapshot_schedule", "snapshot_schedule_definitions", "snapshot_schedule_state"],
        fill: |scope, built| {
            snapshot_copy(scope, built);
            snapshot_schedule(scope, built);
        },
    }),
    ends: Ends { skip_final_snapshot: Some("skip_final_snapshot"), final_snapshot_name: Some("final_snapshot_identifier"), ..Ends::PLAIN },
    ..BLANK
};

/// A manual snapshot. It is not a scheduled backup, and a template does not show whether it completes: it protects nothing here.
pub static SNAPSHOT: Table = Table {
    type_name: "AWS::Redshift::Snapshot",
    cloudformation: &["AWS::Redshift::Snapshot"],
    terraform: &["aws_redshift_cluster_snapshot"],
    identity: Identity {
        arns: &["SnapshotArn"],
        ..Identity::named(["SnapshotIdentifier", "snapshot_identifier"], "arn:{partition}:redshift:{region}:{account}:snapshot:{id}")
    },
    rows: &[
        row("source_arn", CLUSTER_NAME, As::ArnOf("AWS::Redshift::Cluster"), Absent::Unknown("its cluster is not set")),
        row("snapshot_type", ["", ""], As::Text, Absent::Text("manual")),
        // An account is let in after the snapshot exists (API, AuthorizeSnapshotAccess).
        row("shared_with", ["", ""], As::Texts, Absent::Unknown(DEPLOYED)),
        row("copied_from_region", ["", ""], As::Text, Absent::Null),
        // "The default value is -1" (API, CreateClusterSnapshot, ManualSnapshotRetentionPeriod); provider.
        row("retention_days", ["ManualSnapshotRetentionPeriod", "manual_snapshot_retention_period"], As::By(limited), Absent::Null)
            .takes(Takes::Whole(-1, 3_653)),
    ],
    more: Some(More {
        properties: &["encrypted", "kms_key_arn", "key_manager", "key_state"],
        // "Database encryption applies to the cluster and also to its snapshots" (management guide, "Amazon Redshift database encryption").
        fill: |scope, built| take_over(scope, CLUSTER_NAME, |table| *table == CLUSTER, fill_from_cluster, built),
    }),
    finish: Some(name_clusters),
    ..BLANK
};

/// A snapshot schedule.
pub static SCHEDULE: Table = Table {
    type_name: "AWS::Redshift::SnapshotSchedule",
    cloudformation: &["AWS::Redshift::SnapshotSchedule"],
    terraform: &["aws_redshift_snapshot_schedule"],
    identity: Identity::named(["ScheduleIdentifier", "identifier"], "arn:{partition}:redshift:{region}:{account}:snapshotschedule:{id}"),
    rows: &[row("definitions", DEFINITIONS, As::Texts, Absent::Empty)],
    ..BLANK
};

/// A grant for copies of snapshots in its Region.
pub static COPY_GRANT: Table = Table {
    type_name: "AWS::Redshift::SnapshotCopyGrant",
    cloudformation: &["AWS::Redshift::SnapshotCopyGrant"],
    terraform: &["aws_redshift_snapshot_copy_grant"],
    identity: Identity::named(
        ["SnapshotCopyGrantName", "snapshot_copy_grant_name"],
        "arn:{partition}:redshift:{region}:{account}:snapshotcopygrant:{id}",
    ),
    // "If no key is specified, the default key is used" (API, CreateSnapshotCopyGrant, KmsKeyId).
    encryption: Some(Encryption { flag: None, off: None, on: KeyManager::Aws, key: ["KmsKeyId", "kms_key_id"] }),
    ..BLANK
};

/// "You can't disable automated snapshots for RG or RA3 node types. Set the automated retention period from 1-35 days" (API, CreateCluster,
/// AutomatedSnapshotRetentionPeriod).
fn retention(scope: &Scope, node: &Node) -> Outcome {
    let node_type = scope.text_at(NODE_TYPE).ok().flatten().unwrap_or_default();
    let always_on = ["ra3.", "rg."].iter().any(|family| node_type.starts_with(family));
    scope.taken(RETENTION, Takes::Whole(i64::from(always_on), 35))?;
    scope.int(node).map(Json::from)
}

/// 1 day (API, CreateCluster); from a snapshot, "the value selected for the cluster from which the snapshot was taken"
/// (RestoreFromClusterSnapshot), but the provider always sends its own default of 1.
fn default_retention(scope: &Scope) -> Outcome {
    match scope.find(SOURCE).filter(|_| scope.language() != Language::Terraform) {
        Some(source) => Err(scope.taken_over("the retention of automated snapshots, which is not set,", source)),
        None => Ok(1.into()),
    }
}

const COPY_ROWS: &[Row] = &[
    row("destination_region", ["DestinationRegion", "destination_region"], As::Text, Absent::Unknown("the destination Region is not set")),
    // "Default: 7" (API, EnableSnapshotCopy, RetentionPeriod); provider.
    row("retention_days", ["SnapshotCopyRetentionPeriod", "retention_period"], As::By(copy_retention), Absent::Int(7)),
    // -1 by default (provider): "In both the source and destination AWS Regions, manual snapshots are deleted at the end of the snapshot
    // retention period or when you manually delete them" (management guide, "Copying a snapshot to another AWS Region").
    row(
        "manual_retention_days",
        ["ManualSnapshotRetentionPeriod", "manual_snapshot_retention_period"],
        As::By(limited),
        Absent::By(of_manual),
    )
    .takes(Takes::Whole(-1, 3_653)),
    row("grant_name", ["SnapshotCopyGrantName", "snapshot_copy_grant_name|grant_name"], As::Name, Absent::Null),
];

/// "Indicates whether to apply the snapshot retention period to newly copied manual snapshots instead of automated snapshots."
const OF_MANUAL: Paths = ["SnapshotCopyManual", ""];

fn copy_retention(scope: &Scope, node: &Node) -> Outcome {
    if scope.bool_at(OF_MANUAL, false)? {
        return Err(vec![
            "SnapshotCopyManual applies the retention to copies of manual snapshots; that of automated ones is not set".to_owned(),
        ]);
    }
    scope.taken(["SnapshotCopyRetentionPeriod", "retention_period"], Takes::Whole(1, 35))?;
    scope.int(node).map(Json::from)
}

fn of_manual(scope: &Scope) -> Outcome {
    match scope.find(["SnapshotCopyRetentionPeriod", ""]) {
        Some(node) if scope.bool_at(OF_MANUAL, false)? => limited(scope, node),
        _ => Ok(Json::Null),
    }
}

/// A retention in days; -1 means for ever.
pub(super) fn limited(scope: &Scope, node: &Node) -> Outcome {
    let days = scope.int(node)?;
    Ok(if days == -1 { Json::Null } else { days.into() })
}

fn snapshot_copy(scope: &Scope, built: &mut Built) {
    built.place("snapshot_copy", scope.find(COPY));
    let mut nested = Unknown::new();
    let copy = match scope.language() {
        Language::Terraform => scope.elements_at(COPY).map(|copies| copies.first().copied()),
        Language::CloudFormation | Language::CloudControl => scope.is_written(COPY).map(|is| is.then_some(scope.node)),
    };
    let copy = copy.and_then(|copy| copy.map_or(Ok(Json::Null), |node| scope.object(node, COPY_ROWS, "snapshot_copy", &mut nested)));
    match nested.remove("snapshot_copy.destination_region") {
        Some(reasons) => built.set("snapshot_copy", Err(reasons)),
        None => {
            nested.into_iter().for_each(|(path, reasons)| note(&mut built.unknown, &path, reasons));
            built.set("snapshot_copy", copy);
        }
    }
}

fn snapshot_schedule(scope: &Scope, built: &mut Built) {
    let name = scope.find(SCHEDULE_NAME);
    built.place("snapshot_schedule", name);
    let [named, state, defined] = match name.map(|node| scope.written(node).map(|is| is.then_some(node))).transpose() {
        // The association of a schedule that works is active.
        Ok(Some(Some(node))) => [scope.text(node).map(|text| text.text.into()), Ok("ACTIVE".into()), definitions(scope, node)],
        Ok(_) => [Ok(Json::Null), Ok(Json::Null), Ok(Json::Null)],
        Err(reasons) => [Err(reasons.clone()), Err(reasons.clone()), Err(reasons)],
    };
    built.set("snapshot_schedule", named);
    built.set("snapshot_schedule_state", state);
    built.set("snapshot_schedule_definitions", defined);
}

/// The definitions of the schedule that a value names.
fn definitions(scope: &Scope, node: &Node) -> Outcome {
    let found = scope.stack.named(node, |table| *table == SCHEDULE).and_then(|found| scope.stack.entries.get(found));
    let Some(entry) = found else {
        let name = scope.text(node)?;
        return Err(if name.unknown.is_empty() {
            vec![format!("snapshot schedule {} is not in the template", name.text)]
        } else {
            name.unknown
        });
    };
    let schedule = Scope { stack: scope.stack, entry, node: &entry.body };
    schedule.elements_at(DEFINITIONS)?.into_iter().map(|node| schedule.known_text(node).map(Json::from)).collect()
}

fn fill_from_cluster(cluster: &Scope, built: &mut Built) {
    if let Some(encryption) = &cluster.entry.table.encryption {
        encryption::fill(cluster, encryption, built);
    }
}

/// The ARN of a snapshot has the name of its cluster before its own.
fn name_clusters(_: &Stack, drafts: &mut [Draft]) {
    for draft in drafts.iter_mut().filter(|draft| draft.resource.type_name == SNAPSHOT.type_name) {
        let cluster = draft.properties.get("source_arn").and_then(Json::as_str).map(|source| arn::id(source).to_owned());
        if let Some(cluster) = cluster {
            draft.resource.arn = draft.resource.arn.replacen(":snapshot:", &format!(":snapshot:{cluster}/"), 1);
        }
    }
}
