//! What evidence proves, and what it only seems to prove.

use crate::support::world::*;
use rel9::protection::facts::{Facts, MechanismKind, State};
use serde_json::{Value, json};

const INSTANCE: &str = "arn:aws:ec2:us-east-1:111122223333:instance/i-1";
const BUCKET: &str = "arn:aws:s3:::data";
const DATABASE: &str = "arn:aws:rds:us-east-1:111122223333:db:orders";
const TABLE: &str = "arn:aws:dynamodb:us-east-1:111122223333:table/orders";
const SUNDAYS: &str = "cron(0 5 ? * SUN *)";

fn bucket(versioning: &str) -> Value {
    resource(
        "AWS::S3::Bucket",
        BUCKET,
        "data",
        json!({"versioning": versioning, "lifecycle": [], "object_lock": null, "replication": [], "kms_key_arn": null}),
    )
}

fn database(latest: Value) -> Value {
    resource(
        "AWS::RDS::DBInstance",
        DATABASE,
        "orders",
        json!({"status": "available", "engine": "postgres", "cluster_id": null, "read_replica": false, "backup_retention_days": 7,
            "latest_restorable_at": latest, "earliest_restorable_at": "2026-11-15T07:00:00Z", "kms_key_arn": null, "replicated_backup_arns": []}),
    )
}

fn table(created_at: &str) -> Value {
    let mut line = resource(
        "AWS::DynamoDB::Table",
        TABLE,
        "orders",
        json!({"status": "ACTIVE", "pitr": false, "pitr_days": null, "earliest_restorable_at": null, "latest_restorable_at": null, "restored_from": null,
            "kms_key_arn": null}),
    );
    line["created_at"] = json!(created_at);
    line
}

fn continuously(world: World) -> World {
    world.changed("p1", |plan| plan["properties"]["rules"][0]["continuous"] = json!(true))
}

#[test]
fn what_went_on_when_the_inventory_was_read_did_perhaps_not_go_on_since() {
    let a_month_later = "2026-12-22T07:00:00Z";
    let versioned = World::new().with(bucket("enabled"));
    assert_eq!(versioned.protection(BUCKET).rpo_seconds.read(), Some(&Some(0)));
    assert_eq!(versioned.protection_at(BUCKET, a_month_later).rpo_seconds.read(), Some(&Some(30 * 86_400)));
    let continuous = continuously(World::new().with(bucket("suspended")).daily_plan()).point(
        BUCKET,
        "2026-02-01T05:00:00Z",
        json!({"continuous": true, "status": "AVAILABLE"}),
    );
    assert_eq!(continuous.protection(BUCKET).rpo_seconds.read(), Some(&Some(0)));
    let later = continuous.protection_at(BUCKET, a_month_later);
    assert_eq!((later.state.read(), later.rpo_seconds.read()), (Some(&State::Stale), Some(&Some(30 * 86_400))));
}

#[test]
fn a_continuous_recovery_point_of_a_database_reaches_as_far_as_the_database_says() {
    let world = |latest: Value| {
        continuously(World::new().with(database(latest)).daily_plan()).point(
            DATABASE,
            "2026-02-01T05:00:00Z",
            json!({"continuous": true, "status": "AVAILABLE"}),
        )
    };
    assert_eq!(world(json!("2026-11-22T06:55:00Z")).protection(DATABASE).rpo_seconds.read(), Some(&Some(300)));
    assert_eq!(world(json!("2026-11-20T07:00:00Z")).state(DATABASE), Some(State::Stale));
    let none = world(Value::Null).protection(DATABASE);
    assert_eq!((none.state.read(), none.rpo_seconds.read()), (Some(&State::SelectedNotProtected), Some(&None)));
    let mut unread = world(Value::Null);
    for line in &mut unread.lines {
        line["properties"].as_object_mut().map(|properties| properties.remove("latest_restorable_at"));
    }
    assert_eq!(unread.state(DATABASE), None);
}

