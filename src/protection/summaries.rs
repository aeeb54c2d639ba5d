//! What all shards of an audit leave behind for each other, looked up by name or ARN.

use super::ledger::Ledger;
use super::summary::{BucketSummary, CopyTarget, ForeignBackup, ForeignRestore, Summary, VaultSummary};
use crate::inventory::{Outcome, arn};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};

/// The summaries of all shards of an audit, by account and Region, and what a ledger remembers. What a resource asks of all shards is
/// looked up by name or ARN, so that its cost does not grow with the organisation.
#[derive(Clone, Debug, Default)]
pub struct Summaries {
    shards: BTreeMap<(String, String), Summary>,
    /// By name; bucket names are global.
    buckets: HashMap<String, BucketSummary>,
    /// By ARN. A template declares vaults of several accounts and Regions in one shard.
    vaults: HashMap<String, VaultSummary>,
    /// By the ARN of what they are backups of.
    foreign_backups: HashMap<String, Vec<ForeignBackup>>,
    /// By the ARN of what was restored.
    foreign_restores: HashMap<String, Vec<ForeignRestore>>,
    /// By the ARN of the vault that they write to.
    copy_actions: HashMap<String, Vec<CopyTarget>>,
    /// By account, what lies in other accounts.
    outside: HashMap<String, Vec<Outside>>,
    /// By the ARN of a key, the account that it is judged in: its own if that uses it, else the first that does.
    key_judges: HashMap<String, String>,
    ledger: Ledger,
}

/// A backup of an account's data that was seen in another account.
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
        // In the order of the shards, whichever was read first.
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
    /// With the restore tests of a ledger, which then count like those that AWS still shows.
    pub fn with_ledger(self, ledger: Ledger) -> Self {
        Summaries { ledger, ..self }
    }

    /// What the ledger remembers; nothing without one.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The summary of one shard.
    pub fn get(&self, account: &str, region: &str) -> Option<&Summary> {
        self.shards.get(&(account.to_owned(), region.to_owned()))
    }

    /// Those of one account, the account's own shard among them.
    pub fn of_account<'a>(&'a self, account: &'a str) -> impl Iterator<Item = &'a Summary> {
        let from = (account.to_owned(), String::new());
        self.shards.range(from..).map(|(_, summary)| summary).take_while(move |summary| summary.account == account)
    }

    /// Whether the audit reads an account.
    pub fn has_account(&self, account: &str) -> bool {
        self.of_account(account).next().is_some()
    }

    /// A bucket of any account that was read, by its name.
    pub fn bucket(&self, name: &str) -> Option<&BucketSummary> {
        self.buckets.get(name)
    }

    /// Backups of `source_arn` that lie in other shards than what they are of.
    pub fn foreign_backups(&self, source_arn: &str) -> &[ForeignBackup] {
        self.foreign_backups.get(source_arn).map_or(&[], Vec::as_slice)
    }

    /// Restores of backups of `source_arn` in other shards.
    pub fn foreign_restores(&self, source_arn: &str) -> &[ForeignRestore] {
        self.foreign_restores.get(source_arn).map_or(&[], Vec::as_slice)
    }

    /// Copy actions of all plans that write to a vault.
    pub fn copy_actions(&self, vault_arn: &str) -> &[CopyTarget] {
        self.copy_actions.get(vault_arn).map_or(&[], Vec::as_slice)
    }

    /// Whether a key that accounts share is judged in another one than `account`.
    pub fn is_key_judged_elsewhere(&self, key_arn: &str, account: &str) -> bool {
        self.key_judges.get(key_arn).is_some_and(|judge| judge != account)
    }

    /// What other accounts keep for an account.
    pub fn outside(&self, account: &str) -> &[Outside] {
        self.outside.get(account).map_or(&[], Vec::as_slice)
    }

    /// A vault by its ARN: `Err` has the reasons why nobody can tell.
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
