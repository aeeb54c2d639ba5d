//! Amazon ElastiCache: replication groups, stand-alone clusters, serverless caches and the snapshots of all three. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`elasticache/2015-02-02`) unless a comment names another source.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{Encryption, each, kms_key_arn, known, optional_time, resource};
use super::operation::Operation;
use super::tagging;
use crate::inventory::types::elasticache::{CacheCluster, ReplicationGroup, ServerlessCache, ServerlessCacheSnapshot, Snapshot};
use crate::inventory::{Fact, Resource};
use aws_sdk_elasticache::Client;
use aws_sdk_elasticache::types as sdk;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

const DESCRIBE_REPLICATION_GROUPS: Operation = Operation::new(
    "elasticache",
    "DescribeReplicationGroups",
    Answer::query(&["ReplicationGroups/*/ReplicationGroupId", "ReplicationGroups/*/ARN"]),
);
const DESCRIBE_CACHE_CLUSTERS: Operation =
    Operation::new("elasticache", "DescribeCacheClusters", Answer::query(&["CacheClusters/*/CacheClusterId", "CacheClusters/*/ARN"]));
const DESCRIBE_SERVERLESS_CACHES: Operation = Operation::new(
    "elasticache",
    "DescribeServerlessCaches",
    Answer::query(&["ServerlessCaches/*/ServerlessCacheName", "ServerlessCaches/*/ARN"]),
);
const DESCRIBE_SNAPSHOTS: Operation =
    Operation::new("elasticache", "DescribeSnapshots", Answer::query(&["Snapshots/*/SnapshotName", "Snapshots/*/ARN"]));
const DESCRIBE_SERVERLESS_CACHE_SNAPSHOTS: Operation = Operation::new(
    "elasticache",
    "DescribeServerlessCacheSnapshots",
    Answer::query(&["ServerlessCacheSnapshots/*/ServerlessCacheSnapshotName", "ServerlessCacheSnapshots/*/ARN"]),
);

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[
    &DESCRIBE_REPLICATION_GROUPS,
    &DESCRIBE_CACHE_CLUSTERS,
    &DESCRIBE_SERVERLESS_CACHES,
    &DESCRIBE_SNAPSHOTS,
    &DESCRIBE_SERVERLESS_CACHE_SNAPSHOTS,
];

/// The largest page of groups and clusters ("Constraints: minimum 20; maximum 100").
const PAGE: i32 = 100;
/// The largest page of snapshots ("Constraints: minimum 20; maximum 50"), and the default of the lists of serverless caches.
const PAGE_OF_SNAPSHOTS: i32 = 50;

/// All caches of one Region with their snapshots.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let groups = client.describe_replication_groups().into_paginator().page_size(PAGE).send();
    // The nodes of replication groups are clusters too, with the group's data and their own, meaningless retention limit.
    let clusters = client.describe_cache_clusters().show_cache_clusters_not_in_replication_groups(true);
    let clusters = clusters.into_paginator().page_size(PAGE).send();
    let serverless = client.describe_serverless_caches().into_paginator().page_size(PAGE_OF_SNAPSHOTS).send();
    let snapshots = client.describe_snapshots().into_paginator().page_size(PAGE_OF_SNAPSHOTS).send();
    let of_serverless = client.describe_serverless_cache_snapshots().into_paginator().page_size(PAGE_OF_SNAPSHOTS).send();
    let (groups, clusters, serverless, snapshots, of_serverless) = futures::join!(
        reader.pages(&DESCRIBE_REPLICATION_GROUPS, groups, |page| page.replication_groups.unwrap_or_default()),
        reader.pages(&DESCRIBE_CACHE_CLUSTERS, clusters, |page| page.cache_clusters.unwrap_or_default()),
        reader.pages(&DESCRIBE_SERVERLESS_CACHES, serverless, |page| page.serverless_caches.unwrap_or_default()),
        reader.pages(&DESCRIBE_SNAPSHOTS, snapshots, |page| page.snapshots.unwrap_or_default()),
        reader.pages(&DESCRIBE_SERVERLESS_CACHE_SNAPSHOTS, of_serverless, |page| page.serverless_cache_snapshots.unwrap_or_default()),
    );
    let now = Groups::new(groups.as_deref());
    let mut resources: Vec<Resource> = snapshots.unwrap_or_default().into_iter().filter_map(|read| snapshot(reader, read, &now)).collect();
    resources.extend(groups.unwrap_or_default().into_iter().filter_map(|read| group(reader, read)));
    resources.extend(clusters.unwrap_or_default().into_iter().filter_map(|read| cluster(reader, read)));
    resources.extend(serverless.unwrap_or_default().into_iter().filter_map(|read| serverless_cache(reader, read)));
    resources.extend(of_serverless.unwrap_or_default().into_iter().filter_map(|read| serverless_snapshot(reader, read)));
    each(resources, |found| async move { Resource { tags: tagging::tags(reader, &found.arn).await, ..found } }).await
}

