//! Amazon FSx: file systems, volumes, backups and what Lustre file systems are linked to. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`fsx/2018-03-01`).

use super::answer::Answer;
use super::call::Reader;
use super::convert::{self, Encryption, gibibytes, kms_key_arn, known, optional_time, resource};
use super::operation::Operation;
use crate::inventory::types::fsx::{Backup, DataRepository, FileSystem, Volume};
use crate::inventory::{Fact, Resource, Tags};
use aws_sdk_fsx::Client;
use aws_sdk_fsx::types as sdk;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

const DESCRIBE_FILE_SYSTEMS: Operation = Operation::new("fsx", "DescribeFileSystems", Answer::json(&["FileSystems/*/FileSystemId"]));
const DESCRIBE_VOLUMES: Operation = Operation::new("fsx", "DescribeVolumes", Answer::json(&["Volumes/*/VolumeId"]));
const DESCRIBE_BACKUPS: Operation = Operation::new("fsx", "DescribeBackups", Answer::json(&["Backups/*/BackupId"]));
const DESCRIBE_ASSOCIATIONS: Operation =
    Operation::new("fsx", "DescribeDataRepositoryAssociations", Answer::json(&["Associations/*/AssociationId"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&DESCRIBE_ASSOCIATIONS, &DESCRIBE_BACKUPS, &DESCRIBE_FILE_SYSTEMS, &DESCRIBE_VOLUMES];

/// The largest page (`LimitedMaxResults`). The other lists have the service's own maximum if the request names none.
const PAGE_OF_ASSOCIATIONS: i32 = 25;

/// All file systems, volumes and backups of one Region.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let (file_systems, volumes, backups) = futures::join!(
        reader.pages(&DESCRIBE_FILE_SYSTEMS, client.describe_file_systems().into_paginator().send(), |page| {
            page.file_systems.unwrap_or_default()
        }),
        reader.pages(&DESCRIBE_VOLUMES, client.describe_volumes().into_paginator().send(), |page| page.volumes.unwrap_or_default()),
        reader.pages(&DESCRIBE_BACKUPS, client.describe_backups().into_paginator().send(), |page| page.backups.unwrap_or_default()),
    );
    let linkable = file_systems.iter().flatten().any(may_have_associations);
    let associations = if linkable { list_associations(reader, &client).await } else { Some(Vec::new()) };
    let retention: HashMap<&str, i64> = file_systems
        .iter()
        .flatten()
        .filter_map(|read| Some((read.file_system_id.as_deref()?, i64::from(settings(read).retention_days?))))
        .collect();
    let volumes: Vec<Resource> = volumes.into_iter().flatten().filter_map(|read| volume(reader, read, &retention)).collect();
    let file_systems = file_systems.into_iter().flatten().filter_map(|read| file_system(reader, read, associations.as_deref()));
    let backups = backups.unwrap_or_default();
    let by_id: HashMap<&str, &sdk::Backup> = backups.iter().filter_map(|read| Some((read.backup_id.as_deref()?, read))).collect();
    let backups = backups.iter().filter_map(|read| backup(reader, read, &by_id));
    file_systems.chain(volumes).chain(backups).collect()
}

/// "If you don't use filters, the response returns all data repository associations owned by your Amazon Web Services account in the Amazon
/// Web Services Region" (DescribeDataRepositoryAssociations).
async fn list_associations(reader: &Reader, client: &Client) -> Option<Vec<sdk::DataRepositoryAssociation>> {
    let pages = client.describe_data_repository_associations().into_paginator().page_size(PAGE_OF_ASSOCIATIONS).send();
    reader.pages(&DESCRIBE_ASSOCIATIONS, pages, |page| page.associations.unwrap_or_default()).await
}

/// The settings that each kind of file system has in a configuration of its own.
struct Settings<'f> {
    deployment_type: Option<&'f str>,
    retention_days: Option<i32>,
    copy_tags_to_backups: Option<bool>,
    copy_tags_to_volumes: Option<bool>,
}

