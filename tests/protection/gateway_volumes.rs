//! Volumes of AWS Storage Gateway: their backups are EBS snapshots, and a volume of either service shows a restore.

use crate::support::world::*;
use rel9::protection::facts::{MechanismKind, State};
use serde_json::{Value, json};

const GATEWAY: &str = "arn:aws:storagegateway:us-east-1:111122223333:gateway/sgw-12A3456B";

fn arn(id: &str) -> String {
    format!("{GATEWAY}/volume/{id}")
}

fn volume(id: &str, created_at: &str, interval_hours: Value, source: Value) -> Value {
    let properties = json!({"status": "AVAILABLE", "volume_type": "CACHED iSCSI", "kms_key_arn": null, "key_manager": "aws_owned",
        "key_state": null, "source_snapshot_id": source, "snapshot_interval_hours": interval_hours, "size_bytes": 1});
    let mut line = resource("AWS::StorageGateway::Volume", &arn(id), id, properties);
    line["created_at"] = json!(created_at);
    line
}

/// A snapshot of a volume, by its id in EC2.
fn snapshot_of(id: &str, volume: &str, at: &str) -> Value {
    let mut line = snapshot(id, at, Value::Null);
    line["properties"]["source_arn"] = json!(volume_arn(volume));
    line
}

/// A volume with a daily schedule, whose newest snapshot is of this moment.
fn scheduled(at: &str) -> World {
    let files = volume("vol-1122AABB", "2026-01-01T00:00:00Z", json!(24), Value::Null);
    World::new().with(files).with(snapshot_of("snap-1", "vol-1122aabb", at))
}

#[test]
fn a_schedule_is_kept_or_late() {
    let protection = scheduled("2026-11-22T03:00:00Z").protection(&arn("vol-1122AABB"));
    let mechanisms = protection.mechanisms.read().expect("mechanisms");
    let found: Vec<_> = mechanisms.iter().map(|found| (found.kind, found.automatic, found.on_schedule)).collect();
    assert_eq!(found, [(MechanismKind::Snapshot, true, Some(true))]);
    assert_eq!(mechanisms[0].retention_endless.read(), Some(&true));
    assert_eq!(scheduled("2026-11-22T03:00:00Z").state(&arn("vol-1122AABB")), Some(State::Protected));
    assert_eq!(scheduled("2026-11-19T03:00:00Z").state(&arn("vol-1122AABB")), Some(State::Stale));
}

#[test]
fn without_a_schedule_snapshots_are_by_hand() {
    let files = volume("vol-1122AABB", "2026-01-01T00:00:00Z", Value::Null, Value::Null);
    let world = || World::new().with(files.clone());
    let by_hand = world().with(snapshot_of("snap-1", "vol-1122aabb", "2026-11-20T03:00:00Z")).protection(&arn("vol-1122AABB"));
    let automatic: Vec<bool> = by_hand.mechanisms.read().expect("mechanisms").iter().map(|found| found.automatic).collect();
    assert_eq!(automatic, [false]);
    assert_eq!(world().state(&arn("vol-1122AABB")), Some(State::Unprotected));
    assert_eq!(world().denied("ec2:DescribeSnapshots").state(&arn("vol-1122AABB")), None);
    // The snapshots of another volume are not its own.
    let other = world().with(snapshot_of("snap-1", "vol-33445566", "2026-11-22T03:00:00Z"));
    assert_eq!(other.state(&arn("vol-1122AABB")), Some(State::Unprotected));
}

#[test]
fn a_volume_made_from_a_snapshot_shows_a_restore() {
    let count = |world: World| world.protection(&arn("vol-1122AABB")).restore_tests.read().map(|tests| tests.count);
    let plain = || scheduled("2026-11-22T03:00:00Z");
    assert_eq!(count(plain()), Some(0));
    let drill = |source: &str| volume("vol-DDDDDDDD", "2026-11-22T05:00:00Z", Value::Null, json!(source));
    assert_eq!(count(plain().with(drill("snap-1"))), Some(1));
    assert_eq!(count(plain().with(drill("SNAP-1"))), Some(1), "in either case");
    assert_eq!(count(plain().with(drill("snap-2"))), Some(0));
    let of_ec2 = plain().volume("vol-drill").changed("vol-drill", |line| line["properties"]["source_snapshot_id"] = json!("snap-1"));
    assert_eq!(count(of_ec2), Some(1));
    assert_eq!(count(plain().denied("storagegateway:DescribeCachediSCSIVolumes")), None);
}
