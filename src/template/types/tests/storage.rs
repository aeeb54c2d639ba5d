//! Volumes, instances, file systems, buckets, keys.

use super::build::{cfn, concat, has, options, reasons, reference, resource, resources, shard, symbol, tf, unknown, value};
use crate::template::Options;
use serde_json::json;

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/${Key}";

fn volume(body: serde_json::Value) -> crate::inventory::Resource {
    resource(&[
        cfn("V", "AWS::EC2::Volume", body),
        cfn("Key", "AWS::KMS::Key", json!({})),
        cfn("Alias", "AWS::KMS::Alias", json!({ "AliasName": "alias/data", "TargetKeyId": reference("Key", "Ref") })),
    ])
}

#[test]
fn volumes_are_encrypted_when_they_say_so() {
    has(
        &volume(json!({})),
        json!({ "encrypted": false, "kms_key_arn": null, "key_manager": null, "attachments": [], "volume_type": "gp2" }),
    );
    has(
        &volume(json!({ "Encrypted": "true" })),
        json!({ "encrypted": true, "kms_key_arn": null, "key_manager": "aws", "key_state": null }),
    );
    has(&volume(json!({ "Encrypted": false, "SnapshotId": "snap-1" })), json!({ "encrypted": false, "source_snapshot_id": "snap-1" }));
    let from = volume(json!({ "SnapshotId": "snap-1" }));
    assert_eq!(reasons(&from, "encrypted"), ["the encryption is that of its source, snap-1"]);
    let asked = volume(json!({ "Encrypted": unknown("parameter Encrypt has no value") }));
    assert_eq!(reasons(&asked, "encrypted"), ["parameter Encrypt has no value"]);
    assert_eq!(reasons(&asked, "key_manager"), ["parameter Encrypt has no value"]);
}

#[test]
fn encryption_by_default_encrypts_every_volume() {
    let options = Options { assume_ebs_encryption_by_default: Some(true), ..options(None) };
    for body in [json!({}), json!({ "Encrypted": false }), json!({ "SnapshotId": "snap-1" })] {
        let found = shard(&[cfn("V", "AWS::EC2::Volume", body)], &options).resources.remove(0);
        assert_eq!(found.properties.json("encrypted"), Some(json!(true)));
        assert!(!found.properties.is_read("key_manager"));
        assert!(!reasons(&found, "key_manager").is_empty());
    }
}

#[test]
fn keys_are_found_however_they_are_named() {
    let by = |key: serde_json::Value| volume(json!({ "Encrypted": true, "KmsKeyId": key }));
    for key in [
        reference("Key", "Ref"),
        reference("Key", "Arn"),
        reference("Alias", "Ref"),
        json!("alias/data"),
        json!("arn:aws:kms:eu-west-1:111122223333:alias/data"),
        concat(&[
            json!("arn:aws:kms:"),
            symbol("${AWS::Region}"),
            json!(":"),
            symbol("${AWS::AccountId}"),
            json!(":key/"),
            reference("Key", "Ref"),
        ]),
    ] {
        has(&by(key), json!({ "kms_key_arn": KEY, "key_manager": "customer", "key_state": "Enabled" }));
    }
    has(&by(json!("alias/aws/ebs")), json!({ "kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:alias/aws/ebs", "key_manager": "aws" }));
    let foreign = by(json!("alias/other"));
    has(&foreign, json!({ "key_manager": "customer" }));
    assert_eq!(reasons(&foreign, "key_state").len(), 1);
    let literal = by(json!("arn:aws:kms:eu-west-1:111122223333:key/1234"));
    has(&literal, json!({ "kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/1234" }));
    assert!(reasons(&literal, "key_manager")[0].contains("the template does not show whether"));
    let parameter = by(unknown("parameter KeyArn has no value"));
    has(&parameter, json!({ "encrypted": true }));
    assert_eq!(reasons(&parameter, "kms_key_arn"), ["parameter KeyArn has no value"]);
    assert_eq!(reasons(&parameter, "key_manager"), ["parameter KeyArn has no value"]);
}

