//! JSON as a [`Raw`] tree.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::template::declaration::{Position, TemplateError};

use super::tree::{Data, Entry, MAX_DEPTH, MAX_VALUES, Raw, Tree, fault, last_of_each, number, too_deep, too_many};

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads JSON.
pub fn parse(file: &str, text: &str) -> Result<Tree, TemplateError> {
    let mut places = Places { text, offset: 0, at: START };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT)
        .map_err(|error| fault(file, Some(places.at(error.range().start)), format!("not JSON: {}", lower(&error.kind().to_string()))))?;
    let Some(value) = parsed.value else { return Err(fault(file, None, "empty")) };
    let mut reader = Reader { file, places, values: 0, warnings: Vec::new() };
    let root = reader.value(value, 0)?;
    Ok(Tree { root, json: true, comments: Vec::new(), warnings: reader.warnings })
}

fn lower(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

struct Reader<'t> {
    file: &'t str,
    places: Places<'t>,
    values: usize,
    warnings: Vec<TemplateError>,
}

impl Reader<'_> {
    fn value(&mut self, value: Value<'_>, depth: usize) -> Result<Raw, TemplateError> {
        let at = self.places.at(value.range().start);
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(too_many(self.file, at));
        }
        if depth > MAX_DEPTH {
            return Err(too_deep(self.file, at));
        }
        let data = match value {
            Value::NullKeyword(_) => Data::Null,
            Value::BooleanLit(literal) => Data::Bool(literal.value),
            Value::NumberLit(literal) => match number(literal.value) {
                Some(number) => Data::Number(number),
                None => Data::Text(literal.value.to_owned()),
            },
            Value::StringLit(literal) => Data::Text(literal.value.into_owned()),
            Value::Array(array) => {
                Data::List(array.elements.into_iter().map(|element| self.value(element, depth + 1)).collect::<Result<_, _>>()?)
            }
            Value::Object(object) => {
                let mut entries = Vec::with_capacity(object.properties.len());
                for property in object.properties {
                    let at = self.places.at(property.range.start);
                    let key = match property.name {
                        ObjectPropName::String(name) => name.value.into_owned(),
                        ObjectPropName::Word(name) => name.value.to_owned(),
                    };
                    entries.push(Entry { key, at, value: self.value(property.value, depth + 1)? });
                }
                Data::Map(last_of_each(self.file, entries, &mut self.warnings))
            }
        };
        Ok(Raw { at, data })
    }
}

const START: Position = Position { line: 1, column: 1 };

/// Converts offsets, which come in ascending order, to places.
struct Places<'t> {
    text: &'t str,
    offset: usize,
    at: Position,
}

impl Places<'_> {
    fn at(&mut self, offset: usize) -> Position {
        if offset < self.offset {
            (self.offset, self.at) = (0, START);
        }
        for character in self.text.get(self.offset..offset).unwrap_or_default().chars() {
            if character == '\n' {
                self.at = Position { line: self.at.line.saturating_add(1), column: 1 };
            } else {
                self.at.column = self.at.column.saturating_add(1);
            }
        }
        self.offset = offset;
        self.at
    }
}
