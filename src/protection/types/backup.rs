//! AWS Backup: plans, selections, vaults, recovery points, restore testing.

use crate::inventory::types::{ResourceType, backup};
use crate::protection::backup_plan::plan_facts;
use crate::protection::backup_selection::selection_facts;
use crate::protection::facts::{
    PlanFacts, RecoveryPointFacts, RestoreTestingPlanFacts, RestoreTestingSelectionFacts, SelectionFacts, VaultFacts,
};
use crate::protection::recovery_point::recovery_point_facts;
use crate::protection::restore_testing_plan::restore_testing_plan_facts;
use crate::protection::restore_testing_selection::restore_testing_selection_facts;
use crate::protection::subject::Subject;
use crate::protection::vault::vault_facts;
use schemars::schema_for;

pub static PLAN: Subject = Subject {
    info: &backup::BackupPlan::INFO,
    facts: |context, resource| plan_facts(context.join, context.links, resource),
    schema: || schema_for!(PlanFacts),
    declared: &["rules", "selections", "selected", "selected_types", "refused_selections", "selected_without_pitr"],
};

pub static SELECTION: Subject = Subject {
    info: &backup::BackupSelection::INFO,
    facts: |context, resource| selection_facts(context.join, context.links, resource),
    schema: || schema_for!(SelectionFacts),
    declared: &["plan", "refused", "selected", "dangling_arns", "unchecked_arns", "role_exists", "role_assumable"],
};

pub static VAULT: Subject = Subject {
    info: &backup::BackupVault::INFO,
    facts: |context, resource| vault_facts(context.join, resource),
    schema: || schema_for!(VaultFacts),
    declared: &[
        "targeted_by",
        "in_use",
        "undenied_actions",
        "exempt_principals",
        "open_statements",
        "compliance_locked",
        "cooling_off_seconds",
    ],
};

/// It is also a backup, but all resources share its type: their protection reads its vault, plan and lifecycle.
pub static RECOVERY_POINT: Subject = Subject {
    info: &backup::RecoveryPoint::INFO,
    facts: |context, resource| recovery_point_facts(context.join, resource),
    schema: || schema_for!(RecoveryPointFacts),
    declared: &[],
};

pub static RESTORE_TESTING_PLAN: Subject = Subject {
    info: &backup::RestoreTestingPlan::INFO,
    facts: |context, resource| restore_testing_plan_facts(context.join, resource),
    schema: || schema_for!(RestoreTestingPlanFacts),
    declared: &["interval_seconds", "selections"],
};

pub static RESTORE_TESTING_SELECTION: Subject = Subject {
    info: &backup::RestoreTestingSelection::INFO,
    facts: |context, resource| restore_testing_selection_facts(context.join, context.data, resource),
    schema: || schema_for!(RestoreTestingSelectionFacts),
    declared: &["plan", "reached", "role_exists", "role_assumable"],
};
