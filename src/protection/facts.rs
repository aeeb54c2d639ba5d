//! What the join finds out about each resource: the `protection` that rules see. Data and their meaning only; how they come
//! about is in the sibling modules. May not know rules.
//!
//! An age is as_of minus a moment, in seconds. A field that could not be worked out is [`Fact::Unread`], and its reason is kept
//! beside it in [`Joined::unread`].

use crate::inventory::Fact;
use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The protection facts of one resource with the reasons of those that are missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    pub facts: Facts,
    /// Field (`state`, or `rules[].copies[].locked` for a field of list elements) to why it could not be worked out.
    pub unread: BTreeMap<String, Vec<String>>,
}

/// The facts by kind of resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Facts {
    Data(Box<Protection>),
    Account(AccountFacts),
    Region(RegionFacts),
    Plan(PlanFacts),
    Selection(SelectionFacts),
    Vault(VaultFacts),
    RecoveryPoint(RecoveryPointFacts),
    RestoreTestingPlan(RestoreTestingPlanFacts),
    RestoreTestingSelection(RestoreTestingSelectionFacts),
    LifecyclePolicy(LifecyclePolicyFacts),
    Key(KeyFacts),
    /// Snapshots and images: things that can be shared.
    Shareable(ShareableFacts),
    /// Types that rules judge by their own properties alone.
    None(NoFacts),
}

impl Facts {
    /// The facts as rules see them.
    pub fn to_json(&self) -> serde_json::Value {
        let value = match self {
            Facts::Data(facts) => serde_json::to_value(facts),
            Facts::Account(facts) => serde_json::to_value(facts),
            Facts::Region(facts) => serde_json::to_value(facts),
            Facts::Plan(facts) => serde_json::to_value(facts),
            Facts::Selection(facts) => serde_json::to_value(facts),
            Facts::Vault(facts) => serde_json::to_value(facts),
            Facts::RecoveryPoint(facts) => serde_json::to_value(facts),
            Facts::RestoreTestingPlan(facts) => serde_json::to_value(facts),
            Facts::RestoreTestingSelection(facts) => serde_json::to_value(facts),
            Facts::LifecyclePolicy(facts) => serde_json::to_value(facts),
            Facts::Key(facts) => serde_json::to_value(facts),
            Facts::Shareable(facts) => serde_json::to_value(facts),
            Facts::None(facts) => serde_json::to_value(facts),
        };
        value.unwrap_or_default()
    }
}

/// The JSON Schema of the facts of a resource type.
pub fn schema_of(type_name: &str) -> Schema {
    if crate::inventory::types::find(type_name).is_some_and(|info| info.is_data()) || type_name == "AWS::DynamoDB::GlobalTable" {
        return schemars::schema_for!(Protection);
    }
    match type_name {
        "AWS::Account" => schemars::schema_for!(AccountFacts),
        "AWS::Region" => schemars::schema_for!(RegionFacts),
        "AWS::Backup::BackupPlan" => schemars::schema_for!(PlanFacts),
        "AWS::Backup::BackupSelection" => schemars::schema_for!(SelectionFacts),
        "AWS::Backup::BackupVault" => schemars::schema_for!(VaultFacts),
        "AWS::Backup::RecoveryPoint" => schemars::schema_for!(RecoveryPointFacts),
        "AWS::Backup::RestoreTestingPlan" => schemars::schema_for!(RestoreTestingPlanFacts),
        "AWS::Backup::RestoreTestingSelection" => schemars::schema_for!(RestoreTestingSelectionFacts),
        "AWS::DLM::LifecyclePolicy" => schemars::schema_for!(LifecyclePolicyFacts),
        "AWS::KMS::Key" => schemars::schema_for!(KeyFacts),
        "AWS::BackupGateway::VirtualMachine" => schemars::schema_for!(Protection),
        "AWS::EC2::Image"
        | "AWS::EC2::Snapshot"
        | "AWS::RDS::DBSnapshot"
        | "AWS::RDS::DBClusterSnapshot"
        | "AWS::Neptune::DBClusterSnapshot"
        | "AWS::DocDB::DBClusterSnapshot"
        | "AWS::Redshift::ClusterSnapshot" => schemars::schema_for!(ShareableFacts),
        _ => schemars::schema_for!(NoFacts),
    }
}

