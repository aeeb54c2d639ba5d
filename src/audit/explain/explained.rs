//! What the audit knows of one resource, and the document that says it.

use super::document::{Call, Change, Counts, Exempt, Explanation, Owed, SCHEMA};
use crate::audit::findings::{Finding, Location, ResourceRef, Status};
use crate::audit::policy::{Owes, Owing, Policy};
use crate::inventory::types::find;
use crate::inventory::{CoverageEntry, CoverageStatus, DEPLOYED, Resource, Shard};
use crate::protection;
use crate::protection::facts::Facts;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::cmp::Reverse;
use std::sync::Arc;

/// What the audit knows of a resource that it explains.
#[derive(Clone, Debug)]
pub struct Explained {
    pub resource: Resource,
    pub reference: Arc<ResourceRef>,
    pub facts: Facts,
    pub owed: Option<Owed>,
    pub exempt: Option<Exempt>,
    pub notes: Vec<String>,
    pub findings: Vec<Box<Finding>>,
}

impl Explained {
    /// A resource with its facts; its findings follow.
    pub fn new(
        resource: &Resource,
        reference: Arc<ResourceRef>,
        facts: &Facts,
        policy: &Policy,
        owing: &Owing,
        as_of: DateTime<Utc>,
    ) -> Self {
        let is_data = protection::is_data(&resource.type_name);
        let (owed, exempt) = if is_data { owed(policy, owing, as_of) } else { (None, None) };
        let mut notes = Vec::new();
        if protection::is_cluster_member(resource) {
            notes.push("it is a member of a cluster, which holds the data: rules about backups judge the cluster".to_owned());
        } else if matches!(facts, Facts::Data(facts) if facts.counts_as_data.read() == Some(&false)) {
            let what = match protection::holds_no_data(resource) {
                true => "it holds no data of its own",
                false => "no backup plan, no objective that names it and no backups of its own reach it",
            };
            notes.push(format!("rules about data do not judge it: {what}"));
        } else if is_data && !protection::is_counted(resource) {
            notes.push("its volumes hold its data: coverage counts them, and not the instance".to_owned());
        }
        if let (Owes::Objective(objective), None, true) = (&owing.owes, &exempt, is_data)
            && let Some(ended) = objective.reproducible.as_ref().and_then(|why| why.expires_at)
        {
            let place = policy.exemption_place(owing, as_of).map_or(String::new(), |place| format!(" ({place})"));
            notes.push(format!("it was exempt until {}{place}: it owes backups again", ended.format("%Y-%m-%d")));
        }
        if let Some(reason) = &owing.may_be_reproducible {
            notes.push(format!("whether its data can be rebuilt is unknown: {reason}"));
        }
        Explained { resource: resource.clone(), reference, facts: facts.clone(), owed, exempt, notes, findings: Vec::new() }
    }

    /// The same resource, which no rule judges: AWS is deleting it, or another account's audit judges it.
    pub fn not_judged(mut self, elsewhere: bool) -> Self {
        self.notes.push(match elsewhere {
            true => "it is judged in the account that owns it".to_owned(),
            false => "AWS is deleting it: it owes no backup, and no rule judges it".to_owned(),
        });
        self
    }

    /// The findings with this status.
    pub fn with_status(&self, status: Status) -> impl Iterator<Item = &Finding> {
        self.findings.iter().map(|finding| &**finding).filter(move |finding| finding.status == status)
    }

    /// The document.
    pub fn document(self, shard: &Shard, as_of: DateTime<Utc>, source: &str, change: Option<Change>) -> Explanation {
        let field = |name: &&str| {
            let value = self.facts.field(name)?;
            Some(((*name).to_owned(), serde_json::to_value(value).unwrap_or_default())) // facts serialise
        };
        let known: Map<String, Value> = self.facts.names().iter().filter_map(field).collect();
        let property = |name: &&str| Some(((*name).to_owned(), self.resource.properties.json(name)?));
        let properties = find(&self.resource.type_name).map(|info| info.properties.iter().filter_map(property).collect());
        let (state, explanation, unknown_because) = match &self.facts {
            Facts::Data(facts) => {
                (facts.state.read().copied(), facts.explanation.read().cloned(), denied_first(facts.state.reasons().to_vec()))
            }
            _ => (None, None, Vec::new()),
        };
        let declared = self.resource.declared.as_deref();
        let unknown_because: Vec<String> = unknown_because.into_iter().filter(|reason| reason != DEPLOYED).collect();
        let location = declared.map(|declared| Location {
            file: Arc::clone(&declared.file),
            line: declared.at.line,
            column: std::num::NonZeroU32::new(declared.at.column),
        });
        let mut notes = self.notes.clone();
        if state.is_none() && declared.is_some() && unknown_because.is_empty() && matches!(self.facts, Facts::Data(_)) {
            notes.push("a template does not show backups: its state is known after deployment".to_owned());
        }
        notes.extend(declared.and_then(|declared| declared.construct.as_ref()).map(|construct| format!("CDK construct {construct}")));
        Explanation {
            schema: SCHEMA.to_owned(),
            rel9_version: env!("CARGO_PKG_VERSION").to_owned(),
            as_of,
            source: source.to_owned(),
            location,
            notes,
            state,
            explanation,
            unknown_because,
            properties: properties.unwrap_or_default(),
            protection: known,
            unread: self.facts.reasons(),
            counts: counts(&self.findings),
            findings: not_passing(&self.findings),
            calls: calls(&self.resource.type_name, &shard.coverage.entries, |_| shard.captured_at),
            exempt: self.exempt,
            objective: self.owed,
            change,
            resource: (*self.reference).clone(),
        }
    }
}

