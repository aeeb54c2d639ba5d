//! From declarations to an inventory shard, by the tables of [`super::types`]. Judges nothing; a value that is not known is left out,
//! with its reason.

use super::Options;
use super::convert::{Built, Outcome, Scope};
use super::declaration::{Declaration, Language, Node, PRESENCE, Position, TemplateError, UNREAD_MODULE, Value, without_sensitive_symbols};
use super::stack::{Entry, Stack, find};
use super::types::{self, Ends, encryption_of, pick};
use super::walk::is_terraform;
use crate::inventory::types::ResourceProperties;
use crate::inventory::{
    Coverage, CoverageEntry, CoverageStatus, Declared, Fact, Ignore, Location, Place, Resource, Shard, TAGS, Tags, Template, note, tag_path,
};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

/// All declarations of one stack (one template with its nested stacks, one Terraform root module or plan) as one shard. Types that the
/// inventory does not have are left out.
pub fn shard(declarations: &[Declaration], options: &Options) -> Shard {
    let replicas = types::replicas_in_blocks(declarations);
    if replicas.is_empty() { shard_of(declarations, options) } else { shard_of(&[declarations, &replicas].concat(), options) }
}

/// The shard of declarations of which each is one resource, or a part of one.
fn shard_of(declarations: &[Declaration], options: &Options) -> Shard {
    let stack = Stack::of(declarations, options);
    let mut drafts: Vec<Draft> = stack.entries.iter().map(|entry| draft(&stack, entry)).collect();
    types::finish(&stack, &mut drafts);
    drafts.iter_mut().for_each(Draft::read_properties);
    doubt(declarations, &mut drafts);
    let resources = drafts.into_iter().map(|draft| draft.resource).collect();
    let mut coverage = Coverage::of_template();
    coverage.entries.extend(declarations.iter().filter_map(|declaration| unread_part(&stack, declaration)));
    coverage.entries.extend(declarations.iter().filter_map(|declaration| unread_data(&stack, declaration)));
    Shard {
        account: stack.main_account().to_owned(),
        region: stack.main_region().to_owned(),
        captured_at: None,
        source: declarations.first().map(|declaration| language_name(declaration.language).to_owned()),
        resources,
        coverage,
    }
}

/// A part that could not be read may declare anything.
fn unread_part(stack: &Stack, declaration: &Declaration) -> Option<CoverageEntry> {
    let why = declaration.setting(PRESENCE).filter(|_| declaration.type_name == UNREAD_MODULE)?;
    let reason = if let Value::Unknown(unknown) = &why.value { Some(unknown.reason.to_string()) } else { None };
    if let Some(error) = declaration.unread_file() {
        return Some(unread_file(&error, stack.options));
    }
    Some(unread(stack, declaration, pick(&Coverage::PARTS, declaration.language), reason))
}

