//! One rule, one resource, one answer.

use super::evidence::Evidence;
use super::expr::{Expression, Outcome, Scope, UNKNOWN};
use super::fact_paths::{ELEMENT, Path};
use super::rule::Rule;
use super::schema_shape::Shape;
use super::value::{Fields, Reasons};
use super::variables::shapes_of_type;
use crate::inventory::DEPLOYED;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::sync::Arc;

/// How many elements of a list a finding's evidence quotes.
const EVIDENCE_ITEMS: usize = 10;

/// What a rule says of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Pass,
    Fail,
    Unknown,
}

/// A rule's answer with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub status: Status,
    pub message: Arc<str>,
    /// Every fact that the check read, and those that the rule's evidence names.
    pub evidence: Evidence,
    pub unknown_because: Arc<[String]>,
}

impl Verdict {
    fn unknown(evidence: Evidence, because: Vec<String>) -> Self {
        Verdict {
            status: Status::Unknown,
            message: format!("cannot be judged: {}", because.join("; ")).into(),
            evidence,
            unknown_because: because.into(),
        }
    }

    /// The same facts with an unknown verdict, for a reason outside of the rule.
    pub fn in_doubt(self, because: String) -> Self {
        Verdict::unknown(self.evidence, vec![because])
    }
}

/// A resource with all that rules may ask about it, as JSON and as CEL values.
pub struct Subject {
    resource: Arc<dyn Fields>,
    protection: Arc<dyn Fields>,
    objective: Arc<dyn Fields>,
    reasons: [Arc<Reasons>; 3],
    scope: Scope<'static>,
}

impl Subject {
    /// A resource of `type_name`: its properties with type, arn, account, region, id, name, tags and created_at beside them, and why
    /// some of them are missing, by path.
    pub fn new(type_name: &'static str, resource: impl Fields + 'static, reasons: Reasons, now: DateTime<Utc>) -> Self {
        let resource: Arc<dyn Fields> = Arc::new(resource);
        let reasons = [Arc::new(reasons), Arc::default(), Arc::default()];
        let mut scope = Scope::at(now);
        scope.bind_fields("resource", &resource, &shapes_of_type(type_name).0, &reasons[0]);
        Subject { resource, protection: Arc::new(Map::new()), objective: Arc::new(Map::new()), reasons, scope }
    }

    /// Binds what the resource owes, and why parts of that are not known.
    pub fn owes(&mut self, objective: Arc<Value>, reasons: Reasons) {
        self.reasons[2] = Arc::new(reasons);
        let objective: Arc<dyn Fields> = objective;
        self.scope.bind_fields("objective", &objective, super::objective::shape(), &self.reasons[2]);
        self.objective = objective;
    }

    /// Binds the protection facts, which depend on what the resource owes.
    pub fn protected(&mut self, type_name: &'static str, protection: impl Fields + 'static, reasons: Reasons) {
        let protection: Arc<dyn Fields> = Arc::new(protection);
        self.reasons[1] = Arc::new(reasons);
        self.scope.bind_fields("protection", &protection, &shapes_of_type(type_name).1, &self.reasons[1]);
        self.protection = protection;
    }

