//! OpenSearch domains: automated snapshots that no API lists, pauses, red domains.

use crate::support::world::*;
use rel9::protection::facts::State;
use serde_json::{Value, json};

const DOMAIN: &str = "arn:aws:es:us-east-1:111122223333:domain/search";

fn domain(more: Value) -> World {
    let mut properties = json!({"status": "Active", "engine_version": "OpenSearch_2.19", "encrypted": true, "kms_key_arn": null,
        "key_manager": "aws", "key_state": null, "snapshots_paused": false, "snapshots_paused_at": null, "health": "green", "policy": null, "in_vpc": true});
    more.as_object().expect("properties").iter().for_each(|(name, value)| properties[name] = value.clone());
    let mut line = resource("AWS::OpenSearchService::Domain", DOMAIN, "search", properties);
    line["created_at"] = Value::Null;
    World::new().with(line)
}

/// "No backup found" would always be false.
#[test]
fn a_healthy_domain_is_protected_by_snapshots_that_nobody_sees() {
    for health in ["green", "yellow"] {
        let facts = domain(json!({"health": health})).protection(DOMAIN);
        assert_eq!((facts.state.read(), facts.on_schedule.read()), (Some(&State::Protected), Some(&true)), "{health}");
        assert_eq!((facts.rpo_seconds.read(), facts.retention_days.read()), (Some(&Some(3_600)), Some(&Some(14))));
    }
    let old = domain(json!({"engine_version": "Elasticsearch_5.1"})).protection(DOMAIN);
    assert_eq!((old.state.read(), old.rpo_seconds.read()), (Some(&State::Protected), Some(&Some(86_400))));
}

#[test]
fn a_paused_domain_is_late_from_its_pause_on() {
    let facts = domain(json!({"snapshots_paused": true, "snapshots_paused_at": "2026-11-20T07:00:00Z"})).protection(DOMAIN);
    assert_eq!((facts.state.read(), facts.on_schedule.read()), (Some(&State::Stale), Some(&false)));
    assert_eq!(facts.rpo_seconds.read(), Some(&Some(2 * 86_400)));
    let undated = domain(json!({"snapshots_paused": true})).changed("search", |line| {
        line["properties"].as_object_mut().expect("properties").remove("snapshots_paused_at");
    });
    assert!(undated.protection(DOMAIN).state.is_unread());
}

#[test]
fn a_red_domain_and_one_without_health_are_unknown() {
    let red = domain(json!({"health": "red"})).protection(DOMAIN);
    assert!(red.state.is_unread() && red.state.reasons()[0].starts_with("since when"), "{:?}", red.state.reasons());
    for property in ["health", "snapshots_paused", "engine_version"] {
        let unread = domain(json!({})).changed("search", |line| {
            line["properties"].as_object_mut().expect("properties").remove(property);
        });
        assert_eq!(unread.state(DOMAIN), None, "{property}");
    }
}

#[test]
fn a_domain_that_is_being_made_has_no_snapshot_yet() {
    assert_eq!(domain(json!({"status": "Creating"})).state(DOMAIN), Some(State::Unprotected));
}
