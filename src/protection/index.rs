//! One shard's evidence, by the resource it speaks of: read once, looked up by ARN.

use crate::inventory::types::{Properties, backup, dlm, dynamodb, ebs, kms, rds};
use crate::inventory::{Resource, Shard};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// A resource with its properties as the type's struct.
pub struct Typed<'s, P> {
    pub resource: &'s Resource,
    pub properties: P,
}

/// The resources of one type. Resources whose properties do not have the type's shape are refused when an inventory is read.
pub fn typed<P: Properties>(shard: &Shard) -> Vec<Typed<'_, P>> {
    shard.of_type(P::INFO.name).filter_map(|resource| resource.properties_as().map(|properties| Typed { resource, properties })).collect()
}

/// A snapshot of a database or volume, whatever its service calls it.
pub struct Snapshot<'s> {
    pub resource: &'s Resource,
    pub source_arn: String,
    pub restorable: bool,
    /// `aws_backup`, `dlm`, `automated`, or `manual`.
    pub made_by: &'static str,
    pub encrypted: Option<bool>,
    pub kms_key_arn: Option<String>,
    pub public: Option<bool>,
    pub locked: Option<bool>,
    pub archived: bool,
}

/// The evidence of a shard.
pub struct Index<'s> {
    pub shard: &'s Shard,
    pub plans: Vec<Typed<'s, backup::BackupPlan>>,
    pub selections: Vec<Typed<'s, backup::BackupSelection>>,
    pub vaults: HashMap<&'s str, Typed<'s, backup::BackupVault>>,
    pub points: HashMap<String, Vec<Typed<'s, backup::RecoveryPoint>>>,
    pub backup_jobs: HashMap<String, Vec<Typed<'s, backup::BackupJob>>>,
    pub copy_jobs: HashMap<String, Vec<Typed<'s, backup::CopyJob>>>,
    pub restore_jobs: HashMap<String, Vec<Typed<'s, backup::RestoreJob>>>,
    pub restore_testing_plans: Vec<Typed<'s, backup::RestoreTestingPlan>>,
    pub restore_testing_selections: Vec<Typed<'s, backup::RestoreTestingSelection>>,
    pub snapshots: HashMap<String, Vec<Snapshot<'s>>>,
    pub table_backups: HashMap<String, Vec<Typed<'s, dynamodb::Backup>>>,
    pub automated_backups: HashMap<String, Vec<(&'s Resource, rds::AutomatedBackup)>>,
    /// The tables that were restored from others.
    pub restored_tables: Vec<Typed<'s, dynamodb::Table>>,
    pub volumes: HashMap<&'s str, Typed<'s, ebs::Volume>>,
    pub instances: HashMap<&'s str, Typed<'s, ebs::Instance>>,
    pub lifecycle_policies: Vec<Typed<'s, dlm::LifecyclePolicy>>,
    pub keys: HashMap<&'s str, Typed<'s, kms::Key>>,
    /// The largest gap of each cron expression of the DLM policies; `None` when it cannot be understood or never runs again.
    pub cron_gaps: HashMap<String, Option<i64>>,
}

impl<'s> Index<'s> {
    /// Indexes a shard.
    pub fn of(shard: &'s Shard, as_of: DateTime<Utc>) -> Self {
        let lifecycle_policies = typed(shard);
        Index {
            cron_gaps: cron_gaps(&lifecycle_policies, as_of),
            shard,
            plans: typed(shard),
            selections: typed(shard),
            vaults: typed::<backup::BackupVault>(shard).into_iter().map(|vault| (vault.resource.arn.as_str(), vault)).collect(),
            points: group(typed::<backup::RecoveryPoint>(shard), |point| point.properties.source_arn.present().cloned()),
            backup_jobs: group(typed::<backup::BackupJob>(shard), |job| job.properties.source_arn.read().cloned()),
            copy_jobs: group(typed::<backup::CopyJob>(shard), |job| job.properties.source_arn.read().cloned()),
            restore_jobs: group(typed::<backup::RestoreJob>(shard), |job| job.properties.source_arn.present().cloned()),
            restore_testing_plans: typed(shard),
            restore_testing_selections: typed(shard),
            snapshots: group(snapshots(shard), |snapshot| Some(snapshot.source_arn.clone())),
            table_backups: group(typed::<dynamodb::Backup>(shard), |backup| backup.properties.source_arn.read().cloned()),
            automated_backups: automated_backups(shard),
            restored_tables: typed(shard).into_iter().filter(was_restored).collect(),
            volumes: typed::<ebs::Volume>(shard).into_iter().map(|volume| (volume.resource.id.as_str(), volume)).collect(),
            instances: typed::<ebs::Instance>(shard).into_iter().map(|instance| (instance.resource.id.as_str(), instance)).collect(),
            lifecycle_policies,
            keys: typed::<kms::Key>(shard).into_iter().map(|key| (key.resource.arn.as_str(), key)).collect(),
        }
    }

