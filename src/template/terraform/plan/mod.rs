//! Plans and states as JSON: the resources of `terraform show -json` and of state files (version 4). Evaluates nothing: values known
//! after apply are looked up in `configuration` only to find the resource that they come from.
//!
//! The format: <https://developer.hashicorp.com/terraform/internals/json-format>.

mod address;
mod configuration;
mod sensitive;
mod sources;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::address::Module as ModuleAddress;
use self::configuration::{Configuration, Place, Provided};
use self::sources::Sources;
use self::values::Values;
use super::json::{self, Json, JsonValue};
use super::modules::Resource;
use super::text::{Lines, error, without_mark};
use super::value::{quoted, same, text, unknown};
use super::{PRESENCE, PREVENT_DESTROY, PROVIDER_ACCOUNT, PROVIDER_REGION, is_cloud_control, is_of_aws, language_and_type};
use crate::template::boundary::Boundary;
use crate::template::declaration::{DESTROYED, Declaration, EXISTS, Node, Position, TemplateError, UNREAD_MODULE, Value};
use crate::template::types;

/// The reason for an unknown `prevent_destroy` without the `.tf` files: plans and states contain no `lifecycle`.
const NO_LIFECYCLE: &str = "plans and states do not show prevent_destroy";
/// The keys that are read of a plan or a state. The rest (for example the prior state, which can be large) is only checked for valid
/// JSON.
const KEPT: [&str; 11] = [
    "encrypted_data",
    "format_version",
    "version",
    "errored",
    "complete",
    "planned_values",
    "values",
    "resource_changes",
    "resources",
    "configuration",
    "variables",
];

/// See [`super::claims_to_be_plan`].
pub(super) fn claims(content: &str) -> bool {
    let content = without_mark(content).trim_start();
    let has = |key: &str| content.contains(&format!("\"{key}\""));
    content.starts_with('{')
        && ((has("format_version") && ["planned_values", "values", "resource_changes", "terraform_version"].into_iter().any(has))
            || (has("version") && has("resources") && has("terraform_version"))
            || is_encrypted(content))
}

/// A state or plan that OpenTofu encrypted (<https://opentofu.org/docs/language/state/encryption/>).
fn is_encrypted(content: &str) -> bool {
    ["\"encrypted_data\"", "\"encryption_version\""].iter().all(|key| content.contains(key))
}

/// See [`super::read_plan`].
pub(super) fn read(boundary: &Boundary, name: &str, content: &str) -> Result<Vec<Declaration>, TemplateError> {
    let content = without_mark(content);
    let lines = Lines::new(content);
    let failed = |offset: usize, what: String| error(name, Some(lines.position(content, offset)), what);
    let document = json::parse(content, &|key| KEPT.contains(&key)).map_err(|error| failed(error.at, error.what))?;
    let sources = Sources::beside(boundary, name);
    let mut reader =
        Reader { name: Arc::from(name), content, lines: &lines, sources: &sources, seen: BTreeSet::new(), declarations: Vec::new() };
    if let (None, Some(version)) = (document.get("format_version"), document.get("version")) {
        if !matches!(&version.value, JsonValue::Number(number) if number.as_u64() == Some(4)) {
            return Err(failed(version.at, "a state of a version other than 4: write it again with `terraform show -json`".to_string()));
        }
        reader.state(&document)?;
        return Ok(reader.declarations);
    }
    if document.get("encrypted_data").is_some() {
        return Err(failed(document.at, "encrypted by OpenTofu: write it as JSON with `tofu show -json`".to_string()));
    }
    let version = document.get("format_version");
    let major = version.and_then(Json::text).and_then(|version| version.split('.').next());
    match (major, version) {
        (Some("0" | "1"), _) => {}
        (_, Some(version)) => return Err(failed(version.at, "an unknown format_version: rel9 reads 0 and 1".to_string())),
        (_, None) => return Err(failed(document.at, "neither a plan nor a state: there is no format_version".to_string())),
    }
    if let Some(errored) = document.get("errored").filter(|errored| errored.is_true()) {
        return Err(failed(errored.at, "the plan is incomplete: Terraform reported errors".to_string()));
    }
    let Some(planned) = document.get("planned_values").or_else(|| document.get("values")) else {
        return match document.get("resource_changes") {
            Some(changes) => Err(failed(changes.at, "a plan without planned_values".to_string())),
            None => Ok(Vec::new()),
        };
    };
    if let Some(root) = planned.get("root_module") {
        let changes = Changes::new(&document);
        let configuration = Configuration::new(&document, root, &sources);
        reader.module(root, &changes, &configuration, &ModuleAddress::default())?;
    }
    if let Some(incomplete) = document.get("complete").filter(|complete| matches!(complete.value, JsonValue::Bool(false))) {
        reader.incomplete(incomplete);
    }
    reader.destroyed(&document);
    Ok(reader.declarations)
}

