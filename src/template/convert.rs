//! From values of a template to properties of the inventory: what is not known becomes a reason, never a value.

use super::declaration::{Language, Node, Position, Value};
use super::stack::{Entry, Stack, Text, find, find_blocks};
use super::types::{self, Absent, As, Paths, Row, Takes, pick};
use crate::inventory::types::ResourceProperties;
use crate::inventory::{Reasons, more_path, note};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// A value, or the reasons why it is not known.
pub type Outcome<T = Json> = crate::inventory::Outcome<T>;

/// Reasons by property path.
pub type Unknown = Reasons;

/// A resource being worked out, and the value that paths begin at: its body, or an element of a list.
pub struct Scope<'s, 'd> {
    pub stack: &'s Stack<'d>,
    pub entry: &'s Entry<'d>,
    pub node: &'s Node,
}

/// What was worked out.
#[derive(Default)]
pub struct Built {
    pub properties: Map<String, Json>,
    pub unknown: Unknown,
    pub places: BTreeMap<String, Position>,
}

impl Built {
    /// Sets a property, or notes why it is not known.
    pub fn set(&mut self, property: &str, outcome: Outcome) {
        match outcome {
            Ok(value) => drop(self.properties.insert(property.to_owned(), value)),
            Err(reasons) => note(&mut self.unknown, property, reasons),
        }
    }

    /// Notes where a property is written.
    pub fn place(&mut self, property: &str, node: Option<&Node>) {
        if let Some(node) = node {
            self.places.insert(property.to_owned(), node.at);
        }
    }

    /// Works out rows.
    pub fn rows(&mut self, scope: &Scope, rows: &'static [Row]) {
        for row in rows {
            self.place(row.property, scope.find(row.from));
            let mut nested = Unknown::new();
            let outcome = scope.value(row, row.property, &mut nested);
            self.set_nested(scope, row.property, outcome, nested);
        }
    }

    /// Works out a property that is a list of objects.
    pub fn list(&mut self, scope: &Scope, property: &str, nodes: &[&Node], rows: &'static [Row]) {
        let mut nested = Unknown::new();
        let path = format!("{property}[]");
        let outcome = nodes.iter().map(|node| scope.object(node, rows, &path, &mut nested)).collect();
        self.set_nested(scope, property, outcome, nested);
    }

    /// Sets a property of which parts are left out. Where what is left does not have the type's shape, because a value that must be
    /// there is not known, the whole property is unknown.
    fn set_nested(&mut self, scope: &Scope, property: &str, outcome: Outcome, nested: Unknown) {
        let all: Vec<String> = nested.values().flatten().cloned().collect();
        for (path, reasons) in nested {
            note(&mut self.unknown, &path, reasons);
        }
        let shaped = |value: &Json| {
            let alone = Map::from_iter([(property.to_owned(), value.clone())]);
            ResourceProperties::from_map(scope.entry.table.type_name, alone).is_ok()
        };
        match outcome {
            Ok(value) if !all.is_empty() && !shaped(&value) => self.set(property, Err(all)),
            outcome => self.set(property, outcome),
        }
    }
}

impl<'s, 'd> Scope<'s, 'd> {
    /// The language of the declaration.
    pub fn language(&self) -> Language {
        self.entry.declaration.language
    }

