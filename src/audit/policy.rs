//! The policy file, `rel9.yaml`: objectives, reproducible data, waivers, rule settings. Errors show file, line and a
//! suggestion, before any rule runs.

pub use super::fail_on::FailOn;
use crate::protection::facts::MechanismKind;
use crate::rules::Severity;
use crate::rules::engine::Subject;
use crate::rules::expr::{Expression, Outcome};
use crate::rules::format::Line;
use crate::rules::objective::{ALL_MECHANISMS, Copies, Demand, Objective, Reproducible};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;

mod load;
#[cfg(test)]
mod tests;

/// The file as it is written.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    #[schemars(with = "u32")]
    version: Line<u32>,
    #[serde(default)]
    fail_on: Option<FailOn>,
    #[serde(default)]
    objectives: Vec<ObjectiveEntry>,
    #[serde(default)]
    reproducible: Vec<ReproducibleEntry>,
    #[serde(default)]
    waivers: Vec<WaiverEntry>,
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, RuleSetting>")]
    rules: BTreeMap<String, Line<RuleSetting>>,
    /// Account settings that templates do not show.
    #[serde(default)]
    assume: Assume,
}

/// An objective: the first that matches a resource applies.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct ObjectiveEntry {
    name: String,
    /// CEL over `resource`.
    #[serde(rename = "match")]
    #[schemars(with = "String")]
    matches: Line<String>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    rpo: Option<Line<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    rto: Option<Line<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    retention: Option<Line<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    restore_test_every: Option<Line<String>>,
    #[serde(default)]
    copies: Copies,
    /// The mechanisms that count; by default all.
    #[serde(default)]
    mechanisms: Option<Vec<MechanismKind>>,
    #[serde(default)]
    immutable: Demand,
}

/// Exempt: data that can be rebuilt.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReproducibleEntry {
    #[serde(rename = "match")]
    #[schemars(with = "String")]
    matches: Line<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    expires: Option<NaiveDate>,
}

/// An accepted failure.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct WaiverEntry {
    #[schemars(with = "String")]
    rule: Line<String>,
    #[serde(rename = "match")]
    #[schemars(with = "String")]
    matches: Line<String>,
    reason: String,
    approved_by: String,
    expires: NaiveDate,
}

/// The policy's settings for a rule.
#[derive(Clone, Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct RuleSetting {
    #[serde(default)]
    enabled: Option<bool>,
    #[serde(default)]
    severity: Option<Severity>,
    #[serde(default)]
    params: serde_json::Map<String, serde_json::Value>,
}

/// Settings of the target account, which templates do not show.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Assume {
    pub ebs_encryption_by_default: Option<bool>,
}

/// The resources that an entry applies to.
#[derive(Debug)]
struct Match {
    expression: Expression,
    /// The line of the entry, such as `rel9.yaml:4`.
    place: String,
}

impl Match {
    /// Whether it applies to a resource; `Err` has the reason why that is unknown.
    fn holds(&self, subject: &Subject) -> Result<bool, String> {
        match self.expression.truth(subject.scope()) {
            Outcome::Known(truth) => Ok(truth),
            // A tag or a property that the resource does not have.
            Outcome::Absent(_) => Ok(false),
            Outcome::Unknown(reason) => Err(reason),
            Outcome::Broken(error) => Err(format!("{}: whether it matches is unknown: {error}", self.place)),
        }
    }
}

/// A compiled waiver.
#[derive(Debug)]
pub struct Waiver {
    pub rule: String,
    matches: Match,
    pub reason: String,
    pub approved_by: String,
    pub expires: NaiveDate,
}

/// A checked policy.
#[derive(Debug, Default)]
pub struct Policy {
    pub fail_on: Option<FailOn>,
    pub assume: Assume,
    given: bool,
    objectives: Vec<(Match, Objective)>,
    reproducible: Vec<(Match, Option<String>, Option<NaiveDate>)>,
    waivers: Vec<Waiver>,
    settings: BTreeMap<String, RuleSetting>,
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

/// Whether the policy declares a resource reproducible.
#[derive(Clone, Debug, PartialEq)]
pub enum Declared {
    Reproducible(Reproducible),
    No,
    /// A declaration in force may match: it depends on something that was not read.
    Unknown(String),
}

impl Policy {
    /// The expressions that exceeded the cost limit for a resource, with their lines.
    pub fn overruns(&self) -> impl Iterator<Item = String> {
        let objectives = self.objectives.iter().map(|(matches, _)| matches);
        let reproducible = self.reproducible.iter().map(|(matches, ..)| matches);
        let all = objectives.chain(reproducible).chain(self.waivers.iter().map(|waiver| &waiver.matches));
        all.filter_map(|matches| Some(format!("{}: {}", matches.place, matches.expression.overrun()?)))
    }

