//! DB instances of RDS, and the members of Aurora and Multi-AZ DB clusters.

pub(super) mod clusters;
pub(super) mod global_clusters;
pub(super) mod snapshots;

use crate::inventory::arn::Partition;
use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::{EXISTS, Language};
use crate::template::encryption;
use crate::template::encryption::{Encryption, Flag};
use crate::template::inventory::Draft;
use crate::template::stack::{Entry, Stack};
use crate::template::table::{Absent, As, BLANK, Ends, Identity, More, Paths, Table, part, row};
use crate::template::takes::Takes;
use serde_json::{Value as Json, json};

const ARN: &str = "arn:{partition}:rds:{region}:{account}:db:{id}";

/// The sources from which a database can be created. An instance whose source is another instance replicates it.
const SOURCES: Paths = [
    "SourceDBInstanceIdentifier|SourceDBClusterIdentifier|DBSnapshotIdentifier|DBClusterSnapshotIdentifier|SourceDbiResourceId|SourceDBInstanceAutomatedBackupsArn",
    "replicate_source_db|snapshot_identifier|restore_to_point_in_time.source_db_instance_identifier|restore_to_point_in_time.source_dbi_resource_id|restore_to_point_in_time.source_db_instance_automated_backups_arn",
];
const REPLICA_OF: Paths = ["SourceDBInstanceIdentifier|SourceDBClusterIdentifier", "replicate_source_db"];

/// An instance; in CloudFormation, also a member of a cluster.
pub static INSTANCE: Table = Table {
    type_name: "AWS::RDS::DBInstance",
    cloudformation: &["AWS::RDS::DBInstance"],
    terraform: &["aws_db_instance"],
    identity: Identity { arns: &["DBInstanceArn"], ..Identity::named(["DBInstanceIdentifier", "identifier"], ARN) },
    encryption: Some(Encryption {
        // Not encrypted by default (API, CreateDBInstance, StorageEncrypted; provider).
        flag: Some(Flag { at: ["StorageEncrypted", "storage_encrypted"], absent: encryption::off, copied_from: SOURCES, source_wins }),
        off: None,
        // Without a key, the AWS managed key aws/rds (CreateDBInstance, KmsKeyId).
        on: KeyManager::Aws,
        key: ["KmsKeyId", "kms_key_id"],
    }),
    rows: &[
        row("engine", ["Engine", "engine"], As::Text, Absent::Unknown("the engine is not set: it is that of the source")),
        row("engine_version", ["EngineVersion", "engine_version"], As::Text, Absent::Null),
        row("cluster_id", ["DBClusterIdentifier", ""], As::Name, Absent::Null),
        row("read_replica", REPLICA_OF, As::Given, Absent::False),
        row("backup_retention_days", ["BackupRetentionPeriod", "backup_retention_period"], As::Int, Absent::By(retention))
            // API, CreateDBInstance, BackupRetentionPeriod.
            .takes(Takes::Whole(0, 35)),
        // False by default in the API and in the provider.
        row("deletion_protection", ["DeletionProtection", "deletion_protection"], As::Bool, Absent::False),
        row("copy_tags_to_snapshots", ["CopyTagsToSnapshot", "copy_tags_to_snapshot"], As::Bool, Absent::False),
        row("backup_window", ["PreferredBackupWindow", "backup_window"], As::Text, Absent::Null),
        row("maintenance_window", ["PreferredMaintenanceWindow", "maintenance_window"], As::Text, Absent::Null),
        row("multi_az", ["MultiAZ", "multi_az"], As::Bool, Absent::False),
    ],
    parts: &[part(&["aws_db_instance_automated_backups_replication"], "source_db_instance_arn", "+replicated_backups")],
    more: Some(More { properties: &["replicated_backup_arns"], fill: replicated_backups }),
    finish: Some(inherit_from_clusters),
    ends: Ends {
        // The exception to Delete: clusters, and instances without a cluster (CloudFormation user guide, DeletionPolicy attribute).
        deletion_policy: |scope| scope.is_written(["DBClusterIdentifier", ""]).map(|member| if member { "Delete" } else { "Snapshot" }),
        skip_final_snapshot: Some("skip_final_snapshot"),
        final_snapshot_name: Some("final_snapshot_identifier"),
        delete_automated_backups: Some("delete_automated_backups"),
        ..Ends::PLAIN
    },
    ..BLANK
};

/// A member of a cluster in Terraform. Its data, encryption and backups are the cluster's.
pub static MEMBER: Table = Table {
    type_name: "AWS::RDS::DBInstance",
    terraform: &["aws_rds_cluster_instance"],
    identity: Identity::named(["", "identifier"], ARN),
    rows: &[
        row("engine", ["", "engine"], As::Text, Absent::Unknown("the engine is not set")),
        row("engine_version", ["", "engine_version"], As::Text, Absent::Null),
        row("cluster_id", ["", "cluster_identifier"], As::Name, Absent::Unknown("the cluster is not set")),
        row("read_replica", ["", ""], As::Bool, Absent::False),
        row("deletion_protection", ["", ""], As::Bool, Absent::False),
        // False by default (provider).
        row("copy_tags_to_snapshots", ["", "copy_tags_to_snapshot"], As::Bool, Absent::False),
        row("maintenance_window", ["", "preferred_maintenance_window"], As::Text, Absent::Null),
        row("multi_az", ["", ""], As::Bool, Absent::False),
        row("replicated_backup_arns", ["", ""], As::Texts, Absent::Empty),
    ],
    ..BLANK
};

