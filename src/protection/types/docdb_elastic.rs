//! Amazon DocumentDB elastic clusters. AWS Backup does not know them: its DocumentDB is that of instance-based clusters.

use crate::inventory::types::{ResourceType, docdb_elastic};
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};
use crate::protection::mechanisms::daily_snapshots;

pub static CLUSTER: DataType = DataType {
    info: &docdb_elastic::Cluster::INFO,
    arn: ArnForm { service: "docdb-elastic", kind: "cluster/", identity: Identity::Id, names_place: true, shared: false },
    is_data: IsData::Always,
    aws_backup: None,
    dlm: false,
    counted: |_| Counted::Itself,
    status: |_| None,
    restorable_span: |_| None,
    continuous_until: ContinuousUntil::Seen,
    parts: None,
    held_by: |_, _| Vec::new(),
    needs: |_, _, _| Needs { operations: Vec::new(), properties: vec!["backup_retention_days"] },
    own: daily,
    keeps_own_backups: |_| true,
    retention_told_by: None,
    replicas: None,
    copies_listed_by: &[],
    // A restored cluster does not name the snapshot.
    restores: RestoreEvidence { shown_by: &[], seen: |_, _, _| Vec::new() },
    reproducible: |_| Vec::new(),
    perhaps_reproducible: |_, _| None,
};

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
