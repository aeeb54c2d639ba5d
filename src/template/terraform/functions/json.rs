//! `jsonencode` and `jsondecode`. An unknown value inside encoded JSON stays a part of the text, in quotes, so that the text is JSON for
//! any value.

use super::{Fault, Outcome, known, refuse};
use crate::template::declaration::{Node, Position, Value};
use crate::template::terraform::json::{self, Json, JsonValue, Repeats};
use crate::template::terraform::value::{concat, quoted, text};

pub(super) fn encode(node: &Node, here: Position) -> Outcome {
    if let Value::Unknown(_) | Value::Reference { .. } = node.value {
        return Err(Fault::NotKnown);
    }
    let mut writer = Writer { parts: Vec::new(), written: String::new(), here };
    writer.write(&node.value);
    writer.flush();
    Ok(concat(here, writer.parts))
}

struct Writer {
    parts: Vec<Node>,
    written: String,
    here: Position,
}

impl Writer {
    fn flush(&mut self) {
        let written = std::mem::take(&mut self.written);
        self.parts.push(Node::new(self.here, text(written)));
    }

    fn part(&mut self, value: &Value) {
        self.flush();
        self.parts.push(Node::new(self.here, value.clone()));
    }

    fn write(&mut self, value: &Value) {
        match value {
            Value::Null => self.written.push_str("null"),
            Value::Bool(value) => self.written.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => self.written.push_str(&crate::template::terraform::value::number_text(number)),
            Value::Text(text) => self.written.push_str(&quoted(text)),
            Value::List(items) => {
                self.written.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.written.push(',');
                    }
                    self.write(&item.value);
                }
                self.written.push(']');
            }
            Value::Map(entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by(|(left, _), (right, _)| left.cmp(right));
                self.written.push('{');
                for (index, (key, node)) in entries.into_iter().enumerate() {
                    if index > 0 {
                        self.written.push(',');
                    }
                    self.written.push_str(&quoted(key));
                    self.written.push(':');
                    self.write(&node.value);
                }
                self.written.push('}');
            }
            Value::Concat(parts) => {
                self.written.push('"');
                for part in parts {
                    match &part.value {
                        Value::Text(text) => {
                            let quoted = quoted(text);
                            self.written.push_str(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default());
                        }
                        other => self.part(other),
                    }
                }
                self.written.push('"');
            }
            Value::Reference { .. } | Value::Unknown(_) => {
                self.written.push('"');
                self.part(value);
                self.written.push('"');
            }
        }
    }
}

/// A placeholder for an unknown part of a text while the JSON around it is parsed.
const MARK: char = '\u{F8FF}';

/// The value of a JSON text. Its strings may contain unknown parts.
pub(super) fn decode(of: &Value, here: Position) -> Outcome {
    let parts = match of {
        Value::Text(whole) => {
            let document = json::parse_repeating(whole, Repeats::LastWins).or_else(|error| refuse(error.what))?;
            return value_of(&document, &[], here);
        }
        Value::Concat(parts) => parts,
        other => return known(other).and_then(|_| refuse("it is not a text")),
    };
    let mut marked = String::new();
    for (index, part) in parts.iter().enumerate() {
        match &part.value {
            Value::Text(text) if text.contains(MARK) => return Err(Fault::NotKnown),
            Value::Text(text) => marked.push_str(text),
            _ => marked.push_str(&format!("{MARK}{index}{MARK}")),
        }
    }
    value_of(&json::parse_repeating(&marked, Repeats::LastWins).map_err(|_| Fault::NotKnown)?, parts, here)
}

fn value_of(json: &Json<'_>, parts: &[Node], here: Position) -> Outcome {
    Ok(match &json.value {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(value) => Value::Bool(*value),
        JsonValue::Number(number) => Value::Number(number.clone()),
        JsonValue::Text(content) => unmarked(content, parts, here),
        JsonValue::List(items) => {
            Value::List(items.iter().map(|item| Ok(Node::new(here, value_of(item, parts, here)?))).collect::<Result<_, Fault>>()?)
        }
        JsonValue::Map(entries) => {
            let made = entries.iter().map(|(key, item)| match key.contains(MARK) && !parts.is_empty() {
                true => Err(Fault::NotKnown),
                false => Ok((key.to_string(), Node::new(here, value_of(item, parts, here)?))),
            });
            Value::Map(made.collect::<Result<_, Fault>>()?)
        }
    })
}

/// A text with placeholders replaced by the parts.
fn unmarked(content: &str, parts: &[Node], here: Position) -> Value {
    if parts.is_empty() || !content.contains(MARK) {
        return text(content);
    }
    // Every second piece is the number of a part.
    let pieces: Vec<Node> = content
        .split(MARK)
        .enumerate()
        .filter_map(|(place, piece)| match place % 2 {
            0 => Some(Node::new(here, text(piece))),
            _ => parts.get(piece.parse::<usize>().ok()?).cloned(),
        })
        .filter(|piece| piece.value != text(""))
        .collect();
    match pieces.as_slice() {
        [only] => only.value.clone(),
        _ => concat(here, pieces),
    }
}