/// Declares a struct of facts, all of them [`Fact`]s that are left out of documents when unread.
macro_rules! facts {
    ($(#[doc = $doc:literal])* $name:ident { $( $(#[doc = $field_doc:literal])* $field:ident : $field_type:ty, )* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $( $(#[doc = $field_doc])* #[serde(default, skip_serializing_if = "Fact::is_unread")] pub $field: Fact<$field_type>, )*
        }
    };
}

/// Whether the data can be got back, in the order of the facts page, section 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A mechanism has a restorable point as fresh as its own schedule promises.
    Protected,
    /// Restorable points exist, all older than their schedules allow.
    Stale,
    /// Plans select it, opt-in blocks all of them, nothing restorable exists.
    OptInBlocked,
    /// A plan selects it, nothing restorable exists.
    SelectedNotProtected,
    /// None of these.
    Unprotected,
}

/// What kind of mechanism backs a resource up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MechanismKind {
    AwsBackup,
    Dlm,
    /// Automated backups of the service itself.
    Automated,
    Pitr,
    Snapshot,
    Versioning,
    Replication,
    Export,
}

/// One way in which the resource is backed up, or meant to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mechanism {
    pub kind: MechanismKind,
    /// It runs by itself.
    pub automatic: bool,
    /// The largest gap between its runs; `null` for continuous mechanisms and those without schedule.
    pub interval_seconds: Option<i64>,
    /// How old its newest restorable moment may be: the interval plus start window plus the time its jobs took.
    pub allowed_age_seconds: Option<i64>,
    /// How long it keeps what it makes; `null` means for ever or not by age.
    pub retention_days: Option<i64>,
    /// Whether what it makes has no end date.
    pub retention_endless: bool,
    /// Its newest restorable moment.
    pub last_at: Option<DateTime<Utc>>,
    pub age_seconds: Option<i64>,
    /// `null` when it has no schedule to keep or has not run yet.
    pub on_schedule: Option<bool>,
    /// What it is, for people: `backup plan daily, rule d35`, `automated backups`.
    pub source: String,
}

/// A copy action of a plan that reaches the resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedCopy {
    pub vault_arn: String,
    pub account: String,
    pub region: String,
    pub retention_days: Option<i64>,
}

/// One rule of a backup plan that selects the resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanReach {
    pub plan: String,
    pub plan_arn: String,
    pub rule: String,
    pub selection: String,
    /// The largest gap of the schedule; `null` when the schedule cannot be understood or never runs again.
    pub interval_seconds: Option<i64>,
    pub retention_days: Option<i64>,
    pub continuous: bool,
    pub vault: String,
    pub copies: Vec<PlannedCopy>,
    /// The Region's opt-in for the type is off and this selection does not override it.
    pub opt_in_blocked: bool,
    /// By which the first scheduled run since the resource and the selection exist must have made a recovery point, with its windows.
    pub due_at: Option<DateTime<Utc>>,
    /// That moment has passed.
    pub due: bool,
}

/// Counts over every restorable backup of the resource: recovery points, continuous ones too, snapshots, service backups; and over their
/// copies elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryPoints {
    /// Without copies elsewhere, which have their own counts.
    pub count: i64,
    pub newest_at: Option<DateTime<Utc>>,
    pub oldest_at: Option<DateTime<Utc>>,
    /// The largest time between two neighbours, or since the newest, in the last 30 days.
    pub largest_gap_seconds: Option<i64>,
    /// Copies elsewhere included, where they are known: AWS encrypts every copy of an encrypted backup.
    pub unencrypted: i64,
    /// Unread while copies elsewhere are.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub other_region: Fact<i64>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub other_account: Fact<i64>,
    /// Behind a vault lock, a snapshot lock or Object Lock.
    pub locked: i64,
    pub public: i64,
}

/// One restorable backup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Backup {
    pub kind: MechanismKind,
    pub arn: String,
    pub created_at: DateTime<Utc>,
    pub age_seconds: i64,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub encrypted: Fact<bool>,
    /// Cold storage or archive tier.
    pub archived: bool,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub locked: Fact<bool>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub public: Fact<bool>,
    /// The vault's ARN, for AWS Backup.
    pub vault_arn: Option<String>,
    pub air_gapped: bool,
    pub kms_key_arn: Option<String>,
    pub account: String,
    pub region: String,
}

/// A copy in another Region or account, or in an air-gapped vault, that exists for certain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CopyFact {
    /// The backup's moment (of the source recovery point where it is known, else of the copy).
    pub created_at: DateTime<Utc>,
    pub age_seconds: i64,
    pub account: String,
    pub region: String,
    pub other_account: bool,
    pub other_region: bool,
    pub locked: bool,
    pub air_gapped: bool,
    /// `null` when only a copy job tells of it.
    pub encrypted: Option<bool>,
    /// `recovery_point`, `copy_job`, `snapshot` or `automated_backup`.
    pub seen_as: String,
}

