//! The files of a module as blocks and attributes with their places; the same form for `.tf` and `.tf.json`. Evaluates nothing.

use std::rc::Rc;

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Body, Structure};
use hcl_edit::template::Template;
use serde_json::Number;

use super::json::{self, Json, JsonValue, Repeats};
use super::layout;
use super::text::Source;
use crate::inventory::declarable::MAP_ARGUMENTS;
use crate::template::declaration::{Position, TemplateError};

/// Blocks that belong to Terraform itself.
pub(super) const META_BLOCKS: [&str; 3] = ["lifecycle", "provisioner", "connection"];

/// The right-hand side of `=`.
#[derive(Debug)]
pub(super) enum Expr {
    Hcl(Expression),
    /// A string of a JSON file.
    Template(Position, Template),
    Null(Position),
    Bool(Position, bool),
    Number(Position, Number),
    List(Position, Vec<Expr>),
    Map(Position, Vec<(Expr, Expr)>),
}

#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) at: Position,
    pub(super) source: Rc<Source>,
    pub(super) expr: Rc<Expr>,
}

#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) kind: String,
    pub(super) labels: Vec<String>,
    pub(super) at: Position,
    /// The byte offsets of its start and its end.
    pub(super) span: (usize, usize),
    pub(super) source: Rc<Source>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) blocks: Vec<Block>,
}

impl Block {
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    pub(super) fn blocks_of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }

    /// Whether an argument, blocks or a `dynamic` block may set `name`.
    pub(super) fn sets(&self, name: &str) -> bool {
        self.attribute(name).is_some()
            || self.blocks_of_kind(name).next().is_some()
            || self.blocks_of_kind("dynamic").any(|block| block.label(0) == name)
    }

    pub(super) fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", String::as_str)
    }

    pub(super) fn error(&self, what: impl Into<String>) -> TemplateError {
        super::text::error(&self.source.name, Some(self.at), what)
    }

    fn empty(kind: &str, at: usize, source: &Rc<Source>) -> Block {
        Block {
            kind: kind.to_string(),
            labels: Vec::new(),
            at: source.position(at),
            span: (at, at),
            source: source.clone(),
            attributes: Vec::new(),
            blocks: Vec::new(),
        }
    }
}

impl Expr {
    /// A literal boolean.
    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            Expr::Hcl(expression) => expression.as_bool(),
            Expr::Bool(_, value) => Some(*value),
            _ => None,
        }
    }

    /// Where it is written.
    pub(super) fn at(&self, source: &Source) -> Option<Position> {
        match self {
            Expr::Hcl(expression) => expression.span().map(|span| source.position(span.start)),
            Expr::Template(at, _) | Expr::Null(at) | Expr::Bool(at, _) | Expr::Number(at, _) | Expr::List(at, _) | Expr::Map(at, _) => {
                Some(*at)
            }
        }
    }
}

/// A file as one block without a kind. Strings of variable files in JSON (`.tfvars.json`) are not templates: see [`values`].
pub(super) fn parse(source: &Rc<Source>) -> Result<Block, TemplateError> {
    if source.name.ends_with(".json") { json_file(source) } else { hcl_file(source) }
}

fn hcl_file(source: &Rc<Source>) -> Result<Block, TemplateError> {
    Ok(hcl_block(Block::empty("", 0, source), body(source)?, source))
}

/// The blocks and attributes of an HCL file.
pub(super) fn body(source: &Source) -> Result<Body, TemplateError> {
    hcl_edit::parser::parse_body(&layout::body_layout(&source.text))
        .map_err(|error| source.error(error.location().offset(), format!("not valid HCL: {}", error.message())))
}

fn hcl_block(mut block: Block, body: Body, source: &Rc<Source>) -> Block {
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                let key = attribute.key.span().or_else(|| attribute.span()).map_or(0, |span| span.start);
                block.attributes.push(Attribute {
                    name: attribute.key.value().to_string(),
                    at: source.position(key),
                    source: source.clone(),
                    expr: Rc::new(Expr::Hcl(attribute.value)),
                });
            }
            Structure::Block(inner) => {
                let span = inner.span().unwrap_or_default();
                let mut made = Block::empty(inner.ident.value(), span.start, source);
                made.span = (span.start, span.end);
                made.labels = inner.labels.iter().map(|label| label.as_str().to_string()).collect();
                block.blocks.push(hcl_block(made, inner.body, source));
            }
        }
    }
    block
}

fn json_file(source: &Rc<Source>) -> Result<Block, TemplateError> {
    let document = json::parse_repeating(&source.text, Repeats::Kept).map_err(|error| source.error(error.at, error.what))?;
    if !matches!(document.value, JsonValue::Map(_)) {
        return Err(source.error(document.at, "an object is expected"));
    }
    let reader = JsonReader { source };
    let mut file = Block::empty("", 0, source);
    if !source.name.ends_with(".tf.json") && !source.name.ends_with(".tofu.json") {
        for (name, value) in document.entries() {
            reader.argument(&mut file, name, value, false)?;
        }
        return Ok(file);
    }
    for (kind, value) in document.entries() {
        let labels = match kind.as_ref() {
            "resource" | "data" | "ephemeral" => 2,
            "variable" | "output" | "module" | "provider" => 1,
            "//" => continue,
            _ => 0,
        };
        reader.labelled(&mut file, kind, value, labels, &[])?;
    }
    Ok(file)
}

