//! Amazon Lightsail: settings of instances, disks, databases and buckets. Their snapshots are not read. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`lightsail/2016-11-28`) unless a comment names another source.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{known, optional_time, resource, tags};
use super::operation::Operation;
use crate::inventory::types::ResourceProperties;
use crate::inventory::types::lightsail::{Bucket, Database, Disk, Instance};
use crate::inventory::{Fact, Resource, Tags};
use aws_sdk_lightsail::Client;
use aws_sdk_lightsail::operation::get_buckets::GetBucketsOutput;
use aws_sdk_lightsail::operation::get_disks::GetDisksOutput;
use aws_sdk_lightsail::operation::get_instances::GetInstancesOutput;
use aws_sdk_lightsail::operation::get_relational_databases::GetRelationalDatabasesOutput;
use aws_sdk_lightsail::primitives::DateTime;
use aws_sdk_lightsail::types as sdk;
use std::collections::HashMap;

const GET_BUCKETS: Operation = Operation::new("lightsail", "GetBuckets", Answer::json(&["buckets/*/arn", "buckets/*/name"]));
const GET_DISKS: Operation = Operation::new("lightsail", "GetDisks", Answer::json(&["disks/*/arn", "disks/*/name"]));
const GET_INSTANCES: Operation = Operation::new("lightsail", "GetInstances", Answer::json(&["instances/*/arn", "instances/*/name"]));
const GET_RELATIONAL_DATABASES: Operation =
    Operation::new("lightsail", "GetRelationalDatabases", Answer::json(&["relationalDatabases/*/arn", "relationalDatabases/*/name"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&GET_BUCKETS, &GET_DISKS, &GET_INSTANCES, &GET_RELATIONAL_DATABASES];

/// All instances, disks, databases and buckets of one Region. The SDK has no paginators for these operations.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let buckets = |token| client.get_buckets().set_page_token(token).send();
    let disks = |token| client.get_disks().set_page_token(token).send();
    let instances = |token| client.get_instances().set_page_token(token).send();
    let databases = |token| client.get_relational_databases().set_page_token(token).send();
    let (buckets, disks, instances, databases) = futures::join!(
        reader.pages_by_token(&GET_BUCKETS, buckets, |page: GetBucketsOutput| page.buckets.unwrap_or_default(), &[]),
        reader.pages_by_token(&GET_DISKS, disks, |page: GetDisksOutput| page.disks.unwrap_or_default(), &[]),
        reader.pages_by_token(&GET_INSTANCES, instances, |page: GetInstancesOutput| page.instances.unwrap_or_default(), &[]),
        reader.pages_by_token(
            &GET_RELATIONAL_DATABASES,
            databases,
            |page: GetRelationalDatabasesOutput| page.relational_databases.unwrap_or_default(),
            &[]
        ),
    );
    let instances = instances.flatten();
    let snapshotted = instances.as_deref().map(snapshotted);
    let buckets = buckets.flatten().into_iter().flatten().filter_map(|read| bucket(reader, read));
    let disks = disks.flatten().into_iter().flatten().filter_map(|read| disk(reader, read, snapshotted.as_ref()));
    let databases = databases.flatten().into_iter().flatten().filter_map(|read| database(reader, read));
    let mut resources: Vec<Resource> = buckets.chain(disks).chain(databases).collect();
    resources.extend(instances.into_iter().flatten().filter_map(|read| instance(reader, read)));
    resources
}

/// The members that describe a resource of any type.
struct Described {
    arn: Option<String>,
    name: Option<String>,
    created_at: Option<DateTime>,
    tags: Option<Vec<sdk::Tag>>,
}

impl Described {
    /// Names are unique in an account and Region.
    fn with(self, reader: &Reader, properties: impl Into<ResourceProperties>) -> Option<Resource> {
        let name = self.name?;
        Some(Resource {
            name: Some(name.clone()),
            created_at: optional_time(self.created_at.as_ref()),
            tags: tags_of(self.tags),
            ..resource(reader, self.arn?, name, properties)
        })
    }
}

fn tags_of(read: Option<Vec<sdk::Tag>>) -> Fact<Tags> {
    tags(read.into_iter().flatten().filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))))
}

fn bucket(reader: &Reader, read: sdk::Bucket) -> Option<Resource> {
    // `Enabled`, `Suspended` or `NeverEnabled`.
    let versioned = known(read.object_versioning.map(|versioning| versioning == "Enabled"));
    Described { arn: read.arn, name: read.name, created_at: read.created_at, tags: read.tags }.with(reader, Bucket { versioned })
}

