//! What rel9 claims of backups, tested against inventories in which the claim would be false.

use crate::support::world::*;
use rel9::protection::facts::{MechanismKind, Protection, State};
use serde_json::{Value, json};

const DATABASE: &str = "arn:aws:rds:us-east-1:111122223333:db:orders";
const TABLE: &str = "arn:aws:dynamodb:us-east-1:111122223333:table/orders";
const BUCKET: &str = "arn:aws:s3:::data";
const TESTING: &str = "arn:aws:backup:us-east-1:111122223333:restore-testing-plan:weekly";
const DAY: i64 = 86_400;

fn restore_testing(world: World, kind: &str, selection: Value) -> World {
    let mut points = json!({"schedule": "cron(0 5 ? * SUN *)", "timezone": null, "start_window_hours": 1, "last_execution_at": null,
        "include_vaults": ["*"], "exclude_vaults": [], "recovery_point_types": ["SNAPSHOT", "CONTINUOUS"], "selection_window_days": 30});
    for (name, value) in selection.as_object().unwrap() {
        points[name] = value.clone();
    }
    let reach = json!({"plan_arn": TESTING, "protected_resource_type": kind, "role_arn": null, "validation_window_hours": 1,
        "protected_resource_arns": ["*"], "string_equals": [], "string_not_equals": []});
    world.with(resource("AWS::Backup::RestoreTestingPlan", TESTING, "weekly", points)).with(resource(
        "AWS::Backup::RestoreTestingSelection",
        &format!("{TESTING}/selection/all"),
        "all",
        reach,
    ))
}

fn testing_plans(world: World, arn: &str) -> Option<usize> {
    world.protection(arn).restore_testing_plans.read().map(Vec::len)
}

#[test]
fn a_restore_testing_plan_tests_what_it_finds_a_recovery_point_of() {
    let world = |at: &str, selection: Value| {
        let world = World::new().volume("vol-1").vault("main", REGION, ACCOUNT, false).point(&volume_arn("vol-1"), at, json!({}));
        restore_testing(world, "EBS", selection)
    };
    let tested = |at: &str, selection: Value| testing_plans(world(at, selection), &volume_arn("vol-1"));
    let recent = "2026-11-22T05:10:00Z";
    assert_eq!(tested(recent, json!({})), Some(1));
    assert_eq!(tested(recent, json!({"include_vaults": ["arn:aws:backup:*:*:backup-vault:ma*"]})), Some(1));
    assert_eq!(tested(recent, json!({"include_vaults": ["arn:aws:backup:*:*:backup-vault:other"]})), Some(0));
    assert_eq!(tested(recent, json!({"exclude_vaults": [VAULT]})), Some(0));
    assert_eq!(tested(recent, json!({"recovery_point_types": ["CONTINUOUS"]})), Some(0));
    assert_eq!(tested("2026-10-22T07:00:00Z", json!({})), Some(0), "31 days ago");
    assert_eq!(tested("2026-10-22T07:00:00Z", json!({"selection_window_days": 31})), Some(1));

    let denied = |operation: &str| testing_plans(world("2026-10-22T07:00:00Z", json!({})).denied(operation), &volume_arn("vol-1"));
    assert_eq!(denied("backup:ListRecoveryPointsByBackupVault"), None, "there may be others");
    let unread = world(recent, json!({})).denied("backup:GetRestoreTestingPlan");
    let unread = unread.changed("weekly", |plan| drop(plan["properties"].as_object_mut().unwrap().remove("include_vaults")));
    assert_eq!(testing_plans(unread, &volume_arn("vol-1")), None);
}

#[test]
fn a_volume_is_tested_with_the_images_that_hold_it() {
    let tested = |attached_at: &str| {
        let world = attached(World::new().volume("vol-1").with(instance(&["vol-1"])), "vol-1")
            .changed("vol-1", |volume| volume["properties"]["attachments"][0]["attached_at"] = json!(attached_at))
            .point("arn:aws:ec2:us-east-1:111122223333:instance/i-1", "2026-11-20T05:10:00Z", json!({}));
        testing_plans(restore_testing(world, "EC2", json!({})), &volume_arn("vol-1"))
    };
    assert_eq!(tested("2026-11-01T00:00:00Z"), Some(1));
    assert_eq!(tested("2026-11-21T00:00:00Z"), Some(0));
}

fn retention(facts: &Protection) -> Option<i64> {
    facts.retention_days.read().copied().flatten()
}

