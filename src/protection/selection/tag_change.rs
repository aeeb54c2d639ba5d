//! The smallest changes of a resource's tags that could make a selection select it. Whether they do is for the selection itself to decide.

use super::{Condition, Selection, Value};
use crate::inventory::{Fact, KnownTags, Tags};
use std::collections::BTreeMap;

/// Tags to set, and tags to remove (`None`), by key.
pub type TagChanges = BTreeMap<String, Option<String>>;

impl Selection {
    /// For each tag of `ListOfTags`, and for no tag (a resource may be named in `Resources`): the change that adds it, and that meets the
    /// conditions.
    pub fn tag_changes(&self, own: &Tags) -> Vec<TagChanges> {
        let wanted = self.list_of_tags.known.iter().filter_map(|tag| {
            let value = tag.value.read()?;
            let is_set = own.get(&tag.key) == Some(value);
            Some(if is_set { TagChanges::new() } else { TagChanges::from([(tag.key.clone(), Some(value.clone()))]) })
        });
        let mut changes: Vec<TagChanges> =
            std::iter::once(TagChanges::new()).chain(wanted).filter_map(|change| self.meeting_conditions(own, change)).collect();
        changes.retain(|change| !change.is_empty());
        changes.dedup();
        changes
    }

    /// The change with what the conditions ask for; `None` if they ask for something else of a tag that it sets.
    fn meeting_conditions(&self, own: &Tags, mut change: TagChanges) -> Option<TagChanges> {
        for condition in &self.conditions.known {
            let after = Fact::Read(changed(own, &change));
            if condition.holds(KnownTags::new(&after, None)) == Some(false) {
                let value = condition.wanted()?;
                match change.insert(condition.key.clone(), value) {
                    None => {}
                    Some(_) => return None,
                }
            }
        }
        Some(change)
    }
}

impl Condition {
    /// A value of the tag that meets the condition; `Some(None)` if the tag has to go.
    fn wanted(&self) -> Option<Option<String>> {
        match (&self.value, self.negated) {
            (_, true) => Some(None),
            (Some(Value::Exact(value)), false) => Some(Some(value.clone())),
            (Some(Value::Like(pattern)), false) => Some(pattern.text.replace('*', "")).filter(|value| !value.is_empty()).map(Some),
            (None, false) => None,
        }
    }
}

/// The tags after a change.
pub fn changed(own: &Tags, change: &TagChanges) -> Tags {
    let mut tags = own.clone();
    for (key, value) in change {
        match value {
            Some(value) => drop(tags.insert(key.clone(), value.clone())),
            None => drop(tags.remove(key)),
        }
    }
    tags
}
