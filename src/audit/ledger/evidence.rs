//! Converts protection facts into ledger entries, and ledger entries into restores for the next audit.

use super::entry::{Entry, Kind, Outcome};
use crate::inventory::Resource;
use crate::protection::facts::{CopyFact, Protection, Restore, RestoreAttempt};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// The evidence of one data resource: its finished restores, its newest backup, its newest copy in each other place.
///
/// Unread facts give no entry, nor does a restore whose validation is still running: it may fail.
pub fn entries(resource: &Resource, facts: &Protection) -> Vec<Entry> {
    let arn = resource.arn.as_str();
    let mut found = Vec::new();
    if let Some(tests) = facts.restore_tests.read() {
        found.extend(tests.seen.iter().filter(|restore| !restore.is_open()).map(|restore| restore_test(arn, restore)));
    }
    if let Some(newest) = facts.backups.read().and_then(|backups| backups.first()) {
        found.push(Entry::draft(Kind::Backup, arn, newest.created_at, newest.arn.clone()));
    }
    // Newest first, so that the first of a place is its newest.
    let mut copies: BTreeMap<(&str, &str), &CopyFact> = BTreeMap::new();
    for copy in facts.copies.read().into_iter().flatten().filter(|copy| is_elsewhere(copy)) {
        copies.entry((&copy.account, &copy.region)).or_insert(copy);
    }
    found.extend(copies.values().map(|copy| Entry {
        account: Some(copy.account.clone()),
        region: Some(copy.region.clone()),
        ..Entry::draft(Kind::Copy, arn, copy.created_at, format!("{} in {}/{}", copy.seen_as, copy.account, copy.region))
    }));
    found
}

/// A copy that may have been deleted is not evidence.
fn is_elsewhere(copy: &CopyFact) -> bool {
    [&copy.other_account, &copy.other_region].iter().any(|other| other.read() == Some(&true))
}

fn restore_test(arn: &str, restore: &Restore) -> Entry {
    let attempt = restore.attempt.as_ref();
    Entry {
        result: Some(if restore.succeeded { Outcome::Success } else { Outcome::Failure }),
        validated: Some(restore.validated),
        // A job that ended before it began has no valid duration.
        took_seconds: restore.took_seconds.filter(|seconds| *seconds >= 0),
        status: attempt.map(|attempt| attempt.status.clone()),
        validation_status: attempt.and_then(|attempt| attempt.validation_status.clone()),
        message: attempt.and_then(|attempt| attempt.message.clone()),
        ..Entry::draft(Kind::RestoreTest, arn, restore.at, restore.source.clone())
    }
}

/// A restore test that a person ran.
pub struct Attestation {
    pub resource: String,
    pub at: DateTime<Utc>,
    pub took_seconds: i64,
    pub result: Outcome,
    pub validated: bool,
    pub operator: String,
    pub ticket: String,
    pub note: Option<String>,
}

impl Attestation {
    /// Its ledger entry.
    pub fn draft(self) -> Entry {
        let source = format!("restore attested by {}, ticket {}", self.operator, self.ticket);
        Entry {
            result: Some(self.result),
            validated: Some(self.validated),
            took_seconds: Some(self.took_seconds),
            operator: Some(self.operator),
            ticket: Some(self.ticket),
            note: self.note,
            ..Entry::draft(Kind::Attestation, &self.resource, self.at, source)
        }
    }
}

/// The restore that an entry describes; `None` for backups and copies, which prove no restore.
pub fn restore_of(entry: &Entry) -> Option<Restore> {
    let succeeded = entry.result? == Outcome::Success;
    let validated = succeeded && entry.validated == Some(true);
    let attempt = match entry.kind {
        Kind::RestoreTest => entry.status.clone().map(|status| RestoreAttempt {
            at: entry.at,
            succeeded,
            status,
            validation_status: entry.validation_status.clone(),
            message: entry.message.clone(),
        }),
        Kind::Attestation => Some(RestoreAttempt {
            at: entry.at,
            succeeded,
            status: if succeeded { "COMPLETED" } else { "FAILED" }.to_owned(),
            validation_status: validated.then(|| "SUCCESSFUL".to_owned()),
            message: (!succeeded).then(|| entry.note.clone().unwrap_or_else(|| entry.source.clone())),
        }),
        Kind::Backup | Kind::Copy => return None,
    };
    Some(Restore { at: entry.at, source: entry.source.clone(), succeeded, validated, took_seconds: entry.took_seconds, attempt })
}
