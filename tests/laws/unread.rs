//! Unread facts support no claim. If any single fact is removed, an answer may become unknown, or stay the same where the fact cannot
//! matter; it never becomes a different answer.
//!
//! Two tables that grow automatically: every fact of every test of every rule, and every property and every operation of the demo
//! organisation.

use rayon::prelude::*;
use rel9::audit::findings::{Findings, Status};
use rel9::audit::policy::Policy;
use rel9::audit::{self, Input, Options};
use rel9::inventory::types::properties_of;
use rel9::inventory::{CoverageStatus, Fact, Resource, Shard, document, types};
use rel9::rules::Care;
use rel9::rules::answers::Answers as RuleAnswers;
use rel9::rules::engine::{self, Subject};
use rel9::rules::format::Test;
use rel9::rules::objective::{self, Objective};
use rel9::rules::schema_shape::Shape;
use rel9::rules::value::Reasons;
use rel9::rules::variables::shapes_of_type;
use rel9::rules::{Rule, RuleSet};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

// --- Rules -------------------------------------------------------------------------------------------------------------------------

/// One step into a JSON value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Field(String),
    Item(usize),
}

/// The steps to a fact.
type Place = Vec<Step>;

/// A place in readable form, the same for every item of a list.
fn spell(place: &[Step]) -> String {
    let steps = place.iter().map(|step| match step {
        Step::Field(name) => format!(".{name}"),
        Step::Item(_) => "[]".to_owned(),
    });
    steps.collect::<String>().trim_start_matches('.').to_owned()
}

/// Every fact of a value: the fields of records, including records in lists. The keys of a map are not facts: a missing tag is known to be
/// missing.
fn facts_of(value: &Value, shape: &Shape, place: &mut Place, found: &mut Vec<Place>) {
    match (value, shape) {
        (Value::Object(fields), Shape::Record(declared)) => {
            for (name, field) in fields {
                let Some(shape) = declared.get(name) else { continue };
                place.push(Step::Field(name.clone()));
                found.push(place.clone());
                facts_of(field, shape, place, found);
                place.pop();
            }
        }
        (Value::Array(items), Shape::List(shape)) => {
            for (at, item) in items.iter().enumerate() {
                place.push(Step::Item(at));
                facts_of(item, shape, place, found);
                place.pop();
            }
        }
        _ => {}
    }
}

fn at<'v>(value: &'v mut Value, place: &[Step]) -> &'v mut Value {
    place.iter().fold(value, |value, step| match step {
        Step::Field(name) => &mut value[name],
        Step::Item(at) => &mut value[at],
    })
}

/// The value with the fact replaced or removed.
fn with(value: &Value, place: &[Step], fact: Option<&Value>) -> Value {
    let mut changed = value.clone();
    let (last, parents) = place.split_last().expect("a place");
    let (Value::Object(fields), Step::Field(name)) = (at(&mut changed, parents), last) else { panic!("a field of a record: {place:?}") };
    match fact {
        Some(fact) => drop(fields.insert(name.clone(), fact.clone())),
        None => drop(fields.remove(name)),
    }
    changed
}

/// What a test of a rule judges: the three records that expressions read.
#[derive(Clone)]
struct Case {
    type_name: &'static str,
    records: [Value; 3],
    /// Why facts are missing.
    reasons: [Reasons; 3],
    params: Arc<Value>,
    now: chrono::DateTime<chrono::Utc>,
}

const NAMES: [&str; 3] = ["resource", "protection", "objective"];

