//! The join, tested with small inventories: each resource's protection, and why it is unknown if something was not read.

use crate::support::world::*;
use rel9::protection::facts::{Facts, State};
use serde_json::{Value, json};

#[test]
fn nothing_at_all_is_unprotected() {
    assert_eq!(World::new().volume("vol-1").state(&volume_arn("vol-1")), Some(State::Unprotected));
}

#[test]
fn a_plan_that_never_ran_protects_nothing() {
    let world = World::new().volume("vol-1").daily_plan();
    assert_eq!(world.state(&volume_arn("vol-1")), Some(State::SelectedNotProtected));
    let plans = world.protection(&volume_arn("vol-1")).plans;
    let reach = &plans.read().unwrap()[0];
    assert_eq!(reach.interval_seconds, Some(86_400).into());
    assert!(reach.due, "its first run with its windows is long over");
}

#[test]
fn a_fresh_recovery_point_protects_and_an_old_one_is_stale() {
    let world = |at| World::new().volume("vol-1").daily_plan().point(&volume_arn("vol-1"), at, json!({}));
    assert_eq!(world("2026-11-22T05:10:00Z").state(&volume_arn("vol-1")), Some(State::Protected));
    // A day plus the start window of an hour is allowed; one more minute is late.
    assert_eq!(world("2026-11-21T06:00:00Z").state(&volume_arn("vol-1")), Some(State::Protected));
    assert_eq!(world("2026-11-21T05:59:00Z").state(&volume_arn("vol-1")), Some(State::Stale));
}

#[test]
fn points_that_cannot_be_restored_do_not_count() {
    for status in ["PARTIAL", "EXPIRED", "DELETING", "STOPPED", "CREATING"] {
        let world =
            World::new().volume("vol-1").daily_plan().point(&volume_arn("vol-1"), "2026-11-22T05:10:00Z", json!({"status": status}));
        assert_eq!(world.state(&volume_arn("vol-1")), Some(State::SelectedNotProtected), "{status}");
    }
}

#[test]
fn opt_in_blocks_what_a_tag_selects() {
    let mut world = World::new().volume("vol-1").daily_plan();
    for line in &mut world.lines {
        if line["type"] == "AWS::Region" {
            line["properties"]["opt_in"] = json!({"EBS": false});
        }
    }
    assert_eq!(world.state(&volume_arn("vol-1")), Some(State::OptInBlocked));
}

#[test]
fn a_manual_snapshot_protects_however_old() {
    let world = World::new().volume("vol-1").with(snapshot("snap-a", "2026-02-01T00:00:00Z", Value::Null));
    let facts = world.protection(&volume_arn("vol-1"));
    assert_eq!((facts.state.read(), facts.on_schedule.read()), (Some(&State::Protected), Some(&false)));
    assert_eq!(facts.explanation.read().map(String::as_str), Some("restorable only from a manual snapshot of 2026-02-01 (294 d 7 h old)"));
}

#[test]
fn only_what_runs_by_itself_and_is_not_late_is_on_schedule() {
    let arn = volume_arn("vol-1");
    let planned = |at: &str| World::new().volume("vol-1").daily_plan().point(&arn, at, json!({}));
    let on_schedule = |world: World| world.protection(&arn).on_schedule.read().copied();
    assert_eq!(on_schedule(planned("2026-11-22T05:10:00Z")), Some(true));
    let late = || planned("2026-11-20T05:10:00Z").with(snapshot("snap-a", "2026-11-22T05:00:00Z", Value::Null));
    assert_eq!((late().state(&arn), on_schedule(late())), (Some(State::Protected), Some(false)), "a fresh manual snapshot is no schedule");
    assert_eq!(on_schedule(World::new().volume("vol-1")), Some(false));
    // An unread policy may renew it; what is on schedule stays on schedule.
    assert_eq!(on_schedule(late().denied("dlm:GetLifecyclePolicies")), None);
    assert_eq!(on_schedule(planned("2026-11-22T05:10:00Z").denied("dlm:GetLifecyclePolicies")), Some(true));
    let instance_arn = "arn:aws:ec2:us-east-1:111122223333:instance/i-1";
    let instance_of = |ids: &[&str], world: World| world.volume("vol-2").with(instance(ids)).protection(instance_arn);
    let facts = instance_of(&["vol-1"], planned("2026-11-22T05:10:00Z"));
    assert_eq!(facts.on_schedule.read(), Some(&true));
    assert_eq!(facts.explanation.read().map(String::as_str), Some("protected on schedule: every volume of the instance is"));
    assert_eq!(instance_of(&["vol-1"], late()).on_schedule.read(), Some(&false));
}

