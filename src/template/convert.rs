//! Converts template values to properties of the inventory. An unknown value becomes a reason, never a value.

use super::declaration::{Language, Node, Position, Value};
use super::stack::{Entry, Stack, Text, find, find_blocks};
use super::table::{Absent, As, Paths, Row, pick};
use super::takes::Takes;
use crate::inventory::types::properties_of;
use crate::inventory::{Reasons, more_path, note};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// A value, or the reasons why it is not known.
pub type Outcome<T = Json> = crate::inventory::Outcome<T>;

/// Reasons by property path.
pub type Unknown = Reasons;

/// A resource during conversion, and the value at which paths start: its body, or an element of a list.
pub struct Scope<'s, 'd> {
    pub stack: &'s Stack<'d>,
    pub entry: &'s Entry<'d>,
    pub node: &'s Node,
}

/// The properties of a resource during conversion.
#[derive(Default)]
pub struct Built {
    pub properties: Map<String, Json>,
    pub unknown: Unknown,
    pub places: BTreeMap<String, Position>,
}

impl Built {
    /// Sets a property, or the reasons why it is not known.
    pub fn set(&mut self, property: &str, outcome: Outcome) {
        match outcome {
            Ok(value) => drop(self.properties.insert(property.to_owned(), value)),
            Err(reasons) => note(&mut self.unknown, property, reasons),
        }
    }

    /// Records where the template sets a property.
    pub fn place(&mut self, property: &str, node: Option<&Node>) {
        if let Some(node) = node {
            self.places.insert(property.to_owned(), node.at);
        }
    }

    /// Converts rows.
    pub fn rows(&mut self, scope: &Scope, rows: &'static [Row]) {
        for row in rows {
            self.place(row.property, scope.find(row.from));
            let mut nested = Unknown::new();
            let outcome = scope.value(row, row.property, &mut nested);
            self.set_nested(scope, row.property, outcome, nested);
        }
    }

    /// Converts a property that is a list of objects.
    pub fn list(&mut self, scope: &Scope, property: &str, nodes: &[&Node], rows: &'static [Row]) {
        let mut nested = Unknown::new();
        let path = format!("{property}[]");
        let outcome = nodes.iter().map(|node| scope.object(node, rows, &path, &mut nested)).collect();
        self.set_nested(scope, property, outcome, nested);
    }

    /// Sets a property without its unknown parts. The whole property is unknown if the rest does not have the type's shape, because a
    /// required value is unknown.
    fn set_nested(&mut self, scope: &Scope, property: &str, outcome: Outcome, nested: Unknown) {
        let all: Vec<String> = nested.values().flatten().cloned().collect();
        for (path, reasons) in nested {
            note(&mut self.unknown, &path, reasons);
        }
        let shaped = |value: &Json| {
            let alone = Map::from_iter([(property.to_owned(), value.clone())]);
            properties_of(scope.entry.table.type_name, &alone).is_ok()
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

    /// The same resource, with paths that start at another value.
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
            // If the property is optional, a completely unknown name may turn out to be null.
            Some(node) if matches!((row.to, pick(&row.absent, self.language())), (As::Name, Absent::Null)) => {
                self.written(node)?;
                self.convert(node, row.to, path, nested)
            }
            // An empty list of blocks: plans and states write a block that is not set this way.
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

    /// The known elements of a list; `nested` gets the reasons why there may be more. The list is unknown if no element is known.
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

    /// An object from rows; unknown rows are left out, with their reasons in `nested`.
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

    /// The elements of a list that are not null. A single value counts as a list of one: blocks and some lists are written this way.
    pub fn elements<'n>(&self, node: &'n Node) -> Outcome<Vec<&'n Node>> {
        match &node.value {
            Value::List(nodes) => Ok(nodes.iter().filter(|node| node.value != Value::Null).collect()),
            Value::Null => Ok(Vec::new()),
            Value::Unknown(unknown) => Err(vec![unknown.reason.to_string()]),
            Value::Reference { id, attribute } if !self.gives_one(attribute) => {
                Err(vec![format!("{id}.{attribute} is known after deployment")])
            }
            _ => Ok(vec![node]),
        }
    }

