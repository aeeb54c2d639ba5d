//! Terraform's AWS Cloud Control provider. Its resources are CloudFormation's: "Terraform type names are derived from the CloudFormation
//! type name by lower casing the service part, snake casing the resource part and using `awscc_` as a prefix"
//! (hashicorp/terraform-provider-awscc, `contributing/docs/resource-behavior.md`). The provider only adds underscores, so this module
//! compares names without them.

use super::declaration::{Declaration, Language, Value};
use super::types::all;
use crate::inventory::unread_data::{UNREAD_DATA, is_unread};

/// The prefix of the provider's types.
const PREFIX: &str = "awscc_";

/// The hashicorp/aws resource for any Cloud Control type; its `type_name` is CloudFormation's name.
const ANY_TYPE: &str = "aws_cloudcontrolapi_resource";

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

/// For a Cloud Control resource that holds data which no table reads: CloudFormation's name of its type.
pub fn unread_data(declaration: &Declaration) -> Option<&str> {
    if declaration.type_name == ANY_TYPE {
        return match &declaration.body.get("type_name")?.value {
            Value::Text(name) => Some(name.as_str()).filter(|name| is_unread(name) || is_of_table(name)),
            _ => Some("AWS::*"),
        };
    }
    let own = declaration.type_name.strip_prefix(PREFIX)?;
    UNREAD_DATA.iter().map(|data| data.type_name).find(|name| is_type(own, name))
}

/// Whether a table has the type. Its resources may also protect those of the template.
fn is_of_table(name: &str) -> bool {
    all().any(|table| table.cloudformation.contains(&name))
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
