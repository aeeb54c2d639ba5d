//! The outline of a template, YAML or JSON: see [`crate::template::outline`].

use granit_parser::{Event, Parser, ScalarStyle, Span};
use jsonc_parser::ast::{ObjectProp, ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::template::outline::{Entry, Insertion, Outline, Outlined, indent_of, line_break, line_start, literal};

use super::evaluation::is_function;
use super::tree::MAX_DEPTH;

/// The section with the resources.
const RESOURCES: &str = "Resources";
/// The key of a resource's type.
const TYPE: &str = "Type";
/// A key that brings entries of another map.
const MERGE: &str = "<<";

/// The resources of a template; none if it cannot be read.
pub fn resources(text: &str, json: bool) -> Vec<Outlined> {
    let root = if json { of_json(text) } else { of_yaml(text) };
    let Some(Outline::Map { entries, .. }) = root else { return Vec::new() };
    let section = entries.into_iter().find(|entry| entry.name == RESOURCES).map(|entry| entry.value);
    let Some(Outline::Map { entries, .. }) = section else { return Vec::new() };
    entries.into_iter().map(|Entry { name, start, value }| Outlined { start, name, body: value }).collect()
}

/// A map. Functions are opaque, and so are maps to which another brings entries.
fn map(entries: Vec<Entry>, insertion: Option<Insertion>) -> Outline {
    let evaluated = entries.iter().any(|entry| is_function(&entry.name) || entry.name == MERGE);
    if evaluated { Outline::Opaque } else { Outline::Map { entries, insertion } }
}

fn of_json(text: &str) -> Option<Outline> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok()?;
    Some(json_value(text, parsed.value?, 0))
}

fn json_value(text: &str, value: Value<'_>, depth: usize) -> Outline {
    if depth > MAX_DEPTH {
        return Outline::Opaque;
    }
    match value {
        Value::BooleanLit(_) | Value::NumberLit(_) | Value::StringLit(_) => literal(text, value.range().start..value.range().end),
        Value::NullKeyword(_) => Outline::Opaque,
        Value::Array(array) => Outline::List(array.elements.into_iter().map(|element| json_value(text, element, depth + 1)).collect()),
        Value::Object(object) => {
            let (open, close) = (object.range.start, object.range.end.saturating_sub(1));
            let entry = |property: ObjectProp<'_>| {
                let name = match property.name {
                    ObjectPropName::String(name) => name.value.into_owned(),
                    ObjectPropName::Word(name) => name.value.to_owned(),
                };
                Entry { name, start: property.range.start, value: json_value(text, property.value, depth + 1) }
            };
            let entries: Vec<Entry> = object.properties.into_iter().map(entry).collect();
            let insertion = match entries.iter().find(|entry| entry.name != TYPE).or(entries.first()) {
                Some(first) => json_insertion(text, first.start),
                None if text.get(open + 1..close).is_some_and(|inside| inside.trim().is_empty()) => {
                    Some(one_line(open + 1..close, " ", " "))
                }
                None => None,
            };
            map(entries, insertion)
        }
    }
}

/// Before the first property: on a line of its own if that has one.
fn json_insertion(text: &str, first: usize) -> Option<Insertion> {
    let indent = indent_of(text, first);
    let alone = text.get(line_start(text, first)..first)? == indent;
    let after = format!(",{}{indent}", line_break(text));
    Some(match alone {
        true => Insertion { at: first..first, before: String::new(), after, indent: Some(indent.to_owned()), align: 0 },
        false => one_line(first..first, "", ", "),
    })
}

fn one_line(at: std::ops::Range<usize>, before: &str, after: &str) -> Insertion {
    Insertion { at, before: before.to_owned(), after: after.to_owned(), indent: None, align: 0 }
}

fn of_yaml(text: &str) -> Option<Outline> {
    let options = granit_parser::options! { max_buffered_comment_events: usize::MAX, block_scalar_eof_without_line_feed: true };
    let mut reader = YamlReader { text, open: Vec::new(), root: None };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.ok()?;
        reader.take(event, &span)?;
    }
    reader.root
}

struct YamlReader<'t> {
    text: &'t str,
    /// The open collections, innermost last.
    open: Vec<Open>,
    root: Option<Outline>,
}

