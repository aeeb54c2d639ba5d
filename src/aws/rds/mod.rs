//! Amazon RDS, Aurora, Neptune and DocumentDB, which share the RDS API: instances, clusters, the snapshots and automated backups of both,
//! global clusters, and the event subscriptions of the Region. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`rds/2014-10-31`) unless a comment names another source.
//! A page of a list has at most 100 records.

mod backups;
mod databases;
mod event_subscriptions;
mod global_clusters;
mod snapshots;

pub use event_subscriptions::event_subscriptions;

use super::answer::Answer;
use super::call::Reader;
use super::convert::{Encryption, kms_key_arn};
use super::operation::Operation;
use crate::inventory::{Resource, Tags};
use aws_sdk_rds::Client;
use aws_sdk_rds::types::{StorageEncryptionType, Tag};

/// The largest page of every describe operation of RDS.
const PAGE: i32 = 100;

const DESCRIBE_DB_INSTANCES: Operation =
    Operation::new("rds", "DescribeDBInstances", Answer::query(&["DBInstances/*/DBInstanceIdentifier", "DBInstances/*/DBInstanceArn"]));
const DESCRIBE_DB_CLUSTERS: Operation =
    Operation::new("rds", "DescribeDBClusters", Answer::query(&["DBClusters/*/DBClusterIdentifier", "DBClusters/*/DBClusterArn"]));
const DESCRIBE_DB_SNAPSHOTS: Operation =
    Operation::new("rds", "DescribeDBSnapshots", Answer::query(&["DBSnapshots/*/DBSnapshotIdentifier", "DBSnapshots/*/DBSnapshotArn"]));
const DESCRIBE_DB_SNAPSHOT_ATTRIBUTES: Operation = Operation::new(
    "rds",
    "DescribeDBSnapshotAttributes",
    Answer::query(&["DBSnapshotAttributesResult/DBSnapshotAttributes/*/AttributeName"]),
);
const DESCRIBE_DB_CLUSTER_SNAPSHOTS: Operation = Operation::new(
    "rds",
    "DescribeDBClusterSnapshots",
    Answer::query(&["DBClusterSnapshots/*/DBClusterSnapshotIdentifier", "DBClusterSnapshots/*/DBClusterSnapshotArn"]),
);
const DESCRIBE_DB_CLUSTER_SNAPSHOT_ATTRIBUTES: Operation = Operation::new(
    "rds",
    "DescribeDBClusterSnapshotAttributes",
    Answer::query(&["DBClusterSnapshotAttributesResult/DBClusterSnapshotAttributes/*/AttributeName"]),
);
const DESCRIBE_DB_INSTANCE_AUTOMATED_BACKUPS: Operation =
    Operation::new("rds", "DescribeDBInstanceAutomatedBackups", Answer::query(&["DBInstanceAutomatedBackups/*/DBInstanceIdentifier"]));
const DESCRIBE_DB_CLUSTER_AUTOMATED_BACKUPS: Operation =
    Operation::new("rds", "DescribeDBClusterAutomatedBackups", Answer::query(&["DBClusterAutomatedBackups/*/DBClusterIdentifier"]));
const DESCRIBE_GLOBAL_CLUSTERS: Operation = Operation::new(
    "rds",
    "DescribeGlobalClusters",
    Answer::query(&["GlobalClusters/*/GlobalClusterIdentifier", "GlobalClusters/*/GlobalClusterArn"]),
);
const DESCRIBE_EVENT_SUBSCRIPTIONS: Operation =
    Operation::new("rds", "DescribeEventSubscriptions", Answer::query(&["EventSubscriptionsList/*/CustSubscriptionId"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[
    &DESCRIBE_DB_INSTANCES,
    &DESCRIBE_DB_CLUSTERS,
    &DESCRIBE_DB_SNAPSHOTS,
    &DESCRIBE_DB_SNAPSHOT_ATTRIBUTES,
    &DESCRIBE_DB_CLUSTER_SNAPSHOTS,
    &DESCRIBE_DB_CLUSTER_SNAPSHOT_ATTRIBUTES,
    &DESCRIBE_DB_INSTANCE_AUTOMATED_BACKUPS,
    &DESCRIBE_DB_CLUSTER_AUTOMATED_BACKUPS,
    &DESCRIBE_GLOBAL_CLUSTERS,
    &DESCRIBE_EVENT_SUBSCRIPTIONS,
];

/// All databases of one Region with their backups.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let (instances, clusters, instance_backups, cluster_backups, snapshots, cluster_snapshots, global_clusters) = futures::join!(
        databases::list_instances(reader, &client),
        databases::list_clusters(reader, &client),
        backups::list_instance_backups(reader, &client),
        backups::list_cluster_backups(reader, &client),
        snapshots::list(reader, &client),
        snapshots::list_of_clusters(reader, &client),
        global_clusters::list(reader, &client),
    );
    let instances_now = Present::of_instances(instances.as_deref().unwrap_or_default());
    let clusters_now = Present::of_clusters(clusters.as_deref().unwrap_or_default());

    let mut resources = Vec::new();
    for instance in instances.unwrap_or_default() {
        resources.extend(databases::instance(reader, instance, instance_backups.as_deref()));
    }
    resources.extend(clusters.unwrap_or_default().into_iter().filter_map(|cluster| databases::cluster(reader, cluster)));
    for backup in instance_backups.unwrap_or_default() {
        resources.extend(backups::instance_backup(reader, backup, &instances_now));
    }
    for backup in cluster_backups.unwrap_or_default() {
        resources.extend(backups::cluster_backup(reader, backup, &clusters_now));
    }
    for read in snapshots.unwrap_or_default() {
        resources.extend(snapshots::snapshot(reader, read, &instances_now));
    }
    for read in cluster_snapshots.unwrap_or_default() {
        resources.extend(snapshots::cluster_snapshot(reader, read, &clusters_now));
    }
    resources.extend(global_clusters.unwrap_or_default().into_iter().filter_map(|read| global_clusters::global_cluster(reader, read)));
    resources
}

/// The service that an engine belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// RDS proper: Aurora, Multi-AZ clusters and all instances.
    Rds,
    Neptune,
    DocDb,
}

