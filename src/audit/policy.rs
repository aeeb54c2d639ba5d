//! The policy file, `rel9.yaml`: objectives, reproducible data, waivers, rule settings. Errors show file, line and a
//! suggestion, before any rule runs.

pub use super::fail_on::FailOn;
use crate::inventory::{Outcome, unless};
use crate::rules::engine::Subject;
use crate::rules::objective::{ALL_MECHANISMS, Objective, Reproducible};
use crate::rules::{Rule, Severity};
pub use audited::Audited;
use chrono::{DateTime, NaiveDate, Utc};
use file::RuleSetting;
pub use file::{Assume, PolicyFile};
use matching::Match;
pub use matching::end_of_day;
use std::collections::{BTreeMap, BTreeSet};
use tally::Entry;
pub use tally::Tally;

mod audited;
mod check;
mod file;
mod load;
mod matching;
mod tally;
#[cfg(test)]
mod tests;
mod unquoted;
mod usage;

/// An objective, and the resources that it applies to.
#[derive(Debug)]
struct ObjectiveOf {
    line: u64,
    matches: Match,
    objective: Objective,
}

/// What restores data on a schedule.
#[derive(Debug)]
struct Automation {
    line: u64,
    /// Without version or alias.
    arn: String,
    /// The data that it restores.
    matches: Match,
}

/// Data that the policy declares reproducible.
#[derive(Debug)]
struct Exemption {
    matches: Match,
    reason: Option<String>,
    expires: Option<NaiveDate>,
}

/// A compiled waiver.
#[derive(Debug)]
pub struct Waiver {
    line: u64,
    /// The rules as the policy names them: ids and globs.
    named: Vec<String>,
    /// The ids of these rules.
    rules: BTreeSet<String>,
    matches: Match,
    pub reason: String,
    pub approved_by: String,
    pub expires: NaiveDate,
}

/// The settings of a rule, and their line.
#[derive(Debug)]
struct Setting {
    line: u64,
    values: RuleSetting,
}

/// A checked policy.
#[derive(Debug, Default)]
pub struct Policy {
    pub fail_on: Option<FailOn>,
    pub assume: Assume,
    /// The file, as it was given; `None` without a file.
    path: Option<String>,
    objectives: Vec<ObjectiveOf>,
    restore_automation: Vec<Automation>,
    reproducible: Vec<Exemption>,
    waivers: Vec<Waiver>,
    settings: BTreeMap<String, Setting>,
    digest: Option<String>,
}

/// The objective of a resource, or why it is unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Owes {
    Objective(Box<Objective>),
    /// Which objective applies depends on something that was not read.
    Unknown {
        reason: String,
        /// One of the objectives that may apply does not count every mechanism.
        mechanisms_differ: bool,
    },
}

/// What a resource owes, and the entries of the policy that say so.
#[derive(Debug)]
pub struct Owing {
    pub owes: Owes,
    /// Why the resource may be reproducible, if that is unknown.
    pub may_be_reproducible: Option<String>,
    /// What restores the resource on a schedule, by ARN, or why that is unknown.
    pub restore_automation: Outcome<Vec<String>>,
    /// The entries that match it, and those that may, with the reason why that is unknown.
    entries: Vec<(Entry, Option<String>)>,
}

/// Whether the policy declares a resource reproducible.
#[derive(Clone, Debug, PartialEq)]
enum Declared {
    Reproducible(Reproducible),
    No,
    /// A declaration in force may match: it depends on something that was not read.
    Unknown(String),
}

impl Policy {
    /// The expressions that exceeded the cost limit for a resource, with their lines.
    pub fn overruns(&self) -> impl Iterator<Item = String> {
        self.matches().filter_map(|matches| Some(format!("{}: {}", matches.place(), matches.expression.overrun()?)))
    }

    fn matches(&self) -> impl Iterator<Item = &Match> {
        let objectives = self.objectives.iter().map(|entry| &entry.matches);
        let reproducible = self.reproducible.iter().map(|exemption| &exemption.matches);
        let automation = self.restore_automation.iter().map(|automation| &automation.matches);
        objectives.chain(automation).chain(reproducible).chain(self.waivers.iter().map(|waiver| &waiver.matches))
    }

    /// `sha256:` and the digest of the file; `None` without a file.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The objective of a resource.
    pub fn objective(&self, subject: &Subject, intrinsic: Option<&str>, as_of: DateTime<Utc>) -> Owing {
        let mut entries = Vec::new();
        let (reproducible, doubt) = match self.reproducible(subject, intrinsic, as_of, &mut entries) {
            Declared::Reproducible(reproducible) => (Some(reproducible), None),
            Declared::No => (None, None),
            Declared::Unknown(reason) => (None, Some(reason)),
        };
        let owes_nothing = reproducible.as_ref().is_some_and(|reproducible| !reproducible.has_ended(as_of));
        let (owes, may_be_reproducible) = match self.matching(subject, &mut entries) {
            // No objective asks anything of data that can be rebuilt.
            Owes::Unknown { .. } if owes_nothing => (Owes::Objective(Box::new(Objective { reproducible, ..self.no_objective() })), None),
            Owes::Objective(objective) => (Owes::Objective(Box::new(Objective { reproducible, ..*objective })), doubt),
            unknown => (unknown, doubt),
        };
        let restore_automation = self.automations_of(subject, &mut entries);
        Owing { owes, may_be_reproducible, restore_automation, entries }
    }