fn group(reader: &Reader, read: sdk::ReplicationGroup) -> Option<Resource> {
    let id = read.replication_group_id?;
    let key = read.kms_key_id.map(|key| kms_key_arn(reader, &key));
    let encryption = encryption(read.storage_encryption_type.as_ref(), read.at_rest_encryption_enabled, key);
    let properties = ReplicationGroup {
        status: read.status.into(),
        engine: known(read.engine),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        backup_retention_days: known(read.snapshot_retention_limit.map(i64::from)),
        snapshot_window: read.snapshot_window.into(),
        durability: read.effective_durability.map(|durability| durability.as_str().to_owned()).into(),
        global_role: read
            .global_replication_group_info
            .and_then(|of| of.global_replication_group_member_role)
            .map(|role| role.to_lowercase())
            .into(),
        members: read.member_clusters.unwrap_or_default().into(),
    };
    let created_at = optional_time(read.replication_group_create_time.as_ref());
    Some(Resource { created_at, ..resource(reader, read.arn?, id, properties) })
}

fn cluster(reader: &Reader, read: sdk::CacheCluster) -> Option<Resource> {
    let id = read.cache_cluster_id?;
    let limit = read.snapshot_retention_limit.map(i64::from);
    let properties = CacheCluster {
        status: read.cache_cluster_status.into(),
        // Nodes with Memcached have no limit: "Creating a snapshot of a cluster that is running Memcached" is not supported (CreateSnapshot,
        // SnapshotFeatureNotSupportedFault).
        backup_retention_days: known(limit.or((read.engine.as_deref() == Some("memcached")).then_some(0))),
        engine: known(read.engine),
        replication_group_id: read.replication_group_id.filter(|id| !id.is_empty()).into(),
        encrypted: known(read.at_rest_encryption_enabled),
        snapshot_window: read.snapshot_window.into(),
    };
    let created_at = optional_time(read.cache_cluster_create_time.as_ref());
    Some(Resource { created_at, ..resource(reader, read.arn?, id, properties) })
}

fn serverless_cache(reader: &Reader, read: sdk::ServerlessCache) -> Option<Resource> {
    let name = read.serverless_cache_name?;
    // "Serverless caches are always encrypted at rest."
    let key = read.kms_key_id.map(|key| kms_key_arn(reader, &key));
    let encryption = encryption(read.storage_encryption_type.as_ref(), Some(true), key);
    let properties = ServerlessCache {
        status: read.status.into(),
        engine: known(read.engine),
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        // "Default: NULL": a cache without daily snapshots has no limit.
        backup_retention_days: read.snapshot_retention_limit.map_or(0, i64::from).into(),
        snapshot_time: read.daily_snapshot_time.into(),
    };
    let created_at = optional_time(read.create_time.as_ref());
    Some(Resource { created_at, ..resource(reader, read.arn?, name, properties) })
}

