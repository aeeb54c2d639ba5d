//! Amazon MemoryDB: clusters and their snapshots. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`memorydb/2021-01-01`) unless a comment names another source.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{Encryption, each, kms_key_arn, known, optional_time, resource};
use super::operation::Operation;
use super::tagging;
use crate::inventory::types::memorydb::{Cluster, Snapshot};
use crate::inventory::{Fact, Resource};
use aws_sdk_memorydb::Client;
use aws_sdk_memorydb::types as sdk;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

const DESCRIBE_CLUSTERS: Operation = Operation::new("memorydb", "DescribeClusters", Answer::json(&["Clusters/*/Name", "Clusters/*/ARN"]));
const DESCRIBE_SNAPSHOTS: Operation =
    Operation::new("memorydb", "DescribeSnapshots", Answer::json(&["Snapshots/*/Name", "Snapshots/*/ARN"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&DESCRIBE_CLUSTERS, &DESCRIBE_SNAPSHOTS];

/// A page that AWS accepts: the service model has no limit, and the CLI reference no larger example.
const PAGE: i32 = 50;

/// All clusters of one Region with their snapshots.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    // The shards have the dates of nodes and of snapshots, which are nowhere else.
    let clusters = client.describe_clusters().show_shard_details(true).into_paginator().page_size(PAGE).send();
    let snapshots = client.describe_snapshots().show_detail(true).into_paginator().page_size(PAGE).send();
    let (clusters, snapshots) = futures::join!(
        reader.pages(&DESCRIBE_CLUSTERS, clusters, |page| page.clusters.unwrap_or_default()),
        reader.pages(&DESCRIBE_SNAPSHOTS, snapshots, |page| page.snapshots.unwrap_or_default()),
    );
    let doubted = doubted(clusters.as_deref(), snapshots.as_deref());
    let mut resources: Vec<Resource> =
        snapshots.unwrap_or_default().into_iter().filter_map(|read| snapshot(reader, read, &doubted)).collect();
    resources.extend(clusters.unwrap_or_default().into_iter().filter_map(|read| cluster(reader, read, &doubted)));
    each(resources, |found| async move { Resource { tags: tagging::tags(reader, &found.arn).await, ..found } }).await
}

/// For each cluster, by name: whether its snapshots may be those of a deleted cluster of this name. A cluster has no date. It is as old as its
/// oldest node, or older; so a snapshot from after that is its own. A cluster that has such a snapshot is taken to own the older ones, too.
type Doubted = BTreeMap<String, Fact<bool>>;

fn doubted(clusters: Option<&[sdk::Cluster]>, snapshots: Option<&[sdk::Snapshot]>) -> Doubted {
    let of_cluster = |cluster: &sdk::Cluster| {
        let name = cluster.name.clone()?;
        let since = oldest_node(cluster);
        let named = |snapshot: &&sdk::Snapshot| source(snapshot) == Some(name.as_str());
        let doubt = snapshots.map_or(Fact::Unread, |snapshots| {
            let mut dates = snapshots.iter().filter(named).map(taken_at).peekable();
            let none = dates.peek().is_none();
            Fact::Read(!none && !dates.any(|taken| since.zip(taken).is_some_and(|(since, taken)| since <= taken)))
        });
        Some((name, doubt))
    };
    clusters.into_iter().flatten().filter_map(of_cluster).collect()
}

fn cluster(reader: &Reader, read: sdk::Cluster, doubted: &Doubted) -> Option<Resource> {
    let oldest = oldest_node(&read);
    let name = read.name?;
    let encryption = encryption(reader, read.kms_key_id.as_deref());
    let own = doubted.get(&name).and_then(Fact::read).is_some_and(|doubted| !doubted);
    let properties = Cluster {
        status: read.status.into(),
        engine: read.engine.into(),
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        backup_retention_days: known(read.snapshot_retention_limit.map(i64::from)),
        snapshot_window: read.snapshot_window.into(),
        oldest_node_at: oldest.into(),
        snapshots_are_own: known(own.then_some(true)),
    };
    Some(resource(reader, read.arn?, name, properties))
}

/// "MemoryDB at-rest encryption is always enabled"; without a key it is "default (service managed)" (MemoryDB developer guide, "At-Rest
/// Encryption in MemoryDB").
fn encryption(reader: &Reader, key: Option<&str>) -> Encryption {
    match key {
        Some(key) => Encryption::key(kms_key_arn(reader, key)),
        None => Encryption::aws_owned(),
    }
}

fn oldest_node(cluster: &sdk::Cluster) -> Option<DateTime<Utc>> {
    let nodes = cluster.shards().iter().flat_map(|shard| shard.nodes());
    nodes.filter_map(|node| optional_time(node.create_time.as_ref())).min()
}

/// The name of a snapshot's cluster.
fn source(snapshot: &sdk::Snapshot) -> Option<&str> {
    snapshot.cluster_configuration.as_ref()?.name.as_deref()
}

/// The moment that a snapshot can restore: that of its first shard. A snapshot has no date of its own; without the date of each shard, its
/// moment is not known.
fn taken_at(snapshot: &sdk::Snapshot) -> Option<DateTime<Utc>> {
    let shards = snapshot.cluster_configuration.as_ref()?.shards();
    let dates: Option<Vec<DateTime<Utc>>> = shards.iter().map(|shard| optional_time(shard.snapshot_creation_time.as_ref())).collect();
    dates?.into_iter().min()
}

fn snapshot(reader: &Reader, read: sdk::Snapshot, doubted: &Doubted) -> Option<Resource> {
    let created_at = taken_at(&read);
    let of = source(&read).map(str::to_owned);
    // The snapshots of a cluster that is gone keep its name.
    let is_doubted = |name: &String| doubted.get(name).is_some_and(|doubted| doubted.read() != Some(&false));
    let encryption = encryption(reader, read.kms_key_id.as_deref());
    let properties = Snapshot {
        source_arn: known(of.filter(|name| !is_doubted(name)).map(|name| reader.arn("memorydb", &format!("cluster/{name}")))),
        status: read.status.into(),
        snapshot_type: known(read.source),
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
    };
    Some(Resource { created_at, ..resource(reader, read.arn?, read.name?, properties) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_memorydb::primitives::DateTime as AwsDateTime;

    fn cluster_since(node: Option<i64>) -> sdk::Cluster {
        let node = sdk::Node::builder().set_create_time(node.map(AwsDateTime::from_secs)).build();
        sdk::Cluster::builder().name("carts").shards(sdk::Shard::builder().nodes(node).build()).build()
    }

    fn snapshot_at(shards: &[Option<i64>]) -> sdk::Snapshot {
        let shard = |at: &Option<i64>| sdk::ShardDetail::builder().set_snapshot_creation_time(at.map(AwsDateTime::from_secs)).build();
        let of = sdk::ClusterConfiguration::builder().name("carts").set_shards(Some(shards.iter().map(shard).collect())).build();
        sdk::Snapshot::builder().name("s").cluster_configuration(of).build()
    }

    /// A date that is not told is unread, and never now.
    #[test]
    fn a_snapshot_is_as_old_as_its_oldest_shard() {
        assert_eq!(taken_at(&snapshot_at(&[Some(9), Some(5)])).map(|time| time.timestamp()), Some(5));
        assert_eq!(taken_at(&snapshot_at(&[Some(9), None])), None);
        assert_eq!(taken_at(&snapshot_at(&[])), None);
    }

    /// A name is not an identity.
    #[test]
    fn snapshots_from_before_every_node_may_be_of_an_earlier_cluster() {
        let of = |node: Option<i64>, snapshots: &[sdk::Snapshot]| doubted(Some(&[cluster_since(node)]), Some(snapshots)).remove("carts");
        assert_eq!(of(Some(7), &[]), Some(Fact::Read(false)), "there are none");
        assert_eq!(of(Some(7), &[snapshot_at(&[Some(5)])]), Some(Fact::Read(true)));
        assert_eq!(of(Some(7), &[snapshot_at(&[Some(5)]), snapshot_at(&[Some(8)])]), Some(Fact::Read(false)));
        assert_eq!(of(None, &[snapshot_at(&[Some(8)])]), Some(Fact::Read(true)), "no date of a node");
        assert_eq!(of(Some(7), &[snapshot_at(&[None])]), Some(Fact::Read(true)), "no date of the snapshot");
        assert_eq!(doubted(Some(&[cluster_since(Some(7))]), None).remove("carts"), Some(Fact::Unread));
    }
}
