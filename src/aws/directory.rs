//! AWS Directory Service: directories of AWS Managed Microsoft AD and Simple AD, and their snapshots. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`ds/2015-04-16`) unless a comment names another source.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{each, known, optional_time, resource};
use super::operation::Operation;
use super::tagging;
use crate::inventory::types::ResourceType;
use crate::inventory::types::directory::{MicrosoftAd, SimpleAd, Snapshot};
use crate::inventory::{Fact, Resource, Tags};
use aws_sdk_directory::Client;
use aws_sdk_directory::types as sdk;

const DESCRIBE_DIRECTORIES: Operation =
    Operation::new("ds", "DescribeDirectories", Answer::json(&["DirectoryDescriptions/*/DirectoryId", "DirectoryDescriptions/*/Type"]));
const DESCRIBE_SNAPSHOTS: Operation =
    Operation::new("ds", "DescribeSnapshots", Answer::json(&["Snapshots/*/SnapshotId", "Snapshots/*/DirectoryId"]));
const GET_SNAPSHOT_LIMITS: Operation =
    Operation::new("ds", "GetSnapshotLimits", Answer::json(&["SnapshotLimits/ManualSnapshotsCurrentCount"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&DESCRIBE_DIRECTORIES, &DESCRIBE_SNAPSHOTS, &GET_SNAPSHOT_LIMITS];

/// All directories of one Region that the account owns, and the snapshots of all of them.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    let client = Client::new(&reader.config);
    let (directories, snapshots) = futures::join!(directories(reader, &client), snapshots(reader, &client));
    directories.into_iter().chain(snapshots).collect()
}

async fn directories(reader: &Reader, client: &Client) -> Vec<Resource> {
    reader.declare(&DESCRIBE_DIRECTORIES);
    let pages = client.describe_directories().into_paginator().send();
    let Some(listed) = reader.pages(&DESCRIBE_DIRECTORIES, pages, |page| page.directory_descriptions.unwrap_or_default()).await else {
        return Vec::new();
    };
    reader.declare(&GET_SNAPSHOT_LIMITS);
    let own = listed.into_iter().filter(|directory| is_judged_here(directory, &reader.region)).collect();
    let read = each(own, |read| directory(reader, client, read)).await;
    read.into_iter().flatten().collect()
}

/// Whether AWS keeps the directory's data for the account, and in this Region: not for an AD Connector, which forwards to a directory elsewhere, nor
/// for a shared directory, which belongs to another account. A hybrid directory extends a domain whose controllers the customer runs.
/// "Snapshot is a global feature": of a directory in several Regions, the primary Region takes them (Directory Service administration guide,
/// "Restoring your AWS Managed Microsoft AD with snapshots").
fn is_judged_here(directory: &sdk::DirectoryDescription, region: &str) -> bool {
    let primary = directory.regions_info.as_ref().and_then(|regions| regions.primary_region.as_deref());
    let has_data = matches!(directory.r#type, Some(sdk::DirectoryType::MicrosoftAd | sdk::DirectoryType::SimpleAd));
    let is_hybrid = directory.edition.as_ref().is_some_and(|edition| edition.as_str() == "Hybrid");
    has_data && !is_hybrid && primary.is_none_or(|primary| primary == region) && directory.stage != Some(sdk::DirectoryStage::Deleted)
}

/// `None` if the directory was deleted after it was listed.
async fn directory(reader: &Reader, client: &Client, read: sdk::DirectoryDescription) -> Option<Resource> {
    let id = read.directory_id?;
    let call = client.get_snapshot_limits().directory_id(&id).send();
    let limits = match reader.one_or(&GET_SNAPSHOT_LIMITS, call, &["EntityDoesNotExistException"]).await {
        Some(None) => return None,
        limits => limits.flatten().and_then(|answer| answer.snapshot_limits),
    };
    let properties = MicrosoftAd {
        status: read.stage.map(|stage| stage.as_str().to_owned()).into(),
        manual_snapshots: known(limits.as_ref().and_then(|limits| limits.manual_snapshots_current_count).map(i64::from)),
        manual_snapshot_limit: known(limits.as_ref().and_then(|limits| limits.manual_snapshots_limit).map(i64::from)),
        manual_snapshot_limit_reached: known(limits.map(|limits| limits.manual_snapshots_limit_reached)),
    };
    let is_simple = read.r#type == Some(sdk::DirectoryType::SimpleAd);
    let properties = if is_simple { SimpleAd::of(properties) } else { MicrosoftAd::of(properties) };
    let created_at = optional_time(read.launch_time.as_ref());
    let arn = arn(reader, &id);
    let tags = tagging::tags(reader, &arn).await;
    Some(Resource { name: read.name, created_at, tags, ..resource(reader, arn, id, properties) })
}

/// "arn:${Partition}:ds:${Region}:${Account}:directory/${DirectoryId}" (service authorization reference).
fn arn(reader: &Reader, id: &str) -> String {
    reader.arn("ds", &format!("directory/{id}"))
}

async fn snapshots(reader: &Reader, client: &Client) -> Vec<Resource> {
    reader.declare(&DESCRIBE_SNAPSHOTS);
    let pages = client.describe_snapshots().into_paginator().send();
    let listed = reader.pages(&DESCRIBE_SNAPSHOTS, pages, |page| page.snapshots.unwrap_or_default()).await;
    listed.into_iter().flatten().filter_map(|read| snapshot(reader, read)).collect()
}

fn snapshot(reader: &Reader, read: sdk::Snapshot) -> Option<Resource> {
    let id = read.snapshot_id?;
    let properties = Snapshot {
        source_arn: known(read.directory_id.map(|directory| arn(reader, &directory))),
        status: read.status.map(|status| status.as_str().to_owned()).into(),
        snapshot_type: known(read.r#type.map(|kind| kind.as_str().to_owned())),
    };
    Some(Resource {
        name: read.name,
        created_at: optional_time(read.start_time.as_ref()),
        // Only directories have tags (AddTagsToResource).
        tags: Fact::Read(Tags::default()),
        ..resource(reader, reader.arn("ds", &format!("snapshot/{id}")), id, properties)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_without_data_of_their_own_are_left_out() {
        let of = |kind: sdk::DirectoryType| sdk::DirectoryDescription::builder().directory_id("d-1").r#type(kind);
        let is_judged = |directory: sdk::DirectoryDescription| is_judged_here(&directory, "eu-west-1");
        for kind in [sdk::DirectoryType::MicrosoftAd, sdk::DirectoryType::SimpleAd] {
            assert!(is_judged(of(kind).build()));
        }
        for kind in [sdk::DirectoryType::AdConnector, sdk::DirectoryType::SharedMicrosoftAd] {
            assert!(!is_judged(of(kind).build()));
        }
        assert!(!is_judged(of(sdk::DirectoryType::MicrosoftAd).edition("Hybrid".into()).build()));
        for (primary, judged) in [("us-east-1", false), ("eu-west-1", true)] {
            let regions = sdk::RegionsInfo::builder().primary_region(primary).build();
            assert_eq!(is_judged(of(sdk::DirectoryType::MicrosoftAd).regions_info(regions).build()), judged);
        }
    }
}
