//! The protection facts of data resources.

use super::access::OutsideAccess;
use super::links::AutomationFacts;
use super::plans::{Considered, PlanReach};
use super::restores::{RestoreSeen, RestoreTests};
use super::told::{Told, facts, plain, record};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

plain!(State, MechanismKind);

/// Whether the data can be restored. `docs/concepts.md` defines the states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A mechanism has a restorable point as fresh as its own schedule promises.
    Protected,
    /// Restorable points exist, but all are older than their schedules allow.
    Stale,
    /// Plans select it, but opt-in blocks all of them, and nothing can be restored.
    OptInBlocked,
    /// A plan selects it, but nothing can be restored.
    SelectedNotProtected,
    /// None of the other states.
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

record! {
    /// One way in which the resource is backed up, or meant to be.
    Mechanism {
        kind: MechanismKind,
        /// It runs without manual action, and will run again.
        automatic: bool,
        /// The largest gap between its runs; `null` for continuous mechanisms and those without schedule. Unread where a template does not
        /// settle the schedule.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        interval_seconds: Told<Option<i64>>,
        /// How old its newest restorable moment may be: the interval plus the start window plus the duration of its jobs, and always less
        /// than two intervals.
        allowed_age_seconds: Option<i64>,
        /// How long it keeps its backups, the newest included; `null` means for ever or not by age. Unread where a template does not settle
        /// it.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        retention_days: Told<Option<i64>>,
        /// Whether its backups have no end date.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        retention_endless: Told<bool>,
        /// Its newest restorable moment.
        last_at: Option<DateTime<Utc>>,
        age_seconds: Option<i64>,
        /// `null` if it has no schedule, or is not due yet.
        on_schedule: Option<bool>,
        /// How far back it must have left restorable moments: to its start, but at most as far as its retention; `None` means without end.
        /// It does not depend on which of them are left. Rules see the resource's `due_seconds`.
        #[serde(skip)]
        promised_seconds: Option<i64>,
        /// A readable name: `backup plan daily, rule d35`, `automated backups`.
        source: String,
    }
}

impl Mechanism {
    /// Whether it is automatic, is not late, and has a restorable backup. Replicas are not backups.
    pub fn is_on_schedule(&self) -> bool {
        self.automatic && self.last_at.is_some() && self.on_schedule != Some(false) && self.kind != MechanismKind::Replication
    }
}

record! {
    /// Counts over every restorable backup of the resource (recovery points, including continuous ones, snapshots, service backups) and
    /// over their copies elsewhere.
    #[derive(Default)]
    RecoveryPoints {
        /// Without copies elsewhere, which have their own counts.
        count: i64,
        newest_at: Option<DateTime<Utc>>,
        oldest_at: Option<DateTime<Utc>>,
        /// The largest time between two consecutive backups, or since the newest, in the last 30 days.
        largest_gap_seconds: Option<i64>,
        /// Includes copies elsewhere if their encryption is known: AWS encrypts every copy of an encrypted backup.
        unencrypted: i64,
        /// Unread while the copies elsewhere are unread.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        other_region: Told<i64>,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        other_account: Told<i64>,
        /// Behind a vault lock or a snapshot lock. Unread while the lock of one of them is unread.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        locked: Told<i64>,
        /// Unread while the sharing of one of them is unread.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        public: Told<i64>,
    }
}

record! {
    /// One restorable backup.
    Backup {
        kind: MechanismKind,
        arn: String,
        created_at: DateTime<Utc>,
        age_seconds: i64,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        encrypted: Told<bool>,
        /// Cold storage or archive tier.
        archived: bool,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        locked: Told<bool>,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        public: Told<bool>,
        /// The vault's ARN, for an AWS Backup recovery point.
        vault_arn: Option<String>,
        air_gapped: bool,
        kms_key_arn: Option<String>,
        /// When AWS Backup deletes it; `null` if never, or if something else decides that.
        expires_at: Option<DateTime<Utc>>,
        account: String,
        region: String,
    }
}

