//! Snapshots and images that Terraform makes. CloudFormation has no resources for them.
//!
//! They are no backups on schedule, and whether they are complete only time shows: nothing is protected by them here.

use super::encryption::{Switch, apply};
use super::{Absent, As, BLANK, Identity, More, Part, Paths, Row, Table, ebs, encryption_of, row};
use crate::inventory::note;
use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::Node;
use crate::template::stack::Entry;
use serde_json::{Value as Json, json};

const ENCRYPTION: &[&str] = &["encrypted", "kms_key_arn", "key_manager", "key_state"];
const FLAG: Paths = ["", "encrypted"];
const KEY: Paths = ["", "kms_key_id"];

/// A snapshot of a volume, or the copy of one.
pub static EBS: Table = Table {
    type_name: "AWS::EC2::Snapshot",
    terraform: &["aws_ebs_snapshot", "aws_ebs_snapshot_copy", "aws_ebs_snapshot_import"],
    identity: Identity::numbered(["", ""], "arn:{partition}:ec2:{region}::snapshot/{id}"),
    rows: &[row("source_arn", ["", "volume_id"], As::ArnOf("AWS::EC2::Volume"), Absent::Null)],
    more: Some(More { properties: ENCRYPTION, fill: ebs_encryption }),
    ..BLANK
};

const DATABASE_ROWS: &[Row] = &[
    row("snapshot_type", ["", ""], As::Text, Absent::Text("manual")),
    // "all" makes it public (API, ModifyDBSnapshotAttribute, ValuesToAdd); shared with nobody by default.
    row("public", SHARED, As::By(|scope, node| Ok(accounts(scope, node)?.contains(&"all".to_owned()).into())), Absent::False),
    row("shared_with", SHARED, As::By(shared_with), Absent::Empty),
];
const SHARED: Paths = ["", "shared_accounts"];

