//! Amazon EC2 and EBS.

use super::{KeyFacts, KeyManager, properties, same_properties};
use crate::inventory::Fact;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The attachment of a volume to an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    pub instance_id: String,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub device: Fact<Option<String>>,
    pub delete_on_termination: bool,
    /// Backups of the instance contain the volume from this time on.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub attached_at: Fact<Option<DateTime<Utc>>>,
}

/// An instance's EBS block device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InstanceVolume {
    pub volume_id: String,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub device: Fact<Option<String>>,
    pub delete_on_termination: bool,
}

/// The source of a snapshot copy, as far as AWS shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CopiedFrom {
    pub snapshot_id: String,
    pub region: String,
}

/// The lock that protects a snapshot from deletion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotLock {
    /// `compliance`, `compliance-cooloff`, `governance` or `expired`.
    pub state: String,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub expires_at: Fact<Option<DateTime<Utc>>>,
}

/// A block device mapping of an image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlockDevice {
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub device: Fact<Option<String>>,
    /// `false` for instance store.
    pub ebs: bool,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub snapshot_id: Fact<Option<String>>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub encrypted: Fact<Option<bool>>,
}

/// The encryption of the snapshot behind a device of an image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceKey {
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub device: Fact<Option<String>>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub encrypted: Fact<bool>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub kms_key_arn: Fact<Option<String>>,
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub key_manager: Fact<Option<KeyManager>>,
}

fn keys_of_devices(image: &mut Image) -> Vec<KeyFacts<'_>> {
    let Fact::Read(devices) = &mut image.device_keys else { return Vec::new() };
    let keys = devices.iter_mut().map(|device| {
        let (arn, manager) = (&mut device.kms_key_arn, Some(&mut device.key_manager));
        KeyFacts { arn, manager, state: None, own: true }
    });
    keys.collect()
}

/// An EBS volume that an instance in a template creates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeclaredBlockDevice {
    /// `null` for the root device if the template does not name it; the image then names it.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub device: Fact<Option<String>>,
    /// If the template does not set it, the account's encryption by default; `null` if a snapshot decides it or it is unknown.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub encrypted: Fact<Option<bool>>,
    /// The snapshot that the volume is created from.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub snapshot_id: Fact<Option<String>>,
    pub root: bool,
    /// Whether EC2 deletes it with its instance.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub delete_on_termination: Fact<bool>,
}

properties! {
    /// An EBS volume.
    Volume = "AWS::EC2::Volume", operation: "ec2:DescribeVolumes", key: own {
        /// `creating`, `available`, `in-use`, `deleting`, `deleted`, `error`.
        status: Option<String>,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("ec2:DescribeVolumes", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("ec2:DescribeVolumes", "kms:DescribeKey")]
        key_state: Option<String>,
        volume_type: Option<String>,
        attachments: Vec<Attachment>,
        /// The snapshot that the volume was created from.
        source_snapshot_id: Option<String>,
        size_bytes: Option<i64>,
    }
}

properties! {
    /// An EC2 instance.
    Instance = "AWS::EC2::Instance", operation: "ec2:DescribeInstances" {
        /// `pending`, `running`, `stopping`, `stopped`, `shutting-down`, `terminated`.
        status: Option<String>,
        image_id: Option<String>,
        root_device: Option<String>,
        volumes: Vec<InstanceVolume>,
        /// The Auto Scaling group that owns it (tag `aws:autoscaling:groupName`).
        autoscaling_group: Option<String>,
        spot: bool,
        /// Whether EC2 deletes one of its EBS volumes when it terminates the instance.
        deletes_volumes: bool,
        /// Whether EC2 refuses to terminate it (`DisableApiTermination`). Read only if the termination deletes a volume, and not of Spot instances
        /// and members of Auto Scaling groups.
        #[from("ec2:DescribeInstanceAttribute")]
        termination_protection: bool,
        /// Templates only: the EBS volumes of the instance, always including the root volume.
        block_devices: Vec<DeclaredBlockDevice>,
    }
}

properties! {
    /// A launch template; templates only.
    LaunchTemplate = "AWS::EC2::LaunchTemplate", operation: "ec2:DescribeLaunchTemplateVersions" {
        /// The EBS volumes of each instance, always including the root volume.
        block_devices: Vec<DeclaredBlockDevice>,
    }
}

same_properties! {
    /// A launch configuration; templates only.
    LaunchConfiguration as LaunchTemplate = "AWS::AutoScaling::LaunchConfiguration",
    operation: "autoscaling:DescribeLaunchConfigurations"
}

same_properties! {
    /// A Spot Fleet request; templates only.
    SpotFleet as LaunchTemplate = "AWS::EC2::SpotFleet", operation: "ec2:DescribeSpotFleetRequests"
}

properties! {
    /// An EBS snapshot that the account owns.
    Snapshot = "AWS::EC2::Snapshot", operation: "ec2:DescribeSnapshots", key: own {
        /// The ARN of the snapshot's volume; `null` for copies, whose volume id has no meaning.
        source_arn: Option<String>,
        /// `pending`, `completed`, `error`, `recoverable`, `recovering`.
        status: String,
        encrypted: bool,
        kms_key_arn: Option<String>,
        #[from("ec2:DescribeSnapshots", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("ec2:DescribeSnapshots", "kms:DescribeKey")]
        key_state: Option<String>,
        /// `standard` or `archive`.
        storage_tier: String,
        /// Whether everyone may restore it.
        #[from("ec2:DescribeSnapshots", "ec2:DescribeSnapshotAttribute")]
        public: bool,
        /// The accounts that may restore it.
        #[from("ec2:DescribeSnapshotAttribute")]
        shared_with: Vec<String>,
        #[from("ec2:DescribeLockedSnapshots")]
        lock: Option<SnapshotLock>,
        /// The service that made it, from the tags that AWS sets: `aws_backup`, `dlm`, or `null`.
        made_by: Option<String>,
        copied_from: Option<CopiedFrom>,
        /// The image that EC2 made it for, which may no longer be registered.
        made_for_image: Option<String>,
        size_bytes: Option<i64>,
    }
}

properties! {
    /// An AMI that the account owns.
    Image = "AWS::EC2::Image", operation: "ec2:DescribeImages", key: by keys_of_devices {
        /// `available`, `pending`, `deregistered`, `invalid` …
        status: String,
        public: bool,
        /// The accounts with launch permission.
        #[from("ec2:DescribeImageAttribute")]
        shared_with: Vec<String>,
        /// ARNs of organisations and organisational units with launch permission.
        #[from("ec2:DescribeImageAttribute")]
        shared_with_organizations: Vec<String>,
        block_devices: Vec<BlockDevice>,
        /// For each of its EBS devices, the encryption of the snapshot.
        #[from("ec2:DescribeImages", "ec2:DescribeSnapshots", "kms:DescribeKey")]
        device_keys: Vec<DeviceKey>,
        /// The instance that it was created from, if AWS shows it.
        source_instance_id: Option<String>,
    }
}