record! {
    /// A copy in another Region or account, or in an air-gapped vault. If only a copy job shows it, and the audit could not read its vault
    /// although the vault is in scope, these are unread: whether it is in another Region, in another account, behind a lock, or in an
    /// air-gapped vault.
    CopyFact {
        /// The copy's own ARN; `null` if only a copy job shows it and does not name it.
        arn: Option<String>,
        /// The moment of the source recovery point if known, else of the copy.
        created_at: DateTime<Utc>,
        age_seconds: i64,
        account: String,
        region: String,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        other_account: Told<bool>,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        other_region: Told<bool>,
        /// Also unread if the audit did not read the vault and the copy job does not show it.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        locked: Told<bool>,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        air_gapped: Told<bool>,
        /// `null` if only a copy job shows the copy.
        encrypted: Option<bool>,
        /// `recovery_point`, `copy_job`, `snapshot` or `automated_backup`.
        seen_as: String,
    }
}

record! {
    /// A time span in which every moment can be restored.
    Window {
        kind: MechanismKind,
        earliest_at: DateTime<Utc>,
        latest_at: DateTime<Utc>,
        earliest_age_seconds: i64,
        latest_age_seconds: i64,
        /// Its recovery point is in a locked vault.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        locked: Told<bool>,
    }
}

record! {
    /// A span of the resource's life without a restorable moment: before the oldest, between two of them, or between the newest and as_of.
    Gap {
        /// For the gap before the oldest moment: the age of the resource, or 400 days if its age is not known.
        start_age_seconds: i64,
        /// 0 for a gap that is still open.
        end_age_seconds: i64,
    }
}

record! {
    /// A schedule that copies backups to another Region or account.
    CopySchedule {
        account: String,
        region: String,
        other_account: bool,
        other_region: bool,
        /// The longest time that it allows between two copies: interval, start window and job time; `null` if the schedule cannot be
        /// understood.
        interval_seconds: Option<i64>,
        /// Its copies show only where they are: there are no copy jobs.
        #[serde(skip)]
        shown_there_only: bool,
    }
}

record! {
    /// How long one kind of copy is set to be kept.
    CopyRetention {
        /// `backup_plan`, `dlm`, `automated` or `snapshot` (made by hand).
        kind: String,
        /// A readable name.
        source: String,
        /// `null` means for ever. Unread where a template does not settle it.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        retention_days: Told<Option<i64>>,
    }
}

record! {
    /// A key that is needed to restore the newest backups (or the live data that they come from).
    BackupKey {
        arn: String,
        /// The state that KMS reports, or `NotFound`.
        state: String,
        /// The state is `Enabled`.
        usable: bool,
        /// `aws` or `customer`; `null` for a key that is gone.
        manager: Option<crate::inventory::types::KeyManager>,
        deletion_at: Option<DateTime<Utc>>,
    }
}

record! {
    /// A job that failed.
    JobFailure {
        /// `backup` or `copy`.
        kind: String,
        status: String,
        /// The message from AWS Backup.
        message: Option<String>,
        at: DateTime<Utc>,
        age_seconds: i64,
    }
}

record! {
    /// Backup and copy jobs of the last 30 days.
    #[derive(Default)]
    Jobs {
        failed: i64,
        succeeded: i64,
        /// Failures, newest first, without a later success of the same kind (for copies: to the same destination).
        unresolved: Vec<JobFailure>,
    }
}

