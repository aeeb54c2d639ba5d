//! The mechanisms that back a resource up: which run by themselves, how often, and whether the last run kept its schedule.

use super::facts::{CopyRetention, Mechanism, MechanismKind, State, Window};
use super::index::{Index, Typed};
use super::points::{self, Point};
use super::reach::{PlannedRule, Selected, title};
use crate::inventory::types::{backup::RecoveryPoint, dlm, s3};
use crate::inventory::{Fact, Resource, Tags};
use chrono::{DateTime, Duration, Utc};

/// Amazon DLM starts a snapshot within an hour of its scheduled time (EC2 user guide, "How Amazon Data Lifecycle Manager works").
const DLM_START_WINDOW_SECONDS: i64 = 3_600;

/// How old the latest restorable time of a running continuous backup may be: services say five minutes, an hour is late
/// (RDS user guide, "Restoring a DB instance to a specified time"; DynamoDB developer guide, "Point-in-time recovery").
const CONTINUOUS_ALLOWED_SECONDS: i64 = 3_600;

/// The mechanisms of a resource, the windows that continuous ones give, and how long their copies are kept.
#[derive(Default)]
pub struct Mechanisms {
    pub all: Vec<Mechanism>,
    pub windows: Vec<Window>,
    pub copy_retention: Vec<CopyRetention>,
    /// The longest time between two copies that a schedule allows.
    pub copy_interval_seconds: Option<i64>,
    /// The DLM policies that may be mechanisms too: what decides it is not known.
    pub in_doubt: Vec<String>,
}

/// Everything about one resource that mechanisms are worked out from.
pub struct Case<'a> {
    pub index: &'a Index<'a>,
    pub resource: &'a Resource,
    pub points: &'a [Point],
    pub continuous: &'a [RecoveryPoint],
    pub selected: &'a [Selected<'a>],
    pub as_of: DateTime<Utc>,
}

/// Works out all mechanisms of a resource.
pub fn of(case: &Case) -> Mechanisms {
    let mut found = Mechanisms::default();
    backup_plans(case, &mut found);
    if case.resource.type_name == "AWS::EC2::Volume" {
        instance_plans_and_dlm(case, &mut found);
    }
    if case.resource.type_name == "AWS::EC2::Instance" {
        lifecycle_policies(case, case.resource, None, &mut found);
    }
    native(case, &mut found);
    by_hand(case, &mut found);
    found
}

impl Case<'_> {
    /// The newest backup that `test` accepts.
    fn newest(&self, test: impl Fn(&Point) -> bool) -> Option<DateTime<Utc>> {
        self.points.iter().find(|point| test(point)).map(|point| point.backup.created_at)
    }

    /// How long AWS Backup's jobs for the resource took at most, from the points and the jobs it still lists.
    fn job_time(&self) -> i64 {
        let jobs = self.index.backup_jobs.get(&self.resource.arn).into_iter().flatten();
        let took = jobs.filter(|job| job.properties.status.read().is_some_and(|status| status == "COMPLETED")).filter_map(|job| {
            let completed = job.properties.completed_at.present()?;
            Some((*completed - job.resource.created_at?).num_seconds())
        });
        self.points.iter().filter_map(|point| point.took_seconds).chain(took).max().unwrap_or(0).max(0)
    }

    fn moment(&self, property: &str) -> Option<DateTime<Utc>> {
        let text = self.resource.text(property)?;
        Some(DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc))
    }

    fn number(&self, property: &str) -> Option<i64> {
        self.resource.properties.get(property)?.as_i64()
    }

    fn flag(&self, property: &str) -> bool {
        self.resource.properties.get(property).and_then(serde_json::Value::as_bool).unwrap_or_default()
    }

    fn mechanism(&self, kind: MechanismKind, source: String, last_at: Option<DateTime<Utc>>, allowed: Option<i64>) -> Mechanism {
        let age = last_at.map(|last| (self.as_of - last).num_seconds());
        Mechanism {
            kind,
            automatic: true,
            interval_seconds: None,
            allowed_age_seconds: allowed,
            retention_days: None,
            retention_endless: false,
            last_at,
            age_seconds: age,
            on_schedule: age.zip(allowed).map(|(age, allowed)| age <= allowed),
            source,
        }
    }
}

