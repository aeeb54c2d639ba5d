//! Plans that have nowhere to put a backup.

use crate::inventory::types::{ResourceType, backup};
use crate::inventory::{Resource, Shard, is_symbolic};
use std::collections::{BTreeMap, BTreeSet};

/// The backup plans, by ARN, of which every rule targets a vault that does not exist: they back nothing up; and why. Empty if the vaults are
/// not known.
pub fn plans_without_vault(shard: &Shard) -> BTreeMap<String, String> {
    let vaults: Vec<&Resource> = shard.of_type(backup::BackupVault::INFO.name).collect();
    let names: BTreeSet<&str> = vaults.iter().flat_map(|vault| vault.name.as_deref().into_iter().chain([vault.id.as_str()])).collect();
    let is_read = shard.coverage.require("backup:ListBackupVaults", &shard.account, &shard.region).is_ok();
    if !is_read || vaults.iter().any(|vault| vault.name.as_deref().is_some_and(is_symbolic)) {
        return BTreeMap::new();
    }
    let missing = |plan: &Resource| {
        let rules = plan.get::<backup::BackupPlan>()?.rules.read()?;
        let vaults = rules.iter().map(|rule| rule.vault.read().map(String::as_str)).collect::<Option<BTreeSet<&str>>>()?;
        let is_missing = |vault: &&str| !is_symbolic(vault) && !names.contains(vault);
        let first = vaults.first().filter(|_| vaults.iter().all(is_missing))?;
        Some((plan.arn.clone(), format!("it backs nothing up: its vault {first} does not exist")))
    };
    // A template may leave open whether a plan has more rules.
    let is_whole = |plan: &&Resource| plan.unsettled(&crate::inventory::more_path("rules")).is_empty();
    shard.of_type(backup::BackupPlan::INFO.name).filter(is_whole).filter_map(missing).collect()
}
