//! The JSON of a policy. Strict: what IAM would not accept is an error, so that nobody judges a policy that was half understood.

use serde_json::{Map, Value};
use std::fmt;

/// Why a text is not a resource policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError(String);

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PolicyError {}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The Sid, or its place, counted from 1.
    pub label: String,
    /// Allow, otherwise Deny.
    pub allows: bool,
    pub principals: Names<Principal>,
    pub actions: Names<String>,
    pub resources: Names<String>,
    pub conditions: Vec<Condition>,
}

/// An element or its `Not…`.
#[derive(Clone, Debug, PartialEq)]
pub enum Names<T> {
    Only(Vec<T>),
    AllBut(Vec<T>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    pub name: String,
    /// Its kind is `AWS`, or it stands alone.
    pub is_aws: bool,
}

/// One key of one operator. All conditions of a statement must hold; the values of one are alternatives.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// In lower case: IAM does not tell cases apart.
    pub operator: String,
    /// In lower case.
    pub key: String,
    pub values: Vec<String>,
}

/// The statements of a policy text.
pub fn statements(text: &str) -> Result<Vec<Statement>, PolicyError> {
    let policy: Value = serde_json::from_str(text).map_err(|error| PolicyError(format!("no JSON: {error}")))?;
    let policy = object(&policy, "the policy")?;
    let list = match policy.get("Statement") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(single) => vec![single],
        None => return Err(PolicyError("the policy has no Statement".to_string())),
    };
    list.into_iter().zip(1..).map(|(value, number)| statement(value, number)).collect()
}

fn statement(value: &Value, number: usize) -> Result<Statement, PolicyError> {
    let place = format!("statement {number}");
    let fields = object(value, &place)?;
    let wrong = |what: &str| PolicyError(format!("{place}: {what}"));
    let allows = match fields.get("Effect").and_then(Value::as_str) {
        Some("Allow") => true,
        Some("Deny") => false,
        _ => return Err(wrong("Effect is neither Allow nor Deny")),
    };
    let conditions = match fields.get("Condition") {
        None => Vec::new(),
        Some(value) => conditions(value).ok_or_else(|| wrong("Condition is not of operators, keys and values"))?,
    };
    let label = fields.get("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty());
    Ok(Statement {
        label: label.unwrap_or(&place).to_string(),
        allows,
        principals: names(fields, "Principal", principals).ok_or_else(|| wrong("needs one of Principal and NotPrincipal"))?,
        actions: names(fields, "Action", texts).ok_or_else(|| wrong("needs one of Action and NotAction"))?,
        resources: names(fields, "Resource", texts).ok_or_else(|| wrong("needs one of Resource and NotResource"))?,
        conditions,
    })
}

/// An element or its `Not…`; `None` when neither is there, both are, or its value has another shape.
fn names<T>(fields: &Map<String, Value>, name: &str, read: fn(&Value) -> Option<Vec<T>>) -> Option<Names<T>> {
    match (fields.get(name), fields.get(&format!("Not{name}"))) {
        (Some(only), None) => read(only).map(Names::Only),
        (None, Some(all_but)) => read(all_but).map(Names::AllBut),
        _ => None,
    }
}

/// `"*"`, or names by kind.
fn principals(value: &Value) -> Option<Vec<Principal>> {
    let principal = |name: String, is_aws: bool| Principal { name, is_aws };
    match value {
        Value::String(name) if name == "*" => Some(vec![principal(name.clone(), true)]),
        Value::Object(kinds) if !kinds.is_empty() => {
            let mut all = Vec::new();
            for (kind, names) in kinds {
                all.extend(texts(names)?.into_iter().map(|name| principal(name, kind == "AWS")));
            }
            Some(all)
        }
        _ => None,
    }
}

fn conditions(value: &Value) -> Option<Vec<Condition>> {
    let mut all = Vec::new();
    for (operator, keys) in value.as_object()? {
        for (key, values) in keys.as_object()? {
            let values = match values {
                Value::Array(list) => list.iter().map(scalar).collect::<Option<Vec<String>>>()?,
                single => vec![scalar(single)?],
            };
            all.push(Condition { operator: operator.to_ascii_lowercase(), key: key.to_ascii_lowercase(), values });
        }
    }
    Some(all)
}

/// A text, or a truth value or number, which IAM takes as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A text or a list of at least one.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(list) if !list.is_empty() => list.iter().map(|text| text.as_str().map(str::to_string)).collect(),
        _ => None,
    }
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, PolicyError> {
    value.as_object().ok_or_else(|| PolicyError(format!("{what} is no JSON object")))
}
