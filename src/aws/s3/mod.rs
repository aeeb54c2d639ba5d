//! Amazon S3: general purpose buckets in their Regions. Read-only: reads bucket settings and never objects. May not judge.
//!
//! [`list`] lists the account's buckets once, and [`collect`] reads each in its own Region. The form of the answers follows the service model
//! (`s3/2006-03-01`) unless a comment names another source. The IAM action is often not the operation's name (service authorization reference,
//! "Actions, resources, and condition keys for Amazon S3").

mod settings;

use super::answer::Answer;
use super::call::Reader;
use super::convert::{each, optional_time, resource};
use super::operation::Operation;
use super::tagging;
use crate::inventory::types::s3::{Bucket, ObjectLock, ReplicationRule, Versioning};
use crate::inventory::{Fact, Resource};
use aws_sdk_s3::Client;
use aws_sdk_s3::types as sdk;
use chrono::{DateTime, Utc};

const LIST_BUCKETS: Operation =
    Operation::new("s3", "ListBuckets", Answer::xml("ListAllMyBucketsResult", &["Buckets/*/Name"])).with_action("s3:ListAllMyBuckets");
// "Buckets in Region us-east-1 have a LocationConstraint of null": an empty root is a valid answer.
const GET_BUCKET_LOCATION: Operation = Operation::new("s3", "GetBucketLocation", Answer::xml("LocationConstraint", &[]));
const GET_BUCKET_ENCRYPTION: Operation =
    Operation::new("s3", "GetBucketEncryption", Answer::xml("ServerSideEncryptionConfiguration", &["Rule"]))
        .with_action("s3:GetEncryptionConfiguration");
// A bucket whose versioning was never set has an empty root ("does not return a versioning state value").
const GET_BUCKET_VERSIONING: Operation = Operation::new("s3", "GetBucketVersioning", Answer::xml("VersioningConfiguration", &[]));
const GET_BUCKET_LIFECYCLE: Operation =
    Operation::new("s3", "GetBucketLifecycleConfiguration", Answer::xml("LifecycleConfiguration", &["Rule/Status"]))
        .with_action("s3:GetLifecycleConfiguration");
const GET_BUCKET_REPLICATION: Operation =
    Operation::new("s3", "GetBucketReplication", Answer::xml("ReplicationConfiguration", &["Rule/Status"]))
        .with_action("s3:GetReplicationConfiguration");
const GET_OBJECT_LOCK: Operation =
    Operation::new("s3", "GetObjectLockConfiguration", Answer::xml("ObjectLockConfiguration", &["ObjectLockEnabled"]))
        .with_action("s3:GetBucketObjectLockConfiguration");
const GET_BUCKET_POLICY: Operation = Operation::new("s3", "GetBucketPolicy", Answer::json(&["Statement"]));

/// The operations that list the account's buckets.
pub const ACCOUNT_OPERATIONS: &[&Operation] = &[&LIST_BUCKETS, &GET_BUCKET_LOCATION];

/// The operations that read a Region's buckets.
pub const OPERATIONS: &[&Operation] =
    &[&GET_BUCKET_ENCRYPTION, &GET_BUCKET_VERSIONING, &GET_BUCKET_LIFECYCLE, &GET_BUCKET_REPLICATION, &GET_OBJECT_LOCK, &GET_BUCKET_POLICY];

/// The largest page of `ListBuckets`, which is more than the quota of most accounts. "If the request contains at least one valid parameter", the
/// answer has each bucket's Region.
const PAGE: i32 = 10_000;

/// The error code for a bucket that was deleted after it was listed; the list may still contain it for a while (user guide, "Amazon S3 data
/// consistency model": "If you delete a bucket and immediately list all buckets, the deleted bucket might still appear in the list").
const GONE: &[&str] = &["NoSuchBucket"];

/// A bucket of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedBucket {
    pub name: String,
    /// `None` if neither the list nor the bucket gave it: the bucket is then in the account's shard.
    pub region: Option<String>,
    /// "This date can change when making changes to your bucket, such as editing its bucket policy."
    pub created_at: Option<DateTime<Utc>>,
}

/// All buckets of the account. `None` if they could not be listed.
pub async fn list(reader: &Reader) -> Option<Vec<ListedBucket>> {
    for operation in ACCOUNT_OPERATIONS {
        reader.declare(operation);
    }
    let client = reader.s3();
    let pages = client.list_buckets().into_paginator().page_size(PAGE).send();
    let buckets = reader.pages(&LIST_BUCKETS, pages, |page| page.buckets.unwrap_or_default()).await?;
    let read = each(buckets, |bucket| placed(reader, &client, bucket)).await;
    Some(read.into_iter().flatten().collect())
}

/// `None` if the bucket was deleted after it was listed.
async fn placed(reader: &Reader, client: &Client, bucket: sdk::Bucket) -> Option<ListedBucket> {
    let name = bucket.name?;
    let region = match bucket.bucket_region.filter(|region| !region.is_empty()) {
        Some(region) => Some(region),
        None => match reader.one_or(&GET_BUCKET_LOCATION, client.get_bucket_location().bucket(&name).send(), GONE).await {
            None => None,
            Some(answer) => Some(region_of(answer?.location_constraint.as_ref().map(sdk::BucketLocationConstraint::as_str))),
        },
    };
    Some(ListedBucket { name, region, created_at: optional_time(bucket.creation_date.as_ref()) })
}

