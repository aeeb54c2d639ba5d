//! Amazon FSx: file systems, volumes and backups. CloudFormation has one type of file system with a configuration for each kind, the provider
//! one type for each kind.

use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::{Language, Node, Value};
use crate::template::encryption::{self, Encryption};
use crate::template::stack::{Entry, find};
use crate::template::table::{Absent, As, BLANK, Ends, Identity, More, Part, Paths, Row, Table, part, row};
use crate::template::takes::Takes;
use serde_json::{Value as Json, json};

const ARN: &str = "arn:{partition}:fsx:{region}:{account}:file-system/{id}";
const TYPE: Paths = ["FileSystemType", ""];
const SOURCE: Paths = ["BackupId", "backup_id"];
const DEPLOYMENT: Paths = [
    "WindowsConfiguration.DeploymentType|LustreConfiguration.DeploymentType|OntapConfiguration.DeploymentType|OpenZFSConfiguration.DeploymentType",
    "deployment_type",
];
const RETENTION: Paths = [
    "WindowsConfiguration.AutomaticBackupRetentionDays|LustreConfiguration.AutomaticBackupRetentionDays|OntapConfiguration.AutomaticBackupRetentionDays|OpenZFSConfiguration.AutomaticBackupRetentionDays",
    "automatic_backup_retention_days",
];
const COPY_TAGS: Paths = [
    "WindowsConfiguration.CopyTagsToBackups|LustreConfiguration.CopyTagsToBackups|OpenZFSConfiguration.CopyTagsToBackups",
    "copy_tags_to_backups",
];
const COPY_TAGS_TO_VOLUMES: Paths = ["OpenZFSConfiguration.CopyTagsToVolumes", "copy_tags_to_volumes"];
/// A root that is linked to a bucket.
const LINK: Paths = ["LustreConfiguration.ImportPath", "import_path"];
const LINKS: &str = "+links";

const LINKED_BY: Part =
    part(&["AWS::FSx::DataRepositoryAssociation", "aws_fsx_data_repository_association"], "FileSystemId|file_system_id", LINKS);

const OF_FILE_SYSTEMS: Identity =
    Identity { ids: &["Id"], arns: &["ResourceARN"], arn_attribute: Some("ResourceARN"), ..Identity::numbered(["", ""], ARN) };

/// FSx encrypts everything; without a key, with the AWS managed key aws/fsx (API, CreateFileSystem, KmsKeyId).
const ENCRYPTION: Encryption = Encryption { flag: None, off: None, on: KeyManager::Aws, key: ["KmsKeyId", "kms_key_id"] };

const FILE_SYSTEM_ROWS: &[Row] = &[
    row("file_system_type", TYPE, As::Text, Absent::By(file_system_type)),
    row("deployment_type", DEPLOYMENT, As::Text, Absent::By(deployment_type)),
    row("backup_retention_days", RETENTION, As::Int, Absent::By(retention))
        // API, CreateFileSystem, AutomaticBackupRetentionDays.
        .takes(Takes::Whole(0, 90)),
    row("copy_tags_to_backups", COPY_TAGS, As::Bool, Absent::By(|scope| no_copies(scope, &["WINDOWS", "LUSTRE", "OPENZFS"]))),
    row("copy_tags_to_volumes", COPY_TAGS_TO_VOLUMES, As::Bool, Absent::By(|scope| no_copies(scope, &["OPENZFS"]))),
];

const FILE_SYSTEM_MORE: More = More { properties: &["data_repositories"], fill: data_repositories };

/// A file system of CloudFormation, or one of the provider that leaves a last backup unless it is told not to.
pub static FILE_SYSTEM: Table = Table {
    type_name: "AWS::FSx::FileSystem",
    cloudformation: &["AWS::FSx::FileSystem"],
    terraform: &["aws_fsx_openzfs_file_system", "aws_fsx_windows_file_system"],
    identity: OF_FILE_SYSTEMS,
    encryption: Some(ENCRYPTION),
    rows: FILE_SYSTEM_ROWS,
    also: &[LINK, SOURCE],
    parts: &[LINKED_BY],
    more: Some(FILE_SYSTEM_MORE),
    ends: Ends { skip_final_snapshot: Some("skip_final_backup"), ..Ends::PLAIN },
    ..BLANK
};

