//! Amazon Redshift Serverless: recovery points protect for a day, and only snapshots are kept.

use crate::support::world::*;
use rel9::protection::facts::State;
use serde_json::{Value, json};

const SALES: &str = "arn:aws:redshift-serverless:us-east-1:111122223333:namespace/0b1c2d3e-1111-4222-8333-444455556666";
const HOUR: i64 = 3_600;

/// A namespace of 2026-01-01 with the recovery points of a day.
fn namespace(changes: Value) -> Value {
    let mut properties = json!({"status": "AVAILABLE", "kms_key_arn": null, "key_manager": "aws_owned", "key_state": null,
        "oldest_recovery_point_at": "2026-11-21T07:30:00Z", "newest_recovery_point_at": "2026-11-22T06:30:00Z",
        "scheduled_snapshots": [], "snapshot_copies": []});
    for (name, value) in changes.as_object().expect("changes") {
        match value {
            Value::String(text) if text == "unread" => drop(properties.as_object_mut().expect("properties").remove(name)),
            _ => properties[name] = value.clone(),
        }
    }
    resource("AWS::RedshiftServerless::Namespace", SALES, "sales", properties)
}

fn without_points(changes: Value) -> Value {
    let mut all = json!({"oldest_recovery_point_at": null, "newest_recovery_point_at": null});
    changes.as_object().expect("changes").iter().for_each(|(name, value)| all[name] = value.clone());
    namespace(all)
}

fn action(changes: Value) -> Value {
    let mut action = json!({"name": "nightly", "state": "ACTIVE", "schedule": "cron(0 1 * * ? *)", "retention_days": 30, "starts_at": null, "ends_at": null});
    changes.as_object().expect("changes").iter().for_each(|(name, value)| action[name] = value.clone());
    json!([action])
}

fn taken(id: &str, at: &str, changes: Value) -> Value {
    let mut properties = json!({"source_arn": SALES, "status": "AVAILABLE", "snapshot_type": "manual", "kms_key_arn": null, "shared_with": [],
        "retention_days": null});
    changes.as_object().expect("changes").iter().for_each(|(name, value)| properties[name] = value.clone());
    let arn = format!("arn:aws:redshift-serverless:us-east-1:111122223333:snapshot/{id}");
    let mut line = resource("AWS::RedshiftServerless::Snapshot", &arn, id, properties);
    line["created_at"] = json!(at);
    line
}

/// Each mechanism's source, whether it is on schedule, and how many days it keeps.
fn mechanisms(world: &World) -> Vec<(String, Option<bool>, Option<i64>)> {
    let facts = world.protection(SALES);
    let mechanisms = facts.mechanisms.read().expect("mechanisms").iter();
    mechanisms.map(|one| (one.source.clone(), one.on_schedule, one.retention_days.read().copied().flatten())).collect()
}

fn points() -> (String, Option<bool>, Option<i64>) {
    ("recovery points, kept 24 hours".to_owned(), Some(true), Some(1))
}

#[test]
fn recovery_points_protect_and_are_kept_a_day() {
    let facts = World::new().with(namespace(json!({}))).protection(SALES);
    assert_eq!((facts.state.read(), facts.on_schedule.read()), (Some(&State::Protected), Some(&true)));
    assert_eq!((facts.rpo_seconds.read(), facts.retention_days.read()), (Some(&Some(HOUR / 2)), Some(&Some(1))));
    assert_eq!(facts.due_seconds.read(), Some(&Some(24 * HOUR)));
    assert_eq!(facts.backups.read().map(Vec::len), Some(0));
}

