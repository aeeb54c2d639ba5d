//! Automated backups of instances and clusters, including those that are replicated from other Regions and those of deleted databases.

use super::{
    DESCRIBE_DB_CLUSTER_AUTOMATED_BACKUPS, DESCRIBE_DB_INSTANCE_AUTOMATED_BACKUPS, PAGE, Present, encryption, source_arn, tags_of,
};
use crate::aws::call::Reader;
use crate::aws::convert::{optional_time, resource};
use crate::inventory::types::ResourceType;
use crate::inventory::types::rds::{AutomatedBackup, ClusterAutomatedBackup};
use crate::inventory::{Resource, arn};
use aws_sdk_rds::Client;
use aws_sdk_rds::types as sdk;
use chrono::{DateTime, Utc};

pub async fn list_instance_backups(reader: &Reader, client: &Client) -> Option<Vec<sdk::DbInstanceAutomatedBackup>> {
    let pages = client.describe_db_instance_automated_backups().into_paginator().page_size(PAGE).send();
    reader.pages(&DESCRIBE_DB_INSTANCE_AUTOMATED_BACKUPS, pages, |page| page.db_instance_automated_backups.unwrap_or_default()).await
}

pub async fn list_cluster_backups(reader: &Reader, client: &Client) -> Option<Vec<sdk::DbClusterAutomatedBackup>> {
    let pages = client.describe_db_cluster_automated_backups().into_paginator().page_size(PAGE).send();
    reader.pages(&DESCRIBE_DB_CLUSTER_AUTOMATED_BACKUPS, pages, |page| page.db_cluster_automated_backups.unwrap_or_default()).await
}

/// The earliest time to which an instance can be restored from its own automated backups, not from those of a deleted instance of the same
/// name. Only an instance with retention 0 has no automated backups ("current instances with retention periods greater than
/// zero (0) are returned").
pub fn earliest_restorable(backups: &[sdk::DbInstanceAutomatedBackup], arn: &str, resource_id: Option<&str>) -> Option<DateTime<Utc>> {
    backups
        .iter()
        .filter(|backup| match &backup.db_instance_arn {
            Some(of) => of == arn,
            None => backup.db_instance_identifier.as_deref() == Some(arn::id(arn)),
        })
        .filter(|backup| match (backup.dbi_resource_id.as_deref(), resource_id) {
            (Some(of), Some(id)) => of == id,
            _ => true,
        })
        .filter(|backup| backup.status.as_deref() != Some("retained"))
        .filter_map(|backup| optional_time(backup.restore_window.as_ref()?.earliest_time.as_ref()))
        .min()
}

pub fn instance_backup(reader: &Reader, backup: sdk::DbInstanceAutomatedBackup, instances: &[Present]) -> Option<Resource> {
    let source = source_of(reader, backup.db_instance_arn, "db", backup.db_instance_identifier.as_deref(), backup.region.as_deref())?;
    let window = backup.restore_window;
    let encryption = encryption(reader, backup.encrypted, backup.storage_encryption_type.as_ref(), backup.kms_key_id.as_deref());
    let place = own_or_elsewhere(reader, &source);
    let properties = AutomatedBackup {
        source_arn: match &place {
            Some(_) => source.clone(),
            None => source_arn(source.clone(), arn::id(&source), backup.dbi_resource_id.as_deref(), instances),
        }
        .into(),
        status: backup.status.into(),
        earliest_restorable_at: window.as_ref().and_then(|window| optional_time(window.earliest_time.as_ref())).into(),
        latest_restorable_at: window.and_then(|window| optional_time(window.latest_time.as_ref())).into(),
        backup_retention_days: backup.backup_retention_period.map(i64::from).into(),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        source_region: place.into(),
    };
    let own_id = backup.dbi_resource_id.unwrap_or_else(|| arn::id(&source).to_owned());
    let (arn, id) = identity(reader, backup.db_instance_automated_backups_arn, "auto-backup", own_id);
    Some(Resource { name: backup.db_instance_identifier, tags: tags_of(backup.tag_list), ..resource(reader, arn, id, properties) })
}