/// "If you specify DBSnapshotIdentifier property, don't specify this property. The value is inherited from the snapshot"; the same holds
/// for SourceDBInstanceIdentifier (CloudFormation template reference, StorageEncrypted). The provider's calls for a source do not take it
/// either (API, RestoreDBInstanceFromDBSnapshot, CreateDBInstanceReadReplica, RestoreDBInstanceToPointInTime): next to a source, the
/// attribute is valid only for an existing instance, as AWS reports it.
fn source_wins(scope: &Scope) -> Outcome<bool> {
    Ok(scope.entry.declaration.setting(EXISTS).is_none())
}

/// 1 day in the API (CreateDBInstance, BackupRetentionPeriod), but the provider sends 0 (`backup_retention_period`).
fn retention(scope: &Scope) -> Outcome {
    if let Some(source) = scope.find(REPLICA_OF).or_else(|| scope.find(SOURCES)) {
        return Err(scope.taken_over("the retention of automated backups, which is not set,", source));
    }
    Ok(if scope.language() == Language::Terraform { 0.into() } else { 1.into() })
}

/// Replication of automated backups to another Region: an attribute in CloudFormation, a resource (with a provider of that Region) in
/// Terraform.
fn replicated_backups(scope: &Scope, built: &mut Built) {
    let arn = |region: &str| {
        let partition = Partition::of_region(region).name;
        let account = scope.stack.account_of(scope.entry).text;
        format!("arn:{partition}:rds:{region}:{account}:auto-backup:${{{}}}", scope.entry.declaration.id)
    };
    let node = scope.find(["AutomaticBackupReplicationRegion", "+replicated_backups"]);
    built.place("replicated_backup_arns", node);
    let arns = || -> Outcome {
        if let Some(region) = scope.find(["AutomaticBackupReplicationRegion", ""]) {
            return Ok(json!([arn(&scope.known_text(region)?)]));
        }
        let mut arns = Vec::new();
        for part in scope.elements_at(["", "+replicated_backups"])? {
            let part = scope.at(part);
            // Without its own Region, it is created in its provider's Region, which must differ from the source's.
            let id = part.text_at(["", "+id"])?.unwrap_or_default();
            let region = part.find(["", "region"]).and_then(|node| scope.known_text(node).ok());
            arns.push(Json::from(arn(&region.unwrap_or_else(|| format!("${{{id}.region}}")))));
        }
        Ok(Json::Array(arns))
    };
    let outcome = arns();
    built.set("replicated_backup_arns", outcome);
}

/// The properties that a member takes from its cluster.
const OF_CLUSTER: [&str; 6] = ["encrypted", "kms_key_arn", "key_manager", "key_state", "backup_retention_days", "backup_window"];

/// A member has the encryption and the automated backups of its cluster (API, CreateDBInstance: the cluster manages both).
fn inherit_from_clusters(stack: &Stack, drafts: &mut [Draft]) {
    for member in 0..drafts.len() {
        let instance = drafts.get(member).filter(|member| member.resource.type_name == INSTANCE.type_name);
        let Some(cluster_id) = instance.map(|member| {
            let unknown = member.resource.declared.as_ref().is_some_and(|declared| declared.unknown.contains_key("cluster_id"));
            (member.properties.get("cluster_id").and_then(Json::as_str).map(str::to_owned), unknown)
        }) else {
            continue;
        };
        if cluster_id == (None, false) {
            continue;
        }
        // Clusters in different Regions may have the same name.
        let here = |entry: &Entry| stack.entries.get(member).and_then(|of| stack.together(of.declaration, entry.declaration)) == Some(true);
        let named = |id: &String| {
            let mut clusters = stack.entries_of_type("AWS::RDS::DBCluster").filter(|(_, entry)| stack.physical_id(entry).text == *id);
            clusters.find(|(_, entry)| here(entry))
        };
        let arn = cluster_id.0.as_ref().and_then(named).map(|(_, entry)| stack.arn(entry).text);
        let cluster = arn.and_then(|arn| drafts.iter().find(|cluster| cluster.resource.arn == arn)).cloned();
        let Some(member) = drafts.get_mut(member) else { continue };
        for property in OF_CLUSTER {
            let value = cluster.as_ref().and_then(|cluster| cluster.properties.get(property).cloned());
            member.properties.remove(property);
            let Some(declared) = &mut member.resource.declared else { continue };
            declared.unknown.remove(property);
            let reasons = cluster.as_ref().and_then(|cluster| cluster.resource.declared.as_ref()?.unknown.get(property));
            match value {
                Some(value) => drop(member.properties.insert(property.to_owned(), value)),
                None => {
                    let outside = || vec!["its cluster, which is not in the template, sets it".to_owned()];
                    declared.unknown.insert(property.to_owned(), reasons.cloned().unwrap_or_else(outside));
                }
            }
        }
    }
}
