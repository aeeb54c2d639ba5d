//! AWS Storage Gateway: volumes with their snapshot schedules, virtual tapes, and file shares of S3 File Gateways. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`storagegateway/2013-06-30`). The three lists need no gateway: without volumes, tapes and
//! shares, they are the only calls.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{Encryption, each, kms_key_arn, known, optional_time, resource};
use super::operation::Operation;
use super::tagging;
use crate::inventory::types::ResourceType;
use crate::inventory::types::storage_gateway::{NfsFileShare, SmbFileShare, Tape, Volume};
use crate::inventory::{Fact, Resource};
use aws_sdk_storagegateway::Client;
use aws_sdk_storagegateway::error::SdkError;
use aws_sdk_storagegateway::operation::describe_snapshot_schedule::DescribeSnapshotScheduleError;
use aws_sdk_storagegateway::types as sdk;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const LIST_VOLUMES: Operation = Operation::new("storagegateway", "ListVolumes", Answer::json(&["VolumeInfos/*/VolumeARN"]));
const LIST_TAPES: Operation = Operation::new("storagegateway", "ListTapes", Answer::json(&["TapeInfos/*/TapeARN"]));
const LIST_FILE_SHARES: Operation = Operation::new("storagegateway", "ListFileShares", Answer::json(&["FileShareInfoList/*/FileShareARN"]));
const DESCRIBE_CACHED_VOLUMES: Operation =
    Operation::new("storagegateway", "DescribeCachediSCSIVolumes", Answer::json(&["CachediSCSIVolumes/*/VolumeARN"]));
const DESCRIBE_STORED_VOLUMES: Operation =
    Operation::new("storagegateway", "DescribeStorediSCSIVolumes", Answer::json(&["StorediSCSIVolumes/*/VolumeARN"]));
const DESCRIBE_SNAPSHOT_SCHEDULE: Operation = Operation::new("storagegateway", "DescribeSnapshotSchedule", Answer::json(&["VolumeARN"]));
const DESCRIBE_TAPES: Operation = Operation::new("storagegateway", "DescribeTapes", Answer::json(&["Tapes/*/TapeARN"]));
const DESCRIBE_TAPE_ARCHIVES: Operation =
    Operation::new("storagegateway", "DescribeTapeArchives", Answer::json(&["TapeArchives/*/TapeARN"]));
const DESCRIBE_NFS_FILE_SHARES: Operation =
    Operation::new("storagegateway", "DescribeNFSFileShares", Answer::json(&["NFSFileShareInfoList/*/FileShareARN"]));
