//! Amazon Lightsail: settings of instances, disks, databases and buckets. Their snapshots are not read.

use super::{Kind, Properties, kind};
use crate::aws::call::Reader;
use crate::aws::convert;
use crate::inventory::types::{ResourceProperties, lightsail};
use crate::inventory::{Fact, Resource};

/// Every type of this module.
pub const KINDS: &[&Kind] = &[&BUCKET, &DATABASE, &DISK, &INSTANCE];

static BUCKET: Kind = kind!(
    "AWS::Lightsail::Bucket",
    list: &["lightsail:GetBuckets"],
    get: &["lightsail:GetBuckets"],
    resource: |reader, name, read| {
        let versioned = read.map_or(Fact::Unread, |read| read.flag("ObjectVersioning"));
        resource(reader, name, read, "BucketArn", lightsail::Bucket { versioned })
    }
);

static DATABASE: Kind = kind!(
    "AWS::Lightsail::Database",
    list: &["lightsail:GetRelationalDatabases"],
    get: &["lightsail:GetRelationalDatabase", "lightsail:GetRelationalDatabases"],
    resource: |reader, name, read| {
        let automatic_snapshots = read.map_or(Fact::Unread, |read| read.flag("BackupRetention"));
        resource(reader, name, read, "DatabaseArn", lightsail::Database { automatic_snapshots })
    }
);

static DISK: Kind = kind!(
    "AWS::Lightsail::Disk",
    list: &["lightsail:GetDisks"],
    get: &["lightsail:GetDisk", "lightsail:GetDisks"],
    resource: |reader, name, read| {
        resource(reader, name, read, "DiskArn", lightsail::Disk { automatic_snapshots: automatic_snapshots(read) })
    }
);

static INSTANCE: Kind = kind!(
    "AWS::Lightsail::Instance",
    list: &["lightsail:GetInstances"],
    get: &["lightsail:GetInstance", "lightsail:GetInstances"],
    resource: |reader, name, read| {
        resource(reader, name, read, "InstanceArn", lightsail::Instance { automatic_snapshots: automatic_snapshots(read) })
    }
);

/// The ARN has an id, which only the properties tell; without them, the name takes its place.
fn resource(reader: &Reader, name: &str, read: Option<&Properties>, arn: &str, properties: impl Into<ResourceProperties>) -> Resource {
    let arn = read.and_then(|read| read.text(arn)).map_or_else(|| reader.arn("lightsail", name), str::to_owned);
    Resource {
        name: Some(name.to_owned()),
        tags: read.map_or(Fact::Unread, Properties::tags),
        ..convert::resource(reader, arn, name.to_owned(), properties)
    }
}

/// Whether the add-on `AutoSnapshot` is `Enabled` or `Enabling` (the type's resource schema, `AddOn`).
fn automatic_snapshots(read: Option<&Properties>) -> Fact<bool> {
    let Some(read) = read else { return Fact::Unread };
    let on = |add_on: &serde_json::Value| {
        add_on["AddOnType"] == "AutoSnapshot" && add_on["Status"].as_str().is_some_and(|status| status.starts_with("Enabl"))
    };
    Fact::Read(read.list("AddOns").iter().any(on))
}
