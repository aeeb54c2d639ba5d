//! The rules' own tests.

use super::engine::{Status, Subject};
use super::expr::Scope;
use super::format::{Expect, Test};
use super::objective::Objective;
use super::rule::Rule;
use super::text::Text;
use chrono::{DateTime, TimeZone, Utc};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The time at which tests are judged unless they say otherwise.
fn default_now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 7, 0, 0).single().unwrap_or_default()
}

/// Runs every test of a rule. Returns how many passed, and a message for each failure and for each kind of test that is missing.
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
    let mut wanted = vec![(Expect::Pass, "pass"), (Expect::Fail, "fail"), (Expect::Unknown, "unknown")];
    wanted.extend(rule.when.as_ref().map(|_| (Expect::None, "none")));
    for (expect, name) in wanted {
        if !rule.tests().iter().any(|test| test.expect == expect) {
            let why = if expect == Expect::None { ", although the rule has a `when`" } else { "" };
            failures.push(format!("{}: no test expects `{name}`{why}", rule.path));
        }
    }
    (passed, failures)
}

/// Each command of a rule, rendered for the resource of each test that expects `fail`.
pub fn commands(rule: &Rule) -> Vec<Vec<String>> {
    let failing = rule.tests().iter().filter(|test| test.expect == Expect::Fail);
    let prepared: Vec<_> = failing.filter_map(|test| prepare(rule, test).ok()).collect();
    let rendered = |command: &Text| {
        prepared.iter().filter_map(|(subject, params)| subject.with_params(params, |scope| command.render_command(scope))).collect()
    };
    rule.remediation.cli.iter().map(rendered).collect()
}

/// The resource of a test, and the parameters.
fn prepare(rule: &Rule, test: &Test) -> Result<(Subject, Arc<Value>), String> {
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
    Ok((subject, Arc::new(Value::Object(params))))
}

fn run_one(rule: &Rule, test: &Test) -> Result<(), String> {
    let (subject, params) = prepare(rule, test)?;
    let verdict = subject.judge(rule, &params);
    let got = match &verdict {
        None => Expect::None,
        Some(verdict) => match verdict.status {
            Status::Pass => Expect::Pass,
            Status::Fail => Expect::Fail,
            Status::Unknown => Expect::Unknown,
        },
    };
    let message = verdict.as_ref().map(|verdict| &*verdict.message).unwrap_or_default();
    if got != test.expect {
        return Err(format!("expected {:?}, got {got:?}: {message}", test.expect).to_lowercase());
    }
    if let Some(verdict) = &verdict {
        let broken = verdict.unknown_because.iter().find(|reason| reason.contains("cannot judge this resource"));
        if let Some(reason) = broken {
            return Err(format!("unknown because of a mistake in the rule: {reason}"));
        }
        if verdict.status != Status::Unknown && verdict.message.contains("(`") {
            return Err(format!("the message contains an error: {message}"));
        }
        if verdict.status == Status::Fail
            && let Some(error) = subject.with_params(&params, |scope| broken_remediation(rule, scope))
        {
            return Err(format!("the remediation contains an error: {error}"));
        }
    }
    match &test.message {
        Some(expected) if expected != message => Err(format!("expected the message {expected:?}, got {message:?}")),
        _ => Ok(()),
    }
}

/// The first expression of the remediation that breaks on the resource.
fn broken_remediation(rule: &Rule, scope: &Scope) -> Option<String> {
    let remediation = &rule.remediation;
    let texts = std::iter::once(&remediation.summary).chain(&remediation.steps).chain(&remediation.cli);
    let mut expressions = texts.chain(&remediation.cloudformation).chain(&remediation.terraform).flat_map(Text::expressions);
    expressions.find_map(|expression| expression.text(scope).filter(|text| text.starts_with("(`")))
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
