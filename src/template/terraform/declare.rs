//! The resources of a module and of the modules that it calls, as [`Declaration`]s in the form of `terraform show -json`: nested blocks
//! are lists of maps.

use std::rc::Rc;

use super::engine::{Children, Engine, Instance, Instances, Stop};
use super::expression::{entries, evaluate};
use super::modules::Resource;
use super::providers::{Provider, asked_for};
use super::scope::{self, Frame, Scope};
use super::syntax::{Attribute, Block, Expr, META_BLOCKS};
use super::value::{self, INSTANCES, WHOLE, reason_in, unknown};
use super::{PRESENCE, PREVENT_DESTROY, PROVIDER_ACCOUNT, PROVIDER_REGION, is_of_aws, language_and_type};
use super::{data, location, providers};
use crate::template::declaration::{Declaration, Language, Node, TemplateError, UNREAD_MODULE, Value};

/// Arguments that belong to Terraform itself.
const META: [&str; 4] = ["count", "for_each", "provider", "depends_on"];

/// All resources of a module instance and of the modules below it.
pub(super) fn module(engine: &Engine, instance: &Rc<Instance>, into: &mut Vec<Declaration>) -> Result<(), TemplateError> {
    for key in &instance.module.order {
        if let Some(resource) = instance.module.resources.get(key).filter(|resource| is_of_aws(resource.block.label(0))) {
            self::resource(engine, instance, key, resource, into)?;
        }
    }
    for (key, block) in instance.module.data.iter().filter(|(_, block)| data::is_declared(block)) {
        let source = Resource { block: block.clone(), ignores: Vec::new(), suppressed: Vec::new() };
        resource(engine, instance, &format!("data.{key}"), &source, into)?;
    }
    for call in instance.module.calls.keys() {
        let children = settled(scope::children(engine, instance, call))?;
        if let Some(Children::Local(_, all)) = children.as_deref() {
            for child in all.iter().filter_map(|(_, id)| engine.instance(*id)) {
                module(engine, &child, into)?;
            }
        }
        if let (Some(Children::Elsewhere(why)), Some(call)) = (children.as_deref(), instance.module.calls.get(call)) {
            let called = settled(scope::instances(engine, instance, &call.block))?.is_none_or(|instances| !instances.each().is_empty());
            into.extend(called.then(|| unread(instance, &call.block, why)));
        }
    }
    Ok(())
}

/// The declaration that stands for a module that cannot be read.
fn unread(instance: &Instance, call: &Block, why: &str) -> Declaration {
    let id = format!("{}module.{}", instance.prefix, call.label(0));
    let settings = vec![(PRESENCE.to_string(), Node::new(call.at, unknown(why, &id)))];
    Declaration {
        language: Language::Terraform,
        type_name: UNREAD_MODULE.to_string(),
        id,
        file: call.source.name.clone(),
        root: None,
        at: call.at,
        construct: None,
        body: Node::new(call.at, Value::Null),
        settings,
        ignores: Vec::new(),
    }
}

/// The call in the root module that leads to a module instance.
fn outermost_call(engine: &Engine, instance: &Instance) -> Option<Rc<Block>> {
    let caller = instance.caller.as_ref()?;
    let above = engine.instance(caller.instance)?;
    outermost_call(engine, &above).or_else(|| Some(caller.call.clone()))
}

/// Leaves out a resource that Terraform refuses and about which nothing can be said.
fn settled<T>(result: Result<T, Stop>) -> Result<Option<T>, TemplateError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Stop::Invalid(_)) => Ok(None),
        Err(Stop::Fatal(error)) => Err(error),
    }
}

fn resource(
    engine: &Engine,
    instance: &Rc<Instance>,
    key: &str,
    resource: &Resource,
    into: &mut Vec<Declaration>,
) -> Result<(), TemplateError> {
    let block = &resource.block;
    let Some(instances) = settled(scope::instances(engine, instance, block))? else { return Ok(()) };
    for (index, each) in instances.each() {
        let id = format!("{}{key}{index}", instance.prefix);
        let scope = Scope { subject: &id, ..Scope::new(engine, instance, &block.source, each.as_ref()) };
        let mut entries = body(block, &scope, true)?;
        if let Some(tags_all) = tags_all(engine, instance, block, &entries)? {
            entries.retain(|(name, _)| name != "tags_all");
            entries.push(("tags_all".to_string(), Node::new(block.at, tags_all)));
        }
        let settings = settings(engine, instance, &instances, block, &scope)?;
        let (language, type_name) = language_and_type(block.label(0));
        let mut declared = Declaration {
            language,
            type_name: if block.kind == "data" { format!("data.{}", block.label(0)) } else { type_name.to_string() },
            id,
            file: block.source.name.clone(),
            root: outermost_call(engine, instance).map(|call| call.source.name.clone()),
            at: block.at,
            construct: None,
            body: Node::new(block.at, Value::Map(entries)),
            settings,
            // The resource's own waivers take precedence over those of module calls.
            ignores: resource.ignores.iter().chain(instance.caller.iter().flat_map(|caller| caller.ignores.iter())).cloned().collect(),
        };
        declared.suppress(resource.suppressed.clone());
        into.push(declared);
    }
    Ok(())
}

