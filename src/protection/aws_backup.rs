//! What AWS Backup does for each of the types that it divides data into.

use crate::inventory::Resource;

/// A resource type of AWS Backup.
pub struct AwsBackup {
    /// What opt-in settings (`ResourceTypeOptInPreference`) and restore testing call it, such as `EBS`.
    pub name: &'static str,
    /// Restore testing supports it (AWS Backup developer guide, "Restore testing").
    pub restore_testing: bool,
    /// Logically air-gapped vaults keep its backups (AWS Backup developer guide, "Feature availability by resource").
    pub air_gapped: bool,
    /// AWS Backup can back it up continuously, and this property tells whether its own service does that already.
    pub continuous: Option<OwnContinuous>,
}

/// Where a resource tells whether its service lets it be restored to any moment, without AWS Backup.
pub struct OwnContinuous {
    pub property: &'static str,
    /// `None` while the property was not read.
    pub is_on: fn(&Resource) -> Option<bool>,
}

/// Which types of AWS Backup the resources of a CloudFormation type are of.
pub enum KnownAs {
    One(&'static AwsBackup),
    /// A property decides.
    OneOf {
        all: &'static [&'static AwsBackup],
        of: fn(&Resource) -> &'static AwsBackup,
        /// The other type that a resource may be of, and the property that would tell, when it was not read.
        or: fn(&Resource) -> Option<(&'static AwsBackup, &'static str)>,
    },
}

impl KnownAs {
    /// All types that a resource may be of.
    pub fn all(&self) -> &[&'static AwsBackup] {
        match self {
            KnownAs::One(one) => std::slice::from_ref(one),
            KnownAs::OneOf { all, .. } => all,
        }
    }
}

/// What AWS Backup takes one resource for.
#[derive(Clone, Copy)]
pub struct BackedUpAs {
    pub aws_backup: &'static AwsBackup,
    /// What it may take it for instead, and the property that would tell and was not read.
    pub or: Option<(&'static AwsBackup, &'static str)>,
    /// A selection that names it by ARN is backed up whatever the opt-in of its type is.
    pub arn_overrides_opt_in: bool,
}
