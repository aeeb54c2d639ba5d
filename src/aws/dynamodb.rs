//! Amazon DynamoDB: tables with point-in-time recovery, TTL, resource policy and tags, and on-demand backups. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`dynamodb/2012-08-10`) unless a comment names another source.

mod alarms;
mod scaling;

use super::answer::Answer;
use super::call::Reader;
use super::convert::{Encryption, each, kms_key_arn, known, optional_time, resource, time};
use super::operation::Operation;
use super::tagging;
use crate::inventory::types::dynamodb::{Alarm, Backup, Replica, RestoredFrom, Scaling, Table};
use crate::inventory::{Fact, Resource};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types as sdk;
use std::collections::HashMap;

const LIST_TABLES: Operation = Operation::new("dynamodb", "ListTables", Answer::json(&["TableNames/*"]));
const DESCRIBE_TABLE: Operation = Operation::new("dynamodb", "DescribeTable", Answer::json(&["Table/TableStatus"]));
const DESCRIBE_CONTINUOUS_BACKUPS: Operation =
    Operation::new("dynamodb", "DescribeContinuousBackups", Answer::json(&["ContinuousBackupsDescription/ContinuousBackupsStatus"]));
const DESCRIBE_TIME_TO_LIVE: Operation =
    Operation::new("dynamodb", "DescribeTimeToLive", Answer::json(&["TimeToLiveDescription/TimeToLiveStatus"]));
const GET_RESOURCE_POLICY: Operation = Operation::new("dynamodb", "GetResourcePolicy", Answer::json(&["Policy"]));
/// "You can call ListBackups a maximum of five times per second."
const LIST_BACKUPS: Operation = Operation::new("dynamodb", "ListBackups", Answer::json(&["BackupSummaries/*/BackupArn"])).with_rate(5);

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[
    &alarms::DESCRIBE_ALARMS,
    &scaling::DESCRIBE_SCALABLE_TARGETS,
    &scaling::DESCRIBE_SCALING_POLICIES,
    &LIST_TABLES,
    &DESCRIBE_TABLE,
    &DESCRIBE_CONTINUOUS_BACKUPS,
    &DESCRIBE_TIME_TO_LIVE,
    &GET_RESOURCE_POLICY,
    &LIST_BACKUPS,
];

/// The largest page of `ListTables` and `ListBackups`.
const PAGE: i32 = 100;

/// All tables and on-demand backups of one Region.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    let client = Client::new(&reader.config);
    let (tables, backups) = futures::join!(tables(reader, &client), list_backups(reader, &client));
    let by_arn: HashMap<&str, &ReadTable> = tables.iter().map(|table| (table.resource.arn.as_str(), table)).collect();
    let backups = backups.unwrap_or_default().into_iter().filter_map(|read| backup(reader, read, &by_arn)).collect::<Vec<_>>();
    tables.into_iter().map(|table| table.resource).chain(backups).collect()
}

/// A table, with the id that distinguishes it from an earlier table of the same name; the id is empty if the answer has none.
struct ReadTable {
    resource: Resource,
    table_id: Fact<Option<String>>,
}

async fn tables(reader: &Reader, client: &Client) -> Vec<ReadTable> {
    reader.declare(&LIST_TABLES);
    let pages = client.list_tables().into_paginator().page_size(PAGE).send();
    let Some(names) = reader.pages(&LIST_TABLES, pages, |page| page.table_names.unwrap_or_default()).await else {
        // Without the list, tables may exist: the operations that read a table must not count as answered.
        return Vec::new();
    };
    for operation in OPERATIONS.iter().filter(|operation| **operation != &LIST_BACKUPS) {
        reader.declare(operation);
    }
    if names.is_empty() {
        return Vec::new();
    }
    let (scaling, alarms) = futures::join!(scaling::list(reader), alarms::list(reader));
    let others = Others { scaling, alarms };
    let others = &others;
    each(names, |name| table(reader, client, name, others)).await.into_iter().flatten().collect()
}

