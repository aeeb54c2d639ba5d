//! One restorable backup of a resource.

use super::facts::Backup;

/// A backup with what only the join needs to know of it.
#[derive(Clone, Debug)]
pub struct Point {
    pub backup: Backup,
    /// The plan and the rule that made it, where AWS Backup tells.
    pub plan_arn: Option<String>,
    pub rule_id: Option<String>,
    /// How long it is kept; `None` means for ever or not by age.
    pub retention_days: Option<i64>,
    /// It belongs to the composite recovery point of a stack.
    pub of_stack: bool,
    /// The DLM policy and schedule that made it, where its tags tell.
    pub dlm_schedule: Option<(String, Option<String>)>,
    /// It was taken of the instance that the volume is attached to.
    pub of_instance: bool,
    /// How long making it took.
    pub took_seconds: Option<i64>,
}
