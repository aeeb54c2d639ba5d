//! Judges one shard: the objective of each resource, its protection, and every rule's verdict.

use super::Options;
use super::explain::{Explained, Found};
use super::fields::{ProtectionFields, fields};
use super::finding::{Chosen, Waivers, reference};
use super::findings::{CoverageSummary, Finding, ReproducibleData, ResourceRef};
use super::ledger::{Entry, evidence};
use super::policy::{Owes, Owing, Policy, Tally};
use super::standing::Standing;
use super::survey::Survey;
use crate::inventory::declarable::Declarables;
use crate::inventory::edit::{NoSlots, Slots};
use crate::inventory::types::{self, TypeInfo};
use crate::inventory::{CoverageEntry, DEPLOYED, Resource, Shard, unread_data};
use crate::protection::facts::{Facts, Protection, State};
use crate::protection::{self, CONSIDERED_TOLD, Owed, Summaries};
use crate::rules::engine::{Status, Subject, Verdict};
use crate::rules::objective::{ALL_MECHANISMS, Objective};
use crate::rules::value::{ANYTHING_ELSE, Reasons};
use crate::rules::{Rule, sources};
use chrono::{DateTime, Utc};
use rayon::prelude::*;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Everything that all shards share.
pub struct Judge<'a> {
    by_type: HashMap<&'static str, Vec<Chosen<'a>>>,
    policy: &'a Policy,
    as_of: DateTime<Utc>,
    options: &'a Options,
    /// The objective of most data, and its JSON.
    usual: (Objective, Arc<Value>),
    /// What the policy names as restore automation, by ARN.
    automations: Vec<String>,
}

/// What was found.
#[derive(Default)]
pub struct Judged {
    pub findings: Vec<Box<Finding>>,
    pub reproducible: Vec<ReproducibleData>,
    pub coverage: CoverageSummary,
    /// What the entries of the policy file matched.
    pub tally: Tally,
    /// With [`Options::survey`].
    pub survey: Survey,
    /// Evidence for the ledger.
    pub evidence: Vec<Entry>,
    /// The languages of the templates, sorted, without repeats.
    pub languages: Vec<String>,
    /// Parts of templates that could not be read: modules, data of unsupported types.
    pub unread: Vec<CoverageEntry>,
    /// How each data resource stands, with [`Options::standings`].
    pub standings: Vec<(Arc<ResourceRef>, Standing)>,
    /// How many resources there are of each type that holds data and that rel9 does not read.
    pub not_judged: BTreeMap<String, u64>,
    /// The resources that [`Options::explain`] names.
    pub explained: Vec<Explained>,
    /// The resources that [`Options::resources`] or [`Options::tags`] name, whether or not a rule judges them.
    pub named: BTreeSet<String>,
    /// Of a stack: what `rel9 explain` found in it.
    pub found: Found,
}

impl Judged {
    /// Merges all parts.
    pub fn all(parts: Vec<Judged>) -> Self {
        let mut all = Judged::default();
        all.findings.reserve_exact(parts.iter().map(|part| part.findings.len()).sum());
        parts.into_iter().for_each(|part| all.add(part));
        all.languages.sort_unstable();
        all.languages.dedup();
        all
    }

    fn add(&mut self, other: Judged) {
        self.findings.extend(other.findings);
        self.languages.extend(other.languages);
        self.unread.extend(other.unread);
        self.reproducible.extend(other.reproducible);
        self.evidence.extend(other.evidence);
        self.tally.add(other.tally);
        self.survey.merge(other.survey);
        self.standings.extend(other.standings);
        self.explained.extend(other.explained);
        self.named.extend(other.named);
        self.coverage.add(&other.coverage);
        for (type_name, resources) in other.not_judged {
            *self.not_judged.entry(type_name).or_default() += resources;
        }
    }
}

