//! YAML, with CloudFormation's short names of functions.

use super::data::Data;
use crate::rules::fix::Elements;
use serde_json::Value as Json;

/// A document, with a line break at its end.
pub fn document(data: &Data) -> String {
    lines(data).into_iter().map(|line| line + "\n").collect()
}

/// The lines of a map or a list.
pub fn lines(data: &Data) -> Vec<String> {
    match data {
        Data::Map(entries) => entries.iter().flat_map(|(name, value)| entry(name, value)).collect(),
        Data::List { items, elements } => {
            let mut all: Vec<String> = elements.and_then(Elements::comment).map(|comment| format!("# {comment}")).into_iter().collect();
            for item in items {
                let inner = lines(item);
                let first = inner.iter().position(|line| !line.starts_with('#')).unwrap_or(0);
                all.extend(inner.into_iter().enumerate().map(|(at, line)| format!("{}{line}", if at == first { "- " } else { "  " })));
            }
            all
        }
        Data::Plain(value) => vec![scalar(value)],
        Data::Function(..) => vec![inline(data)],
    }
}

/// A key with its value, which a map or a list has on lines of its own.
pub fn entry(name: &str, value: &Data) -> Vec<String> {
    let name = plain_or_quoted(name);
    match value {
        Data::Map(entries) if entries.is_empty() => vec![format!("{name}: {{}}")],
        Data::List { items, .. } if items.is_empty() => vec![format!("{name}: []")],
        Data::Map(_) | Data::List { .. } => {
            let inner = lines(value).into_iter().map(|line| format!("  {line}"));
            std::iter::once(format!("{name}:")).chain(inner).collect()
        }
        Data::Plain(_) | Data::Function(..) => vec![format!("{name}: {}", inline(value))],
    }
}

fn inline(data: &Data) -> String {
    match data {
        Data::Function(name, argument) => {
            let argument = match argument {
                Json::Array(parts) => plain_or_quoted(&parts.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(".")),
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
        Json::String(text) => plain_or_quoted(text),
        other => other.to_string(),
    }
}

/// A text without quotes where every YAML parser reads it as that text; JSON's quotes are YAML's.
fn plain_or_quoted(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || " _-./:@()?*$={}".contains(letter))
        && !text.ends_with([' ', ':'])
        && ![": ", " -", "  "].iter().any(|mark| text.contains(mark))
        && !["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { Json::String(text.to_owned()).to_string() }
}
