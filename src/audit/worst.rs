//! The resources that fail worst: by the severities of all that fails for them.

use super::findings::{Finding, Findings, ResourceRef, Status, WorstResource};
use crate::inventory::is_symbolic;
use crate::rules::Severity;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// How many the document names.
const NAMED: usize = 10;

impl Findings {
    /// The resources that fail worst, the worst first; computed for a document of an earlier version, which does not name them.
    pub fn worst(&self) -> Cow<'_, [WorstResource]> {
        if self.summary.worst.is_empty() { Cow::Owned(worst(&self.findings)) } else { Cow::Borrowed(&self.summary.worst) }
    }
}

/// What a failure weighs: one of a severity outweighs nine of the next.
pub fn weight(severity: Severity) -> u64 {
    match severity {
        Severity::Critical => 1_000,
        Severity::High => 100,
        Severity::Medium => 10,
        Severity::Low => 1,
        Severity::Info => 0,
    }
}

/// The weight of all that fails.
pub fn score<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> u64 {
    findings.into_iter().filter(|finding| finding.status == Status::Fail).map(|finding| weight(finding.severity)).sum()
}

/// The resources that fail worst; among equals the first in the order of the document.
pub fn worst(findings: &[Box<Finding>]) -> Vec<WorstResource> {
    let resources = || findings.chunk_by(|a, b| a.resource.arn == b.resource.arn);
    let fails = |of_resource: &&[Box<Finding>]| of_resource.iter().any(|finding| finding.status == Status::Fail);
    let mut failing: Vec<&[Box<Finding>]> = resources().filter(fails).collect();
    failing.sort_by_key(|of_resource| Reverse(score(of_resource.iter().map(Box::as_ref))));
    failing.truncate(NAMED);
    let mut names: HashMap<&str, Name> = HashMap::new();
    for of_resource in &failing {
        let resource = &*of_resource[0].resource;
        names.extend([resource.name.as_deref(), Some(resource.id.as_str())].into_iter().flatten().map(|name| (name, Name::Free)));
    }
    for of_resource in resources() {
        let resource = &*of_resource[0].resource;
        for name in [resource.name.as_deref(), Some(resource.id.as_str())].into_iter().flatten() {
            names.entry(name).and_modify(|holder| holder.take(&resource.arn));
        }
    }
    failing.into_iter().filter_map(|of_resource| described(of_resource, &names)).collect()
}

/// Who has a name.
enum Name<'a> {
    Free,
    Of(&'a str),
    Several,
}

impl<'a> Name<'a> {
    fn take(&mut self, arn: &'a str) {
        match self {
            Name::Free => *self = Name::Of(arn),
            Name::Of(holder) if *holder != arn => *self = Name::Several,
            _ => {}
        }
    }
}

fn described(of_resource: &[Box<Finding>], names: &HashMap<&str, Name>) -> Option<WorstResource> {
    let failures = || of_resource.iter().filter(|finding| finding.status == Status::Fail);
    // The first of the worst.
    let worst = failures().min_by_key(|finding| Reverse(finding.severity))?;
    let mut failing: BTreeMap<Severity, u64> = BTreeMap::new();
    failures().for_each(|finding| *failing.entry(finding.severity).or_default() += 1);
    let resource = &*worst.resource;
    // A template may leave a name open.
    let is_unique = |name: &&str| !name.is_empty() && !is_symbolic(name) && matches!(names.get(name), Some(Name::Of(_)));
    let known_as = [resource.name.as_deref(), Some(resource.id.as_str())].into_iter().flatten().find(is_unique);
    Some(WorstResource {
        resource: ResourceRef { tags: Default::default(), unread_tags: Vec::new(), ..resource.clone() },
        known_as: known_as.unwrap_or(&resource.arn).to_owned(),
        score: score(of_resource.iter().map(Box::as_ref)),
        failing,
        rule: worst.rule.clone(),
        headline: worst.headline().clone(),
        message: worst.message.clone(),
    })
}
