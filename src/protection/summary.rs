//! The small summary of a shard: what other shards must know of it.

use super::index::key_in_use;
use super::title::title;
use crate::inventory::types::account::Account;
use crate::inventory::types::{ResourceType, backup, s3};
use crate::inventory::{Fact, GLOBAL, Resource, Shard, arn};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A backup vault, as other shards see it.
#[derive(Clone, Debug)]
pub struct VaultSummary {
    /// `None` if the lock is unknown.
    pub locked: Option<bool>,
    pub air_gapped: bool,
}

/// A backup in this shard whose resource is elsewhere, or that was copied from elsewhere.
#[derive(Clone, Debug)]
pub struct ForeignBackup {
    pub arn: String,
    /// The account whose data the backup holds.
    pub source_account: String,
    pub created_at: DateTime<Utc>,
    pub account: String,
    pub region: String,
    pub locked: Fact<bool>,
    pub air_gapped: bool,
    pub encrypted: Option<bool>,
    /// When AWS Backup deletes it.
    pub delete_at: Option<DateTime<Utc>>,
    /// `recovery_point`, [`SNAPSHOT`] or [`AUTOMATED`].
    pub seen_as: &'static str,
}

impl ForeignBackup {
    /// A backup of this shard that was copied from a backup, or is of data, whose ARN is `source`. Its service cannot lock it.
    pub fn of_copy(summary: &Summary, resource: &Resource, source: &str, created_at: DateTime<Utc>, encrypted: Option<bool>) -> Self {
        ForeignBackup {
            arn: resource.arn.clone(),
            source_account: arn::account(source).to_owned(),
            created_at,
            account: summary.account.clone(),
            region: summary.region.clone(),
            locked: Fact::Read(false),
            air_gapped: false,
            encrypted,
            delete_at: None,
            seen_as: SNAPSHOT,
        }
    }
}

/// The `seen_as` of automated backups that are replicated to another Region.
pub const AUTOMATED: &str = "automated_backup";

/// The `seen_as` of snapshots that were made by hand or by AWS Backup, and copied without AWS Backup.
pub const SNAPSHOT: &str = "snapshot";

/// A finished restore of a backup whose resource is elsewhere.
#[derive(Clone, Debug)]
pub struct ForeignRestore {
    /// The account of the shard that restored it.
    pub account: String,
    pub region: String,
    pub properties: backup::RestoreJob,
    pub created_at: Option<DateTime<Utc>>,
    pub id: String,
}

/// The summary of one shard.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub account: String,
    pub region: String,
    /// Vaults by ARN.
    pub vaults: HashMap<String, VaultSummary>,
    /// Why the vaults or their content are not fully known.
    pub vaults_unread: Vec<String>,
    /// Why there may be more restores of the vaults' content.
    pub restores_unread: Vec<String>,
    /// The operations that list copies not made by AWS Backup, if they did not answer, with the reasons.
    pub lists_unread: BTreeMap<&'static str, String>,
    /// How many days replicas of automated backups are kept, by ARN, if known.
    pub replicas: HashMap<String, i64>,
    /// Buckets by name.
    pub buckets: HashMap<String, BucketSummary>,
    pub buckets_unread: Vec<String>,
    /// For the account's own shard: the Regions that are enabled.
    pub enabled_regions: Vec<String>,
    /// Backups by the ARN of their source: of a resource (recovery points, automated backups) or of a snapshot they are copies of.
    pub foreign_backups: HashMap<String, Vec<ForeignBackup>>,
    pub foreign_restores: HashMap<String, Vec<ForeignRestore>>,
    /// Whether it holds data, apart from types that are data only where something asks for their backups.
    pub holds_data: bool,
    /// Why it may hold more data.
    pub data_unread: Vec<String>,
    /// Restorable backups of the account's own data.
    pub own_backups: i64,
    pub air_gapped_vaults: i64,
    /// The time of the newest backup, of the account's own data, in its own air-gapped vaults.
    pub newest_air_gapped_at: Option<DateTime<Utc>>,
    /// Completed copy jobs into vaults of other accounts: the destination vault and the time.
    pub copied_out: Vec<(String, DateTime<Utc>)>,
    /// Why the previous facts on backups are not fully known.
    pub backups_unread: Vec<String>,
    /// Copy actions of the shard's backup plans.
    pub copy_actions: Vec<CopyTarget>,
    /// The keys of the Region, of any account, that a resource of the shard names.
    pub used_keys: BTreeSet<String>,
    /// Why there may be more copy actions or keys.
    pub plans_unread: Vec<String>,
}

