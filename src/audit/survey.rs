//! What data an audit saw, for commands that write or check a policy: the tags, and which data each objective matches.

use crate::inventory::Resource;
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
    /// The types of the resources whose tags are not known, or not all.
    pub unknown_tags: BTreeSet<String>,
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
        let open = resource.declared.as_ref().is_some_and(|declared| declared.unknown.keys().any(|path| path.starts_with("tags")));
        let unknown = open || resource.tags.is_unread();
        if unknown {
            self.unknown_tags.insert(resource.type_name.clone());
        }
        self.all.add_resource(resource, unknown);
        if counted {
            self.data.add_resource(resource, unknown);
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
        self.unknown_tags.extend(other.unknown_tags);
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
    fn add_resource(&mut self, resource: &Resource, unknown: bool) {
        self.resources += 1;
        self.unknown += u64::from(unknown);
        for (key, value) in resource.tags.read().into_iter().flat_map(|tags| tags.iter()) {
            *self.keys.entry(key.clone()).or_default().entry(value.clone()).or_default() += 1;
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

#[cfg(test)]
mod tests {
    use super::{Survey, Tags};
    use crate::inventory::Resource;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn of(id: &str, tags: Value) -> Survey {
        let volume =
            json!({"type": "AWS::EC2::Volume", "arn": id, "account": "1", "region": "r", "id": id, "tags": tags, "properties": {}});
        let mut volume = volume.as_object().cloned().expect("an object");
        volume.retain(|_, value| !value.is_null());
        let volume: Resource = serde_json::from_value(volume.into()).expect("a resource");
        let mut survey = Survey::default();
        survey.add(&volume, true);
        survey.example(Some(0), id);
        survey
    }

    #[test]
    fn nothing_is_lost_when_the_parts_are_put_together() {
        let parts =
            [of("a", json!({"tier": "gold"})), of("b", Value::Null), of("c", json!({"tier": "gold"})), of("d", json!({"env": "x"}))];
        let together = |parts: Vec<Survey>| {
            let mut all = Survey::default();
            parts.into_iter().for_each(|part| all.merge(part));
            all
        };
        let all = together(parts.to_vec());
        let values = |value: &str, count: u64| BTreeMap::from([(value.to_owned(), count)]);
        let keys = [("tier".to_owned(), values("gold", 2)), ("env".to_owned(), values("x", 1))].into();
        let tags = Tags { resources: 4, unknown: 1, keys };
        assert_eq!((&all.data, &all.all), (&tags, &tags));
        assert_eq!(all.unknown_tags, ["AWS::EC2::Volume".to_owned()].into());
        assert_eq!(all.examples, [(Some(0), ["a", "b", "c"].map(str::to_owned).into())].into());
        assert_eq!(all, together(parts.into_iter().rev().collect()));
    }
}
