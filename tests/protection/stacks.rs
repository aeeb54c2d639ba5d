//! Which stacks own data: themselves, through nested stacks, or perhaps. And vaults of archives, which are no data and have a policy.

use crate::support::world::*;
use rel9::protection::facts::{Facts, StackFacts};
use serde_json::{Value, json};

const TAG: &str = "aws:cloudformation:stack-id";

fn stack_arn(name: &str) -> String {
    format!("arn:aws:cloudformation:us-east-1:111122223333:stack/{name}/1")
}

fn stack(name: &str, properties: Value) -> Value {
    resource("AWS::CloudFormation::Stack", &stack_arn(name), name, properties)
}

fn root(name: &str) -> Value {
    stack(name, json!({"status": "CREATE_COMPLETE", "termination_protection": false, "root_arn": null}))
}

fn nested(name: &str, root: &str) -> Value {
    stack(name, json!({"status": "CREATE_COMPLETE", "termination_protection": false, "root_arn": stack_arn(root)}))
}

/// A volume that a stack owns.
fn owned(world: World, volume: &str, stack: &str) -> World {
    world.volume(volume).changed(volume, |volume| volume["tags"] = json!({TAG: stack_arn(stack)}))
}

fn facts(world: &World, name: &str) -> StackFacts {
    match world.joined(&stack_arn(name)) {
        Facts::Stack(facts) => *facts,
        other => panic!("{other:?}"),
    }
}

fn owns(world: &World, name: &str) -> Option<bool> {
    facts(world, name).owns_data.read().copied()
}

#[test]
fn a_root_owns_what_its_nested_stacks_own() {
    let world = World::new().with(root("shop")).with(nested("shop-data", "shop")).with(root("network"));
    let world = owned(owned(world, "vol-1", "shop-data"), "vol-2", "shop");
    let shop = facts(&world, "shop");
    assert_eq!((shop.owns_data.read(), shop.data_count.read()), (Some(&true), Some(&2)));
    assert_eq!(shop.data.read(), Some(&vec![volume_arn("vol-1"), volume_arn("vol-2")]));
    assert_eq!((owns(&world, "shop-data"), owns(&world, "network")), (Some(false), Some(false)));
}

#[test]
fn what_a_deleted_stack_left_belongs_to_no_other() {
    let world = owned(World::new().with(root("shop")), "vol-1", "gone");
    assert_eq!(owns(&world, "shop"), Some(false));
}

/// A log group is data only where something asks for its backups.
#[test]
fn what_does_not_count_as_data_is_not_owned() {
    let properties = json!({"log_group_class": "STANDARD", "retention_days": null, "kms_key_arn": null, "exports": []});
    let mut group =
        resource("AWS::Logs::LogGroup", "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/f", "/aws/lambda/f", properties);
    group["tags"] = json!({TAG: stack_arn("shop")});
    assert_eq!(owns(&World::new().with(root("shop")).with(group), "shop"), Some(false));
}

#[test]
fn whatever_was_not_read_may_belong_to_a_stack_that_owns_nothing_known() {
    let world = || owned(World::new().with(root("shop")).with(root("network")), "vol-1", "shop").volume("vol-2");
    let untagged = world().changed("vol-2", |volume| drop(volume.as_object_mut().map(|volume| volume.remove("tags"))));
    assert_eq!((owns(&untagged, "shop"), owns(&untagged, "network")), (Some(true), None));
    for listing in ["dynamodb:ListTables", "s3:ListBuckets", "s3:GetBucketLocation"] {
        let denied = world().denied(listing);
        assert_eq!((owns(&denied, "shop"), owns(&denied, "network")), (Some(true), None), "{listing}");
        assert_eq!(facts(&denied, "network").owns_data.reasons(), [format!("{listing} denied in 111122223333/us-east-1")]);
    }
    // What is elsewhere belongs to no stack here.
    assert_eq!(owns(&world().vault("copies", "eu-west-1", ACCOUNT, false), "network"), Some(false));
}

#[test]
fn the_data_of_a_stack_whose_root_was_not_read_may_be_any_root_s() {
    let short = stack("shop-data", json!({"status": "CREATE_COMPLETE"}));
    let world = owned(World::new().with(root("shop")).with(short), "vol-1", "shop-data");
    assert_eq!((owns(&world, "shop"), owns(&world, "shop-data")), (None, Some(true)));
}

#[test]
fn the_policy_of_a_vault_of_archives_is_judged() {
    let arn = "arn:aws:glacier:us-east-1:111122223333:vaults/ledgers";
    let outside = |policy: Value| match World::new().with(resource("AWS::Glacier::Vault", arn, "ledgers", policy)).joined(arn) {
        Facts::Access(facts) => facts.outside_access.read().map(|access| access.as_ref().map(Vec::len)),
        other => panic!("{other:?}"),
    };
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "glacier:UploadArchive", "Resource": arn});
    let open = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    assert_eq!(outside(json!({"policy": open})), Some(Some(1)));
    assert_eq!(outside(json!({"policy": null})), Some(Some(0)));
    assert_eq!(outside(json!({})), None);
}
