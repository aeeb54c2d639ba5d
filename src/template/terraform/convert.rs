//! The `type` of a variable: converts a given value as Terraform does.

use std::rc::Rc;

use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use super::engine::{Stop, invalid};
use super::expression::hcl;
use super::functions::set_of;
use super::scope::Scope;
use super::syntax::Expr;
use super::value::{as_bool, as_number, number, reason_in, scalar_text, text};
use crate::template::declaration::{Node, Value};

/// Converts a value to the type that an expression such as `list(string)` names.
pub(super) fn convert(node: Node, of: &Rc<Expr>, scope: &Scope<'_>) -> Result<Node, Stop> {
    match of.as_ref() {
        Expr::Hcl(expression) => to(node, expression, scope),
        // In JSON, a type is a string.
        Expr::Template(_, template) => {
            let parsed =
                template.as_single_element().and_then(|element| element.as_literal()).and_then(|text| text.parse::<Expression>().ok());
            match parsed {
                Some(expression) => to(node, &expression, scope),
                None => Ok(node),
            }
        }
        _ => Ok(node),
    }
}

fn to(node: Node, of: &Expression, scope: &Scope<'_>) -> Result<Node, Stop> {
    if matches!(node.value, Value::Null | Value::Unknown(_) | Value::Reference { .. } | Value::Concat(_)) {
        return Ok(node);
    }
    match of {
        Expression::Variable(name) => primitive(node, name.value()),
        Expression::String(name) => primitive(node, name.value()),
        Expression::FuncCall(call) => composed(node, call, scope),
        _ => Ok(node),
    }
}

fn primitive(node: Node, name: &str) -> Result<Node, Stop> {
    let value = match name {
        "string" => scalar_text(&node.value).map(text),
        "number" => match &node.value {
            Value::Number(number) => Some(Value::Number(number.clone())),
            other => as_number(other).and_then(number),
        },
        "bool" => as_bool(&node.value).map(Value::Bool),
        _ => return Ok(node),
    };
    match value {
        Some(value) => Ok(Node::new(node.at, value)),
        None => invalid(format!("the value given for it is not of type {name}")),
    }
}

fn composed(node: Node, call: &FuncCall, scope: &Scope<'_>) -> Result<Node, Stop> {
    let name = call.name.name.value().as_str();
    let inner = call.args.get(0);
    let all = |items: Vec<Node>| -> Result<Vec<Node>, Stop> {
        items.into_iter().map(|item| inner.map_or(Ok(item.clone()), |inner| to(item, inner, scope))).collect()
    };
    let value = match (name, node.value) {
        ("list", Value::List(items)) => Value::List(all(items)?),
        ("set", Value::List(items)) => set_of(all(items)?),
        ("tuple", Value::List(items)) => match inner {
            Some(Expression::Array(types)) => {
                let items = items.into_iter().zip(types.iter());
                Value::List(items.map(|(item, of)| to(item, of, scope)).collect::<Result<_, _>>()?)
            }
            _ => Value::List(items),
        },
        ("map", Value::Map(entries)) => {
            let convert = |(key, item): (String, Node)| Ok((key, inner.map_or(Ok(item.clone()), |inner| to(item, inner, scope))?));
            Value::Map(entries.into_iter().map(convert).collect::<Result<_, Stop>>()?)
        }
        ("object", Value::Map(entries)) => match inner {
            Some(Expression::Object(types)) => return object(Node::new(node.at, Value::Map(entries)), types, scope),
            _ => Value::Map(entries),
        },
        ("optional", value) => {
            return inner.map_or(Ok(Node::new(node.at, value.clone())), |inner| to(Node::new(node.at, value), inner, scope));
        }
        (_, value) if reason_in(&value).is_some() => value,
        ("list" | "set" | "tuple" | "map" | "object", _) => return invalid(format!("the value given for it is not of type {name}")),
        (_, value) => value,
    };
    Ok(Node::new(node.at, value))
}

/// Attributes that the type does not name are dropped; `optional` ones get their default.
fn object(node: Node, types: &hcl_edit::expr::Object, scope: &Scope<'_>) -> Result<Node, Stop> {
    let mut made = Vec::new();
    for (key, of) in types {
        let name = match key {
            ObjectKey::Ident(name) => name.value().to_string(),
            ObjectKey::Expression(Expression::String(name)) => name.value().clone(),
            ObjectKey::Expression(_) => continue,
        };
        let optional = of.expr().as_func_call().filter(|call| call.name.name.value().as_str() == "optional");
        let item = match (node.get(&name), optional) {
            (Some(item), _) => to(item.clone(), of.expr(), scope)?,
            (None, Some(call)) => match (call.args.get(1), call.args.get(0)) {
                (Some(default), Some(inner)) => to(hcl(default, scope, node.at)?, inner, scope)?,
                _ => Node::new(node.at, Value::Null),
            },
            (None, None) => Node::new(node.at, Value::Null),
        };
        made.push((name, item));
    }
    Ok(Node::new(node.at, Value::Map(made)))
}
