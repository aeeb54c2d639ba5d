//! Amazon EC2 and EBS: volumes, instances, the account's own snapshots and AMIs with their sharing, snapshot locks, and the Region's
//! settings. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`ec2/2016-11-15`) unless a comment names another source. All describe operations here
//! return tags. The calls explicitly include volumes and instances that AWS services manage: an account may hide them from lists (API
//! reference, `ManagedResourceVisibilitySettings`), but they hold data.

mod images;
mod instances;
mod settings;
mod snapshots;
mod volumes;

pub use settings::settings;

use super::call::Reader;
use super::operation::Operation;
use crate::inventory::{Fact, Resource, Tags};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::Tag;

/// The largest page of the describe operations (API reference, "Pagination"). Operations with smaller pages accept it too.
const PAGE: i32 = 1000;

/// Every operation of this module.
pub fn operations() -> Vec<&'static Operation> {
    [volumes::OPERATIONS, instances::OPERATIONS, snapshots::OPERATIONS, images::OPERATIONS, settings::OPERATIONS].concat()
}

/// All EC2 resources in one Region, except the settings.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    let client = Client::new(&reader.config);
    let (volumes, instances, snapshots, mut images) = futures::join!(
        volumes::collect(reader, &client),
        instances::collect(reader, &client),
        snapshots::collect(reader, &client),
        images::collect(reader, &client),
    );
    images::tell_keys(&mut images, &snapshots);
    [volumes, instances, snapshots, images].into_iter().flatten().collect()
}

/// The ARN of a snapshot or an image, which has no account id (service authorization reference, "Amazon EC2", resource types).
fn arn_without_account(reader: &Reader, rest: &str) -> String {
    format!("arn:{}:ec2:{}::{rest}", reader.partition, reader.region)
}

/// Tags of an answer; a resource without tags may have no list.
fn tags_of(tags: Option<Vec<Tag>>) -> Fact<Tags> {
    let tags = tags.unwrap_or_default();
    super::convert::tags(tags.into_iter().filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))))
}

/// The tag that consoles show as the name.
fn name_of(tags: &Fact<Tags>) -> Option<String> {
    tags.read()?.get("Name").filter(|name| !name.is_empty()).cloned()
}
