//! Amazon Data Lifecycle Manager.

use super::{KeyFacts, properties};
use crate::inventory::{Fact, facts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A tag in a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tag {
    pub key: String,
    /// Missing if it is unknown in a template.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub value: Fact<String>,
}

facts! {
    /// One schedule of a policy. A default policy has one schedule, made from the policy's interval and retention. In a template, unknown properties
    /// are missing.
    Schedule {
        name: Option<String>,
        /// The cron expression (AWS cron, UTC), if the schedule has one.
        cron: Option<String>,
        /// The interval, if the schedule has no cron expression.
        interval_seconds: Option<i64>,
        /// How many snapshots are kept, if retention is a count.
        retain_count: Option<i64>,
        /// How many days snapshots are kept, if retention is an age.
        retention_days: Option<i64>,
        /// Days after which snapshots move to the archive tier.
        archive_after_days: Option<i64>,
        copies: Vec<Copy>,
        /// The accounts that the snapshots are shared with.
        shared_with: Vec<String>,
    }
}

facts! {
    /// A copy rule to another Region or to an Outpost. In a template, unknown properties are missing.
    Copy {
        /// The Region, or the Outpost's ARN.
        target: String,
        encrypted: Option<bool>,
        kms_key_arn: Option<String>,
        /// Who manages that key; `null` if it could not be determined.
        key_manager: Option<super::KeyManager>,
        retention_days: Option<i64>,
    }
}

facts! {
    /// The exclusions of a default policy. In a template, unknown properties are missing.
    Exclusions {
        boot_volumes: bool,
        volume_types: Vec<String>,
        tags: Vec<Tag>,
    }
}

/// The keys of the copies that a policy makes.
fn keys_of_copies(policy: &mut LifecyclePolicy) -> Vec<KeyFacts<'_>> {
    let mut copies: Vec<&mut Copy> = Vec::new();
    if let Fact::Read(schedules) = &mut policy.schedules {
        for schedule in schedules {
            if let Fact::Read(of_schedule) = &mut schedule.copies {
                copies.extend(of_schedule);
            }
        }
    }
    if let Fact::Read(of_events) = &mut policy.event_copies {
        copies.extend(of_events);
    }
    let keys = copies.into_iter().map(|copy| {
        let (arn, manager) = (&mut copy.kms_key_arn, Some(&mut copy.key_manager));
        KeyFacts { arn, manager, state: None, own: false }
    });
    keys.collect()
}

properties! {
    /// A DLM policy with all its settings.
    LifecyclePolicy = "AWS::DLM::LifecyclePolicy", operation: "dlm:GetLifecyclePolicies", key: by keys_of_copies {
        /// `ENABLED`, `DISABLED` or `ERROR`.
        status: String,
        #[from("dlm:GetLifecyclePolicy")]
        status_message: Option<String>,
        /// `EBS_SNAPSHOT_MANAGEMENT`, `IMAGE_MANAGEMENT` or `EVENT_BASED_POLICY`.
        #[from("dlm:GetLifecyclePolicy")]
        policy_type: String,
        /// Whether it is a default policy, which targets every volume or instance without a recent backup.
        #[from("dlm:GetLifecyclePolicy")]
        default_policy: bool,
        /// `VOLUME` or `INSTANCE`.
        #[from("dlm:GetLifecyclePolicy")]
        resource_types: Vec<String>,
        /// The target tags: a resource with any one of them is selected.
        #[from("dlm:GetLifecyclePolicy")]
        target_tags: Vec<Tag>,
        #[from("dlm:GetLifecyclePolicy")]
        schedules: Vec<Schedule>,
        /// The copies that an event-based policy makes.
        #[from("dlm:GetLifecyclePolicy")]
        event_copies: Vec<Copy>,
        /// For instances: whether the root volume is excluded.
        #[from("dlm:GetLifecyclePolicy")]
        exclude_boot_volume: bool,
        /// For instances: data volumes with one of these tags are excluded.
        #[from("dlm:GetLifecyclePolicy")]
        exclude_data_volume_tags: Vec<Tag>,
        #[from("dlm:GetLifecyclePolicy")]
        exclusions: Exclusions,
        #[from("dlm:GetLifecyclePolicy")]
        role_arn: Option<String>,
    }
}
