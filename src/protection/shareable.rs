//! Snapshots and images: with whom they are shared.

use super::context::Join;
use super::facts::{Facts, Joined, ShareableFacts};
use super::unread::Unread;
use crate::inventory::Resource;

/// The facts of a snapshot or an image.
pub fn shareable_facts(join: &Join, resource: &Resource) -> Joined {
    let shared_with = resource.properties.get("shared_with").and_then(serde_json::Value::as_array).into_iter().flatten();
    let facts = ShareableFacts { scope_accounts: join.audited_accounts(shared_with.filter_map(serde_json::Value::as_str)).into() };
    Joined { facts: Facts::Shareable(facts), unread: Unread::new() }
}
