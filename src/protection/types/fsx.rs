//! Amazon FSx: file systems, the volumes of ONTAP file systems, and backups.

use crate::inventory::types::{ResourceType, TypeInfo, fsx};
use crate::inventory::{Resource, Shard, arn};
use crate::protection::aws_backup::{AwsBackup, KnownAs};
use crate::protection::backup_type::BackupType;
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{
    ArnForm, ContinuousUntil, Counted, DataType, HeldIn, HoldsData, Identity, IsData, Needs, RestoreEvidence,
};
use crate::protection::facts::{Mechanism, MechanismKind};
use crate::protection::index::{Index, Snapshot};
use crate::protection::schedule::late_after;
use crate::protection::summary::{ForeignBackup, Summary};

/// Restore testing supports FSx (AWS Backup developer guide, "Restore testing"). "Feature availability by resource" does not tell for each kind
/// of file system whether air-gapped vaults keep its backups.
pub static FSX: AwsBackup = AwsBackup { name: "FSx", restore_testing: true, air_gapped: None, continuous: None };

pub static FILE_SYSTEM: DataType = DataType {
    is_data: IsData::WhenHeld(HoldsData {
        // "FSx for ONTAP backups are per volume" (FSx for ONTAP user guide, "Protecting your data with volume backups").
        does: |resource| kind(resource).map(|kind| kind != "ONTAP").ok_or("file_system_type"),
        instead: Some(HeldIn { listed_by: "fsx:DescribeVolumes", of: volumes_of }),
    }),
    status: |resource| Some(&resource.get::<fsx::FileSystem>()?.status),
    copies_listed_by: &["fsx:DescribeBackups"],
    reproducible: made_again,
    perhaps_reproducible: |_, resource| perhaps_made_again(resource),
    ..of_fsx(&fsx::FileSystem::INFO, "file-system/")
};

/// "Amazon FSx supports backing up ONTAP volumes with an OntapVolumeType of read-write (RW)", not "data protection (DP) volumes, load sharing
/// mirror (LSM) volumes, or destination FlexCache volumes" (FSx for ONTAP user guide, "Protecting your data with volume backups"). The root
/// volume of a storage virtual machine holds its namespace. OpenZFS volumes are backed up with their file system.
pub static VOLUME: DataType = DataType {
    is_data: IsData::WhenHeld(HoldsData { does: volume_holds_data, instead: None }),
    status: |resource| Some(&resource.get::<fsx::Volume>()?.status),
    ..of_fsx(&fsx::Volume::INFO, "volume/")
};

const fn of_fsx(info: &'static TypeInfo, kind: &'static str) -> DataType {
    DataType {
        info,
        arn: ArnForm { service: "fsx", kind, identity: Identity::Id, names_place: true, shared: true },
        is_data: IsData::Always,
        aws_backup: Some(KnownAs::One(&FSX)),
        dlm: false,
        counted: |_| Counted::Itself,
        status: |_| None,
        restorable_span: |_| None,
        continuous_until: ContinuousUntil::LatestRestorable,
        parts: None,
        held_by: |_, _| Vec::new(),
        needs: |_, _, _| Needs { operations: vec!["fsx:DescribeBackups"], properties: vec!["backup_retention_days"] },
        own: daily_backups,
        keeps_own_backups: |resource| backup_retention_days(resource).is_some_and(|days| days > 0),
        retention_told_by: None,
        replicas: None,
        copies_listed_by: &[],
        // A file system does not name the backup that it was made from.
        restores: RestoreEvidence { shown_by: &[], seen: |_, _, _| Vec::new() },
        reproducible: |_| Vec::new(),
        perhaps_reproducible: |_, _| None,
    }
}

pub static BACKUP: BackupType =
    BackupType { info: &fsx::Backup::INFO, snapshot: |resource, _| backup(resource), shared_with: None, summarise: add_copy };

fn kind(resource: &Resource) -> Option<&str> {
    resource.get::<fsx::FileSystem>()?.file_system_type.read().map(String::as_str)
}

fn volumes_of<'s>(index: &Index<'s>, resource: &Resource) -> Vec<&'s Resource> {
    let of = |volume: &&Resource| {
        let volume = volume.get::<fsx::Volume>();
        volume.and_then(|volume| volume.file_system_id.present()).is_some_and(|id| *id == resource.id)
    };
    index.shard.of_type(fsx::Volume::INFO.name).filter(of).collect()
}

fn volume_holds_data(resource: &Resource) -> Result<bool, &'static str> {
    let Some(volume) = resource.get::<fsx::Volume>() else { return Ok(true) };
    if volume.volume_type.read().ok_or("volume_type")? != "ONTAP" {
        return Ok(false);
    }
    let read_write = volume.ontap_volume_type.read().ok_or("ontap_volume_type")?.as_deref() == Some("RW");
    let caches = volume.flexcache_endpoint_type.read().ok_or("flexcache_endpoint_type")?.as_deref() == Some("CACHE");
    Ok(read_write && !caches && !*volume.svm_root.read().ok_or("svm_root")?)
}

/// How long automatic backups of a file system or a volume are kept, if that was read.
fn backup_retention_days(resource: &Resource) -> Option<i64> {
    let of_file_system = resource.get::<fsx::FileSystem>().map(|file_system| &file_system.backup_retention_days);
    of_file_system.or_else(|| Some(&resource.get::<fsx::Volume>()?.backup_retention_days))?.read().copied()
}

