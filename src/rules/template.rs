//! Texts with `{{ expression }}` in them.

use super::expr::{Expression, Scope};

/// A text that is filled in for a resource.
#[derive(Debug)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Value(Expression),
}

impl Template {
    /// Compiles `source`.
    ///
    /// # Errors
    /// A `{{` without `}}`, or an expression that cannot be read.
    pub fn compile(source: &str) -> Result<Self, String> {
        Self::with(source, Expression::compile)
    }

    /// A text of a rule of the binary (see [`Expression::trusted`]).
    pub(super) fn trusted(source: &str) -> Self {
        Self::with(source, |expression| Ok(Expression::trusted(expression))).unwrap_or_else(|_| Self::empty())
    }

    fn with(source: &str, compile: impl Fn(&str) -> Result<Expression, String>) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some(start) = rest.find("{{") {
            let Some(length) = rest[start..].find("}}") else {
                return Err("`{{` without `}}`".to_owned());
            };
            if start > 0 {
                parts.push(Part::Text(rest[..start].to_owned()));
            }
            parts.push(Part::Value(compile(rest[start + 2..start + length].trim())?));
            rest = &rest[start + length + 2..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Template { parts })
    }

    /// Stands in for a text that could not be compiled.
    pub(super) fn empty() -> Self {
        Template { parts: Vec::new() }
    }

    /// The text with its values.
    pub fn render(&self, scope: &Scope) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Value(expression) => expression.text(scope),
            })
            .collect()
    }

    /// Whether a rule's text is the same for every resource: it has no expression, or only parameters in it.
    pub fn is_same_for_all(&self) -> bool {
        self.expressions().flat_map(Expression::paths).all(|path| path.first().is_some_and(|root| root == "params" || root == "now"))
    }

    /// The expressions in it.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value(expression) => Some(expression),
            Part::Text(_) => None,
        })
    }
}
