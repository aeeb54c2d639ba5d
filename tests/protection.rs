//! The join, through small inventories: what each resource's protection is, and why it is unknown when something was not read.

#![cfg(feature = "live")] // the list of operations comes from the readers

use rel9::inventory::{Shard, document};
use rel9::protection::facts::{Facts, Joined, Protection, State};
use rel9::protection::{self, Owed, Summaries, summarise};
use serde_json::{Value, json};
use std::path::Path;

const ACCOUNT: &str = "111122223333";
const REGION: &str = "us-east-1";
const AS_OF: &str = "2026-11-22T07:00:00Z";

/// An inventory of one shard in which every call answered.
struct World {
    lines: Vec<Value>,
}

impl World {
    fn new() -> Self {
        let header = json!({"kind": "header", "schema": "rel9.inventory/1", "captured_at": AS_OF, "source": "test"});
        let coverage = rel9::aws::operations().into_iter().map(|operation| {
            json!({"kind": "coverage", "account": ACCOUNT, "region": REGION, "service": operation.service, "operation": operation.name,
                   "status": "ok", "items": 0, "error": null})
        });
        let mut lines: Vec<Value> = std::iter::once(header).chain(coverage).collect();
        lines.push(resource("AWS::Region", "arn:aws:account:us-east-1:111122223333:region", REGION, json!({"opt_in": {"EBS": true}})));
        World { lines }
    }

    fn with(mut self, line: Value) -> Self {
        self.lines.push(line);
        self
    }

    fn denied(mut self, operation: &str) -> Self {
        for line in &mut self.lines {
            if line["kind"] == "coverage"
                && format!("{}:{}", line["service"].as_str().unwrap(), line["operation"].as_str().unwrap()) == operation
            {
                line["status"] = json!("denied");
            }
        }
        self
    }

    /// A volume of 2026-01-01 with a tag.
    fn volume(self, id: &str) -> Self {
        let properties = json!({"status": "in-use", "encrypted": true, "kms_key_arn": null, "attachments": [], "source_snapshot_id": null});
        self.with(resource("AWS::EC2::Volume", &volume_arn(id), id, properties))
    }

    /// A daily plan with a start window of an hour that selects the tag `backup=daily`, and its vault.
    fn daily_plan(self) -> Self {
        self.plan("cron(0 5 ? * * *)", json!({"list_of_tags": [{"key": "backup", "value": "daily"}], "resources": []}))
    }

    fn plan(self, schedule: &str, selection: Value) -> Self {
        let rule = json!({"id": "r1", "name": "daily", "vault": "main", "schedule": schedule, "timezone": null, "start_window_minutes": 60,
                          "completion_window_minutes": 120, "continuous": false, "retention_days": 35, "cold_after_days": null, "copies": [], "air_gapped_vault_arn": null});
        let mut properties =
            json!({"plan_arn": PLAN, "role_arn": null, "not_resources": [], "list_of_tags": [], "resources": [], "conditions": {}});
        for (name, value) in selection.as_object().unwrap() {
            properties[name] = value.clone();
        }
        self.with(resource("AWS::Backup::BackupPlan", PLAN, "p1", json!({"rules": [rule], "last_execution_at": null})))
            .with(resource("AWS::Backup::BackupSelection", &format!("{PLAN}/selection/s1"), "s1", properties))
            .vault("main", REGION, ACCOUNT, false)
    }

    fn vault(self, name: &str, region: &str, account: &str, locked: bool) -> Self {
        let arn = format!("arn:aws:backup:{region}:{account}:backup-vault:{name}");
        let mut line = resource(
            "AWS::Backup::BackupVault",
            &arn,
            name,
            json!({"vault_type": "BACKUP_VAULT", "locked": locked, "lock_at": null,
            "min_retention_days": null, "max_retention_days": null, "policy": null}),
        );
        line["region"] = json!(region);
        line["account"] = json!(account);
        self.with(line)
    }

    fn point(self, source: &str, at: &str, extra: Value) -> Self {
        let arn = format!("arn:aws:ec2:us-east-1::snapshot/snap-{}", self.lines.len());
        let mut properties = json!({"source_arn": source, "vault_arn": VAULT, "status": "COMPLETED", "encrypted": true, "kms_key_arn": null,
            "continuous": false, "rule_id": "r1", "plan_arn": PLAN, "retention_days": 35, "completed_at": at, "source_vault_arn": null,
            "last_restored_at": null, "cold_after_days": null, "storage_class": "WARM", "parent_arn": null});
        for (name, value) in extra.as_object().unwrap() {
            properties[name] = value.clone();
        }
        let mut line = resource("AWS::Backup::RecoveryPoint", &arn, &arn, properties);
        line["created_at"] = json!(at);
        self.with(line)
    }

    fn shards(&self) -> Vec<Shard> {
        let text: String = self.lines.iter().map(|line| format!("{line}\n")).collect();
        document::read(text.as_bytes(), Path::new("test.ndjson")).expect("a valid inventory")
    }

