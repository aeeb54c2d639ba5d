//! Amazon RDS, Aurora, Neptune and DocumentDB: databases, their snapshots and their automated backups.

use crate::inventory::types::{ResourceType, TypeInfo, rds};
use crate::inventory::{Fact, Resource, Shard, arn};
use crate::protection::aws_backup::{AwsBackup, KnownAs, OwnContinuous};
use crate::protection::backup_type::BackupType;
use crate::protection::case::{Case, Mechanisms, RestorableSpan};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, Replicas, RestoreEvidence};
use crate::protection::facts::{Mechanism, MechanismKind};
use crate::protection::index::Snapshot;
use crate::protection::mechanisms::CONTINUOUS_ALLOWED_SECONDS;
use crate::protection::points;
use crate::protection::summary::{AUTOMATED, ForeignBackup, Summary};

pub static RDS: AwsBackup = AwsBackup { name: "RDS", restore_testing: true, air_gapped: Some(true), continuous: Some(AUTOMATED_BACKUPS) };
pub static AURORA: AwsBackup =
    AwsBackup { name: "Aurora", restore_testing: true, air_gapped: Some(true), continuous: Some(AUTOMATED_BACKUPS) };
pub static NEPTUNE: AwsBackup = AwsBackup { name: "Neptune", restore_testing: true, air_gapped: Some(true), continuous: None };
pub static DOCUMENT_DB: AwsBackup = AwsBackup { name: "DocumentDB", restore_testing: true, air_gapped: Some(true), continuous: None };

const AUTOMATED_BACKUPS: OwnContinuous = OwnContinuous { property: "backup_retention_days", is_on: keeps_automated_backups_if_read };

pub static INSTANCE: DataType = DataType {
    info: &rds::DbInstance::INFO,
    arn: ArnForm { service: "rds", kind: "db:", identity: Identity::Name, names_place: true, shared: false },
    is_data: IsData::Always,
    aws_backup: Some(KnownAs::One(&RDS)),
    dlm: false,
    counted: |resource| match is_cluster_member(resource) {
        true => Counted::Whole,
        false => Counted::Itself,
    },
    status,
    restorable_span,
    continuous_until: ContinuousUntil::LatestRestorable,
    parts: None,
    held_by: |_, _| Vec::new(),
    needs: |_, _, _| needs("rds:DescribeDBSnapshots"),
    own: automated_backups,
    keeps_own_backups,
    retention_told_by: None,
    replicas: Some(Replicas {
        arns: |resource| {
            let arns = resource.get::<rds::DbInstance>().and_then(|instance| instance.replicated_backup_arns.read());
            arns.map(Vec::as_slice).unwrap_or_default()
        },
        listed_by: "rds:DescribeDBInstanceAutomatedBackups",
    }),
    copies_listed_by: &["rds:DescribeDBSnapshots", "rds:DescribeDBInstanceAutomatedBackups"],
    restores: NO_OTHER_EVIDENCE,
    reproducible: read_replicas::<rds::DbInstance>,
    perhaps_reproducible: |_, _| None,
};

pub static CLUSTER: DataType = cluster(
    &rds::DbCluster::INFO,
    KnownAs::OneOf { all: &[&AURORA, &RDS, &NEPTUNE, &DOCUMENT_DB], of: by_engine, or: unless_engine_is_read },
    read_replicas::<rds::DbCluster>,
);
pub static NEPTUNE_CLUSTER: DataType = cluster(&rds::NeptuneCluster::INFO, KnownAs::One(&NEPTUNE), read_replicas::<rds::NeptuneCluster>);
pub static DOC_DB_CLUSTER: DataType = cluster(&rds::DocDbCluster::INFO, KnownAs::One(&DOCUMENT_DB), read_replicas::<rds::DocDbCluster>);

/// Clusters of Neptune and DocumentDB have the same requirements, listings and backups as Aurora clusters.
const fn cluster(info: &'static TypeInfo, aws_backup: KnownAs, reproducible: for<'s> fn(&'s Shard) -> Vec<(&'s str, String)>) -> DataType {
    DataType {
        info,
        arn: ArnForm { service: "rds", kind: "cluster:", identity: Identity::Name, names_place: true, shared: true },
        is_data: IsData::Always,
        aws_backup: Some(aws_backup),
        dlm: false,
        counted: |_| Counted::Itself,
        status,
        restorable_span,
        continuous_until: ContinuousUntil::LatestRestorable,
        parts: None,
        held_by: |_, _| Vec::new(),
        needs: |_, _, _| needs("rds:DescribeDBClusterSnapshots"),
        own: automated_backups,
        keeps_own_backups,
        retention_told_by: None,
        replicas: None,
        copies_listed_by: &["rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusterAutomatedBackups"],
        restores: NO_OTHER_EVIDENCE,
        reproducible,
        perhaps_reproducible: |_, _| None,
    }
}