fn backup_plans(case: &Case, found: &mut Mechanisms) {
    for selected in case.selected.iter().filter(|selected| !selected.blocked) {
        for planned in selected.rules {
            add_planned_rule(case, selected.plan, planned, false, found);
        }
    }
}

/// A rule of a plan, for the resource itself or through its instance.
fn add_planned_rule(case: &Case, plan: &Resource, planned: &PlannedRule, through_instance: bool, found: &mut Mechanisms) {
    let rule = &planned.rule;
    let through = if through_instance { " (through its instance)" } else { "" };
    let source = format!("backup plan {}, rule {}{through}", title(plan), rule.name);
    let allowed = planned.elapsed_seconds.map(|interval| interval + planned.start_window().num_seconds() + case.job_time());
    let continuous = case
        .continuous
        .iter()
        .find(|point| rule.continuous && (point.rule_id.present().is_none() || point.rule_id.present() == rule.id.as_ref()));
    let mechanism = if let Some(point) = continuous {
        continuous_mechanism(case, point, source, found)
    } else {
        let ours = |point: &Point| {
            point.backup.kind == MechanismKind::AwsBackup
                && point.of_instance == through_instance
                && match (&point.rule_id, &rule.id) {
                    (Some(made_by), Some(id)) => made_by == id,
                    _ => point.backup.vault_arn.as_deref().is_none_or(|vault| super::arn::vault_name(vault) == rule.vault),
                }
        };
        Mechanism {
            interval_seconds: planned.interval_seconds,
            ..case.mechanism(MechanismKind::AwsBackup, source.clone(), case.newest(ours), allowed)
        }
    };
    found.all.push(Mechanism { retention_days: rule.retention_days, retention_endless: rule.retention_days.is_none(), ..mechanism });
    for copy in &rule.copies {
        found.copy_interval_seconds = found.copy_interval_seconds.max(allowed);
        let same = points::is_local(&copy.destination_vault_arn, &case.resource.account, &case.resource.region);
        if !same {
            found.copy_retention.push(CopyRetention {
                kind: "backup_plan".to_owned(),
                source: format!("backup plan {}, rule {}, copy to {}", title(plan), rule.name, copy.destination_vault_arn),
                retention_days: copy.retention_days,
            });
        }
    }
}

/// A continuous recovery point keeps its first date; how far it reaches is told by the service, or by being AVAILABLE.
fn continuous_mechanism(case: &Case, point: &RecoveryPoint, source: String, found: &mut Mechanisms) -> Mechanism {
    let latest = case.moment("latest_restorable_at").unwrap_or(case.as_of);
    let kept_since = point.retention_days.present().map(|days| case.as_of - Duration::days(*days));
    let earliest = case.moment("earliest_restorable_at").or(kept_since).unwrap_or(latest);
    let earliest = case.resource.created_at.map_or(earliest, |created| earliest.max(created));
    found.windows.extend(points::window(MechanismKind::AwsBackup, earliest, latest, case.as_of));
    case.mechanism(MechanismKind::AwsBackup, source, Some(latest), Some(CONTINUOUS_ALLOWED_SECONDS))
}

fn instance_plans_and_dlm(case: &Case, found: &mut Mechanisms) {
    let Some(volume) = case.index.volumes.get(case.resource.id.as_str()) else { return };
    let attachments = volume.properties.attachments.read().map(Vec::as_slice).unwrap_or_default();
    lifecycle_policies(case, case.resource, None, found);
    for attachment in attachments {
        if let Some(instance) = case.index.instances.get(attachment.instance_id.as_str()) {
            let is_root = instance.properties.root_device.present().is_some_and(|root| Some(root) == attachment.device.as_ref());
            lifecycle_policies(case, instance.resource, Some(is_root), found);
        }
    }
}