    /// The scope of the resource's own values, for expressions of the policy file.
    pub fn scope(&self) -> &Scope<'static> {
        &self.scope
    }

    /// The fields of a variable of this resource, and why parts of them are unknown.
    pub fn variable(&self, name: &str) -> Option<(&dyn Fields, &Reasons)> {
        let [resource, protection, objective] = &self.reasons;
        match name {
            "resource" => Some((&*self.resource, resource)),
            "protection" => Some((&*self.protection, protection)),
            "objective" => Some((&*self.objective, objective)),
            _ => None,
        }
    }

    /// The rule's answer with these parameters; `None` when the rule does not apply.
    pub fn judge(&self, rule: &Rule, params: &Arc<Value>) -> Option<Verdict> {
        Some(self.quoting(rule, params, self.verdict(rule, params)?))
    }

    /// Adds the facts that the rule's evidence names to those that the verdict rests on.
    pub fn quoting(&self, rule: &Rule, params: &Value, verdict: Verdict) -> Verdict {
        if rule.evidence.is_empty() {
            return verdict;
        }
        let mut facts = verdict.evidence.facts();
        rule.evidence.iter().for_each(|path| self.quote(path, params, &mut facts));
        facts.sort_keys();
        Verdict { evidence: facts.into(), ..verdict }
    }

    /// The rule's answer with the facts that its check reads.
    pub fn verdict(&self, rule: &Rule, params: &Arc<Value>) -> Option<Verdict> {
        let mut scope = self.scope.inner();
        scope.bind("params", params, &Shape::Any, &Arc::default());
        if let Some(when) = &rule.when {
            match when.truth(&scope) {
                Outcome::Known(false) => return None,
                Outcome::Known(true) => {}
                Outcome::Unknown(reason) => {
                    let because = self.because(when, reason);
                    return Some(self.unknown(rule, params, because));
                }
                Outcome::Absent(error) | Outcome::Broken(error) => return Some(self.unknown(rule, params, vec![broken(rule, &error)])),
            }
        }
        let status = match rule.check.truth(&scope) {
            Outcome::Known(true) => Status::Pass,
            Outcome::Known(false) => Status::Fail,
            Outcome::Unknown(reason) => {
                let because = self.because(&rule.check, reason);
                return Some(self.unknown(rule, params, because));
            }
            Outcome::Absent(error) | Outcome::Broken(error) => return Some(self.unknown(rule, params, vec![broken(rule, &error)])),
        };
        let message = match rule.message.render(&scope) {
            // One element of a list can decide the check while another is unknown, and the message shows all of them.
            message if message == UNKNOWN => self.decided_anyhow(rule, status),
            message => message,
        }
        .into();
        Some(Verdict { status, message, evidence: self.evidence(rule, params), unknown_because: Arc::default() })
    }

    /// The remediation's texts for this resource.
    pub fn with_params<T>(&self, params: &Arc<Value>, render: impl FnOnce(&Scope) -> T) -> T {
        let mut scope = self.scope.inner();
        scope.bind("params", params, &Shape::Any, &Arc::default());
        render(&scope)
    }

    /// The message of a verdict that stands although every value in its message is unknown.
    fn decided_anyhow(&self, rule: &Rule, status: Status) -> String {
        let answer = if status == Status::Pass { "passes" } else { "fails" };
        let because = self.because(&rule.check, String::new());
        let because: Vec<&str> = because.iter().map(String::as_str).filter(|reason| !reason.is_empty()).collect();
        if because.is_empty() { UNKNOWN.to_owned() } else { format!("{answer} regardless of what is unknown: {}", because.join("; ")) }
    }

    fn unknown(&self, rule: &Rule, params: &Value, because: Vec<String>) -> Verdict {
        Verdict::unknown(self.evidence(rule, params), because)
    }

    /// Every reason for what the expression reads, those that stopped it first. That a fact exists only after deployment is a reason only if it
    /// stopped the expression: the fact may be one of another type, which a rule for several types reads of that type only.
    fn because(&self, expression: &Expression, first: String) -> Vec<String> {
        let stopped = !first.is_empty();
        let mut because: Vec<String> = first.split("; ").map(str::to_owned).collect();
        for path in expression.paths() {
            let Some((_, reasons)) = path.first().and_then(|variable| self.variable(variable)) else { continue };
            for depth in 1..path.len() {
                for reason in reasons.get(&spell(&path[1..=depth])).into_iter().flatten() {
                    let is_of_another_type = stopped && reason == DEPLOYED;
                    if !is_of_another_type && !because.contains(reason) {
                        because.push(reason.clone());
                    }
                }
            }
        }
        because
    }

    fn evidence(&self, rule: &Rule, params: &Value) -> Evidence {
        let mut evidence = Map::new();
        rule.check.paths().iter().for_each(|path| self.quote(path, params, &mut evidence));
        evidence.sort_keys();
        evidence.into()
    }

    /// Adds a fact to the evidence, if it is known.
    fn quote(&self, path: &Path, params: &Value, evidence: &mut Map<String, Value>) {
        let Some(variable) = path.first() else { return };
        let own = self.variable(variable).map(|(fields, _)| fields);
        let Some(root) = own.or((variable == "params").then_some(params)) else { return };
        // A list is quoted as a whole: the field of one element means little without the others.
        let steps: Vec<&String> = path[1..].iter().take_while(|step| *step != ELEMENT).collect();
        let Some((first, rest)) = steps.split_first() else { return };
        let Some(field) = root.get(first) else { return };
        if let Some(value) = rest.iter().try_fold(&*field, |value, step| value.get(step.as_str())) {
            let spelt: Vec<&str> = path.iter().take(steps.len() + 1).map(String::as_str).collect();
            evidence.insert(spelt.join("."), quoted(value));
        }
    }
}

/// `plans`, `[]`, `rule` as `plans[].rule`.
fn spell(steps: &[String]) -> String {
    let mut text = String::new();
    for step in steps {
        if step != ELEMENT && !text.is_empty() {
            text.push('.');
        }
        text.push_str(step);
    }
    text
}

fn quoted(value: &Value) -> Value {
    match value {
        Value::Array(items) if items.len() > EVIDENCE_ITEMS => {
            let mut short: Vec<Value> = items.iter().take(EVIDENCE_ITEMS).cloned().collect();
            short.push(Value::String(format!("… and {} more", items.len() - EVIDENCE_ITEMS)));
            Value::Array(short)
        }
        _ => value.clone(),
    }
}

fn broken(rule: &Rule, error: &str) -> String {
    format!("rule {} ({}) cannot judge this resource: {error}", rule.id, rule.path)
}
