//! The Resource Groups Tagging API: the tags of resources whose own service does not list them, and the data of types that rel9 does not read.
//! One list a Region, made at first use. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`resourcegroupstaggingapi/2017-01-26`).

use super::answer::Answer;
use super::call::Reader;
use super::convert;
use super::operation::Operation;
use crate::inventory::types::unread_properties;
use crate::inventory::{Fact, Resource, Tags, arn, unread_data};
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types as sdk;
use std::collections::BTreeMap;

/// The tags of each tagged resource of [`SERVICES`], and of data that rel9 does not read, in a Region, by ARN.
pub type Tagged = BTreeMap<String, Tags>;

const GET_RESOURCES: Operation = Operation::new("tag", "GetResources", Answer::json(&["ResourceTagMappingList/*/ResourceARN"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&GET_RESOURCES];

/// The services whose tags come from here. "The GetResources, GetTagKeys, and GetTagValues operations support all resource types" but IAM users
/// and roles ("Services that support the Resource Groups Tagging API", Resource Groups Tagging API reference): a resource that the API does not
/// list has no tags.
const SERVICES: &[&str] = &[
    "backup-gateway",
    "ds",
    "dynamodb",
    "elasticache",
    "es",
    "glacier",
    "kinesisvideo",
    "logs",
    "memorydb",
    "redshift-serverless",
    "s3",
    "storagegateway",
];

/// The largest page (GetResources, ResourcesPerPage).
const PAGE: i32 = 100;

/// The tags of a resource of one of [`SERVICES`]; unread if the list failed.
pub async fn tags(reader: &Reader, resource_arn: &str) -> Fact<Tags> {
    match tagged(reader).await {
        Some(tagged) => Fact::Read(tagged.get(resource_arn).cloned().unwrap_or_default()),
        None => Fact::Unread,
    }
}

/// Data of types that rel9 does not read. The API lists what has, or had, a tag.
pub async fn unread_data(reader: &Reader) -> Vec<Resource> {
    reader.declare(&GET_RESOURCES);
    let unread = tagged(reader).await.into_iter().flatten().filter_map(|(resource_arn, tags)| {
        let data = unread_data::of_arn(resource_arn)?;
        let id = arn::resource(resource_arn).to_owned();
        let resource = convert::resource(reader, resource_arn.clone(), id, unread_properties(data.type_name));
        Some(Resource { type_name: data.type_name.to_owned(), tags: Fact::Read(tags.clone()), ..resource })
    });
    unread.collect()
}

/// `None` if the list failed.
async fn tagged(reader: &Reader) -> Option<&Tagged> {
    reader.tagged.get_or_init(|| list(reader)).await.as_ref()
}

/// The list has no filter by type: AWS answers with an error for a service that the API does not know in a Region.
async fn list(reader: &Reader) -> Option<Tagged> {
    let pages = Client::new(&reader.config).get_resources().into_paginator().page_size(PAGE).send();
    let listed = reader.pages(&GET_RESOURCES, pages, |page| page.resource_tag_mapping_list.unwrap_or_default()).await?;
    let of_resource = |mapping: sdk::ResourceTagMapping| {
        let resource_arn = mapping.resource_arn?;
        if !SERVICES.contains(&arn::service(&resource_arn)) && unread_data::of_arn(&resource_arn).is_none() {
            return None;
        }
        let tags = mapping.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
        Some((resource_arn, tags))
    };
    Some(listed.into_iter().filter_map(of_resource).collect())
}
