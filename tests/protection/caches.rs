//! Caches: data only where something asks for their backups; daily snapshots, and whose they are.

use crate::support::world::*;
use rel9::protection::facts::State;
use serde_json::{Value, json};

fn arn(kind: &str, id: &str) -> String {
    format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:{kind}:{id}")
}

fn group(days: i64, more: Value) -> Value {
    let mut properties = json!({"status": "available", "engine": "valkey", "encrypted": true, "kms_key_arn": null, "key_manager": "aws_owned",
        "key_state": null, "backup_retention_days": days, "snapshot_window": "03:00-04:00", "durability": "disabled", "global_role": null,
        "members": ["sessions-001", "sessions-002"]});
    more.as_object().expect("properties").iter().for_each(|(name, value)| properties[name] = value.clone());
    resource("AWS::ElastiCache::ReplicationGroup", &arn("replicationgroup", "sessions"), "sessions", properties)
}

fn snapshot_of(source: &str, at: Option<&str>, kind: &str) -> Value {
    let properties = json!({"source_arn": source, "status": "available", "engine": "valkey", "snapshot_type": kind, "encrypted": true,
        "kms_key_arn": null, "key_manager": "aws_owned", "key_state": null});
    let mut line = resource("AWS::ElastiCache::Snapshot", &arn("snapshot", "s1"), "s1", properties);
    line["created_at"] = json!(at);
    line
}

fn sessions() -> String {
    arn("replicationgroup", "sessions")
}

fn counts(world: &World, arn: &str) -> Option<bool> {
    world.protection(arn).counts_as_data.read().copied()
}

#[test]
fn a_cache_counts_as_data_only_if_something_asks_for_its_backups() {
    let world = |days, more| World::new().with(group(days, more));
    assert_eq!(counts(&world(0, json!({})), &sessions()), Some(false));
    assert_eq!(counts(&world(1, json!({})), &sessions()), Some(true));
    for mode in ["sync", "async"] {
        assert_eq!(counts(&world(0, json!({"durability": mode})), &sessions()), Some(true), "{mode}");
    }
    let manual = world(0, json!({})).with(snapshot_of(&sessions(), Some("2026-11-20T03:00:00Z"), "manual"));
    assert_eq!(counts(&manual, &sessions()), Some(true));
    // Whether it is data does not depend on what its objective accepts.
    let facts = manual.protection_of(&sessions(), vec![rel9::protection::facts::MechanismKind::AwsBackup]);
    assert_eq!(facts.counts_as_data.read(), Some(&true));
    // No plan reaches it, whatever it selects.
    let planned = world(0, json!({})).plan("cron(0 5 ? * * *)", json!({"resources": ["*"]}));
    assert_eq!(counts(&planned, &sessions()), Some(false));
    assert_eq!(planned.protection(&sessions()).considered.read().map(Vec::len), Some(0));
}

#[test]
fn whether_it_counts_is_unknown_while_its_backups_or_settings_are() {
    let denied = World::new().with(group(0, json!({}))).denied("elasticache:DescribeSnapshots");
    let facts = denied.protection(&sessions());
    assert!(facts.counts_as_data.is_unread() && facts.state.is_unread());
    assert_eq!(facts.counts_as_data.reasons(), ["elasticache:DescribeSnapshots denied in 111122223333/us-east-1"]);
    for property in ["durability", "backup_retention_days"] {
        let unread = World::new().with(group(0, json!({}))).changed("sessions", |line| {
            line["properties"].as_object_mut().expect("properties").remove(property);
        });
        assert_eq!(counts(&unread, &sessions()), None, "{property}");
    }
    // What is read suffices.
    let durable = World::new().with(group(0, json!({"durability": "sync"}))).denied("elasticache:DescribeSnapshots");
    assert_eq!(counts(&durable, &sessions()), Some(true));
}

#[test]
fn daily_snapshots_are_late_when_one_is_missing() {
    let world = |at| World::new().with(group(7, json!({}))).with(snapshot_of(&sessions(), Some(at), "automated"));
    assert_eq!(world("2026-11-22T03:10:00Z").state(&sessions()), Some(State::Protected));
    assert_eq!(world("2026-11-21T01:00:00Z").state(&sessions()), Some(State::Protected), "a day, and the time that a snapshot takes");
    assert_eq!(world("2026-11-21T00:59:00Z").state(&sessions()), Some(State::Stale));
    let facts = world("2026-11-22T03:10:00Z").protection(&sessions());
    let mechanism = &facts.mechanisms.read().expect("mechanisms")[0];
    assert_eq!((mechanism.source.as_str(), mechanism.automatic), ("daily snapshots of Amazon ElastiCache", true));
    assert_eq!(facts.retention_days.read(), Some(&Some(7)));
    assert_eq!(World::new().with(group(7, json!({}))).state(&sessions()), Some(State::Unprotected), "none was ever taken");
}

/// A name is not an identity: the snapshots of a deleted cache keep its name.
#[test]
fn snapshots_of_an_earlier_cache_of_this_name_do_not_count() {
    let before = World::new().with(group(0, json!({}))).with(snapshot_of(&sessions(), Some("2025-12-31T03:00:00Z"), "manual"));
    assert_eq!(counts(&before, &sessions()), Some(false));
    let daily = World::new().with(group(7, json!({}))).with(snapshot_of(&sessions(), Some("2025-12-31T03:00:00Z"), "manual"));
    assert_eq!(daily.state(&sessions()), Some(State::Unprotected));
}