#[test]
fn nothing_that_is_made_after_as_of_counts() {
    let before = "2026-06-01T00:00:00Z";
    let facts = World::new().with(database(json!("2026-11-22T06:55:00Z"))).protection_at(DATABASE, before);
    assert_eq!(facts.state.read(), Some(&State::Unprotected), "its automated backups begin later");
    let continuous = continuously(World::new().with(bucket("suspended")).daily_plan()).point(
        BUCKET,
        "2026-07-01T05:00:00Z",
        json!({"continuous": true, "status": "AVAILABLE"}),
    );
    assert_eq!(continuous.protection_at(BUCKET, before).state.read(), Some(&State::SelectedNotProtected));
}

#[test]
fn a_copy_holds_data_as_old_as_its_source() {
    let second = VAULT.replace("main", "second");
    let job = |destination: &str| {
        let mut line = resource(
            "AWS::Backup::CopyJob",
            "arn:aws:backup:us-east-1:111122223333:copy-job:c1",
            "c1",
            json!({"source_arn": volume_arn("vol-1"), "status": "COMPLETED", "destination_vault_arn": destination, "retention_days": null,
                "source_recovery_point_arn": "rp-old", "destination_recovery_point_arn": "rp-copy"}),
        );
        line["created_at"] = json!("2026-11-22T05:00:00Z");
        line
    };
    let old = |world: World| {
        let mut world =
            world.volume("vol-1").point(&volume_arn("vol-1"), "2026-03-01T05:00:00Z", json!({"rule_id": null, "plan_arn": null}));
        let line = world.lines.last_mut().unwrap();
        (line["arn"], line["id"]) = (json!("rp-old"), json!("rp-old"));
        world
    };
    let copied = json!({"rule_id": null, "plan_arn": null, "vault_arn": second, "source_vault_arn": VAULT});
    let mut world = old(World::new()).with(job(&second)).point(&volume_arn("vol-1"), "2026-11-22T05:10:00Z", copied);
    world.lines.last_mut().unwrap()["arn"] = json!("rp-copy");
    let age = 266 * 86_400 + 2 * 3_600;
    assert_eq!(world.protection(&volume_arn("vol-1")).rpo_seconds.read(), Some(&Some(age)));
    // The same for a copy in a vault that was not read.
    let there = "arn:aws:backup:eu-west-1:444455556666:backup-vault:copies";
    let facts = old(World::new()).with(job(there)).protection(&volume_arn("vol-1"));
    assert_eq!(facts.copies.read().unwrap()[0].age_seconds, age);
}

#[test]
fn a_snapshot_copied_to_another_region_is_as_old_as_the_one_it_is_a_copy_of() {
    let mut copy = snapshot("snap-copy", "2026-11-22T05:00:00Z", Value::Null);
    copy["region"] = json!("eu-west-1");
    copy["arn"] = json!("arn:aws:ec2:eu-west-1::snapshot/snap-copy");
    copy["properties"]["source_arn"] = Value::Null;
    copy["properties"]["copied_from"] = json!({"snapshot_id": "snap-a", "region": REGION});
    let world = World::new().volume("vol-1").with(snapshot("snap-a", "2026-11-01T07:00:00Z", Value::Null)).with(copy);
    assert_eq!(world.protection(&volume_arn("vol-1")).copies.read().unwrap()[0].age_seconds, 21 * 86_400);
}

#[test]
fn backups_of_what_had_the_name_before_are_not_backups_of_this() {
    let world =
        |created_at| World::new().with(table(created_at)).point(TABLE, "2026-03-01T05:00:00Z", json!({"rule_id": null, "plan_arn": null}));
    assert_eq!(world("2026-01-01T00:00:00Z").state(TABLE), Some(State::Protected));
    assert_eq!(world("2026-11-01T00:00:00Z").state(TABLE), Some(State::Unprotected));
}