#[test]
fn what_is_late_keeps_nothing_however_long_it_is_set_to() {
    let world = |at: &str, extra: Value| World::new().volume("vol-1").daily_plan().point(&volume_arn("vol-1"), at, extra);
    let kept = |at: &str, extra: Value| retention(&world(at, extra).protection(&volume_arn("vol-1")));
    assert_eq!(kept("2026-11-22T05:10:00Z", json!({})), Some(35));
    assert_eq!(kept("2026-11-20T05:10:00Z", json!({})), None, "a run is missing");
    assert_eq!(kept("2026-11-22T05:10:00Z", json!({"status": "PARTIAL"})), None, "nothing can be restored");
    assert_eq!(kept("2026-11-22T05:10:00Z", json!({"retention_days": 3})), Some(3), "the rule says more than the newest backup has");
    assert_eq!(kept("2026-11-22T05:10:00Z", json!({"retention_days": null})), Some(35));
    // A new monthly rule counts if there are backups.
    let monthly = world("2026-11-22T05:10:00Z", json!({})).rule("monthly", "cron(0 5 1 * ? *)", 365);
    let new = monthly.changed("s1", |selection| selection["created_at"] = json!("2026-11-20T00:00:00Z"));
    assert_eq!(retention(&new.protection(&volume_arn("vol-1"))), Some(365));
}

fn database(status: &str, latest: Value) -> Value {
    resource(
        "AWS::RDS::DBInstance",
        DATABASE,
        "orders",
        json!({"status": status, "engine": "postgres", "cluster_id": null, "read_replica": false, "backup_retention_days": 35,
            "latest_restorable_at": latest, "earliest_restorable_at": "2026-10-18T07:00:00Z", "kms_key_arn": null, "replicated_backup_arns": []}),
    )
}

#[test]
fn automated_backups_that_never_worked_keep_nothing() {
    let kept = |latest: Value| retention(&World::new().with(database("available", latest)).protection(DATABASE));
    assert_eq!(kept(json!("2026-11-22T06:55:00Z")), Some(35));
    assert_eq!(kept(Value::Null), None);
}

#[test]
fn a_database_that_runs_writes_logs_whatever_is_done_to_it() {
    let late = |status: &str| World::new().with(database(status, json!("2026-11-20T07:00:00Z"))).on_schedule(DATABASE)["automated backups"];
    for status in ["available", "storage-optimization", "configuring-enhanced-monitoring"] {
        assert_eq!(late(status), Some(false), "{status}");
    }
    assert_eq!(late("stopped"), None);
}

#[test]
fn what_has_lost_its_key_cannot_be_restored() {
    for (status, state) in [("available", State::Protected), ("inaccessible-encryption-credentials-recoverable", State::Unprotected)] {
        let facts = World::new().with(database(status, json!("2026-11-22T06:55:00Z"))).protection(DATABASE);
        assert_eq!(
            (facts.state.read(), facts.rpo_seconds.read().unwrap().is_some()),
            (Some(&state), state == State::Protected),
            "{status}"
        );
    }
}

#[test]
fn a_recovery_point_whose_status_was_not_read_may_be_restorable() {
    let mut world = World::new().volume("vol-1").point(&volume_arn("vol-1"), "2026-11-22T05:10:00Z", json!({}));
    world.lines.last_mut().unwrap()["properties"].as_object_mut().unwrap().remove("status");
    let facts = world.protection(&volume_arn("vol-1"));
    assert!(facts.state.is_unread() && facts.backups.is_unread() && facts.aws_backup_points.is_unread());
}

#[test]
fn a_continuous_backup_holds_nothing_of_before_it_began() {
    let bucket = json!({"versioning": "suspended", "lifecycle": [], "object_lock": null, "replication": [], "kms_key_arn": null});
    let facts = World::new()
        .with(resource("AWS::S3::Bucket", BUCKET, "data", bucket))
        .daily_plan()
        .changed("p1", |plan| plan["properties"]["rules"][0]["continuous"] = json!(true))
        .point(BUCKET, "2026-11-20T07:00:00Z", json!({"continuous": true, "status": "AVAILABLE"}))
        .protection(BUCKET);
    assert_eq!(facts.rpo_seconds.read(), Some(&Some(0)));
    assert_eq!(facts.oldest_age_seconds.read(), Some(&Some(2 * DAY)));
}

fn table(created_at: &str) -> World {
    let properties = json!({"status": "ACTIVE", "pitr": false, "pitr_days": null, "earliest_restorable_at": null,
        "latest_restorable_at": null, "restored_from": null, "kms_key_arn": null});
    World::new().with(resource("AWS::DynamoDB::Table", TABLE, "orders", properties)).changed("orders", |table| {
        table["created_at"] = json!(created_at);
    })
}

fn at(mut line: Value, moment: &str, region: &str) -> Value {
    line["created_at"] = json!(moment);
    line["region"] = json!(region);
    line
}

