//! Backups that are resources of their own: snapshots, images, table backups, automated backups. No field has a default.

use super::index::Snapshot;
use super::summary::Summary;
use crate::inventory::types::TypeInfo;
use crate::inventory::{Fact, Resource};
use chrono::{DateTime, Utc};

/// Reads the accounts that a backup is shared with.
pub type SharedWith = fn(&Resource) -> Option<&Fact<Vec<String>>>;

/// A resource type whose resources are backups of others.
pub struct BackupType {
    pub info: &'static TypeInfo,
    /// The resource as a backup of its source: who made it, whether it can be restored, what keeps it. `None` if its source is not known or
    /// another resource represents it.
    pub snapshot: for<'s> fn(&'s Resource, DateTime<Utc>) -> Option<Snapshot<'s>>,
    /// The accounts that it is shared with; `None` for a type that cannot be shared.
    pub shared_with: Option<SharedWith>,
    /// Adds what other shards need: that it is a copy of a backup in their account and Region.
    pub summarise: fn(&mut Summary, &Resource),
}
