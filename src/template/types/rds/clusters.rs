//! Database clusters: Aurora and Multi-AZ DB clusters of RDS, Neptune, DocumentDB.

use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::{EXISTS, Language, Node};
use crate::template::encryption::{Encryption, Flag};
use crate::template::encryption::{Switch, off};
use crate::template::table::{Absent, As, BLANK, Ends, Identity, More, Part, Paths, Row, Table, part, row};
use crate::template::takes::Takes;
use serde_json::Value as Json;

const ARN: &str = "arn:{partition}:rds:{region}:{account}:cluster:{id}";
const NAME: Paths = ["DBClusterIdentifier", "cluster_identifier"];
const ENGINE: Paths = ["Engine", "engine"];
/// "Required: Conditional" (CloudFormation template reference, AWS::RDS::DBCluster, Engine: not with a source). Version 4 of the provider
/// used `aurora` by default; later versions refuse a missing engine.
const NO_ENGINE: &str = "the engine is not set";
const FLAG: Paths = ["StorageEncrypted", "storage_encrypted"];

const SOURCES: Paths = [
    "SnapshotIdentifier|SourceDBClusterIdentifier|SourceDbClusterResourceId|ReplicationSourceIdentifier",
    "snapshot_identifier|replication_source_identifier|restore_to_point_in_time.source_cluster_identifier|restore_to_point_in_time.source_cluster_resource_id",
];

/// Retention: 1 day (API, CreateDBCluster, BackupRetentionPeriod; provider, for all three).
const RETENTION: Row = row("backup_retention_days", RETENTION_AT, As::By(retention), Absent::Int(1));
const RETENTION_AT: Paths = ["BackupRetentionPeriod", "backup_retention_period"];
/// Off (API, CreateDBCluster, DeletionProtection; provider).
const DELETION_PROTECTION: Row = row("deletion_protection", ["DeletionProtection", "deletion_protection"], As::Bool, Absent::False);
/// Off (API, CreateDBCluster, CopyTagsToSnapshot; provider, for DocumentDB from version 6 on).
const COPY_TAGS: Row = row("copy_tags_to_snapshots", ["CopyTagsToSnapshot", "copy_tags_to_snapshot"], As::Bool, Absent::False);
const READ_REPLICA: Row = row("read_replica", ["ReplicationSourceIdentifier", "replication_source_identifier"], As::Given, Absent::False);
const VERSION: Row = row("engine_version", ["EngineVersion", "engine_version"], As::Text, Absent::Null);
const BACKUP_WINDOW: Row = row("backup_window", ["PreferredBackupWindow", "preferred_backup_window"], As::Text, Absent::Null);
const MAINTENANCE_WINDOW: Row =
    row("maintenance_window", ["PreferredMaintenanceWindow", "preferred_maintenance_window"], As::Text, Absent::Null);

const fn members_of(types: &'static [&'static str]) -> Part {
    part(types, "DBClusterIdentifier|cluster_identifier", "+members")
}

const ENDS: Ends =
    Ends { skip_final_snapshot: Some("skip_final_snapshot"), final_snapshot_name: Some("final_snapshot_identifier"), ..Ends::PLAIN };

/// Aurora, and Multi-AZ DB clusters.
pub static AURORA: Table = Table {
    type_name: "AWS::RDS::DBCluster",
    cloudformation: &["AWS::RDS::DBCluster"],
    terraform: &["aws_rds_cluster"],
    identity: Identity { arns: &["DBClusterArn"], ..Identity::named(NAME, ARN) },
    encryption: Some(Encryption {
        flag: Some(Flag { at: FLAG, absent: by_engine, copied_from: SOURCES, source_wins }),
        off: None,
        on: KeyManager::Aws,
        key: ["KmsKeyId", "kms_key_id"],
    }),
    rows: &[
        row("engine", ENGINE, As::Text, Absent::Unknown(NO_ENGINE)),
        VERSION,
        READ_REPLICA,
        RETENTION,
        DELETION_PROTECTION,
        COPY_TAGS,
        // Seconds, 0 by default (API, CreateDBCluster, BacktrackWindow; provider).
        row("backtrack_window_seconds", ["BacktrackWindow", "backtrack_window"], As::Int, Absent::Int(0)).takes(Takes::Whole(0, 259_200)),
        BACKUP_WINDOW,
        MAINTENANCE_WINDOW,
    ],
    parts: &[members_of(&["AWS::RDS::DBInstance", "aws_rds_cluster_instance"])],
    more: Some(More { properties: &["members"], fill: members }),
    ends: Ends {
        // Like instances: see `rds.rs`.
        deletion_policy: |_| Ok("Snapshot"),
        delete_automated_backups: Some("delete_automated_backups"),
        ..ENDS
    },
    ..BLANK
};

/// The rows of a type with one engine.
macro_rules! rows_of {
    ($engine:literal) => {
        &[
            row("engine", ["", ""], As::Text, Absent::Text($engine)),
            VERSION,
            READ_REPLICA,
            RETENTION,
            DELETION_PROTECTION,
            COPY_TAGS,
            row("backtrack_window_seconds", ["", ""], As::Int, Absent::Int(0)),
            BACKUP_WINDOW,
            MAINTENANCE_WINDOW,
        ]
    };
}

