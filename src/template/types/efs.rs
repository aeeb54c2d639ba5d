//! EFS file systems.

use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::encryption::{Encryption, Flag};
use crate::template::encryption::{off, switch_wins};
use crate::template::policy_text;
use crate::template::table::{Absent, As, BLANK, Identity, More, Paths, Table, part, row};
use serde_json::{Value as Json, json};

const REPLICATION: Paths = ["ReplicationConfiguration.Destinations", "+replication.destination"];
const BACKUP_POLICY: Paths = ["BackupPolicy.Status", "+backup_policy.backup_policy.status"];

/// A file system.
pub static FILE_SYSTEM: Table = Table {
    type_name: "AWS::EFS::FileSystem",
    cloudformation: &["AWS::EFS::FileSystem"],
    terraform: &["aws_efs_file_system"],
    identity: Identity {
        ids: &["FileSystemId"],
        ..Identity::numbered(["", ""], "arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{id}")
    },
    tags: ["FileSystemTags", "tags_all|tags"],
    encryption: Some(Encryption {
        // Not encrypted by default (API, CreateFileSystem, Encrypted; the console has another default).
        flag: Some(Flag { at: ["Encrypted", "encrypted"], absent: off, copied_from: ["", ""], source_wins: switch_wins }),
        off: None,
        // Without a key, the AWS managed key aws/elasticfilesystem (CreateFileSystem, KmsKeyId).
        on: KeyManager::Aws,
        key: ["KmsKeyId", "kms_key_id"],
    }),
    rows: &[
        row("automatic_backups", BACKUP_POLICY, As::OneOf(&["ENABLED"]), Absent::By(automatic_backups)),
        row("policy", ["FileSystemPolicy", "+policy.policy"], As::Parts(policy_text::read), Absent::Null),
    ],
    also: &[REPLICATION],
    parts: &[
        part(&["aws_efs_backup_policy"], "file_system_id", "+backup_policy"),
        part(&["aws_efs_file_system_policy"], "file_system_id", "+policy"),
        part(&["aws_efs_replication_configuration"], "source_file_system_id", "+replication"),
    ],
    more: Some(More { properties: &["replication"], fill }),
    ..BLANK
};

/// Off by default; on for One Zone file systems, which name an Availability Zone (API, CreateFileSystem, Backup).
fn automatic_backups(scope: &Scope) -> Outcome {
    scope.is_written(["AvailabilityZoneName", "availability_zone_name"]).map(Json::from)
}

/// Destinations; without an id, AWS creates a new file system there.
fn fill(scope: &Scope, built: &mut Built) {
    built.place("replication", scope.find(REPLICATION));
    let one = |node| {
        let destination = scope.at(node);
        if let Some(reasons) = scope.reasons(node) {
            return Err(reasons);
        }
        let id = destination.find(["FileSystemId", "file_system_id"]).map(|node| scope.text(node)).transpose()?;
        let zone = destination.text_at(["AvailabilityZoneName", "availability_zone_name"])?;
        let region = destination.text_at(["Region", "region"])?.or_else(|| zone.map(region_of_zone));
        let region = region.ok_or_else(|| vec!["the Region of the replication is not set".to_owned()])?;
        let id = id.map_or_else(|| format!("${{{}.replica}}", scope.entry.declaration.id), |id| id.text);
        Ok(json!({ "destination_id": id, "destination_region": region, "status": "ENABLED" }))
    };
    let outcome = scope.elements_at(REPLICATION).and_then(|nodes| nodes.into_iter().map(one).collect::<Outcome<Vec<Json>>>());
    built.set("replication", outcome.map(Json::Array));
}

/// `us-east-1a` is in `us-east-1`.
fn region_of_zone(zone: String) -> String {
    zone.trim_end_matches(|letter: char| letter.is_ascii_lowercase()).to_owned()
}
