//! Virtual machines outside AWS, which AWS Backup reaches by a gateway.

use crate::inventory::types::{ResourceType, backup_gateway};
use crate::protection::aws_backup::AwsBackup;
use crate::protection::data_type::{ArnForm, DataType, Identity};

pub static VIRTUAL_MACHINE: AwsBackup =
    AwsBackup { name: "VirtualMachine", restore_testing: false, air_gapped: Some(true), continuous: None };

/// Only AWS Backup backs virtual machines up.
pub static MACHINE: DataType = DataType::only_in_aws_backup(
    &backup_gateway::VirtualMachine::INFO,
    ArnForm { service: "backup-gateway", kind: "vm/", identity: Identity::Id, names_place: true, shared: false },
    &VIRTUAL_MACHINE,
);
