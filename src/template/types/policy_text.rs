//! Resource policies: a JSON text, or a document of the template that becomes one.

use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::{Node, Value};
use serde_json::{Map, Value as Json};

/// Keys of a statement under which names and ARNs stand, in which symbols may stand for what is not known yet.
const NAMES: [&str; 2] = ["Resource", "NotResource"];

/// The policy as JSON text.
pub fn read(scope: &Scope, node: &Node) -> Outcome {
    let document = match &node.value {
        Value::Map(_) | Value::List(_) => document(scope, node, false)?,
        _ => {
            // What is not known of a text is what cannot be told from its meaning, except the account, Region and names of the template.
            let text = scope.text(node)?;
            let document: Json = serde_json::from_str(&text.text).map_err(|_| match text.unknown.first() {
                Some(_) => text.unknown.clone(),
                None => vec![format!("the policy at line {} is not JSON", node.at.line)],
            })?;
            if !text.unknown.is_empty() && symbol_outside_names(scope, &document, false) {
                return Err(text.unknown);
            }
            document
        }
    };
    Ok(document.to_string().into())
}

fn document(scope: &Scope, node: &Node, name: bool) -> Outcome {
    Ok(match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(value) => value.clone().into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(nodes) => Json::Array(nodes.iter().map(|node| document(scope, node, name)).collect::<Outcome<_>>()?),
        Value::Map(entries) => {
            let entry = |(key, node): &(String, Node)| Ok((key.clone(), document(scope, node, name || NAMES.contains(&key.as_str()))?));
            Json::Object(entries.iter().map(entry).collect::<Outcome<Map<_, _>>>()?)
        }
        Value::Reference { .. } | Value::Concat(_) | Value::Unknown(_) => {
            let text = scope.text(node)?;
            let nameless = matches!(node.value, Value::Unknown(_)) && !own_symbols_only(scope, &text.text);
            if nameless || (!name && !text.unknown.is_empty() && !own_symbols_only(scope, &text.text)) {
                return Err(text.unknown);
            }
            text.text.into()
        }
    })
}

/// Whether the only symbols are the account's and the Region's, which stand in the resource's ARN as well.
fn own_symbols_only(scope: &Scope, text: &str) -> bool {
    !text.replace(scope.stack.account(), "").replace(scope.stack.region(), "").contains("${")
}

fn symbol_outside_names(scope: &Scope, document: &Json, name: bool) -> bool {
    match document {
        Json::String(text) => !name && !own_symbols_only(scope, text) && !is_policy_variable(text),
        Json::Array(values) => values.iter().any(|value| symbol_outside_names(scope, value, name)),
        Json::Object(entries) => {
            entries.iter().any(|(key, value)| symbol_outside_names(scope, value, name || NAMES.contains(&key.as_str())))
        }
        _ => false,
    }
}

/// `${aws:username}` and the like are IAM's own.
fn is_policy_variable(text: &str) -> bool {
    text.split("${").skip(1).all(|rest| ["aws:", "s3:", "kms:", "ec2:", "iam:", "saml:"].iter().any(|prefix| rest.starts_with(prefix)))
}
