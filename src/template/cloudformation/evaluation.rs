//! The evaluation of one template as one stack: its sections by name, the values of its parameters, and what names in it stand for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::template::declaration::{Node, Position, TemplateError, Unknown, Value};

use super::conditions::Truth;
use super::nested::Child;
use super::session::{Level, Session};
use super::tree::{Data, Entry, Raw, fault, short};
use super::{parameters, pseudo, values};

/// Where a template comes from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its file; relative paths start there.
    pub path: PathBuf,
    /// Its name in messages.
    pub name: Arc<str>,
    /// `Outer/Inner/` for a nested stack.
    pub prefix: String,
    /// The chain of files that nest it, this one last.
    pub chain: Vec<PathBuf>,
}

/// A template while its values are resolved.
pub struct Evaluation<'t> {
    pub session: &'t Session<'t>,
    pub source: &'t Source,
    pub resources: BTreeMap<&'t str, Resource<'t>>,
    pub parameters: BTreeMap<&'t str, Value>,
    pub mappings: BTreeMap<&'t str, &'t Raw>,
    /// Keys and second keys of mappings.
    pub mapped: BTreeMap<(&'t str, &'t str, &'t str), &'t Raw>,
    pub conditions: BTreeMap<&'t str, &'t Entry>,
    /// Conditions that were evaluated; `None` during the evaluation.
    pub truths: RefCell<BTreeMap<&'t str, Option<Truth>>>,
    /// The conditions under evaluation, outermost first.
    pub asked: RefCell<Vec<&'t str>>,
    /// Nested stacks that something refers to.
    pub children: RefCell<BTreeMap<&'t str, Rc<Child>>>,
    /// Loop variables with an unknown collection.
    pub loops: BTreeMap<String, Unknown>,
    pub transforms: Transforms,
}

/// A resource of the template.
pub struct Resource<'t> {
    pub entry: &'t Entry,
    /// With the prefix of its stack.
    pub id: Arc<str>,
    /// Empty where only a macro sets it.
    pub type_name: &'t str,
}

/// Which macros change the template before it is deployed.
#[derive(Clone, Debug, Default)]
pub struct Transforms {
    pub sam: bool,
    /// The first of them.
    pub first: Option<String>,
    /// A macro that can create what names refer to.
    pub other: Option<String>,
    /// A macro that can add resources.
    pub adds: Option<String>,
    /// A macro that can change any resource.
    pub changes: Option<String>,
}

impl Transforms {
    /// The `Transform` section: a name, a list of names, or `Fn::Transform`'s `{Name, Parameters}`.
    pub fn new(root: &Raw) -> Self {
        let mut transforms = Transforms::default();
        let sections = [root.get("Transform"), root.get("Fn::Transform"), root.get("Resources").and_then(|all| all.get("Fn::Transform"))];
        for section in sections.into_iter().flatten() {
            let names = match &section.data {
                Data::List(names) => names.as_slice(),
                _ => std::slice::from_ref(section),
            };
            for name in names {
                let name = name.as_text().or_else(|| name.get("Name")?.as_text()).unwrap_or("a macro");
                transforms.first.get_or_insert_with(|| short(name));
                match name {
                    "AWS::Serverless-2016-10-31" => transforms.sam = true,
                    "AWS::LanguageExtensions" => {}
                    // They create deployment and rotation resources, but no data (CloudFormation template reference, "Transforms").
                    "AWS::CodeDeployBlueGreen" | "AWS::SecretsManager-2020-07-23" | "AWS::SecretsManager-2024-09-16" => {
                        transforms.other = Some(short(name));
                    }
                    // It inserts a snippet next to the existing keys (template reference, "AWS::Include transform").
                    "AWS::Include" => {
                        transforms.other = Some(short(name));
                        transforms.adds = Some(short(name));
                    }
                    // A macro receives the whole template, or the section, and returns another one ("Create a CloudFormation macro
                    // definition").
                    other => {
                        transforms.other = Some(short(other));
                        transforms.adds = Some(short(other));
                        transforms.changes = Some(short(other));
                    }
                }
            }
        }
        transforms
    }
}

