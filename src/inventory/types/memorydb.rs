//! Amazon MemoryDB: clusters and their snapshots.

use super::{KeyManager, properties};
use chrono::{DateTime, Utc};

properties! {
    /// A cluster. It is always encrypted.
    Cluster = "AWS::MemoryDB::Cluster", operation: "memorydb:DescribeClusters", tags: "tag:GetResources", key: own {
        status: Option<String>,
        /// `redis` or `valkey`.
        engine: Option<String>,
        kms_key_arn: Option<String>,
        #[from("memorydb:DescribeClusters", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("memorydb:DescribeClusters", "kms:DescribeKey")]
        key_state: Option<String>,
        /// How many days daily snapshots are kept; 0 means that there are none.
        backup_retention_days: i64,
        /// `hh24:mi-hh24:mi`, UTC.
        snapshot_window: Option<String>,
        /// When the oldest of today's nodes was created. The cluster is as old or older; its own date shows nowhere.
        oldest_node_at: Option<DateTime<Utc>>,
        /// True if the snapshots of its name are its own. Unread where a deleted cluster of this name may have left them.
        #[from("memorydb:DescribeClusters", "memorydb:DescribeSnapshots")]
        snapshots_are_own: bool,
    }
}

properties! {
    /// A snapshot of a cluster.
    Snapshot = "AWS::MemoryDB::Snapshot", operation: "memorydb:DescribeSnapshots", tags: "tag:GetResources", key: own {
        /// The ARN of the snapshot's cluster, which may no longer exist. Unread where two clusters may have had its name.
        #[from("memorydb:DescribeClusters", "memorydb:DescribeSnapshots")]
        source_arn: String,
        status: Option<String>,
        /// `automated` or `manual`.
        snapshot_type: String,
        kms_key_arn: Option<String>,
        #[from("memorydb:DescribeSnapshots", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("memorydb:DescribeSnapshots", "kms:DescribeKey")]
        key_state: Option<String>,
    }
}