const DAY: i64 = 86_400;

/// How long a day's backup may take from the start of the daily window: the window has 30 minutes, and a backup of much data "takes hours to
/// complete" (FSx for Lustre user guide, "Working with backups").
const RUN: i64 = 4 * 3_600;

/// Automatic backups, every day. Those of an ONTAP file system are of its volumes.
fn daily_backups(case: &Case, found: &mut Mechanisms) {
    let Some(days) = backup_retention_days(case.resource).filter(|days| *days > 0 && kind(case.resource) != Some("ONTAP")) else { return };
    let automated =
        || case.points.iter().filter(|point| point.backup.kind == MechanismKind::Automated).map(|point| point.backup.created_at);
    let newest = automated().next();
    let allowed = late_after(DAY, RUN);
    let age = case.resource.created_at.map(|created_at| (case.seen_at() - created_at).num_seconds());
    // The first one must be over a day after the file system was created.
    let missing = newest.is_none() && age.is_some_and(|age| age > allowed);
    let mechanism = case.mechanism(MechanismKind::Automated, "automatic daily backups".to_owned(), newest, Some(allowed));
    found.all.push(Mechanism {
        interval_seconds: Some(DAY).into(),
        retention_days: Some(days).into(),
        // When they were switched on is not known.
        promised_seconds: case.promised(automated().next_back().or(case.resource.created_at), Some(days)),
        on_schedule: if missing { Some(false) } else { mechanism.on_schedule },
        ..mechanism
    });
}

/// Why a Lustre file system keeps nothing that could be backed up: "you can take automatic daily backups and user-initiated backups of
/// persistent file systems that are not linked to an Amazon S3 durable data repository" (FSx for Lustre user guide, "Working with backups").
fn why_made_again(file_system: &fsx::FileSystem) -> Option<String> {
    if file_system.file_system_type.read().is_none_or(|kind| kind != "LUSTRE") {
        return None;
    }
    let deployment = file_system.deployment_type.present();
    if deployment.is_some_and(|kind| kind.starts_with("SCRATCH")) {
        return Some("a scratch file system is for temporary data, and FSx takes no backups of it".to_owned());
    }
    // A link that does not work leaves changes in the file system alone.
    let works = |status: &str| ["AVAILABLE", "UPDATING"].contains(&status);
    let repositories = file_system.data_repositories.read().filter(|all| all.iter().all(|repository| works(&repository.status)))?;
    let paths: Vec<&str> = repositories.iter().map(|repository| repository.path.as_str()).collect();
    (!paths.is_empty()).then(|| format!("its data is in {}, and FSx takes no backups of a linked file system", paths.join(", ")))
}

fn made_again(shard: &Shard) -> Vec<(&str, String)> {
    let file_systems = shard.of_type(fsx::FileSystem::INFO.name);
    let why = |resource: &Resource| why_made_again(resource.get::<fsx::FileSystem>()?);
    file_systems.filter_map(|resource| Some((resource.arn.as_str(), why(resource)?))).collect()
}

fn perhaps_made_again(resource: &Resource) -> Option<String> {
    let file_system = resource.get::<fsx::FileSystem>().filter(|_| kind(resource) == Some("LUSTRE"))?;
    let unread = [
        ("deployment type", file_system.deployment_type.is_unread()),
        ("links to data repositories", file_system.data_repositories.is_unread()),
    ];
    let (what, _) = unread.into_iter().find(|(_, unread)| *unread)?;
    why_made_again(file_system)
        .is_none()
        .then(|| format!("the {what} of the file system {} not read", if what.ends_with('s') { "were" } else { "was" }))
}

/// FSx encrypts every backup, and shares none with other accounts. One that another account owns is not a backup of this account.
fn backup(resource: &Resource) -> Option<Snapshot<'_>> {
    let backup = resource.get::<fsx::Backup>().filter(|backup| is_own(backup, resource))?;
    Some(Snapshot {
        resource,
        source_arn: backup.source_arn.present()?.clone(),
        restorable: is_available(backup),
        made_by: match backup.backup_type.read().map(String::as_str) {
            Some("AWS_BACKUP") => "aws_backup",
            Some("AUTOMATIC") => "automated",
            _ => "manual",
        },
        encrypted: Some(true),
        kms_key_arn: backup.kms_key_arn.present().cloned(),
        public: Some(false),
        locked: Some(false),
        archived: false,
    })
}

fn is_available(backup: &fsx::Backup) -> bool {
    backup.status.read().is_some_and(|status| status == "AVAILABLE")
}

fn is_own(backup: &fsx::Backup, resource: &Resource) -> bool {
    backup.owner_id.present().is_none_or(|owner| *owner == resource.account)
}

/// A backup that was copied from another Region.
fn add_copy(summary: &mut Summary, resource: &Resource) {
    let Some(backup) = resource.get::<fsx::Backup>().filter(|backup| is_own(backup, resource) && is_available(backup)) else { return };
    let (Some(source), Some(created_at)) = (backup.copied_from_arn.present(), resource.created_at) else { return };
    if arn::region(source) != summary.region {
        let copy = ForeignBackup::of_copy(summary, resource, source, created_at, Some(true));
        summary.foreign_backups.entry(source.clone()).or_default().push(copy);
    }
}
