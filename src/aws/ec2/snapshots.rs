//! The account's own EBS snapshots, the accounts that they are shared with, and their locks.
//!
//! Public snapshots come from one list. For each snapshot that can be shared, one call reads the accounts that it is shared with: "You can't share
//! snapshots that are encrypted with the default AWS managed key", "You can share only unencrypted snapshots publicly" (EBS user guide, "Share an
//! Amazon EBS snapshot with other AWS accounts"), "snapshot sharing [is] automatically disabled after the snapshot is archived" (EBS user guide,
//! "Archive an Amazon EBS snapshot").

use super::{PAGE, arn_without_account, name_of, tags_of};
use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::convert::{self, Encryption, each, gibibytes, kms_key_arn, optional_time, resource};
use crate::aws::kms;
use crate::aws::operation::Operation;
use crate::inventory::types::ebs::{CopiedFrom, Snapshot, SnapshotLock};
use crate::inventory::{Fact, Resource, Tags};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::describe_snapshots::DescribeSnapshotsOutput;
use aws_sdk_ec2::operation::describe_snapshots::builders::DescribeSnapshotsFluentBuilder;
use aws_sdk_ec2::types as sdk;
use std::collections::{HashMap, HashSet};

const DESCRIBE_SNAPSHOTS: Operation = Operation::new("ec2", "DescribeSnapshots", Answer::ec2(&["snapshotSet/*/snapshotId"]));
const DESCRIBE_SNAPSHOT_ATTRIBUTE: Operation =
    Operation::new("ec2", "DescribeSnapshotAttribute", Answer::ec2(&["snapshotId", "createVolumePermission"]));
const DESCRIBE_LOCKED_SNAPSHOTS: Operation =
    Operation::new("ec2", "DescribeLockedSnapshots", Answer::ec2(&["snapshotSet/*/snapshotId", "snapshotSet/*/lockState"]));

pub const OPERATIONS: &[&Operation] = &[&DESCRIBE_SNAPSHOTS, &DESCRIBE_SNAPSHOT_ATTRIBUTE, &DESCRIBE_LOCKED_SNAPSHOTS];

/// The volume id that EC2 gives copies. "Snapshots created by a copy snapshot operation have an arbitrary volume ID that you should not
/// use for any purpose."
const NO_VOLUME: &str = "vol-ffffffff";

pub async fn collect(reader: &Reader, client: &Client) -> Vec<Resource> {
    reader.declare(&DESCRIBE_SNAPSHOTS);
    let own = client.describe_snapshots().owner_ids("self");
    // "all for public snapshots" (API reference, `RestorableByUserId.N`).
    let public = own.clone().restorable_by_user_ids("all");
    let (snapshots, public, locks) = futures::join!(list(reader, own), list(reader, public), locks(reader, client));
    let Some(snapshots) = snapshots else {
        return Vec::new();
    };
    reader.declare(&DESCRIBE_SNAPSHOT_ATTRIBUTE);
    let public = public.map(|public| public.into_iter().filter_map(|snapshot| snapshot.snapshot_id).collect());
    let known = Known { public, locks };
    let read = each(snapshots, |read| snapshot(reader, client, read, &known)).await;
    read.into_iter().flatten().collect()
}

/// Facts about snapshots by id, from lists that need no call for each snapshot.
struct Known {
    public: Option<HashSet<String>>,
    locks: Option<HashMap<String, SnapshotLock>>,
}

/// The snapshots of the account. Emulators may also list snapshots of other accounts, which are not judged.
async fn list(reader: &Reader, call: DescribeSnapshotsFluentBuilder) -> Option<Vec<sdk::Snapshot>> {
    let is_own = |snapshot: &sdk::Snapshot| snapshot.owner_id.as_ref().is_none_or(|owner| *owner == reader.account);
    let items = |page: DescribeSnapshotsOutput| page.snapshots.unwrap_or_default().into_iter().filter(is_own).collect();
    reader.pages(&DESCRIBE_SNAPSHOTS, call.into_paginator().page_size(PAGE).send(), items).await
}