    /// The ARNs of what restores data on a schedule, each once.
    pub fn automations(&self) -> Vec<String> {
        let arns: BTreeSet<String> = self.restore_automation.iter().map(|automation| automation.arn.clone()).collect();
        arns.into_iter().collect()
    }

    /// The ARNs of what restores a resource on a schedule.
    ///
    /// # Errors
    /// Why there may be more.
    fn automations_of(&self, subject: &Subject, entries: &mut Vec<(Entry, Option<String>)>) -> Outcome<Vec<String>> {
        let (mut found, mut doubts) = (BTreeSet::new(), Vec::new());
        for (at, automation) in self.restore_automation.iter().enumerate() {
            match automation.matches.holds(subject) {
                Ok(true) => {
                    entries.push((Entry::Automation(at), None));
                    found.insert(automation.arn.clone());
                }
                Ok(false) => {}
                Err(reason) => {
                    entries.push((Entry::Automation(at), Some(reason.clone())));
                    doubts.push(reason);
                }
            }
        }
        unless(doubts, found.into_iter().collect())
    }

    /// The policy file, as it was given; `None` without a file.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The line of the objective that a resource owes, such as `rel9.yaml:4`.
    pub fn objective_place(&self, owing: &Owing) -> Option<String> {
        let objective = self.objectives.get(owing.objective_at()?)?;
        Some(format!("{}:{}", objective.matches.file, objective.line))
    }

    /// The line of the entry that declares a resource reproducible: one in force, else one that has ended.
    pub fn exemption_place(&self, owing: &Owing, as_of: DateTime<Utc>) -> Option<String> {
        let exemption = |entry: &Entry| match entry {
            Entry::Reproducible(at) => self.reproducible.get(*at),
            _ => None,
        };
        let all = || owing.certain().filter_map(exemption);
        let in_force = all().find(|exemption| !exemption.declares().has_ended(as_of));
        in_force.or_else(|| all().next()).map(|exemption| exemption.matches.place())
    }

    /// Counts the objectives that match a resource and do not apply to it, because one before them does.
    pub fn count_covered(&self, subject: &Subject, owing: &Owing, tally: &mut Tally) {
        let Some(first) = owing.objective_at() else { return };
        for (at, entry) in self.objectives.iter().enumerate().skip(first + 1) {
            if entry.matches.holds(subject) == Ok(true) {
                tally.of(Entry::Objective(at)).covered += 1;
            }
        }
    }

    /// The objective of a resource that no entry matches.
    fn no_objective(&self) -> Objective {
        if self.path.is_some() {
            Objective { name: None, from_policy: true, catch_all: false, ..Objective::default() }
        } else {
            Objective::default()
        }
    }

    /// The first objective that matches.
    fn matching(&self, subject: &Subject, entries: &mut Vec<(Entry, Option<String>)>) -> Owes {
        for (at, entry) in self.objectives.iter().enumerate() {
            match entry.matches.holds(subject) {
                Ok(true) => {
                    entries.push((Entry::Objective(at), None));
                    return Owes::Objective(Box::new(entry.objective.clone()));
                }
                Ok(false) => {}
                Err(reason) => {
                    let all_count = |objective: &Objective| ALL_MECHANISMS.iter().all(|kind| objective.mechanisms.contains(kind));
                    let mechanisms_differ = self.objectives.iter().skip(at).any(|entry| !all_count(&entry.objective));
                    entries.push((Entry::UnknownObjective, None));
                    entries.extend((at..self.objectives.len()).map(|at| (Entry::Objective(at), Some(reason.clone()))));
                    return Owes::Unknown { reason, mechanisms_differ };
                }
            }
        }
        if self.path.is_some() {
            entries.push((Entry::NoObjective, None));
        }
        Owes::Objective(Box::new(self.no_objective()))
    }

