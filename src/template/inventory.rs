//! Converts declarations to an inventory shard, using the tables of [`super::types`]. Judges nothing. Unknown values are left out, with
//! their reasons.

use super::convert::{Built, Outcome, Scope};
use super::declaration::{
    DESTROYED, Declaration, EXISTS, Language, Node, PRESENCE, Position, TemplateError, UNREAD_MODULE, Value, without_sensitive_symbols,
};
use super::file_names::language_of;
use super::stack::{Entry, Stack, find, given_by_aws};
use super::table::{Ends, Evidence, pick};
use super::takes::REFUSES;
use super::types;
use super::written::written;
use super::{Options, cloud_control, encryption, unread_data};
use crate::inventory::types::{self as inventory_types, ResourceProperties};
use crate::inventory::{
    Coverage, CoverageEntry, CoverageStatus, Declared, Fact, Ignore, Location, Place, Resource, Shard, TAGS, Tags, Template, note, tag_path,
};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

/// The shard of one stack: a template with its nested stacks, a Terraform root module, or a plan. Types that the inventory does not have
/// are left out.
pub fn shard(declarations: &[Declaration], options: &Options) -> Shard {
    let inner = |declaration| types::table_of(declaration)?.inner.map(|inner| inner(declaration));
    let inner: Vec<Declaration> = declarations.iter().filter_map(inner).flatten().collect();
    if inner.is_empty() { shard_of(declarations, options) } else { shard_of(&[declarations, &inner].concat(), options) }
}

/// The shard of declarations, each of which is one resource or a part of one.
fn shard_of(declarations: &[Declaration], options: &Options) -> Shard {
    let stack = Stack::new(declarations, options);
    let mut drafts: Vec<Draft> = stack.entries.iter().map(|entry| draft(&stack, entry)).collect();
    for finish in types::all().filter_map(|table| table.finish) {
        finish(&stack, &mut drafts);
    }
    drafts.iter_mut().for_each(Draft::read_properties);
    doubt(declarations, &mut drafts);
    let unread = declarations.iter().filter_map(|declaration| unread_data::resource(&stack, declaration));
    let resources = drafts.into_iter().map(|draft| draft.resource).chain(unread).collect();
    let mut coverage = Coverage::of_template();
    coverage.entries.extend(declarations.iter().filter_map(|declaration| unread_part(&stack, declaration)));
    coverage.entries.extend(declarations.iter().filter_map(|declaration| unread_form(&stack, declaration)));
    let destroyed = destroyed(declarations, options);
    Shard {
        account: stack.main_account().to_owned(),
        region: stack.main_region().to_owned(),
        captured_at: None,
        source: declarations.first().map(|declaration| language_name(declaration.language).to_owned()),
        resources,
        coverage,
        destroyed,
    }
}

/// What a plan destroys: the stack of what is there now, which has none of it.
fn destroyed(declarations: &[Declaration], options: &Options) -> Vec<Resource> {
    let gone = declarations.iter().filter(|declaration| declaration.setting(DESTROYED).is_some() && types::protects(declaration));
    let alone = |gone: &Declaration| {
        let settings = gone.settings.iter().filter(|(name, _)| name != DESTROYED).cloned().collect();
        Declaration { settings, ..gone.clone() }
    };
    let gone: Vec<Declaration> = gone.map(alone).collect();
    if gone.is_empty() { Vec::new() } else { shard_of(&gone, options).resources }
}

/// The id and the ARN of a resource that exists.
fn given(declaration: &Declaration) -> impl Iterator<Item = &str> {
    declaration.setting(EXISTS).into_iter().flat_map(|_| given_by_aws(declaration))
}

/// A part of the template that cannot be read may declare anything.
fn unread_part(stack: &Stack, declaration: &Declaration) -> Option<CoverageEntry> {
    let why = declaration.setting(PRESENCE).filter(|_| declaration.type_name == UNREAD_MODULE)?;
    let reason = if let Value::Unknown(unknown) = &why.value { Some(unknown.reason.to_string()) } else { None };
    if let Some(error) = declaration.unread_file() {
        return Some(unread_file(&error, stack.options));
    }
    Some(unread(stack, declaration, pick(&Coverage::PARTS, declaration.language), reason))
}

/// A resource that may hold or protect data, in a form that no table reads.
fn unread_form(stack: &Stack, declaration: &Declaration) -> Option<CoverageEntry> {
    let kind = cloud_control::unread_form(declaration)?;
    let reason = format!("may hold data ({kind}) that rel9 does not judge: it does not read this type in this form");
    Some(unread(stack, declaration, Coverage::UNREAD_FORM, Some(reason)))
}

