//! Templates: `"${a}-b"`, heredocs, `%{ if }`, `%{ for }`, `~`.

use hcl_edit::template::{Directive, Element, ForTemplateExpr, IfDirective, Strip, Template};

use super::engine::{Stop, invalid};
use super::expression::{derived, entries, hcl};
use super::scope::{Frame, Scope};
use super::value::{as_bool, concat, reason_in, render, text};
use crate::template::declaration::{Node, Position, Value};

/// A template that is nothing but one interpolation is that value, whatever its type.
pub(super) fn template(template: &Template, scope: &Scope<'_>, here: Position) -> Result<Value, Stop> {
    if let Some(Element::Interpolation(only)) = template.as_single_element() {
        return Ok(hcl(&only.expr, scope, here)?.value);
    }
    Ok(concat(here, parts(template, Strip::None, scope, here)?))
}

/// `outside`: whether the tags around the template take its outer white space.
fn parts(template: &Template, outside: Strip, scope: &Scope<'_>, here: Position) -> Result<Vec<Node>, Stop> {
    let mut made = Vec::new();
    let mut strip_start = outside.strip_start();
    let elements: Vec<&Element> = template.iter().collect();
    for (index, element) in elements.iter().enumerate() {
        let next = elements.get(index + 1).map_or(outside.strip_end(), |next| strips(next).0);
        match element {
            Element::Literal(literal) => {
                let mut literal = literal.as_str();
                if strip_start {
                    literal = literal.trim_start();
                }
                if next {
                    literal = literal.trim_end();
                }
                made.push(Node::new(here, text(literal)));
            }
            Element::Interpolation(interpolation) => {
                let node = hcl(&interpolation.expr, scope, here)?;
                if matches!(node.value, Value::List(_) | Value::Map(_) | Value::Null) {
                    return invalid("a list, a map or null within a text");
                }
                made.push(node);
            }
            Element::Directive(directive) => match directive.as_ref() {
                Directive::If(directive) => made.extend(condition(directive, scope, here)?),
                Directive::For(directive) => {
                    let inside = (directive.for_expr.strip.strip_end(), directive.endfor_expr.strip.strip_start());
                    made.extend(each(&directive.for_expr, Strip::from(inside), scope, here)?);
                }
            },
        }
        strip_start = strips(element).1;
    }
    Ok(made)
}

/// Whether an element takes the white space before it, and behind it.
fn strips(element: &Element) -> (bool, bool) {
    match element {
        Element::Literal(_) => (false, false),
        Element::Interpolation(interpolation) => (interpolation.strip.strip_start(), interpolation.strip.strip_end()),
        Element::Directive(directive) => match directive.as_ref() {
            Directive::If(directive) => (directive.if_expr.strip.strip_start(), directive.endif_expr.strip.strip_end()),
            Directive::For(directive) => (directive.for_expr.strip.strip_start(), directive.endfor_expr.strip.strip_end()),
        },
    }
}

fn condition(directive: &IfDirective, scope: &Scope<'_>, here: Position) -> Result<Vec<Node>, Stop> {
    let end = directive.endif_expr.strip.strip_start();
    let first_end = directive.else_expr.as_ref().map_or(end, |other| other.strip.strip_start());
    let first = |scope| parts(&directive.if_expr.template, Strip::from((directive.if_expr.strip.strip_end(), first_end)), scope, here);
    let second = |scope| match &directive.else_expr {
        Some(other) => parts(&other.template, Strip::from((other.strip.strip_end(), end)), scope, here),
        None => Ok(Vec::new()),
    };
    let wanted = hcl(&directive.if_expr.cond_expr, scope, here)?;
    match as_bool(&wanted.value) {
        Some(true) => first(scope),
        Some(false) => second(scope),
        None if reason_in(&wanted.value).is_none() => invalid("a condition is neither true nor false"),
        None => {
            let (first, second) = (concat(here, first(scope)?), concat(here, second(scope)?));
            let inside = format!("{} ? {} : {}", render(&wanted.value), render(&first), render(&second));
            Ok(vec![Node::new(here, derived(&[&wanted.value], &inside))])
        }
    }
}

fn each(directive: &ForTemplateExpr, inside: Strip, scope: &Scope<'_>, here: Position) -> Result<Vec<Node>, Stop> {
    let collection = hcl(&directive.collection_expr, scope, here)?;
    let Some(entries) = entries(&collection)? else {
        let inside = format!("for {} at {}", render(&collection.value), scope.place(here));
        return Ok(vec![Node::new(here, derived(&[&collection.value], &inside))]);
    };
    let mut made = Vec::new();
    for (key, node) in entries {
        let outer = Frame { name: directive.key_var.as_ref().map_or("", |name| name.value().as_str()), node: key, outer: scope.frame };
        let frame = Frame { name: directive.value_var.value().as_str(), node, outer: Some(&outer) };
        made.extend(parts(&directive.template, inside, &Scope { frame: Some(&frame), ..*scope }, here)?);
    }
    Ok(made)
}