/// The locks by snapshot id. AWS lists only snapshots that are or were locked.
async fn locks(reader: &Reader, client: &Client) -> Option<HashMap<String, SnapshotLock>> {
    let call = |token| client.describe_locked_snapshots().max_results(PAGE).set_next_token(token).send();
    let listed = reader.pages_by_token(&DESCRIBE_LOCKED_SNAPSHOTS, call, |page| page.snapshots.unwrap_or_default(), &[]).await.flatten()?;
    let lock = |lock: sdk::LockedSnapshotsInfo| {
        let expires_at = optional_time(lock.lock_expires_on.as_ref());
        Some((lock.snapshot_id?, SnapshotLock { state: lock.lock_state?.as_str().to_owned(), expires_at: expires_at.into() }))
    };
    Some(listed.into_iter().filter_map(lock).collect())
}

/// `None` if the snapshot was deleted after it was listed.
async fn snapshot(reader: &Reader, client: &Client, read: sdk::Snapshot, known: &Known) -> Option<Resource> {
    let id = read.snapshot_id.clone()?;
    let (public, shared_with) = sharing(reader, client, &id, &read, known).await?;
    let description = read.description.unwrap_or_default();
    let encryption = Encryption::of(read.encrypted, read.kms_key_id.map(|key| kms_key_arn(reader, &key)));
    let tags = tags_of(read.tags);
    let source = read.volume_id.filter(|volume| volume != NO_VOLUME && !is_copy(&description));
    let properties = Snapshot {
        source_arn: source.map(|volume| reader.arn("ec2", &format!("volume/{volume}"))).into(),
        status: convert::known(read.state.map(|state| state.as_str().to_owned())),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        // Absent in answers from before the archive existed.
        storage_tier: read.storage_tier.map_or_else(|| "standard".to_owned(), |tier| tier.as_str().to_owned()).into(),
        public,
        shared_with,
        lock: known.locks.as_ref().map_or(Fact::Unread, |locks| Fact::Read(locks.get(&id).cloned())),
        made_by: tags.read().and_then(made_by).into(),
        copied_from: copied_from(&description).into(),
        made_for_image: made_for_image(&description).into(),
        size_bytes: read.volume_size.map(gibibytes).into(),
    };
    Some(Resource {
        name: name_of(&tags),
        created_at: optional_time(read.start_time.as_ref()),
        tags,
        ..resource(reader, arn_without_account(reader, &format!("snapshot/{id}")), id, properties)
    })
}

/// Whether everyone may create volumes from a snapshot, and which accounts may. `None` if the snapshot no longer exists
/// (`InvalidSnapshot.NotFound`: EC2's list of error codes).
async fn sharing(
    reader: &Reader,
    client: &Client,
    id: &str,
    read: &sdk::Snapshot,
    known: &Known,
) -> Option<(Fact<bool>, Fact<Vec<String>>)> {
    let public = match (read.encrypted, &known.public) {
        (Some(true), _) => Fact::Read(false),
        (_, Some(public)) => Fact::Read(public.contains(id)),
        (_, None) => Fact::Unread,
    };
    if read.state != Some(sdk::SnapshotState::Completed) {
        // Nobody can restore anything from it, so no call is needed.
        return Some((public, Fact::Unread));
    }
    let key = read.kms_key_id.as_ref().filter(|_| read.encrypted == Some(true)).map(|key| kms_key_arn(reader, key));
    if read.storage_tier == Some(sdk::StorageTier::Archive) || kms::is_of_service(reader, "alias/aws/ebs", key.as_deref()).await {
        return Some((false.into(), Vec::new().into()));
    }
    let attribute = sdk::SnapshotAttributeName::CreateVolumePermission;
    let call = client.describe_snapshot_attribute().snapshot_id(id).attribute(attribute).send();
    let Some(answer) = reader.one_or(&DESCRIBE_SNAPSHOT_ATTRIBUTE, call, &["InvalidSnapshot.NotFound"]).await else {
        return Some((public, Fact::Unread));
    };
    let permissions = answer?.create_volume_permissions.unwrap_or_default();
    let public = permissions.iter().any(|permission| permission.group == Some(sdk::PermissionGroup::All));
    let mut accounts: Vec<_> = permissions.into_iter().filter_map(|permission| permission.user_id).collect();
    accounts.sort();
    Some((public.into(), accounts.into()))
}