pub static SNAPSHOT: BackupType = of_snapshots(&rds::DbSnapshot::INFO);
pub static CLUSTER_SNAPSHOT: BackupType = of_snapshots(&rds::DbClusterSnapshot::INFO);
pub static NEPTUNE_CLUSTER_SNAPSHOT: BackupType = of_snapshots(&rds::NeptuneClusterSnapshot::INFO);
pub static DOC_DB_CLUSTER_SNAPSHOT: BackupType = of_snapshots(&rds::DocDbClusterSnapshot::INFO);
pub static AUTOMATED_BACKUP: BackupType = of_automated_backups(&rds::AutomatedBackup::INFO);
pub static CLUSTER_AUTOMATED_BACKUP: BackupType = of_automated_backups(&rds::ClusterAutomatedBackup::INFO);

const fn of_snapshots(info: &'static TypeInfo) -> BackupType {
    BackupType {
        info,
        snapshot: |resource, _| snapshot(resource),
        shared_with: Some(|resource| Some(&resource.get::<rds::DbSnapshot>()?.shared_with)),
        summarise: add_copy,
    }
}

/// The database itself shows how far back they go; in other Regions they are copies of it.
const fn of_automated_backups(info: &'static TypeInfo) -> BackupType {
    BackupType { info, snapshot: |_, _| None, shared_with: None, summarise: add_replica }
}

/// A restored database does not name its source.
const NO_OTHER_EVIDENCE: RestoreEvidence = RestoreEvidence { shown_by: &[], seen: |_, _, _| Vec::new() };

/// "What is AWS Backup?" lists Multi-AZ DB clusters (engine `mysql` or `postgres`) under RDS, not under Aurora. A cluster whose engine was
/// not read counts as Aurora.
fn by_engine(resource: &Resource) -> &'static AwsBackup {
    match engine(resource) {
        None => &AURORA,
        Some(engine) if engine.starts_with("aurora") => &AURORA,
        Some("neptune") => &NEPTUNE,
        Some("docdb") => &DOCUMENT_DB,
        Some(_) => &RDS,
    }
}

fn unless_engine_is_read(resource: &Resource) -> Option<(&'static AwsBackup, &'static str)> {
    engine(resource).is_none().then_some((&RDS, "engine"))
}

fn engine(resource: &Resource) -> Option<&str> {
    resource.get::<rds::DbCluster>()?.engine.read().map(String::as_str)
}

fn status(resource: &Resource) -> Option<&Fact<Option<String>>> {
    restorable_span(resource).map(|span| span.status)
}

fn restorable_span(resource: &Resource) -> Option<RestorableSpan<'_>> {
    let (status, earliest_at, latest_at) = if let Some(instance) = resource.get::<rds::DbInstance>() {
        (&instance.status, &instance.earliest_restorable_at, &instance.latest_restorable_at)
    } else {
        let cluster = resource.get::<rds::DbCluster>()?;
        (&cluster.status, &cluster.earliest_restorable_at, &cluster.latest_restorable_at)
    };
    Some(RestorableSpan { status, earliest_at, latest_at })
}

/// How many days automated backups of a database are kept.
fn backup_retention_days(resource: &Resource) -> Option<&Fact<i64>> {
    let of_instance = resource.get::<rds::DbInstance>().map(|instance| &instance.backup_retention_days);
    of_instance.or_else(|| resource.get::<rds::DbCluster>().map(|cluster| &cluster.backup_retention_days))
}

fn keeps_automated_backups_if_read(resource: &Resource) -> Option<bool> {
    backup_retention_days(resource).and_then(Fact::read).map(|days| *days > 0)
}

fn keeps_own_backups(resource: &Resource) -> bool {
    keeps_automated_backups_if_read(resource) == Some(true)
}

/// Whether an instance is a member of a cluster, which holds its data.
fn is_cluster_member(resource: &Resource) -> bool {
    resource.get::<rds::DbInstance>().is_some_and(|instance| instance.cluster_id.present().is_some())
}