#[test]
fn backups_of_an_instance_hold_a_volume_from_when_it_was_attached() {
    let world = |attached_at: &str| {
        attached(World::new().volume("vol-1").with(instance(&["vol-1"])), "vol-1")
            .changed("vol-1", |volume| volume["properties"]["attachments"][0]["attached_at"] = json!(attached_at))
            .point(INSTANCE, "2026-11-22T05:10:00Z", json!({}))
            .daily_plan()
    };
    let facts = world("2026-11-20T00:00:00Z").protection(&volume_arn("vol-1"));
    assert_eq!(facts.state.read(), Some(&State::Protected));
    assert!(
        facts.explanation.read().unwrap().starts_with("protected on schedule: backup plan p1, rule daily (through its instance)"),
        "{:?}",
        facts.explanation
    );
    assert_eq!(world("2026-11-22T06:00:00Z").state(&volume_arn("vol-1")), Some(State::SelectedNotProtected));
}

#[test]
fn a_rule_of_which_nothing_is_left_is_late_however_fresh_the_others_are() {
    let world = |weekly_created: &str| {
        World::new()
            .volume("vol-1")
            .daily_plan()
            .rule("weekly", SUNDAYS, 90)
            .changed("s1", |selection| selection["created_at"] = json!(weekly_created))
            .point(&volume_arn("vol-1"), "2026-11-22T05:10:00Z", json!({}))
    };
    let weekly = "backup plan p1, rule weekly";
    let stopped = world("2026-01-01T00:00:00Z").on_schedule(&volume_arn("vol-1"));
    assert_eq!((stopped["backup plan p1, rule daily"], stopped[weekly]), (Some(true), Some(false)));
    assert_eq!(world("2026-11-22T00:00:00Z").on_schedule(&volume_arn("vol-1"))[weekly], None, "its first run was two hours ago");
}

#[test]
fn of_rules_that_run_at_the_same_time_the_one_that_keeps_longer_makes_the_backup() {
    let world = |made_by: &str, schedule: &str, at: &str| {
        World::new()
            .volume("vol-1")
            .daily_plan()
            .rule("weekly", schedule, 90)
            .point(&volume_arn("vol-1"), at, json!({"rule_id": made_by}))
            .on_schedule(&volume_arn("vol-1"))
    };
    let (daily, weekly) = ("backup plan p1, rule daily", "backup plan p1, rule weekly");
    assert_eq!(world("weekly", SUNDAYS, "2026-11-22T05:10:00Z")[daily], Some(true), "the weekly backup was made instead of the daily one");
    assert_eq!(
        world("r1", SUNDAYS, "2026-11-22T05:10:00Z")[weekly],
        Some(false),
        "a backup that is kept for 35 days is none that is kept for 90"
    );
    assert_eq!(world("weekly", "cron(0 2 ? * SUN *)", "2026-11-22T02:10:00Z")[daily], Some(false), "it ran three hours before");
}

#[test]
fn a_backup_is_late_before_two_whole_intervals_are_over() {
    let hourly = |start_window: Value, at: &str| {
        World::new()
            .volume("vol-1")
            .plan("cron(0 * ? * * *)", json!({"resources": ["*"]}))
            .changed("p1", |plan| plan["properties"]["rules"][0]["start_window_minutes"] = start_window)
            .point(&volume_arn("vol-1"), at, json!({}))
            .state(&volume_arn("vol-1"))
    };
    assert_eq!(hourly(Value::Null, "2026-11-22T05:10:00Z"), Some(State::Protected));
    assert_eq!(hourly(Value::Null, "2026-11-22T05:00:00Z"), Some(State::Stale), "AWS's default start window is eight hours");
    let slow = World::new().volume("vol-1").daily_plan().point(
        &volume_arn("vol-1"),
        "2026-11-20T05:00:00Z",
        json!({"completed_at": "2026-11-22T04:00:00Z"}),
    );
    assert_eq!(slow.state(&volume_arn("vol-1")), Some(State::Stale), "a job that took 47 hours");
}

#[test]
fn a_schedule_that_has_ended_is_no_automatic_backup() {
    let world = World::new().volume("vol-1").plan("cron(0 5 ? * * 2025)", json!({"resources": ["*"]})).point(
        &volume_arn("vol-1"),
        "2026-01-01T05:00:00Z",
        json!({}),
    );
    let facts = world.protection(&volume_arn("vol-1"));
    assert!(facts.mechanisms.read().unwrap().iter().all(|mechanism| !mechanism.automatic), "{:?}", facts.mechanisms);
    assert_eq!(facts.state.read(), Some(&State::Protected), "as a manual backup does");
}

