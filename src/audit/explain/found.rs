//! What is found under a name, from all shards or stacks, and the answer that follows.

use super::answer::{Answer, Missing};
use super::document::Explanation;
use super::wanted::{Named, Nearest, Wanted};
use crate::audit::unread::unanswered;
use crate::inventory::{CoverageEntry, GLOBAL, Shard, arn};
use std::collections::BTreeSet;

/// What was found under a name, and beside it.
#[derive(Default)]
pub struct Found {
    pub explanations: Vec<Explanation>,
    not_judged: BTreeSet<Named>,
    nearest: Nearest,
    pub unread: Vec<CoverageEntry>,
    /// The accounts and Regions that were read; empty for templates.
    pub places: BTreeSet<(String, String)>,
}

impl Found {
    /// Adds what was found in another stack, but for what was not read.
    pub fn add(&mut self, other: Found) {
        self.explanations.extend(other.explanations);
        self.not_judged.extend(other.not_judged);
        self.nearest.add_all(other.nearest);
    }

    /// The names of a shard's resources: of those that can be explained, the nearest; of the others, those that are wanted.
    pub fn add_names(&mut self, is_judged: impl Fn(&str) -> bool, shard: &Shard, wanted: &Wanted) {
        let in_template = shard.coverage.template;
        for resource in &shard.resources {
            if is_judged(&resource.type_name) && (!in_template || resource.declared.is_some()) {
                self.nearest.add(wanted, resource);
            } else if wanted.is(resource) {
                self.not_judged.insert(Named::from(resource));
            }
        }
    }

    /// The answer, when everything was looked through.
    pub fn answer(mut self, wanted: &Wanted) -> Answer {
        let found = &mut self.explanations;
        // An account's own shard has what belongs to no Region.
        if found.len() > 1 && found.iter().any(|one| one.resource.region != GLOBAL) {
            let regional: BTreeSet<String> =
                found.iter().filter(|one| one.resource.region != GLOBAL).map(|one| one.resource.arn.clone()).collect();
            found.retain(|one| one.resource.region != GLOBAL || !regional.contains(&one.resource.arn));
        }
        // Accounts share keys: each is explained where it is judged.
        let is_own = |one: &Explanation| arn::account(&one.resource.arn) == one.resource.account;
        let arns: BTreeSet<&str> = found.iter().map(|one| one.resource.arn.as_str()).collect();
        if found.len() > 1 && arns.len() == 1 && found.iter().any(is_own) {
            found.retain(is_own);
        }
        // A name of one resource may be the ARN of another.
        if found.iter().filter(|one| wanted.is_arn(&one.resource.arn)).count() == 1 {
            found.retain(|one| wanted.is_arn(&one.resource.arn));
        }
        match (found.pop(), found.is_empty()) {
            (None, _) => Answer::Nothing(self.missing(wanted)),
            (Some(one), true) => Answer::One(Box::new(one)),
            (Some(last), false) => Answer::Several(found.iter().chain([&last]).map(|one| Named::from(&one.resource)).collect()),
        }
    }

    fn missing(self, wanted: &Wanted) -> Missing {
        let not_read = wanted.place().filter(|place| !self.places.is_empty() && !self.places.contains(place));
        let unread = match not_read {
            Some((account, region)) => vec![format!("its account and Region, {account}/{region}")],
            None => unanswered(&self.unread),
        };
        Missing { not_judged: self.not_judged.into_iter().collect(), nearest: self.nearest.found(), unread }
    }
}
