//! Evidence that is lost or was not read never makes an answer better.

use crate::support::world::*;
use proptest::prelude::*;
use rel9::audit::findings::{Findings, Status};
use rel9::audit::policy::Policy;
use rel9::audit::{self, Input, Options};
use rel9::protection::facts::CopyFact;
use rel9::rules::{Care, RuleSet};
use serde_json::{Value, json};
use std::sync::OnceLock;

const VAULT_ACCOUNT: &str = "444455556666";

/// A completed copy job of the volume.
fn job(account: &str, region: &str) -> Value {
    let properties = json!({"source_arn": volume_arn("vol-1"), "source_vault_arn": VAULT, "status": "COMPLETED", "retention_days": 35,
        "destination_vault_arn": format!("arn:aws:backup:{region}:{account}:backup-vault:copies"), "status_message": null,
        "completed_at": "2026-11-22T05:40:00Z", "destination_vault_type": "BACKUP_VAULT", "destination_lock_state": "LOCKED"});
    let mut line = resource("AWS::Backup::CopyJob", "arn:aws:backup:us-east-1:111122223333:copy-job:c1", "c1", properties);
    line["created_at"] = json!("2026-11-22T05:30:00Z");
    line
}

/// The volume with that job; the destination is read too, except the `denied` operations.
fn copied(account: &str, region: &str, denied: &[&str]) -> World {
    let mut world = World::new().volume("vol-1").with(job(account, region));
    for other in [region, "eu-north-1"] {
        for operation in rel9::aws::operations() {
            let status = if other == region && denied.contains(&operation.to_string().as_str()) { "denied" } else { "ok" };
            world.lines.push(json!({"kind": "coverage", "account": if other == region { account } else { ACCOUNT }, "region": other,
                "service": operation.service, "operation": operation.name, "status": status, "items": 0, "error": null}));
        }
    }
    world
}

fn copies(world: &World) -> Result<Vec<CopyFact>, Vec<String>> {
    world.protection(&volume_arn("vol-1")).copies.outcome().cloned().map_err(<[String]>::to_vec)
}

#[test]
fn a_copy_job_is_no_copy_where_its_vault_was_to_be_read_and_could_not() {
    for denied in ["backup:ListBackupVaults", "backup:ListRecoveryPointsByBackupVault"] {
        let reasons = copies(&copied(ACCOUNT, "eu-west-1", &[denied])).expect_err("unknown");
        assert_eq!(reasons, [format!("{denied} denied in 111122223333/eu-west-1")]);
        let world = copied(VAULT_ACCOUNT, REGION, &[denied]);
        let found = copies(&world).expect("the other Region was read");
        let [copy] = found.as_slice() else { panic!("one that may be there: {found:?}") };
        assert!(copy.other_account.is_unread() && copy.locked.is_unread());
        assert_eq!((copy.other_region.read(), copy.air_gapped.read()), (Some(&false), Some(&false)), "it is neither, wherever it is");
        let unread = world.joined(&volume_arn("vol-1")).reasons();
        assert_eq!(unread["copies[].other_account"], [format!("{denied} denied in {VAULT_ACCOUNT}/{REGION}")]);
        assert_eq!(unread["copies[].locked"], unread["copies[].other_account"]);
    }
    assert_eq!(copies(&copied(VAULT_ACCOUNT, REGION, &[])).expect("read"), [], "it was deleted");
}

#[test]
fn a_copy_job_is_a_copy_where_the_audit_was_not_to_look() {
    let world = World::new().volume("vol-1").with(job(VAULT_ACCOUNT, "eu-west-1"));
    let found = copies(&world).expect("evidence");
    assert_eq!(
        (found[0].other_account.read(), found[0].other_region.read(), found[0].locked.read()),
        (Some(&true), Some(&true), Some(&true))
    );
}

