//! Amazon Aurora DSQL.

use crate::inventory::types::{ResourceType, dsql};
use crate::protection::aws_backup::AwsBackup;
use crate::protection::data_type::{ArnForm, DataType, Identity};

pub static DSQL: AwsBackup = AwsBackup { name: "DSQL", restore_testing: false, air_gapped: None, continuous: None };

/// Only AWS Backup backs clusters up.
pub static CLUSTER: DataType = DataType {
    status: |resource| Some(&resource.get::<dsql::Cluster>()?.status),
    ..DataType::only_in_aws_backup(
        &dsql::Cluster::INFO,
        ArnForm { service: "dsql", kind: "cluster/", identity: Identity::Id, names_place: true, shared: false },
        &DSQL,
    )
};
