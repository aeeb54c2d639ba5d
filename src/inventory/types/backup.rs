//! AWS Backup.

use super::{KeyManager, properties};
use crate::inventory::{Fact, facts};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

facts! {
    /// A copy action of a backup rule. In a template, unknown properties are missing.
    CopyAction {
        destination_vault_arn: String,
        /// Days until the copy is deleted; `null` means never.
        retention_days: Option<i64>,
        cold_after_days: Option<i64>,
    }
}

facts! {
    /// A rule of a backup plan. In a template, unknown properties are missing.
    BackupRule {
        id: Option<String>,
        name: String,
        /// The name of the target vault, in the plan's account and Region.
        vault: String,
        /// The schedule, an AWS cron or rate expression; `null` means AWS Backup's default, `cron(0 5 ? * * *)`.
        schedule: Option<String>,
        /// The IANA time zone of the schedule; `null` means UTC.
        timezone: Option<String>,
        /// `null` means 480.
        start_window_minutes: Option<i64>,
        /// `null` means 10,080.
        completion_window_minutes: Option<i64>,
        continuous: bool,
        /// Days until recovery points are deleted; `null` means never.
        retention_days: Option<i64>,
        cold_after_days: Option<i64>,
        copies: Vec<CopyAction>,
        /// The logically air-gapped vault that backups also, or only, go to (`TargetLogicallyAirGappedBackupVaultArn`).
        air_gapped_vault_arn: Option<String>,
    }
}

properties! {
    /// A backup plan.
    BackupPlan = "AWS::Backup::BackupPlan", operation: "backup:ListBackupPlans" {
        #[from("backup:GetBackupPlan")]
        rules: Vec<BackupRule>,
        last_execution_at: Option<DateTime<Utc>>,
    }
}

/// A tag condition of a selection: key and value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TagCondition {
    /// The tag key, with or without the prefix `aws:ResourceTag/`.
    pub key: String,
    /// Missing if it is unknown in a template.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub value: Fact<String>,
}

/// The four operators of a selection's `Conditions`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Conditions {
    pub string_equals: Vec<TagCondition>,
    pub string_not_equals: Vec<TagCondition>,
    pub string_like: Vec<TagCondition>,
    pub string_not_like: Vec<TagCondition>,
}

properties! {
    /// A backup selection. AWS gives it no ARN, so it has the plan's ARN followed by `/selection/<id>`.
    BackupSelection = "AWS::Backup::BackupSelection", operation: "backup:ListBackupSelections" {
        plan_arn: String,
        role_arn: Option<String>,
        #[from("backup:GetBackupSelection")]
        resources: Vec<String>,
        #[from("backup:GetBackupSelection")]
        not_resources: Vec<String>,
        #[from("backup:GetBackupSelection")]
        list_of_tags: Vec<TagCondition>,
        #[from("backup:GetBackupSelection")]
        conditions: Conditions,
    }
}

properties! {
    /// A backup vault.
    BackupVault = "AWS::Backup::BackupVault", operation: "backup:ListBackupVaults", key: own {
        /// `BACKUP_VAULT`, `LOGICALLY_AIR_GAPPED_BACKUP_VAULT` or `RESTORE_ACCESS_BACKUP_VAULT`.
        vault_type: String,
        status: Option<String>,
        locked: bool,
        /// When Vault Lock changes (or changed) to compliance mode; `null` in governance mode or without a lock.
        lock_at: Option<DateTime<Utc>>,
        min_retention_days: Option<i64>,
        max_retention_days: Option<i64>,
        kms_key_arn: Option<String>,
        #[from("backup:ListBackupVaults", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("backup:ListBackupVaults", "kms:DescribeKey")]
        key_state: Option<String>,
        /// The number of recovery points, as AWS counts them.
        recovery_points: i64,
        /// The access policy, as a JSON string.
        #[from("backup:GetBackupVaultAccessPolicy")]
        policy: Option<String>,
        /// The events for which the vault sends notifications, such as `BACKUP_JOB_FAILED`.
        #[from("backup:GetBackupVaultNotifications")]
        notification_events: Vec<String>,
        #[from("backup:GetBackupVaultNotifications")]
        notification_topic_arn: Option<String>,
    }
}

properties! {
    /// A recovery point.
    RecoveryPoint = "AWS::Backup::RecoveryPoint", operation: "backup:ListRecoveryPointsByBackupVault", key: own {
        /// The ARN of the backed-up resource; for a copy, the ARN of the source resource in its own Region and account.
        source_arn: Option<String>,
        /// The AWS Backup resource type, such as `EBS`.
        source_type: Option<String>,
        vault_arn: String,
        vault_type: Option<String>,
        /// `COMPLETED`, `AVAILABLE`, `PARTIAL`, `EXPIRED`, `DELETING`, `STOPPED`, `CREATING`.
        status: String,
        status_message: Option<String>,
        completed_at: Option<DateTime<Utc>>,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("backup:ListRecoveryPointsByBackupVault", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("backup:ListRecoveryPointsByBackupVault", "kms:DescribeKey")]
        key_state: Option<String>,
        /// Days until it is deleted; `null` means never.
        retention_days: Option<i64>,
        cold_after_days: Option<i64>,
        /// When AWS Backup will delete it (`CalculatedLifecycle.DeleteAt`).
        delete_at: Option<DateTime<Utc>>,
        /// `WARM` or `COLD`.
        storage_class: Option<String>,
        /// Whether it is a continuous (point-in-time) recovery point.
        continuous: bool,
        /// For copies: the vault that the recovery point was copied from.
        source_vault_arn: Option<String>,
        last_restored_at: Option<DateTime<Utc>>,
        /// The composite recovery point that it belongs to.
        parent_arn: Option<String>,
        composite: bool,
        plan_arn: Option<String>,
        rule_id: Option<String>,
        size_bytes: Option<i64>,
    }
}

