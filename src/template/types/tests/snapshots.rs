//! Encryption by default, snapshots and images, which only Terraform declares.

use super::build::{self, has, reasons, reference, resource, resources, tf, value};
use crate::inventory::Resource;
use crate::template::declaration::{Declaration, EXISTS, PROVIDER_REGION};
use serde_json::{Value as Json, json};

fn with(mut declaration: Declaration, setting: &str, value: Json) -> Declaration {
    declaration.settings.push((setting.to_owned(), build::node(&value, &mut 0)));
    declaration
}

fn volume(body: Json) -> Declaration {
    tf("aws_ebs_volume.v", "aws_ebs_volume", body)
}

fn setting(body: Json) -> Declaration {
    tf("aws_ebs_encryption_by_default.d", "aws_ebs_encryption_by_default", body)
}

#[test]
fn encryption_by_default_that_the_configuration_sets_counts_once_it_is_in_force() {
    let first = |declarations: &[Declaration]| resources(declarations).remove(0);
    // Terraform may create the volume before the setting.
    let found = first(&[volume(json!({})), setting(json!({}))]);
    assert!(reasons(&found, "encrypted")[0].contains("aws_ebs_encryption_by_default.d takes effect"), "{:?}", reasons(&found, "encrypted"));
    assert!(!reasons(&first(&[volume(json!({ "encrypted": false })), setting(json!({}))]), "encrypted").is_empty());
    has(&first(&[volume(json!({ "encrypted": true })), setting(json!({}))]), json!({ "encrypted": true, "key_manager": "aws" }));
    has(&first(&[volume(json!({})), setting(json!({ "enabled": false }))]), json!({ "encrypted": false }));
    // The plan changes the setting, or leaves it unchanged.
    let changed = with(setting(json!({})), EXISTS, json!(false));
    assert!(!reasons(&first(&[volume(json!({})), changed]), "encrypted").is_empty());
    let there = || with(setting(json!({})), EXISTS, json!(true));
    has(&first(&[volume(json!({})), there()]), json!({ "encrypted": true }));
    // Existing resources were created earlier, and a setting of another Region does not matter.
    has(&first(&[with(volume(json!({ "encrypted": false })), EXISTS, json!(true)), there()]), json!({ "encrypted": false }));
    has(&first(&[with(volume(json!({})), PROVIDER_REGION, json!("us-east-1")), there()]), json!({ "encrypted": false }));
    let anywhere = with(volume(json!({})), PROVIDER_REGION, build::symbol("${var.region}"));
    assert!(reasons(&first(&[anywhere, there()]), "encrypted")[0].contains("is not known"));
    let instance = tf("aws_instance.i", "aws_instance", json!({ "ebs_block_device": [{ "device_name": "/dev/sdf", "encrypted": false }] }));
    let found = first(&[instance.clone(), setting(json!({}))]);
    assert_eq!(value(&found, "block_devices")[1].get("encrypted"), None);
    assert_eq!(value(&first(&[instance, there()]), "block_devices")[1]["encrypted"], json!(true));
}

#[test]
fn the_default_key_is_that_of_volumes_that_name_none() {
    let of = |body: Json, key: Declaration| resources(&[volume(body), key, tf("aws_kms_key.k", "aws_kms_key", json!({}))]).remove(0);
    let key = || tf("aws_ebs_default_kms_key.d", "aws_ebs_default_kms_key", json!({ "key_arn": reference("aws_kms_key.k", "arn") }));
    assert!(reasons(&of(json!({ "encrypted": true }), key()), "key_manager")[0].contains("takes effect"));
    has(&of(json!({ "encrypted": true }), with(key(), EXISTS, json!(true))), json!({ "key_manager": "customer", "key_state": "Enabled" }));
    has(&of(json!({}), with(key(), EXISTS, json!(true))), json!({ "encrypted": false, "key_manager": null }));
    has(&resources(&[key(), tf("aws_kms_key.k", "aws_kms_key", json!({}))]).remove(0), json!({ "key_manager": "customer" }));
}

