//! `rel9 explain` of a live account: it says what an explanation of the collected inventory says, and what AWS refused to tell.

use crate::support::{Emulator, Rel9};
use serde_json::Value;

fn explained(rel9: &Rel9, arguments: &[&str]) -> Value {
    let run = rel9.run(&[&["explain", "--format", "json"], arguments].concat());
    serde_json::from_str(&run.ended(0).stdout).unwrap_or_else(|error| panic!("no explanation ({error}): {run}"))
}

/// Without what differs between two runs: the source, and when each call was made.
fn comparable(mut explanation: Value) -> Value {
    explanation["source"] = Value::Null;
    for call in explanation["calls"].as_array_mut().expect("calls") {
        call["at"] = Value::Null;
    }
    explanation
}

#[test]
fn a_live_account_is_explained_as_its_inventory_is() {
    let (emulator, _) = Emulator::with("account");
    let rel9 = emulator.rel9();
    let as_of = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    // By the tag Name, protected and not; by a type that is no data.
    let names = ["covered", "late", "alone", "arn:aws:backup:us-east-1:123456789012:backup-vault:main"];
    let live: Vec<Value> = names.iter().map(|name| explained(&rel9, &[name, "--as-of", &as_of])).collect();
    rel9.run(&["collect", "-o", "kept"]).ended(0);
    for (name, live) in names.iter().zip(live) {
        assert_eq!(live["source"], "aws", "{name}");
        assert!(live["calls"].as_array().is_some_and(|calls| !calls.is_empty()), "{name}");
        assert_eq!(comparable(live), comparable(explained(&rel9, &[name, "kept", "--as-of", &as_of])), "{name}");
    }
    let alone = rel9.run(&["explain", "alone"]);
    alone.ended(0);
    for words in ["UNPROTECTED: no backup plan selects it", "tag backup=daily is required, the resource has no tag backup", "source: aws"] {
        assert!(alone.stdout.contains(words), "{words}: {alone}");
    }
    rel9.run(&["explain", "aloone"]).ended(2).said("alone: arn:aws:ec2:us-east-1:123456789012:volume/");
    // What AWS does not tell is not known, and nothing is made of it.
    for operation in ["backup:ListBackupPlans", "backup:GetBackupSelection", "backup:ListBackupSelections", "dlm:GetLifecyclePolicies"] {
        emulator.fault(operation, Some("deny"));
        let run = rel9.run(&["explain", "alone"]);
        assert!(run.ended(0).stdout.contains(&format!("UNKNOWN: {operation} denied in 123456789012/us-east-1")), "{operation}: {run}");
        assert!(!run.stdout.contains("no backup plan"), "{operation}: {run}");
        emulator.fault(operation, None);
    }
    emulator.fault("ec2:DescribeVolumes", Some("deny"));
    rel9.run(&["explain", "alone"]).ended(2).said("It may be in what was not read:\n  ec2:DescribeVolumes denied in 123456789012/");
    let without = emulator.rel9().without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY").env("AWS_EC2_METADATA_DISABLED", "true");
    without.run(&["explain", "alone"]).ended(2).said("credentials");
}
