//! Compares how the data of a shard stands, and what the rules find, before and after a deployment.

use super::document::{Answer, Changed, FindingChange, Miss, Run, Stand, Way, WhatIf};
use crate::audit::findings::{Finding, ResourceRef, Status};
use crate::audit::standing::Standing;
use crate::protection::facts::{Considered, State};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What the ways of one side say of themselves.
pub struct Side<'s> {
    pub runs: HashMap<&'s str, Vec<Run>>,
    pub planned: &'s BTreeSet<String>,
}

impl Side<'_> {
    fn ways<'c>(&self, found: impl Iterator<Item = &'c Considered>) -> Vec<Way> {
        let way = |found: &Considered| Way {
            kind: found.kind.clone(),
            name: found.name.clone(),
            arn: found.arn.clone(),
            selection: found.selection.clone(),
            planned: self.planned.contains(&found.arn),
            rules: self.runs.get(found.arn.as_str()).cloned().unwrap_or_default(),
        };
        found.map(way).collect()
    }
}

/// One resource before and after.
pub struct Pair<'p> {
    pub resource: &'p Arc<ResourceRef>,
    pub before: &'p Standing,
    pub after: &'p Standing,
}

impl WhatIf {
    /// Adds a resource to the group that it belongs to. `unread` says which parts of the templates may declare more.
    pub fn add(&mut self, pair: &Pair, sides: [&Side; 2], unread: &[String]) {
        let Pair { before, after, .. } = *pair;
        if after.exempt {
            self.summary.exempt += 1;
            return;
        }
        let doubts: Vec<String> = after.doubts.iter().chain(unread).cloned().collect();
        let reached = [before, after].map(|standing| !standing.reached_by.is_empty());
        let changed = || changed(pair, sides, if after.reached_by.is_empty() { doubts.clone() } else { Vec::new() });
        match reached {
            [_, false] if !doubts.is_empty() => {
                self.summary.perhaps_lost += u64::from(reached[0]);
                self.unknown.push(changed());
            }
            [true, false] => self.lost.push(changed()),
            [false, true] if !before.doubts.is_empty() => {
                let reasons = before.doubts.iter().map(|why| format!("what reaches it now is not known: {why}")).collect();
                self.unknown.push(Changed { unknown_because: reasons, ..changed() });
            }
            [false, true] => self.gained.push(changed()),
            [true, true] if is_moved(pair, sides) => self.moved.push(changed()),
            _ if after.state.is_none() => self.unknown.push(Changed { unknown_because: after.state_doubts.clone(), ..changed() }),
            _ if after.state != Some(State::Protected) => self.still_unprotected.push(changed()),
            _ => self.summary.unaffected += 1,
        }
    }
}

/// Whether other plans, selections or rules reach the resource.
fn is_moved(pair: &Pair, [before, after]: [&Side; 2]) -> bool {
    let place = |way: Way| (way.kind, way.arn, way.selection, way.rules);
    let of = |side: &Side, standing: &Standing| -> Vec<_> { side.ways(standing.reached_by.iter()).into_iter().map(place).collect() };
    let same_run = |one: &Run, other: &Run| Run { first_run_at: None, ..one.clone() } == Run { first_run_at: None, ..other.clone() };
    let (one, other) = (of(before, pair.before), of(after, pair.after));
    one.len() != other.len()
        || !one.iter().zip(&other).all(|(one, other)| {
            (&one.0, &one.1, &one.2) == (&other.0, &other.1, &other.2)
                && one.3.len() == other.3.len()
                && one.3.iter().zip(&other.3).all(|(one, other)| same_run(one, other))
        })
}

fn changed(pair: &Pair, [before, after]: [&Side; 2], unknown_because: Vec<String>) -> Changed {
    let (was, is) = (before.ways(pair.before.reached_by.iter()), after.ways(pair.after.reached_by.iter()));
    let same = |one: &Way, other: &Way| (&one.arn, &one.selection) == (&other.arn, &other.selection) && one.rules == other.rules;
    let not_in = |these: &[Way], those: &[Way]| -> Vec<Way> {
        these.iter().filter(|way| !those.iter().any(|other| same(way, other))).cloned().collect()
    };
    let misses = pair.after.missed_by.iter().filter(|miss| after.planned.contains(&miss.arn));
    Changed {
        resource: Arc::clone(pair.resource),
        before: stand(pair.before),
        after: stand(pair.after),
        gains: not_in(&is, &was),
        loses: not_in(&was, &is),
        keeps: is.iter().filter(|way| was.iter().any(|other| same(way, other))).cloned().collect(),
        missed_by: misses
            .map(|miss| Miss { kind: miss.kind.clone(), name: miss.name.clone(), selection: miss.selection.clone(), why: miss.why.clone() })
            .collect(),
        unknown_because,
    }
}

fn stand(standing: &Standing) -> Stand {
    Stand { state: standing.state, explanation: standing.explanation.clone() }
}

/// The findings that say something else after the deployment, of resources that the inventory has.
pub fn findings(before: &[Box<Finding>], after: &[Box<Finding>]) -> Vec<FindingChange> {
    let by_id = |findings: &[Box<Finding>]| -> HashMap<_, usize> {
        findings.iter().enumerate().map(|(place, finding)| (finding.id, place)).collect()
    };
    let (was, is) = (by_id(before), by_id(after));
    let resources: BTreeSet<&str> = before.iter().map(|finding| finding.resource.arn.as_str()).collect();
    let answer = |finding: &Finding| Answer { status: finding.status, severity: finding.severity, message: Arc::clone(&finding.message) };
    let change = |of: &Finding, before: Option<&Finding>, after: Option<&Finding>| FindingChange {
        rule: Arc::clone(&of.rule),
        title: Arc::clone(&of.title),
        resource: Arc::clone(&of.resource),
        worse: is_worse(before, after),
        before: before.map(answer),
        after: after.map(answer),
    };
    let known = after.iter().filter(|finding| resources.contains(finding.resource.arn.as_str())).filter_map(|finding| {
        let earlier = was.get(&finding.id).and_then(|place| before.get(*place)).map(|finding| &**finding);
        let same = earlier.is_some_and(|earlier| (earlier.status, earlier.severity) == (finding.status, finding.severity));
        (!same).then(|| change(finding, earlier, Some(finding)))
    });
    let gone = before.iter().filter(|finding| !is.contains_key(&finding.id)).map(|finding| change(finding, Some(finding), None));
    known.chain(gone).collect()
}

fn is_worse(before: Option<&Finding>, after: Option<&Finding>) -> bool {
    match (before, after) {
        (_, None) => false,
        (None, Some(after)) => after.status == Status::Fail,
        (Some(before), Some(after)) => match (before.status, after.status) {
            (Status::Fail, Status::Fail) => after.severity > before.severity,
            (_, Status::Fail) => true,
            (Status::Pass | Status::Waived, Status::Unknown) => true,
            _ => false,
        },
    }
}
