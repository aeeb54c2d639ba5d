//! Settings of an account and of a Region.

use super::{KeyManager, properties};
use std::collections::BTreeMap;

properties! {
    /// An AWS account; its Region in the inventory is `global`.
    Account = "AWS::Account", operation: "sts:GetCallerIdentity" {
        /// The partition, such as `aws` or `aws-cn`.
        partition: String,
        /// The enabled Regions, sorted.
        #[from("ec2:DescribeRegions")]
        enabled_regions: Vec<String>,
        /// Whether the organisation lets its accounts copy backups to each other (`isCrossAccountBackupEnabled`).
        #[from("backup:DescribeGlobalSettings")]
        cross_account_backup: bool,
    }
}

properties! {
    /// An enabled Region of an account.
    Region = "AWS::Region", operation: "ec2:DescribeRegions", key: own {
        /// The opt-in setting by AWS Backup resource type; a type that is not in the map is opted in.
        #[from("backup:DescribeRegionSettings")]
        opt_in: BTreeMap<String, bool>,
        /// Whether AWS Backup fully manages backups, by AWS Backup resource type.
        #[from("backup:DescribeRegionSettings")]
        full_management: BTreeMap<String, bool>,
        /// The AWS Backup resource types that the Region supports.
        #[from("backup:GetSupportedResourceTypes")]
        supported_types: Vec<String>,
        /// Whether EBS encryption by default is on: all new volumes are encrypted.
        #[from("ec2:GetEbsEncryptionByDefault")]
        ebs_encryption_by_default: bool,
        /// The ARN of the default KMS key for EBS encryption.
        #[from("ec2:GetEbsDefaultKmsKeyId")]
        kms_key_arn: Option<String>,
        /// Who manages that key.
        #[from("ec2:GetEbsDefaultKmsKeyId", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        /// The state of that key, as KMS names it (`Enabled`).
        #[from("ec2:GetEbsDefaultKmsKeyId", "kms:DescribeKey")]
        key_state: Option<String>,
        /// `block-all-sharing`, `block-new-sharing` or `unblocked`.
        #[from("ec2:GetSnapshotBlockPublicAccessState")]
        snapshot_public_access: String,
        /// `block-new-sharing` or `unblocked`.
        #[from("ec2:GetImageBlockPublicAccessState")]
        image_public_access: String,
    }
}
