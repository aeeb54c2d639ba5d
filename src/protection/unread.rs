//! Why properties and tags of a resource are unknown: which operation did not answer, or what a template leaves open.

use crate::inventory::types::{self, TypeInfo};
use crate::inventory::{DEPLOYED, GLOBAL, Resource, Shard, TAGS, tag_path};

/// Whether a resource, such as a bucket, has an unknown Region. The shard of the account as a whole holds it.
pub fn is_unplaced(resource: &Resource) -> bool {
    resource.region == GLOBAL && types::find(&resource.type_name).is_some_and(TypeInfo::is_placed_by_another)
}

/// Why a property of a resource is unknown: which operations read it and did not answer, or that it is missing.
pub fn why_unread(shard: &Shard, resource: &Resource, property: &str) -> Vec<String> {
    if let Some(declared) = &resource.declared {
        return declared.unknown.get(property).cloned().unwrap_or_else(|| vec![DEPLOYED.to_owned()]);
    }
    // If the Region of a resource is unknown, nothing else of it can be read.
    let asked = if is_unplaced(resource) { "region" } else { property };
    let sources = types::find(&resource.type_name).map(|info| info.sources_of(asked)).unwrap_or_default();
    let reasons: Vec<String> =
        sources.into_iter().filter_map(|operation| shard.coverage.require(operation, &resource.account, &resource.region).err()).collect();
    if reasons.is_empty() { vec![format!("{property} of {} is not in the inventory", resource.arn)] } else { reasons }
}

/// Why it is unknown whether a selection reaches a resource: what the answer depends on, and why the tags that it needs are unknown.
pub fn why_undecided(shard: &Shard, resource: &Resource, depends_on: String, tags: &[String]) -> Vec<String> {
    let mut reasons = vec![depends_on];
    if !tags.is_empty() {
        reasons.extend(why_tags_unread(shard, resource, tags));
    }
    reasons
}

/// Why the unknown ones of these tags are unknown: the operation that reads all tags, or the template's reason for each.
pub fn why_tags_unread(shard: &Shard, resource: &Resource, keys: &[String]) -> Vec<String> {
    let tags = resource.tags();
    if tags.are_unread() {
        return why_unread(shard, resource, TAGS);
    }
    let unknown = |path: &str| resource.declared.as_ref()?.unknown.get(path).cloned();
    let open = keys.iter().filter(|key| tags.get(key).is_unread());
    open.flat_map(|key| unknown(&tag_path(key)).or_else(|| unknown(TAGS)).unwrap_or_default()).collect()
}

/// Why it is unknown whether something reaches a resource of a template.
pub fn why_place_undecided(resource: &Resource, what: &Resource) -> String {
    let what_of = if resource.region == what.region { "account" } else { "Region" };
    format!("whether {} is in the {what_of} of {} is not known", resource.id, what.id)
}
