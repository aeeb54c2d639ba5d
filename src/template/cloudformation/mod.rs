//! CloudFormation templates, YAML and JSON, as [`Declaration`]s: functions are called, names replaced, nested stacks followed. Values
//! known after deployment stay unknown, with a reason. Knows no resource type except nested stacks and SAM's tables, and calls no AWS
//! API.
//!
//! The text becomes a tree with places ([`tree`]), loops are expanded ([`loops`]), and an [`evaluation`] resolves the rest.

mod conditions;
mod detect;
mod encode;
mod evaluation;
mod files;
mod functions;
mod json;
mod loops;
mod nested;
mod outline;
mod parameters;
mod pseudo;
mod sam;
mod session;
mod suppressions;
mod tree;
mod values;
mod waivers;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::template::Options;
use crate::template::boundary::Boundary;
use crate::template::declaration::{
    Declaration, IN_JSON, Ignore, Language, Node, PRESENCE, Parsed, Position, TemplateError, UNREAD_MODULE, Value, WRITTEN_TYPE,
};

use conditions::Truth;
use evaluation::{Evaluation, Resource, Source};
use nested::{Child, Read};
use session::Session;

pub use detect::claims_to_be;
pub(in crate::template) use encode::base64;
pub(in crate::template) use outline::resources as outline;
pub use parameters::Parameters;

pub(in crate::template) use tree::{Data, Raw};
pub(in crate::template) use yaml::{Dialect, parse_as as parse_yaml};

/// Reads a template and its nested stacks. Paths of nested templates start at its file, `path`; declarations and errors use `name`.
pub fn read(path: &Path, name: &str, text: &str, options: &Options) -> Result<Vec<Declaration>, TemplateError> {
    Ok(read_within(&Boundary::around(path), path, name, text, options)?.declarations)
}

/// Like [`read`], but nested templates may lie anywhere inside the boundary, and warnings are returned.
pub fn read_within(boundary: &Boundary, path: &Path, name: &str, text: &str, options: &Options) -> Result<Parsed, TemplateError> {
    let session = Session::new(options, boundary);
    let chain = vec![std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())];
    let source = Source { path: path.to_owned(), name: name.into(), prefix: String::new(), chain };
    let given = options.parameters.iter().map(|(name, value)| (name.clone(), values::from_json(value))).collect();
    let declarations = read_stack(&session, &source, text, &given)?.declarations.into_inner();
    Ok(Parsed { declarations, warnings: session.warnings.into_inner() })
}

/// Reads parameter values in the formats of the AWS CLI and of CodePipeline: a list of `{"ParameterKey", "ParameterValue"}` or of
/// `"Key=Value"`, an object, or an object with `Parameters`.
pub fn read_parameters(path: &Path) -> Result<Parameters, TemplateError> {
    parameters::read(path)
}

/// Reads the template of one stack.
fn read_stack(session: &Session<'_>, source: &Source, text: &str, given: &BTreeMap<String, Value>) -> Result<Read, TemplateError> {
    let tree = tree::parse(&source.name, text)?;
    let (mut root, comments, json) = (tree.root, tree.comments, tree.json);
    session.warnings.borrow_mut().extend(tree.warnings);
    if !matches!(root.data, Data::Map(_)) {
        return Err(tree::fault(&source.name, Some(root.at), format!("a template is a map, not {}", root.kind())));
    }
    let mut waivers = waivers::in_comments(&source.name, &root, &comments)?;
    let suppressed = waivers::suppressions_of(&root, &comments);
    drop(comments);
    let mut unknown = BTreeMap::new();
    if loops::has_loops(&root) {
        let before = Evaluation::new(session, source, &root, given, BTreeMap::new())?;
        let expanded = loops::expand(&root, &before, &mut waivers)?;
        drop(before);
        (root, unknown) = (expanded.root, expanded.unknown);
    }
    let mut simple_tables = BTreeSet::new();
    if evaluation::Transforms::new(&root).sam {
        simple_tables = sam::transform(&mut root, session).map_err(|what| tree::fault(&source.name, None, what))?;
    }
    let evaluation = Evaluation::new(session, source, &root, given, unknown)?;
    evaluation.check_conditions()?;
    session.resources(evaluation.resources.len()).map_err(|what| tree::fault(&source.name, None, what))?;
    let mut declarations = Vec::new();
    if let Some(name) = &evaluation.transforms.adds {
        declarations.push(unread(&evaluation, "Transform", root.at, format!("the macro {name} can add resources before it is deployed")));
    }
    for entry in root.get("Resources").map(Raw::entries).unwrap_or_default() {
        let Some(resource) = evaluation.resources.get(entry.key.as_str()) else { continue };
        let (truth, _) = evaluation.created(resource)?;
        if truth == Truth::False {
            continue;
        }
        let ignores = waivers.get(&entry.at).cloned().unwrap_or_default();
        let suppressed = suppressed.get(&entry.at).cloned().unwrap_or_default();
        let mut declared = declaration(&evaluation, resource, truth, ignores, suppressed)?;
        if json {
            declared.settings.push((IN_JSON.to_owned(), Node::new(entry.at, Value::Bool(true))));
        }
        if simple_tables.contains(&entry.at) {
            declared.settings.push((WRITTEN_TYPE.to_owned(), Node::new(entry.at, Value::Text(sam::SIMPLE_TABLE.to_owned()))));
        }
        let condition = declared.setting(PRESENCE).cloned();
        declarations.push(declared);
        let made_elsewhere = match resource.type_name {
            "" if entry.value.get("Type").is_some() => Some("a function that another tool calls sets its type"),
            "" => Some("a macro creates it"),
            name if name.ends_with("::MODULE") => Some("the template does not show what a module of the CloudFormation registry creates"),
            _ => None,
        };
        declarations.extend(made_elsewhere.map(|why| unread(&evaluation, &entry.key, entry.at, why.to_owned())));
        if resource.is_stack()
            && let Some(child) = evaluation.child(&entry.key, entry.at)?
        {
            match &*child {
                // If a nested stack may not be created, neither may its resources.
                Child::Read(read) => {
                    for mut nested in read.declarations.take() {
                        if nested.setting(PRESENCE).is_none() {
                            nested.settings.extend(condition.clone().map(|node| (PRESENCE.to_owned(), Node::new(nested.at, node.value))));
                        }
                        declarations.push(nested);
                    }
                }
                Child::Elsewhere(why) => declarations.push(unread(&evaluation, &entry.key, entry.at, why.clone())),
                Child::Begun => {}
            }
        }
    }
    // Nothing refers to the outputs of the outermost stack.
    let outputs = if source.prefix.is_empty() { BTreeMap::new() } else { evaluation.outputs(&root)? };
    Ok(Read { declarations: declarations.into(), outputs })
}

