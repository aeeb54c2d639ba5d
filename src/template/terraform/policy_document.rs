//! The JSON of `aws_iam_policy_document`: its statements, merged by their ids with other documents.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>. What is not known stays a part of
//! the text.

use super::engine::{Stop, invalid};
use super::functions::call;
use super::scope::Scope;
use super::value::{because, reason_in, text, unknown};
use crate::template::declaration::{Node, Value};

/// The default of `version`, and the version that has no policy variables.
const VERSION: &str = "2012-10-17";
const OLD_VERSION: &str = "2008-10-17";

/// Arguments of a statement that are lists of strings, with their names in JSON. Policy variables are written as `&{`, because `${` is an
/// interpolation; actions have none.
const LISTS: [(&str, &str); 4] =
    [("actions", "Action"), ("not_actions", "NotAction"), ("resources", "Resource"), ("not_resources", "NotResource")];

/// The document as text; an unknown value if unknown statements may replace others.
pub(super) fn json(body: &Node, address: &str, scope: &Scope<'_>) -> Result<Value, Stop> {
    let mut merged = Document::default();
    let own_version = match body.get("version").map(|node| &node.value) {
        None => VERSION.to_string(),
        Some(Value::Text(version)) => version.clone(),
        Some(other) => return Ok(because(other, &format!("{address}.json"))),
    };
    for source in items(body.get("source_policy_documents")) {
        merged.merge(read(source, scope)?, Place::Source)?;
    }
    let statements = items(body.get("statement")).map(|block| statement(block, &own_version)).collect::<Result<_, Stop>>()?;
    let id = body.get("policy_id").cloned();
    merged.merge(Document { version: own_version, id, statements, open: None }, Place::Own)?;
    for other in items(body.get("override_policy_documents")) {
        merged.merge(read(other, scope)?, Place::Override)?;
    }
    if let Some(why) = merged.open {
        return Ok(because(&why, &format!("{address}.json")));
    }
    let node = |value: Value| Node::new(body.at, value);
    let mut document = vec![("Version".to_string(), node(text(merged.version)))];
    document.extend(merged.id.map(|id| ("Id".to_string(), id)));
    if !merged.statements.is_empty() {
        document.push(("Statement".to_string(), node(Value::List(merged.statements))));
    }
    call("jsonencode", &[node(Value::Map(document))], scope, body.at)
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Source,
    Own,
    Override,
}

#[derive(Default)]
struct Document {
    version: String,
    id: Option<Node>,
    statements: Vec<Node>,
    /// Why it is not known which statements remain; `None` if it is.
    open: Option<Value>,
}

impl Document {
    /// Merges the statements of another document. A statement replaces the one with the same Sid; source documents must not repeat a Sid.
    fn merge(&mut self, other: Document, place: Place) -> Result<(), Stop> {
        self.id = other.id.or_else(|| self.id.take());
        if other.version > self.version {
            self.version = other.version;
        }
        self.open = self.open.take().or(other.open);
        for new in other.statements {
            let sid = match &new.value {
                Value::Map(_) => match new.get("Sid").map(|sid| &sid.value) {
                    None => None,
                    Some(Value::Text(sid)) => Some(sid.clone()),
                    Some(other) => {
                        self.open.get_or_insert(other.clone());
                        None
                    }
                },
                // An unknown statement may have any Sid.
                other => {
                    if self.statements.iter().any(|statement| statement.get("Sid").is_some()) {
                        self.open.get_or_insert(other.clone());
                    }
                    None
                }
            };
            let same = |statement: &&mut Node| matches!(statement.get("Sid"), Some(Node { value: Value::Text(own), .. }) if Some(own) == sid.as_ref());
            match self.statements.iter_mut().find(same) {
                Some(_) if place == Place::Source => return invalid(format!("two statements have the Sid {}", sid.unwrap_or_default())),
                Some(old) => *old = new,
                None => self.statements.push(new),
            }
        }
        Ok(())
    }
}

/// Another document, as JSON. An unknown one may contain any statement.
fn read(of: &Node, scope: &Scope<'_>) -> Result<Document, Stop> {
    let decoded = Node::new(of.at, call("jsondecode", std::slice::from_ref(of), scope, of.at)?);
    let statements = match (&decoded.value, decoded.get("Statement").map(|node| &node.value)) {
        (Value::Map(_), None) => Vec::new(),
        (Value::Map(_), Some(Value::List(statements))) => statements.clone(),
        (Value::Map(_), Some(_)) => return invalid("the statements of a policy document are not a list"),
        (other, _) if reason_in(other).is_some() => vec![decoded.clone()],
        _ => return invalid("a policy document is not a JSON object"),
    };
    let version = match decoded.get("Version").map(|node| &node.value) {
        Some(Value::Text(version)) => version.clone(),
        _ => String::new(),
    };
    Ok(Document { version, id: decoded.get("Id").cloned(), statements, open: None })
}

/// The blocks, or the items of a list; an unknown value stands for itself.
fn items(of: Option<&Node>) -> impl Iterator<Item = &Node> {
    let items = match of.map(|node| &node.value) {
        Some(Value::List(items)) => items.as_slice(),
        _ => of.map_or(&[][..], std::slice::from_ref),
    };
    items.iter().filter(|item| item.value != Value::Null)
}

