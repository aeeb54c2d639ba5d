//! KMS keys: what uses them.

use super::context::Join;
use super::facts::{Facts, KeyFacts};
use crate::inventory::types::{self, ResourceType, TypeInfo, account};
use crate::inventory::{Resource, unless};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The highest number of users of a key that the facts name.
const NAMED_USERS: usize = 20;

/// The facts of a KMS key.
pub fn key_facts(join: &Join, resource: &Resource) -> Facts {
    let mut used_by = Vec::new();
    let mut used_by_backups = false;
    for user in join.index.key_users.get(resource.arn.as_str()).into_iter().flatten() {
        // A user that is not data is a backup, or keeps backups.
        used_by_backups |= join.data_type(user).is_none_or(|data_type| (data_type.keeps_own_backups)(user));
        used_by.push(user.arn.clone());
    }
    used_by.sort();
    used_by.dedup();
    let count = used_by.len() as i64;
    used_by.truncate(NAMED_USERS);
    // A backup or vault that was not read may name it.
    let reasons = if used_by_backups { Vec::new() } else { join.index.missing(&key_listings(join)) };
    KeyFacts { used_by: used_by.into(), used_by_count: count.into(), used_by_backups: unless(reasons, used_by_backups).into() }.into()
}

/// The operations that list backups and vaults and read their keys.
fn key_listings(join: &Join) -> Vec<&'static str> {
    static NAMES_KEY: LazyLock<Vec<&TypeInfo>> = LazyLock::new(|| {
        let names_key = |info: &&TypeInfo| (info.schema)().as_value().pointer("/properties/kms_key_arn").is_some();
        types::all().iter().filter(|info| info.name != account::Region::INFO.name).filter(names_key).collect()
    });
    let is_data = |info: &TypeInfo| join.data_types.iter().any(|data_type| data_type.info.name == info.name);
    let of_backups = NAMES_KEY.iter().filter(|info| !is_data(info));
    let operations: BTreeSet<&str> =
        of_backups.flat_map(|info| info.sources_of("kms_key_arn").into_iter().chain([info.operation])).collect();
    operations.into_iter().collect()
}
