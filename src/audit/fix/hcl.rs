//! HCL: the resources of a fix as Terraform writes them.

use super::names::Names;
use crate::inventory::declarable::MAP_ARGUMENTS;
use crate::rules::fix::{Elements, Key, Piece, Setting};

/// The block of every resource that belongs to Terraform itself.
const META_BLOCK: &str = "lifecycle";

type Entry = (Key, Setting<String>);

/// A resource block, with a line break at its end.
pub fn resource(type_name: &str, name: &str, settings: &[Entry], names: &Names) -> String {
    let mut lines = vec![format!("resource {} {} {{", quoted(type_name), quoted(name))];
    lines.extend(body(settings, names).into_iter().map(indented));
    lines.push("}".to_owned());
    lines.join("\n") + "\n"
}

/// The lines of a body: arguments, aligned as `terraform fmt` does, and blocks.
pub fn body(settings: &[Entry], names: &Names) -> Vec<String> {
    let mut lines = Vec::new();
    for group in settings.chunk_by(|one, other| is_argument(one, names) == is_argument(other, names)) {
        if group.first().is_some_and(|entry| is_argument(entry, names)) {
            lines.extend(assignments(group.iter().map(|(key, setting)| (names.property(&key.name), value(key, setting, names)))));
        } else {
            for (key, setting) in group {
                lines.extend(blocks(&names.property(&key.name), setting, key.elements, names));
            }
        }
    }
    lines
}

/// The provider's schema decides what is a block: maps are, except a few.
fn is_argument((key, setting): &Entry, names: &Names) -> bool {
    let map = match setting {
        Setting::Map(_) => true,
        Setting::List(items) => items.iter().any(|item| matches!(item, Setting::Map(_))),
        _ => false,
    };
    !map || (names.of_cloud_control() && key.name != META_BLOCK) || MAP_ARGUMENTS.contains(&key.name.as_str())
}

fn blocks(kind: &str, setting: &Setting<String>, elements: Option<Elements>, names: &Names) -> Vec<String> {
    let block = |entries: &[Entry]| {
        if entries.is_empty() {
            return vec![format!("{kind} {{}}")];
        }
        let comment = elements.and_then(Elements::comment).map_or(String::new(), |comment| format!(" # {comment}"));
        let mut lines = vec![format!("{kind} {{{comment}")];
        lines.extend(body(entries, names).into_iter().map(indented));
        lines.push("}".to_owned());
        lines
    };
    match setting {
        Setting::Map(entries) => block(entries),
        Setting::List(items) => {
            items.iter().flat_map(|item| if let Setting::Map(entries) = item { block(entries) } else { Vec::new() }).collect()
        }
        _ => Vec::new(),
    }
}

/// The value of a property, or of elements of it.
fn value(key: &Key, setting: &Setting<String>, names: &Names) -> String {
    let value = expression(setting, names);
    let comment = key.elements.map(|elements| elements.comment().map_or(String::new(), |comment| format!(" # {comment}\n")));
    comment.map_or(value.clone(), |comment| format!("[{comment}{value}]"))
}

/// A value. Maps have a line for each entry.
pub fn expression(setting: &Setting<String>, names: &Names) -> String {
    match setting {
        Setting::Bool(value) => value.to_string(),
        Setting::Number(value) => value.to_string(),
        Setting::Text(pieces) => text(pieces, names),
        Setting::List(items) => list(&items.iter().map(|item| expression(item, names)).collect::<Vec<_>>()),
        Setting::Map(entries) => object(entries, names, names.of_cloud_control()),
        Setting::Document(entries) => format!("jsonencode({})", object(entries, names, false)),
    }
}

/// A list: on lines of their own, as `terraform fmt` leaves them, if several items have lines.
fn list(items: &[String]) -> String {
    if items.len() < 2 || !items.iter().any(|item| item.contains('\n')) {
        return format!("[{}]", items.join(", "));
    }
    let items = items.iter().flat_map(|item| format!("{item},").lines().map(str::to_owned).collect::<Vec<_>>()).map(indented);
    format!("[\n{}\n]", items.collect::<Vec<_>>().join("\n"))
}

fn object(entries: &[Entry], names: &Names, properties: bool) -> String {
    let name = |key: &Key| match (properties, &key.name) {
        (true, name) => names.property(name),
        (false, name) if is_identifier(name) => name.clone(),
        (false, name) => quoted(name),
    };
    let lines = assignments(entries.iter().map(|(key, setting)| (name(key), value(key, setting, names))));
    format!("{{\n{}\n}}", lines.into_iter().map(indented).collect::<Vec<_>>().join("\n"))
}

/// Lines `name = value`; those of values on one line are aligned with their neighbours.
fn assignments(entries: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let entries: Vec<(String, String)> = entries.collect();
    let is_single = |(_, value): &(String, String)| !value.contains('\n');
    let groups = entries.chunk_by(|one, other| is_single(one) && is_single(other));
    let aligned = |group: &[(String, String)]| {
        let width = group.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let lines: Vec<String> = group.iter().map(|(name, value)| format!("{name:width$} = {value}")).collect();
        lines.iter().flat_map(|text| text.lines().map(str::to_owned)).collect::<Vec<String>>()
    };
    groups.flat_map(aligned).collect()
}

fn text(pieces: &[Piece<String>], names: &Names) -> String {
    if let [Piece::Reference(to)] = pieces {
        return names.expression(to);
    }
    let piece = |piece: &Piece<String>| match piece {
        Piece::Literal(text) | Piece::Value(text) => escaped(text),
        Piece::Reference(to) => format!("${{{}}}", names.expression(to)),
    };
    format!("\"{}\"", pieces.iter().map(piece).collect::<String>())
}

/// A text as a literal template in quotes.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            letter if letter.is_control() => escaped.push_str(&format!("\\u{:04X}", u32::from(letter))),
            // `${` and `%{` begin interpolations; doubled, they are text.
            '{' if escaped.ends_with(['$', '%']) => {
                let mark = if escaped.ends_with('$') { '$' } else { '%' };
                escaped.extend([mark, '{']);
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}

fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-')
}

fn indented(line: String) -> String {
    if line.is_empty() { line } else { format!("  {line}") }
}
