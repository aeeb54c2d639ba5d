//! EC2 instances.

use super::{PAGE, name_of, tags_of};
use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::convert::{each, known, optional_time, resource};
use crate::aws::operation::Operation;
use crate::inventory::types::ebs::{Instance, InstanceVolume};
use crate::inventory::{Fact, Resource};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types as sdk;
use chrono::{DateTime, Utc};

const DESCRIBE_INSTANCES: Operation =
    Operation::new("ec2", "DescribeInstances", Answer::ec2(&["reservationSet/*/instancesSet/*/instanceId"]));

const DESCRIBE_INSTANCE_ATTRIBUTE: Operation =
    Operation::new("ec2", "DescribeInstanceAttribute", Answer::ec2(&["instanceId", "disableApiTermination/value"]));

pub const OPERATIONS: &[&Operation] = &[&DESCRIBE_INSTANCES, &DESCRIBE_INSTANCE_ATTRIBUTE];

/// The tag that Auto Scaling sets on its instances (Amazon EC2 Auto Scaling user guide, "Tag Auto Scaling groups and instances").
const AUTO_SCALING_GROUP: &str = "aws:autoscaling:groupName";

pub async fn collect(reader: &Reader, client: &Client) -> Vec<Resource> {
    let pages = client.describe_instances().include_managed_resources(true).into_paginator().page_size(PAGE).send();
    let instances = reader
        .pages(&DESCRIBE_INSTANCES, pages, |page| {
            let reservations = page.reservations.unwrap_or_default();
            let instances = reservations.into_iter().flat_map(|reservation| reservation.instances.unwrap_or_default());
            instances.filter_map(|read| instance(reader, read)).collect()
        })
        .await;
    // Without the list, instances may exist: the operation that reads one must not count as answered.
    let Some(instances) = instances else { return Vec::new() };
    reader.declare(&DESCRIBE_INSTANCE_ATTRIBUTE);
    let read = each(instances, |instance| with_protection(reader, client, instance)).await;
    read.into_iter().flatten().collect()
}

/// Reads the termination protection, if the termination of the instance would delete a volume, and if nothing replaces the instance: "You can't
/// enable termination protection for Spot Instances" (EC2 user guide, "Change instance termination protection"), and Auto Scaling terminates
/// its instances all the same. `None` if the instance no longer exists.
async fn with_protection(reader: &Reader, client: &Client, mut instance: Resource) -> Option<Resource> {
    let Some(mut properties) = instance.get::<Instance>().cloned() else { return Some(instance) };
    let is_kept = properties.spot == Fact::Read(false) && properties.autoscaling_group == Fact::Read(None);
    if !is_kept || properties.deletes_volumes != Fact::Read(true) {
        return Some(instance);
    }
    let attribute = sdk::InstanceAttributeName::DisableApiTermination;
    let call = client.describe_instance_attribute().instance_id(&instance.id).attribute(attribute).send();
    if let Some(answer) = reader.one_or(&DESCRIBE_INSTANCE_ATTRIBUTE, call, &["InvalidInstanceID.NotFound"]).await {
        properties.termination_protection = known(answer?.disable_api_termination.and_then(|attribute| attribute.value));
        instance.properties = properties.into();
    }
    Some(instance)
}

/// `None` for an instance that no longer exists: a terminated instance "remains visible in the console for a short while" (EC2 user guide,
/// "Terminate Amazon EC2 instances").
fn instance(reader: &Reader, read: sdk::Instance) -> Option<Resource> {
    let id = read.instance_id?;
    let state = read.state.and_then(|state| state.name);
    if state == Some(sdk::InstanceStateName::Terminated) {
        return None;
    }
    let tags = tags_of(read.tags);
    let launched_at = optional_time(read.launch_time.as_ref());
    let attached_at = first_attached_at(read.block_device_mappings.as_deref().unwrap_or_default());
    let volumes: Vec<_> = read.block_device_mappings.unwrap_or_default().into_iter().filter_map(volume).collect();
    let properties = Instance {
        status: state.map(|state| state.as_str().to_owned()).into(),
        image_id: read.image_id.into(),
        root_device: read.root_device_name.into(),
        deletes_volumes: volumes.iter().any(|volume| volume.delete_on_termination).into(),
        termination_protection: Fact::Unread,
        volumes: volumes.into(),
        autoscaling_group: tags.read().and_then(|tags| tags.get(AUTO_SCALING_GROUP)).cloned().into(),
        spot: (read.instance_lifecycle == Some(sdk::InstanceLifecycleType::Spot)).into(),
        block_devices: Fact::Unread,
    };
    Some(Resource {
        name: name_of(&tags),
        created_at: launched_at.min(attached_at).or(launched_at).or(attached_at),
        tags,
        ..resource(reader, reader.arn("ec2", &format!("instance/{id}")), id, properties)
    })
}

/// The launch time is the time of the last start. The attachment of the first volume may be earlier, and the instance is at least that old.
fn first_attached_at(devices: &[sdk::InstanceBlockDeviceMapping]) -> Option<DateTime<Utc>> {
    devices.iter().filter_map(|device| optional_time(device.ebs.as_ref()?.attach_time.as_ref())).min()
}

fn volume(read: sdk::InstanceBlockDeviceMapping) -> Option<InstanceVolume> {
    let ebs = read.ebs?;
    Some(InstanceVolume {
        volume_id: ebs.volume_id?,
        device: read.device_name.into(),
        delete_on_termination: ebs.delete_on_termination.unwrap_or_default(),
    })
}
