//! What the shards of an audit need to know of each other, by name or ARN.

use super::ledger::Ledger;
use super::summary::{BucketSummary, CopyTarget, ForeignBackup, ForeignRestore, Summary, VaultSummary};
use crate::inventory::{Outcome, arn};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};

/// The summaries of all shards of an audit, by account and Region, and the content of the ledger. Lookups across all shards are by name or
/// ARN, so that their cost does not grow with the organisation.
#[derive(Clone, Debug, Default)]
pub struct Summaries {
    shards: BTreeMap<(String, String), Summary>,
    /// By name; bucket names are global.
    buckets: HashMap<String, BucketSummary>,
    /// By ARN. A template declares vaults of several accounts and Regions in one shard.
    vaults: HashMap<String, VaultSummary>,
    /// By the ARN of the backups' source.
    foreign_backups: HashMap<String, Vec<ForeignBackup>>,
    /// By the ARN of the restored backup's source.
    foreign_restores: HashMap<String, Vec<ForeignRestore>>,
    /// By the ARN of the vault that they write to.
    copy_actions: HashMap<String, Vec<CopyTarget>>,
    /// By account: the account's backups that lie in other accounts.
    outside: HashMap<String, Vec<Outside>>,
    /// By the ARN of a key: the account that the key is judged in. This is the key's own account if it uses the key, otherwise the first
    /// account that does.
    key_judges: HashMap<String, String>,
    ledger: Ledger,
}

/// A backup of an account's data that was found in another account.
#[derive(Clone, Debug)]
pub struct Outside {
    pub created_at: DateTime<Utc>,
    pub air_gapped: bool,
}

impl FromIterator<Summary> for Summaries {
    fn from_iter<I: IntoIterator<Item = Summary>>(summaries: I) -> Self {
        let mut all = Summaries::default();
        for summary in summaries {
            all.shards.insert((summary.account.clone(), summary.region.clone()), summary);
        }
        // In the order of the shards, regardless of which was read first.
        for summary in all.shards.values_mut() {
            for (name, bucket) in summary.buckets.drain() {
                all.buckets.entry(name).or_insert(bucket);
            }
            all.vaults.extend(summary.vaults.drain());
            for (source, backups) in summary.foreign_backups.drain() {
                for backup in backups.iter().filter(|backup| backup.source_account != summary.account) {
                    let outside = Outside { created_at: backup.created_at, air_gapped: backup.air_gapped };
                    all.outside.entry(backup.source_account.clone()).or_default().push(outside);
                }
                all.foreign_backups.entry(source).or_default().extend(backups);
            }
            for (source, restores) in summary.foreign_restores.drain() {
                all.foreign_restores.entry(source).or_default().extend(restores);
            }
            for key in std::mem::take(&mut summary.used_keys) {
                if arn::account(&key) == summary.account {
                    all.key_judges.insert(key, summary.account.clone());
                } else {
                    all.key_judges.entry(key).or_insert_with(|| summary.account.clone());
                }
            }
            for copy in summary.copy_actions.drain(..) {
                all.copy_actions.entry(copy.vault_arn.clone()).or_default().push(copy);
            }
        }
        all
    }
}

impl Summaries {
    /// Adds the restore tests of a ledger, which then count like those that AWS still shows.
    pub fn with_ledger(self, ledger: Ledger) -> Self {
        Summaries { ledger, ..self }
    }

    /// The content of the ledger; empty without one.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The summary of one shard.
    pub fn get(&self, account: &str, region: &str) -> Option<&Summary> {
        self.shards.get(&(account.to_owned(), region.to_owned()))
    }

    /// The summaries of one account, including the account's own shard.
    pub fn of_account<'a>(&'a self, account: &'a str) -> impl Iterator<Item = &'a Summary> {
        let from = (account.to_owned(), String::new());
        self.shards.range(from..).map(|(_, summary)| summary).take_while(move |summary| summary.account == account)
    }

    /// Whether the audit reads an account.
    pub fn has_account(&self, account: &str) -> bool {
        self.of_account(account).next().is_some()
    }

    /// A bucket of any account in the audit, by its name.
    pub fn bucket(&self, name: &str) -> Option<&BucketSummary> {
        self.buckets.get(name)
    }

    /// The backups of `source_arn` that lie in other shards than their source.
    pub fn foreign_backups(&self, source_arn: &str) -> &[ForeignBackup] {
        self.foreign_backups.get(source_arn).map_or(&[], Vec::as_slice)
    }

    /// The restores of backups of `source_arn` in other shards.
    pub fn foreign_restores(&self, source_arn: &str) -> &[ForeignRestore] {
        self.foreign_restores.get(source_arn).map_or(&[], Vec::as_slice)
    }

    /// The copy actions of all plans that write to a vault.
    pub fn copy_actions(&self, vault_arn: &str) -> &[CopyTarget] {
        self.copy_actions.get(vault_arn).map_or(&[], Vec::as_slice)
    }

    /// Whether a key that several accounts share is judged in another account than `account`.
    pub fn is_key_judged_elsewhere(&self, key_arn: &str, account: &str) -> bool {
        self.key_judges.get(key_arn).is_some_and(|judge| judge != account)
    }

    /// The account's backups that other accounts hold.
    pub fn outside(&self, account: &str) -> &[Outside] {
        self.outside.get(account).map_or(&[], Vec::as_slice)
    }

    /// A vault by its ARN; `Err` holds the reasons why the answer is unknown.
    pub fn vault(&self, vault_arn: &str) -> Outcome<Option<&VaultSummary>> {
        let summary = self.get(arn::account(vault_arn), arn::region(vault_arn));
        match (self.vaults.get(vault_arn), summary) {
            (Some(vault), _) => Ok(Some(vault)),
            (None, Some(summary)) if summary.vaults_unread.is_empty() => Ok(None),
            (None, Some(summary)) => Err(summary.vaults_unread.clone()),
            (None, None) => {
                let (account, region) = (arn::account(vault_arn), arn::region(vault_arn));
                Err(vec![format!("{account}/{region} was not read, where {vault_arn} is")])
            }
        }
    }
}
