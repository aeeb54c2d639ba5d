//! Restores of a resource's backups: restore jobs, `LastRestoreTime`, and the tables and volumes made from them.

use super::context::Join;
use super::facts::{CopySchedule, Restore, RestoreAttempt, RestoreSeen, RestoreTests};
use super::point::Point;
use super::summary::POINT_OPERATIONS;
use crate::inventory::types::backup::RestoreJob;
use crate::inventory::{Outcome, Resource, arn, unless};
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeSet;

/// What the restores of a resource's backups show.
pub struct Restores {
    pub tests: RestoreTests,
    /// The duration of the last successful restore job.
    pub rto_seconds: Option<i64>,
    /// All of them, newest first.
    pub all: Vec<RestoreSeen>,
}

/// The restores of a resource's backups. Restores in the ledger count too, if AWS no longer shows them. `schedules` copy the resource's
/// backups to other places.
///
/// # Errors
/// The reasons why there may be more restores than those found.
pub fn restores(join: &Join, resource: &Resource, points: &[Point], schedules: &[CopySchedule]) -> Outcome<Restores> {
    let mut seen: Vec<Restore> = jobs(join, resource).filter_map(|(job, created_at, id)| of_job(job, created_at, id)).collect();
    from_recovery_points(join, resource, &mut seen);
    let shown = join.data_type(resource).map(|data_type| &data_type.restores);
    seen.extend(shown.map(|evidence| (evidence.seen)(join.index, resource, points)).unwrap_or_default());
    // An earlier restore is of another resource that had the same name.
    let since = join.named_since(resource);
    let counts = |restore: &Restore| restore.at <= join.as_of && since.is_none_or(|since| since <= restore.at);
    seen.retain(counts);
    let remembered = join
        .summaries
        .ledger()
        .restores(&resource.arn)
        .filter(|recorded| counts(&recorded.restore) && !seen.iter().any(|restore| restore.is_same(&recorded.restore)));
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
    // Of two proofs of the same moment, the stronger comes first.
    successes.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.validated.cmp(&a.validated)).then_with(|| a.source.cmp(&b.source)));
    let mut told: Vec<RestoreSeen> = all().map(|restore| restore_seen(restore, join.as_of)).collect();
    told.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.source.cmp(&b.source)));
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
    // Recovery points show their last restore, and other resources show what they were restored from.
    let known = join.data_type(resource).is_none_or(|data_type| data_type.aws_backup.is_some());
    let mut evidence = if known { vec!["backup:ListRestoreJobs", POINT_OPERATIONS[0], POINT_OPERATIONS[1]] } else { Vec::new() };
    evidence.extend(shown.map_or(&[][..], |evidence| evidence.shown_by));
    let mut unread = join.index.missing(&evidence);
    unread.extend(elsewhere_unread(join, resource, schedules));
    let unclear = |job: &RestoreJob| job.status.is_unread() || job.validation_status.is_unread();
    unread.extend(
        jobs(join, resource).filter(|(job, _, _)| unclear(job)).map(|(_, _, id)| format!("how restore job {id} ended was not read")),
    );
    unless(unread, Restores { tests, rto_seconds: rto, all: told })
}

fn restore_seen(restore: &Restore, as_of: DateTime<Utc>) -> RestoreSeen {
    RestoreSeen {
        at: restore.at,
        age_seconds: (as_of - restore.at).num_seconds(),
        succeeded: restore.succeeded,
        status: restore.attempt.as_ref().map(|attempt| attempt.status.clone()),
        validated: restore.validated,
        took_seconds: restore.took_seconds,
        source: restore.source.clone(),
        message: restore.attempt.as_ref().and_then(|attempt| attempt.message.clone()),
    }
}

/// The restore jobs of the resource (or of the instance whose backups contain it), in its own shard and, for copies, in others.
fn jobs<'a>(join: &'a Join, resource: &'a Resource) -> impl Iterator<Item = (&'a RestoreJob, Option<DateTime<Utc>>, &'a str)> {
    sources(join, resource).into_iter().flat_map(move |source| jobs_of(join, source))
}

