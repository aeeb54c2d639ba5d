//! Settings of an account and of a Region.

use super::{KeyManager, properties};
use crate::inventory::{Fact, facts};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A subscription to events of Amazon RDS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventSubscription {
    pub name: String,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub enabled: Fact<bool>,
    /// `active`, `creating`, `modifying`, `deleting`, `no-permission` or `topic-not-exist`.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub status: Fact<Option<String>>,
    /// `db-instance`, `db-cluster` …; `null` for every type.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub source_type: Fact<Option<String>>,
    /// The names of the sources; empty for all of the type.
    pub source_ids: Vec<String>,
    /// Empty for all categories.
    pub categories: Vec<String>,
}

/// The organisation that an account belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Organization {
    pub id: String,
    /// The id of its management account.
    pub management_account: String,
}

/// A backup plan of the effective backup policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyPlan {
    pub name: String,
    /// The Regions in which AWS Organizations makes the plan.
    pub regions: Vec<String>,
    /// How many rules it has.
    pub rules: i64,
    /// How many selections it has, by tags and by resources.
    pub selections: i64,
}

/// An error in the effective backup policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyError {
    /// Such as `ELEMENTS_TOO_MANY`.
    pub code: String,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub message: Fact<Option<String>>,
    /// Where in the policy it is.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub path: Fact<Option<String>>,
}

/// The event of a [`DeletionLookup`] that stands for all events that were not looked up.
pub const OTHER_EVENTS: &str = "*";

facts! {
    /// How far the event history was read for one event.
    DeletionLookup {
        /// Such as `DeleteRecoveryPoint`; `*` for all events that were not looked up.
        event: String,
        /// The calls of so many days are known, at most 30.
        read_days: i64,
        /// How many pages of 50 events this event has in the Region, with those looked up before it.
        pages: i64,
        /// Whether it was called before these days. Never read, so that a rule that asks for more than was looked up is unknown.
        called_earlier: bool,
    }
}

facts! {
    /// A successful call of an operation that deletes a backup, or takes its protection away, by anyone but an AWS service.
    DeletionCall {
        /// Such as `DeleteRecoveryPoint`.
        event: String,
        /// The service, such as `backup.amazonaws.com`.
        source: String,
        called_at: DateTime<Utc>,
        /// Who called it: an ARN, such as that of a role's session, or another id.
        principal_arn: Option<String>,
        /// The role of the session; `null` for a caller without one.
        role_arn: Option<String>,
        /// The names of the resources, as CloudTrail shows them; often none.
        resources: Vec<String>,
    }
}

properties! {
    /// An AWS account; its Region in the inventory is `global`.
    Account = "AWS::Account", operation: "sts:GetCallerIdentity" {
        /// The partition, such as `aws` or `aws-cn`.
        partition: String,
        /// The enabled Regions, sorted.
        #[from("ec2:DescribeRegions")]
        enabled_regions: Vec<String>,
        /// Whether the organisation lets its accounts copy backups to each other (`isCrossAccountBackupEnabled`).
        #[from("backup:DescribeGlobalSettings")]
        cross_account_backup: bool,
        /// The organisation that the account belongs to; `null` outside AWS Organizations.
        #[from("organizations:DescribeOrganization")]
        organization: Option<Organization>,
        /// The plans of the backup policy that is in effect for the account; `null` without one.
        #[from("organizations:DescribeEffectivePolicy")]
        backup_policy_plans: Option<Vec<PolicyPlan>>,
        /// The errors in that policy. AWS shows them to the management account only; rel9 reads those of this account itself.
        #[from("organizations:ListEffectivePolicyValidationErrors")]
        backup_policy_errors: Vec<PolicyError>,
    }
}

properties! {
    /// An enabled Region of an account.
    Region = "AWS::Region", operation: "ec2:DescribeRegions", key: own {
        /// The opt-in setting by AWS Backup resource type; a type that is not in the map is opted in.
        #[from("backup:DescribeRegionSettings")]
        opt_in: BTreeMap<String, bool>,
        /// Whether AWS Backup fully manages backups, by AWS Backup resource type.
        #[from("backup:DescribeRegionSettings")]
        full_management: BTreeMap<String, bool>,
        /// The AWS Backup resource types that the Region supports.
        #[from("backup:GetSupportedResourceTypes")]
        supported_types: Vec<String>,
        /// Whether EBS encryption by default is on: all new volumes are encrypted.
        #[from("ec2:GetEbsEncryptionByDefault")]
        ebs_encryption_by_default: bool,
        /// The ARN of the default KMS key for EBS encryption.
        #[from("ec2:GetEbsDefaultKmsKeyId")]
        kms_key_arn: Option<String>,
        /// Who manages that key.
        #[from("ec2:GetEbsDefaultKmsKeyId", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        /// The state of that key, as KMS names it (`Enabled`).
        #[from("ec2:GetEbsDefaultKmsKeyId", "kms:DescribeKey")]
        key_state: Option<String>,
        /// `block-all-sharing`, `block-new-sharing` or `unblocked`.
        #[from("ec2:GetSnapshotBlockPublicAccessState")]
        snapshot_public_access: String,
        /// `block-new-sharing` or `unblocked`.
        #[from("ec2:GetImageBlockPublicAccessState")]
        image_public_access: String,
        /// The event subscriptions of Amazon RDS.
        #[from("rds:DescribeEventSubscriptions")]
        rds_event_subscriptions: Vec<EventSubscription>,
        /// How far the event history was read for each event that deletes backups.
        #[from("cloudtrail:LookupEvents")]
        deletion_lookups: Vec<DeletionLookup>,
        /// What it shows, newest first.
        #[from("cloudtrail:LookupEvents")]
        deletion_calls: Vec<DeletionCall>,
    }
}