#[test]
fn nothing_of_the_table_that_had_the_name_before_is_of_this_one() {
    let made = "2026-10-01T00:00:00Z";
    let backup = json!({"source_arn": TABLE, "status": "AVAILABLE", "backup_type": "SYSTEM", "expires_at": null, "size_bytes": 1});
    let copy = json!({"source_arn": TABLE, "vault_arn": "arn:aws:backup:eu-west-1:111122223333:backup-vault:copies", "status": "COMPLETED",
        "encrypted": true, "kms_key_arn": null, "continuous": false, "source_vault_arn": VAULT, "delete_at": null});
    let restore = json!({"source_arn": TABLE, "source_type": "DynamoDB", "recovery_point_arn": null, "status": "COMPLETED", "status_message": null,
        "completed_at": made, "validation_status": "SUCCESSFUL", "validation_message": null, "restore_testing_plan_arn": null, "created_resource_arn": null});
    let failed = json!({"source_arn": TABLE, "vault_arn": VAULT, "status": "FAILED", "status_message": null, "completed_at": made});
    let read_there = |world: World| {
        ["ListBackupVaults", "ListRecoveryPointsByBackupVault", "ListRestoreJobs"].into_iter().fold(world, |world, operation| {
            world.with(json!({"kind": "coverage", "account": ACCOUNT, "region": "eu-west-1", "service": "backup", "operation": operation,
                "status": "ok", "items": 0, "error": null}))
        })
    };
    let of = |created_at: &str| {
        read_there(table(created_at))
            .with(at(resource("AWS::DynamoDB::Backup", &format!("{TABLE}/backup/1"), "b-1", backup.clone()), made, REGION))
            .with(at(
                resource("AWS::Backup::RecoveryPoint", "arn:aws:backup:eu-west-1:111122223333:recovery-point:1", "1", copy.clone()),
                made,
                "eu-west-1",
            ))
            .with(at(
                resource("AWS::Backup::RestoreJob", "arn:aws:backup:us-east-1:111122223333:restore-job:1", "r-1", restore.clone()),
                made,
                REGION,
            ))
            .with(at(
                resource("AWS::Backup::BackupJob", "arn:aws:backup:us-east-1:111122223333:backup-job:1", "j-1", failed.clone()),
                made,
                REGION,
            ))
            .protection(TABLE)
    };
    let (same, other) = (of("2026-01-01T00:00:00Z"), of("2026-11-01T00:00:00Z"));
    let found = |facts: &Protection| {
        (
            facts.state.read().copied(),
            facts.copies.read().map(Vec::len),
            facts.restore_tests.read().map(|tests| tests.count),
            facts.jobs.read().map(|jobs| jobs.failed),
        )
    };
    assert_eq!(found(&same), (Some(State::Protected), Some(1), Some(1), Some(1)));
    assert_eq!(found(&other), (Some(State::Unprotected), Some(0), Some(0), Some(0)));
}

#[test]
fn what_aws_backup_was_to_delete_by_then_is_no_backup_later() {
    let world = World::new().volume("vol-1").point(
        &volume_arn("vol-1"),
        "2026-11-20T05:10:00Z",
        json!({"rule_id": null, "plan_arn": null, "delete_at": "2026-11-27T05:10:00Z"}),
    );
    assert_eq!(world.state(&volume_arn("vol-1")), Some(State::Protected));
    assert_eq!(world.protection_at(&volume_arn("vol-1"), "2026-12-01T00:00:00Z").state.read(), Some(&State::Unprotected));
}

#[test]
fn a_snapshot_is_locked_until_its_lock_ends() {
    let world = World::new().volume("vol-1").with(snapshot("snap-a", "2026-11-20T07:00:00Z", Value::Null)).changed("snap-a", |snapshot| {
        snapshot["properties"]["lock"] = json!({"state": "compliance", "expires_at": "2026-11-30T00:00:00Z"});
    });
    let locked = |as_of: &str| world.protection_at(&volume_arn("vol-1"), as_of).backups.read().unwrap()[0].locked.read().copied();
    assert_eq!((locked(AS_OF), locked("2026-12-01T00:00:00Z")), (Some(true), Some(false)));
}

#[test]
fn a_lock_keeps_the_continuous_backup_in_its_vault_and_not_the_automated_one_beside_it() {
    let windows = |locked: bool| {
        let facts = World::new()
            .with(database("available", json!("2026-11-22T06:55:00Z")))
            .daily_plan()
            .changed("p1", |plan| plan["properties"]["rules"][0]["continuous"] = json!(true))
            .changed("main", |vault| vault["properties"]["locked"] = json!(locked))
            .point(DATABASE, "2026-10-20T05:10:00Z", json!({"continuous": true, "status": "AVAILABLE"}))
            .protection(DATABASE);
        let windows = facts.windows.read().unwrap().iter();
        windows.map(|window| (window.kind, window.locked.read().copied())).collect::<Vec<_>>()
    };
    for locked in [true, false] {
        assert_eq!(windows(locked), [(MechanismKind::AwsBackup, Some(locked)), (MechanismKind::Automated, Some(false))]);
    }
}