/// Data of a type that templates are not read for: named, so that nobody takes it for judged.
fn unread_data(stack: &Stack, declaration: &Declaration) -> Option<CoverageEntry> {
    let kind = types::unread_data(declaration)?;
    let reason = format!("holds data ({kind}) that is not judged: rel9 does not read this type in templates");
    Some(unread(stack, declaration, Coverage::UNREAD_DATA, Some(reason)))
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

/// A file that cannot be read, or is no template though it claims to be one.
pub fn unread_file(error: &TemplateError, options: &Options) -> CoverageEntry {
    let (account, region) = (options.account.as_deref().unwrap_or_default(), options.region.as_deref().unwrap_or_default());
    let path = Path::new(&error.file);
    let of_terraform = is_terraform(path) || path.extension().is_some_and(|extension| extension == "tfvars" || extension == "tfstate");
    let language = if of_terraform { Language::Terraform } else { Language::CloudFormation };
    let place = location(&error.file, error.at.unwrap_or_default());
    CoverageEntry::of_unread_file(account, region, pick(&Coverage::PARTS, language), place, error.to_string())
}

fn location(file: &str, at: Position) -> Location {
    Location { file: file.into(), line: at.line.max(1), column: NonZeroU32::new(at.column) }
}

/// A resource with its properties as the tables fill them, by name.
#[derive(Clone)]
pub struct Draft {
    /// Its own properties come from `properties`, once these are complete.
    pub resource: Resource,
    pub properties: Map<String, Json>,
}

impl Draft {
    /// Reads the properties as those of the type. One that does not have its form is not known: what is joined of a whole resource must not
    /// go without the resource.
    fn read_properties(&mut self) {
        let type_name = self.resource.type_name.clone();
        let read = |properties: Map<String, Json>| ResourceProperties::from_map(&type_name, properties);
        if let Ok(properties) = read(self.properties.clone()) {
            self.resource.properties = properties;
            return;
        }
        for (property, value) in std::mem::take(&mut self.properties) {
            match read(Map::from_iter([(property.clone(), value.clone())])) {
                Ok(_) => drop(self.properties.insert(property, value)),
                Err(error) => {
                    let reason = format!("{property} is not of the form that it has: {error}");
                    self.resource.declared.iter_mut().for_each(|declared| note(&mut declared.unknown, &property, vec![reason.clone()]));
                }
            }
        }
        self.resource.properties = read(self.properties.clone()).unwrap_or_else(|_| ResourceProperties::unread(&type_name));
    }
}

/// What protects others only if it exists.
const EVIDENCE: [&str; 2] = ["AWS::Backup::", "AWS::DLM::"];

fn is_evidence(resource: &Resource) -> bool {
    EVIDENCE.iter().any(|service| resource.type_name.starts_with(service))
}

/// Why AWS refuses a plan or a policy, of which nothing comes to be then. A vault is made all the same where the provider asks for its lock by a
/// call of its own.
fn refused(resource: &Resource) -> Option<Vec<String>> {
    if !is_evidence(resource) || resource.type_name == "AWS::Backup::BackupVault" {
        return None;
    }
    let unknown = resource.declared.as_ref()?.unknown.values().flatten();
    let reasons: BTreeSet<String> = unknown.filter(|reason| reason.starts_with(types::REFUSES)).cloned().collect();
    (!reasons.is_empty()).then(|| reasons.into_iter().collect())
}

/// A plan, a vault or a policy that depends on an unknown condition or count may not be there: nothing that it says counts, for itself or
/// for what it would protect.
fn doubt(declarations: &[Declaration], drafts: &mut [Draft]) {
    let mut doubted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for declaration in declarations {
        if let Some(Node { value: Value::Unknown(why), .. }) = declaration.setting(PRESENCE) {
            doubted.insert(&declaration.id, vec![format!("whether {} exists: {}", declaration.id, why.reason)]);
        }
    }
    let reasons_of = |resource: &Resource| {
        let reasons = doubted.get(resource.id.as_str()).filter(|_| is_evidence(resource)).cloned();
        reasons.or_else(|| refused(resource))
    };
    let plans: BTreeMap<String, Vec<String>> =
        drafts.iter().filter_map(|draft| Some((draft.resource.arn.clone(), reasons_of(&draft.resource)?))).collect();
    for draft in drafts {
        let Draft { resource, properties } = draft;
        // A selection is in doubt with its plan.
        let through_plan = properties.get("plan_arn").and_then(Json::as_str).and_then(|plan| plans.get(plan));
        let Some(reasons) = reasons_of(resource).or(through_plan.cloned()) else { continue };
        let Some(declared) = &mut resource.declared else { continue };
        for (property, value) in std::mem::take(properties) {
            // Which plan a selection belongs to is told all the same.
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
        encryption_of(&scope, encryption, &mut built);
    }
    built.rows(&scope, table.rows);
    if let Some(more) = &table.more {
        (more.fill)(&scope, &mut built);
    }
    let tags = tags(&scope, &mut built);
    let template = template(&scope, &table.ends, &mut built);
    // Types without a name of their own are called by their tag Name, as live.
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
            uid: format!("template:{}#{}", declaration.root.as_ref().unwrap_or(&declaration.file), declaration.id),
            file: Arc::clone(&declaration.file),
            at: place(declaration.at),
            construct: declaration.construct.clone(),
            places: built.places.into_iter().map(|(property, at)| (property, place(at))).collect(),
            unknown: built.unknown,
            template,
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

/// The tags, those of the stack included, one by one: a value that is not known leaves its own key open, a key that is not known all that
/// are not written. (No key can be written twice: AWS refuses that.)
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
    // Where the provider's default tags are not known, those that are written are: they go before them.
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

/// Adds the tags of a list of `Key` and `Value` or of a map; to `open`, why there may be others.
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

/// What becomes of the data with the template.
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
            // Without one the old resource is deleted, of every type (CloudFormation user guide, UpdateReplacePolicy attribute).
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
            // What has that argument in the other provider AWS deletes only when it is empty (S3 API, DeleteBucket; AWS Backup API,
            // DeleteBackupVault).
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
            // The provider's defaults: nothing is destroyed by force, a final snapshot is taken, automated backups are deleted.
            let unless = |name: Option<&str>, default: bool| name.map(|_| default);
            let force = unless(ends.force_destroy, false);
            template.force_destroy = settle.fact("force_destroy", at(ends.force_destroy), flag, force);
            let skip = unless(ends.skip_final_snapshot, false);
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

/// Reads words of [`Template`], and keeps the reasons of those that are not known.
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

    /// What only the other provider has an argument for, where the type has it there.
    fn untold<T>(&mut self, name: &str, argument: Option<&str>) -> Fact<Option<T>> {
        let why = "the Cloud Control provider does not say what it leaves of a database that it deletes";
        argument.map_or(Fact::Read(None), |_| self.unknown(name, vec![why.to_owned()]))
    }

    fn unknown<T>(&mut self, name: &str, reasons: Vec<String>) -> Fact<T> {
        self.unknown.insert(format!("template.{name}"), reasons);
        Fact::Unread
    }
}