/// The service that made the snapshot, by the tags that services set: AWS Backup `aws:backup:source-resource`, Data Lifecycle Manager
/// `aws:dlm:lifecycle-policy-id` and `dlm:managed` (EBS user guide, "How Amazon Data Lifecycle Manager works").
fn made_by(tags: &Tags) -> Option<String> {
    if tags.contains_key("aws:backup:source-resource") {
        Some("aws_backup".to_owned())
    } else if tags.contains_key("aws:dlm:lifecycle-policy-id") || tags.contains_key("dlm:managed") {
        Some("dlm".to_owned())
    } else {
        None
    }
}

/// The source of a copy, from the description that the console and the services write: `[Copied snap-0123 from us-west-2] what it was for`.
fn copied_from(description: &str) -> Option<CopiedFrom> {
    let (words, _) = description.strip_prefix("[Copied ")?.split_once(']')?;
    let (snapshot_id, region) = words.split_once(" from ")?;
    let region = region.trim();
    (snapshot_id.starts_with("snap-") && !region.is_empty() && !region.contains(' '))
        .then(|| CopiedFrom { snapshot_id: snapshot_id.to_owned(), region: region.to_owned() })
}

/// The image that a snapshot was made for, from the description that EC2 writes: `Created by CreateImage(i-0123) for ami-0123`.
fn made_for_image(description: &str) -> Option<String> {
    let (_, image) = description.strip_prefix("Created by CreateImage(")?.split_once(") for ")?;
    let image = image.split([' ', '.', ',']).next()?;
    image.starts_with("ami-").then(|| image.to_owned())
}

/// Whether the description is that of a copy, of a snapshot or of an AMI's snapshot (`Copied for DestinationAmi ami-1 from SourceAmi ami-2 …`).
fn is_copy(description: &str) -> bool {
    copied_from(description).is_some() || description.starts_with("Copied for DestinationAmi ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_say_where_they_come_from() {
        let copy = copied_from("[Copied snap-0abc from us-west-2] nightly").map(|copy| (copy.snapshot_id, copy.region));
        assert_eq!(copy, Some(("snap-0abc".to_owned(), "us-west-2".to_owned())));
        assert!(copied_from("[Copied snap-0abc from us-west-2]").is_some());
        for text in ["", "nightly", "[Copied snap-0abc]", "[Copied vol-1 from us-west-2]", "[Copied snap-1 from ]", "[Copied snap-1 from a"]
        {
            assert!(copied_from(text).is_none(), "{text}");
        }
        assert!(is_copy("Copied for DestinationAmi ami-1 from SourceAmi ami-2 for SourceSnapshot snap-3. Task created on 1,409,846"));
        assert!(!is_copy("Created by CreateImage(i-1) for ami-1"));
        assert_eq!(made_for_image("Created by CreateImage(i-1) for ami-1").as_deref(), Some("ami-1"));
        assert_eq!(made_for_image("Created by CreateImage(i-1) for ami-1 from vol-1").as_deref(), Some("ami-1"));
        assert_eq!(made_for_image("by hand, for ami-1"), None);
    }

    #[test]
    fn services_mark_their_snapshots() {
        let tags = |key: &str| Tags::from([(key.to_owned(), "x".to_owned())]);
        assert_eq!(made_by(&tags("aws:backup:source-resource")).as_deref(), Some("aws_backup"));
        assert_eq!(made_by(&tags("dlm:managed")).as_deref(), Some("dlm"));
        assert_eq!(made_by(&tags("aws:dlm:lifecycle-policy-id")).as_deref(), Some("dlm"));
        assert_eq!(made_by(&tags("Name")), None);
    }
}