fn settings(read: &sdk::FileSystem) -> Settings<'_> {
    if let Some(of) = &read.windows_configuration {
        Settings {
            deployment_type: of.deployment_type.as_ref().map(sdk::WindowsDeploymentType::as_str),
            retention_days: of.automatic_backup_retention_days,
            copy_tags_to_backups: of.copy_tags_to_backups,
            copy_tags_to_volumes: None,
        }
    } else if let Some(of) = &read.lustre_configuration {
        Settings {
            deployment_type: of.deployment_type.as_ref().map(sdk::LustreDeploymentType::as_str),
            retention_days: of.automatic_backup_retention_days,
            copy_tags_to_backups: of.copy_tags_to_backups,
            copy_tags_to_volumes: None,
        }
    } else if let Some(of) = &read.ontap_configuration {
        Settings {
            deployment_type: of.deployment_type.as_ref().map(sdk::OntapDeploymentType::as_str),
            retention_days: of.automatic_backup_retention_days,
            copy_tags_to_backups: None,
            copy_tags_to_volumes: None,
        }
    } else if let Some(of) = &read.open_zfs_configuration {
        Settings {
            deployment_type: of.deployment_type.as_ref().map(sdk::OpenZfsDeploymentType::as_str),
            retention_days: of.automatic_backup_retention_days,
            copy_tags_to_backups: of.copy_tags_to_backups,
            copy_tags_to_volumes: of.copy_tags_to_volumes,
        }
    } else {
        Settings { deployment_type: None, retention_days: None, copy_tags_to_backups: None, copy_tags_to_volumes: None }
    }
}

/// Whether a file system is of Lustre and its own configuration names no data repository: `DataRepositoryConfiguration` "is not supported on
/// file systems with a data repository association".
fn may_have_associations(read: &sdk::FileSystem) -> bool {
    read.lustre_configuration.as_ref().is_some_and(|lustre| lustre.data_repository_configuration.is_none())
}

fn file_system(reader: &Reader, read: sdk::FileSystem, associations: Option<&[sdk::DataRepositoryAssociation]>) -> Option<Resource> {
    let data_repositories = data_repositories(&read, associations);
    let of = settings(&read);
    let (has_configuration, is_scratch) =
        (of.deployment_type.is_some(), of.deployment_type.is_some_and(|kind| kind.starts_with("SCRATCH")));
    let retention_days = match of.retention_days {
        Some(days) => Fact::Read(i64::from(days)),
        // FSx takes no backups of scratch file systems.
        None if is_scratch => Fact::Read(0),
        None => Fact::Unread,
    };
    let kind = read.file_system_type.as_ref().map(|kind| kind.as_str().to_owned());
    let encryption = encryption(reader, read.kms_key_id.as_deref());
    // ONTAP has no such setting, and only OpenZFS has the second; a configuration that is missing leaves both unread.
    let of_kind = |setting: Option<bool>, kinds: &[&str]| match (&kind, setting) {
        (_, Some(setting)) => Fact::Read(Some(setting)),
        (Some(kind), None) if !kinds.contains(&kind.as_str()) => Fact::Read(None),
        _ => Fact::Unread,
    };
    let properties = FileSystem {
        status: read.lifecycle.as_ref().map(|status| status.as_str().to_owned()).into(),
        deployment_type: if has_configuration { Fact::Read(of.deployment_type.map(str::to_owned)) } else { Fact::Unread },
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        backup_retention_days: retention_days,
        copy_tags_to_backups: of_kind(of.copy_tags_to_backups, &["WINDOWS", "LUSTRE", "OPENZFS"]),
        copy_tags_to_volumes: of_kind(of.copy_tags_to_volumes, &["OPENZFS"]),
        file_system_type: known(kind),
        data_repositories,
        size_bytes: read.storage_capacity.map(gibibytes).into(),
    };
    let id = read.file_system_id?;
    let arn = read.resource_arn.unwrap_or_else(|| reader.arn("fsx", &format!("file-system/{id}")));
    let tags = tags_of(read.tags);
    Some(Resource {
        name: name_of(&tags),
        created_at: optional_time(read.creation_time.as_ref()),
        tags,
        ..resource(reader, arn, id, properties)
    })
}