/// Sets `required` in the objective and returns the findings of the rules on copies.
fn copy_findings(world: &World) -> Vec<(String, Status)> {
    let policy = "version: 1\nobjectives: [{ name: all, match: 'true', rpo: 24h, immutable: required, \
        copies: { region: required, account: required, air_gapped: required } }]";
    let rules = [
        "data-backups-immutable",
        "data-copied-to-air-gapped-vault",
        "data-copied-to-another-account",
        "data-copied-to-another-region",
        "ebs-volume-snapshot-copied-to-another-region",
    ];
    let findings = audit(world, policy, &rules);
    let mut statuses: Vec<_> = findings.findings.iter().map(|finding| (finding.rule.to_string(), finding.status)).collect();
    statuses.sort();
    statuses
}

fn audit(world: &World, policy: &str, rules: &[&str]) -> Findings {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    let built_in = RULES.get_or_init(|| RuleSet::built_in(Care::Trusted).unwrap_or_else(|_| panic!("the rules")));
    let policy = Policy::parse("rel9.yaml", policy, built_in).unwrap_or_else(|mistakes| panic!("{}", mistakes[0]));
    let options = Options { as_of: AS_OF.parse().ok(), rules: rules.iter().map(|rule| (*rule).to_owned()).collect(), ..Options::default() };
    audit::run(&Input::Memory(world.shards()), built_in, &policy, &options).expect("an audit")
}

#[test]
fn only_what_the_copy_would_make_pass_is_unknown() {
    let statuses = |denied: &[&str]| {
        let findings = copy_findings(&copied(VAULT_ACCOUNT, REGION, denied));
        findings.into_iter().map(|(_, status)| status).collect::<Vec<_>>()
    };
    use Status::{Fail, Unknown};
    assert_eq!(statuses(&[]), [Fail, Fail, Fail, Fail, Fail], "the copy is gone");
    assert_eq!(statuses(&["backup:ListBackupVaults"]), [Unknown, Fail, Unknown, Fail, Fail], "it may be there, in the other account");
}

#[test]
fn restores_where_the_copies_are_may_have_failed() {
    let tests = |denied: &[&str]| {
        let world = copied(ACCOUNT, "eu-west-1", denied).point(&volume_arn("vol-1"), "2026-11-22T05:10:00Z", json!({}));
        world.protection(&volume_arn("vol-1")).restore_tests
    };
    assert!(!tests(&[]).is_unread());
    assert!(tests(&["backup:ListRestoreJobs"]).is_unread());
    let elsewhere =
        World::new().volume("vol-1").with(json!({"kind": "coverage", "account": ACCOUNT, "region": "eu-west-1", "service": "backup",
        "operation": "ListRestoreJobs", "status": "denied", "items": 0, "error": null}));
    assert!(!elsewhere.protection(&volume_arn("vol-1")).restore_tests.is_unread(), "nothing of it was ever copied there");
}

/// The finding of rule data-rpo-meets-objective for the volume.
fn rpo(world: &World) -> Status {
    let findings = audit(world, "version: 1\nobjectives: [{ name: all, match: 'true', rpo: 26h }]", &["data-rpo-meets-objective"]);
    findings.findings.first().map(|finding| finding.status).expect("a finding")
}