#[test]
fn a_setting_says_nothing_of_the_others() {
    has(&resource(&[setting(json!({}))]), json!({ "ebs_encryption_by_default": true }));
    assert_eq!(reasons(&resource(&[setting(json!({}))]), "opt_in"), ["known only after deployment"]);
    let backup = |body| resource(&[tf("aws_backup_region_settings.s", "aws_backup_region_settings", body)]);
    assert_eq!(reasons(&backup(json!({})), "opt_in"), ["the preference is not set"]);
    let management = json!({ "DynamoDB": true, "EFS": false });
    has(&backup(json!({ "resource_type_management_preference": management })), json!({ "full_management": management }));
    let part = json!({ "resource_type_management_preference": { "EFS": true } });
    assert_eq!(reasons(&backup(part), "full_management"), ["known only after deployment"]);
}

#[test]
fn snapshots_are_encrypted_as_their_source() {
    let of = |snapshot: Declaration, source: Declaration| resources(&[snapshot, source]).remove(0);
    let snapshot = || tf("aws_ebs_snapshot.s", "aws_ebs_snapshot", json!({ "volume_id": reference("aws_ebs_volume.v", "id") }));
    let found = of(snapshot(), volume(json!({ "encrypted": true })));
    has(&found, json!({ "encrypted": true, "source_arn": "arn:aws:ec2:eu-west-1:111122223333:volume/${aws_ebs_volume.v}" }));
    has(&of(snapshot(), volume(json!({}))), json!({ "encrypted": false }));
    let copy = |encrypted: Json| {
        let body = json!({ "source_snapshot_id": reference("aws_ebs_snapshot.s", "id"), "encrypted": encrypted });
        resources(&[tf("aws_ebs_snapshot_copy.c", "aws_ebs_snapshot_copy", body), snapshot(), volume(json!({}))]).remove(0)
    };
    has(&copy(json!(true)), json!({ "encrypted": true, "key_manager": "aws", "source_arn": null }));
    has(&copy(json!(null)), json!({ "encrypted": false }));
    let foreign = tf("aws_ebs_snapshot_copy.c", "aws_ebs_snapshot_copy", json!({ "source_snapshot_id": "snap-1" }));
    assert_eq!(reasons(&resource(&[foreign]), "encrypted"), ["the encryption is that of its source, snap-1"]);
    has(&resource(&[tf("aws_ebs_snapshot_import.i", "aws_ebs_snapshot_import", json!({}))]), json!({ "encrypted": false }));
}

#[test]
fn database_snapshots_are_as_their_database() {
    let database = |body| tf("aws_db_instance.d", "aws_db_instance", body);
    let snapshot = |more: Json| {
        let mut body = json!({ "db_instance_identifier": reference("aws_db_instance.d", "identifier"), "db_snapshot_identifier": "s" });
        body.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        tf("aws_db_snapshot.s", "aws_db_snapshot", body)
    };
    let found = resources(&[snapshot(json!({})), database(json!({ "identifier": "d", "storage_encrypted": true }))]).remove(0);
    has(&found, json!({ "encrypted": true, "public": false, "shared_with": [], "source_arn": "arn:aws:rds:eu-west-1:111122223333:db:d" }));
    assert_eq!(found.arn, "arn:aws:rds:eu-west-1:111122223333:snapshot:s");
    let shared =
        resources(&[snapshot(json!({ "shared_accounts": ["all", "111122223333"] })), database(json!({ "identifier": "d" }))]).remove(0);
    has(&shared, json!({ "encrypted": false, "public": true, "shared_with": ["111122223333"] }));
    let copy = |body: Json| resource(&[tf("aws_db_snapshot_copy.c", "aws_db_snapshot_copy", body)]);
    has(
        &copy(json!({ "source_db_snapshot_identifier": "s", "kms_key_id": "alias/k" })),
        json!({ "encrypted": true, "key_manager": "customer" }),
    );
    assert_eq!(reasons(&copy(json!({ "source_db_snapshot_identifier": "s" })), "encrypted").len(), 1);
    for (snapshot, cluster) in [
        ("aws_db_cluster_snapshot", "aws_rds_cluster"),
        ("aws_neptune_cluster_snapshot", "aws_neptune_cluster"),
        ("aws_docdb_cluster_snapshot", "aws_docdb_cluster"),
    ] {
        let found = resources(&[
            tf("x.s", snapshot, json!({ "db_cluster_identifier": reference("y.c", "id"), "db_cluster_snapshot_identifier": "s" })),
            tf("y.c", cluster, json!({ "engine": "mysql", "cluster_identifier": "c", "storage_encrypted": true })),
        ]);
        has(&found[0], json!({ "encrypted": true, "source_arn": found[1].arn }));
    }
}

