//! AWS Storage Gateway volumes and file shares. CloudFormation has no types for them.

use crate::inventory::DEPLOYED;
use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Scope};
use crate::template::encryption::{self, Switch};
use crate::template::table::{Absent, As, BLANK, Identity, More, Paths, Table, row};

const VOLUME_ARN: &str = "arn:{partition}:storagegateway:{region}:{account}:gateway/{id}";
const SHARE_ARN: &str = "arn:{partition}:storagegateway:{region}:{account}:share/{id}";
const FLAG: Paths = ["", "kms_encrypted"];
const VOLUME_KEY: Paths = ["", "kms_key"];
const SHARE_KEY: Paths = ["", "kms_key_arn"];
const KEY_PROPERTIES: &[&str] = &["kms_key_arn", "key_manager", "key_state"];

/// A cached volume. Whether AWS makes a snapshot schedule for it is not documented: the user guide of 2012 and the API disagree
/// (UpdateSnapshotSchedule).
pub static CACHED_VOLUME: Table = Table {
    type_name: "AWS::StorageGateway::Volume",
    terraform: &["aws_storagegateway_cached_iscsi_volume"],
    identity: Identity::numbered(["", "target_name"], VOLUME_ARN),
    rows: &[
        row("volume_type", ["", ""], As::Text, Absent::Text("CACHED iSCSI")),
        row("source_snapshot_id", ["", "snapshot_id"], As::Text, Absent::Null),
        row("snapshot_interval_hours", ["", ""], As::Int, Absent::Unknown(DEPLOYED)),
    ],
    also: &[FLAG, VOLUME_KEY],
    more: Some(More { properties: KEY_PROPERTIES, fill: |scope, built| key(scope, VOLUME_KEY, built) }),
    ..BLANK
};

/// A stored volume.
pub static STORED_VOLUME: Table = Table {
    type_name: "AWS::StorageGateway::Volume",
    terraform: &["aws_storagegateway_stored_iscsi_volume"],
    identity: Identity::numbered(["", "target_name"], VOLUME_ARN),
    rows: &[
        row("volume_type", ["", ""], As::Text, Absent::Text("STORED iSCSI")),
        row("source_snapshot_id", ["", "snapshot_id"], As::Text, Absent::Null),
        // "The default snapshot schedule for stored volumes is once every 24 hours, starting at the creation time of the volume"
        // (UpdateSnapshotSchedule, 2012), and only cached volumes can lose theirs (API, DeleteSnapshotSchedule). The provider has no schedules.
        row("snapshot_interval_hours", ["", ""], As::Int, Absent::Int(24)),
    ],
    also: &[FLAG, VOLUME_KEY],
    more: Some(More { properties: KEY_PROPERTIES, fill: |scope, built| key(scope, VOLUME_KEY, built) }),
    ..BLANK
};

/// A file share with NFS.
pub static NFS_FILE_SHARE: Table = Table {
    type_name: "AWS::StorageGateway::NFSFileShare",
    terraform: &["aws_storagegateway_nfs_file_share"],
    identity: Identity::numbered(["", "file_share_name"], SHARE_ARN),
    also: &[FLAG, SHARE_KEY],
    more: Some(More { properties: KEY_PROPERTIES, fill: |scope, built| key(scope, SHARE_KEY, built) }),
    ..BLANK
};

/// A file share with SMB.
pub static SMB_FILE_SHARE: Table = Table {
    type_name: "AWS::StorageGateway::SMBFileShare",
    terraform: &["aws_storagegateway_smb_file_share"],
    identity: Identity::numbered(["", "file_share_name"], SHARE_ARN),
    also: &[FLAG, SHARE_KEY],
    more: Some(More { properties: KEY_PROPERTIES, fill: |scope, built| key(scope, SHARE_KEY, built) }),
    ..BLANK
};

/// The key, which counts only if `kms_encrypted` is true: "Set to true to use Amazon S3 server-side encryption with your own KMS key, or false to
/// use a key managed by Amazon S3", by default false (API, KMSEncrypted; provider). AWS refuses true without a key.
fn key(scope: &Scope, key: Paths, built: &mut Built) {
    let switch = scope.bool_at(FLAG, false).map(|on| if on { Switch::On } else { Switch::Off });
    encryption::apply(scope, switch, Some(KeyManager::AwsOwned), KeyManager::Aws, scope.find(key), built);
    // Everything is encrypted.
    built.properties.remove("encrypted");
}