#[test]
fn backups_whose_schedule_was_not_read_may_be_late() {
    let volume = volume_arn("vol-1");
    let old = World::new().volume("vol-1").point(&volume, "2026-03-01T05:00:00Z", json!({}));
    assert_eq!(old.state(&volume), Some(State::Protected), "no plan selects it");
    assert_eq!(old.denied("backup:GetBackupSelection").state(&volume), None);
    let dlm = || World::new().volume("vol-1").with(snapshot("snap-a", "2026-03-01T00:00:00Z", json!("dlm")));
    assert_eq!(dlm().state(&volume), Some(State::Protected), "no policy targets it");
    assert_eq!(dlm().denied("dlm:GetLifecyclePolicies").state(&volume), None);
    // Known facts do not depend on them.
    let manual = || World::new().volume("vol-1").with(snapshot("snap-a", "2026-03-01T00:00:00Z", Value::Null));
    assert_eq!(manual().denied("dlm:GetLifecyclePolicies").denied("backup:GetBackupPlan").state(&volume), Some(State::Protected));
    // A schedule that rel9 cannot parse counts as unread.
    let odd = World::new().volume("vol-1").plan("at(noon)", json!({"resources": ["*"]})).point(&volume, "2026-03-01T05:00:00Z", json!({}));
    assert_eq!(odd.state(&volume), None);
    assert!(odd.joined(&volume).reasons()["state"][0].contains("cannot be understood"), "{:?}", odd.joined(&volume).reasons());
}

#[test]
fn a_plan_whose_rules_were_not_read_may_back_up() {
    let world =
        World::new().volume("vol-1").daily_plan().changed("p1", |plan| drop(plan["properties"].as_object_mut().unwrap().remove("rules")));
    assert_eq!(world.state(&volume_arn("vol-1")), None);
}

fn dlm_policy(schedules: Value) -> Value {
    resource(
        "AWS::DLM::LifecyclePolicy",
        "arn:aws:dlm:us-east-1:111122223333:policy/policy-1",
        "policy-1",
        json!({"status": "ENABLED", "policy_type": "EBS_SNAPSHOT_MANAGEMENT", "default_policy": false, "resource_types": ["VOLUME"],
            "target_tags": [{"key": "backup", "value": "daily"}], "schedules": schedules, "exclude_boot_volume": false,
            "exclude_data_volume_tags": [], "exclusions": {"boot_volumes": false, "volume_types": [], "tags": []}}),
    )
}

fn dlm_schedule(name: &str, cron: &str, count: i64) -> Value {
    json!({"name": name, "cron": cron, "interval_seconds": null, "retain_count": count, "retention_days": null, "archive_after_days": null,
        "copies": [], "shared_with": []})
}

#[test]
fn each_schedule_of_a_dlm_policy_is_judged_by_its_own_snapshots() {
    let mut snapshot = snapshot("snap-a", "2026-11-22T05:10:00Z", json!("dlm"));
    snapshot["tags"] = json!({"aws:dlm:lifecycle-policy-id": "policy-1", "aws:dlm:lifecycle-schedule-name": "daily"});
    let schedules = json!([dlm_schedule("daily", "cron(0 5 * * ? *)", 7), dlm_schedule("monthly", "cron(0 5 1 * ? *)", 12)]);
    let on_schedule = World::new().volume("vol-1").with(dlm_policy(schedules)).with(snapshot).on_schedule(&volume_arn("vol-1"));
    assert_eq!(on_schedule["DLM policy policy-1, schedule daily"], Some(true));
    assert_eq!(on_schedule["DLM policy policy-1, schedule monthly"], Some(false), "none of its own, and the policy is of January");
}

