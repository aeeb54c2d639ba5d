//! Templates: `"${a}-b"`, heredocs, `%{ if }`, `%{ for }`, `~`.

use std::borrow::Cow;

use hcl_edit::template::{Directive, Element, ForDirective, IfDirective, Strip, Template};

use super::engine::{Stop, invalid};
use super::expression::{derived, entries, hcl};
use super::scope::{Frame, Scope};
use super::value::{as_bool, concat, quoted, reason_in, render, text};
use crate::template::declaration::{Node, Position, Value};

/// The context of a template.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// A quoted string: the parser leaves escapes between directives unchanged.
    Quoted,
    /// A heredoc, a string of a JSON file, or a file. `indent` is the indentation that a heredoc with `<<-` removes; the parser leaves it
    /// between directives.
    Bare { indent: usize },
}

/// The value of a template. A template that is only an interpolation has that value and its type.
pub(super) fn template(template: &Template, form: Form, scope: &Scope<'_>, here: Position) -> Result<Value, Stop> {
    if let Some(Element::Interpolation(only)) = template.as_single_element() {
        return Ok(hcl(&only.expr, scope, here)?.value);
    }
    Ok(concat(here, parts(template, form, None, scope, here)?))
}

/// `inside`: for the content of a directive, whether the tags around it strip white space at its start and end.
fn parts(template: &Template, form: Form, inside: Option<(bool, bool)>, scope: &Scope<'_>, here: Position) -> Result<Vec<Node>, Stop> {
    let mut made = Vec::new();
    let mut strip_start = inside.is_some_and(|(start, _)| start);
    let elements: Vec<&Element> = template.iter().collect();
    for (index, element) in elements.iter().enumerate() {
        let strip_end = elements.get(index + 1).map_or(inside.is_some_and(|(_, end)| end), |next| strips(next).0);
        match element {
            Element::Literal(literal) => {
                let literal = if inside.is_some() { finished(literal, form) } else { Cow::Borrowed(literal.as_str()) };
                made.push(Node::new(here, text(stripped(&literal, form, strip_start, strip_end))));
            }
            Element::Interpolation(interpolation) => {
                let node = hcl(&interpolation.expr, scope, here)?;
                if matches!(node.value, Value::List(_) | Value::Map(_) | Value::Null) {
                    return invalid("a list, a map or null within a text");
                }
                made.push(node);
            }
            Element::Directive(directive) => match directive.as_ref() {
                Directive::If(directive) => made.extend(condition(directive, form, scope, here)?),
                Directive::For(directive) => made.extend(each(directive, form, scope, here)?),
            },
        }
        strip_start = strips(element).1;
    }
    Ok(made)
}

/// Whether an element strips the white space before it, and after it.
fn strips(element: &Element) -> (bool, bool) {
    let outer = |first: &Strip, last: &Strip| (first.strip_start(), last.strip_end());
    match element {
        Element::Literal(_) => (false, false),
        Element::Interpolation(interpolation) => outer(&interpolation.strip, &interpolation.strip),
        Element::Directive(directive) => match directive.as_ref() {
            Directive::If(directive) => outer(&directive.if_expr.strip, &directive.endif_expr.strip),
            Directive::For(directive) => outer(&directive.for_expr.strip, &directive.endfor_expr.strip),
        },
    }
}

/// A literal without the white space that adjacent tags strip. Outside of quotes, Terraform scans line by line, and a tag strips only
/// within its own line, including the line's end (hclsyntax, `scan_tokens.rl` and `parseTemplateParts`).
fn stripped(literal: &str, form: Form, start: bool, end: bool) -> String {
    let mut lines: Vec<&str> = match form {
        Form::Quoted => vec![literal],
        Form::Bare { .. } => literal.split_inclusive('\n').collect(),
    };
    if let Some(first) = lines.first_mut().filter(|_| start) {
        *first = first.trim_start();
    }
    if let Some(last) = lines.last_mut().filter(|_| end) {
        *last = last.trim_end();
    }
    lines.concat()
}

