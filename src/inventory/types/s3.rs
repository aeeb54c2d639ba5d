//! Amazon S3.

use super::{KeyManager, properties};
use crate::inventory::Fact;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parts of a lifecycle rule that decide how long data can be restored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LifecycleRule {
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub id: Fact<Option<String>>,
    pub enabled: bool,
    /// What the keys of its objects start with; empty for all objects.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub prefix: Fact<String>,
    /// Whether it leaves out objects by their tags or size.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub by_tag_or_size: Fact<bool>,
    /// The storage classes that it moves objects to, such as `DEEP_ARCHIVE`.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub moves_to: Fact<Vec<String>>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub expiration_days: Fact<Option<i64>>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub noncurrent_expiration_days: Fact<Option<i64>>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub newer_noncurrent_versions: Fact<Option<i64>>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub noncurrent_transition_days: Fact<Option<i64>>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub abort_incomplete_upload_days: Fact<Option<i64>>,
}

/// One replication rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReplicationRule {
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub id: Fact<Option<String>>,
    pub enabled: bool,
    pub destination_bucket_arn: String,
    /// The destination account, if the rule has one.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub destination_account: Fact<Option<String>>,
    /// Whether `SourceSelectionCriteria.SseKmsEncryptedObjects` is enabled.
    pub kms_objects: bool,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub replica_kms_key_arn: Fact<Option<String>>,
}

/// Object Lock with its default retention, if it has one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectLock {
    /// `GOVERNANCE` or `COMPLIANCE`; `null` without default retention.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub mode: Fact<Option<String>>,
    /// Default retention in days (a year is 365); `null` without default retention.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub retention_days: Fact<Option<i64>>,
}

/// S3 versioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Versioning {
    Enabled,
    Suspended,
    Never,
}

properties! {
    /// A general purpose bucket, in the shard of its own Region.
    Bucket = "AWS::S3::Bucket", operation: "s3:ListBuckets", tags: "tag:GetResources",
    region: "s3:GetBucketLocation", key: own {
        /// Whether default encryption is set; since January 2023 live buckets always have at least SSE-S3.
        #[from("s3:GetBucketEncryption")]
        encrypted: bool,
        /// `AES256`, `aws:kms` or `aws:kms:dsse`.
        #[from("s3:GetBucketEncryption")]
        encryption_algorithm: Option<String>,
        /// The key of SSE-KMS; `null` for SSE-S3.
        #[from("s3:GetBucketEncryption")]
        kms_key_arn: Option<String>,
        #[from("s3:GetBucketEncryption", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("s3:GetBucketEncryption", "kms:DescribeKey")]
        key_state: Option<String>,
        /// Encryption types that uploads may not use (`BlockedEncryptionTypes`), such as `SSE-C`.
        #[from("s3:GetBucketEncryption")]
        blocked_encryption_types: Vec<String>,
        #[from("s3:GetBucketVersioning")]
        versioning: Versioning,
        #[from("s3:GetBucketVersioning")]
        mfa_delete: bool,
        #[from("s3:GetBucketLifecycleConfiguration")]
        lifecycle: Vec<LifecycleRule>,
        #[from("s3:GetBucketReplication")]
        replication: Vec<ReplicationRule>,
        #[from("s3:GetObjectLockConfiguration")]
        object_lock: Option<ObjectLock>,
        /// The bucket policy, as a JSON string.
        #[from("s3:GetBucketPolicy")]
        policy: Option<String>,
    }
}