#[test]
fn snapshots_kept_by_number_go_back_as_far_as_their_runs() {
    let kept = |cron: &str, count: i64| {
        let world = World::new().volume("vol-1").with(snapshot("snap-a", "2026-11-22T05:10:00Z", json!("dlm")));
        let facts = world.with(dlm_policy(json!([dlm_schedule("s", cron, count)]))).protection(&volume_arn("vol-1"));
        facts.retention_days.read().copied().flatten()
    };
    assert_eq!(kept("cron(0 5 * * ? *)", 7), Some(7));
    assert_eq!(kept("cron(0 5 ? * MON-FRI *)", 5), Some(7), "not five times the 72 hours of a weekend");
    assert_eq!(kept("cron(0 5 ? * MON-FRI *)", 2), Some(2));
    assert_eq!(kept("cron(0 5 1 * ? *)", 12), Some(365));
}

#[test]
fn a_default_policy_leaves_out_what_others_back_up() {
    let mut policy = dlm_policy(json!([{"name": null, "cron": null, "interval_seconds": 86_400, "retain_count": null, "retention_days": 7,
        "archive_after_days": null, "copies": [], "shared_with": []}]));
    policy["properties"]["default_policy"] = json!(true);
    let world = World::new().volume("vol-1").with(policy).point(&volume_arn("vol-1"), "2026-11-22T05:10:00Z", json!({}));
    assert_eq!(world.on_schedule(&volume_arn("vol-1"))["DLM policy policy-1"], Some(true));
}

#[test]
fn a_resource_of_a_stack_is_backed_up_by_the_plan_of_the_stack() {
    let stack = json!({"resources": ["arn:aws:cloudformation:us-east-1:111122223333:stack/shop/*"]});
    let world = |at: &str| {
        World::new().volume("vol-1").plan("cron(0 5 ? * * *)", stack.clone()).point(
            &volume_arn("vol-1"),
            at,
            json!({"parent_arn": "arn:aws:backup:us-east-1:111122223333:recovery-point:composite:stack/x"}),
        )
    };
    assert_eq!(world("2026-11-22T05:10:00Z").state(&volume_arn("vol-1")), Some(State::Protected));
    assert_eq!(world("2026-10-22T05:10:00Z").state(&volume_arn("vol-1")), Some(State::Stale));
    let facts = world("2026-11-22T05:10:00Z").protection(&volume_arn("vol-1"));
    assert_eq!(facts.plans.read().unwrap()[0].selection, "its CloudFormation stack");
}

fn restore_job(status: &str, validation: Value) -> Value {
    let mut line = resource(
        "AWS::Backup::RestoreJob",
        "arn:aws:backup:us-east-1:111122223333:restore-job:j1",
        "j1",
        json!({"source_arn": volume_arn("vol-1"), "recovery_point_arn": "rp-1", "status": status, "completed_at": "2026-11-20T05:20:00Z",
            "validation_status": validation, "validation_message": null, "status_message": null, "restore_testing_plan_arn": null}),
    );
    line["created_at"] = json!("2026-11-20T05:00:00Z");
    line
}

#[test]
fn the_last_restore_time_of_a_failed_restore_proves_nothing() {
    let tests = |restored_at: &str, job: Option<Value>| {
        let mut world =
            World::new().volume("vol-1").point(&volume_arn("vol-1"), "2026-11-19T05:10:00Z", json!({"last_restored_at": restored_at}));
        world.lines.last_mut().unwrap()["arn"] = json!("rp-1");
        world.lines.extend(job);
        world.protection(&volume_arn("vol-1")).restore_tests.read().unwrap().count
    };
    assert_eq!(tests("2026-11-20T05:20:00Z", None), 1, "nobody remembers its job");
    for (status, validation, count) in [
        ("FAILED", Value::Null, 0),
        ("ABORTED", Value::Null, 0),
        ("COMPLETED", json!("FAILED"), 0),
        ("COMPLETED", json!("TIMED_OUT"), 0),
        ("RUNNING", Value::Null, 0),
        ("COMPLETED", Value::Null, 1),
        ("COMPLETED", json!("SUCCESSFUL"), 1),
    ] {
        assert_eq!(tests("2026-11-20T05:20:00Z", Some(restore_job(status, validation.clone()))), count, "{status} {validation}");
    }
    assert_eq!(tests("2026-11-01T05:20:00Z", Some(restore_job("FAILED", Value::Null))), 1, "of another restore, whose job is forgotten");
}