/// A literal between directives, processed as the parser processes other literals.
fn finished(literal: &str, form: Form) -> Cow<'_, str> {
    match form {
        Form::Quoted if literal.contains('\\') => {
            // The escapes are those of JSON, plus `\U0001F600`; only escaped quotes occur here.
            let json = format!("\"{}\"", long_escapes(literal).replace(['\n', '\r', '\t'], " "));
            serde_json::from_str::<String>(&json).map_or(Cow::Borrowed(literal), Cow::Owned)
        }
        Form::Bare { indent } if indent > 0 => {
            let mut lines = literal.split_inclusive('\n');
            let mut whole = lines.next().unwrap_or_default().to_string();
            for line in lines {
                let blanks = line.chars().take(indent).take_while(|letter| matches!(letter, ' ' | '\t')).count();
                whole.push_str(line.get(blanks..).unwrap_or_default());
            }
            Cow::Owned(whole)
        }
        _ => Cow::Borrowed(literal),
    }
}

/// `\U0001F600` as the character.
fn long_escapes(literal: &str) -> String {
    let mut pieces = literal.split("\\U");
    let mut whole = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        let letter = piece.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match letter.filter(|_| !whole.ends_with('\\')) {
            Some(letter) => {
                let quoted = quoted(&letter.to_string());
                whole.push_str(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default());
                whole.push_str(piece.get(8..).unwrap_or_default());
            }
            None => {
                whole.push_str("\\U");
                whole.push_str(piece);
            }
        }
    }
    whole
}

fn condition(directive: &IfDirective, form: Form, scope: &Scope<'_>, here: Position) -> Result<Vec<Node>, Stop> {
    let end = directive.endif_expr.strip.strip_start();
    let first_end = directive.else_expr.as_ref().map_or(end, |other| other.strip.strip_start());
    let inside = |template: &Template, start: bool, end: bool| parts(template, form, Some((start, end)), scope, here);
    let first = || inside(&directive.if_expr.template, directive.if_expr.strip.strip_end(), first_end);
    let second = || match &directive.else_expr {
        Some(other) => inside(&other.template, other.strip.strip_end(), end),
        None => Ok(Vec::new()),
    };
    let wanted = hcl(&directive.if_expr.cond_expr, scope, here)?;
    match as_bool(&wanted.value) {
        Some(true) => first(),
        Some(false) => second(),
        None if reason_in(&wanted.value).is_none() => invalid("a condition is neither true nor false"),
        None => {
            let (first, second) = (concat(here, first()?), concat(here, second()?));
            let inside = format!("{} ? {} : {}", render(&wanted.value), render(&first), render(&second));
            Ok(vec![Node::new(here, derived(&[&wanted.value], &inside))])
        }
    }
}

fn each(directive: &ForDirective, form: Form, scope: &Scope<'_>, here: Position) -> Result<Vec<Node>, Stop> {
    let inside = Some((directive.for_expr.strip.strip_end(), directive.endfor_expr.strip.strip_start()));
    let directive = &directive.for_expr;
    let collection = hcl(&directive.collection_expr, scope, here)?;
    let Some(entries) = entries(&collection)? else {
        let inside = format!("for {} in {}", render(&collection.value), scope.place(here));
        return Ok(vec![Node::new(here, derived(&[&collection.value], &inside))]);
    };
    let mut made = Vec::new();
    for (key, node) in entries {
        let outer = Frame { name: directive.key_var.as_ref().map_or("", |name| name.value().as_str()), node: key, outer: scope.frame };
        let frame = Frame { name: directive.value_var.value().as_str(), node, outer: Some(&outer) };
        made.extend(parts(&directive.template, form, inside, &Scope { frame: Some(&frame), ..*scope }, here)?);
    }
    Ok(made)
}