#[test]
fn what_was_denied_makes_the_state_unknown_unless_something_else_protects() {
    let bare = World::new().volume("vol-1").denied("ec2:DescribeSnapshots");
    assert_eq!(bare.protection(&volume_arn("vol-1")).state.reasons(), ["ec2:DescribeSnapshots denied in 111122223333/us-east-1"]);
    let backed_up = World::new()
        .volume("vol-1")
        .daily_plan()
        .point(&volume_arn("vol-1"), "2026-11-22T05:10:00Z", json!({}))
        .denied("ec2:DescribeSnapshots");
    assert_eq!(backed_up.state(&volume_arn("vol-1")), Some(State::Protected));
    assert!(backed_up.protection(&volume_arn("vol-1")).recovery_points.is_unread(), "there may be more of them");
}

#[test]
fn a_call_that_is_not_in_the_log_was_not_made() {
    let mut world = World::new().volume("vol-1");
    world.lines.retain(|line| line["operation"] != "ListRecoveryPointsByBackupVault");
    let state = world.protection(&volume_arn("vol-1")).state;
    assert!(state.reasons()[0].starts_with("backup:ListRecoveryPointsByBackupVault not called"), "{state:?}");
}

#[test]
fn a_volume_is_backed_up_with_its_instance() {
    let arn = "arn:aws:ec2:us-east-1:111122223333:instance/i-1";
    let world = attached(World::new().volume("vol-1").with(instance(&["vol-1"])).daily_plan(), "vol-1");
    assert_eq!(world.state(&volume_arn("vol-1")), Some(State::SelectedNotProtected));
    let world = world.point(arn, "2026-11-22T05:10:00Z", json!({}));
    assert_eq!(world.state(&volume_arn("vol-1")), Some(State::Protected));
    assert_eq!(world.state(arn), Some(State::Protected));
}

#[test]
fn a_backup_of_the_instance_before_the_volume_was_there_does_not_hold_it() {
    let arn = "arn:aws:ec2:us-east-1:111122223333:instance/i-1";
    let mut world =
        attached(World::new().volume("vol-1").with(instance(&["vol-1"])).point(arn, "2025-12-01T05:10:00Z", json!({})), "vol-1");
    assert_eq!(world.state(&volume_arn("vol-1")), Some(State::Unprotected));
    for line in &mut world.lines {
        if line["id"] == "vol-1" {
            line["created_at"] = json!("2025-11-01T00:00:00Z");
        }
    }
    assert_eq!(world.state(&volume_arn("vol-1")), Some(State::Protected));
}

#[test]
fn an_instance_is_protected_when_all_its_volumes_are() {
    let arn = "arn:aws:ec2:us-east-1:111122223333:instance/i-1";
    let world = |ids: &[&str]| {
        let world =
            World::new().volume("vol-1").volume("vol-2").with(instance(ids)).with(snapshot("snap-a", "2026-11-01T00:00:00Z", Value::Null));
        world.state(arn)
    };
    assert_eq!(world(&["vol-1"]), Some(State::Protected));
    assert_eq!(world(&["vol-1", "vol-2"]), Some(State::Unprotected));
}