fn database(reader: &Reader, read: sdk::RelationalDatabase) -> Option<Resource> {
    let automatic_snapshots = known(read.backup_retention_enabled);
    let described = Described { arn: read.arn, name: read.name, created_at: read.created_at, tags: read.tags };
    described.with(reader, Database { automatic_snapshots })
}

fn instance(reader: &Reader, read: sdk::Instance) -> Option<Resource> {
    let automatic_snapshots = is_snapshotted(read.add_ons()).into();
    let described = Described { arn: read.arn, name: read.name, created_at: read.created_at, tags: read.tags };
    described.with(reader, Instance { automatic_snapshots })
}

/// `None` for a system disk, which is a part of its instance.
fn disk(reader: &Reader, read: sdk::Disk, snapshotted: Option<&HashMap<String, bool>>) -> Option<Resource> {
    if read.is_system_disk == Some(true) {
        return None;
    }
    let automatic_snapshots = disk_is_snapshotted(&read, snapshotted);
    let described = Described { arn: read.arn, name: read.name, created_at: read.created_at, tags: read.tags };
    described.with(reader, Disk { automatic_snapshots })
}

/// The snapshots of an instance include the disks that are attached to it (API, AutoSnapshotDetails, `fromAttachedDisks`). `snapshotted` tells for
/// each instance, by name, whether Lightsail takes automatic snapshots of it.
fn disk_is_snapshotted(read: &sdk::Disk, snapshotted: Option<&HashMap<String, bool>>) -> Fact<bool> {
    let attached_to = read.attached_to().filter(|name| !name.is_empty() && read.is_attached != Some(false));
    match attached_to {
        _ if is_snapshotted(read.add_ons()) => Fact::Read(true),
        None => Fact::Read(false),
        Some(instance) => known(snapshotted.and_then(|snapshotted| snapshotted.get(instance).copied())),
    }
}

fn snapshotted(instances: &[sdk::Instance]) -> HashMap<String, bool> {
    instances.iter().filter_map(|instance| Some((instance.name.clone()?, is_snapshotted(instance.add_ons())))).collect()
}

/// Whether the add-on for automatic snapshots is `Enabled` or `Enabling`.
fn is_snapshotted(add_ons: &[sdk::AddOn]) -> bool {
    let is_on =
        |add_on: &sdk::AddOn| add_on.name() == Some("AutoSnapshot") && add_on.status().is_some_and(|status| status.starts_with("Enabl"));
    add_ons.iter().any(is_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add_on(status: &str) -> sdk::AddOn {
        sdk::AddOn::builder().name("AutoSnapshot").status(status).build()
    }

    #[test]
    fn only_an_add_on_that_is_on_takes_snapshots() {
        for (status, on) in [("Enabled", true), ("Enabling", true), ("Disabling", false), ("Failed", false), ("Terminated", false)] {
            assert_eq!(is_snapshotted(&[add_on(status)]), on, "{status}");
        }
        assert!(!is_snapshotted(&[sdk::AddOn::builder().name("StopInstanceOnIdle").status("Enabled").build()]));
    }

    #[test]
    fn the_snapshots_of_an_instance_include_its_disks() {
        let disk = |instance: &str| sdk::Disk::builder().name("data").attached_to(instance).is_attached(true).build();
        let instances = HashMap::from([("kept".to_owned(), true), ("bare".to_owned(), false)]);
        let of = |disk: &sdk::Disk| disk_is_snapshotted(disk, Some(&instances));
        assert_eq!(of(&disk("kept")), Fact::Read(true));
        assert_eq!(of(&disk("bare")), Fact::Read(false));
        assert_eq!(of(&disk("")), Fact::Read(false), "attached to nothing");
        assert_eq!(of(&sdk::Disk::builder().name("data").attached_to("kept").is_attached(false).build()), Fact::Read(false));
        assert!(of(&disk("created since")).is_unread());
        assert!(disk_is_snapshotted(&disk("kept"), None).is_unread(), "the instances were not listed");
        let own = sdk::Disk::builder().name("data").attached_to("bare").add_ons(add_on("Enabled")).build();
        assert_eq!(disk_is_snapshotted(&own, None), Fact::Read(true));
    }
}