#[test]
fn a_namespace_without_recovery_points_has_no_backup() {
    assert_eq!(World::new().with(without_points(json!({}))).state(SALES), Some(State::Unprotected));
    let by_hand = World::new().with(without_points(json!({}))).with(taken("by-hand", "2026-11-01T00:00:00Z", json!({})));
    assert_eq!((by_hand.state(SALES), by_hand.protection(SALES).on_schedule.read()), (Some(State::Protected), Some(&false)));
    // One that was made an hour ago may get its first recovery point soon.
    let mut young = without_points(json!({}));
    young["created_at"] = json!("2026-11-22T06:00:00Z");
    assert_eq!(mechanisms(&World::new().with(young)), [("recovery points, kept 24 hours".to_owned(), None, Some(1))]);
    for unread in ["newest_recovery_point_at", "oldest_recovery_point_at", "scheduled_snapshots"] {
        assert_eq!(World::new().with(without_points(json!({unread: "unread"}))).state(SALES), None, "{unread}");
    }
    assert_eq!(World::new().with(without_points(json!({}))).denied("redshift-serverless:ListSnapshots").state(SALES), None);
}

#[test]
fn scheduled_actions_keep_snapshots() {
    let nightly = |on_schedule| ("scheduled action nightly".to_owned(), on_schedule, Some(30));
    let of = |changes: Value, newest: &str| {
        let world = World::new().with(namespace(json!({"scheduled_snapshots": action(changes)})));
        mechanisms(&world.with(taken("nightly-1", newest, json!({"snapshot_type": "scheduled"}))))
    };
    assert_eq!(of(json!({}), "2026-11-22T01:00:00Z"), [points(), nightly(Some(true))]);
    assert_eq!(of(json!({}), "2026-11-19T01:00:00Z"), [points(), nightly(Some(false))]);
    // Switched off, over, or once: it makes no more of them.
    for changes in [json!({"state": "DISABLED"}), json!({"ends_at": "2026-11-22T02:00:00Z"}), json!({"schedule": null})] {
        assert_eq!(of(changes.clone(), "2026-11-22T01:00:00Z"), [points()], "{changes}");
    }
    let facts = World::new().with(namespace(json!({"scheduled_snapshots": action(json!({"retention_days": null}))}))).protection(SALES);
    assert_eq!((facts.retention_endless.read(), facts.state.read()), (Some(&true), Some(&State::Protected)));
}

#[test]
fn an_action_that_was_not_read_is_neither_on_nor_off() {
    for part in ["state", "schedule", "retention_days"] {
        let mut unread = action(json!({}));
        unread[0].as_object_mut().expect("an action").remove(part);
        let facts = World::new().with(namespace(json!({"scheduled_snapshots": unread}))).protection(SALES);
        assert!(facts.retention_days.is_unread() || facts.mechanisms.is_unread(), "{part}: {facts:?}");
    }
}

#[test]
fn only_a_complete_snapshot_can_be_restored() {
    for (status, state) in [("AVAILABLE", State::Protected), ("CREATING", State::Unprotected), ("FAILED", State::Unprotected)] {
        let world = World::new().with(without_points(json!({}))).with(taken("s", "2026-11-22T05:00:00Z", json!({"status": status})));
        assert_eq!(world.state(SALES), Some(state), "{status}");
    }
}

#[test]
fn copies_in_another_region() {
    let copies = json!([{"destination_region": "eu-west-1", "retention_days": 14}]);
    let world = World::new().with(namespace(json!({"scheduled_snapshots": action(json!({})), "snapshot_copies": copies})));
    let facts = world.protection(SALES);
    let kept: Vec<_> = facts.copy_retention.read().expect("kept").iter().map(|one| one.retention_days.read().copied().flatten()).collect();
    assert_eq!(kept, [Some(14)]);
    let schedules = facts.copy_schedules.read().expect("schedules");
    assert_eq!((schedules[0].region.as_str(), schedules[0].interval_seconds), ("eu-west-1", Some(48 * HOUR - 1)));
    let unread = World::new().with(namespace(json!({"snapshot_copies": "unread"}))).protection(SALES);
    assert!(unread.copy_retention.is_unread() && unread.copy_schedules.is_unread());
}
