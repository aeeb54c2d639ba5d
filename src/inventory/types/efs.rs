//! Amazon Elastic File System.

use super::{KeyManager, properties};
use crate::inventory::Fact;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One destination of a file system's replication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Replication {
    pub destination_id: String,
    pub destination_region: String,
    /// `ENABLED`, `ENABLING`, `DELETING`, `ERROR`, `PAUSED`, `PAUSING`.
    pub status: String,
    /// The time up to which the destination is complete.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub last_replicated_at: Fact<Option<DateTime<Utc>>>,
}

properties! {
    /// A file system.
    FileSystem = "AWS::EFS::FileSystem", operation: "elasticfilesystem:DescribeFileSystems", key: own {
        status: Option<String>,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("elasticfilesystem:DescribeFileSystems", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("elasticfilesystem:DescribeFileSystems", "kms:DescribeKey")]
        key_state: Option<String>,
        /// Whether automatic backups are on (`ENABLED` or `ENABLING`).
        #[from("elasticfilesystem:DescribeBackupPolicy")]
        automatic_backups: bool,
        /// The destinations of this file system's replication; empty if it does not replicate, or is itself a destination.
        #[from("elasticfilesystem:DescribeReplicationConfigurations")]
        replication: Vec<Replication>,
        /// Whether another file system replicates into this one.
        #[from("elasticfilesystem:DescribeReplicationConfigurations")]
        replica: bool,
        /// The file system policy, as a JSON string.
        #[from("elasticfilesystem:DescribeFileSystemPolicy")]
        policy: Option<String>,
        size_bytes: Option<i64>,
    }
}
