//! Facts as CEL values. A field that was not read is an error that carries its reason, so that CEL's own rules for errors make
//! every expression that depends on it unknown.

use super::schema_shape::{Fieldset, Shape};
use cel::ExecutionError;
use cel::common::traits::{Container, Indexer};
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelTimestamp, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use serde_json::{Map, Value};
use std::any::Any;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, LazyLock, OnceLock};

/// The name under which the errors of unread facts travel through CEL.
pub(super) const UNREAD: &str = "unread";

use crate::inventory::more_path;
/// Reasons by path (`state`, `rules[].copies[].locked`), or for [`ANYTHING_ELSE`].
pub use crate::inventory::{ANYTHING_ELSE, Reasons};

/// The reason for what an evaluation last asked for and was not read.
pub(super) mod last_unread {
    use std::cell::RefCell;

    thread_local! {
        static REASON: RefCell<Option<String>> = const { RefCell::new(None) };
    }

    pub fn forget() {
        REASON.set(None);
    }

    pub fn note(reason: &str) {
        REASON.set(Some(reason.to_owned()));
    }

    pub fn take() -> Option<String> {
        REASON.take()
    }
}

/// Named fields, as rules see them. A field that is missing was not read.
pub trait Fields: Debug + Send + Sync {
    /// The JSON of a field.
    fn get(&self, name: &str) -> Option<Cow<'_, Value>>;

    /// Writes the JSON of a field, where there is one.
    fn write(&self, name: &str, json: &mut Vec<u8>) {
        if let Some(value) = self.get(name) {
            serde_json::to_writer(json, &value).unwrap_or_default(); // a JSON value in memory can always be written there
        }
    }
}

impl Fields for Map<String, Value> {
    fn get(&self, name: &str) -> Option<Cow<'_, Value>> {
        Map::get(self, name).map(Cow::Borrowed)
    }
}

impl Fields for Value {
    fn get(&self, name: &str) -> Option<Cow<'_, Value>> {
        Value::get(self, name).map(Cow::Borrowed)
    }
}

/// An object with known fields. Reading one that it lacks is an error with the reason, not an absence.
#[derive(Clone, Debug)]
pub struct Record(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Where a field comes from when it is first asked for: a resource has many, and a rule asks for few.
    fields: Arc<dyn Fields>,
    /// The fields that its shape has, read or not.
    declared: &'static Fieldset,
    /// Their values, by place.
    known: Box<[OnceLock<Box<dyn Val>>]>,
    path: String,
    reasons: Arc<Reasons>,
}

/// The JSON of a record whose fields are all there already.
static NOTHING: LazyLock<Arc<dyn Fields>> = LazyLock::new(|| Arc::new(Map::new()));

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
        let inner = &self.0;
        let Some((place, _, shape)) = inner.declared.get_full(name) else {
            // A field of another type: the expression does not fit this resource, and nothing is unread.
            return Err(ExecutionError::no_such_key(name));
        };
        if let Some(known) = inner.known[place].get() {
            return Ok(CowVal::Borrowed(known.as_ref()));
        }
        let path = join(&inner.path, name);
        // A list that may have more elements is not whole.
        let is_whole = |json: &Cow<Value>| !json.is_array() || !inner.reasons.contains_key(&more_path(&path));
        if let Some(json) = inner.fields.get(name).filter(is_whole) {
            let made = inner.known[place].get_or_init(|| convert(&json, shape, &path, &inner.reasons));
            return Ok(CowVal::Borrowed(made.as_ref()));
        }
        let reasons = inner.reasons.get(&path).or_else(|| inner.reasons.get(&more_path(&path)));
        let reason = match reasons.or_else(|| inner.reasons.get(ANYTHING_ELSE)) {
            Some(reasons) => reasons.join("; "),
            None => format!("{path} was not read"),
        };
        last_unread::note(&reason);
        Err(ExecutionError::function_error(UNREAD, reason))
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

