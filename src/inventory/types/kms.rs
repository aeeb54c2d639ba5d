//! AWS KMS.

use super::{KeyManager, properties};
use chrono::{DateTime, Utc};

properties! {
    /// A KMS key that a resource in the inventory uses. A key that KMS does not find has `key_state` `NotFound`.
    Key = "AWS::KMS::Key", operation: "kms:DescribeKey" {
        /// Who manages the key.
        key_manager: Option<KeyManager>,
        /// The key state in KMS: `Enabled`, `Disabled`, `PendingDeletion`, `PendingImport`, `Unavailable` …, or `NotFound`.
        key_state: String,
        /// When KMS will delete the key.
        deletion_at: Option<DateTime<Utc>>,
        /// Whether it is a symmetric encryption key (`SYMMETRIC_DEFAULT`).
        symmetric: bool,
        /// The origin of its key material: `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, `EXTERNAL_KEY_STORE`.
        origin: String,
        /// Whether automatic rotation is on; `null` for keys that KMS cannot rotate.
        #[from("kms:GetKeyRotationStatus")]
        rotation: Option<bool>,
    }
}
