//! One shard's evidence, by the resource that it is about: read once, looked up by ARN.

use crate::inventory::types::{ResourceType, account, backup, dlm, dynamodb, ebs, iam, kms, storage_gateway};
use crate::inventory::{Resource, Shard, arn};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// A resource with its properties as a typed struct.
#[derive(Clone, Copy)]
pub struct Typed<'s, P> {
    pub resource: &'s Resource,
    pub properties: &'s P,
}

/// The resources of one type.
pub fn typed<T: ResourceType>(shard: &Shard) -> Vec<Typed<'_, T::Properties>> {
    shard.of_type(T::INFO.name).filter_map(|resource| resource.get().map(|properties| Typed { resource, properties })).collect()
}

/// A snapshot of a database, volume or table, under whatever name its service uses.
pub struct Snapshot<'s> {
    pub resource: &'s Resource,
    pub source_arn: String,
    pub restorable: bool,
    /// `aws_backup`, `dlm`, `automated`, or `manual`.
    pub made_by: &'static str,
    pub encrypted: Option<bool>,
    pub kms_key_arn: Option<String>,
    pub public: Option<bool>,
    pub locked: Option<bool>,
    pub archived: bool,
}

/// The evidence of a shard.
pub struct Index<'s> {
    pub shard: &'s Shard,
    pub plans: Vec<Typed<'s, backup::BackupPlan>>,
    pub selections: Vec<Typed<'s, backup::BackupSelection>>,
    pub vaults: HashMap<&'s str, Typed<'s, backup::BackupVault>>,
    /// By the ARN of their source.
    pub points: HashMap<String, Vec<Typed<'s, backup::RecoveryPoint>>>,
    /// By the ARN of their vault: every recovery point, including those whose source is not known.
    pub points_in_vault: HashMap<String, Vec<Typed<'s, backup::RecoveryPoint>>>,
    /// Recovery points that are images, by the id of each snapshot in them.
    pub image_points: HashMap<String, Typed<'s, backup::RecoveryPoint>>,
    pub backup_jobs: HashMap<String, Vec<Typed<'s, backup::BackupJob>>>,
    pub copy_jobs: HashMap<String, Vec<Typed<'s, backup::CopyJob>>>,
    pub restore_jobs: HashMap<String, Vec<Typed<'s, backup::RestoreJob>>>,
    pub restore_testing_plans: Vec<Typed<'s, backup::RestoreTestingPlan>>,
    pub restore_testing_selections: Vec<Typed<'s, backup::RestoreTestingSelection>>,
    pub snapshots: HashMap<String, Vec<Snapshot<'s>>>,
    /// The ARNs of Storage Gateway's volumes by the ARN that their snapshots name.
    gateway_volumes: HashMap<String, &'s str>,
    /// Tables by the ARN of the table they were restored from.
    pub restored_tables: HashMap<String, Vec<Typed<'s, dynamodb::Table>>>,
    pub volumes: HashMap<&'s str, Typed<'s, ebs::Volume>>,
    /// Ids of volumes by the id of the snapshot they were made from.
    pub volumes_made_from: HashMap<String, Vec<&'s str>>,
    /// Ids of registered images by the id of each snapshot in them.
    pub images_made_of: HashMap<String, Vec<&'s str>>,
    pub instances: HashMap<&'s str, Typed<'s, ebs::Instance>>,
    pub lifecycle_policies: Vec<Typed<'s, dlm::LifecyclePolicy>>,
    pub keys: HashMap<&'s str, Typed<'s, kms::Key>>,
    pub roles: HashMap<&'s str, &'s Resource>,
    /// The resources that name a key, by the key's ARN.
    pub key_users: HashMap<&'s str, Vec<&'s Resource>>,
    /// The moments of recovery points by ARN; a copy job's recovery point has the moment of its source.
    pub moments: HashMap<&'s str, DateTime<Utc>>,
}