#[test]
fn a_volume_that_could_not_be_made_is_no_restore() {
    let count = |status: &str| {
        let world = World::new().volume("vol-1").volume("vol-2").with(snapshot("snap-a", "2025-12-01T00:00:00Z", Value::Null)).changed(
            "vol-2",
            |volume| {
                volume["properties"]["source_snapshot_id"] = json!("snap-a");
                volume["properties"]["status"] = json!(status);
            },
        );
        world.protection(&volume_arn("vol-1")).restore_tests.read().unwrap().count
    };
    assert_eq!((count("in-use"), count("available"), count("error"), count("creating")), (1, 1, 0, 0));
}

#[test]
fn a_partial_job_did_not_do_its_work() {
    let mut job = resource(
        "AWS::Backup::BackupJob",
        "arn:aws:backup:us-east-1:111122223333:backup-job:b1",
        "b1",
        json!({"source_arn": volume_arn("vol-1"), "status": "PARTIAL", "status_message": null, "completed_at": "2026-11-22T06:00:00Z"}),
    );
    job["created_at"] = json!("2026-11-22T05:00:00Z");
    let jobs = World::new().volume("vol-1").with(job).protection(&volume_arn("vol-1")).jobs;
    assert_eq!(jobs.read().map(|jobs| (jobs.failed, jobs.unresolved.len())), Some((1, 1)));
}

#[test]
fn what_was_not_read_of_a_bucket_is_not_said_of_it() {
    let world = World::new()
        .with(bucket("enabled"))
        .changed("data", |bucket| drop(bucket["properties"].as_object_mut().unwrap().remove("lifecycle")));
    let facts = world.protection(BUCKET);
    assert!(facts.retention_days.is_unread() && facts.retention_endless.is_unread());
}

#[test]
fn how_far_back_automated_backups_go_is_not_guessed() {
    let world = World::new().with(database(json!("2026-11-22T06:55:00Z"))).changed("orders", |database| {
        database["properties"].as_object_mut().unwrap().remove("earliest_restorable_at");
    });
    let facts = world.protection(DATABASE);
    assert_eq!(facts.rpo_seconds.read(), Some(&Some(300)));
    assert!(facts.windows.is_unread() && facts.gaps.is_unread() && facts.oldest_age_seconds.is_unread());
}

fn account() -> Value {
    let mut line = resource("AWS::Account", "arn:aws:organizations::111122223333:account", ACCOUNT, json!({"enabled_regions": [REGION]}));
    line["region"] = json!("global");
    line
}

#[test]
fn a_copy_that_was_deleted_from_another_account_is_none() {
    let there = "arn:aws:backup:us-east-1:444455556666:backup-vault:copies";
    let mut job = resource(
        "AWS::Backup::CopyJob",
        "arn:aws:backup:us-east-1:111122223333:copy-job:c1",
        "c1",
        json!({"source_arn": volume_arn("vol-1"), "status": "COMPLETED", "destination_vault_arn": there, "retention_days": null}),
    );
    job["created_at"] = json!("2026-11-20T05:00:00Z");
    let world =
        || World::new().volume("vol-1").point(&volume_arn("vol-1"), "2026-11-20T04:00:00Z", json!({})).with(account()).with(job.clone());
    let newest = |world: World| match world.joined("arn:aws:organizations::111122223333:account") {
        Facts::Account(facts) => facts.newest_outside_age_seconds.read().copied(),
        other => panic!("an account: {other:?}"),
    };
    assert_eq!(newest(world()), Some(Some(2 * 86_400 + 2 * 3_600)), "nobody could look");
    let looked = |mut world: World| {
        let coverage: Vec<Value> = world.lines.iter().filter(|line| line["kind"] == "coverage").cloned().collect();
        for mut line in coverage {
            line["account"] = json!("444455556666");
            world.lines.push(line);
        }
        world.vault("copies", REGION, "444455556666", false)
    };
    assert_eq!(newest(looked(world())), Some(None));
    let copied = json!({"vault_arn": there, "source_vault_arn": VAULT});
    let mut received = looked(world()).point(&volume_arn("vol-1"), "2026-11-20T05:00:00Z", copied);
    received.lines.last_mut().unwrap()["account"] = json!("444455556666");
    assert_eq!(newest(received), Some(Some(2 * 86_400 + 2 * 3_600)));
}

