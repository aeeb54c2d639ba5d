//! The shapes of the values that expressions read, from the JSON Schemas of inventory and protection facts: which fields exist, which
//! objects are records and which are maps, which texts are times.

use indexmap::IndexMap;
use serde_json::Value;

/// The fields of a record, each with its place.
pub type Fieldset = IndexMap<String, Shape>;

/// The shape of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// An object with these fields. A field that a value lacks was not read.
    Record(Fieldset),
    /// An object with any keys, such as tags, and the shape of its values.
    Map(Box<Shape>),
    List(Box<Shape>),
    /// An RFC 3339 time.
    Time,
    Text,
    Number,
    /// True or false.
    Truth,
    /// A value without fields, whose schema does not say more.
    Scalar,
    /// Unknown: not checked.
    Any,
}

impl Shape {
    /// Reads a JSON Schema as `schemars` writes them.
    pub fn of_schema(schema: &schemars::Schema) -> Shape {
        let root = schema.as_value();
        Self::read(root, root, 0)
    }

    fn read(schema: &Value, root: &Value, depth: usize) -> Shape {
        if depth > 16 {
            return Shape::Any;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
            return target.map_or(Shape::Any, |target| Self::read(target, root, depth + 1));
        }
        if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
            // `Option<T>` of a referenced type: the choice that is not null.
            return choices
                .iter()
                .find(|choice| choice.get("type").and_then(Value::as_str) != Some("null"))
                .map_or(Shape::Any, |choice| Self::read(choice, root, depth + 1));
        }
        if let Some(fields) = schema.get("properties").and_then(Value::as_object) {
            return Shape::Record(fields.iter().map(|(name, field)| (name.clone(), Self::read(field, root, depth + 1))).collect());
        }
        if let Some(items) = schema.get("items") {
            return Shape::List(Box::new(Self::read(items, root, depth + 1)));
        }
        if schema.get("format").and_then(Value::as_str) == Some("date-time") {
            return Shape::Time;
        }
        if let Some(variants) = schema.get("oneOf").and_then(Value::as_array) {
            // An enum whose variants have descriptions of their own.
            let of_text = variants.iter().all(|variant| Self::is_type(variant, "string"));
            return if of_text { Shape::Text } else { Shape::Scalar };
        }
        if Self::is_type(schema, "object") {
            return match schema.get("additionalProperties") {
                Some(Value::Bool(false)) => Shape::Record(Fieldset::new()),
                Some(values @ Value::Object(_)) => Shape::Map(Box::new(Self::read(values, root, depth + 1))),
                _ => Shape::Map(Box::new(Shape::Any)),
            };
        }
        let scalars = [("string", Shape::Text), ("integer", Shape::Number), ("number", Shape::Number), ("boolean", Shape::Truth)];
        scalars.into_iter().find(|(name, _)| Self::is_type(schema, name)).map_or(Shape::Scalar, |(_, shape)| shape)
    }

    /// The shape that a value suggests for its place.
    pub fn of_value(value: &Value) -> Shape {
        match value {
            Value::Bool(_) => Shape::Truth,
            Value::Number(_) => Shape::Number,
            Value::String(_) => Shape::Text,
            Value::Array(items) => Shape::List(Box::new(items.first().map_or(Shape::Any, Shape::of_value))),
            Value::Null | Value::Object(_) => Shape::Any,
        }
    }

    fn is_type(schema: &Value, name: &str) -> bool {
        match schema.get("type") {
            Some(Value::String(one)) => one == name,
            Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(name)),
            _ => false,
        }
    }

    /// The shape of a field of a record.
    pub fn field(&self, name: &str) -> Option<&Shape> {
        match self {
            Shape::Record(fields) => fields.get(name),
            _ => None,
        }
    }

    /// Adds the fields of another record: for rules of several types a field may come from any of them.
    pub fn merge(&mut self, other: Shape) {
        match (self, other) {
            (Shape::Record(mine), Shape::Record(theirs)) => {
                for (name, shape) in theirs {
                    match mine.get_mut(&name) {
                        Some(known) => known.merge(shape),
                        None => {
                            mine.insert(name, shape);
                        }
                    }
                }
            }
            (Shape::List(mine), Shape::List(theirs)) => mine.merge(*theirs),
            (mine, theirs) if *mine == theirs => {}
            // It depends on the type.
            (mine, _) => *mine = Shape::Any,
        }
    }

    /// The noun for a value of this shape; `None` when it is unknown.
    pub fn noun(&self) -> Option<&'static str> {
        match self {
            Shape::Record(_) => Some("a record"),
            Shape::Map(_) => Some("a map"),
            Shape::List(_) => Some("a list"),
            Shape::Time => Some("a time"),
            Shape::Text => Some("a text"),
            Shape::Number => Some("a number"),
            Shape::Truth => Some("true or false"),
            Shape::Scalar | Shape::Any => None,
        }
    }
}