impl Case {
    fn of(rule: &Rule, test: &Test) -> Case {
        let named = |name: &String| rule.applies_to.iter().find(|known| *known == name).copied();
        let type_name = test.type_name.as_ref().map_or(rule.applies_to.first().copied(), named).expect("a type of the rule");
        let mut resource = Map::from_iter(
            [
                ("arn", "arn:aws:test:us-east-1:111122223333:resource/test"),
                ("account", "111122223333"),
                ("region", "us-east-1"),
                ("id", "test"),
            ]
            .map(|(name, text)| (name.to_owned(), json!(text))),
        );
        resource.insert("type".to_owned(), json!(type_name));
        resource.insert("name".to_owned(), Value::Null);
        resource.extend(test.resource.clone());
        let mut objective = Objective::default().to_json();
        let fields = objective.as_object_mut().expect("an object");
        fields.extend(test.objective.clone());
        if test.objective_unread {
            fields.retain(|name, _| test.objective.contains_key(name));
        }
        let mut params = rule.params.clone();
        params.extend(test.params.clone());
        Case {
            type_name,
            records: [Value::Object(resource), Value::Object(test.protection.clone()), objective],
            reasons: Default::default(),
            params: Arc::new(Value::Object(params)),
            now: test.now.unwrap_or_else(|| "2026-11-22T07:00:00Z".parse().expect("a time")),
        }
    }

    fn shape(&self, record: usize) -> &'static Shape {
        match record {
            0 => &shapes_of_type(self.type_name).0,
            1 => &shapes_of_type(self.type_name).1,
            _ => objective::shape(),
        }
    }

    fn places(&self, record: usize) -> Vec<Place> {
        let mut found = Vec::new();
        facts_of(&self.records[record], self.shape(record), &mut Vec::new(), &mut found);
        // Facts that every resource has.
        let always = ["type", "arn", "account", "region", "id", "name"].map(|name| vec![Step::Field(name.to_owned())]);
        found.retain(|place| record != 0 || !always.contains(place));
        found
    }

    /// `None` if the rule has no finding. Earlier answers of the rule do not matter.
    fn judge<'r>(&self, rule: &'r Rule, asked: &mut Asked<'r>) -> Option<engine::Status> {
        let [resource, protection, objective] = self.records.clone();
        let [unread, unjoined, unowed] = self.reasons.clone();
        let Value::Object(resource) = resource else { panic!("an object") };
        let mut subject = Subject::new(self.type_name, resource, unread, self.now);
        subject.protected(self.type_name, protection, unjoined);
        subject.owes(Arc::new(objective), unowed);
        let verdict = subject.judge(rule, &self.params);
        let answers = asked
            .entry((self.type_name, self.params.to_string(), self.now))
            .or_insert_with(|| RuleAnswers::new(rule, Arc::clone(&self.params)));
        assert_eq!(answers.to(&subject), verdict, "{}", rule.id);
        verdict.map(|verdict| verdict.status)
    }

    fn changed(&self, record: usize, place: &[Step], fact: Option<&Value>) -> Case {
        let mut case = self.clone();
        case.records[record] = with(&self.records[record], place, fact);
        if fact.is_none() {
            // In the join's form: `rules[].retention_days`.
            let path = spell(place).replace(".[]", "[]");
            case.reasons[record].insert(path, vec![format!("{place:?} is denied")]);
        }
        case
    }
}

/// The answers of a rule, by type, parameters and time.
type Asked<'r> = HashMap<(&'static str, String, chrono::DateTime<chrono::Utc>), RuleAnswers<'r>>;

/// Other values that a fact of this kind can have.
fn others(fact: &Value) -> Vec<Value> {
    let mut others = vec![Value::Null];
    match fact {
        Value::Bool(truth) => others.push(json!(!truth)),
        Value::Number(_) => others.extend([-1, 0, 1, 3_600, 100_000_000_000_i64].map(Value::from)),
        Value::String(_) => others.extend(["", "x", "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"].map(Value::from)),
        Value::Array(_) => others.push(json!([])),
        Value::Null => {
            others.extend([json!(true), json!(false), json!(0), json!(100_000_000_000_i64), json!("x"), json!("2020-01-01T00:00:00Z")])
        }
        Value::Object(_) => {}
    }
    others
}