/// A time span in which every moment can be restored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    pub kind: MechanismKind,
    pub earliest_at: DateTime<Utc>,
    pub latest_at: DateTime<Utc>,
    pub earliest_age_seconds: i64,
    pub latest_age_seconds: i64,
}

/// A span without a restorable moment, between two restorable moments or between the newest and as_of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    pub start_age_seconds: i64,
    /// 0 for the gap that is still open.
    pub end_age_seconds: i64,
}

/// How long some kind of copies are set to be kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CopyRetention {
    /// `backup_plan`, `dlm` or `automated`.
    pub kind: String,
    /// Which, for people.
    pub source: String,
    /// `null` means for ever.
    pub retention_days: Option<i64>,
}

/// A key that the newest backups (or the live data they are made of) need to be restored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BackupKey {
    pub arn: String,
    /// As KMS names it, or `NotFound`.
    pub state: String,
    /// `Enabled`.
    pub usable: bool,
    /// `aws` or `customer`; `null` for a key that is gone.
    pub manager: Option<crate::inventory::types::KeyManager>,
    pub deletion_at: Option<DateTime<Utc>>,
}

/// Restores of the resource's backups that were seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RestoreTests {
    /// Successful ones.
    pub count: i64,
    pub last_success_at: Option<DateTime<Utc>>,
    pub last_success_age_seconds: Option<i64>,
    /// What proves it: `restore job …`, `LastRestoreTime of a recovery point`, `table … restored from it`.
    pub last_success_source: Option<String>,
    pub last_failure_at: Option<DateTime<Utc>>,
    /// Whether the last successful one was validated; `null` without a successful one.
    pub validated: Option<bool>,
    /// `null` without any attempt.
    pub last_attempt: Option<RestoreAttempt>,
}

/// A finished restore attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RestoreAttempt {
    pub at: DateTime<Utc>,
    /// COMPLETED, and validation neither FAILED nor TIMED_OUT.
    pub succeeded: bool,
    pub status: String,
    pub validation_status: Option<String>,
    pub message: Option<String>,
}

/// A job that did not do its work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobFailure {
    /// `backup` or `copy`.
    pub kind: String,
    pub status: String,
    /// AWS Backup's own words.
    pub message: Option<String>,
    pub at: DateTime<Utc>,
    pub age_seconds: i64,
}

/// Backup and copy jobs of the last 30 days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Jobs {
    pub failed: i64,
    pub succeeded: i64,
    /// Failures, newest first, with no success of the same kind (for copies: to the same destination) after them.
    pub unresolved: Vec<JobFailure>,
}

/// What only buckets have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BucketFacts {
    /// Encryption types that neither `BlockedEncryptionTypes` nor a Deny of the bucket policy for everyone refuses, of
    /// `SSE-S3`, `SSE-KMS`, `DSSE-KMS`, `SSE-C`.
    pub accepted_encryption_types: Vec<String>,
    /// One a replication rule that is enabled.
    pub destinations: Vec<ReplicationDestination>,
}

facts! {
    /// The destination of an enabled replication rule.
    ReplicationDestination {
        rule: Option<String>,
        bucket: String,
        /// Unread when the destination is outside the scope.
        exists: bool,
        /// Unread when the destination is outside the scope, `false` when it does not exist.
        versioning_enabled: bool,
        region: String,
        other_region: bool,
        /// `SseKmsEncryptedObjects` is enabled.
        kms_objects: bool,
        replica_kms_key_arn: Option<String>,
        /// The Region of that key; `null` without a key.
        replica_key_region: Option<String>,
    }
}

