//! Restores of a resource's backups: jobs, `LastRestoreTime`, tables and volumes made from them; and the restore tests planned.

use super::data::Join;
use super::facts::{Restore, RestoreAttempt, RestoreTests};
use super::index::Index;
use super::points::Point;
use super::reach::{RESTORE_TESTING_OPERATIONS, restore_testing_reaches, title};
use crate::inventory::Resource;
use crate::inventory::types::backup::RestoreJob;
use chrono::{DateTime, Utc};
use std::collections::HashSet;

/// The restore tests of a resource, the duration of the last successful restore job, and why there may be more than those seen.
/// What the ledger remembers of the same resource, and AWS no longer shows, counts as well.
pub fn of(join: &Join, resource: &Resource, points: &[Point]) -> (RestoreTests, Option<i64>, Vec<String>) {
    let mut seen: Vec<Restore> = jobs(join, resource).filter_map(|(job, created_at, id)| of_job(job, created_at, id)).collect();
    from_recovery_points(join.index, resource, &mut seen);
    from_resources(join.index, resource, points, &mut seen);
    seen.retain(|restore| restore.at <= join.as_of);
    let remembered = join
        .summaries
        .ledger()
        .of(&resource.arn)
        .filter(|recorded| recorded.restore.at <= join.as_of && !seen.iter().any(|restore| restore.is_same(&recorded.restore)));
    let remembered: Vec<Restore> = remembered
        .map(|recorded| Restore {
            source: format!("ledger line {}: {}", recorded.line, recorded.restore.source),
            ..recorded.restore.clone()
        })
        .collect();
    let all = || seen.iter().chain(&remembered);
    let mut attempts: Vec<&RestoreAttempt> = all().filter_map(|restore| restore.attempt.as_ref()).collect();
    attempts.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.status.cmp(&b.status)));
    let mut successes: Vec<&Restore> = all().filter(|restore| restore.succeeded).collect();
    // Of two proofs of one moment the stronger stands first.
    successes.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.validated.cmp(&a.validated)).then_with(|| a.source.cmp(&b.source)));
    let last = successes.first();
    let rto = successes.iter().find_map(|success| success.took_seconds);
    let tests = RestoreTests {
        count: successes.len() as i64,
        last_success_at: last.map(|success| success.at),
        last_success_age_seconds: last.map(|success| (join.as_of - success.at).num_seconds()),
        last_success_source: last.map(|success| success.source.clone()),
        last_failure_at: attempts.iter().find(|attempt| !attempt.succeeded).map(|attempt| attempt.at),
        validated: last.map(|success| success.validated),
        last_attempt: attempts.first().map(|attempt| (*attempt).clone()),
        seen: seen.clone(),
    };
    (tests, rto, join.index.missing(&["backup:ListRestoreJobs"]))
}

/// Restore jobs of the resource (or of the instance whose backups hold it), in its own shard and, for copies, elsewhere.
fn jobs<'a>(join: &'a Join, resource: &'a Resource) -> impl Iterator<Item = (&'a RestoreJob, Option<DateTime<Utc>>, &'a str)> {
    let sources: Vec<&Resource> = std::iter::once(resource).chain(join.instances_of(resource)).collect();
    sources.into_iter().flat_map(move |source| jobs_of(join, source))
}

fn jobs_of<'a>(join: &'a Join, resource: &'a Resource) -> impl Iterator<Item = (&'a RestoreJob, Option<DateTime<Utc>>, &'a str)> {
    let here = join.index.restore_jobs.get(&resource.arn).into_iter().flatten();
    let here = here.map(|job| (&job.properties, job.resource.created_at, job.resource.id.as_str()));
    let elsewhere = join.summaries.iter().filter(|summary| summary.account != resource.account || summary.region != resource.region);
    let elsewhere = elsewhere.flat_map(|summary| summary.foreign_restores.get(&resource.arn).into_iter().flatten());
    here.chain(elsewhere.map(|restore| (&restore.properties, restore.created_at, restore.id.as_str())))
}

