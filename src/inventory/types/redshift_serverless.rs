//! Amazon Redshift Serverless: namespaces and their snapshots.

use super::{KeyManager, properties};
use crate::inventory::Fact;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A scheduled action that creates snapshots of a namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduledSnapshot {
    pub name: String,
    /// `ACTIVE` or `DISABLED`.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub state: Fact<String>,
    /// A cron expression in UTC, such as `cron(0 10 ? * MON *)`; `null` for an action that runs once.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub schedule: Fact<Option<String>>,
    /// How many days its snapshots are kept; `null` means for ever.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub retention_days: Fact<Option<i64>>,
    /// The action does not run before this time.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub starts_at: Fact<Option<DateTime<Utc>>>,
    /// The action does not run after this time.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub ends_at: Fact<Option<DateTime<Utc>>>,
}

/// The automatic copy of a namespace's snapshots and recovery points to another Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotCopy {
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub destination_region: Fact<String>,
    /// How many days copies of snapshots are kept; `null` means for ever. Copies of recovery points are kept one day.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub retention_days: Fact<Option<i64>>,
}

properties! {
    /// A namespace: the databases of a serverless data warehouse. Redshift Serverless encrypts every namespace.
    Namespace = "AWS::RedshiftServerless::Namespace", operation: "redshift-serverless:ListNamespaces",
    tags: "tag:GetResources", key: own {
        status: Option<String>,
        /// `None` under the key that AWS owns.
        kms_key_arn: Option<String>,
        #[from("redshift-serverless:ListNamespaces", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("redshift-serverless:ListNamespaces", "kms:DescribeKey")]
        key_state: Option<String>,
        /// The date of the oldest recovery point; `null` if the namespace has none.
        #[from("redshift-serverless:ListRecoveryPoints")]
        oldest_recovery_point_at: Option<DateTime<Utc>>,
        /// The date of the newest recovery point; `null` if the namespace has none.
        #[from("redshift-serverless:ListRecoveryPoints")]
        newest_recovery_point_at: Option<DateTime<Utc>>,
        #[from("redshift-serverless:ListScheduledActions", "redshift-serverless:GetScheduledAction")]
        scheduled_snapshots: Vec<ScheduledSnapshot>,
        /// Empty if snapshots are not copied to another Region.
        #[from("redshift-serverless:ListSnapshotCopyConfigurations")]
        snapshot_copies: Vec<SnapshotCopy>,
    }
}

properties! {
    /// A snapshot of a namespace that the account owns, or a copy of one from another Region. Snapshots that other accounts share are left out.
    Snapshot = "AWS::RedshiftServerless::Snapshot", operation: "redshift-serverless:ListSnapshots",
    tags: "tag:GetResources", key: own {
        /// The ARN of the snapshot's namespace, which may no longer exist, or be in another Region.
        source_arn: String,
        /// `AVAILABLE`, `CREATING`, `COPYING`, `CANCELLED`, `FAILED` or `DELETED`.
        status: Option<String>,
        /// `aws_backup`, `scheduled` (its name begins with the prefix of a scheduled action of its namespace) or `manual`.
        #[from("redshift-serverless:ListSnapshots", "redshift-serverless:ListScheduledActions", "redshift-serverless:GetScheduledAction")]
        snapshot_type: String,
        kms_key_arn: Option<String>,
        #[from("redshift-serverless:ListSnapshots", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("redshift-serverless:ListSnapshots", "kms:DescribeKey")]
        key_state: Option<String>,
        /// The accounts that may restore it, to a namespace or to a provisioned cluster.
        shared_with: Vec<String>,
        /// How many days it is kept; `null` means for ever.
        retention_days: Option<i64>,
    }
}