#[test]
fn images_are_encrypted_device_by_device() {
    let image = |name: &str, body: Json| resource(&[tf(&format!("{name}.i"), name, body)]);
    let encrypted = |found: &Resource| value(found, "block_devices")[0].get("encrypted").cloned();
    let device = |more: Json| json!({ "ebs_block_device": [more] });
    assert_eq!(encrypted(&image("aws_ami", device(json!({ "device_name": "/dev/xvda", "encrypted": true })))), Some(json!(true)));
    assert_eq!(encrypted(&image("aws_ami", device(json!({ "device_name": "/dev/xvda" })))), Some(json!(false)));
    let foreign = image("aws_ami", device(json!({ "device_name": "/dev/xvda", "snapshot_id": "snap-1" })));
    assert_eq!(encrypted(&foreign), None);
    assert_eq!(reasons(&foreign, "block_devices[].encrypted"), ["the encryption is that of its source, snap-1"]);
    assert_eq!(encrypted(&image("aws_ami_copy", json!({ "source_ami_id": "ami-1", "encrypted": true }))), Some(json!(true)));
    assert_eq!(encrypted(&image("aws_ami_copy", json!({ "source_ami_id": "ami-1" }))), None);
    assert_eq!(encrypted(&image("aws_ami_from_instance", json!({ "source_instance_id": "i-1" }))), None);
    let key = |found: &Resource| value(found, "device_keys");
    let copy = |more: Json| {
        let mut body = json!({ "source_ami_id": "ami-1", "encrypted": true });
        body.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        image("aws_ami_copy", body)
    };
    let of_aws = json!([{ "device": null, "encrypted": true, "kms_key_arn": null, "key_manager": "aws" }]);
    assert_eq!(key(&copy(json!({}))), of_aws);
    assert_eq!(key(&copy(json!({ "kms_key_id": "alias/k" })))[0]["key_manager"], json!("customer"));
    let plain = json!([{ "device": "/dev/xvda", "encrypted": false, "kms_key_arn": null, "key_manager": null }]);
    assert_eq!(key(&image("aws_ami", device(json!({ "device_name": "/dev/xvda" })))), plain);
    assert_eq!(reasons(&foreign, "device_keys"), ["the encryption is that of its source, snap-1"]);
    assert!(!reasons(&image("aws_ami_from_instance", json!({ "source_instance_id": "i-1" })), "device_keys").is_empty());
    let permitted = |permission: Json| {
        let mut body = permission;
        body["image_id"] = reference("aws_ami.i", "id");
        let permission = tf("aws_ami_launch_permission.p", "aws_ami_launch_permission", body);
        value(&resources(&[tf("aws_ami.i", "aws_ami", json!({})), permission])[0], "public")
    };
    assert_eq!(permitted(json!({ "group": "all" })), json!(true));
    assert_eq!(permitted(json!({ "account_id": "111122223333" })), json!(false));
}
