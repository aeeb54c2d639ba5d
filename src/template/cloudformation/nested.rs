//! Nested stacks: local templates that a template refers to, with the parameters that it passes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::rc::Rc;

use crate::inventory::encoding::decode;
use crate::template::declaration::{Declaration, Position, TemplateError, Value};

use super::conditions::Truth;
use super::evaluation::{Evaluation, Resource, Source};
use super::files;
use super::tree::{MAX_BYTES, Raw, fault, short};
use super::values::{placed, unknown};

/// Maximum depth of nested stacks.
const MAX_NESTED: usize = 16;

/// What is known about a nested stack.
pub enum Child {
    /// It is being read.
    Begun,
    /// Its template cannot be read, for this reason.
    Elsewhere(String),
    Read(Read),
}

/// The result of reading a template.
pub struct Read {
    /// Moved out when the parent's resources are read.
    pub declarations: RefCell<Vec<Declaration>>,
    /// Of nested stacks only. `None` for an output whose condition is false.
    pub outputs: BTreeMap<String, Option<Value>>,
}

impl<'t> Evaluation<'t> {
    /// The nested stack that a resource creates; read once.
    pub fn child(&self, name: &str, at: Position) -> Result<Option<Rc<Child>>, TemplateError> {
        let Some((name, resource)) = self.resources.get_key_value(name) else { return Ok(None) };
        let known = self.children.borrow().get(name).cloned();
        match known {
            Some(child) if matches!(*child, Child::Begun) => {
                Err(self.fault(at, format!("the nested stack {} needs an output of itself", short(name))))
            }
            Some(child) => Ok(Some(child)),
            None => {
                self.children.borrow_mut().insert(name, Rc::new(Child::Begun));
                let read = self.read_child(resource);
                // The same error occurs again when the resource itself is read.
                self.children.borrow_mut().remove(name);
                let child = Rc::new(read?);
                self.children.borrow_mut().insert(name, child.clone());
                Ok(Some(child))
            }
        }
    }

    fn read_child(&self, resource: &Resource<'_>) -> Result<Child, TemplateError> {
        let not_local = || Child::Elsewhere("its template is not a local file".to_owned());
        let Some((relative, at)) = self.local(resource)? else { return Ok(not_local()) };
        let _level = self.deeper(at)?;
        self.session.count_stack().map_err(|what| self.fault(at, what))?;
        let (path, name) = files::beside(&self.source.path, &self.source.name, &relative);
        let elsewhere = |why: &dyn Display| Child::Elsewhere(format!("its template {} {why}", short(&name)));
        let canonical = match self.session.boundary.file(&path) {
            Ok(canonical) => canonical,
            Err(refused) => return Ok(elsewhere(&refused)),
        };
        if let Some(start) = self.source.chain.iter().position(|other| *other == canonical) {
            let cycle = self.source.chain.iter().skip(start).chain([&canonical]);
            let names: Vec<_> = cycle.map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect();
            return Err(self.fault(at, format!("nested stacks form a cycle: {}", names.join(" → "))));
        }
        if self.source.chain.len() > MAX_NESTED {
            return Err(self.fault(at, format!("stacks nested more than {MAX_NESTED} deep")));
        }
        let text = match self.session.boundary.read(&path, MAX_BYTES as u64).map(decode) {
            Ok(Ok(text)) => text,
            Ok(Err(error)) => return Ok(elsewhere(&format!("cannot be read, line {}: {}", error.line, error.what))),
            Err(refused) => return Ok(elsewhere(&refused)),
        };
        let properties = resource.entry.value.get("Properties");
        let mut given = BTreeMap::new();
        if let Some(parameters) = properties.and_then(|properties| properties.get("Parameters")) {
            match self.resolve(parameters)?.value {
                Value::Map(parameters) => given.extend(parameters.into_iter().map(|(name, node)| (name, node.value))),
                Value::Null => {}
                Value::Unknown(_) => return Ok(not_local()),
                _ => return Err(self.fault(parameters.at, format!("Parameters is a map, not {}", parameters.kind()))),
            }
        }
        let mut chain = self.source.chain.clone();
        chain.push(canonical);
        let source = Source { path, name: name.as_str().into(), prefix: format!("{}/", resource.id), chain };
        match super::read_stack(self.session, &source, &text, &given) {
            Ok(read) => Ok(Child::Read(read)),
            // An error in another file does not keep this one from being read.
            Err(error) if error.file != *self.source.name => Ok(Child::Elsewhere(format!("its template cannot be read: {error}"))),
            Err(error) => Err(error),
        }
    }

    /// The file of a nested stack's template.
    fn local(&self, resource: &Resource<'_>) -> Result<Option<(String, Position)>, TemplateError> {
        let body = &resource.entry.value;
        // CDK uploads the file and notes its name here.
        let metadata = body.get("Metadata");
        if let Some(asset) = metadata.and_then(|metadata| metadata.get("aws:asset:path"))
            && let Some(path) = asset.as_text()
            && metadata
                .and_then(|metadata| metadata.get("aws:asset:property"))
                .and_then(Raw::as_text)
                .is_none_or(|key| key == "TemplateURL")
        {
            // The files that CDK wrote next to the template may be missing.
            return Ok(Some((path.to_owned(), asset.at)));
        }
        let properties = body.get("Properties");
        let Some(url) = properties.and_then(|properties| properties.get("TemplateURL").or_else(|| properties.get("Location"))) else {
            return Ok(None);
        };
        // Only a literal string is a path, as for `aws cloudformation package`; the result of a function is a URL in S3.
        Ok(url.as_text().filter(|url| files::is_local(url)).map(|path| (path.to_owned(), url.at)))
    }

    /// An output of a nested stack.
    pub fn output(&self, resource: &Resource<'_>, output: &str, at: Position) -> Result<Value, TemplateError> {
        let name = &resource.entry.key;
        let symbol = || format!("${{{}.Outputs.{output}}}", resource.id);
        let Some(child) = self.child(name, at)? else { return Ok(unknown("no such nested stack", symbol())) };
        match &*child {
            Child::Read(read) => match read.outputs.get(output) {
                Some(Some(value)) => self.paid(at, placed(value, at)),
                Some(None) => Ok(unknown(format!("the condition of output {} is false", short(output)), symbol())),
                None => Err(self.fault(at, format!("the nested stack {} has no output {}", short(name), short(output)))),
            },
            Child::Begun => Ok(unknown(format!("output {} of the nested stack {}", short(output), short(name)), symbol())),
            Child::Elsewhere(why) => Ok(unknown(format!("output {} of the nested stack {}: {why}", short(output), short(name)), symbol())),
        }
    }

    /// The outputs of this stack, for its parent.
    pub fn outputs(&self, root: &Raw) -> Result<BTreeMap<String, Option<Value>>, TemplateError> {
        let mut outputs = BTreeMap::new();
        for entry in root.get("Outputs").map(Raw::entries).unwrap_or_default() {
            if entry.key.starts_with("Fn::") {
                continue;
            }
            let condition = entry.value.get("Condition").and_then(Raw::as_text);
            let truth = condition.map(|name| self.condition(name)).transpose()?;
            let value = match (truth, entry.value.get("Value")) {
                (Some(Truth::False), _) => None,
                (_, Some(value)) => Some(self.resolve(value)?.value),
                (_, None) => return Err(fault(&self.source.name, Some(entry.at), format!("output {} has no Value", short(&entry.key)))),
            };
            outputs.insert(entry.key.clone(), value);
        }
        Ok(outputs)
    }
}
