//! `rel9 schema`: the JSON Schemas of what rel9 reads and writes, generated from its own types.

use crate::audit::diff::Diff;
use crate::audit::explain::document::Explanation;
use crate::audit::findings::Findings;
use crate::audit::ledger::Entry;
use crate::audit::policy::PolicyFile;
use crate::audit::policy_check::PolicyCheck;
use crate::audit::what_if::document::WhatIf;
use crate::inventory::{CoverageEntry, Resource, types};
use crate::rules::format::RuleFile;
use clap::ValueEnum;
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Document {
    /// A line of an inventory file
    Inventory,
    /// The findings document
    Findings,
    /// The comparison that `rel9 diff --format json` writes
    Diff,
    /// The answer that `rel9 what-if --format json` writes
    WhatIf,
    /// The answer that `rel9 explain --format json` writes
    Explanation,
    /// A line of a recovery ledger
    Ledger,
    /// A rule file
    Rule,
    /// The policy file
    Policy,
    /// The answer that `rel9 policy check --format json` writes
    PolicyCheck,
}

/// The schema, as JSON text.
pub fn json_schema(document: Document) -> String {
    let mut schema = match document {
        Document::Inventory => inventory(),
        Document::Findings => schemars::schema_for!(Findings).to_value(),
        Document::Diff => schemars::schema_for!(Diff).to_value(),
        Document::WhatIf => schemars::schema_for!(WhatIf).to_value(),
        Document::Explanation => schemars::schema_for!(Explanation).to_value(),
        Document::Ledger => ledger(),
        Document::Rule => schemars::schema_for!(RuleFile).to_value(),
        Document::Policy => schemars::schema_for!(PolicyFile).to_value(),
        Document::PolicyCheck => schemars::schema_for!(PolicyCheck).to_value(),
    };
    if let Some(schema) = schema.as_object_mut() {
        schema.shift_insert(0, "$id".to_owned(), Value::String(address(document)));
    }
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// The address of a schema: the file of this version in the repository of the project.
pub fn address(document: Document) -> String {
    let files = env!("CARGO_PKG_REPOSITORY").replace("https://github.com/", "https://raw.githubusercontent.com/");
    let name = document.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    format!("{files}/v{}/reports/schemas/{name}.json", env!("CARGO_PKG_VERSION"))
}

/// A line is the header or an entry.
fn ledger() -> Value {
    let mut entry = schemars::schema_for!(Entry).to_value();
    let definitions = entry.as_object_mut().and_then(|entry| {
        entry.remove("$schema");
        entry.remove("$defs")
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of a rel9 recovery ledger",
        "oneOf": [
            {
                "type": "object",
                "properties": { "schema": { "const": crate::audit::ledger::SCHEMA } },
                "required": ["schema"],
                "additionalProperties": false
            },
            entry
        ],
        "$defs": definitions
    })
}

/// A line is a header, a resource (whose properties are those of its type) or a coverage entry.
fn inventory() -> Value {
    let mut definitions = serde_json::Map::new();
    let mut conditions = Vec::new();
    for info in types::all() {
        let mut schema = (info.schema)().to_value();
        if let Some(own) = schema.as_object_mut().and_then(|schema| schema.remove("$defs")).and_then(|own| own.as_object().cloned()) {
            definitions.extend(own);
        }
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("$schema");
        }
        conditions.push(json!({
            "if": { "properties": { "type": { "const": info.name } }, "required": ["type"] },
            "then": { "properties": { "properties": { "$ref": format!("#/$defs/{}", info.name) } } }
        }));
        definitions.insert(info.name.to_owned(), schema);
    }
    let line = |kind: &str, mut schema: Value| {
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("$schema");
            schema.remove("$defs");
            if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
                properties.insert("kind".to_owned(), json!({ "const": kind }));
            }
            if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
                required.push(json!("kind"));
            }
        }
        schema
    };
    let coverage = schemars::schema_for!(CoverageEntry).to_value();
    if let Some(own) = coverage.get("$defs").and_then(Value::as_object) {
        definitions.extend(own.clone());
    }
    let mut resource = line("resource", schemars::schema_for!(Resource).to_value());
    if let Some(resource) = resource.as_object_mut() {
        resource.insert("allOf".to_owned(), Value::Array(conditions));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of a rel9 inventory",
        "oneOf": [
            {
                "type": "object",
                "properties": {
                    "kind": { "const": "header" },
                    "schema": { "const": crate::inventory::document::SCHEMA },
                    "captured_at": { "type": "string", "format": "date-time" },
                    "source": { "type": "string" }
                },
                "required": ["kind", "schema", "captured_at", "source"]
            },
            resource,
            line("coverage", coverage)
        ],
        "$defs": definitions
    })
}