/// The sources of the resource's backups: the resource itself, and the instances that it is attached to.
fn sources<'a>(join: &'a Join, resource: &'a Resource) -> Vec<&'a Resource> {
    let instances = join.holders_of(resource).into_iter().map(|(instance, _)| instance);
    std::iter::once(resource).chain(instances).collect()
}

fn jobs_of<'a>(join: &'a Join, resource: &'a Resource) -> impl Iterator<Item = (&'a RestoreJob, Option<DateTime<Utc>>, &'a str)> {
    let here = join.index.restore_jobs.get(&resource.arn).into_iter().flatten();
    let here = here.map(|job| (job.properties, job.resource.created_at, job.resource.id.as_str()));
    let elsewhere = join.summaries.foreign_restores(&resource.arn).iter();
    let elsewhere = elsewhere.filter(|restore| restore.account != resource.account || restore.region != resource.region);
    here.chain(elsewhere.map(|restore| (&restore.properties, restore.created_at, restore.id.as_str())))
}

/// Why there may be restores, and failed restores, in the other places that the resource's backups are copied to.
fn elsewhere_unread(join: &Join, resource: &Resource, schedules: &[CopySchedule]) -> BTreeSet<String> {
    let mut places: BTreeSet<(&str, &str)> = schedules.iter().map(|schedule| (&*schedule.account, &*schedule.region)).collect();
    for source in sources(join, resource) {
        let copies = join.summaries.foreign_backups(&source.arn);
        places.extend(copies.iter().map(|copy| (&*copy.account, &*copy.region)));
        let jobs = join.index.copy_jobs.get(&source.arn).into_iter().flatten();
        let destinations = jobs.filter_map(|job| job.properties.destination_vault_arn.read());
        places.extend(destinations.map(|vault| (arn::account(vault), arn::region(vault))));
    }
    let unread = |(account, region): (&str, &str)| Some(&join.summaries.get(account, region)?.restores_unread);
    places.into_iter().filter_map(unread).flatten().cloned().collect()
}

/// A finished job. It succeeded if its status is COMPLETED and its validation is neither FAILED nor TIMED_OUT.
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
        took_seconds: created_at.zip(job.completed_at.present()).map(|(created, completed)| (*completed - created).num_seconds()),
        attempt: Some(RestoreAttempt {
            at,
            succeeded,
            status: status.clone(),
            validation_status: job.validation_status.present().cloned(),
            message,
        }),
    })
}

/// A restore that is known only by its result.
pub fn seen_as(at: DateTime<Utc>, source: String) -> Restore {
    Restore { at, source, succeeded: true, validated: false, took_seconds: None, attempt: None }
}

/// How far `LastRestoreTime` may differ from the dates of the job that set it.
const SAME_RESTORE: Duration = Duration::hours(1);

/// `LastRestoreTime` shows a restore whose job AWS no longer lists. If the job is still listed, or is in the ledger, the job shows how the
/// restore ended.
fn from_recovery_points(join: &Join, resource: &Resource, restores: &mut Vec<Restore>) {
    let told = |point: &str, at: DateTime<Utc>| {
        let listed = jobs_of(join, resource).any(|(job, created_at, _)| {
            job.recovery_point_arn.present().is_none_or(|of| of == point)
                && created_at.is_some_and(|created_at| created_at - SAME_RESTORE <= at)
                && job.completed_at.present().is_none_or(|completed_at| at <= *completed_at + SAME_RESTORE)
        });
        let mut recorded = join.summaries.ledger().restores(&resource.arn).map(|recorded| &recorded.restore);
        let recorded = recorded.any(|restore| {
            let took = Duration::seconds(restore.took_seconds.unwrap_or(0));
            restore.attempt.is_some() && restore.at - took - SAME_RESTORE <= at && at <= restore.at + SAME_RESTORE
        });
        listed || recorded
    };
    let points = join.index.points.get(&resource.arn).into_iter().flatten();
    restores.extend(points.filter_map(|point| {
        let at = *point.properties.last_restored_at.present()?;
        let arn = &point.resource.arn;
        (!told(arn, at)).then(|| seen_as(at, format!("last restore of recovery point {arn}")))
    }));
}