/// What other services tell of the tables of a Region; `None` for what could not be listed.
struct Others {
    /// Each with the name of its table.
    scaling: Option<Vec<(String, Scaling)>>,
    alarms: Option<Vec<alarms::Watch>>,
}

impl Others {
    fn scaling_of(&self, table: &str) -> Fact<Vec<Scaling>> {
        known(self.scaling.as_ref().map(|all| all.iter().filter(|(of, _)| of == table).map(|(_, scaling)| scaling.clone()).collect()))
    }

    fn alarms_of(&self, table: &str) -> Fact<Vec<Alarm>> {
        known(self.alarms.as_ref().map(|all| all.iter().filter(|watch| watch.may_watch(table)).map(|watch| watch.alarm.clone()).collect()))
    }
}

/// `None` if the table was deleted after it was listed. The other calls follow this check, because for a table that is being created they may
/// also answer that it does not exist.
async fn table(reader: &Reader, client: &Client, name: String, others: &Others) -> Option<ReadTable> {
    let call = client.describe_table().table_name(&name).send();
    let described = match reader.one_or(&DESCRIBE_TABLE, call, &["ResourceNotFoundException"]).await {
        Some(None) => return None,
        described => described.flatten(),
    };
    let arn = reader.arn("dynamodb", &format!("table/{name}"));
    let (continuous, ttl, policy, tags) = futures::join!(
        reader.one(&DESCRIBE_CONTINUOUS_BACKUPS, client.describe_continuous_backups().table_name(&name).send()),
        reader.one(&DESCRIBE_TIME_TO_LIVE, client.describe_time_to_live().table_name(&name).send()),
        reader.one_or(&GET_RESOURCE_POLICY, client.get_resource_policy().resource_arn(&arn).send(), &["PolicyNotFoundException"]),
        tagging::tags(reader, &arn),
    );
    let description = described.and_then(|answer| answer.table);
    let created_at = description.as_ref().and_then(|table| optional_time(table.creation_date_time.as_ref()));
    let table_id = known(description.as_ref().map(|table| table.table_id.clone()));

    let mut properties = description.map(|table| describe(reader, table)).unwrap_or_default();
    properties.scaling = others.scaling_of(&name);
    properties.alarms = others.alarms_of(&name);
    if let Some(description) = continuous.and_then(|answer| answer.continuous_backups_description) {
        point_in_time_recovery(&mut properties, description.point_in_time_recovery_description.as_ref());
    }
    if let Some(description) = ttl.and_then(|answer| answer.time_to_live_description) {
        properties.ttl = description.time_to_live_status.as_ref().is_some_and(deletes).into();
    }
    if let Some(answer) = policy {
        properties.policy = answer.and_then(|answer| answer.policy).into();
    }
    Some(ReadTable { resource: Resource { created_at, tags, ..resource(reader, arn, name, properties) }, table_id })
}

/// The answer of `DescribeTable`.
fn describe(reader: &Reader, table: sdk::TableDescription) -> Table {
    let encryption = encryption(reader, table.sse_description.as_ref());
    let on_demand = is_on_demand(&table);
    let replicas = table.replicas.unwrap_or_default();
    let indexes = table.global_secondary_indexes.unwrap_or_default();
    Table {
        on_demand,
        indexes: indexes.into_iter().filter_map(|index| index.index_name).collect::<Vec<_>>().into(),
        status: table.table_status.as_ref().map(|status| status.as_str().to_owned()).into(),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        // AWS returns it for every table since the setting exists; a table without it is not protected.
        deletion_protection: table.deletion_protection_enabled.unwrap_or(false).into(),
        restored_from: table.restore_summary.and_then(restored_from).into(),
        replicas: replicas.into_iter().filter_map(replica).collect::<Vec<_>>().into(),
        size_bytes: table.table_size_bytes.into(),
        ..Table::default()
    }
}