fn statement(block: &Node, version: &str) -> Result<Node, Stop> {
    if !matches!(block.value, Value::Map(_)) {
        return Ok(block.clone());
    }
    let mut made: Vec<(String, Node)> = Vec::new();
    let sid = block.get("sid").filter(|sid| sid.value != text(""));
    made.extend(sid.map(|sid| ("Sid".to_string(), sid.clone())));
    made.push(("Effect".to_string(), block.get("effect").cloned().unwrap_or_else(|| Node::new(block.at, text("Allow")))));
    for (argument, name) in LISTS {
        if let Some(list) = block.get(argument).and_then(single_or_list) {
            let list = if name.ends_with("Resource") { with_variables(&list, version)? } else { list };
            made.push((name.to_string(), list));
        }
    }
    for (argument, name) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        made.extend(principals(block, argument, version)?.map(|principals| (name.to_string(), principals)));
    }
    made.extend(conditions(block, version)?.map(|conditions| ("Condition".to_string(), conditions)));
    Ok(Node::new(block.at, Value::Map(made)))
}

/// A list with one item is written without brackets; an empty list is left out.
fn single_or_list(list: &Node) -> Option<Node> {
    match &list.value {
        Value::List(items) => match items.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            _ => Some(list.clone()),
        },
        Value::Null => None,
        _ => Some(list.clone()),
    }
}

/// Converts `&{aws:username}` to the policy's syntax.
fn with_variables(node: &Node, version: &str) -> Result<Node, Stop> {
    let all = |items: &[Node]| items.iter().map(|item| with_variables(item, version)).collect::<Result<Vec<Node>, Stop>>();
    let value = match &node.value {
        Value::Text(plain) if plain.contains("&{") && version == OLD_VERSION => {
            return invalid(format!("version {OLD_VERSION} of the policy language has no variables"));
        }
        Value::Text(plain) => text(plain.replace("&{", "${")),
        Value::List(items) => Value::List(all(items)?),
        Value::Concat(parts) => Value::Concat(all(parts)?),
        other => other.clone(),
    };
    Ok(Node::new(node.at, value))
}

/// Lists by their names.
type Lists = Vec<(String, Vec<Node>)>;

fn principals(block: &Node, argument: &str, version: &str) -> Result<Option<Node>, Stop> {
    let blocks: Vec<&Node> = items(block.get(argument)).collect();
    let mut by_type = Lists::new();
    for principal in &blocks {
        let kind = match principal.get("type").map(|node| &node.value) {
            Some(Value::Text(kind)) => kind.clone(),
            other => return Ok(Some(not_known(principal, other))),
        };
        let identifiers =
            items(principal.get("identifiers")).map(|node| with_variables(node, version)).collect::<Result<Vec<_>, Stop>>()?;
        match by_type.iter_mut().find(|(own, _)| *own == kind) {
            Some((_, all)) => all.extend(identifiers),
            None => by_type.push((kind, identifiers)),
        }
    }
    let everyone = matches!(by_type.as_slice(), [(kind, all)] if kind == "*" && matches!(all.as_slice(), [one] if one.value == text("*")));
    Ok(match (blocks.is_empty(), everyone) {
        (true, _) => None,
        (false, true) => Some(Node::new(block.at, text("*"))),
        (false, false) => Some(Node::new(block.at, Value::Map(by_type.into_iter().map(|(kind, all)| (kind, list(block, all))).collect()))),
    })
}

fn conditions(block: &Node, version: &str) -> Result<Option<Node>, Stop> {
    let mut tests: Vec<(String, Lists)> = Vec::new();
    for condition in items(block.get("condition")) {
        let (test, variable) = match (condition.get("test").map(|node| &node.value), condition.get("variable").map(|node| &node.value)) {
            (Some(Value::Text(test)), Some(Value::Text(variable))) => (test.clone(), variable.clone()),
            (Some(Value::Text(_)), other) | (other, _) => return Ok(Some(not_known(condition, other))),
        };
        let values = items(condition.get("values")).map(|node| with_variables(node, version)).collect::<Result<Vec<_>, Stop>>()?;
        let place = tests.iter().position(|(own, _)| *own == test).unwrap_or_else(|| {
            tests.push((test, Vec::new()));
            tests.len() - 1
        });
        let Some((_, variables)) = tests.get_mut(place) else { continue };
        match variables.iter_mut().find(|(own, _)| *own == variable) {
            Some((_, all)) => all.extend(values),
            None => variables.push((variable, values)),
        }
    }
    let of = |variables: Lists| {
        Node::new(block.at, Value::Map(variables.into_iter().map(|(variable, all)| (variable, list(block, all))).collect()))
    };
    let made: Vec<(String, Node)> = tests.into_iter().map(|(test, variables)| (test, of(variables))).collect();
    Ok((!made.is_empty()).then(|| Node::new(block.at, Value::Map(made))))
}

fn list(block: &Node, mut all: Vec<Node>) -> Node {
    if all.len() == 1 { all.swap_remove(0) } else { Node::new(block.at, Value::List(all)) }
}

/// The name of blocks with unknown names.
fn not_known(block: &Node, of: Option<&Value>) -> Node {
    let value = match &block.value {
        Value::Map(_) => of.filter(|value| reason_in(value).is_some()).cloned(),
        other => Some(other.clone()),
    };
    let value = value.map(|value| match value {
        unknown @ Value::Unknown(_) => unknown,
        other => because(&other, &super::value::render(&other)),
    });
    Node::new(block.at, value.unwrap_or_else(|| unknown("a block of a policy document lacks an argument", "a block of a policy document")))
}
