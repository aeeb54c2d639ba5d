//! DB instances and clusters.

use super::{DESCRIBE_DB_CLUSTERS, DESCRIBE_DB_INSTANCES, Family, PAGE, backups, encryption, tags_of};
use crate::aws::call::Reader;
use crate::aws::convert::{gibibytes, known, optional_time, resource};
use crate::inventory::types::ResourceType;
use crate::inventory::types::rds::{DbCluster, DbInstance, DocDbCluster, NeptuneCluster};
use crate::inventory::{Fact, Resource};
use aws_sdk_rds::Client;
use aws_sdk_rds::types as sdk;

pub async fn list_instances(reader: &Reader, client: &Client) -> Option<Vec<sdk::DbInstance>> {
    let pages = client.describe_db_instances().into_paginator().page_size(PAGE).send();
    reader.pages(&DESCRIBE_DB_INSTANCES, pages, |page| page.db_instances.unwrap_or_default()).await
}

pub async fn list_clusters(reader: &Reader, client: &Client) -> Option<Vec<sdk::DbCluster>> {
    let pages = client.describe_db_clusters().into_paginator().page_size(PAGE).send();
    reader.pages(&DESCRIBE_DB_CLUSTERS, pages, |page| page.db_clusters.unwrap_or_default()).await
}

/// An instance of RDS or Aurora. Instances of Neptune and DocumentDB hold no data of their own and have no type here: their cluster lists
/// them as members. `backups` are the Region's automated backups, if they could be read.
pub fn instance(reader: &Reader, instance: sdk::DbInstance, backups: Option<&[sdk::DbInstanceAutomatedBackup]>) -> Option<Resource> {
    if Family::of(instance.engine.as_deref()) != Family::Rds {
        return None;
    }
    let id = instance.db_instance_identifier.clone()?;
    let arn = instance.db_instance_arn.clone()?;
    let encryption =
        encryption(reader, instance.storage_encrypted, instance.storage_encryption_type.as_ref(), instance.kms_key_id.as_deref());
    let earliest = match backups {
        Some(backups) => Fact::Read(backups::earliest_restorable(backups, &arn, instance.dbi_resource_id.as_deref())),
        None => Fact::Unread,
    };
    let source = instance.read_replica_source_db_instance_identifier.or(instance.read_replica_source_db_cluster_identifier);
    let replicas = instance.db_instance_automated_backups_replications.unwrap_or_default();
    // An Aurora instance uses the storage of its cluster.
    let allocated = instance.allocated_storage.filter(|_| !grows_by_itself(instance.engine.as_deref()));
    let properties = DbInstance {
        status: instance.db_instance_status.into(),
        engine: known(instance.engine),
        engine_version: instance.engine_version.into(),
        cluster_id: instance.db_cluster_identifier.into(),
        read_replica: named(source).into(),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        backup_retention_days: known(instance.backup_retention_period.map(i64::from)),
        latest_restorable_at: optional_time(instance.latest_restorable_time.as_ref()).into(),
        earliest_restorable_at: earliest,
        deletion_protection: known(instance.deletion_protection),
        copy_tags_to_snapshots: known(instance.copy_tags_to_snapshot),
        backup_window: instance.preferred_backup_window.into(),
        maintenance_window: instance.preferred_maintenance_window.into(),
        replicated_backup_arns: replicas
            .into_iter()
            .filter_map(|replica| replica.db_instance_automated_backups_arn)
            .collect::<Vec<_>>()
            .into(),
        multi_az: known(instance.multi_az),
        size_bytes: allocated.map(gibibytes).into(),
    };
    Some(Resource {
        created_at: optional_time(instance.instance_create_time.as_ref()),
        tags: tags_of(instance.tag_list),
        ..resource(reader, arn, id, properties)
    })
}

/// A cluster of Aurora, Multi-AZ RDS, Neptune or DocumentDB.
pub fn cluster(reader: &Reader, cluster: sdk::DbCluster) -> Option<Resource> {
    let id = cluster.db_cluster_identifier?;
    let arn = cluster.db_cluster_arn?;
    let family = Family::of(cluster.engine.as_deref());
    let encryption = encryption(reader, cluster.storage_encrypted, cluster.storage_encryption_type.as_ref(), cluster.kms_key_id.as_deref());
    let allocated = cluster.allocated_storage.filter(|_| !grows_by_itself(cluster.engine.as_deref()));
    let members = cluster.db_cluster_members.unwrap_or_default();
    let properties = DbCluster {
        status: cluster.status.into(),
        engine: known(cluster.engine),
        engine_version: cluster.engine_version.into(),
        read_replica: named(cluster.replication_source_identifier).into(),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        backup_retention_days: known(cluster.backup_retention_period.map(i64::from)),
        latest_restorable_at: optional_time(cluster.latest_restorable_time.as_ref()).into(),
        earliest_restorable_at: optional_time(cluster.earliest_restorable_time.as_ref()).into(),
        deletion_protection: known(cluster.deletion_protection),
        copy_tags_to_snapshots: known(cluster.copy_tags_to_snapshot),
        // Absent for engines that cannot backtrack. "If this value is set to 0, backtracking is disabled."
        backtrack_window_seconds: cluster.backtrack_window.unwrap_or(0).into(),
        backup_window: cluster.preferred_backup_window.into(),
        maintenance_window: cluster.preferred_maintenance_window.into(),
        members: members.into_iter().filter_map(|member| member.db_instance_identifier).collect::<Vec<_>>().into(),
        size_bytes: allocated.map(gibibytes).into(),
    };
    let properties = match family {
        Family::Rds => DbCluster::of(properties),
        Family::Neptune => NeptuneCluster::of(properties),
        Family::DocDb => DocDbCluster::of(properties),
    };
    Some(Resource {
        created_at: optional_time(cluster.cluster_create_time.as_ref()),
        tags: tags_of(cluster.tag_list),
        ..resource(reader, arn, id, properties)
    })
}

/// Engines whose allocated storage has no meaning: "for Aurora, `AllocatedStorage` always returns 1". Neptune and DocumentDB use the same kind
/// of storage.
pub fn grows_by_itself(engine: Option<&str>) -> bool {
    engine.is_some_and(|engine| engine.starts_with("aurora")) || Family::of(engine) != Family::Rds
}

/// Whether an answer has a name; an empty one counts as absent.
fn named(name: Option<String>) -> bool {
    name.is_some_and(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_storage_that_is_allocated_has_a_size() {
        assert!(grows_by_itself(Some("aurora-mysql")));
        assert!(grows_by_itself(Some("docdb")));
        assert!(!grows_by_itself(Some("postgres")));
        assert!(!grows_by_itself(None));
    }

    #[test]
    fn an_empty_source_is_no_replica() {
        assert!(!named(None));
        assert!(!named(Some(String::new())));
        assert!(named(Some("orders".to_owned())));
    }
}
