//! Snapshots and images: with whom they are shared.

use super::context::Join;
use super::facts::{Facts, ShareableFacts};
use crate::inventory::types::{ebs, rds};
use crate::inventory::{Fact, Resource};

/// The facts of a snapshot or an image.
pub fn shareable_facts(join: &Join, resource: &Resource) -> Facts {
    let shared_with = accounts_shared_with(resource).and_then(|accounts| accounts.read()).into_iter().flatten();
    ShareableFacts { scope_accounts: join.audited_accounts(shared_with.map(String::as_str)).into() }.into()
}

fn accounts_shared_with(resource: &Resource) -> Option<&Fact<Vec<String>>> {
    let of_image = resource.get::<ebs::Image>().map(|image| &image.shared_with);
    let of_snapshot = || resource.get::<ebs::Snapshot>().map(|snapshot| &snapshot.shared_with);
    let of_database = || resource.get::<rds::DbSnapshot>().map(|snapshot| &snapshot.shared_with);
    of_image.or_else(of_snapshot).or_else(of_database)
}
