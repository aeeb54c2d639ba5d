//! Amazon Aurora DSQL.

use crate::inventory::types::{ResourceType, dsql};
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};

pub static DSQL: AwsBackup = AwsBackup { name: "DSQL", restore_testing: false, air_gapped: None, continuous: None };

/// Only AWS Backup backs clusters up.
pub static CLUSTER: DataType = DataType {
    info: &dsql::Cluster::INFO,
    arn: ArnForm { service: "dsql", kind: "cluster/", identity: Identity::Id, names_place: true, shared: false },
    is_data: IsData::Always,
    aws_backup: Some(KnownAs::One(&DSQL)),
    dlm: false,
    counted: |_| Counted::Itself,
    status: |resource| Some(&resource.get::<dsql::Cluster>()?.status),
    restorable_span: |_| None,
    continuous_until: ContinuousUntil::LatestRestorable,
    parts: None,
    held_by: |_, _| Vec::new(),
    needs: |_, _, _| Needs::default(),
    own: |_, _| {},
    keeps_own_backups: |_| false,
    retention_told_by: None,
    replicas: None,
    copies_listed_by: &[],
    restores: RestoreEvidence { shown_by: &[], seen: |_, _, _| Vec::new() },
    reproducible: |_| Vec::new(),
    perhaps_reproducible: |_, _| None,
};
