//! Amazon Timestream for LiveAnalytics.

use crate::inventory::types::{ResourceType, timestream};
use crate::protection::aws_backup::AwsBackup;
use crate::protection::data_type::{ArnForm, DataType, Identity};

pub static TIMESTREAM: AwsBackup = AwsBackup { name: "Timestream", restore_testing: false, air_gapped: None, continuous: None };

/// Only AWS Backup backs tables up. Cloud Control does not tell when a table was created, so backups of an earlier table of its name count.
pub static TABLE: DataType = DataType::only_in_aws_backup(
    &timestream::Table::INFO,
    ArnForm { service: "timestream", kind: "database/", identity: Identity::NameOfUnknownAge, names_place: true, shared: false },
    &TIMESTREAM,
);