/// What a Lustre file system is linked to: by its own configuration, or by associations.
fn data_repositories(read: &sdk::FileSystem, associations: Option<&[sdk::DataRepositoryAssociation]>) -> Fact<Vec<DataRepository>> {
    if read.file_system_type != Some(sdk::FileSystemType::Lustre) {
        return if read.file_system_type.is_some() { Fact::Read(Vec::new()) } else { Fact::Unread };
    }
    let Some(lustre) = &read.lustre_configuration else { return Fact::Unread };
    let repository = |path: Option<&str>, status: Option<&sdk::DataRepositoryLifecycle>| DataRepository {
        path: path.unwrap_or_default().to_owned(),
        status: status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
    };
    if let Some(own) = &lustre.data_repository_configuration {
        return Fact::Read(vec![repository(own.import_path.as_deref().or(own.export_path.as_deref()), own.lifecycle.as_ref())]);
    }
    let Some(associations) = associations else { return Fact::Unread };
    let mut found: Vec<DataRepository> = associations
        .iter()
        .filter(|association| association.file_system_id.is_some() && association.file_system_id == read.file_system_id)
        .map(|association| repository(association.data_repository_path.as_deref(), association.lifecycle.as_ref()))
        .collect();
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Fact::Read(found)
}

fn volume(reader: &Reader, read: sdk::Volume, retention: &HashMap<&str, i64>) -> Option<Resource> {
    let id = read.volume_id?;
    let of_openzfs = read.volume_type == Some(sdk::VolumeType::Openzfs);
    let ontap = read.ontap_configuration.as_ref();
    // What only ONTAP has: `null` for OpenZFS, and unread if the answer lacks ONTAP's configuration.
    let of_ontap = |value: Option<String>| match value {
        Some(value) => Fact::Read(Some(value)),
        None if of_openzfs => Fact::Read(None),
        None => Fact::Unread,
    };
    let text = |value: Option<&str>| value.map(str::to_owned);
    let properties = Volume {
        status: read.lifecycle.as_ref().map(|status| status.as_str().to_owned()).into(),
        volume_type: known(read.volume_type.as_ref().map(|kind| kind.as_str().to_owned())),
        file_system_id: read.file_system_id.clone().into(),
        ontap_volume_type: of_ontap(text(ontap.and_then(|of| of.ontap_volume_type.as_ref()).map(sdk::OntapVolumeType::as_str))),
        svm_root: match ontap {
            // "This value defaults to false" (OntapVolumeConfiguration, StorageVirtualMachineRoot).
            Some(of) => Fact::Read(of.storage_virtual_machine_root.unwrap_or(false)),
            None if of_openzfs => Fact::Read(false),
            None => Fact::Unread,
        },
        // "NONE is the default" (OntapVolumeConfiguration, FlexCacheEndpointType).
        flexcache_endpoint_type: of_ontap(ontap.map(|of| {
            let kind = of.flex_cache_endpoint_type.as_ref().map_or("NONE", sdk::FlexCacheEndpointType::as_str);
            kind.to_owned()
        })),
        copy_tags_to_backups: match ontap.and_then(|of| of.copy_tags_to_backups) {
            Some(copied) => Fact::Read(Some(copied)),
            None if of_openzfs => Fact::Read(None),
            None => Fact::Unread,
        },
        backup_retention_days: known(read.file_system_id.as_deref().and_then(|id| retention.get(id).copied())),
        size_bytes: ontap.and_then(|of| of.size_in_bytes).into(),
    };
    let of = read.file_system_id.unwrap_or_default();
    let arn = read.resource_arn.unwrap_or_else(|| reader.arn("fsx", &format!("volume/{of}/{id}")));
    Some(Resource {
        name: read.name.filter(|name| !name.is_empty()),
        created_at: optional_time(read.creation_time.as_ref()),
        tags: tags_of(read.tags),
        ..resource(reader, arn, id, properties)
    })
}

