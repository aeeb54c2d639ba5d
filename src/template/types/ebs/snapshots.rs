//! Snapshots and images that Terraform creates. CloudFormation has no resources for them.
//!
//! They are not scheduled backups, and a template does not show whether they complete: they protect nothing here.

use super::{VOLUME, by_default, encrypt_by_default};
use crate::inventory::note;
use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::Node;
use crate::template::encryption::{self, Switch, apply, set_unknown, take_over};
use crate::template::table::{Absent, As, BLANK, Identity, More, Paths, Table, part, row};
use serde_json::{Value as Json, json};

const ENCRYPTION: &[&str] = &["encrypted", "kms_key_arn", "key_manager", "key_state"];
const FLAG: Paths = ["", "encrypted"];
const KEY: Paths = ["", "kms_key_id"];

/// A snapshot of a volume, or the copy of one.
pub static SNAPSHOT: Table = Table {
    type_name: "AWS::EC2::Snapshot",
    terraform: &["aws_ebs_snapshot", "aws_ebs_snapshot_copy", "aws_ebs_snapshot_import"],
    identity: Identity::numbered(["", ""], "arn:{partition}:ec2:{region}::snapshot/{id}"),
    rows: &[row("source_arn", ["", "volume_id"], As::ArnOf("AWS::EC2::Volume"), Absent::Null)],
    also: &[FLAG, KEY],
    more: Some(More { properties: ENCRYPTION, fill: ebs_encryption }),
    ..BLANK
};

/// An image that the account owns.
pub static IMAGE: Table = Table {
    type_name: "AWS::EC2::Image",
    terraform: &["aws_ami", "aws_ami_copy", "aws_ami_from_instance"],
    identity: Identity::numbered(["", "name"], "arn:{partition}:ec2:{region}::image/{id}"),
    rows: &[row("public", ["", "+permissions"], As::By(is_public), Absent::False)],
    also: &[FLAG, KEY, ["", "ebs_block_device"]],
    parts: &[part(&["aws_ami_launch_permission"], "image_id", "+permissions")],
    more: Some(More { properties: &["block_devices", "device_keys"], fill: devices }),
    ..BLANK
};

/// Fills the encryption of a declared source.
fn fill_from_source(source: &Scope, built: &mut Built) {
    if let Some(encryption) = &source.entry.table.encryption {
        encryption::fill(source, encryption, built);
    }
    match source.entry.table {
        table if *table == VOLUME => encrypt_by_default(source, built),
        table if *table == SNAPSHOT => ebs_encryption(source, built),
        _ => {}
    }
}