/// A copy action of a backup plan, for the vault that it writes to.
#[derive(Clone, Debug)]
pub struct CopyTarget {
    pub vault_arn: String,
    pub plan: String,
    pub rule: backup::BackupRule,
    pub retention_days: Fact<Option<i64>>,
    pub plan_created_at: Option<DateTime<Utc>>,
}

/// A bucket, as other shards see it.
#[derive(Clone, Debug)]
pub struct BucketSummary {
    /// The bucket's own Region: a template's shard has the buckets of all providers.
    pub region: String,
    /// `None` if versioning is unknown.
    pub versioning_enabled: Option<bool>,
}

/// The operations that must answer before a shard's recovery points are known.
pub const POINT_OPERATIONS: [&str; 2] = ["backup:ListBackupVaults", "backup:ListRecoveryPointsByBackupVault"];

/// Summarises a shard. `of_backup` adds what other shards must know of a snapshot or another backup that is a resource; `copy_listings` are
/// the operations that list copies not made by AWS Backup.
pub fn summarise(shard: &Shard, copy_listings: &[&'static str], of_backup: impl Fn(&mut Summary, &Resource)) -> Summary {
    let missing = |operations: &[&str]| -> Vec<String> {
        operations.iter().filter_map(|operation| shard.coverage.require(operation, &shard.account, &shard.region).err()).collect()
    };
    let mut summary = Summary {
        account: shard.account.clone(),
        region: shard.region.clone(),
        vaults_unread: vaults_unread(shard, &missing),
        restores_unread: if shard.coverage.template { Vec::new() } else { missing(&["backup:ListRestoreJobs"]) },
        lists_unread: copy_listings.iter().filter_map(|listing| Some((*listing, missing(&[listing]).pop()?))).collect(),
        buckets_unread: missing(&["s3:ListBuckets"]),
        plans_unread: if shard.region == GLOBAL { Vec::new() } else { missing(&["backup:ListBackupPlans", "backup:GetBackupPlan"]) },
        backups_unread: missing(&[POINT_OPERATIONS[0], POINT_OPERATIONS[1], "backup:ListCopyJobs"]),
        ..Summary::default()
    };
    for resource in shard.of_type(backup::BackupVault::INFO.name) {
        // A vault of a template may not be created if none of its properties is known.
        let doubted = resource.declared.is_some() && resource.properties.read_names().is_empty();
        if let Some(vault) = resource.get::<backup::BackupVault>().filter(|_| !doubted) {
            let air_gapped = vault.vault_type.read().is_some_and(|kind| kind == AIR_GAPPED);
            summary.air_gapped_vaults += i64::from(air_gapped);
            let locked = if air_gapped { Some(true) } else { vault.locked.read().copied() };
            summary.vaults.insert(resource.arn.clone(), VaultSummary { locked, air_gapped });
        }
    }
    for resource in shard.of_type(s3::Bucket::INFO.name) {
        let versioning = resource.get::<s3::Bucket>().and_then(|bucket| bucket.versioning.read().copied());
        let versioning_enabled = versioning.map(|versioning| versioning == s3::Versioning::Enabled);
        let bucket = BucketSummary { region: resource.region.clone(), versioning_enabled };
        summary.buckets.insert(arn::resource(&resource.arn).to_owned(), bucket);
    }
    for resource in &shard.resources {
        summary.used_keys.extend(key_in_use(resource).filter(|key| arn::region(key) == shard.region).map(str::to_owned));
        if let Some(account) = resource.get::<Account>() {
            summary.enabled_regions = account.enabled_regions.read().cloned().unwrap_or_default();
        }
        add_copy_actions(&mut summary, resource);
        add_point(&mut summary, resource);
        add_copy_job(&mut summary, resource);
        add_restore(&mut summary, resource);
        of_backup(&mut summary, resource);
    }
    summary
}

/// Why there may be other vaults, or more content in them.
fn vaults_unread(shard: &Shard, missing: &dyn Fn(&[&str]) -> Vec<String>) -> Vec<String> {
    if shard.coverage.is_template_alone() {
        return vec!["the template does not declare the vault".to_owned()];
    }
    if shard.coverage.template { missing(&POINT_OPERATIONS[..1]) } else { missing(&POINT_OPERATIONS) }
}

const AIR_GAPPED: &str = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT";

/// Whether a recovery point can be restored from.
pub fn restorable(status: Option<&String>) -> bool {
    status.is_some_and(|status| status == "COMPLETED" || status == "AVAILABLE")
}

fn add_point(summary: &mut Summary, resource: &Resource) {
    let Some(point) = resource.get::<backup::RecoveryPoint>() else { return };
    let (Some(source), Some(created_at)) = (point.source_arn.present(), resource.created_at) else { return };
    if !restorable(point.status.read()) {
        return;
    }
    let vault = point.vault_arn.read().and_then(|vault| summary.vaults.get(vault));
    let locked = vault.and_then(|vault| vault.locked).map_or(Fact::Unread, Fact::Read);
    let air_gapped = vault.is_some_and(|vault| vault.air_gapped);
    // The ARN of a bucket names neither account nor Region. For a copy, the source vault shows them.
    let copied_from = point.source_vault_arn.present();
    let home = |part: fn(&str) -> &str| copied_from.map_or(part(source), |vault| part(vault));
    let own_account = home(arn::account).is_empty() || home(arn::account) == summary.account;
    if own_account {
        summary.own_backups += 1;
        if air_gapped {
            summary.newest_air_gapped_at = summary.newest_air_gapped_at.max(Some(created_at));
        }
    }
    let foreign = (!home(arn::account).is_empty() && home(arn::account) != summary.account)
        || (!home(arn::region).is_empty() && home(arn::region) != summary.region);
    if foreign {
        summary.foreign_backups.entry(source.clone()).or_default().push(ForeignBackup {
            arn: resource.arn.clone(),
            source_account: home(arn::account).to_owned(),
            created_at,
            account: summary.account.clone(),
            region: summary.region.clone(),
            locked,
            air_gapped,
            encrypted: point.encrypted.read().copied(),
            delete_at: point.delete_at.present().copied(),
            seen_as: "recovery_point",
        });
    }
}

fn add_copy_actions(summary: &mut Summary, resource: &Resource) {
    let Some(plan) = resource.get::<backup::BackupPlan>() else { return };
    for rule in plan.rules.read().into_iter().flatten() {
        let copies = rule.copies.read().into_iter().flatten();
        summary.copy_actions.extend(copies.filter_map(|copy| {
            Some(CopyTarget {
                vault_arn: copy.destination_vault_arn.read()?.clone(),
                plan: title(resource),
                rule: rule.clone(),
                retention_days: copy.retention_days.clone(),
                plan_created_at: resource.created_at,
            })
        }));
    }
}

fn add_copy_job(summary: &mut Summary, resource: &Resource) {
    let Some(job) = resource.get::<backup::CopyJob>() else { return };
    let (Some(destination), Some(at)) = (job.destination_vault_arn.read(), resource.created_at) else { return };
    if job.status.read().is_some_and(|status| status == "COMPLETED") && arn::account(destination) != summary.account {
        summary.copied_out.push((destination.clone(), at));
    }
}

fn add_restore(summary: &mut Summary, resource: &Resource) {
    let Some(job) = resource.get::<backup::RestoreJob>() else { return };
    let Some(source) = job.source_arn.present().cloned() else { return };
    if arn::region(&source) != summary.region || arn::account(&source) != summary.account {
        summary.foreign_restores.entry(source).or_default().push(ForeignRestore {
            account: summary.account.clone(),
            region: summary.region.clone(),
            properties: job.clone(),
            created_at: resource.created_at,
            id: resource.id.clone(),
        });
    }
}
