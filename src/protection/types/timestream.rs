//! Amazon Timestream for LiveAnalytics.

use crate::inventory::types::{ResourceType, timestream};
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};

pub static TIMESTREAM: AwsBackup = AwsBackup { name: "Timestream", restore_testing: false, air_gapped: None, continuous: None };

/// Only AWS Backup backs tables up. Cloud Control does not tell when a table was created, so backups of an earlier table of its name count.
pub static TABLE: DataType = DataType {
    info: &timestream::Table::INFO,
    arn: ArnForm { service: "timestream", kind: "database/", identity: Identity::NameOfUnknownAge, names_place: true, shared: false },
    is_data: IsData::Always,
    aws_backup: Some(KnownAs::One(&TIMESTREAM)),
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
