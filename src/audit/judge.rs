//! Judges one shard: what each resource owes, its protection, and every rule's answer.

use super::Options;
use super::findings::{CoverageSummary, Finding, Location, Remediation, ReproducibleData, ResourceRef, Status, WaiverRef};
use super::ledger::{Entry, evidence};
use super::objective::{ALL_MECHANISMS, Objective};
use super::policy::{Owes, Policy, Waiver, end_of_day};
use crate::inventory::types::{self, TypeInfo};
use crate::inventory::{DEPLOYED, Resource, Shard, is_symbolic};
use crate::protection::facts::{Facts, Joined, Protection, State};
use crate::protection::{self, Owed, Summaries, reproducible, why_unread};
use crate::rules::engine::{self, Subject, Verdict};
use crate::rules::expr::Scope;
use crate::rules::template::Template;
use crate::rules::value::{ANYTHING_ELSE, Reasons};
use crate::rules::{Rule, Severity, hex, sources};
use chrono::{DateTime, Utc};
use rayon::prelude::*;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// A rule with what the policy makes of it.
struct Chosen<'a> {
    rule: &'a Rule,
    params: Value,
    severity: Severity,
    /// A template can hold what it asks of the type.
    judges_templates: bool,
}

/// Everything that is the same for all shards.
pub struct Judge<'a> {
    by_type: HashMap<&'static str, Vec<Chosen<'a>>>,
    policy: &'a Policy,
    as_of: DateTime<Utc>,
    options: &'a Options,
}

/// What was found.
#[derive(Default)]
pub struct Judged {
    pub findings: Vec<Finding>,
    pub reproducible: Vec<ReproducibleData>,
    pub coverage: CoverageSummary,
    /// What a ledger is to remember.
    pub evidence: Vec<Entry>,
}

impl Judged {
    /// Adds what another shard gave.
    pub fn add(&mut self, other: Judged) {
        self.findings.extend(other.findings);
        self.reproducible.extend(other.reproducible);
        self.evidence.extend(other.evidence);
        let (mine, theirs) = (&mut self.coverage, &other.coverage);
        mine.data_resources += theirs.data_resources;
        mine.protected += theirs.protected;
        mine.stale += theirs.stale;
        mine.selected_not_protected += theirs.selected_not_protected;
        mine.opt_in_blocked += theirs.opt_in_blocked;
        mine.unprotected += theirs.unprotected;
        mine.reproducible += theirs.reproducible;
        mine.unknown += theirs.unknown;
    }
}

impl CoverageSummary {
    /// Works out the percentage. It is rounded down, so that 100 means all.
    pub fn with_percent(mut self) -> Self {
        let owing = u128::from(self.data_resources.saturating_sub(self.reproducible));
        self.percent = (u128::from(self.protected) * 1_000).checked_div(owing).unwrap_or(0) as f64 / 10.0;
        self
    }

    fn count(&mut self, facts: &Protection, reproducible: bool) {
        self.data_resources += 1;
        let state = match facts.state.read() {
            _ if reproducible => &mut self.reproducible,
            Some(State::Protected) => &mut self.protected,
            Some(State::Stale) => &mut self.stale,
            Some(State::OptInBlocked) => &mut self.opt_in_blocked,
            Some(State::SelectedNotProtected) => &mut self.selected_not_protected,
            Some(State::Unprotected) => &mut self.unprotected,
            None => &mut self.unknown,
        };
        *state += 1;
    }
}

/// A resource on its way to its findings.
struct Prepared<'s> {
    resource: &'s Resource,
    info: &'static TypeInfo,
    subject: Subject,
    owes: Owes,
}

