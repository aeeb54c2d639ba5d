//! The roles of selections and DLM policies: whether they exist and can be assumed; and directories, whose backups are their own snapshots.

use crate::support::world::*;
use rel9::protection::facts::{Facts, SelectionFacts, State};
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/backup";
const GET_ROLE: &str = "cloudformation:GetResource(AWS::IAM::Role)";

fn role(exists: bool, service: &str) -> Value {
    let statement = json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"});
    let trust = exists.then(|| json!({"Version": "2012-10-17", "Statement": [statement]}).to_string());
    resource("AWS::IAM::Role", ROLE, "backup", json!({"exists": exists, "trust_policy": trust}))
}

fn selection(role_arn: &str) -> World {
    World::new().plan("cron(0 5 ? * * *)", json!({"resources": ["*"], "role_arn": role_arn}))
}

fn facts(world: &World) -> SelectionFacts {
    match world.joined(&format!("{PLAN}/selection/s1")) {
        Facts::Selection(facts) => *facts,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_role_must_exist_and_trust_the_service() {
    for (role, exists, assumable) in
        [(role(true, "backup.amazonaws.com"), true, true), (role(true, "dlm.amazonaws.com"), true, false), (role(false, ""), false, false)]
    {
        let facts = facts(&selection(ROLE).with(role));
        assert_eq!((facts.role_exists.read(), facts.role_assumable.read()), (Some(&exists), Some(&assumable)));
    }
}

#[test]
fn a_role_that_was_not_read_is_unknown() {
    let unread = facts(&selection(ROLE).denied(GET_ROLE));
    assert!(unread.role_exists.is_unread());
    assert_eq!(
        unread.role_assumable.reasons(),
        [format!("the role {ROLE} was not read"), format!("{GET_ROLE} denied in 111122223333/us-east-1")]
    );
    let listed = resource("AWS::IAM::Role", ROLE, "backup", json!({}));
    assert!(facts(&selection(ROLE).with(listed).denied(GET_ROLE)).role_exists.is_unread());
    let elsewhere = "arn:aws:iam::444455556666:role/backup";
    assert_eq!(facts(&selection(elsewhere)).role_exists.reasons(), [format!("{elsewhere} is a role of another account")]);
    let garbled = resource("AWS::IAM::Role", ROLE, "backup", json!({"exists": true, "trust_policy": "{"}));
    let facts = facts(&selection(ROLE).with(garbled));
    assert!(facts.role_assumable.is_unread() && facts.role_exists.read() == Some(&true));
}

const CORP: &str = "arn:aws:ds:us-east-1:111122223333:directory/d-1";

fn directory(kind: &str) -> World {
    let mut line = resource(&format!("AWS::DirectoryService::{kind}"), CORP, "d-1", json!({"status": "Active"}));
    line["created_at"] = json!("2026-01-01T00:00:00Z");
    World::new().with(line)
}

fn snapshot(at: &str, kind: &str, status: &str) -> Value {
    let properties = json!({"source_arn": CORP, "status": status, "snapshot_type": kind});
    let mut line =
        resource("AWS::DirectoryService::Snapshot", &format!("arn:aws:ds:us-east-1:111122223333:snapshot/s-{at}"), at, properties);
    line["created_at"] = json!(at);
    line
}

fn state(world: &World) -> Option<State> {
    world.protection(CORP).state.read().copied()
}

#[test]
fn daily_snapshots_protect_a_directory() {
    let last_night = || snapshot("2026-11-22T01:00:00Z", "Auto", "Completed");
    assert_eq!(state(&directory("MicrosoftAD").with(last_night())), Some(State::Protected));
    assert_eq!(state(&directory("MicrosoftAD").with(snapshot("2026-11-12T01:00:00Z", "Auto", "Completed"))), Some(State::Stale));
    assert_eq!(state(&directory("MicrosoftAD").with(snapshot("2026-11-22T01:00:00Z", "Auto", "Failed"))), Some(State::Unprotected));
    assert_eq!(state(&directory("MicrosoftAD").denied("ds:DescribeSnapshots")), None);
    // Nothing promises automatic snapshots of a Simple AD.
    let automatic = |world: &World| world.protection(CORP).mechanisms.read().is_some_and(|all| all.iter().any(|one| one.automatic));
    assert!(automatic(&directory("MicrosoftAD")) && !automatic(&directory("SimpleAD")));
    assert!(automatic(&directory("SimpleAD").with(last_night())));
}

#[test]
fn active_directory_takes_no_snapshot_back_after_180_days() {
    let manual = |at: &str| state(&directory("SimpleAD").with(snapshot(at, "Manual", "Completed")));
    assert_eq!(manual("2026-05-27T07:00:00Z"), Some(State::Protected));
    assert_eq!(manual("2026-05-25T07:00:00Z"), Some(State::Unprotected));
}