/// The shape of `resource` for one resource type.
pub fn resource(type_name: &str) -> Shape {
    let mut fields = Fieldset::from([("tags".to_owned(), Shape::Map(Box::new(Shape::Text))), ("created_at".to_owned(), Shape::Time)]);
    for name in ["type", "arn", "account", "region", "id", "name"] {
        fields.insert(name.to_owned(), Shape::Text);
    }
    fields.insert("template".to_owned(), Shape::of_schema(&schemars::schema_for!(crate::inventory::Template)));
    let mut shape = Shape::Record(fields);
    if let Some(info) = crate::inventory::types::find(type_name) {
        shape.merge(Shape::of_schema(&(info.schema)()));
    }
    shape
}

/// The shape of `protection` for one resource type.
pub fn protection(type_name: &str) -> Shape {
    Shape::of_schema(&crate::protection::facts_schema(type_name))
}

/// The most similar of `names` to a misspelt one; `None` when none is similar enough.
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len().min(wrong.len()) / 3)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_tell_records_maps_lists_and_times_apart() {
        let volume = resource("AWS::EC2::Volume");
        assert_eq!(volume.field("tags"), Some(&Shape::Map(Box::new(Shape::Text))));
        assert_eq!(volume.field("encrypted"), Some(&Shape::Truth));
        assert_eq!(volume.field("size_bytes"), Some(&Shape::Number));
        assert_eq!(volume.field("key_manager"), Some(&Shape::Text));
        let Some(Shape::List(attachment)) = volume.field("attachments") else {
            panic!("attachments is a list: {volume:?}");
        };
        assert_eq!(attachment.field("instance_id"), Some(&Shape::Text));
        let region = resource("AWS::Region");
        assert_eq!(region.field("opt_in"), Some(&Shape::Map(Box::new(Shape::Truth))));
        assert_eq!(resource("AWS::KMS::Key").field("deletion_at"), Some(&Shape::Time));
        let facts = protection("AWS::EC2::Volume");
        assert!(
            facts.field("restore_tests").and_then(|tests| tests.field("last_attempt")).and_then(|a| a.field("at")) == Some(&Shape::Time)
        );
        assert!(matches!(facts.field("bucket").and_then(|b| b.field("destinations")), Some(Shape::List(_))));
    }

    /// The conventions that `inventory/types/mod.rs` promises.
    #[test]
    fn times_and_only_times_end_in_at() {
        fn walk(path: &str, shape: &Shape) {
            match shape {
                Shape::Record(fields) => {
                    for (name, field) in fields {
                        let is_time = *field == Shape::Time;
                        assert_eq!(is_time, name == "at" || name.ends_with("_at"), "{path}.{name}");
                        walk(&format!("{path}.{name}"), field);
                    }
                }
                Shape::List(item) => walk(path, item),
                _ => {}
            }
        }
        for info in crate::inventory::types::all() {
            walk(info.name, &resource(info.name));
            walk(info.name, &protection(info.name));
        }
    }

    #[test]
    fn suggestions_are_near() {
        assert_eq!(nearest("encryptd", ["encrypted", "public"]), Some("encrypted"));
        assert_eq!(nearest("zzz", ["encrypted", "public"]), None);
    }
}