struct JsonReader<'a> {
    source: &'a Rc<Source>,
}

impl JsonReader<'_> {
    fn labelled(&self, parent: &mut Block, kind: &str, value: &Json<'_>, depth: usize, labels: &[&str]) -> Result<(), TemplateError> {
        match &value.value {
            JsonValue::List(items) => items.iter().try_for_each(|item| self.labelled(parent, kind, item, depth, labels)),
            JsonValue::Map(entries) if depth > 0 => entries.iter().filter(|(key, _)| key != "//").try_for_each(|(key, value)| {
                let labels: Vec<&str> = labels.iter().copied().chain([key.as_ref()]).collect();
                self.labelled(parent, kind, value, depth - 1, &labels)
            }),
            JsonValue::Map(_) => {
                // Resources of the Cloud Control provider have attributes, no blocks.
                let has_blocks = kind != "resource" || !labels.first().is_some_and(|of| super::is_cloud_control(of));
                let mut block = self.block(kind, value, has_blocks)?;
                block.labels = labels.iter().map(ToString::to_string).collect();
                parent.blocks.push(block);
                Ok(())
            }
            JsonValue::Null => Ok(()),
            _ => Err(self.source.error(value.at, format!("an object is expected: {kind} is a block"))),
        }
    }

    fn block(&self, kind: &str, body: &Json<'_>, has_blocks: bool) -> Result<Block, TemplateError> {
        let mut block = Block::empty(kind, body.at, self.source);
        for (name, value) in body.entries().iter().filter(|(name, _)| name != "//") {
            if kind == "resource" && name == "dynamic" {
                self.labelled(&mut block, name, value, 1, &[])?;
            } else if (has_blocks || META_BLOCKS.contains(&name.as_ref())) && self.is_block(kind, name, value) {
                self.labelled(&mut block, name, value, usize::from(name == "dynamic" || name == "provisioner"), &[])?;
            } else {
                self.argument(&mut block, name, value, true)?;
            }
        }
        Ok(block)
    }

    /// Adds an argument; a block has each argument once.
    fn argument(&self, block: &mut Block, name: &str, value: &Json<'_>, templates: bool) -> Result<(), TemplateError> {
        if block.attribute(name).is_some() {
            return Err(self.source.error(value.at, format!("{name} is set twice")));
        }
        block.attributes.push(self.attribute(name, value, templates)?);
        Ok(())
    }

    fn is_block(&self, kind: &str, name: &str, value: &Json<'_>) -> bool {
        if matches!(kind, "locals" | "variable" | "output" | "module" | "dynamic") {
            return kind == "dynamic" && name == "content";
        }
        if MAP_ARGUMENTS.contains(&name) {
            return false;
        }
        match &value.value {
            JsonValue::Map(_) => true,
            JsonValue::List(items) => !items.is_empty() && items.iter().all(|item| matches!(item.value, JsonValue::Map(_))),
            _ => false,
        }
    }

    fn attribute(&self, name: &str, value: &Json<'_>, templates: bool) -> Result<Attribute, TemplateError> {
        Ok(Attribute {
            name: name.to_string(),
            at: self.source.position(value.at),
            source: self.source.clone(),
            expr: Rc::new(self.expr(value, templates)?),
        })
    }

    fn expr(&self, value: &Json<'_>, templates: bool) -> Result<Expr, TemplateError> {
        let at = self.source.position(value.at);
        Ok(match &value.value {
            JsonValue::Null => Expr::Null(at),
            JsonValue::Bool(value) => Expr::Bool(at, *value),
            JsonValue::Number(number) => Expr::Number(at, number.clone()),
            JsonValue::Text(text) => self.template(at, text, templates)?,
            JsonValue::List(items) => Expr::List(at, items.iter().map(|item| self.expr(item, templates)).collect::<Result<_, _>>()?),
            JsonValue::Map(entries) => {
                let entry = |(key, value): &(std::borrow::Cow<'_, str>, Json<'_>)| {
                    Ok((self.template(at, key, templates)?, self.expr(value, templates)?))
                };
                Expr::Map(at, entries.iter().map(entry).collect::<Result<_, _>>()?)
            }
        })
    }

    fn template(&self, at: Position, text: &str, templates: bool) -> Result<Expr, TemplateError> {
        if !templates || !(text.contains("${") || text.contains("%{")) {
            return Ok(Expr::Template(at, Template::from_iter([text])));
        }
        let template =
            template(text).map_err(|why| super::text::error(&self.source.name, Some(at), format!("not a valid template: {why}")))?;
        Ok(Expr::Template(at, template))
    }
}

/// A template without quotes, or why it is not valid.
pub(super) fn template(text: &str) -> Result<Template, String> {
    hcl_edit::parser::parse_template(&layout::template_layout(text)).map_err(|error| error.message().to_string())
}
