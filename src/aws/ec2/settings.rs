//! Settings of EC2 and EBS in a Region.

use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::convert::{kms_key_arn, known};
use crate::aws::operation::Operation;
use crate::inventory::types::account::Region;
use aws_sdk_ec2::Client;

const GET_EBS_ENCRYPTION_BY_DEFAULT: Operation =
    Operation::new("ec2", "GetEbsEncryptionByDefault", Answer::ec2(&["ebsEncryptionByDefault"]));
const GET_EBS_DEFAULT_KMS_KEY_ID: Operation = Operation::new("ec2", "GetEbsDefaultKmsKeyId", Answer::ec2(&["kmsKeyId"]));
const GET_SNAPSHOT_BLOCK_PUBLIC_ACCESS_STATE: Operation =
    Operation::new("ec2", "GetSnapshotBlockPublicAccessState", Answer::ec2(&["state"]));
const GET_IMAGE_BLOCK_PUBLIC_ACCESS_STATE: Operation =
    Operation::new("ec2", "GetImageBlockPublicAccessState", Answer::ec2(&["imageBlockPublicAccessState"]));

pub const OPERATIONS: &[&Operation] = &[
    &GET_EBS_ENCRYPTION_BY_DEFAULT,
    &GET_EBS_DEFAULT_KMS_KEY_ID,
    &GET_SNAPSHOT_BLOCK_PUBLIC_ACCESS_STATE,
    &GET_IMAGE_BLOCK_PUBLIC_ACCESS_STATE,
];

/// The EC2 properties of the `AWS::Region` resource; all other properties are unread.
pub async fn settings(reader: &Reader) -> Region {
    let client = Client::new(&reader.config);
    let (encryption, key, snapshots, images) = futures::join!(
        reader.one(&GET_EBS_ENCRYPTION_BY_DEFAULT, client.get_ebs_encryption_by_default().send()),
        reader.one(&GET_EBS_DEFAULT_KMS_KEY_ID, client.get_ebs_default_kms_key_id().send()),
        reader.one(&GET_SNAPSHOT_BLOCK_PUBLIC_ACCESS_STATE, client.get_snapshot_block_public_access_state().send()),
        reader.one(&GET_IMAGE_BLOCK_PUBLIC_ACCESS_STATE, client.get_image_block_public_access_state().send()),
    );
    let key = key.and_then(|answer| answer.kms_key_id).filter(|key| !key.is_empty());
    Region {
        ebs_encryption_by_default: known(encryption.and_then(|answer| answer.ebs_encryption_by_default)),
        kms_key_arn: known(key.map(|key| Some(kms_key_arn(reader, &key)))),
        snapshot_public_access: known(snapshots.and_then(|answer| answer.state).map(|state| state.as_str().to_owned())),
        image_public_access: known(images.and_then(|answer| answer.image_block_public_access_state)),
        ..Region::default()
    }
}