/// Plan rules that reach a volume through the instance it is attached to.
pub fn through_instance(case: &Case, instance_selected: &[Selected], found: &mut Mechanisms) {
    for selected in instance_selected.iter().filter(|selected| !selected.blocked) {
        for planned in selected.rules {
            add_planned_rule(case, selected.plan, planned, true, found);
        }
    }
}

/// DLM policies that target `target`: the resource itself or, with `through_root` telling whether as its root volume, its instance.
fn lifecycle_policies(case: &Case, target: &Resource, through_root: Option<bool>, found: &mut Mechanisms) {
    for policy in &case.index.lifecycle_policies {
        match (targets(policy, target, case, through_root), policy.properties.schedules.read()) {
            (Fact::Read(false), _) => {}
            (Fact::Read(true), Some(schedules)) => {
                schedules.iter().for_each(|schedule| add_dlm_schedule(case, policy, schedule, found));
            }
            (Fact::Read(true), None) => found.in_doubt.push(format!("the schedules of DLM policy {} are not known", policy.resource.id)),
            (Fact::Unread, _) => found.in_doubt.push(format!("whether DLM policy {} targets it is not known", policy.resource.id)),
        }
    }
}

fn add_dlm_schedule(case: &Case, policy: &Typed<dlm::LifecyclePolicy>, schedule: &dlm::Schedule, found: &mut Mechanisms) {
    let interval = match schedule.cron.as_deref() {
        Some(cron) => case.index.cron_gaps.get(cron).copied().flatten(),
        None => schedule.interval_seconds,
    };
    let name = schedule.name.as_deref().map_or(String::new(), |name| format!(", schedule {name}"));
    let source = format!("DLM policy {}{name}", policy.resource.id);
    let last = case.newest(|point| point.backup.kind == MechanismKind::Dlm);
    let allowed = interval.map(|interval| interval + DLM_START_WINDOW_SECONDS + case.job_time());
    let counted_days = schedule.retain_count.zip(interval).map(|(count, interval)| count.saturating_mul(interval) / 86_400);
    found.all.push(Mechanism {
        interval_seconds: interval,
        retention_days: schedule.retention_days.or(counted_days),
        ..case.mechanism(MechanismKind::Dlm, source.clone(), last, allowed)
    });
    for copy in schedule.copies.iter().filter(|copy| copy.target != case.resource.region && !copy.target.starts_with("arn:")) {
        found.copy_interval_seconds = found.copy_interval_seconds.max(allowed);
        found.copy_retention.push(CopyRetention {
            kind: "dlm".to_owned(),
            source: format!("{source}, copy to {}", copy.target),
            retention_days: copy.retention_days,
        });
    }
}

/// Whether an enabled policy targets a resource (facts page, section 6), which is of the same Region (EC2 user guide, "Automate backups with
/// Amazon Data Lifecycle Manager": policies are of one Region). One thing that keeps it from it is enough to know that it does not.
pub fn policy_targets(policy: &Typed<dlm::LifecyclePolicy>, target: &Resource, volume_type: Option<&str>, is_root: bool) -> Fact<bool> {
    let region = &policy.resource.region;
    let policy = &policy.properties;
    let wanted = if target.type_name == "AWS::EC2::Volume" { "VOLUME" } else { "INSTANCE" };
    let has = |tags: &Tags, wanted: &dlm::Tag| tags.get(&wanted.key) == Some(&wanted.value);
    let takes_backups = |kind: &String| kind == "EBS_SNAPSHOT_MANAGEMENT" || kind == "IMAGE_MANAGEMENT";
    let selects = match (policy.default_policy.read(), target.tags()) {
        (_, None) => None,
        (Some(true), Some(tags)) => policy.exclusions.read().and_then(|exclusions| {
            let excludes_type = |kind: &str| exclusions.volume_types.iter().any(|excluded| excluded == kind);
            let excluded_root = exclusions.boot_volumes && is_root;
            match volume_type {
                _ if excluded_root || exclusions.tags.iter().any(|tag| has(tags, tag)) => Some(false),
                Some(kind) => Some(!excludes_type(kind)),
                None => (wanted == "INSTANCE" || exclusions.volume_types.is_empty()).then_some(true),
            }
        }),
        (told, Some(tags)) => {
            let tagged = policy.target_tags.read().map(|wanted| wanted.iter().any(|tag| has(tags, tag)));
            tagged.filter(|tagged| *tagged || told.is_some())
        }
    };
    all([
        policy.status.read().map(|status| status == "ENABLED"),
        policy.policy_type.read().map(takes_backups),
        policy.resource_types.read().map(|types| types.iter().any(|name| name == wanted)),
        super::arn::differ(region, &target.region).read().map(|elsewhere| !elsewhere),
        selects,
    ])
}

