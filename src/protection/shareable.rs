//! Snapshots and images: which accounts they are shared with.

use super::context::Join;
use super::facts::{Facts, ShareableFacts};
use crate::inventory::Fact;

/// The facts of a snapshot or an image.
pub fn shareable_facts(join: &Join, shared_with: Option<&Fact<Vec<String>>>) -> Facts {
    let shared_with = shared_with.and_then(Fact::read).into_iter().flatten();
    ShareableFacts { scope_accounts: join.audited_accounts(shared_with.map(String::as_str)).into() }.into()
}