impl<'s> Index<'s> {
    /// Indexes a shard. `snapshot` reads a snapshot, whatever its type.
    pub fn new(shard: &'s Shard, snapshot: impl Fn(&'s Resource) -> Option<Snapshot<'s>>) -> Self {
        let gateway_volumes = gateway_volumes(shard);
        let snapshots = shard.resources.iter().filter_map(snapshot).collect();
        let volumes = typed::<ebs::Volume>(shard).into_iter().map(|volume| (volume.resource.id.as_str(), volume)).collect();
        Index {
            moments: moments(shard),
            shard,
            plans: typed::<backup::BackupPlan>(shard),
            selections: typed::<backup::BackupSelection>(shard),
            vaults: typed::<backup::BackupVault>(shard).into_iter().map(|vault| (vault.resource.arn.as_str(), vault)).collect(),
            points_in_vault: group(typed::<backup::RecoveryPoint>(shard), |point| point.properties.vault_arn.read().cloned()),
            points: group(typed::<backup::RecoveryPoint>(shard), |point| point.properties.source_arn.present().cloned()),
            image_points: image_points(shard),
            backup_jobs: group(typed::<backup::BackupJob>(shard), |job| job.properties.source_arn.read().cloned()),
            copy_jobs: group(typed::<backup::CopyJob>(shard), |job| job.properties.source_arn.read().cloned()),
            restore_jobs: group(typed::<backup::RestoreJob>(shard), |job| job.properties.source_arn.present().cloned()),
            restore_testing_plans: typed::<backup::RestoreTestingPlan>(shard),
            restore_testing_selections: typed::<backup::RestoreTestingSelection>(shard),
            snapshots: group(snapshots, |snapshot: &Snapshot| {
                Some(gateway_volumes.get(&snapshot.source_arn).map_or_else(|| snapshot.source_arn.clone(), |volume| (*volume).to_owned()))
            }),
            gateway_volumes,
            restored_tables: group(typed::<dynamodb::Table>(shard), |table| {
                table.properties.restored_from.present()?.source_table_arn.present().cloned()
            }),
            volumes_made_from: volumes_made_from(&volumes),
            images_made_of: images_made_of(shard),
            volumes,
            instances: typed::<ebs::Instance>(shard).into_iter().map(|instance| (instance.resource.id.as_str(), instance)).collect(),
            lifecycle_policies: typed::<dlm::LifecyclePolicy>(shard),
            key_users: key_users(shard),
            roles: shard.of_type(iam::Role::INFO.name).map(|role| (role.arn.as_str(), role)).collect(),
            keys: typed::<kms::Key>(shard).into_iter().map(|key| (key.resource.arn.as_str(), key)).collect(),
        }
    }

    /// The ARN of what a snapshot is of. EBS snapshots of Storage Gateway's volumes name the volume as if it were one of EC2.
    pub fn true_source<'a>(&'a self, source_arn: &'a str) -> &'a str {
        self.gateway_volumes.get(source_arn).copied().unwrap_or(source_arn)
    }

    /// Why some of these operations did not answer in full in this shard; empty if all did.
    pub fn missing(&self, operations: &[&str]) -> Vec<String> {
        operations
            .iter()
            .filter_map(|operation| self.shard.coverage.require(operation, &self.shard.account, &self.shard.region).err())
            .collect()
    }
}

fn image_points(shard: &Shard) -> HashMap<String, Typed<'_, backup::RecoveryPoint>> {
    let images: HashMap<&str, &ebs::Image> =
        typed::<ebs::Image>(shard).into_iter().map(|image| (image.resource.arn.as_str(), image.properties)).collect();
    let points = shard.of_type(backup::RecoveryPoint::INFO.name).filter(|point| images.contains_key(point.arn.as_str()));
    let snapshots = |point: &Resource| {
        let devices = images.get(point.arn.as_str()).and_then(|image| image.block_devices.read()).into_iter().flatten();
        devices.filter_map(|device| device.snapshot_id.present().cloned()).collect::<Vec<_>>()
    };
    points
        .flat_map(|resource| snapshots(resource).into_iter().map(move |snapshot| (snapshot, resource)))
        .filter_map(|(snapshot, resource)| Some((snapshot, Typed { resource, properties: resource.get()? })))
        .collect()
}

