//! The account, restore testing, DLM policies, keys and things that can be shared.

use super::data::{Join, Unread};
use super::facts::{
    AccountFacts, Facts, Joined, KeyFacts, LifecyclePolicyFacts, RestoreTestingPlanFacts, RestoreTestingSelectionFacts, ShareableFacts,
};
use super::index::Typed;
use super::lifecycle_policies::{is_root_volume, policy_targets};
use super::points::named_since;
use super::reach::{RESTORE_TESTING_OPERATIONS, restore_testing_reaches, title, wall_clock_gap};
use super::schedule::Schedule;
use super::summary::POINT_OPERATIONS;
use super::{opt_in, restores};
use crate::inventory::types::{self, TypeInfo, backup, dlm};
use crate::inventory::{Fact, Resource, arn};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// How many users of a key are named.
const NAMED_USERS: usize = 20;

/// Restore testing's default start window (AWS Backup API, `RestoreTestingPlanForCreate.StartWindowHours`: 24).
const START_WINDOW_HOURS: i64 = 24;

const NO_PLAN: &str = "the selection's plan is not in the inventory";

/// The facts of an account: sums over its shards.
pub fn account(join: &Join, resource: &Resource) -> Joined {
    let mut facts = AccountFacts::default();
    let mut unread = Unread::new();
    let shards = || join.summaries.of_account(&resource.account).filter(|summary| summary.region != crate::inventory::GLOBAL);
    let own_vaults: i64 = shards().map(|summary| summary.air_gapped_vaults).sum();
    let backups: i64 = shards().map(|summary| summary.own_backups).sum();
    let mut reasons: Vec<String> = shards().flat_map(|summary| summary.backups_unread.iter().cloned()).collect();
    if !join.every_region_read(&resource.account) {
        reasons.push(format!("not every Region of {} that is enabled was read", resource.account));
    }
    let mut air_gapped_copies = 0;
    let past = |at: &DateTime<Utc>| *at <= join.as_of;
    let mut newest = shards().filter_map(|summary| summary.newest_air_gapped_at).filter(past).max();
    let mut unlooked = Vec::new();
    let mut unconfirmed = Vec::new();
    for (vault, at) in shards().flat_map(|summary| &summary.copied_out) {
        // A copy job counts where the audit was not to look into the vault. Where it looked, the copy itself is there, or is gone; where it
        // could not, nobody knows.
        let destination = join.summaries.get(arn::account(vault), arn::region(vault));
        match destination.map(|summary| &summary.vaults_unread) {
            Some(unread) => {
                unconfirmed.extend(unread.iter().map(|reason| (*at, reason.clone())));
                unlooked.extend(unread.iter().cloned());
            }
            None => {
                newest = newest.max(Some(*at).filter(past));
                unlooked.push(format!("{vault} was not read"));
            }
        }
    }
    // What was seen in another account's vault is evidence whether or not the copy job is remembered.
    for outside in join.summaries.outside(&resource.account) {
        newest = newest.max(Some(outside.created_at).filter(past));
        air_gapped_copies += i64::from(outside.air_gapped);
    }
    // What may be there counts as little as what may be gone, unless it would be newer.
    let newer = unconfirmed.into_iter().filter(|(at, _)| past(at) && newest.is_none_or(|newest| newest < *at));
    let newer: BTreeSet<String> = newer.map(|(_, reason)| reason).collect();
    let newer = Vec::from_iter(newer);
    let newest_age = newest.map(|newest| (join.as_of - newest).num_seconds());
    // Whatever was found stands; only that nothing was found needs every answer.
    let mut set = |field: &str, settled: bool, extra: &[String]| -> bool {
        let all: Vec<String> = reasons.iter().chain(extra).cloned().collect();
        if settled || all.is_empty() {
            return true;
        }
        unread.insert(field.to_owned(), all);
        false
    };
    if set("air_gapped_vaults", own_vaults > 0, &[]) {
        facts.air_gapped_vaults = Fact::Read(own_vaults);
    }
    if set("air_gapped_copies", air_gapped_copies > 0, &unlooked) {
        facts.air_gapped_copies = Fact::Read(air_gapped_copies);
    }
    if set("backups", backups > 0, &[]) {
        facts.backups = Fact::Read(backups);
    }
    if set("newest_outside_age_seconds", newest.is_some() && reasons.is_empty() && newer.is_empty(), &newer) {
        facts.newest_outside_age_seconds = Fact::Read(newest_age);
    }
    Joined { facts: Facts::Account(facts), unread }
}

