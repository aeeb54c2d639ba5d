//! Terraform's AWS Cloud Control provider. Its resources are CloudFormation's: "Terraform type names are derived from the CloudFormation
//! type name by lower casing the service part, snake casing the resource part and using `awscc_` as a prefix"
//! (hashicorp/terraform-provider-awscc, `contributing/docs/resource-behavior.md`). The provider only adds underscores, so this module
//! compares names without them.

use super::declaration::{Declaration, Language, Value};
use super::types::all;

/// The prefix of the provider's types.
const PREFIX: &str = "awscc_";

/// The hashicorp/aws resource for any Cloud Control type; its `type_name` is CloudFormation's name.
const ANY_TYPE: &str = "aws_cloudcontrolapi_resource";

/// Stands for a type that the template does not show.
const UNTOLD: &str = "AWS::*";

/// The language and the type of a Terraform resource. For the Cloud Control provider, the type is CloudFormation's name if a table has
/// it.
pub fn language_and_type(type_name: &str) -> (Language, &str) {
    let Some(own) = type_name.strip_prefix(PREFIX) else { return (Language::Terraform, type_name) };
    let mut known = all().flat_map(|table| {
        let parts = table.parts.iter().flat_map(|part| part.types);
        let aliases = table.identity.aliases.iter().flat_map(|aliases| aliases.types);
        table.cloudformation.iter().chain(parts).chain(aliases).copied().filter(|name| is_type(own, name))
    });
    (Language::CloudControl, known.next().unwrap_or(type_name))
}

/// For the hashicorp/aws resource for any Cloud Control type: CloudFormation's name of its type, or `AWS::*` if the template does not show it.
pub fn type_of_any(declaration: &Declaration) -> Option<&str> {
    let named = Some(&declaration.body).filter(|_| declaration.type_name == ANY_TYPE)?.get("type_name");
    Some(match named.map(|node| &node.value) {
        Some(Value::Text(name)) => name,
        _ => UNTOLD,
    })
}

/// The type of such a resource that may be one that a table reads in other forms. It may also protect resources of the template.
pub fn unread_form(declaration: &Declaration) -> Option<&str> {
    type_of_any(declaration).filter(|name| *name == UNTOLD || all().any(|table| table.cloudformation.contains(name)))
}

/// Whether a type of the provider is that of a CloudFormation type.
pub fn is_type_of(type_name: &str, name: &str) -> bool {
    type_name.strip_prefix(PREFIX).is_some_and(|own| is_type(own, name))
}

/// Whether a type name without its prefix is that of a CloudFormation type.
fn is_type(own: &str, name: &str) -> bool {
    let mut parts = name.split("::");
    let is_aws = parts.next() == Some("AWS");
    match (parts.next(), parts.next(), own.split_once('_')) {
        (Some(service), Some(kind), Some((own_service, own_kind))) => {
            is_aws && own_service.eq_ignore_ascii_case(service) && is_property(own_kind, kind)
        }
        _ => false,
    }
}

/// Whether an attribute of the provider (`kms_master_key_id`) is one of CloudFormation's properties (`KMSMasterKeyId`).
pub fn is_property(attribute: &str, property: &str) -> bool {
    attribute.bytes().filter(|byte| *byte != b'_').eq(property.bytes().map(|byte| byte.to_ascii_lowercase()))
}
