//! YAML as a [`Raw`] tree. Plain scalars have the meaning that CloudFormation gives them (YAML 1.1: `yes` is true); aliases are expanded
//! up to a limit.

use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use crate::template::declaration::{Position, TemplateError};
use crate::template::suppressions::checks_in_comment;

use super::tree::{Comment, Data, Entry, MAX_DEPTH, MAX_VALUES, Raw, Tree, fault, last_of_each, number, short, too_deep, too_many};

/// Maximum number of values that aliases may add to a file.
const MAX_ALIASED: usize = 500_000;

/// Reads a template. A second document is an error.
pub fn parse(file: &str, text: &str) -> Result<Tree, TemplateError> {
    parse_as(file, text, Dialect { plain: scalar, functions: true })
}

/// Differences between CloudFormation's and Terraform's YAML.
#[derive(Clone, Copy)]
pub struct Dialect {
    /// The meaning of a scalar without quotes.
    pub plain: fn(&str) -> Data,
    /// Whether tags name functions; otherwise tags that are not YAML's own are errors.
    pub functions: bool,
}

/// Reads YAML of a dialect.
pub fn parse_as(file: &str, text: &str, dialect: Dialect) -> Result<Tree, TemplateError> {
    let options = granit_parser::options! { max_buffered_comment_events: usize::MAX, block_scalar_eof_without_line_feed: true };
    let mut reader = Reader {
        file,
        text,
        dialect,
        open: Vec::new(),
        root: None,
        anchors: BTreeMap::new(),
        values: 0,
        aliased: 0,
        comments: Vec::new(),
        warnings: Vec::new(),
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| fault(file, Some(place(error.marker())), format!("not YAML: {}", error.info())))?;
        reader.take(event, span)?;
    }
    match reader.root {
        Some(root) => Ok(Tree { root, json: false, comments: reader.comments, warnings: reader.warnings }),
        None => Err(fault(file, None, "empty")),
    }
}

fn place(marker: &Marker) -> Position {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Position { line: count(marker.line()), column: count(marker.col()).saturating_add(1) }
}

struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    dialect: Dialect,
    /// The open collections, innermost last.
    open: Vec<Open>,
    root: Option<Raw>,
    /// The values that aliases stand for, with their sizes.
    anchors: BTreeMap<usize, (Raw, usize)>,
    values: usize,
    aliased: usize,
    comments: Vec<Comment>,
    warnings: Vec<TemplateError>,
}

struct Open {
    at: Position,
    function: Option<String>,
    anchor: usize,
    /// The number of values before it.
    before: usize,
    within: Within,
}