    /// The value at a path of the declaration's language.
    pub fn find(&self, paths: Paths) -> Option<&'s Node> {
        find(self.node, pick(&paths, self.language()))
    }

    /// The blocks at a path of the declaration's language.
    pub fn find_blocks(&self, paths: Paths) -> Option<&'s Node> {
        find_blocks(self.node, pick(&paths, self.language()))
    }

    /// The same resource, seen from another value.
    pub fn at<'n>(&self, node: &'n Node) -> Scope<'n, 'd>
    where
        's: 'n,
    {
        Scope { stack: self.stack, entry: self.entry, node }
    }

    /// The value of a row.
    pub fn value(&self, row: &Row, path: &str, nested: &mut Unknown) -> Outcome {
        let found = match row.to {
            As::List(_) | As::Some(_) | As::Object(_) | As::Blocks(_) | As::Count => self.find_blocks(row.from),
            _ => self.find(row.from),
        };
        if let Some(node) = found {
            row.takes.check(self, node, row.from)?;
        }
        match found {
            // Where it may be missing, a name of which nothing is known may turn out to be nothing.
            Some(node) if matches!((row.to, pick(&row.absent, self.language())), (As::Name, Absent::Null)) => {
                self.written(node)?;
                self.convert(node, row.to, path, nested)
            }
            // No block: that is how plans and states write what is not there.
            Some(node) if matches!(row.to, As::Object(_)) && self.elements(node).is_ok_and(|blocks| blocks.is_empty()) => {
                self.absent(pick(&row.absent, self.language()))
            }
            Some(node) => self.convert(node, row.to, path, nested),
            None => self.absent(pick(&row.absent, self.language())),
        }
    }

    fn absent(&self, absent: Absent) -> Outcome {
        Ok(match absent {
            Absent::Null => Json::Null,
            Absent::False => false.into(),
            Absent::True => true.into(),
            Absent::Int(number) => number.into(),
            Absent::Text(text) => text.into(),
            Absent::Empty => Json::Array(Vec::new()),
            Absent::Unknown(reason) => return Err(vec![reason.to_owned()]),
            Absent::By(function) => return function(self),
        })
    }

    fn convert(&self, node: &Node, to: As, path: &str, nested: &mut Unknown) -> Outcome {
        match to {
            As::Bool => self.bool(node).map(Json::from),
            As::Int => self.int(node).map(Json::from),
            As::Text => self.known_text(node).map(Json::from),
            As::Name => self.text(node).map(|text| text.text.into()),
            As::Texts => self.elements(node)?.into_iter().map(|node| self.known_text(node).map(Json::from)).collect(),
            As::Arn(type_name) => self.stack.arn_value(node, type_name).map(Json::from),
            As::Given => self.written(node).map(Json::from),
            As::OneOf(words) => self.known_text(node).map(|text| words.contains(&text.as_str()).into()),
            As::Count => self.elements(node).map(|nodes| nodes.len().into()),
            As::ArnOf(type_name) => match self.stack.arn_named(node, type_name, self.entry) {
                Some(text) => Ok(text.text.into()),
                None => Err(vec![not(node, "text")]),
            },
            As::List(rows) => self.elements(node)?.into_iter().map(|node| self.object(node, rows, &format!("{path}[]"), nested)).collect(),
            As::Object(rows) => match self.elements(node)?.first() {
                Some(node) => self.object(node, rows, path, nested),
                None => Ok(Json::Null),
            },
            As::Some(rows) => {
                let object = |node: &Node, nested: &mut Unknown| self.object(node, rows, &more_path(path), nested);
                self.known_elements(node, path, nested, object)
            }
            As::By(function) => function(self, node),
            As::Parts(function) | As::Blocks(function) => function(self, node, path, nested),
        }
    }

    /// A list of the elements that are known; `nested` says why there may be more. Not known at all where none of them is.
    pub fn known_elements(&self, node: &Node, path: &str, nested: &mut Unknown, read: impl Fn(&Node, &mut Unknown) -> Outcome) -> Outcome {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for element in self.elements(node)? {
            match read(element, nested) {
                Ok(value) => known.push(value),
                Err(reasons) => unknown.extend(reasons),
            }
        }
        match (known.is_empty(), unknown.is_empty()) {
            (_, true) => {}
            (true, false) => return Err(unknown),
            (false, false) => note(nested, &more_path(path), unknown),
        }
        Ok(Json::Array(known))
    }

    /// An object of rows; a row that is not known is left out, with its reasons in `nested`.
    pub fn object(&self, node: &Node, rows: &'static [Row], path: &str, nested: &mut Unknown) -> Outcome {
        if let Some(reasons) = self.reasons(node) {
            return Err(reasons);
        }
        let scope = self.at(node);
        let mut object = Map::new();
        for row in rows {
            let path = format!("{path}.{}", row.property);
            match scope.value(row, &path, nested) {
                Ok(value) => drop(object.insert(row.property.to_owned(), value)),
                Err(reasons) => note(nested, &path, reasons),
            }
        }
        Ok(Json::Object(object))
    }

    /// The elements of a list that are not null; a single value counts as a list of it, as blocks and some lists are written.
    pub fn elements<'n>(&self, node: &'n Node) -> Outcome<Vec<&'n Node>> {
        match &node.value {
            Value::List(nodes) => Ok(nodes.iter().filter(|node| node.value != Value::Null).collect()),
            Value::Null => Ok(Vec::new()),
            Value::Unknown(unknown) => Err(vec![unknown.reason.to_string()]),
            Value::Reference { id, attribute } if !self.gives_one(attribute) => {
                Err(vec![format!("{id}.{attribute} is known after it is deployed")])
            }
            _ => Ok(vec![node]),
        }
    }

    /// Whether an attribute of another resource is one text.
    pub fn gives_one(&self, attribute: &str) -> bool {
        attribute == "Ref" || ["arn", "id", "name"].iter().any(|end| attribute.to_ascii_lowercase().ends_with(end))
    }

    /// Why a value is not known, if so.
    pub fn reasons(&self, node: &Node) -> Option<Vec<String>> {
        match &node.value {
            Value::Unknown(unknown) => Some(vec![unknown.reason.to_string()]),
            Value::Reference { .. } | Value::Concat(_) => {
                self.stack.text(node).map(|text| text.unknown).filter(|unknown| !unknown.is_empty())
            }
            _ => None,
        }
    }

    /// True of a value that is written; not known of one that may turn out to be nothing.
    pub fn written(&self, node: &Node) -> Outcome<bool> {
        match &node.value {
            Value::Unknown(unknown) => {
                let own = self.stack.text(node).is_some_and(|text| self.stack.own_symbols_only(&text.text));
                if own { Ok(true) } else { Err(vec![unknown.reason.to_string()]) }
            }
            // Blocks and joined parts: one that is certain is enough.
            Value::List(nodes) => {
                let each: Vec<Outcome<bool>> = nodes.iter().map(|node| self.written(node)).collect();
                if each.contains(&Ok(true)) { Ok(true) } else { each.into_iter().find(Result::is_err).unwrap_or(Ok(false)) }
            }
            Value::Null => Ok(false),
            _ => Ok(true),
        }
    }

    /// Whether a path is written.
    pub fn is_written(&self, paths: Paths) -> Outcome<bool> {
        self.find(paths).map_or(Ok(false), |node| self.written(node))
    }

    /// A text with symbols.
    pub fn text(&self, node: &Node) -> Outcome<Text> {
        self.stack.text(node).ok_or_else(|| vec![not(node, "text")])
    }

    /// A text that is known whole.
    pub fn known_text(&self, node: &Node) -> Outcome<String> {
        let text = self.text(node)?;
        if text.unknown.is_empty() { Ok(text.text) } else { Err(text.unknown) }
    }

    /// A truth value, also written as a text.
    pub fn bool(&self, node: &Node) -> Outcome<bool> {
        match self.known_text(node)?.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(vec![not(node, "true or false")]),
        }
    }

    /// A whole number, also written as a text.
    pub fn int(&self, node: &Node) -> Outcome<i64> {
        let text = self.known_text(node)?;
        let whole = |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
        let number = text.trim().parse().ok().or_else(|| text.trim().parse().ok().and_then(whole));
        number.ok_or_else(|| vec![not(node, "a whole number")])
    }

    /// Why what is taken over from something that a value names is not known.
    pub fn taken_over(&self, what: &str, node: &Node) -> Vec<String> {
        vec![match (&node.value, self.stack.text(node)) {
            (Value::Unknown(unknown), _) => format!("{what} is that of what it is made from, which is not known: {}", unknown.reason),
            (_, name) => format!("{what} is that of {}, which it is made from", name.map(|name| name.text).unwrap_or_default()),
        }]
    }

    /// The truth value at a path; `absent` where it is not written.
    pub fn bool_at(&self, paths: Paths, absent: bool) -> Outcome<bool> {
        self.find(paths).map_or(Ok(absent), |node| self.bool(node))
    }

    /// The known text at a path.
    pub fn text_at(&self, paths: Paths) -> Outcome<Option<String>> {
        self.find(paths).map(|node| self.known_text(node)).transpose()
    }

    /// The number at a path.
    pub fn int_at(&self, paths: Paths) -> Outcome<Option<i64>> {
        self.find(paths).map(|node| self.int(node)).transpose()
    }

    /// That AWS takes what is written at a path.
    ///
    /// # Errors
    /// That it refuses it.
    pub fn taken(&self, paths: Paths, takes: Takes) -> Outcome<()> {
        self.find(paths).map_or(Ok(()), |node| takes.check(self, node, paths))
    }

    /// The elements of the list at a path; none where it is not written.
    pub fn elements_at(&self, paths: Paths) -> Outcome<Vec<&'s Node>> {
        self.find_blocks(paths).map_or(Ok(Vec::new()), |node| self.elements(node))
    }
}

fn not(node: &Node, what: &str) -> String {
    format!("the value at line {} is not {what}", node.at.line)
}

/// The properties of an inventory type that its tables can fill.
pub fn properties_of_tables(type_name: &str) -> impl Iterator<Item = &'static str> {
    types::all().filter(move |table| table.type_name == type_name).flat_map(|table| {
        let key = table.encryption.is_some().then_some(["kms_key_arn", "key_manager", "key_state"]);
        let flag = table.encryption.as_ref().and_then(|encryption| encryption.flag.as_ref()).map(|_| "encrypted");
        let more = table.more.as_ref().map(|more| more.properties).unwrap_or_default();
        table.rows.iter().map(|row| row.property).chain(key.into_iter().flatten()).chain(flag).chain(more.iter().copied())
    })
}