fn settings(
    engine: &Engine,
    instance: &Rc<Instance>,
    instances: &Instances,
    block: &Block,
    scope: &Scope<'_>,
) -> Result<Vec<(String, Node)>, TemplateError> {
    let mut settings = Vec::new();
    if let Some(prevent_destroy) = block.blocks_of_kind("lifecycle").find_map(|lifecycle| lifecycle.attribute("prevent_destroy")) {
        settings.push((PREVENT_DESTROY.to_string(), attribute(prevent_destroy, block, scope)?));
    }
    let presence = match instances {
        Instances::NotKnown(why, _) => Some(why),
        _ => instance.presence.as_ref(),
    };
    if let Some(why) = presence {
        settings.push((PRESENCE.to_string(), Node::new(block.at, why.clone())));
    }
    let location = location::of_block(engine, instance, block)?;
    if location.region != Value::Null {
        settings.push((PROVIDER_REGION.to_string(), value::moved(location.region.clone(), block.at)));
    }
    if let Some(account) = location.other_account(&*location::of_default_provider(engine)?) {
        settings.push((PROVIDER_ACCOUNT.to_string(), value::moved(account, block.at)));
    }
    Ok(settings)
}

/// The tags, merged over the provider's `default_tags`. `None` if the provider has none; `tags` are complete then.
fn tags_all(engine: &Engine, instance: &Instance, block: &Block, entries: &[(String, Node)]) -> Result<Option<Value>, TemplateError> {
    let mut merged = match default_tags(engine, instance, block)? {
        Some(Value::Map(tags)) => tags,
        other => return Ok(other),
    };
    match entries.iter().find(|(name, _)| name == "tags").map(|(_, node)| &node.value) {
        Some(Value::Map(tags)) => {
            merged.retain(|(key, _)| tags.iter().all(|(name, _)| name != key));
            merged.extend(tags.iter().cloned());
        }
        None | Some(Value::Null) => {}
        Some(other) => return Ok(Some(other.clone())),
    }
    Ok(Some(Value::Map(merged)))
}

/// The `default_tags` of the provider of a resource or data source, if it has any.
pub(super) fn default_tags(engine: &Engine, instance: &Instance, block: &Block) -> Result<Option<Value>, TemplateError> {
    let (owner, provider) = match asked_for(&instance.providers, &instance.prefix, block) {
        Provider::Block { instance, block } => (instance, block),
        // A file that cannot be read may declare the provider with default tags.
        Provider::Elsewhere(name) if engine.instance(0).is_some_and(|root| !root.module.unread.is_empty()) => {
            return Ok(Some(unknown(&format!("the default tags of provider {name} are not known"), &format!("{name}.default_tags"))));
        }
        Provider::Elsewhere(_) | Provider::Environment => return Ok(None),
    };
    let Some(owner) = engine.instance(owner) else { return Ok(None) };
    let subject = format!("{}.default_tags", providers::address(&owner.prefix, &provider));
    let mut merged: Option<Vec<(String, Node)>> = None;
    for tags in provider.blocks_of_kind("default_tags").filter_map(|block| block.attribute("tags")) {
        let scope = Scope { fixed: Some(block.at), subject: &subject, ..Scope::new(engine, &owner, &tags.source, None) };
        match scope.attribute(tags)?.value {
            Value::Map(tags) => merged.get_or_insert_default().extend(tags),
            Value::Null => drop(merged.get_or_insert_default()),
            other => return Ok(Some(value::moved(other, block.at).value)),
        }
    }
    Ok(merged.map(Value::Map))
}

/// The value of an argument. An argument from an override file has the place of its block.
fn attribute(attribute: &Attribute, block: &Block, scope: &Scope<'_>) -> Result<Node, TemplateError> {
    let fixed = if attribute.source.name == block.source.name { scope.fixed } else { Some(block.at) };
    let mut node = Scope { fixed, ..*scope }.attribute(attribute)?;
    finish(&mut node);
    Ok(node)
}

/// An argument cannot be a whole resource.
fn finish(node: &mut Node) {
    match &mut node.value {
        Value::Reference { id, attribute } if attribute.as_ref() == WHOLE || attribute.as_ref() == INSTANCES => {
            node.value = unknown(&format!("{id} is a whole resource, not one of its attributes"), id);
        }
        Value::List(items) | Value::Concat(items) => items.iter_mut().for_each(finish),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, node)| finish(node)),
        _ => {}
    }
}

