//! What data an audit saw, for commands that write or check a policy: the tags, and which data each objective matches.

use crate::inventory::{Fact, Resource};
use std::collections::{BTreeMap, BTreeSet};

/// How many examples of an objective are told.
const EXAMPLES: usize = 3;

/// Tags and placements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The tags of data resources that coverage counts.
    pub data: Tags,
    /// The tags of all resources that were judged.
    pub all: Tags,
    /// By the place of an objective in the policy file; `None` for data without an objective.
    pub examples: BTreeMap<Option<usize>, BTreeSet<String>>,
}

/// Tags of some resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    pub resources: u64,
    /// Resources whose tags are not known, or not all.
    pub unknown: u64,
    /// Keys with their values, and how many resources have each.
    pub keys: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Survey {
    /// Adds a judged resource.
    pub fn add(&mut self, resource: &Resource, counted: bool) {
        self.all.add_resource(resource);
        if counted {
            self.data.add_resource(resource);
        }
    }

    /// Adds a data resource as an example of an objective.
    pub fn example(&mut self, objective: Option<usize>, resource: &str) {
        self.examples.entry(objective).or_default().insert(resource.to_owned());
    }

    /// Adds another part of the audit.
    pub fn merge(&mut self, other: Survey) {
        self.data.merge(other.data);
        self.all.merge(other.all);
        for (objective, theirs) in other.examples {
            let mine = self.examples.entry(objective).or_default();
            mine.extend(theirs);
            // The first ones in alphabetical order, in whatever order the parts come.
            while mine.len() > EXAMPLES {
                mine.pop_last();
            }
        }
    }
}

impl Tags {
    fn add_resource(&mut self, resource: &Resource) {
        self.resources += 1;
        let open = resource.declared.as_ref().is_some_and(|declared| declared.unknown.keys().any(|path| path.starts_with("tags")));
        match &resource.tags {
            Fact::Read(tags) => {
                self.unknown += u64::from(open);
                for (key, value) in tags.iter() {
                    *self.keys.entry(key.clone()).or_default().entry(value.clone()).or_default() += 1;
                }
            }
            Fact::Unread => self.unknown += 1,
        }
    }

    fn merge(&mut self, other: Tags) {
        self.resources += other.resources;
        self.unknown += other.unknown;
        for (key, values) in other.keys {
            let mine = self.keys.entry(key).or_default();
            for (value, count) in values {
                *mine.entry(value).or_default() += count;
            }
        }
    }

    /// How many resources have a key.
    pub fn with_key(&self, key: &str) -> u64 {
        self.keys.get(key).map_or(0, |values| values.values().sum())
    }
}
