//! Amazon Redshift: provisioned clusters, their snapshots, and what makes and copies these.

use super::{KeyManager, properties};
use crate::inventory::Fact;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The automatic copy of a cluster's snapshots to another Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotCopy {
    pub destination_region: String,
    /// How long copies of automated snapshots are kept.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub retention_days: Fact<i64>,
    /// How long copies of manual snapshots are kept; `null` means for ever.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub manual_retention_days: Fact<Option<i64>>,
    /// The grant, in the destination Region, for the key that encrypts the copies.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub grant_name: Fact<Option<String>>,
}

properties! {
    /// A provisioned cluster.
    Cluster = "AWS::Redshift::Cluster", operation: "redshift:DescribeClusters", key: own {
        status: Option<String>,
        node_type: Option<String>,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("redshift:DescribeClusters", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("redshift:DescribeClusters", "kms:DescribeKey")]
        key_state: Option<String>,
        /// How many days automated snapshots are kept; 0 means that they are disabled.
        backup_retention_days: i64,
        /// The name of the snapshot schedule that takes the place of the default one.
        snapshot_schedule: Option<String>,
        /// `ACTIVE`, `MODIFYING` or `FAILED`; `null` without a snapshot schedule.
        snapshot_schedule_state: Option<String>,
        /// The definitions of that schedule, such as `rate(12 hours)` and `cron(30 12 *)`; `null` if there is no such schedule.
        #[from("redshift:DescribeClusters", "redshift:DescribeSnapshotSchedules")]
        snapshot_schedule_definitions: Option<Vec<String>>,
        /// `null` if snapshots are not copied to another Region.
        snapshot_copy: Option<SnapshotCopy>,
    }
}

properties! {
    /// A snapshot of a cluster that the account owns, or a copy of one from another Region. Snapshots that other accounts share are left out.
    Snapshot = "AWS::Redshift::Snapshot", operation: "redshift:DescribeClusterSnapshots", key: own {
        /// The ARN of the snapshot's cluster, which may no longer exist.
        source_arn: String,
        /// When that cluster was created: a later cluster may have its name.
        source_created_at: Option<DateTime<Utc>>,
        /// `available`, `creating`, `final snapshot` or `failed`.
        status: Option<String>,
        /// `manual` (also those of AWS Backup, which are named `awsbackup:…`) or `automated`.
        snapshot_type: String,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("redshift:DescribeClusterSnapshots", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("redshift:DescribeClusterSnapshots", "kms:DescribeKey")]
        key_state: Option<String>,
        /// The accounts that may restore it. Only manual snapshots can be shared, and never with everyone.
        shared_with: Vec<String>,
        /// The Region that it was copied from.
        copied_from_region: Option<String>,
        /// How many days a manual snapshot is kept; `null` means for ever, or as long as its cluster keeps automated ones.
        retention_days: Option<i64>,
        size_bytes: Option<i64>,
    }
}

properties! {
    /// A snapshot schedule, which clusters use instead of the default one.
    SnapshotSchedule = "AWS::Redshift::SnapshotSchedule", operation: "redshift:DescribeSnapshotSchedules" {
        definitions: Vec<String>,
    }
}

properties! {
    /// A grant that lets Amazon Redshift encrypt snapshots, copied from another Region to this one, under a KMS key.
    SnapshotCopyGrant = "AWS::Redshift::SnapshotCopyGrant", operation: "redshift:DescribeSnapshotCopyGrants", key: own {
        kms_key_arn: Option<String>,
        #[from("redshift:DescribeSnapshotCopyGrants", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("redshift:DescribeSnapshotCopyGrants", "kms:DescribeKey")]
        key_state: Option<String>,
    }
}