facts! {
    /// The protection of a data resource.
    Protection {
        /// Unread while what decides it could not be read.
        state: State,
        /// Why the state is what it is, in one sentence.
        explanation: String,
        mechanisms: Vec<Mechanism>,
        /// The plan rules that select it, those that opt-in blocks included.
        plans: Vec<PlanReach>,
        /// The Region's opt-in for its type.
        opt_in: bool,
        /// The AWS Backup resource type, such as `EBS` (`RDS` for Multi-AZ clusters that are not Aurora).
        backup_type: String,
        recovery_points: RecoveryPoints,
        /// Restorable AWS Backup recovery points among them, in the resource's own account and Region.
        aws_backup_points: i64,
        /// Every restorable backup in the resource's own account and Region, newest first.
        backups: Vec<Backup>,
        copies: Vec<CopyFact>,
        /// The longest time between two copies that their schedules allow: interval, start window and job time; `null` without one.
        copy_interval_seconds: Option<i64>,
        copy_retention: Vec<CopyRetention>,
        /// Spans in which every moment can be restored.
        windows: Vec<Window>,
        /// Spans without any restorable moment, newest first.
        gaps: Vec<Gap>,
        /// as_of minus the newest moment that can be restored; `null` when nothing can.
        rpo_seconds: Option<i64>,
        /// The duration of the last successful restore job.
        rto_seconds: Option<i64>,
        /// The age of the oldest moment that can be restored.
        oldest_age_seconds: Option<i64>,
        /// The longest retention that the automatic mechanisms are set to; `null` without one or when it is endless.
        retention_days: Option<i64>,
        /// Some automatic mechanism keeps for ever.
        retention_endless: bool,
        restore_tests: RestoreTests,
        /// Restore testing plans of which a selection reaches it.
        restore_testing_plans: Vec<String>,
        /// AWS Backup restore testing knows its type.
        restore_testing_supported: bool,
        /// AWS Backup can keep its type in a logically air-gapped vault.
        air_gapped_supported: bool,
        jobs: Jobs,
        /// Keys of the newest backup of each mechanism.
        keys: Vec<BackupKey>,
        /// The newest backup, or a copy of it, cannot be deleted.
        immutable: bool,
        /// Seconds since the resource was made; `null` when the service does not say.
        resource_age_seconds: Option<i64>,
        /// For a bucket; `null` for all else.
        bucket: Option<BucketFacts>,
    }
}

/// A report plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportPlanFact {
    pub name: String,
    pub last_success_age_seconds: Option<i64>,
}

/// A Backup Audit Manager framework.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FrameworkFact {
    pub name: String,
    /// Active, and deployed without failure.
    pub healthy: bool,
    pub status: Option<String>,
}

facts! {
    /// A Region of the account.
    RegionFacts {
        /// Data resources that owe backups (reproducible ones left out).
        data_resources: i64,
        protected: i64,
        /// Neither protected nor stale.
        unprotected: i64,
        /// AWS Backup types of those, sorted.
        unprotected_types: Vec<String>,
        /// Types with unprotected resources whose opt-in is off.
        blocked_types: Vec<String>,
        /// Backup plans, without the one that EFS makes for itself.
        plans: i64,
        volumes: i64,
        snapshots: i64,
        /// AMIs that the account owns.
        images: i64,
        recovery_points: i64,
        /// AWS Backup types of which some plan selects a resource.
        selected_types: Vec<String>,
        report_plans: Vec<ReportPlanFact>,
        frameworks: Vec<FrameworkFact>,
        /// Restore testing selections.
        restore_testing_selections: i64,
        /// Types that restore testing supports and of which some resource has AWS Backup recovery points.
        testable_types: Vec<String>,
        /// Types that some restore testing selection names.
        tested_types: Vec<String>,
    }
}

facts! {
    /// Where a copy action goes.
    DestinationFacts {
        vault_arn: String,
        account: String,
        region: String,
        other_account: bool,
        other_region: bool,
        retention_days: Option<i64>,
        /// Unread when the vault's account or Region was not read.
        exists: bool,
        /// Locked or air-gapped. Unread when the vault's account or Region was not read; `false` when it does not exist.
        locked: bool,
    }
}

facts! {
    /// A rule of a backup plan, worked out.
    PlanRuleFacts {
        name: String,
        /// AWS's default where the rule has none.
        schedule: String,
        /// The largest gap between runs; unread when the schedule cannot be understood, `null` when it never runs again.
        interval_seconds: Option<i64>,
        /// Start window plus completion window.
        window_seconds: i64,
        continuous: bool,
        retention_days: Option<i64>,
        vault: String,
        vault_exists: bool,
        /// Locked or air-gapped; `false` when it does not exist.
        vault_locked: bool,
        copies: Vec<DestinationFacts>,
    }
}

facts! {
    /// A backup plan.
    PlanFacts {
        rules: Vec<PlanRuleFacts>,
        selections: i64,
        /// Resources of the inventory that it selects.
        selected: i64,
        selected_types: Vec<String>,
        /// ARNs of S3, RDS and Aurora resources that it selects, that none of its rules backs up continuously and that have no PITR
        /// of their own.
        selected_without_pitr: Vec<String>,
    }
}

