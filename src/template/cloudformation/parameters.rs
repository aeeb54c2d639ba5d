//! Parameters: files with values, and the value of each parameter of a template.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use crate::inventory::encoding::decode;
use crate::template::boundary;
use crate::template::declaration::{Node, Position, TemplateError, Value};

use super::evaluation::Evaluation;
use super::tree::{self, Data, Entry, MAX_BYTES, Raw, fault, short};
use super::values::{literal, scalar, unknown};

/// A file of parameters.
pub struct Parameters {
    pub values: BTreeMap<String, Json>,
    /// The keys that are written twice.
    pub warnings: Vec<TemplateError>,
}

/// Reads a parameter file: a list of `{ParameterKey, ParameterValue}` or of `Key=Value` (AWS CLI), an object, or an object with one of
/// these under `Parameters` (CodePipeline, `--cli-input-json` of the AWS CLI). Entries with `UsePreviousValue` are skipped.
pub fn read(path: &Path) -> Result<Parameters, TemplateError> {
    let name = path.display().to_string();
    let bytes = boundary::read_given(path, MAX_BYTES as u64).map_err(|refused| fault(&name, None, refused.to_string()))?;
    let text = decode(bytes).map_err(|error| fault(&name, Some(Position { line: error.line, column: error.column }), error.what))?;
    let tree = tree::parse(&name, &text)?;
    let mut values = BTreeMap::new();
    let mut add = |key: &str, at: Position, value: Json| match values.insert(key.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(fault(&name, Some(at), format!("the parameter {} is given twice", short(key)))),
    };
    let root = match tree.root.get("Parameters") {
        Some(parameters @ Raw { data: Data::Map(_), .. }) => parameters,
        // Otherwise the file sets a parameter that is called `Parameters`, to a list.
        Some(parameters @ Raw { data: Data::List(items), .. }) if items.iter().any(|item| item.get("ParameterKey").is_some()) => parameters,
        _ => &tree.root,
    };
    match &root.data {
        Data::Map(entries) => {
            for entry in entries {
                add(&entry.key, entry.at, json(&name, &entry.value)?)?;
            }
        }
        Data::List(items) => {
            for item in items {
                if let Some((key, value)) = item.as_text().and_then(|text| text.split_once('=')) {
                    add(key.trim(), item.at, Json::String(value.to_owned()))?;
                    continue;
                }
                let Some(key) = item.get("ParameterKey").and_then(Raw::scalar) else {
                    return Err(fault(
                        &name,
                        Some(item.at),
                        "a parameter is {\"ParameterKey\": …, \"ParameterValue\": …} or \"Key=Value\"",
                    ));
                };
                match item.get("ParameterValue") {
                    Some(value) => add(&key, item.at, json(&name, value)?)?,
                    None if item.get("UsePreviousValue").is_some() => {}
                    None => return Err(fault(&name, Some(item.at), format!("{} has no ParameterValue", short(&key)))),
                }
            }
        }
        _ => return Err(fault(&name, Some(root.at), format!("parameters are a list or an object, not {}", root.kind()))),
    }
    Ok(Parameters { values, warnings: tree.warnings })
}

fn json(file: &str, raw: &Raw) -> Result<Json, TemplateError> {
    Ok(match &raw.data {
        Data::Text(text) => Json::String(text.clone()),
        Data::Number(number) => Json::Number(number.clone()),
        Data::Bool(bool) => Json::Bool(*bool),
        Data::List(items) if !items.iter().any(|item| matches!(item.data, Data::List(_))) => {
            Json::Array(items.iter().map(|item| json(file, item)).collect::<Result<_, _>>()?)
        }
        _ => return Err(fault(file, Some(raw.at), format!("the value of a parameter is a text or a list of texts, not {}", raw.kind()))),
    })
}

/// The value of a template parameter: the given value, or the default.
pub fn value_of(evaluation: &Evaluation<'_>, entry: &Entry, given: Option<&Value>) -> Result<Value, TemplateError> {
    let (name, raw) = (short(&entry.key), &entry.value);
    if !matches!(raw.data, Data::Map(_)) {
        return Err(evaluation.fault(entry.at, format!("parameter {name} is a map, not {}", raw.kind())));
    }
    let kind = raw.get("Type").and_then(Raw::as_text).unwrap_or("String");
    let symbol = || format!("${{{}{}}}", evaluation.source.prefix, entry.key);
    let value = match (given, raw.get("Default")) {
        (Some(given), _) => given.clone(),
        (None, Some(default)) => match &default.data {
            Data::Null => Value::Text(String::new()),
            Data::List(items) => {
                Value::List(items.iter().filter_map(|item| Some(Node::new(item.at, Value::Text(item.scalar()?)))).collect())
            }
            _ => match default.scalar() {
                Some(text) => literal(&text, default.at),
                None => return Ok(unknown(format!("the default of parameter {name} is a text, not {}", default.kind()), symbol())),
            },
        },
        (None, None) if evaluation.source.prefix.is_empty() => {
            return Ok(unknown(format!("parameter {name} has no default (give it with --parameters)"), symbol()));
        }
        (None, None) => return Ok(unknown(format!("parameter {name} of the nested stack is not given"), symbol())),
    };
    if kind.starts_with("AWS::SSM::Parameter::Value<") {
        let of = scalar(&value).map(|path| format!(" ({})", short(&path))).unwrap_or_default();
        return Ok(unknown(format!("parameter {name} is read from SSM Parameter Store{of} at deployment"), symbol()));
    }
    let listed = kind == "CommaDelimitedList" || kind.starts_with("List<");
    let value = match (listed, &value) {
        (true, Value::Text(_) | Value::Number(_) | Value::Bool(_)) => {
            let text = scalar(&value).unwrap_or_default();
            evaluation.session.pay(text.matches(',').count(), 0).map_err(|what| evaluation.fault(entry.at, what))?;
            Value::List(text.split(',').map(|item| Node::new(raw.at, Value::Text(item.trim().to_owned()))).collect())
        }
        // The shorthand syntax of the AWS CLI gives lists as well; a parameter that is not a list gets the items as one text.
        (false, Value::List(items)) => match items.iter().map(|item| scalar(&item.value)).collect::<Option<Vec<_>>>() {
            Some(texts) => Value::Text(texts.join(",")),
            None => value,
        },
        (false, _) => match scalar(&value) {
            Some(text) if kind == "Number" => tree::number(text.trim()).map_or(Value::Text(text), Value::Number),
            Some(text) => Value::Text(text),
            None => value,
        },
        _ => value,
    };
    evaluation.paid(entry.at, value)
}
