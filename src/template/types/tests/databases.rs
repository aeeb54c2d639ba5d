//! RDS, Aurora, Neptune, DocumentDB, DynamoDB.

use super::build::{self, cfn, has, reasons, reference, resource, resources, tf, unknown, value};
use crate::template::declaration::EXISTS;
use serde_json::json;

#[test]
fn instances_by_default_differ_by_language() {
    let common = json!({ "encrypted": false, "key_manager": null, "deletion_protection": false, "copy_tags_to_snapshots": false, "cluster_id": null, "read_replica": false,
        "backup_window": null, "maintenance_window": null, "multi_az": false, "replicated_backup_arns": [], "engine": "postgres", "engine_version": null });
    let cloudformation = resource(&[cfn("D", "AWS::RDS::DBInstance", json!({ "Engine": "postgres" }))]);
    has(&cloudformation, common.clone());
    has(&cloudformation, json!({ "backup_retention_days": 1 }));
    let terraform = resource(&[tf("aws_db_instance.d", "aws_db_instance", json!({ "engine": "postgres", "identifier": "orders" }))]);
    has(&terraform, common);
    has(&terraform, json!({ "backup_retention_days": 0 }));
    assert_eq!(cloudformation.arn, "arn:aws:rds:eu-west-1:111122223333:db:${D}");
    assert_eq!((terraform.arn.as_str(), terraform.name.as_deref()), ("arn:aws:rds:eu-west-1:111122223333:db:orders", Some("orders")));
}