/// A finished job (facts page, section 5): it succeeded when COMPLETED and its validation neither FAILED nor TIMED_OUT.
fn of_job(job: &RestoreJob, created_at: Option<DateTime<Utc>>, id: &str) -> Option<Restore> {
    let status = job.status.read()?;
    let at = job.completed_at.present().copied().or(created_at)?;
    let validation = job.validation_status.present().map(String::as_str);
    if !["COMPLETED", "FAILED", "ABORTED"].contains(&status.as_str()) {
        return None;
    }
    let succeeded = status == "COMPLETED" && !matches!(validation, Some("FAILED" | "TIMED_OUT"));
    let by = job.restore_testing_plan_arn.present().map_or("", |_| " of a restore testing plan");
    let message = if succeeded { None } else { job.validation_message.present().or(job.status_message.present()).cloned() };
    Some(Restore {
        at,
        source: format!("restore job {id}{by}"),
        succeeded,
        validated: succeeded && validation == Some("SUCCESSFUL"),
        took_seconds: created_at.map(|created| (at - created).num_seconds()),
        attempt: Some(RestoreAttempt {
            at,
            succeeded,
            status: status.clone(),
            validation_status: job.validation_status.present().cloned(),
            message,
        }),
    })
}

/// A restore of which only the result is seen.
fn seen_as(at: DateTime<Utc>, source: String) -> Restore {
    Restore { at, source, succeeded: true, validated: false, took_seconds: None, attempt: None }
}

fn from_recovery_points(index: &Index, resource: &Resource, restores: &mut Vec<Restore>) {
    let points = index.points.get(&resource.arn).into_iter().flatten();
    restores.extend(points.filter_map(|point| {
        let at = *point.properties.last_restored_at.present()?;
        Some(seen_as(at, format!("last restore of recovery point {}", point.resource.arn)))
    }));
}

/// A table restored from the table or its backups, a volume made from one of its snapshots.
fn from_resources(index: &Index, resource: &Resource, points: &[Point], restores: &mut Vec<Restore>) {
    for table in index.restored_tables.iter().filter(|_| resource.type_name == "AWS::DynamoDB::Table") {
        let Some(restored) = table.properties.restored_from.present() else { continue };
        if restored.source_table_arn.as_ref() == Some(&resource.arn) && !restored.in_progress && table.resource.arn != resource.arn {
            let at = table.resource.created_at.unwrap_or(restored.restored_at);
            restores.push(seen_as(at, format!("table {} was restored from it", title(table.resource))));
        }
    }
    if resource.type_name != "AWS::EC2::Volume" {
        return;
    }
    let snapshots: HashSet<&str> = points.iter().filter_map(|point| point.backup.arn.rsplit_once('/').map(|(_, id)| id)).collect();
    for volume in index.volumes.values().filter(|_| !snapshots.is_empty()) {
        let (Some(source), Some(at)) = (volume.properties.source_snapshot_id.present(), volume.resource.created_at) else { continue };
        if snapshots.contains(source.as_str()) && volume.resource.arn != resource.arn {
            restores.push(seen_as(at, format!("volume {} was made from {source}", volume.resource.id)));
        }
    }
}

/// The restore testing plans that reach a resource, by name.
///
/// # Errors
/// The reasons why there may be others.
pub fn planned(join: &Join, resource: &Resource, backup_type: &str) -> Result<Vec<String>, Vec<String>> {
    let index = join.index;
    let mut unread = index.missing(&RESTORE_TESTING_OPERATIONS);
    let mut plans = Vec::new();
    let instances = join.instances_of(resource).into_iter().map(|instance| (instance, "EC2"));
    let sources: Vec<(&Resource, &str)> = std::iter::once((resource, backup_type)).chain(instances).collect();
    for (selection, (source, backup_type)) in
        index.restore_testing_selections.iter().flat_map(|selection| sources.iter().map(move |source| (selection, *source)))
    {
        match restore_testing_reaches(index, selection, source, backup_type) {
            Ok(true) => {
                let plan_arn = selection.properties.plan_arn.read();
                let plan = index.restore_testing_plans.iter().find(|plan| Some(&plan.resource.arn) == plan_arn);
                plans.extend(plan.map(|plan| title(plan.resource)));
            }
            Ok(false) => {}
            Err(reasons) => unread.extend(reasons),
        }
    }
    plans.sort();
    plans.dedup();
    // One plan that reaches it is enough, whatever the others do.
    if plans.is_empty() && !unread.is_empty() { Err(unread) } else { Ok(plans) }
}
