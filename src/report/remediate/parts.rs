//! What both languages of a set of backup plans say alike.

use super::quote::comment;
use crate::audit::remediate::model::{Remedies, Set};

/// The events of a vault that AWS Backup still sends, with the state of the job in them.
pub const EVENTS: [&str; 3] = ["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED"];

/// What the policy of the vault denies.
pub const KEEP: [&str; 2] = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"];

/// What a role needs to back up and to restore every type, below `arn:…:iam::aws:policy/` (AWS managed policy reference).
pub const POLICIES: [&str; 4] = [
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "service-role/AWSBackupServiceRolePolicyForRestores",
    "AWSBackupServiceRolePolicyForS3Backup",
    "AWSBackupServiceRolePolicyForS3Restore",
];

pub const GOVERNANCE: [&str; 2] = [
    "REVIEW: this lock is in governance mode: whoever may call backup:DeleteBackupVaultLockConfiguration can remove it. Compliance mode",
    "(ChangeableForDays, changeable_for_days) cannot be undone by anybody, AWS included, once that many days are over.",
];

pub const UNDENIED: [&str; 2] = [
    "REVIEW: to keep this policy from being changed, deny backup:PutBackupVaultAccessPolicy, too, with a condition that exempts one role:",
    "without an exempt role, nobody can change the policy afterwards.",
];

/// What a set is for, in one line.
pub fn described(set: &Set) -> String {
    let covered = set.new_plans().map(|plan| plan.resources.len()).sum::<usize>();
    let tested = set.plans.iter().filter_map(|plan| plan.new_tests()).flat_map(|tests| tests.resources.values()).map(Vec::len).sum();
    let count = |count: usize| if count == 1 { "1 resource".to_owned() } else { format!("{count} resources") };
    let what = match (covered, tested) {
        (covered, 0) => format!("Backup plans for {}", count(covered)),
        (0, tested) => format!("Restore tests of {}", count(tested)),
        (covered, tested) => format!("Backup plans for {} and restore tests of {}", count(covered), count(tested)),
    };
    format!("{what}, account {}, Region {}", set.account, set.region)
}

/// The first lines of a template, without the command that deploys it.
pub fn header(remedies: &Remedies, set: &Set) -> String {
    let when = remedies.as_of.format("%Y-%m-%d %H:%M UTC");
    let mut out = comment(0, &format!("{}. Written by rel9 remediate from audit {} as of {when}.", described(set), remedies.audit_id));
    out.push_str(&comment(
        0,
        "Review it, and deploy either this file or its twin in the other language, with credentials of that account and Region:",
    ));
    out
}
