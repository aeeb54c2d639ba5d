//! The account that a template is meant for: the plans, vaults and settings that are there already protect what the template declares.

use super::types;
use crate::inventory::{CoverageEntry, Resource, Shard};

/// Adds the account's resources to those that the template declares. They are evidence; rel9 does not judge them.
pub fn add(shard: &mut Shard, account: &Shard) {
    let counts = |resource: &&Resource| types::tables_of(&resource.type_name).any(|table| table.assumed_from.is_some());
    shard.resources.extend(account.resources.iter().filter(counts).cloned());
    // A resource that these services' calls did not list may exist.
    let decides = |entry: &&CoverageEntry| types::all().any(|table| table.assumed_from == Some(&entry.service));
    shard.coverage.entries.extend(account.coverage.entries.iter().filter(decides).cloned());
}
