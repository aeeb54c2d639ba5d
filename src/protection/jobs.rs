//! Backup and copy jobs of a resource: which failures no later success has resolved.

use super::context::Join;
use super::facts::{JobFailure, Jobs};
use crate::inventory::{Outcome, Resource, unless};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A recovery point in status PARTIAL cannot be restored.
const FAILED: [&str; 4] = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"];

/// The jobs of a resource.
///
/// # Errors
/// The reasons why there may be more jobs than the audit saw.
pub fn jobs(join: &Join, resource: &Resource) -> Outcome<Jobs> {
    let (index, as_of) = (join.index, join.as_of);
    let mut jobs = Jobs::default();
    // A success of one kind resolves the earlier failures of that kind.
    let mut by_kind: BTreeMap<String, Vec<JobFailure>> = BTreeMap::new();
    let mut last_success: BTreeMap<String, DateTime<Utc>> = BTreeMap::new();
    let mut unread = index.missing(&["backup:ListBackupJobs", "backup:ListCopyJobs"]);
    let since = join.named_since(resource);
    let mut add = |key: String, kind: &str, status: Option<&String>, message: Option<&String>, at: Option<DateTime<Utc>>| {
        let (Some(status), Some(at)) = (status, at) else {
            unread.push(format!("how a {kind} job of {} ended was not read", resource.arn));
            return;
        };
        if since.is_some_and(|since| at < since) {
            return;
        }
        if status == "COMPLETED" {
            jobs.succeeded += 1;
            let last = last_success.entry(key).or_insert(at);
            *last = (*last).max(at);
        } else if FAILED.contains(&status.as_str()) {
            jobs.failed += 1;
            by_kind.entry(key).or_default().push(JobFailure {
                kind: kind.to_owned(),
                status: status.clone(),
                message: message.cloned(),
                at,
                age_seconds: (as_of - at).num_seconds(),
            });
        }
    };
    for job in index.backup_jobs.get(&resource.arn).into_iter().flatten() {
        let properties = &job.properties;
        add("backup".to_owned(), "backup", properties.status.read(), properties.status_message.present(), job.resource.created_at);
    }
    for job in index.copy_jobs.get(&resource.arn).into_iter().flatten() {
        let properties = &job.properties;
        let destination = properties.destination_vault_arn.read().cloned().unwrap_or_default();
        add(format!("copy {destination}"), "copy", properties.status.read(), properties.status_message.present(), job.resource.created_at);
    }
    for (key, failures) in by_kind {
        let success = last_success.get(&key);
        jobs.unresolved.extend(failures.into_iter().filter(|failure| success.is_none_or(|success| failure.at > *success)));
    }
    jobs.unresolved.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.kind.cmp(&b.kind)).then_with(|| a.message.cmp(&b.message)));
    unread.dedup();
    unless(unread, jobs)
}