#[test]
fn volumes_know_their_instances() {
    let all = resources(&[
        cfn("V", "AWS::EC2::Volume", json!({})),
        cfn("W", "AWS::EC2::Volume", json!({})),
        cfn("I", "AWS::EC2::Instance", json!({ "Volumes": [{ "Device": "/dev/sdf", "VolumeId": reference("W", "Ref") }] })),
        cfn(
            "A",
            "AWS::EC2::VolumeAttachment",
            json!({ "VolumeId": reference("V", "Ref"), "InstanceId": reference("I", "Ref"), "Device": "/dev/sdg" }),
        ),
    ]);
    has(&all[0], json!({ "attachments": [{ "instance_id": "I", "device": "/dev/sdg", "delete_on_termination": false }] }));
    has(&all[1], json!({ "attachments": [{ "instance_id": "I", "device": "/dev/sdf", "delete_on_termination": false }] }));
}

#[test]
fn terraform_volumes() {
    let all = resources(&[
        tf(
            "aws_ebs_volume.v",
            "aws_ebs_volume",
            json!({ "encrypted": true, "kms_key_id": reference("aws_kms_key.k", "arn"), "type": "io2" }),
        ),
        tf("aws_kms_key.k", "aws_kms_key", json!({ "enable_key_rotation": true, "is_enabled": false })),
        tf("aws_ebs_volume.w", "aws_ebs_volume", json!({ "region": "us-east-1" })),
    ]);
    let key = "arn:aws:kms:eu-west-1:111122223333:key/${aws_kms_key.k}";
    has(
        &all[0],
        json!({ "encrypted": true, "kms_key_arn": key, "key_manager": "customer", "key_state": "Disabled", "volume_type": "io2" }),
    );
    has(&all[1], json!({ "key_state": "Disabled", "rotation": true, "symmetric": true, "origin": "AWS_KMS", "key_manager": "customer" }));
    assert_eq!(all[1].arn, key);
    has(&all[2], json!({ "encrypted": false }));
    assert_eq!(
        (all[2].region.as_str(), all[2].arn.as_str()),
        ("us-east-1", "arn:aws:ec2:us-east-1:111122223333:volume/${aws_ebs_volume.w}")
    );
}

#[test]
fn keys_that_kms_cannot_rotate() {
    let key = |body| value(&resource(&[cfn("K", "AWS::KMS::Key", body)]), "rotation");
    assert_eq!(key(json!({})), json!(false));
    assert_eq!(key(json!({ "KeySpec": "RSA_2048" })), json!(null));
    assert_eq!(key(json!({ "Origin": "EXTERNAL" })), json!(null));
    assert_eq!(key(json!({ "EnableKeyRotation": unknown("a parameter") })), json!({ "unknown": ["a parameter"] }));
    has(&resource(&[tf("aws_kms_external_key.k", "aws_kms_external_key", json!({}))]), json!({ "origin": "EXTERNAL", "rotation": null }));
}

#[test]
fn a_key_without_its_material_is_not_enabled() {
    let external = |body| resource(&[tf("aws_kms_external_key.k", "aws_kms_external_key", body)]);
    assert!(reasons(&external(json!({})), "key_state")[0].contains("PendingImport"));
    has(&external(json!({ "key_material_base64": "a2V5" })), json!({ "key_state": "Enabled" }));
    has(&external(json!({ "key_material_base64": "a2V5", "enabled": false })), json!({ "key_state": "Disabled" }));
    let template = resource(&[cfn("K", "AWS::KMS::Key", json!({ "Origin": "EXTERNAL" }))]);
    assert!(reasons(&template, "key_state")[0].contains("PendingImport"));
}