fn unread(stack: &Stack, declaration: &Declaration, service: &str, error: Option<String>) -> CoverageEntry {
    CoverageEntry {
        account: stack.main_account().to_owned(),
        region: stack.main_region().to_owned(),
        service: service.to_owned(),
        operation: format!("{}#{}", declaration.file, declaration.id),
        status: CoverageStatus::Failed,
        items: 1,
        error,
        location: Some(location(&declaration.file, declaration.at)),
    }
}

/// The coverage entry of a file that cannot be read or is not a valid template.
pub fn unread_file(error: &TemplateError, options: &Options) -> CoverageEntry {
    let (account, region) = (options.account.as_deref().unwrap_or_default(), options.region.as_deref().unwrap_or_default());
    let language = language_of(Path::new(&error.file));
    let place = location(&error.file, error.at.unwrap_or_default());
    CoverageEntry::of_unread_file(account, region, pick(&Coverage::PARTS, language), place, error.to_string())
}

fn location(file: &str, at: Position) -> Location {
    Location { file: file.into(), line: at.line.max(1), column: NonZeroU32::new(at.column) }
}

/// A resource during conversion, with the properties that the tables fill, by name.
#[derive(Clone)]
pub struct Draft {
    /// Gets its own properties from `properties` when these are complete.
    pub resource: Resource,
    pub properties: Map<String, Json>,
}

impl Draft {
    /// Reads the properties into the type's struct. A property that does not have its type's form is unknown; the rest of the resource stays.
    fn read_properties(&mut self) {
        let type_name = self.resource.type_name.clone();
        let read = |properties: &Map<String, Json>| inventory_types::properties_of(&type_name, properties);
        if let Ok(properties) = read(&self.properties) {
            self.resource.properties = properties;
            return;
        }
        for (property, value) in std::mem::take(&mut self.properties) {
            match read(&Map::from_iter([(property.clone(), value.clone())])) {
                Ok(_) => drop(self.properties.insert(property, value)),
                Err(error) => {
                    let reason = format!("{property} has an unexpected form: {error}");
                    self.resource.declared.iter_mut().for_each(|declared| note(&mut declared.unknown, &property, vec![reason.clone()]));
                }
            }
        }
        self.resource.properties = read(&self.properties).unwrap_or_else(|_| inventory_types::unread_properties(&type_name));
    }
}

/// Whether a resource protects others, which it does only if it exists.
fn evidence(resource: &Resource) -> Evidence {
    types::tables_of(&resource.type_name).next().map_or(Evidence::No, |table| table.evidence)
}

/// Why AWS makes nothing of a resource: it refuses one of its values.
fn refused(resource: &Resource) -> Option<Vec<String>> {
    if evidence(resource) != Evidence::Whole {
        return None;
    }
    let unknown = resource.declared.as_ref()?.unknown.values().flatten();
    let reasons: BTreeSet<String> = unknown.filter(|reason| reason.starts_with(REFUSES)).cloned().collect();
    (!reasons.is_empty()).then(|| reasons.into_iter().collect())
}

/// A plan, vault or policy with an unknown condition or count may not exist. Then its properties are unknown, and it protects nothing.
fn doubt(declarations: &[Declaration], drafts: &mut [Draft]) {
    let mut doubted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for declaration in declarations {
        if let Some(Node { value: Value::Unknown(why), .. }) = declaration.setting(PRESENCE) {
            doubted.insert(&declaration.id, vec![format!("whether {} exists: {}", declaration.id, why.reason)]);
        }
    }
    let reasons_of = |resource: &Resource| {
        let reasons = doubted.get(resource.id.as_str()).filter(|_| evidence(resource) != Evidence::No).cloned();
        reasons.or_else(|| refused(resource))
    };
    let plans: BTreeMap<String, Vec<String>> =
        drafts.iter().filter_map(|draft| Some((draft.resource.arn.clone(), reasons_of(&draft.resource)?))).collect();
    for draft in drafts {
        let Draft { resource, properties } = draft;
        // A selection exists only if its plan does.
        let through_plan = properties.get("plan_arn").and_then(Json::as_str).and_then(|plan| plans.get(plan));
        let Some(reasons) = reasons_of(resource).or(through_plan.cloned()) else { continue };
        let Some(declared) = &mut resource.declared else { continue };
        for (property, value) in std::mem::take(properties) {
            // The plan of a selection stays known.
            match property.as_str() {
                "plan_arn" => drop(properties.insert(property, value)),
                _ => drop(declared.unknown.insert(property, reasons.clone())),
            }
        }
        declared.unknown.insert(PRESENCE.to_owned(), reasons);
        draft.read_properties();
    }
}

/// What documents call a language.
pub fn language_name(language: Language) -> &'static str {
    match language {
        Language::CloudFormation => "cloudformation",
        Language::Terraform | Language::CloudControl => "terraform",
    }
}

