//! The policy file, `rel9.yaml`: objectives, reproducible data, waivers, rule settings. Every mistake in it is found before anything is
//! judged, with file, line and what was meant.

use super::objective::{ALL_MECHANISMS, Copies, Demand, Objective, Reproducible};
use crate::protection::facts::MechanismKind;
use crate::rules::compile::{self, PolicyShapes};
use crate::rules::engine::Subject;
use crate::rules::expr::{Expression, Outcome};
use crate::rules::format::Line;
use crate::rules::{Mistake, RuleSet, Severity, hex};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

#[cfg(test)]
mod tests;

/// The lowest severity at which a failing finding fails the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    Info,
    Low,
    Medium,
    High,
    Critical,
    Never,
}

impl FailOn {
    /// Whether a failure of this severity fails the gate.
    pub fn reached_by(self, severity: Severity) -> bool {
        let least = match self {
            FailOn::Info => Severity::Info,
            FailOn::Low => Severity::Low,
            FailOn::Medium => Severity::Medium,
            FailOn::High => Severity::High,
            FailOn::Critical => Severity::Critical,
            FailOn::Never => return false,
        };
        severity >= least
    }
}

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
    /// Account settings that templates cannot show.
    #[serde(default)]
    assume: Assume,
}

/// An objective: the first that matches a resource is its own.
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
    /// The mechanisms that count; all of them without it.
    #[serde(default)]
    mechanisms: Option<Vec<MechanismKind>>,
    #[serde(default)]
    immutable: Demand,
}

/// Data that can be made again.
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

/// What a policy changes about a rule.
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

/// What templates cannot show of the account they go to.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Assume {
    pub ebs_encryption_by_default: Option<bool>,
}

/// A waiver ready to be asked.
#[derive(Debug)]
pub struct Waiver {
    pub rule: String,
    matches: Expression,
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
    objectives: Vec<(Expression, bool, Objective)>,
    reproducible: Vec<(Expression, Option<String>, Option<NaiveDate>)>,
    waivers: Vec<Waiver>,
    settings: BTreeMap<String, RuleSetting>,
    digest: Option<String>,
}

