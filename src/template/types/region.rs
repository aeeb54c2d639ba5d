//! Settings of a Region. CloudFormation has no resource for them; the provider has one for each setting.

use super::kms::key_facts;
use crate::inventory::DEPLOYED;
use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::{EXISTS, Node, PRESENCE, Value};
use crate::template::table::{Absent, As, BLANK, Identity, Paths, Table, row};
use serde_json::{Map, Value as Json};

/// `enabled` is true by default (provider).
pub const ENCRYPTION_BY_DEFAULT: Paths = ["", "enabled"];
pub const DEFAULT_KEY: Paths = ["", "key_arn"];
const OPT_IN: Paths = ["", "resource_type_opt_in_preference"];
const MANAGEMENT: Paths = ["", "resource_type_management_preference"];

/// Each resource sets its own properties; the other properties are the Region's current settings.
pub static SETTINGS: Table = Table {
    type_name: "AWS::Region",
    terraform: &[
        "aws_backup_region_settings",
        "aws_ebs_encryption_by_default",
        "aws_ebs_default_kms_key",
        "aws_ec2_image_block_public_access",
    ],
    identity: Identity::numbered(["", ""], "arn:{partition}:account:{region}:{account}:region"),
    tags: ["", ""],
    rows: &[
        row("opt_in", OPT_IN, As::By(preferences), Absent::By(no_opt_in)),
        row("full_management", MANAGEMENT, As::By(full_management), Absent::Unknown(DEPLOYED)),
        row("ebs_encryption_by_default", ENCRYPTION_BY_DEFAULT, As::Bool, Absent::By(encryption_by_default)),
        row("kms_key_arn", DEFAULT_KEY, As::By(|scope, node| part(key_facts(scope, node), 0)), Absent::Unknown(DEPLOYED)),
        row("key_manager", DEFAULT_KEY, As::By(|scope, node| part(key_facts(scope, node), 1)), Absent::Unknown(DEPLOYED)),
        row("key_state", DEFAULT_KEY, As::By(|scope, node| part(key_facts(scope, node), 2)), Absent::Unknown(DEPLOYED)),
        row("image_public_access", ["", "state"], As::Text, Absent::Unknown(DEPLOYED)),
    ],
    assumed_from: Some("backup"),
    ..BLANK
};

fn part(of: [Outcome; 3], index: usize) -> Outcome {
    of.into_iter().nth(index).unwrap_or(Ok(Json::Null))
}

/// By AWS Backup's names of the types. Types that are missing keep the account's setting, which counts as opted in.
fn preferences(scope: &Scope, node: &Node) -> Outcome {
    let Value::Map(entries) = &node.value else {
        return Err(scope.reasons(node).unwrap_or_else(|| vec!["the preference is not a map".to_owned()]));
    };
    let entry = |(name, node): &(String, Node)| Ok((name.clone(), scope.bool(node)?.into()));
    entries.iter().map(entry).collect::<Outcome<Map<String, Json>>>().map(Json::Object)
}

fn no_opt_in(scope: &Scope) -> Outcome {
    let of_backup = scope.entry.declaration.type_name == "aws_backup_region_settings";
    Err(vec![if of_backup { "the preference is not set" } else { DEPLOYED }.to_owned()])
}

/// Known only if both types that have the choice are set: a missing one keeps the account's setting.
fn full_management(scope: &Scope, node: &Node) -> Outcome {
    let written = preferences(scope, node)?;
    let has = |name: &str| written.get(name).is_some();
    if has("DynamoDB") && has("EFS") { Ok(written) } else { Err(vec![DEPLOYED.to_owned()]) }
}

fn encryption_by_default(scope: &Scope) -> Outcome {
    if scope.entry.declaration.type_name == "aws_ebs_encryption_by_default" { Ok(true.into()) } else { Err(vec![DEPLOYED.to_owned()]) }
}

/// The setting of this type in the Region and account of a resource.
///
/// # Errors
/// Why a declared setting may belong to another Region or account.
pub fn setting<'s, 'd>(scope: &Scope<'s, 'd>, type_name: &str) -> Outcome<Option<Scope<'s, 'd>>> {
    let mut in_doubt = None;
    for (_, entry) in scope.stack.entries_of_type(SETTINGS.type_name).filter(|(_, entry)| entry.declaration.type_name == type_name) {
        match scope.stack.together(scope.entry.declaration, entry.declaration) {
            Some(true) => return Ok(Some(Scope { stack: scope.stack, entry, node: &entry.body })),
            Some(false) => {}
            None => in_doubt = Some(format!("whether {} is in the same Region and account is not known", entry.declaration.id)),
        }
    }
    in_doubt.map_or(Ok(None), |why| Err(vec![why]))
}

/// Checks that a setting takes effect before a new resource is created: Terraform creates independent resources in any order.
///
/// # Errors
/// Why that is not certain.
pub fn in_force(setting: &Scope) -> Outcome<()> {
    let declaration = setting.entry.declaration;
    if let Some(Node { value: Value::Unknown(why), .. }) = declaration.setting(PRESENCE) {
        return Err(vec![why.reason.to_string()]);
    }
    match declaration.setting(EXISTS) {
        Some(Node { value: Value::Bool(true), .. }) => Ok(()),
        _ => Err(vec![format!(
            "whether {} takes effect before this resource is created is not known (set the encryption on the resource)",
            declaration.id
        )]),
    }
}