#[test]
fn an_image_backs_up_the_volumes_whose_snapshots_it_has_wherever_they_are_now() {
    let image = "arn:aws:ec2:us-east-1::image/ami-1";
    let world = |devices: Value, status: &str| {
        World::new()
            .volume("vol-1")
            .with(snapshot("snap-a", "2026-11-20T05:10:00Z", json!("aws_backup")))
            .with(resource("AWS::EC2::Image", image, "ami-1", json!({"status": "available", "public": false, "block_devices": devices})))
            .point("arn:aws:ec2:us-east-1:111122223333:instance/i-gone", "2026-11-20T05:10:00Z", json!({"status": status}))
    };
    let named = |mut world: World| {
        let point = world.lines.last_mut().unwrap();
        (point["arn"], point["id"]) = (json!(image), json!("point"));
        world
    };
    let device = json!([{"device": "/dev/xvda", "ebs": true, "snapshot_id": "snap-a", "encrypted": true}]);
    let facts = named(world(device.clone(), "COMPLETED")).protection(&volume_arn("vol-1"));
    assert_eq!(facts.state.read(), Some(&State::Protected));
    assert_eq!(facts.backups.read().unwrap()[0].arn, image);
    assert_eq!(
        named(world(device.clone(), "COMPLETED")).denied("ec2:DescribeImages").protection(&volume_arn("vol-1")).backups.read(),
        None
    );
    assert_eq!(named(world(device, "EXPIRED")).state(&volume_arn("vol-1")), Some(State::Unprotected));
    assert_eq!(named(world(json!([]), "COMPLETED")).state(&volume_arn("vol-1")), Some(State::Unprotected));
}

#[test]
fn a_rule_goes_on_under_another_id_after_an_update_of_its_plan() {
    let late = |extra: Value| {
        let world = World::new().volume("vol-1").daily_plan().point(&volume_arn("vol-1"), "2026-11-22T05:10:00Z", extra);
        world.on_schedule(&volume_arn("vol-1"))["backup plan p1, rule daily"]
    };
    assert_eq!(late(json!({"rule_id": "before"})), Some(true));
    assert_eq!(late(json!({"rule_id": "before", "retention_days": 7})), Some(false), "it was kept for another time");
    assert_eq!(late(json!({"rule_id": "before", "plan_arn": "arn:aws:backup:us-east-1:111122223333:backup-plan:p2"})), Some(false));
}

#[test]
fn how_long_replicas_are_kept_does_not_depend_on_the_retention_of_the_database() {
    let replica = "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-1";
    let automated =
        json!({"source_arn": DATABASE, "backup_retention_days": 14, "latest_restorable_at": "2026-11-22T06:50:00Z", "encrypted": true});
    let world = World::new()
        .with(database("available", json!("2026-11-22T06:55:00Z")))
        .changed("orders", |database| {
            database["properties"]["replicated_backup_arns"] = json!([replica]);
            database["properties"].as_object_mut().unwrap().remove("backup_retention_days");
        })
        .with(at(resource("AWS::RDS::DBInstanceAutomatedBackup", replica, "ab-1", automated), "2026-01-01T00:00:00Z", "eu-west-1"));
    let facts = world.protection(DATABASE);
    assert_eq!(facts.copy_retention.read().unwrap()[0].retention_days, Some(14).into());
}

#[test]
fn where_copies_could_be_that_nobody_read_the_reason_says_what_to_do() {
    let reasons = |world: World| world.joined(&volume_arn("vol-1")).reasons()["copies"].clone();
    let alone = World::new().volume("vol-1");
    assert_eq!(reasons(alone), ["no other Region of 111122223333 was read, where copies could be (--regions all reads them)"]);
    let elsewhere = |denied: &dyn Fn(&str) -> bool| {
        rel9::aws::operations().into_iter().fold(World::new().volume("vol-1"), |world, operation| {
            let status = if denied(operation.service) { "denied" } else { "ok" };
            world.with(json!({"kind": "coverage", "account": ACCOUNT, "region": "eu-west-1", "service": operation.service,
                "operation": operation.name, "status": status, "items": 0, "error": null}))
        })
    };
    let denied = "ec2:DescribeSnapshots denied in 111122223333/eu-west-1";
    assert_eq!(reasons(elsewhere(&|service| service == "ec2")), [denied]);
    let closed = format!("{denied} (a Region that nobody may use can be left out with --regions)");
    assert_eq!(reasons(elsewhere(&|_| true)), [closed]);
}