/// Lustre. "By default, Amazon FSx will not take a final backup" (API, DeleteFileSystemLustreConfiguration, SkipFinalBackup; provider).
pub static LUSTRE: Table = Table {
    type_name: "AWS::FSx::FileSystem",
    terraform: &["aws_fsx_lustre_file_system"],
    identity: OF_FILE_SYSTEMS,
    encryption: Some(ENCRYPTION),
    rows: FILE_SYSTEM_ROWS,
    also: &[LINK, SOURCE],
    parts: &[LINKED_BY],
    more: Some(FILE_SYSTEM_MORE),
    ends: Ends { skip_final_snapshot: Some("skip_final_backup"), skips_by_default: true, ..Ends::PLAIN },
    ..BLANK
};

/// ONTAP: its volumes leave last backups, it has none itself.
pub static ONTAP: Table = Table {
    type_name: "AWS::FSx::FileSystem",
    terraform: &["aws_fsx_ontap_file_system"],
    identity: OF_FILE_SYSTEMS,
    encryption: Some(ENCRYPTION),
    rows: FILE_SYSTEM_ROWS,
    more: Some(FILE_SYSTEM_MORE),
    ..BLANK
};

/// A volume.
pub static VOLUME: Table = Table {
    type_name: "AWS::FSx::Volume",
    cloudformation: &["AWS::FSx::Volume"],
    terraform: &["aws_fsx_ontap_volume", "aws_fsx_openzfs_volume"],
    identity: Identity {
        ids: &["VolumeId"],
        arns: &["ResourceARN"],
        arn_attribute: Some("ResourceARN"),
        ..Identity::numbered(["Name", "name"], "arn:{partition}:fsx:{region}:{account}:volume/{id}")
    },
    rows: &[
        row("volume_type", ["VolumeType", "volume_type"], As::Text, Absent::By(volume_type)),
        // "RW is the default" (API, CreateOntapVolumeConfiguration, OntapVolumeType).
        row(
            "ontap_volume_type",
            ["OntapConfiguration.OntapVolumeType", "ontap_volume_type"],
            As::Text,
            Absent::By(|scope| of_ontap(scope, json!("RW"))),
        ),
        // FSx makes the root volume with the storage virtual machine, and ONTAP itself makes FlexCache volumes.
        row("svm_root", ["", ""], As::Bool, Absent::False),
        row("flexcache_endpoint_type", ["", "flexcache_endpoint_type"], As::Text, Absent::By(|scope| of_ontap(scope, json!("NONE")))),
        // False by default (API, CreateOntapVolumeConfiguration, CopyTagsToBackups; provider).
        row(
            "copy_tags_to_backups",
            ["OntapConfiguration.CopyTagsToBackups", "copy_tags_to_backups"],
            As::Bool,
            Absent::By(|scope| of_ontap(scope, json!(false))),
        ),
    ],
    also: &[["OntapConfiguration.StorageVirtualMachineId", "storage_virtual_machine_id"]],
    more: Some(More { properties: &["file_system_id", "backup_retention_days"], fill: of_its_file_system }),
    ..BLANK
};

/// A backup: not scheduled, and a template does not show whether it completes. It protects nothing here.
pub static BACKUP: Table = Table {
    type_name: "AWS::FSx::Backup",
    cloudformation: &["AWS::FSx::Backup"],
    terraform: &["aws_fsx_backup"],
    identity: Identity {
        ids: &["BackupId"],
        arns: &["ResourceARN"],
        arn_attribute: Some("ResourceARN"),
        ..Identity::numbered(["", ""], "arn:{partition}:fsx:{region}:{account}:backup/{id}")
    },
    rows: &[
        row("backup_type", ["", ""], As::Text, Absent::Text("USER_INITIATED")),
        row("source_arn", ["FileSystemId", "file_system_id|volume_id"], As::By(source_arn), Absent::Null),
        row("copied_from_arn", ["", ""], As::Text, Absent::Null),
    ],
    more: Some(More { properties: &["kms_key_arn", "key_manager", "key_state"], fill: encryption_of_source }),
    ..BLANK
};

