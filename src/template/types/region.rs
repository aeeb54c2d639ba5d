//! Settings of a Region. CloudFormation has no resource for them; the provider has one for each.

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

/// What each resource says; the others' settings are those that the Region has.
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

/// By AWS Backup's names of the types. Those that are not named keep what the account has, which counts as opted in.
fn preferences(scope: &Scope, node: &Node) -> Outcome {
    let Value::Map(entries) = &node.value else {
        return Err(scope.reasons(node).unwrap_or_else(|| vec!["the preference is no map".to_owned()]));
    };
    let entry = |(name, node): &(String, Node)| Ok((name.clone(), scope.bool(node)?.into()));
    entries.iter().map(entry).collect::<Outcome<Map<String, Json>>>().map(Json::Object)
}

fn no_opt_in(scope: &Scope) -> Outcome {
    let of_backup = scope.entry.declaration.type_name == "aws_backup_region_settings";
    Err(vec![if of_backup { "the preference is not written" } else { DEPLOYED }.to_owned()])
}

/// Only both types that have the choice say something: one that is not named keeps what the account has.
fn full_management(scope: &Scope, node: &Node) -> Outcome {
    let written = preferences(scope, node)?;
    let has = |name: &str| written.get(name).is_some();
    if has("DynamoDB") && has("EFS") { Ok(written) } else { Err(vec![DEPLOYED.to_owned()]) }
}

fn encryption_by_default(scope: &Scope) -> Outcome {
    if scope.entry.declaration.type_name == "aws_ebs_encryption_by_default" { Ok(true.into()) } else { Err(vec![DEPLOYED.to_owned()]) }
}

/// The setting of this type of the Region and account that a resource is in.
///
/// # Errors
/// Why one that is there may be of another.
pub fn setting<'s, 'd>(scope: &Scope<'s, 'd>, type_name: &str) -> Outcome<Option<Scope<'s, 'd>>> {
    let mut in_doubt = None;
    for (_, entry) in scope.stack.entries_of_type(SETTINGS.type_name).filter(|(_, entry)| entry.declaration.type_name == type_name) {
        match scope.stack.together(scope.entry.declaration, entry.declaration) {
            Some(true) => return Ok(Some(Scope { stack: scope.stack, entry, node: &entry.body })),
            Some(false) => {}
            None => in_doubt = Some(format!("whether {} is of its Region and account is not known", entry.declaration.id)),
        }
    }
    in_doubt.map_or(Ok(None), |why| Err(vec![why]))
}

/// Whether a setting is certain to be in force before anything new is made: Terraform makes what does not depend on each other in any order.
///
/// # Errors
/// Why not.
pub fn in_force(setting: &Scope) -> Outcome<()> {
    let declaration = setting.entry.declaration;
    if let Some(Node { value: Value::Unknown(why), .. }) = declaration.setting(PRESENCE) {
        return Err(vec![why.reason.to_string()]);
    }
    match declaration.setting(EXISTS) {
        Some(Node { value: Value::Bool(true), .. }) => Ok(()),
        _ => Err(vec![format!("whether {} is in force before it is made is not known (write the encryption itself)", declaration.id)]),
    }
}