    /// Whether an attribute of another resource is a single string.
    pub fn gives_one(&self, attribute: &str) -> bool {
        attribute == "Ref" || ["arn", "id", "name"].iter().any(|end| attribute.to_ascii_lowercase().ends_with(end))
    }

    /// Why a value is not known; `None` if it is.
    pub fn reasons(&self, node: &Node) -> Option<Vec<String>> {
        match &node.value {
            Value::Unknown(unknown) => Some(vec![unknown.reason.to_string()]),
            Value::Reference { .. } | Value::Concat(_) => {
                self.stack.text(node).map(|text| text.unknown).filter(|unknown| !unknown.is_empty())
            }
            _ => None,
        }
    }

    /// Whether a value is set; unknown for a value that may turn out to be null.
    pub fn written(&self, node: &Node) -> Outcome<bool> {
        match &node.value {
            Value::Unknown(unknown) => {
                let own = self.stack.text(node).is_some_and(|text| self.stack.own_symbols_only(&text.text));
                if own { Ok(true) } else { Err(vec![unknown.reason.to_string()]) }
            }
            // For blocks and joined parts, one that is certain is enough.
            Value::List(nodes) => {
                let each: Vec<Outcome<bool>> = nodes.iter().map(|node| self.written(node)).collect();
                if each.contains(&Ok(true)) { Ok(true) } else { each.into_iter().find(Result::is_err).unwrap_or(Ok(false)) }
            }
            Value::Null => Ok(false),
            _ => Ok(true),
        }
    }

    /// Whether the template sets a path.
    pub fn is_written(&self, paths: Paths) -> Outcome<bool> {
        self.find(paths).map_or(Ok(false), |node| self.written(node))
    }

    /// A text with symbols.
    pub fn text(&self, node: &Node) -> Outcome<Text> {
        self.stack.text(node).ok_or_else(|| vec![not(node, "text")])
    }

    /// A text without unknown parts.
    pub fn known_text(&self, node: &Node) -> Outcome<String> {
        let text = self.text(node)?;
        if text.unknown.is_empty() { Ok(text.text) } else { Err(text.unknown) }
    }

    /// A boolean, which may be written as a string.
    pub fn bool(&self, node: &Node) -> Outcome<bool> {
        match self.known_text(node)?.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(vec![not(node, "true or false")]),
        }
    }

    /// A whole number, which may be written as a string.
    pub fn int(&self, node: &Node) -> Outcome<i64> {
        let text = self.known_text(node)?;
        let whole = |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
        let number = text.trim().parse().ok().or_else(|| text.trim().parse().ok().and_then(whole));
        number.ok_or_else(|| vec![not(node, "a whole number")])
    }

    /// Why something that a resource copies from the source which a value names is not known.
    pub fn taken_over(&self, what: &str, node: &Node) -> Vec<String> {
        vec![match (&node.value, self.stack.text(node)) {
            (Value::Unknown(unknown), _) => format!("{what} is that of its source, which is not known: {}", unknown.reason),
            (_, name) => format!("{what} is that of its source, {}", name.map(|name| name.text).unwrap_or_default()),
        }]
    }

    /// The boolean at a path; `absent` if the template does not set it.
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

    /// Checks that AWS accepts the value at a path.
    ///
    /// # Errors
    /// That AWS refuses it.
    pub fn taken(&self, paths: Paths, takes: Takes) -> Outcome<()> {
        self.find(paths).map_or(Ok(()), |node| takes.check(self, node, paths))
    }

    /// The elements of the list at a path; none if the template does not set it.
    pub fn elements_at(&self, paths: Paths) -> Outcome<Vec<&'s Node>> {
        self.find_blocks(paths).map_or(Ok(Vec::new()), |node| self.elements(node))
    }
}

fn not(node: &Node, what: &str) -> String {
    format!("the value at line {} is not {what}", node.at.line)
}