impl<'t> Evaluation<'t> {
    /// Splits a template into its sections. `given` has the values of its parameters, by name.
    pub fn new(
        session: &'t Session<'t>,
        source: &'t Source,
        root: &'t Raw,
        given: &BTreeMap<String, Value>,
        loops: BTreeMap<String, Unknown>,
    ) -> Result<Self, TemplateError> {
        let mut evaluation = Evaluation {
            session,
            source,
            resources: BTreeMap::new(),
            parameters: BTreeMap::new(),
            mappings: BTreeMap::new(),
            mapped: BTreeMap::new(),
            conditions: BTreeMap::new(),
            truths: RefCell::default(),
            asked: RefCell::default(),
            children: RefCell::default(),
            loops,
            transforms: Transforms::new(root),
        };
        for entry in evaluation.section(root, "Parameters")? {
            let value = match parameters::value_of(&evaluation, entry, given.get(&entry.key)) {
                Ok(value) => value,
                Err(error) => {
                    evaluation.unless_by_macro(error)?;
                    continue;
                }
            };
            // "Whether to mask the parameter value to prevent it from being displayed" (CloudFormation user guide, "Parameters").
            let value = match entry.value.get("NoEcho").and_then(Raw::scalar).is_some_and(|flag| flag.eq_ignore_ascii_case("true")) {
                true => value.sensitive(&format!("parameter {}", short(&entry.key)), &format!("{}{}", evaluation.source.prefix, entry.key)),
                false => value,
            };
            evaluation.parameters.insert(&entry.key, value);
        }
        for mapping in evaluation.section(root, "Mappings")? {
            evaluation.mappings.insert(&mapping.key, &mapping.value);
            for first in mapping.value.entries() {
                for second in first.value.entries() {
                    evaluation.mapped.insert((&mapping.key, &first.key, &second.key), &second.value);
                }
            }
        }
        evaluation.conditions = evaluation.section(root, "Conditions")?.iter().map(|entry| (entry.key.as_str(), entry)).collect();
        if root.get("Resources").is_none() && evaluation.transforms.adds.is_none() {
            return Err(evaluation.fault(root.at, "has no Resources"));
        }
        for entry in evaluation.section(root, "Resources")?.iter().filter(|entry| !entry.key.starts_with("Fn::")) {
            match evaluation.resource(entry) {
                Ok(resource) => drop(evaluation.resources.insert(&entry.key, resource)),
                Err(error) => evaluation.unless_by_macro(error)?,
            }
        }
        Ok(evaluation)
    }

    /// A custom macro takes sections of any form and turns them into what CloudFormation takes ("Create a CloudFormation macro
    /// definition").
    fn unless_by_macro(&self, error: TemplateError) -> Result<(), TemplateError> {
        if self.transforms.changes.is_some() { Ok(()) } else { Err(error) }
    }

