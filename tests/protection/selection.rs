//! Which resources a backup plan reaches (selection, opt-in), as the findings of an audit over HTTP show.
//! `tests/emulator/scenarios/selection.py` creates each case.

use crate::support::{Document, Emulator, text};
use serde_json::Value;
use std::sync::OnceLock;

/// One audit of all cases, and the output of the scenario.
fn audited() -> &'static (Document, Value) {
    static AUDITED: OnceLock<(Document, Value)> = OnceLock::new();
    AUDITED.get_or_init(|| {
        let (emulator, told) = Emulator::with("selection");
        let (run, document) = emulator.rel9().audit(&[]);
        run.ended(1);
        (document, told)
    })
}

/// The backup plans that select a resource, and whether opt-in blocks all of them.
#[track_caller]
fn plans(resource: &str) -> Vec<(&'static str, bool)> {
    let (document, _) = audited();
    let finding = document.find("data-in-backup-plan", resource).unwrap_or_else(|| panic!("{resource} is not judged"));
    let plans = finding["evidence"]["protection.plans"].as_array().unwrap_or_else(|| panic!("no plans in {}", finding["evidence"]));
    plans.iter().map(|plan| (text(&plan["plan"]), plan["opt_in_blocked"] == true)).collect()
}

#[track_caller]
fn selected(plan: &'static str, resource: &str) {
    assert_eq!(plans(resource), [(plan, false)], "{resource}");
    let (document, _) = audited();
    assert_eq!(document.status("data-opt-in-not-blocked", resource), "pass", "{resource}");
}

#[track_caller]
fn blocked(plan: &'static str, resource: &str) {
    assert_eq!(plans(resource), [(plan, true)], "{resource}");
    let (document, _) = audited();
    let said = document.says("data-opt-in-not-blocked", resource);
    assert!(said.starts_with("fail: opt-in blocks every backup plan"), "{resource}: {said}");
}

#[track_caller]
fn not_selected(resource: &str) {
    assert_eq!(plans(resource), [], "{resource}");
    let (document, _) = audited();
    assert_eq!(document.status("data-opt-in-not-blocked", resource), "none", "{resource}");
}

/// The finding for a resource that has no backup.
#[track_caller]
fn state(resource: &str, expected: &str) {
    let said = audited().0.says("data-protected", resource);
    assert!(said.starts_with(expected), "{resource}: {said}");
}

#[test]
fn tags_and_resources_are_a_union() {
    for name in ["union-first-tag", "union-second-tag", "union-listed"] {
        selected("union", name);
        state(name, "fail: selected, but not protected: ");
    }
    not_selected("union-neither");
    state("union-neither", "fail: unprotected: ");
}

#[test]
fn conditions_must_all_hold() {
    selected("conditions", "conditions-all");
    selected("conditions", "conditions-no-env");
    for name in ["conditions-dev", "conditions-other-owner", "conditions-no-owner", "conditions-one"] {
        not_selected(name);
        state(name, "fail: unprotected: ");
    }
}

#[test]
fn exclusion_wins() {
    selected("exclusion", "exclusion-kept");
    not_selected("exclusion-excluded");
    state("exclusion-excluded", "fail: unprotected: ");
}

#[test]
fn wildcards_match_any_run_of_characters() {
    selected("wildcard", "wildcard-volume");
    selected("wildcard", "wildcard-prod-1");
    not_selected("other-wildcard-prod-1");
    not_selected("wildcard-table");
}

#[test]
fn a_star_or_nothing_is_everything_that_is_opted_in() {
    selected("star", "everything-volume");
    blocked("star", "everything-table");
    state("everything-table", "fail: selected, but blocked by opt-in: ");
    let (document, _) = audited();
    document.expect("data-in-backup-plan", &[("nothing-named-volume", "unknown")]);
    document.expect("backup-plan-selects-resources", &[("empty", "unknown")]);
}

#[test]
fn opt_in_off_blocks_what_is_reached_by_tag() {
    blocked("by-tag", "blocked-by-tag");
    state("blocked-by-tag", "fail: selected, but blocked by opt-in: ");
    selected("by-tag", "opted-in-by-tag");
}

#[test]
fn opt_in_off_blocks_what_is_reached_by_a_service_wide_pattern() {
    blocked("by-service", "blocked-by-service");
    not_selected_by("by-service", "blocked-by-tag");
}

#[track_caller]
fn not_selected_by(plan: &str, resource: &str) {
    assert!(plans(resource).iter().all(|(found, _)| *found != plan), "{resource}");
}

#[test]
fn opt_in_off_does_not_block_what_an_arn_names() {
    selected("by-arn", "off-but-listed");
    state("off-but-listed", "fail: selected, but not protected: ");
    selected("by-arn", "off-but-pattern");
}

#[test]
fn aurora_opt_in_off_blocks_also_by_arn() {
    blocked("aurora", "off-aurora-mysql");
    blocked("aurora", "off-neptune");
    selected("aurora", "off-docdb");
}

#[test]
fn a_volume_is_backed_up_through_its_instance() {
    let (document, told) = audited();
    assert_eq!(document.status("data-protected", text(&told["backed_up"])), "pass");
    state(text(&told["backed_up"]), "pass: protected on schedule: ");
    // An instance that is selected but has no backup protects none of its volumes.
    assert_eq!(document.status("data-protected", text(&told["selected"])), "fail");
}