fn draft(stack: &Stack, entry: &Entry) -> Draft {
    let (declaration, table) = (entry.declaration, entry.table);
    let scope = Scope { stack, entry, node: &entry.body };
    let mut built = Built::default();
    if let Some(encryption) = &table.encryption {
        encryption::fill(&scope, encryption, &mut built);
    }
    built.rows(&scope, table.rows);
    if let Some(more) = &table.more {
        (more.fill)(&scope, &mut built);
    }
    let tags = tags(&scope, &mut built);
    let template = template(&scope, &table.ends, &mut built);
    // Resources of types without a name are named by their tag Name, as in the live source.
    let tagged = tags.read().and_then(|tags| tags.get("Name").cloned());
    let name = stack.name(entry).map(|name| without_sensitive_symbols(&name.text)).or(tagged);
    let resource = Resource {
        type_name: table.type_name.to_owned(),
        arn: stack.arn(entry).text,
        account: stack.account_of(entry).text,
        region: stack.region_of(entry).text,
        id: declaration.id.clone(),
        name,
        created_at: None,
        tags,
        properties: ResourceProperties::default(),
        declared: Some(Box::new(Declared {
            uid: declaration.uid(),
            file: Arc::clone(&declaration.file),
            at: place(declaration.at),
            construct: declaration.construct.clone(),
            given: given(declaration).map(str::to_owned).collect(),
            places: built.places.into_iter().map(|(property, at)| (property, place(at))).collect(),
            unknown: built.unknown,
            template,
            written: written(stack, entry),
            ignores: declaration.ignores.iter().map(ignore).collect(),
            suppressed: declaration.suppressed(),
        })),
    };
    Draft { resource, properties: built.properties }
}

fn place(at: Position) -> Place {
    Place { line: at.line, column: at.column }
}

fn ignore(ignore: &super::declaration::Ignore) -> Ignore {
    Ignore {
        rule: ignore.rule.clone(),
        reason: ignore.reason.clone(),
        expires: ignore.expires,
        file: ignore.file.clone(),
        line: ignore.at.line,
    }
}

/// The tags, including those of the stack. An unknown value leaves only its own key open; an unknown key leaves open all keys that the
/// template does not set. (AWS refuses duplicate keys.)
fn tags(scope: &Scope, built: &mut Built) -> Fact<Tags> {
    let mut written: BTreeMap<String, Outcome<String>> = BTreeMap::new();
    let mut open: Vec<String> = Vec::new();
    let paths = pick(&scope.entry.table.tags, scope.language());
    let body = match scope.entry.table.tagged.map_or(Ok(Some(scope.node)), |tagged| tagged(scope)) {
        Ok(body) => body,
        Err(reasons) => {
            open.extend(reasons);
            None
        }
    };
    // If the provider's default tags are unknown, the resource's own tags are known: they take precedence.
    for node in paths.split('|').filter_map(|path| find(body?, path)) {
        built.place(TAGS, Some(node));
        let before = open.len();
        add_tags(scope, node, &mut written, &mut open);
        if open.len() == before {
            break;
        }
    }
    if scope.language() == Language::CloudFormation && !paths.is_empty() && open.is_empty() {
        for (key, value) in &scope.stack.options.tags {
            written.entry(key.clone()).or_insert_with(|| Ok(value.clone()));
        }
    }
    let mut tags = Tags::new();
    for (key, value) in written {
        match value {
            Ok(value) => drop(tags.insert(key, value)),
            Err(reasons) => note(&mut built.unknown, &tag_path(&key), reasons),
        }
    }
    if open.is_empty() {
        return Fact::Read(tags);
    }
    note(&mut built.unknown, TAGS, open);
    if tags.is_empty() { Fact::Unread } else { Fact::Read(tags) }
}

/// Adds the tags of a map or of a list of `Key` and `Value`; adds to `open` why there may be others.
fn add_tags(scope: &Scope, node: &Node, written: &mut BTreeMap<String, Outcome<String>>, open: &mut Vec<String>) {
    match &node.value {
        Value::Map(entries) if scope.at(node).find(["Key", "key"]).is_none() => {
            for (key, value) in entries.iter().filter(|(_, value)| value.value != Value::Null) {
                written.entry(key.clone()).or_insert_with(|| scope.known_text(value));
            }
        }
        _ => match scope.elements(node) {
            Err(reasons) => open.extend(reasons),
            Ok(entries) => {
                for entry in entries {
                    let tag = scope.at(entry);
                    match scope.reasons(entry).map_or_else(|| tag.text_at(["Key", "key"]), Err) {
                        Ok(Some(key)) => {
                            let value = || tag.text_at(["Value", "value"]).map(Option::unwrap_or_default);
                            written.entry(key).or_insert_with(value);
                        }
                        Ok(None) => {}
                        Err(reasons) => open.extend(reasons),
                    }
                }
            }
        },
    }
}

