//! What the join finds out about resources that are not data: accounts, Regions, plans, vaults, keys and related resources.

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
        /// Active, and its deployment did not fail.
        healthy: bool,
        status: Option<String>,
    }
}

facts! {
    /// A Region of the account.
    RegionFacts {
        /// Data resources that owe backups (without exempt ones).
        data_resources: i64,
        protected: i64,
        /// How many of them an automatic mechanism backs up on schedule; the others have only old or manual backups.
        on_schedule: i64,
        /// How many of them are neither protected nor stale.
        unprotected: i64,
        /// AWS Backup types of the unprotected resources, sorted.
        unprotected_types: Vec<String>,
        /// Types with unprotected resources whose opt-in is off.
        blocked_types: Vec<String>,
        /// Backup plans, without the one that EFS creates itself.
        plans: i64,
        /// DB instances of RDS and Aurora, by name.
        db_instances: Vec<String>,
        /// DB clusters of Aurora and Multi-AZ DB clusters, by name.
        db_clusters: Vec<String>,
        volumes: i64,
        snapshots: i64,
        /// AMIs that the account owns.
        images: i64,
        recovery_points: i64,
        /// AWS Backup types with a resource that a plan selects.
        selected_types: Vec<String>,
        report_plans: Vec<ReportPlanFact>,
        frameworks: Vec<FrameworkFact>,
        /// Restore testing selections.
        restore_testing_selections: i64,
        /// Types that restore testing supports and that have a resource with AWS Backup recovery points.
        testable_types: Vec<String>,
        /// Types that a restore testing selection names.
        tested_types: Vec<String>,
        /// What the policy names as restore automation in this account and Region.
        restore_automation: Vec<AutomationFacts>,
    }
}

facts! {
    /// A state machine, Lambda function or Systems Manager automation that the policy names as restore automation.
    AutomationFacts {
        /// Without version or alias.
        arn: String,
        /// The enabled rule or schedule that starts it again and again, such as `schedule weekly-drill`; `null` if none does.
        scheduled_by: Option<String>,
    }
}

facts! {
    /// A state machine.
    StateMachineFacts {
        /// The policy names it as restore automation.
        restore_automation: bool,
    }
}

facts! {
    /// The destination of a copy action.
    DestinationFacts {
        vault_arn: String,
        account: String,
        region: String,
        other_account: bool,
        other_region: bool,
        retention_days: Option<i64>,
        /// Unread if the audit did not read the vault's account or Region, unless a completed copy job shows the vault.
        exists: bool,
        /// Locked or air-gapped. Unread if the audit did not read the vault's account or Region; `false` if the vault does not exist.
        locked: bool,
    }
}

facts! {
    /// A rule of a backup plan, worked out.
    PlanRuleFacts {
        name: String,
        /// AWS's default if the rule has none.
        schedule: String,
        /// The largest gap between runs; unread if the schedule cannot be understood, `null` if it never runs again.
        interval_seconds: Option<i64>,
        /// Start window plus completion window.
        window_seconds: i64,
        continuous: bool,
        retention_days: Option<i64>,
        vault: String,
        vault_exists: bool,
        /// Locked or air-gapped; `false` if the vault does not exist.
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
        /// Selections of a template that AWS Backup refuses because they name neither resources nor tags.
        refused_selections: Vec<String>,
        /// ARNs of selected S3, RDS and Aurora resources that have no PITR of their own and that none of the plan's rules backs up
        /// continuously.
        selected_without_pitr: Vec<String>,
    }
}

facts! {
    /// A backup selection.
    SelectionFacts {
        plan: String,
        /// A template declares it without resources and tags, which AWS Backup refuses. Unread for a selection that AWS returned that way.
        refused: bool,
        selected: i64,
        /// Literal ARNs that match no resource, although the audit read their type, Region and account.
        dangling_arns: Vec<String>,
        /// Literal ARNs that the audit cannot check (types that it does not collect).
        unchecked_arns: Vec<String>,
        /// The account has its role.
        role_exists: bool,
        /// The trust policy of the role lets AWS Backup assume it; `false` if the role does not exist.
        role_assumable: bool,
    }
}

