//! A live audit over HTTP: the findings for a small account (`tests/emulator/scenarios/account.py`), that it reads every page and makes no call
//! twice, and that collecting now and judging later gives the same findings.

use crate::support::{ACCOUNT, Document, Emulator, Run, text, wait};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The objective of the plan's volumes.
const POLICY: &str = r#"version: 1
objectives:
  - name: gold
    match: 'resource.tags["backup"] == "daily"'
    rpo: 26h
    rto: 1h
    retention: 7d
    restore_test_every: 30d
    copies: { region: required, account: required }
    immutable: required
  - { name: rest, match: "true", rpo: 24h, retention: 7d }
restore_automation:
  - { arn: "arn:aws:states:us-east-1:123456789012:stateMachine:drill", match: resource.id == "with-backups" }
  - { arn: "arn:aws:states:us-east-1:123456789012:stateMachine:broken:PROD", match: "false" }
  - { arn: "arn:aws:states:us-east-1:123456789012:stateMachine:express", match: "false" }
  - { arn: "arn:aws:states:us-east-1:123456789012:stateMachine:idle", match: "false" }
  - { arn: "arn:aws:states:us-east-1:123456789012:stateMachine:runbook", match: "false" }
"#;

struct Audited {
    document: Document,
    run: Run,
    told: Value,
    calls: Value,
}

/// One audit of the account.
fn audited() -> &'static Audited {
    static AUDITED: OnceLock<Audited> = OnceLock::new();
    AUDITED.get_or_init(|| {
        let (emulator, told) = Emulator::with("account");
        let rel9 = emulator.rel9();
        fs::write(rel9.home().join("rel9.yaml"), POLICY).expect("a policy");
        emulator.reset_calls();
        let (run, document) = rel9.audit(&[]);
        Audited { document, run, told, calls: emulator.calls() }
    })
}

