//! Amazon FSx: whose backups count, where the data of ONTAP is, and which file systems of Lustre are reproducible.

use crate::support::world::*;
use rel9::audit::findings::Findings;
use rel9::audit::policy::Policy;
use rel9::audit::{self, Input, Options};
use rel9::protection::facts::{MechanismKind, State};
use rel9::rules::{Care, RuleSet};
use serde_json::{Value, json};
use std::sync::LazyLock;

fn arn(rest: &str) -> String {
    format!("arn:aws:fsx:{REGION}:{ACCOUNT}:{rest}")
}

fn file_system(id: &str, kind: &str, more: Value) -> Value {
    let mut properties = json!({"status": "AVAILABLE", "file_system_type": kind, "deployment_type": "SINGLE_AZ_2", "kms_key_arn": null,
        "key_manager": "aws", "key_state": null, "backup_retention_days": 0, "copy_tags_to_backups": false, "copy_tags_to_volumes": null,
        "data_repositories": [], "size_bytes": null});
    for (name, value) in more.as_object().expect("properties") {
        properties[name] = value.clone();
    }
    let mut line = resource("AWS::FSx::FileSystem", &arn(&format!("file-system/{id}")), id, properties);
    line["tags"] = json!({});
    line
}

fn volume(id: &str, more: Value) -> Value {
    let mut properties = json!({"status": "CREATED", "volume_type": "ONTAP", "file_system_id": "fs-1", "ontap_volume_type": "RW",
        "svm_root": false, "flexcache_endpoint_type": "NONE", "copy_tags_to_backups": true, "backup_retention_days": 0, "size_bytes": null});
    for (name, value) in more.as_object().expect("properties") {
        properties[name] = value.clone();
    }
    let mut line = resource("AWS::FSx::Volume", &arn(&format!("volume/fs-1/{id}")), id, properties);
    line["tags"] = json!({});
    line
}

fn backup(id: &str, of: &str, kind: &str, at: &str) -> Value {
    let properties = json!({"source_arn": arn(of), "status": "AVAILABLE", "backup_type": kind, "owner_id": ACCOUNT, "kms_key_arn": null,
        "key_manager": "aws", "key_state": null, "copied_from_arn": null, "size_bytes": null});
    let mut line = resource("AWS::FSx::Backup", &arn(&format!("backup/{id}")), id, properties);
    line["created_at"] = json!(at);
    line
}

const FS: &str = "file-system/fs-1";

/// Windows with automatic backups, the newest of this hour of the morning.
fn windows(newest: &str) -> World {
    World::new()
        .with(file_system("fs-1", "WINDOWS", json!({"backup_retention_days": 7})))
        .with(backup("backup-1", FS, "AUTOMATIC", "2026-11-21T02:00:00Z"))
        .with(backup("backup-2", FS, "AUTOMATIC", newest))
}

fn audited(world: &World) -> Findings {
    static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::built_in(Care::Trusted).unwrap_or_else(|_| panic!("the rules")));
    let options = Options { as_of: Some(AS_OF.parse().expect("a time")), ..Options::default() };
    audit::run(&Input::Memory(world.shards()), &RULES, &Policy::default(), &options).expect("findings")
}

/// The status of a rule for a resource; empty if there is no finding.
fn status(world: &World, rule: &str, id: &str) -> String {
    let findings = audited(world);
    let found = findings.findings.iter().find(|finding| &*finding.rule == rule && &*finding.resource.id == id);
    found.map_or(String::new(), |finding| finding.status.as_str().to_owned())
}

#[test]
fn automatic_backups_are_daily() {
    let facts = windows("2026-11-22T02:00:00Z").protection(&arn(FS));
    assert_eq!(facts.state.read(), Some(&State::Protected));
    let mechanisms = facts.mechanisms.read().expect("the mechanisms");
    let [mechanism] = mechanisms.as_slice() else { panic!("{mechanisms:?}") };
    assert_eq!((mechanism.kind, mechanism.automatic, mechanism.on_schedule), (MechanismKind::Automated, true, Some(true)));
    assert_eq!((mechanism.interval_seconds.present(), mechanism.retention_days.present()), (Some(&86_400), Some(&7)));
    // A day and the time that a backup of much data takes.
    let border = "2026-11-21T03:00:00Z";
    assert_eq!(windows(border).state(&arn(FS)), Some(State::Protected));
    assert_eq!(windows("2026-11-21T02:59:00Z").state(&arn(FS)), Some(State::Stale));
}

#[test]
fn the_first_automatic_backup_of_a_new_file_system_may_be_to_come() {
    let new = |created: &str| {
        let mut line = file_system("fs-1", "OPENZFS", json!({"backup_retention_days": 7}));
        line["created_at"] = json!(created);
        let facts = World::new().with(line).protection(&arn(FS));
        facts.mechanisms.read().expect("the mechanisms")[0].on_schedule
    };
    assert_eq!(new("2026-11-21T12:00:00Z"), None);
    assert_eq!(new("2026-11-20T12:00:00Z"), Some(false), "none was made in a day and a half");
}

