//! AWS Storage Gateway: volumes, virtual tapes and file shares.

use super::{KeyManager, properties, same_properties};

properties! {
    /// An iSCSI volume. AWS always encrypts what it stores of it, under a key of Amazon S3 or a KMS key.
    Volume = "AWS::StorageGateway::Volume", operation: "storagegateway:ListVolumes", tags: "tag:GetResources", key: own {
        /// `AVAILABLE`, `CREATING`, `DELETING`, `IRRECOVERABLE`, `PASS_THROUGH` …
        #[from("storagegateway:DescribeCachediSCSIVolumes", "storagegateway:DescribeStorediSCSIVolumes")]
        status: Option<String>,
        /// Begins with `CACHED` (the data is in AWS) or `STORED` (the data is on premises, and AWS has its snapshots).
        volume_type: String,
        #[from("storagegateway:DescribeCachediSCSIVolumes", "storagegateway:DescribeStorediSCSIVolumes")]
        kms_key_arn: Option<String>,
        #[from("storagegateway:DescribeCachediSCSIVolumes", "storagegateway:DescribeStorediSCSIVolumes", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("storagegateway:DescribeCachediSCSIVolumes", "storagegateway:DescribeStorediSCSIVolumes", "kms:DescribeKey")]
        key_state: Option<String>,
        /// The snapshot that the volume was created from.
        #[from("storagegateway:DescribeCachediSCSIVolumes", "storagegateway:DescribeStorediSCSIVolumes")]
        source_snapshot_id: Option<String>,
        /// The time between two snapshots of its schedule; `null` without a schedule.
        #[from("storagegateway:DescribeSnapshotSchedule")]
        snapshot_interval_hours: Option<i64>,
        size_bytes: Option<i64>,
    }
}

properties! {
    /// A virtual tape, in a library or archived on the shelf. A backup application writes its backups to it.
    Tape = "AWS::StorageGateway::Tape", operation: "storagegateway:ListTapes", tags: "tag:GetResources", key: own {
        status: Option<String>,
        #[from("storagegateway:DescribeTapes", "storagegateway:DescribeTapeArchives")]
        kms_key_arn: Option<String>,
        #[from("storagegateway:DescribeTapes", "storagegateway:DescribeTapeArchives", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("storagegateway:DescribeTapes", "storagegateway:DescribeTapeArchives", "kms:DescribeKey")]
        key_state: Option<String>,
        size_bytes: Option<i64>,
    }
}

properties! {
    /// A file share with NFS. Its files are objects of an S3 bucket.
    NfsFileShare = "AWS::StorageGateway::NFSFileShare", operation: "storagegateway:ListFileShares", tags: "tag:GetResources", key: own {
        status: Option<String>,
        #[from("storagegateway:DescribeNFSFileShares")]
        kms_key_arn: Option<String>,
        #[from("storagegateway:DescribeNFSFileShares", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("storagegateway:DescribeNFSFileShares", "kms:DescribeKey")]
        key_state: Option<String>,
    }
}

same_properties! {
    /// A file share with SMB.
    SmbFileShare as NfsFileShare = "AWS::StorageGateway::SMBFileShare", operation: "storagegateway:ListFileShares",
    sources: &[
        ("tags", &["tag:GetResources"]),
        ("kms_key_arn", &["storagegateway:DescribeSMBFileShares"]),
        ("key_manager", &["storagegateway:DescribeSMBFileShares", "kms:DescribeKey"]),
        ("key_state", &["storagegateway:DescribeSMBFileShares", "kms:DescribeKey"]),
    ]
}
