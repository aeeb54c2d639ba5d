//! Amazon EKS.

use crate::inventory::types::{ResourceType, eks};
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};

pub static EKS: AwsBackup = AwsBackup { name: "EKS", restore_testing: false, air_gapped: None, continuous: None };

/// Clusters whose state is in a repository need no backup: one counts as data if a plan or an objective asks for it. Only AWS Backup backs
/// clusters up. Cloud Control does not tell when a cluster was created, so backups of an earlier cluster of its name count.
pub static CLUSTER: DataType = DataType {
    info: &eks::Cluster::INFO,
    arn: ArnForm { service: "eks", kind: "cluster/", identity: Identity::NameOfUnknownAge, names_place: true, shared: false },
    is_data: IsData::WhenReached(None),
    aws_backup: Some(KnownAs::One(&EKS)),
    dlm: false,
    counted: |_| Counted::Itself,
    status: |_| None,
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
