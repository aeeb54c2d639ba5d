//! Turns an inventory into a findings document: objectives, rules, waivers, gate. May not read sources or render reports.

pub mod baseline;
pub mod covered;
mod dedup;
pub mod diff;
pub mod explain;
mod fail_on;
mod fields;
mod finding;
pub mod finding_id;
pub mod findings;
mod fingerprint;
mod fix;
pub mod gate;
mod judge;
pub mod ledger;
mod options;
pub mod policy;
pub mod policy_check;
pub mod policy_use;
pub mod remediate;
mod standing;
pub mod stored;
pub mod survey;
mod unread;
pub mod what_if;
pub mod worst;

use crate::inventory::atomic_file::folder_of;
use crate::inventory::declarable::Declarables;
use crate::inventory::document::{self, DocumentError};
use crate::inventory::{CoverageEntry, GLOBAL, Shard};
use crate::protection::{self, Summaries};
use crate::rules::schema_shape::nearest;
use crate::rules::{BestPractice, Rule, RuleSet, Severity};
use chrono::{DateTime, Utc};
use findings::{AuditInfo, BestPracticeSummary, CoverageSummary, Finding, Findings, NotJudged, ReadAt, ResourceRef, Status, Summary};
use fingerprint::fingerprint;
use judge::Judge;
pub use judge::{Judged, Templates};
use ledger::Entry;
pub use options::Options;
use policy::{Audited, Policy};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use survey::Survey;

/// Where the shards come from. Files are read one at a time, twice: first to summarise them for the other shards, then to judge them.
pub enum Input {
    Memory(Vec<Shard>),
    Files(Vec<PathBuf>),
}

impl Input {
    /// The file, or the folder of the first of several files.
    fn path(&self) -> PathBuf {
        match self {
            Input::Files(files) => match files.as_slice() {
                [one] => one.clone(),
                [first, ..] => folder_of(first).to_owned(),
                [] => PathBuf::from("inventory"),
            },
            Input::Memory(_) => PathBuf::from("inventory"),
        }
    }

    /// Calls `with` for every shard, one file at a time.
    fn each(&self, mut with: impl FnMut(&Shard) -> Result<(), DocumentError>) -> Result<(), DocumentError> {
        match self {
            Input::Memory(shards) => shards.iter().try_for_each(with),
            Input::Files(files) => files.iter().try_for_each(|file| document::read_file(file)?.iter().try_for_each(&mut with)),
        }
    }

    /// The same, and refuses an inventory without a shard, or with two of the same account and Region: it does not show which one is right.
    fn each_once(&self, mut with: impl FnMut(&Shard) -> Result<(), DocumentError>) -> Result<(), DocumentError> {
        let wrong = |what: String| DocumentError { path: self.path(), line: 0, what };
        let mut seen = BTreeSet::new();
        self.each(|shard| {
            if !seen.insert((shard.account.clone(), shard.region.clone())) {
                return Err(wrong(format!("{}/{} is in two of the inventory files: give one of them", shard.account, shard.region)));
            }
            with(shard)
        })?;
        match seen.is_empty() {
            true => Err(wrong("it has neither resources nor coverage: nothing was read, so there is nothing to judge".to_owned())),
            false => Ok(()),
        }
    }
}

/// Judges an inventory.
///
/// # Errors
/// An inventory file that is wrong, or two that hold the same account and Region.
pub fn run(input: &Input, rules: &RuleSet, policy: &Policy, options: &Options) -> Result<Findings, DocumentError> {
    let (mut findings, _) = run_in_full(input, rules, policy, options)?;
    findings.seal();
    Ok(findings)
}

/// Judges an inventory, and also returns what was seen, with [`Options::survey`]. The document has no id: it is not for reports.
///
/// # Errors
/// As [`run`].
pub fn run_with_survey(input: &Input, rules: &RuleSet, policy: &Policy, options: &Options) -> Result<(Findings, Survey), DocumentError> {
    let (findings, rest) = run_in_full(input, rules, policy, options)?;
    Ok((findings, rest.survey))
}

