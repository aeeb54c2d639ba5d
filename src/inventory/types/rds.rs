//! Amazon RDS, Aurora, Neptune and DocumentDB: all four come from the RDS API; the engine distinguishes them.

use super::{KeyManager, properties};
use chrono::{DateTime, Utc};

properties! {
    /// A DB instance of RDS, stand-alone or a member of a cluster.
    DbInstance = "AWS::RDS::DBInstance", data: Some("RDS"), operation: "rds:DescribeDBInstances" {
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

macro_rules! cluster {
    ($(#[doc = $doc:literal])* $name:ident, $type_name:literal, $data:literal) => {
        properties! {
            $(#[doc = $doc])*
            $name = $type_name, data: Some($data), operation: "rds:DescribeDBClusters" {
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
    };
}

cluster! {
    /// An Aurora cluster or a Multi-AZ DB cluster.
    DbCluster, "AWS::RDS::DBCluster", "Aurora"
}
cluster! {
    /// A Neptune cluster.
    NeptuneCluster, "AWS::Neptune::DBCluster", "Neptune"
}
cluster! {
    /// A DocumentDB cluster.
    DocDbCluster, "AWS::DocDB::DBCluster", "DocumentDB"
}

macro_rules! snapshot {
    ($(#[doc = $doc:literal])* $name:ident, $type_name:literal, $operation:literal, $attribute:literal) => {
        properties! {
            $(#[doc = $doc])*
            $name = $type_name, data: None, operation: $operation {
                /// The ARN of the snapshot's database, which may no longer exist.
                source_arn: String,
                status: Option<String>,
                engine: Option<String>,
                /// `manual`, `automated` or `awsbackup`.
                snapshot_type: String,
                encrypted: bool,
                kms_key_arn: Option<String>,
                #[from($operation, "kms:DescribeKey")]
                key_manager: Option<KeyManager>,
                #[from($operation, "kms:DescribeKey")]
                key_state: Option<String>,
                /// Whether everyone may restore it. Only manual snapshots can be shared.
                #[from($attribute)]
                public: bool,
                /// The accounts that may restore it.
                #[from($attribute)]
                shared_with: Vec<String>,
                /// The ARN of the snapshot that it was copied from.
                copied_from_arn: Option<String>,
                size_bytes: Option<i64>,
            }
        }
    };
}

snapshot! {
    /// A snapshot of a DB instance.
    DbSnapshot, "AWS::RDS::DBSnapshot", "rds:DescribeDBSnapshots", "rds:DescribeDBSnapshotAttributes"
}
snapshot! {
    /// A snapshot of an Aurora or Multi-AZ DB cluster.
    DbClusterSnapshot, "AWS::RDS::DBClusterSnapshot", "rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusterSnapshotAttributes"
}
snapshot! {
    /// A snapshot of a Neptune cluster.
    NeptuneClusterSnapshot, "AWS::Neptune::DBClusterSnapshot", "rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusterSnapshotAttributes"
}
snapshot! {
    /// A snapshot of a DocumentDB cluster.
    DocDbClusterSnapshot, "AWS::DocDB::DBClusterSnapshot", "rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusterSnapshotAttributes"
}

macro_rules! automated_backup {
    ($(#[doc = $doc:literal])* $name:ident, $type_name:literal, $operation:literal) => {
        properties! {
            $(#[doc = $doc])*
            $name = $type_name, data: None, operation: $operation {
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
    };
}

automated_backup! {
    /// Automated backups of a DB instance (AWS has no CloudFormation or Config type for them).
    AutomatedBackup, "AWS::RDS::DBInstanceAutomatedBackup", "rds:DescribeDBInstanceAutomatedBackups"
}
automated_backup! {
    /// Automated backups of a DB cluster.
    ClusterAutomatedBackup, "AWS::RDS::DBClusterAutomatedBackup", "rds:DescribeDBClusterAutomatedBackups"
}