impl Family {
    fn of(engine: Option<&str>) -> Family {
        match engine {
            Some("neptune") => Family::Neptune,
            Some("docdb") => Family::DocDb,
            _ => Family::Rds,
        }
    }
}

/// A database that exists now, with the two names that backups use for it.
struct Present {
    name: String,
    resource_id: Option<String>,
    arn: String,
}

impl Present {
    fn of_instances(instances: &[aws_sdk_rds::types::DbInstance]) -> Vec<Present> {
        let present = |instance: &aws_sdk_rds::types::DbInstance| {
            Some(Present {
                name: instance.db_instance_identifier.clone()?,
                resource_id: instance.dbi_resource_id.clone(),
                arn: instance.db_instance_arn.clone()?,
            })
        };
        instances.iter().filter_map(present).collect()
    }

    fn of_clusters(clusters: &[aws_sdk_rds::types::DbCluster]) -> Vec<Present> {
        let present = |cluster: &aws_sdk_rds::types::DbCluster| {
            Some(Present {
                name: cluster.db_cluster_identifier.clone()?,
                resource_id: cluster.db_cluster_resource_id.clone(),
                arn: cluster.db_cluster_arn.clone()?,
            })
        };
        clusters.iter().filter_map(present).collect()
    }
}

/// The ARN of the database in this Region that a backup belongs to.
///
/// Names are reused: a snapshot of a deleted `orders` is not a backup of a newer `orders`. The resource id distinguishes them ("can't be
/// changed and is unique to an Amazon Web Services Region"), and finds a database that was renamed. If the name now belongs to another
/// database, the resource id is appended to the ARN, so that it matches no existing database.
fn source_arn(named_arn: String, name: &str, resource_id: Option<&str>, present: &[Present]) -> String {
    let same_name = present.iter().find(|database| database.name == name);
    let Some(resource_id) = resource_id else {
        return named_arn;
    };
    let is_it = |database: &&Present| database.resource_id.as_deref() == Some(resource_id);
    if let Some(database) = same_name.filter(is_it) {
        return database.arn.clone();
    }
    let mut renamed = present.iter().filter(is_it);
    if let (Some(database), None) = (renamed.next(), renamed.next()) {
        return database.arn.clone();
    }
    match same_name {
        Some(other) if other.resource_id.is_some() => format!("{named_arn}/{resource_id}"),
        _ => named_arn,
    }
}

/// RDS encrypts in two ways. Under a KMS key, the flag is true. Under an AWS owned key, "this value is false and
/// `StorageEncryptionType` is `sse-rds`. In that case, the data at rest is still encrypted". The SDK names `sse-rds` `Sse` and
/// `sse-kms` `Cmk`.
fn encryption(reader: &Reader, flag: Option<bool>, kind: Option<&StorageEncryptionType>, key: Option<&str>) -> Encryption {
    match kind {
        Some(StorageEncryptionType::Sse) => Encryption::aws_owned(),
        Some(StorageEncryptionType::Cmk) => Encryption::of(Some(true), key.map(|key| kms_key_arn(reader, key))),
        _ => Encryption::of(flag, key.map(|key| kms_key_arn(reader, key))),
    }
}

/// `TagList`, which every describe operation of RDS returns for resources of the account.
fn tags_of(tags: Option<Vec<Tag>>) -> crate::inventory::Fact<Tags> {
    let tags = tags.unwrap_or_default();
    crate::aws::convert::tags(tags.into_iter().filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present(name: &str, resource_id: Option<&str>) -> Present {
        Present { name: name.to_owned(), resource_id: resource_id.map(str::to_owned), arn: format!("arn:{name}") }
    }

    fn source(name: &str, resource_id: Option<&str>, present: &[Present]) -> String {
        source_arn(format!("arn:{name}"), name, resource_id, present)
    }

    #[test]
    fn engines_tell_the_service() {
        assert_eq!(Family::of(Some("aurora-postgresql")), Family::Rds);
        assert_eq!(Family::of(Some("mysql")), Family::Rds);
        assert_eq!(Family::of(Some("neptune")), Family::Neptune);
        assert_eq!(Family::of(Some("docdb")), Family::DocDb);
    }

    #[test]
    fn a_backup_belongs_to_the_database_with_its_resource_id() {
        let databases = [present("orders", Some("db-2")), present("renamed", Some("db-3"))];
        assert_eq!(source("orders", Some("db-2"), &databases), "arn:orders");
        assert_eq!(source("old-name", Some("db-3"), &databases), "arn:renamed");
        assert_eq!(source("gone", Some("db-9"), &databases), "arn:gone");
    }

    #[test]
    fn a_backup_of_an_earlier_database_of_the_same_name_is_not_one_of_this() {
        let databases = [present("orders", Some("db-2"))];
        assert_eq!(source("orders", Some("db-1"), &databases), "arn:orders/db-1");
    }

    #[test]
    fn without_resource_ids_the_name_decides() {
        assert_eq!(source("orders", None, &[present("orders", Some("db-2"))]), "arn:orders");
        assert_eq!(source("orders", Some("db-1"), &[present("orders", None)]), "arn:orders");
    }
}