#[test]
fn instances_as_given() {
    let found = resource(&[cfn(
        "D",
        "AWS::RDS::DBInstance",
        json!({ "Engine": "mysql", "StorageEncrypted": true, "BackupRetentionPeriod": "14", "DeletionProtection": "true", "MultiAZ": true,
            "CopyTagsToSnapshot": true, "PreferredBackupWindow": "01:00-02:00", "AutomaticBackupReplicationRegion": "us-east-1" }),
    )]);
    has(
        &found,
        json!({ "encrypted": true, "key_manager": "aws", "backup_retention_days": 14, "deletion_protection": true, "multi_az": true, "copy_tags_to_snapshots": true,
            "backup_window": "01:00-02:00", "replicated_backup_arns": ["arn:aws:rds:us-east-1:111122223333:auto-backup:${D}"] }),
    );
    let found = resource(&[
        tf("aws_db_instance.d", "aws_db_instance", json!({ "engine": "mysql", "backup_retention_period": unknown("var.days is not set") })),
        tf(
            "aws_db_instance_automated_backups_replication.r",
            "aws_db_instance_automated_backups_replication",
            json!({ "source_db_instance_arn": reference("aws_db_instance.d", "arn") }),
        ),
    ]);
    assert_eq!(reasons(&found, "backup_retention_days"), ["var.days is not set"]);
    assert_eq!(value(&found, "replicated_backup_arns").as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_restored_is_as_its_source() {
    for declaration in [
        cfn("D", "AWS::RDS::DBInstance", json!({ "DBSnapshotIdentifier": "snap" })),
        tf("aws_db_instance.d", "aws_db_instance", json!({ "snapshot_identifier": "snap" })),
    ] {
        let found = resource(&[declaration]);
        for property in ["encrypted", "key_manager", "backup_retention_days", "engine"] {
            assert_eq!(reasons(&found, property).len(), 1, "{property}");
        }
        has(&found, json!({ "read_replica": false }));
    }
    let encryption = |type_name: &str, body| {
        let found = resource(&[cfn("D", type_name, body)]);
        found.properties.json("encrypted")
    };
    // A database created from a source has the source's encryption, whatever it sets itself …
    for written in [true, false] {
        let (instance, cluster) = ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster");
        assert_eq!(encryption(instance, json!({ "DBSnapshotIdentifier": "s", "StorageEncrypted": written })), None);
        assert_eq!(encryption(instance, json!({ "SourceDBInstanceIdentifier": "o", "StorageEncrypted": written })), None);
        assert_eq!(encryption(cluster, json!({ "Engine": "mysql", "SnapshotIdentifier": "s", "StorageEncrypted": written })), None);
        let body = json!({ "Engine": "mysql", "SourceDBClusterIdentifier": "o", "StorageEncrypted": written, "KmsKeyId": "alias/k" });
        assert_eq!(encryption(cluster, body), None);
        assert_eq!(encryption(instance, json!({ "Engine": "mysql", "StorageEncrypted": written })), Some(json!(written)));
    }
    // … except a cluster restored from a snapshot with a key.
    let body = json!({ "Engine": "mysql", "SnapshotIdentifier": "s", "StorageEncrypted": true, "KmsKeyId": "alias/k" });
    assert_eq!(encryption("AWS::RDS::DBCluster", body), Some(json!(true)));
    // The provider's calls do not take it either; existing resources are as AWS reports them.
    let body = json!({ "replicate_source_db": "orders", "storage_encrypted": true, "backup_retention_period": 3 });
    let mut replica = tf("aws_db_instance.r", "aws_db_instance", body);
    has(&resource(&[replica.clone()]), json!({ "read_replica": true, "backup_retention_days": 3 }));
    assert_eq!(reasons(&resource(&[replica.clone()]), "encrypted"), ["the encryption is that of its source, orders"]);
    replica.settings.push((EXISTS.to_owned(), build::node(&json!(true), &mut 0)));
    has(&resource(&[replica]), json!({ "encrypted": true }));
    let restored = |type_name: &str, key: &str| {
        let mut body = json!({ "engine": "mysql", "snapshot_identifier": "s", "storage_encrypted": true });
        body[key] = json!("alias/k");
        resource(&[tf("x.d", type_name, body)]).properties.json("encrypted")
    };
    assert_eq!(restored("aws_rds_cluster", "tags"), None);
    assert_eq!(restored("aws_rds_cluster", "kms_key_id"), Some(json!(true)));
    assert_eq!(restored("aws_docdb_cluster", "kms_key_id"), Some(json!(true)));
    assert_eq!(restored("aws_neptune_cluster", "kms_key_arn"), None);
    // A declared source determines the encryption and the key.
    let of_source = |source| {
        let replica = json!({ "replicate_source_db": reference("aws_db_instance.o", "identifier"), "storage_encrypted": true });
        let found = resources(&[
            tf("aws_db_instance.r", "aws_db_instance", replica),
            tf("aws_db_instance.o", "aws_db_instance", source),
            tf("aws_kms_key.k", "aws_kms_key", json!({})),
        ]);
        found[0].clone()
    };
    has(&of_source(json!({ "identifier": "o" })), json!({ "encrypted": false, "key_manager": null }));
    let key = json!({ "identifier": "o", "storage_encrypted": true, "kms_key_id": reference("aws_kms_key.k", "arn") });
    has(&of_source(key), json!({ "encrypted": true, "key_manager": "customer" }));
    assert_eq!(
        reasons(&resource(&[cfn("C", "AWS::RDS::DBCluster", json!({ "Engine": "aurora-mysql", "SnapshotIdentifier": "s" }))]), "encrypted")
            .len(),
        1
    );
}

#[test]
fn members_are_as_their_cluster() {
    let all = resources(&[
        cfn("M", "AWS::RDS::DBInstance", json!({ "Engine": "aurora-postgresql", "DBClusterIdentifier": reference("C", "Ref") })),
        cfn(
            "C",
            "AWS::RDS::DBCluster",
            json!({ "Engine": "aurora-postgresql", "StorageEncrypted": true, "KmsKeyId": reference("K", "Arn"), "BackupRetentionPeriod": 9 }),
        ),
        cfn("K", "AWS::KMS::Key", json!({})),
        cfn("N", "AWS::RDS::DBInstance", json!({ "Engine": "aurora-mysql", "DBClusterIdentifier": "elsewhere", "StorageEncrypted": true })),
    ]);
    has(&all[0], json!({ "cluster_id": "${C}", "encrypted": true, "key_manager": "customer", "backup_retention_days": 9 }));
    has(&all[1], json!({ "members": ["${M}"], "backup_retention_days": 9, "encrypted": true }));
    has(&all[3], json!({ "cluster_id": "elsewhere" }));
    assert_eq!(reasons(&all[3], "backup_retention_days"), ["its cluster, which is not in the template, sets it"]);

    let all = resources(&[
        tf(
            "aws_rds_cluster.c",
            "aws_rds_cluster",
            json!({ "cluster_identifier": "orders", "engine": "aurora-mysql", "storage_encrypted": true, "backup_retention_period": unknown("var.d") }),
        ),
        tf(
            "aws_rds_cluster_instance.m[0]",
            "aws_rds_cluster_instance",
            json!({ "cluster_identifier": reference("aws_rds_cluster.c", "id"), "engine": "aurora-mysql" }),
        ),
    ]);
    has(&all[0], json!({ "members": ["${aws_rds_cluster_instance.m[0]}"] }));
    has(&all[1], json!({ "cluster_id": "orders", "encrypted": true, "multi_az": false }));
    assert_eq!(reasons(&all[1], "backup_retention_days"), ["var.d"]);
}

#[test]
fn clusters_by_default() {
    let common = json!({ "backup_retention_days": 1, "deletion_protection": false, "copy_tags_to_snapshots": false, "backtrack_window_seconds": 0, "read_replica": false, "members": [] });
    for (declaration, engine, encrypted, manager) in [
        (cfn("C", "AWS::RDS::DBCluster", json!({ "Engine": "aurora-mysql" })), "aurora-mysql", true, json!("aws_owned")),
        (
            tf("aws_rds_cluster.c", "aws_rds_cluster", json!({ "engine": "aurora-postgresql" })),
            "aurora-postgresql",
            true,
            json!("aws_owned"),
        ),
        (cfn("C", "AWS::RDS::DBCluster", json!({ "Engine": "mysql" })), "mysql", false, json!(null)),
        (
            cfn("C", "AWS::RDS::DBCluster", json!({ "Engine": "aurora-mysql", "StorageEncrypted": false })),
            "aurora-mysql",
            false,
            json!(null),
        ),
        (cfn("C", "AWS::Neptune::DBCluster", json!({})), "neptune", false, json!(null)),
        (tf("aws_neptune_cluster.c", "aws_neptune_cluster", json!({})), "neptune", false, json!(null)),
        (cfn("C", "AWS::DocDB::DBCluster", json!({})), "docdb", false, json!(null)),
        (tf("aws_docdb_cluster.c", "aws_docdb_cluster", json!({})), "docdb", false, json!(null)),
    ] {
        let found = resource(&[declaration]);
        has(&found, common.clone());
        has(&found, json!({ "engine": engine, "encrypted": encrypted, "key_manager": manager }));
    }
}

#[test]
fn clusters_as_given() {
    let key = tf("aws_kms_key.k", "aws_kms_key", json!({}));
    let encrypted = |name: &str, argument: &str| {
        let body = json!({ "cluster_identifier": "c", "engine": "x", "storage_encrypted": true, argument: reference("aws_kms_key.k", "arn"), "deletion_protection": true, "backup_retention_period": 30 });
        resource(&[tf(&format!("{name}.c"), name, body), key.clone()])
    };
    for (name, argument) in [("aws_rds_cluster", "kms_key_id"), ("aws_neptune_cluster", "kms_key_arn"), ("aws_docdb_cluster", "kms_key_id")]
    {
        let found = encrypted(name, argument);
        has(
            &found,
            json!({ "encrypted": true, "key_manager": "customer", "key_state": "Enabled", "deletion_protection": true, "backup_retention_days": 30 }),
        );
        assert_eq!(found.arn, "arn:aws:rds:eu-west-1:111122223333:cluster:c");
    }
    let all = resources(&[
        cfn("C", "AWS::DocDB::DBCluster", json!({ "BackupRetentionPeriod": 5 })),
        cfn("M", "AWS::DocDB::DBInstance", json!({ "DBClusterIdentifier": reference("C", "Ref"), "DBInstanceIdentifier": "one" })),
    ]);
    assert_eq!(all.len(), 1);
    has(&all[0], json!({ "members": ["one"] }));
}

#[test]
fn global_clusters() {
    let types = [("RDS", "rds", "aurora-mysql"), ("Neptune", "neptune", "neptune"), ("DocDB", "docdb", "docdb")];
    for (service, prefix, engine) in types {
        let (cloudformation, terraform) = (format!("AWS::{service}::GlobalCluster"), format!("aws_{prefix}_global_cluster"));
        let default = json!({ "encrypted": false, "deletion_protection": false, "engine": engine, "engine_version": null });
        let named = resource(&[cfn("G", &cloudformation, json!({ "GlobalClusterIdentifier": "world", "Engine": engine }))]);
        assert_eq!((named.type_name.as_str(), named.arn.as_str()), (&*cloudformation, "arn:aws:rds::111122223333:global-cluster:world"));
        has(&named, default.clone());
        has(&resource(&[tf("x.g", &terraform, json!({ "global_cluster_identifier": "world", "engine": engine }))]), default);
        let given = json!({ "engine": engine, "storage_encrypted": true, "deletion_protection": true, "engine_version": "1" });
        has(&resource(&[tf("x.g", &terraform, given)]), json!({ "encrypted": true, "deletion_protection": true, "engine_version": "1" }));

        let cluster = (format!("AWS::{service}::DBCluster"), format!("aws_{prefix}_cluster"));
        for encrypted in [true, false] {
            let found = resources(&[
                cfn(
                    "G",
                    &cloudformation,
                    json!({ "SourceDBClusterIdentifier": reference("C", "DBClusterArn"), "StorageEncrypted": !encrypted }),
                ),
                cfn("C", &cluster.0, json!({ "Engine": engine, "StorageEncrypted": encrypted })),
            ]);
            has(&found[0], json!({ "encrypted": encrypted }));
            let found = resources(&[
                tf("x.g", &terraform, json!({ "source_db_cluster_identifier": reference("x.c", "arn") })),
                tf("x.c", &cluster.1, json!({ "engine": engine, "storage_encrypted": encrypted })),
            ]);
            has(&found[0], json!({ "encrypted": encrypted }));
        }
    }
    let unset = resource(&[cfn("G", "AWS::RDS::GlobalCluster", json!({ "SourceDBClusterIdentifier": "orders" }))]);
    assert_eq!(reasons(&unset, "engine"), ["the engine is not set: it is that of the source cluster"]);
}

/// What the source's encryption is may not be known: it is not in the template, it has a source itself, or the value is not known.
#[test]
fn the_encryption_of_an_unknown_source_is_unknown() {
    let of = |source: serde_json::Value| json!({ "SourceDBClusterIdentifier": source, "StorageEncrypted": true });
    let global = |source| cfn("G", "AWS::RDS::GlobalCluster", of(source));
    assert_eq!(reasons(&resource(&[global(json!("orders"))]), "encrypted"), ["the encryption is that of its source, orders"]);
    assert_eq!(
        reasons(&resource(&[global(unknown("a parameter"))]), "encrypted"),
        ["the encryption is that of its source, which is not known: a parameter"]
    );
    let restored = cfn("C", "AWS::RDS::DBCluster", json!({ "Engine": "aurora-mysql", "SnapshotIdentifier": "s" }));
    let found = resources(&[global(reference("C", "Ref")), restored]);
    assert_eq!(reasons(&found[0], "encrypted"), ["the encryption is that of its source, s"]);
    // A source of another service is none of these clusters.
    let found = resources(&[global(reference("C", "Ref")), cfn("C", "AWS::DocDB::DBCluster", json!({ "StorageEncrypted": true }))]);
    assert!(!reasons(&found[0], "encrypted").is_empty());
    // An existing one is as AWS reports it.
    let mut existing = tf("x.g", "aws_rds_global_cluster", json!({ "source_db_cluster_identifier": "orders", "storage_encrypted": true }));
    existing.settings.push((EXISTS.to_owned(), build::node(&json!(true), &mut 0)));
    has(&resource(&[existing]), json!({ "encrypted": true }));
    // By default, new clusters of Aurora are encrypted.
    let found = resources(&[global(reference("C", "Ref")), cfn("C", "AWS::RDS::DBCluster", json!({ "Engine": "aurora-mysql" }))]);
    has(&found[0], json!({ "encrypted": true }));
}

#[test]
fn tables() {
    let default = json!({ "encrypted": true, "kms_key_arn": null, "key_manager": "aws_owned", "pitr": false, "pitr_days": null, "deletion_protection": false, "ttl": false, "replicas": [] });
    has(&resource(&[cfn("T", "AWS::DynamoDB::Table", json!({}))]), default.clone());
    has(&resource(&[tf("aws_dynamodb_table.t", "aws_dynamodb_table", json!({ "name": "orders" }))]), default);
    let given = resource(&[cfn(
        "T",
        "AWS::DynamoDB::Table",
        json!({ "TableName": "orders", "SSESpecification": { "SSEEnabled": true }, "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
            "TimeToLiveSpecification": { "Enabled": true, "AttributeName": "t" }, "DeletionProtectionEnabled": true }),
    )]);
    has(&given, json!({ "key_manager": "aws", "pitr": true, "pitr_days": 35, "ttl": true, "deletion_protection": true }));
    assert_eq!(given.arn, "arn:aws:dynamodb:eu-west-1:111122223333:table/orders");
    let all = resources(&[
        tf(
            "aws_dynamodb_table.t",
            "aws_dynamodb_table",
            json!({ "name": "orders", "server_side_encryption": [{ "enabled": true, "kms_key_arn": reference("aws_kms_key.k", "arn") }],
                "point_in_time_recovery": [{ "enabled": true, "recovery_period_in_days": 7 }], "replica": [{ "region_name": "us-east-1" }] }),
        ),
        tf("aws_kms_key.k", "aws_kms_key", json!({})),
        tf(
            "aws_dynamodb_table_replica.r",
            "aws_dynamodb_table_replica",
            json!({ "global_table_arn": reference("aws_dynamodb_table.t", "arn"), "region": "us-west-2" }),
        ),
    ]);
    let replicas = json!([{ "region": "us-east-1", "status": null }, { "region": "us-west-2", "status": null }]);
    has(&all[0], json!({ "key_manager": "customer", "pitr": true, "pitr_days": 7, "replicas": replicas }));
    let asked = resource(&[cfn("T", "AWS::DynamoDB::Table", json!({ "PointInTimeRecoverySpecification": unknown("parameter Pitr") }))]);
    assert_eq!(reasons(&asked, "pitr"), ["parameter Pitr"]);
    assert_eq!(reasons(&asked, "pitr_days"), ["parameter Pitr"]);
}

#[test]
fn a_global_table_has_what_all_its_replicas_have() {
    let replica = |region: &str, pitr: bool| json!({ "Region": region, "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": pitr, "RecoveryPeriodInDays": 9 }, "DeletionProtectionEnabled": true });
    let table = |replicas| resource(&[cfn("G", "AWS::DynamoDB::GlobalTable", json!({ "TableName": "orders", "Replicas": replicas }))]);
    has(
        &table(json!([replica("eu-west-1", true), replica("us-east-1", true)])),
        json!({ "encrypted": true, "key_manager": "aws_owned", "pitr": true, "pitr_days": 9, "deletion_protection": true,
            "replicas": [{ "region": "eu-west-1", "status": null }, { "region": "us-east-1", "status": null }] }),
    );
    has(&table(json!([replica("eu-west-1", true), replica("us-east-1", false)])), json!({ "pitr": false, "pitr_days": null }));
    // The table has the tags of the replica in the stack's Region.
    let tagged = |region: &str, value: &str| json!({ "Region": region, "Tags": [{ "Key": "backup", "Value": value }] });
    let backup = |replicas| match table(replicas).tags().get("backup") {
        crate::inventory::Fact::Read(value) => value.unwrap_or("none").to_owned(),
        crate::inventory::Fact::Unread => "?".to_owned(),
    };
    assert_eq!(backup(json!([tagged("us-east-1", "yes"), tagged("eu-west-1", "no")])), "no");
    assert_eq!(backup(json!([tagged("us-east-1", "yes"), tagged("us-east-2", "no")])), "?");
    assert_eq!(backup(json!([tagged("us-east-1", "yes")])), "yes");
}
