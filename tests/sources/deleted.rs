//! Resources that are deleted during an audit: they neither make the audit incomplete nor are judged by what could not be read.

use crate::support::{Emulator, operation_of, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The calls about one resource of a list, with AWS's error for a resource that does not exist (any more). One of the resources is then
/// deleted.
const GONE: &[(&str, &str)] = &[
    ("backup:DescribeFramework", "ResourceNotFoundException"),
    ("backup:GetBackupPlan", "ResourceNotFoundException"),
    ("backup:GetBackupSelection", "ResourceNotFoundException"),
    ("backup:GetRestoreTestingPlan", "ResourceNotFoundException"),
    ("backup:GetRestoreTestingSelection", "ResourceNotFoundException"),
    ("backup:ListRecoveryPointsByBackupVault", "ResourceNotFoundException"),
    ("dlm:GetLifecyclePolicy", "ResourceNotFoundException"),
    ("dynamodb:DescribeTable", "ResourceNotFoundException"),
    ("ec2:DescribeImageAttribute", "InvalidAMIID.NotFound"),
    ("ec2:DescribeSnapshotAttribute", "InvalidSnapshot.NotFound"),
    ("elasticfilesystem:DescribeBackupPolicy", "FileSystemNotFound"),
    ("rds:DescribeDBClusterSnapshotAttributes", "DBClusterSnapshotNotFoundFault"),
    ("rds:DescribeDBSnapshotAttributes", "DBSnapshotNotFound"),
    ("s3:GetBucketLocation", "NoSuchBucket"),
    ("s3:GetBucketVersioning", "NoSuchBucket"),
];

#[test]
fn what_is_deleted_between_list_and_description_is_gone() {
    let (emulator, _) = Emulator::with("account");
    let rel9 = emulator.rel9();
    let kept = |what: &str, known: &BTreeSet<String>| {
        let (run, document) = rel9.audit(&[]);
        assert_eq!(document.0["audit"]["complete"], true, "{what}: {run}");
        let troubles: Vec<String> = document.collection().iter().filter(|entry| entry["status"] != "ok").map(operation_of).collect();
        assert!(troubles.is_empty(), "{what}: {troubles:?}");
        let unknown = document.findings().iter().filter(|finding| finding["status"] == "unknown");
        let reasons = unknown.flat_map(|finding| finding["unknown_because"].as_array().expect("reasons"));
        let unknown: BTreeSet<String> = reasons.map(|reason| text(reason).to_owned()).filter(|reason| !known.contains(reason)).collect();
        let answer = |finding: &Value| (text(&finding["id"]).to_owned(), text(&finding["status"]).to_owned());
        (unknown, document.findings().iter().map(answer).collect::<Vec<_>>())
    };
    // What AWS never shows, such as the encryption of a directory's snapshots. It may decide more where something is gone.
    let (never_known, whole) = kept("nothing", &BTreeSet::new());
    for &(operation, code) in GONE {
        // In the Region with most resources: a resource that replicates from there to the other Region would rightly miss its
        // destination.
        emulator.fault_of(&json!({"operation": operation, "mode": "error", "code": code, "times": 1, "region": "us-east-1"}));
        let (mut unknown, left) = kept(operation, &never_known);
        // An image still names its snapshot, and nothing else tells the key.
        unknown.retain(|reason| operation != "ec2:DescribeSnapshotAttribute" || !reason.starts_with("device_keys[]"));
        assert!(unknown.is_empty(), "{operation}: {unknown:?}");
        emulator.fault(operation, None);
        assert_ne!(left, whole, "{operation}: what is gone has no findings, and proves nothing for others");
    }
}

/// A list that ends with "there is no such vault" on a later page is incomplete.
#[test]
fn a_list_that_is_cut_short_is_a_failure() {
    let (emulator, _) = Emulator::with("account");
    emulator.page_size(Some(2));
    // The first pages of the Region's two vaults succeed.
    let operation = "backup:ListRecoveryPointsByBackupVault";
    let fault = json!({"operation": operation, "mode": "error", "code": "ResourceNotFoundException", "region": "us-east-1", "after": 2});
    emulator.fault_of(&fault);
    let (run, document) = emulator.rel9().env("AWS_MAX_ATTEMPTS", "1").audit(&["--regions", "us-east-1"]);
    assert_eq!(document.0["audit"]["complete"], false, "{run}");
    let failed = document.collection().iter().any(|entry| operation_of(entry) == operation && entry["status"] == "failed");
    assert!(failed, "{run}");
}
