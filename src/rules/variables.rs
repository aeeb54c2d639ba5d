//! The variables of expressions, and the fields that each may have.

use super::expr::{Expression, VARIABLES};
use super::fact_paths::{ELEMENT, Path};
use super::schema_shape::{self, Fieldset, Shape};
use crate::inventory::types;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

/// The variables that expressions of a policy file may use: `resource`, with the fields of every type, and `now`.
pub struct PolicyShapes {
    shapes: Shapes,
}

impl Default for PolicyShapes {
    fn default() -> Self {
        Self::new()
    }
}

impl PolicyShapes {
    /// The shapes of all types.
    pub fn new() -> Self {
        let all: Vec<&'static str> = types::all().iter().map(|info| info.name).collect();
        let mut shapes = Shapes::for_types(&all, &serde_json::Map::new());
        shapes.by_variable.retain(|name, _| ["resource", "now"].contains(name));
        PolicyShapes { shapes }
    }

    /// Compiles an expression of a policy file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(&self, source: &str) -> Result<Expression, Vec<String>> {
        let expression = Expression::compile(source.trim()).map_err(|what| vec![what])?;
        let mut mistakes: Vec<String> = expression.paths().iter().filter_map(|path| self.shapes.mistake(path)).collect();
        mistakes.extend(expression.unknown_functions().iter().map(|name| no_function(name)));
        if mistakes.is_empty() {
            mistakes = expression.mistakes(&|name| self.shapes.by_variable.get(name), true);
        }
        if mistakes.is_empty() { Ok(expression) } else { Err(mistakes) }
    }
}

/// The shapes of the variables of one rule.
#[derive(Default)]
pub struct Shapes {
    pub(super) by_variable: HashMap<&'static str, Shape>,
}

impl Shapes {
    /// The shapes for a rule of these types with these parameters.
    pub fn for_types(types: &[&'static str], params: &serde_json::Map<String, serde_json::Value>) -> Self {
        let mut resource = Shape::Record(Fieldset::new());
        let mut protection = Shape::Record(Fieldset::new());
        for name in types {
            let shapes = shapes_of_type(name);
            resource.merge(shapes.0.clone());
            protection.merge(shapes.1.clone());
        }
        let params = Shape::Record(params.iter().map(|(name, value)| (name.clone(), Shape::of_value(value))).collect());
        Shapes {
            by_variable: HashMap::from([
                ("resource", resource),
                ("protection", protection),
                ("objective", super::objective::shape().clone()),
                ("params", params),
                ("now", Shape::Time),
            ]),
        }
    }

    /// Why a path does not exist; `None` when it exists.
    pub(super) fn mistake(&self, path: &Path) -> Option<String> {
        let root = path.first()?;
        let Some(mut shape) = self.by_variable.get(root.as_str()) else {
            let known_names = [
                "int",
                "uint",
                "double",
                "string",
                "bool",
                "bytes",
                "list",
                "map",
                "type",
                "null_type",
                "timestamp",
                "duration",
                "lists",
                "math",
                "dyn",
            ];
            if known_names.contains(&root.as_str()) {
                return None;
            }
            let hint = hint(root, VARIABLES.into_iter().filter(|name| self.by_variable.contains_key(name)));
            return Some(format!("there is no variable `{root}`{hint}"));
        };
        let mut walked = root.clone();
        for step in &path[1..] {
            shape = match shape {
                Shape::Record(fields) => match fields.get(step) {
                    Some(field) => field,
                    None => {
                        let hint = hint(step, fields.keys().map(String::as_str));
                        let what = if root == "params" { "parameter" } else { "field" };
                        return Some(format!("`{walked}` has no {what} `{step}`{hint}"));
                    }
                },
                Shape::List(item) if step == ELEMENT => item,
                Shape::List(_) | Shape::Scalar | Shape::Text | Shape::Number | Shape::Truth | Shape::Time if step != ELEMENT => {
                    return Some(format!("`{walked}` has no fields: `{step}` cannot be read from it"));
                }
                _ => return None,
            };
            if step == ELEMENT {
                walked.push_str(ELEMENT);
            } else {
                walked.push('.');
                walked.push_str(step);
            }
        }
        None
    }
}

/// The shapes of `resource` and `protection` of a type, computed once and never freed: there are as many as types.
pub fn shapes_of_type(type_name: &'static str) -> &'static (Shape, Shape) {
    static CACHE: OnceLock<Mutex<HashMap<&'static str, &'static (Shape, Shape)>>> = OnceLock::new();
    let cache = CACHE.get_or_init(Mutex::default);
    let mut cache = cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    cache.entry(type_name).or_insert_with(|| Box::leak(Box::new((schema_shape::resource(type_name), schema_shape::protection(type_name)))))
}

/// The properties that a type's resources may have.
pub fn properties_of_type(type_name: &'static str) -> impl Iterator<Item = &'static str> {
    let fields = match &shapes_of_type(type_name).0 {
        Shape::Record(fields) => Some(fields),
        _ => None,
    };
    fields.into_iter().flatten().map(|(name, _)| name.as_str())
}

/// A suggestion for a name that does not exist; empty where no name is near.
pub(super) fn hint<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> String {
    match schema_shape::nearest(wrong, names) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => String::new(),
    }
}

/// Why a function does not exist.
pub(super) fn no_function(name: &str) -> String {
    format!("there is no function `{name}`{}", hint(name, super::functions::NAMES.into_iter()))
}
