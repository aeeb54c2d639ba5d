//! Traversals such as `a.b[0].c` and `a[*].b`: their root and their steps.

use hcl_edit::Decorated;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};

use super::engine::{Stop, invalid};
use super::expression::{derived, hcl};
use super::scope::Scope;
use super::value::{
    self, INSTANCES, WHOLE, as_number, number_text, quoted, reason_in, reference, render, scalar_text, unknown, unknown_part,
};
use super::{data, literal};
use crate::template::declaration::{Node, Position, Value};

type Steps<'a> = &'a [Decorated<TraversalOperator>];

pub(super) fn traverse(traversal: &Traversal, scope: &Scope<'_>, here: Position) -> Result<Node, Stop> {
    let (node, rest) = match &traversal.expr {
        Expression::Variable(root) if scope.framed(root.value()).is_none() => from_root(root.value(), &traversal.operators, scope, here)?,
        other => (hcl(other, scope, here)?, traversal.operators.as_slice()),
    };
    let node = follow(node, rest, scope, here)?;
    Ok(value::moved(node.value, here))
}

fn name_at<'a>(steps: Steps<'a>, index: usize) -> Option<&'a str> {
    match steps.get(index)?.value() {
        TraversalOperator::GetAttr(name) => Some(name.value().as_str()),
        _ => None,
    }
}

/// The value of the first names, and the remaining steps.
fn from_root<'a>(root: &str, steps: Steps<'a>, scope: &Scope<'_>, here: Position) -> Result<(Node, Steps<'a>), Stop> {
    let Some(name) = name_at(steps, 0) else {
        return Ok((Node::new(here, unknown(&format!("{root} is not declared"), root)), steps));
    };
    let after = |count: usize| steps.get(count..).unwrap_or_default();
    match root {
        "var" | "local" | "each" | "count" | "path" | "terraform" | "tofu" | "self" => Ok((scope.named(root, name, here)?, after(1))),
        "data" => {
            let own = name_at(steps, 1).unwrap_or_default();
            let indexed = matches!(steps.get(2).map(Decorated::value), Some(TraversalOperator::Index(_)));
            let attribute = name_at(steps, if indexed { 3 } else { 2 });
            let index = match steps.get(2).map(Decorated::value) {
                Some(TraversalOperator::Index(index)) => index_text(&hcl(index, scope, here)?.value),
                _ => None,
            };
            match data::read((name, own), index.as_deref(), attribute, scope, here)? {
                data::Read::Whole(node) => Ok((node, after(2))),
                data::Read::Attribute(node) => Ok((node, after(if indexed { 4 } else { 3 }))),
            }
        }
        "ephemeral" => {
            let address = format!("{}{root}.{name}.{}", scope.instance.prefix, name_at(steps, 1).unwrap_or_default());
            Ok((Node::new(here, unknown(&format!("{address} is known only while Terraform runs"), &address)), after(2)))
        }
        "module" => {
            // Only one output of one instance, so that the others are not evaluated.
            if let Some(output) = name_at(steps, 1) {
                return Ok((scope.output(name, "", output, here)?, after(2)));
            }
            if let (Some(TraversalOperator::Index(index)), Some(output)) = (steps.get(1).map(Decorated::value), name_at(steps, 2)) {
                let index = hcl(index, scope, here)?;
                if let Some(index) = index_text(&index.value) {
                    return Ok((scope.output(name, &index, output, here)?, after(3)));
                }
            }
            Ok((scope.module(name, here)?, after(1)))
        }
        type_name => {
            // Only one instance, so that the others are not created for each of them.
            if let Some(TraversalOperator::Index(index)) = steps.get(1).map(Decorated::value) {
                let index = hcl(index, scope, here)?;
                if let Some(node) = scope.resource_at(type_name, name, &index.value, here)? {
                    return Ok((node, after(2)));
                }
            }
            Ok((scope.resource(type_name, name, here)?, after(1)))
        }
    }
}

/// `[0]`, `["a"]`.
fn index_text(index: &Value) -> Option<String> {
    match index {
        Value::Number(number) => Some(format!("[{}]", number_text(number))),
        Value::Text(text) => Some(format!("[{}]", quoted(text))),
        _ => None,
    }
}