/// The kind, which the provider's type tells.
fn file_system_type(scope: &Scope) -> Outcome {
    let type_name = scope.entry.declaration.type_name.as_str();
    let kinds = [("_windows_", "WINDOWS"), ("_lustre_", "LUSTRE"), ("_ontap_", "ONTAP"), ("_openzfs_", "OPENZFS")];
    let kind = kinds.into_iter().find(|(part, _)| type_name.contains(part));
    kind.map(|(_, kind)| kind.into()).ok_or_else(|| vec!["the file system type is not set".to_owned()])
}

fn kind(scope: &Scope) -> Outcome<String> {
    match scope.text_at(TYPE)? {
        Some(kind) => Ok(kind),
        None => Ok(file_system_type(scope)?.as_str().unwrap_or_default().to_owned()),
    }
}

/// SCRATCH_1 for Lustre and SINGLE_AZ_1 for Windows (API, CreateFileSystem, DeploymentType; provider). A file system that is restored has a
/// persistent type, because FSx takes no backups of others. The other kinds have no default.
fn deployment_type(scope: &Scope) -> Outcome {
    match kind(scope)?.as_str() {
        "LUSTRE" => match scope.find(SOURCE) {
            Some(source) if scope.written(source)? && scope.language() != Language::Terraform => {
                Err(scope.taken_over("the deployment type, which is not set,", source))
            }
            _ => Ok("SCRATCH_1".into()),
        },
        "WINDOWS" => Ok("SINGLE_AZ_1".into()),
        _ => Err(vec!["the deployment type is not set".to_owned()]),
    }
}

/// API, CreateFileSystem: 0 for Lustre, 30 for the others. The provider sends 7 for Windows, 0 for ONTAP and OpenZFS, and nothing for Lustre
/// (`automatic_backup_retention_days` of each). "Parameters like … automatic backup, and backup settings default to the parameters of the
/// file system that was backed up" (API, CreateFileSystemFromBackup).
fn retention(scope: &Scope) -> Outcome {
    let kind = kind(scope)?;
    let of_terraform = scope.language() == Language::Terraform;
    if of_terraform && kind != "LUSTRE" {
        return Ok(if kind == "WINDOWS" { 7.into() } else { 0.into() });
    }
    if let Some(source) = scope.find(SOURCE)
        && scope.written(source)?
    {
        return Err(scope.taken_over("the retention of automatic backups, which is not set,", source));
    }
    Ok(if kind == "LUSTRE" { 0.into() } else { 30.into() })
}

/// False by default (API, CreateFileSystem; provider) for the kinds that have the setting. Only for Windows does the provider send it.
fn no_copies(scope: &Scope, kinds: &[&str]) -> Outcome {
    let kind = kind(scope)?;
    if !kinds.contains(&kind.as_str()) {
        return Ok(Json::Null);
    }
    match scope.find(SOURCE) {
        Some(source) if scope.written(source)? && (scope.language() != Language::Terraform || kind != "WINDOWS") => {
            Err(scope.taken_over("whether tags are copied, which is not set,", source))
        }
        _ => Ok(false.into()),
    }
}

/// What Lustre is linked to: its own import path, or associations.
fn data_repositories(scope: &Scope, built: &mut Built) {
    let repository = |path: String| json!({ "path": path, "status": "AVAILABLE" });
    let found = || -> Outcome {
        if kind(scope)? != "LUSTRE" {
            return Ok(json!([]));
        }
        if let Some(own) = scope.find(LINK)
            && scope.written(own)?
        {
            return Ok(json!([repository(scope.text(own)?.text)]));
        }
        let linked = |node| {
            if let Some(reasons) = scope.reasons(node) {
                return Err(reasons);
            }
            let path = scope.at(node).find(["DataRepositoryPath", "data_repository_path"]).map(|node| scope.text(node)).transpose()?;
            Ok(repository(path.map(|path| path.text).unwrap_or_default()))
        };
        scope.elements_at([LINKS, LINKS])?.into_iter().map(linked).collect::<Outcome<Vec<Json>>>().map(Json::Array)
    };
    built.place("data_repositories", scope.find(LINK).or_else(|| scope.find([LINKS, LINKS])));
    let outcome = found();
    built.set("data_repositories", outcome);
}