    /// The declaration that covers a resource: one in force, else one that has ended.
    fn reproducible(
        &self,
        subject: &Subject,
        intrinsic: Option<&str>,
        as_of: DateTime<Utc>,
        entries: &mut Vec<(Entry, Option<String>)>,
    ) -> Declared {
        let mut found: Option<Reproducible> = None;
        let mut doubt = None;
        for (at, exemption) in self.reproducible.iter().enumerate() {
            let declared = exemption.declares();
            let in_force = !declared.has_ended(as_of);
            match exemption.matches.holds(subject) {
                Ok(true) => {
                    entries.push((Entry::Reproducible(at), None));
                    if found.as_ref().is_none_or(|found| in_force && found.has_ended(as_of)) {
                        found = Some(declared);
                    }
                }
                Ok(false) => {}
                Err(reason) => {
                    entries.push((Entry::Reproducible(at), Some(reason.clone())));
                    if in_force {
                        doubt = doubt.or(Some(reason));
                    }
                }
            }
        }
        let by_nature = || intrinsic.map(|reason| Reproducible { reason: Some(reason.to_owned()), expires_at: None, declared: false });
        match (found.or_else(by_nature), doubt) {
            (Some(reproducible), _) if !reproducible.has_ended(as_of) => Declared::Reproducible(reproducible),
            (_, Some(reason)) => Declared::Unknown(reason),
            (Some(ended), None) => Declared::Reproducible(ended),
            (None, None) => Declared::No,
        }
    }

    /// The waiver of a rule for a resource: one in force, else one that has ended. `Err` has the reason why it is unknown whether one in force
    /// applies. Counts the waivers that match.
    pub fn waiver(&self, rule: &str, subject: &Subject, as_of: DateTime<Utc>, tally: &mut Tally) -> Result<Option<&Waiver>, String> {
        let (mut found, mut doubt): (Option<(usize, &Waiver)>, _) = (None, None);
        for (at, waiver) in self.waivers.iter().enumerate().filter(|(_, waiver)| waiver.rules.contains(rule)) {
            match waiver.matches.holds(subject) {
                Ok(true) if found.is_none_or(|(_, found)| found.has_ended(as_of) && !waiver.has_ended(as_of)) => {
                    found.iter().for_each(|(before, _)| tally.of(Entry::Waiver(*before)).covered += 1);
                    found = Some((at, waiver));
                }
                Ok(true) => tally.of(Entry::Waiver(at)).covered += 1,
                Ok(false) => {}
                Err(reason) => {
                    tally.doubt(Entry::Waiver(at), &reason);
                    if !waiver.has_ended(as_of) {
                        doubt = doubt.or(Some(reason));
                    }
                }
            }
        }
        found.iter().for_each(|(at, _)| tally.of(Entry::Waiver(*at)).matched += 1);
        match (found, doubt) {
            (None, Some(reason)) => Err(reason),
            (Some((_, found)), Some(reason)) if found.has_ended(as_of) => Err(reason),
            (found, _) => Ok(found.map(|(_, waiver)| waiver)),
        }
    }

    /// Whether a rule is on.
    pub fn enabled(&self, rule: &str) -> bool {
        self.settings.get(rule).and_then(|setting| setting.values.enabled).unwrap_or(true)
    }

    /// A rule's severity.
    pub fn severity(&self, rule: &Rule) -> Severity {
        self.settings.get(&rule.id).and_then(|setting| setting.values.severity).unwrap_or(rule.severity)
    }

    /// A rule's parameters.
    pub fn params(&self, rule: &Rule) -> serde_json::Map<String, serde_json::Value> {
        let mut params = rule.params.clone();
        if let Some(setting) = self.settings.get(&rule.id) {
            params.extend(setting.values.params.clone());
        }
        params
    }
}

impl Exemption {
    fn declares(&self) -> Reproducible {
        Reproducible { reason: self.reason.clone(), expires_at: self.expires.map(end_of_day), declared: true }
    }
}

impl Owing {
    /// What is no data owes nothing, whatever the policy says.
    pub fn nothing() -> Self {
        Owing { owes: Owes::Objective(Box::default()), may_be_reproducible: None, restore_automation: Ok(Vec::new()), entries: Vec::new() }
    }

    /// The entries that match it for certain.
    fn certain(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|(_, doubt)| doubt.is_none()).map(|(entry, _)| entry)
    }

    /// The place of the objective that applies.
    pub fn objective_at(&self) -> Option<usize> {
        self.entries.iter().find_map(|(entry, doubt)| match (entry, doubt) {
            (Entry::Objective(at), None) => Some(*at),
            _ => None,
        })
    }

    /// Counts a data resource for the entries that match it. `counted` is whether coverage counts it.
    pub fn count(&self, exempt: bool, counted: bool, tally: &mut Tally) {
        for (entry, doubt) in &self.entries {
            if let Some(reason) = doubt {
                tally.doubt(*entry, reason);
                continue;
            }
            let count = tally.of(*entry);
            *match (counted, exempt && !matches!(entry, Entry::Reproducible(_))) {
                (false, _) => &mut count.uncounted,
                (true, true) => &mut count.exempt,
                (true, false) => &mut count.matched,
            } += 1;
        }
    }
}

impl Waiver {
    /// Whether its last day is over.
    pub fn has_ended(&self, as_of: DateTime<Utc>) -> bool {
        end_of_day(self.expires) < as_of
    }
}

impl Reproducible {
    /// Whether its last day is over.
    pub fn has_ended(&self, as_of: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|expires| expires < as_of)
    }
}