/// A call that was denied or failed comes before what follows from it.
pub fn denied_first(mut reasons: Vec<String>) -> Vec<String> {
    let is_call = |reason: &String| ["denied", "failed", "not called"].iter().any(|end| reason.contains(&format!(" {end} in ")));
    reasons.sort_by_key(|reason| !is_call(reason));
    reasons
}

/// The findings that do not pass: failing, unknown, waived; the worst first.
#[expect(clippy::vec_box, reason = "as in the findings document")]
pub fn not_passing(findings: &[Box<Finding>]) -> Vec<Box<Finding>> {
    let place = |status: Status| [Status::Fail, Status::Unknown, Status::Waived].iter().position(|known| *known == status);
    let mut found: Vec<Box<Finding>> = findings.iter().filter(|finding| finding.status != Status::Pass).cloned().collect();
    found.sort_by(|a, b| {
        (place(a.status), Reverse(a.severity), a.best_practice, &a.rule).cmp(&(
            place(b.status),
            Reverse(b.severity),
            b.best_practice,
            &b.rule,
        ))
    });
    found
}

pub fn counts(findings: &[Box<Finding>]) -> Counts {
    let count = |status: Status| findings.iter().filter(|finding| finding.status == status).count() as u64;
    Counts { fail: count(Status::Fail), unknown: count(Status::Unknown), waived: count(Status::Waived), pass: count(Status::Pass) }
}

/// The calls that the facts of a type rest on, those that did not answer first.
pub fn calls(type_name: &str, entries: &[CoverageEntry], at: impl Fn(&CoverageEntry) -> Option<DateTime<Utc>>) -> Vec<Call> {
    let operations = protection::operations(type_name);
    let is_one = |entry: &&CoverageEntry| {
        let mut named = operations.iter().filter_map(|operation| operation.split_once(':'));
        entry.is_part() || named.any(|(service, name)| entry.service == service && entry.operation == name)
    };
    let mut found: Vec<Call> = entries.iter().filter(is_one).map(|entry| Call { at: at(entry), entry: entry.clone() }).collect();
    found.sort_by(|a, b| {
        let answered = |call: &Call| call.entry.status == CoverageStatus::Ok;
        (answered(a), &a.entry.service, &a.entry.operation).cmp(&(answered(b), &b.entry.service, &b.entry.operation))
    });
    found
}

fn owed(policy: &Policy, owing: &Owing, as_of: DateTime<Utc>) -> (Option<Owed>, Option<Exempt>) {
    let place = policy.objective_place(owing);
    let file = policy.path().unwrap_or_default();
    match &owing.owes {
        Owes::Unknown { reason, .. } => {
            let from = format!("which objective of {file} applies is not known: {reason}");
            (Some(Owed { name: None, from, place: None, terms: Map::new() }), None)
        }
        Owes::Objective(objective) => {
            let from = match (&objective.name, &place) {
                (Some(name), Some(place)) => format!("objective {name} of {place}"),
                (Some(name), None) => format!("the built-in objective {name}: there is no policy file"),
                (None, _) => format!("no objective of {file} matches it"),
            };
            let exempt = objective.reproducible.clone().filter(|why| !why.has_ended(as_of));
            let exempt = exempt.map(|why| Exempt { place: policy.exemption_place(owing, as_of), why });
            let terms = match objective.to_json() {
                Value::Object(terms) => terms,
                _ => Map::new(),
            };
            (Some(Owed { name: objective.name.clone(), from, place, terms }), exempt)
        }
    }
}
