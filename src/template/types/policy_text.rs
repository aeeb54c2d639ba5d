//! Resource policies: a JSON text, or a document of the template that becomes one.
//!
//! What a template's policy names of its own (roles, vaults) is one certain thing, for which a symbol may stand. A value that comes from
//! outside may be anything, `*` as well: it may be a part of a resource's name, and else makes the policy unknown.

use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::{Node, Unknown, Value};
use serde_json::{Map, Value as Json};

/// Keys of a statement under which names and ARNs of resources stand.
const NAMES: [&str; 2] = ["Resource", "NotResource"];

/// The policy as JSON text.
pub fn read(scope: &Scope, node: &Node) -> Outcome {
    let document = match &node.value {
        Value::Map(_) | Value::List(_) => document(scope, node)?,
        _ => {
            let text = scope.text(node)?;
            serde_json::from_str(&text.text).map_err(|_| match text.unknown.first() {
                Some(_) => text.unknown.clone(),
                None => vec![format!("the policy at line {} is not JSON", node.at.line)],
            })?
        }
    };
    let mut outside = Vec::new();
    from_outside(scope, node, &mut outside);
    let decisive: Vec<String> =
        outside.iter().filter(|unknown| decides(&document, &unknown.symbol, false)).map(|unknown| unknown.reason.to_string()).collect();
    if decisive.is_empty() { Ok(document.to_string().into()) } else { Err(decisive) }
}

fn document(scope: &Scope, node: &Node) -> Outcome {
    Ok(match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(value) => value.clone().into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(nodes) => {
            let nodes = nodes.iter().filter(|node| node.value != Value::Null);
            Json::Array(nodes.map(|node| document(scope, node)).collect::<Outcome<_>>()?)
        }
        Value::Map(entries) => {
            let entries = entries.iter().filter(|(_, node)| node.value != Value::Null);
            Json::Object(entries.map(|(key, node)| Ok((key.clone(), document(scope, node)?))).collect::<Outcome<Map<_, _>>>()?)
        }
        Value::Reference { .. } | Value::Concat(_) | Value::Unknown(_) => scope.text(node)?.text.into(),
    })
}

/// The values from outside, but for the account and Region, which stand in the resource's own ARN as well.
fn from_outside<'n>(scope: &Scope, node: &'n Node, found: &mut Vec<&'n Unknown>) {
    match &node.value {
        Value::Unknown(unknown) if !scope.stack.text(node).is_some_and(|text| scope.stack.own_symbols_only(&text.text)) => {
            found.push(unknown)
        }
        Value::List(nodes) | Value::Concat(nodes) => nodes.iter().for_each(|node| from_outside(scope, node, found)),
        Value::Map(entries) => entries.iter().for_each(|(_, node)| from_outside(scope, node, found)),
        _ => {}
    }
}

/// Whether a symbol stands where it decides what the policy says: anywhere but as a part of a resource's name.
fn decides(document: &Json, symbol: &str, name: bool) -> bool {
    match document {
        Json::String(text) => text == symbol || (!name && text.contains(symbol)),
        Json::Array(values) => values.iter().any(|value| decides(value, symbol, name)),
        Json::Object(entries) => {
            entries.iter().any(|(key, value)| key.contains(symbol) || decides(value, symbol, name || NAMES.contains(&key.as_str())))
        }
        _ => false,
    }
}