struct Open {
    start: usize,
    /// A tag makes a function of it, and an anchor lets other places share it.
    opaque: bool,
    within: Within,
}

enum Within {
    List(Vec<Outline>),
    /// The entries, and the key whose value comes next.
    Map(Vec<Entry>, Option<(String, usize)>),
}

impl YamlReader<'_> {
    /// Takes the next event; `None` for a text of which nothing is to be changed.
    fn take(&mut self, event: Event<'_>, span: &Span) -> Option<()> {
        let start = span.start.byte_offset()?;
        match event {
            Event::Scalar(name, style, anchor, tag) => {
                let plain = anchor == 0 && tag.is_none();
                if let Some(Open { within: Within::Map(_, key @ None), opaque, .. }) = self.open.last_mut() {
                    *opaque |= !plain;
                    *key = Some((name.into_owned(), start));
                    return Some(());
                }
                let on_line = plain && matches!(style, ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
                let value = if on_line { literal(self.text, start..span.end.byte_offset()?) } else { Outline::Opaque };
                self.put(value);
            }
            Event::Alias(_) => self.put(Outline::Opaque),
            Event::SequenceStart(_, anchor, tag) => self.begin(start, anchor != 0 || tag.is_some(), Within::List(Vec::new()))?,
            Event::MappingStart(_, anchor, tag) => self.begin(start, anchor != 0 || tag.is_some(), Within::Map(Vec::new(), None))?,
            Event::SequenceEnd | Event::MappingEnd => {
                let Open { start, opaque, within } = self.open.pop()?;
                let value = match within {
                    Within::List(items) => Outline::List(items),
                    Within::Map(entries, _) => {
                        // The type of a resource stays its first line.
                        let insertion = self.insertion(start, span, entries.iter().find(|entry| entry.name != TYPE).or(entries.first()));
                        map(entries, insertion)
                    }
                };
                self.put(if opaque { Outline::Opaque } else { value });
            }
            _ => {}
        }
        Some(())
    }

    fn begin(&mut self, start: usize, opaque: bool, within: Within) -> Option<()> {
        let is_key = matches!(self.open.last(), Some(Open { within: Within::Map(_, None), .. }));
        self.open.push(Open { start, opaque, within });
        (!is_key && self.open.len() <= MAX_DEPTH).then_some(())
    }

    fn put(&mut self, value: Outline) {
        match self.open.last_mut().map(|open| (&mut open.within, &mut open.opaque)) {
            None => self.root = Some(value),
            Some((Within::List(items), _)) => items.push(value),
            Some((Within::Map(entries, key), opaque)) => match key.take() {
                Some((name, start)) => entries.push(Entry { name, start, value }),
                // An alias as a key.
                None => {
                    *opaque = true;
                    *key = Some((String::new(), 0));
                }
            },
        }
    }

    /// Before the first key of a map in lines or in braces.
    fn insertion(&self, start: usize, end: &Span, first: Option<&Entry>) -> Option<Insertion> {
        let text = self.text;
        let in_braces = text.as_bytes().get(start) == Some(&b'{');
        match first {
            Some(first) if in_braces => Some(one_line(first.start..first.start, "", ", ")),
            Some(first) => {
                let start = line_start(text, first.start);
                let before = text.get(start..first.start)?;
                let of_list = before.chars().all(|letter| letter == ' ' || letter == '-');
                let indent = " ".repeat(before.len());
                // Above the comments of the key.
                let lines = text.get(..start)?.split_inclusive('\n').rev();
                let comments: usize = lines.take_while(|line| line.trim_start().starts_with('#')).map(str::len).sum();
                if comments > 0 && before.trim().is_empty() {
                    let at = start - comments..start - comments;
                    let after = line_break(text).to_owned();
                    return Some(Insertion { at, before: indent.clone(), after, indent: Some(indent), align: 0 });
                }
                let after = format!("{}{indent}", line_break(text));
                let at = first.start..first.start;
                of_list.then(|| Insertion { at, before: String::new(), after, indent: Some(indent), align: 0 })
            }
            None => {
                let close =
                    end.end.byte_offset()?.checked_sub(1).filter(|close| in_braces && text.as_bytes().get(*close) == Some(&b'}'))?;
                text.get(start + 1..close)?.trim().is_empty().then(|| one_line(start + 1..close, " ", " "))
            }
        }
    }
}