/// What an audit finds and its document does not have.
pub struct Rest {
    /// For the ledger.
    pub evidence: Vec<Entry>,
    pub survey: Survey,
    /// The resources that [`Options::resources`] or [`Options::tags`] name.
    pub named: BTreeSet<String>,
}

impl Rest {
    fn take(found: &mut Judged) -> Rest {
        Rest {
            evidence: std::mem::take(&mut found.evidence),
            survey: std::mem::take(&mut found.survey),
            named: std::mem::take(&mut found.named),
        }
    }
}

/// Judges an inventory, and also returns what its document does not have. The document has no id until [`Findings::decide_gate`].
///
/// # Errors
/// As [`run`].
pub fn run_in_full(input: &Input, rules: &RuleSet, policy: &Policy, options: &Options) -> Result<(Findings, Rest), DocumentError> {
    let mut summaries = Vec::new();
    let mut seen = Seen::new();
    let mut captured_at = None;
    input.each_once(|shard| {
        seen.insert((shard.account.clone(), shard.region.clone()), shard.captured_at);
        captured_at = captured_at.max(shard.captured_at);
        summaries.push(protection::summarise(shard));
        Ok(())
    })?;
    check_regions(&options.regions, &seen)?;
    seen.retain(|(_, region), _| options.wants_region(region));
    let summaries = summaries.into_iter().collect::<Summaries>().with_ledger(options.ledger.clone());
    let as_of = options.as_of.or(captured_at).unwrap_or_else(Utc::now);

    let chosen = chosen(rules, policy, options);
    let judge = Judge::new(&chosen, policy, as_of, options, None);
    let mut judged = Vec::new();
    let mut collection = Vec::new();
    match input {
        Input::Memory(shards) => {
            let shards: Vec<&Shard> = shards.iter().filter(|shard| options.wants_region(&shard.region)).collect();
            judged = shards.par_iter().map(|shard| judge.shard(shard, &summaries)).collect();
            collection.extend(shards.iter().flat_map(|shard| shard.coverage.entries.iter().cloned()));
        }
        Input::Files(_) => input.each(|shard| {
            if !options.wants_region(&shard.region) {
                return Ok(());
            }
            judged.push(judge.shard(shard, &summaries));
            collection.extend(shard.coverage.entries.iter().cloned());
            Ok(())
        })?,
    }
    let mut found = Judged::all(judged);
    let rest = Rest::take(&mut found);
    Ok((Judgement { rules, policy, options, templates: None }.document(found, collection, &seen, as_of), rest))
}

/// The accounts and Regions that were read, and when.
type Seen = BTreeMap<(String, String), Option<DateTime<Utc>>>;

/// Rejects Regions that the inventory does not have.
fn check_regions(wanted: &[String], seen: &Seen) -> Result<(), DocumentError> {
    let known: BTreeSet<&str> = seen.keys().map(|(_, region)| region.as_str()).filter(|region| *region != GLOBAL).collect();
    let Some(wrong) = wanted.iter().find(|region| !known.contains(region.as_str())) else { return Ok(()) };
    let near = nearest(wrong, known.iter().copied()).map_or_else(String::new, |near| format!("; did you mean {near}?"));
    let known: Vec<&str> = known.into_iter().collect();
    let what = format!("the inventory has no Region \"{wrong}\", only {}{near}", known.join(", "));
    Err(DocumentError { path: PathBuf::from("--regions"), line: 0, what })
}

/// Judges one stack of a template, from any thread.
pub type JudgeShard<'j> = dyn Fn(&Shard) -> Judged + Sync + 'j;

