//! DSQL, EKS, Kinesis, Lightsail, OpenSearch Serverless and Timestream.

use super::build::{cfn, has, reasons, resource, tf};
use crate::inventory::DEPLOYED;
use serde_json::{Value as Json, json};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

#[test]
fn clusters_of_eks() {
    for declaration in
        [cfn("C", "AWS::EKS::Cluster", json!({ "Name": "shop" })), tf("aws_eks_cluster.c", "aws_eks_cluster", json!({ "name": "shop" }))]
    {
        let found = resource(&[declaration]);
        assert_eq!(found.arn, "arn:aws:eks:eu-west-1:111122223333:cluster/shop");
        has(
            &found,
            json!({ "authentication_mode": "CONFIG_MAP", "deletion_protection": false, "key_manager": "aws_owned", "kms_key_arn": null }),
        );
    }
    for declaration in [
        cfn(
            "C",
            "AWS::EKS::Cluster",
            json!({ "Name": "shop", "DeletionProtection": true, "AccessConfig": { "AuthenticationMode": "API" },
                "EncryptionConfig": [{ "Resources": ["secrets"], "Provider": { "KeyArn": KEY } }] }),
        ),
        tf(
            "aws_eks_cluster.c",
            "aws_eks_cluster",
            json!({ "name": "shop", "deletion_protection": true, "access_config": [{ "authentication_mode": "API" }],
                "encryption_config": [{ "resources": ["secrets"], "provider": [{ "key_arn": KEY }] }] }),
        ),
    ] {
        has(&resource(&[declaration]), json!({ "authentication_mode": "API", "deletion_protection": true, "kms_key_arn": KEY }));
    }
}

#[test]
fn clusters_of_dsql() {
    let found = resource(&[cfn("C", "AWS::DSQL::Cluster", json!({}))]);
    has(&found, json!({ "key_manager": "aws_owned", "kms_key_arn": null }));
    assert_eq!(reasons(&found, "deletion_protection"), ["the default of DeletionProtectionEnabled is not documented"]);
    let found = resource(&[tf("aws_dsql_cluster.c", "aws_dsql_cluster", json!({}))]);
    has(&found, json!({ "deletion_protection": false, "key_manager": "aws_owned" }));
    for (language, body) in [
        ("AWS::DSQL::Cluster", json!({ "DeletionProtectionEnabled": true, "KmsEncryptionKey": KEY })),
        ("aws_dsql_cluster", json!({ "deletion_protection_enabled": true, "kms_encryption_key": KEY })),
    ] {
        let declaration = if language.contains("::") { cfn("C", language, body) } else { tf("aws_dsql_cluster.c", language, body) };
        has(&resource(&[declaration]), json!({ "deletion_protection": true, "kms_key_arn": KEY }));
    }
}

#[test]
fn the_word_for_the_key_that_aws_owns_is_no_key() {
    for declaration in [
        cfn("C", "AWS::DSQL::Cluster", json!({ "KmsEncryptionKey": "AWS_OWNED_KMS_KEY" })),
        tf("aws_dsql_cluster.c", "aws_dsql_cluster", json!({ "kms_encryption_key": "AWS_OWNED_KMS_KEY" })),
    ] {
        has(&resource(&[declaration]), json!({ "key_manager": "aws_owned", "kms_key_arn": null }));
    }
}

#[test]
fn streams() {
    for (type_name, own, hours) in [
        ("AWS::Kinesis::Stream", "RetentionPeriodHours", 24),
        ("AWS::KinesisVideo::Stream", "DataRetentionInHours", 0),
        ("aws_kinesis_stream", "retention_period", 24),
        ("aws_kinesis_video_stream", "data_retention_in_hours", 0),
    ] {
        let declare =
            |body| if type_name.contains("::") { cfn("S", type_name, body) } else { tf(&format!("{type_name}.s"), type_name, body) };
        has(&resource(&[declare(json!({}))]), json!({ "retention_hours": hours }));
        has(&resource(&[declare(json!({ own: 168 }))]), json!({ "retention_hours": 168 }));
    }
}

