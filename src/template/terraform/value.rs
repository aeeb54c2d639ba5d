//! Values during evaluation: the symbols of unknown values, whether values are known, comparison, conversion to text.

use std::sync::Arc;

use serde_json::Number;
use sha2::{Digest, Sha256};

use super::engine::Stop;
use crate::template::declaration::{Node, Position, Unknown, Value, names_data_source};

/// The attribute of a [`Value::Reference`] to a whole resource, before an attribute is selected.
pub(super) const WHOLE: &str = "";
/// The attribute of a [`Value::Reference`] to all instances of a resource whose number is not known.
pub(super) const INSTANCES: &str = "*";
/// Terraform's own words in a plan.
pub(super) const AFTER_APPLY: &str = "known after apply";
/// The reason without a plan if nothing more is known.
pub(super) const NOT_KNOWN: &str = "it is known after deployment";
/// Longer symbols are truncated, and made unique by a digest.
const SYMBOL: usize = 160;

pub(super) fn text(value: impl Into<String>) -> Value {
    Value::Text(value.into())
}

pub(super) fn reference(id: &str, attribute: &str) -> Value {
    Value::Reference { id: Arc::from(id), attribute: Arc::from(attribute) }
}

/// An unknown value; `inside` is the text between `${` and `}` of its symbol.
pub(super) fn unknown(reason: &str, inside: &str) -> Value {
    let symbol = if inside.len() <= SYMBOL {
        format!("${{{inside}}}")
    } else {
        let head: String = inside.chars().take(SYMBOL / 2).collect();
        format!("${{{head}…#{}}}", digest(inside))
    };
    Value::Unknown(Unknown::new(reason, symbol))
}

/// An unknown value with the reason of another one.
pub(super) fn because(of: &Value, inside: &str) -> Value {
    unknown(reason_in(of).as_deref().unwrap_or(NOT_KNOWN), inside)
}

/// A short digest of a text.
pub(super) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Why an attribute of another resource, or of a data source, is not known.
pub(super) fn why_later(id: &str, attribute: &str) -> String {
    match attribute {
        WHOLE => format!("{id} is known after deployment"),
        INSTANCES => format!("how many there are of {id} is not known"),
        _ if names_data_source(id) => format!("{id}.{attribute} is read when Terraform plans"),
        _ => format!("{id}.{attribute} is known after deployment"),
    }
}

/// The unknown value of `.name` or `[0]` of another one. `take` gets the hidden value of a sensitive one; the result is sensitive too.
pub(super) fn unknown_part(of: &Unknown, step: &str, take: impl FnOnce(Value) -> Result<Value, Stop>) -> Value {
    let inside = format!("{}{step}", of.symbol.strip_prefix("${").and_then(|inside| inside.strip_suffix('}')).unwrap_or(&of.symbol));
    match of.hidden.as_ref().map(|hidden| take(hidden.as_ref().clone())) {
        Some(Ok(part)) if is_known(&part) => part.sensitive(of.reason.trim_end_matches(" is sensitive"), &inside),
        _ => unknown(&of.reason, &inside),
    }
}

