//! Amazon Lightsail.

use super::properties;

properties! {
    /// An instance; its system disk is a part of it.
    Instance = "AWS::Lightsail::Instance", operation: "cloudformation:ListResources(AWS::Lightsail::Instance)",
    tags: "cloudformation:GetResource(AWS::Lightsail::Instance)" {
        /// Whether the add-on for automatic snapshots is enabled or being enabled.
        #[from("cloudformation:GetResource(AWS::Lightsail::Instance)")]
        automatic_snapshots: bool,
    }
}

properties! {
    /// A disk in addition to the system disk of an instance.
    Disk = "AWS::Lightsail::Disk", operation: "cloudformation:ListResources(AWS::Lightsail::Disk)",
    tags: "cloudformation:GetResource(AWS::Lightsail::Disk)" {
        /// Whether the add-on for automatic snapshots is enabled or being enabled.
        #[from("cloudformation:GetResource(AWS::Lightsail::Disk)")]
        automatic_snapshots: bool,
    }
}

properties! {
    /// A managed database.
    Database = "AWS::Lightsail::Database", operation: "cloudformation:ListResources(AWS::Lightsail::Database)",
    tags: "cloudformation:GetResource(AWS::Lightsail::Database)" {
        /// Whether Lightsail keeps automated backups.
        #[from("cloudformation:GetResource(AWS::Lightsail::Database)")]
        automatic_snapshots: bool,
    }
}

properties! {
    /// A bucket.
    Bucket = "AWS::Lightsail::Bucket", operation: "cloudformation:ListResources(AWS::Lightsail::Bucket)",
    tags: "cloudformation:GetResource(AWS::Lightsail::Bucket)" {
        /// Whether object versioning is on.
        #[from("cloudformation:GetResource(AWS::Lightsail::Bucket)")]
        versioned: bool,
    }
}
