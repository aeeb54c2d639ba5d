//! Amazon CloudWatch Logs.

use super::{KeyManager, properties};
use crate::inventory::Fact;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A completed export task: a copy of the events of a span of time in an S3 bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Export {
    pub bucket: String,
    /// What the keys of its objects start with.
    pub prefix: String,
    /// The first moment whose events it has.
    pub from_at: DateTime<Utc>,
    /// The last moment whose events it has: the end of its span, but not after the task was created.
    pub until_at: DateTime<Utc>,
}

/// A subscription filter: a feed of events as they arrive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Subscription {
    /// The name of the filter, or of the account's policy.
    pub name: String,
    /// A stream of Amazon Data Firehose or Kinesis, a Lambda function, or a destination in another account.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub destination_arn: Fact<String>,
    /// Which events it sends; empty for all.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub filter_pattern: Fact<String>,
}

properties! {
    /// A log group. CloudWatch Logs encrypts all of them; the key is the question.
    LogGroup = "AWS::Logs::LogGroup", operation: "logs:DescribeLogGroups", tags: "tag:GetResources", key: own {
        /// `null` if it has no KMS key: CloudWatch Logs then encrypts it under a key of its own.
        kms_key_arn: Option<String>,
        #[from("logs:DescribeLogGroups", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("logs:DescribeLogGroups", "kms:DescribeKey")]
        key_state: Option<String>,
        /// `STANDARD`, `INFREQUENT_ACCESS`, `ESSENTIALS` or `DELIVERY`.
        log_group_class: String,
        /// How long events are kept: by its own setting, or by the account's policy if `retention_policy` names one. `null` for ever, except
        /// in the class `DELIVERY`, which keeps events for a day whatever is set.
        retention_days: Option<i64>,
        /// The account's policy that rules its retention in place of its own setting.
        retention_policy: Option<String>,
        deletion_protection: bool,
        /// Completed export tasks, newest first.
        #[from("logs:DescribeExportTasks")]
        exports: Vec<Export>,
        /// Its own subscription filters. Unread where an account's policy already sends all its events to Firehose.
        #[from("logs:DescribeSubscriptionFilters")]
        subscriptions: Vec<Subscription>,
        /// The account's subscription filter policies that reach it.
        #[from("logs:DescribeAccountPolicies")]
        account_subscriptions: Vec<Subscription>,
        size_bytes: Option<i64>,
    }
}
