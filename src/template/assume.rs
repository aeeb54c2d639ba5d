//! The account that a template is meant for: the plans, vaults and settings that are there already protect what the template declares.

use super::types;
use crate::inventory::{CoverageEntry, Resource, Shard};

/// Puts what the account has beside what the template declares. It is evidence and is not judged itself.
pub fn add(shard: &mut Shard, account: &Shard) {
    let counts = |resource: &&Resource| types::tables_of(&resource.type_name).any(|table| table.assumed_from.is_some());
    shard.resources.extend(account.resources.iter().filter(counts).cloned());
    // What these services' calls did not list may be there all the same.
    let decides = |entry: &&CoverageEntry| types::all().any(|table| table.assumed_from == Some(&entry.service));
    shard.coverage.entries.extend(account.coverage.entries.iter().filter(decides).cloned());
}
