//! The rules' own tests.

use super::compile::Rule;
use super::engine::{Status, Subject};
use super::format::{Expect, Test};
use crate::audit::objective::Objective;
use chrono::{DateTime, TimeZone, Utc};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The time at which tests are judged unless they say otherwise.
fn default_now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 7, 0, 0).single().unwrap_or_default()
}

/// Runs every test of a rule: how many passed, and a sentence for each that failed and for each kind of test that the rule lacks.
pub fn run(rule: &Rule) -> (usize, Vec<String>) {
    let mut failures: Vec<String> = rule
        .tests()
        .iter()
        .filter_map(|test| {
            run_one(rule, test)
                .err()
                .map(|what| format!("{}:{}: test `{}`: {what}", rule.path, test.name.referenced.line(), test.name.value))
        })
        .collect();
    let passed = rule.tests().len() - failures.len();
    for (expect, name) in [(Expect::Pass, "pass"), (Expect::Fail, "fail"), (Expect::Unknown, "unknown")] {
        if !rule.tests().iter().any(|test| test.expect == expect) {
            failures.push(format!("{}: no test expects `{name}`", rule.path));
        }
    }
    (passed, failures)
}

fn run_one(rule: &Rule, test: &Test) -> Result<(), String> {
    let type_name = match &test.type_name {
        Some(name) => rule.applies_to.iter().find(|known| *known == name).ok_or_else(|| format!("the rule does not apply to `{name}`"))?,
        None => rule.applies_to.first().ok_or("the rule applies to nothing")?,
    };
    let mut subject = Subject::new(type_name, resource(type_name, test), Default::default(), test.now.unwrap_or_else(default_now));
    subject.protected(type_name, Value::Object(test.protection.clone()), Default::default());
    let mut objective = Objective::default().to_json();
    if let Value::Object(fields) = &mut objective {
        fields.extend(test.objective.clone());
        if test.objective_unread {
            fields.retain(|name, _| test.objective.contains_key(name));
        }
    }
    subject.owes(Arc::new(objective), Default::default());
    let mut params = rule.params.clone();
    params.extend(test.params.clone());
    let verdict = subject.judge(rule, &Arc::new(Value::Object(params)));
    let got = match &verdict {
        None => Expect::None,
        Some(verdict) => match verdict.status {
            Status::Pass => Expect::Pass,
            Status::Fail => Expect::Fail,
            Status::Unknown => Expect::Unknown,
        },
    };
    let message = verdict.as_ref().map(|verdict| verdict.message.as_str()).unwrap_or_default();
    if got != test.expect {
        return Err(format!("expected {:?}, got {got:?}: {message}", test.expect).to_lowercase());
    }
    if let Some(verdict) = &verdict {
        let broken = verdict.unknown_because.iter().find(|reason| reason.contains("cannot judge this resource"));
        if let Some(reason) = broken {
            return Err(format!("unknown, but for a mistake of the rule: {reason}"));
        }
        if verdict.status != Status::Unknown && verdict.message.contains("(`") {
            return Err(format!("the message has an error in it: {message}"));
        }
    }
    match &test.message {
        Some(expected) if expected != message => Err(format!("expected the message {expected:?}, got {message:?}")),
        _ => Ok(()),
    }
}

fn resource(type_name: &str, test: &Test) -> Map<String, Value> {
    let mut resource = Map::new();
    for (name, value) in [
        ("type", type_name),
        ("arn", "arn:aws:test:us-east-1:111122223333:resource/test"),
        ("account", "111122223333"),
        ("region", "us-east-1"),
        ("id", "test"),
    ] {
        resource.insert(name.to_owned(), Value::String(value.to_owned()));
    }
    resource.insert("name".to_owned(), Value::Null);
    resource.extend(test.resource.clone());
    resource
}