/// The facts of a restore testing plan.
pub fn restore_testing_plan(join: &Join, resource: &Resource) -> Joined {
    let mut facts = RestoreTestingPlanFacts::default();
    let mut unread = Unread::new();
    let plan = resource.properties_as::<backup::RestoreTestingPlan>().unwrap_or_default();
    let schedule = plan.schedule.present().map(|expression| Schedule::parse(Some(expression), plan.timezone.present().map(String::as_str)));
    let mut due = None;
    match schedule {
        Some(Ok(schedule)) => {
            let timezone = plan.timezone.present().map(String::as_str);
            facts.interval_seconds = Fact::Read(wall_clock_gap(plan.schedule.present().map(String::as_str), timezone, join.as_of));
            let window = super::minutes(plan.start_window_hours.present().copied().unwrap_or(START_WINDOW_HOURS).saturating_mul(60));
            due = schedule.previous_before(join.as_of - window);
            due = due.filter(|due| resource.created_at.is_none_or(|created| *due >= created));
            facts.last_due_at = Fact::Read(due);
        }
        Some(Err(_)) | None => {
            let reasons = match plan.schedule.is_unread() {
                true => super::why_unread(join.index.shard, resource, "schedule"),
                false => vec![format!("the schedule of {} cannot be understood", title(resource))],
            };
            for field in ["interval_seconds", "last_due_at", "ran_since_due"] {
                unread.insert(field.to_owned(), reasons.clone());
            }
        }
    }
    if let (Fact::Read(last), Fact::Read(_)) = (&plan.last_execution_at, &facts.last_due_at) {
        facts.ran_since_due = Fact::Read(due.is_none_or(|due| last.is_some_and(|last| last >= due)));
    }
    let selection_reasons = join.index.missing(&RESTORE_TESTING_OPERATIONS[2..3]);
    if selection_reasons.is_empty() {
        let selections = join.index.restore_testing_selections.iter();
        facts.selections =
            Fact::Read(selections.filter(|selection| selection.properties.plan_arn.read() == Some(&resource.arn)).count() as i64);
    } else {
        unread.insert("selections".to_owned(), selection_reasons);
    }
    let job_reasons = join.index.missing(&["backup:ListRestoreJobs"]);
    if job_reasons.is_empty() {
        let last_run = plan.last_execution_at.present().copied().unwrap_or(join.as_of);
        let of_last_run = |job: &&Typed<backup::RestoreJob>| {
            job.properties.restore_testing_plan_arn.present() == Some(&resource.arn)
                && job.resource.created_at.is_some_and(|created| created >= last_run)
        };
        let jobs: Vec<_> = join.index.restore_jobs.values().flatten().filter(of_last_run).collect();
        let failed = |job: &&&Typed<backup::RestoreJob>| {
            let status = job.properties.status.read().map(String::as_str);
            let validation = job.properties.validation_status.present().map(String::as_str);
            matches!(status, Some("FAILED" | "ABORTED")) || matches!(validation, Some("FAILED" | "TIMED_OUT"))
        };
        facts.jobs = Fact::Read(jobs.len() as i64);
        facts.jobs_failed = Fact::Read(jobs.iter().filter(failed).count() as i64);
    } else {
        unread.insert("jobs".to_owned(), job_reasons.clone());
        unread.insert("jobs_failed".to_owned(), job_reasons);
    }
    Joined { facts: Facts::RestoreTestingPlan(facts), unread }
}

/// The facts of a restore testing selection.
pub fn restore_testing_selection(join: &Join, data: &[(&Resource, &Joined, bool)], resource: &Resource) -> Joined {
    let mut facts = RestoreTestingSelectionFacts::default();
    let mut unread = Unread::new();
    let selection = Typed { resource, properties: resource.properties_as::<backup::RestoreTestingSelection>().unwrap_or_default() };
    let plan_arn = selection.properties.plan_arn.read();
    let plan = join.index.restore_testing_plans.iter().find(|plan| Some(&plan.resource.arn) == plan_arn);
    match plan {
        Some(plan) => facts.plan = title(plan.resource).into(),
        None => drop(unread.insert("plan".to_owned(), vec![NO_PLAN.to_owned()])),
    }
    let mut reasons = join.index.missing(&["backup:GetRestoreTestingSelection"]);
    // What there is to be reached is known when its type was listed; Multi-AZ clusters count as RDS.
    let tested = selection.properties.protected_resource_type.read().map(String::as_str);
    let listings =
        types::data_types().filter(|info| info.backup_type == tested || (tested == Some("RDS") && info.backup_type == Some("Aurora")));
    reasons.extend(join.index.missing(&listings.map(|info| info.operation).collect::<Vec<_>>()));
    let mut point_reasons = join.index.missing(&[POINT_OPERATIONS[0], POINT_OPERATIONS[1], "backup:GetRestoreTestingPlan"]);
    point_reasons.extend(plan.is_none().then(|| NO_PLAN.to_owned()));
    let (mut reached, mut testable) = (0, 0);
    for (candidate, _, _) in data {
        match restore_testing_reaches(join.index, &selection, candidate, opt_in::backup_type(candidate)) {
            Ok(true) => {
                reached += 1;
                match plan.map_or(Ok(false), |plan| restores::testable(join, plan, candidate, named_since(candidate))) {
                    Ok(found) => testable += i64::from(found),
                    Err(why) => point_reasons.extend(why),
                }
            }
            Ok(false) => {}
            Err(why) => reasons.extend(why),
        }
    }
    point_reasons.extend(reasons.iter().cloned());
    if reached > 0 || reasons.is_empty() {
        facts.reached = Fact::Read(reached);
    } else {
        unread.insert("reached".to_owned(), reasons);
    }
    if testable > 0 || point_reasons.is_empty() {
        facts.testable = Fact::Read(testable);
    } else {
        unread.insert("testable".to_owned(), point_reasons);
    }
    Joined { facts: Facts::RestoreTestingSelection(facts), unread }
}

