//! The restores of a data resource's backups.

use super::told::{plain, record};
use chrono::{DateTime, Utc};

plain!(Restore);

record! {
    /// Restores of the resource's backups that the audit saw.
    #[derive(Default)]
    RestoreTests {
        /// Successful ones.
        count: i64,
        last_success_at: Option<DateTime<Utc>>,
        last_success_age_seconds: Option<i64>,
        /// The evidence: `restore job …`, `LastRestoreTime of a recovery point`, `table … restored from it`, `ledger line 7: …`.
        last_success_source: Option<String>,
        last_failure_at: Option<DateTime<Utc>>,
        /// Whether the last successful one was validated; `null` without a successful one.
        validated: Option<bool>,
        /// `null` without an attempt.
        last_attempt: Option<RestoreAttempt>,
        /// The restores that the inventory shows, for the ledger; rules do not see them.
        #[serde(skip)]
        seen: Vec<Restore>,
    }
}

/// A finished restore of one of the resource's backups.
#[derive(Clone, Debug, PartialEq)]
pub struct Restore {
    pub at: DateTime<Utc>,
    /// The evidence.
    pub source: String,
    pub succeeded: bool,
    /// A person or a program checked the restored data and found it right.
    pub validated: bool,
    pub took_seconds: Option<i64>,
    /// What AWS, or the person who ran it, reports about the job; `None` if only its result shows.
    pub attempt: Option<RestoreAttempt>,
}

impl Restore {
    /// Whether both describe the same restore.
    pub fn is_same(&self, other: &Restore) -> bool {
        self.at == other.at && self.source == other.source
    }

    /// Whether its outcome may still change, because its validation is still running.
    pub fn is_open(&self) -> bool {
        self.attempt.as_ref().is_some_and(|attempt| attempt.validation_status.as_deref() == Some("VALIDATING"))
    }
}

record! {
    /// A restore of one of the resource's backups that the audit saw, succeeded or not.
    RestoreSeen {
        at: DateTime<Utc>,
        age_seconds: i64,
        succeeded: bool,
        /// The job's status; `null` if only the result shows.
        status: Option<String>,
        /// A person or a program checked the restored data and found it right.
        validated: bool,
        took_seconds: Option<i64>,
        /// The evidence, as in `restore_tests.last_success_source`.
        source: String,
        /// What AWS says about a failure.
        message: Option<String>,
    }
}

record! {
    /// A finished restore attempt.
    RestoreAttempt {
        at: DateTime<Utc>,
        /// COMPLETED, and validation neither FAILED nor TIMED_OUT.
        succeeded: bool,
        status: String,
        validation_status: Option<String>,
        message: Option<String>,
    }
}
