//! Amazon DynamoDB: tables and their backups.

use crate::inventory::types::{ResourceType, TypeInfo, dynamodb};
use crate::inventory::{Fact, Resource};
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::backup_type::BackupType;
use crate::protection::case::{Case, Mechanisms, RestorableSpan};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};
use crate::protection::facts::{Mechanism, MechanismKind, Restore};
use crate::protection::index::{Index, Snapshot};
use crate::protection::mechanisms::CONTINUOUS_ALLOWED_SECONDS;
use crate::protection::point::Point;
use crate::protection::points;
use crate::protection::restores::seen_as;
use crate::protection::title::title;

pub static DYNAMODB: AwsBackup = AwsBackup { name: "DynamoDB", restore_testing: true, air_gapped: Some(true), continuous: None };

pub static TABLE: DataType = of_tables(&dynamodb::Table::INFO, &["dynamodb:DescribeTable"]);
/// Only templates declare it. In a live account, each replica is a table, and the table shows what it was restored from.
pub static GLOBAL_TABLE: DataType = of_tables(&dynamodb::GlobalTable::INFO, &[]);

const fn of_tables(info: &'static TypeInfo, restores_shown_by: &'static [&'static str]) -> DataType {
    DataType {
        info,
        arn: ArnForm { service: "dynamodb", kind: "table/", identity: Identity::Name, names_place: true, shared: false },
        is_data: IsData::Always,
        aws_backup: Some(KnownAs::One(&DYNAMODB)),
        dlm: false,
        counted: |_| Counted::Itself,
        status: |resource| Some(&resource.get::<dynamodb::Table>()?.status),
        restorable_span,
        continuous_until: ContinuousUntil::LatestRestorable,
        parts: None,
        held_by: |_, _| Vec::new(),
        needs,
        own: point_in_time_recovery,
        keeps_own_backups: |_| false,
        retention_told_by: None,
        replicas: None,
        copies_listed_by: &[],
        restores: RestoreEvidence { shown_by: restores_shown_by, seen: restored_tables },
        reproducible: |_| Vec::new(),
        perhaps_reproducible: |_, _| None,
    }
}

pub static BACKUP: BackupType =
    BackupType { info: &dynamodb::Backup::INFO, snapshot: |resource, _| backup(resource), shared_with: None, summarise: |_, _| {} };

fn restorable_span(resource: &Resource) -> Option<RestorableSpan<'_>> {
    let table = resource.get::<dynamodb::Table>()?;
    Some(RestorableSpan { status: &table.status, earliest_at: &table.earliest_restorable_at, latest_at: &table.latest_restorable_at })
}

fn needs(_: &Index, resource: &Resource, _: &[MechanismKind]) -> Needs {
    let mut operations = vec!["dynamodb:ListBackups"];
    // Only the table itself shows which backups are its own: another table may have had its name before.
    if !resource.properties.is_read("status") {
        operations.push("dynamodb:DescribeTable");
    }
    Needs { operations, properties: vec!["pitr"] }
}

fn point_in_time_recovery(case: &Case, found: &mut Mechanisms) {
    let Some(table) = case.resource.get::<dynamodb::Table>().filter(|table| table.pitr == Fact::Read(true)) else { return };
    let days = table.pitr_days.present().copied();
    let latest = case.latest_restorable();
    if let (Some(earliest), Some(latest)) = (case.earliest_restorable(), latest) {
        found.windows.extend(points::window(MechanismKind::Pitr, earliest, latest, case.as_of));
    }
    found.all.push(Mechanism {
        retention_days: days.into(),
        promised_seconds: case.promised(case.earliest_restorable(), days),
        ..case.mechanism(MechanismKind::Pitr, "point-in-time recovery".to_owned(), latest, Some(CONTINUOUS_ALLOWED_SECONDS))
    });
}

/// Tables restored from a table or its backups.
fn restored_tables(index: &Index, resource: &Resource, _: &[Point]) -> Vec<Restore> {
    let tables = index.restored_tables.get(&resource.arn).into_iter().flatten();
    let restored = tables.filter_map(|table| {
        let restored = table.properties.restored_from.present()?;
        (!restored.in_progress && table.resource.arn != resource.arn).then(|| {
            let at = table.resource.created_at.unwrap_or(restored.restored_at);
            seen_as(at, format!("table {} was restored from it", title(table.resource)))
        })
    });
    restored.collect()
}

/// DynamoDB encrypts all backups, and cannot share them.
fn backup(resource: &Resource) -> Option<Snapshot<'_>> {
    let backup = resource.get::<dynamodb::Backup>()?;
    Some(Snapshot {
        resource,
        source_arn: backup.source_arn.read()?.clone(),
        restorable: backup.status.read().is_some_and(|status| status == "AVAILABLE"),
        made_by: match backup.backup_type.read().map(String::as_str) {
            Some("AWS_BACKUP") => "aws_backup",
            _ => "manual",
        },
        encrypted: Some(true),
        kms_key_arn: None,
        public: Some(false),
        locked: Some(false),
        archived: false,
    })
}