macro_rules! database {
    ($(#[doc = $doc:literal])* $name:ident, $type_name:literal, $terraform:expr, $arn:literal) => {
        $(#[doc = $doc])*
        pub const $name: Table = Table {
            type_name: $type_name,
            terraform: $terraform,
            identity: Identity::named(["", NAME], $arn),
            rows: DATABASE_ROWS,
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
/// What a snapshot is taken of, or copied from.
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

/// An image that the account owns.
pub static IMAGE: Table = Table {
    type_name: "AWS::EC2::Image",
    terraform: &["aws_ami", "aws_ami_copy", "aws_ami_from_instance"],
    identity: Identity::numbered(["", "name"], "arn:{partition}:ec2:{region}::image/{id}"),
    rows: &[row("public", ["", "+permissions"], As::By(is_public), Absent::False)],
    parts: &[Part { types: &["aws_ami_launch_permission"], parent: "image_id", key: "+permissions", inline: "" }],
    more: Some(More { properties: &["block_devices"], fill: devices }),
    ..BLANK
};

/// What another resource of the template says of its encryption.
fn of_entry(scope: &Scope, entry: &Entry) -> Built {
    let mut built = Built::default();
    let of = Scope { stack: scope.stack, entry, node: &entry.body };
    if let Some(encryption) = &entry.table.encryption {
        encryption_of(&of, encryption, &mut built);
    }
    match entry.table.type_name {
        "AWS::EC2::Volume" => ebs::encrypt_by_default(&of, &mut built),
        "AWS::EC2::Snapshot" => ebs_encryption(&of, &mut built),
        _ => {}
    }
    built
}

/// Takes over the encryption of what a value names.
fn take_over(scope: &Scope, source: Paths, of: impl Fn(&'static Table) -> bool, built: &mut Built) {
    let Some(node) = scope.find(source) else { return unknown(vec!["what it is made of is not written".to_owned()], built) };
    let found = scope.stack.named(node, of).and_then(|found| scope.stack.entries.get(found)).filter(|entry| !entry.is(scope.entry));
    let Some(entry) = found else {
        let name = scope.stack.text(node).map(|text| text.with_reason()).unwrap_or_default();
        return unknown(vec![format!("the encryption is that of {name}, which it is made of")], built);
    };
    let of_source = of_entry(scope, entry);
    for property in ENCRYPTION {
        match of_source.properties.get(*property) {
            Some(value) => built.set(property, Ok(value.clone())),
            None => built.set(property, Err(of_source.unknown.get(*property).cloned().unwrap_or_default())),
        }
    }
}

fn unknown(reasons: Vec<String>, built: &mut Built) {
    ENCRYPTION.iter().for_each(|property| built.set(property, Err(reasons.clone())));
}

/// What the attributes of one that is there say, or the switch of a copy, or the source: "Copies of encrypted snapshots are encrypted, even if
/// you omit this parameter and encryption by default is not enabled" (API, CopySnapshot, Encrypted).
fn ebs_encryption(scope: &Scope, built: &mut Built) {
    built.place("encrypted", scope.find(FLAG));
    let written = scope.bool_at(FLAG, false);
    let imported = scope.entry.declaration.type_name == "aws_ebs_snapshot_import";
    match (written, ebs::by_default(scope)) {
        (Ok(false), Ok(false)) if imported => apply(scope, Ok(Switch::Off), None, KeyManager::Aws, None, built),
        (Ok(false), Err(reasons)) if imported => unknown(reasons, built),
        (Ok(false), by_default) if !imported && by_default != Ok(true) => {
            let table = |table: &'static Table| ["AWS::EC2::Volume", "AWS::EC2::Snapshot"].contains(&table.type_name);
            take_over(scope, ["", "volume_id|source_snapshot_id"], table, built);
        }
        (Err(reasons), _) => unknown(reasons, built),
        _ => apply(scope, Ok(Switch::On), None, KeyManager::Aws, scope.find(KEY), built),
    }
}

/// A copy is encrypted when it names a key (API, CopyDBSnapshot, KmsKeyId); what else a snapshot is, its database is.
fn database_encryption(scope: &Scope, built: &mut Built) {
    let own = |table: &'static Table| table.encryption.is_some() && table.type_name.contains("::DB");
    let source = scope.find(SOURCE);
    let named = source.and_then(|node| scope.stack.named(node, own)).and_then(|found| scope.stack.entries.get(found));
    let arn = match (named, source) {
        (Some(entry), _) => Ok(scope.stack.arn(entry).text.into()),
        (None, Some(node)) => scope.text(node).map(|text| text.text.into()),
        (None, None) => Err(vec!["what it is made of is not written".to_owned()]),
    };
    built.place("source_arn", source);
    built.set("source_arn", arn);
    match scope.is_written(KEY) {
        Ok(true) => apply(scope, Ok(Switch::On), None, KeyManager::Aws, scope.find(KEY), built),
        Ok(false) => take_over(scope, SOURCE, own, built),
        Err(reasons) => unknown(reasons, built),
    }
}

fn accounts(scope: &Scope, node: &Node) -> Outcome<Vec<String>> {
    scope.elements(node)?.into_iter().map(|account| scope.known_text(account)).collect()
}

fn shared_with(scope: &Scope, node: &Node) -> Outcome {
    Ok(accounts(scope, node)?.into_iter().filter(|account| account != "all").map(Json::from).collect())
}

/// Private unless a launch permission is for everyone.
fn is_public(scope: &Scope, node: &Node) -> Outcome {
    let mut unknown = Vec::new();
    for permission in scope.elements(node)? {
        match scope.reasons(permission).map_or_else(|| scope.at(permission).text_at(["", "group"]), Err) {
            Ok(Some(group)) if group == "all" => return Ok(true.into()),
            Ok(_) => {}
            Err(reasons) => unknown.extend(reasons),
        }
    }
    if unknown.is_empty() { Ok(false.into()) } else { Err(unknown) }
}

/// The property of which a device may lack the value.
const ENCRYPTED: &str = "block_devices[].encrypted";

/// The devices of an image that is registered; of one that is copied or taken, one that stands for all.
fn devices(scope: &Scope, built: &mut Built) {
    let of_source = |source: Paths| {
        let name = scope.find(source).and_then(|node| scope.stack.text(node)).map(|text| text.with_reason()).unwrap_or_default();
        Err(vec![format!("the encryption is that of {name}, which it is made of")])
    };
    let one = match scope.entry.declaration.type_name.as_str() {
        // "Whether the destination snapshots of the copied image should be encrypted. Defaults to `false`" (provider): then as the source's.
        "aws_ami_copy" => match scope.bool_at(FLAG, false) {
            Ok(true) => Ok(true.into()),
            Ok(false) => of_source(["", "source_ami_id"]),
            Err(reasons) => Err(reasons),
        },
        "aws_ami_from_instance" => of_source(["", "source_instance_id"]),
        _ => return registered(scope, built),
    };
    let mut device = json!({ "device": null, "ebs": true, "snapshot_id": null });
    match one {
        Ok(encrypted) => device["encrypted"] = encrypted,
        Err(reasons) => note(&mut built.unknown, ENCRYPTED, reasons),
    }
    built.set("block_devices", Ok(json!([device])));
}

fn registered(scope: &Scope, built: &mut Built) {
    let at: Paths = ["", "ebs_block_device"];
    built.place("block_devices", scope.find(at));
    let devices = scope.elements_at(at).and_then(|blocks| {
        let device = |block| {
            if let Some(reasons) = scope.reasons(block) {
                return Err(reasons);
            }
            let block = scope.at(block);
            let snapshot = block.find(["", "snapshot_id"]);
            let mut device = json!({ "device": block.text_at(["", "device_name"])?, "ebs": true, "snapshot_id": null });
            if let Some(node) = snapshot {
                device["snapshot_id"] = scope.text(node)?.text.into();
            }
            let encrypted = match snapshot {
                // A device has the encryption of its snapshot (API, RegisterImage, EbsBlockDevice, Encrypted).
                Some(_) => {
                    let mut of_snapshot = Built::default();
                    take_over(&block, ["", "snapshot_id"], |table| table.type_name == EBS.type_name, &mut of_snapshot);
                    let reasons = of_snapshot.unknown.remove("encrypted").unwrap_or_default();
                    of_snapshot.properties.remove("encrypted").ok_or(reasons)
                }
                None => block.bool_at(FLAG, false).map(Json::from),
            };
            match encrypted {
                Ok(encrypted) => device["encrypted"] = encrypted,
                Err(reasons) => note(&mut built.unknown, ENCRYPTED, reasons),
            }
            Ok(device)
        };
        blocks.into_iter().map(device).collect::<Outcome<Vec<Json>>>()
    });
    built.set("block_devices", devices.map(Json::Array));
}
