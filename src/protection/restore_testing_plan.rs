//! Restore testing plans: when they run, and how their last run ended.

use super::context::Join;
use super::facts::{Facts, RestoreTestingPlanFacts};
use super::index::Typed;
use super::restore_testing::RESTORE_TESTING_OPERATIONS;
use super::schedule::{minutes, wall_clock_gap};
use super::title::title;
use super::unread::why_unread;
use crate::inventory::schedule::Schedule;
use crate::inventory::types::backup;
use crate::inventory::{Outcome, Resource, unless};
use chrono::{DateTime, Utc};

/// Restore testing's default start window (AWS Backup API, `RestoreTestingPlanForCreate.StartWindowHours`: 24).
const START_WINDOW_HOURS: i64 = 24;

/// The facts of a restore testing plan.
pub fn restore_testing_plan_facts(join: &Join, resource: &Resource) -> Facts {
    let Some(plan) = resource.get::<backup::RestoreTestingPlan>() else { return RestoreTestingPlanFacts::default().into() };
    let timezone = plan.timezone.present().map(String::as_str);
    let schedule = schedule(join, resource, plan);
    let last_due_at = schedule.map(|schedule| {
        let window = minutes(plan.start_window_hours.present().copied().unwrap_or(START_WINDOW_HOURS).saturating_mul(60));
        let due = schedule.previous_before(join.as_of - window);
        due.filter(|due| resource.created_at.is_none_or(|created| *due >= created))
    });
    let last_execution_at = || plan.last_execution_at.or_why(|| why_unread(join.index.shard, resource, "last_execution_at"));
    let ran_since = |due: Option<DateTime<Utc>>| {
        let last = last_execution_at()?;
        Ok(due.is_none_or(|due| last.is_some_and(|last| last >= due)))
    };
    let ran_since_due = last_due_at.clone().and_then(ran_since);
    let gap = || wall_clock_gap(plan.schedule.present().map(String::as_str), timezone, join.as_of);
    let selections = || {
        let selections = join.index.restore_testing_selections.iter();
        selections.filter(|selection| selection.properties.plan_arn.read() == Some(&resource.arn)).count() as i64
    };
    let jobs = jobs_of_last_run(join, resource, plan);
    RestoreTestingPlanFacts {
        interval_seconds: last_due_at.clone().map(|_| gap()).into(),
        selections: unless(join.index.missing(&RESTORE_TESTING_OPERATIONS[2..3]), ()).map(|()| selections()).into(),
        last_due_at: last_due_at.into(),
        ran_since_due: ran_since_due.into(),
        jobs: jobs.clone().map(|(all, _)| all).into(),
        jobs_failed: jobs.map(|(_, failed)| failed).into(),
    }
    .into()
}

fn schedule(join: &Join, resource: &Resource, plan: &backup::RestoreTestingPlan) -> Outcome<Schedule> {
    let expression = plan.schedule.or_why(|| why_unread(join.index.shard, resource, "schedule"))?;
    let parsed = expression.and_then(|expression| Schedule::parse(Some(&expression), plan.timezone.present().map(String::as_str)).ok());
    parsed.ok_or_else(|| vec![format!("the schedule of {} cannot be understood", title(resource))])
}

/// How many restore jobs the last run of a plan started, and how many of them failed.
fn jobs_of_last_run(join: &Join, resource: &Resource, plan: &backup::RestoreTestingPlan) -> Outcome<(i64, i64)> {
    unless(join.index.missing(&["backup:ListRestoreJobs"]), ())?;
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
    Ok((jobs.len() as i64, jobs.iter().filter(failed).count() as i64))
}