properties! {
    /// A resource that AWS Backup lists as protected. AWS Backup lists it also after the resource is deleted.
    ProtectedResource = "AWS::Backup::ProtectedResource", operation: "backup:ListProtectedResources" {
        source_arn: String,
        source_type: String,
        last_backup_at: Option<DateTime<Utc>>,
        last_backup_vault_arn: Option<String>,
    }
}

properties! {
    /// A backup job; AWS lists it for 30 days.
    BackupJob = "AWS::Backup::BackupJob", operation: "backup:ListBackupJobs" {
        source_arn: String,
        source_type: Option<String>,
        vault_arn: Option<String>,
        recovery_point_arn: Option<String>,
        /// `CREATED`, `PENDING`, `RUNNING`, `ABORTING`, `ABORTED`, `COMPLETED`, `FAILED`, `EXPIRED`, `PARTIAL`.
        status: String,
        status_message: Option<String>,
        completed_at: Option<DateTime<Utc>>,
        plan_arn: Option<String>,
        rule_id: Option<String>,
        parent_job_id: Option<String>,
        size_bytes: Option<i64>,
    }
}

properties! {
    /// A copy job.
    CopyJob = "AWS::Backup::CopyJob", operation: "backup:ListCopyJobs" {
        source_arn: String,
        source_type: Option<String>,
        source_vault_arn: Option<String>,
        destination_vault_arn: String,
        /// `BACKUP_VAULT` or `LOGICALLY_AIR_GAPPED_BACKUP_VAULT`.
        destination_vault_type: Option<String>,
        /// `LOCKED` or `UNLOCKED`.
        destination_lock_state: Option<String>,
        source_recovery_point_arn: Option<String>,
        destination_recovery_point_arn: Option<String>,
        /// `CREATED`, `RUNNING`, `COMPLETED`, `FAILED`, `PARTIAL`.
        status: String,
        status_message: Option<String>,
        completed_at: Option<DateTime<Utc>>,
        retention_days: Option<i64>,
        plan_arn: Option<String>,
        rule_id: Option<String>,
    }
}

properties! {
    /// A restore job.
    RestoreJob = "AWS::Backup::RestoreJob", operation: "backup:ListRestoreJobs" {
        /// The resource whose backup was restored.
        source_arn: Option<String>,
        source_type: Option<String>,
        recovery_point_arn: Option<String>,
        /// `PENDING`, `RUNNING`, `COMPLETED`, `ABORTED`, `FAILED`.
        status: String,
        status_message: Option<String>,
        completed_at: Option<DateTime<Utc>>,
        /// `SUCCESSFUL`, `FAILED`, `TIMED_OUT`, `VALIDATING`; `null` if the restore is not validated.
        validation_status: Option<String>,
        validation_message: Option<String>,
        /// The restore testing plan that started the job.
        restore_testing_plan_arn: Option<String>,
        created_resource_arn: Option<String>,
    }
}

properties! {
    /// A restore testing plan.
    RestoreTestingPlan = "AWS::Backup::RestoreTestingPlan", operation: "backup:ListRestoreTestingPlans" {
        schedule: Option<String>,
        timezone: Option<String>,
        start_window_hours: Option<i64>,
        last_execution_at: Option<DateTime<Utc>>,
        /// Vault ARNs, or `*`.
        #[from("backup:GetRestoreTestingPlan")]
        include_vaults: Vec<String>,
        #[from("backup:GetRestoreTestingPlan")]
        exclude_vaults: Vec<String>,
        /// `SNAPSHOT`, `CONTINUOUS`.
        #[from("backup:GetRestoreTestingPlan")]
        recovery_point_types: Vec<String>,
        /// 1-365; AWS's default is 30.
        #[from("backup:GetRestoreTestingPlan")]
        selection_window_days: i64,
    }
}

properties! {
    /// A restore testing selection. Its ARN is the plan's ARN followed by `/selection/<name>`.
    RestoreTestingSelection = "AWS::Backup::RestoreTestingSelection", operation: "backup:ListRestoreTestingSelections" {
        plan_arn: String,
        /// The AWS Backup resource type.
        protected_resource_type: String,
        role_arn: Option<String>,
        validation_window_hours: Option<i64>,
        /// ARNs, or `*`; empty if only conditions select.
        #[from("backup:GetRestoreTestingSelection")]
        protected_resource_arns: Vec<String>,
        #[from("backup:GetRestoreTestingSelection")]
        string_equals: Vec<TagCondition>,
        #[from("backup:GetRestoreTestingSelection")]
        string_not_equals: Vec<TagCondition>,
    }
}

properties! {
    /// An AWS Backup Audit Manager framework.
    Framework = "AWS::Backup::Framework", operation: "backup:ListFrameworks" {
        controls: i64,
        deployment_status: Option<String>,
        /// `ACTIVE`, `PARTIALLY_ACTIVE`, `INACTIVE`, `UNAVAILABLE`.
        #[from("backup:DescribeFramework")]
        status: Option<String>,
    }
}

properties! {
    /// An AWS Backup Audit Manager report plan.
    ReportPlan = "AWS::Backup::ReportPlan", operation: "backup:ListReportPlans" {
        template: Option<String>,
        deployment_status: Option<String>,
        last_attempted_at: Option<DateTime<Utc>>,
        last_successful_at: Option<DateTime<Utc>>,
    }
}