impl CoverageSummary {
    /// Adds the counts of another part.
    pub fn add(&mut self, theirs: &CoverageSummary) {
        let mine = self;
        mine.data_resources += theirs.data_resources;
        mine.protected += theirs.protected;
        mine.on_schedule += theirs.on_schedule;
        mine.restorable_only += theirs.restorable_only;
        mine.stale += theirs.stale;
        mine.selected_not_protected += theirs.selected_not_protected;
        mine.opt_in_blocked += theirs.opt_in_blocked;
        mine.unprotected += theirs.unprotected;
        mine.reproducible += theirs.reproducible;
        mine.unknown += theirs.unknown;
    }

    /// Computes the percentage, rounded down, so that 100 means all.
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
        if !reproducible && facts.state.read() == Some(&State::Protected) {
            let on_schedule = facts.on_schedule.read() == Some(&true);
            *(if on_schedule { &mut self.on_schedule } else { &mut self.restorable_only }) += 1;
        }
    }
}

/// A resource before its protection is known.
struct Prepared<'s> {
    resource: &'s Resource,
    info: &'static TypeInfo,
    subject: Subject,
    owing: Owing,
}

/// What the template reader knows of templates.
#[derive(Clone, Copy)]
pub struct Templates<'a> {
    /// What they can declare.
    pub declarables: &'a Declarables,
    /// Where their files take changes.
    pub slots: &'a dyn Slots,
}

