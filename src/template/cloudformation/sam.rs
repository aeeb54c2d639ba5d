//! The SAM transform, for the only SAM resource that holds data: `AWS::Serverless::SimpleTable` becomes a table.
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-simpletable.html>

use std::collections::BTreeSet;

use crate::template::declaration::Position;
use crate::template::types::dynamodb;

use super::evaluation::is_function;
use super::session::Session;
use super::tree::{Data, Entry, Raw};

pub const SIMPLE_TABLE: &str = "AWS::Serverless::SimpleTable";

/// Replaces the simple tables of a template, and returns their places. An error says that the result grows too large.
pub fn transform(root: &mut Raw, session: &Session<'_>) -> Result<BTreeSet<Position>, &'static str> {
    let mut replaced = BTreeSet::new();
    // `Globals` can set only `SSESpecification` of a simple table.
    let global = root.get("Globals").and_then(|globals| globals.get("SimpleTable")?.entry("SSESpecification")).cloned();
    let Data::Map(sections) = &mut root.data else { return Ok(replaced) };
    let resources = sections.iter_mut().filter(|section| section.key == "Resources").map(|section| &mut section.value.data);
    for resource in resources.filter_map(|data| if let Data::Map(entries) = data { Some(entries) } else { None }).flatten() {
        if resource.value.get("Type").and_then(Raw::as_text) == Some(SIMPLE_TABLE) {
            if let Some(global) = &global {
                session.pay(size(&global.value), 0)?;
            }
            replaced.insert(resource.at);
            simple_table(resource, global.as_ref());
        }
    }
    Ok(replaced)
}

fn size(raw: &Raw) -> usize {
    match &raw.data {
        Data::Text(text) => 1 + text.len() / 32,
        Data::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Data::Map(entries) => 1 + entries.iter().map(|entry| size(&entry.value)).sum::<usize>(),
        _ => 1,
    }
}

fn simple_table(resource: &mut Entry, global: Option<&Entry>) {
    let at = resource.at;
    let Data::Map(parts) = &mut resource.value.data else { return };
    for part in parts.iter_mut().filter(|part| part.key == "Type") {
        part.value.data = Data::Text(dynamodb::TABLE.type_name.to_owned());
    }
    if !parts.iter().any(|part| part.key == "Properties") {
        parts.push(Entry { key: "Properties".to_owned(), at, value: Raw { at, data: Data::Map(Vec::new()) } });
    }
    for part in parts.iter_mut().filter(|part| part.key == "Properties") {
        // A macro or a loop creates them, so they stay unknown.
        if !part.value.entries().iter().any(|entry| is_function(&entry.key)) {
            part.value = Raw { at: part.value.at, data: Data::Map(table(&part.value, global)) };
        }
    }
}

/// The properties of the table into which SAM transforms a simple table.
fn table(own: &Raw, global: Option<&Entry>) -> Vec<Entry> {
    let at = own.at;
    let key = own.get("PrimaryKey");
    let name = key.and_then(|key| key.get("Name")).cloned().unwrap_or_else(|| Raw::text(at, "id"));
    let kind = key.and_then(|key| key.get("Type")).cloned().unwrap_or_else(|| Raw::text(at, "String"));
    let letter = match kind.as_text() {
        Some("String") => Raw::text(kind.at, "S"),
        Some("Number") => Raw::text(kind.at, "N"),
        Some("Binary") => Raw::text(kind.at, "B"),
        _ => kind,
    };
    let mut out = vec![
        entry("AttributeDefinitions", list(map(at, [("AttributeName", name.clone()), ("AttributeType", letter)]))),
        entry("KeySchema", list(map(at, [("AttributeName", name), ("KeyType", Raw::text(at, "HASH"))]))),
    ];
    match own.entry("ProvisionedThroughput") {
        Some(throughput) => out.push(throughput.clone()),
        None => out.push(entry("BillingMode", Raw::text(at, "PAY_PER_REQUEST"))),
    }
    for key in ["PointInTimeRecoverySpecification", "TableName"] {
        out.extend(own.entry(key).cloned());
    }
    out.extend(match (own.entry("SSESpecification"), global) {
        (Some(own), Some(global)) => Some(Entry { value: under(&global.value, &own.value), ..own.clone() }),
        (Some(only), None) | (None, Some(only)) => Some(only.clone()),
        (None, None) => None,
    });
    if let Some(tags) = own.entry("Tags") {
        let value = match &tags.value.data {
            Data::Map(pairs) if !pairs.iter().any(|pair| is_function(&pair.key)) => Data::List(
                pairs
                    .iter()
                    .map(|pair| map(pair.at, [("Key", Raw::text(pair.at, pair.key.clone())), ("Value", pair.value.clone())]))
                    .collect(),
            ),
            other => other.clone(),
        };
        out.push(Entry { key: "Tags".to_owned(), at: tags.at, value: Raw { at: tags.value.at, data: value } });
    }
    out
}

/// The value of the resource over that of `Globals`: maps are merged by key; anything else replaces the global value.
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html>
fn under(global: &Raw, own: &Raw) -> Raw {
    match (&global.data, &own.data) {
        (Data::Map(globals), Data::Map(entries)) if !globals.iter().chain(entries).any(|entry| is_function(&entry.key)) => {
            let keys: BTreeSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
            let brought = globals.iter().filter(|entry| !keys.contains(entry.key.as_str()));
            Raw { at: own.at, data: Data::Map(entries.iter().chain(brought).cloned().collect()) }
        }
        (_, Data::Null) => global.clone(),
        _ => own.clone(),
    }
}

fn entry(key: &str, value: Raw) -> Entry {
    Entry { key: key.to_owned(), at: value.at, value }
}

fn list(item: Raw) -> Raw {
    Raw { at: item.at, data: Data::List(vec![item]) }
}

fn map<const N: usize>(at: Position, entries: [(&str, Raw); N]) -> Raw {
    Raw { at, data: Data::Map(entries.into_iter().map(|(key, value)| entry(key, value)).collect()) }
}
