//! `jsonencode` and `jsondecode`. What is not known within encoded JSON stays a part of the text, in quotes, so that the text is JSON
//! whatever stands for it.

use super::{Fault, Outcome, refuse};
use crate::template::declaration::{Node, Position, Value};
use crate::template::terraform::json::{self, Json, JsonValue};
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

pub(super) fn decode(of: &str, here: Position) -> Outcome {
    match json::parse(of, &|_| true) {
        Ok(json) => Ok(value_of(&json, here)),
        Err(error) => refuse(error.what),
    }
}

fn value_of(json: &Json<'_>, here: Position) -> Value {
    match &json.value {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(value) => Value::Bool(*value),
        JsonValue::Number(number) => Value::Number(number.clone()),
        JsonValue::Text(content) => text(content.as_ref()),
        JsonValue::List(items) => Value::List(items.iter().map(|item| Node::new(here, value_of(item, here))).collect()),
        JsonValue::Map(entries) => {
            let made = entries.iter().map(|(key, item)| (key.to_string(), Node::new(here, value_of(item, here))));
            Value::Map(made.collect())
        }
    }
}
