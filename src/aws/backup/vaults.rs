//! Backup vaults with their recovery points, and the resources that AWS Backup lists as protected.
//!
//! `ListBackupVaults` returns the account's own vaults, not those that other accounts share with it.

use super::{GONE, PAGE, lifecycle_days};
use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::convert::{Encryption, each, kms_key_arn, known, optional_time, resource};
use crate::aws::operation::Operation;
use crate::inventory::types::backup::{BackupVault, ProtectedResource, RecoveryPoint};
use crate::inventory::{Fact, Resource, arn};
use aws_sdk_backup::Client;
use aws_sdk_backup::types as sdk;

const LIST_BACKUP_VAULTS: Operation =
    Operation::new("backup", "ListBackupVaults", Answer::json(&["BackupVaultList/*/BackupVaultName", "BackupVaultList/*/BackupVaultArn"]));
const GET_BACKUP_VAULT_ACCESS_POLICY: Operation = Operation::new("backup", "GetBackupVaultAccessPolicy", Answer::json(&["Policy"]));
const GET_BACKUP_VAULT_NOTIFICATIONS: Operation =
    Operation::new("backup", "GetBackupVaultNotifications", Answer::json(&["SNSTopicArn", "BackupVaultEvents/*"]));
const LIST_RECOVERY_POINTS: Operation =
    Operation::new("backup", "ListRecoveryPointsByBackupVault", Answer::json(&["RecoveryPoints/*/RecoveryPointArn"]));
const LIST_PROTECTED_RESOURCES: Operation = Operation::new("backup", "ListProtectedResources", Answer::json(&["Results/*/ResourceArn"]));

pub const OPERATIONS: &[&Operation] = &[
    &LIST_BACKUP_VAULTS,
    &GET_BACKUP_VAULT_ACCESS_POLICY,
    &GET_BACKUP_VAULT_NOTIFICATIONS,
    &LIST_RECOVERY_POINTS,
    &LIST_PROTECTED_RESOURCES,
];

pub async fn collect(reader: &Reader, client: &Client) -> Vec<Resource> {
    let (vaults, protected) = futures::join!(vaults(reader, client), protected_resources(reader, client));
    vaults.into_iter().chain(protected).collect()
}

async fn vaults(reader: &Reader, client: &Client) -> Vec<Resource> {
    let pages = client.list_backup_vaults().into_paginator().page_size(PAGE).send();
    let vaults = reader.pages(&LIST_BACKUP_VAULTS, pages, |page| page.backup_vault_list.unwrap_or_default()).await;
    let read = each(vaults.unwrap_or_default(), |vault| vault_with_points(reader, client, vault)).await;
    read.into_iter().flatten().collect()
}

/// Returns nothing for a vault that was deleted after it was listed.
async fn vault_with_points(reader: &Reader, client: &Client, vault: sdk::BackupVaultListMember) -> Vec<Resource> {
    let (Some(name), Some(arn)) = (vault.backup_vault_name.clone(), vault.backup_vault_arn.clone()) else {
        return Vec::new();
    };
    let vault_type = vault.vault_type.as_ref().map(|kind| kind.as_str().to_owned());
    let pages = client.list_recovery_points_by_backup_vault().backup_vault_name(&name).into_paginator().page_size(PAGE).send();
    // Both Get calls also answer this for a vault without a policy or notifications, so only the recovery point list shows whether the vault is gone.
    let (policy, notifications, points) = futures::join!(
        reader.one_or(&GET_BACKUP_VAULT_ACCESS_POLICY, client.get_backup_vault_access_policy().backup_vault_name(&name).send(), GONE,),
        reader.one_or(&GET_BACKUP_VAULT_NOTIFICATIONS, client.get_backup_vault_notifications().backup_vault_name(&name).send(), GONE,),
        // Converted page by page, because a vault can hold millions of recovery points.
        reader.pages_or(
            &LIST_RECOVERY_POINTS,
            pages,
            |page| {
                let points = page.recovery_points.unwrap_or_default();
                points.into_iter().filter_map(|point| recovery_point(reader, &arn, vault_type.as_deref(), point)).collect()
            },
            GONE,
        ),
    );
    if let Some(None) = points {
        return Vec::new();
    }

    let mut properties = vault_properties(reader, &vault, vault_type.clone());
    if let Some(answer) = policy {
        properties.policy = answer.and_then(|answer| answer.policy).into();
    }
    if let Some(answer) = notifications {
        let (topic, events) = answer.map(|answer| (answer.sns_topic_arn, answer.backup_vault_events)).unwrap_or_default();
        let names = events.unwrap_or_default().iter().map(|event| event.as_str().to_owned()).collect::<Vec<_>>();
        properties.notification_topic_arn = topic.into();
        properties.notification_events = names.into();
    }
    let mut resources: Vec<Resource> = points.flatten().unwrap_or_default();
    resources.push(Resource { created_at: optional_time(vault.creation_date.as_ref()), ..resource(reader, arn, name, properties) });
    resources
}