fn follow(mut node: Node, steps: Steps<'_>, scope: &Scope<'_>, here: Position) -> Result<Node, Stop> {
    for (done, step) in steps.iter().enumerate() {
        let rest = steps.get(done + 1..).unwrap_or_default();
        let value = match step.value() {
            TraversalOperator::GetAttr(name) => attribute(node.value, name.value(), scope)?,
            TraversalOperator::Index(index) => {
                let index = hcl(index, scope, here)?;
                item(node.value, &index.value)?
            }
            TraversalOperator::LegacyIndex(index) => item(node.value, &Value::Number((*index.value()).into()))?,
            // `.*` applies to the attributes that follow, `[*]` to all steps that follow.
            TraversalOperator::AttrSplat(_) => {
                let taken = rest.iter().take_while(|step| matches!(step.value(), TraversalOperator::GetAttr(_))).count();
                let (inside, outside) = rest.split_at(taken);
                let value = splat(node, inside, scope, here)?;
                return follow(Node::new(here, value), outside, scope, here);
            }
            TraversalOperator::FullSplat(_) => return Ok(Node::new(here, splat(node, rest, scope, here)?)),
        };
        node = Node::new(here, value);
    }
    Ok(node)
}

fn splat(node: Node, steps: Steps<'_>, scope: &Scope<'_>, here: Position) -> Result<Value, Stop> {
    let items = match node.value {
        Value::Null => Vec::new(),
        Value::List(items) => items,
        Value::Unknown(of) => {
            return Ok(unknown_part(&of, &format!("[*] in {}", scope.place(here)), |value| {
                splat(Node::new(here, value), steps, scope, here)
            }));
        }
        Value::Reference { ref attribute, .. } if attribute.as_ref() != WHOLE => {
            return Ok(derived(&[&node.value], &format!("{}[*] in {}", render(&node.value), scope.place(here))));
        }
        other => vec![Node::new(here, other)],
    };
    Ok(Value::List(items.into_iter().map(|item| follow(item, steps, scope, here)).collect::<Result<_, _>>()?))
}

fn attribute(of: Value, name: &str, scope: &Scope<'_>) -> Result<Value, Stop> {
    match of {
        Value::Map(entries) => match entries.into_iter().find(|(key, _)| key == name) {
            Some((_, node)) => Ok(node.value),
            None => invalid(format!("there is no {name} in it")),
        },
        Value::Reference { id, attribute } if attribute.as_ref() == WHOLE || attribute.as_ref() == INSTANCES => {
            literal::attribute(&id, name, scope)
        }
        Value::Reference { id, attribute } => Ok(reference(&id, &format!("{attribute}.{name}"))),
        Value::Unknown(of) => Ok(unknown_part(&of, &format!(".{name}"), |value| attribute(value, name, scope))),
        _ => invalid(format!("there is no {name} in a value that is not a map")),
    }
}

fn item(of: Value, index: &Value) -> Result<Value, Stop> {
    match of {
        Value::Reference { id, attribute } if attribute.as_ref() == INSTANCES => return Ok(reference(&id, WHOLE)),
        Value::Unknown(of) => return Ok(unknown_part(&of, &format!("[{}]", render(index)), |value| item(value, index))),
        _ if reason_in(index).is_some() => {
            return Ok(derived(&[index], &format!("{}[{}]", render(&of), render(index))));
        }
        Value::Reference { ref id, ref attribute } if attribute.as_ref() != WHOLE => {
            return match index_text(index) {
                Some(index) => Ok(reference(id, &format!("{attribute}{index}"))),
                None => invalid("an index is neither a number nor a text"),
            };
        }
        _ => {}
    }
    let found = match of {
        Value::List(items) => {
            as_number(index).filter(|index| *index >= 0.0 && index.fract() == 0.0).and_then(|index| items.into_iter().nth(index as usize))
        }
        Value::Map(entries) => scalar_text(index).and_then(|key| entries.into_iter().find(|(name, _)| *name == key)).map(|(_, node)| node),
        _ => return invalid("an index into a value that is neither a list nor a map"),
    };
    match found {
        Some(node) => Ok(node.value),
        None => invalid(format!("there is no [{}] in it", render(index))),
    }
}