pub fn cluster_backup(reader: &Reader, backup: sdk::DbClusterAutomatedBackup, clusters: &[Present]) -> Option<Resource> {
    let source = source_of(reader, backup.db_cluster_arn, "cluster", backup.db_cluster_identifier.as_deref(), backup.region.as_deref())?;
    let window = backup.restore_window;
    let encryption = encryption(reader, backup.storage_encrypted, backup.storage_encryption_type.as_ref(), backup.kms_key_id.as_deref());
    let place = own_or_elsewhere(reader, &source);
    let properties = AutomatedBackup {
        source_arn: match &place {
            Some(_) => source.clone(),
            None => source_arn(source.clone(), arn::id(&source), backup.db_cluster_resource_id.as_deref(), clusters),
        }
        .into(),
        status: backup.status.into(),
        earliest_restorable_at: window.as_ref().and_then(|window| optional_time(window.earliest_time.as_ref())).into(),
        latest_restorable_at: window.and_then(|window| optional_time(window.latest_time.as_ref())).into(),
        backup_retention_days: backup.backup_retention_period.map(i64::from).into(),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        source_region: place.into(),
    };
    let own_id = backup.db_cluster_resource_id.unwrap_or_else(|| arn::id(&source).to_owned());
    let (arn, id) = identity(reader, backup.db_cluster_automated_backups_arn, "cluster-auto-backup", own_id);
    Some(Resource {
        name: backup.db_cluster_identifier,
        tags: tags_of(backup.tag_list),
        ..resource(reader, arn, id, ClusterAutomatedBackup::of(properties))
    })
}

/// The ARN of the database. If the answer has none, it is made from the name and "the Region associated with the automated backup".
fn source_of(reader: &Reader, arn: Option<String>, kind: &str, name: Option<&str>, region: Option<&str>) -> Option<String> {
    if arn.is_some() {
        return arn;
    }
    let region = region.unwrap_or(&reader.region);
    Some(format!("arn:{}:rds:{region}:{}:{kind}:{}", reader.partition, reader.account, name?))
}

/// The Region of the database if it is another one: the backups in this Region are then replicas.
fn own_or_elsewhere(reader: &Reader, source: &str) -> Option<String> {
    let (_, region) = arn::place(source)?;
    (region != reader.region).then(|| region.to_owned())
}

/// ARN and id of automated backups. Backups that are not replicated may have no ARN; it is then made from the database's resource id, which the
/// CLI accepts too (`--dbi-resource-id`).
fn identity(reader: &Reader, arn: Option<String>, kind: &str, resource_id: String) -> (String, String) {
    match arn {
        Some(arn) if arn::place(&arn).is_some_and(|(_, region)| region == reader.region) => {
            let id = arn::id(&arn).to_owned();
            (arn, id)
        }
        _ => (reader.arn("rds", &format!("{kind}:{resource_id}")), resource_id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_rds::primitives::DateTime as AwsDateTime;

    fn backup(resource_id: &str, status: &str, earliest: i64) -> sdk::DbInstanceAutomatedBackup {
        sdk::DbInstanceAutomatedBackup::builder()
            .db_instance_arn("arn:db")
            .dbi_resource_id(resource_id)
            .status(status)
            .restore_window(sdk::RestoreWindow::builder().earliest_time(AwsDateTime::from_secs(earliest)).build())
            .build()
    }

    #[test]
    fn the_window_is_that_of_the_instance_itself() {
        let backups = [backup("db-1", "retained", 1), backup("db-1", "active", 3), backup("db-0", "active", 2)];
        let earliest = earliest_restorable(&backups, "arn:db", Some("db-1"));
        assert_eq!(earliest.map(|time| time.timestamp()), Some(3));
        assert_eq!(earliest_restorable(&backups, "arn:other", Some("db-1")), None);
        assert_eq!(earliest_restorable(&[], "arn:db", None), None);
    }
}
