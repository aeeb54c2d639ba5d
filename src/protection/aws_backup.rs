//! What AWS Backup does for each of its resource types.

use crate::inventory::Resource;

/// A resource type of AWS Backup.
pub struct AwsBackup {
    /// The name in opt-in settings (`ResourceTypeOptInPreference`) and in restore testing, such as `EBS`.
    pub name: &'static str,
    /// Restore testing supports it (AWS Backup developer guide, "Restore testing").
    pub restore_testing: bool,
    /// Logically air-gapped vaults keep its backups (AWS Backup developer guide, "Feature availability by resource"); `None` where the guide
    /// leaves it open.
    pub air_gapped: Option<bool>,
    /// AWS Backup can back it up continuously; this names the property that shows whether its own service already does so.
    pub continuous: Option<OwnContinuous>,
}

/// The property that shows whether the service itself can restore a resource to any moment, without AWS Backup.
pub struct OwnContinuous {
    pub property: &'static str,
    /// `None` while the property was not read.
    pub is_on: fn(&Resource) -> Option<bool>,
}

/// Which AWS Backup types the resources of a CloudFormation type belong to.
pub enum KnownAs {
    One(&'static AwsBackup),
    /// A property decides.
    OneOf {
        all: &'static [&'static AwsBackup],
        of: fn(&Resource) -> &'static AwsBackup,
        /// The other type that a resource may have, and the property that decides, if it was not read.
        or: fn(&Resource) -> Option<(&'static AwsBackup, &'static str)>,
    },
}

impl KnownAs {
    /// All types that a resource may have.
    pub fn all(&self) -> &[&'static AwsBackup] {
        match self {
            KnownAs::One(one) => std::slice::from_ref(one),
            KnownAs::OneOf { all, .. } => all,
        }
    }
}

/// The AWS Backup type of one resource.
#[derive(Clone, Copy)]
pub struct BackedUpAs {
    pub aws_backup: &'static AwsBackup,
    /// The other AWS Backup type that it may have, and the property that decides and was not read.
    pub or: Option<(&'static AwsBackup, &'static str)>,
    /// A selection that names it by ARN includes it even if the opt-in of its type is off.
    pub arn_overrides_opt_in: bool,
}