/// What happens to the data when the resource leaves the template.
fn template(scope: &Scope, ends: &Ends, built: &mut Built) -> Template {
    let declaration = scope.entry.declaration;
    let setting = |name: &str| declaration.setting(name).filter(|node| node.value != Value::Null);
    let mut template = Template { language: language_name(declaration.language).to_owned().into(), ..Template::default() };
    let mut settle = Settle { scope, unknown: BTreeMap::new() };
    match declaration.language {
        Language::CloudFormation => {
            let text = |node: &Node| scope.known_text(node);
            template.deletion_policy = match (setting("DeletionPolicy"), (ends.deletion_policy)(scope)) {
                (None, Err(reasons)) => settle.unknown("deletion_policy", reasons),
                (written, default) => settle.fact("deletion_policy", written, text, default.ok().map(str::to_owned)),
            };
            // By default, CloudFormation deletes the old resource of every type (user guide, UpdateReplacePolicy attribute).
            let default = "Delete".to_owned();
            template.update_replace_policy = settle.fact("update_replace_policy", setting("UpdateReplacePolicy"), text, Some(default));
            template.prevent_destroy = Fact::Read(None);
            template.force_destroy = Fact::Read(None);
            template.skip_final_snapshot = Fact::Read(None);
            template.final_snapshot_name = Fact::Read(None);
            template.delete_automated_backups = Fact::Read(None);
        }
        Language::CloudControl => {
            template.deletion_policy = Fact::Read(None);
            template.update_replace_policy = Fact::Read(None);
            template.prevent_destroy = settle.fact("prevent_destroy", setting("prevent_destroy"), |node| scope.bool(node), None);
            // AWS deletes resources for which hashicorp/aws has this argument only when they are empty (S3 API, DeleteBucket; AWS Backup
            // API, DeleteBackupVault).
            template.force_destroy = Fact::Read(ends.force_destroy.map(|_| false));
            template.skip_final_snapshot = settle.untold("skip_final_snapshot", ends.skip_final_snapshot);
            template.final_snapshot_name = settle.untold("final_snapshot_name", ends.final_snapshot_name);
            template.delete_automated_backups = settle.untold("delete_automated_backups", ends.delete_automated_backups);
        }
        Language::Terraform => {
            let flag = |node: &Node| scope.bool(node);
            let at = |name: Option<&str>| name.and_then(|name| find(&declaration.body, name));
            template.deletion_policy = Fact::Read(None);
            template.update_replace_policy = Fact::Read(None);
            template.prevent_destroy = settle.fact("prevent_destroy", setting("prevent_destroy"), flag, None);
            // The provider's defaults: no forced deletion, a final snapshot for most types, and automated backups are deleted.
            let unless = |name: Option<&str>, default: bool| name.map(|_| default);
            let force = unless(ends.force_destroy, false);
            template.force_destroy = settle.fact("force_destroy", at(ends.force_destroy), flag, force);
            let skip = unless(ends.skip_final_snapshot, ends.skips_by_default);
            template.skip_final_snapshot = settle.fact("skip_final_snapshot", at(ends.skip_final_snapshot), flag, skip);
            let name = |node: &Node| scope.text(node).map(|text| text.text);
            template.final_snapshot_name = settle.fact("final_snapshot_name", at(ends.final_snapshot_name), name, None);
            let delete = unless(ends.delete_automated_backups, true);
            template.delete_automated_backups = settle.fact("delete_automated_backups", at(ends.delete_automated_backups), flag, delete);
        }
    }
    for (path, reasons) in settle.unknown {
        note(&mut built.unknown, &path, reasons);
    }
    template
}

/// Reads the settings of [`Template`] and collects the reasons for unknown ones.
struct Settle<'a, 's, 'd> {
    scope: &'a Scope<'s, 'd>,
    unknown: BTreeMap<String, Vec<String>>,
}

impl Settle<'_, '_, '_> {
    fn fact<T>(&mut self, name: &str, node: Option<&Node>, read: impl Fn(&Node) -> Outcome<T>, absent: Option<T>) -> Fact<Option<T>> {
        let Some(node) = node else { return Fact::Read(absent) };
        match self.scope.reasons(node).map_or_else(|| read(node), Err) {
            Ok(value) => Fact::Read(Some(value)),
            Err(reasons) => self.unknown(name, reasons),
        }
    }

    /// A setting for which only hashicorp/aws has an argument, for types that have it there.
    fn untold<T>(&mut self, name: &str, argument: Option<&str>) -> Fact<Option<T>> {
        let why = "the Cloud Control provider does not document what remains of a database that it deletes";
        argument.map_or(Fact::Read(None), |_| self.unknown(name, vec![why.to_owned()]))
    }

    fn unknown<T>(&mut self, name: &str, reasons: Vec<String>) -> Fact<T> {
        self.unknown.insert(format!("template.{name}"), reasons);
        Fact::Unread
    }
}
