//! AWS Backup vaults, including logically air-gapped ones.

use crate::inventory::DEPLOYED;
use crate::inventory::types::KeyManager;
use crate::template::convert::{Outcome, Scope};
use crate::template::encryption::Encryption;
use crate::template::policy_text;
use crate::template::table::{Absent, As, BLANK, Ends, Evidence, Identity, Part, Paths, Table, part, row};
use crate::template::takes::Takes;
use crate::template::takes::{name_of, refused};
use serde_json::Value as Json;

const ARN: &str = "arn:{partition}:backup:{region}:{account}:backup-vault:{id}";
const LOCK: Paths = ["LockConfiguration", "+lock"];
const MIN: Paths = ["LockConfiguration.MinRetentionDays", "+lock.min_retention_days"];
const MAX: Paths = ["LockConfiguration.MaxRetentionDays", "+lock.max_retention_days"];
const CHANGEABLE: Paths = ["LockConfiguration.ChangeableForDays", "+lock.changeable_for_days"];
const EVENTS: Paths = ["Notifications.BackupVaultEvents", "+notifications.backup_vault_events"];
const TOPIC: Paths = ["Notifications.SNSTopicArn", "+notifications.sns_topic_arn"];
const POLICY: Paths = ["AccessPolicy", "+policy.policy"];

const PARTS: &[Part] = &[
    part(&["aws_backup_vault_lock_configuration"], "backup_vault_name", "+lock"),
    part(&["aws_backup_vault_policy"], "backup_vault_name", "+policy"),
    part(&["aws_backup_vault_notifications"], "backup_vault_name", "+notifications"),
];

/// A vault.
pub static VAULT: Table = Table {
    type_name: "AWS::Backup::BackupVault",
    cloudformation: &["AWS::Backup::BackupVault"],
    terraform: &["aws_backup_vault"],
    identity: Identity { arns: &["BackupVaultArn"], ..Identity::named(["BackupVaultName", "name"], ARN) },
    tags: ["BackupVaultTags", "tags_all|tags"],
    encryption: Some(Encryption {
        flag: None,
        off: None,
        // Without a key, AWS Backup uses the AWS managed key aws/backup (developer guide, "Encryption for backups in AWS Backup").
        on: KeyManager::Aws,
        key: ["EncryptionKeyArn", "kms_key_arn"],
    }),
    rows: &[
        row("vault_type", ["", ""], As::Text, Absent::Text("BACKUP_VAULT")),
        row("locked", LOCK, As::By(|scope, node| lock(scope).and_then(|()| scope.written(node)).map(Json::from)), Absent::False),
        row("lock_at", LOCK, As::By(|scope, _| lock(scope).and_then(|()| lock_at(scope))), Absent::Null),
        row("min_retention_days", MIN, As::By(|scope, node| lock(scope).and_then(|()| scope.int(node)).map(Json::from)), Absent::Null),
        row("max_retention_days", MAX, As::By(|scope, node| lock(scope).and_then(|()| scope.int(node)).map(Json::from)), Absent::Null),
        row("policy", POLICY, As::Parts(policy_text::read), Absent::Null),
        row("notification_events", EVENTS, As::Texts, Absent::Empty),
        row("notification_topic_arn", TOPIC, As::Name, Absent::Null),
    ],
    parts: PARTS,
    ends: Ends { force_destroy: Some("force_destroy"), ..Ends::PLAIN },
    // The provider sets lock, policy and notifications of a vault in separate calls.
    evidence: Evidence::InParts,
    assumed_from: Some("backup"),
    ..BLANK
};

/// A logically air-gapped vault, which AWS creates with a lock in compliance mode (developer guide, "Logically air-gapped vault").
pub static AIR_GAPPED_VAULT: Table = Table {
    type_name: "AWS::Backup::BackupVault",
    cloudformation: &["AWS::Backup::LogicallyAirGappedBackupVault"],
    terraform: &["aws_backup_logically_air_gapped_vault"],
    identity: Identity { arns: &["BackupVaultArn"], ..Identity::named(["BackupVaultName", "name"], ARN) },
    tags: ["BackupVaultTags", "tags_all|tags"],
    encryption: Some(Encryption {
        flag: None,
        off: None,
        // An AWS owned key by default (developer guide, "Logically air-gapped vault").
        on: KeyManager::AwsOwned,
        key: ["EncryptionKeyArn", "encryption_key_arn"],
    }),
    rows: &[
        row("vault_type", ["", ""], As::Text, Absent::Text("LOGICALLY_AIR_GAPPED_BACKUP_VAULT")),
        row("locked", ["", ""], As::Bool, Absent::True),
        row("lock_at", ["", ""], As::Text, Absent::Null),
        // API, CreateLogicallyAirGappedBackupVault, MinRetentionDays.
        row("min_retention_days", ["MinRetentionDays", "min_retention_days"], As::Int, Absent::Null).takes(Takes::Whole(7, 36_500)),
        row("max_retention_days", ["MaxRetentionDays", "max_retention_days"], As::Int, Absent::Null),
        row("policy", POLICY, As::Parts(policy_text::read), Absent::Null),
        row("notification_events", EVENTS, As::Texts, Absent::Empty),
        row("notification_topic_arn", TOPIC, As::Name, Absent::Null),
    ],
    parts: PARTS,
    evidence: Evidence::InParts,
    assumed_from: Some("backup"),
    ..BLANK
};

/// Checks that AWS accepts the lock (API, PutBackupVaultLockConfiguration).
fn lock(scope: &Scope) -> Outcome<()> {
    for days in [MIN, MAX] {
        scope.taken(days, Takes::Whole(1, 36_500))?;
    }
    scope.taken(CHANGEABLE, Takes::Whole(3, 36_500))?;
    match (scope.int_at(MIN), scope.int_at(MAX)) {
        (Ok(Some(min)), Ok(Some(max))) if max > 0 && min > max => {
            let what = format!("{} {min} with {} {max}", name_of(scope, MIN), name_of(scope, MAX));
            Err(refused(&what, "the minimum exceeds the maximum, so no backup fits both"))
        }
        _ => Ok(()),
    }
}

/// A lock without `ChangeableForDays` is in governance mode; with it, the lock enters compliance mode that many days after deployment.
fn lock_at(scope: &Scope) -> Outcome {
    match scope.int_at(CHANGEABLE)? {
        None => Ok(Json::Null),
        Some(_) => Err(vec![DEPLOYED.to_owned()]),
    }
}