#[test]
fn a_snapshot_without_a_date_is_unknown_and_never_now() {
    let world = World::new().with(group(7, json!({}))).with(snapshot_of(&sessions(), None, "automated"));
    let facts = world.protection(&sessions());
    assert!(facts.state.is_unread() && facts.backups.is_unread() && facts.rpo_seconds.is_unread());
    let reasons = facts.state.reasons();
    assert!(reasons.contains(&format!("the date of {} was not read", arn("snapshot", "s1"))), "{reasons:?}");
}

#[test]
fn a_node_of_a_group_is_judged_with_the_group() {
    let cluster = |of: Value| {
        let properties = json!({"status": "available", "engine": "redis", "replication_group_id": of, "encrypted": false,
            "backup_retention_days": 3, "snapshot_window": null});
        let line = resource("AWS::ElastiCache::CacheCluster", &arn("cluster", "alone"), "alone", properties);
        World::new().with(line).shards()[0].resources.iter().any(rel9::protection::is_cluster_member)
    };
    assert!(cluster(json!("sessions")));
    assert!(!cluster(Value::Null));
}

/// ElastiCache deletes the daily snapshots of serverless caches at their expiry.
#[test]
fn a_serverless_snapshot_that_has_expired_is_gone() {
    let cache = arn("serverlesscache", "carts");
    let world = |expires: Value| {
        let properties = json!({"status": "available", "engine": "memcached", "kms_key_arn": null, "key_manager": "aws_owned", "key_state": null,
            "backup_retention_days": 2, "snapshot_time": "03:00"});
        let snapshot = json!({"source_arn": cache, "status": "available", "engine": "memcached", "snapshot_type": "automated", "encrypted": true,
            "kms_key_arn": null, "key_manager": "aws_owned", "key_state": null, "expires_at": expires});
        let mut snapshot = resource("AWS::ElastiCache::ServerlessCacheSnapshot", &arn("serverlesscachesnapshot", "d"), "d", snapshot);
        snapshot["created_at"] = json!("2026-11-22T03:00:00Z");
        World::new().with(resource("AWS::ElastiCache::ServerlessCache", &cache, "carts", properties)).with(snapshot)
    };
    assert_eq!(world(json!("2026-11-24T03:00:00Z")).state(&cache), Some(State::Protected));
    assert_eq!(world(Value::Null).state(&cache), Some(State::Protected));
    assert_eq!(world(json!("2026-11-22T06:00:00Z")).state(&cache), Some(State::Unprotected));
}

/// AWS Backup does not know caches: what it refuses to tell leaves nothing of them open. Restores show nowhere.
#[test]
fn what_aws_backup_does_not_tell_is_no_doubt_about_a_cache() {
    let mut world = World::new().with(group(7, json!({}))).with(snapshot_of(&sessions(), Some("2026-11-22T03:10:00Z"), "automated"));
    for operation in ["backup:ListBackupPlans", "backup:ListRecoveryPointsByBackupVault", "backup:ListRestoreJobs"] {
        world = world.denied(operation);
    }
    let facts = world.protection(&sessions());
    assert_eq!((facts.state.read(), facts.plans.read().map(Vec::len)), (Some(&State::Protected), Some(0)));
    assert_eq!(facts.restore_tests.read().map(|tests| tests.count), Some(0));
    assert!(facts.restores_shown.reasons()[0].starts_with("AWS does not show restores of AWS::ElastiCache::ReplicationGroup"));
}

/// MemoryDB tells no date of a cluster: whose its older snapshots are can be unknown.
#[test]
fn a_memory_cluster_whose_snapshots_may_be_of_a_namesake_is_unknown() {
    let cluster = "arn:aws:memorydb:us-east-1:111122223333:cluster/carts";
    let world = |own: Value, source: Value| {
        let mut properties = json!({"status": "available", "engine": "valkey", "kms_key_arn": null, "key_manager": "aws_owned", "key_state": null,
            "backup_retention_days": 7, "snapshot_window": null, "oldest_node_at": "2026-11-20T00:00:00Z"});
        let mut snapshot = json!({"status": "available", "snapshot_type": "automated", "kms_key_arn": null, "key_manager": "aws_owned", "key_state": null});
        if own != Value::Null {
            properties["snapshots_are_own"] = own;
            snapshot["source_arn"] = source;
        }
        let mut cluster = resource("AWS::MemoryDB::Cluster", cluster, "carts", properties);
        cluster["created_at"] = Value::Null;
        let mut snapshot = resource("AWS::MemoryDB::Snapshot", "arn:aws:memorydb:us-east-1:111122223333:snapshot/d", "d", snapshot);
        snapshot["created_at"] = json!("2026-11-22T03:00:00Z");
        World::new().with(cluster).with(snapshot)
    };
    let facts = world(json!(true), json!(cluster)).protection(cluster);
    assert_eq!((facts.state.read(), facts.counts_as_data.read()), (Some(&State::Protected), Some(&true)));
    assert_eq!(facts.recovery_points.read().map(|points| points.unencrypted), Some(0));
    assert_eq!(world(Value::Null, Value::Null).state(cluster), None);
}
