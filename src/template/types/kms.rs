//! AWS KMS: keys; aliases are followed by [`crate::template::stack`].

use super::{Absent, As, BLANK, Ends, Identity, Paths, Table, row};
use crate::inventory::types::KeyManager;
use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::{EXISTS, Language};
use serde_json::{Value as Json, json};

/// The types that give a key a name.
pub const ALIASES: [&str; 2] = ["AWS::KMS::Alias", "aws_kms_alias"];

const ROTATION: Paths = ["EnableKeyRotation", "enable_key_rotation"];
const ENABLED: Paths = ["Enabled", "is_enabled|enabled"];

/// A customer key.
pub static KEY: Table = Table {
    type_name: "AWS::KMS::Key",
    cloudformation: &["AWS::KMS::Key", "AWS::KMS::ReplicaKey"],
    terraform: &["aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key"],
    identity: Identity { ids: &["key_id", "KeyId"], ..Identity::numbered(["", ""], "arn:{partition}:kms:{region}:{account}:key/{id}") },
    rows: &[
        // A key of a template is the customer's.
        row("key_manager", ["", ""], As::Text, Absent::By(|_| Ok(json!(KeyManager::Customer)))),
        row("key_state", ENABLED, As::By(|scope, _| state(scope)), Absent::By(state)),
        row("symmetric", ["", ""], As::Bool, Absent::By(symmetric)),
        row("origin", ["", ""], As::Text, Absent::By(origin)),
        row("rotation", ROTATION, As::By(|scope, _| rotation(scope)), Absent::By(rotation)),
    ],
    ends: Ends::PLAIN,
    ..BLANK
};

/// `Enabled` and `is_enabled` (of external keys `enabled`) are true by default. "The key state of a KMS key with an EXTERNAL origin and no key
/// material is PendingImport" (KMS developer guide, "Create a KMS key with imported key material"): CloudFormation imports none, the provider
/// what `key_material_base64` says.
pub fn state(scope: &Scope) -> Outcome {
    let of_aws = scope.language() != Language::CloudFormation && scope.entry.declaration.setting(EXISTS).is_some();
    if !of_aws && origin(scope).is_ok_and(|origin| origin == json!("EXTERNAL")) && !scope.is_written(["", "key_material_base64"])? {
        return Err(vec!["whether key material was imported is not in the template: until then the key is pending import".to_owned()]);
    }
    Ok(if scope.bool_at(ENABLED, true)? { "Enabled".into() } else { "Disabled".into() })
}

fn symmetric(scope: &Scope) -> Outcome {
    // `KeySpec` and `customer_master_key_spec`: SYMMETRIC_DEFAULT by default. A replica has the spec of its primary key.
    if is_replica(scope) {
        return Err(vec!["a replica key is as its primary key".to_owned()]);
    }
    let spec = scope.text_at(["KeySpec", "customer_master_key_spec|key_spec"])?;
    Ok(spec.is_none_or(|spec| spec == "SYMMETRIC_DEFAULT").into())
}

fn origin(scope: &Scope) -> Outcome {
    match scope.entry.declaration.type_name.as_str() {
        "aws_kms_external_key" | "aws_kms_replica_external_key" => return Ok("EXTERNAL".into()),
        _ if is_replica(scope) => return Err(vec!["a replica key is as its primary key".to_owned()]),
        _ => {}
    }
    // `Origin`: AWS_KMS by default. The provider makes keys in custom key stores from `custom_key_store_id` and `xks_key_id`.
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