/// Judges templates. `read` passes each stack, independent of the others, to the function that judges it, from any thread, and returns the
/// results: there may be more stacks than fit in memory. `templates` is what the template reader knows of them. The document has no id until
/// [`Findings::decide_gate`].
///
/// # Errors
/// Those of `read`.
pub fn run_templates<E>(
    read: impl FnOnce(&JudgeShard) -> Result<Vec<Judged>, E>,
    templates: Templates,
    rules: &RuleSet,
    policy: &Policy,
    options: &Options,
) -> Result<(Findings, Rest), E> {
    let as_of = options.as_of.unwrap_or_else(Utc::now);
    let chosen = chosen(rules, policy, options);
    let judge = Judge::new(&chosen, policy, as_of, options, Some(templates));
    let alone = |shard: &Shard| {
        let mut judged = judge.shard(shard, &std::iter::once(protection::summarise(shard)).collect());
        judged.unread = shard.coverage.unread_of_template().cloned().collect();
        judged
    };
    let mut found = Judged::all(read(&alone)?);
    let (rest, unread) = (Rest::take(&mut found), std::mem::take(&mut found.unread));
    let judgement = Judgement { rules, policy, options, templates: Some(templates.declarables) };
    Ok((judgement.document(found, unread, &Seen::new(), as_of), rest))
}

fn chosen<'a>(rules: &'a RuleSet, policy: &Policy, options: &Options) -> Vec<&'a Rule> {
    rules.iter().filter(|rule| options.wants_rule(rule) && policy.enabled(&rule.id)).collect()
}

/// By what an audit judged.
struct Judgement<'a> {
    rules: &'a RuleSet,
    policy: &'a Policy,
    options: &'a Options,
    /// For templates: what they can declare.
    templates: Option<&'a Declarables>,
}

impl Judgement<'_> {
    /// The document of what was found.
    fn document(&self, mut found: Judged, mut collection: Vec<CoverageEntry>, seen: &Seen, as_of: DateTime<Utc>) -> Findings {
        let Judgement { rules, policy, options, templates } = *self;
        sort(&mut found.findings);
        found.reproducible.sort_by(|a, b| {
            (&a.resource.account, &a.resource.region, &a.resource.arn).cmp(&(&b.resource.account, &b.resource.region, &b.resource.arn))
        });
        collection.sort();
        collection.dedup_by(|a, b| a.is_part() && a == b);
        let accounts: BTreeSet<&String> = seen.keys().map(|(account, _)| account).collect();
        let regions: BTreeSet<&String> = seen.keys().map(|(_, region)| region).filter(|region| *region != GLOBAL).collect();
        let has_findings = |rule: &str| found.findings.iter().any(|finding| *finding.rule == *rule);
        let audited = Audited { as_of, options, rules, templates, collection: &collection, has_findings: &has_findings };
        let info = AuditInfo {
            id: String::new(),
            rel9_version: env!("CARGO_PKG_VERSION").to_owned(),
            as_of,
            source: if found.languages.is_empty() { options.source.clone() } else { found.languages.join(",") },
            accounts: accounts.into_iter().cloned().collect(),
            regions: regions.into_iter().cloned().collect(),
            policy_digest: policy.digest().map(str::to_owned),
            policy: policy.usage(&found.tally, &audited).map(Box::new),
            rules_digest: rules.digest(),
            partial: options.partial(),
            complete: false,
            ledger_head: None,
            read: seen.iter().filter_map(|(place, at)| Some(read_at(place, (*at)?))).collect(),
        };
        let mut document = Findings {
            schema: findings::SCHEMA.to_owned(),
            audit: info,
            summary: Summary {
                coverage: found.coverage.with_percent(),
                not_judged: found.not_judged.into_iter().map(|(type_name, resources)| NotJudged { type_name, resources }).collect(),
                ..Summary::default()
            },
            gate: None,
            findings: found.findings,
            reproducible: found.reproducible,
            collection,
        };
        document.derive();
        document
    }
}

fn read_at((account, region): &(String, String), at: DateTime<Utc>) -> ReadAt {
    ReadAt { account: account.clone(), region: region.clone(), at }
}