/// The changes that a plan makes to its resources.
#[derive(Default)]
struct Changes<'j> {
    unknown: BTreeMap<&'j str, &'j Json<'j>>,
    gone: BTreeSet<&'j str>,
    new: BTreeSet<&'j str>,
    /// Existing resources, and whether they stay unchanged.
    there: BTreeMap<&'j str, bool>,
    /// The document is a state, in which all resources exist.
    is_state: bool,
}

impl<'j> Changes<'j> {
    fn new(document: &'j Json<'j>) -> Self {
        let mut changes = Changes { is_state: document.get("values").is_some(), ..Changes::default() };
        for change in document.get("resource_changes").map(Json::items).unwrap_or_default() {
            let (Some(address), Some(of)) = (change.get("address").and_then(Json::text), change.get("change")) else { continue };
            // An object that was replaced earlier but could not be deleted.
            if change.get("deposed").is_some() {
                continue;
            }
            let actions: Vec<_> = of.get("actions").map(Json::items).unwrap_or_default().iter().filter_map(Json::text).collect();
            if matches!(actions.as_slice(), ["delete" | "forget"]) {
                changes.gone.insert(address);
            }
            // Includes resources that are replaced.
            if actions.contains(&"create") {
                changes.new.insert(address);
            } else {
                changes.there.insert(address, matches!(actions.as_slice(), ["no-op"]));
            }
            if let Some(unknown) = of.get("after_unknown") {
                changes.unknown.insert(address, unknown);
            }
        }
        changes
    }
}

struct Reader<'t> {
    name: Arc<str>,
    content: &'t str,
    lines: &'t Lines,
    sources: &'t Sources,
    seen: BTreeSet<String>,
    declarations: Vec<Declaration>,
}

