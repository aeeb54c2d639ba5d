//! KMS keys: what uses them.

use super::context::Join;
use super::databases::backup_retention_days;
use super::facts::{Facts, KeyFacts};
use crate::inventory::types::{self, TypeInfo};
use crate::inventory::{Resource, unless};
use std::sync::OnceLock;

/// How many users of a key are named.
const NAMED_USERS: usize = 20;

/// The facts of a KMS key.
pub fn key_facts(join: &Join, resource: &Resource) -> Facts {
    let mut used_by = Vec::new();
    let mut used_by_backups = false;
    for user in join.index.key_users.get(resource.arn.as_str()).into_iter().flatten() {
        let is_data = types::find(&user.type_name).is_some_and(|info| info.is_data());
        let backed_up_natively = is_data && backup_retention_days(user).and_then(|days| days.read()).is_some_and(|days| *days > 0);
        used_by_backups |= !is_data || backed_up_natively;
        used_by.push(user.arn.clone());
    }
    used_by.sort();
    used_by.dedup();
    let count = used_by.len() as i64;
    used_by.truncate(NAMED_USERS);
    // A backup or vault that was not read may name it.
    let reasons = if used_by_backups { Vec::new() } else { join.index.missing(key_listings()) };
    KeyFacts { used_by: used_by.into(), used_by_count: count.into(), used_by_backups: unless(reasons, used_by_backups).into() }.into()
}

/// The operations that read the keys of backups and vaults.
fn key_listings() -> &'static [&'static str] {
    static LISTINGS: OnceLock<Vec<&'static str>> = OnceLock::new();
    LISTINGS.get_or_init(|| {
        let names_key = |info: &&TypeInfo| (info.schema)().as_value().pointer("/properties/kms_key_arn").is_some();
        let of_backups = types::all().iter().filter(|info| !info.is_data() && info.name != "AWS::Region").filter(names_key);
        let mut operations: Vec<&str> = of_backups.flat_map(|info| info.sources_of("kms_key_arn")).collect();
        operations.sort_unstable();
        operations.dedup();
        operations
    })
}