/// `StorageEncryptionType` decides: "In some cases, encryption at-rest may be enabled even when this value [`AtRestEncryptionEnabled`] is false."
fn encryption(kind: Option<&sdk::StorageEncryptionType>, flag: Option<bool>, key: Option<String>) -> Encryption {
    match (kind, key) {
        (Some(sdk::StorageEncryptionType::None), _) => Encryption::none(),
        (Some(sdk::StorageEncryptionType::SseElasticache), _) => Encryption::aws_owned(),
        (Some(sdk::StorageEncryptionType::SseKms), Some(key)) => Encryption::key(key),
        (Some(sdk::StorageEncryptionType::SseKms), None) => Encryption::unnamed_key(),
        // A type that this version does not know is not evidence of encryption.
        (Some(_), _) => Encryption::default(),
        (None, key) => Encryption::of(flag, key),
    }
}

/// What a snapshot takes from the group that it is of.
struct Group {
    arn: String,
    created_at: Option<DateTime<Utc>>,
    /// Since it was created: "You cannot modify the value of AtRestEncryptionEnabled after the cluster is created."
    encrypted: bool,
    /// The key is one that AWS owns.
    owned_key: bool,
}

/// The groups that exist now, by their own id and by the ids of their members.
struct Groups {
    by_id: HashMap<String, Group>,
    /// The groups' ids.
    of_members: HashMap<String, String>,
    /// The list of groups was read.
    read: bool,
}

impl Groups {
    fn new(groups: Option<&[sdk::ReplicationGroup]>) -> Groups {
        let mut now = Groups { by_id: HashMap::new(), of_members: HashMap::new(), read: groups.is_some() };
        for group in groups.unwrap_or_default() {
            let (Some(id), Some(arn)) = (&group.replication_group_id, &group.arn) else { continue };
            now.of_members.extend(group.member_clusters().iter().map(|member| (member.clone(), id.clone())));
            let of_group = Group {
                arn: arn.clone(),
                created_at: optional_time(group.replication_group_create_time.as_ref()),
                encrypted: group.at_rest_encryption_enabled == Some(true),
                owned_key: group.storage_encryption_type == Some(sdk::StorageEncryptionType::SseElasticache),
            };
            now.by_id.insert(id.clone(), of_group);
        }
        now
    }
}

fn snapshot(reader: &Reader, read: sdk::Snapshot, now: &Groups) -> Option<Resource> {
    let name = read.snapshot_name.clone()?;
    let arn = read.arn.clone()?;
    let created_at = taken_at(read.node_snapshots());
    // The daily snapshots of a group without cluster mode name the member that they were taken of (SnapshottingClusterId), and not the group.
    let member = read.cache_cluster_id.as_deref().filter(|id| !id.is_empty());
    let group = read.replication_group_id.as_deref().filter(|id| !id.is_empty());
    let group = group.or_else(|| now.of_members.get(member?).map(String::as_str));
    let living = group.and_then(|id| now.by_id.get(id));
    let source_arn = match (group, member) {
        (Some(id), _) => {
            Fact::Read(living.map_or_else(|| reader.arn("elasticache", &format!("replicationgroup:{id}")), |of| of.arn.clone()))
        }
        // Without the list of groups, it may be a member of one.
        (None, Some(id)) if now.read => Fact::Read(reader.arn("elasticache", &format!("cluster:{id}"))),
        (None, _) => Fact::Unread,
    };
    // A snapshot from before the group's creation is of an earlier group of this name.
    let own = living.filter(|of| of.created_at.zip(created_at).is_some_and(|(since, taken)| since <= taken));
    let encryption = match (read.kms_key_id, own) {
        (Some(key), _) => Encryption::key(kms_key_arn(reader, &key)),
        // At-rest encryption encrypts "Backups stored in Amazon S3" (ElastiCache user guide, "At-Rest Encryption in ElastiCache").
        (None, Some(Group { encrypted: true, owned_key: true, .. })) => Encryption::aws_owned(),
        (None, Some(Group { encrypted: true, owned_key: false, .. })) => Encryption::unnamed_key(),
        (None, _) => Encryption::default(),
    };
    let properties = Snapshot {
        source_arn,
        status: read.snapshot_status.into(),
        engine: read.engine.into(),
        snapshot_type: known(read.snapshot_source),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
    };
    Some(Resource { created_at, ..resource(reader, arn, name, properties) })
}