/// The value as an expression for symbols: equal values give the same text.
pub(super) fn render(value: &Value) -> String {
    match value {
        Value::Null => "null".to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(value) => quoted(value),
        Value::List(items) => format!("[{}]", items.iter().map(|item| render(&item.value)).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries: Vec<_> = entries.iter().map(|(key, node)| format!("{} = {}", quoted(key), render(&node.value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Reference { id, attribute } if attribute.is_empty() => id.to_string(),
        Value::Reference { id, attribute } => format!("{id}.{attribute}"),
        Value::Concat(parts) => {
            let parts = parts.iter().map(|part| match &part.value {
                Value::Text(text) => text.clone(),
                other => format!("${{{}}}", render(other)),
            });
            format!("\"{}\"", parts.collect::<String>())
        }
        Value::Unknown(unknown) => {
            unknown.symbol.strip_prefix("${").and_then(|inside| inside.strip_suffix('}')).unwrap_or(&unknown.symbol).to_string()
        }
    }
}

/// A string literal, as in Terraform and JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_string()).to_string()
}

/// Whether the value is completely known.
pub(super) fn is_known(value: &Value) -> bool {
    match value {
        Value::Reference { .. } | Value::Concat(_) | Value::Unknown(_) => false,
        Value::List(items) => items.iter().all(|item| is_known(&item.value)),
        Value::Map(entries) => entries.iter().all(|(_, node)| is_known(&node.value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => true,
    }
}

/// The reason of the first unknown value in it.
pub(super) fn reason_in(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Unknown(unknown) => Some(unknown.reason.clone()),
        Value::Reference { id, attribute } => Some(Arc::from(why_later(id, attribute))),
        Value::Concat(items) | Value::List(items) => items.iter().find_map(|item| reason_in(&item.value)),
        Value::Map(entries) => entries.iter().find_map(|(_, node)| reason_in(&node.value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
    }
}

/// The number of nodes in the value; long texts count as several.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => 1 + text.len() / 64,
        Value::List(items) | Value::Concat(items) => 1 + items.iter().map(|item| size(&item.value)).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|(key, node)| 1 + key.len() / 64 + size(&node.value)).sum::<usize>(),
        Value::Unknown(Unknown { hidden: Some(hidden), .. }) => 1 + size(hidden),
        _ => 1,
    }
}

/// The value with all places set to the place where it is used.
pub(super) fn moved(value: Value, at: Position) -> Node {
    let all = |items: Vec<Node>| items.into_iter().map(|item| moved(item.value, at)).collect();
    let value = match value {
        Value::List(items) => Value::List(all(items)),
        Value::Concat(parts) => Value::Concat(all(parts)),
        Value::Map(entries) => Value::Map(entries.into_iter().map(|(key, node)| (key, moved(node.value, at))).collect()),
        other => other,
    };
    Node::new(at, value)
}

/// Whether two values are equal, whatever their places. `None` if that is not known. That includes equal collections: Terraform
/// distinguishes `[]` from `tolist([])`, and `{}` from `tomap({})`, and the types are not known here.
pub(super) fn equal(left: &Value, right: &Value) -> Option<bool> {
    let (left, right) = (left.revealed(), right.revealed());
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(left == right || left.as_f64() == right.as_f64()),
        (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => {
            let differ = is_known(left) && is_known(right) && !same(left, right);
            differ.then_some(false)
        }
        _ if same(left, right) => Some(true),
        _ if is_known(left) && is_known(right) => Some(false),
        _ => None,
    }
}

/// Whether two values are the same; unknown values are compared by their symbols.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    std::mem::discriminant(left) == std::mem::discriminant(right) && render(left) == render(right)
}

/// A known scalar as text; `None` for anything else.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number_text(number)),
        _ => None,
    }
}

/// Formats a number as Terraform does: `7` for 7.0.
pub(super) fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => format!("{float:.0}"),
        _ => number.to_string(),
    }
}

/// Whole numbers stay integers.
pub(super) fn number(value: f64) -> Option<Value> {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return Some(Value::Number(Number::from(value as i64)));
    }
    Number::from_f64(value).map(Value::Number)
}

pub(super) fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

pub(super) fn as_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Text(text) if text == "true" => Some(true),
        Value::Text(text) if text == "false" => Some(false),
        _ => None,
    }
}

/// A text from parts: adjacent texts are merged and nested parts are flattened; without unknown parts, the result is a text.
pub(super) fn concat(at: Position, parts: Vec<Node>) -> Value {
    let mut flat: Vec<Node> = Vec::new();
    for part in parts {
        let nested = match part.value {
            Value::Concat(nested) => nested,
            other => vec![Node::new(part.at, other)],
        };
        for part in nested {
            match (flat.last_mut().map(|last| &mut last.value), scalar_text(&part.value)) {
                (Some(Value::Text(last)), Some(text)) => last.push_str(&text),
                (_, Some(text)) if text.is_empty() => {}
                (_, Some(text)) => flat.push(Node::new(at, Value::Text(text))),
                (_, None) => flat.push(Node::new(at, part.value)),
            }
        }
    }
    match flat.len() {
        0 => Value::Text(String::new()),
        1 if matches!(flat.first(), Some(Node { value: Value::Text(_), .. })) => flat.swap_remove(0).value,
        _ => Value::Concat(flat),
    }
}