/// Whether all hold; not known where nothing is false and something is not known.
fn all<const N: usize>(conditions: [Option<bool>; N]) -> Fact<bool> {
    match conditions {
        _ if conditions.contains(&Some(false)) => Fact::Read(false),
        _ if conditions.contains(&None) => Fact::Unread,
        _ => Fact::Read(true),
    }
}

fn targets(policy: &Typed<dlm::LifecyclePolicy>, target: &Resource, case: &Case, through_root: Option<bool>) -> Fact<bool> {
    let own_root = case.index.volumes.get(case.resource.id.as_str()).is_some_and(|volume| is_root_volume(case.index, volume));
    let is_root = through_root.unwrap_or(own_root);
    let properties = &policy.properties;
    let included = match through_root {
        None => Some(true),
        Some(true) => properties.exclude_boot_volume.read().map(|excluded| !excluded),
        Some(false) => properties
            .exclude_data_volume_tags
            .read()
            .map(|excluded| !excluded.iter().any(|tag| case.resource.tags().is_none_or(|tags| tags.get(&tag.key) == Some(&tag.value)))),
    };
    let targeted = policy_targets(policy, target, case.resource.text("volume_type"), is_root);
    all([targeted.read().copied(), included])
}

/// Whether a volume is the root device of an instance.
pub fn is_root_volume(index: &Index, volume: &Typed<crate::inventory::types::ebs::Volume>) -> bool {
    volume.properties.attachments.read().into_iter().flatten().any(|attachment| {
        index
            .instances
            .get(attachment.instance_id.as_str())
            .and_then(|instance| instance.properties.root_device.present())
            .is_some_and(|root| Some(root) == attachment.device.as_ref())
    })
}

/// What the service itself does.
fn native(case: &Case, found: &mut Mechanisms) {
    match case.resource.type_name.as_str() {
        "AWS::RDS::DBInstance" | "AWS::RDS::DBCluster" | "AWS::Neptune::DBCluster" | "AWS::DocDB::DBCluster" => {
            let days = case.number("backup_retention_days").unwrap_or(0);
            if days > 0 {
                let latest = case.moment("latest_restorable_at");
                // A database that is not available writes no log; its data does not change either.
                let allowed = (case.resource.text("status") == Some("available")).then_some(CONTINUOUS_ALLOWED_SECONDS);
                if let (Some(earliest), Some(latest)) = (case.moment("earliest_restorable_at").or(latest), latest) {
                    found.windows.extend(points::window(MechanismKind::Automated, earliest, latest, case.as_of));
                }
                found.all.push(Mechanism {
                    retention_days: Some(days),
                    ..case.mechanism(MechanismKind::Automated, "automated backups".to_owned(), latest, allowed)
                });
                let replicated = case.resource.properties.get("replicated_backup_arns").and_then(serde_json::Value::as_array);
                for copy in replicated.into_iter().flatten().filter_map(serde_json::Value::as_str) {
                    found.copy_retention.push(CopyRetention {
                        kind: "automated".to_owned(),
                        source: format!("automated backups replicated to {}", super::arn::region(copy)),
                        retention_days: replicated_retention(case, copy).or(Some(days)),
                    });
                }
            }
        }
        "AWS::DynamoDB::Table" if case.flag("pitr") => {
            let latest = case.moment("latest_restorable_at");
            if let (Some(earliest), Some(latest)) = (case.moment("earliest_restorable_at"), latest) {
                found.windows.extend(points::window(MechanismKind::Pitr, earliest, latest, case.as_of));
            }
            found.all.push(Mechanism {
                retention_days: case.number("pitr_days"),
                ..case.mechanism(MechanismKind::Pitr, "point-in-time recovery".to_owned(), latest, Some(CONTINUOUS_ALLOWED_SECONDS))
            });
        }
        "AWS::EFS::FileSystem" => efs_replication(case, found),
        "AWS::S3::Bucket" => bucket(case, found),
        _ => {}
    }
}