fn vault_properties(reader: &Reader, vault: &sdk::BackupVaultListMember, vault_type: Option<String>) -> BackupVault {
    let encryption = encryption(reader, true, vault.encryption_key_type.as_ref(), vault.encryption_key_arn.as_deref());
    BackupVault {
        vault_type: known(vault_type),
        status: vault.vault_state.as_ref().map(|state| state.as_str().to_owned()).into(),
        // "If true, Vault Lock prevents delete and update operations": a vault without this value is not locked.
        locked: vault.locked.unwrap_or(false).into(),
        lock_at: optional_time(vault.lock_date.as_ref()).into(),
        min_retention_days: vault.min_retention_days.into(),
        max_retention_days: vault.max_retention_days.into(),
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        recovery_points: vault.number_of_recovery_points.into(),
        ..BackupVault::default()
    }
}

/// `EncryptionKeyType` shows an AWS owned key, whose ARN is in no account that rel9 could query.
fn encryption(reader: &Reader, encrypted: bool, kind: Option<&sdk::EncryptionKeyType>, key: Option<&str>) -> Encryption {
    if encrypted && kind == Some(&sdk::EncryptionKeyType::AwsOwnedKmsKey) {
        return Encryption::aws_owned();
    }
    Encryption::of(Some(encrypted), key.map(|key| kms_key_arn(reader, key)))
}

fn recovery_point(reader: &Reader, vault_arn: &str, vault_type: Option<&str>, point: sdk::RecoveryPointByBackupVault) -> Option<Resource> {
    let arn = point.recovery_point_arn?;
    let encryption = encryption(reader, point.is_encrypted, point.encryption_key_type.as_ref(), point.encryption_key_arn.as_deref());
    let (retention_days, cold_after_days) = lifecycle_days(point.lifecycle.as_ref());
    let delete_at = point.calculated_lifecycle.as_ref().and_then(|dates| dates.delete_at.as_ref());
    let creator = point.created_by;
    let properties = RecoveryPoint {
        source_arn: point.resource_arn.into(),
        source_type: point.resource_type.into(),
        vault_arn: point.backup_vault_arn.unwrap_or_else(|| vault_arn.to_owned()).into(),
        vault_type: point.vault_type.as_ref().map(|kind| kind.as_str().to_owned()).or_else(|| vault_type.map(str::to_owned)).into(),
        status: known(point.status.as_ref().map(|status| status.as_str().to_owned())),
        status_message: point.status_message.into(),
        completed_at: optional_time(point.completion_date.as_ref()).into(),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        retention_days: retention_days.into(),
        cold_after_days: cold_after_days.into(),
        delete_at: optional_time(delete_at).into(),
        // The list does not have the current storage class of a recovery point; only DescribeRecoveryPoint has it, with one call for each point.
        storage_class: Fact::Unread,
        continuous: is_continuous(&arn).into(),
        source_vault_arn: point.source_backup_vault_arn.into(),
        last_restored_at: optional_time(point.last_restore_time.as_ref()).into(),
        parent_arn: point.parent_recovery_point_arn.into(),
        composite: point.is_parent.into(),
        plan_arn: creator.as_ref().and_then(|creator| creator.backup_plan_arn.clone()).into(),
        rule_id: creator.and_then(|creator| creator.backup_rule_id).into(),
        size_bytes: point.backup_size_in_bytes.into(),
    };
    let id = arn::id(&arn).to_owned();
    Some(Resource {
        name: point.resource_name,
        // A copy has the date of its source, so this is the time of the data ("Copies retain their source configuration, including
        // creation dates": developer guide, "Backup and tag copy"). A continuous point keeps its first date.
        created_at: optional_time(point.creation_date.as_ref()),
        ..resource(reader, arn, id, properties)
    })
}

/// The ARN of a continuous recovery point has the form `…:recovery-point:continuous:…` (developer guide, "Continuous backups and point-in-time
/// recovery"); no member of the answer shows it.
fn is_continuous(arn: &str) -> bool {
    arn.contains(":recovery-point:continuous:")
}

async fn protected_resources(reader: &Reader, client: &Client) -> Vec<Resource> {
    let pages = client.list_protected_resources().into_paginator().page_size(PAGE).send();
    let listed = reader
        .pages(&LIST_PROTECTED_RESOURCES, pages, |page| {
            let resources = page.results.unwrap_or_default();
            resources.into_iter().filter_map(|listed| protected_resource(reader, listed)).collect()
        })
        .await;
    listed.unwrap_or_default()
}

fn protected_resource(reader: &Reader, listed: sdk::ProtectedResource) -> Option<Resource> {
    let arn = listed.resource_arn?;
    let properties = ProtectedResource {
        source_arn: arn.clone().into(),
        source_type: known(listed.resource_type),
        last_backup_at: optional_time(listed.last_backup_time.as_ref()).into(),
        last_backup_vault_arn: listed.last_backup_vault_arn.into(),
    };
    let id = arn::id(&arn).to_owned();
    Some(Resource { name: listed.resource_name, ..resource(reader, arn, id, properties) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continuous_points_are_told_by_their_arn() {
        assert!(is_continuous("arn:aws:backup:us-east-1:111122223333:recovery-point:continuous:cluster-1-2"));
        assert!(!is_continuous("arn:aws:backup:us-east-1:111122223333:recovery-point:1eb3b5e7"));
        assert!(!is_continuous("arn:aws:rds:us-east-1:111122223333:snapshot:awsbackup:job-1"));
    }
}