/// The guesses of a rule: each fact of each test that the rule answers without, although it would answer differently if the fact had
/// another value.
fn guesses(rule: &Rule) -> Vec<String> {
    let cases: Vec<(&Test, Case)> = rule.tests().iter().map(|test| (test, Case::of(rule, test))).collect();
    // The values of the same fact in the rule's other tests.
    let mut seen: BTreeMap<(usize, String), Vec<Value>> = BTreeMap::new();
    for (_, case) in &cases {
        for record in 0..NAMES.len() {
            for place in case.places(record) {
                let fact = at(&mut case.records[record].clone(), &place).clone();
                let facts = seen.entry((record, spell(&place))).or_default();
                if !facts.contains(&fact) {
                    facts.push(fact);
                }
            }
        }
    }
    let mut found = Vec::new();
    let mut asked = Asked::new();
    for (test, case) in &cases {
        for (record, name) in NAMES.iter().enumerate() {
            for place in case.places(record) {
                let without = case.changed(record, &place, None).judge(rule, &mut asked);
                if without == Some(engine::Status::Unknown) {
                    continue;
                }
                let fact = at(&mut case.records[record].clone(), &place).clone();
                let known = seen.get(&(record, spell(&place))).into_iter().flatten().cloned();
                let guessed = known.chain(others(&fact)).find_map(|other| {
                    let judged = case.changed(record, &place, Some(&other)).judge(rule, &mut asked);
                    // A fact cannot have a value that does not fit the expression.
                    (judged != Some(engine::Status::Unknown) && judged != without).then_some((other, judged))
                });
                if let Some((other, judged)) = guessed {
                    let path = spell(&place);
                    let said = |status: Option<engine::Status>| status.map_or("no finding".to_owned(), |status| format!("{status:?}"));
                    found.push(format!(
                        "{}, test `{}`: {} without {name}.{path}, but {} if it is {other}",
                        rule.id,
                        test.name.value,
                        said(without),
                        said(judged)
                    ));
                }
            }
        }
    }
    found
}

#[test]
fn no_rule_answers_without_a_fact_that_could_change_its_answer() {
    let rules = RuleSet::built_in(Care::Checked).expect("the rules");
    let rules: Vec<&Rule> = rules.iter().collect();
    let mut found: Vec<String> = rules.par_iter().flat_map_iter(|rule| guesses(rule)).collect();
    found.sort();
    assert!(found.is_empty(), "{} answers without what decides them:\n{}", found.len(), found.join("\n"));
}

// --- The demo organisation ---------------------------------------------------------------------------------------------------------

/// Keeps only this number of the newest recovery points and jobs of each resource.
const KEPT: usize = 2;

/// A text property, by name.
pub(super) fn text_of(resource: &Resource, property: &str) -> Option<String> {
    resource.properties.json(property)?.as_str().map(str::to_owned)
}

/// The demo's largest account and its backup account. The largest account has the copy jobs that AWS would list in it for the copies in the
/// backup account.
pub(super) fn demo() -> Vec<Shard> {
    let files = document::files_in(&crate::support::project("fixtures/demo")).expect("the demo");
    let mut shards: Vec<Shard> = files.iter().flat_map(|file| document::read_file(file).expect("an inventory")).collect();
    shards.retain(|shard| shard.account != "444455556666");
    for shard in &mut shards {
        shard.resources.sort_by_key(|resource| std::cmp::Reverse(resource.created_at));
        let mut kept: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        shard.resources.retain(|resource| {
            let Some(source) = text_of(resource, "source_arn").filter(|_| resource.type_name.starts_with("AWS::Backup::")) else {
                return true;
            };
            let vault = text_of(resource, "vault_arn").unwrap_or_default();
            let count = kept.entry((resource.type_name.clone(), source, vault)).or_default();
            *count += 1;
            *count <= KEPT
        });
    }
    let copies: Vec<Resource> = shards.iter().flat_map(|shard| &shard.resources).filter_map(copy_job).collect();
    for job in copies {
        let home = shards.iter_mut().find(|shard| shard.account == job.account && shard.region == job.region);
        home.into_iter().for_each(|shard| shard.resources.push(job.clone()));
    }
    shards
}