    /// `sha256:` and the digest of the file; `None` without a file.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The objective of a resource, and why the resource may be reproducible, if that is unknown.
    pub fn objective(&self, subject: &Subject, intrinsic: Option<&str>, as_of: DateTime<Utc>) -> (Owes, Option<String>) {
        let (reproducible, doubt) = match self.reproducible(subject, intrinsic, as_of) {
            Declared::Reproducible(reproducible) => (Some(reproducible), None),
            Declared::No => (None, None),
            Declared::Unknown(reason) => (None, Some(reason)),
        };
        let owes_nothing = reproducible.as_ref().is_some_and(|reproducible| !reproducible.has_ended(as_of));
        match self.matching(subject) {
            // No objective asks anything of data that can be rebuilt.
            Owes::Unknown { .. } if owes_nothing => (Owes::Objective(Box::new(Objective { reproducible, ..self.no_objective() })), None),
            Owes::Objective(objective) => (Owes::Objective(Box::new(Objective { reproducible, ..*objective })), doubt),
            unknown => (unknown, doubt),
        }
    }

    /// The objective of a resource that no entry matches.
    fn no_objective(&self) -> Objective {
        if self.given {
            Objective { name: None, from_policy: true, catch_all: false, ..Objective::default() }
        } else {
            Objective::default()
        }
    }

    /// The first objective that matches.
    fn matching(&self, subject: &Subject) -> Owes {
        let mut objective = self.no_objective();
        for (at, (matches, candidate)) in self.objectives.iter().enumerate() {
            match matches.holds(subject) {
                Ok(true) => {
                    objective = candidate.clone();
                    break;
                }
                Ok(false) => {}
                Err(reason) => {
                    let all_count = |objective: &Objective| ALL_MECHANISMS.iter().all(|kind| objective.mechanisms.contains(kind));
                    let mechanisms_differ = self.objectives.iter().skip(at).any(|(_, objective)| !all_count(objective));
                    return Owes::Unknown { reason, mechanisms_differ };
                }
            }
        }
        Owes::Objective(Box::new(objective))
    }

    /// The declaration that covers a resource: one in force, else one that has ended.
    fn reproducible(&self, subject: &Subject, intrinsic: Option<&str>, as_of: DateTime<Utc>) -> Declared {
        let mut found: Option<Reproducible> = None;
        let mut doubt = None;
        for (matches, reason, expires) in &self.reproducible {
            let declared = Reproducible { reason: reason.clone(), expires_at: expires.map(end_of_day), declared: true };
            let in_force = !declared.has_ended(as_of);
            match matches.holds(subject) {
                Ok(true) if found.as_ref().is_none_or(|found| in_force && found.has_ended(as_of)) => found = Some(declared),
                Err(reason) if in_force => doubt = doubt.or(Some(reason)),
                _ => {}
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
    /// applies.
    pub fn waiver(&self, rule: &str, subject: &Subject, as_of: DateTime<Utc>) -> Result<Option<&Waiver>, String> {
        let (mut found, mut doubt): (Option<&Waiver>, _) = (None, None);
        for waiver in self.waivers.iter().filter(|waiver| waiver.rule == rule) {
            match waiver.matches.holds(subject) {
                Ok(true) if found.is_none_or(|found| found.has_ended(as_of) && !waiver.has_ended(as_of)) => found = Some(waiver),
                Err(reason) if !waiver.has_ended(as_of) => doubt = doubt.or(Some(reason)),
                _ => {}
            }
        }
        match (found, doubt) {
            (None, Some(reason)) => Err(reason),
            (Some(found), Some(reason)) if found.has_ended(as_of) => Err(reason),
            (found, _) => Ok(found),
        }
    }

    /// Whether a rule is on.
    pub fn enabled(&self, rule: &str) -> bool {
        self.settings.get(rule).and_then(|setting| setting.enabled).unwrap_or(true)
    }

    /// A rule's severity.
    pub fn severity(&self, rule: &crate::rules::Rule) -> Severity {
        self.settings.get(&rule.id).and_then(|setting| setting.severity).unwrap_or(rule.severity)
    }

    /// A rule's parameters.
    pub fn params(&self, rule: &crate::rules::Rule) -> serde_json::Map<String, serde_json::Value> {
        let mut params = rule.params.clone();
        if let Some(setting) = self.settings.get(&rule.id) {
            params.extend(setting.params.clone());
        }
        params
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

/// The end of a day in UTC: dates include their whole day.
pub(super) fn end_of_day(date: NaiveDate) -> DateTime<Utc> {
    let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    date.and_time(last).and_utc()
}