fn needs(snapshots_listed_by: &'static str) -> Needs {
    Needs { operations: vec![snapshots_listed_by], properties: vec!["status", "backup_retention_days", "latest_restorable_at"] }
}

/// Whether a database in this status accepts writes (RDS user guide, "Viewing Amazon RDS DB instance status"; on "storage-optimization",
/// which can last for days: "the instance is operational").
fn runs(status: &str) -> bool {
    let running = ["available", "backing-up", "modifying", "storage-config-upgrade", "storage-initialization", "storage-optimization"];
    running.contains(&status) || status.starts_with("configuring-")
}

fn automated_backups(case: &Case, found: &mut Mechanisms) {
    let Some(days) = backup_retention_days(case.resource).and_then(|days| days.read()).copied() else { return };
    if days > 0 {
        let latest = case.latest_restorable();
        // A database that is not running writes no log, but its data does not change either.
        let running = case.span.and_then(|span| span.status.present()).is_some_and(|status| runs(status));
        if let (Some(earliest), Some(latest)) = (case.earliest_restorable().or(latest), latest) {
            found.windows.extend(points::window(MechanismKind::Automated, earliest, latest, case.as_of));
        }
        let allowed = running.then_some(CONTINUOUS_ALLOWED_SECONDS);
        found.all.push(Mechanism {
            retention_days: Some(days).into(),
            promised_seconds: case.promised(case.earliest_restorable(), Some(days)),
            ..case.mechanism(MechanismKind::Automated, "automated backups".to_owned(), latest, allowed)
        });
    }
}

fn read_replicas<T: ResourceType>(shard: &Shard) -> Vec<(&str, String)> {
    let is_replica = |resource: &&Resource| {
        let of_instance = resource.get::<rds::DbInstance>().map(|instance| &instance.read_replica);
        let is_replica = of_instance.or_else(|| resource.get::<rds::DbCluster>().map(|cluster| &cluster.read_replica));
        is_replica == Some(&Fact::Read(true))
    };
    let replicas = shard.of_type(T::INFO.name).filter(is_replica);
    replicas.map(|resource| (resource.arn.as_str(), "a read replica is made again from its source".to_owned())).collect()
}

/// A snapshot of an instance or a cluster.
fn snapshot(resource: &Resource) -> Option<Snapshot<'_>> {
    let snapshot = resource.get::<rds::DbSnapshot>()?;
    Some(Snapshot {
        resource,
        source_arn: snapshot.source_arn.read()?.clone(),
        restorable: snapshot.status.present().is_some_and(|status| status == "available"),
        made_by: match snapshot.snapshot_type.read().map(String::as_str) {
            Some("awsbackup") => "aws_backup",
            Some("automated") => "automated",
            _ => "manual",
        },
        encrypted: snapshot.encrypted.read().copied(),
        kms_key_arn: snapshot.kms_key_arn.present().cloned(),
        public: snapshot.public.read().copied(),
        locked: Some(false),
        archived: false,
    })
}

/// Adds a snapshot that was copied from another Region or account.
fn add_copy(summary: &mut Summary, resource: &Resource) {
    let Some(snapshot) = resource.get::<rds::DbSnapshot>() else { return };
    let (Some(source), Some(created_at)) = (snapshot.copied_from_arn.present(), resource.created_at) else { return };
    let elsewhere = arn::region(source) != summary.region || arn::account(source) != summary.account;
    if elsewhere && snapshot.status.present().is_some_and(|status| status == "available") {
        let copy = ForeignBackup::of_copy(summary, resource, source, created_at, snapshot.encrypted.read().copied());
        summary.foreign_backups.entry(source.clone()).or_default().push(copy);
    }
}

/// Adds automated backups that are replicated from another Region.
fn add_replica(summary: &mut Summary, resource: &Resource) {
    let Some(automated) = resource.get::<rds::AutomatedBackup>() else { return };
    let Some(source) = automated.source_arn.read().filter(|source| arn::region(source) != summary.region) else { return };
    if let Some(days) = automated.backup_retention_days.present() {
        summary.replicas.insert(resource.arn.clone(), *days);
    }
    if let Some(latest) = automated.latest_restorable_at.present() {
        let copy = ForeignBackup::of_copy(summary, resource, source, *latest, automated.encrypted.read().copied());
        summary.foreign_backups.entry(source.clone()).or_default().push(ForeignBackup { seen_as: AUTOMATED, ..copy });
    }
}
