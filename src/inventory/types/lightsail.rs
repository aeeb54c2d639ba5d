//! Amazon Lightsail.

use super::properties;

properties! {
    /// An instance; its system disk is a part of it.
    Instance = "AWS::Lightsail::Instance", operation: "lightsail:GetInstances" {
        /// Whether the add-on for automatic snapshots is enabled or being enabled.
        automatic_snapshots: bool,
    }
}

properties! {
    /// A disk in addition to the system disk of an instance.
    Disk = "AWS::Lightsail::Disk", operation: "lightsail:GetDisks" {
        /// Whether the add-on for automatic snapshots is enabled or being enabled, for the disk or for the instance that it is attached to.
        #[from("lightsail:GetDisks", "lightsail:GetInstances")]
        automatic_snapshots: bool,
    }
}

properties! {
    /// A managed database.
    Database = "AWS::Lightsail::Database", operation: "lightsail:GetRelationalDatabases" {
        /// Whether Lightsail keeps automated backups.
        automatic_snapshots: bool,
    }
}

properties! {
    /// A bucket.
    Bucket = "AWS::Lightsail::Bucket", operation: "lightsail:GetBuckets" {
        /// Whether object versioning is on.
        versioned: bool,
    }
}
