//! Tags of resources whose own service does not list them, from the Resource Groups Tagging API: one list a Region, made at first use.
//! Read-only; may not judge.
//!
//! The form of the answers follows the service model (`resourcegroupstaggingapi/2017-01-26`).

use super::answer::Answer;
use super::call::Reader;
use super::operation::Operation;
use crate::inventory::{Fact, Tags};
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types as sdk;
use std::collections::BTreeMap;

/// The tags of each tagged resource of [`SERVICES`] in a Region, by ARN.
pub type Tagged = BTreeMap<String, Tags>;

const GET_RESOURCES: Operation = Operation::new("tag", "GetResources", Answer::json(&["ResourceTagMappingList/*/ResourceARN"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&GET_RESOURCES];

/// The services whose tags come from here. A service belongs here only if the API covers all its types that rel9 reads ("Services that support
/// the Resource Groups Tagging API", Resource Groups Tagging API reference): then a resource that the API does not list has no tags.
const SERVICES: [&str; 4] = ["elasticache", "es", "logs", "memorydb"];

/// The largest page (GetResources, ResourcesPerPage).
const PAGE: i32 = 100;

/// The tags of a resource of one of [`SERVICES`]; unread if the list failed.
pub async fn tags(reader: &Reader, resource_arn: &str) -> Fact<Tags> {
    match reader.tagged.get_or_init(|| list(reader)).await {
        Some(tagged) => Fact::Read(tagged.get(resource_arn).cloned().unwrap_or_default()),
        None => Fact::Unread,
    }
}

/// `None` if the list failed.
async fn list(reader: &Reader) -> Option<Tagged> {
    let filters = SERVICES.iter().map(|service| (*service).to_owned()).collect();
    let pages =
        Client::new(&reader.config).get_resources().set_resource_type_filters(Some(filters)).into_paginator().page_size(PAGE).send();
    let listed = reader.pages(&GET_RESOURCES, pages, |page| page.resource_tag_mapping_list.unwrap_or_default()).await?;
    let of_resource = |mapping: sdk::ResourceTagMapping| {
        let tags = mapping.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
        Some((mapping.resource_arn?, tags))
    };
    Some(listed.into_iter().filter_map(of_resource).collect())
}