impl Reader<'_> {
    fn position(&self, offset: usize) -> Position {
        self.lines.position(self.content, offset)
    }

    fn module(
        &mut self,
        module: &Json<'_>,
        changes: &Changes<'_>,
        configuration: &Configuration<'_>,
        at: &ModuleAddress,
    ) -> Result<(), TemplateError> {
        for resource in module.get("resources").map(Json::items).unwrap_or_default() {
            self.resource(resource, changes, configuration, at)?;
        }
        for child in module.get("child_modules").map(Json::items).unwrap_or_default() {
            let Some(address) = child.get("address").and_then(Json::text) else {
                return Err(error(&self.name, Some(self.position(child.at)), "a module without an address"));
            };
            self.module(child, changes, configuration, &ModuleAddress::parse(address))?;
        }
        Ok(())
    }

    fn resource(
        &mut self,
        resource: &Json<'_>,
        changes: &Changes<'_>,
        configuration: &Configuration<'_>,
        module: &ModuleAddress,
    ) -> Result<(), TemplateError> {
        let field = |key: &str| resource.get(key).and_then(Json::text);
        if field("mode") != Some("managed") || !field("type").is_some_and(is_of_aws) {
            return Ok(());
        }
        let (Some(address), Some(type_name), Some(name)) = (field("address"), field("type"), field("name")) else {
            return Err(error(&self.name, Some(self.position(resource.at)), "a resource without an address, a type or a name"));
        };
        // States show a replaced object that could not be deleted under the address of its replacement
        // (<https://developer.hashicorp.com/terraform/internals/json-format#values-representation>, `deposed_key`).
        if changes.gone.contains(address) || resource.get("deposed_key").is_some() {
            return Ok(());
        }
        let place = Place { module: module.clone(), key: resource.get("index").map(index_of).unwrap_or_default() };
        let declared = configuration.resource(module, type_name, name);
        let is_new = changes.new.contains(address);
        let found = self.sources.resource(module, type_name, name);
        let written = found.as_ref().map(|written| &written.block);
        let values = Values {
            lines: self.lines,
            content: self.content,
            configuration,
            place: &place,
            declared,
            address,
            is_new,
            written,
            after_apply: &changes.unknown,
            is_cloud_control: is_cloud_control(type_name),
        };
        let mut body = values.body(resource, changes.unknown.get(address).copied());
        sensitive::hide(&mut body, resource.get("sensitive_values"), address);
        let there = if changes.is_state { Some(true) } else { changes.there.get(address).copied() };
        self.add(resource, (type_name, address), found, body, (there, configuration.provided(declared)))
    }

    /// A plan made with `-target`, or a plan of which Terraform deferred a part, does not contain the rest
    /// (<https://developer.hashicorp.com/terraform/internals/json-format#plan-representation>, `complete`).
    fn incomplete(&mut self, mark: &Json<'_>) {
        let why = unknown("the plan is not complete: it was made with -target, or Terraform deferred a part of it", "plan");
        let mut declaration = self.declaration("plan", UNREAD_MODULE, self.position(mark.at));
        declaration.settings.push((PRESENCE.to_string(), Node::new(declaration.at, why)));
        self.declarations.push(declaration);
    }

    /// What the plan destroys of two kinds: parts of other resources, which the planned values of their owner still show; and what protects
    /// others, also if it is replaced.
    fn destroyed(&mut self, document: &Json<'_>) {
        for change in document.get("resource_changes").map(Json::items).unwrap_or_default() {
            let field = |key: &str| change.get(key).and_then(Json::text);
            let (Some(address), Some(type_name), Some(of)) = (field("address"), field("type"), change.get("change")) else { continue };
            let actions: Vec<_> = of.get("actions").map(Json::items).unwrap_or_default().iter().filter_map(Json::text).collect();
            let (deletes, only) = (actions.contains(&"delete"), actions.len() == 1);
            let Some(before) = of.get("before").filter(|_| deletes && change.get("deposed").is_none()) else { continue };
            let mut declaration = self.declaration(address, type_name, self.position(change.at));
            let part = types::parts_of(type_name).map(|(_, part)| part).find(|part| !part.inline.is_empty()).filter(|_| only);
            if part.is_none() && !types::protects(&declaration) {
                continue;
            }
            declaration.body = known(before, &|offset| self.position(offset));
            sensitive::hide(&mut declaration.body, of.get("before_sensitive"), address);
            let at = declaration.at;
            let setting = |name: &str, value: bool| (name.to_string(), Node::new(at, Value::Bool(value)));
            match (&mut declaration.body.value, part.and_then(|part| Some((part, part.leaves?)))) {
                (Value::Map(entries), Some((part, leaves))) => {
                    entries.retain(|(name, _)| part.parent.split('|').any(|parent| parent == name));
                    let (argument, value) = leaves(declaration.at);
                    entries.push((argument.to_string(), value));
                }
                _ => declaration.settings.extend([setting(DESTROYED, true), setting(EXISTS, false)]),
            }
            self.declarations.push(declaration);
        }
    }

    fn declaration(&self, id: &str, type_name: &str, at: Position) -> Declaration {
        let (language, type_name) = language_and_type(type_name);
        Declaration {
            language,
            type_name: type_name.to_string(),
            id: id.to_string(),
            file: self.name.clone(),
            root: None,
            at,
            construct: None,
            body: Node::new(at, Value::Null),
            settings: Vec::new(),
            ignores: Vec::new(),
        }
    }

    /// The resources of a state file.
    fn state(&mut self, document: &Json<'_>) -> Result<(), TemplateError> {
        let nothing = Configuration::default();
        for resource in document.get("resources").map(Json::items).unwrap_or_default() {
            let field = |key: &str| resource.get(key).and_then(Json::text);
            let (Some("managed"), Some(type_name), Some(name)) = (field("mode"), field("type"), field("name")) else { continue };
            if !is_of_aws(type_name) {
                continue;
            }
            let module = ModuleAddress::parse(field("module").unwrap_or_default());
            for instance in resource.get("instances").map(Json::items).unwrap_or_default() {
                if instance.get("deposed").is_some() {
                    continue;
                }
                let key = instance.get("index_key").map(index_of).unwrap_or_default();
                let address = format!("{}{type_name}.{name}{key}", module.prefix());
                let place = Place { module: module.clone(), key };
                let values = Values {
                    lines: self.lines,
                    content: self.content,
                    configuration: &nothing,
                    place: &place,
                    declared: None,
                    address: &address,
                    is_new: false,
                    written: None,
                    after_apply: &BTreeMap::new(),
                    is_cloud_control: is_cloud_control(type_name),
                };
                let mut body = values.body_of(instance, instance.get("attributes"), None);
                sensitive::hide_paths(&mut body, instance.get("sensitive_attributes"), &address);
                let written = self.sources.resource(&module, type_name, name);
                self.add(instance, (type_name, &address), written, body, (Some(true), None))?;
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        resource: &Json<'_>,
        (type_name, address): (&str, &str),
        written: Option<Resource>,
        mut body: Node,
        (there, provided): (Option<bool>, Option<Provided>),
    ) -> Result<(), TemplateError> {
        let mut at = self.position(resource.at);
        if !self.seen.insert(address.to_string()) {
            return Err(error(&self.name, Some(at), format!("{address} appears twice")));
        }
        let mut made = self.declaration(address, type_name, at);
        let mut prevent_destroy = None;
        let mut suppressed = Vec::new();
        if let Some(written) = written {
            // One folder may contain plans of several workspaces.
            made.root = Some(self.name.clone());
            made.file = written.block.source.name.clone();
            at = written.block.at;
            body = sources::placed(body, &written.block);
            prevent_destroy = sources::prevents_destroy(&written.block).map(Value::Bool);
            made.ignores = written.ignores;
            suppressed = written.suppressed;
        }
        let prevent_destroy = prevent_destroy.unwrap_or_else(|| unknown(NO_LIFECYCLE, "prevent_destroy"));
        made.settings = vec![(PREVENT_DESTROY.to_string(), Node::new(at, prevent_destroy))];
        made.settings.extend(there.map(|unchanged| (EXISTS.to_string(), Node::new(at, Value::Bool(unchanged)))));
        made.suppress(suppressed);
        if let Some(Provided { location, main }) = provided {
            let account = location.other_account(&main);
            made.settings.extend(account.map(|account| (PROVIDER_ACCOUNT.to_string(), Node::new(at, account))));
            // The command line determines arguments of the default provider that the plan does not show.
            if location.region != Value::Null && (matches!(location.region, Value::Text(_)) || !same(&location.region, &main.region)) {
                made.settings.push((PROVIDER_REGION.to_string(), Node::new(at, location.region)));
            }
        }
        self.declarations.push(Declaration { at, body, ..made });
        Ok(())
    }
}

/// An index as in an address; empty for `null`.
fn index_of(index: &Json<'_>) -> String {
    match &index.value {
        JsonValue::Number(number) => format!("[{number}]"),
        JsonValue::Text(key) => format!("[{}]", quoted(key)),
        _ => String::new(),
    }
}

/// Known JSON as a value.
fn known(json: &Json<'_>, position: &dyn Fn(usize) -> Position) -> Node {
    let value = match &json.value {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(value) => Value::Bool(*value),
        JsonValue::Number(number) => Value::Number(number.clone()),
        JsonValue::Text(content) => text(content.as_ref()),
        JsonValue::List(items) => Value::List(items.iter().map(|item| known(item, position)).collect()),
        JsonValue::Map(entries) => Value::Map(entries.iter().map(|(key, item)| (key.to_string(), known(item, position))).collect()),
    };
    Node::new(position(json.at), value)
}