facts! {
    /// Facts that only buckets have.
    BucketFacts {
        /// Encryption types that neither `BlockedEncryptionTypes` nor a Deny of the bucket policy for everyone refuses, of
        /// `SSE-S3`, `SSE-KMS`, `DSSE-KMS`, `SSE-C`.
        accepted_encryption_types: Vec<String>,
        /// One for each enabled replication rule.
        destinations: Vec<ReplicationDestination>,
        /// What the keys of log events start with that export tasks of its account and Region copied into it, sorted.
        log_exports: Vec<String>,
    }
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

record! {
    /// A resource that holds data in place of another.
    HeldIn {
        id: String,
        name: Option<String>,
        /// A backup plan selects it, and opt-in does not block the plan.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        in_backup_plan: Told<bool>,
    }
}

facts! {
    /// The protection of a data resource.
    Protection {
        /// Whether rules about data judge it: always, except for types that count as data only where a backup plan, an objective that names
        /// them, or backups of their own reach them (caches, for instance), and for resources that hold no data themselves (an ONTAP file
        /// system, whose volumes hold it).
        counts_as_data: bool,
        /// Unread while the evidence that decides it could not be read.
        state: State,
        /// An automatic mechanism that is on schedule backs it up. If the state is `protected` and this is `false`, only an old or manual
        /// backup, which nothing renews, can restore it.
        on_schedule: bool,
        /// Why the resource has its state, in one sentence.
        explanation: String,
        mechanisms: Vec<Mechanism>,
        /// The plan rules that select it, including those that opt-in blocks.
        plans: Vec<PlanReach>,
        /// Every plan's selection and every DLM policy of its account and Region, with the reason why it reaches the resource or misses it:
        /// those that reach it, then the nearest misses, at most ten. (`rel9 explain` tells all of them.)
        considered: Vec<Considered>,
        /// How many were considered.
        considered_count: i64,
        /// The Region's opt-in for its type.
        opt_in: bool,
        /// The AWS Backup resource type, such as `EBS` (`RDS` for Multi-AZ clusters that are not Aurora).
        backup_type: String,
        recovery_points: RecoveryPoints,
        /// How many of these backups are restorable AWS Backup recovery points, in the resource's own account and Region.
        aws_backup_points: i64,
        /// Every restorable backup in the resource's own account and Region, newest first.
        backups: Vec<Backup>,
        copies: Vec<CopyFact>,
        /// One for each schedule and each destination elsewhere that it copies to.
        copy_schedules: Vec<CopySchedule>,
        copy_retention: Vec<CopyRetention>,
        /// Spans in which every moment can be restored.
        windows: Vec<Window>,
        /// Spans of the resource's life without any restorable moment, newest first; empty if nothing can be restored.
        gaps: Vec<Gap>,
        /// How far back there must be restorable moments for the objective's RPO: to the start of the mechanisms that run at least that
        /// often, but at most as far as their retention. Without such a mechanism, and as an upper limit, the age of the resource. `null`
        /// means without end. Lost backups do not change it.
        due_seconds: Option<i64>,
        /// as_of minus the newest moment that can be restored; `null` if nothing can be restored.
        rpo_seconds: Option<i64>,
        /// The duration of the last successful restore job.
        rto_seconds: Option<i64>,
        /// The age of the oldest moment that can be restored.
        oldest_age_seconds: Option<i64>,
        /// The longest retention of the automatic mechanisms that are on schedule; `null` if there is none, if it is endless, or if nothing
        /// can be restored.
        retention_days: Option<i64>,
        /// One of these mechanisms keeps its backups for ever.
        retention_endless: bool,
        restore_tests: RestoreTests,
        /// All of these restores, newest first.
        restores: Vec<RestoreSeen>,
        /// Restore testing plans that have a selection which reaches it, and that find a recovery point of it to restore.
        restore_testing_plans: Vec<String>,
        /// What the policy names as restore automation for it.
        restore_automation: Vec<AutomationFacts>,
        /// AWS Backup restore testing supports its type.
        restore_testing_supported: bool,
        /// AWS shows restores of its type. Unread where it does not: then only a ledger can prove one.
        restores_shown: bool,
        /// AWS Backup can keep its type in a logically air-gapped vault.
        air_gapped_supported: bool,
        jobs: Jobs,
        /// Keys of the newest backup of each mechanism.
        keys: Vec<BackupKey>,
        /// Seconds since the resource was created; `null` if the service does not say.
        resource_age_seconds: Option<i64>,
        /// Everyone outside the audited accounts whom the resource policy lets in, without AWS services and without statements that a condition
        /// confines to an organisation or a VPC; `null` for a type whose resource policy rel9 does not read. If it lets in everyone, the list
        /// may be incomplete.
        outside_access: Option<Vec<OutsideAccess>>,
        /// For a bucket; `null` for any other resource.
        bucket: Option<BucketFacts>,
        /// For a resource that holds no data itself, such as an ONTAP file system: the resources that hold it (its volumes); `null` for one
        /// that holds its data itself.
        held_in: Option<Vec<HeldIn>>,
    }
}