#[test]
fn lightsail() {
    let on = |type_name: &str, body| resource(&[cfn("L", type_name, body)]);
    has(&on("AWS::Lightsail::Instance", json!({ "InstanceName": "web" })), json!({ "automatic_snapshots": false }));
    let other = json!({ "AddOns": [{ "AddOnType": "StopInstanceOnIdle", "Status": "Enabled" }] });
    has(&on("AWS::Lightsail::Instance", other), json!({ "automatic_snapshots": false }));
    let add_ons = json!({ "AddOns": [{ "AddOnType": "AutoSnapshot", "Status": "Enabled" }] });
    has(&on("AWS::Lightsail::Instance", add_ons.clone()), json!({ "automatic_snapshots": true }));
    has(&on("AWS::Lightsail::Disk", add_ons), json!({ "automatic_snapshots": true }));
    has(
        &on("AWS::Lightsail::Disk", json!({ "AddOns": [{ "AddOnType": "AutoSnapshot", "Status": "Disabled" }] })),
        json!({ "automatic_snapshots": false }),
    );
    has(&on("AWS::Lightsail::Database", json!({})), json!({ "automatic_snapshots": true }));
    has(&on("AWS::Lightsail::Database", json!({ "BackupRetention": false })), json!({ "automatic_snapshots": false }));
    has(&on("AWS::Lightsail::Bucket", json!({})), json!({ "versioned": false }));
    let terraform = |type_name: &str, body| resource(&[tf(&format!("{type_name}.l"), type_name, body)]);
    let add_on = json!({ "name": "web", "add_on": [{ "type": "AutoSnapshot", "snapshot_time": "05:00", "status": "Enabled" }] });
    has(&terraform("aws_lightsail_instance", add_on), json!({ "automatic_snapshots": true }));
    has(&terraform("aws_lightsail_database", json!({ "backup_retention_enabled": false })), json!({ "automatic_snapshots": false }));
    // The provider cannot set these.
    assert_eq!(reasons(&terraform("aws_lightsail_disk", json!({})), "automatic_snapshots"), [DEPLOYED]);
    assert_eq!(reasons(&terraform("aws_lightsail_bucket", json!({})), "versioned"), [DEPLOYED]);
}

#[test]
fn collections_and_databases() {
    has(
        &resource(&[cfn("C", "AWS::OpenSearchServerless::Collection", json!({ "DeletionProtection": "ENABLED" }))]),
        json!({ "deletion_protection": true }),
    );
    let found = resource(&[cfn("D", "AWS::Timestream::Database", json!({ "DatabaseName": "metrics" }))]);
    has(&found, json!({ "key_manager": "aws" }));
    let found = resource(&[tf("aws_timestreamwrite_database.d", "aws_timestreamwrite_database", json!({ "kms_key_id": KEY }))]);
    has(&found, json!({ "kms_key_arn": KEY }));
}

#[test]
fn elastic_clusters_of_documentdb() {
    let by_default = json!({ "backup_retention_days": 1, "key_manager": "aws" });
    has(&resource(&[cfn("C", "AWS::DocDBElastic::Cluster", json!({ "ClusterName": "c" }))]), by_default.clone());
    has(&resource(&[tf("aws_docdbelastic_cluster.c", "aws_docdbelastic_cluster", json!({ "name": "c" }))]), by_default);
    for (days, accepted) in [(0, false), (1, true), (35, true), (36, false)] {
        let found = resource(&[cfn("C", "AWS::DocDBElastic::Cluster", json!({ "ClusterName": "c", "BackupRetentionPeriod": days }))]);
        assert_eq!(found.properties.is_read("backup_retention_days"), accepted, "{days}");
    }
}

#[test]
fn tables_of_keyspaces() {
    let by_default = json!({ "keyspace": "shop", "pitr": false, "kms_key_arn": null, "key_manager": "aws_owned" });
    let named = json!({ "KeyspaceName": "shop", "TableName": "carts" });
    has(&resource(&[cfn("T", "AWS::Cassandra::Table", named)]), by_default.clone());
    let named = |more: Json| {
        let mut body = json!({ "keyspace_name": "shop", "table_name": "carts" });
        more.as_object().expect("a body").iter().for_each(|(name, value)| body[name] = value.clone());
        tf("aws_keyspaces_table.t", "aws_keyspaces_table", body)
    };
    has(&resource(&[named(json!({}))]), by_default);
    for (status, pitr) in [("ENABLED", true), ("DISABLED", false)] {
        has(&resource(&[named(json!({ "point_in_time_recovery": [{ "status": status }] }))]), json!({ "pitr": pitr }));
    }
    let specification = json!({ "EncryptionType": "CUSTOMER_MANAGED_KMS_KEY", "KmsKeyIdentifier": KEY });
    let body = json!({ "KeyspaceName": "shop", "PointInTimeRecoveryEnabled": true, "EncryptionSpecification": specification });
    has(&resource(&[cfn("T", "AWS::Cassandra::Table", body)]), json!({ "pitr": true, "kms_key_arn": KEY }));
}