/// A map, such as tags, with unknown keys or values. Reading one of these is an error with the reason.
#[derive(Clone, Debug)]
pub(super) struct OpenMap {
    known: HashMap<String, Box<dyn Val>>,
    path: String,
    reasons: Arc<Reasons>,
}

static OPEN_MAP: Type = Type::new_unspecified_type("map");

impl OpenMap {
    /// Whether the reasons make any part of the map at this path unknown.
    fn is_open(path: &str, reasons: &Reasons) -> bool {
        let below = |other: &String| other.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        reasons.keys().any(below)
    }

    fn find(&self, key: &dyn Val) -> Result<Option<&(dyn Val + 'static)>, ExecutionError> {
        let Some(key) = key.downcast_ref::<CelString>() else { return Ok(None) };
        let key = key.inner();
        if let Some(known) = self.known.get(key) {
            return Ok(Some(known.as_ref()));
        }
        match self.reasons.get(&join(&self.path, key)).or_else(|| self.reasons.get(&self.path)) {
            Some(reasons) => Err(ExecutionError::function_error(UNREAD, reasons.join("; "))),
            None => Ok(None),
        }
    }

    /// The error of an expression that depends on all keys.
    pub(super) fn is_not_whole(&self) -> ExecutionError {
        let below = format!("{}.", self.path);
        let open = self.reasons.iter().filter(|(path, _)| **path == self.path || path.starts_with(&below));
        let reasons: Vec<&str> = open.flat_map(|(_, reasons)| reasons).map(String::as_str).collect();
        ExecutionError::function_error(UNREAD, reasons.join("; "))
    }
}

impl Val for OpenMap {
    fn get_type(&self) -> &Type {
        &OPEN_MAP
    }
    fn cel_type() -> &'static Type {
        &OPEN_MAP
    }
    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }
    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }
    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }
    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for OpenMap {}

impl Indexer for OpenMap {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let missing = || ExecutionError::no_such_key(index.downcast_ref::<CelString>().map_or("", CelString::inner));
        self.find(index)?.map(CowVal::Borrowed).ok_or_else(missing)
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

impl Container for OpenMap {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.find(key)?.is_some())
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Turns fields into a CEL value, each when it is first asked for.
pub fn record(fields: &Arc<dyn Fields>, declared: &'static Fieldset, reasons: &Arc<Reasons>) -> Box<dyn Val> {
    let known = declared.iter().map(|_| OnceLock::new()).collect();
    let (fields, reasons) = (Arc::clone(fields), Arc::clone(reasons));
    Box::new(Record(Arc::new(Inner { fields, declared, known, path: String::new(), reasons })))
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
        Value::String(text) => match shape {
            Shape::Time => match chrono::DateTime::parse_from_rfc3339(text) {
                Ok(time) => Box::new(CelTimestamp::from(time)),
                Err(_) => Box::new(CelString::from(text.clone())),
            },
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
            Shape::Record(declared) => {
                let field = |(name, shape): (&String, &'static Shape)| {
                    let path = join(path, name);
                    let is_whole = |field: &&Value| !field.is_array() || !reasons.contains_key(&more_path(&path));
                    let made = fields.get(name).filter(is_whole).map(|field| convert(field, shape, &path, reasons));
                    made.map_or_else(OnceLock::new, OnceLock::from)
                };
                let known = declared.iter().map(field).collect();
                let (fields, reasons) = (Arc::clone(&NOTHING), Arc::clone(reasons));
                Box::new(Record(Arc::new(Inner { fields, declared, known, path: path.to_owned(), reasons })))
            }
            Shape::Map(_) if OpenMap::is_open(path, reasons) => {
                let known = fields.iter().map(|(key, field)| (key.clone(), convert(field, &Shape::Any, path, reasons))).collect();
                Box::new(OpenMap { known, path: path.to_owned(), reasons: Arc::clone(reasons) })
            }
            _ => {
                let entries: HashMap<CelMapKey, Box<dyn Val>> =
                    fields.iter().map(|(key, field)| (CelMapKey::from(key.clone()), convert(field, &Shape::Any, path, reasons))).collect();
                Box::new(CelMap::from(entries))
            }
        },
    }
}