/// "Buckets in Region us-east-1 have a LocationConstraint of null. Buckets with a LocationConstraint of EU reside in eu-west-1."
fn region_of(location: Option<&str>) -> String {
    match location {
        None | Some("") => "us-east-1".to_owned(),
        Some("EU") => "eu-west-1".to_owned(),
        Some(region) => region.to_owned(),
    }
}

/// The buckets of the reader's Region among those that [`list`] found.
pub async fn collect(reader: &Reader, buckets: &[ListedBucket]) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = reader.s3();
    let own = buckets.iter().filter(|bucket| bucket.region.as_deref() == Some(&reader.region));
    let own = own.cloned().collect();
    let read = each(own, |bucket| read(reader, &client, bucket)).await;
    read.into_iter().flatten().collect()
}

/// The buckets whose Region is unknown, as resources of the account: each is data whose settings are unread.
pub fn unplaced(reader: &Reader, buckets: &[ListedBucket]) -> Vec<Resource> {
    let unplaced = buckets.iter().filter(|bucket| bucket.region.is_none());
    unplaced
        .map(|bucket| Resource { created_at: bucket.created_at, tags: Fact::Unread, ..bare(reader, &bucket.name, Bucket::default()) })
        .collect()
}

fn bare(reader: &Reader, name: &str, properties: Bucket) -> Resource {
    resource(reader, format!("arn:{}:s3:::{name}", reader.partition), name.to_owned(), properties)
}

/// One bucket. Error codes that mean "there is none" are answers (user guide, "Error responses"). `None` if the bucket itself is gone.
async fn read(reader: &Reader, client: &Client, bucket: ListedBucket) -> Option<Resource> {
    let name = bucket.name.as_str();
    let mut properties = Bucket::default();
    if let Some(answer) = reader.one_or(&GET_BUCKET_VERSIONING, client.get_bucket_versioning().bucket(name).send(), GONE).await {
        let answer = answer?;
        properties.versioning = settings::versioning(answer.status.as_ref());
        properties.mfa_delete = (answer.mfa_delete == Some(sdk::MfaDeleteStatus::Enabled)).into();
    }
    let (encryption, lifecycle, policy, (replication, object_lock)) = futures::join!(
        reader.one_or(
            &GET_BUCKET_ENCRYPTION,
            client.get_bucket_encryption().bucket(name).send(),
            &["ServerSideEncryptionConfigurationNotFoundError"],
        ),
        reader.one_or(
            &GET_BUCKET_LIFECYCLE,
            client.get_bucket_lifecycle_configuration().bucket(name).send(),
            &["NoSuchLifecycleConfiguration"],
        ),
        reader.one_or(&GET_BUCKET_POLICY, client.get_bucket_policy().bucket(name).send(), &["NoSuchBucketPolicy"]),
        what_needs_versions(reader, client, name, &properties.versioning),
    );
    properties.replication = replication;
    properties.object_lock = object_lock;
    if let Some(answer) = encryption {
        let configuration = answer.and_then(|answer| answer.server_side_encryption_configuration);
        settings::encryption(reader, &mut properties, configuration);
    }
    if let Some(answer) = lifecycle {
        let rules = answer.and_then(|answer| answer.rules).unwrap_or_default();
        properties.lifecycle = rules.into_iter().map(settings::lifecycle_rule).collect::<Vec<_>>().into();
    }
    if let Some(answer) = policy {
        properties.policy = answer.and_then(|answer| answer.policy).into();
    }

    let found = bare(reader, name, properties);
    Some(Resource { created_at: bucket.created_at, tags: tagging::tags(reader, &found.arn).await, ..found })
}

/// Replication and Object Lock. Both need versioning, so a bucket without versioning needs no call: "both source and destination
/// buckets must have versioning enabled" and S3 refuses to disable it while a replication configuration exists (user guide,
/// "Requirements and considerations for replication"); "Object Lock works only in buckets that have S3 Versioning enabled" and forbids
/// suspending it (user guide, "Locking objects with Object Lock").
async fn what_needs_versions(
    reader: &Reader,
    client: &Client,
    name: &str,
    versioning: &Fact<Versioning>,
) -> (Fact<Vec<ReplicationRule>>, Fact<Option<ObjectLock>>) {
    if let Fact::Read(Versioning::Suspended | Versioning::Never) = versioning {
        return (Vec::new().into(), None.into());
    }
    let (replication, lock) = futures::join!(
        reader.one_or(
            &GET_BUCKET_REPLICATION,
            client.get_bucket_replication().bucket(name).send(),
            &["ReplicationConfigurationNotFoundError"],
        ),
        reader.one_or(
            &GET_OBJECT_LOCK,
            client.get_object_lock_configuration().bucket(name).send(),
            &["ObjectLockConfigurationNotFoundError"],
        ),
    );
    let replication = replication.map_or(Fact::Unread, |answer| {
        let configuration = answer.and_then(|answer| answer.replication_configuration);
        let rules = configuration.map(|configuration| configuration.rules).unwrap_or_default();
        Fact::Read(rules.into_iter().map(settings::replication_rule).collect())
    });
    let lock = lock.map_or(Fact::Unread, |answer| {
        let configuration = answer.and_then(|answer| answer.object_lock_configuration);
        Fact::Read(configuration.and_then(settings::object_lock))
    });
    (replication, lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_regions_but_for_two() {
        assert_eq!(region_of(None), "us-east-1");
        assert_eq!(region_of(Some("")), "us-east-1");
        assert_eq!(region_of(Some("EU")), "eu-west-1");
        assert_eq!(region_of(Some("eu-central-1")), "eu-central-1");
    }
}
