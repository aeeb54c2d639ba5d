//! EBS volumes.

use super::{PAGE, name_of, tags_of};
use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::convert::{Encryption, gibibytes, kms_key_arn, optional_time, resource};
use crate::aws::operation::Operation;
use crate::inventory::Resource;
use crate::inventory::types::ebs::{Attachment, Volume};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types as sdk;

const DESCRIBE_VOLUMES: Operation = Operation::new("ec2", "DescribeVolumes", Answer::ec2(&["volumeSet/*/volumeId"]));

pub const OPERATIONS: &[&Operation] = &[&DESCRIBE_VOLUMES];

pub async fn collect(reader: &Reader, client: &Client) -> Vec<Resource> {
    let pages = client.describe_volumes().include_managed_resources(true).into_paginator().page_size(PAGE).send();
    let volumes = reader
        .pages(&DESCRIBE_VOLUMES, pages, |page| {
            let volumes = page.volumes.unwrap_or_default();
            volumes.into_iter().filter_map(|read| volume(reader, read)).collect()
        })
        .await;
    volumes.unwrap_or_default()
}

fn volume(reader: &Reader, read: sdk::Volume) -> Option<Resource> {
    let id = read.volume_id?;
    let encryption = Encryption::of(read.encrypted, read.kms_key_id.map(|key| kms_key_arn(reader, &key)));
    let attachments: Vec<_> = read.attachments.unwrap_or_default().into_iter().filter_map(attachment).collect();
    let properties = Volume {
        status: read.state.map(|state| state.as_str().to_owned()).into(),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        volume_type: read.volume_type.map(|kind| kind.as_str().to_owned()).into(),
        attachments: attachments.into(),
        // Empty for a volume that was not created from a snapshot.
        source_snapshot_id: read.snapshot_id.filter(|id| !id.is_empty()).into(),
        size_bytes: read.size.map(gibibytes).into(),
    };
    let tags = tags_of(read.tags);
    Some(Resource {
        name: name_of(&tags),
        created_at: optional_time(read.create_time.as_ref()),
        tags,
        ..resource(reader, reader.arn("ec2", &format!("volume/{id}")), id, properties)
    })
}

/// A volume may be attached to something that is not an instance of the account ("instance owning service"): the attachment then has no instance.
fn attachment(read: sdk::VolumeAttachment) -> Option<Attachment> {
    Some(Attachment {
        instance_id: read.instance_id?,
        device: read.device.into(),
        delete_on_termination: read.delete_on_termination.unwrap_or_default(),
        attached_at: optional_time(read.attach_time.as_ref()).into(),
    })
}