    fn joined(&self, arn: &str) -> Joined {
        let shards = self.shards();
        let summaries: Summaries = shards.iter().map(summarise).collect();
        for shard in &shards {
            let owed =
                vec![Owed { mechanisms: rel9::audit::objective::ALL_MECHANISMS.to_vec(), reproducible: false }; shard.resources.len()];
            let joined = protection::join(shard, &summaries, AS_OF.parse().unwrap(), &owed);
            if let Some(at) = shard.resources.iter().position(|resource| resource.arn == arn) {
                return joined[at].clone();
            }
        }
        panic!("{arn} is not in the inventory");
    }

    fn protection(&self, arn: &str) -> Protection {
        match self.joined(arn).facts {
            Facts::Data(facts) => *facts,
            other => panic!("{arn} holds no data: {other:?}"),
        }
    }

    fn state(&self, arn: &str) -> Option<State> {
        self.protection(arn).state.read().copied()
    }
}

const PLAN: &str = "arn:aws:backup:us-east-1:111122223333:backup-plan:p1";
const VAULT: &str = "arn:aws:backup:us-east-1:111122223333:backup-vault:main";

fn volume_arn(id: &str) -> String {
    format!("arn:aws:ec2:us-east-1:111122223333:volume/{id}")
}

fn resource(type_name: &str, arn: &str, id: &str, properties: Value) -> Value {
    json!({"kind": "resource", "type": type_name, "arn": arn, "account": ACCOUNT, "region": REGION, "id": id,
           "created_at": "2026-01-01T00:00:00Z", "tags": {"backup": "daily"}, "properties": properties})
}

fn snapshot(id: &str, at: &str, made_by: Value) -> Value {
    let mut line = resource(
        "AWS::EC2::Snapshot",
        &format!("arn:aws:ec2:us-east-1::snapshot/{id}"),
        id,
        json!({
        "source_arn": volume_arn("vol-1"), "status": "completed", "encrypted": true, "kms_key_arn": null, "storage_tier": "standard",
        "public": false, "shared_with": [], "lock": null, "made_by": made_by, "copied_from": null}),
    );
    line["created_at"] = json!(at);
    line
}

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
    assert_eq!(reach.interval_seconds, rel9::inventory::Fact::Read(Some(86_400)));
    assert!(reach.due, "its first run with its windows is long over");
}

#[test]
fn a_fresh_recovery_point_protects_and_an_old_one_is_stale() {
    let world = |at| World::new().volume("vol-1").daily_plan().point(&volume_arn("vol-1"), at, json!({}));
    assert_eq!(world("2026-11-22T05:10:00Z").state(&volume_arn("vol-1")), Some(State::Protected));
    // A day plus the start window of an hour is allowed, a minute more is late.
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
    assert_eq!(world.state(&volume_arn("vol-1")), Some(State::Protected));
}

#[test]
fn what_was_denied_makes_the_state_unknown_unless_something_else_protects() {
    let bare = World::new().volume("vol-1").denied("ec2:DescribeSnapshots");
    let joined = bare.joined(&volume_arn("vol-1"));
    let Facts::Data(facts) = &joined.facts else { panic!("data") };
    assert!(facts.state.is_unread());
    assert_eq!(joined.unread["state"], ["ec2:DescribeSnapshots denied in 111122223333/us-east-1"]);
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
    let joined = world.joined(&volume_arn("vol-1"));
    assert!(joined.unread["state"][0].starts_with("backup:ListRecoveryPointsByBackupVault not called"), "{:?}", joined.unread);
}

fn instance(volumes: &[&str]) -> Value {
    let volumes: Vec<Value> =
        volumes.iter().map(|id| json!({"volume_id": id, "device": "/dev/xvda", "delete_on_termination": true})).collect();
    resource(
        "AWS::EC2::Instance",
        "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
        "i-1",
        json!({
        "status": "running", "image_id": null, "root_device": "/dev/xvda", "volumes": volumes, "autoscaling_group": null, "spot": false}),
    )
}

fn attached(mut world: World, id: &str) -> World {
    for line in &mut world.lines {
        if line["id"] == id {
            line["properties"]["attachments"] = json!([{"instance_id": "i-1", "device": "/dev/xvda", "delete_on_termination": true}]);
            line["tags"] = json!({});
        }
    }
    world
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
    // In a vault that was looked into, only what lies there counts.
    let read_there = |mut world: World| {
        for operation in ["ListBackupVaults", "ListRecoveryPointsByBackupVault"] {
            world = world.with(json!({"kind": "coverage", "account": ACCOUNT, "region": "eu-west-1", "service": "backup", "operation": operation, "status": "ok", "items": 0, "error": null}));
        }
        world.vault("copies", "eu-west-1", ACCOUNT, true)
    };
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
    let Facts::Vault(vault) = world.joined(VAULT).facts else { panic!("a vault") };
    let orphans = vault.orphans.read().unwrap();
    assert_eq!(orphans.len(), 1);
    assert!(!orphans[0].ends);
    let Facts::Vault(vault) = world.denied("ec2:DescribeVolumes").joined(VAULT).facts else { panic!("a vault") };
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
    assert_eq!(gaps, [(2, 0), (26, 2), (98, 26)]);
    assert_eq!(facts.rpo_seconds.read(), Some(&Some(7_200)));
    assert_eq!(facts.recovery_points.read().unwrap().largest_gap_seconds, Some(72 * 3_600));
}