    fn section<'r>(&self, root: &'r Raw, name: &str) -> Result<&'r [Entry], TemplateError> {
        match root.get(name) {
            None => Ok(&[]),
            Some(Raw { data: Data::Map(entries), .. }) => Ok(entries),
            Some(Raw { data: Data::Null, .. }) if name != "Resources" => Ok(&[]),
            Some(_) if self.transforms.changes.is_some() => Ok(&[]),
            Some(raw) => Err(self.fault(raw.at, format!("{name} is a map, not {}", raw.kind()))),
        }
    }

    fn resource(&self, entry: &'t Entry) -> Result<Resource<'t>, TemplateError> {
        let name = short(&entry.key);
        if !matches!(entry.value.data, Data::Map(_)) {
            return Err(self.fault(entry.at, format!("resource {name} is a map, not {}", entry.value.kind())));
        }
        let type_name = match entry.value.get("Type") {
            // The macro inserts its type.
            None if entry.value.get("Fn::Transform").is_some() => "",
            None => return Err(self.fault(entry.at, format!("resource {name} has no Type"))),
            // Another tool creates it before CloudFormation reads the template, as `rain` does for `!Rain::Module`.
            Some(Raw { data: Data::Map(_), .. }) => "",
            Some(raw) => {
                raw.as_text().ok_or_else(|| self.fault(raw.at, format!("Type of resource {name} is a text, not {}", raw.kind())))?
            }
        };
        Ok(Resource { entry, id: format!("{}{}", self.source.prefix, entry.key).into(), type_name })
    }

    /// An error in this template.
    pub fn fault(&self, at: Position, what: impl Into<String>) -> TemplateError {
        fault(&self.source.name, (at != Position::default()).then_some(at), what)
    }

    /// One level deeper.
    pub fn deeper(&self, at: Position) -> Result<Level<'t>, TemplateError> {
        self.session.deeper().map_err(|what| self.fault(at, what))
    }

    /// Charges a new value to the session's limits.
    pub fn paid(&self, at: Position, value: Value) -> Result<Value, TemplateError> {
        let (count, bytes) = values::size(&value);
        self.session.pay(count, bytes).map_err(|what| self.fault(at, what))?;
        Ok(value)
    }

    /// `Ref`.
    pub fn reference(&self, name: &str, at: Position) -> Result<Value, TemplateError> {
        if name.starts_with("AWS::") {
            return pseudo::value(self, name, at);
        }
        if let Some(value) = self.parameters.get(name) {
            return self.paid(at, values::placed(value, at));
        }
        if let Some(unknown) = self.loops.get(name) {
            return Ok(Value::Unknown(unknown.clone()));
        }
        self.attribute(name, "Ref", at)
    }

    /// `Fn::GetAtt`, and `Ref` to a resource.
    pub fn attribute(&self, name: &str, attribute: &str, at: Position) -> Result<Value, TemplateError> {
        let symbol = || match attribute {
            "Ref" => format!("${{{}{name}}}", self.source.prefix),
            _ => format!("${{{}{name}.{attribute}}}", self.source.prefix),
        };
        let Some(resource) = self.resources.get(name) else {
            return match self.maker(name) {
                Some(maker) => Ok(values::unknown(format!("{} is created by {maker}", short(name)), symbol())),
                None => Ok(values::unknown(format!("{} is not declared in this template", short(name)), symbol())),
            };
        };
        if let (Truth::False, Some(condition)) = self.created(resource)? {
            let reason = format!("{} is not created, as its condition {} is false", short(name), short(&condition));
            return Ok(values::unknown(reason, symbol()));
        }
        if let Some(output) = attribute.strip_prefix("Outputs.")
            && resource.is_stack()
        {
            return self.output(resource, output, at);
        }
        self.paid(at, Value::Reference { id: resource.id.clone(), attribute: attribute.into() })
    }

    /// What may create a resource that the template does not contain.
    fn maker(&self, name: &str) -> Option<String> {
        if let Some(other) = &self.transforms.other {
            return Some(format!("the macro {other}"));
        }
        // SAM creates `FunctionRole` for `Function`, and `ServerlessRestApi` without any resource. Modules create names such as
        // `ModuleBucket`.
        if self.transforms.sam && name.starts_with("Serverless") {
            return Some("SAM".to_owned());
        }
        // Only a resource whose name is a prefix of this name can create it.
        let name = if name.len() > 255 { "" } else { name };
        let makers = name.char_indices().skip(1).filter_map(|(end, _)| self.resources.get(&name[..end]));
        for resource in makers {
            if self.transforms.sam && resource.type_name.starts_with("AWS::Serverless::") {
                return Some("SAM".to_owned());
            }
            if resource.type_name.ends_with("::MODULE") {
                return Some(format!("the module {}", short(resource.type_name)));
            }
        }
        if self.loops.is_empty() { None } else { Some("a loop over an unknown collection".to_owned()) }
    }

    /// Why a resource may differ from what the template says.
    pub fn macro_of(&self, resource: &Resource<'_>) -> Option<Unknown> {
        let own = resource.entry.value.entry("Fn::Transform");
        let own = own.map(|transform| transform.value.get("Name").and_then(Raw::as_text).map_or_else(|| "a macro".to_owned(), short));
        let name = own.or_else(|| self.transforms.changes.clone())?;
        let reason = format!("the macro {name} can change it before it is deployed (audit the processed template)");
        Some(Unknown::new(reason, format!("${{{}.Fn::Transform}}", resource.id)))
    }

    /// Why it is unknown whether, and how many times, CloudFormation creates a resource: a loop over an unknown collection contains it.
    pub fn looped(&self, resource: &Resource<'_>) -> Option<&Unknown> {
        let symbols = resource.entry.key.split(['$', '&']).filter_map(|part| part.strip_prefix('{')?.split_once('}'));
        symbols.map(|(variable, _)| variable).find_map(|variable| self.loops.get(variable))
    }

    /// A value with its functions called and its names replaced, in the order of the template.
    pub fn resolve(&self, raw: &Raw) -> Result<Node, TemplateError> {
        let _level = self.deeper(raw.at)?;
        let value = match &raw.data {
            Data::Null => Value::Null,
            Data::Bool(bool) => Value::Bool(*bool),
            Data::Number(number) => Value::Number(number.clone()),
            Data::Text(text) => values::literal(text, raw.at),
            Data::List(items) => {
                let mut nodes = Vec::with_capacity(items.len());
                for item in items {
                    let node = self.resolve(item)?;
                    // `AWS::NoValue` adds no item.
                    if node.value != Value::Null {
                        nodes.push(node);
                    }
                }
                Value::List(nodes)
            }
            Data::Map(entries) => match entries.as_slice() {
                [entry] if is_function(&entry.key) => return Ok(Node::new(raw.at, self.call(entry, raw.at)?)),
                _ => self.map(entries)?,
            },
        };
        let bytes = if let Value::Text(text) = &value { text.len() } else { 0 };
        self.session.pay(1, bytes).map_err(|what| self.fault(raw.at, what))?;
        Ok(Node::new(raw.at, value))
    }

    fn map(&self, entries: &[Entry]) -> Result<Value, TemplateError> {
        let mut nodes = Vec::with_capacity(entries.len());
        for entry in entries {
            if entry.key.starts_with("Fn::ForEach::") || entry.key == "Fn::Transform" {
                // It can add any key, so that a missing key may exist after all.
                return self.call(entry, entry.at);
            }
            if entry.key.starts_with("Fn::") {
                let reason = format!("{} stands beside other keys (line {})", short(&entry.key), entry.at.line);
                return Ok(self.made(entry, reason));
            }
            let node = self.resolve(&entry.value)?;
            if node.value != Value::Null || entry.value.data == Data::Null {
                nodes.push((entry.key.clone(), node));
            }
        }
        Ok(Value::Map(nodes))
    }
}

impl Resource<'_> {
    /// Whether it is a nested stack.
    pub fn is_stack(&self) -> bool {
        matches!(self.type_name, "AWS::CloudFormation::Stack" | "AWS::Serverless::Application")
    }
}

/// Whether the key makes a map with a single key a function call.
pub fn is_function(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}
