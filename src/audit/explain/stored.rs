//! Explains a resource from a stored findings document: by what its findings quote. Nothing is judged again.

use super::answer::{Answer, Missing};
use super::change;
use super::document::{Exempt, Explanation, Owed, SCHEMA};
use super::explained::{calls, counts, denied_first, not_passing};
use super::wanted::{Named, Nearest, Wanted};
use crate::audit::findings::{Finding, Findings, ResourceRef};
use crate::inventory::Reasons;
use crate::protection;
use crate::protection::facts::State;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The variable of the facts in evidence.
const PROTECTION: &str = "protection";

/// Explains a resource of a findings document.
pub fn of_findings(findings: &Findings, wanted: &Wanted) -> Answer {
    let of_findings = findings.findings.iter().map(|finding| &*finding.resource);
    let all = || of_findings.clone().chain(findings.reproducible.iter().map(|data| &*data.resource));
    let found: BTreeMap<&str, &ResourceRef> =
        all().filter(|resource| wanted.is_reference(resource)).map(|resource| (resource.arn.as_str(), resource)).collect();
    let mut resources = found.into_values();
    match (resources.next(), resources.next()) {
        (None, _) => {
            let mut nearest = Nearest::default();
            all().for_each(|resource| nearest.add_reference(wanted, resource));
            Answer::Nothing(Missing { nearest: nearest.found(), unread: findings.unanswered(), ..Missing::default() })
        }
        (Some(one), None) => Answer::One(Box::new(explain(findings, one))),
        (Some(one), Some(two)) => Answer::Several([one, two].into_iter().chain(resources).map(Named::from).collect()),
    }
}

fn explain(document: &Findings, resource: &ResourceRef) -> Explanation {
    let own: Vec<Box<Finding>> = document.findings.iter().filter(|finding| finding.resource.arn == resource.arn).cloned().collect();
    let facts = quoted(&own);
    let protection = facts.get(PROTECTION).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut properties = facts.get("resource").and_then(Value::as_object).cloned().unwrap_or_default();
    properties.retain(|name, _| !["type", "arn", "id", "name", "account", "region", "tags", "created_at"].contains(&name.as_str()));
    let is_data = protection::is_data(&resource.type_name);
    let findings = not_passing(&own);
    let unknown = findings.iter().find(|finding| finding.rule.as_ref() == "data-protected").map(|finding| finding.unknown_because.to_vec());
    let exempt = document.reproducible.iter().find(|data| data.resource.arn == resource.arn);
    let mut notes = vec!["from a findings document: its findings quote ten entries of each list, and no change was tried".to_owned()];
    if is_data && own.is_empty() && exempt.is_none() {
        notes.push("the document has no finding of it".to_owned());
    }
    let change = if exempt.is_some() { None } else { findings.first().and_then(|worst| change::fix(worst)) };
    let read_at = |account: &str, region: &str| {
        document.audit.read.iter().find(|shard| shard.account == account && shard.region == region).map(|shard| shard.at)
    };
    let here: Vec<_> =
        document.collection.iter().filter(|entry| entry.account == resource.account && entry.region == resource.region).cloned().collect();
    Explanation {
        schema: SCHEMA.to_owned(),
        rel9_version: env!("CARGO_PKG_VERSION").to_owned(),
        as_of: document.audit.as_of,
        source: format!("findings ({})", document.audit.source),
        resource: resource.clone(),
        location: own.iter().find_map(|finding| finding.location.clone()),
        notes,
        state: protection.get("state").and_then(|state| serde_json::from_value::<State>(state.clone()).ok()),
        explanation: protection.get("explanation").and_then(Value::as_str).map(str::to_owned),
        unknown_because: denied_first(unknown.unwrap_or_default()),
        exempt: exempt.map(|data| Exempt { why: data.why.clone(), place: None }),
        objective: is_data.then(|| objective(&facts)).flatten(),
        change,
        unread: Reasons::new(),
        counts: counts(&own),
        calls: calls(&resource.type_name, &here, |entry| read_at(&entry.account, &entry.region)),
        properties,
        protection,
        findings,
    }
}

/// The objective, as far as the findings quote it.
fn objective(facts: &Map<String, Value>) -> Option<Owed> {
    let quoted = facts.get("objective")?.as_object()?;
    let name = quoted.get("name").and_then(Value::as_str).map(str::to_owned);
    let from = name.as_ref().map_or_else(|| "no objective matches it".to_owned(), |name| format!("objective {name}"));
    Some(Owed { name, from, place: None, terms: quoted.clone() })
}

/// What the evidence of the findings quotes, by variable. A whole fact comes before a part of it.
fn quoted(findings: &[Box<Finding>]) -> Map<String, Value> {
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    for finding in findings {
        all.extend(finding.evidence.facts());
    }
    let mut found = Map::new();
    for (path, value) in all {
        insert(&mut found, &path, value);
    }
    found
}

fn insert(into: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(into.entry(path.to_owned()).or_insert(value)),
        Some((step, rest)) => {
            if let Value::Object(inner) = into.entry(step.to_owned()).or_insert_with(|| Value::Object(Map::new())) {
                insert(inner, rest, value);
            }
        }
    }
}
