//! AWS KMS.

use super::{KeyManager, properties};
use chrono::{DateTime, Utc};

properties! {
    /// A KMS key that something in the inventory names. A key that KMS does not find has `key_state` `NotFound`.
    Key = "AWS::KMS::Key", operation: "kms:DescribeKey" {
        /// Who manages it.
        key_manager: Option<KeyManager>,
        /// The state as KMS names it: `Enabled`, `Disabled`, `PendingDeletion`, `PendingImport`, `Unavailable` …, or `NotFound`.
        key_state: String,
        /// When KMS will delete it.
        deletion_at: Option<DateTime<Utc>>,
        /// Whether it is a symmetric encryption key (`SYMMETRIC_DEFAULT`).
        symmetric: bool,
        /// Where its material came from: `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, `EXTERNAL_KEY_STORE`.
        origin: String,
        /// Whether it rotates automatically. `null` for keys that KMS cannot rotate.
        #[from("kms:GetKeyRotationStatus")]
        rotation: Option<bool>,
    }
}