/// A table without `BillingModeSummary` was never on demand ("BillingModeSummary", API, TableDescription: it shows when the mode was last set
/// to on-demand); its provisioned capacity proves it.
fn is_on_demand(table: &sdk::TableDescription) -> Fact<bool> {
    let mode = table.billing_mode_summary.as_ref().and_then(|summary| summary.billing_mode.as_ref());
    let capacity = table.provisioned_throughput.as_ref().and_then(|provisioned| provisioned.read_capacity_units);
    match (mode, capacity) {
        (Some(mode), _) => Fact::Read(*mode == sdk::BillingMode::PayPerRequest),
        (None, Some(units)) if units > 0 => Fact::Read(false),
        (None, _) => Fact::Unread,
    }
}

/// Every table is encrypted: under a key that DynamoDB owns (then it has no `SSEDescription`), or under the KMS key in its
/// `SSEDescription` (developer guide, "DynamoDB encryption at rest").
fn encryption(reader: &Reader, description: Option<&sdk::SseDescription>) -> Encryption {
    let Some(description) = description else {
        return Encryption::aws_owned();
    };
    match (&description.status, &description.kms_master_key_arn) {
        (Some(sdk::SseStatus::Disabled), _) => Encryption::aws_owned(),
        (_, Some(key)) => Encryption::key(kms_key_arn(reader, key)),
        (_, None) => Encryption::unnamed_key(),
    }
}

/// `None` for a restore without a date, which the model does not allow.
fn restored_from(summary: sdk::RestoreSummary) -> Option<RestoredFrom> {
    Some(RestoredFrom {
        source_backup_arn: summary.source_backup_arn.into(),
        source_table_arn: summary.source_table_arn.into(),
        restored_at: time(&summary.restore_date_time)?,
        in_progress: summary.restore_in_progress,
    })
}

fn replica(replica: sdk::ReplicaDescription) -> Option<Replica> {
    Some(Replica { region: replica.region_name?, status: replica.replica_status.as_ref().map(|status| status.as_str().to_owned()).into() })
}

/// Point-in-time recovery is off for a table without its description. (`ContinuousBackupsStatus` is always enabled and does not show it.)
fn point_in_time_recovery(table: &mut Table, description: Option<&sdk::PointInTimeRecoveryDescription>) {
    let status = description.and_then(|description| description.point_in_time_recovery_status.as_ref());
    let on = status == Some(&sdk::PointInTimeRecoveryStatus::Enabled);
    let description = description.filter(|_| on);
    table.pitr = on.into();
    table.pitr_days = description.and_then(|description| description.recovery_period_in_days).map(i64::from).into();
    table.earliest_restorable_at = optional_time(description.and_then(|read| read.earliest_restorable_date_time.as_ref())).into();
    table.latest_restorable_at = optional_time(description.and_then(|read| read.latest_restorable_date_time.as_ref())).into();
}

/// Whether TTL is enabled or being enabled.
fn deletes(status: &sdk::TimeToLiveStatus) -> bool {
    matches!(status, sdk::TimeToLiveStatus::Enabled | sdk::TimeToLiveStatus::Enabling)
}

/// The Region's on-demand backups, including those of deleted tables. `ALL` means backups by users and by DynamoDB itself; AWS Backup's own
/// backups are in its vaults.
async fn list_backups(reader: &Reader, client: &Client) -> Option<Vec<sdk::BackupSummary>> {
    reader.declare(&LIST_BACKUPS);
    let call =
        |start| client.list_backups().backup_type(sdk::BackupTypeFilter::All).limit(PAGE).set_exclusive_start_backup_arn(start).send();
    reader.pages_by_token(&LIST_BACKUPS, call, |page| page.backup_summaries.unwrap_or_default(), &[]).await.flatten()
}