#[test]
fn block_devices_have_the_root_volume() {
    let devices = |body| value(&resource(&[cfn("I", "AWS::EC2::Instance", body)]), "block_devices");
    let root = json!({ "device": null, "snapshot_id": null, "root": true });
    assert_eq!(devices(json!({})), json!([root]));
    let of_image = "the root volume, which the template does not map, has the encryption of the image";
    assert_eq!(reasons(&resource(&[cfn("I", "AWS::EC2::Instance", json!({}))]), "block_devices[].encrypted"), [of_image]);
    let mappings = json!({ "BlockDeviceMappings": [
        { "DeviceName": "/dev/xvda", "Ebs": { "Encrypted": true } },
        { "DeviceName": "/dev/sdf", "Ebs": { "VolumeSize": 1 } },
        { "DeviceName": "/dev/sdb", "VirtualName": "ephemeral0" },
        { "DeviceName": "/dev/sdc", "NoDevice": {} }
    ] });
    let expected = json!([
        { "device": "/dev/xvda", "encrypted": true, "snapshot_id": null, "root": true },
        { "device": "/dev/sdf", "encrypted": false, "snapshot_id": null, "root": false }
    ]);
    assert_eq!(devices(mappings.clone()), expected);

    let found = resource(&[cfn(
        "I",
        "AWS::EC2::Instance",
        json!({ "BlockDeviceMappings": [{ "DeviceName": "/dev/sdf", "Ebs": { "SnapshotId": "snap-1" } }] }),
    )]);
    assert_eq!(value(&found, "block_devices")[1], json!({ "device": "/dev/sdf", "snapshot_id": "snap-1", "root": false }));
    assert_eq!(reasons(&found, "block_devices[].encrypted").len(), 2);

    let all = resources(&[
        cfn("I", "AWS::EC2::Instance", json!({ "LaunchTemplate": { "LaunchTemplateId": reference("T", "Ref"), "Version": "1" } })),
        cfn("J", "AWS::EC2::Instance", json!({ "LaunchTemplate": { "LaunchTemplateName": "elsewhere" } })),
        cfn("T", "AWS::EC2::LaunchTemplate", json!({ "LaunchTemplateData": mappings })),
        cfn("L", "AWS::AutoScaling::LaunchConfiguration", mappings.clone()),
        cfn("F", "AWS::EC2::SpotFleet", json!({ "SpotFleetRequestConfigData": { "LaunchSpecifications": [mappings] } })),
    ]);
    for which in [0, 2, 3, 4] {
        has(&all[which], json!({ "block_devices": expected }));
    }
    assert_eq!(reasons(&all[1], "block_devices"), ["the launch template elsewhere is not in the template"]);
}

#[test]
fn terraform_block_devices() {
    let all = resources(&[
        tf(
            "aws_instance.i",
            "aws_instance",
            json!({ "ami": "ami-1", "root_block_device": [{ "encrypted": true }], "ebs_block_device": [{ "device_name": "/dev/sdf", "encrypted": false }] }),
        ),
        tf(
            "aws_launch_template.t",
            "aws_launch_template",
            json!({ "block_device_mappings": [{ "device_name": "/dev/sda1", "ebs": [{ "encrypted": "true" }] }] }),
        ),
        tf("aws_launch_configuration.c", "aws_launch_configuration", json!({ "root_block_device": [{ "encrypted": unknown("var.e") }] })),
        tf(
            "aws_spot_fleet_request.f",
            "aws_spot_fleet_request",
            json!({ "launch_specification": [{ "root_block_device": [{ "encrypted": true }] }] }),
        ),
        tf("aws_instance.j", "aws_instance", json!({ "launch_template": [{ "id": reference("aws_launch_template.t", "id") }] })),
    ]);
    let device = |device: Option<&str>, encrypted: bool, root: bool| json!({ "device": device, "encrypted": encrypted, "snapshot_id": null, "root": root });
    has(
        &all[0],
        json!({ "image_id": "ami-1", "spot": false, "block_devices": [device(None, true, true), device(Some("/dev/sdf"), false, false)] }),
    );
    has(&all[1], json!({ "block_devices": [device(Some("/dev/sda1"), true, true)] }));
    assert_eq!(reasons(&all[2], "block_devices[].encrypted"), ["var.e"]);
    has(&all[3], json!({ "block_devices": [device(None, true, true)] }));
    has(&all[4], json!({ "block_devices": [device(Some("/dev/sda1"), true, true)] }));
}

#[test]
fn file_systems() {
    has(
        &resource(&[cfn("F", "AWS::EFS::FileSystem", json!({}))]),
        json!({ "encrypted": false, "automatic_backups": false, "replication": [] }),
    );
    has(
        &resource(&[cfn("F", "AWS::EFS::FileSystem", json!({ "AvailabilityZoneName": "eu-west-1a" }))]),
        json!({ "automatic_backups": true }),
    );
    let given = json!({ "Encrypted": true, "BackupPolicy": { "Status": "ENABLED" }, "ReplicationConfiguration": { "Destinations": [{ "Region": "us-east-1" }] } });
    let replication = json!([{ "destination_id": "${F.replica}", "destination_region": "us-east-1", "status": "ENABLED" }]);
    has(
        &resource(&[cfn("F", "AWS::EFS::FileSystem", given)]),
        json!({ "encrypted": true, "key_manager": "aws", "automatic_backups": true, "replication": replication }),
    );
    let all = resources(&[
        tf("aws_efs_file_system.f", "aws_efs_file_system", json!({ "encrypted": true, "kms_key_id": "alias/aws/elasticfilesystem" })),
        tf(
            "aws_efs_backup_policy.p",
            "aws_efs_backup_policy",
            json!({ "file_system_id": reference("aws_efs_file_system.f", "id"), "backup_policy": [{ "status": "ENABLED" }] }),
        ),
        tf(
            "aws_efs_replication_configuration.r",
            "aws_efs_replication_configuration",
            json!({ "source_file_system_id": reference("aws_efs_file_system.f", "id"), "destination": [{ "availability_zone_name": "us-west-2b" }] }),
        ),
    ]);
    assert_eq!(all.len(), 1);
    has(&all[0], json!({ "key_manager": "aws", "automatic_backups": true }));
    assert_eq!(value(&all[0], "replication")[0]["destination_region"], "us-west-2");
}