/// Recovery points of a daily plan at these ages in hours.
fn aged(world: World, hours: &[i64]) -> World {
    let as_of: chrono::DateTime<chrono::Utc> = AS_OF.parse().expect("a time");
    let at = |hours: &i64| (as_of - chrono::Duration::hours(*hours)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    hours.iter().fold(world, |world, hours| world.point(&volume_arn("vol-1"), &at(hours), json!({})))
}

fn daily(days: i64) -> Vec<i64> {
    (0..days).map(|day| 2 + 24 * day).collect()
}

#[test]
fn the_newest_backup_alone_does_not_meet_an_rpo() {
    let world = || World::new().volume("vol-1").daily_plan();
    assert_eq!(rpo(&aged(world(), &daily(35))), Status::Pass);
    assert_eq!(rpo(&aged(world(), &daily(1))), Status::Fail, "all that was made before it is lost");
    let manual = World::new().volume("vol-1").with(snapshot("snap-a", "2026-11-22T05:00:00Z", Value::Null));
    assert_eq!(rpo(&manual), Status::Fail, "nothing made any before it");
    // The backup is as old as the schedule's retention, or as the schedule or the volume itself: there can be no older one.
    let kept = world().changed("p1", |plan| plan["properties"]["rules"][0]["retention_days"] = json!(7));
    assert_eq!(rpo(&aged(kept, &daily(7))), Status::Pass);
    let new = world().changed("s1", |selection| selection["created_at"] = json!("2026-11-21T07:00:00Z"));
    assert_eq!(rpo(&aged(new, &daily(1))), Status::Pass);
    let young = world().changed("vol-1", |volume| volume["created_at"] = json!("2026-11-21T07:00:00Z"));
    assert_eq!(rpo(&aged(young, &daily(1))), Status::Pass);
    // Beside monthly backups, daily backups kept for a week must go back only a week.
    let monthly =
        world().changed("p1", |plan| plan["properties"]["rules"][0]["retention_days"] = json!(7)).rule("monthly", "cron(0 5 1 * ? *)", 365);
    assert_eq!(rpo(&aged(monthly, &daily(7))), Status::Pass);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever backups and schedules there are: if some backups are missing, a failure stays a failure.
    #[test]
    fn losing_recovery_points_never_makes_an_rpo_met(
        mut hours in proptest::collection::vec(0_i64..1_000, 1..40),
        regular in 0_i64..40,
        lost in proptest::collection::vec(any::<bool>(), 80),
        retention in prop_oneof![Just(Value::Null), (1_i64..60).prop_map(Value::from)],
        planned in any::<bool>(),
    ) {
        hours.extend(daily(regular));
        let world = || match planned {
            true => World::new().volume("vol-1").daily_plan()
                .changed("p1", |plan| plan["properties"]["rules"][0]["retention_days"] = retention.clone()),
            false => World::new().volume("vol-1").vault("main", REGION, ACCOUNT, false),
        };
        let left: Vec<i64> = hours.iter().zip(&lost).filter(|(_, lost)| !**lost).map(|(hours, _)| *hours).collect();
        let (before, after) = (rpo(&aged(world(), &hours)), rpo(&aged(world(), &left)));
        prop_assert!(before == Status::Pass || after != Status::Pass, "{hours:?} fail, {left:?} pass");
    }
}

#[test]
fn coverage_tells_what_is_on_schedule_from_what_can_only_be_restored() {
    let world = World::new()
        .volume("vol-1")
        .volume("vol-2")
        .volume("vol-3")
        .daily_plan()
        .changed("vol-1", |volume| volume["tags"] = json!({}))
        .changed("vol-3", |volume| volume["tags"] = json!({}))
        .with(snapshot("snap-a", "2026-02-01T00:00:00Z", Value::Null))
        .point(&volume_arn("vol-2"), "2026-11-22T05:10:00Z", json!({}));
    let findings = audit(&world, "version: 1\nobjectives: [{ name: all, match: 'true', rpo: 24h }]", &["data-protected"]);
    let coverage = &findings.summary.coverage;
    assert_eq!((coverage.protected, coverage.on_schedule, coverage.restorable_only, coverage.unprotected), (2, 1, 1, 1));
    let says: Vec<String> = findings.findings.iter().map(|finding| format!("{}: {}", finding.status.as_str(), finding.message)).collect();
    assert_eq!(
        says,
        [
            "pass: restorable only from a manual snapshot of 2026-02-01 (294 d 7 h old): misses the objective's RPO of 1 d",
            "pass: protected on schedule: backup plan p1, rule daily can restore a moment 1 h 50 min ago",
            "fail: unprotected: no backup plan selects it and nothing restorable exists",
        ]
    );
}