/// The encryption from an existing snapshot's attributes, a copy's switch, or the source: "Copies of encrypted snapshots are encrypted,
/// even if you omit this parameter and encryption by default is not enabled" (API, CopySnapshot, Encrypted).
fn ebs_encryption(scope: &Scope, built: &mut Built) {
    built.place("encrypted", scope.find(FLAG));
    let written = scope.bool_at(FLAG, false);
    let imported = scope.entry.declaration.type_name == "aws_ebs_snapshot_import";
    match (written, by_default(scope)) {
        (Ok(false), Ok(false)) if imported => apply(scope, Ok(Switch::Off), None, KeyManager::Aws, None, built),
        (Ok(false), Err(reasons)) if imported => set_unknown(&reasons, built),
        (Ok(false), by_default) if !imported && by_default != Ok(true) => {
            let table = |table: &'static Table| *table == VOLUME || *table == SNAPSHOT;
            take_over(scope, ["", "volume_id|source_snapshot_id"], table, fill_from_source, built);
        }
        (Err(reasons), _) => set_unknown(&reasons, built),
        _ => apply(scope, Ok(Switch::On), None, KeyManager::Aws, scope.find(KEY), built),
    }
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

/// The property that may be unknown for a device.
const ENCRYPTED: &str = "block_devices[].encrypted";

/// The devices of a registered image; for a copied image, or one of an instance, one device that stands for all.
fn devices(scope: &Scope, built: &mut Built) {
    let of_source = |source: Paths| {
        let not_written = || vec!["its source is not set".to_owned()];
        Err(scope.find(source).map_or_else(not_written, |node| scope.taken_over("the encryption", node)))
    };
    let one = match scope.entry.declaration.type_name.as_str() {
        // "Whether the destination snapshots of the copied image should be encrypted. Defaults to `false`" (provider): then they have the
        // source's encryption.
        "aws_ami_copy" => match scope.bool_at(FLAG, false) {
            Ok(true) => Ok(true.into()),
            Ok(false) => of_source(["", "source_ami_id"]),
            Err(reasons) => Err(reasons),
        },
        "aws_ami_from_instance" => of_source(["", "source_instance_id"]),
        _ => return registered(scope, built),
    };
    let key = one.clone().and_then(|_| {
        let mut of_copy = Built::default();
        apply(scope, Ok(Switch::On), None, KeyManager::Aws, scope.find(KEY), &mut of_copy);
        device_key(Json::Null, of_copy)
    });
    built.place("device_keys", scope.find(KEY));
    built.set("device_keys", key.map(|key| json!([key])));
    let mut device = json!({ "device": null, "ebs": true, "snapshot_id": null });
    match one {
        Ok(encrypted) => device["encrypted"] = encrypted,
        Err(reasons) => note(&mut built.unknown, ENCRYPTED, reasons),
    }
    built.set("block_devices", Ok(json!([device])));
}

/// The encryption of a device's snapshot.
fn device_key(device: Json, mut built: Built) -> Outcome {
    let mut key = json!({ "device": device });
    for property in ["encrypted", "kms_key_arn", "key_manager"] {
        match built.properties.remove(property) {
            Some(value) => key[property] = value,
            None => return Err(built.unknown.remove(property).unwrap_or_default()),
        }
    }
    Ok(key)
}

fn registered(scope: &Scope, built: &mut Built) {
    let at: Paths = ["", "ebs_block_device"];
    built.place("block_devices", scope.find(at));
    let mut keys = Ok(Vec::new());
    let devices = scope.elements_at(at).and_then(|blocks| {
        let mut device = |block| {
            if let Some(reasons) = scope.reasons(block) {
                return Err(reasons);
            }
            let block = scope.at(block);
            let snapshot = block.find(["", "snapshot_id"]);
            let mut device = json!({ "device": block.text_at(["", "device_name"])?, "ebs": true, "snapshot_id": null });
            if let Some(node) = snapshot {
                device["snapshot_id"] = scope.text(node)?.text.into();
            }
            let mut encryption = Built::default();
            match snapshot {
                // A device has the encryption of its snapshot (API, RegisterImage, EbsBlockDevice, Encrypted).
                Some(_) => take_over(&block, ["", "snapshot_id"], |table| *table == SNAPSHOT, fill_from_source, &mut encryption),
                None => {
                    let switch = block.bool_at(FLAG, false).map(|on| if on { Switch::On } else { Switch::Off });
                    apply(&block, switch, None, KeyManager::Aws, None, &mut encryption);
                }
            }
            match encryption.properties.get("encrypted") {
                Some(encrypted) => device["encrypted"] = encrypted.clone(),
                None => note(&mut built.unknown, ENCRYPTED, encryption.unknown.get("encrypted").cloned().unwrap_or_default()),
            }
            let key = device_key(device["device"].clone(), encryption);
            match (&mut keys, key) {
                (Ok(keys), Ok(key)) => keys.push(key),
                (Ok(_), Err(reasons)) => keys = Err(reasons),
                (Err(_), _) => {}
            }
            Ok(device)
        };
        blocks.into_iter().map(&mut device).collect::<Outcome<Vec<Json>>>()
    });
    let keys = devices.as_ref().map_err(Vec::clone).and(keys);
    built.set("device_keys", keys.map(Json::Array));
    built.set("block_devices", devices.map(Json::Array));
}
