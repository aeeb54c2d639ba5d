//! Amazon DocumentDB elastic clusters. AWS Backup does not know them: its DocumentDB is that of instance-based clusters.

use crate::inventory::types::{ResourceType, docdb_elastic};
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, DataType, Identity, Needs};
use crate::protection::mechanisms::daily_snapshots;

pub static CLUSTER: DataType = DataType::only_in_its_service(
    &docdb_elastic::Cluster::INFO,
    ArnForm { service: "docdb-elastic", kind: "cluster/", identity: Identity::Id, names_place: true, shared: false },
    |_, _, _| Needs { operations: Vec::new(), properties: vec!["backup_retention_days"] },
    daily,
);

fn daily(case: &Case, found: &mut Mechanisms) {
    let Some(days) = case.resource.get::<docdb_elastic::Cluster>().and_then(|cluster| cluster.backup_retention_days.read().copied()) else {
        return;
    };
    if case.resource.declared.is_none() {
        found.hidden.push(format!(
            "the snapshots of {} are not read: rel9 knows how long they are kept, and not whether there are any",
            case.resource.arn
        ));
    }
    daily_snapshots(case, "daily snapshots of the elastic cluster", Ok(days), found);
}
