//! How files write resources: what a fix in their language must name.

use super::declaration::{IN_JSON, Language, Node, Value, WRITTEN_TYPE};
use super::stack::{Entry, PART_ID, Stack};
use crate::inventory::address::Address;
use crate::inventory::{Syntax, Written};

/// How the file writes a resource.
pub fn written(stack: &Stack, entry: &Entry) -> Written {
    let declaration = entry.declaration;
    let transformed = match declaration.setting(WRITTEN_TYPE).map(|node| &node.value) {
        Some(Value::Text(type_name)) => Some(type_name.as_str()),
        _ => None,
    };
    // The tables have CloudFormation's names for the resources of the Cloud Control provider.
    let of_address = || Address::parse(&declaration.id).filter(|_| declaration.language == Language::CloudControl);
    let type_name = transformed.or_else(|| of_address().map(|address| address.type_name)).unwrap_or(&declaration.type_name);
    let json = |extension: &str| declaration.file.ends_with(extension);
    let syntax = match declaration.language {
        Language::CloudFormation if declaration.setting(IN_JSON).is_some() => Syntax::Json,
        Language::CloudFormation => Syntax::Yaml,
        _ if [".tf.json", ".tofu.json"].into_iter().any(json) => Syntax::TerraformJson,
        _ => Syntax::Hcl,
    };
    let bodies = entry.table.parts.iter().filter_map(|part| match &entry.body.get(part.key)?.value {
        Value::List(bodies) => bodies.first(),
        _ => None,
    });
    let part = |body: &Node| match &body.get(PART_ID)?.value {
        Value::Text(id) => Some((stack.declaration(id)?.type_name.clone(), id.clone())),
        _ => None,
    };
    let arn_attribute = match declaration.language {
        Language::CloudFormation | Language::CloudControl => entry.table.identity.arn_attribute.map(str::to_owned),
        Language::Terraform => None,
    };
    Written { type_name: type_name.to_owned(), syntax, parts: bodies.filter_map(part).collect(), arn_attribute }
}
