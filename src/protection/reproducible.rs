//! Data that can be made again by what it is (facts page, section 6), without anybody declaring it.

use super::databases::is_read_replica;
use super::index::{Typed, typed};
use crate::inventory::types::{ResourceType, ebs};
use crate::inventory::{Resource, Shard};
use std::collections::HashMap;

/// Why a resource owes no backup, by ARN.
pub fn by_nature(shard: &Shard) -> HashMap<&str, String> {
    let instances: HashMap<&str, Typed<ebs::Instance>> =
        typed::<ebs::Instance>(shard).into_iter().map(|instance| (instance.resource.id.as_str(), instance)).collect();
    let mut found = HashMap::new();
    for volume in typed::<ebs::Volume>(shard) {
        found.extend(root_volume(&volume, &instances).map(|reason| (volume.resource.arn.as_str(), reason)));
    }
    for instance in instances.values() {
        found.extend(of_instance(instance).map(|reason| (instance.resource.arn.as_str(), reason)));
    }
    for type_name in ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::Neptune::DBCluster", "AWS::DocDB::DBCluster"] {
        found.extend(
            shard
                .of_type(type_name)
                .filter(|resource| is_read_replica(resource))
                .map(|resource| (resource.arn.as_str(), "a read replica is made again from its source".to_owned())),
        );
    }
    found
}

/// Why a resource may be reproducible by what it is, where that was not read: a volume that dies with its instance may be the root of one
/// that an Auto Scaling group makes again.
pub fn in_doubt(shard: &Shard, resource: &Resource) -> Option<String> {
    let volume = resource.get::<ebs::Volume>()?;
    let [attachment] = volume.attachments.read()?.as_slice() else { return None };
    let unread = shard.coverage.require(ebs::Instance::INFO.operation, &resource.account, &resource.region).err()?;
    attachment.delete_on_termination.then_some(unread)
}

/// A root volume that dies with an instance which an Auto Scaling group replaces.
fn root_volume(volume: &Typed<ebs::Volume>, instances: &HashMap<&str, Typed<ebs::Instance>>) -> Option<String> {
    let attachments = volume.properties.attachments.read()?;
    let [attachment] = attachments.as_slice() else { return None };
    let instance = instances.get(attachment.instance_id.as_str())?;
    let group = instance.properties.autoscaling_group.present()?;
    let root = instance.properties.root_device.present()?;
    (attachment.delete_on_termination && attachment.device.present() == Some(root))
        .then(|| format!("root volume of an instance that Auto Scaling group {group} makes again"))
}

/// An instance of an Auto Scaling group whose volumes all die with it, or one that has no EBS volume.
fn of_instance(instance: &Typed<ebs::Instance>) -> Option<String> {
    let volumes = instance.properties.volumes.read()?;
    if volumes.is_empty() {
        return Some("an instance without EBS volumes keeps nothing that could be backed up".to_owned());
    }
    let group = instance.properties.autoscaling_group.present()?;
    volumes.iter().all(|volume| volume.delete_on_termination).then(|| format!("Auto Scaling group {group} makes the instance again"))
}
