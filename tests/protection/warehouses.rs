//! Amazon Redshift: which snapshots are backups of a cluster, and when they are late.

use crate::support::world::*;
use rel9::protection::facts::State;
use serde_json::{Value, json};

const SALES: &str = "arn:aws:redshift:us-east-1:111122223333:cluster:sales";
const HOUR: i64 = 3_600;

/// A cluster of 2026-01-01 that keeps automated snapshots a week.
fn cluster(changes: Value) -> Value {
    let mut properties = json!({"status": "available", "node_type": "ra3.large", "encrypted": true, "kms_key_arn": null, "key_manager": "aws_owned",
        "key_state": null, "backup_retention_days": 7, "snapshot_schedule": null, "snapshot_schedule_state": null,
        "snapshot_schedule_definitions": null, "snapshot_copy": null});
    for (name, value) in changes.as_object().expect("changes") {
        match value {
            Value::String(text) if text == "unread" => drop(properties.as_object_mut().expect("properties").remove(name)),
            _ => properties[name] = value.clone(),
        }
    }
    resource("AWS::Redshift::Cluster", SALES, "sales", properties)
}

fn scheduled(definitions: Value) -> Value {
    cluster(json!({"snapshot_schedule": "nightly", "snapshot_schedule_state": "ACTIVE", "snapshot_schedule_definitions": definitions}))
}

fn taken(id: &str, at: &str, changes: Value) -> Value {
    let mut properties = json!({"source_arn": SALES, "source_created_at": "2026-01-01T00:00:00Z", "status": "available", "snapshot_type": "automated",
        "encrypted": true, "kms_key_arn": null, "shared_with": [], "copied_from_region": null, "retention_days": null});
    changes.as_object().expect("changes").iter().for_each(|(name, value)| properties[name] = value.clone());
    let mut line =
        resource("AWS::Redshift::Snapshot", &format!("arn:aws:redshift:us-east-1:111122223333:snapshot:sales/{id}"), id, properties);
    line["created_at"] = json!(at);
    line
}

fn world(cluster: Value, newest: &str) -> World {
    World::new().with(cluster).with(taken("rs:sales", newest, json!({})))
}

fn intervals(world: &World) -> Vec<(bool, Option<i64>, Option<i64>)> {
    let mechanisms = world.protection(SALES).mechanisms;
    let mechanisms = mechanisms.read().expect("mechanisms").iter();
    mechanisms.map(|one| (one.automatic, one.interval_seconds.read().copied().flatten(), one.allowed_age_seconds)).collect()
}

/// By default a snapshot is made about every eight hours: one is late when a whole run is missing.
#[test]
fn automated_snapshots_are_late_after_two_runs() {
    let states = |newest: &str| {
        let facts = world(cluster(json!({})), newest).protection(SALES);
        (facts.state.read().copied(), facts.on_schedule.read().copied())
    };
    assert_eq!(intervals(&world(cluster(json!({})), "2026-11-22T02:00:00Z")), [(true, Some(8 * HOUR), Some(16 * HOUR - 1))]);
    assert_eq!(states("2026-11-21T15:00:01Z"), (Some(State::Protected), Some(true)));
    assert_eq!(states("2026-11-21T15:00:00Z"), (Some(State::Stale), Some(false)));
    // Nothing is due yet of a cluster that was made an hour ago, and something is of an old one.
    let mut young = cluster(json!({}));
    young["created_at"] = json!("2026-11-22T06:00:00Z");
    assert_eq!(World::new().with(young).on_schedule(SALES)["automated snapshots"], None);
    assert_eq!(World::new().with(cluster(json!({}))).on_schedule(SALES)["automated snapshots"], Some(false));
}

/// With a snapshot schedule, its largest gap counts, and not eight hours.
#[test]
fn a_snapshot_schedule_takes_the_place_of_the_default_one() {
    let a_day = world(scheduled(json!(["cron(30 1 *)"])), "2026-11-21T12:00:00Z");
    assert_eq!(intervals(&a_day), [(true, Some(24 * HOUR), Some(48 * HOUR - 1))]);
    assert_eq!(a_day.protection(SALES).on_schedule.read(), Some(&true));
    let hourly = world(scheduled(json!(["rate(1 hour)"])), "2026-11-22T04:59:00Z");
    assert_eq!(hourly.protection(SALES).state.read(), Some(&State::Stale));
    let both = world(scheduled(json!(["cron(0 22 MON-FRI)", "cron(0 10 SAT,SUN)"])), "2026-11-21T10:00:00Z");
    assert_eq!(intervals(&both), [(true, Some(36 * HOUR), Some(72 * HOUR - 1))]);
}