#[test]
fn buckets_by_default() {
    let expected = json!({
        "encrypted": true, "encryption_algorithm": "AES256", "kms_key_arn": null, "key_manager": "aws_owned", "versioning": "never", "mfa_delete": false,
        "lifecycle": [], "replication": [], "object_lock": null, "policy": null, "blocked_encryption_types": []
    });
    has(&resource(&[cfn("B", "AWS::S3::Bucket", json!({}))]), expected.clone());
    let found = resource(&[tf("aws_s3_bucket.b", "aws_s3_bucket", json!({ "bucket": "data" }))]);
    has(&found, expected);
    assert_eq!((found.arn.as_str(), found.name.as_deref()), ("arn:aws:s3:::data", Some("data")));
}

#[test]
fn cloudformation_buckets() {
    let all = resources(&[
        cfn(
            "B",
            "AWS::S3::Bucket",
            json!({
                "BucketName": concat(&[json!("data-"), symbol("${AWS::AccountId}")]),
                "VersioningConfiguration": { "Status": "Enabled" },
                "BucketEncryption": { "ServerSideEncryptionConfiguration": [{ "ServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms" } }] },
                "LifecycleConfiguration": { "Rules": [{ "Id": "old", "Status": "Enabled", "NoncurrentVersionExpiration": { "NoncurrentDays": 30 },
                    "NoncurrentVersionTransitions": [{ "TransitionInDays": 20, "StorageClass": "GLACIER" }, { "TransitionInDays": 7, "StorageClass": "STANDARD_IA" }] }] },
                "ReplicationConfiguration": { "Rules": [{ "Status": "Enabled", "Destination": { "Bucket": reference("Copy", "Arn"), "Account": "444455556666" } }] }
            }),
        ),
        cfn(
            "Copy",
            "AWS::S3::Bucket",
            json!({ "ObjectLockEnabled": true, "ObjectLockConfiguration": { "ObjectLockEnabled": "Enabled", "Rule": { "DefaultRetention": { "Mode": "COMPLIANCE", "Years": 1 } } } }),
        ),
        cfn(
            "Policy",
            "AWS::S3::BucketPolicy",
            json!({ "Bucket": reference("Copy", "Ref"), "PolicyDocument": { "Statement": [{ "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": concat(&[reference("Copy", "Arn"), json!("/*")]) }] } }),
        ),
    ]);
    assert_eq!(all[0].arn, "arn:aws:s3:::data-111122223333");
    has(&all[0], json!({ "versioning": "enabled", "encryption_algorithm": "aws:kms", "key_manager": "aws" }));
    let rule = json!({ "id": "old", "enabled": true, "expiration_days": null, "noncurrent_expiration_days": 30, "newer_noncurrent_versions": null, "noncurrent_transition_days": 7, "abort_incomplete_upload_days": null });
    has(&all[0], json!({ "lifecycle": [rule] }));
    assert_eq!(value(&all[0], "replication")[0]["destination_bucket_arn"], json!(all[1].arn));
    has(&all[1], json!({ "versioning": "enabled", "object_lock": { "mode": "COMPLIANCE", "retention_days": 365 } }));
    let policy: serde_json::Value = serde_json::from_str(value(&all[1], "policy").as_str().expect("a policy")).expect("JSON");
    assert_eq!(policy["Statement"][0]["Resource"], "arn:aws:s3:::${Copy}/*");
}