impl<'a> Judge<'a> {
    /// Prepares the rules.
    pub fn new(rules: &[&'a Rule], policy: &'a Policy, as_of: DateTime<Utc>, options: &'a Options, templates: bool) -> Self {
        let mut by_type: HashMap<&'static str, Vec<Chosen>> = HashMap::new();
        for rule in rules {
            for type_name in &rule.applies_to {
                let chosen = Chosen {
                    rule,
                    params: Value::Object(policy.params(rule)),
                    severity: policy.severity(rule),
                    judges_templates: templates && sources::judges_template(rule, type_name),
                };
                by_type.entry(type_name).or_default().push(chosen);
            }
        }
        Judge { by_type, policy, as_of, options }
    }

    /// Judges a shard.
    pub fn shard(&self, shard: &Shard, summaries: &Summaries) -> Judged {
        let by_nature = reproducible::by_nature(shard);
        let known: Vec<Option<Prepared>> = shard
            .resources
            .par_iter()
            .map(|resource| {
                types::find(&resource.type_name).map(|info| self.prepare(shard, resource, info, by_nature.get(resource.arn.as_str())))
            })
            .collect();
        let owed: Vec<Owed> = known.iter().map(|prepared| self.owed(prepared.as_ref())).collect();
        let joined = protection::join(shard, summaries, self.as_of, &owed);
        let judged: Vec<Judged> =
            known.into_par_iter().zip(joined).filter_map(|(prepared, joined)| Some(self.resource(shard, prepared?, joined))).collect();
        let mut all = Judged::default();
        judged.into_iter().for_each(|judged| all.add(judged));
        all
    }

    fn prepare<'s>(&self, shard: &Shard, resource: &'s Resource, info: &'static TypeInfo, by_nature: Option<&String>) -> Prepared<'s> {
        let (values, reasons) = values(shard, resource, info);
        let subject = Subject::new(info.name, values, reasons, self.as_of);
        let owes = if info.is_data() {
            self.policy.objective(&subject, by_nature.map(String::as_str), self.as_of)
        } else {
            Owes::Objective(Box::default())
        };
        Prepared { resource, info, subject, owes }
    }

    fn owed(&self, prepared: Option<&Prepared>) -> Owed {
        match prepared.map(|prepared| &prepared.owes) {
            Some(Owes::Objective(objective)) => {
                Owed { mechanisms: objective.mechanisms.clone(), reproducible: is_reproducible(objective, self.as_of) }
            }
            _ => Owed { mechanisms: ALL_MECHANISMS.to_vec(), reproducible: false },
        }
    }

    fn resource(&self, shard: &Shard, prepared: Prepared, joined: Joined) -> Judged {
        let template = shard.coverage.template;
        let Prepared { resource, info, mut subject, owes } = prepared;
        let mut judged = Judged::default();
        let reproducible = matches!(&owes, Owes::Objective(objective) if is_reproducible(objective, self.as_of));
        let cluster_member = resource.type_name == "AWS::RDS::DBInstance" && resource.text("cluster_id").is_some();
        // Beside a template's own resources stand those of the account that it is meant for: evidence, and not under judgement.
        let judged_here = resource.declared.is_some() || !template;
        if !judged_here || !self.options.wants_resource(resource) || is_being_deleted(resource, info) {
            return judged;
        }
        if let Facts::Data(facts) = &joined.facts
            && info.is_data()
        {
            if protection::is_counted(resource) {
                judged.coverage.count(facts, reproducible);
            }
            judged.evidence = evidence::of(resource, facts);
        }
        match &owes {
            Owes::Objective(objective) => {
                if let (true, Some(why)) = (reproducible, &objective.reproducible) {
                    judged.reproducible.push(ReproducibleData { resource: reference(resource), why: why.clone() });
                }
                subject.owes(objective.to_json(), Reasons::default());
            }
            Owes::Unknown(reason) => {
                let (objective, reasons) = unknown_objective(reason);
                subject.owes(objective, reasons);
            }
        }
        let mut unread = joined.unread;
        if resource.declared.is_some() {
            unread.insert(ANYTHING_ELSE.to_owned(), vec![DEPLOYED.to_owned()]);
        }
        subject.protected(info.name, joined.facts.to_json(), unread);
        for chosen in self.by_type.get(info.name).into_iter().flatten() {
            let skipped = (reproducible && !chosen.rule.reproducible)
                || (cluster_member && chosen.rule.data)
                || (if template { !chosen.judges_templates } else { chosen.rule.templates_only });
            if skipped {
                continue;
            }
            // A template cannot answer what only time makes, which is no fault of the template: no finding.
            let answered = |verdict: &Verdict| !verdict.unknown_because.iter().any(|reason| reason == DEPLOYED);
            if let Some(verdict) = subject.judge(chosen.rule, &chosen.params).filter(answered) {
                judged.findings.push(self.finding(chosen, resource, &subject, verdict));
            }
        }
        judged
    }

    fn finding(&self, chosen: &Chosen, resource: &Resource, subject: &Subject, verdict: Verdict) -> Finding {
        let rule = chosen.rule;
        let mut status = match verdict.status {
            engine::Status::Pass => Status::Pass,
            engine::Status::Fail => Status::Fail,
            engine::Status::Unknown => Status::Unknown,
        };
        let mut message = verdict.message;
        let of_policy = || self.policy.waiver(&rule.id, subject, self.as_of).map(waiver_reference);
        let waiver = if status == Status::Pass { None } else { in_file_waiver(resource, &rule.id).or_else(of_policy) };
        match waiver.as_ref().map(|waiver| waiver.expires) {
            Some(Some(expires)) if end_of_day(expires) < self.as_of => message.push_str(&format!(" (its waiver ended on {expires})")),
            Some(_) => status = Status::Waived,
            None => {}
        }
        let remediation = (status != Status::Pass).then(|| subject.with_params(&chosen.params, |scope| remediation(rule, resource, scope)));
        Finding {
            id: finding_id(&rule.id, resource.uid()),
            rule: rule.id.clone(),
            best_practice: rule.best_practice,
            title: rule.title.clone(),
            severity: chosen.severity,
            status,
            message,
            resource: reference(resource),
            evidence: verdict.evidence,
            unknown_because: verdict.unknown_because,
            waiver,
            remediation,
            references: rule.references.clone(),
            location: location(rule, resource),
            baseline: None,
        }
    }
}

/// A declaration that has ended makes nothing reproducible: the data owes backups again.
fn is_reproducible(objective: &Objective, as_of: DateTime<Utc>) -> bool {
    objective.reproducible.as_ref().is_some_and(|reproducible| !reproducible.has_ended(as_of))
}

/// Data that its owner is deleting owes nothing any more. (EC2 and RDS write `deleting`, DynamoDB `DELETING`, EFS `deleting`.)
fn is_being_deleted(resource: &Resource, info: &TypeInfo) -> bool {
    info.is_data() && resource.text("status").is_some_and(|status| ["deleting", "deleted"].contains(&status.to_ascii_lowercase().as_str()))
}

/// An objective of which nothing is known: whatever a rule asks of it is unknown, with the reason.
fn unknown_objective(reason: &str) -> (Value, Reasons) {
    let reason = format!("the objective is unknown: {reason}");
    let fields = match Objective::default().to_json() {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let reasons = fields.keys().map(|name| (name.clone(), vec![reason.clone()])).collect();
    (Value::Object(Map::new()), reasons)
}

/// `resource` as expressions see it, and why parts of it are missing.
fn values(shard: &Shard, resource: &Resource, info: &TypeInfo) -> (Map<String, Value>, Reasons) {
    let mut values = resource.properties.clone();
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
        None => drop(reasons.insert("created_at".to_owned(), vec![format!("AWS does not say when {} was made", resource.arn)])),
    }
    match resource.tags() {
        Some(tags) => drop(values.insert("tags".to_owned(), serde_json::to_value(tags).unwrap_or_default())),
        None => drop(reasons.insert("tags".to_owned(), why_unread(shard, resource, "tags"))),
    }
    for property in crate::rules::compile::properties_of_type(info.name) {
        if !values.contains_key(property) {
            reasons.entry(property.to_owned()).or_insert_with(|| why_unread(shard, resource, property));
        }
    }
    (values, reasons)
}

/// An account or a Region; empty while a template leaves it open.
fn settled(text: &str) -> String {
    if is_symbolic(text) { String::new() } else { text.to_owned() }
}

fn reference(resource: &Resource) -> ResourceRef {
    ResourceRef {
        arn: resource.uid().to_owned(),
        type_name: resource.type_name.clone(),
        id: resource.id.clone(),
        name: resource.name.clone(),
        account: settled(&resource.account),
        region: settled(&resource.region),
        tags: resource.tags().cloned().unwrap_or_default(),
    }
}

fn waiver_reference(waiver: &Waiver) -> WaiverRef {
    WaiverRef { reason: waiver.reason.clone(), approved_by: waiver.approved_by.clone(), expires: Some(waiver.expires) }
}

/// The waiver that the template itself has for the resource.
fn in_file_waiver(resource: &Resource, rule: &str) -> Option<WaiverRef> {
    let declared = resource.declared.as_ref()?;
    let ignore = declared.ignores.iter().find(|ignore| ignore.rule == rule)?;
    let approved_by = format!("{}:{}", declared.file, ignore.line);
    Some(WaiverRef { reason: ignore.reason.clone(), approved_by, expires: ignore.expires })
}

/// Where a template says what decides the finding: the first property that the check reads and that is written down, else the resource.
fn location(rule: &Rule, resource: &Resource) -> Option<Location> {
    let declared = resource.declared.as_ref()?;
    let paths = rule.check.paths().iter();
    let mut properties = paths.filter(|path| path.first().is_some_and(|root| root == "resource")).filter_map(|path| path.get(1));
    let place = properties.find_map(|property| declared.places.get(property)).unwrap_or(&declared.at);
    Some(Location { file: declared.file.clone(), line: place.line.into(), column: Some(place.column.into()) })
}

/// The id of a rule's finding for a resource, the same in every audit.
pub fn finding_id(rule: &str, arn: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(rule.as_bytes());
    digest.update(b"|");
    digest.update(arn.as_bytes());
    hex(&digest.finalize()[..16])
}

/// What to do. A template is mended in its own language, before there is anything that a command could change.
fn remediation(rule: &Rule, resource: &Resource, scope: &Scope) -> Remediation {
    let language = resource.declared.as_ref().and_then(|declared| declared.template.language.read()).map(String::as_str);
    let is_for = |name: &str| language.is_none_or(|language| language == name);
    let texts = |templates: &[Template]| templates.iter().map(|template| template.render(scope)).collect();
    let text = |template: &Option<Template>| template.as_ref().map(|template| template.render(scope));
    Remediation {
        summary: rule.remediation.summary.render(scope),
        steps: texts(&rule.remediation.steps),
        cli: if language.is_none() { texts(&rule.remediation.cli) } else { Vec::new() },
        cloudformation: is_for("cloudformation").then(|| text(&rule.remediation.cloudformation)).flatten(),
        terraform: is_for("terraform").then(|| text(&rule.remediation.terraform)).flatten(),
        docs: rule.remediation.docs.clone(),
    }
}
