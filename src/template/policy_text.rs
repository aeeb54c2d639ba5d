//! Resource policies: a JSON text, or a map of the template that is converted to JSON.
//!
//! A symbol stands for a resource of the template (a role, a vault) that a policy names. A value from outside of the template may be
//! anything, even `*`: its symbol appears in the text too, and the reason why it is unknown is kept.

use super::convert::{Outcome, Scope, Unknown};
use super::declaration::{Node, Value};
use crate::inventory::{is_policy_variable, note, symbol_path};
use serde_json::{Map, Value as Json};

/// The policy as JSON text. `nested` gets the reasons for symbols that may stand for anything.
pub fn read(scope: &Scope, node: &Node, path: &str, nested: &mut Unknown) -> Outcome {
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
    let mut literal = Vec::new();
    literal_symbols(node, &mut literal);
    if !literal.is_empty() {
        return Err(literal);
    }
    from_outside(scope, node, path, nested);
    Ok(document.to_string().into())
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

/// Records the values from outside, except the account and the Region, which are in the resource's own ARN as well.
fn from_outside(scope: &Scope, node: &Node, path: &str, found: &mut Unknown) {
    match &node.value {
        Value::Unknown(unknown) if !scope.stack.text(node).is_some_and(|text| scope.stack.own_symbols_only(&text.text)) => {
            note(found, &symbol_path(path, &unknown.symbol), vec![unknown.reason.to_string()]);
        }
        // An attribute that is not an id, a name or an ARN, such as the value of a parameter, may hold anything.
        Value::Reference { id, attribute } if !scope.gives_one(attribute) => {
            if let Some(text) = scope.stack.text(node).filter(|text| !text.unknown.is_empty()) {
                note(found, &symbol_path(path, &text.text), vec![format!("{id}.{attribute} is known after deployment")]);
            }
        }
        Value::List(nodes) | Value::Concat(nodes) => nodes.iter().for_each(|node| from_outside(scope, node, path, found)),
        Value::Map(entries) => entries.iter().for_each(|(_, node)| from_outside(scope, node, path, found)),
        _ => {}
    }
}

/// Texts that look like symbols but are neither symbols nor policy variables of IAM, for example because `Fn::Sub` is missing. Their
/// meaning is unknown.
fn literal_symbols(node: &Node, found: &mut Vec<String>) {
    match &node.value {
        Value::Text(text) => {
            let after = |(start, mark): (usize, &str)| text.get(start + mark.len()..)?.split_once('}').map(|(inside, _)| inside);
            let inside = text.match_indices("${").filter_map(after).filter(|inside| !is_policy_variable(inside));
            found.extend(
                inside.map(|inside| format!("${{{inside}}} at line {} is not an IAM policy variable; is Fn::Sub missing?", node.at.line)),
            );
        }
        Value::List(nodes) | Value::Concat(nodes) => nodes.iter().for_each(|node| literal_symbols(node, found)),
        Value::Map(entries) => entries.iter().for_each(|(_, node)| literal_symbols(node, found)),
        _ => {}
    }
}