/// The declaration that stands for a part of the template that cannot be read.
fn unread(evaluation: &Evaluation<'_>, name: &str, at: Position, why: String) -> Declaration {
    let id = format!("{}{name}", evaluation.source.prefix);
    Declaration {
        language: Language::CloudFormation,
        type_name: UNREAD_MODULE.to_owned(),
        settings: vec![(PRESENCE.to_owned(), Node::new(at, values::unknown(why, format!("${{{id}}}"))))],
        id,
        file: evaluation.source.name.clone(),
        at,
        root: None,
        construct: None,
        body: Node::new(at, Value::Null),
        ignores: Vec::new(),
    }
}

fn declaration(
    evaluation: &Evaluation<'_>,
    resource: &Resource<'_>,
    truth: Truth,
    mut ignores: Vec<Ignore>,
    mut suppressed: Vec<String>,
) -> Result<Declaration, TemplateError> {
    let entry = resource.entry;
    let by_macro = evaluation.macro_of(resource);
    // Parts that a macro can change are resolved as well, so that a broken value is reported.
    let part = |key: &str| -> Result<Option<Node>, TemplateError> {
        let written = entry.value.get(key).map(|raw| evaluation.resolve(raw)).transpose()?;
        let changed = by_macro.as_ref().map(|unknown| Node::new(entry.at, Value::Unknown(unknown.clone())));
        Ok(changed.or(written))
    };
    let mut settings = Vec::new();
    for key in ["DeletionPolicy", "UpdateReplacePolicy"] {
        settings.extend(part(key)?.map(|node| (key.to_owned(), node)));
    }
    let conditional = if let Truth::Unknown(unknown) = truth { Some(unknown) } else { None };
    if let Some(unknown) = conditional.or_else(|| evaluation.looped(resource).cloned()) {
        let at = entry.value.get("Condition").map_or(entry.at, |raw| raw.at);
        settings.push((PRESENCE.to_owned(), Node::new(at, Value::Unknown(unknown))));
    }
    let metadata = entry.value.get("Metadata");
    if let Some(metadata) = metadata {
        waivers::add_from_metadata(&evaluation.source.name, metadata, &mut ignores)?;
        suppressed.extend(suppressions::in_metadata(metadata));
    }
    let body = match part("Properties")? {
        None | Some(Node { value: Value::Null, .. }) => Node::new(entry.at, Value::Map(Vec::new())),
        Some(node) if matches!(node.value, Value::Map(_) | Value::Unknown(_)) => node,
        Some(node) => match values::doubt(&node.value) {
            Some(reason) => Node::new(node.at, values::unknown(reason, format!("${{{}.Properties}}", resource.id))),
            None => return Err(evaluation.fault(node.at, "Properties is a map")),
        },
    };
    let mut declared = Declaration {
        language: Language::CloudFormation,
        type_name: resource.type_name.to_owned(),
        id: resource.id.to_string(),
        file: evaluation.source.name.clone(),
        at: entry.at,
        root: None,
        construct: metadata.and_then(|metadata| metadata.get("aws:cdk:path")).and_then(Raw::as_text).map(str::to_owned),
        body,
        settings,
        ignores,
    };
    declared.suppress(suppressed);
    Ok(declared)
}