record! {
    /// A recovery point of a resource that is gone.
    Orphan {
        arn: String,
        source_arn: String,
        age_seconds: i64,
        /// Its lifecycle has an end.
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
        /// Seconds since its first run after the plan was created was due; negative if that is still to come, `null` if it is not known.
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
        /// A rule or copy action of a plan writes to it, or it holds recovery points, which a template cannot show.
        in_use: bool,
        /// Recovery points in status EXPIRED.
        expired: Vec<ExpiredPoint>,
        /// The actions that the policy does not deny, out of DeleteRecoveryPoint, UpdateRecoveryPointLifecycle and
        /// PutBackupVaultAccessPolicy. If the policy certainly leaves one undenied, the list may be incomplete.
        undenied_actions: Vec<String>,
        /// Principals that the Deny statements exclude.
        exempt_principals: Vec<String>,
        /// Statements that allow something to everyone without a condition on organisation or account: their Sid or number. If at least one
        /// statement certainly does so, the list may be incomplete.
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
        /// vault); `null` if there is none, -1 for ever.
        sibling_retention_days: Option<i64>,
    }
}

facts! {
    /// A restore testing plan.
    RestoreTestingPlanFacts {
        /// The largest gap between runs; unread if the schedule cannot be understood, `null` if it never runs again.
        interval_seconds: Option<i64>,
        selections: i64,
        /// The last scheduled time whose start window is over; `null` if there was none since the plan was created.
        last_due_at: Option<DateTime<Utc>>,
        /// It started a run at or after that time.
        ran_since_due: bool,
        /// Restore jobs that its last run started, as far as AWS still lists them.
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
        /// How many of them have a recovery point in the plan's vaults, types and window.
        testable: i64,
        /// The account has its role.
        role_exists: bool,
        /// The trust policy of the role lets AWS Backup assume it; `false` if the role does not exist.
        role_assumable: bool,
    }
}

facts! {
    /// A DLM policy.
    LifecyclePolicyFacts {
        /// Volumes or instances that it targets.
        targets: i64,
        /// The account has its role.
        role_exists: bool,
        /// The trust policy of the role lets Data Lifecycle Manager assume it; `false` if the role does not exist.
        role_assumable: bool,
        /// The accounts it is shared with that the audit also covers.
        scope_accounts: Vec<String>,
    }
}

facts! {
    /// A KMS key.
    KeyFacts {
        /// ARNs of data resources, backups and vaults in the key's Region that name it, sorted, at most 20.
        used_by: Vec<String>,
        used_by_count: i64,
        /// One of its users is a backup or a vault, or a data resource whose service backs it up under the same key.
        used_by_backups: bool,
    }
}

facts! {
    /// A CloudFormation stack.
    StackFacts {
        /// A root stack owns a data resource, itself or through a nested stack: the tag `aws:cloudformation:stack-id` of the data names the stack.
        /// Data that can be rebuilt does not count. `false` for a nested stack.
        owns_data: bool,
        /// ARNs of these data resources, as far as they are known, sorted, at most 20.
        data: Vec<String>,
        data_count: i64,
    }
}

facts! {
    /// A snapshot, an image or another backup that is a resource of its own.
    BackupFacts {
        /// The accounts it is shared with that the audit also covers.
        scope_accounts: Vec<String>,
        /// Its source is deleted, although a later resource may have its name. `false` if the source is in another account or Region, or is not
        /// known, as for copies and images.
        orphan: bool,
        /// The registered AMIs that use it, for an EBS snapshot.
        images: Vec<String>,
    }
}

record! {
    /// A Region of an account.
    RegionData {
        region: String,
        /// Whether the Region holds data. Unread if the audit did not read the Region, or not all lists of data in it.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        data: Told<bool>,
    }
}

facts! {
    /// An account.
    AccountFacts {
        /// Air-gapped vaults that it owns.
        air_gapped_vaults: i64,
        /// Completed copy jobs into air-gapped vaults of other accounts.
        air_gapped_copies: i64,
        /// Restorable backups of the account's own data.
        backups: i64,
        /// The age of the newest of them in another account's vault or in an air-gapped vault; `null` if there is none.
        newest_outside_age_seconds: Option<i64>,
        /// The Regions that are enabled, and those that the audit read.
        data_regions: Vec<RegionData>,
    }
}

/// No facts: rules judge the resource by its own properties.
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
