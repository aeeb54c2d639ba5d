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
    let root = json!({ "device": null, "snapshot_id": null, "root": true, "delete_on_termination": true });
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
        { "device": "/dev/xvda", "encrypted": true, "snapshot_id": null, "root": true, "delete_on_termination": true },
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
fn termination_deletes_volumes_unless_the_template_says_otherwise() {
    let instance = |body| resource(&[cfn("I", "AWS::EC2::Instance", body)]);
    let mapped = |name: &str, ebs: serde_json::Value| json!({ "DeviceName": name, "Ebs": ebs });
    let kept = || mapped("/dev/xvda", json!({ "DeleteOnTermination": false }));
    has(&instance(json!({})), json!({ "deletes_volumes": true, "termination_protection": false }));
    has(&instance(json!({ "BlockDeviceMappings": [kept()] })), json!({ "deletes_volumes": false }));
    let both = |data: serde_json::Value| instance(json!({ "BlockDeviceMappings": [kept(), mapped("/dev/sdf", data)] }));
    has(&both(json!({ "DeleteOnTermination": "true" })), json!({ "deletes_volumes": true }));
    has(&both(json!({ "DeleteOnTermination": false })), json!({ "deletes_volumes": false }));
    assert_eq!(
        reasons(&both(json!({ "VolumeSize": 1 })), "deletes_volumes"),
        ["whether EC2 deletes the volume with its instance is not set"]
    );
    let of_terraform = |body| resource(&[tf("aws_instance.i", "aws_instance", body)]);
    let root = json!({ "delete_on_termination": false });
    has(&of_terraform(json!({ "root_block_device": [root] })), json!({ "deletes_volumes": false, "termination_protection": false }));
    let data = json!({ "root_block_device": [root], "ebs_block_device": [{ "device_name": "/dev/sdf" }], "disable_api_termination": true });
    has(&of_terraform(data), json!({ "deletes_volumes": true, "termination_protection": true }));
    let of_template = resources(&[
        cfn("I", "AWS::EC2::Instance", json!({ "LaunchTemplate": { "LaunchTemplateId": reference("T", "Ref"), "Version": "1" } })),
        cfn("T", "AWS::EC2::LaunchTemplate", json!({ "LaunchTemplateData": { "DisableApiTermination": true } })),
    ]);
    has(&of_template[0], json!({ "deletes_volumes": true, "termination_protection": true }));
    let elsewhere = instance(json!({ "LaunchTemplate": { "LaunchTemplateName": "elsewhere" } }));
    assert_eq!(reasons(&elsewhere, "termination_protection"), ["the launch template elsewhere is not in the template"]);
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
    let device = |device: Option<&str>, encrypted: bool, root: bool| json!({ "device": device, "encrypted": encrypted, "snapshot_id": null, "root": root, "delete_on_termination": true });
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
fn vaults_of_glacier_have_a_policy_in_terraform_only() {
    let vault = |body: serde_json::Value| resource(&[tf("aws_glacier_vault.v", "aws_glacier_vault", body)]);
    let found = vault(json!({ "name": "ledgers", "access_policy": "{}" }));
    assert_eq!((found.name.as_deref(), found.properties.json("policy")), (Some("ledgers"), Some(json!("{}"))));
    assert!(found.arn.ends_with(":vaults/ledgers"), "{}", found.arn);
    assert_eq!(vault(json!({ "name": "ledgers" })).properties.json("policy"), Some(serde_json::Value::Null));
}

#[test]
fn policies_of_tables_and_file_systems() {
    let statement = |who: &str| json!({ "Statement": [{ "Effect": "Allow", "Principal": who, "Action": "*", "Resource": "*" }] });
    let of = |found: &crate::inventory::Resource| value(found, "policy").as_str().map(str::to_owned);
    for (kind, body) in [
        ("AWS::EFS::FileSystem", json!({ "FileSystemPolicy": statement("*") })),
        ("AWS::DynamoDB::Table", json!({ "ResourcePolicy": { "PolicyDocument": statement("*") } })),
    ] {
        assert_eq!(of(&resource(&[cfn("R", kind, body)])), Some(statement("*").to_string()));
        has(&resource(&[cfn("R", kind, json!({}))]), json!({ "policy": null }));
    }
    let text = |who: &str| json!(statement(who).to_string());
    let table = || tf("aws_dynamodb_table.t", "aws_dynamodb_table", json!({ "name": "t" }));
    let policy = |name: &str, attribute: &str, who: &str| {
        let body = json!({ "resource_arn": reference("aws_dynamodb_table.t", attribute), "policy": text(who) });
        tf(&format!("aws_dynamodb_resource_policy.{name}"), "aws_dynamodb_resource_policy", body)
    };
    assert_eq!(of(&resource(&[table(), policy("p", "arn", "*")])), Some(statement("*").to_string()));
    // The policy of the table's stream is not that of the table.
    has(&resource(&[table(), policy("s", "stream_arn", "*")]), json!({ "policy": null }));
    let both = resource(&[table(), policy("s", "stream_arn", "*"), policy("p", "arn", "arn:aws:iam::111122223333:root")]);
    assert!(of(&both).is_some_and(|text| text.contains("111122223333")));
    let replica = tf(
        "aws_dynamodb_table_replica.r",
        "aws_dynamodb_table_replica",
        json!({ "global_table_arn": reference("aws_dynamodb_table.t", "arn"), "region": "us-east-1" }),
    );
    let of_replica = tf(
        "aws_dynamodb_resource_policy.r",
        "aws_dynamodb_resource_policy",
        json!({ "resource_arn": reference("aws_dynamodb_table_replica.r", "arn"), "policy": text("*") }),
    );
    let found = resources(&[table(), replica, of_replica]);
    assert_eq!(found.iter().map(of).collect::<Vec<_>>(), [None, Some(statement("*").to_string())]);
    let files = resource(&[
        tf("aws_efs_file_system.f", "aws_efs_file_system", json!({})),
        tf(
            "aws_efs_file_system_policy.p",
            "aws_efs_file_system_policy",
            json!({ "file_system_id": reference("aws_efs_file_system.f", "id"), "policy": text("*") }),
        ),
    ]);
    assert_eq!(of(&files), Some(statement("*").to_string()));
    let whose = tf(
        "aws_dynamodb_resource_policy.q",
        "aws_dynamodb_resource_policy",
        json!({ "resource_arn": unknown("var.t"), "policy": text("*") }),
    );
    assert!(!reasons(&resource(&[table(), whose]), "policy").is_empty(), "it may be the policy of the table");
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

/// One default for both languages would be wrong in one of them.
#[test]
fn fsx_has_other_defaults_in_each_language() {
    let of = |kind: &str| resource(&[cfn("F", "AWS::FSx::FileSystem", json!({ "FileSystemType": kind }))]);
    for (kind, days) in [("WINDOWS", 30), ("ONTAP", 30), ("OPENZFS", 30), ("LUSTRE", 0)] {
        has(&of(kind), json!({ "file_system_type": kind, "backup_retention_days": days, "data_repositories": [], "key_manager": "aws" }));
    }
    let of = |kind: &str| {
        let name = format!("aws_fsx_{kind}_file_system");
        resource(&[tf(&format!("{name}.f"), &name, json!({}))])
    };
    for (kind, days) in [("windows", 7), ("ontap", 0), ("openzfs", 0), ("lustre", 0)] {
        has(&of(kind), json!({ "file_system_type": kind.to_uppercase(), "backup_retention_days": days }));
    }
    has(&of("lustre"), json!({ "deployment_type": "SCRATCH_1", "copy_tags_to_backups": false, "copy_tags_to_volumes": null }));
    has(&of("ontap"), json!({ "copy_tags_to_backups": null }));
    has(&of("openzfs"), json!({ "copy_tags_to_backups": false, "copy_tags_to_volumes": false }));
    assert_eq!(of("windows").arn, "arn:aws:fsx:eu-west-1:111122223333:file-system/${aws_fsx_windows_file_system.f}");
}

#[test]
fn fsx_final_backups_are_taken_unless_it_is_lustre() {
    for (kind, skips) in [("windows", Some(false)), ("openzfs", Some(false)), ("lustre", Some(true)), ("ontap", None)] {
        let name = format!("aws_fsx_{kind}_file_system");
        let found = resource(&[tf(&format!("{name}.f"), &name, json!({}))]);
        assert_eq!(found.declared.expect("declared").template.skip_final_snapshot.read(), Some(&skips), "{kind}");
    }
}

/// "Parameters like … automatic backup, and backup settings default to the parameters of the file system that was backed up".
#[test]
fn a_restored_file_system_has_the_settings_of_its_source() {
    let restored = resource(&[cfn("F", "AWS::FSx::FileSystem", json!({ "FileSystemType": "WINDOWS", "BackupId": "backup-1" }))]);
    assert_eq!(
        reasons(&restored, "backup_retention_days"),
        ["the retention of automatic backups, which is not set, is that of its source, backup-1"]
    );
    assert_eq!(reasons(&restored, "copy_tags_to_backups").len(), 1);
    let sent = resource(&[tf("aws_fsx_windows_file_system.f", "aws_fsx_windows_file_system", json!({ "backup_id": "backup-1" }))]);
    has(&sent, json!({ "backup_retention_days": 7, "copy_tags_to_backups": false }));
    let lustre = resource(&[tf(
        "aws_fsx_lustre_file_system.f",
        "aws_fsx_lustre_file_system",
        json!({ "backup_id": "backup-1", "deployment_type": "PERSISTENT_1" }),
    )]);
    assert_eq!(reasons(&lustre, "backup_retention_days").len(), 1);
}

#[test]
fn lustre_is_linked_by_its_path_or_by_associations() {
    let lustre =
        |body: serde_json::Value| cfn("F", "AWS::FSx::FileSystem", json!({ "FileSystemType": "LUSTRE", "LustreConfiguration": body }));
    let own = resource(&[lustre(json!({ "DeploymentType": "PERSISTENT_1", "ImportPath": "s3://data" }))]);
    has(&own, json!({ "data_repositories": [{ "path": "s3://data", "status": "AVAILABLE" }] }));
    let link = |to: serde_json::Value| {
        cfn(
            "L",
            "AWS::FSx::DataRepositoryAssociation",
            json!({ "FileSystemId": to, "DataRepositoryPath": "s3://data/x", "FileSystemPath": "/x" }),
        )
    };
    let linked = resource(&[lustre(json!({ "DeploymentType": "PERSISTENT_2" })), link(reference("F", "Ref"))]);
    has(&linked, json!({ "data_repositories": [{ "path": "s3://data/x", "status": "AVAILABLE" }] }));
    let perhaps = resource(&[lustre(json!({ "DeploymentType": "PERSISTENT_2" })), link(unknown("a parameter"))]);
    assert!(!reasons(&perhaps, "data_repositories").is_empty());
    let alone = resource(&[lustre(json!({ "DeploymentType": "PERSISTENT_2" }))]);
    has(&alone, json!({ "data_repositories": [] }));
}

/// A volume's automatic backups are those of its file system, which its storage virtual machine names.
#[test]
fn volumes_of_ontap_have_the_backups_of_their_file_system() {
    let all = resources(&[
        cfn("F", "AWS::FSx::FileSystem", json!({ "FileSystemType": "ONTAP", "OntapConfiguration": { "AutomaticBackupRetentionDays": 5 } })),
        cfn("M", "AWS::FSx::StorageVirtualMachine", json!({ "FileSystemId": reference("F", "Ref") })),
        cfn(
            "V",
            "AWS::FSx::Volume",
            json!({ "Name": "home", "OntapConfiguration": { "StorageVirtualMachineId": reference("M", "StorageVirtualMachineId") } }),
        ),
    ]);
    has(
        &all[1],
        json!({ "volume_type": "ONTAP", "ontap_volume_type": "RW", "svm_root": false, "flexcache_endpoint_type": "NONE",
            "copy_tags_to_backups": false, "file_system_id": "${F}", "backup_retention_days": 5 }),
    );
    assert_eq!(all[1].name.as_deref(), Some("home"));
    let all = resources(&[
        tf("aws_fsx_ontap_file_system.f", "aws_fsx_ontap_file_system", json!({})),
        tf(
            "aws_fsx_ontap_storage_virtual_machine.m",
            "aws_fsx_ontap_storage_virtual_machine",
            json!({ "file_system_id": reference("aws_fsx_ontap_file_system.f", "id") }),
        ),
        tf(
            "aws_fsx_ontap_volume.v",
            "aws_fsx_ontap_volume",
            json!({ "name": "home", "storage_virtual_machine_id": reference("aws_fsx_ontap_storage_virtual_machine.m", "id") }),
        ),
        tf(
            "aws_fsx_ontap_volume.elsewhere",
            "aws_fsx_ontap_volume",
            json!({ "name": "away", "storage_virtual_machine_id": "svm-1", "ontap_volume_type": "DP" }),
        ),
        tf("aws_fsx_openzfs_volume.z", "aws_fsx_openzfs_volume", json!({ "name": "z", "parent_volume_id": "fsvol-1" })),
    ]);
    has(&all[1], json!({ "file_system_id": "${aws_fsx_ontap_file_system.f}", "backup_retention_days": 0 }));
    has(&all[2], json!({ "ontap_volume_type": "DP" }));
    assert_eq!(reasons(&all[2], "backup_retention_days"), ["its file system, which is not in the template, decides that"]);
    has(&all[3], json!({ "volume_type": "OPENZFS", "ontap_volume_type": null, "copy_tags_to_backups": null }));
}

#[test]
fn a_declared_backup_of_fsx_has_the_key_of_its_file_system() {
    let all = resources(&[
        tf("aws_fsx_windows_file_system.f", "aws_fsx_windows_file_system", json!({ "kms_key_id": reference("aws_kms_key.k", "arn") })),
        tf("aws_kms_key.k", "aws_kms_key", json!({})),
        tf("aws_fsx_backup.b", "aws_fsx_backup", json!({ "file_system_id": reference("aws_fsx_windows_file_system.f", "id") })),
        tf("aws_fsx_backup.v", "aws_fsx_backup", json!({ "volume_id": "fsvol-1" })),
    ]);
    let source = "arn:aws:fsx:eu-west-1:111122223333:file-system/${aws_fsx_windows_file_system.f}";
    has(&all[2], json!({ "source_arn": source, "backup_type": "USER_INITIATED", "key_manager": "customer", "copied_from_arn": null }));
    has(&all[3], json!({ "source_arn": "arn:aws:fsx:eu-west-1:111122223333:volume/fsvol-1" }));
    assert!(!reasons(&all[3], "kms_key_arn").is_empty());
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
