//! Amazon RDS, Aurora, Neptune and DocumentDB: all four come from the RDS API; the engine distinguishes them.

use super::{KeyManager, properties, same_properties};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

properties! {
    /// A DB instance of RDS, stand-alone or a member of a cluster.
    DbInstance = "AWS::RDS::DBInstance", operation: "rds:DescribeDBInstances", key: own {
        status: Option<String>,
        engine: String,
        engine_version: Option<String>,
        /// The cluster that the instance belongs to; rel9 judges the data there.
        cluster_id: Option<String>,
        /// Whether the instance replicates from another instance or cluster.
        read_replica: bool,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("rds:DescribeDBInstances", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("rds:DescribeDBInstances", "kms:DescribeKey")]
        key_state: Option<String>,
        /// 0 means that automated backups are disabled.
        backup_retention_days: i64,
        latest_restorable_at: Option<DateTime<Utc>>,
        #[from("rds:DescribeDBInstanceAutomatedBackups")]
        earliest_restorable_at: Option<DateTime<Utc>>,
        deletion_protection: bool,
        copy_tags_to_snapshots: bool,
        /// `hh24:mi-hh24:mi`, UTC.
        backup_window: Option<String>,
        /// `ddd:hh24:mi-ddd:hh24:mi`, UTC.
        maintenance_window: Option<String>,
        /// The ARNs of automated backups that are replicated to other Regions.
        replicated_backup_arns: Vec<String>,
        multi_az: bool,
        size_bytes: Option<i64>,
    }
}

properties! {
    /// An Aurora cluster or a Multi-AZ DB cluster.
    DbCluster = "AWS::RDS::DBCluster", operation: "rds:DescribeDBClusters", key: own {
        status: Option<String>,
        /// `aurora-mysql`, `aurora-postgresql`, `mysql`, `postgres`, `neptune`, `docdb`.
        engine: String,
        engine_version: Option<String>,
        /// Whether the cluster replicates from another cluster.
        read_replica: bool,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("rds:DescribeDBClusters", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("rds:DescribeDBClusters", "kms:DescribeKey")]
        key_state: Option<String>,
        backup_retention_days: i64,
        latest_restorable_at: Option<DateTime<Utc>>,
        earliest_restorable_at: Option<DateTime<Utc>>,
        deletion_protection: bool,
        copy_tags_to_snapshots: bool,
        /// Aurora MySQL: how far the cluster can be rewound; 0 if backtrack is disabled.
        backtrack_window_seconds: i64,
        backup_window: Option<String>,
        maintenance_window: Option<String>,
        members: Vec<String>,
        size_bytes: Option<i64>,
    }
}

same_properties! {
    /// A Neptune cluster.
    NeptuneCluster as DbCluster = "AWS::Neptune::DBCluster", operation: "rds:DescribeDBClusters"
}

same_properties! {
    /// A DocumentDB cluster.
    DocDbCluster as DbCluster = "AWS::DocDB::DBCluster", operation: "rds:DescribeDBClusters"
}

properties! {
    /// A snapshot of a DB instance.
    DbSnapshot = "AWS::RDS::DBSnapshot", operation: "rds:DescribeDBSnapshots", key: own {
        /// The ARN of the snapshot's database, which may no longer exist.
        source_arn: String,
        status: Option<String>,
        engine: Option<String>,
        /// `manual`, `automated` or `awsbackup`.
        snapshot_type: String,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("rds:DescribeDBSnapshots", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("rds:DescribeDBSnapshots", "kms:DescribeKey")]
        key_state: Option<String>,
        /// Whether everyone may restore it. Only manual snapshots can be shared.
        #[from("rds:DescribeDBSnapshotAttributes")]
        public: bool,
        /// The accounts that may restore it.
        #[from("rds:DescribeDBSnapshotAttributes")]
        shared_with: Vec<String>,
        /// The ARN of the snapshot that it was copied from.
        copied_from_arn: Option<String>,
        size_bytes: Option<i64>,
    }
}

/// The operations that read properties which the operations for instance snapshots do not read.
const OF_CLUSTER_SNAPSHOTS: &[(&str, &[&str])] = &[
    ("key_manager", &["rds:DescribeDBClusterSnapshots", "kms:DescribeKey"]),
    ("key_state", &["rds:DescribeDBClusterSnapshots", "kms:DescribeKey"]),
    ("public", &["rds:DescribeDBClusterSnapshotAttributes"]),
    ("shared_with", &["rds:DescribeDBClusterSnapshotAttributes"]),
];

same_properties! {
    /// A snapshot of an Aurora or Multi-AZ DB cluster.
    DbClusterSnapshot as DbSnapshot = "AWS::RDS::DBClusterSnapshot", operation: "rds:DescribeDBClusterSnapshots",
    sources: OF_CLUSTER_SNAPSHOTS
}

same_properties! {
    /// A snapshot of a Neptune cluster.
    NeptuneClusterSnapshot as DbSnapshot = "AWS::Neptune::DBClusterSnapshot", operation: "rds:DescribeDBClusterSnapshots",
    sources: OF_CLUSTER_SNAPSHOTS
}

same_properties! {
    /// A snapshot of a DocumentDB cluster.
    DocDbClusterSnapshot as DbSnapshot = "AWS::DocDB::DBClusterSnapshot", operation: "rds:DescribeDBClusterSnapshots",
    sources: OF_CLUSTER_SNAPSHOTS
}

properties! {
    /// Automated backups of a DB instance (AWS has no CloudFormation or Config type for them).
    AutomatedBackup = "AWS::RDS::DBInstanceAutomatedBackup", operation: "rds:DescribeDBInstanceAutomatedBackups", key: arn {
        /// The ARN of the database, in the Region where it runs.
        source_arn: String,
        /// `active`, `retained`, `creating` …
        status: Option<String>,
        earliest_restorable_at: Option<DateTime<Utc>>,
        latest_restorable_at: Option<DateTime<Utc>>,
        backup_retention_days: Option<i64>,
        encrypted: bool,
        kms_key_arn: Option<String>,
        /// For a replicated backup: the Region where the database runs.
        source_region: Option<String>,
    }
}

same_properties! {
    /// Automated backups of a DB cluster.
    ClusterAutomatedBackup as AutomatedBackup = "AWS::RDS::DBClusterAutomatedBackup",
    operation: "rds:DescribeDBClusterAutomatedBackups"
}

/// A cluster of a global cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GlobalMember {
    pub cluster_arn: String,
    /// Whether it is the primary cluster, which takes the writes.
    pub writer: bool,
}

properties! {
    /// An Aurora global database. It holds no data of its own: its members are clusters.
    GlobalCluster = "AWS::RDS::GlobalCluster", operation: "rds:DescribeGlobalClusters" {
        status: Option<String>,
        engine: String,
        engine_version: Option<String>,
        /// Whether its storage is encrypted, and so that of each member.
        encrypted: bool,
        deletion_protection: bool,
        members: Vec<GlobalMember>,
    }
}

same_properties! {
    /// A Neptune global database.
    NeptuneGlobalCluster as GlobalCluster = "AWS::Neptune::GlobalCluster", operation: "rds:DescribeGlobalClusters"
}

same_properties! {
    /// A DocumentDB global cluster.
    DocDbGlobalCluster as GlobalCluster = "AWS::DocDB::GlobalCluster", operation: "rds:DescribeGlobalClusters"
}
