//! AWS KMS: keys, and how values name them: by reference, id, ARN or alias, or through a data source that looks the key up.

use crate::inventory::arn::Partition;
use crate::inventory::types::KeyManager;
use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::{Declaration, EXISTS, Language, Node, Value};
use crate::template::stack::{Entry, Stack, Text, find};
use crate::template::table::{Absent, Aliases, As, BLANK, Identity, Paths, Table, row};
use serde_json::{Value as Json, json};

const ALIASES: Aliases =
    Aliases { types: &["AWS::KMS::Alias", "aws_kms_alias"], name: "AliasName|name", target: "TargetKeyId|target_key_id" };

const ROTATION: Paths = ["EnableKeyRotation", "enable_key_rotation"];
const ENABLED: Paths = ["Enabled", "is_enabled|enabled"];

/// A customer managed key.
pub static KEY: Table = Table {
    type_name: "AWS::KMS::Key",
    cloudformation: &["AWS::KMS::Key", "AWS::KMS::ReplicaKey"],
    terraform: &["aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key"],
    identity: Identity {
        ids: &["key_id", "KeyId"],
        aliases: Some(ALIASES),
        looked_up_by: &[("aws_kms_alias", "name"), ("aws_kms_key", "key_id")],
        ..Identity::numbered(["", ""], "arn:{partition}:kms:{region}:{account}:key/{id}")
    },
    rows: &[
        // Keys of templates are customer managed.
        row("key_manager", ["", ""], As::Text, Absent::By(|_| Ok(json!(KeyManager::Customer)))),
        row("key_state", ENABLED, As::By(|scope, _| state(scope)), Absent::By(state)),
        row("symmetric", ["", ""], As::Bool, Absent::By(symmetric)),
        row("origin", ["", ""], As::Text, Absent::By(origin)),
        row("rotation", ROTATION, As::By(|scope, _| rotation(scope)), Absent::By(rotation)),
    ],
    assumed_from: Some("kms"),
    ..BLANK
};

/// `Enabled` and `is_enabled` (`enabled` for external keys) are true by default. "The key state of a KMS key with an EXTERNAL origin and
/// no key material is PendingImport" (KMS developer guide, "Create a KMS key with imported key material"): CloudFormation imports none;
/// the provider imports `key_material_base64`.
pub fn state(scope: &Scope) -> Outcome {
    let of_aws = scope.language() != Language::CloudFormation && scope.entry.declaration.setting(EXISTS).is_some();
    if !of_aws && origin(scope).is_ok_and(|origin| origin == json!("EXTERNAL")) && !scope.is_written(["", "key_material_base64"])? {
        return Err(vec![
            "the template does not show whether key material was imported; until then the key state is PendingImport".to_owned(),
        ]);
    }
    Ok(if scope.bool_at(ENABLED, true)? { "Enabled".into() } else { "Disabled".into() })
}

fn symmetric(scope: &Scope) -> Outcome {
    // `KeySpec` and `customer_master_key_spec`: SYMMETRIC_DEFAULT by default. A replica has the spec of its primary key.
    if is_replica(scope) {
        return Err(vec!["a replica key takes this setting from its primary key".to_owned()]);
    }
    let spec = scope.text_at(["KeySpec", "customer_master_key_spec|key_spec"])?;
    Ok(spec.is_none_or(|spec| spec == "SYMMETRIC_DEFAULT").into())
}

fn origin(scope: &Scope) -> Outcome {
    match scope.entry.declaration.type_name.as_str() {
        "aws_kms_external_key" | "aws_kms_replica_external_key" => return Ok("EXTERNAL".into()),
        _ if is_replica(scope) => return Err(vec!["a replica key takes this setting from its primary key".to_owned()]),
        _ => {}
    }
    // `Origin`: AWS_KMS by default. The provider creates keys in custom key stores from `custom_key_store_id` and `xks_key_id`.
    if scope.language() == Language::Terraform {
        let store = scope.is_written(["", "custom_key_store_id"])?;
        let external = scope.is_written(["", "xks_key_id"])?;
        return Ok(if external {
            "EXTERNAL_KEY_STORE".into()
        } else if store {
            "AWS_CLOUDHSM".into()
        } else {
            "AWS_KMS".into()
        });
    }
    Ok(scope.text_at(["Origin", ""])?.unwrap_or_else(|| "AWS_KMS".to_owned()).into())
}

/// `EnableKeyRotation` and `enable_key_rotation` are false by default. KMS rotates symmetric keys with its own material only.
fn rotation(scope: &Scope) -> Outcome {
    if symmetric(scope)? != json!(true) || origin(scope)? != json!("AWS_KMS") {
        return Ok(Json::Null);
    }
    scope.bool_at(ROTATION, false).map(Json::from)
}

fn is_replica(scope: &Scope) -> bool {
    scope.entry.declaration.type_name.to_ascii_lowercase().contains("replica")
}

/// Maximum number of aliases and data sources that lead to a key.
const DEPTH: u8 = 12;

/// The key to which a value refers.
struct Key {
    arn: String,
    /// Its declaration, if the template has it.
    declared: Option<usize>,
    /// The name of the alias without `alias/`, if the value refers to one.
    alias: Option<String>,
}

/// The key to which a value of a resource refers: by key id, key ARN, alias name or alias ARN.
///
/// # Errors
/// Why the value is completely unknown.
fn key(stack: &Stack, node: &Node, user: &Entry) -> Outcome<Option<Key>> {
    key_at(stack, node, user, DEPTH)
}

