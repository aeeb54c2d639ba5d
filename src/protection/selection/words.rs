//! What a selection decides about a resource, in words with the deciding values.

use super::{By, Condition, Decision, Miss, Selection, Value};
use crate::inventory::types::backup::TagCondition;
use crate::inventory::{Fact, KnownTags};
use std::collections::HashSet;

/// How many entries of a list the words name.
const NAMED: usize = 3;

impl Decision<'_> {
    /// What decides, in a sentence. `selection` and `tags` are those that it was decided for.
    pub fn words(&self, selection: &Selection, arn: &str, tags: KnownTags) -> String {
        match self {
            Decision::Selects(_, by) => {
                let found = match by {
                    By::Arn(entry) if *entry == arn => "Resources names its ARN".to_owned(),
                    By::Arn(entry) => format!("the entry {entry} of Resources names it"),
                    By::Tag(tag) => format!("tag {} selects it", spelt(tag)),
                };
                match selection.conditions.known.is_empty() {
                    true => found,
                    false => format!("{found}, and it meets every condition"),
                }
            }
            Decision::Misses(miss) => miss.words(selection, tags),
            Decision::Unknown { why, .. } => why.clone(),
        }
    }
}

impl Miss<'_> {
    /// How far the resource is from being selected: less is nearer.
    pub fn distance(&self, selection: &Selection, tags: KnownTags) -> usize {
        let listed = &selection.list_of_tags.known;
        let of_candidate = match self.is_no_candidate {
            false => 0,
            // Another value of the tag that is asked for is the likeliest mistake.
            true if listed.iter().any(|tag| matches!(tags.get(&tag.key), Fact::Read(Some(_)))) => 2,
            true if !listed.is_empty() => 4,
            true => 5,
        };
        of_candidate + self.unmet.len() + if self.excluded_by.is_some() { 3 } else { 0 }
    }

    /// Everything that keeps the resource out.
    pub fn words(&self, selection: &Selection, tags: KnownTags) -> String {
        let mut parts = Vec::new();
        if let Some(entry) = self.excluded_by {
            parts.push(format!("the entry {entry} of NotResources excludes it"));
        }
        if self.is_no_candidate {
            parts.push(no_candidate(selection, tags));
        }
        parts.extend(
            self.unmet
                .iter()
                .map(|condition| format!("condition {} is not met, the resource has {}", condition.words(), has(&condition.key, tags))),
        );
        parts.join("; ")
    }
}

/// Why the resource is no candidate.
fn no_candidate(selection: &Selection, tags: KnownTags) -> String {
    let listed = &selection.list_of_tags.known;
    let mut entries: Vec<String> = selection.resources.known.entries().cloned().collect();
    entries.sort();
    let by_arn = (!entries.is_empty()).then(|| format!("Resources does not name it: {}", some_of(&entries, ", ", "and")));
    let by_tag = (!listed.is_empty()).then(|| {
        let wanted: Vec<String> = listed.iter().map(spelt).collect();
        let mut seen = HashSet::new();
        let keys = listed.iter().map(|tag| tag.key.as_str()).filter(|key| seen.insert(*key));
        let own: Vec<String> = keys.map(|key| has(key, tags)).collect();
        let asked = match wanted.as_slice() {
            [one] => format!("tag {one} is required"),
            several => format!("one of the tags {} is required", some_of(several, ", ", "or")),
        };
        format!("{asked}, the resource has {}", some_of(&own, ", ", "and"))
    });
    match (by_arn, by_tag) {
        (None, None) => "the selection names neither resources nor tags, which AWS Backup refuses".to_owned(),
        (Some(one), None) | (None, Some(one)) => one,
        (Some(by_arn), Some(by_tag)) => format!("{by_arn}; {by_tag}"),
    }
}

/// What the resource has of a tag.
fn has(key: &str, tags: KnownTags) -> String {
    match tags.get(key) {
        Fact::Read(Some(value)) => format!("{key}={value}"),
        Fact::Read(None) => format!("no tag {key}"),
        Fact::Unread => format!("a tag {key} that is not known"),
    }
}

fn spelt(tag: &TagCondition) -> String {
    match tag.value.read() {
        Some(value) => format!("{}={value}", tag.key),
        None => format!("{} (with a value that is not known)", tag.key),
    }
}

/// The first entries of a list, and how many more there are.
fn some_of(list: &[String], separator: &str, last: &str) -> String {
    match list.len() {
        0..=NAMED => list.join(separator),
        length => format!("{} {last} {} more", list[..NAMED].join(separator), length - NAMED),
    }
}

impl Condition {
    pub(super) fn words(&self) -> String {
        let not = if self.negated { "not " } else { "" };
        match &self.value {
            Some(Value::Exact(value)) if self.negated => format!("{} != {value}", self.key),
            Some(Value::Exact(value)) => format!("{}={value}", self.key),
            Some(Value::Like(pattern)) => format!("{} {not}like {}", self.key, pattern.text),
            None => format!("on {}", self.key),
        }
    }
}