pub(super) fn body(block: &Block, scope: &Scope<'_>, outermost: bool) -> Result<Vec<(String, Node)>, TemplateError> {
    let mut entries = Vec::new();
    for argument in block.attributes.iter().filter(|argument| !(outermost && META.contains(&argument.name.as_str()))) {
        entries.push((argument.name.clone(), attribute(argument, block, scope)?));
    }
    // In the order of the file: all blocks of each kind together, including those of `dynamic`.
    let mut kinds: Vec<(String, Node)> = Vec::new();
    for inner in block.blocks.iter().filter(|inner| !(outermost && META_BLOCKS.contains(&inner.kind.as_str()))) {
        let inner_scope = Scope { source: &inner.source, ..*scope };
        let at = scope.fixed.unwrap_or(inner.at);
        let kind = if inner.kind == "dynamic" { inner.label(0) } else { inner.kind.as_str() };
        let before = kinds.iter().find(|(name, _)| name == kind).map_or(0, |(_, node)| match &node.value {
            Value::List(all) => all.len(),
            _ => 0,
        });
        let subject = |index: usize| format!("{}.{kind}[{}]", scope.subject, before + index);
        let nodes = match inner.kind.as_str() {
            "dynamic" => dynamic(inner, &inner_scope, &subject)?,
            _ => vec![Node::new(at, Value::Map(body(inner, &Scope { subject: &subject(0), ..inner_scope }, false)?))],
        };
        match kinds.iter_mut().find(|(name, _)| name == kind) {
            Some((_, Node { value: Value::List(all), .. })) => all.extend(nodes),
            _ => kinds.push((kind.to_string(), Node::new(at, Value::List(nodes)))),
        }
    }
    for (kind, node) in kinds {
        let value = match node.value {
            // Only completely unknown blocks.
            Value::List(mut all) if all.len() == 1 && all.iter().all(|item| matches!(item.value, Value::Unknown(_))) => {
                all.swap_remove(0).value
            }
            // A single block that the JSON shows as an object.
            Value::List(mut all) if kind == "timeouts" && all.len() == 1 => all.swap_remove(0).value,
            list => list,
        };
        entries.retain(|(name, _)| *name != kind);
        entries.push((kind, Node::new(node.at, value)));
    }
    Ok(entries)
}

/// The blocks that a `dynamic` block creates, with their addresses; one unknown value if that is not known.
fn dynamic(block: &Block, scope: &Scope<'_>, subject: &dyn Fn(usize) -> String) -> Result<Vec<Node>, TemplateError> {
    let Some(for_each) = block.attribute("for_each") else { return Ok(Vec::new()) };
    let at = scope.fixed.unwrap_or(block.at);
    let iterator = block.attribute("iterator").and_then(|iterator| match iterator.expr.as_ref() {
        Expr::Hcl(expression) => expression.as_variable().map(|name| name.as_str()),
        _ => None,
    });
    let first = subject(0);
    let collection = Scope { subject: &first, ..*scope }.attribute(for_each)?;
    let collection = match settled(entries(&collection))?.flatten() {
        Some(entries) => entries,
        None => {
            let reason = reason_in(&collection.value).map_or("for_each has a wrong type".to_string(), |reason| reason.to_string());
            let why = format!("whether there are {} blocks is not known: {reason}", block.label(0));
            return Ok(vec![Node::new(at, unknown(&why, &first))]);
        }
    };
    let mut made = Vec::new();
    for (key, item) in collection {
        let pair = Value::Map(vec![("key".to_string(), key), ("value".to_string(), item)]);
        let frame = Frame { name: iterator.unwrap_or(block.label(0)), node: Node::new(at, pair), outer: scope.frame };
        let address = subject(made.len());
        let scope = Scope { frame: Some(&frame), subject: &address, ..*scope };
        for content in block.blocks_of_kind("content") {
            made.push(Node::new(scope.fixed.unwrap_or(block.at), Value::Map(body(content, &scope, false)?)));
        }
    }
    Ok(made)
}

/// Variable values: a file with lines `name = value`.
pub(super) fn definitions(file: &Block, engine: &Engine, instance: &Rc<Instance>) -> Result<Vec<(String, Node)>, TemplateError> {
    let mut given = Vec::new();
    for attribute in &file.attributes {
        let scope = Scope::new(engine, instance, &attribute.source, None);
        match evaluate(&attribute.expr, &scope, attribute.at) {
            // The file can refer to nothing, because it declares nothing.
            Ok(node) if let Some(why) = reason_in(&node.value) => {
                return Err(super::text::error(&attribute.source.name, Some(attribute.at), why.as_ref()));
            }
            Ok(node) => given.push((attribute.name.clone(), node)),
            Err(Stop::Invalid(why)) => return Err(super::text::error(&attribute.source.name, Some(attribute.at), why)),
            Err(Stop::Fatal(error)) => return Err(error),
        }
    }
    Ok(given)
}
