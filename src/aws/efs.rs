//! Amazon EFS: file systems with their backup policy, file system policy and replication. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`elasticfilesystem`, `efs/2015-02-01`).

use super::answer::Answer;
use super::call::Reader;
use super::convert::{self, Encryption, each, kms_key_arn, optional_time, resource, time};
use super::operation::Operation;
use crate::inventory::types::efs::{FileSystem, Replication};
use crate::inventory::{Fact, Resource};
use aws_sdk_efs::Client;
use aws_sdk_efs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_efs::operation::describe_replication_configurations::DescribeReplicationConfigurationsOutput;
use aws_sdk_efs::types as sdk;

const DESCRIBE_FILE_SYSTEMS: Operation =
    Operation::new("elasticfilesystem", "DescribeFileSystems", Answer::json(&["FileSystems/*/FileSystemId"]));
const DESCRIBE_BACKUP_POLICY: Operation =
    Operation::new("elasticfilesystem", "DescribeBackupPolicy", Answer::json(&["BackupPolicy/Status"]));
const DESCRIBE_FILE_SYSTEM_POLICY: Operation = Operation::new("elasticfilesystem", "DescribeFileSystemPolicy", Answer::json(&["Policy"]));
const DESCRIBE_REPLICATION_CONFIGURATIONS: Operation =
    Operation::new("elasticfilesystem", "DescribeReplicationConfigurations", Answer::json(&["Replications/*/SourceFileSystemId"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] =
    &[&DESCRIBE_FILE_SYSTEMS, &DESCRIBE_BACKUP_POLICY, &DESCRIBE_FILE_SYSTEM_POLICY, &DESCRIBE_REPLICATION_CONFIGURATIONS];

/// The page size that EFS uses for every request ("This number is automatically set to 100").
const PAGE: i32 = 100;

/// All file systems of one Region.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let pages = client.describe_file_systems().into_paginator().page_size(PAGE).send();
    let (listed, replications) = futures::join!(
        reader.pages(&DESCRIBE_FILE_SYSTEMS, pages, |page| page.file_systems.unwrap_or_default()),
        list_replications(reader, &client),
    );
    let replications = replications.as_deref();
    let read = each(listed.unwrap_or_default(), |read| file_system(reader, &client, read, replications)).await;
    read.into_iter().flatten().collect()
}

/// "If a file system is not specified, all of the replication configurations for the account in a Region are retrieved."
/// A Region without replication configurations may answer `ReplicationNotFound`.
async fn list_replications(reader: &Reader, client: &Client) -> Option<Vec<sdk::ReplicationConfigurationDescription>> {
    let call = |token| client.describe_replication_configurations().max_results(PAGE).set_next_token(token).send();
    let items = |page: DescribeReplicationConfigurationsOutput| page.replications.unwrap_or_default();
    let listed = reader.pages_by_token(&DESCRIBE_REPLICATION_CONFIGURATIONS, call, items, &["ReplicationNotFound"]).await?;
    Some(listed.unwrap_or_default())
}

/// `None` if the file system was deleted after it was listed.
async fn file_system(
    reader: &Reader,
    client: &Client,
    read: sdk::FileSystemDescription,
    replications: Option<&[sdk::ReplicationConfigurationDescription]>,
) -> Option<Resource> {
    let id = read.file_system_id;
    let backup_policy = or_none(client.describe_backup_policy().file_system_id(&id).send());
    let policy = or_none(client.describe_file_system_policy().file_system_id(&id).send());
    let (backup_policy, policy) = futures::join!(
        reader.one_or(&DESCRIBE_BACKUP_POLICY, backup_policy, &["FileSystemNotFound"]),
        reader.one_or(&DESCRIBE_FILE_SYSTEM_POLICY, policy, &["FileSystemNotFound"]),
    );
    let policy = match policy {
        None => Fact::Unread,
        Some(None) => return None,
        Some(Some(answer)) => Fact::Read(answer.and_then(|answer| answer.policy)),
    };
    let automatic_backups = match backup_policy {
        None => Fact::Unread,
        Some(None) => return None,
        Some(Some(answer)) => {
            let status = answer.and_then(|answer| answer.backup_policy).map(|policy| policy.status);
            Fact::Read(status.as_ref().is_some_and(backs_up))
        }
    };
    let encryption = Encryption::of(read.encrypted, read.kms_key_id.map(|key| kms_key_arn(reader, &key)));
    let properties = FileSystem {
        status: Some(read.life_cycle_state.as_str().to_owned()).into(),
        encrypted: encryption.encrypted,
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        automatic_backups,
        policy,
        replication: replications.map_or(Fact::Unread, |all| Fact::Read(replication_of(all, &id, &reader.region))),
        replica: replications.map_or(Fact::Unread, |all| Fact::Read(is_destination(all, &id, &reader.region))),
        size_bytes: read.size_in_bytes.map(|size| size.value).into(),
    };
    let arn = read.file_system_arn.unwrap_or_else(|| reader.arn("elasticfilesystem", &format!("file-system/{id}")));
    Some(Resource {
        name: read.name.filter(|name| !name.is_empty()),
        created_at: time(&read.creation_time),
        tags: convert::tags(read.tags.into_iter().map(|tag| (tag.key, tag.value))),
        ..resource(reader, arn, id, properties)
    })
}

/// `Ok(None)` for a file system without such a policy.
async fn or_none<T, E: ProvideErrorMetadata, R>(
    call: impl Future<Output = Result<T, SdkError<E, R>>>,
) -> Result<Option<T>, SdkError<E, R>> {
    match call.await {
        Err(error) if error.code() == Some("PolicyNotFound") => Ok(None),
        reply => reply.map(Some),
    }
}

/// Whether the backup policy is enabled or being enabled.
fn backs_up(status: &sdk::Status) -> bool {
    matches!(status, sdk::Status::Enabled | sdk::Status::Enabling)
}

/// The destinations of a file system in this Region. The Region's list also has configurations whose destination is in this Region.
fn replication_of(all: &[sdk::ReplicationConfigurationDescription], id: &str, region: &str) -> Vec<Replication> {
    let destination = |destination: &sdk::Destination| Replication {
        destination_id: destination.file_system_id.clone(),
        destination_region: destination.region.clone(),
        status: destination.status.as_str().to_owned(),
        last_replicated_at: optional_time(destination.last_replicated_timestamp.as_ref()).into(),
    };
    all.iter()
        .filter(|replication| replication.source_file_system_id == id && replication.source_file_system_region == region)
        .flat_map(|replication| replication.destinations.iter().map(destination))
        .collect()
}

/// Whether another file system replicates into this one.
fn is_destination(all: &[sdk::ReplicationConfigurationDescription], id: &str, region: &str) -> bool {
    all.iter().flat_map(|replication| &replication.destinations).any(|to| to.file_system_id == id && to.region == region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_efs::primitives::DateTime;

    fn replication(source: &str, region: &str) -> Result<sdk::ReplicationConfigurationDescription, aws_sdk_efs::error::BuildError> {
        sdk::ReplicationConfigurationDescription::builder()
            .source_file_system_id(source)
            .source_file_system_region(region)
            .source_file_system_arn("arn")
            .original_source_file_system_arn("arn")
            .creation_time(DateTime::from_secs(0))
            .destinations(
                sdk::Destination::builder()
                    .status(sdk::ReplicationStatus::Enabled)
                    .file_system_id("fs-copy")
                    .region("eu-west-1")
                    .build()?,
            )
            .build()
    }

    #[test]
    fn only_the_source_replicates() -> Result<(), aws_sdk_efs::error::BuildError> {
        let all = [replication("fs-1", "us-east-1")?];
        assert_eq!(replication_of(&all, "fs-1", "us-east-1").len(), 1);
        assert!(replication_of(&all, "fs-copy", "eu-west-1").is_empty());
        assert!(replication_of(&all, "fs-1", "eu-west-1").is_empty());
        assert!(is_destination(&all, "fs-copy", "eu-west-1"));
        assert!(!is_destination(&all, "fs-1", "us-east-1"));
        Ok(())
    }

    #[test]
    fn a_policy_that_starts_counts() {
        assert!(backs_up(&sdk::Status::Enabling));
        assert!(!backs_up(&sdk::Status::Disabling));
    }
}
