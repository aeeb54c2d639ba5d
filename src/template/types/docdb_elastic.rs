//! Amazon DocumentDB elastic clusters.

use crate::inventory::types::KeyManager;
use crate::template::encryption::Encryption;
use crate::template::table::{Absent, As, BLANK, Identity, Table, row};
use crate::template::takes::Takes;

/// An elastic cluster.
pub static CLUSTER: Table = Table {
    type_name: "AWS::DocDBElastic::Cluster",
    cloudformation: &["AWS::DocDBElastic::Cluster"],
    terraform: &["aws_docdbelastic_cluster"],
    identity: Identity {
        ref_is_arn: true,
        arns: &["ClusterArn"],
        ..Identity::numbered(["ClusterName", "name"], "arn:{partition}:docdb-elastic:{region}:{account}:cluster/{id}")
    },
    // "If an encryption key is not specified, Amazon DocumentDB uses the default encryption key that KMS creates for your account" (API,
    // CreateCluster, kmsKeyId).
    encryption: Some(Encryption { flag: None, off: None, on: KeyManager::Aws, key: ["KmsKeyId", "kms_key_id"] }),
    rows: &[
        // "It should be in between 1 and 35. If not specified, the default value of 1 is set" (provider, `backup_retention_period`).
        row("backup_retention_days", ["BackupRetentionPeriod", "backup_retention_period"], As::Int, Absent::Int(1))
            .takes(Takes::Whole(1, 35)),
    ],
    ..BLANK
};
