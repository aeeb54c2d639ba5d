//! Changes of a resource's tags after which a backup plan or a DLM policy would back it up, each tried with the code that decides whether
//! a plan or policy reaches a resource.

use super::dlm_mechanisms::{is_root_volume, policy_misses};
use super::index::{Index, Typed};
use super::plan_reach::{PlanOutcome, Plans};
use super::selection::tag_change::{TagChanges, changed};
use super::title::title;
use super::types;
use crate::inventory::types::dlm;
use crate::inventory::types::ebs::Volume;
use crate::inventory::{Fact, Resource, Shard};
use chrono::{DateTime, Utc};

/// A change of tags, and what then backs the resource up.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Tags to set.
    pub tags: TagChanges,
    /// `backup_plan` or `dlm_policy`.
    pub kind: &'static str,
    pub name: String,
    pub selection: Option<String>,
}

impl Proposal {
    /// The resource after the change.
    pub fn applied(&self, resource: &Resource) -> Resource {
        with_tags(resource, &self.tags)
    }
}

/// The changes, the smallest first. None for a resource whose tags are not known.
pub fn proposals(shard: &Shard, resource: &Resource, as_of: DateTime<Utc>) -> Vec<Proposal> {
    let (Some(own), Some(data_type)) = (resource.tags.read(), types::data_type(&resource.type_name)) else { return Vec::new() };
    let index = Index::new(shard, |resource| (types::backup_type(&resource.type_name)?.snapshot)(resource, as_of));
    let plans = Plans::new(&index, as_of);
    let known = data_type.backed_up_as(resource);
    let mut found = Vec::new();
    for (place, (selection, matcher)) in plans.selections.iter().enumerate() {
        for tags in matcher.tag_changes(own).into_iter().filter(can_be_set) {
            let after = plans.consider(&with_tags(resource, &tags), known);
            let Some((considered, plan)) = after.get(place).and_then(|considered| Some((considered, considered.plan()?))) else { continue };
            if matches!(considered.outcome, PlanOutcome::Selects(_)) && considered.makes_backups() {
                found.push(Proposal { tags, kind: "backup_plan", name: title(plan), selection: Some(title(selection.resource)) });
            }
        }
    }
    if data_type.dlm {
        found.extend(index.lifecycle_policies.iter().flat_map(|policy| of_policy(&index, policy, resource)));
    }
    let overrides = |proposal: &Proposal| proposal.tags.keys().filter(|key| own.contains_key(*key)).count();
    found.sort_by_cached_key(|proposal| {
        let weight = (proposal.tags.len(), overrides(proposal), proposal.kind != "backup_plan");
        (weight, proposal.name.clone(), proposal.tags.clone())
    });
    found
}

fn of_policy(index: &Index, policy: &Typed<dlm::LifecyclePolicy>, resource: &Resource) -> Vec<Proposal> {
    let wanted = policy.properties.target_tags.read().into_iter().flatten();
    let changes = wanted.filter_map(|tag| Some(TagChanges::from([(tag.key.clone(), tag.value.read()?.clone())])));
    let volume = index.volumes.get(resource.id.as_str());
    let is_root = volume.is_some_and(|volume| is_root_volume(index, volume));
    let volume_type = resource.get::<Volume>().and_then(|volume| volume.volume_type.present()).map(String::as_str);
    let targets = |tags: &TagChanges| {
        let missed = policy_misses(index, policy, &with_tags(resource, tags), volume_type, is_root);
        missed.is_ok_and(|missed| missed.is_empty())
    };
    let reaching = changes.filter(can_be_set).filter(targets);
    reaching.map(|tags| Proposal { tags, kind: "dlm_policy", name: title(policy.resource), selection: None }).collect()
}

/// Only AWS sets tags whose keys begin with `aws:`.
fn can_be_set(tags: &TagChanges) -> bool {
    !tags.keys().any(|key| key.to_ascii_lowercase().starts_with("aws:"))
}

fn with_tags(resource: &Resource, tags: &TagChanges) -> Resource {
    let own = resource.tags.read().cloned().unwrap_or_default();
    Resource { tags: Fact::Read(changed(&own, tags)), ..resource.clone() }
}
