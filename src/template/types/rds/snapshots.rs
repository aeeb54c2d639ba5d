//! Database snapshots that Terraform creates. CloudFormation has no resources for them.
//!
//! They are not scheduled backups, and a template does not show whether they complete: they protect nothing here.

use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::Node;
use crate::template::encryption::{self, Switch, apply, set_unknown, take_over};
use crate::template::table::{Absent, As, BLANK, Identity, More, Paths, Row, Table, row};
use serde_json::Value as Json;

const KEY: Paths = ["", "kms_key_id"];

const DATABASE_ROWS: &[Row] = &[
    row("snapshot_type", ["", ""], As::Text, Absent::Text("manual")),
    // "all" makes it public (API, ModifyDBSnapshotAttribute, ValuesToAdd); not shared by default.
    row("public", SHARED, As::By(|scope, node| Ok(accounts(scope, node)?.contains(&"all".to_owned()).into())), Absent::False),
    row("shared_with", SHARED, As::By(shared_with), Absent::Empty),
];
const SHARED: Paths = ["", "shared_accounts"];

macro_rules! database {
    ($(#[doc = $doc:literal])* $name:ident, $type_name:literal, $terraform:expr, $arn:literal) => {
        $(#[doc = $doc])*
        pub static $name: Table = Table {
            type_name: $type_name,
            terraform: $terraform,
            identity: Identity::named(["", NAME], $arn),
            rows: DATABASE_ROWS,
            also: &[KEY],
            more: Some(More {
                properties: &["source_arn", "encrypted", "kms_key_arn", "key_manager", "key_state"],
                fill: database_encryption,
            }),
            ..BLANK
        };
    };
}

const NAME: &str =
    "db_snapshot_identifier|db_cluster_snapshot_identifier|target_db_snapshot_identifier|target_db_cluster_snapshot_identifier";
/// The source of a snapshot or of a copy.
const SOURCE: Paths =
    ["", "db_instance_identifier|db_cluster_identifier|source_db_snapshot_identifier|source_db_cluster_snapshot_identifier"];

database! {
    /// A snapshot of a DB instance.
    DB, "AWS::RDS::DBSnapshot", &["aws_db_snapshot", "aws_db_snapshot_copy"], "arn:{partition}:rds:{region}:{account}:snapshot:{id}"
}
database! {
    /// A snapshot of an Aurora or Multi-AZ DB cluster.
    DB_CLUSTER, "AWS::RDS::DBClusterSnapshot", &["aws_db_cluster_snapshot", "aws_rds_cluster_snapshot_copy"],
    "arn:{partition}:rds:{region}:{account}:cluster-snapshot:{id}"
}
database! {
    /// A snapshot of a Neptune cluster.
    NEPTUNE, "AWS::Neptune::DBClusterSnapshot", &["aws_neptune_cluster_snapshot"], "arn:{partition}:rds:{region}:{account}:cluster-snapshot:{id}"
}
database! {
    /// A snapshot of a DocumentDB cluster.
    DOCDB, "AWS::DocDB::DBClusterSnapshot", &["aws_docdb_cluster_snapshot"], "arn:{partition}:rds:{region}:{account}:cluster-snapshot:{id}"
}

/// A copy that names a key is encrypted (API, CopyDBSnapshot, KmsKeyId); otherwise a snapshot has its source's encryption.
fn database_encryption(scope: &Scope, built: &mut Built) {
    let own = |table: &'static Table| table.encryption.is_some() && table.type_name.contains("::DB");
    let source = scope.find(SOURCE);
    let named = source.and_then(|node| scope.stack.named(node, own)).and_then(|found| scope.stack.entries.get(found));
    let arn = match (named, source) {
        (Some(entry), _) => Ok(scope.stack.arn(entry).text.into()),
        (None, Some(node)) => scope.text(node).map(|text| text.text.into()),
        (None, None) => Err(vec!["its source is not set".to_owned()]),
    };
    built.place("source_arn", source);
    built.set("source_arn", arn);
    match scope.is_written(KEY) {
        Ok(true) => apply(scope, Ok(Switch::On), None, KeyManager::Aws, scope.find(KEY), built),
        Ok(false) => take_over(scope, SOURCE, own, fill_from_source, built),
        Err(reasons) => set_unknown(&reasons, built),
    }
}

fn accounts(scope: &Scope, node: &Node) -> Outcome<Vec<String>> {
    scope.elements(node)?.into_iter().map(|account| scope.known_text(account)).collect()
}

fn shared_with(scope: &Scope, node: &Node) -> Outcome {
    Ok(accounts(scope, node)?.into_iter().filter(|account| account != "all").map(Json::from).collect())
}

/// Fills the encryption of a declared database.
fn fill_from_source(source: &Scope, built: &mut Built) {
    if let Some(encryption) = &source.entry.table.encryption {
        encryption::fill(source, encryption, built);
    }
}
