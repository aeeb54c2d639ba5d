//! The rules whose failures the backup plans mend, once they have run.

/// The rules whose failures a plan, a tag and time mend.
pub const BY_PLAN: [&str; 7] = [
    "data-protected",
    "data-in-backup-plan",
    "data-rpo-meets-objective",
    "data-retention-meets-objective",
    "data-copied-to-another-region",
    "data-copied-to-another-account",
    "data-backups-immutable",
];

/// Rules of volumes that the same plan satisfies, and the rule of Regions that the plan itself satisfies.
pub const ALSO_BY_PLAN: [&str; 2] = ["ebs-volume-snapshot-schedule", "ebs-volume-recent-snapshot"];
pub const PLAN_EXISTS: &str = "backup-plan-exists";

/// The rule whose failures a restore testing plan and a tag mend.
pub const TEST_PLANNED: &str = "data-recovery-test-planned";

/// The rule whose findings show the state of all data.
pub const PROTECTED: &str = BY_PLAN[0];