/// CloudFormation needs no type: the configuration tells.
fn volume_type(scope: &Scope) -> Outcome {
    match scope.entry.declaration.type_name.as_str() {
        "aws_fsx_openzfs_volume" => Ok("OPENZFS".into()),
        "aws_fsx_ontap_volume" => Ok("ONTAP".into()),
        _ if scope.is_written(["OpenZFSConfiguration", ""])? => Ok("OPENZFS".into()),
        _ if scope.is_written(["OntapConfiguration", ""])? => Ok("ONTAP".into()),
        _ => Err(vec!["the volume type is not set".to_owned()]),
    }
}

/// The value for an ONTAP volume; `null` for OpenZFS.
fn of_ontap(scope: &Scope, value: Json) -> Outcome {
    let kind = match scope.text_at(["VolumeType", "volume_type"])? {
        Some(kind) => kind,
        None => volume_type(scope)?.as_str().unwrap_or_default().to_owned(),
    };
    Ok(if kind == "ONTAP" { value } else { Json::Null })
}

/// The file system of a volume: an ONTAP volume names its storage virtual machine, which names it.
fn of_its_file_system(scope: &Scope, built: &mut Built) {
    let machine = scope.find(["OntapConfiguration.StorageVirtualMachineId", "storage_virtual_machine_id"]);
    built.place("file_system_id", machine);
    let (id, days) = match file_system_of(scope, machine) {
        Ok(entry) => {
            let of = Scope { stack: scope.stack, entry, node: &entry.body };
            (
                Ok(scope.stack.physical_id(entry).text.into()),
                of.int_at(RETENTION).and_then(|days| days.map_or_else(|| retention(&of), |days| Ok(days.into()))),
            )
        }
        Err(reasons) => (Err(reasons.clone()), Err(reasons)),
    };
    built.set("file_system_id", id);
    built.set("backup_retention_days", days);
}

/// # Errors
/// Why the file system is not known.
fn file_system_of<'s, 'd>(scope: &Scope<'s, 'd>, machine: Option<&Node>) -> Outcome<&'s Entry<'d>> {
    let outside = || vec!["its file system, which is not in the template, decides that".to_owned()];
    let Some(machine) = machine else { return Err(outside()) };
    let Value::Reference { id, .. } = &machine.value else { return Err(scope.reasons(machine).unwrap_or_else(outside)) };
    let file_system =
        scope.stack.declaration(id).and_then(|machine| find(&machine.body, "FileSystemId|file_system_id")).ok_or_else(outside)?;
    let named = scope.stack.named(file_system, |table| table.type_name == FILE_SYSTEM.type_name);
    named.and_then(|found| scope.stack.entries.get(found)).ok_or_else(|| scope.reasons(file_system).unwrap_or_else(outside))
}

/// The ARN of the file system or the volume that a backup names.
fn source_arn(scope: &Scope, node: &Node) -> Outcome {
    let table = if scope.is_written(["", "volume_id"])? { &VOLUME } else { &FILE_SYSTEM };
    match scope.stack.arn_named(node, table.type_name, scope.entry) {
        Some(text) => Ok(text.text.into()),
        None => Err(scope.reasons(node).unwrap_or_else(|| vec!["what it backs up is not known".to_owned()])),
    }
}

/// A backup has the key of its file system.
fn encryption_of_source(scope: &Scope, built: &mut Built) {
    let is_source = |table: &'static Table| table.type_name == FILE_SYSTEM.type_name;
    let fill = |source: &Scope, built: &mut Built| encryption::fill(source, &ENCRYPTION, built);
    encryption::take_over(scope, ["FileSystemId", "file_system_id|volume_id"], is_source, fill, built);
    built.properties.remove("encrypted");
    built.unknown.remove("encrypted");
}
