//! One line for each fact of a resource's protection.

use crate::inventory::arn;
use crate::inventory::figures::human_duration;
use crate::protection::facts::{Backup, Considered, CopyFact, Mechanism, MechanismKind, RestoreSeen, Window};
use chrono::{DateTime, Utc};

pub fn moment(at: &DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// `backup plan daily, rule d35: every 1 d, kept 35 d; last 2026-11-22 05:10 UTC, 1 h 50 min old, at most 1 d 8 h allowed`
pub fn mechanism(mechanism: &Mechanism) -> String {
    let mut parts = Vec::new();
    match mechanism.interval_seconds.read() {
        Some(Some(interval)) => parts.push(format!("every {}", human_duration(*interval))),
        Some(None) if mechanism.automatic => parts.push(match mechanism.kind {
            MechanismKind::Pitr | MechanismKind::Automated | MechanismKind::Versioning | MechanismKind::Replication => {
                "continuous".to_owned()
            }
            _ => "without a schedule that runs again".to_owned(),
        }),
        Some(None) => parts.push("manual".to_owned()),
        None => parts.push("its schedule is not known".to_owned()),
    }
    if mechanism.retention_endless.read() == Some(&true) {
        parts.push("kept for ever".to_owned());
    } else if let Some(days) = mechanism.retention_days.present() {
        parts.push(format!("kept {days} d"));
    }
    let last = match (&mechanism.last_at, mechanism.age_seconds) {
        (Some(at), Some(age)) => format!("last {}, {} old", moment(at), human_duration(age)),
        _ if mechanism.kind == MechanismKind::Replication => "a replica is no backup".to_owned(),
        _ => "no backup yet".to_owned(),
    };
    let allowed = mechanism.allowed_age_seconds.map_or(String::new(), |allowed| format!(", at most {} allowed", human_duration(allowed)));
    let late = if mechanism.on_schedule == Some(false) { ": late" } else { "" };
    format!("{}: {}; {last}{allowed}{late}", mechanism.source, parts.join(", "))
}

/// `plan daily, selection databases: tag backup=daily is required, the resource has no tag backup`
pub fn considered(considered: &Considered) -> (char, String) {
    let sign = match considered.reaches {
        Some(true) => '+',
        Some(false) => '-',
        None => '?',
    };
    let kind = if considered.kind == "dlm_policy" { "DLM policy" } else { "plan" };
    let selection = considered.selection.as_ref().map_or(String::new(), |selection| format!(", selection {selection}"));
    (sign, format!("{kind} {}{selection}: {}", considered.name, considered.why))
}

/// `2026-11-22 05:10 UTC, 1 h 50 min old: AWS Backup, encrypted (key …), locked, vault main, kept until 2026-12-27`
pub fn backup(backup: &Backup) -> String {
    let kind = match backup.kind {
        MechanismKind::AwsBackup => "AWS Backup",
        MechanismKind::Dlm => "DLM snapshot",
        MechanismKind::Automated => "automated backup",
        MechanismKind::Snapshot => "snapshot",
        MechanismKind::Pitr => "point-in-time recovery",
        MechanismKind::Versioning => "versions",
        MechanismKind::Replication => "replica",
        MechanismKind::Export => "export",
    };
    let mut parts = vec![kind.to_owned()];
    parts.push(match (backup.encrypted.read(), &backup.kms_key_arn) {
        (Some(true), Some(key)) => format!("encrypted with {}", key_name(key)),
        (Some(true), None) => "encrypted".to_owned(),
        (Some(false), _) => "NOT encrypted".to_owned(),
        (None, _) => "encryption not known".to_owned(),
    });
    parts.push(match backup.locked.read() {
        Some(true) => "locked".to_owned(),
        Some(false) => "not locked".to_owned(),
        None => "lock not known".to_owned(),
    });
    if backup.public.read() == Some(&true) {
        parts.push("PUBLIC".to_owned());
    }
    if backup.air_gapped {
        parts.push("air-gapped".to_owned());
    }
    if backup.archived {
        parts.push("archived".to_owned());
    }
    parts.extend(backup.vault_arn.as_deref().map(|vault| format!("vault {}", arn::vault_name(vault))));
    parts.extend(backup.expires_at.map(|at| format!("kept until {}", at.format("%Y-%m-%d"))));
    format!("{}, {} old: {}", moment(&backup.created_at), human_duration(backup.age_seconds), parts.join(", "))
}

/// `2026-11-22 05:10 UTC, 1 h 50 min old: in 444455556666/eu-west-1 (other account, other Region), locked; seen as recovery point`
pub fn copy(copy: &CopyFact) -> String {
    let other: Vec<&str> = [(&copy.other_account, "other account"), (&copy.other_region, "other Region")]
        .into_iter()
        .filter(|(is, _)| is.read() == Some(&true))
        .map(|(_, word)| word)
        .collect();
    let other = if other.is_empty() { String::new() } else { format!(" ({})", other.join(", ")) };
    let mut parts = vec![format!("in {}/{}{other}", copy.account, copy.region)];
    parts.push(match copy.locked.read() {
        Some(true) => "locked".to_owned(),
        Some(false) => "not locked".to_owned(),
        None => "lock not known".to_owned(),
    });
    if copy.air_gapped.read() == Some(&true) {
        parts.push("air-gapped".to_owned());
    }
    parts.extend(copy.encrypted.map(|encrypted| if encrypted { "encrypted".to_owned() } else { "NOT encrypted".to_owned() }));
    parts.push(format!("seen as {}", copy.seen_as.replace('_', " ")));
    format!("{}, {} old: {}", moment(&copy.created_at), human_duration(copy.age_seconds), parts.join(", "))
}

/// `2026-10-22 05:10 UTC, 31 d ago: succeeded, took 40 min, validated (restore job …)`
pub fn restore(restore: &RestoreSeen) -> String {
    let mut parts = vec![match (restore.succeeded, &restore.status) {
        (true, _) => "succeeded".to_owned(),
        (false, Some(status)) => format!("failed ({status})"),
        (false, None) => "failed".to_owned(),
    }];
    parts.extend(restore.took_seconds.map(|took| format!("took {}", human_duration(took))));
    parts.push(if restore.validated { "validated".to_owned() } else { "not validated".to_owned() });
    parts.push(restore.source.clone());
    parts.extend(restore.message.clone());
    format!("{}, {} ago: {}", moment(&restore.at), human_duration(restore.age_seconds), parts.join(", "))
}

/// `any moment from 2026-11-15 07:00 UTC to 2026-11-22 06:55 UTC`
pub fn window(window: &Window) -> String {
    format!("any moment from {} to {}", moment(&window.earliest_at), moment(&window.latest_at))
}

/// `key/1234…` of an ARN, or the text itself.
fn key_name(key: &str) -> &str {
    match arn::resource(key) {
        "" => key,
        name => name,
    }
}