#[test]
fn a_copy_is_seen_in_its_vault_or_else_in_its_job() {
    let there = "arn:aws:backup:eu-west-1:111122223333:backup-vault:copies";
    let job = |status: &str| {
        let mut line = resource(
            "AWS::Backup::CopyJob",
            "arn:aws:backup:us-east-1:111122223333:copy-job:c1",
            "c1",
            json!({
            "source_arn": volume_arn("vol-1"), "source_vault_arn": VAULT, "destination_vault_arn": there, "status": status, "retention_days": 35,
            "completed_at": "2026-11-22T05:40:00Z", "destination_vault_type": "BACKUP_VAULT", "destination_lock_state": "UNLOCKED", "status_message": null}),
        );
        line["created_at"] = json!("2026-11-22T05:30:00Z");
        line
    };
    let copies = |world: World| {
        let facts = world.volume("vol-1").protection(&volume_arn("vol-1"));
        facts.copies.read().map(|copies| copies.iter().map(|copy| (copy.region.clone(), copy.seen_as.clone())).collect::<Vec<_>>())
    };
    assert_eq!(copies(World::new().with(job("COMPLETED"))), Some(vec![("eu-west-1".to_owned(), "copy_job".to_owned())]));
    assert_eq!(copies(World::new().with(job("FAILED"))), None, "other Regions were not read");
    // In a vault that was read, only its content counts.
    let read_there = |mut world: World| {
        for (service, operation) in
            [("backup", "ListBackupVaults"), ("backup", "ListRecoveryPointsByBackupVault"), ("ec2", "DescribeSnapshots")]
        {
            world = world.with(json!({"kind": "coverage", "account": ACCOUNT, "region": "eu-west-1", "service": service, "operation": operation, "status": "ok", "items": 0, "error": null}));
        }
        world.vault("copies", "eu-west-1", ACCOUNT, true)
    };
    let snapshots_denied = |mut world: World| {
        let line = world.lines.iter_mut().find(|line| line["region"] == "eu-west-1" && line["operation"] == "DescribeSnapshots");
        line.expect("the entry")["status"] = json!("denied");
        world
    };
    assert_eq!(copies(snapshots_denied(read_there(World::new()))), None, "a snapshot may have been copied there");
    assert_eq!(copies(read_there(World::new().with(job("COMPLETED")))), Some(Vec::new()));
    let mut copied =
        World::new().point(&volume_arn("vol-1"), "2026-11-22T05:30:00Z", json!({"vault_arn": there, "source_vault_arn": VAULT}));
    copied.lines.last_mut().unwrap()["region"] = json!("eu-west-1");
    assert_eq!(copies(read_there(copied)), Some(vec![("eu-west-1".to_owned(), "recovery_point".to_owned())]));
}

#[test]
fn children_of_a_composite_recovery_point_protect_their_resources() {
    let parent = json!({"parent_arn": "arn:aws:backup:us-east-1:111122223333:recovery-point:composite:stack/x"});
    let world = World::new().volume("vol-1").point(&volume_arn("vol-1"), "2026-11-22T05:10:00Z", parent);
    assert_eq!(world.state(&volume_arn("vol-1")), Some(State::Protected));
}

#[test]
fn restore_jobs_prove_recovery_and_give_its_duration() {
    let job = |status: &str, validation: Value, created: &str, completed: &str| {
        let mut line = resource(
            "AWS::Backup::RestoreJob",
            &format!("arn:aws:backup:us-east-1:111122223333:restore-job:{created}"),
            created,
            json!({
            "source_arn": volume_arn("vol-1"), "status": status, "completed_at": completed, "validation_status": validation,
            "validation_message": null, "status_message": "no capacity", "restore_testing_plan_arn": null}),
        );
        line["created_at"] = json!(created);
        line
    };
    let facts = World::new()
        .volume("vol-1")
        .with(job("COMPLETED", json!("SUCCESSFUL"), "2026-11-01T00:00:00Z", "2026-11-01T00:20:00Z"))
        .with(job("COMPLETED", json!("FAILED"), "2026-11-10T00:00:00Z", "2026-11-10T00:10:00Z"))
        .protection(&volume_arn("vol-1"));
    let tests = facts.restore_tests.read().unwrap();
    assert_eq!((tests.count, tests.validated), (1, Some(true)));
    assert_eq!(facts.rto_seconds.read(), Some(&Some(1_200)));
    let attempt = tests.last_attempt.as_ref().unwrap();
    assert!(!attempt.succeeded, "COMPLETED with a failed validation is a failure");
}

#[test]
fn what_is_left_of_a_deleted_resource_is_an_orphan() {
    let world = World::new().daily_plan().point(&volume_arn("vol-gone"), "2026-11-01T05:10:00Z", json!({"retention_days": null}));
    let Facts::Vault(vault) = world.joined(VAULT) else { panic!("a vault") };
    let orphans = vault.orphans.read().unwrap();
    assert_eq!(orphans.len(), 1);
    assert!(!orphans[0].ends);
    let Facts::Vault(vault) = world.denied("ec2:DescribeVolumes").joined(VAULT) else { panic!("a vault") };
    assert!(vault.orphans.is_unread(), "nobody could look whether the volume exists");
}

#[test]
fn gaps_lie_between_neighbours_and_up_to_now() {
    let facts = World::new()
        .volume("vol-1")
        .point(&volume_arn("vol-1"), "2026-11-22T05:00:00Z", json!({}))
        .point(&volume_arn("vol-1"), "2026-11-21T05:00:00Z", json!({}))
        .point(&volume_arn("vol-1"), "2026-11-18T05:00:00Z", json!({}))
        .protection(&volume_arn("vol-1"));
    let gaps: Vec<(i64, i64)> =
        facts.gaps.read().unwrap().iter().map(|gap| (gap.start_age_seconds / 3_600, gap.end_age_seconds / 3_600)).collect();
    assert_eq!(gaps, [(2, 0), (26, 2), (98, 26), (7_807, 98)], "the oldest begins with the volume");
    assert_eq!(facts.rpo_seconds.read(), Some(&Some(7_200)));
    assert_eq!(facts.recovery_points.read().unwrap().largest_gap_seconds, Some(72 * 3_600));
}

