//! The smallest changes of a resource's tags that could make a selection select it. Whether they do is for the selection itself to decide.

use super::{Condition, Selection, Value};
use crate::inventory::{Fact, KnownTags, Tags};
use std::collections::BTreeMap;

/// Tags to set, by key.
pub type TagChanges = BTreeMap<String, String>;

impl Selection {
    /// For each tag of `ListOfTags`, and for no tag (a resource may be named in `Resources`): the change that sets it, and adds the tags that
    /// the conditions ask for. No tag that the resource has is changed for a condition, and none is removed: whoever wrote the condition meant
    /// to leave such resources out.
    pub fn tag_changes(&self, own: &Tags) -> Vec<TagChanges> {
        let wanted = self.list_of_tags.known.iter().filter_map(|tag| {
            let value = tag.value.read()?;
            let is_set = own.get(&tag.key) == Some(value);
            Some(if is_set { TagChanges::new() } else { TagChanges::from([(tag.key.clone(), value.clone())]) })
        });
        let mut changes: Vec<TagChanges> =
            std::iter::once(TagChanges::new()).chain(wanted).filter_map(|change| self.meeting_conditions(own, change)).collect();
        changes.retain(|change| !change.is_empty());
        changes.sort();
        changes.dedup();
        changes
    }

    /// The change with what the conditions ask for; `None` if no added tag meets one of them.
    fn meeting_conditions(&self, own: &Tags, mut change: TagChanges) -> Option<TagChanges> {
        for condition in &self.conditions.known {
            let after = Fact::Read(changed(own, &change));
            if condition.holds(KnownTags::new(&after, None)) == Some(false) {
                if own.contains_key(&condition.key) || change.contains_key(&condition.key) {
                    return None;
                }
                change.insert(condition.key.clone(), condition.wanted()?);
            }
        }
        Some(change)
    }
}

impl Condition {
    /// A value of a missing tag that meets the condition.
    fn wanted(&self) -> Option<String> {
        match &self.value {
            _ if self.negated => None,
            Some(Value::Exact(value)) => Some(value.clone()),
            Some(Value::Like(pattern)) => Some(pattern.text.replace('*', "")).filter(|value| !value.is_empty()),
            None => None,
        }
    }
}

/// The tags after a change.
pub fn changed(own: &Tags, change: &TagChanges) -> Tags {
    let mut tags = own.clone();
    tags.extend(change.clone());
    tags
}