fn key_at(stack: &Stack, node: &Node, user: &Entry, depth: u8) -> Outcome<Option<Key>> {
    if let Value::Unknown(unknown) = &node.value {
        return Err(vec![unknown.reason.to_string()]);
    }
    let Some(depth) = depth.checked_sub(1) else { return Err(vec!["the alias of the key refers to itself".to_owned()]) };
    if let Value::Reference { id, .. } = &node.value
        && let Some(declaration) = stack.declaration(id)
    {
        if ALIASES.types.contains(&declaration.type_name.as_str()) {
            return alias_target(stack, declaration, user, depth);
        }
        if let Some(argument) = looked_up_by(&declaration.type_name) {
            return match find(&declaration.body, argument) {
                Some(name) => key_at(stack, name, user, depth),
                None => Err(vec![format!("{} refers to no key", declaration.id)]),
            };
        }
    }
    let Some(Text { text, unknown }) = stack.text(node).filter(|text| !text.text.is_empty()) else { return Ok(None) };
    if let Some(found) = stack.named(node, |table| *table == KEY)
        && let Some(entry) = stack.entries.get(found)
    {
        return Ok(Some(Key { arn: stack.arn(entry).text, declared: Some(found), alias: None }));
    }
    let alias = text.strip_prefix("alias/").or_else(|| text.split_once(":alias/").map(|(_, name)| name));
    if let Some(name) = alias {
        if let Some(alias) = stack.alias(&format!("alias/{name}")) {
            return alias_target(stack, alias, user, depth);
        }
        let arn = if text.starts_with("arn:") { text.clone() } else { kms_arn(stack, &format!("alias/{name}"), user) };
        return Ok(Some(Key { arn, declared: None, alias: Some(name.to_owned()) }));
    }
    // A reference to something other than a declared key, or a value that is only a symbol, does not identify a key.
    if text.starts_with("${") && !unknown.is_empty() {
        return Err(unknown);
    }
    let arn = if text.starts_with("arn:") { text } else { kms_arn(stack, &format!("key/{text}"), user) };
    Ok(Some(Key { arn, declared: None, alias: None }))
}

/// The argument that names the key, if a declaration is a data source that looks up a key.
fn looked_up_by(type_name: &str) -> Option<&'static str> {
    let data_source = type_name.strip_prefix("data.")?;
    KEY.identity.looked_up_by.iter().find(|(name, _)| *name == data_source).map(|(_, argument)| *argument)
}

fn alias_target(stack: &Stack, alias: &Declaration, user: &Entry, depth: u8) -> Outcome<Option<Key>> {
    match find(&alias.body, ALIASES.target) {
        Some(node) => key_at(stack, node, user, depth),
        None => Err(vec![format!("alias {} refers to no key", alias.id)]),
    }
}

fn kms_arn(stack: &Stack, what: &str, user: &Entry) -> String {
    let (region, account) = (stack.region_of(user).text, stack.account_of(user).text);
    format!("arn:{}:kms:{region}:{account}:{what}", Partition::of_region(&region).name)
}

/// The properties that [`key_facts`] gives.
pub const KEY_PROPERTIES: [&str; 3] = ["kms_key_arn", "key_manager", "key_state"];

/// ARN, manager and state of the key that a value names; `None` where the value is empty.
pub fn named_key(scope: &Scope, node: &Node) -> Option<[Outcome; 3]> {
    let found = match key(scope.stack, node, scope.entry) {
        Ok(found) => found?,
        Err(reasons) => return Some([Err(reasons.clone()), Err(reasons.clone()), Err(reasons)]),
    };
    // Customers cannot make aliases that begin with alias/aws/ (KMS API, CreateAlias).
    let is_of_aws = found.alias.as_ref().is_some_and(|alias| alias.starts_with("aws/"));
    let manager = match (&found.declared, &found.alias) {
        (None, Some(_)) if is_of_aws => Ok(json!(KeyManager::Aws)),
        (None, None) => Err(vec![format!("the template does not show whether {} is a customer managed key", found.arn)]),
        (Some(_), _) | (None, Some(_)) => Ok(json!(KeyManager::Customer)),
    };
    let state = match found.declared.and_then(|key| scope.stack.entries.get(key)) {
        Some(entry) => state(&Scope { stack: scope.stack, entry, node: &entry.body }),
        // Customers can neither disable nor delete a key that AWS manages.
        None if is_of_aws => Ok(Json::Null),
        None => Err(vec![format!("the template does not show the state of {}, a key outside of it", found.arn)]),
    };
    Some([Ok(found.arn.into()), manager, state])
}

/// ARN, manager and state of the key that a value names, each null where the value is empty.
pub fn key_facts(scope: &Scope, node: &Node) -> [Outcome; 3] {
    named_key(scope, node).unwrap_or([Ok(Json::Null), Ok(Json::Null), Ok(Json::Null)])
}

/// The ARN of the key that a value names.
pub fn key_arn(scope: &Scope, node: &Node) -> Outcome {
    let [arn, _, _] = key_facts(scope, node);
    arn
}

/// Who manages the key that a value names; null where the template cannot tell, as the live source has it.
pub fn key_manager(scope: &Scope, node: &Node) -> Outcome {
    let [_, manager, _] = key_facts(scope, node);
    manager
}