fn backup(reader: &Reader, summary: sdk::BackupSummary, tables: &HashMap<&str, &ReadTable>) -> Option<Resource> {
    let arn = summary.backup_arn?;
    let source = summary.table_arn.map(|table| source_arn(table, summary.table_id.as_deref(), tables));
    let properties = Backup {
        source_arn: source.unwrap_or_default(),
        status: known(summary.backup_status.as_ref().map(|status| status.as_str().to_owned())),
        backup_type: known(summary.backup_type.as_ref().map(|kind| kind.as_str().to_owned())),
        expires_at: optional_time(summary.backup_expiry_date_time.as_ref()).into(),
        size_bytes: summary.backup_size_bytes.into(),
    };
    Some(Resource {
        name: summary.backup_name,
        created_at: optional_time(summary.backup_creation_date_time.as_ref()),
        // The CLI identifies a backup by its ARN.
        ..resource(reader, arn.clone(), arn, properties)
    })
}

/// The table that a backup belongs to. Table names are reused, and deleting a table with point-in-time recovery leaves a `SYSTEM` backup of
/// it. If the name now belongs to another table, the table id is appended to the ARN, so that it matches no existing table. Unread if the table
/// of that name could not be described, because it may be another one.
fn source_arn(named: String, table_id: Option<&str>, tables: &HashMap<&str, &ReadTable>) -> Fact<String> {
    let Some(present) = tables.get(named.as_str()) else {
        return Fact::Read(named);
    };
    match (&present.table_id, table_id) {
        (Fact::Unread, _) => Fact::Unread,
        (Fact::Read(Some(now)), Some(then)) if now != then => Fact::Read(format!("{named}/{then}")),
        _ => Fact::Read(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(arn: &str, table_id: Fact<Option<&str>>) -> ReadTable {
        ReadTable {
            resource: Resource {
                type_name: "AWS::DynamoDB::Table".to_owned(),
                arn: arn.to_owned(),
                account: String::new(),
                region: String::new(),
                id: String::new(),
                name: None,
                created_at: None,
                tags: Fact::Unread,
                properties: Default::default(),
                declared: None,
            },
            table_id: match table_id {
                Fact::Read(id) => Fact::Read(id.map(str::to_owned)),
                Fact::Unread => Fact::Unread,
            },
        }
    }

    #[test]
    fn a_backup_of_an_earlier_table_of_the_same_name_is_not_one_of_this() {
        let tables = [table("arn:orders", Some("2").into()), table("arn:users", None.into()), table("arn:denied", Fact::Unread)];
        let by_arn = tables.iter().map(|table| (table.resource.arn.as_str(), table)).collect();
        let source = |arn: &str, id: &str| source_arn(arn.to_owned(), Some(id), &by_arn);
        assert_eq!(source("arn:orders", "2"), Fact::Read("arn:orders".to_owned()));
        assert_eq!(source("arn:orders", "1"), Fact::Read("arn:orders/1".to_owned()));
        assert_eq!(source("arn:users", "1"), Fact::Read("arn:users".to_owned()));
        assert_eq!(source("arn:gone", "1"), Fact::Read("arn:gone".to_owned()));
        assert_eq!(source("arn:denied", "1"), Fact::Unread);
    }

    #[test]
    fn recovery_is_off_unless_it_says_enabled() {
        let mut read = Table::default();
        point_in_time_recovery(&mut read, None);
        assert_eq!((read.pitr, read.pitr_days), (Fact::Read(false), Fact::Read(None)));

        let on = sdk::PointInTimeRecoveryDescription::builder()
            .point_in_time_recovery_status(sdk::PointInTimeRecoveryStatus::Enabled)
            .recovery_period_in_days(14)
            .build();
        let mut read = Table::default();
        point_in_time_recovery(&mut read, Some(&on));
        assert_eq!((read.pitr, read.pitr_days), (Fact::Read(true), Fact::Read(Some(14))));
    }

    #[test]
    fn ttl_that_starts_counts() {
        assert!(deletes(&sdk::TimeToLiveStatus::Enabling));
        assert!(!deletes(&sdk::TimeToLiveStatus::Disabling));
    }
}
