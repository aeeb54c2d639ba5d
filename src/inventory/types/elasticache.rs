//! Amazon ElastiCache: caches and their snapshots.

use super::{KeyManager, properties};
use chrono::{DateTime, Utc};

properties! {
    /// A replication group (a cluster of nodes with Valkey or Redis OSS).
    ReplicationGroup = "AWS::ElastiCache::ReplicationGroup", operation: "elasticache:DescribeReplicationGroups",
    tags: "tag:GetResources", key: own {
        status: Option<String>,
        engine: String,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("elasticache:DescribeReplicationGroups", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("elasticache:DescribeReplicationGroups", "kms:DescribeKey")]
        key_state: Option<String>,
        /// How many days daily snapshots are kept; 0 means that there are none.
        backup_retention_days: i64,
        /// `hh24:mi-hh24:mi`, UTC.
        snapshot_window: Option<String>,
        /// `sync`, `async` or `disabled`: whether writes survive the loss of all nodes. `null` if the engine has no such setting.
        durability: Option<String>,
        /// The role in a global datastore, `primary` or `secondary`; `null` outside of one.
        global_role: Option<String>,
        /// The ids of the nodes' clusters.
        members: Vec<String>,
    }
}

properties! {
    /// A cache cluster: nodes with Memcached, or one stand-alone node with Redis OSS or Valkey.
    CacheCluster = "AWS::ElastiCache::CacheCluster", operation: "elasticache:DescribeCacheClusters", tags: "tag:GetResources" {
        status: Option<String>,
        /// `memcached`, whose nodes cannot be backed up, `redis` or `valkey`.
        engine: String,
        /// The replication group that the cluster is a node of; rel9 judges the data there.
        replication_group_id: Option<String>,
        encrypted: bool,
        /// 0 means that there are no daily snapshots.
        backup_retention_days: i64,
        snapshot_window: Option<String>,
    }
}

properties! {
    /// A serverless cache.
    ServerlessCache = "AWS::ElastiCache::ServerlessCache", operation: "elasticache:DescribeServerlessCaches",
    tags: "tag:GetResources", key: own {
        status: Option<String>,
        /// `valkey`, `redis` or `memcached`; all of them can be backed up.
        engine: String,
        kms_key_arn: Option<String>,
        #[from("elasticache:DescribeServerlessCaches", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("elasticache:DescribeServerlessCaches", "kms:DescribeKey")]
        key_state: Option<String>,
        /// 0 means that there are no daily snapshots.
        backup_retention_days: i64,
        /// `hh24:mi`, UTC.
        snapshot_time: Option<String>,
    }
}

properties! {
    /// A snapshot of a replication group or of a stand-alone cluster.
    Snapshot = "AWS::ElastiCache::Snapshot", operation: "elasticache:DescribeSnapshots", tags: "tag:GetResources", key: own {
        /// The ARN of the snapshot's cache, which may no longer exist.
        #[from("elasticache:DescribeSnapshots", "elasticache:DescribeReplicationGroups")]
        source_arn: String,
        status: Option<String>,
        engine: Option<String>,
        /// `automated` or `manual`.
        snapshot_type: String,
        /// Unread where neither the snapshot names a key nor its cache, which is still there, is encrypted.
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("elasticache:DescribeSnapshots", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("elasticache:DescribeSnapshots", "kms:DescribeKey")]
        key_state: Option<String>,
    }
}

properties! {
    /// A snapshot of a serverless cache.
    ServerlessCacheSnapshot = "AWS::ElastiCache::ServerlessCacheSnapshot", operation: "elasticache:DescribeServerlessCacheSnapshots",
    tags: "tag:GetResources", key: own {
        /// The ARN of the snapshot's cache, which may no longer exist.
        source_arn: String,
        status: Option<String>,
        engine: Option<String>,
        /// `automated` or `manual`.
        snapshot_type: String,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("elasticache:DescribeServerlessCacheSnapshots", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("elasticache:DescribeServerlessCacheSnapshots", "kms:DescribeKey")]
        key_state: Option<String>,
        /// When ElastiCache deletes it; `null` if never.
        expires_at: Option<DateTime<Utc>>,
    }
}
