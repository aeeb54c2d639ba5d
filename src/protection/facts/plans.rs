//! The backup plans and policies of a data resource: those that reach it, and those that were considered.

use super::told::{Told, record};
use chrono::{DateTime, Utc};

record! {
    /// A copy action of a plan that reaches the resource.
    PlannedCopy {
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        vault_arn: Told<String>,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        account: Told<String>,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        region: Told<String>,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        retention_days: Told<Option<i64>>,
    }
}

record! {
    /// One rule of a backup plan that selects the resource. Parts that a template does not settle are unread.
    #[derive(Default)]
    PlanReach {
        plan: String,
        plan_arn: String,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        rule: Told<String>,
        selection: String,
        /// The largest gap of the schedule; `null` if the schedule cannot be understood or never runs again.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        interval_seconds: Told<Option<i64>>,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        retention_days: Told<Option<i64>>,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        continuous: Told<bool>,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        vault: Told<String>,
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        copies: Told<Vec<PlannedCopy>>,
        /// The Region's opt-in for the type is off and this selection does not override it.
        opt_in_blocked: bool,
        /// The deadline of the first scheduled run after the resource and the selection exist: the run, windows included, must have made a
        /// recovery point by then.
        due_at: Option<DateTime<Utc>>,
        /// That moment has passed.
        due: bool,
    }
}

record! {
    /// A backup plan's selection or a DLM policy that could back the resource up, and why it does or does not.
    Considered {
        /// `backup_plan` or `dlm_policy`.
        kind: String,
        /// The plan's or policy's name.
        name: String,
        arn: String,
        /// The plan's selection; `null` for a policy, for a plan without a selection, and for a plan that backs up the resource's stack.
        selection: Option<String>,
        /// It backs the resource up; `null` if that is not known. `false` where it selects the resource and opt-in blocks that.
        reaches: Option<bool>,
        /// What decides that, with the deciding values: `tag backup=daily is required, the resource has backup=weekly`.
        why: String,
    }
}