/// "Storage Gateway resource IDs are in uppercase. However, if you use these resource IDs with the Amazon EC2 API, Amazon EC2 expects resource IDs
/// in lowercase" (Volume Gateway user guide, "Understanding Storage Gateway Resources and Resource IDs").
fn gateway_volumes(shard: &Shard) -> HashMap<String, &str> {
    let volumes = shard.of_type(storage_gateway::Volume::INFO.name);
    let of_ec2 = |volume: &Resource| {
        let (partition, id) = (arn::partition(&volume.arn), volume.id.to_ascii_lowercase());
        format!("arn:{partition}:ec2:{}:{}:volume/{id}", volume.region, volume.account)
    };
    volumes.map(|volume| (of_ec2(volume), volume.arn.as_str())).collect()
}

fn volumes_made_from<'s>(volumes: &HashMap<&'s str, Typed<'s, ebs::Volume>>) -> HashMap<String, Vec<&'s str>> {
    let made = volumes.iter().filter_map(|(id, volume)| Some((volume.properties.source_snapshot_id.present()?.clone(), *id)));
    let mut found: HashMap<String, Vec<&str>> = HashMap::new();
    made.for_each(|(snapshot, id)| found.entry(snapshot).or_default().push(id));
    found
}

fn images_made_of(shard: &Shard) -> HashMap<String, Vec<&str>> {
    let mut found: HashMap<String, Vec<&str>> = HashMap::new();
    let registered = |image: &&Typed<ebs::Image>| image.properties.status.read().is_none_or(|status| status != "deregistered");
    for image in typed::<ebs::Image>(shard).iter().filter(registered) {
        let snapshots = image.properties.block_devices.read().into_iter().flatten();
        for snapshot in snapshots.filter_map(|device| device.snapshot_id.present()) {
            found.entry(snapshot.clone()).or_default().push(&image.resource.id);
        }
    }
    found
}

/// The key that encrypts a resource. (A Region's setting names the key for new volumes, which encrypts nothing yet.)
pub fn key_in_use(resource: &Resource) -> Option<&str> {
    resource.kms_key_arn().filter(|_| resource.get::<account::Region>().is_none())
}

fn key_users(shard: &Shard) -> HashMap<&str, Vec<&Resource>> {
    let mut users: HashMap<&str, Vec<&Resource>> = HashMap::new();
    for user in &shard.resources {
        if let Some(key) = key_in_use(user) {
            users.entry(key).or_default().push(user);
        }
    }
    users
}

/// A copy has its own creation date, but the data of its source.
fn moments(shard: &Shard) -> HashMap<&str, DateTime<Utc>> {
    let points = shard.of_type(backup::RecoveryPoint::INFO.name);
    let mut moments: HashMap<&str, DateTime<Utc>> = points.filter_map(|point| Some((point.arn.as_str(), point.created_at?))).collect();
    let mut copied: Vec<(DateTime<Utc>, &str, &str)> = shard
        .of_type(backup::CopyJob::INFO.name)
        .filter_map(|resource| {
            let job = resource.get::<backup::CopyJob>()?;
            let (source, copy) = (job.source_recovery_point_arn.present()?, job.destination_recovery_point_arn.present()?);
            Some((resource.created_at?, source.as_str(), copy.as_str()))
        })
        .collect();
    // In order, so that a copy of a copy gets the moment of the first source.
    copied.sort();
    for (_, source, copy) in copied {
        if let Some(moment) = moments.get(source).copied() {
            let known = moments.entry(copy).or_insert(moment);
            *known = moment.min(*known);
        }
    }
    moments
}

/// Groups by a key; leaves out items without one.
fn group<T>(items: Vec<T>, key: impl Fn(&T) -> Option<String>) -> HashMap<String, Vec<T>> {
    let mut groups: HashMap<String, Vec<T>> = HashMap::new();
    for item in items {
        if let Some(key) = key(&item) {
            groups.entry(key).or_default().push(item);
        }
    }
    groups
}