#[test]
fn a_schedule_that_does_not_run_makes_no_snapshots() {
    let failed = cluster(
        json!({"snapshot_schedule": "nightly", "snapshot_schedule_state": "FAILED", "snapshot_schedule_definitions": ["rate(12 hours)"]}),
    );
    for (cluster, why) in [
        (failed, "snapshot schedule nightly has failed"),
        (scheduled(json!([])), "snapshot schedule nightly has no definition"),
        (scheduled(Value::Null), "snapshot schedule nightly does not exist"),
    ] {
        let facts = world(cluster.clone(), "2026-11-22T05:00:00Z").protection(SALES);
        assert_eq!((facts.state.read(), facts.on_schedule.read()), (Some(&State::Protected), Some(&false)), "{why}");
        assert!(facts.explanation.read().is_some_and(|text| text.contains(why)), "{:?}", facts.explanation);
        assert_eq!(facts.retention_days.read(), Some(&None), "{why}");
        assert_eq!(World::new().with(cluster).state(SALES), Some(State::Unprotected), "{why}");
    }
}

#[test]
fn a_schedule_that_was_not_read_is_neither_kept_nor_missed() {
    for cluster in [
        cluster(json!({"snapshot_schedule": "unread"})),
        cluster(
            json!({"snapshot_schedule": "nightly", "snapshot_schedule_state": "unread", "snapshot_schedule_definitions": ["rate(12 hours)"]}),
        ),
        scheduled(json!("unread")),
        scheduled(json!(["at(2026-12-01T00:00:00)"])),
    ] {
        let facts = world(cluster, "2026-11-22T05:00:00Z").protection(SALES);
        assert!(facts.state.is_unread() && facts.on_schedule.is_unread() && facts.retention_days.is_unread(), "{facts:?}");
        assert_eq!(facts.rpo_seconds.read(), Some(&Some(2 * HOUR)));
    }
}

#[test]
fn a_paused_cluster_makes_no_snapshots_and_has_no_new_data() {
    let facts = world(cluster(json!({"status": "paused"})), "2026-08-01T00:00:00Z").protection(SALES);
    assert_eq!((facts.state.read(), facts.on_schedule.read()), (Some(&State::Protected), Some(&true)));
}

#[test]
fn a_retention_of_nothing_switches_them_off() {
    let off = World::new().with(cluster(json!({"backup_retention_days": 0})));
    assert_eq!(off.state(SALES), Some(State::Unprotected));
    let by_hand = off.with(taken("by-hand", "2026-11-01T00:00:00Z", json!({"snapshot_type": "manual"}))).protection(SALES);
    assert_eq!((by_hand.state.read(), by_hand.on_schedule.read()), (Some(&State::Protected), Some(&false)));
    assert_eq!(World::new().with(cluster(json!({"backup_retention_days": "unread"}))).state(SALES), None);
}

/// A name is not an identity: manual snapshots of a deleted cluster keep its name.
#[test]
fn a_later_cluster_does_not_inherit_the_snapshots_of_an_earlier_one_with_its_name() {
    let earlier = json!({"source_arn": format!("{SALES}/2024-01-01T00:00:00Z"), "source_created_at": "2024-01-01T00:00:00Z", "snapshot_type": "manual"});
    let off = || World::new().with(cluster(json!({"backup_retention_days": 0})));
    assert_eq!(off().with(taken("old", "2025-06-01T00:00:00Z", earlier)).state(SALES), Some(State::Unprotected));
    // Of an inventory in which only the name was compared, the dates still tell.
    assert_eq!(off().with(taken("old", "2025-06-01T00:00:00Z", json!({}))).state(SALES), Some(State::Unprotected));
}

#[test]
fn only_a_complete_snapshot_can_be_restored() {
    for (status, state) in [
        ("available", State::Protected),
        ("final snapshot", State::Unprotected),
        ("creating", State::Unprotected),
        ("failed", State::Unprotected),
    ] {
        let world = World::new().with(cluster(json!({"backup_retention_days": 0}))).with(taken(
            "s",
            "2026-11-22T05:00:00Z",
            json!({"status": status, "snapshot_type": "manual"}),
        ));
        assert_eq!(world.state(SALES), Some(state), "{status}");
    }
}