    /// Why some of these operations did not answer in full in this shard, if so.
    pub fn missing(&self, operations: &[&str]) -> Vec<String> {
        operations
            .iter()
            .filter_map(|operation| self.shard.coverage.require(operation, &self.shard.account, &self.shard.region).err())
            .collect()
    }
}

fn cron_gaps(policies: &[Typed<dlm::LifecyclePolicy>], as_of: DateTime<Utc>) -> HashMap<String, Option<i64>> {
    let schedules = policies.iter().flat_map(|policy| policy.properties.schedules.read().into_iter().flatten());
    let gap = |cron: &str| super::reach::largest_gap(Some(cron), None, as_of);
    schedules.filter_map(|schedule| schedule.cron.as_deref()).map(|cron| (cron.to_owned(), gap(cron))).collect()
}

fn was_restored(table: &Typed<dynamodb::Table>) -> bool {
    table.properties.restored_from.present().is_some()
}

/// Groups by a key; what has none is left out.
fn group<T>(items: Vec<T>, key: impl Fn(&T) -> Option<String>) -> HashMap<String, Vec<T>> {
    let mut groups: HashMap<String, Vec<T>> = HashMap::new();
    for item in items {
        if let Some(key) = key(&item) {
            groups.entry(key).or_default().push(item);
        }
    }
    groups
}

fn snapshots(shard: &Shard) -> Vec<Snapshot<'_>> {
    let mut found: Vec<Snapshot> = typed::<ebs::Snapshot>(shard)
        .into_iter()
        .filter_map(|Typed { resource, properties }| {
            Some(Snapshot {
                resource,
                source_arn: properties.source_arn.present()?.clone(),
                restorable: properties.status.read().is_some_and(|status| status == "completed"),
                made_by: match properties.made_by.present().map(String::as_str) {
                    Some("aws_backup") => "aws_backup",
                    Some("dlm") => "dlm",
                    _ => "manual",
                },
                encrypted: properties.encrypted.read().copied(),
                kms_key_arn: properties.kms_key_arn.present().cloned(),
                public: properties.public.read().copied(),
                locked: properties.lock.read().map(|lock| lock.as_ref().is_some_and(|lock| lock.state != "expired")),
                archived: properties.storage_tier.read().is_some_and(|tier| tier == "archive"),
            })
        })
        .collect();
    found.extend(database_snapshots::<rds::DbSnapshot>(shard));
    found.extend(database_snapshots::<rds::DbClusterSnapshot>(shard));
    found.extend(database_snapshots::<rds::NeptuneClusterSnapshot>(shard));
    found.extend(database_snapshots::<rds::DocDbClusterSnapshot>(shard));
    found
}

/// The four kinds of database snapshot have the same properties, which are read by name here.
fn database_snapshots<P: Properties>(shard: &Shard) -> Vec<Snapshot<'_>> {
    let flag = |resource: &Resource, name: &str| resource.properties.get(name).and_then(serde_json::Value::as_bool);
    shard
        .of_type(P::INFO.name)
        .filter_map(|resource| {
            Some(Snapshot {
                resource,
                source_arn: resource.text("source_arn")?.to_owned(),
                restorable: resource.text("status") == Some("available"),
                made_by: match resource.text("snapshot_type") {
                    Some("awsbackup") => "aws_backup",
                    Some("automated") => "automated",
                    _ => "manual",
                },
                encrypted: flag(resource, "encrypted"),
                kms_key_arn: resource.text("kms_key_arn").map(str::to_owned),
                public: flag(resource, "public"),
                locked: Some(false),
                archived: false,
            })
        })
        .collect()
}

fn automated_backups(shard: &Shard) -> HashMap<String, Vec<(&Resource, rds::AutomatedBackup)>> {
    let names = [rds::AutomatedBackup::INFO.name, rds::ClusterAutomatedBackup::INFO.name];
    let all: Vec<(&Resource, rds::AutomatedBackup)> = shard
        .resources
        .iter()
        .filter(|resource| names.contains(&resource.type_name.as_str()))
        .filter_map(|resource| Some((resource, resource.properties_as()?)))
        .collect();
    group(all, |(_, backup)| backup.source_arn.read().cloned())
}
