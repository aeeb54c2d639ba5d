//! What databases and tables say of the backups that their services make by themselves.

use crate::inventory::types::{dynamodb, rds};
use crate::inventory::{Fact, Resource};
use chrono::{DateTime, Utc};

/// The span of time to any moment of which a database or a table can be restored.
pub struct RestorableSpan<'r> {
    pub status: &'r Fact<Option<String>>,
    pub earliest_at: &'r Fact<Option<DateTime<Utc>>>,
    pub latest_at: &'r Fact<Option<DateTime<Utc>>>,
}

/// The span of a database or table; `None` for any other resource.
pub fn restorable_span(resource: &Resource) -> Option<RestorableSpan<'_>> {
    let (status, earliest_at, latest_at) = if let Some(instance) = resource.get::<rds::DbInstance>() {
        (&instance.status, &instance.earliest_restorable_at, &instance.latest_restorable_at)
    } else if let Some(cluster) = resource.get::<rds::DbCluster>() {
        (&cluster.status, &cluster.earliest_restorable_at, &cluster.latest_restorable_at)
    } else {
        let table = resource.get::<dynamodb::Table>()?;
        (&table.status, &table.earliest_restorable_at, &table.latest_restorable_at)
    };
    Some(RestorableSpan { status, earliest_at, latest_at })
}

/// How many days RDS keeps automated backups of a database; `None` for any other resource.
pub fn backup_retention_days(resource: &Resource) -> Option<&Fact<i64>> {
    let of_instance = resource.get::<rds::DbInstance>().map(|instance| &instance.backup_retention_days);
    of_instance.or_else(|| resource.get::<rds::DbCluster>().map(|cluster| &cluster.backup_retention_days))
}

/// Whether a database replicates from another.
pub fn is_read_replica(resource: &Resource) -> bool {
    let of_instance = resource.get::<rds::DbInstance>().map(|instance| &instance.read_replica);
    let is_replica = of_instance.or_else(|| resource.get::<rds::DbCluster>().map(|cluster| &cluster.read_replica));
    is_replica == Some(&Fact::Read(true))
}

/// Whether an instance's data is that of a cluster.
pub fn is_cluster_member(resource: &Resource) -> bool {
    resource.get::<rds::DbInstance>().is_some_and(|instance| instance.cluster_id.present().is_some())
}
