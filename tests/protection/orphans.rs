//! Which snapshots are orphans: their source is deleted, whatever has its name now.

use crate::support::world::*;
use rel9::protection::facts::{BackupFacts, Facts};
use serde_json::{Value, json};

const DATABASE: &str = "arn:aws:rds:us-east-1:111122223333:db:orders";

fn facts(world: &World, arn: &str) -> BackupFacts {
    match world.joined(arn) {
        Facts::Backup(facts) => *facts,
        other => panic!("{other:?}"),
    }
}

fn snapshot_arn(id: &str) -> String {
    format!("arn:aws:ec2:us-east-1::snapshot/{id}")
}

/// A snapshot of a volume, made for an image or not.
fn of_volume(id: &str, volume: &str, made_by: Value, image: Value) -> Value {
    let mut line = snapshot(id, "2026-03-01T00:00:00Z", made_by);
    line["properties"]["source_arn"] = json!(volume_arn(volume));
    line["properties"]["made_for_image"] = image;
    line
}

fn database_snapshot(at: &str) -> Value {
    let properties = json!({"source_arn": DATABASE, "status": "available", "snapshot_type": "manual"});
    let mut line = resource("AWS::RDS::DBSnapshot", "arn:aws:rds:us-east-1:111122223333:snapshot:s", "s", properties);
    line["created_at"] = json!(at);
    line
}

fn database(created_at: &str) -> Value {
    let mut line = resource("AWS::RDS::DBInstance", DATABASE, "orders", json!({"engine": "postgres", "cluster_id": null}));
    line["created_at"] = json!(created_at);
    line
}

#[test]
fn a_snapshot_is_an_orphan_when_its_source_is_gone() {
    let of = |world: World| {
        facts(&world.with(database_snapshot("2026-03-01T00:00:00Z")), "arn:aws:rds:us-east-1:111122223333:snapshot:s").orphan
    };
    assert_eq!(of(World::new()).read(), Some(&true));
    assert_eq!(of(World::new().with(database("2026-01-01T00:00:00Z"))).read(), Some(&false));
    // A later database has its name.
    assert_eq!(of(World::new().with(database("2026-06-01T00:00:00Z"))).read(), Some(&true));
    let denied = of(World::new().denied("rds:DescribeDBInstances"));
    assert_eq!(denied.reasons(), ["rds:DescribeDBInstances denied in 111122223333/us-east-1"]);
}

const GATEWAY_VOLUME: &str = "arn:aws:storagegateway:us-east-1:111122223333:gateway/sgw-12A3456B/volume/vol-1122AABB";

/// Trap: Storage Gateway keeps the snapshots of its volumes in EBS, and EC2 knows no volume of theirs. EC2 writes the id in lowercase.
#[test]
fn a_snapshot_of_a_volume_of_storage_gateway_is_no_orphan() {
    let orphan = |world: World| facts(&world, &snapshot_arn("snap-1")).orphan;
    let world = || World::new().with(of_volume("snap-1", "vol-1122aabb", Value::Null, Value::Null));
    let volume = resource("AWS::StorageGateway::Volume", GATEWAY_VOLUME, "vol-1122AABB", json!({"volume_type": "CACHED iSCSI"}));
    assert_eq!(orphan(world().with(volume.clone())).read(), Some(&false));
    assert_eq!(orphan(world().with(volume).denied("ec2:DescribeVolumes")).read(), Some(&false));
    assert_eq!(orphan(world()).read(), Some(&true), "neither service has it");
}

#[test]
fn a_snapshot_of_a_volume_that_perhaps_was_of_storage_gateway_is_not_known_to_be_an_orphan() {
    let none = || Value::Null;
    let orphan = |world: &World| facts(world, &snapshot_arn("snap-1")).orphan;
    let unread = || World::new().denied("storagegateway:ListVolumes");
    let alone = unread().with(of_volume("snap-1", "vol-gone", none(), none()));
    assert_eq!(orphan(&alone).reasons(), ["storagegateway:ListVolumes denied in 111122223333/us-east-1"]);
    let of_image = unread().with(of_volume("snap-1", "vol-gone", none(), json!("ami-1")));
    assert_eq!(orphan(&of_image).read(), Some(&true));
    let beside_dlm = alone.with(of_volume("snap-2", "vol-gone", json!("dlm"), none()));
    assert_eq!(orphan(&beside_dlm).read(), Some(&true));
    let backed_up = unread().with(of_volume("snap-1", "vol-gone", none(), none()));
    let backed_up = backed_up.point(&volume_arn("vol-gone"), "2026-02-01T05:00:00Z", json!({}));
    assert_eq!(orphan(&backed_up).read(), Some(&true));
    let living = unread().volume("vol-gone").with(of_volume("snap-1", "vol-gone", none(), none()));
    assert_eq!(orphan(&living).read(), Some(&false));
    let mut copy = of_volume("snap-1", "vol-gone", none(), none());
    copy["properties"]["source_arn"] = Value::Null;
    assert_eq!(orphan(&World::new().with(copy)).read(), Some(&false), "AWS does not name the volume of a copy");
}

#[test]
fn a_registered_image_uses_its_snapshots() {
    let image = |status: &str| {
        let device = json!({"device": "/dev/xvda", "ebs": true, "snapshot_id": "snap-1", "encrypted": true});
        let properties =
            json!({"status": status, "public": false, "shared_with": [], "block_devices": [device], "source_instance_id": null});
        resource("AWS::EC2::Image", "arn:aws:ec2:us-east-1::image/ami-1", "ami-1", properties)
    };
    let world = || World::new().with(of_volume("snap-1", "vol-1", Value::Null, Value::Null));
    let images = |world: &World| facts(world, &snapshot_arn("snap-1")).images;
    assert_eq!(images(&world().with(image("available"))).read(), Some(&vec!["ami-1".to_owned()]));
    assert_eq!(images(&world().with(image("deregistered"))).read(), Some(&Vec::new()));
    assert_eq!(images(&world().denied("ec2:DescribeImages")).read(), None);
}
