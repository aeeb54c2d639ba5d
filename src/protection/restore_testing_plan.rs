//! Restore testing plans: when they run, and how their last run ended.

use super::context::Join;
use super::facts::{Facts, Joined, RestoreTestingPlanFacts};
use super::index::Typed;
use super::restore_testing::RESTORE_TESTING_OPERATIONS;
use super::schedule::{minutes, wall_clock_gap};
use super::title::title;
use super::unread::{Unread, why_unread};
use crate::inventory::schedule::Schedule;
use crate::inventory::types::backup;
use crate::inventory::{Fact, Resource};

/// Restore testing's default start window (AWS Backup API, `RestoreTestingPlanForCreate.StartWindowHours`: 24).
const START_WINDOW_HOURS: i64 = 24;

/// The facts of a restore testing plan.
pub fn restore_testing_plan_facts(join: &Join, resource: &Resource) -> Joined {
    let mut facts = RestoreTestingPlanFacts::default();
    let mut unread = Unread::new();
    let Some(plan) = resource.get::<backup::RestoreTestingPlan>() else {
        return Joined { facts: Facts::RestoreTestingPlan(facts), unread };
    };
    let schedule = plan.schedule.present().map(|expression| Schedule::parse(Some(expression), plan.timezone.present().map(String::as_str)));
    let mut due = None;
    match schedule {
        Some(Ok(schedule)) => {
            let timezone = plan.timezone.present().map(String::as_str);
            facts.interval_seconds = Fact::Read(wall_clock_gap(plan.schedule.present().map(String::as_str), timezone, join.as_of));
            let window = minutes(plan.start_window_hours.present().copied().unwrap_or(START_WINDOW_HOURS).saturating_mul(60));
            due = schedule.previous_before(join.as_of - window);
            due = due.filter(|due| resource.created_at.is_none_or(|created| *due >= created));
            facts.last_due_at = Fact::Read(due);
        }
        Some(Err(_)) | None => {
            let reasons = match plan.schedule.is_unread() {
                true => why_unread(join.index.shard, resource, "schedule"),
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
