//! A missing permission never turns a failure into a pass, even if evidence is lost: in the demo organisation without its copies, with
//! restores that failed, and without each kind of evidence. A denial there may make an answer unknown, but never a different answer.

use super::unread::{Demo, assert_none, changed, demo, deny, text_of};
use rayon::prelude::*;
use rel9::inventory::types::properties_of;
use rel9::inventory::{Resource, Shard};
use serde_json::json;
use std::collections::BTreeSet;

/// Everywhere, where the copies are, and in the vault account.
const PLACES: [Option<(&str, &str)>; 3] = [None, Some(("111122223333", "eu-west-1")), Some(("777788889999", "eu-central-1"))];

/// Denies each operation in each of these places, in a world that has lost some evidence.
fn no_denial_helps(world: &str, shards: &[Shard], demo: &Demo, places: &[Option<(&str, &str)>]) -> Vec<(String, Vec<String>)> {
    let before = demo.answers(shards.to_vec());
    let called = shards.iter().flat_map(|shard| &shard.coverage.entries);
    let operations: BTreeSet<String> = called.map(|entry| format!("{}:{}", entry.service, entry.operation)).collect();
    let cases: Vec<_> = operations.iter().flat_map(|operation| places.iter().map(move |place| (operation, place))).collect();
    let tried = cases.into_par_iter().map(|(operation, place)| {
        let mut denied = shards.to_vec();
        deny(&mut denied, operation, |shard| place.is_none_or(|(account, region)| shard.account == account && shard.region == region));
        let place = place.map_or("everywhere".to_owned(), |(account, region)| format!("in {account}/{region}"));
        (format!("{world}: {operation} denied {place}"), changed(&before, &demo.answers(denied), |_| true))
    });
    tried.collect()
}

fn is_copy(resource: &Resource) -> bool {
    text_of(resource, "source_vault_arn").is_some() && resource.type_name == "AWS::Backup::RecoveryPoint"
}

/// A restore of a copy that failed just now.
fn failed_restore(copy: &Resource) -> Resource {
    let properties = json!({"source_arn": text_of(copy, "source_arn"), "source_type": null, "recovery_point_arn": copy.arn, "status": "FAILED",
        "status_message": "no capacity", "completed_at": "2026-11-22T06:00:00Z", "validation_status": null, "validation_message": null,
        "restore_testing_plan_arn": null, "created_resource_arn": null});
    Resource {
        type_name: "AWS::Backup::RestoreJob".to_owned(),
        arn: format!("{}/restore-job", copy.arn),
        properties: properties_of("AWS::Backup::RestoreJob", properties.as_object().expect("an object")).expect("a restore job"),
        created_at: "2026-11-22T05:00:00Z".parse().ok(),
        ..copy.clone()
    }
}

#[test]
fn copies_that_are_gone_are_not_taken_to_be_there_where_nobody_may_look() {
    let demo_of = Demo::new();
    let mut shards = demo();
    shards.iter_mut().for_each(|shard| shard.resources.retain(|resource| !is_copy(resource)));
    assert_none(no_denial_helps("without copies", &shards, &demo_of, &PLACES));
}

#[test]
fn a_failed_restore_of_a_copy_does_not_disappear_where_nobody_may_look() {
    let demo_of = Demo::new();
    let mut shards = demo();
    for shard in &mut shards {
        let failed: Vec<Resource> = shard.resources.iter().filter(|resource| is_copy(resource)).map(failed_restore).collect();
        shard.resources.extend(failed);
    }
    assert_none(no_denial_helps("failed restores", &shards, &demo_of, &PLACES));
}

#[test]
fn no_denial_helps_where_a_kind_of_evidence_is_gone() {
    let demo_of = Demo::new();
    for kind in ["AWS::Backup::RecoveryPoint", "AWS::EC2::Snapshot", "AWS::Backup::RestoreJob", "AWS::Backup::BackupPlan"] {
        let mut shards = demo();
        shards.iter_mut().for_each(|shard| shard.resources.retain(|resource| resource.type_name != kind));
        assert_none(no_denial_helps(&format!("without {kind}"), &shards, &demo_of, &PLACES[..1]));
    }
}