/// What AWS Backup made is in the list of FSx too.
#[test]
fn a_backup_of_aws_backup_counts_once() {
    let mut world = World::new().with(file_system("fs-1", "WINDOWS", json!({}))).daily_plan();
    world = world.point(&arn(FS), "2026-11-22T05:10:00Z", json!({})).changed("fs-1", |line| line["tags"] = json!({"backup": "daily"}));
    let point = world.lines.iter_mut().find(|line| line["type"] == "AWS::Backup::RecoveryPoint").expect("a point");
    point["arn"] = json!(arn("backup/backup-9"));
    let world = world.with(backup("backup-9", FS, "AWS_BACKUP", "2026-11-22T05:10:00Z"));
    let facts = world.protection(&arn(FS));
    assert_eq!(facts.recovery_points.read().expect("read").count, 1);
    assert_eq!(facts.aws_backup_points.read(), Some(&1));
    assert_eq!(facts.state.read(), Some(&State::Protected));
    // If the vaults were not read, the list of FSx still shows it, and as what it is.
    let facts = world.denied("backup:ListRecoveryPointsByBackupVault").protection(&arn(FS));
    assert_eq!(facts.state.read(), Some(&State::Protected));
}

/// AWS's rule on the automatic retention fails it.
#[test]
fn a_file_system_that_only_aws_backup_protects_passes() {
    let world = World::new().with(file_system("fs-1", "WINDOWS", json!({}))).daily_plan();
    let world = world.point(&arn(FS), "2026-11-22T05:10:00Z", json!({})).changed("fs-1", |line| line["tags"] = json!({"backup": "daily"}));
    assert_eq!(status(&world, "fsx-automatic-backups", "fs-1"), "pass");
    assert_eq!(status(&world, "fsx-retention", "fs-1"), "");
    assert_eq!(status(&world, "data-protected", "fs-1"), "pass");
}

#[test]
fn only_backups_that_are_available_and_of_this_account_count() {
    let world = |change: fn(&mut Value)| {
        let mut line = backup("backup-1", FS, "USER_INITIATED", "2026-11-22T02:00:00Z");
        change(&mut line["properties"]);
        World::new().with(file_system("fs-1", "WINDOWS", json!({}))).with(line)
    };
    assert_eq!(world(|_| {}).state(&arn(FS)), Some(State::Protected));
    for status in ["CREATING", "TRANSFERRING", "PENDING", "COPYING", "FAILED", "DELETED"] {
        let mut line = backup("backup-1", FS, "USER_INITIATED", "2026-11-22T02:00:00Z");
        line["properties"]["status"] = json!(status);
        let world = World::new().with(file_system("fs-1", "WINDOWS", json!({}))).with(line);
        assert_eq!(world.state(&arn(FS)), Some(State::Unprotected), "{status}");
    }
    assert_eq!(world(|properties| properties["owner_id"] = json!("999999999999")).state(&arn(FS)), Some(State::Unprotected));
    assert_eq!(world(|properties| properties["owner_id"] = json!(null)).state(&arn(FS)), Some(State::Protected));
}

#[test]
fn backups_that_were_not_listed_are_unknown() {
    let world = World::new().with(file_system("fs-1", "WINDOWS", json!({}))).denied("fsx:DescribeBackups");
    assert!(world.protection(&arn(FS)).state.is_unread());
    assert_eq!(status(&world, "data-protected", "fs-1"), "unknown");
}

#[test]
fn copies_in_another_region_count_for_their_source() {
    let mut copy = backup("backup-7", FS, "USER_INITIATED", "2026-11-22T04:00:00Z");
    copy["region"] = json!("eu-west-1");
    copy["arn"] = json!(format!("arn:aws:fsx:eu-west-1:{ACCOUNT}:backup/backup-7"));
    copy["properties"]["copied_from_arn"] = json!(arn("backup/backup-2"));
    let header = json!({"kind": "coverage", "account": ACCOUNT, "region": "eu-west-1", "service": "fsx", "operation": "DescribeBackups",
        "status": "ok", "items": 1, "error": null});
    let facts = windows("2026-11-22T02:00:00Z").with(header).with(copy).protection(&arn(FS));
    let copies = facts.copies.read().expect("copies were read");
    assert_eq!(copies.len(), 1);
    assert_eq!((copies[0].other_region.read(), copies[0].other_account.read()), (Some(&true), Some(&false)));
    assert_eq!(copies[0].created_at.to_rfc3339(), "2026-11-22T02:00:00+00:00", "the data is as old as its source");
}

fn ontap(days: i64, volumes: &[Value]) -> World {
    let world = World::new().with(file_system("fs-1", "ONTAP", json!({"backup_retention_days": days, "copy_tags_to_backups": null})));
    volumes.iter().fold(world, |world, volume| world.with(volume.clone()))
}

