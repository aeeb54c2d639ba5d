//! Amazon Redshift.

use super::build::{cfn, has, reasons, reference, resource, resources, tf, unknown, value};
use serde_json::{Value as Json, json};

const CLUSTER: &str = "AWS::Redshift::Cluster";

fn named(body: &Json) -> Json {
    let mut named = json!({ "cluster_identifier": "sales", "node_type": "ra3.large" });
    body.as_object().expect("a body").iter().for_each(|(name, value)| named[name] = value.clone());
    named
}

fn terraform(body: Json) -> crate::template::declaration::Declaration {
    tf("aws_redshift_cluster.c", "aws_redshift_cluster", named(&body))
}

#[test]
fn clusters_by_default() {
    let expected = json!({ "encrypted": true, "kms_key_arn": null, "key_manager": "aws_owned", "backup_retention_days": 1, "snapshot_copy": null,
        "snapshot_schedule": null, "snapshot_schedule_state": null, "snapshot_schedule_definitions": null });
    has(&resource(&[cfn("C", CLUSTER, json!({ "NodeType": "ra3.large" }))]), expected.clone());
    let found = resource(&[terraform(json!({}))]);
    has(&found, expected);
    assert_eq!(found.arn, "arn:aws:redshift:eu-west-1:111122223333:cluster:sales");
    let template = found.declared.expect("declared").template;
    assert_eq!((template.skip_final_snapshot.read(), template.final_snapshot_name.read()), (Some(&Some(false)), Some(&None)));
}

/// "You can't disable automated snapshots for RG or RA3 node types": such a template does not deploy.
#[test]
fn a_cluster_of_ra3_nodes_cannot_be_without_automated_snapshots() {
    for (node_type, days, accepted) in
        [("ra3.large", 0, false), ("rg.xlarge", 0, false), ("dc2.large", 0, true), ("ra3.large", 1, true), ("dc2.large", 36, false)]
    {
        let body = json!({ "NodeType": node_type, "AutomatedSnapshotRetentionPeriod": days });
        let cloudformation = resource(&[cfn("C", CLUSTER, body)]);
        let terraform = resource(&[terraform(json!({ "node_type": node_type, "automated_snapshot_retention_period": days }))]);
        for found in [cloudformation, terraform] {
            if accepted {
                has(&found, json!({ "backup_retention_days": days }));
            } else {
                assert!(reasons(&found, "backup_retention_days")[0].starts_with("AWS refuses"), "{node_type} {days}");
            }
        }
    }
}

#[test]
fn what_is_restored_is_as_its_snapshot() {
    let found = resource(&[cfn("C", CLUSTER, json!({ "NodeType": "ra3.large", "SnapshotIdentifier": "s" }))]);
    assert_eq!((reasons(&found, "encrypted").len(), reasons(&found, "backup_retention_days").len()), (1, 1));
    let found = resource(&[terraform(json!({ "snapshot_identifier": "s" }))]);
    assert_eq!(reasons(&found, "encrypted").len(), 1);
    has(&found, json!({ "backup_retention_days": 1 }));
    has(&resource(&[terraform(json!({ "snapshot_identifier": "s", "encrypted": true }))]), json!({ "encrypted": true }));
}

#[test]
fn copies_in_another_region() {
    let copy = |found: &crate::inventory::Resource| value(found, "snapshot_copy");
    let of = |body: Json| resource(&[cfn("C", CLUSTER, body)]);
    let expected = json!({ "destination_region": "eu-central-1", "retention_days": 7, "manual_retention_days": null, "grant_name": "g" });
    assert_eq!(copy(&of(json!({ "DestinationRegion": "eu-central-1", "SnapshotCopyGrantName": "g" }))), expected);
    let set = json!({ "DestinationRegion": "eu-central-1", "SnapshotCopyRetentionPeriod": 14, "ManualSnapshotRetentionPeriod": 90 });
    let expected = json!({ "destination_region": "eu-central-1", "retention_days": 14, "manual_retention_days": 90, "grant_name": null });
    assert_eq!(copy(&of(set)), expected);
    // The retention is that of the one kind or the other.
    let manual = of(json!({ "DestinationRegion": "eu-central-1", "SnapshotCopyManual": true, "SnapshotCopyRetentionPeriod": 90 }));
    assert_eq!(copy(&manual)["manual_retention_days"], 90);
    assert_eq!(reasons(&manual, "snapshot_copy.retention_days").len(), 1);
    assert_eq!(reasons(&of(json!({ "DestinationRegion": unknown("not given") })), "snapshot_copy"), ["not given"]);

    let part = tf(
        "aws_redshift_snapshot_copy.s",
        "aws_redshift_snapshot_copy",
        json!({ "cluster_identifier": reference("aws_redshift_cluster.c", "id"), "destination_region": "eu-central-1", "snapshot_copy_grant_name": "g",
            "manual_snapshot_retention_period": -1 }),
    );
    let found = resource(&[terraform(json!({})), part]);
    assert_eq!(
        copy(&found),
        json!({ "destination_region": "eu-central-1", "retention_days": 7, "manual_retention_days": null, "grant_name": "g" })
    );
    // Before version 6 of the provider.
    let block = json!({ "snapshot_copy": [{ "destination_region": "eu-central-1", "grant_name": "g", "retention_period": 3 }] });
    assert_eq!(copy(&resource(&[terraform(block)]))["retention_days"], 3);
}