/// A setting counts as wrong only if the deciding facts were read: an unread fact is neither long enough nor too short, neither locked nor
/// open.
#[test]
fn settings_that_were_not_read_are_unknown() {
    let volume = volume_arn("vol-1");
    let world = || World::new().volume("vol-1").daily_plan().point(&volume, "2026-11-22T05:30:00Z", json!({}));
    assert_eq!(world().protection(&volume).retention_days.read(), Some(&Some(35)));
    for operation in ["backup:GetBackupPlan", "backup:ListBackupSelections"] {
        let facts = world().denied(operation).protection(&volume);
        assert!(facts.retention_days.is_unread() && facts.retention_endless.is_unread(), "{operation}");
    }
    let policies = world().denied("dlm:GetLifecyclePolicy").protection(&volume);
    assert!(policies.copy_retention.is_unread(), "a policy may copy its snapshots for a day only");

    let arn = "arn:aws:s3:::data";
    let bucket = |properties: Value| World::new().with(resource("AWS::S3::Bucket", arn, "data", properties)).protection(arn);
    let read = bucket(json!({"versioning": "enabled", "lifecycle": [], "object_lock": null}));
    assert_eq!(read.retention_endless.read(), Some(&true));
    let unread = bucket(json!({"versioning": "enabled"}));
    assert!(unread.retention_endless.is_unread());

    let table = "arn:aws:dynamodb:us-east-1:111122223333:table/t";
    let tables = || World::new().with(resource("AWS::DynamoDB::Table", table, "t", json!({"pitr": false})));
    assert!(!tables().protection(table).restore_tests.is_unread());
    assert!(tables().denied("dynamodb:DescribeTable").protection(table).restore_tests.is_unread(), "another may be restored from it");
}

/// Replicas of automated backups have their own retention, which only their Region shows.
#[test]
fn replicas_of_automated_backups_are_kept_as_long_as_their_region_says() {
    let arn = "arn:aws:rds:us-east-1:111122223333:db:orders";
    let replica = "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-1";
    let instance = json!({"status": "available", "engine": "postgres", "backup_retention_days": 35, "latest_restorable_at": "2026-11-22T06:55:00Z",
        "earliest_restorable_at": "2026-10-20T00:00:00Z", "replicated_backup_arns": [replica]});
    let world = || World::new().with(resource("AWS::RDS::DBInstance", arn, "orders", instance.clone()));
    let kept = |world: World| {
        let facts = world.protection(arn);
        facts.copy_retention.read().map(|copies| copies.iter().map(|copy| copy.retention_days.clone()).collect::<Vec<_>>())
    };
    assert_eq!(kept(world()), None);
    let backup = json!({"source_arn": arn, "status": "replicating", "backup_retention_days": 1, "latest_restorable_at": "2026-11-22T06:50:00Z",
        "earliest_restorable_at": null, "encrypted": true, "kms_key_arn": null, "source_region": "us-east-1"});
    let mut there = resource("AWS::RDS::DBInstanceAutomatedBackup", replica, "ab-1", backup);
    there["region"] = json!("eu-west-1");
    assert_eq!(kept(world().with(there)), Some(vec![Some(1).into()]));
}

/// Without the list of automated backups, it is unknown how far back an instance's backups go.
#[test]
fn a_window_without_beginning_leaves_no_gap() {
    let arn = "arn:aws:rds:us-east-1:111122223333:db:orders";
    let instance = json!({"status": "available", "engine": "postgres", "backup_retention_days": 7, "latest_restorable_at": "2026-11-22T06:55:00Z",
        "replicated_backup_arns": []});
    let world = World::new().with(resource("AWS::RDS::DBInstance", arn, "orders", instance));
    let facts = world.denied("rds:DescribeDBInstanceAutomatedBackups").protection(arn);
    assert_eq!(facts.state.read(), Some(&State::Protected));
    assert!(facts.gaps.is_unread() && facts.windows.is_unread() && facts.oldest_age_seconds.is_unread());
    assert_eq!(facts.rpo_seconds.read(), Some(&Some(300)));
}
