//! The JSON of a policy. Parsing is strict: what IAM does not accept is an error, so that rel9 does not judge a policy that it only half
//! understands.

use super::text::{Symbols, Text};
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
    /// The Sid, or the position of the statement, counted from 1.
    pub label: String,
    /// Whether the effect is Allow; otherwise it is Deny.
    pub allows: bool,
    pub principals: Names<Principal>,
    pub actions: Names<Text>,
    pub resources: Names<Text>,
    /// `None` if a symbol may stand for a condition.
    pub conditions: Option<Vec<Condition>>,
}

/// An element or its `Not…`.
#[derive(Clone, Debug, PartialEq)]
pub enum Names<T> {
    Only(Vec<T>),
    AllBut(Vec<T>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    pub name: Text,
    /// Whether the kind is `AWS`, or the principal has no kind.
    pub is_aws: bool,
    /// Whether the kind is `Service`.
    pub is_service: bool,
}

/// One key of one operator. All conditions of a statement must hold; for one condition, one matching value is enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// In lower case: IAM ignores the case.
    pub operator: String,
    /// In lower case.
    pub key: String,
    pub values: Vec<Text>,
}

/// The statements of a policy text; `None` for a statement whose effect, elements or whole content may be a symbol.
///
/// A trust policy has no resources: its statements are about the role itself ("AWS JSON policy elements: Resource" in the IAM user guide).
pub fn statements(text: &str, symbols: &Symbols, is_trust: bool) -> Result<Vec<Option<Statement>>, PolicyError> {
    let policy: Value = serde_json::from_str(text).map_err(|error| PolicyError(format!("no JSON: {error}")))?;
    let policy = object(&policy, "the policy")?;
    let list = match policy.get("Statement") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(single) => vec![single],
        None => return Err(PolicyError("the policy has no Statement".to_string())),
    };
    let reader = Reader { symbols, is_trust };
    list.into_iter().zip(1..).map(|(value, number)| reader.statement(value, number)).collect()
}

struct Reader<'s, 'r> {
    symbols: &'s Symbols<'r>,
    is_trust: bool,
}

impl Reader<'_, '_> {
    fn statement(&self, value: &Value, number: usize) -> Result<Option<Statement>, PolicyError> {
        if self.is_open(value) {
            return Ok(None);
        }
        let place = format!("statement {number}");
        let fields = object(value, &place)?;
        let wrong = |what: &str| PolicyError(format!("{place}: {what}"));
        if fields.keys().any(|key| self.symbols.is_open(key)) || fields.get("Effect").is_some_and(|effect| self.is_open(effect)) {
            return Ok(None);
        }
        let allows = match fields.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(wrong("Effect is neither Allow nor Deny")),
        };
        let conditions = match fields.get("Condition") {
            None => Some(Vec::new()),
            Some(value) if self.is_open(value) => None,
            Some(value) => self.conditions(value).ok_or_else(|| wrong("Condition is not of operators, keys and values"))?,
        };
        let label = fields.get("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty()).map(str::to_string);
        Ok(Some(Statement {
            label: label.unwrap_or_else(|| number.to_string()),
            allows,
            principals: names(fields, "Principal", |value| self.principals(value))
                .ok_or_else(|| wrong("needs one of Principal and NotPrincipal"))?,
            actions: names(fields, "Action", |value| self.texts(value)).ok_or_else(|| wrong("needs one of Action and NotAction"))?,
            resources: match self.is_trust {
                true => Names::AllBut(Vec::new()),
                false => {
                    names(fields, "Resource", |value| self.texts(value)).ok_or_else(|| wrong("needs one of Resource and NotResource"))?
                }
            },
            conditions,
        }))
    }

    fn text(&self, text: &str) -> Text {
        Text::new(text, self.symbols)
    }

    /// Whether a symbol that may have any value stands where an object or list is expected.
    fn is_open(&self, value: &Value) -> bool {
        value.as_str().is_some_and(|text| self.symbols.is_open(text))
    }

    /// `"*"`, or names by kind.
    fn principals(&self, value: &Value) -> Option<Vec<Principal>> {
        match value {
            Value::String(name) if name == "*" || self.is_open(value) => {
                Some(vec![Principal { name: self.text(name), is_aws: true, is_service: false }])
            }
            Value::Object(kinds) if !kinds.is_empty() => {
                let mut all = Vec::new();
                for (kind, names) in kinds {
                    let is_aws = kind == "AWS" || self.symbols.is_open(kind);
                    let is_service = kind == "Service";
                    all.extend(self.texts(names)?.into_iter().map(|name| Principal { name, is_aws, is_service }));
                }
                Some(all)
            }
            _ => None,
        }
    }

    /// The inner `None` means that a symbol may stand for anything other than a value.
    fn conditions(&self, value: &Value) -> Option<Option<Vec<Condition>>> {
        let mut all = Vec::new();
        for (operator, keys) in value.as_object()? {
            if self.symbols.is_open(operator) || self.is_open(keys) {
                return Some(None);
            }
            for (key, values) in keys.as_object()? {
                if self.symbols.is_open(key) {
                    return Some(None);
                }
                let values = match values {
                    Value::Array(list) => list.iter().map(|value| self.scalar(value)).collect::<Option<Vec<Text>>>()?,
                    single => vec![self.scalar(single)?],
                };
                all.push(Condition { operator: operator.to_ascii_lowercase(), key: key.to_ascii_lowercase(), values });
            }
        }
        Some(Some(all))
    }

    /// A text, or a boolean or number, which IAM accepts as text.
    fn scalar(&self, value: &Value) -> Option<Text> {
        match value {
            Value::String(text) => Some(self.text(text)),
            Value::Bool(_) | Value::Number(_) => Some(self.text(&value.to_string())),
            _ => None,
        }
    }

    /// A text or a non-empty list of texts.
    fn texts(&self, value: &Value) -> Option<Vec<Text>> {
        match value {
            Value::String(text) => Some(vec![self.text(text)]),
            Value::Array(list) if !list.is_empty() => list.iter().map(|text| text.as_str().map(|text| self.text(text))).collect(),
            _ => None,
        }
    }
}

/// An element or its `Not…`; `None` if neither or both are present, or if the value has another shape.
fn names<T>(fields: &Map<String, Value>, name: &str, read: impl Fn(&Value) -> Option<Vec<T>>) -> Option<Names<T>> {
    match (fields.get(name), fields.get(&format!("Not{name}"))) {
        (Some(only), None) => read(only).map(Names::Only),
        (None, Some(all_but)) => read(all_but).map(Names::AllBut),
        _ => None,
    }
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, PolicyError> {
    value.as_object().ok_or_else(|| PolicyError(format!("{what} is no JSON object")))
}
