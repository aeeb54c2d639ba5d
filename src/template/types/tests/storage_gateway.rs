//! AWS Storage Gateway, which only Terraform declares.

use super::build::{has, reasons, reference, resource, resources, tf, unknown};
use crate::inventory::DEPLOYED;
use serde_json::json;

#[test]
fn volumes_by_default_have_a_key_of_s3() {
    let stored = resource(&[tf("aws_storagegateway_stored_iscsi_volume.v", "aws_storagegateway_stored_iscsi_volume", json!({}))]);
    has(&stored, json!({ "volume_type": "STORED iSCSI", "snapshot_interval_hours": 24, "source_snapshot_id": null }));
    has(&stored, json!({ "key_manager": "aws_owned", "kms_key_arn": null }));
    let cached = json!({ "target_name": "files", "snapshot_id": "snap-0123456789abcdef0" });
    let cached = resource(&[tf("aws_storagegateway_cached_iscsi_volume.v", "aws_storagegateway_cached_iscsi_volume", cached)]);
    has(&cached, json!({ "volume_type": "CACHED iSCSI", "source_snapshot_id": "snap-0123456789abcdef0", "key_manager": "aws_owned" }));
    assert_eq!(reasons(&cached, "snapshot_interval_hours"), [DEPLOYED]);
    assert!(cached.properties.json("encrypted").is_none());
}

#[test]
fn a_key_counts_where_it_is_switched_on() {
    for (terraform, key) in [
        ("aws_storagegateway_cached_iscsi_volume", "kms_key"),
        ("aws_storagegateway_stored_iscsi_volume", "kms_key"),
        ("aws_storagegateway_nfs_file_share", "kms_key_arn"),
        ("aws_storagegateway_smb_file_share", "kms_key_arn"),
    ] {
        let of = |flag: serde_json::Value| {
            let body = json!({ "kms_encrypted": flag, key: reference("aws_kms_key.k", "arn") });
            let all = resources(&[tf(&format!("{terraform}.x"), terraform, body), tf("aws_kms_key.k", "aws_kms_key", json!({}))]);
            all.into_iter().find(|found| found.type_name.starts_with("AWS::StorageGateway")).expect("it")
        };
        has(&of(json!(true)), json!({ "key_manager": "customer" }));
        has(&of(json!(false)), json!({ "key_manager": "aws_owned", "kms_key_arn": null }));
        assert_eq!(reasons(&of(unknown("why")), "key_manager"), ["why"]);
    }
}