/// Compares findings (status and the start of the message) with the expected ones.
#[track_caller]
fn said(expected: &[(&str, &str, &str)]) {
    let audited = audited();
    let mut wrong = Vec::new();
    for (rule, resource, words) in expected {
        let resource = audited.told[*resource].as_str().unwrap_or(resource);
        let found = audited.document.says(rule, resource);
        if !found.starts_with(words) {
            wrong.push(format!("{rule} of {resource}\n   says {found}\n   not  {words}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn it_reads_the_whole_account_and_says_so() {
    let Audited { document, run, .. } = audited();
    run.ended(1);
    assert!(run.stderr.starts_with("gate failed: ") && run.stderr.lines().count() == 1, "nothing but the verdict when all is read: {run}");
    let audit = &document.0["audit"];
    assert_eq!(document.0["schema"], "rel9.findings/1");
    assert_eq!(audit["source"], "aws");
    assert_eq!(audit["accounts"], json!([ACCOUNT]));
    assert_eq!(audit["regions"], json!(["eu-west-1", "us-east-1"]));
    assert_eq!(audit["complete"], true);
    let odd: Vec<&Value> = document.collection().iter().filter(|entry| entry["status"] != "ok").collect();
    assert!(odd.is_empty(), "{odd:?}");
    let mut unknown: Vec<&str> =
        document.findings().iter().filter(|finding| finding["status"] == "unknown").map(|finding| text(&finding["rule"])).collect();
    unknown.dedup();
    // AWS does not show restores of some types, nor the encryption of some of their snapshots, nor whose snapshots those of `namesake` are.
    // Step Functions does not list the executions of every state machine. Cloud Control does not tell the retention of `untold-catalog`.
    let of_one = ["restore-automation-succeeds", "docdb-elastic-cluster-retention", "snapshot-customer-key"];
    let is_expected = |rule: &&str| rule.starts_with("data-") || of_one.contains(rule);
    assert!(unknown.contains(&"data-recovery-tested") && unknown.iter().all(is_expected), "{unknown:?}");
}

#[test]
fn the_summary_counts_the_findings() {
    let document = &audited().document;
    let summary = &document.0["summary"];
    let mut counted: BTreeMap<&str, u64> = ["pass", "fail", "unknown", "waived"].map(|status| (status, 0)).into();
    for finding in document.findings() {
        *counted.get_mut(text(&finding["status"])).expect("one of the four") += 1;
    }
    assert_eq!(summary["by_status"], json!(counted));
    let coverage = &summary["coverage"];
    let of = |state: &str| coverage[state].as_u64().expect("a number");
    let states = ["protected", "stale", "selected_not_protected", "opt_in_blocked", "unprotected", "reproducible", "unknown"];
    assert_eq!(of("data_resources"), states.iter().map(|state| of(state)).sum::<u64>(), "{coverage}");
    assert_eq!((of("stale"), of("selected_not_protected"), of("unknown")), (4, 4, 5), "{coverage}");
}

#[test]
fn findings_are_sorted_and_have_ids_of_their_own() {
    let key = |finding: &Value| {
        let resource = &finding["resource"];
        let field = |name: &str| text(&resource[name]).to_owned();
        (field("account"), field("region"), field("type"), field("arn"), text(&finding["rule"]).to_owned())
    };
    let keys: Vec<_> = audited().document.findings().iter().map(key).collect();
    assert!(keys.is_sorted());
    let mut ids: Vec<&str> = audited().document.findings().iter().map(|finding| text(&finding["id"])).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn failing_findings_say_how_to_mend_them() {
    for finding in audited().document.findings().iter().filter(|finding| finding["status"] == "fail") {
        let remediation = &finding["remediation"];
        let list = |name: &str| remediation[name].as_array().is_some_and(|list| !list.is_empty());
        assert!(!text(&remediation["summary"]).is_empty() && list("steps"), "{finding}");
        let cli: Vec<&str> = remediation["cli"].as_array().into_iter().flatten().map(text).collect();
        assert!(cli.iter().all(|command| !command.contains("{{")), "{cli:?}");
    }
}

#[test]
fn backups_by_a_plan() {
    said(&[
        ("data-protected", "covered", "pass: protected on schedule: backup plan daily, rule daily"),
        ("data-backup-current", "covered", "pass: "),
        ("data-rpo-meets-objective", "covered", "pass: newest restorable moment: 2 h old"),
        ("data-retention-meets-objective", "covered", "pass: "),
        ("data-backup-jobs-succeed", "covered", "pass: "),
        ("data-backups-immutable", "covered", "pass: "),
        ("data-protected", "late", "pass: restorable, but late: "),
        ("data-backup-current", "late", "fail: "),
        ("data-rpo-meets-objective", "late", "fail: newest restorable moment: 12 d old"),
        ("data-protected", "partial", "fail: selected, but not protected: "),
        ("data-backup-jobs-succeed", "partial", "fail: "),
        ("data-protected", "alone", "fail: unprotected: "),
        ("data-in-backup-plan", "alone", "fail: backup plans that select it: none"),
        (
            "backup-plan-selects-resources",
            "daily",
            "pass: selects 9 resources (DSQL, EBS, EKS, Redshift Serverless, Storage Gateway, VirtualMachine)",
        ),
        ("backup-plan-cross-region-copy", "daily", "pass: "),
        ("backup-plan-cross-account-copy", "daily", "fail: "),
    ]);
}

#[test]
fn copies_across_regions_are_seen_where_they_are() {
    said(&[
        ("data-copied-to-another-region", "covered", "pass: newest restorable copy in another Region: 3 h old (eu-west-1)"),
        ("data-copied-to-another-region", "late", "fail: newest restorable copy in another Region: none"),
        ("data-copied-to-another-account", "covered", "fail: "),
    ]);
}

#[test]
fn restores_prove_what_they_prove() {
    said(&[
        ("data-recovery-tested", "covered", "pass: the last successful restore was 9 d ago"),
        ("data-recovery-test-validated", "covered", "pass: "),
        ("data-rto-meets-objective", "covered", "pass: the last successful restore took 42 min"),
        ("data-recovery-test-planned", "covered", "pass: "),
        ("data-recovery-tested", "late", "fail: no successful restore is known"),
        // The restored table proves the backups of its source table.
        ("data-recovery-tested", "dumped", "pass: the last successful restore was"),
        ("restore-testing-plan-covers-types", "us-east-1", "fail: no restore testing selection names EFS"),
    ]);
}

#[test]
fn vaults_and_their_locks() {
    said(&[
        ("backup-vault-lock-compliance-mode", "main", "pass: "),
        ("backup-vault-denies-deletion", "main", "pass: "),
        ("backup-vault-customer-key", "main", "pass: "),
        ("backup-vault-locked", "open", "fail: "),
        ("backup-vault-not-open", "open", "fail: "),
        ("backup-region-opt-in", "us-east-1", "fail: the Region is opted out of AWS Backup for EFS"),
        ("backup-framework-exists", "us-east-1", "pass: "),
    ]);
}

#[test]
fn snapshots_and_lifecycle_policies() {
    said(&[
        ("data-protected", "dlm-volume", "pass: protected on schedule: DLM policy"),
        ("data-in-backup-plan", "dlm-volume", "pass: backup plans that select it: none; automatic backups without a plan: DLM policy"),
        ("data-protected", "by-hand-volume", "pass: restorable only from a manual snapshot of "),
        ("data-in-backup-plan", "by-hand-volume", "fail: "),
        ("dlm-policy-healthy", "policy", "pass: "),
        ("snapshot-retention-bounded", "orphan_snapshot", "fail: is 400 d old"),
        ("snapshot-customer-key", "shared_snapshot", "pass: "),
        ("snapshot-customer-key", "by-hand_snapshot", "fail: is encrypted under a key that AWS manages in the account"),
        ("snapshot-customer-key", "image", "fail: devices whose snapshot is not encrypted under a customer-managed key: "),
        ("ec2-instance-termination-protection", "server", "fail: termination protection is off, and the termination deletes a volume"),
        ("ec2-instance-termination-protection", "guarded", "pass: "),
        ("ebs-snapshot-not-public", "public_snapshot", "fail: "),
        ("ebs-snapshot-not-public", "shared_snapshot", "fail: "),
        ("ebs-snapshot-not-public", "by-hand_snapshot", "pass: "),
        // The Region encrypts by default; the image is shared with one account, not with all.
        ("ebs-volume-encrypted", "unencrypted", "pass: "),
        ("ami-not-public", "image", "pass: "),
        ("ebs-encryption-by-default", "us-east-1", "pass: "),
    ]);
}

#[test]
fn databases() {
    said(&[
        ("data-protected", "orders", "pass: protected on schedule: automated backups"),
        ("rds-instance-automated-backups", "orders", "pass: "),
        ("rds-instance-cross-region-backups", "orders", "pass: automated backups replicate to eu-west-1"),
        ("rds-instance-deletion-protection", "orders", "pass: "),
        (
            "rds-event-subscription-exists",
            "us-east-1",
            "fail: 5 DB instances and 1 DB cluster; event categories that no subscription tells of each of them: failure (clusters)",
        ),
        ("data-protected", "no-backups", "fail: unprotected: "),
        ("rds-instance-automated-backups", "no-backups", "fail: "),
        ("rds-instance-retention", "no-backups", "fail: "),
        ("data-protected", "stuck", "pass: restorable, but late: "),
        ("rds-latest-restorable-time-current", "stuck", "fail: latest restorable time: 2 d ago"),
        ("data-backup-key-usable", "doomed", "fail: "),
        ("data-backup-key-usable", "orders", "pass: "),
        ("rds-snapshot-not-public", "published-snapshot", "fail: everyone may restore it"),
        ("rds-snapshot-not-public", "orders-private", "pass: is shared with nobody"),
        ("data-protected", "aurora", "pass: protected on schedule: automated backups"),
        ("rds-cluster-retention", "aurora", "pass: "),
        ("rds-cluster-snapshot-not-public", "aurora-snapshot", "fail: "),
        ("neptune-cluster-retention", "graph", "pass: "),
        ("docdb-cluster-retention", "documents", "pass: "),
        ("rds-global-cluster-encrypted", "world", "pass: "),
        ("rds-global-cluster-deletion-protection", "world", "pass: "),
        ("rds-global-cluster-encrypted", "document-world", "fail: is not encrypted at rest"),
        ("rds-global-cluster-deletion-protection", "document-world", "fail: "),
    ]);
}

#[test]
fn warehouses() {
    let grant = "arn:aws:redshift:eu-west-1:123456789012:snapshotcopygrant:warehouses";
    said(&[
        ("data-protected", "sales", "pass: protected on schedule: automated snapshots can restore a moment 5 h ago"),
        ("data-in-backup-plan", "sales", "pass: "),
        ("redshift-cluster-encrypted", "sales", "pass: "),
        ("redshift-cluster-customer-key", "sales", "pass: is encrypted under the customer-managed key "),
        ("redshift-automated-snapshots", "sales", "pass: "),
        ("redshift-retention", "sales", "pass: keeps automated snapshots 7 days"),
        ("redshift-cross-region-copy", "sales", "pass: snapshots are copied to eu-west-1"),
        ("data-copy-retention", "sales", "pass: copies are set to be kept 7 d (automated snapshots copied to eu-west-1), for ever (manual"),
        (
            "snapshot-sharing-allowed",
            "sales-shared",
            "fail: is shared with accounts that are neither in the scope nor allowed: 111122223333",
        ),
        ("redshift-snapshot-encrypted", "sales-shared", "pass: "),
        ("redshift-snapshot-encrypted", "awsbackup:job-0123", "pass: is encrypted, a snapshot of AWS Backup"),
        (
            "data-protected",
            "scheduled",
            "pass: protected on schedule: automated snapshots, snapshot schedule nightly can restore a moment 20 h ago",
        ),
        ("redshift-snapshot-schedule-healthy", "scheduled", "pass: snapshot schedule nightly is ACTIVE: cron(30 1 *)"),
        ("redshift-retention", "scheduled", "fail: keeps automated snapshots 1 day"),
        ("redshift-cluster-customer-key", "scheduled", "fail: is encrypted under a key that AWS manages"),
        ("redshift-cross-region-copy", "scheduled", "fail: "),
        ("data-protected", "stalled", "pass: restorable only from an automated snapshot (snapshot schedule nightly has failed)"),
        ("data-in-backup-plan", "stalled", "fail: backup plans that select it: none; automatic backups without a plan: none"),
        ("redshift-snapshot-schedule-healthy", "stalled", "fail: snapshot schedule nightly is FAILED"),
        ("data-protected", "second", "fail: unprotected: "),
        ("redshift-automated-snapshots", "second", "fail: automated snapshots are off"),
        ("redshift-cluster-encrypted", "second", "fail: "),
    ]);
    // The recovery point and the snapshot of AWS Backup are one backup, and what others share is not listed.
    let document = &audited().document;
    let sales = document.find("data-protected", "sales").expect("a finding");
    let backups = sales["evidence"]["protection.backups"].as_array().expect("backups");
    let kinds: Vec<&str> = backups.iter().map(|backup| text(&backup["kind"])).collect();
    assert_eq!(kinds, ["automated", "aws_backup", "snapshot"]);
    let copies = sales["evidence"]["protection.copies"].as_array().expect("copies");
    assert_eq!(
        copies.iter().map(|copy| (text(&copy["region"]), text(&copy["seen_as"]))).collect::<Vec<_>>(),
        [("eu-west-1", "automated_backup")]
    );
    let all = document.findings();
    assert!(!all.iter().any(|finding| finding["resource"]["id"] == "of-others"));
    assert!(!all.iter().any(|finding| finding["resource"]["arn"] == grant && finding["status"] == "fail"));
}

#[test]
fn elastic_clusters() {
    said(&[
        ("docdb-elastic-cluster-retention", "kept-catalog", "pass: keeps automatic snapshots 7 days, 7 are required"),
        ("docdb-elastic-cluster-retention", "short-catalog", "fail: keeps automatic snapshots 1 day, 7 are required"),
        ("docdb-elastic-cluster-retention", "untold-catalog", "unknown: "),
        // Cloud Control does not show the snapshots.
        ("data-protected", "kept-catalog", "unknown: cannot be judged: the snapshots of "),
        ("data-protected", "untold-catalog", "unknown: "),
    ]);
}

/// Their permissions allow reading rows, so only whoever asks for them has them read.
#[test]
fn tables_of_keyspaces_are_read_on_request() {
    let of_tables = |finding: &Value| text(&finding["resource"]["type"]) == "AWS::Cassandra::Table";
    assert!(!audited().document.findings().iter().any(of_tables));
    let read = audited().document.collection().iter().filter(|entry| text(&entry["operation"]).contains("Cassandra")).count();
    assert_eq!(read, 0);
    let (emulator, _) = Emulator::with("account");
    let run = emulator.rel9().run(&[
        "audit",
        "--services",
        "keyspaces",
        "--regions",
        "us-east-1",
        "--format",
        "json",
        "--fail-on",
        "never",
        "--allow-incomplete",
    ]);
    let document = run.ended(0).document();
    document.expect("keyspaces-table-pitr", &[("shop|bare-carts", "fail"), ("shop|kept-carts", "pass")]);
    document.expect("keyspaces-table-customer-key", &[("shop|bare-carts", "fail"), ("shop|kept-carts", "pass")]);
    document.expect("data-protected", &[("shop|bare-carts", "fail"), ("shop|kept-carts", "pass")]);
}

#[test]
fn serverless_warehouses() {
    said(&[
        ("data-protected", "kept-wares", "pass: protected on schedule: recovery points, kept 24 hours can restore a moment 30 min "),
        ("redshift-namespace-customer-key", "kept-wares", "pass: is encrypted under the customer-managed key "),
        (
            "redshift-namespace-snapshots",
            "kept-wares",
            "pass: what makes snapshots by itself and keeps them 7 days or longer: scheduled action kept-nightly; ",
        ),
        ("redshift-cross-region-copy", "kept-wares", "pass: snapshots are copied to eu-west-1"),
        ("data-copy-retention", "kept-wares", "pass: copies are set to be kept 14 d (snapshots copied to eu-west-1)"),
        ("data-in-backup-plan", "planned-wares", "pass: "),
        (
            "redshift-namespace-snapshots",
            "planned-wares",
            "pass: what makes snapshots by itself and keeps them 7 days or longer: backup plan",
        ),
        ("redshift-namespace-customer-key", "planned-wares", "fail: is encrypted under a key that AWS owns"),
        ("redshift-cross-region-copy", "planned-wares", "fail: snapshots are copied to no other Region"),
        ("redshift-namespace-snapshots", "spare-wares", "fail: what makes snapshots by itself and keeps them 7 days or longer: nothing; "),
        ("data-protected", "spare-wares", "pass: restorable only from a manual snapshot"),
        ("snapshot-sharing-allowed", "lent-wares", "fail: is shared with accounts that are neither in the scope nor allowed: 111122223333"),
        ("snapshot-sharing-allowed", "kept-wares-2026-11-22-01", "pass: "),
        ("snapshot-customer-key", "kept-wares-2026-11-22-01", "pass: "),
        ("snapshot-customer-key", "lent-wares", "fail: is encrypted under a key that AWS owns"),
        ("snapshot-retention-bounded", "of-gone-wares", "fail: "),
        ("data-protected", "far-wares", "fail: unprotected: "),
    ]);
    // The recovery point and the snapshot of AWS Backup are one backup, and what others share is not listed.
    let document = &audited().document;
    let planned = document.find("data-protected", "planned-wares").expect("a finding");
    let backups = planned["evidence"]["protection.backups"].as_array().expect("backups");
    assert_eq!(backups.iter().map(|backup| text(&backup["kind"])).collect::<Vec<_>>(), ["aws_backup"]);
    let kept = document.find("data-protected", "kept-wares").expect("a finding");
    let copies = kept["evidence"]["protection.copies"].as_array().expect("copies");
    assert_eq!(copies.iter().map(|copy| text(&copy["region"])).collect::<Vec<_>>(), ["eu-west-1"]);
    assert!(!document.findings().iter().any(|finding| finding["resource"]["id"] == "of-other-wares"));
}

#[test]
fn the_organisation_of_the_account() {
    said(&[
        ("backup-cross-account-enabled", ACCOUNT, "pass: "),
        (
            "backup-organization-policy-effective",
            ACCOUNT,
            "pass: plans of the effective backup policy: daily (1 rule, 1 selection, us-east-1); Regions with data: eu-west-1, us-east-1",
        ),
        ("backup-organization-policy-valid", ACCOUNT, "pass: errors in the effective backup policy of the management account: none"),
    ]);
}

/// AWS lists a global cluster in several Regions; it is judged once, in the Region of its primary cluster. One without clusters has no data.
#[test]
fn global_clusters_are_judged_once() {
    let findings = audited().document.findings();
    let judged = findings.iter().filter(|finding| finding["rule"] == "rds-global-cluster-encrypted").map(|finding| &finding["resource"]);
    let mut places: Vec<[&str; 3]> = judged.map(|resource| ["type", "region", "arn"].map(|member| text(&resource[member]))).collect();
    places.sort_unstable();
    let expected = [
        ["AWS::DocDB::GlobalCluster", "eu-west-1", "arn:aws:rds::123456789012:global-cluster:document-world"],
        ["AWS::RDS::GlobalCluster", "us-east-1", "arn:aws:rds::123456789012:global-cluster:world"],
    ];
    assert_eq!(places, expected);
}

#[test]
fn tables() {
    said(&[
        ("data-protected", "events", "pass: protected on schedule: point-in-time recovery"),
        ("dynamodb-table-pitr", "events", "pass: "),
        ("dynamodb-table-pitr", "bare", "fail: "),
        ("data-policy-not-open", "bare", "pass: the resource policy lets in nobody outside the audited accounts"),
        ("data-policy-not-open", "lent", "fail: the resource policy lets in 111122223333 (statement Let)"),
        ("data-protected", "bare", "fail: unprotected: "),
        ("data-protected", "dumped", "pass: restorable only from a manual snapshot of "),
        // A replica copies deletions too, so it is not a backup.
        ("data-protected", "global-table", "fail: unprotected: "),
        ("dynamodb-table-auto-scaling", "global-table", "pass: its capacity is on demand"),
        ("dynamodb-table-auto-scaling", "scaled", "fail: does not scale automatically: writes of the table"),
        ("dynamodb-table-alarms", "events", "pass: watched for throttling or errors by events-reads"),
        (
            "dynamodb-table-alarms",
            "lent",
            "fail: no alarm with actions watches throttling or errors of the table; alarms on its metrics: none",
        ),
        (
            "dynamodb-table-alarms",
            "bare",
            "fail: no alarm with actions watches throttling or errors of the table; alarms on its metrics: muted",
        ),
        // Application Auto Scaling's own alarms watch the capacity.
        (
            "dynamodb-table-alarms",
            "scaled",
            "fail: no alarm with actions watches throttling or errors of the table; alarms on its metrics: TargetTracking-table/scaled-",
        ),
    ]);
}

#[test]
fn virtual_machines() {
    said(&[
        ("backup-gateway-online", "rack-near", "pass: AWS saw the gateway 1 h "),
        ("backup-gateway-online", "rack-far", "fail: AWS saw the gateway 3 d "),
        ("backup-gateway-online", "rack-spare", "none"),
        ("backup-gateway-online", "esx-near", "pass: the hypervisor is ONLINE"),
        ("backup-gateway-online", "esx-far", "fail: the hypervisor is OFFLINE"),
        ("data-protected", "billing-vm", "pass: protected on schedule: "),
        ("data-in-backup-plan", "billing-vm", "pass: "),
        ("data-protected", "bare-vm", "fail: unprotected: "),
    ]);
}

#[test]
fn directories() {
    said(&[
        ("data-protected", "daily_directory", "pass: protected on schedule: daily snapshots of AWS Directory Service"),
        ("directory-snapshot-current", "daily_directory", "pass: newest completed snapshot: 2 h old, at most 2 d are allowed"),
        ("directory-snapshot-quota", "daily_directory", "pass: has 0 of 5 manual snapshots"),
        ("data-protected", "simple_directory", "pass: restorable only from a manual snapshot"),
        ("directory-snapshot-current", "simple_directory", "fail: newest completed snapshot: 9 d old, at most 2 d are allowed"),
        ("directory-snapshot-quota", "simple_directory", "fail: has 3 of 5 manual snapshots"),
    ]);
    let names = audited().document.findings().iter().map(|finding| &finding["resource"]["name"]);
    assert!(names.clone().any(|name| name == "corp.example.com") && !names.clone().any(|name| name == "far.example.com"));
}

/// A snapshot of EC2 protects the stored volume, and a volume that was made from it shows a restore.
#[test]
fn gateways() {
    said(&[
        ("data-protected", "stored_volume", "pass: protected on schedule: snapshot schedule of the gateway"),
        ("data-recovery-tested", "stored_volume", "pass: "),
        ("storage-gateway-volume-snapshots", "stored_volume", "pass: its snapshot schedule runs every 1 d"),
        ("storage-gateway-customer-key", "stored_volume", "pass: is encrypted under the customer-managed key "),
        ("data-protected", "bare_volume", "fail: unprotected: "),
        ("storage-gateway-volume-snapshots", "bare_volume", "fail: has no snapshot schedule"),
        ("storage-gateway-customer-key", "bare_volume", "fail: is encrypted under a key that Amazon S3 manages"),
        ("data-protected", "planned_volume", "pass: "),
        ("storage-gateway-volume-snapshots", "planned_volume", "pass: has no snapshot schedule"),
        ("storage-gateway-customer-key", "shelf_tape", "fail: "),
        ("storage-gateway-customer-key", "double", "pass: "),
        ("storage-gateway-customer-key", "owned", "fail: "),
    ]);
    let gold = audited()
        .document
        .findings()
        .iter()
        .any(|finding| finding["resource"]["name"] == "stored-files" && finding["resource"]["tags"]["tier"] == "gold");
    assert!(gold, "tags come from the list of a Region");
}

#[test]
fn stacks() {
    let protected = "pass: termination protection is on; the stack owns 1 data resource";
    let bare = "fail: termination protection is off; the stack owns 1 data resource";
    said(&[
        ("cloudformation-stack-termination-protection", "orders-stack", protected),
        ("cloudformation-stack-termination-protection", "carts-stack", bare),
        ("cloudformation-stack-termination-protection", "tree", bare),
        ("cloudformation-stack-termination-protection", "far-tree", protected),
        ("cloudformation-stack-termination-protection", "far-bare", bare),
    ]);
    let judged = audited().document.findings().iter().filter(|finding| finding["rule"] == "cloudformation-stack-termination-protection");
    assert_eq!(judged.count(), 5, "neither nested stacks nor stacks without data nor those of stack sets");
    // The two stacks of the other Region that own data, and the root of the nested one, are described a second time.
    assert_eq!(audited().calls["calls"]["cloudformation:DescribeStacks"], json!({"us-east-1": 1, "eu-west-1": 4}));
}

#[test]
fn vaults_of_archives() {
    said(&[
        ("data-policy-not-open", "ledgers", "pass: the resource policy lets in nobody outside the audited accounts"),
        ("data-policy-not-open", "lent-ledgers", "fail: the resource policy lets in everyone (statement Let)"),
    ]);
}

/// "Returned if the request was made by a customer with no Amazon Glacier storage" (service model): there is nothing to read.
#[test]
fn an_account_that_glacier_does_not_serve_has_no_vault() {
    let emulator = Emulator::start();
    let refused = json!({"operation": "glacier:ListVaults", "mode": "error", "code": "NoLongerSupportedException"});
    emulator.fault_of(&refused);
    let (_, document) = emulator.rel9().audit(&["--services", "glacier", "--regions", "us-east-1"]);
    let entry = document.collection().iter().find(|entry| entry["service"] == "glacier" && entry["operation"] == "ListVaults");
    assert_eq!(entry.map(|entry| &entry["status"]), Some(&json!("ok")));
}

#[test]
fn roles_and_deletions() {
    let role = "its role arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole";
    let selection = audited()
        .document
        .findings()
        .iter()
        .find(|finding| finding["rule"] == "backup-role-assumable" && finding["resource"]["type"] == "AWS::Backup::BackupSelection");
    assert_eq!(selection.expect("a finding")["message"], format!("backup.amazonaws.com can assume {role}"));
    said(&[
        ("backup-role-assumable", "ebs", &format!("pass: backup.amazonaws.com can assume {role}")),
        ("backup-role-assumable", "daily", &format!("fail: dlm.amazonaws.com cannot assume {role}")),
        (
            "backup-not-deleted-by-hand",
            "us-east-1",
            "fail: in 30 days, somebody called DeleteSnapshot as arn:aws:iam::123456789012:user/anna",
        ),
        ("backup-not-deleted-by-hand", "eu-west-1", "pass: "),
    ]);
}

#[test]
fn file_systems() {
    said(&[
        ("data-protected", "backed_up", "pass: restorable only from a recovery point "),
        ("efs-automatic-backups", "backed_up", "pass: "),
        ("efs-automatic-backups", "bare_fs", "fail: "),
        ("efs-file-system-encrypted", "bare_fs", "fail: "),
        ("efs-replication", "replicated", "pass: "),
        ("data-policy-not-open", "backed_up", "pass: "),
        ("data-policy-not-open", "bare_fs", "fail: the resource policy lets in everyone (statement Let)"),
        ("data-policy-not-open", "replicated", "pass: "),
        ("data-protected", "replicated", "fail: unprotected: "),
    ]);
}

/// What AWS Backup made shows up in the list of FSx too, and counts once. An ONTAP file system holds its data in volumes, and Lustre that is
/// scratch or linked to a bucket has none of its own.
#[test]
fn fsx() {
    said(&[
        ("data-protected", "shares", "pass: protected on schedule: automatic daily backups"),
        ("data-retention-meets-objective", "shares", "pass: "),
        ("data-rpo-meets-objective", "shares", "pass: newest restorable moment: 6 h old"),
        ("fsx-automatic-backups", "shares", "pass: automatic backups are on, kept 30 d"),
        ("fsx-retention", "shares", "pass: "),
        ("fsx-file-system-customer-key", "shares", "pass: "),
        ("fsx-file-system-copies-tags", "shares", "pass: "),
        ("data-protected", "compute", "pass: restorable only from a recovery point "),
        ("fsx-automatic-backups", "compute", "fail: automatic backups are off; backup plans that select it: none"),
        ("data-protected", "home", "pass: restorable only from a manual snapshot"),
        ("fsx-file-system-copies-tags", "home", "fail: tags are not copied to backups"),
        ("fsx-automatic-backups", "ontap", "fail: automatic backups are off; volumes that no backup plan selects: home"),
        ("fsx-retention", "ontap", "fail: "),
        ("data-protected", "projects", "fail: unprotected: "),
        ("fsx-automatic-backups", "projects", "fail: "),
        ("fsx-file-system-customer-key", "projects", "fail: is encrypted under a key that AWS manages in the account"),
    ]);
    let Audited { document, told, .. } = audited();
    let judged = |name: &str| document.findings().iter().filter(|finding| finding["resource"]["id"] == told[name]).count();
    assert_eq!(["scratch", "mirror"].map(judged), [0, 0], "they hold no data that FSx backs up");
    let rule = |name: &str, rule: &str| {
        document.findings().iter().any(|finding| finding["resource"]["id"] == told[name] && finding["rule"] == rule)
    };
    assert!(!rule("ontap", "data-protected") && !rule("linked", "data-protected"));
}

/// A cache is data only where something asks for its backups. The daily snapshots of a group name one of its nodes; a snapshot that is older
/// than the group is of an earlier group of this name.
#[test]
fn caches() {
    said(&[
        ("data-protected", "sessions", "pass: protected on schedule: daily snapshots of Amazon ElastiCache"),
        ("data-protected", "lonely", "pass: restorable, but late: "),
        ("data-protected", "durable", "fail: unprotected: "),
        ("data-protected", "carts", "pass: protected on schedule: daily snapshots of Amazon ElastiCache"),
        ("data-recovery-tested", "sessions", "unknown: cannot be judged: AWS does not show restores of AWS::ElastiCache::ReplicationGroup"),
        ("elasticache-replication-group-encrypted", "sessions", "pass: "),
        ("elasticache-replication-group-encrypted", "pages", "fail: is not encrypted at rest"),
        ("elasticache-replication-group-encrypted", "durable", "pass: "),
        ("elasticache-replication-group-encrypted", "lonely", "fail: is not encrypted at rest: a stand-alone cluster cannot be"),
        ("elasticache-replication-group-customer-key", "sessions", "pass: "),
        ("elasticache-replication-group-customer-key", "reborn", "fail: is encrypted under a key that AWS owns"),
        ("elasticache-replication-group-customer-key", "carts", "fail: is encrypted under a key that AWS owns"),
        ("elasticache-automatic-snapshots", "carts", "pass: daily snapshots are on, kept 7 d"),
        ("elasticache-automatic-snapshots", "throwaway", "fail: daily snapshots are off"),
        ("elasticache-automatic-snapshots", "pages", "fail: daily snapshots are off"),
        ("elasticache-retention", "sessions", "pass: "),
        ("elasticache-retention", "lonely", "fail: keeps daily snapshots 3 days, 15 are required"),
    ]);
    let findings = audited().document.findings();
    let judged = |id: &str| -> Vec<&str> {
        findings.iter().filter(|finding| finding["resource"]["id"] == id).map(|finding| text(&finding["rule"])).collect()
    };
    for id in ["pages", "reborn", "throwaway"] {
        assert!(!judged(id).is_empty() && judged(id).iter().all(|rule| !rule.starts_with("data-")), "{id}: {:?}", judged(id));
    }
    assert!(judged("fragments").is_empty(), "nodes with Memcached cannot be backed up: {:?}", judged("fragments"));
    assert!(judged("sessions-001").is_empty(), "a node of a group is judged with it: {:?}", judged("sessions-001"));
    let tagged = findings.iter().find(|finding| finding["resource"]["id"] == "sessions").expect("a finding");
    assert_eq!(tagged["resource"]["tags"], json!({"tier": "gold"}));
}

/// A name is not an identity. A snapshot from before every node of a cluster is perhaps of an earlier cluster of its name.
#[test]
fn memory_clusters() {
    said(&[
        ("data-protected", "ledger", "pass: protected on schedule: daily snapshots of Amazon MemoryDB"),
        ("data-protected", "volatile", "fail: unprotected: "),
        (
            "data-protected",
            "namesake",
            "unknown: cannot be judged: snapshots_are_own of arn:aws:memorydb:us-east-1:123456789012:cluster/namesake is not",
        ),
        ("data-backups-encrypted", "ledger", "pass: "),
        ("memorydb-cluster-customer-key", "ledger", "pass: "),
        ("memorydb-cluster-customer-key", "volatile", "fail: is encrypted under a key that AWS owns"),
        ("memorydb-automatic-snapshots", "ledger", "pass: daily snapshots are on, kept 7 days, 7 are required"),
        ("memorydb-automatic-snapshots", "volatile", "fail: daily snapshots are off, 7 are required"),
    ]);
}

/// No API lists the snapshots of a domain: the service takes them, unless they are paused or the domain is red.
#[test]
fn domains() {
    said(&[
        ("data-protected", "search", "pass: protected on schedule: automated snapshots of OpenSearch Service"),
        ("data-protected", "legacy", "pass: protected on schedule: automated snapshots of OpenSearch Service"),
        ("data-protected", "paused", "pass: restorable, but late: "),
        ("data-protected", "red", "unknown: cannot be judged: since when arn:aws:es:us-east-1:123456789012:domain/red is red"),
        ("data-protected", "leaving", "none"),
        ("data-rpo-meets-objective", "search", "pass: newest restorable moment: 1 h"),
        ("opensearch-automated-snapshots", "search", "pass: automated snapshots: hourly, kept 14 d"),
        ("opensearch-automated-snapshots", "ancient", "fail: automated snapshots: only daily, for Elasticsearch_2.3"),
        ("opensearch-automated-snapshots", "paused", "fail: automated snapshots: paused since 2 d"),
        ("opensearch-automated-snapshots", "red", "fail: automated snapshots: none while the domain is red"),
        ("opensearch-domain-encrypted", "search", "pass: "),
        ("opensearch-domain-encrypted", "legacy", "fail: is not encrypted at rest"),
        ("opensearch-domain-customer-key", "search", "pass: "),
        ("opensearch-domain-customer-key", "paused", "fail: is encrypted under a key that AWS manages in the account"),
    ]);
    let types = |id: &str| {
        audited().document.findings().iter().find(|finding| finding["resource"]["id"] == id).map(|found| text(&found["resource"]["type"]))
    };
    assert_eq!((types("search"), types("legacy")), (Some("AWS::OpenSearchService::Domain"), Some("AWS::Elasticsearch::Domain")));
}

/// The tags of caches come from the Resource Groups Tagging API. Without it they are unread, and never none.
#[test]
fn tags_that_the_tagging_api_denies_are_unread() {
    let (emulator, _) = Emulator::with("account");
    emulator.fault("tag:GetResources", Some("deny"));
    let rel9 = emulator.rel9();
    let policy = "version: 1\nobjectives:\n  - { name: gold, match: 'resource.tags[\"tier\"] == \"gold\"', rpo: 1h }\n  - { name: rest, match: 'resource.id != \"\"' }\n";
    fs::write(rel9.home().join("rel9.yaml"), policy).expect("a file");
    let (_, document) = rel9.audit(&["--allow-incomplete"]);
    let found = document.says("data-rpo-meets-objective", "sessions");
    assert!(found.starts_with("unknown: ") && found.contains("tag:GetResources denied"), "{found}");
    let orders = document.says("data-protected", "orders");
    assert!(orders.starts_with("pass: "), "the tags of databases come with them: {orders}");
}

#[test]
fn buckets() {
    said(&[
        ("data-protected", "kept", "pass: protected on schedule: versioning"),
        ("s3-bucket-versioning", "kept", "pass: "),
        ("s3-bucket-replication-destination-exists", "kept", "pass: enabled replication rules go to kept-far, which keeps versions"),
        ("s3-bucket-cross-region-replication", "kept", "pass: "),
        ("s3-bucket-keeps-noncurrent-versions", "kept", "pass: "),
        ("s3-bucket-object-lock", "locked", "pass: "),
        ("data-policy-not-open", "locked", "fail: the resource policy lets in everyone (statement Let)"),
        ("data-policy-not-open", "kept", "pass: "),
        ("data-protected", "plain", "fail: unprotected: "),
        ("s3-bucket-versioning", "plain", "fail: "),
        // Its Region was not in the list, but was read with a separate call.
        ("data-protected", "somewhere", "fail: unprotected: "),
        ("data-protected", "kept-far", "pass: protected on schedule: versioning"),
    ]);
}

#[test]
fn log_groups() {
    said(&[
        ("log-group-encrypted", "/app/kept", "pass: "),
        ("log-group-encrypted", "/app/short", "fail: "),
        ("log-group-deletion-protection", "/app/kept", "pass: "),
        ("log-group-retention", "/app/kept", "pass: keeps events 731 days"),
        ("log-group-retention", "/app/short", "fail: keeps events 14 days"),
        ("log-group-retention", "/app/endless", "pass: keeps events for ever"),
        ("log-group-retention", "/aws/lambda/delivered", "fail: keeps events 1 day (class DELIVERY)"),
        ("log-group-exported", "/app/kept", "pass: newest exported event: none; subscriptions send events to arn:aws:firehose:"),
        ("log-group-exported", "/app/short", "fail: newest exported event: none; subscriptions send events to arn:aws:lambda:"),
        ("log-group-exported", "/app/exported", "pass: newest exported event: 2 d ago"),
        ("log-group-exported", "/app/endless", "fail: newest exported event: none; no subscription"),
        ("log-group-exported", "/aws/lambda/delivered", "pass: "),
        // A policy of the account reaches the log groups that it does not leave out.
        ("log-group-exported", "/app/covered", "pass: newest exported event: none; the account's policy sends events to "),
        ("log-group-exported", "/app/left-out", "fail: "),
        ("log-archive-bucket-lifecycle", "log-archive", "fail: receives exported logs under app: "),
        ("data-protected", "/app/exported", "pass: restorable only from an export to bucket log-archive"),
    ]);
    let of_group = |name: &str, rule: &str| {
        let is_it = |finding: &&Value| finding["resource"]["id"] == name && finding["rule"] == rule;
        audited().document.findings().iter().filter(is_it).count()
    };
    // Only the class STANDARD has subscriptions: another class is judged where it was exported, and never asked.
    assert_eq!(of_group("/app/rare", "log-group-exported"), 0);
    assert_eq!(audited().calls["calls"]["logs:DescribeSubscriptionFilters"]["us-east-1"], 4);
    // The account's policy already sends the events of one log group of the other Region.
    assert_eq!(audited().calls["calls"]["logs:DescribeSubscriptionFilters"]["eu-west-1"], 1);
    // A log group that nothing reaches owes no backup.
    assert_eq!(of_group("/app/endless", "data-protected"), 0);
}

#[test]
fn restore_automation() {
    said(&[
        ("restore-automation-succeeds", "drill", "pass: last success: 5 d ago, last execution: SUCCEEDED"),
        ("restore-automation-succeeds", "broken", "fail: last success: 33 d ago, last execution: FAILED"),
        // AWS does not list the executions of this type.
        ("restore-automation-succeeds", "express", "unknown: "),
        // Nothing starts it, so its executions were not asked for.
        ("restore-automation-succeeds", "idle", "unknown: "),
        ("restore-automation-scheduled", "us-east-1", "pass: restore testing selections: 1; restore automation of the policy: "),
    ]);
    let says = audited().document.says("restore-automation-scheduled", "us-east-1");
    for automation in ["drill (schedule weekly-drill)", "broken (rule nightly)", "express (rule express-nightly)"] {
        assert!(says.contains(automation), "{says}");
    }
    // What starts once is on no schedule.
    for automation in ["idle", "runbook"] {
        assert!(says.contains(&format!("{automation} (nothing starts it on a schedule)")), "{says}");
    }
    let calls = &audited().calls["calls"];
    assert_eq!(calls["events:ListTargetsByRule"]["us-east-1"], 3, "rules that are off, and those for events, are not asked");
    assert_eq!(calls["scheduler:GetSchedule"]["us-east-1"], 2, "a schedule with another target is not asked");
    assert_eq!(calls["states:ListExecutions"]["us-east-1"], 3, "drill, broken, runbook");
}

/// A gate does not pass for a resource that does not exist.
#[test]
fn a_resource_that_is_asked_for_must_be_there() {
    let (emulator, _) = Emulator::with("account");
    let rel9 = emulator.rel9();
    let (orders, typo) = ("arn:aws:rds:us-east-1:123456789012:db:orders", "arn:aws:rds:us-east-1:123456789012:db:ordres");
    let (run, document) = rel9.audit(&["--resource", orders, "--fail-on", "critical"]);
    run.ended(0);
    assert!(run.stderr.is_empty() && !document.findings().is_empty(), "{run}");
    rel9.run(&["audit", "--resource", typo]).ended(3).said("ordres: nothing was judged");
    rel9.run(&["audit", "--resource", &format!("{orders},{typo}"), "--fail-on", "critical"]).ended(3).said("ordres: nothing was judged");
    rel9.run(&["audit", "--resource", typo, "--allow-incomplete"]).ended(0).said("ordres: nothing was judged");
    rel9.run(&["audit", "--tag", "backup=dialy"]).ended(3).said("no resource has the given tags: nothing was judged");
}

#[test]
fn no_call_is_made_twice() {
    let repeated = &audited().calls["repeated"];
    assert_eq!(repeated, &json!([]));
}

#[test]
fn collecting_now_and_judging_later_is_the_same() {
    let (emulator, _) = Emulator::with("account");
    let rel9 = emulator.rel9();
    fs::write(rel9.home().join("rel9.yaml"), POLICY).expect("a policy");
    // Both runs read after the time as of which they judge.
    let as_of = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let (_, live) = rel9.audit(&["--as-of", &as_of]);
    rel9.run(&["collect", "-o", "kept"]).ended(0).said("3 shards of account 123456789012 are in kept");
    drop(emulator); // no further call is possible
    let (first, later) = rel9.audit(&["kept", "--as-of", &as_of]);
    first.ended(1);
    let bytes = |document: &Document| serde_json::to_string_pretty(&document.0["findings"]).expect("JSON");
    similar(&bytes(&live), &bytes(&later));
    assert_eq!(live.0["summary"], later.0["summary"]);
    assert_eq!(live.0["collection"], later.0["collection"]);
    assert_eq!(later.0["audit"]["source"], "inventory");

    let (second, _) = rel9.audit(&["kept", "--as-of", &as_of]);
    assert_eq!(first.stdout, second.stdout, "two audits of one inventory are the same bytes");
    // The default as-of time is when the inventory was read; the order of the files does not matter.
    let files: Vec<String> = files_in(&rel9.home().join("kept")).iter().rev().map(|path| path.display().to_string()).collect();
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    assert_eq!(rel9.audit(&["kept"]).0.stdout, rel9.audit(&names).0.stdout);
    for format in ["table", "ndjson"] {
        let twice = [(); 2].map(|()| rel9.run(&["audit", "kept", "--format", format]).stdout);
        assert_eq!(twice[0], twice[1], "{format}");
    }
}

/// Asserts that two texts are equal; shows the first lines that differ.
#[track_caller]
fn similar(one: &str, other: &str) {
    let differing = one.lines().zip(other.lines()).enumerate().find(|(_, (one, other))| one != other);
    assert!(one == other, "{differing:?}");
}

/// Every resource and coverage entry of a collection, as lines.
fn lines(folder: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for path in files_in(folder) {
        let text = zstd::decode_all(fs::File::open(&path).expect("a file")).expect("zstd");
        lines.extend(String::from_utf8(text).expect("UTF-8").lines().skip(1).map(str::to_owned));
    }
    lines
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|extension| extension == "zst")).collect();
    files.sort();
    files
}

#[test]
fn every_page_is_read() {
    let (emulator, _) = Emulator::with("account");
    let rel9 = emulator.rel9();
    emulator.reset_calls();
    rel9.run(&["collect", "-o", "whole"]).ended(0);
    let whole = emulator.calls();
    emulator.page_size(Some(2));
    emulator.reset_calls();
    rel9.run(&["collect", "-o", "pages"]).ended(0);
    let pages = emulator.calls();
    assert_eq!(pages["repeated"], json!([]), "each page is asked for once");
    assert!(pages["total"].as_u64() > whole["total"].as_u64(), "the pages are smaller: {} and {}", whole["total"], pages["total"]);
    similar(&lines(&rel9.home().join("whole")).join("\n"), &lines(&rel9.home().join("pages")).join("\n"));
    // Each paginated list that is long enough was read in several pages.
    for operation in ["ec2:DescribeVolumes", "rds:DescribeDBInstances", "dynamodb:ListTables", "backup:ListRecoveryPointsByBackupVault"] {
        let calls = |report: &Value| report["calls"][operation]["us-east-1"].as_u64();
        assert!(calls(&pages) > calls(&whole), "{operation}: {:?}, {:?}", calls(&whole), calls(&pages));
    }
}

/// A bucket with an unknown Region is still data: its findings are unknown, not absent.
#[test]
fn a_bucket_of_unknown_region_is_unknown() {
    let (emulator, _) = Emulator::with("account");
    emulator.fault("s3:GetBucketLocation", Some("deny"));
    let rel9 = emulator.rel9();
    let policy = "version: 1\nobjectives:\n  - { name: eu, match: 'resource.region.startsWith(\"eu-\")', rpo: 1h }\n  - { name: rest, match: 'resource.id != \"\"' }\n";
    fs::write(rel9.home().join("rel9.yaml"), policy).expect("a file");
    let (run, document) = rel9.audit(&[]);
    run.ended(1);
    let of_bucket: Vec<&Value> = document.findings().iter().filter(|finding| finding["resource"]["id"] == "somewhere").collect();
    assert!(of_bucket.len() > 20, "{}", of_bucket.len());
    let reason = format!("s3:GetBucketLocation denied in {ACCOUNT}/global");
    for finding in of_bucket {
        assert_eq!((&finding["status"], &finding["resource"]["region"]), (&json!("unknown"), &json!("global")), "{finding}");
        assert!(finding["unknown_because"].to_string().contains(&reason), "{finding}");
        assert!(!finding["remediation"]["cli"].to_string().contains("--region global"), "{finding}");
    }
    rel9.run(&["collect", "-o", "kept"]).ended(3);
    let later = rel9.run(&["audit", "kept", "--format", "json", "--fail-on", "never"]).document();
    let statuses = |document: &Document| -> Vec<String> {
        let of_bucket = document.findings().iter().filter(|finding| finding["resource"]["id"] == "somewhere");
        of_bucket.map(|finding| format!("{} {}", finding["rule"], finding["status"])).collect()
    };
    assert_eq!(statuses(&later), statuses(&document));
}

/// Ctrl-C keeps the shards that are read, and the same command resumes there.
#[cfg(unix)]
#[test]
fn an_interrupted_collection_goes_on() {
    let (emulator, _) = Emulator::with("account");
    let rel9 = emulator.rel9();
    rel9.run(&["collect", "-o", "uninterrupted"]).ended(0);
    emulator.fault_in("eu-west-1", "backup:ListBackupVaults", "hang");
    let mut child = rel9.command(&["collect", "-o", "kept"]).stderr(std::process::Stdio::piped()).spawn().expect("rel9 runs");
    let folder = rel9.home().join("kept");
    let end = Instant::now() + Duration::from_secs(60);
    while !folder.is_dir() || files_in(&folder).len() < 2 {
        assert!(Instant::now() < end, "two shards are not done");
        sleep(Duration::from_millis(20));
    }
    sleep(Duration::from_millis(200)); // until it has recorded the second one
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(interrupted.success());
    let mut words = String::new();
    let code = wait(&mut child, &["collect"]);
    std::io::Read::read_to_string(&mut child.stderr.take().expect("a pipe"), &mut words).expect("UTF-8");
    assert_eq!(code, 2, "{words}");
    assert!(words.contains("interrupted: the results so far are in kept; run the same command to continue"), "{words}");
    assert_eq!(files_in(&folder).len(), 2, "whole files or none");
    let temporary: Vec<_> = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(temporary.len(), 4, "two shards, how far it came, and the lock: {temporary:?}");

    // An incomplete collection must not be judged as if it were complete.
    rel9.run(&["audit", "kept"]).ended(2).said("its collection did not finish (missing: ");
    let file = files_in(&folder)[1].display().to_string();
    rel9.run(&["audit", &file]).ended(2).said("its collection did not finish (missing: ");

    emulator.fault("backup:ListBackupVaults", None);
    emulator.reset_calls();
    rel9.run(&["collect", "-o", "kept"]).ended(0).said("continuing: 2 of 3 Regions are already done");
    let calls = emulator.calls();
    assert_eq!(calls["calls"]["backup:ListBackupVaults"], json!({"eu-west-1": 1}), "only what is missing");
    assert_eq!(calls["repeated"], json!([]));
    similar(&lines(&folder).join("\n"), &lines(&rel9.home().join("uninterrupted")).join("\n"));
    rel9.run(&["audit", "kept"]).ended(1);
}

/// A resumed run still reports calls that were denied before the interruption.
#[cfg(unix)]
#[test]
fn a_collection_that_goes_on_is_as_incomplete_as_it_was() {
    let emulator = Emulator::start();
    emulator.seed("ec2", "enabled_regions", "us-east-1", &json!({"RegionNames": ["us-east-1", "eu-west-1"]}));
    let rel9 = emulator.rel9();
    emulator.fault_in("us-east-1", "backup:ListBackupPlans", "deny");
    emulator.fault_in("eu-west-1", "backup:ListBackupVaults", "hang");
    let mut child = rel9.command(&["collect", "-o", "kept"]).stderr(std::process::Stdio::null()).spawn().expect("rel9 runs");
    let state = rel9.home().join("kept/rel9-collect.json");
    let end = Instant::now() + Duration::from_secs(60);
    while !fs::read_to_string(&state).is_ok_and(|state| state.contains("us-east-1.ndjson")) {
        assert!(Instant::now() < end, "the shard is not done");
        sleep(Duration::from_millis(20));
    }
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(interrupted.success());
    assert_eq!(wait(&mut child, &["collect"]), 2);
    emulator.fault("backup:ListBackupPlans", None);
    emulator.fault("backup:ListBackupVaults", None);
    rel9.run(&["collect", "-o", "kept"]).ended(3).said("some calls were denied or failed");
    rel9.run(&["collect", "-o", "kept"]).ended(0);
}

#[test]
fn a_finished_collection_starts_anew() {
    let emulator = Emulator::start();
    emulator.seed("ec2", "enabled_regions", "us-east-1", &json!({"RegionNames": ["us-east-1", "eu-west-1"]}));
    let rel9 = emulator.rel9();
    rel9.run(&["collect", "-o", "kept"]).ended(0);
    assert_eq!(files_in(&rel9.home().join("kept")).len(), 3);
    rel9.run(&["collect", "-o", "kept"]).ended(0);
    assert_eq!(files_in(&rel9.home().join("kept")).len(), 3);
    let other = rel9.run(&["collect", "-o", "kept", "--regions", "us-east-1"]);
    other.ended(2).said("holds a collection of another scope (Regions: all; now: us-east-1)");
    assert_eq!(files_in(&rel9.home().join("kept")).len(), 3, "nothing was removed");
}

/// The tagging API lists it, and no service that rel9 reads does.
#[test]
fn data_of_types_that_rel9_does_not_read_is_named() {
    let audited = audited();
    assert_eq!(audited.document.0["summary"]["not_judged"], json!([{ "type": "AWS::NeptuneGraph::Graph", "resources": 1 }]));
    assert_eq!(audited.document.0["audit"]["complete"], true, "it hides nothing of what is judged");
}
