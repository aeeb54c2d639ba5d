//! The outline of a `.tf` file: see [`crate::template::outline`].

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};

use super::syntax;
use super::text::Source;
use crate::template::outline::{Entry, Insertion, Outline, Outlined, indent_of, line_break, line_start, literal};

/// The managed resources of a file.
pub fn resources(text: &str) -> Vec<Outlined> {
    let source = Source::new("", text);
    let Ok(body) = syntax::body(&source) else { return Vec::new() };
    let blocks = body.iter().filter_map(|structure| structure.as_block()).filter(|block| block.ident.as_str() == "resource");
    let resource = |block: &Block| {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        Some(Outlined { start: block.span()?.start, name: labels.join("."), body: outline(&source.text, block)? })
    };
    blocks.filter_map(resource).collect()
}

fn outline(text: &str, block: &Block) -> Option<Outline> {
    let span = block.span()?;
    let mut entries: Vec<Entry> = Vec::new();
    for structure in block.body.iter() {
        let start = structure.span().map_or(0, |span| span.start);
        match structure {
            Structure::Attribute(attribute) => {
                entries.push(Entry { name: attribute.key.to_string(), start, value: value(text, &attribute.value) });
            }
            Structure::Block(inner) => {
                let dynamic = inner.ident.as_str() == "dynamic";
                let name = if dynamic { inner.labels.first().map_or("", |label| label.as_str()) } else { inner.ident.as_str() };
                let inner = if dynamic { Outline::Opaque } else { outline(text, inner).unwrap_or(Outline::Opaque) };
                match entries.iter_mut().find(|entry| entry.name == name) {
                    Some(Entry { value: Outline::List(blocks), .. }) => blocks.push(inner),
                    _ => entries.push(Entry { name: name.to_owned(), start, value: Outline::List(vec![inner]) }),
                }
            }
        }
    }
    Some(Outline::Map { entries, insertion: insertion(text, span, &block.body) })
}

fn value(text: &str, expression: &Expression) -> Outline {
    match (expression, expression.span()) {
        (Expression::Bool(_) | Expression::Number(_) | Expression::String(_), Some(span)) => literal(text, span),
        _ => Outline::Opaque,
    }
}

/// Before the closing brace, which must be alone on its line; or between the braces of an empty block.
fn insertion(text: &str, span: Range<usize>, body: &Body) -> Option<Insertion> {
    let close = span.end.checked_sub(1).filter(|close| text.as_bytes().get(*close) == Some(&b'}'))?;
    let outer = indent_of(text, span.start);
    let start = line_start(text, close);
    if start > span.start && text.get(start..close)?.trim().is_empty() {
        let first = body.iter().next().and_then(Span::span);
        let inner = first.map_or_else(|| format!("{outer}  "), |first| indent_of(text, first.start).to_owned());
        let after = line_break(text).to_owned();
        return Some(Insertion { at: start..start, before: inner.clone(), after, indent: Some(inner), align: align(text, start, body) });
    }
    let open = span.start + text.get(span.start..close)?.rfind('{')?;
    let is_empty = body.is_empty() && text.get(open + 1..close)?.trim().is_empty();
    let (line_break, inner) = (line_break(text), format!("{outer}  "));
    is_empty.then(|| Insertion {
        at: open + 1..close,
        before: format!("{line_break}{inner}"),
        after: format!("{line_break}{outer}"),
        indent: Some(inner),
        align: 0,
    })
}

/// The width of the names on the lines just above, if these are arguments.
fn align(text: &str, end: usize, body: &Body) -> usize {
    let last = body.iter().last().and_then(Structure::as_attribute);
    let above = text.get(..end).unwrap_or_default().lines().next_back().unwrap_or_default();
    let name = last.map(|attribute| attribute.key.as_str()).filter(|name| above.trim_start().starts_with(name));
    let width = name.and_then(|_| above.trim_start().find('=')).and_then(|at| at.checked_sub(1));
    width.unwrap_or(0)
}