impl<'a> Judge<'a> {
    /// Prepares the rules. Templates are judged where what they can declare is given.
    pub fn new(
        rules: &[&'a Rule],
        policy: &'a Policy,
        as_of: DateTime<Utc>,
        options: &'a Options,
        templates: Option<Templates<'a>>,
    ) -> Self {
        let mut by_type: HashMap<&'static str, Vec<Chosen>> = HashMap::new();
        for rule in rules {
            for type_name in &rule.applies_to {
                by_type.entry(type_name).or_default().push(Chosen::new(
                    rule,
                    policy,
                    templates.is_some_and(|templates| sources::judges_template(rule, type_name, templates.declarables)),
                    templates.map_or(&NoSlots, |templates| templates.slots),
                ));
            }
        }
        let usual = Objective::default();
        let json = Arc::new(usual.to_json());
        Judge { by_type, policy, as_of, options, usual: (usual, json), automations: policy.automations() }
    }

    /// Whether resources of a type can be explained: they hold data, or rules judge them.
    pub fn knows(&self, type_name: &str) -> bool {
        protection::is_data(type_name) || self.by_type.contains_key(type_name)
    }

    /// Judges a shard.
    pub fn shard(&self, shard: &Shard, summaries: &Summaries) -> Judged {
        let by_nature = protection::reproducible_by_nature(shard);
        let known: Vec<Option<Prepared>> = shard
            .resources
            .par_iter()
            .map(|resource| {
                let info = types::find(&resource.type_name).filter(|info| self.knows(info.name))?;
                Some(self.prepare(shard, resource, info, by_nature.get(resource.arn.as_str())))
            })
            .collect();
        let owed: Vec<Owed> = known.iter().map(|prepared| self.owed(prepared.as_ref())).collect();
        let joined = protection::join(shard, summaries, self.as_of, &owed, &self.automations);
        let judged: Vec<Judged> = known
            .into_par_iter()
            .zip(joined)
            .filter_map(|(prepared, facts)| Some(self.resource(shard, summaries, prepared?, facts)))
            .collect();
        let mut all = Judged::all(judged);
        // A template's shard may also have resources of the account, as evidence.
        let here = |resource: &&Resource| !shard.coverage.template || resource.declared.is_some();
        for resource in shard.resources.iter().filter(here).filter(|resource| unread_data::is_unread(&resource.type_name)) {
            *all.not_judged.entry(resource.type_name.clone()).or_default() += 1;
        }
        all.languages.extend(shard.source.clone().filter(|_| shard.coverage.template));
        all
    }

    fn prepare<'s>(&self, shard: &Shard, resource: &'s Resource, info: &'static TypeInfo, by_nature: Option<&String>) -> Prepared<'s> {
        let (fields, reasons) = fields(shard, resource, info);
        let subject = Subject::new(info.name, fields, reasons, self.as_of);
        let mut owing = if protection::is_data(info.name) {
            self.policy.objective(&subject, by_nature.map(String::as_str), self.as_of)
        } else {
            Owing::nothing()
        };
        let owes_nothing = matches!(&owing.owes, Owes::Objective(objective) if is_reproducible(objective, self.as_of));
        owing.may_be_reproducible =
            owing.may_be_reproducible.or_else(|| protection::perhaps_reproducible(shard, resource).filter(|_| !owes_nothing));
        Prepared { resource, info, subject, owing }
    }

    fn owed(&self, prepared: Option<&Prepared>) -> Owed {
        let is_explained = |prepared: &Prepared| self.options.explain.as_ref().is_some_and(|wanted| wanted.is(prepared.resource));
        let considered = if self.options.standings || prepared.is_some_and(is_explained) { usize::MAX } else { CONSIDERED_TOLD };
        let usual = Owed {
            mechanisms: ALL_MECHANISMS.to_vec(),
            rpo_seconds: None,
            named: Ok(false),
            restore_automation: prepared.map_or(Ok(Vec::new()), |prepared| prepared.owing.restore_automation.clone()),
            reproducible: false,
            doubt: None,
            considered,
        };
        match prepared.map(|prepared| &prepared.owing.owes) {
            Some(Owes::Objective(objective)) => Owed {
                mechanisms: objective.mechanisms.clone(),
                rpo_seconds: objective.rpo_seconds,
                named: Ok(objective.name.is_some() && !objective.catch_all),
                reproducible: is_reproducible(objective, self.as_of),
                ..usual
            },
            Some(Owes::Unknown { reason, mechanisms_differ }) => {
                let doubt = objective_unknown(reason);
                Owed { named: Err(vec![doubt.clone()]), doubt: Some(doubt).filter(|_| *mechanisms_differ), ..usual }
            }
            None => usual,
        }
    }

    fn resource(&self, shard: &Shard, summaries: &Summaries, prepared: Prepared, facts: Facts) -> Judged {
        let template = shard.coverage.template;
        let Prepared { resource, info, mut subject, owing } = prepared;
        let mut judged = Judged::default();
        let reproducible = matches!(&owing.owes, Owes::Objective(objective) if is_reproducible(objective, self.as_of));
        let cluster_member = protection::is_cluster_member(resource);
        let role = Role::of(&facts);
        let is_counted = protection::is_counted(resource) && role != Role::NoData;
        // A shard of a template also has resources of the target account: they are evidence, and not judged.
        let judged_here = resource.declared.is_some() || !template;
        // A key of another account is evidence here; it is judged once, in one account.
        let elsewhere = summaries.is_key_judged_elsewhere(&resource.arn, &resource.account);
        if !judged_here || !self.options.wants_resource(resource) {
            return judged;
        }
        if self.options.names_resources() {
            judged.named.insert(resource.uid().to_owned());
        }
        if self.options.survey {
            judged.survey.add(resource, is_counted);
        }
        let reference = Arc::new(reference(resource));
        let explained = self.options.explain.is_some();
        let mut explained = explained.then(|| Explained::new(resource, Arc::clone(&reference), &facts, self.policy, &owing, self.as_of));
        if elsewhere || protection::is_being_deleted(resource) {
            judged.explained.extend(explained.map(|explained| explained.not_judged(elsewhere)));
            return judged;
        }
        if let Facts::Data(facts) = &facts
            && protection::is_data(info.name)
        {
            if is_counted {
                judged.coverage.count(facts, reproducible);
            }
            if self.options.standings && protection::is_counted(resource) {
                judged.standings.push((Arc::clone(&reference), Standing::new(facts, is_counted, reproducible)));
            }
            owing.count(reproducible, is_counted, &mut judged.tally);
            if self.options.survey {
                self.policy.count_covered(&subject, &owing, &mut judged.tally);
                if is_counted && !reproducible && !matches!(owing.owes, Owes::Unknown { .. }) {
                    judged.survey.example(owing.objective_at(), resource.uid());
                }
            }
            judged.evidence = evidence::entries(resource, facts);
        }
        match &owing.owes {
            Owes::Objective(objective) => {
                if let (true, Some(why)) = (reproducible, &objective.reproducible) {
                    judged.reproducible.push(ReproducibleData { resource: Arc::clone(&reference), why: why.clone() });
                }
                let (usual, json) = &self.usual;
                let json = if **objective == *usual { Arc::clone(json) } else { Arc::new(objective.to_json()) };
                subject.owes(json, Reasons::default());
            }
            Owes::Unknown { reason, .. } => {
                let (objective, reasons) = unknown_objective(reason);
                subject.owes(Arc::new(objective), reasons);
            }
        }
        let mut unread = facts.reasons();
        if resource.declared.is_some() {
            unread.insert(ANYTHING_ELSE.to_owned(), vec![DEPLOYED.to_owned()]);
        }
        subject.protected(info.name, ProtectionFields::from(facts), unread);
        let mut waivers = Waivers { policy: self.policy, as_of: self.as_of, tally: Tally::default() };
        for chosen in self.by_type.get(info.name).into_iter().flatten() {
            let skipped = (reproducible && !chosen.rule.reproducible)
                || ((cluster_member || role == Role::NoData) && chosen.rule.data)
                || (if template { !chosen.judges_templates } else { chosen.rule.templates_only });
            if skipped {
                continue;
            }
            // A template cannot show what exists only after deployment. That is not a defect of the template, so there is no finding.
            let answered = |verdict: &Verdict| !verdict.unknown_because.iter().any(|reason| reason == DEPLOYED);
            if let Some(mut verdict) = chosen.answers.to(&subject).filter(answered) {
                let doubt = match (&owing.may_be_reproducible, &role) {
                    (Some(reason), _) => Some(format!("whether its data can be rebuilt is unknown: {reason}")),
                    (None, Role::PerhapsData(reason)) if chosen.rule.data => {
                        Some(format!("whether it counts as data is unknown: {reason}"))
                    }
                    _ => None,
                };
                if let (Status::Fail, Some(doubt)) = (verdict.status, doubt) {
                    verdict = verdict.in_doubt(doubt);
                }
                judged.findings.push(Box::new(chosen.finding(resource, &reference, &subject, verdict, &mut waivers)));
            }
        }
        judged.tally.add(waivers.tally);
        if let Some(explained) = &mut explained {
            explained.findings = judged.findings.clone();
        }
        judged.explained.extend(explained);
        judged
    }
}

/// What a resource is for the rules about data.
#[derive(PartialEq)]
enum Role {
    /// It holds data, or it is of a type that never does.
    Certain,
    /// It is of a type that can hold data, and nothing shows that it does.
    NoData,
    /// Whether it counts as data is not known, for this reason.
    PerhapsData(String),
}

impl Role {
    fn of(facts: &Facts) -> Role {
        let Facts::Data(facts) = facts else { return Role::Certain };
        match facts.counts_as_data.read() {
            Some(true) => Role::Certain,
            Some(false) => Role::NoData,
            None => facts.counts_as_data.reasons().first().map_or(Role::Certain, |reason| Role::PerhapsData(reason.clone())),
        }
    }
}

/// A declaration that has ended no longer counts: the data needs backups again.
fn is_reproducible(objective: &Objective, as_of: DateTime<Utc>) -> bool {
    objective.reproducible.as_ref().is_some_and(|reproducible| !reproducible.has_ended(as_of))
}

fn objective_unknown(reason: &str) -> String {
    format!("the objective is unknown: {reason}")
}

/// An unknown objective: every field that a rule reads is unknown, with the reason.
fn unknown_objective(reason: &str) -> (Value, Reasons) {
    let reason = objective_unknown(reason);
    let fields = match Objective::default().to_json() {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let reasons = fields.keys().map(|name| (name.clone(), vec![reason.clone()])).collect();
    (Value::Object(Map::new()), reasons)
}
