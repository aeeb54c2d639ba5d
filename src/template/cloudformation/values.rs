//! Operations on values that all functions share: symbols, comparison, concatenation.

use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::template::declaration::{Node, Position, Unknown, Value};

const DYNAMIC: &str = "{{resolve:";

/// An unknown value, with its symbol.
pub fn unknown(reason: impl Into<Arc<str>>, symbol: impl Into<Arc<str>>) -> Value {
    Value::Unknown(Unknown::new(reason, symbol))
}

/// The unknown result of a function with unknown arguments. The same arguments give the same symbol.
pub fn uncalled(function: &str, arguments: &[&Value], reason: impl Into<Arc<str>>) -> Value {
    let mut text = String::new();
    for (index, argument) in arguments.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        render(argument, &mut text);
    }
    unknown(reason, format!("${{{function}({})}}", digested(text)))
}

/// Long symbols are replaced by their digest: symbols contain symbols and would grow without limit.
fn digested(text: String) -> String {
    if text.len() <= 160 {
        return text;
    }
    Sha256::digest(text.as_bytes()).iter().take(16).fold(String::from("sha256:"), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Why a value is not completely known; `None` if it is.
pub fn doubt(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Unknown(unknown) => Some(unknown.reason.clone()),
        Value::Reference { id, attribute } => Some(format!("{attribute} of {id} is known after deployment").into()),
        Value::List(items) | Value::Concat(items) => items.iter().find_map(|item| doubt(&item.value)),
        Value::Map(entries) => entries.iter().find_map(|(_, node)| doubt(&node.value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
    }
}

/// A value on one line, with symbols for its unknown parts.
pub fn render(value: &Value, text: &mut String) {
    match value {
        Value::Null => {}
        Value::Bool(bool) => text.push_str(if *bool { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number.to_string()),
        Value::Text(part) => text.push_str(part),
        Value::Reference { id, attribute } => {
            let _ = write!(text, "${{{id}.{attribute}}}");
        }
        Value::Unknown(unknown) => text.push_str(&unknown.symbol),
        Value::Concat(parts) => parts.iter().for_each(|part| render(&part.value, text)),
        Value::List(items) => {
            text.push('[');
            for item in items {
                render(&item.value, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Map(entries) => {
            text.push('{');
            for (key, node) in entries {
                let _ = write!(text, "{key}:");
                render(&node.value, text);
                text.push(',');
            }
            text.push('}');
        }
    }
}

/// A single known value as text.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
            let mut text = String::new();
            render(value, &mut text);
            Some(text)
        }
        _ => None,
    }
}

/// Whether two values are the same, whatever their places. Unknown values are the same if their symbols are.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) | (Value::Concat(a), Value::Concat(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(&a.value, &b.value))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((key, a), (other, b))| key == other && same(&a.value, &b.value))
        }
        (Value::Unknown(a), Value::Unknown(b)) => a.symbol == b.symbol,
        _ => a == b,
    }
}

/// `Fn::Equals`: CloudFormation compares the printed values. `None` if the result depends on an unknown value.
pub fn equal(a: &Value, b: &Value) -> Option<bool> {
    let (a, b) = (a.revealed(), b.revealed());
    if same(a, b) {
        return Some(true);
    }
    if doubt(a).is_some() || doubt(b).is_some() {
        return match (a, b) {
            (Value::List(a), Value::List(b)) if a.len() == b.len() => {
                a.iter().zip(b).any(|(a, b)| equal(&a.value, &b.value) == Some(false)).then_some(false)
            }
            _ => None,
        };
    }
    let (mut left, mut right) = (String::new(), String::new());
    render(a, &mut left);
    render(b, &mut right);
    Some(left == right)
}

/// The value at another place: that of the reference to it in the current file.
pub fn placed(value: &Value, at: Position) -> Value {
    let moved = |nodes: &[Node]| nodes.iter().map(|node| Node::new(at, placed(&node.value, at))).collect();
    match value {
        Value::List(items) => Value::List(moved(items)),
        Value::Concat(parts) => Value::Concat(moved(parts)),
        Value::Map(entries) => {
            Value::Map(entries.iter().map(|(key, node)| (key.clone(), Node::new(at, placed(&node.value, at)))).collect())
        }
        _ => value.clone(),
    }
}

/// The number of values in it, and the number of bytes of text.
pub fn size(value: &Value) -> (usize, usize) {
    let add = |(values, bytes), (more, text)| (values + more, bytes + text);
    match value {
        Value::Text(text) => (1, text.len()),
        Value::List(nodes) | Value::Concat(nodes) => nodes.iter().map(|node| size(&node.value)).fold((1, 0), add),
        Value::Map(entries) => entries.iter().map(|(key, node)| add((0, key.len()), size(&node.value))).fold((1, 0), add),
        _ => (1, 0),
    }
}

/// A text from parts. Adjacent known parts are merged; if all parts are known, the result is a [`Value::Text`].
pub fn concat(parts: Vec<Node>) -> Value {
    let mut merged: Vec<Node> = Vec::with_capacity(parts.len());
    for part in parts {
        match part.value {
            Value::Concat(inner) => inner.into_iter().for_each(|part| push(&mut merged, part)),
            Value::List(items) => match items.iter().map(|item| scalar(&item.value)).collect::<Option<Vec<_>>>() {
                Some(texts) => push(&mut merged, Node::new(part.at, Value::Text(texts.join(",")))),
                None => {
                    let list = Value::List(items);
                    let reason = doubt(&list).unwrap_or_else(|| "a list inside a text".into());
                    push(&mut merged, Node::new(part.at, uncalled("Fn::Join", &[&Value::Text(",".into()), &list], reason)));
                }
            },
            map @ Value::Map(_) => {
                let reason = doubt(&map).unwrap_or_else(|| "a map inside a text".into());
                push(&mut merged, Node::new(part.at, uncalled("Fn::ToJsonString", &[&map], reason)));
            }
            _ => push(&mut merged, part),
        }
    }
    let mut parts = dynamic(merged);
    match parts.len() {
        0 => Value::Text(String::new()),
        1 => parts.remove(0).value,
        _ => Value::Concat(parts),
    }
}

fn push(parts: &mut Vec<Node>, part: Node) {
    let Some(text) = scalar(&part.value) else {
        if part.value != Value::Null {
            parts.push(part);
        }
        return;
    };
    if let Some(Node { value: Value::Text(before), .. }) = parts.last_mut() {
        before.push_str(&text);
    } else if !text.is_empty() {
        parts.push(Node::new(part.at, Value::Text(text)));
    }
}

/// A literal text, which may contain dynamic references.
pub fn literal(text: &str, at: Position) -> Value {
    if text.contains(DYNAMIC) { concat(vec![Node::new(at, Value::Text(text.to_owned()))]) } else { Value::Text(text.to_owned()) }
}

/// Turns `{{resolve:ssm:name}}` into an unknown value, also where its name has several parts.
fn dynamic(parts: Vec<Node>) -> Vec<Node> {
    if !parts.iter().any(|part| matches!(&part.value, Value::Text(text) if text.contains(DYNAMIC))) {
        return parts;
    }
    let mut out = Vec::new();
    // The reference that is open.
    let mut open: Option<(Position, String)> = None;
    for part in parts {
        let Value::Text(text) = &part.value else {
            match &mut open {
                Some((_, symbol)) => render(&part.value, symbol),
                None => out.push(part),
            }
            continue;
        };
        let mut rest = text.as_str();
        while !rest.is_empty() {
            match open.take() {
                None => match rest.find(DYNAMIC) {
                    None => {
                        push(&mut out, Node::new(part.at, Value::Text(rest.to_owned())));
                        rest = "";
                    }
                    Some(start) => {
                        push(&mut out, Node::new(part.at, Value::Text(rest[..start].to_owned())));
                        open = Some((part.at, String::new()));
                        rest = &rest[start..];
                    }
                },
                Some((at, mut symbol)) => match rest.find("}}") {
                    None => {
                        symbol.push_str(rest);
                        open = Some((at, symbol));
                        rest = "";
                    }
                    Some(end) => {
                        symbol.push_str(&rest[..end + 2]);
                        out.push(Node::new(at, resolved_later(symbol)));
                        rest = &rest[end + 2..];
                    }
                },
            }
        }
    }
    if let Some((at, symbol)) = open {
        out.push(Node::new(at, resolved_later(symbol)));
    }
    out
}

fn resolved_later(symbol: String) -> Value {
    let service = match symbol[DYNAMIC.len().min(symbol.len())..].split(':').next() {
        Some("secretsmanager") => "Secrets Manager",
        Some("ssm" | "ssm-secure") => "SSM Parameter Store",
        _ => "another service",
    };
    unknown(format!("read from {service} at deployment"), digested(symbol))
}

/// A completely known value as JSON.
pub fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(bool) => serde_json::Value::Bool(*bool),
        Value::Number(number) => serde_json::Value::Number(number.clone()),
        Value::Text(text) => serde_json::Value::String(text.clone()),
        Value::List(items) => serde_json::Value::Array(items.iter().map(|item| to_json(&item.value)).collect()),
        Value::Map(entries) => serde_json::Value::Object(entries.iter().map(|(key, node)| (key.clone(), to_json(&node.value))).collect()),
        Value::Null | Value::Reference { .. } | Value::Concat(_) | Value::Unknown(_) => serde_json::Value::Null,
    }
}

/// A value of `--parameters` as a template value.
pub fn from_json(value: &serde_json::Value) -> Value {
    let at = Position::default();
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(bool) => Value::Bool(*bool),
        serde_json::Value::Number(number) => Value::Number(number.clone()),
        serde_json::Value::String(text) => literal(text, at),
        serde_json::Value::Array(items) => Value::List(items.iter().map(|item| Node::new(at, from_json(item))).collect()),
        serde_json::Value::Object(entries) => {
            Value::Map(entries.iter().map(|(key, value)| (key.clone(), Node::new(at, from_json(value)))).collect())
        }
    }
}