/// "FSx for ONTAP backups are per volume".
#[test]
fn the_data_of_an_ontap_file_system_is_in_its_volumes() {
    let mut tagged = file_system("fs-1", "ONTAP", json!({"copy_tags_to_backups": null}));
    tagged["tags"] = json!({"backup": "daily"});
    let world = World::new().with(tagged).with(volume("fsvol-1", json!({}))).daily_plan();
    let facts = world.protection(&arn(FS));
    assert_eq!(facts.counts_as_data.read(), Some(&false));
    assert_eq!(status(&world, "data-protected", "fs-1"), "");
    assert_eq!(status(&world, "data-protected", "fsvol-1"), "fail");
    assert_eq!(status(&world, "fsx-automatic-backups", "fs-1"), "fail", "a plan that selects the file system backs nothing up");
    let selected = world.changed("fsvol-1", |line| line["tags"] = json!({"backup": "daily"}));
    assert_eq!(status(&selected, "fsx-automatic-backups", "fs-1"), "pass");
    assert_eq!(status(&selected.denied("fsx:DescribeVolumes"), "fsx-automatic-backups", "fs-1"), "unknown");
}

#[test]
fn an_automatic_backup_of_a_volume_protects_the_volume() {
    let of = "volume/fs-1/fsvol-1";
    let world = ontap(7, &[volume("fsvol-1", json!({"backup_retention_days": 7}))]).with(backup(
        "backup-1",
        of,
        "AUTOMATIC",
        "2026-11-22T02:00:00Z",
    ));
    assert_eq!(world.state(&arn(of)), Some(State::Protected));
    assert_eq!(world.on_schedule(&arn(of)).get("automatic daily backups"), Some(&Some(true)));
    assert_eq!(status(&world, "data-protected", "fsvol-1"), "pass");
}

#[test]
fn volumes_that_fsx_does_not_back_up_hold_no_data() {
    for more in [
        json!({"svm_root": true}),
        json!({"ontap_volume_type": "DP"}),
        json!({"ontap_volume_type": "LS"}),
        json!({"flexcache_endpoint_type": "CACHE"}),
        json!({"volume_type": "OPENZFS", "ontap_volume_type": null, "flexcache_endpoint_type": null}),
    ] {
        let world = ontap(0, &[volume("fsvol-1", more.clone())]);
        assert_eq!(world.protection(&arn("volume/fs-1/fsvol-1")).counts_as_data.read(), Some(&false), "{more}");
        assert_eq!(status(&world, "data-protected", "fsvol-1"), "", "{more}");
        assert_eq!(world.protection(&arn(FS)).held_in.present().map(Vec::len), Some(0), "{more}");
    }
    let origin = ontap(0, &[volume("fsvol-1", json!({"flexcache_endpoint_type": "ORIGIN"}))]);
    assert_eq!(status(&origin, "data-protected", "fsvol-1"), "fail");
}

#[test]
fn a_volume_of_an_unread_kind_may_hold_data() {
    let mut line = volume("fsvol-1", json!({}));
    line["properties"].as_object_mut().expect("properties").remove("svm_root");
    let world = ontap(0, &[line]);
    assert!(world.protection(&arn("volume/fs-1/fsvol-1")).counts_as_data.is_unread());
    assert_eq!(status(&world, "data-protected", "fsvol-1"), "unknown");
    assert!(world.protection(&arn(FS)).held_in.is_unread());
}

#[test]
fn lustre_that_is_scratch_or_linked_is_reproducible() {
    let lustre = |more: Value| World::new().with(file_system("fs-1", "LUSTRE", more));
    let link = |status: &str| json!({"deployment_type": "PERSISTENT_2", "data_repositories": [{"path": "s3://data", "status": status}]});
    for more in [json!({"deployment_type": "SCRATCH_1"}), json!({"deployment_type": "SCRATCH_2"}), link("AVAILABLE"), link("UPDATING")] {
        let world = lustre(more.clone());
        assert_eq!(audited(&world).summary.coverage.reproducible, 1, "{more}");
        assert_eq!(
            (status(&world, "data-protected", "fs-1"), status(&world, "fsx-automatic-backups", "fs-1")),
            Default::default(),
            "{more}"
        );
    }
    let persistent = lustre(json!({"deployment_type": "PERSISTENT_1"}));
    assert_eq!((status(&persistent, "data-protected", "fs-1").as_str(), audited(&persistent).summary.coverage.reproducible), ("fail", 0));
    // A link that does not work leaves changes in the file system alone; FSx still takes no backups of it.
    for broken in ["MISCONFIGURED", "CREATING"] {
        let world = lustre(link(broken));
        assert_eq!(
            (status(&world, "data-protected", "fs-1").as_str(), status(&world, "fsx-automatic-backups", "fs-1").as_str()),
            ("fail", ""),
            "{broken}"
        );
    }
    let mut unread = file_system("fs-1", "LUSTRE", json!({"deployment_type": "PERSISTENT_2"}));
    unread["properties"].as_object_mut().expect("properties").remove("data_repositories");
    let world = World::new().with(unread).denied("fsx:DescribeDataRepositoryAssociations");
    assert_eq!(status(&world, "data-protected", "fs-1"), "unknown");
    assert_eq!(status(&world, "fsx-automatic-backups", "fs-1"), "unknown");
}