/// What a resource owes, or why that is not known.
#[derive(Clone, Debug, PartialEq)]
pub enum Owes {
    Objective(Box<Objective>),
    /// Which objective matches depends on something that was not read.
    Unknown {
        reason: String,
        /// One of those that may match does not count every mechanism.
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
    /// Reads and checks a policy file.
    ///
    /// # Errors
    /// Every mistake, with its line.
    pub fn load(path: &Path, rules: &RuleSet) -> Result<Self, Vec<Mistake>> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| vec![Mistake { file: name.clone(), line: 0, what: format!("cannot be read: {error}") }])?;
        Self::parse(&name, &text, rules)
    }

    /// Checks the text of a policy file.
    ///
    /// # Errors
    /// Every mistake, with its line.
    pub fn parse(name: &str, text: &str, rules: &RuleSet) -> Result<Self, Vec<Mistake>> {
        let file: PolicyFile = compile::parse(name, text).map_err(|mistake| vec![mistake])?;
        let mut loader = Loader { name, shapes: PolicyShapes::new(), mistakes: Vec::new() };
        if file.version.value != 1 {
            loader.wrong(file.version.referenced.line(), format!("version is {}, this program reads version 1", file.version.value));
        }
        let objectives = file.objectives.into_iter().map(|entry| loader.objective(entry)).collect();
        let reproducible =
            file.reproducible.into_iter().map(|entry| (loader.expression(&entry.matches), entry.reason, entry.expires)).collect();
        let waivers = file.waivers.into_iter().map(|entry| loader.waiver(entry, rules)).collect();
        let settings = file
            .rules
            .into_iter()
            .map(|(id, setting)| {
                loader.setting(&id, &setting, rules);
                (id, setting.value)
            })
            .collect();
        if !loader.mistakes.is_empty() {
            return Err(loader.mistakes);
        }
        Ok(Policy {
            fail_on: file.fail_on,
            assume: file.assume,
            given: true,
            objectives,
            reproducible,
            waivers,
            settings,
            digest: Some(format!("sha256:{}", hex(&Sha256::digest(text.as_bytes())))),
        })
    }

    /// `sha256:` and the digest of the file; none without a file.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// What a resource owes, and why it may owe nothing, where that is not known.
    pub fn objective(&self, subject: &Subject, intrinsic: Option<&str>, as_of: DateTime<Utc>) -> (Owes, Option<String>) {
        let (reproducible, doubt) = match self.reproducible(subject, intrinsic, as_of) {
            Declared::Reproducible(reproducible) => (Some(reproducible), None),
            Declared::No => (None, None),
            Declared::Unknown(reason) => (None, Some(reason)),
        };
        let owes_nothing = reproducible.as_ref().is_some_and(|reproducible| !reproducible.has_ended(as_of));
        match self.matching(subject) {
            // Whichever it is, it asks nothing of data that can be made again.
            Owes::Unknown { .. } if owes_nothing => (Owes::Objective(Box::new(Objective { reproducible, ..self.no_objective() })), None),
            Owes::Objective(objective) => (Owes::Objective(Box::new(Objective { reproducible, ..*objective })), doubt),
            unknown => (unknown, doubt),
        }
    }

    /// The objective of what no objective matches.
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
        for (at, (matches, _, candidate)) in self.objectives.iter().enumerate() {
            match matches.truth(subject.scope()) {
                Outcome::Known(true) => {
                    objective = candidate.clone();
                    break;
                }
                // An error is a tag or field that this resource does not have: no match.
                Outcome::Known(false) | Outcome::Broken(_) => {}
                Outcome::Unknown(reason) => {
                    let all_count = |objective: &Objective| ALL_MECHANISMS.iter().all(|kind| objective.mechanisms.contains(kind));
                    let mechanisms_differ = self.objectives.iter().skip(at).any(|(_, _, objective)| !all_count(objective));
                    return Owes::Unknown { reason, mechanisms_differ };
                }
            }
        }
        Owes::Objective(Box::new(objective))
    }

    /// The declaration that covers a resource: one in force before one that has ended.
    fn reproducible(&self, subject: &Subject, intrinsic: Option<&str>, as_of: DateTime<Utc>) -> Declared {
        let mut found: Option<Reproducible> = None;
        let mut doubt = None;
        for (matches, reason, expires) in &self.reproducible {
            let declared = Reproducible { reason: reason.clone(), expires_at: expires.map(end_of_day), declared: true };
            let in_force = !declared.has_ended(as_of);
            match matches.truth(subject.scope()) {
                Outcome::Known(true) if found.as_ref().is_none_or(|found| in_force && found.has_ended(as_of)) => found = Some(declared),
                Outcome::Unknown(reason) if in_force => doubt = doubt.or(Some(reason)),
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

    /// The waiver of a rule for a resource: one in force before one that has ended.
    pub fn waiver(&self, rule: &str, subject: &Subject, as_of: DateTime<Utc>) -> Option<&Waiver> {
        let matching =
            self.waivers.iter().filter(|waiver| waiver.rule == rule && waiver.matches.truth(subject.scope()) == Outcome::Known(true));
        matching.min_by_key(|waiver| waiver.has_ended(as_of))
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

/// A date is meant with its whole day, in UTC.
pub(super) fn end_of_day(date: NaiveDate) -> DateTime<Utc> {
    let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    date.and_time(last).and_utc()
}

struct Loader<'n> {
    name: &'n str,
    shapes: PolicyShapes,
    mistakes: Vec<Mistake>,
}

impl Loader<'_> {
    fn wrong(&mut self, line: u64, what: String) {
        self.mistakes.push(Mistake { file: self.name.to_owned(), line, what });
    }

    fn expression(&mut self, source: &Line<String>) -> Expression {
        match self.shapes.compile(&source.value) {
            Ok(expression) => expression,
            Err(mistakes) => {
                for what in mistakes {
                    self.wrong(source.referenced.line(), what);
                }
                Expression::never()
            }
        }
    }

    fn objective(&mut self, entry: ObjectiveEntry) -> (Expression, bool, Objective) {
        let matches = self.expression(&entry.matches);
        let catch_all = entry.matches.value.trim() == "true";
        let objective = Objective {
            name: Some(entry.name),
            from_policy: true,
            catch_all,
            rpo_seconds: self.duration(entry.rpo.as_ref()),
            rto_seconds: self.duration(entry.rto.as_ref()),
            retention_seconds: self.duration(entry.retention.as_ref()),
            restore_test_every_seconds: self.duration(entry.restore_test_every.as_ref()),
            copies: entry.copies,
            mechanisms: entry.mechanisms.unwrap_or_else(|| ALL_MECHANISMS.to_vec()),
            immutable: entry.immutable,
            reproducible: None,
        };
        (matches, catch_all, objective)
    }

    fn duration(&mut self, text: Option<&Line<String>>) -> Option<i64> {
        let text = text?;
        match duration(&text.value) {
            Some(seconds) => Some(seconds),
            None => {
                self.wrong(
                    text.referenced.line(),
                    format!("`{}` is no duration: write a whole number and a unit, such as 90m, 4h or 35d", text.value),
                );
                None
            }
        }
    }

    fn rule_exists(&mut self, id: &str, line: u64, rules: &RuleSet) -> bool {
        if rules.get(id).is_some() {
            return true;
        }
        let hint = rules.nearest(id).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        self.wrong(line, format!("there is no rule `{id}`{hint}"));
        false
    }

    fn waiver(&mut self, entry: WaiverEntry, rules: &RuleSet) -> Waiver {
        self.rule_exists(&entry.rule.value, entry.rule.referenced.line(), rules);
        let matches = self.expression(&entry.matches);
        Waiver { rule: entry.rule.value, matches, reason: entry.reason, approved_by: entry.approved_by, expires: entry.expires }
    }

    fn setting(&mut self, id: &str, setting: &Line<RuleSetting>, rules: &RuleSet) {
        let line = setting.referenced.line();
        if !self.rule_exists(id, line, rules) {
            return;
        }
        let Some(rule) = rules.get(id) else { return };
        for (name, value) in &setting.value.params {
            match rule.params.get(name) {
                None => {
                    let near = crate::rules::shape::nearest(name, rule.params.keys().map(String::as_str));
                    let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                    self.wrong(line, format!("rule `{id}` has no parameter `{name}`{hint}"));
                }
                Some(default) if kind(default) != kind(value) => {
                    self.wrong(line, format!("parameter `{name}` of rule `{id}` must be {}, not {value}", kind(default)));
                }
                Some(default) => {
                    // YAML makes a number of an account id without quotes, which equals no text.
                    let expected = default.as_array().and_then(|items| items.first()).map_or("a text", kind);
                    for item in value.as_array().into_iter().flatten().filter(|item| kind(item) != expected) {
                        self.wrong(line, format!("each item of parameter `{name}` of rule `{id}` must be {expected}, not {item}"));
                    }
                }
            }
        }
    }
}

fn kind(value: &serde_json::Value) -> &'static str {
    match value {
        serde_json::Value::Null => "nothing",
        serde_json::Value::Bool(_) => "true or false",
        serde_json::Value::Number(number) if number.is_i64() => "a whole number",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a text",
        serde_json::Value::Array(_) => "a list",
        serde_json::Value::Object(_) => "a map",
    }
}

/// `90m`, `4h`, `35d` in seconds.
pub fn duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let unit = text.chars().last()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let count: i64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
    (count >= 0).then(|| count.checked_mul(seconds)).flatten()
}
