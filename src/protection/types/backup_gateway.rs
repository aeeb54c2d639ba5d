//! Virtual machines outside AWS, which AWS Backup reaches by a gateway.

use crate::inventory::types::{ResourceType, backup_gateway};
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};

pub static VIRTUAL_MACHINE: AwsBackup = AwsBackup { name: "VirtualMachine", restore_testing: false, air_gapped: Some(true), continuous: None };

/// Only AWS Backup backs virtual machines up.
pub static MACHINE: DataType = DataType {
    info: &backup_gateway::VirtualMachine::INFO,
    arn: ArnForm { service: "backup-gateway", kind: "vm/", identity: Identity::Id, names_place: true, shared: false },
    is_data: IsData::Always,
    aws_backup: Some(KnownAs::One(&VIRTUAL_MACHINE)),
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