facts! {
    /// A backup selection.
    SelectionFacts {
        plan: String,
        selected: i64,
        /// Literal ARNs of types and of a Region and account that were read, which no resource has.
        dangling_arns: Vec<String>,
        /// Literal ARNs of which nobody can tell whether they exist (types that are not collected).
        unchecked_arns: Vec<String>,
    }
}

/// A recovery point of a resource that is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Orphan {
    pub arn: String,
    pub source_arn: String,
    pub age_seconds: i64,
    /// It has a lifecycle that ends.
    pub ends: bool,
    pub size_bytes: Option<i64>,
}

/// A plan's rule or copy action that writes to the vault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Targeting {
    pub plan: String,
    pub rule: String,
    /// It is a copy action.
    pub copy: bool,
    pub retention_days: Option<i64>,
    /// How long ago its first run since the plan exists was due; negative when that is to come, `null` when nobody can tell.
    pub age_seconds: Option<i64>,
}

/// A recovery point that AWS Backup should have deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExpiredPoint {
    pub arn: String,
    pub overdue_seconds: i64,
}

facts! {
    /// A backup vault.
    VaultFacts {
        restorable_points: i64,
        orphans: Vec<Orphan>,
        orphan_bytes: i64,
        targeted_by: Vec<Targeting>,
        /// Recovery points in status EXPIRED.
        expired: Vec<ExpiredPoint>,
        /// Actions, of DeleteRecoveryPoint, UpdateRecoveryPointLifecycle and PutBackupVaultAccessPolicy, that the policy does not deny.
        undenied_actions: Vec<String>,
        /// Principals that the Denies leave out.
        exempt_principals: Vec<String>,
        /// Statements that allow something to everyone without a condition on organisation or account: their Sid, or number.
        open_statements: Vec<String>,
        /// The lock is in compliance mode and its cooling-off period is over, or the vault is air-gapped.
        compliance_locked: bool,
        /// Seconds until the cooling-off period ends; `null` without one.
        cooling_off_seconds: Option<i64>,
    }
}

facts! {
    /// A recovery point.
    RecoveryPointFacts {
        /// The resource is gone.
        orphan: bool,
        /// The longest retention, in days, of the other rules of its plan that run at least daily (for a copy: of their copies in the same
        /// vault); `null` when there is none, -1 when for ever.
        sibling_retention_days: Option<i64>,
    }
}

facts! {
    /// A restore testing plan.
    RestoreTestingPlanFacts {
        /// The largest gap between runs; unread when the schedule cannot be understood, `null` when it never runs again.
        interval_seconds: Option<i64>,
        selections: i64,
        /// The last scheduled time whose start window is over; `null` when there was none since the plan exists.
        last_due_at: Option<DateTime<Utc>>,
        /// It started at or after that time.
        ran_since_due: bool,
        /// Restore jobs that its last run started, of those AWS still lists.
        jobs: i64,
        jobs_failed: i64,
    }
}

facts! {
    /// A restore testing selection.
    RestoreTestingSelectionFacts {
        plan: String,
        /// Existing resources that it reaches.
        reached: i64,
        /// Those of them with a recovery point in the plan's vaults, types and window.
        testable: i64,
    }
}

facts! {
    /// A DLM policy.
    LifecyclePolicyFacts {
        /// Volumes or instances that it targets.
        targets: i64,
        /// Accounts that were audited together.
        scope_accounts: Vec<String>,
    }
}

facts! {
    /// A KMS key.
    KeyFacts {
        /// ARNs of data resources, backups and vaults in the key's Region that name it, sorted, at most 20.
        used_by: Vec<String>,
        used_by_count: i64,
        /// Some of them is a backup or a vault, or a data resource that its service backs up under the same key.
        used_by_backups: bool,
    }
}

facts! {
    /// A snapshot or an image.
    ShareableFacts {
        /// Accounts that were audited together.
        scope_accounts: Vec<String>,
    }
}

facts! {
    /// An account.
    AccountFacts {
        /// Air-gapped vaults of its own.
        air_gapped_vaults: i64,
        /// Completed copy jobs into air-gapped vaults of other accounts.
        air_gapped_copies: i64,
        /// Restorable backups of the account's own data.
        backups: i64,
        /// The age of the newest of them that lies in another account's vault or in an air-gapped one; `null` without one.
        newest_outside_age_seconds: Option<i64>,
    }
}

/// Nothing: the resource's own properties say all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoFacts {}
