//! The outline of a file: where its resources have their properties, by bytes. Evaluates nothing: what is not written out is [`Outline::Opaque`].

use crate::inventory::edit::Step;
use std::ops::Range;

/// A resource of a file.
pub struct Outlined {
    /// Where it begins: its block or its logical id.
    pub start: usize,
    /// `aws_ebs_volume.data`, or the logical id.
    pub name: String,
    pub body: Outline,
}

/// A value.
pub enum Outline {
    /// A literal on one line.
    Literal(Range<usize>),
    Map {
        entries: Vec<Entry>,
        /// Where it takes a further entry; `None` if it cannot.
        insertion: Option<Insertion>,
    },
    List(Vec<Outline>),
    /// A reference, a function, an alias, a text on several lines.
    Opaque,
}

/// A key with its value.
pub struct Entry {
    pub name: String,
    pub start: usize,
    pub value: Outline,
}

/// A place for a further entry of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    pub at: Range<usize>,
    pub before: String,
    pub after: String,
    pub indent: Option<String>,
    pub align: usize,
}

/// The place for a value.
pub enum Found<'o> {
    Value(&'o Range<usize>),
    /// The insertion, and how many of the last steps are missing.
    Missing(&'o Insertion, usize),
}

impl Outline {
    /// The place for the value at a path.
    pub fn find(&self, path: &[Step]) -> Option<Found<'_>> {
        match (self, path.split_first()) {
            (Outline::Literal(range), None) => Some(Found::Value(range)),
            (Outline::Map { entries, insertion }, Some((step, rest))) => {
                let mut named = entries.iter().filter(|entry| entry.name == step.name).map(|entry| &entry.value);
                match (named.next(), named.next()) {
                    (None, _) => insertion.as_ref().map(|insertion| Found::Missing(insertion, path.len())),
                    // Blocks are a list even where there can be only one.
                    (Some(Outline::List(items)), None) => match items.as_slice() {
                        [item] if step.element || !rest.is_empty() => item.find(rest),
                        _ => None,
                    },
                    (Some(value), None) if !step.element => value.find(rest),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// The line break of a text.
pub fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The start of the line of a byte.
pub fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line_break| line_break + 1)
}

/// The blanks with which the line of a byte begins.
pub fn indent_of(text: &str, at: usize) -> &str {
    let line = text.get(line_start(text, at)..).unwrap_or_default();
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// A literal, if it is on one line and its bytes are as the parser says.
pub fn literal(text: &str, range: Range<usize>) -> Outline {
    let written = text.get(range.clone()).unwrap_or_default();
    let plain = !written.is_empty() && written.trim() == written && !written.contains(['\n', '\r']);
    if plain { Outline::Literal(range) } else { Outline::Opaque }
}