fn backup(reader: &Reader, read: &sdk::Backup, by_id: &HashMap<&str, &sdk::Backup>) -> Option<Resource> {
    let id = read.backup_id.clone()?;
    let encryption = encryption(reader, read.kms_key_id.as_deref());
    let copied_from = read.source_backup_id.as_ref().filter(|id| !id.is_empty());
    let properties = Backup {
        source_arn: source_arn(reader, read).into(),
        status: known(read.lifecycle.as_ref().map(|status| status.as_str().to_owned())),
        backup_type: known(read.r#type.as_ref().map(|kind| kind.as_str().to_owned())),
        owner_id: read.owner_id.clone().into(),
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        copied_from_arn: copied_from.map(|id| in_region(reader, source_region(reader, read), &format!("backup/{id}"))).into(),
        size_bytes: read.size_in_bytes.into(),
    };
    let arn = read.resource_arn.clone().unwrap_or_else(|| reader.arn("fsx", &format!("backup/{id}")));
    Some(Resource { created_at: taken_at(reader, read, by_id), tags: tags_of(read.tags.clone()), ..resource(reader, arn, id, properties) })
}

/// The Region of the backup that this one is a copy of; its own Region if it is no copy.
fn source_region<'a>(reader: &'a Reader, read: &'a sdk::Backup) -> &'a str {
    read.source_backup_region.as_deref().filter(|region| !region.is_empty()).unwrap_or(&reader.region)
}

fn in_region(reader: &Reader, region: &str, rest: &str) -> String {
    format!("arn:{}:fsx:{region}:{}:{rest}", reader.partition, reader.account)
}

/// The ARN of what was backed up: the volume of an ONTAP backup, the file system otherwise. "This metadata is persisted even if the file
/// system is deleted" (Backup, FileSystem).
fn source_arn(reader: &Reader, read: &sdk::Backup) -> Option<String> {
    let region = source_region(reader, read);
    let file_system = read.file_system.as_ref();
    if let Some(volume) = &read.volume {
        let id = volume.volume_id.as_deref();
        let of = volume.file_system_id.as_deref().or_else(|| file_system?.file_system_id.as_deref());
        let named = || Some(in_region(reader, region, &format!("volume/{}/{}", of?, id?)));
        return volume.resource_arn.clone().or_else(named);
    }
    // The file system of a backup whose volume is not told is not what was backed up.
    if read.resource_type == Some(sdk::ResourceType::Volume) {
        return None;
    }
    let file_system = file_system?;
    let named = || Some(in_region(reader, region, &format!("file-system/{}", file_system.file_system_id.as_deref()?)));
    file_system.resource_arn.clone().or_else(named)
}

/// How many copies of copies are followed.
const CHAIN: usize = 12;

/// The time of the data: a copy has the data of its source, and a date of its own. `None` for a copy in the same Region whose source is gone.
/// (For a copy from another Region, the source tells.)
fn taken_at(reader: &Reader, read: &sdk::Backup, by_id: &HashMap<&str, &sdk::Backup>) -> Option<DateTime<Utc>> {
    let mut of = read;
    for _ in 0..CHAIN {
        match of.source_backup_id.as_deref().filter(|id| !id.is_empty()) {
            Some(source) if source_region(reader, of) == reader.region => of = by_id.get(source)?,
            _ => return optional_time(of.creation_time.as_ref()),
        }
    }
    None
}

/// FSx encrypts everything; the answer names the key, except for scratch file systems of Lustre.
fn encryption(reader: &Reader, key: Option<&str>) -> Encryption {
    Encryption::of(Some(true), key.map(|key| kms_key_arn(reader, key)))
}

fn tags_of(tags: Option<Vec<sdk::Tag>>) -> Fact<Tags> {
    convert::tags(tags.unwrap_or_default().into_iter().filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))))
}

