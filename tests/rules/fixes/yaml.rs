//! YAML for the proof of fixes: writes a template in it, and reads the snippet of a fix.

use granit_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value, json};

/// A template in lines, with the long names of functions.
pub fn written(template: &Value) -> String {
    lines(template).join("\n") + "\n"
}

fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) if !map.is_empty() => map.iter().flat_map(|(name, value)| entry(name, value)).collect(),
        Value::Array(items) if !items.is_empty() => items.iter().flat_map(item).collect(),
        other => vec![other.to_string()],
    }
}

fn entry(name: &str, value: &Value) -> Vec<String> {
    let is_plain = name.chars().all(|letter| letter.is_ascii_alphabetic());
    let name = if is_plain { name.to_owned() } else { Value::from(name).to_string() };
    let inner = lines(value);
    match value {
        Value::Object(map) if !map.is_empty() => [format!("{name}:")].into_iter().chain(indented(inner)).collect(),
        Value::Array(items) if !items.is_empty() => [format!("{name}:")].into_iter().chain(indented(inner)).collect(),
        _ => inner.into_iter().map(|value| format!("{name}: {value}")).collect(),
    }
}

fn item(value: &Value) -> Vec<String> {
    let mut lines = indented(lines(value));
    if let Some(first) = lines.first_mut() {
        first.replace_range(..1, "-");
    }
    lines
}

fn indented(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| format!("  {line}")).collect()
}

/// A snippet, with the long names of functions. A key that is written twice fails the test.
pub fn read(text: &str) -> Value {
    let events = Parser::new_from_str(text).map(|event| event.expect("YAML").0);
    let mut events = events.filter(|event| !matches!(event, Event::Comment(..)));
    let begins = |event: &Event<'_>| matches!(event, Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..));
    let first = events.find(begins).expect("a value");
    value(first, &mut events)
}

fn value<'e>(event: Event<'e>, events: &mut impl Iterator<Item = Event<'e>>) -> Value {
    match event {
        Event::Scalar(text, style, _, tag) => tagged(scalar(&text, style), tag.as_deref()),
        Event::SequenceStart(_, _, tag) => {
            let mut items = Vec::new();
            while let Some(event) = events.next().filter(|event| !matches!(event, Event::SequenceEnd)) {
                items.push(value(event, events));
            }
            tagged(Value::Array(items), tag.as_deref())
        }
        Event::MappingStart(_, _, tag) => {
            let mut map = Map::new();
            while let Some(Event::Scalar(name, ..)) = events.next() {
                let inner = events.next().expect("a value");
                let before = map.insert(name.clone().into_owned(), value(inner, events));
                assert_eq!(before, None, "{name} is written twice");
            }
            tagged(Value::Object(map), tag.as_deref())
        }
        other => panic!("{other:?}"),
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let plain = matches!(style, ScalarStyle::Plain);
    let meaning = ["true", "false"].contains(&text) || text.parse::<i64>().is_ok();
    if plain && meaning { text.parse().expect("JSON") } else { text.into() }
}

fn tagged(value: Value, tag: Option<&Tag>) -> Value {
    match (tag.map(|tag| tag.suffix()), value) {
        (None, value) => value,
        (Some("Ref"), value) => json!({ "Ref": value }),
        (Some("GetAtt"), Value::String(path)) => json!({ "Fn::GetAtt": path.split_once('.').expect("an attribute") }),
        (Some(function), value) => json!({ format!("Fn::{function}"): value }),
    }
}