#[test]
fn snapshot_schedules() {
    let association = |schedule: Json| {
        tf(
            "aws_redshift_snapshot_schedule_association.a",
            "aws_redshift_snapshot_schedule_association",
            json!({ "cluster_identifier": reference("aws_redshift_cluster.c", "id"), "schedule_identifier": schedule }),
        )
    };
    let schedule = tf(
        "aws_redshift_snapshot_schedule.s",
        "aws_redshift_snapshot_schedule",
        json!({ "identifier": "nightly", "definitions": ["cron(30 1 *)"] }),
    );
    let found = resource(&[terraform(json!({})), association(reference("aws_redshift_snapshot_schedule.s", "id")), schedule]);
    has(
        &found,
        json!({ "snapshot_schedule": "nightly", "snapshot_schedule_state": "ACTIVE", "snapshot_schedule_definitions": ["cron(30 1 *)"] }),
    );
    let found = resource(&[terraform(json!({})), association(json!("elsewhere"))]);
    has(&found, json!({ "snapshot_schedule": "elsewhere" }));
    assert_eq!(reasons(&found, "snapshot_schedule_definitions"), ["snapshot schedule elsewhere is not in the template"]);
    let found = resource(&[cfn(
        "S",
        "AWS::Redshift::SnapshotSchedule",
        json!({ "ScheduleIdentifier": "s", "ScheduleDefinitions": ["rate(12 hours)"] }),
    )]);
    has(&found, json!({ "definitions": ["rate(12 hours)"] }));
}

#[test]
fn snapshots_have_the_encryption_of_their_cluster() {
    let cluster = cfn("C", CLUSTER, json!({ "NodeType": "dc2.large", "ClusterIdentifier": "sales", "Encrypted": false }));
    let of = |cluster: Json| cfn("S", "AWS::Redshift::Snapshot", json!({ "SnapshotIdentifier": "by-hand", "ClusterIdentifier": cluster }));
    let found = resources(&[cluster, of(reference("C", "Ref"))]).remove(1);
    let arn = "arn:aws:redshift:eu-west-1:111122223333:cluster:sales";
    has(&found, json!({ "encrypted": false, "key_manager": null, "source_arn": arn, "snapshot_type": "manual", "retention_days": null }));
    assert_eq!(found.arn, "arn:aws:redshift:eu-west-1:111122223333:snapshot:sales/by-hand");
    assert_eq!(reasons(&resource(&[of(json!("another"))]), "encrypted").len(), 1);
    let body = json!({ "snapshot_identifier": "s", "cluster_identifier": "sales", "manual_snapshot_retention_period": 30 });
    has(&resource(&[tf("aws_redshift_cluster_snapshot.s", "aws_redshift_cluster_snapshot", body)]), json!({ "retention_days": 30 }));
}

#[test]
fn grants_are_under_the_default_key_without_one() {
    for declaration in [
        cfn("G", "AWS::Redshift::SnapshotCopyGrant", json!({ "SnapshotCopyGrantName": "g" })),
        tf("aws_redshift_snapshot_copy_grant.g", "aws_redshift_snapshot_copy_grant", json!({ "snapshot_copy_grant_name": "g" })),
    ] {
        let found = resource(&[declaration]);
        has(&found, json!({ "kms_key_arn": null, "key_manager": "aws" }));
        assert_eq!(found.arn, "arn:aws:redshift:eu-west-1:111122223333:snapshotcopygrant:g");
    }
}

const NAMESPACE: &str = "AWS::RedshiftServerless::Namespace";

#[test]
fn namespaces() {
    let owned = json!({ "kms_key_arn": null, "key_manager": "aws_owned" });
    let found = resource(&[cfn("N", NAMESPACE, json!({ "NamespaceName": "sales" }))]);
    has(&found, owned.clone());
    has(&found, json!({ "snapshot_copies": [] }));
    let found =
        resource(&[tf("aws_redshiftserverless_namespace.n", "aws_redshiftserverless_namespace", json!({ "namespace_name": "sales" }))]);
    has(&found, owned);
    // The provider has no argument for it.
    assert_eq!(reasons(&found, "snapshot_copies").len(), 1);
    let copies = json!([{ "DestinationRegion": "eu-central-1" }, { "DestinationRegion": "eu-west-3", "SnapshotRetentionPeriod": 14 }]);
    let found = resource(&[cfn("N", NAMESPACE, json!({ "NamespaceName": "sales", "SnapshotCopyConfigurations": copies }))]);
    let expected = json!([{ "destination_region": "eu-central-1", "retention_days": null }, { "destination_region": "eu-west-3", "retention_days": 14 }]);
    has(&found, json!({ "snapshot_copies": expected }));
}

#[test]
fn snapshots_of_namespaces() {
    let namespace = cfn("N", NAMESPACE, json!({ "NamespaceName": "sales" }));
    let snapshot =
        cfn("S", "AWS::RedshiftServerless::Snapshot", json!({ "SnapshotName": "by-hand", "NamespaceName": reference("N", "Ref") }));
    let found = resources(&[namespace, snapshot]);
    let of = |kind: &str| found.iter().find(|found| found.type_name.ends_with(kind)).expect("declared");
    assert_eq!(of("Snapshot").properties.json("source_arn"), Some(json!(of("Namespace").arn)));
    has(of("Snapshot"), json!({ "snapshot_type": "manual", "retention_days": null }));
    // A resource policy outside of the template may share it.
    assert_eq!(reasons(of("Snapshot"), "shared_with").len(), 1);
    let body = json!({ "snapshot_name": "by-hand", "namespace_name": "sales", "retention_period": 30 });
    has(&resource(&[tf("aws_redshiftserverless_snapshot.s", "aws_redshiftserverless_snapshot", body)]), json!({ "retention_days": 30 }));
}
