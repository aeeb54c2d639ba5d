//! Amazon FSx: file systems for Windows File Server, Lustre, NetApp ONTAP and OpenZFS, the volumes of ONTAP and OpenZFS, and backups.

use super::{KeyManager, properties};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An S3 bucket or prefix that a Lustre file system is linked to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DataRepository {
    /// `s3://bucket/prefix`.
    pub path: String,
    /// `CREATING`, `AVAILABLE`, `MISCONFIGURED`, `UPDATING`, `DELETING`, `FAILED`.
    pub status: String,
}

properties! {
    /// A file system. The data of an ONTAP file system is in its volumes.
    FileSystem = "AWS::FSx::FileSystem", operation: "fsx:DescribeFileSystems", key: own {
        /// `AVAILABLE`, `CREATING`, `FAILED`, `DELETING`, `MISCONFIGURED`, `UPDATING`, `MISCONFIGURED_UNAVAILABLE`.
        status: Option<String>,
        /// `WINDOWS`, `LUSTRE`, `ONTAP`, `OPENZFS`.
        file_system_type: String,
        /// For instance `MULTI_AZ_1`; of Lustre `SCRATCH_1`, `SCRATCH_2`, `PERSISTENT_1`, `PERSISTENT_2`.
        deployment_type: Option<String>,
        kms_key_arn: Option<String>,
        #[from("fsx:DescribeFileSystems", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("fsx:DescribeFileSystems", "kms:DescribeKey")]
        key_state: Option<String>,
        /// How long automatic daily backups are kept; 0 means that there are none.
        backup_retention_days: i64,
        /// `null` for ONTAP, whose volumes have this setting.
        copy_tags_to_backups: Option<bool>,
        /// OpenZFS only; `null` for the others.
        copy_tags_to_volumes: Option<bool>,
        /// Lustre: what it is linked to. Empty for the others.
        #[from("fsx:DescribeFileSystems", "fsx:DescribeDataRepositoryAssociations")]
        data_repositories: Vec<DataRepository>,
        size_bytes: Option<i64>,
    }
}

properties! {
    /// A volume of an ONTAP or OpenZFS file system.
    Volume = "AWS::FSx::Volume", operation: "fsx:DescribeVolumes" {
        /// `CREATING`, `CREATED`, `DELETING`, `FAILED`, `MISCONFIGURED`, `PENDING`, `AVAILABLE`.
        status: Option<String>,
        /// `ONTAP` or `OPENZFS`.
        volume_type: String,
        file_system_id: Option<String>,
        /// ONTAP: `RW` (read-write), `DP` (data protection) or `LS` (load-sharing mirror); `null` for OpenZFS.
        ontap_volume_type: Option<String>,
        /// ONTAP: whether it is the root volume of its storage virtual machine.
        svm_root: bool,
        /// ONTAP: `NONE`, `ORIGIN`, or `CACHE` for a FlexCache volume, which caches another volume; `null` for OpenZFS.
        flexcache_endpoint_type: Option<String>,
        /// `null` for OpenZFS, whose file system has this setting.
        copy_tags_to_backups: Option<bool>,
        /// How long the file system keeps automatic daily backups of the volume; 0 means that there are none.
        #[from("fsx:DescribeVolumes", "fsx:DescribeFileSystems")]
        backup_retention_days: i64,
        size_bytes: Option<i64>,
    }
}

properties! {
    /// A backup of a file system, or of an ONTAP volume. FSx encrypts every backup.
    Backup = "AWS::FSx::Backup", operation: "fsx:DescribeBackups", key: own {
        /// The ARN of the file system or volume, which may no longer exist.
        source_arn: Option<String>,
        /// `AVAILABLE`, `CREATING`, `TRANSFERRING`, `DELETED`, `FAILED`, `PENDING`, `COPYING`.
        status: String,
        /// `AUTOMATIC`, `USER_INITIATED`, `AWS_BACKUP`.
        backup_type: String,
        /// The account that owns it; `null` if the answer does not tell.
        owner_id: Option<String>,
        kms_key_arn: Option<String>,
        #[from("fsx:DescribeBackups", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("fsx:DescribeBackups", "kms:DescribeKey")]
        key_state: Option<String>,
        /// The ARN of the backup that it is a copy of.
        copied_from_arn: Option<String>,
        size_bytes: Option<i64>,
    }
}