/// Sorts by account, Region, type and ARN. Findings of a resource are adjacent, share it, and are in the order of the rules already, so only
/// the resources are compared: there are far fewer of them.
fn sort(findings: &mut [Box<Finding>]) {
    let mut resources: Vec<Arc<ResourceRef>> = findings.iter().map(|finding| Arc::clone(&finding.resource)).collect();
    resources.dedup_by(|a, b| Arc::ptr_eq(a, b));
    resources.par_sort_unstable_by(|a, b| a.place().cmp(&b.place()));
    let places: HashMap<*const ResourceRef, u32> = resources.iter().map(Arc::as_ptr).zip(0..).collect();
    findings.sort_by_cached_key(|finding| places.get(&Arc::as_ptr(&finding.resource)).copied());
}

impl Findings {
    /// Recomputes everything derived from the findings and the collection log: completeness, counts, id.
    pub fn seal(&mut self) {
        self.derive();
        self.audit.id = fingerprint(self);
    }

    /// All of it but the id, which takes a hash of the whole document: it comes last.
    fn derive(&mut self) {
        self.audit.complete = is_complete(&self.collection);
        self.summary = self.counted();
    }

    /// The summary of the findings; keeps what is not derived from them.
    fn counted(&self) -> Summary {
        let Summary { coverage, baseline, not_judged, .. } = self.summary.clone();
        Summary { baseline, not_judged, ..summarise(&self.findings, coverage) }
    }
}

/// Whether every call answered, or its service does not exist there.
fn is_complete(collection: &[CoverageEntry]) -> bool {
    !collection.iter().any(|entry| unread::is_unanswered(entry.status))
}

fn summarise(findings: &[Box<Finding>], coverage: CoverageSummary) -> Summary {
    let mut by_status: BTreeMap<Status, u64> =
        [Status::Pass, Status::Fail, Status::Unknown, Status::Waived].map(|status| (status, 0)).into();
    let mut by_severity: BTreeMap<Severity, u64> = Severity::ALL.map(|severity| (severity, 0)).into();
    let mut practices: BTreeMap<BestPractice, Practice> = BestPractice::ALL.map(|practice| (practice, Practice::default())).into();
    let mut resources = HashSet::new();
    for of_resource in findings.chunk_by(|a, b| Arc::ptr_eq(&a.resource, &b.resource)) {
        resources.extend(of_resource.first().map(|finding| finding.resource.arn.as_str()));
        for finding in of_resource {
            *by_status.entry(finding.status).or_default() += 1;
            if finding.status == Status::Fail {
                *by_severity.entry(finding.severity).or_default() += 1;
            }
            practices.entry(finding.best_practice).or_default().count(finding);
        }
    }
    Summary {
        resources: resources.len() as u64,
        by_status,
        by_severity,
        best_practices: practices.into_iter().map(|(id, practice)| practice.summary(id)).collect(),
        coverage,
        baseline: None,
        not_judged: Vec::new(),
        worst: worst::worst(findings),
    }
}

/// The findings of one best practice.
#[derive(Default)]
struct Practice {
    pass: u64,
    fail: u64,
    unknown: u64,
    waived: u64,
    at_risk: bool,
}

impl Practice {
    fn count(&mut self, finding: &Finding) {
        match finding.status {
            Status::Pass => self.pass += 1,
            Status::Fail => self.fail += 1,
            Status::Unknown => self.unknown += 1,
            Status::Waived => self.waived += 1,
        }
        self.at_risk |= finding.status == Status::Fail && finding.severity >= Severity::Medium;
    }

    fn summary(self, id: BestPractice) -> BestPracticeSummary {
        let Practice { pass, fail, unknown, waived, at_risk } = self;
        let risk = if at_risk {
            id.risk()
        } else if unknown > 0 || pass + fail + waived == 0 {
            "unknown"
        } else {
            "none"
        };
        BestPracticeSummary { id, risk: risk.to_owned(), pass, fail, unknown, waived }
    }
}
