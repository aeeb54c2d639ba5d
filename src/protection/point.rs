//! One restorable backup of a resource.

use super::facts::Backup;

/// A backup, with the details that only the join needs.
#[derive(Clone, Debug)]
pub struct Point {
    pub backup: Backup,
    /// The plan and the rule that made the backup, if AWS Backup returns them.
    pub plan_arn: Option<String>,
    pub rule_id: Option<String>,
    /// How long the backup is kept; `None` if it is kept for ever, or not by age.
    pub retention_days: Option<i64>,
    /// Whether the backup belongs to the composite recovery point of a stack.
    pub of_stack: bool,
    /// The DLM policy and schedule that made the backup, if its tags name them.
    pub dlm_schedule: Option<(String, Option<String>)>,
    /// Whether the backup was taken of the instance that the volume is attached to.
    pub of_instance: bool,
    /// How long it took to make the backup.
    pub took_seconds: Option<i64>,
}