/// The job that made a copy.
fn copy_job(copy: &Resource) -> Option<Resource> {
    let from = text_of(copy, "source_vault_arn").filter(|_| copy.type_name == "AWS::Backup::RecoveryPoint")?;
    let properties = json!({"source_arn": text_of(copy, "source_arn"), "source_vault_arn": from, "destination_vault_arn": text_of(copy, "vault_arn"),
        "destination_vault_type": text_of(copy, "vault_type"), "destination_lock_state": "LOCKED", "source_recovery_point_arn": null,
        "destination_recovery_point_arn": copy.arn, "status": "COMPLETED", "status_message": null, "retention_days": null});
    Some(Resource {
        type_name: "AWS::Backup::CopyJob".to_owned(),
        arn: format!("{}/copy-job", copy.arn),
        account: from.split(':').nth(4)?.to_owned(),
        region: from.split(':').nth(3)?.to_owned(),
        properties: properties_of("AWS::Backup::CopyJob", properties.as_object()?).expect("a copy job"),
        ..copy.clone()
    })
}

pub(super) struct Demo {
    rules: RuleSet,
    policy: Policy,
}

pub(super) struct Answers {
    /// By finding id: its status, its resource and its message.
    by_finding: BTreeMap<String, (Status, String, String)>,
    /// ARNs of reproducible data and of cluster members.
    owing_nothing: BTreeSet<String>,
}

impl Demo {
    pub(super) fn new() -> Self {
        let rules = RuleSet::built_in(Care::Trusted).expect("the rules");
        let policy = Policy::load(crate::support::demo::policy().as_ref(), &rules).expect("the policy");
        Demo { rules, policy }
    }

    fn audit(&self, shards: Vec<Shard>) -> Findings {
        let options = Options { as_of: Some("2026-11-22T07:00:00Z".parse().expect("a time")), ..Options::default() };
        audit::run(&Input::Memory(shards), &self.rules, &self.policy, &options).expect("an audit")
    }

    pub(super) fn answers(&self, shards: Vec<Shard>) -> Answers {
        let resources = shards.iter().flat_map(|shard| &shard.resources);
        let members = resources.filter(|resource| text_of(resource, "cluster_id").is_some()).map(|resource| resource.arn.clone()).collect();
        let findings = self.audit(shards);
        let mut answers = Answers { by_finding: BTreeMap::new(), owing_nothing: members };
        answers.owing_nothing.extend(findings.reproducible.into_iter().map(|data| data.resource.arn.clone()));
        for finding in findings.findings {
            let about = format!("{} of {}: {}", finding.rule, finding.resource.arn, finding.message);
            answers.by_finding.insert(finding.id.to_string(), (finding.status, finding.resource.arn.clone(), about));
        }
        answers
    }
}

/// Which answers differ from before and are not unknown. A resource that needed no backup before may be judged now, and pass.
pub(super) fn changed(before: &Answers, now: &Answers, counts: impl Fn(Status) -> bool) -> Vec<String> {
    let other = now.by_finding.iter().filter_map(|(id, (status, arn, about))| {
        let was = before.by_finding.get(id).map(|(status, _, _)| *status);
        let kept = was == Some(*status) || (*status == Status::Waived && was == Some(Status::Unknown));
        let exempt = *status == Status::Pass && was.is_none() && before.owing_nothing.contains(arn);
        let changed = *status != Status::Unknown && counts(*status) && !kept && !exempt;
        changed.then(|| format!("    {} became {}: {about}", was.map_or("nothing", Status::as_str), status.as_str()))
    });
    other.collect()
}

pub(super) fn assert_none(wrong: Vec<(String, Vec<String>)>) {
    let wrong: Vec<String> = wrong
        .into_iter()
        .filter(|(_, changed)| !changed.is_empty())
        .map(|(what, changed)| format!("{what}:\n{}", changed.join("\n")))
        .collect();
    assert!(wrong.is_empty(), "{} of them change answers:\n{}", wrong.len(), wrong.join("\n"));
}

