//! Backups that are resources of their own: snapshots, images, table backups, automated backups. No field has a default.

use super::index::{Index, Snapshot};
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
    /// Why the source with this ARN may be a resource that rel9 does not list, although the ARN has the form of a type that rel9 lists; `None` if
    /// it cannot be.
    pub source_in_doubt: fn(&Index, &str) -> Option<String>,
    /// The accounts that it is shared with; `None` for a type that cannot be shared.
    pub shared_with: Option<SharedWith>,
    /// Adds what other shards need: that it is a copy of a backup in their account and Region.
    pub summarise: fn(&mut Summary, &Resource),
}