fn replicated_retention(case: &Case, copy_arn: &str) -> Option<i64> {
    let (_, backup) = case.index.automated_backups.get(&case.resource.arn)?.iter().find(|(resource, _)| resource.arn == copy_arn)?;
    backup.backup_retention_days.present().copied()
}

fn efs_replication(case: &Case, found: &mut Mechanisms) {
    let Some(file_system) = case.resource.properties_as::<crate::inventory::types::efs::FileSystem>() else { return };
    for replication in file_system.replication.read().into_iter().flatten().filter(|replication| replication.status == "ENABLED") {
        let source = format!("replication to {}", replication.destination_region);
        found.all.push(case.mechanism(MechanismKind::Replication, source, replication.last_replicated_at, None));
    }
}

fn bucket(case: &Case, found: &mut Mechanisms) {
    let Some(bucket) = case.resource.properties_as::<s3::Bucket>() else { return };
    if bucket.versioning.read() != Some(&s3::Versioning::Enabled) {
        return;
    }
    let shortest =
        bucket.lifecycle.read().into_iter().flatten().filter(|rule| rule.enabled).filter_map(|rule| rule.noncurrent_expiration_days).min();
    found.all.push(Mechanism {
        retention_days: shortest,
        retention_endless: shortest.is_none() && !bucket.lifecycle.is_unread(),
        ..case.mechanism(MechanismKind::Versioning, "versioning".to_owned(), Some(case.as_of), None)
    });
    for rule in bucket.replication.read().into_iter().flatten().filter(|rule| rule.enabled) {
        let source = format!("replication to {}", rule.destination_bucket_arn);
        found.all.push(case.mechanism(MechanismKind::Replication, source, None, None));
    }
}

/// Backups that no schedule of today makes: by hand, or by what was there before.
fn by_hand(case: &Case, found: &mut Mechanisms) {
    for (kind, source) in [
        (MechanismKind::AwsBackup, "recovery points on demand or of earlier plans"),
        (MechanismKind::Dlm, "snapshots of DLM policies that no longer target it"),
        (MechanismKind::Automated, "automated snapshots"),
        (MechanismKind::Snapshot, "manual snapshots"),
    ] {
        if found.all.iter().any(|mechanism| mechanism.kind == kind && mechanism.last_at.is_some()) {
            continue;
        }
        if let Some(last_at) = case.newest(|point| point.backup.kind == kind) {
            found.all.push(Mechanism { automatic: false, ..case.mechanism(kind, source.to_owned(), Some(last_at), None) });
        }
    }
    if !case.continuous.is_empty() && !found.windows.iter().any(|window| window.kind == MechanismKind::AwsBackup) {
        let mechanism = case
            .continuous
            .first()
            .map(|point| continuous_mechanism(case, point, "a continuous recovery point of an earlier plan".to_owned(), found));
        found.all.extend(mechanism.map(|mechanism| Mechanism { automatic: false, ..mechanism }));
    }
}

/// The state that the mechanisms alone give (facts page, section 10): `None` when nothing can be restored.
pub fn state(mechanisms: &[Mechanism]) -> Option<State> {
    let restorable: Vec<&Mechanism> =
        mechanisms.iter().filter(|mechanism| mechanism.kind != MechanismKind::Replication && mechanism.last_at.is_some()).collect();
    if restorable.iter().any(|mechanism| mechanism.on_schedule != Some(false)) {
        return Some(State::Protected);
    }
    (!restorable.is_empty()).then_some(State::Stale)
}