enum Within {
    List(Vec<Raw>),
    Map {
        entries: Vec<Entry>,
        /// The key whose value comes next.
        key: Option<(String, Position)>,
    },
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), TemplateError> {
        let at = place(span.tag_start().as_ref().unwrap_or(&span.start));
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), &span, at),
            Event::SequenceStart(_, anchor, tag) => self.start(at, tag.as_deref(), anchor, Within::List(Vec::new())),
            Event::MappingStart(_, anchor, tag) => self.start(at, tag.as_deref(), anchor, Within::Map { entries: Vec::new(), key: None }),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::Comment(text, _) => {
                let line = self.text.get(..span.start.byte_offset().unwrap_or_default()).unwrap_or_default();
                let alone = line.rsplit(['\n', '\r']).next().is_none_or(|line| line.trim().is_empty());
                let speaks = text.to_ascii_lowercase().contains("rel9") || !checks_in_comment(&text).is_empty();
                let text = if speaks { text.into_owned() } else { String::new() };
                self.comments.push(Comment { at, text, alone });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: &Span,
        at: Position,
    ) -> Result<(), TemplateError> {
        let plain = style == ScalarStyle::Plain;
        // The parser reports a missing value as an empty `~`.
        let text = if plain && span.is_empty() { "" } else { text };
        if let Some(Open { within: Within::Map { key: key @ None, .. }, .. }) = self.open.last_mut() {
            *key = Some((text.to_owned(), at));
            if anchor != 0 {
                self.anchors.insert(anchor, (Raw::text(at, text), 1));
            }
            return Ok(());
        }
        // A missing value has the place of its key.
        let at = match self.open.last() {
            Some(Open { within: Within::Map { key: Some((_, key)), .. }, .. }) if plain && span.is_empty() && tag.is_none() => *key,
            _ => at,
        };
        let meaning = self.dialect.plain;
        let raw = match (tag, self.function(tag, at)?) {
            (_, Some(function)) => Raw::single(at, function, Raw::text(place(&span.start), text)),
            (None, _) if plain => Raw { at, data: meaning(text) },
            (Some(tag), _) if plain && tag.core_suffix().is_some_and(|suffix| suffix != "str") => Raw { at, data: meaning(text) },
            _ => Raw::text(at, text),
        };
        let size = if matches!(raw.data, Data::Map(_)) { 2 } else { 1 };
        self.put(raw, anchor, size)
    }

    fn start(&mut self, at: Position, tag: Option<&Tag>, anchor: usize, within: Within) -> Result<(), TemplateError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(self.file, at));
        }
        if let Some(Open { within: Within::Map { key: None, .. }, .. }) = self.open.last() {
            return Err(fault(self.file, Some(at), "a key must be a text"));
        }
        let function = self.function(tag, at)?;
        self.open.push(Open { at, function, anchor, before: self.values, within });
        Ok(())
    }

    /// The function that a tag names.
    fn function(&self, tag: Option<&Tag>, at: Position) -> Result<Option<String>, TemplateError> {
        match function(tag) {
            Some(_) if !self.dialect.functions => Err(fault(self.file, Some(at), "a custom YAML tag, which is not allowed here")),
            function => Ok(function),
        }
    }

    fn end(&mut self) -> Result<(), TemplateError> {
        let Some(Open { at, function, anchor, before, within }) = self.open.pop() else { return Ok(()) };
        let data = match within {
            Within::List(items) => Data::List(items),
            Within::Map { entries, .. } => Data::Map(last_of_each(self.file, merged(entries), &mut self.warnings)),
        };
        let raw = Raw { at, data };
        let raw = match function {
            Some(function) => Raw::single(at, function, raw),
            None => raw,
        };
        let inside = self.values - before;
        self.values = before;
        self.put(raw, anchor, inside + 1)
    }

    fn alias(&mut self, anchor: usize, at: Position) -> Result<(), TemplateError> {
        let Some((raw, size)) = self.anchors.get(&anchor) else {
            return Err(fault(self.file, Some(at), "a YAML alias inside the value that it stands for"));
        };
        if let Some(Open { within: Within::Map { key: key @ None, .. }, .. }) = self.open.last_mut() {
            return match raw.as_text() {
                Some(text) => {
                    *key = Some((text.to_owned(), at));
                    Ok(())
                }
                None => Err(fault(self.file, Some(at), "a key must be a text")),
            };
        }
        self.aliased += size;
        if self.aliased > MAX_ALIASED {
            return Err(fault(self.file, Some(at), format!("aliases add more than {MAX_ALIASED} values")));
        }
        if self.open.len() + depth(raw) > MAX_DEPTH {
            return Err(too_deep(self.file, at));
        }
        let (raw, size) = (Raw { at, data: raw.data.clone() }, *size);
        self.put(raw, 0, size)
    }

    /// Adds a finished value to the innermost open collection.
    fn put(&mut self, raw: Raw, anchor: usize, size: usize) -> Result<(), TemplateError> {
        self.values += size;
        if self.values > MAX_VALUES {
            return Err(too_many(self.file, raw.at));
        }
        if anchor != 0 {
            self.aliased += size;
            if self.aliased > MAX_ALIASED {
                return Err(fault(self.file, Some(raw.at), format!("aliases add more than {MAX_ALIASED} values")));
            }
            self.anchors.insert(anchor, (raw.clone(), size));
        }
        match self.open.last_mut() {
            None if self.root.is_none() => self.root = Some(raw),
            // A final `---` begins an empty document.
            None if raw.data == Data::Null => {}
            None => return Err(fault(self.file, Some(raw.at), "a second YAML document; a template is one")),
            Some(Open { within: Within::List(items), .. }) => items.push(raw),
            Some(Open { within: Within::Map { entries, key }, .. }) => {
                if let Some((key, at)) = key.take() {
                    entries.push(Entry { key, at, value: raw });
                }
            }
        }
        Ok(())
    }
}

fn depth(raw: &Raw) -> usize {
    match &raw.data {
        Data::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Data::Map(entries) => 1 + entries.iter().map(|entry| depth(&entry.value)).max().unwrap_or(0),
        _ => 0,
    }
}

/// The long form of a short tag: `!Ref` is `Ref`, `!Sub` is `Fn::Sub`. YAML's own tags have none.
fn function(tag: Option<&Tag>) -> Option<String> {
    let tag = tag?;
    match (tag.handle(), tag.suffix()) {
        ("!", "") => None,
        ("!", name @ ("Ref" | "Condition")) => Some(name.to_owned()),
        ("!", name) => Some(format!("Fn::{}", short(name))),
        _ => None,
    }
}

/// A plain scalar. Values that would lose digits as a number (`012345678901`, `1.10`) stay text: they are account ids and versions.
fn scalar(text: &str) -> Data {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Data::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Data::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Data::Bool(false),
        _ => number(text).map_or_else(|| Data::Text(text.to_owned()), Data::Number),
    }
}

/// Merge keys (`<<: *defaults`): explicit keys override the merged ones.
fn merged(entries: Vec<Entry>) -> Vec<Entry> {
    if !entries.iter().any(is_merge) {
        return entries;
    }
    let (merges, mut entries): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_merge);
    let mut keys: BTreeSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    for merge in merges {
        let maps = match merge.value.data {
            Data::List(maps) => maps,
            data => vec![Raw { at: merge.at, data }],
        };
        for map in maps {
            let Data::Map(brought) = map.data else { continue };
            entries.extend(brought.into_iter().filter(|entry| keys.insert(entry.key.clone())));
        }
    }
    entries
}

fn is_merge(entry: &Entry) -> bool {
    entry.key == "<<"
        && match &entry.value.data {
            Data::Map(_) => true,
            Data::List(items) => items.iter().all(|item| matches!(item.data, Data::Map(_))),
            _ => false,
        }
}
