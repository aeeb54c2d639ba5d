//! One line of a recovery ledger.

use crate::rules::hex;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The kind of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A finished restore that AWS showed: a restore job, a last restore time, a table or volume made from a backup.
    RestoreTest,
    /// The newest restorable backup at the time of an audit. For the record: it may have been deleted since.
    Backup,
    /// The newest copy in another place at the time of an audit. For the record: it may have been deleted since.
    Copy,
    /// A restore test that a person ran and attests to.
    Attestation,
}

impl Kind {
    /// The kind as the file writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::RestoreTest => "restore_test",
            Kind::Backup => "backup",
            Kind::Copy => "copy",
            Kind::Attestation => "attestation",
        }
    }
}

/// How a restore ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Success,
    Failure,
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Counted from 1.
    pub seq: u64,
    /// The hash of the entry before; of the first entry, that of the header line.
    pub prev: String,
    /// `sha256:` and the digest of this line without this key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hash: String,
    pub kind: Kind,
    /// The ARN of the resource that was backed up.
    pub resource: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The time of the audit that saw it; for an attestation, the time at which it was added.
    pub recorded_at: DateTime<Utc>,
    /// The proof.
    pub source: String,
    /// Of restore tests and attestations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_seconds: Option<i64>,
    /// Of restore jobs, AWS's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where a copy is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Of attestations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Entry {
    /// An entry that is not part of a chain yet.
    pub fn draft(kind: Kind, resource: &str, at: DateTime<Utc>, source: String) -> Self {
        Entry {
            seq: 0,
            prev: String::new(),
            hash: String::new(),
            kind,
            resource: resource.to_owned(),
            at,
            recorded_at: at,
            source,
            result: None,
            validated: None,
            took_seconds: None,
            status: None,
            validation_status: None,
            message: None,
            account: None,
            region: None,
            operator: None,
            ticket: None,
            note: None,
        }
    }

    /// Its line in the file, counted from 1: the header comes first.
    pub fn line(&self) -> u64 {
        self.seq.saturating_add(1)
    }

    /// The identity of the event that the entry is about.
    pub(super) fn key(&self) -> Key {
        (self.kind, self.resource.clone(), self.at, self.source.clone())
    }

    /// Whether it equals another entry, apart from when they were recorded.
    pub(super) fn says_the_same(&self, other: &Entry) -> bool {
        let plain = |entry: &Entry| Entry { seq: 0, prev: String::new(), hash: String::new(), recorded_at: entry.at, ..entry.clone() };
        plain(self) == plain(other)
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn digest(&self) -> String {
        sha256(Entry { hash: String::new(), ..self.clone() }.text().as_bytes())
    }

    /// A field that its kind requires and that is missing.
    pub(super) fn lacks(&self) -> Option<&'static str> {
        let judged = matches!(self.kind, Kind::RestoreTest | Kind::Attestation);
        let attested = self.kind == Kind::Attestation;
        [
            (judged && self.result.is_none(), "result"),
            (attested && self.took_seconds.is_none(), "took_seconds"),
            (attested && self.operator.is_none(), "operator"),
            (attested && self.ticket.is_none(), "ticket"),
        ]
        .into_iter()
        .find_map(|(missing, name)| missing.then_some(name))
    }
}

/// The identity of an event: kind, resource, time and source.
pub(super) type Key = (Kind, String, DateTime<Utc>, String);

/// `sha256:` and the digest.
pub(super) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}
