//! Declarations from JSON: `$ref`, `$unknown` and `$concat` stand for values that JSON lacks. Every node has its own line.

use crate::inventory::{Resource, Shard};
use crate::template::Options;
use crate::template::declaration::{Declaration, Language, Node, Position, Unknown, Value};
use crate::template::inventory;
use serde_json::{Value as Json, json};

pub fn reference(id: &str, attribute: &str) -> Json {
    json!({ "$ref": [id, attribute] })
}

/// An unknown value with this reason; its symbol is `${?}`.
pub fn unknown(reason: &str) -> Json {
    json!({ "$unknown": [reason, "${?}"] })
}

/// An unknown value with this symbol.
pub fn symbol(symbol: &str) -> Json {
    json!({ "$unknown": [format!("{symbol} is not given"), symbol] })
}

pub fn concat(parts: &[Json]) -> Json {
    json!({ "$concat": parts })
}

pub fn node(value: &Json, line: &mut u32) -> Node {
    *line += 1;
    let at = Position { line: *line, column: 1 };
    let text = |value: &Json| value.as_str().unwrap_or_default().into();
    let value = match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => Value::Number(value.clone()),
        Json::String(value) => Value::Text(value.clone()),
        Json::Array(values) => Value::List(values.iter().map(|value| node(value, line)).collect()),
        Json::Object(entries) => match entries.iter().next() {
            Some((key, value)) if key == "$ref" => Value::Reference { id: text(&value[0]), attribute: text(&value[1]) },
            Some((key, value)) if key == "$unknown" => Value::Unknown(Unknown::new(text(&value[0]), text(&value[1]))),
            Some((key, Json::Array(parts))) if key == "$concat" => Value::Concat(parts.iter().map(|part| node(part, line)).collect()),
            _ => Value::Map(entries.iter().map(|(key, value)| (key.clone(), node(value, line))).collect()),
        },
    };
    Node::new(at, value)
}

fn declaration(language: Language, file: &str, id: &str, type_name: &str, body: &Json) -> Declaration {
    Declaration {
        language,
        type_name: type_name.to_owned(),
        id: id.to_owned(),
        file: file.into(),
        at: Position { line: 1, column: 1 },
        root: None,
        construct: None,
        body: node(body, &mut 1),
        settings: Vec::new(),
        ignores: Vec::new(),
    }
}

pub fn cfn(id: &str, type_name: &str, body: Json) -> Declaration {
    declaration(Language::CloudFormation, "main.yaml", id, type_name, &body)
}

/// `type.name` is the address.
pub fn tf(id: &str, type_name: &str, body: Json) -> Declaration {
    declaration(Language::Terraform, "main.tf", id, type_name, &body)
}

pub fn options(place: Option<(&str, &str)>) -> Options {
    Options { account: place.map(|place| place.0.to_owned()), region: place.map(|place| place.1.to_owned()), ..Options::default() }
}

pub fn shard(declarations: &[Declaration], options: &Options) -> Shard {
    inventory::shard(declarations, options)
}

/// The resources, for account 111122223333 in eu-west-1.
pub fn resources(declarations: &[Declaration]) -> Vec<Resource> {
    let shard = shard(declarations, &options(Some(("111122223333", "eu-west-1"))));
    for resource in &shard.resources {
        assert!(
            resource.properties.info().is_some_and(|info| info.name == resource.type_name),
            "{}: {:?}",
            resource.id,
            resource.properties
        );
    }
    shard.resources
}

/// The first of [`resources`].
pub fn resource(declarations: &[Declaration]) -> Resource {
    resources(declarations).remove(0)
}

/// A property; a missing one gives `null` with its reasons.
pub fn value(resource: &Resource, property: &str) -> Json {
    resource.properties.json(property).unwrap_or_else(|| json!({ "unknown": reasons(resource, property) }))
}

/// Why a property is not known.
pub fn reasons(resource: &Resource, property: &str) -> Vec<String> {
    resource.declared.as_ref().and_then(|declared| declared.unknown.get(property).cloned()).unwrap_or_default()
}

/// Asserts properties of a resource.
#[track_caller]
pub fn has(resource: &Resource, expected: Json) {
    for (property, expected) in expected.as_object().expect("an object") {
        assert_eq!(value(resource, property), *expected, "{} {property}", resource.id);
    }
}
