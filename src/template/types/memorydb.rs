//! MemoryDB clusters, and their snapshots in Terraform.

use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::Node;
use crate::template::encryption::{self, Encryption, Switch};
use crate::template::table::{Absent, As, BLANK, Ends, Identity, More, Paths, Table, row};
use crate::template::takes::Takes;

/// A cluster.
pub static CLUSTER: Table = Table {
    type_name: "AWS::MemoryDB::Cluster",
    cloudformation: &["AWS::MemoryDB::Cluster"],
    terraform: &["aws_memorydb_cluster"],
    identity: Identity {
        arns: &["ARN"],
        ..Identity::named(["ClusterName", "name"], "arn:{partition}:memorydb:{region}:{account}:cluster/{id}")
    },
    // "MemoryDB at-rest encryption is always enabled"; without a key it is "default (service managed)" (MemoryDB developer guide, "At-Rest
    // Encryption in MemoryDB").
    encryption: Some(Encryption { flag: None, off: None, on: KeyManager::AwsOwned, key: ["KmsKeyId", "kms_key_arn"] }),
    rows: &[
        // Redis OSS by default (API, CreateCluster, Engine; provider).
        row("engine", ["Engine", "engine"], As::Text, Absent::Null),
        // None by default (API, CreateCluster, SnapshotRetentionLimit; provider: 0). At most 35 days (provider).
        row("backup_retention_days", ["SnapshotRetentionLimit", "snapshot_retention_limit"], As::Int, Absent::Int(0))
            .takes(Takes::Whole(0, 35)),
        row("snapshot_window", ["SnapshotWindow", "snapshot_window"], As::Text, Absent::Null),
    ],
    ends: Ends { final_snapshot_name: Some("final_snapshot_name"), ..Ends::PLAIN },
    ..BLANK
};

/// A snapshot. It is no scheduled backup, and a template does not show whether it completes: it protects nothing here.
pub static SNAPSHOT: Table = Table {
    type_name: "AWS::MemoryDB::Snapshot",
    terraform: &["aws_memorydb_snapshot"],
    identity: Identity::named(["", "name"], "arn:{partition}:memorydb:{region}:{account}:snapshot/{id}"),
    rows: &[
        row("source_arn", ["", "cluster_name"], As::By(source), Absent::Unknown("its cluster is not set")),
        row("snapshot_type", ["", ""], As::Text, Absent::Text("manual")),
    ],
    also: &[SNAPSHOT_KEY],
    more: Some(More { properties: &["kms_key_arn", "key_manager", "key_state"], fill: snapshot_key }),
    ..BLANK
};

const SNAPSHOT_KEY: Paths = ["", "kms_key_arn"];

/// The key that a snapshot names. Without one, the API does not say which it has (CreateSnapshot, KmsKeyId).
fn snapshot_key(scope: &Scope, built: &mut Built) {
    let key = scope.find(SNAPSHOT_KEY);
    let switch = key.map(|_| Switch::On).ok_or_else(|| vec!["which key a snapshot without kms_key_arn has is not documented".to_owned()]);
    encryption::apply(scope, switch, None, KeyManager::AwsOwned, key, built);
    // MemoryDB encrypts every snapshot.
    built.properties.remove("encrypted");
}

/// The ARN of the cluster that a snapshot names.
fn source(scope: &Scope, node: &Node) -> Outcome {
    let why = || vec!["its cluster is not known".to_owned()];
    let arn = scope.stack.arn_named(node, CLUSTER.type_name, scope.entry).ok_or_else(why)?;
    Ok(arn.text.into())
}