#[test]
fn an_account_is_not_judged_without_all_of_its_regions() {
    let facts = |regions: Value| {
        let world = World::new()
            .volume("vol-1")
            .point(&volume_arn("vol-1"), "2026-11-20T04:00:00Z", json!({}))
            .with(account())
            .changed(ACCOUNT, |account| account["properties"]["enabled_regions"] = regions);
        match world.joined("arn:aws:organizations::111122223333:account") {
            Facts::Account(facts) => facts,
            other => panic!("an account: {other:?}"),
        }
    };
    let all = facts(json!([REGION]));
    assert_eq!((all.air_gapped_vaults.read(), all.newest_outside_age_seconds.read()), (Some(&0), Some(&None)));
    let some = facts(json!([REGION, "eu-west-1"]));
    assert_eq!(some.backups.read(), Some(&1), "what was seen stands");
    assert!(some.air_gapped_vaults.is_unread() && some.air_gapped_copies.is_unread() && some.newest_outside_age_seconds.is_unread());
}

#[test]
fn copies_that_a_mechanism_makes_which_does_not_count_do_not_count() {
    let mut replicated = resource(
        "AWS::RDS::DBInstanceAutomatedBackup",
        "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-1",
        "ab-1",
        json!({"source_arn": DATABASE, "status": "active", "latest_restorable_at": "2026-11-22T06:50:00Z", "earliest_restorable_at": null,
            "backup_retention_days": 7, "encrypted": true, "kms_key_arn": null, "source_region": REGION}),
    );
    replicated["region"] = json!("eu-west-1");
    let mut world = World::new().with(database(json!("2026-11-22T06:55:00Z"))).with(replicated);
    let coverage: Vec<Value> = world.lines.iter().filter(|line| line["kind"] == "coverage").cloned().collect();
    for mut line in coverage {
        line["region"] = json!("eu-west-1");
        world.lines.push(line);
    }
    let copies = |mechanisms: Vec<MechanismKind>| world.protection_of(DATABASE, mechanisms).copies.read().map(Vec::len);
    assert_eq!(copies(vec![MechanismKind::Automated]), Some(1));
    assert_eq!(copies(vec![MechanismKind::AwsBackup]), Some(0));
}

#[test]
fn a_completed_copy_job_shows_the_vault_of_an_account_that_nobody_read() {
    let there = "arn:aws:backup:eu-west-1:444455556666:backup-vault:copies";
    let world = |status: &str, retention_days: Value| {
        let mut job = resource(
            "AWS::Backup::CopyJob",
            "arn:aws:backup:us-east-1:111122223333:copy-job:c1",
            "c1",
            json!({"source_arn": volume_arn("vol-1"), "status": status, "destination_vault_arn": there, "retention_days": retention_days}),
        );
        job["created_at"] = json!("2026-11-20T05:00:00Z");
        let copies = json!([{"destination_vault_arn": there, "retention_days": null, "cold_after_days": null}]);
        World::new().volume("vol-1").daily_plan().changed("p1", |plan| plan["properties"]["rules"][0]["copies"] = copies).with(job)
    };
    let exists = |world: World| match world.joined(PLAN) {
        Facts::Plan(facts) => facts.rules.read().expect("rules")[0].copies.read().expect("copies")[0].exists.read().copied(),
        other => panic!("a plan: {other:?}"),
    };
    assert_eq!(exists(world("COMPLETED", Value::Null)), Some(true));
    assert_eq!(exists(world("COMPLETED", json!(7))), Some(true));
    // The copy was deleted, or was never made.
    assert_eq!(exists(world("COMPLETED", json!(1))), None);
    assert_eq!(exists(world("FAILED", Value::Null)), None);
    // If the destination was read, the job proves nothing.
    assert_eq!(exists(world("COMPLETED", Value::Null).vault("other", "eu-west-1", "444455556666", false)), None);
    assert_eq!(exists(world("FAILED", Value::Null).vault("copies", "eu-west-1", "444455556666", false)), Some(true));
}