/// Neptune.
pub static NEPTUNE: Table = Table {
    type_name: "AWS::Neptune::DBCluster",
    cloudformation: &["AWS::Neptune::DBCluster"],
    terraform: &["aws_neptune_cluster"],
    identity: Identity { arns: &["DBClusterArn"], ..Identity::named(NAME, ARN) },
    encryption: Some(Encryption {
        // Not encrypted by default (Neptune API, CreateDBCluster; provider).
        flag: Some(Flag { at: FLAG, absent: off, copied_from: SOURCES, source_wins }),
        off: None,
        on: KeyManager::Aws,
        key: ["KmsKeyId", "kms_key_arn"],
    }),
    rows: rows_of!("neptune"),
    parts: &[members_of(&["AWS::Neptune::DBInstance", "aws_neptune_cluster_instance"])],
    more: Some(More { properties: &["members"], fill: members }),
    ends: ENDS,
    ..BLANK
};

/// DocumentDB.
pub static DOCDB: Table = Table {
    type_name: "AWS::DocDB::DBCluster",
    cloudformation: &["AWS::DocDB::DBCluster"],
    terraform: &["aws_docdb_cluster"],
    identity: Identity { arns: &["DBClusterArn"], ..Identity::named(NAME, ARN) },
    encryption: Some(Encryption {
        // Like Neptune.
        flag: Some(Flag { at: FLAG, absent: off, copied_from: SOURCES, source_wins }),
        off: None,
        on: KeyManager::Aws,
        key: ["KmsKeyId", "kms_key_id"],
    }),
    rows: rows_of!("docdb"),
    parts: &[members_of(&["AWS::DocDB::DBInstance", "aws_docdb_cluster_instance"])],
    more: Some(More { properties: &["members"], fill: members }),
    ends: ENDS,
    ..BLANK
};

/// Aurora user guide, "Encrypting Amazon Aurora resources": clusters created since 18 February 2026 are encrypted, by default with an AWS
/// owned key. Multi-AZ DB clusters (engines `mysql` and `postgres`) are not encrypted by default.
fn by_engine(scope: &Scope) -> Outcome<Switch> {
    // A key alone does not encrypt: StorageEncrypted must be set with it (CreateDBCluster; provider, `kms_key_id`).
    if scope.is_written(["KmsKeyId", "kms_key_id"])? {
        return Ok(Switch::Off);
    }
    match scope.text_at(ENGINE)? {
        Some(engine) => Ok(if engine.starts_with("aurora") { Switch::Owned } else { Switch::Off }),
        None => Err(vec![NO_ENGINE.to_owned()]),
    }
}

/// A cluster has its source's encryption. Only a restore from a snapshot can encrypt it anew, and needs a key: with "StorageEncrypted and
/// SnapshotIdentifier properties without specifying the KmsKeyId property" it "inherits the encryption settings from the DB snapshot"
/// (CloudFormation template reference, AWS::RDS::DBCluster, StorageEncrypted). RestoreDBClusterFromSnapshot, which the provider calls,
/// takes no StorageEncrypted; for Neptune, old provider versions do not pass the key. An existing cluster is as AWS reports it.
fn source_wins(scope: &Scope) -> Outcome<bool> {
    let declaration = scope.entry.declaration;
    let from_cluster = [
        "SourceDBClusterIdentifier|SourceDbClusterResourceId|ReplicationSourceIdentifier",
        "replication_source_identifier|restore_to_point_in_time",
    ];
    let key = ["KmsKeyId", if declaration.type_name == "aws_neptune_cluster" { "" } else { "kms_key_id" }];
    let encrypted_anew = scope.elements_at(from_cluster)?.is_empty() && scope.bool_at(FLAG, false)? && scope.is_written(key)?;
    Ok(declaration.setting(EXISTS).is_none() && !encrypted_anew)
}

/// 1 to 35 days (API, CreateDBCluster, BackupRetentionPeriod). The provider does not send 0 (`d.GetOk`), so AWS uses its default.
fn retention(scope: &Scope, node: &Node) -> Outcome {
    if scope.language() == Language::Terraform && scope.int(node)? == 0 {
        return Ok(1.into());
    }
    scope.taken(RETENTION_AT, Takes::Whole(1, 35))?;
    scope.int(node).map(Json::from)
}

/// The instances that refer to the cluster.
fn members(scope: &Scope, built: &mut Built) {
    let member = |node| {
        let part = scope.at(node);
        let name = part.find(["DBInstanceIdentifier", "identifier"]).map(|node| scope.text(node)).transpose()?;
        let id = part.find(["+id", "+id"]).map(|node| scope.known_text(node)).transpose()?.unwrap_or_default();
        Ok(Json::from(name.map_or_else(|| format!("${{{id}}}"), |name| name.text)))
    };
    let members = scope.elements_at(["+members", "+members"]).and_then(|nodes| nodes.into_iter().map(member).collect());
    built.set("members", members);
}
