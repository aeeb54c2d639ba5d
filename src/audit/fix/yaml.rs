//! YAML, with CloudFormation's short names of functions.

use super::data::Data;
use crate::rules::fix::Elements;
use serde_json::Value as Json;
use std::borrow::Cow;

/// A document, with a line break at its end.
pub fn document(data: &Data) -> String {
    lines(data).join("\n") + "\n"
}

/// The lines of a value.
pub fn lines(data: &Data) -> Vec<String> {
    let mut lines = Vec::new();
    write(data, 0, &mut lines);
    lines
}

/// The lines of a key with its value, which a map or a list has on lines of its own.
pub fn entry(name: &str, value: &Data) -> Vec<String> {
    let mut lines = Vec::new();
    write_entry(name, value, 0, &mut lines);
    lines
}

fn write(data: &Data, indent: usize, lines: &mut Vec<String>) {
    match data {
        Data::Map(entries) => entries.iter().for_each(|(name, value)| write_entry(name, value, indent, lines)),
        Data::List { items, elements } => {
            lines.extend(elements.and_then(Elements::comment).map(|comment| format!("{:indent$}# {comment}", "")));
            for item in items {
                let first = lines.len();
                write(item, indent + 2, lines);
                // The mark of the item stands in the indent of its first line that is no comment.
                let comments = lines[first..].iter().take_while(|line| line[indent + 2..].starts_with('#')).count();
                if let Some(line) = lines.get_mut(first + comments) {
                    line.replace_range(indent..=indent, "-");
                }
            }
        }
        Data::Plain(_) | Data::Function(..) => lines.push(format!("{:indent$}{}", "", inline(data))),
    }
}

fn write_entry(name: &str, value: &Data, indent: usize, lines: &mut Vec<String>) {
    let name = plain_or_quoted(name);
    match value {
        Data::Map(entries) if entries.is_empty() => lines.push(format!("{:indent$}{name}: {{}}", "")),
        Data::List { items, .. } if items.is_empty() => lines.push(format!("{:indent$}{name}: []", "")),
        Data::Map(_) | Data::List { .. } => {
            lines.push(format!("{:indent$}{name}:", ""));
            write(value, indent + 2, lines);
        }
        Data::Plain(_) | Data::Function(..) => lines.push(format!("{:indent$}{name}: {}", "", inline(value))),
    }
}

fn inline(data: &Data) -> String {
    match data {
        Data::Function(name, argument) => {
            let argument = match argument {
                Json::Array(parts) => plain_or_quoted(&parts.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(".")).into_owned(),
                argument => scalar(argument),
            };
            format!("!{} {argument}", name.trim_start_matches("Fn::"))
        }
        Data::Plain(value) => scalar(value),
        other => other.to_json().to_string(),
    }
}

fn scalar(value: &Json) -> String {
    match value {
        Json::String(text) => plain_or_quoted(text).into_owned(),
        other => other.to_string(),
    }
}

/// A text without quotes where every YAML parser reads it as that text; JSON's quotes are YAML's.
fn plain_or_quoted(text: &str) -> Cow<'_, str> {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || b" _-./:@()?*$={}".contains(&letter);
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(is_plain)
        && !text.ends_with([' ', ':'])
        && ![": ", " -", "  "].iter().any(|mark| text.contains(mark))
        && !["true", "false", "yes", "no", "on", "off", "null", "y", "n"].iter().any(|word| text.eq_ignore_ascii_case(word));
    if plain { text.into() } else { Json::String(text.to_owned()).to_string().into() }
}
