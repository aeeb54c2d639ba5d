//! Global clusters: databases of Aurora, Neptune and DocumentDB with clusters in several Regions.

use super::clusters;
use crate::template::convert::{Built, Scope};
use crate::template::declaration::EXISTS;
use crate::template::encryption::{Switch, switch_of};
use crate::template::table::{Absent, As, BLANK, Identity, More, Paths, Row, Table, row};
use serde_json::Value as Json;

/// The ARN has no Region (Service Authorization Reference, Amazon RDS, `global-cluster`).
const IDENTITY: Identity = Identity {
    arns: &["GlobalClusterArn"],
    ..Identity::named(["GlobalClusterIdentifier", "global_cluster_identifier"], "arn:{partition}:rds::{account}:global-cluster:{id}")
};
const FLAG: Paths = ["StorageEncrypted", "storage_encrypted"];
const SOURCE: Paths = ["SourceDBClusterIdentifier", "source_db_cluster_identifier"];
const VERSION: Row = row("engine_version", ["EngineVersion", "engine_version"], As::Text, Absent::Null);
/// "The default behavior is to have no deletion protection" (CloudFormation template reference, AWS::Neptune::GlobalCluster); provider, for all
/// three.
const DELETION_PROTECTION: Row = row("deletion_protection", ["DeletionProtection", "deletion_protection"], As::Bool, Absent::False);

/// Aurora.
pub static AURORA: Table = Table {
    type_name: "AWS::RDS::GlobalCluster",
    cloudformation: &["AWS::RDS::GlobalCluster"],
    terraform: &["aws_rds_global_cluster"],
    identity: IDENTITY,
    rows: &[
        // "Can't be specified if SourceDBClusterIdentifier is specified" (API, CreateGlobalCluster, Engine).
        row("engine", ["Engine", "engine"], As::Text, Absent::Unknown("the engine is not set: it is that of the source cluster")),
        VERSION,
        DELETION_PROTECTION,
    ],
    also: &[FLAG],
    more: Some(More { properties: &["encrypted"], fill: |scope, built| encrypted(scope, &clusters::AURORA, built) }),
    ..BLANK
};

/// Neptune.
pub static NEPTUNE: Table = Table {
    type_name: "AWS::Neptune::GlobalCluster",
    cloudformation: &["AWS::Neptune::GlobalCluster"],
    terraform: &["aws_neptune_global_cluster"],
    identity: IDENTITY,
    rows: &[row("engine", ["", ""], As::Text, Absent::Text("neptune")), VERSION, DELETION_PROTECTION],
    also: &[FLAG],
    more: Some(More { properties: &["encrypted"], fill: |scope, built| encrypted(scope, &clusters::NEPTUNE, built) }),
    ..BLANK
};

/// DocumentDB.
pub static DOCDB: Table = Table {
    type_name: "AWS::DocDB::GlobalCluster",
    cloudformation: &["AWS::DocDB::GlobalCluster"],
    terraform: &["aws_docdb_global_cluster"],
    identity: IDENTITY,
    rows: &[row("engine", ["", ""], As::Text, Absent::Text("docdb")), VERSION, DELETION_PROTECTION],
    also: &[FLAG],
    more: Some(More { properties: &["encrypted"], fill: |scope, built| encrypted(scope, &clusters::DOCDB, built) }),
    ..BLANK
};

/// "If you provide a value for this parameter, don't specify values for [...] StorageEncrypted": AWS "uses the values from the specified source
/// DB cluster" (API, CreateGlobalCluster, SourceDBClusterIdentifier). Otherwise not encrypted by default (provider, `storage_encrypted`, for all
/// three). An existing global cluster is as AWS reports it.
fn encrypted(scope: &Scope, cluster: &'static Table, built: &mut Built) {
    let flag = scope.find(FLAG);
    let source = scope.find(SOURCE);
    built.place("encrypted", flag.or(source));
    let reported = flag.is_some() && scope.entry.declaration.setting(EXISTS).is_some();
    let outcome = match source.filter(|_| !reported) {
        None => scope.bool_at(FLAG, false),
        Some(source) => {
            let found = scope.stack.named(source, |table| table == cluster).and_then(|found| scope.stack.entries.get(found));
            match found.and_then(|entry| Some((entry, entry.table.encryption.as_ref()?))) {
                Some((entry, encryption)) => switch_of(&Scope { stack: scope.stack, entry, node: &entry.body }, encryption).map(is_on),
                None => Err(scope.taken_over("the encryption", source)),
            }
        }
    };
    built.set("encrypted", outcome.map(Json::from));
}

fn is_on(switch: Switch) -> bool {
    !matches!(switch, Switch::Off)
}
