//! Amazon EKS.

use crate::inventory::types::{ResourceType, eks};
use crate::protection::aws_backup::AwsBackup;
use crate::protection::data_type::{ArnForm, DataType, Identity, IsData};

pub static EKS: AwsBackup = AwsBackup { name: "EKS", restore_testing: false, air_gapped: None, continuous: None };

/// Clusters whose state is in a repository need no backup: one counts as data if a plan or an objective asks for it. Only AWS Backup backs
/// clusters up. Cloud Control does not tell when a cluster was created, so backups of an earlier cluster of its name count.
pub static CLUSTER: DataType = DataType {
    is_data: IsData::WhenReached(None),
    ..DataType::only_in_aws_backup(
        &eks::Cluster::INFO,
        ArnForm { service: "eks", kind: "cluster/", identity: Identity::NameOfUnknownAge, names_place: true, shared: false },
        &EKS,
    )
};
