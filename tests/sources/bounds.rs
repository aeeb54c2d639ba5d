//! What a live audit costs, and where it stops: calls, the sizes of answers, endless lists, the deadline.

use crate::support::{Emulator, operation_of, text};
use serde_json::json;
use std::time::{Duration, Instant};

/// Snapshots that cannot be shared (those under default keys, and archived ones) are not shared, and cost no call. One list shows which
/// snapshots are public, even if AWS denies access to the permissions of single snapshots.
#[test]
fn only_what_can_be_shared_is_asked_about() {
    let (emulator, told) = Emulator::with("account");
    let rel9 = emulator.rel9();
    let shared = text(&told["shared_snapshot"]);
    emulator.reset_calls();
    rel9.audit(&["--regions", "us-east-1"]);
    // The snapshots of the public volume, of the shared one, and of the instance's image.
    let asked = emulator.count("ec2:DescribeSnapshotAttribute");
    assert!((2..=4).contains(&asked), "{asked}");
    assert_eq!(emulator.count("rds:DescribeDBSnapshotAttributes"), 1, "orders-private is under aws/rds");
    assert_eq!(emulator.count("rds:DescribeDBClusterSnapshotAttributes"), 1, "only aurora-snapshot has a customer's key");

    emulator.seed("ec2", "snapshot", "us-east-1", &json!({"SnapshotId": shared, "StorageTier": "archive"}));
    let (_, document) = rel9.audit(&["--regions", "us-east-1"]);
    assert_eq!(document.says("ebs-snapshot-not-public", shared), "pass: is shared with nobody", "archiving ends the sharing");

    emulator.seed("ec2", "snapshot", "us-east-1", &json!({"SnapshotId": shared, "StorageTier": "standard"}));
    emulator.fault("ec2:DescribeSnapshotAttribute", Some("deny"));
    let (_, document) = rel9.audit(&["--regions", "us-east-1"]);
    document.expect(
        "ebs-snapshot-not-public",
        &[(text(&told["public_snapshot"]), "fail"), (shared, "unknown"), (text(&told["by-hand_snapshot"]), "pass")],
    );

    // Without the aliases, the default key is not known, and all snapshots are looked up.
    emulator.fault("ec2:DescribeSnapshotAttribute", None);
    emulator.fault("kms:ListAliases", Some("deny"));
    emulator.reset_calls();
    let (_, document) = rel9.audit(&["--regions", "us-east-1"]);
    assert!(emulator.count("ec2:DescribeSnapshotAttribute") > asked);
    document.expect("ebs-snapshot-not-public", &[(shared, "fail"), (text(&told["by-hand_snapshot"]), "pass")]);
}

/// A list whose empty pages have ever new tokens never ends; an answer of more than 64 MiB is not read.
#[test]
fn what_has_no_end_is_given_up() {
    let (emulator, _) = Emulator::with("account");
    let rel9 = emulator.rel9().env("AWS_MAX_ATTEMPTS", "1");
    for (mode, words) in [("adrift", "the list does not end: 100 pages in a row had nothing new"), ("huge", "is larger than 64 MiB")] {
        for operation in ["ec2:DescribeVolumes", "backup:ListBackupVaults", "rds:DescribeDBInstances"] {
            emulator.fault_of(&json!({"operation": operation, "mode": mode, "region": "us-east-1"}));
        }
        let (run, document) = rel9.audit(&["--regions", "us-east-1"]);
        assert_eq!(document.0["audit"]["complete"], false, "{run}");
        for operation in ["ec2:DescribeVolumes", "backup:ListBackupVaults", "rds:DescribeDBInstances"] {
            let entry = document.collection().iter().find(|entry| operation_of(entry) == operation && entry["status"] == "failed");
            let error = entry.map_or("", |entry| text(&entry["error"]));
            assert!(error.contains(words), "{operation} {mode}: {error:?}");
            emulator.fault(operation, None);
        }
    }
}

/// When the time for an account is over, the rest is unknown, with the reason.
#[test]
fn after_the_deadline_the_rest_is_unknown() {
    let (emulator, _) = Emulator::with("account");
    let rel9 = emulator.rel9();
    emulator.fault("backup:ListBackupVaults", Some("hang"));
    let start = Instant::now();
    let (run, document) = rel9.audit(&["--deadline", "8s", "--fail-on", "never"]);
    emulator.fault("backup:ListBackupVaults", None);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    run.ended(0);
    assert_eq!(document.0["audit"]["complete"], false);
    let entry = document.collection().iter().find(|entry| operation_of(entry) == "backup:ListBackupVaults" && entry["status"] == "failed");
    assert!(entry.is_some_and(|entry| text(&entry["error"]).starts_with("deadline: not read within 8 s")), "{entry:?}");
    for wrong in ["0s", "soon", "-5m", "60"] {
        rel9.run(&["audit", &format!("--deadline={wrong}")]).ended(2).said("write a whole number and a unit: s, m (minutes), h");
    }
}

/// The account of `benches/scale.py`: 580 resources of the types that most accounts have, and 30 of each other type, in two Regions. Most calls
/// describe one resource each, where a service has no bulk operation.
#[test]
fn thirty_of_each_type_take_at_most_1600_calls() {
    let emulator = Emulator::start();
    emulator.seed("ec2", "enabled_regions", "us-east-1", &json!({"RegionNames": ["us-east-1", "eu-west-1"]}));
    emulator.python("tests/emulator/seed_scale.py");
    emulator.reset_calls();
    emulator.rel9().run(&["collect", "-o", "inventory"]).ended(0);
    let calls = emulator.calls();
    assert_eq!(calls["repeated"], json!([]));
    assert!(calls["total"].as_u64().is_some_and(|total| (1..=1_600).contains(&total)), "{}", calls["total"]);
}

/// The same on unmodified moto, which lists its 1,300 snapshots of other accounts in each Region whichever owner is requested.
#[test]
fn snapshots_of_others_cost_no_calls() {
    let emulator = Emulator::plain();
    emulator.python("tests/emulator/seed_scale.py");
    emulator.reset_calls();
    let rel9 = emulator.rel9().env("AWS_MAX_ATTEMPTS", "1");
    let run = rel9.run(&["audit", "--regions", "us-east-1,eu-west-1", "--format", "json"]);
    let snapshots = run.document().collection().iter().filter(|entry| operation_of(entry) == "ec2:DescribeSnapshots").count();
    assert!(snapshots > 0, "{run}");
    let calls = emulator.calls();
    assert!(calls["total"].as_u64().is_some_and(|total| (1..=1_600).contains(&total)), "{}", calls["total"]);
}