#[test]
fn what_is_not_known_of_a_bucket() {
    let found = resource(&[
        cfn(
            "B",
            "AWS::S3::Bucket",
            json!({
                "VersioningConfiguration": { "Status": unknown("parameter Versioning") },
                "LifecycleConfiguration": { "Rules": [{ "Status": "Enabled", "NoncurrentVersionExpiration": { "NoncurrentDays": unknown("parameter Days") } }] },
                "BucketEncryption": { "ServerSideEncryptionConfiguration": [{ "ServerSideEncryptionByDefault": { "SSEAlgorithm": unknown("parameter Algorithm") } }] }
            }),
        ),
        cfn(
            "P",
            "AWS::S3::BucketPolicy",
            json!({ "Bucket": reference("B", "Ref"), "PolicyDocument": { "Statement": [{ "Effect": "Allow", "Principal": { "AWS": unknown("parameter Who") }, "Action": "s3:*", "Resource": "*" }] } }),
        ),
    ]);
    assert_eq!(reasons(&found, "versioning"), ["parameter Versioning"]);
    assert_eq!(reasons(&found, "lifecycle[].noncurrent_expiration_days"), ["parameter Days"]);
    assert_eq!(value(&found, "lifecycle")[0]["enabled"], true);
    assert!(value(&found, "lifecycle")[0].get("noncurrent_expiration_days").is_none());
    let unknown = &found.declared.as_ref().expect("declared").unknown;
    assert!(unknown.iter().any(|(path, reasons)| path.starts_with("policy.") && *reasons == ["parameter Who"]), "{unknown:?}");
    has(&found, json!({ "encrypted": true }));
    assert_eq!(reasons(&found, "key_manager"), ["parameter Algorithm"]);
}

#[test]
fn terraform_buckets_in_parts_and_in_one() {
    let expected = json!({
        "versioning": "enabled", "mfa_delete": true, "encryption_algorithm": "aws:kms", "key_manager": "customer", "object_lock": { "mode": "GOVERNANCE", "retention_days": 5 },
        "policy": "{\"Statement\":[]}"
    });
    let of = |name: &str, mut body: serde_json::Value| {
        body["bucket"] = reference("aws_s3_bucket.b", "id");
        tf(&format!("{name}.p"), name, body)
    };
    let key = tf("aws_kms_key.k", "aws_kms_key", json!({}));
    let encryption = json!([{ "apply_server_side_encryption_by_default": [{ "sse_algorithm": "aws:kms", "kms_master_key_id": reference("aws_kms_key.k", "arn") }] }]);
    let retention = json!([{ "default_retention": [{ "mode": "GOVERNANCE", "days": 5 }] }]);
    let all = resources(&[
        tf("aws_s3_bucket.b", "aws_s3_bucket", json!({ "bucket": "data", "object_lock_enabled": true })),
        of("aws_s3_bucket_versioning", json!({ "versioning_configuration": [{ "status": "Enabled", "mfa_delete": "Enabled" }] })),
        of("aws_s3_bucket_server_side_encryption_configuration", json!({ "rule": encryption })),
        of("aws_s3_bucket_object_lock_configuration", json!({ "rule": retention })),
        of("aws_s3_bucket_policy", json!({ "policy": "{\"Statement\": []}" })),
        of(
            "aws_s3_bucket_lifecycle_configuration",
            json!({ "rule": [{ "id": "a", "status": "Disabled", "expiration": [{ "days": 9 }] }] }),
        ),
        of(
            "aws_s3_bucket_replication_configuration",
            json!({ "rule": [{ "status": "Enabled", "destination": [{ "bucket": "arn:aws:s3:::copy" }],
            "source_selection_criteria": [{ "sse_kms_encrypted_objects": [{ "status": "Enabled" }] }] }] }),
        ),
        key.clone(),
    ]);
    assert_eq!(all.len(), 2);
    has(&all[0], expected.clone());
    assert_eq!(value(&all[0], "lifecycle")[0]["expiration_days"], 9);
    assert_eq!(value(&all[0], "lifecycle")[0]["enabled"], false);
    assert_eq!(value(&all[0], "replication")[0]["kms_objects"], true);
    let inline = resource(&[
        tf(
            "aws_s3_bucket.b",
            "aws_s3_bucket",
            json!({
                "versioning": [{ "enabled": true, "mfa_delete": true }],
                "server_side_encryption_configuration": [{ "rule": encryption }],
                "object_lock_configuration": [{ "object_lock_enabled": "Enabled", "rule": retention }],
                "policy": "{\"Statement\": []}",
                "lifecycle_rule": [{ "enabled": true, "noncurrent_version_expiration": [{ "days": 4 }] }]
            }),
        ),
        key,
    ]);
    has(&inline, expected);
    assert_eq!(value(&inline, "lifecycle")[0]["noncurrent_expiration_days"], 4);
}

