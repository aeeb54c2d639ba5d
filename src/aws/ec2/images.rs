//! The account's own AMIs, and the accounts that they are shared with.

use super::{PAGE, arn_without_account, tags_of};
use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::convert::{each, known, resource};
use crate::aws::operation::Operation;
use crate::inventory::types::ebs::{BlockDevice, DeviceKey, Image, Snapshot};
use crate::inventory::{Fact, Resource};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types as sdk;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

const DESCRIBE_IMAGES: Operation = Operation::new("ec2", "DescribeImages", Answer::ec2(&["imagesSet/*/imageId"]));
const DESCRIBE_IMAGE_ATTRIBUTE: Operation = Operation::new("ec2", "DescribeImageAttribute", Answer::ec2(&["imageId", "launchPermission"]));

pub const OPERATIONS: &[&Operation] = &[&DESCRIBE_IMAGES, &DESCRIBE_IMAGE_ATTRIBUTE];

pub async fn collect(reader: &Reader, client: &Client) -> Vec<Resource> {
    reader.declare(&DESCRIBE_IMAGES);
    let pages = client.describe_images().owners("self").include_disabled(true).into_paginator().page_size(PAGE).send();
    let Some(images) = reader.pages(&DESCRIBE_IMAGES, pages, |page| page.images.unwrap_or_default()).await else {
        return Vec::new();
    };
    reader.declare(&DESCRIBE_IMAGE_ATTRIBUTE);
    let read = each(images, |read| image(reader, client, read)).await;
    read.into_iter().flatten().collect()
}

/// The accounts that an image is shared with.
struct Sharing {
    accounts: Fact<Vec<String>>,
    organizations: Fact<Vec<String>>,
}

/// `None` if the image was deregistered after it was listed.
async fn image(reader: &Reader, client: &Client, read: sdk::Image) -> Option<Resource> {
    let id = read.image_id?;
    let sharing = match &read.state {
        Some(sdk::ImageState::Available) => sharing(reader, client, &id).await?,
        // "A disabled AMI can't be shared. If an AMI was public or previously shared, it is made private." (EC2 user guide, "Disable an AMI")
        Some(sdk::ImageState::Disabled) => Sharing { accounts: Vec::new().into(), organizations: Vec::new().into() },
        _ => Sharing { accounts: Fact::Unread, organizations: Fact::Unread },
    };
    let block_devices: Vec<_> = read.block_device_mappings.unwrap_or_default().into_iter().map(block_device).collect();
    let properties = Image {
        status: known(read.state.map(|state| state.as_str().to_owned())),
        public: known(read.public),
        shared_with: sharing.accounts,
        shared_with_organizations: sharing.organizations,
        block_devices: block_devices.into(),
        device_keys: Fact::Unread,
        source_instance_id: read.source_instance_id.filter(|id| !id.is_empty()).into(),
    };
    Some(Resource {
        name: read.name,
        created_at: read.creation_date.as_deref().and_then(created_at),
        tags: tags_of(read.tags),
        ..resource(reader, arn_without_account(reader, &format!("image/{id}")), id, properties)
    })
}

fn created_at(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}

fn block_device(read: sdk::BlockDeviceMapping) -> BlockDevice {
    BlockDevice {
        device: read.device_name.into(),
        ebs: read.ebs.is_some(),
        snapshot_id: read.ebs.as_ref().and_then(|ebs| ebs.snapshot_id.clone()).into(),
        encrypted: read.ebs.and_then(|ebs| ebs.encrypted).into(),
    }
}

/// Tells the images the encryption of their snapshots. Without the list of snapshots, that of every device is unread.
pub fn tell_keys(images: &mut [Resource], snapshots: &[Resource]) {
    let snapshots: HashMap<&str, &Snapshot> =
        snapshots.iter().filter_map(|snapshot| Some((snapshot.id.as_str(), snapshot.get::<Snapshot>()?))).collect();
    for image in images {
        let Some(mut properties) = image.get::<Image>().cloned() else { continue };
        let devices = properties.block_devices.read().into_iter().flatten().filter(|device| device.ebs);
        let keys = devices.map(|device| {
            let snapshot = device.snapshot_id.present().and_then(|id| snapshots.get(id.as_str()));
            let key = snapshot.map(|snapshot| DeviceKey {
                device: Fact::Unread,
                encrypted: snapshot.encrypted.clone(),
                kms_key_arn: snapshot.kms_key_arn.clone(),
                key_manager: snapshot.key_manager.clone(),
            });
            DeviceKey { device: device.device.clone(), ..key.unwrap_or_default() }
        });
        properties.device_keys = keys.collect::<Vec<_>>().into();
        image.properties = properties.into();
    }
}

/// `None` if the image no longer exists (`InvalidAMIID.NotFound`, `InvalidAMIID.Unavailable`: EC2's list of error codes).
async fn sharing(reader: &Reader, client: &Client, id: &str) -> Option<Sharing> {
    let attribute = sdk::ImageAttributeName::LaunchPermission;
    let call = client.describe_image_attribute().image_id(id).attribute(attribute).send();
    let gone = ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"];
    let Some(answer) = reader.one_or(&DESCRIBE_IMAGE_ATTRIBUTE, call, &gone).await else {
        return Some(Sharing { accounts: Fact::Unread, organizations: Fact::Unread });
    };
    let (mut accounts, mut organizations) = (Vec::new(), Vec::new());
    for permission in answer?.launch_permissions.unwrap_or_default() {
        accounts.extend(permission.user_id);
        organizations.extend(permission.organization_arn);
        organizations.extend(permission.organizational_unit_arn);
    }
    accounts.sort();
    organizations.sort();
    Some(Sharing { accounts: accounts.into(), organizations: organizations.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn creation_dates_are_texts() {
        assert_eq!(created_at("2026-02-03T04:05:06.000Z").map(|time| time.timestamp()), Some(1_770_091_506));
        assert_eq!(created_at("yesterday"), None);
    }
}
