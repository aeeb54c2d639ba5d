//! What the join finds out about everything that is not data: accounts, Regions, plans, vaults, keys and what they belong to.

use super::told::{FactSet, Told, facts, plain, record};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

plain!(NoFacts);

record! {
    /// A report plan.
    ReportPlanFact {
        name: String,
        last_success_age_seconds: Option<i64>,
    }
}

record! {
    /// A Backup Audit Manager framework.
    FrameworkFact {
        name: String,
        /// Active, and deployed without failure.
        healthy: bool,
        status: Option<String>,
    }
}

facts! {
    /// A Region of the account.
    RegionFacts {
        /// Data resources that owe backups (reproducible ones left out).
        data_resources: i64,
        protected: i64,
        /// Those of them that something which runs by itself backs up on schedule; the others have only old or manual backups.
        on_schedule: i64,
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
        /// Unread when the vault's account or Region was not read, unless a completed copy job shows the vault.
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
        /// Selections of a template that AWS Backup will refuse, for they name neither resources nor tags.
        refused_selections: Vec<String>,
        /// ARNs of S3, RDS and Aurora resources that it selects, that none of its rules backs up continuously and that have no PITR
        /// of their own.
        selected_without_pitr: Vec<String>,
    }
}

facts! {
    /// A backup selection.
    SelectionFacts {
        plan: String,
        /// A template declares it without resources and tags, which AWS Backup refuses. Unread of one that was read so.
        refused: bool,
        selected: i64,
        /// Literal ARNs of types and of a Region and account that were read, which no resource has.
        dangling_arns: Vec<String>,
        /// Literal ARNs of which nobody can tell whether they exist (types that are not collected).
        unchecked_arns: Vec<String>,
    }
}

record! {
    /// A recovery point of a resource that is gone.
    Orphan {
        arn: String,
        source_arn: String,
        age_seconds: i64,
        /// It has a lifecycle that ends.
        ends: bool,
        size_bytes: Option<i64>,
    }
}

record! {
    /// A plan's rule or copy action that writes to the vault.
    Targeting {
        plan: String,
        rule: String,
        /// It is a copy action.
        copy: bool,
        /// Unread where a template does not settle it.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        retention_days: Told<Option<i64>>,
        /// How long ago its first run since the plan exists was due; negative when that is to come, `null` when nobody can tell.
        age_seconds: Option<i64>,
    }
}

record! {
    /// A recovery point that AWS Backup should have deleted.
    ExpiredPoint {
        arn: String,
        overdue_seconds: i64,
    }
}

facts! {
    /// A backup vault.
    VaultFacts {
        restorable_points: i64,
        orphans: Vec<Orphan>,
        orphan_bytes: i64,
        targeted_by: Vec<Targeting>,
        /// Something writes to it, or it holds recovery points; what it holds, a template cannot show.
        in_use: bool,
        /// Recovery points in status EXPIRED.
        expired: Vec<ExpiredPoint>,
        /// Actions, of DeleteRecoveryPoint, UpdateRecoveryPointLifecycle and PutBackupVaultAccessPolicy, that the policy does not deny. Where it
        /// surely does not deny one, there may be more than are told.
        undenied_actions: Vec<String>,
        /// Principals that the Denies leave out.
        exempt_principals: Vec<String>,
        /// Statements that allow something to everyone without a condition on organisation or account: their Sid, or number. Where one surely
        /// does, there may be more than are told.
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
        /// Those of the accounts it is shared with that are audited too.
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
        /// Those of the accounts it is shared with that are audited too.
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

impl FactSet for NoFacts {
    fn names(&self) -> &'static [&'static str] {
        &[]
    }
    fn field(&self, _: &str) -> Option<&dyn erased_serde::Serialize> {
        None
    }
    fn doubt(&mut self, _: &[String]) {}
}
