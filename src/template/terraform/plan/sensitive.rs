//! Values that plans and states mark as sensitive: variables, outputs and functions that are declared so, and attributes that the
//! provider's schema marks.

use super::super::json::{Json, JsonValue};
use crate::template::declaration::{Node, Value};

/// Hides the values that `sensitive_values` or `before_sensitive` mark: `true` in the place of a sensitive value
/// (<https://developer.hashicorp.com/terraform/internals/json-format#values-representation>). `path` is the address of the node.
pub(super) fn hide(node: &mut Node, marks: Option<&Json<'_>>, path: &str) {
    let Some(marks) = marks else { return };
    match (&marks.value, &mut node.value) {
        (JsonValue::Bool(true), _) => hide_whole(node, path),
        (JsonValue::List(marks), Value::List(items)) => {
            for (index, (item, mark)) in items.iter_mut().zip(marks).enumerate() {
                hide(item, Some(mark), &format!("{path}[{index}]"));
            }
        }
        (JsonValue::Map(marks), Value::Map(entries)) => {
            for (key, item) in entries {
                let mark = marks.iter().find(|(name, _)| name.as_ref() == key).map(|(_, mark)| mark);
                hide(item, mark, &format!("{path}.{key}"));
            }
        }
        _ => {}
    }
}

/// Hides the values at the paths of a state's `sensitive_attributes`: lists of steps with `type` (`get_attr`, `index`) and `value`.
pub(super) fn hide_paths(body: &mut Node, paths: Option<&Json<'_>>, address: &str) {
    for steps in paths.map(Json::items).unwrap_or_default() {
        if let Some((node, path)) = at_steps(body, steps.items(), address.to_owned()) {
            hide_whole(node, &path);
        }
    }
}

/// The node at a path. If the path leads into something without such a part (sets have no indexes), the last node that was found.
fn at_steps<'n>(node: &'n mut Node, steps: &[Json<'_>], path: String) -> Option<(&'n mut Node, String)> {
    let Some((step, rest)) = steps.split_first() else { return Some((node, path)) };
    // The index of a map or list is `{"value": …, "type": "string"}` in its step.
    let value = step.get("value").map(|value| value.get("value").unwrap_or(value));
    let is_there = |node: &Node| match (&node.value, value.map(|value| &value.value)) {
        (Value::Map(entries), Some(JsonValue::Text(name))) => entries.iter().position(|(key, _)| key == name.as_ref()),
        (Value::List(items), Some(JsonValue::Number(index))) => index.as_u64().map(|at| at as usize).filter(|at| *at < items.len()),
        _ => None,
    };
    let Some(at) = is_there(node) else { return (!matches!(node.value, Value::Null)).then_some((node, path)) };
    match &mut node.value {
        Value::Map(entries) => entries.get_mut(at).and_then(|(key, inner)| at_steps(inner, rest, format!("{path}.{key}"))),
        Value::List(items) => items.get_mut(at).and_then(|inner| at_steps(inner, rest, format!("{path}[{at}]"))),
        _ => None,
    }
}

fn hide_whole(node: &mut Node, path: &str) {
    node.value = std::mem::replace(&mut node.value, Value::Null).sensitive(path, path);
}
