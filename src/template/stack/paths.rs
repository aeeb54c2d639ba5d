//! Paths into the body of a declaration, as in tables: `a.b|c`.

use crate::template::cloud_control::is_property;
use crate::template::declaration::{Node, Value};

/// The value at the first path (`a.b|c`) that has one. A path continues in the first element of a list, and ends at an unknown value.
/// Empty texts count as not set, because parameters and provider states write unset values this way; so do attributes that nothing sets.
pub fn find<'n>(node: &'n Node, paths: &str) -> Option<&'n Node> {
    let is_set = |found: &Found<'n>| !found.is_end || !matches!(&found.node.value, Value::Unknown(unknown) if unknown.unset);
    paths.split('|').filter_map(|path| at_path(node, path)).find(is_set).map(|found| found.node)
}

/// Like [`find`], for values that may be blocks: a plan does not show whether anything sets these.
pub fn find_blocks<'n>(node: &'n Node, paths: &str) -> Option<&'n Node> {
    paths.split('|').find_map(|path| at_path(node, path)).map(|found| found.node)
}

/// A CloudFormation property in the Cloud Control provider's snake case. Other bodies have no lower-case names where CloudFormation's are
/// looked up.
fn in_snake_case<'n>(node: &'n Node, property: &str) -> Option<&'n Node> {
    let Value::Map(entries) = &node.value else { return None };
    let named = |(name, node): &&(String, Node)| {
        name.starts_with(|first: char| first.is_ascii_lowercase()) && is_property(name, property) && node.value != Value::Null
    };
    let is_property = property.starts_with(|first: char| first.is_ascii_uppercase());
    entries.iter().find(named).filter(|_| is_property).map(|(_, node)| node)
}

struct Found<'n> {
    node: &'n Node,
    /// Whether the value is at the end of the path, not on the way.
    is_end: bool,
}

fn at_path<'n>(node: &'n Node, path: &str) -> Option<Found<'n>> {
    let mut found = Found { node, is_end: true };
    for key in path.split('.') {
        let node = match &found.node.value {
            Value::List(nodes) => nodes.iter().find(|node| node.value != Value::Null)?,
            _ => found.node,
        };
        found = match &node.value {
            Value::Unknown(_) | Value::Reference { .. } | Value::Concat(_) => Found { node, is_end: false },
            _ => Found { node: node.get(key).or_else(|| in_snake_case(node, key))?, is_end: true },
        };
    }
    (!path.is_empty() && !matches!(&found.node.value, Value::Text(text) if text.is_empty())).then_some(found)
}
