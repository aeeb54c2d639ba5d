//! Facts as CEL values. A field that was not read is an error that carries its reason, so that CEL's own rules for errors make
//! every expression that depends on it unknown.

use super::shape::Shape;
use cel::ExecutionError;
use cel::common::traits::Indexer;
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelTimestamp, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use serde_json::Value;
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The name under which the errors of unread facts travel through CEL.
pub(super) const UNREAD: &str = "unread";

/// Reasons by path (`state`, `rules[].copies[].locked`), or for [`ANYTHING_ELSE`].
pub type Reasons = BTreeMap<String, Vec<String>>;

/// The path of the reason for every fact that has no reason of its own.
pub const ANYTHING_ELSE: &str = "*";

/// An object with known fields. Asking for one that it lacks is an error with the reason, not an absence.
#[derive(Clone, Debug)]
pub struct Record(Arc<Fields>);

#[derive(Debug)]
struct Fields {
    known: HashMap<String, Box<dyn Val>>,
    /// The fields that its shape has, read or not.
    declared: &'static BTreeMap<String, Shape>,
    path: String,
    reasons: Arc<Reasons>,
}

static RECORD: Type = Type::new_unspecified_type("record");

impl Val for Record {
    fn get_type(&self) -> &Type {
        &RECORD
    }
    fn cel_type() -> &'static Type {
        &RECORD
    }
    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }
    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }
    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Record {}

impl Indexer for Record {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let Some(name) = index.downcast_ref::<CelString>() else {
            return Err(ExecutionError::function_error(UNREAD, "a record has named fields only"));
        };
        let name = name.inner();
        match self.0.known.get(name) {
            Some(value) => Ok(CowVal::Borrowed(value.as_ref())),
            // A field of another type: the expression asked the wrong resource, which is no matter of reading.
            None if !self.0.declared.contains_key(name) => Err(ExecutionError::no_such_key(name)),
            None => {
                let path = join(&self.0.path, name);
                let reason = match self.0.reasons.get(&path).or_else(|| self.0.reasons.get(ANYTHING_ELSE)) {
                    Some(reasons) => reasons.join("; "),
                    None => format!("{path} was not read"),
                };
                Err(ExecutionError::function_error(UNREAD, reason))
            }
        }
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Turns a JSON value of a known shape into a CEL value.
pub fn to_cel(value: &Value, shape: &'static Shape, reasons: &Arc<Reasons>) -> Box<dyn Val> {
    convert(value, shape, "", reasons)
}

fn convert(value: &Value, shape: &'static Shape, path: &str, reasons: &Arc<Reasons>) -> Box<dyn Val> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(truth) => Box::new(CelBool::from(*truth)),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Box::new(CelInt::from(integer)),
            None => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => match (shape, chrono::DateTime::parse_from_rfc3339(text)) {
            (Shape::Time, Ok(time)) => Box::new(CelTimestamp::from(time)),
            _ => Box::new(CelString::from(text.clone())),
        },
        Value::Array(items) => {
            let item_shape = match shape {
                Shape::List(item) => item,
                _ => &Shape::Any,
            };
            let item_path = format!("{path}[]");
            let items: Vec<Box<dyn Val>> = items.iter().map(|item| convert(item, item_shape, &item_path, reasons)).collect();
            Box::new(CelList::from(items))
        }
        Value::Object(fields) => match shape {
            Shape::Record(shapes) => {
                let known = fields
                    .iter()
                    .map(|(name, field)| {
                        let field_shape = shapes.get(name).unwrap_or(&Shape::Any);
                        (name.clone(), convert(field, field_shape, &join(path, name), reasons))
                    })
                    .collect();
                Box::new(Record(Arc::new(Fields { known, declared: shapes, path: path.to_owned(), reasons: Arc::clone(reasons) })))
            }
            _ => {
                let entries: HashMap<CelMapKey, Box<dyn Val>> =
                    fields.iter().map(|(key, field)| (CelMapKey::from(key.clone()), convert(field, &Shape::Any, path, reasons))).collect();
                Box::new(CelMap::from(entries))
            }
        },
    }
}
