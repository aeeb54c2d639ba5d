//! EBS volumes.

pub(super) mod block_devices;
pub(super) mod snapshots;

use super::kms::{KEY_PROPERTIES, key_facts};
use super::region;
use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::{EXISTS, Node, Value};
use crate::template::encryption::{Encryption, Flag};
use crate::template::encryption::{Switch, apply, switch_wins};
use crate::template::table::{Absent, As, BLANK, Identity, More, Paths, Table, part, row};
use serde_json::{Value as Json, json};

const KEY: Paths = ["KmsKeyId", "kms_key_id"];
const SNAPSHOT: Paths = ["SnapshotId|SourceVolumeId", "snapshot_id"];

/// A volume.
pub static VOLUME: Table = Table {
    type_name: "AWS::EC2::Volume",
    cloudformation: &["AWS::EC2::Volume"],
    terraform: &["aws_ebs_volume"],
    identity: Identity { ids: &["VolumeId"], ..Identity::numbered(["", ""], "arn:{partition}:ec2:{region}:{account}:volume/{id}") },
    encryption: Some(Encryption {
        // If it is not set, the account's encryption by default decides.
        flag: Some(Flag { at: ["Encrypted", "encrypted"], absent: unset, copied_from: SNAPSHOT, source_wins: switch_wins }),
        off: None,
        // Without a key, the AWS managed key aws/ebs (API, CreateVolume, KmsKeyId).
        on: KeyManager::Aws,
        key: KEY,
    }),
    rows: &[
        // gp2 by default (API, CreateVolume, VolumeType; provider, `type`).
        row("volume_type", ["VolumeType", "type"], As::Text, Absent::Text("gp2")),
        row("source_snapshot_id", ["SnapshotId", "snapshot_id"], As::Name, Absent::Null),
    ],
    parts: &[part(&["AWS::EC2::VolumeAttachment", "aws_volume_attachment"], "VolumeId|volume_id", "+attachments")],
    more: Some(More { properties: &["attachments"], fill }),
    ..BLANK
};

fn unset(scope: &Scope) -> Outcome<Switch> {
    Ok(if by_default(scope)? { Switch::On } else { Switch::Off })
}

/// The account's encryption by default, which the policy assumes or the template sets; off otherwise.
pub fn by_default(scope: &Scope) -> Outcome<bool> {
    // Existing resources are as AWS reports them, whatever applies to new ones.
    let is_data = ["AWS::EC2::Volume", "AWS::EC2::Instance", "AWS::EC2::Snapshot"].contains(&scope.entry.table.type_name);
    if is_data && scope.entry.declaration.setting(EXISTS).is_some() {
        return Ok(false);
    }
    if scope.stack.options.assume_ebs_encryption_by_default == Some(true) {
        return Ok(true);
    }
    let Some(setting) = region::setting(scope, "aws_ebs_encryption_by_default")? else { return Ok(false) };
    let on = setting.bool_at(region::ENCRYPTION_BY_DEFAULT, true)?;
    if on { region::in_force(&setting).map(|()| true) } else { Ok(false) }
}

/// The default key of new volumes, if the template sets it: otherwise it is an AWS managed key.
fn default_key<'s, 'd>(scope: &Scope<'s, 'd>) -> Outcome<Option<Scope<'s, 'd>>> {
    let setting = region::setting(scope, "aws_ebs_default_kms_key")?;
    if let Some(setting) = &setting {
        region::in_force(setting)?;
    }
    Ok(setting)
}

fn fill(scope: &Scope, built: &mut Built) {
    encrypt_by_default(scope, built);
    built.set("attachments", attachments(scope));
}

/// With encryption by default, a volume is encrypted whatever its own setting is (EBS user guide, "Encryption by default").
pub fn encrypt_by_default(scope: &Scope, built: &mut Built) {
    let key = scope.find(KEY);
    let by_default = by_default(scope);
    let encrypted = built.properties.get("encrypted") == Some(&json!(true));
    match &by_default {
        Ok(true) => {
            forget(built, &["encrypted"]);
            forget(built, &KEY_PROPERTIES);
            apply(scope, Ok(Switch::On), None, KeyManager::Aws, key, built);
        }
        Err(reasons) if !encrypted => {
            forget(built, &["encrypted"]);
            forget(built, &KEY_PROPERTIES);
            return apply(scope, Err(reasons.clone()), None, KeyManager::Aws, key, built);
        }
        Ok(false) if !encrypted => return,
        _ => {}
    }
    if key.is_some() || scope.entry.declaration.setting(EXISTS).is_some() {
        return;
    }
    let facts = match default_key(scope) {
        Ok(Some(setting)) => setting.find(region::DEFAULT_KEY).map(|node| key_facts(&setting, node)),
        Ok(None) if by_default == Ok(true) => {
            let why = || Err(vec!["the key of the account's encryption by default is not in the template".to_owned()]);
            Some([why(), why(), why()])
        }
        Ok(None) => None,
        Err(reasons) => Some([Err(reasons.clone()), Err(reasons.clone()), Err(reasons)]),
    };
    for (property, fact) in KEY_PROPERTIES.into_iter().zip(facts.into_iter().flatten()) {
        forget(built, &[property]);
        built.set(property, fact);
    }
}

fn forget(built: &mut Built, properties: &[&str]) {
    for property in properties {
        built.unknown.remove(*property);
        built.properties.remove(*property);
    }
}

/// The instances to which the template attaches the volume: by a separate resource, or in the instance's `Volumes`. Neither deletes it
/// with the instance (API, AttachVolume: volumes attached later are kept).
fn attachments(scope: &Scope) -> Outcome {
    let mut found = Vec::new();
    for part in scope.elements_at(["+attachments", "+attachments"])? {
        let part = scope.at(part);
        if let Some(instance) = part.find(["InstanceId", "instance_id"]) {
            found.push(attachment(scope, &instance_id(scope, instance)?, part.find(["Device", "device_name"]))?);
        }
    }
    for (_, instance) in scope.stack.entries_of_type("AWS::EC2::Instance") {
        let other = Scope { stack: scope.stack, entry: instance, node: &instance.body };
        for volume in other.elements_at(["Volumes", ""])? {
            let volume = other.at(volume);
            let named = volume.find(["VolumeId", ""]).and_then(|node| scope.stack.named(node, |table| table == scope.entry.table));
            if named.and_then(|found| scope.stack.entries.get(found)).is_some_and(|entry| entry.is(scope.entry)) {
                found.push(attachment(scope, &instance.declaration.id, volume.find(["Device", ""]))?);
            }
        }
    }
    Ok(Json::Array(found))
}

fn attachment(scope: &Scope, instance_id: &str, device: Option<&Node>) -> Outcome {
    let device = device.map(|node| scope.known_text(node)).transpose()?;
    Ok(json!({ "instance_id": instance_id, "device": device, "delete_on_termination": false }))
}

/// The instance's id in the inventory.
fn instance_id(scope: &Scope, node: &Node) -> Outcome<String> {
    let declared =
        scope.stack.named(node, |table| table.type_name == "AWS::EC2::Instance").and_then(|found| scope.stack.entries.get(found));
    match (declared, &node.value) {
        (Some(entry), _) => Ok(entry.declaration.id.clone()),
        (None, Value::Reference { id, .. }) => Ok(id.to_string()),
        (None, _) => scope.known_text(node),
    }
}