/// Parts may also refer to their bucket by its name.
#[test]
fn parts_are_joined_by_name() {
    let name = concat(&[json!("data-"), symbol("${var.env}")]);
    let all = resources(&[
        tf("aws_s3_bucket.b", "aws_s3_bucket", json!({ "bucket": name })),
        tf(
            "aws_s3_bucket_versioning.v",
            "aws_s3_bucket_versioning",
            json!({ "bucket": name, "versioning_configuration": [{ "status": "Suspended" }] }),
        ),
    ]);
    has(&all[0], json!({ "versioning": "suspended" }));
    assert_eq!(all[0].arn, "arn:aws:s3:::data-${var.env}");
}

#[test]
fn log_groups_are_kept_for_ever_unless_they_say_how_long() {
    let cloudformation = |body| resource(&[cfn("G", "AWS::Logs::LogGroup", body)]);
    let terraform = |body| resource(&[tf("aws_cloudwatch_log_group.g", "aws_cloudwatch_log_group", body)]);
    let defaults = json!({ "log_group_class": "STANDARD", "retention_days": null, "retention_policy": null, "deletion_protection": false });
    has(&cloudformation(json!({})), defaults.clone());
    has(&terraform(json!({})), defaults.clone());
    has(&cloudformation(json!({})), json!({ "kms_key_arn": null, "key_manager": "aws_owned", "key_state": null, "subscriptions": [] }));
    // The provider's 0 is for ever.
    has(&terraform(json!({ "retention_in_days": 0 })), defaults);
    has(
        &terraform(json!({ "retention_in_days": 30, "log_group_class": "DELIVERY" })),
        json!({ "retention_days": 30, "log_group_class": "DELIVERY" }),
    );
    let found =
        cloudformation(json!({ "LogGroupName": "/app/web", "RetentionInDays": 365, "DeletionProtectionEnabled": true, "KmsKeyId": KEY }));
    has(&found, json!({ "retention_days": 365, "deletion_protection": true, "kms_key_arn": KEY }));
    assert_eq!(found.arn, "arn:aws:logs:eu-west-1:111122223333:log-group:/app/web");
    assert!(reasons(&cloudformation(json!({ "RetentionInDays": 8 })), "retention_days")[0].starts_with("AWS refuses"));
}

#[test]
fn subscription_filters_belong_to_their_log_group() {
    let sends =
        |found: &crate::inventory::Resource| found.properties.json("subscriptions").expect("subscriptions")[0]["destination_arn"].clone();
    let group = cfn("G", "AWS::Logs::LogGroup", json!({}));
    let filter = |destination| json!({ "LogGroupName": reference("G", "Ref"), "FilterPattern": "", "DestinationArn": destination });
    let stream = cfn("Stream", "AWS::KinesisFirehose::DeliveryStream", json!({}));
    let own = cfn("F", "AWS::Logs::SubscriptionFilter", filter(reference("Stream", "Arn")));
    let found = resource(&[group.clone(), stream, own]);
    assert_eq!(sends(&found), "arn:aws:firehose:eu-west-1:111122223333:deliverystream/${Stream}");
    let literal = "arn:aws:lambda:eu-west-1:111122223333:function:search";
    let found = resource(&[group.clone(), cfn("F", "AWS::Logs::SubscriptionFilter", filter(json!(literal)))]);
    assert_eq!(sends(&found), literal);
    let found = resource(&[group, cfn("F", "AWS::Logs::SubscriptionFilter", filter(unknown("parameter To has no value")))]);
    assert_eq!(reasons(&found, "subscriptions[].destination_arn"), ["parameter To has no value"]);

    let body = json!({ "name": "all", "log_group_name": reference("aws_cloudwatch_log_group.g", "name"), "filter_pattern": "ERROR",
        "destination_arn": reference("aws_kinesis_firehose_delivery_stream.s", "arn") });
    let found = resource(&[
        tf("aws_cloudwatch_log_group.g", "aws_cloudwatch_log_group", json!({ "name": "/app/web" })),
        tf("aws_kinesis_firehose_delivery_stream.s", "aws_kinesis_firehose_delivery_stream", json!({})),
        tf("aws_cloudwatch_log_subscription_filter.f", "aws_cloudwatch_log_subscription_filter", body),
    ]);
    assert!(sends(&found).as_str().is_some_and(|arn| arn.starts_with("arn:aws:firehose:")));
    has(&found, json!({ "subscriptions": [{ "name": "all", "filter_pattern": "ERROR", "destination_arn": sends(&found) }] }));
}
