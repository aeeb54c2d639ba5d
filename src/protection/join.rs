//! The join of one shard: the facts of each of its resources, by the tables of [`types`](super::types); and the shard's summary for other
//! shards.

use super::backup::backup_facts;
use super::context::Join;
use super::data::Owed;
use super::facts::{Facts, NoFacts};
use super::index::Index;
use super::links::Links;
use super::plan_reach::Plans;
use super::subject::SubjectContext;
use super::summaries::Summaries;
use super::summary::{self, Summary};
use super::types::{self, Role};
use crate::inventory::{Resource, Shard};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// Joins one shard: a result for each of its resources, in their order. `automations` are the ARNs of what the policy names as restore
/// automation.
pub fn join(shard: &Shard, summaries: &Summaries, as_of: DateTime<Utc>, owed: &[Owed], automations: &[String]) -> Vec<Facts> {
    let index = Index::new(shard, |resource| (types::backup_type(&resource.type_name)?.snapshot)(resource, as_of));
    let plans = Plans::new(&index, as_of);
    let is_data = |resource: &&Resource| types::is_data(&resource.type_name);
    let existing: HashMap<&str, &Resource> =
        shard.resources.iter().filter(is_data).map(|resource| (resource.arn.as_str(), resource)).collect();
    let join = Join { index: &index, plans: &plans, summaries, existing: &existing, data_types: types::DATA, automations, as_of };

    let mut joined: Vec<Option<Facts>> = vec![None; shard.resources.len()];
    let part_types: Vec<&str> = types::DATA.iter().filter_map(|data_type| Some(data_type.parts.as_ref()?.of.name)).collect();
    let mut parts: HashMap<&str, Facts> = HashMap::new();
    for (at, resource) in shard.resources.iter().enumerate() {
        if let Some(data_type) = join.data_type(resource).filter(|data_type| data_type.parts.is_none()) {
            let result = join.protection(data_type, resource, &owed[at], &HashMap::new());
            if part_types.contains(&data_type.info.name) {
                parts.insert(&resource.id, result.clone());
            }
            joined[at] = Some(result);
        }
    }
    // Resources with parts come after their parts, which decide their state.
    let parts: HashMap<&str, &Facts> = parts.iter().map(|(id, joined)| (*id, joined)).collect();
    for (at, resource) in shard.resources.iter().enumerate() {
        if let Some(data_type) = join.data_type(resource).filter(|data_type| data_type.parts.is_some()) {
            joined[at] = Some(join.protection(data_type, resource, &owed[at], &parts));
        }
    }
    let data: Vec<(&Resource, &Facts, bool)> = shard
        .resources
        .iter()
        .zip(&joined)
        .zip(owed)
        .filter_map(|((resource, joined), owed)| Some((resource, joined.as_ref()?, owed.reproducible)))
        .collect();
    let links = Links::new(&join, &data);
    let context = SubjectContext { join: &join, links: &links, data: &data };
    let rest: Vec<Option<Facts>> =
        shard.resources.iter().zip(&joined).map(|(resource, known)| known.is_none().then(|| other_facts(&context, resource))).collect();
    joined.into_iter().zip(rest).map(|(data, other)| data.or(other).unwrap_or_else(|| NoFacts {}.into())).collect()
}

/// The facts of a resource that is not data.
fn other_facts(context: &SubjectContext, resource: &Resource) -> Facts {
    match types::role(&resource.type_name) {
        Some(Role::Subject(subject)) => (subject.facts)(context, resource),
        Some(Role::Backup(backup_type)) => backup_facts(context.join, backup_type, resource),
        Some(Role::Data) | None => NoFacts {}.into(),
    }
}

/// Summarises a shard.
pub fn summarise(shard: &Shard) -> Summary {
    let mut summary = summary::summarise(shard, &types::copy_listings(), |summary, resource| {
        summary.holds_data |= types::is_counted(resource) && types::is_always_data(&resource.type_name);
        if let Some(backup) = types::backup_type(&resource.type_name) {
            (backup.summarise)(summary, resource);
        }
    });
    let listings = types::DATA.iter().map(|data_type| data_type.info).filter(|info| types::is_always_data(info.name));
    let listings = listings.filter(|info| shard.coverage.covers(info)).map(|info| info.operation);
    summary.data_unread = listings.filter_map(|listing| shard.coverage.require(listing, &shard.account, &shard.region).err()).collect();
    summary.data_unread.sort();
    summary.data_unread.dedup();
    summary
}
