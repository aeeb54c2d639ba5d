//! What expressions see of a resource and of its protection.

use crate::inventory::types::{ResourceProperties, TypeInfo};
use crate::inventory::{DEPLOYED, Resource, Shard, is_symbolic};
use crate::protection::facts::Facts;
use crate::protection::{self, why_unread};
use crate::rules::value::{ANYTHING_ELSE, Fields, Reasons};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::OnceLock;

/// `resource` as expressions read it, and why parts of it are missing.
pub fn fields(shard: &Shard, resource: &Resource, info: &TypeInfo) -> (ResourceFields, Reasons) {
    let mut values = Map::new();
    let mut reasons = Reasons::new();
    for (name, text) in [("type", resource.type_name.as_str()), ("arn", resource.uid()), ("id", resource.id.as_str())] {
        values.insert(name.to_owned(), Value::String(text.to_owned()));
    }
    for (name, text) in [("account", &resource.account), ("region", &resource.region)] {
        if is_symbolic(text) {
            reasons.insert(name.to_owned(), vec![format!("the template does not say its {name} (give it with --{name})")]);
        } else {
            values.insert(name.to_owned(), Value::String(text.clone()));
        }
    }
    if protection::is_unplaced(resource) {
        values.remove("region");
        reasons.insert("region".to_owned(), why_unread(shard, resource, "region"));
    }
    values.insert("name".to_owned(), resource.name.clone().map_or(Value::Null, Value::String));
    values.insert("template".to_owned(), Value::Null);
    if let Some(declared) = &resource.declared {
        reasons.extend(declared.unknown.iter().map(|(path, why)| (path.clone(), why.clone())));
        reasons.insert(ANYTHING_ELSE.to_owned(), vec![DEPLOYED.to_owned()]);
        values.insert("template".to_owned(), serde_json::to_value(&declared.template).unwrap_or_default());
    }
    match &resource.created_at {
        Some(created_at) => drop(values.insert("created_at".to_owned(), serde_json::to_value(created_at).unwrap_or_default())),
        None if resource.declared.is_some() => {}
        None => drop(reasons.insert("created_at".to_owned(), vec![format!("AWS does not say when {} was created", resource.arn)])),
    }
    match resource.tags.read() {
        Some(tags) => drop(values.insert("tags".to_owned(), serde_json::to_value(tags).unwrap_or_default())),
        None => drop(reasons.insert("tags".to_owned(), why_unread(shard, resource, "tags"))),
    }
    for property in info.properties.iter().filter(|property| !resource.properties.is_read(property)) {
        reasons.entry((*property).to_owned()).or_insert_with(|| why_unread(shard, resource, property));
    }
    (ResourceFields { common: values, properties: resource.properties.clone() }, reasons)
}

/// `resource` as expressions see it.
#[derive(Debug)]
pub struct ResourceFields {
    /// What resources of every type have.
    common: Map<String, Value>,
    properties: ResourceProperties,
}

impl Fields for ResourceFields {
    fn get(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.common.get(name).map(Cow::Borrowed).or_else(|| self.properties.json(name).map(Cow::Owned))
    }

    fn write(&self, name: &str, json: &mut Vec<u8>) {
        // Values in memory can always be written there.
        match (self.common.get(name), self.properties.field(name)) {
            (Some(value), _) => serde_json::to_writer(json, value).unwrap_or_default(),
            (None, Some(field)) => serde_json::to_writer(json, field).unwrap_or_default(),
            (None, None) => {}
        }
    }
}

/// `protection` as expressions see it.
#[derive(Debug)]
pub struct ProtectionFields {
    facts: Facts,
    /// The JSON of facts that were asked for, by place: several rules ask for one, and none for all.
    json: Box<[OnceLock<Option<Value>>]>,
}

impl From<Facts> for ProtectionFields {
    fn from(facts: Facts) -> Self {
        let json = facts.names().iter().map(|_| OnceLock::new()).collect();
        ProtectionFields { facts, json }
    }
}

impl Fields for ProtectionFields {
    fn get(&self, name: &str) -> Option<Cow<'_, Value>> {
        let place = self.facts.names().iter().position(|known| *known == name)?;
        let json = || self.facts.field(name).map(|field| serde_json::to_value(field).unwrap_or_default()); // facts serialise
        self.json.get(place)?.get_or_init(json).as_ref().map(Cow::Borrowed)
    }

    fn write(&self, name: &str, json: &mut Vec<u8>) {
        if let Some(field) = self.facts.field(name) {
            serde_json::to_writer(json, field).unwrap_or_default(); // facts in memory can always be written there
        }
    }
}