/// The snapshot of AWS Backup is the recovery point; if the vaults could not be read, it is one all the same.
#[test]
fn a_backup_of_aws_backup_counts_once() {
    let snapshot = taken("awsbackup:job-1", "2026-11-20T05:00:00Z", json!({"snapshot_type": "manual"}));
    let world = World::new().with(cluster(json!({"backup_retention_days": 0}))).vault("main", REGION, ACCOUNT, false).with(snapshot).point(
        SALES,
        "2026-11-20T05:00:00Z",
        json!({}),
    );
    let kinds = |facts: &rel9::protection::facts::Protection| {
        facts
            .backups
            .read()
            .map(|backups| backups.iter().map(|backup| serde_json::to_value(backup.kind).expect("a kind")).collect::<Vec<_>>())
    };
    assert_eq!(kinds(&world.protection(SALES)), Some(vec![json!("aws_backup")]));
}

/// Redshift copies to one other Region, and keeps the copies by settings of their own.
#[test]
fn copies_in_another_region() {
    let copy = |changes: Value| {
        let mut copy = json!({"destination_region": "eu-west-1", "retention_days": 3, "manual_retention_days": null, "grant_name": "g"});
        changes.as_object().expect("changes").iter().for_each(|(name, value)| copy[name] = value.clone());
        cluster(json!({"snapshot_copy": copy}))
    };
    let mut there = taken("copy:rs:sales", "2026-11-22T02:00:00Z", json!({"copied_from_region": "us-east-1"}));
    there["region"] = json!("eu-west-1");
    there["arn"] = json!("arn:aws:redshift:eu-west-1:111122223333:snapshot:sales/copy");
    let mut of_the_first = there.clone();
    of_the_first["created_at"] = json!("2025-06-01T00:00:00Z");
    of_the_first["arn"] = json!("arn:aws:redshift:eu-west-1:111122223333:snapshot:sales/old");
    let mut incomplete = there.clone();
    incomplete["properties"]["status"] = json!("creating");
    incomplete["arn"] = json!("arn:aws:redshift:eu-west-1:111122223333:snapshot:sales/next");
    let world = World::new().with(copy(json!({}))).with(there).with(of_the_first).with(incomplete);
    let facts = world.protection(SALES);
    let kept: Vec<(String, Option<i64>)> = facts
        .copy_retention
        .read()
        .expect("the retention of copies")
        .iter()
        .map(|one| (one.source.clone(), one.retention_days.read().copied().flatten()))
        .collect();
    let named = |kind: &str, days| (format!("{kind} snapshots copied to eu-west-1"), days);
    assert_eq!(kept, [named("automated", Some(3)), named("manual", None)]);
    let schedules = facts.copy_schedules.read().expect("schedules of copies");
    assert_eq!((schedules[0].region.as_str(), schedules[0].interval_seconds), ("eu-west-1", Some(16 * HOUR - 1)));
    // The copies themselves show in the other Region: see `sources/live.rs`.
    let off = cluster(json!({"backup_retention_days": 0, "snapshot_copy": {"destination_region": "eu-west-1", "retention_days": 3,
        "manual_retention_days": 30, "grant_name": null}}));
    let facts = World::new().with(off).protection(SALES);
    assert_eq!(facts.copy_schedules.read().map(Vec::len), Some(0), "nothing is made that could be copied");
    assert_eq!(facts.copy_retention.read().map(Vec::len), Some(1));
}

#[test]
fn automated_snapshots_have_the_retention_of_the_cluster() {
    let facts = world(cluster(json!({})), "2026-11-22T05:00:00Z").protection(SALES);
    assert_eq!((facts.retention_days.read(), facts.retention_endless.read()), (Some(&Some(7)), Some(&false)));
    assert_eq!(facts.due_seconds.read(), Some(&Some(7 * 24 * HOUR)));
    let denied = world(cluster(json!({})), "2026-11-22T05:00:00Z").denied("redshift:DescribeClusterSnapshots").protection(SALES);
    assert!(denied.backups.is_unread() && denied.rpo_seconds.is_unread());
    assert_eq!(World::new().with(cluster(json!({}))).denied("redshift:DescribeClusterSnapshots").state(SALES), None);
}
