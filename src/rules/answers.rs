//! A cache of one rule's verdicts, by the facts that the rule reads. A rule reads few facts, and most resources of a large audit share them.
//! `benches/caches.rs` measures it; `tests/laws/unread.rs` compares it with plain judging.

use super::engine::{Subject, Verdict};
use super::expr::Expression;
use super::fact_paths::ELEMENT;
use super::rule::Rule;
use super::value::ANYTHING_ELSE;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

/// Maximum cached verdicts per rule; the cache is cleared when full. Some rules read facts that differ for nearly every resource.
const KEPT: usize = 48;

/// The cached verdicts of one rule for the resources of one type, all with the same parameters and at the same time.
pub struct Answers<'r> {
    rule: &'r Rule,
    params: Arc<Value>,
    /// The facts that the rule reads: the variable and its fields, up to the first list or map whose elements it reads.
    reads: Vec<(String, Vec<String>)>,
    known: RwLock<HashMap<Box<[u8]>, Option<Verdict>>>,
}

impl<'r> Answers<'r> {
    /// An empty cache.
    pub fn new(rule: &'r Rule, params: Arc<Value>) -> Self {
        let expressions = rule.when.iter().chain([&rule.check]).chain(rule.message.expressions());
        let fields = |path: &Vec<String>| path.iter().skip(1).take_while(|step| *step != ELEMENT).cloned().collect();
        let reads: BTreeSet<_> =
            expressions.flat_map(Expression::paths).filter_map(|path| Some((path.first()?.clone(), fields(path)))).collect();
        Answers { rule, params, reads: reads.into_iter().collect(), known: RwLock::default() }
    }

    /// The parameters.
    pub fn params(&self) -> &Arc<Value> {
        &self.params
    }

    /// The cached verdict for the same facts, or a new one; `None` when the rule does not apply.
    pub fn to(&self, subject: &Subject) -> Option<Verdict> {
        // What the rule's evidence names beside what it reads differs between resources with the same answer.
        Some(subject.quoting(self.rule, &self.params, self.answer(subject)?))
    }

    fn answer(&self, subject: &Subject) -> Option<Verdict> {
        // A rule that asks for a whole record may depend on all of it.
        if self.reads.iter().any(|(_, fields)| fields.is_empty()) {
            return subject.verdict(self.rule, &self.params);
        }
        let facts = self.facts(subject);
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(facts.as_slice()) {
            return known.clone();
        }
        let answer = subject.verdict(self.rule, &self.params);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() == KEPT {
            known.clear();
        }
        known.insert(facts.into(), answer.clone());
        answer
    }

    /// Everything that the verdict depends on: each fact that the rule reads, and why it, or a part of it, is unknown.
    fn facts(&self, subject: &Subject) -> Vec<u8> {
        let mut facts = Vec::with_capacity(256);
        for (variable, fields) in &self.reads {
            // Parameters and time are the same for all resources.
            let Some((record, reasons)) = subject.variable(variable) else { continue };
            // A missing fact leaves an empty line, which no JSON value does.
            match fields.split_first() {
                Some((first, [])) => record.write(first, &mut facts),
                Some((first, rest)) => {
                    let first = record.get(first);
                    let fact = first.as_deref().and_then(|first| rest.iter().try_fold(first, |value, field| value.get(field)));
                    fact.into_iter().for_each(|fact| add(&mut facts, fact));
                }
                None => {}
            }
            facts.push(b'\n');
            let about = fields.first().map(String::as_str).unwrap_or_default();
            let of_fact =
                reasons.range::<str, _>((Bound::Included(about), Bound::Unbounded)).take_while(|(path, _)| path.starts_with(about));
            of_fact.chain(reasons.get_key_value(ANYTHING_ELSE)).for_each(|reason| add(&mut facts, &reason));
            facts.push(b'\n');
        }
        facts
    }
}

fn add(facts: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(facts, value).unwrap_or_default(); // a JSON value in memory can always be written there
}