/// The moment that a snapshot can restore: when the data of its first node was read. A snapshot has no date of its own; without the date of
/// each node, its moment is not known.
fn taken_at(nodes: &[sdk::NodeSnapshot]) -> Option<DateTime<Utc>> {
    let dates: Option<Vec<DateTime<Utc>>> = nodes.iter().map(|node| optional_time(node.snapshot_create_time.as_ref())).collect();
    dates?.into_iter().min()
}

fn serverless_snapshot(reader: &Reader, read: sdk::ServerlessCacheSnapshot) -> Option<Resource> {
    let name = read.serverless_cache_snapshot_name?;
    let cache = read.serverless_cache_configuration;
    let source = cache.as_ref().and_then(|cache| cache.serverless_cache_name.as_deref());
    let encryption = match read.kms_key_id {
        Some(key) => Encryption::key(kms_key_arn(reader, &key)),
        // At-rest encryption "is always enabled on a serverless cache" and encrypts its backups (ElastiCache user guide, "At-Rest Encryption in
        // ElastiCache").
        None => Encryption::unnamed_key(),
    };
    let properties = ServerlessCacheSnapshot {
        source_arn: known(source.map(|source| reader.arn("elasticache", &format!("serverlesscache:{source}")))),
        status: read.status.into(),
        engine: cache.and_then(|cache| cache.engine).into(),
        snapshot_type: known(read.snapshot_type),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        expires_at: optional_time(read.expiry_time.as_ref()).into(),
    };
    let created_at = optional_time(read.create_time.as_ref());
    Some(Resource { created_at, ..resource(reader, read.arn?, name, properties) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::types::KeyManager;
    use aws_sdk_elasticache::primitives::DateTime as AwsDateTime;

    #[test]
    fn the_type_of_encryption_outweighs_the_flag() {
        use sdk::StorageEncryptionType::{None as Off, SseElasticache, SseKms};
        let of =
            |kind: Option<sdk::StorageEncryptionType>, flag, key: Option<&str>| encryption(kind.as_ref(), flag, key.map(str::to_owned));
        assert_eq!(of(Some(SseElasticache), Some(false), None).key_manager, Fact::Read(Some(KeyManager::AwsOwned)));
        assert_eq!(of(Some(SseKms), Some(false), Some("arn:k")), Encryption::key("arn:k".to_owned()));
        assert_eq!(of(Some(SseKms), Some(true), None), Encryption::unnamed_key());
        assert_eq!(of(Some(Off), Some(true), None), Encryption::none());
        assert_eq!(of(None, Some(false), None), Encryption::none());
        assert_eq!(of(None, None, None), Encryption::default());
        assert_eq!(of(Some("sse-quantum".into()), Some(true), None), Encryption::default());
    }

    fn node(seconds: Option<i64>) -> sdk::NodeSnapshot {
        sdk::NodeSnapshot::builder().set_snapshot_create_time(seconds.map(AwsDateTime::from_secs)).build()
    }

    /// A date that is not told is unread, and never now.
    #[test]
    fn a_snapshot_is_as_old_as_its_oldest_node() {
        assert_eq!(taken_at(&[node(Some(9)), node(Some(5))]).map(|time| time.timestamp()), Some(5));
        assert_eq!(taken_at(&[node(Some(9)), node(None)]), None);
        assert_eq!(taken_at(&[]), None);
    }
}