/// The facts of a DLM policy.
pub fn lifecycle_policy(join: &Join, resource: &Resource) -> Joined {
    let mut facts = LifecyclePolicyFacts::default();
    let mut unread = Unread::new();
    let Some(properties) = resource.properties_as::<dlm::LifecyclePolicy>() else {
        return Joined { facts: Facts::LifecyclePolicy(facts), unread };
    };
    let shared_with = properties.schedules.read().into_iter().flatten().flat_map(|schedule| schedule.shared_with.read()).flatten();
    facts.scope_accounts = in_scope(join, shared_with.map(String::as_str)).into();
    let mut policy = Typed { resource, properties };
    let mut reasons = join.index.missing(&["ec2:DescribeVolumes", "ec2:DescribeInstances"]);
    // How many a policy would target does not depend on whether it is switched on.
    policy.properties.status = "ENABLED".to_owned().into();
    let mut targets = 0;
    let mut count = |targeted| match targeted {
        Ok(targeted) => targets += i64::from(targeted),
        Err(why) => reasons.extend(why),
    };
    for volume in join.index.volumes.values() {
        let volume_type = volume.properties.volume_type.present().map(String::as_str);
        count(policy_targets(join.index, &policy, volume.resource, volume_type, is_root_volume(join.index, volume)));
    }
    for instance in join.index.instances.values() {
        count(policy_targets(join.index, &policy, instance.resource, None, false));
    }
    if targets == 0 && resource.declared.is_some() {
        reasons.push("what it targets outside of the template is not known".to_owned());
    }
    if targets > 0 || reasons.is_empty() {
        facts.targets = Fact::Read(targets);
    } else {
        // Many resources have the same reason.
        reasons.sort();
        reasons.dedup();
        unread.insert("targets".to_owned(), reasons);
    }
    Joined { facts: Facts::LifecyclePolicy(facts), unread }
}

/// The facts of a KMS key.
pub fn key(join: &Join, resource: &Resource) -> Joined {
    let mut used_by = Vec::new();
    let mut used_by_backups = false;
    for user in join.index.key_users.get(resource.arn.as_str()).into_iter().flatten() {
        let is_data = types::find(&user.type_name).is_some_and(|info| info.is_data());
        let backed_up_natively =
            is_data && user.properties.get("backup_retention_days").and_then(serde_json::Value::as_i64).is_some_and(|days| days > 0);
        used_by_backups |= !is_data || backed_up_natively;
        used_by.push(user.arn.clone());
    }
    used_by.sort();
    used_by.dedup();
    let count = used_by.len() as i64;
    used_by.truncate(NAMED_USERS);
    let mut facts = KeyFacts { used_by: used_by.into(), used_by_count: count.into(), used_by_backups: used_by_backups.into() };
    let mut unread = Unread::new();
    // A backup or vault that was not read may name it.
    let reasons = if used_by_backups { Vec::new() } else { join.index.missing(key_listings()) };
    if !reasons.is_empty() {
        facts.used_by_backups = Fact::Unread;
        unread.insert("used_by_backups".to_owned(), reasons);
    }
    Joined { facts: Facts::Key(facts), unread }
}

/// The operations that read the keys of backups and vaults.
fn key_listings() -> &'static [&'static str] {
    static LISTINGS: OnceLock<Vec<&'static str>> = OnceLock::new();
    LISTINGS.get_or_init(|| {
        let names_key = |info: &&TypeInfo| (info.schema)().as_value().pointer("/properties/kms_key_arn").is_some();
        let of_backups = types::all().iter().filter(|info| !info.is_data() && info.name != "AWS::Region").filter(names_key);
        let mut operations: Vec<&str> = of_backups.flat_map(|info| info.sources_of("kms_key_arn")).collect();
        operations.sort_unstable();
        operations.dedup();
        operations
    })
}

/// The facts of a snapshot or an image.
pub fn shareable(join: &Join, resource: &Resource) -> Joined {
    let shared_with = resource.properties.get("shared_with").and_then(serde_json::Value::as_array).into_iter().flatten();
    let facts = ShareableFacts { scope_accounts: in_scope(join, shared_with.filter_map(serde_json::Value::as_str)).into() };
    Joined { facts: Facts::Shareable(facts), unread: Unread::new() }
}

/// Those accounts that are audited too.
fn in_scope<'a>(join: &Join, accounts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let found: BTreeSet<&str> = accounts.filter(|account| join.summaries.has_account(account)).collect();
    found.into_iter().map(str::to_owned).collect()
}