/// One call reads all of its facts of a resource or none: the next test removes them together, and checks failures too.
#[test]
fn no_property_that_is_taken_away_makes_anything_pass() {
    let (demo, whole) = (Demo::new(), self::demo());
    let before = demo.answers(whole.clone());
    // The source of a piece of evidence makes it evidence.
    let about = |property: &String| property != "source_arn";
    let properties = |resource: &Resource| -> Vec<String> {
        resource.properties.read_names().into_iter().filter(|property| about(property)).chain(["tags".to_owned()]).collect()
    };
    let all: BTreeSet<(String, String)> = whole
        .iter()
        .flat_map(|shard| &shard.resources)
        .flat_map(|resource| properties(resource).into_iter().map(|property| (resource.type_name.clone(), property)))
        .collect();
    let wrong = all.into_par_iter().map(|(type_name, property)| {
        let mut shards = whole.clone();
        for resource in shards.iter_mut().flat_map(|shard| &mut shard.resources).filter(|resource| resource.type_name == type_name) {
            resource.properties.forget(&property);
            if property == "tags" {
                resource.tags = Fact::Unread;
            }
        }
        (format!("{type_name} {property}"), changed(&before, &demo.answers(shards), |status| status == Status::Pass))
    });
    assert_none(wrong.collect());
}

/// As if AWS had denied the operation in these shards: what it lists is gone, and what it reads of other resources is missing.
pub(super) fn deny(shards: &mut [Shard], operation: &str, denied: impl Fn(&Shard) -> bool) {
    for shard in shards.iter_mut().filter(|shard| denied(shard)) {
        let mut was_called = false;
        for entry in &mut shard.coverage.entries {
            if operation == format!("{}:{}", entry.service, entry.operation) {
                (entry.status, was_called) = (CoverageStatus::Denied, true);
            }
        }
        if !was_called {
            continue;
        }
        let settings = ["AWS::Account", "AWS::Region"];
        shard.resources.retain(|resource| {
            settings.contains(&resource.type_name.as_str())
                || types::find(&resource.type_name).is_none_or(|info| info.operation != operation)
        });
        for resource in &mut shard.resources {
            let Some(info) = types::find(&resource.type_name) else { continue };
            for property in resource.properties.read_names() {
                if info.sources_of(&property).contains(&operation) {
                    resource.properties.forget(&property);
                }
            }
            if info.sources_of("tags").contains(&operation) {
                resource.tags = Fact::Unread;
            }
        }
    }
}

#[test]
fn no_operation_that_is_denied_changes_an_answer() {
    let (demo, whole) = (Demo::new(), self::demo());
    let before = demo.answers(whole.clone());
    let operations: BTreeSet<String> =
        whole.iter().flat_map(|shard| &shard.coverage.entries).map(|entry| format!("{}:{}", entry.service, entry.operation)).collect();
    // Everywhere, where the copies are, and in the vault account.
    let places = [None, Some(("111122223333", "eu-west-1")), Some(("777788889999", "eu-central-1"))];
    let cases: Vec<_> = operations.iter().flat_map(|operation| places.iter().map(move |place| (operation, place))).collect();
    let wrong = cases.into_par_iter().map(|(operation, place)| {
        let mut shards = whole.clone();
        deny(&mut shards, operation, |shard| place.is_none_or(|(account, region)| shard.account == account && shard.region == region));
        let place = place.map_or("everywhere".to_owned(), |(account, region)| format!("in {account}/{region}"));
        (format!("{operation} denied {place}"), changed(&before, &demo.answers(shards), |_| true))
    });
    assert_none(wrong.collect());
}

#[test]
fn no_shard_that_is_missing_changes_an_answer() {
    let (demo, whole) = (Demo::new(), self::demo());
    let before = demo.answers(whole.clone());
    let wrong = (0..whole.len()).into_par_iter().map(|at| {
        let mut shards = whole.clone();
        let missing = shards.remove(at);
        (format!("{}/{} missing", missing.account, missing.region), changed(&before, &demo.answers(shards), |_| true))
    });
    assert_none(wrong.collect());
}