/// The tag that the console shows as the name.
fn name_of(tags: &Fact<Tags>) -> Option<String> {
    tags.read()?.get("Name").filter(|name| !name.is_empty()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Silent;
    use crate::aws::limits::Run;
    use aws_config::SdkConfig;
    use aws_sdk_fsx::primitives::DateTime as AwsDateTime;
    use std::num::NonZeroU32;
    use std::sync::Arc;
    use std::time::Duration;

    fn reader() -> Reader {
        let run = Run::new(NonZeroU32::MAX, Duration::MAX, Arc::new(Silent));
        Reader::new("111122223333", "eu-west-1", "aws", SdkConfig::builder().build(), false, Arc::new(run))
    }

    fn made(id: &str, at: i64) -> aws_sdk_fsx::types::builders::BackupBuilder {
        sdk::Backup::builder().backup_id(id).creation_time(AwsDateTime::from_secs(at))
    }

    #[test]
    fn a_copy_has_the_time_of_its_source() {
        let (reader, original) = (reader(), made("backup-1", 1_000).build());
        let copy = made("backup-2", 5_000).source_backup_id("backup-1").source_backup_region("eu-west-1").build();
        let copy_of_copy = made("backup-3", 9_000).source_backup_id("backup-2").source_backup_region("eu-west-1").build();
        let foreign = made("backup-4", 9_000).source_backup_id("backup-0").source_backup_region("us-east-1").build();
        let all = [&original, &copy, &copy_of_copy, &foreign];
        let by_id: HashMap<&str, &sdk::Backup> = all.iter().map(|read| (read.backup_id().unwrap_or_default(), *read)).collect();
        let at = |read| taken_at(&reader, read, &by_id).map(|at| at.timestamp());
        assert_eq!([at(&original), at(&copy), at(&copy_of_copy), at(&foreign)], [Some(1_000), Some(1_000), Some(1_000), Some(9_000)]);
        assert_eq!(taken_at(&reader, &copy, &HashMap::new()), None, "the time of the data is not known");
    }

    #[test]
    fn a_backup_is_of_a_volume_or_of_a_file_system() {
        let file_system = sdk::FileSystem::builder().file_system_id("fs-1").build();
        let of = made("backup-1", 0).file_system(file_system.clone());
        let source = |read: sdk::Backup| source_arn(&reader(), &read);
        assert_eq!(source(of.clone().build()).as_deref(), Some("arn:aws:fsx:eu-west-1:111122223333:file-system/fs-1"));
        let copy = of.clone().source_backup_id("backup-0").source_backup_region("us-east-1").build();
        assert_eq!(source(copy).as_deref(), Some("arn:aws:fsx:us-east-1:111122223333:file-system/fs-1"));
        let volume = sdk::Volume::builder().volume_id("fsvol-1").build();
        assert_eq!(source(of.clone().volume(volume).build()).as_deref(), Some("arn:aws:fsx:eu-west-1:111122223333:volume/fs-1/fsvol-1"));
        assert_eq!(source(of.resource_type(sdk::ResourceType::Volume).build()), None, "its volume is not told");
    }

    #[test]
    fn what_was_not_told_is_unread() {
        let lustre = |of: sdk::LustreFileSystemConfiguration| {
            let read = sdk::FileSystem::builder().file_system_id("fs-1").file_system_type(sdk::FileSystemType::Lustre);
            read.lustre_configuration(of).build()
        };
        let plain = lustre(sdk::LustreFileSystemConfiguration::builder().build());
        assert!(data_repositories(&plain, None).is_unread());
        assert_eq!(data_repositories(&plain, Some(&[])), Fact::Read(Vec::new()));
        let own = sdk::DataRepositoryConfiguration::builder().import_path("s3://data").lifecycle(sdk::DataRepositoryLifecycle::Available);
        let linked = lustre(sdk::LustreFileSystemConfiguration::builder().data_repository_configuration(own.build()).build());
        assert_eq!(data_repositories(&linked, None).read().map(Vec::len), Some(1), "the two kinds of link exclude each other");
        let unread = file_system(&reader(), plain, Some(&[])).map(|read| read.properties);
        let retention = unread.as_ref().and_then(|read| read.get::<FileSystem>()).map(|read| read.backup_retention_days.is_unread());
        assert_eq!(retention, Some(true));
    }
}