const DESCRIBE_SMB_FILE_SHARES: Operation =
    Operation::new("storagegateway", "DescribeSMBFileShares", Answer::json(&["SMBFileShareInfoList/*/FileShareARN"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[
    &DESCRIBE_CACHED_VOLUMES,
    &DESCRIBE_NFS_FILE_SHARES,
    &DESCRIBE_SMB_FILE_SHARES,
    &DESCRIBE_SNAPSHOT_SCHEDULE,
    &DESCRIBE_STORED_VOLUMES,
    &DESCRIBE_TAPES,
    &DESCRIBE_TAPE_ARCHIVES,
    &LIST_FILE_SHARES,
    &LIST_TAPES,
    &LIST_VOLUMES,
];

/// How many shares one call describes (`FileShareARNList`: at most 10).
const SHARES_AT_ONCE: usize = 10;

/// All volumes, tapes and file shares of one Region.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let (volumes, tapes, shares) = futures::join!(volumes(reader, &client), tapes(reader, &client), shares(reader, &client));
    let resources: Vec<Resource> = volumes.into_iter().chain(tapes).chain(shares).collect();
    each(resources, |found| async move { Resource { tags: tagging::tags(reader, &found.arn).await, ..found } }).await
}

/// What the two operations that describe volumes have in common.
#[derive(Clone, PartialEq)]
struct Described {
    arn: String,
    name: Option<String>,
    status: Option<String>,
    created_at: Option<DateTime<Utc>>,
    source_snapshot_id: Option<String>,
    kms_key: Option<String>,
}

async fn volumes(reader: &Reader, client: &Client) -> Vec<Resource> {
    let pages = client.list_volumes().into_paginator().send();
    let listed = reader.pages(&LIST_VOLUMES, pages, |page| page.volume_infos.unwrap_or_default()).await.unwrap_or_default();
    // "The list of gateway volumes in the request must be from one gateway." A gateway has at most 32 volumes (Storage Gateway user guide,
    // "Quotas for volumes").
    let mut gateways: BTreeMap<(String, bool), Vec<String>> = BTreeMap::new();
    for (volume, is_cached) in listed.iter().filter_map(|volume| Some((volume, is_cached(volume)?))) {
        let gateway = volume.gateway_arn.clone().unwrap_or_default();
        gateways.entry((gateway, is_cached)).or_default().extend(volume.volume_arn.clone());
    }
    let described = each(gateways.into_iter().collect(), |((_, is_cached), arns)| described(reader, client, is_cached, arns)).await;
    let described: HashMap<String, Described> = described.into_iter().flatten().map(|volume| (volume.arn.clone(), volume)).collect();
    let described = &described;
    let read = each(listed, |read| async move {
        let described = described.get(read.volume_arn.as_deref()?);
        volume(reader, client, read, described).await
    });
    read.await.into_iter().flatten().collect()
}

/// Whether a volume is cached; `None` for a type that this version does not know. The API has both `STORED` and `STORED iSCSI` in its examples.
fn is_cached(volume: &sdk::VolumeInfo) -> Option<bool> {
    let kind = volume.volume_type.as_deref()?.to_ascii_uppercase();
    [("CACHED", true), ("STORED", false)].into_iter().find(|(word, _)| kind.starts_with(word)).map(|(_, is_cached)| is_cached)
}

async fn described(reader: &Reader, client: &Client, is_cached: bool, arns: Vec<String>) -> Vec<Described> {
    if is_cached {
        let call = client.describe_cachedi_scsi_volumes().set_volume_arns(Some(arns)).send();
        let of = |read: sdk::CachediScsiVolume| {
            Some(Described {
                arn: read.volume_arn?,
                name: read.target_name,
                status: read.volume_status,
                created_at: optional_time(read.created_date.as_ref()),
                source_snapshot_id: read.source_snapshot_id,
                kms_key: read.kms_key,
            })
        };
        let read = reader.list(&DESCRIBE_CACHED_VOLUMES, call, |answer| answer.cachedi_scsi_volumes.unwrap_or_default()).await;
        read.into_iter().flatten().filter_map(of).collect()
    } else {
        let call = client.describe_storedi_scsi_volumes().set_volume_arns(Some(arns)).send();
        let of = |read: sdk::StorediScsiVolume| {
            Some(Described {
                arn: read.volume_arn?,
                name: read.target_name,
                status: read.volume_status,
                created_at: optional_time(read.created_date.as_ref()),
                source_snapshot_id: read.source_snapshot_id,
                kms_key: read.kms_key,
            })
        };
        let read = reader.list(&DESCRIBE_STORED_VOLUMES, call, |answer| answer.storedi_scsi_volumes.unwrap_or_default()).await;
        read.into_iter().flatten().filter_map(of).collect()
    }
}

async fn volume(reader: &Reader, client: &Client, read: sdk::VolumeInfo, described: Option<&Described>) -> Option<Resource> {
    let (arn, id) = (read.volume_arn?, read.volume_id);
    let id = id.or_else(|| arn.rsplit_once('/').map(|(_, id)| id.to_owned()))?;
    let encryption = described.map(|of| encryption(reader, of.kms_key.as_deref())).unwrap_or_default();
    let of = |member: fn(&Described) -> Option<String>| described.map_or(Fact::Unread, |of| member(of).into());
    let properties = Volume {
        status: of(|of| of.status.clone()),
        volume_type: known(read.volume_type),
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        source_snapshot_id: of(|of| of.source_snapshot_id.clone()),
        snapshot_interval_hours: snapshot_interval_hours(reader, client, &arn).await,
        size_bytes: Some(read.volume_size_in_bytes).filter(|size| *size > 0).into(),
    };
    Some(Resource {
        name: described.and_then(|of| of.name.clone()).filter(|name| !name.is_empty()),
        created_at: described.and_then(|of| of.created_at),
        ..resource(reader, arn, id, properties)
    })
}

async fn snapshot_interval_hours(reader: &Reader, client: &Client, volume_arn: &str) -> Fact<Option<i64>> {
    let call = client.describe_snapshot_schedule().volume_arn(volume_arn);
    let call = async {
        match call.send().await {
            Err(error) if is_without_schedule(&error) => Ok(None),
            answer => answer.map(Some),
        }
    };
    match reader.one(&DESCRIBE_SNAPSHOT_SCHEDULE, call).await {
        Some(None) => Fact::Read(None),
        Some(Some(schedule)) => schedule.recurrence_in_hours.map_or(Fact::Unread, |hours| Fact::Read(Some(i64::from(hours)))),
        None => Fact::Unread,
    }
}

/// All errors of the API have one of two codes; the operation error code inside tells what is wrong: `SnapshotScheduleNotFound`, "The specified
/// snapshot schedule was not found" (Storage Gateway user guide, "Operation error codes").
fn is_without_schedule(error: &SdkError<DescribeSnapshotScheduleError>) -> bool {
    let Some(DescribeSnapshotScheduleError::InvalidGatewayRequestException(refused)) = error.as_service_error() else { return false };
    refused.error().and_then(|error| error.error_code()) == Some(&sdk::ErrorCode::SnapshotScheduleNotFound)
}

/// "Set to true to use Amazon S3 server-side encryption with your own KMS key, or false to use a key managed by Amazon S3" (KMSEncrypted of the
/// operations that create volumes and tapes; KMSKey "can only be set when KMSEncrypted is true").
fn encryption(reader: &Reader, key: Option<&str>) -> Encryption {
    match key.filter(|key| !key.is_empty()) {
        Some(key) => Encryption::key(kms_key_arn(reader, key)),
        None => Encryption::aws_owned(),
    }
}

/// What is read of a tape in a library and of one on the shelf.
struct DescribedTape {
    arn: String,
    created_at: Option<DateTime<Utc>>,
    kms_key: Option<String>,
}

async fn tapes(reader: &Reader, client: &Client) -> Vec<Resource> {
    let pages = client.list_tapes().into_paginator().send();
    let listed = reader.pages(&LIST_TAPES, pages, |page| page.tape_infos.unwrap_or_default()).await.unwrap_or_default();
    let gateways: BTreeSet<String> = listed.iter().filter_map(|tape| tape.gateway_arn.clone()).filter(|arn| !arn.is_empty()).collect();
    let in_libraries = each(gateways.into_iter().collect(), |gateway| async move {
        let pages = client.describe_tapes().gateway_arn(gateway).into_paginator().send();
        reader.pages(&DESCRIBE_TAPES, pages, |page| page.tapes.unwrap_or_default()).await.unwrap_or_default()
    });
    let of_tape = |read: sdk::Tape| {
        let created_at = optional_time(read.tape_created_date.as_ref());
        Some(DescribedTape { arn: read.tape_arn?, created_at, kms_key: read.kms_key })
    };
    let mut described: Vec<DescribedTape> = in_libraries.await.into_iter().flatten().filter_map(of_tape).collect();
    let is_described = |tape: &sdk::TapeInfo| described.iter().any(|of| Some(of.arn.as_str()) == tape.tape_arn.as_deref());
    if !listed.iter().all(is_described) {
        described.extend(archived(reader, client).await);
    }
    let described: HashMap<&str, &DescribedTape> = described.iter().map(|tape| (tape.arn.as_str(), tape)).collect();
    listed.into_iter().filter_map(|read| tape(reader, read, &described)).collect()
}

/// The tapes on the account's shelf.
async fn archived(reader: &Reader, client: &Client) -> Vec<DescribedTape> {
    let pages = client.describe_tape_archives().into_paginator().send();
    let archives = reader.pages(&DESCRIBE_TAPE_ARCHIVES, pages, |page| page.tape_archives.unwrap_or_default()).await;
    let of_archive = |read: sdk::TapeArchive| {
        let created_at = optional_time(read.tape_created_date.as_ref());
        Some(DescribedTape { arn: read.tape_arn?, created_at, kms_key: read.kms_key })
    };
    archives.into_iter().flatten().filter_map(of_archive).collect()
}

fn tape(reader: &Reader, read: sdk::TapeInfo, described: &HashMap<&str, &DescribedTape>) -> Option<Resource> {
    let arn = read.tape_arn?;
    let described = described.get(arn.as_str());
    let encryption = described.map(|of| encryption(reader, of.kms_key.as_deref())).unwrap_or_default();
    let id = read.tape_barcode.or_else(|| arn.rsplit_once('/').map(|(_, id)| id.to_owned()))?;
    let properties = Tape {
        status: read.tape_status.into(),
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
        size_bytes: read.tape_size_in_bytes.into(),
    };
    Some(Resource { created_at: described.and_then(|of| of.created_at), ..resource(reader, arn, id, properties) })
}

/// What is read of a share with either protocol.
struct DescribedShare {
    arn: String,
    name: Option<String>,
    encryption: Encryption,
}

#[expect(deprecated, reason = "shares from before EncryptionType")]
async fn shares(reader: &Reader, client: &Client) -> Vec<Resource> {
    let pages = client.list_file_shares().into_paginator().send();
    let listed = reader.pages(&LIST_FILE_SHARES, pages, |page| page.file_share_info_list.unwrap_or_default()).await.unwrap_or_default();
    let groups = |kind: &sdk::FileShareType| -> Vec<Vec<String>> {
        let of_kind = listed.iter().filter(|share| share.file_share_type.as_ref() == Some(kind));
        let arns: Vec<String> = of_kind.filter_map(|share| share.file_share_arn.clone()).collect();
        arns.chunks(SHARES_AT_ONCE).map(<[String]>::to_vec).collect()
    };
    let nfs = each(groups(&sdk::FileShareType::Nfs), |arns| {
        let call = client.describe_nfs_file_shares().set_file_share_arn_list(Some(arns)).send();
        reader.list(&DESCRIBE_NFS_FILE_SHARES, call, |answer| answer.nfs_file_share_info_list.unwrap_or_default())
    });
    let smb = each(groups(&sdk::FileShareType::Smb), |arns| {
        let call = client.describe_smb_file_shares().set_file_share_arn_list(Some(arns)).send();
        reader.list(&DESCRIBE_SMB_FILE_SHARES, call, |answer| answer.smb_file_share_info_list.unwrap_or_default())
    });
    let (nfs, smb) = futures::join!(nfs, smb);
    let of_nfs = |read: sdk::NfsFileShareInfo| {
        let encryption = of_share(reader, read.encryption_type.as_ref(), read.kms_encrypted, read.kms_key.as_deref());
        Some(DescribedShare { arn: read.file_share_arn?, name: read.file_share_name, encryption })
    };
    let of_smb = |read: sdk::SmbFileShareInfo| {
        let encryption = of_share(reader, read.encryption_type.as_ref(), read.kms_encrypted, read.kms_key.as_deref());
        Some(DescribedShare { arn: read.file_share_arn?, name: read.file_share_name, encryption })
    };
    let nfs = nfs.into_iter().flatten().flatten().filter_map(of_nfs);
    let described = nfs.chain(smb.into_iter().flatten().flatten().filter_map(of_smb));
    let described: HashMap<String, DescribedShare> = described.map(|share| (share.arn.clone(), share)).collect();
    listed.into_iter().filter_map(|read| share(reader, read, &described)).collect()
}

fn share(reader: &Reader, read: sdk::FileShareInfo, described: &HashMap<String, DescribedShare>) -> Option<Resource> {
    let arn = read.file_share_arn?;
    let described = described.get(&arn);
    let encryption = described.map(|of| of.encryption.clone()).unwrap_or_default();
    let properties = NfsFileShare {
        status: read.file_share_status.into(),
        kms_key_arn: encryption.kms_key_arn,
        key_manager: encryption.key_manager,
        key_state: encryption.key_state,
    };
    let properties = match read.file_share_type? {
        sdk::FileShareType::Nfs => NfsFileShare::of(properties),
        sdk::FileShareType::Smb => SmbFileShare::of(properties),
        // A protocol that this version does not know.
        _ => return None,
    };
    let id = read.file_share_id.or_else(|| arn.rsplit_once('/').map(|(_, id)| id.to_owned()))?;
    let name = described.and_then(|of| of.name.clone()).filter(|name| !name.is_empty());
    Some(Resource { name, ..resource(reader, arn, id, properties) })
}

/// The encryption of what a share writes to its bucket. `EncryptionType` is the newer member and decides; it also has `DsseKms`.
fn of_share(reader: &Reader, kind: Option<&sdk::EncryptionType>, kms_encrypted: bool, key: Option<&str>) -> Encryption {
    let under_kms = match kind {
        Some(sdk::EncryptionType::SseKms | sdk::EncryptionType::DsseKms) => true,
        Some(sdk::EncryptionType::SseS3) => false,
        // A type that this version does not know tells nothing about the key.
        Some(_) => return Encryption::default(),
        None => kms_encrypted,
    };
    match key.filter(|key| !key.is_empty()) {
        _ if !under_kms => Encryption::aws_owned(),
        Some(key) => Encryption::key(kms_key_arn(reader, key)),
        None => Encryption::unnamed_key(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Silent;
    use crate::aws::limits::Run;
    use crate::inventory::types::KeyManager;
    use aws_config::SdkConfig;
    use aws_sdk_storagegateway::error::ErrorMetadata;
    use aws_sdk_storagegateway::types::error::InvalidGatewayRequestException;
    use std::num::NonZeroU32;
    use std::sync::Arc;
    use std::time::Duration;

    fn reader() -> Reader {
        let run = Run::new(NonZeroU32::MAX, Duration::MAX, Arc::new(Silent));
        Reader::new("111122223333", "eu-west-1", "aws", SdkConfig::builder().build(), false, Arc::new(run))
    }

    #[test]
    fn the_type_of_encryption_outweighs_the_flag() {
        use sdk::EncryptionType::{DsseKms, SseKms, SseS3};
        let of = |kind: Option<sdk::EncryptionType>, flag, key: Option<&str>| of_share(&reader(), kind.as_ref(), flag, key);
        let key = || Encryption::key("arn:k".to_owned());
        for kind in [SseKms, DsseKms] {
            assert_eq!(of(Some(kind), false, Some("arn:k")), key());
        }
        assert_eq!(of(Some(SseS3), true, Some("arn:k")).key_manager, Fact::Read(Some(KeyManager::AwsOwned)));
        assert_eq!(of(None, true, Some("arn:k")), key());
        assert_eq!(of(None, true, None), Encryption::unnamed_key());
        assert_eq!(of(None, false, None), Encryption::aws_owned());
        assert_eq!(of(Some("SseQuantum".into()), true, Some("arn:k")), Encryption::default());
    }

    #[test]
    fn volumes_are_cached_or_stored() {
        let of = |kind: &str| is_cached(&sdk::VolumeInfo::builder().volume_type(kind).build());
        assert_eq!([of("CACHED iSCSI"), of("STORED iSCSI"), of("STORED"), of("OTHER")], [Some(true), Some(false), Some(false), None]);
    }

    #[test]
    fn only_one_error_means_that_there_is_no_schedule() {
        let refused = |code: sdk::ErrorCode| {
            let error = sdk::StorageGatewayError::builder().error_code(code).build();
            let meta = ErrorMetadata::builder().code("InvalidGatewayRequestException").build();
            let refused = InvalidGatewayRequestException::builder().error(error).meta(meta).build();
            let http = aws_sdk_storagegateway::config::http::HttpResponse::new(400_u16.try_into().unwrap(), "".into());
            SdkError::service_error(DescribeSnapshotScheduleError::InvalidGatewayRequestException(refused), http)
        };
        assert!(is_without_schedule(&refused(sdk::ErrorCode::SnapshotScheduleNotFound)));
        for code in [sdk::ErrorCode::VolumeNotFound, sdk::ErrorCode::GatewayNotConnected, sdk::ErrorCode::InternalError] {
            assert!(!is_without_schedule(&refused(code)));
        }
    }
}
