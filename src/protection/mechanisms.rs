//! The mechanisms that back a resource up: which run by themselves, how often, and whether the last run kept its schedule.

use super::facts::{CopyRetention, CopySchedule, Mechanism, MechanismKind, State, Window};
use super::index::{Index, Typed};
use super::points::{self, Point};
use super::reach::{PlannedRule, Selected, title};
use crate::inventory::types::{backup::RecoveryPoint, dlm, s3};
use crate::inventory::{Fact, Resource};
use chrono::{DateTime, Utc};

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
    pub copy_schedules: Vec<CopySchedule>,
    /// Why there may be more of them.
    pub unread: Vec<String>,
    /// Why it is not known how long some copies are kept.
    pub copies_unread: Vec<String>,
    /// Why a template does not settle schedule, retention or copies of some of them.
    pub unsettled: Vec<String>,
}

/// Everything about one resource that mechanisms are worked out from.
pub struct Case<'a> {
    pub index: &'a Index<'a>,
    pub resource: &'a Resource,
    pub points: &'a [Point],
    pub continuous: &'a [RecoveryPoint],
    pub selected: &'a [Selected<'a>],
    /// Selections that reach the instances that the volume is attached to.
    pub through: &'a [Selected<'a>],
    /// Plans that back the resource up with its CloudFormation stack.
    pub stacks: &'a [Selected<'a>],
    pub as_of: DateTime<Utc>,
}

/// Works out all mechanisms of a resource, those of before the schedules of today last.
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

    fn copy_schedule(&self, account: &str, region: &str, interval_seconds: Option<i64>) -> CopySchedule {
        CopySchedule {
            account: account.to_owned(),
            region: region.to_owned(),
            other_account: account != self.resource.account,
            other_region: region != self.resource.region,
            interval_seconds,
        }
    }

    fn moment(&self, property: &str) -> Option<DateTime<Utc>> {
        let text = self.resource.text(property)?;
        Some(DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc))
    }

    /// The latest restorable time, as far as as_of goes.
    fn latest_restorable(&self) -> Option<DateTime<Utc>> {
        let latest = self.moment("latest_restorable_at")?.min(self.as_of);
        self.moment("earliest_restorable_at").is_none_or(|earliest| earliest <= latest).then_some(latest)
    }

    /// The last moment of which anything is known: nobody saw whether what ran when the inventory was read went on.
    fn seen_at(&self) -> DateTime<Utc> {
        self.index.shard.captured_at.map_or(self.as_of, |captured| captured.min(self.as_of))
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
            interval_seconds: Fact::Read(None),
            allowed_age_seconds: allowed,
            retention_days: Fact::Read(None),
            retention_endless: false.into(),
            last_at,
            age_seconds: age,
            on_schedule: age.zip(allowed).map(|(age, allowed)| age <= allowed),
            source,
        }
    }

    /// A mechanism that is there, of which a template settles no more.
    fn unsettled(&self, kind: MechanismKind, source: String, reasons: Vec<String>, found: &mut Mechanisms) {
        found.unsettled.extend(reasons);
        found.all.push(Mechanism {
            interval_seconds: Fact::Unread,
            retention_days: Fact::Unread,
            retention_endless: Fact::Unread,
            ..self.mechanism(kind, source, None, None)
        });
    }
}

fn backup_plans(case: &Case, found: &mut Mechanisms) {
    for (all, way) in [(case.selected, Way::Itself), (case.through, Way::Instance), (case.stacks, Way::Stack)] {
        for selected in all.iter().filter(|selected| !selected.blocked) {
            for (planned, reach) in selected.rules.iter().zip(&selected.reaches) {
                add_planned_rule(case, selected, planned, reach.due, way, found);
            }
            if !selected.unsettled.is_empty() {
                let source = format!("backup plan {}{}", title(selected.plan), way.words());
                case.unsettled(MechanismKind::AwsBackup, source, selected.unsettled.clone(), found);
            }
        }
    }
}

/// What a plan selects, so that the resource is backed up.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Itself,
    Instance,
    Stack,
}

impl Way {
    fn words(self) -> &'static str {
        match self {
            Way::Itself => "",
            Way::Instance => " (through its instance)",
            Way::Stack => " (through its stack)",
        }
    }
}

/// A rule of a plan. `due` tells that its first run must be over.
fn add_planned_rule(case: &Case, selected: &Selected, planned: &PlannedRule, due: bool, way: Way, found: &mut Mechanisms) {
    let (plan, rule) = (selected.plan, &planned.rule);
    let source = format!("backup plan {}, rule {}{}", title(plan), rule.name, way.words());
    let allowed = planned.elapsed_seconds.map(|interval| late_after(interval, planned.start_window().num_seconds() + case.job_time()));
    let continuous = case
        .continuous
        .iter()
        .find(|point| rule.continuous && (point.rule_id.present().is_none() || point.rule_id.present() == rule.id.as_ref()));
    let mechanism = if let Some(point) = continuous {
        continuous_mechanism(case, point, source, found)
    } else {
        let ours = |point: &Point| {
            point.backup.kind == MechanismKind::AwsBackup
                && point.of_instance == (way == Way::Instance)
                && match (&point.rule_id, &rule.id) {
                    (Some(made_by), Some(id)) => made_by == id || stands_in(selected.rules, made_by, planned, point.backup.created_at),
                    _ => point.backup.vault_arn.as_deref().is_none_or(|vault| super::arn::vault_name(vault) == rule.vault),
                }
        };
        let mechanism = case.mechanism(MechanismKind::AwsBackup, source.clone(), case.newest(ours), allowed);
        // What it made may be gone by now, or it never made anything: nothing is kept of what the schedule promises.
        let nothing_left = (mechanism.last_at.is_none() && due && allowed.is_some()).then_some(false);
        Mechanism {
            // A schedule that has no run before it makes no more backups than a hand that made some.
            automatic: planned.schedule.is_none() || allowed.is_some(),
            interval_seconds: planned.interval_seconds.into(),
            on_schedule: mechanism.on_schedule.or(nothing_left),
            ..mechanism
        }
    };
    found.all.push(Mechanism {
        retention_days: rule.retention_days.into(),
        retention_endless: rule.retention_days.is_none().into(),
        ..mechanism
    });
    for copy in &rule.copies {
        let same = points::is_local(&copy.destination_vault_arn, &case.resource.account, &case.resource.region);
        if !same {
            let (account, region) = (super::arn::account(&copy.destination_vault_arn), super::arn::region(&copy.destination_vault_arn));
            found.copy_schedules.push(case.copy_schedule(account, region, allowed));
            found.copy_retention.push(CopyRetention {
                kind: "backup_plan".to_owned(),
                source: format!("backup plan {}, rule {}, copy to {}", title(plan), rule.name, copy.destination_vault_arn),
                retention_days: copy.retention_days,
            });
        }
    }
}

/// How old the newest backup may be: the interval and what a run may take, but never so old that a whole run is missing (facts page,
/// section 3).
fn late_after(interval: i64, run: i64) -> i64 {
    interval.saturating_add(run).min(interval.saturating_mul(2) - 1)
}

/// Whether the backup of another rule of the plan was made instead of this rule's: of rules whose time frames overlap, AWS Backup takes
/// "a backup for the rule with the longer retention time" (AWS Backup developer guide, "Backup plan options and configuration").
fn stands_in(rules: &[PlannedRule], made_by: &String, planned: &PlannedRule, at: DateTime<Utc>) -> bool {
    let Some(other) = rules.iter().find(|other| other.rule.id.as_ref() == Some(made_by)) else { return false };
    let kept_longer = other.rule.retention_days.is_none_or(|theirs| planned.rule.retention_days.is_some_and(|ours| theirs >= ours));
    let window = planned.start_window().max(other.start_window());
    kept_longer
        && planned.schedule.as_ref().is_some_and(|schedule| {
            schedule.previous_before(at).is_some_and(|run| at - run <= window)
                || schedule.next_after(at).is_some_and(|run| run - at <= window)
        })
}

/// A continuous recovery point keeps its first date; how far it reaches is told by the service, or by being AVAILABLE.
fn continuous_mechanism(case: &Case, point: &RecoveryPoint, source: String, found: &mut Mechanisms) -> Mechanism {
    // S3 does not say how far it reaches: an AVAILABLE one goes on (a continuous backup that ended is STOPPED).
    let latest = if case.resource.type_name == "AWS::S3::Bucket" { Some(case.seen_at()) } else { case.latest_restorable() };
    if let Some(latest) = latest {
        let kept_since = point.retention_days.present().map(|days| latest - super::days(*days));
        let earliest = case.moment("earliest_restorable_at").or(kept_since).unwrap_or(latest);
        let earliest = case.resource.created_at.map_or(earliest, |created| earliest.max(created));
        found.windows.extend(points::window(MechanismKind::AwsBackup, earliest, latest, case.as_of));
    }
    case.mechanism(MechanismKind::AwsBackup, source, latest, Some(CONTINUOUS_ALLOWED_SECONDS))
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

/// DLM policies that target `target`: the resource itself or, with `through_root` telling whether as its root volume, its instance.
fn lifecycle_policies(case: &Case, target: &Resource, through_root: Option<bool>, found: &mut Mechanisms) {
    for policy in &case.index.lifecycle_policies {
        match targets(policy, target, case, through_root) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(reasons) => {
                found.unread.extend(reasons);
                continue;
            }
        }
        // The key of a copy, and with whom snapshots are shared, change nothing here.
        let other = ["key_manager", "kms_key_arn", "encrypted", "shared_with"];
        let unsettled = policy.resource.unsettled_parts("schedules", |part| !other.iter().any(|other| part.ends_with(other)));
        if !unsettled.is_empty() {
            case.unsettled(MechanismKind::Dlm, format!("DLM policy {}", policy.resource.id), unsettled, found);
            continue;
        }
        match policy.properties.schedules.read() {
            Some(schedules) => schedules.iter().for_each(|schedule| add_dlm_schedule(case, policy, schedule, found)),
            None => found.unread.extend(super::why_unread(case.index.shard, policy.resource, "schedules")),
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
    let by_default = policy.properties.default_policy.read() == Some(&true);
    let last = case.newest(|point| match &point.dlm_schedule {
        // A default policy leaves out what has a recent backup, whoever made that (DLM API reference, `PolicyDetails.ResourceType`).
        _ if by_default => point.backup.kind != MechanismKind::Automated,
        Some((policy_id, name)) => *policy_id == policy.resource.id && (schedule.name.is_none() || schedule.name == *name),
        None => point.backup.kind == MechanismKind::Dlm,
    });
    let allowed = interval.map(|interval| late_after(interval, DLM_START_WINDOW_SECONDS + case.job_time()));
    let mechanism = case.mechanism(MechanismKind::Dlm, source.clone(), last, allowed);
    let makes_snapshots = policy.properties.policy_type.read().is_some_and(|kind| kind == "EBS_SNAPSHOT_MANAGEMENT");
    let since = policy.resource.created_at.zip(case.resource.created_at).map(|(policy, data)| policy.max(data));
    let due = makes_snapshots && since.zip(allowed).is_some_and(|(since, allowed)| (case.as_of - since).num_seconds() > allowed);
    found.all.push(Mechanism {
        interval_seconds: interval.into(),
        retention_days: schedule.retention_days.or(counted_days(case.index, schedule)).into(),
        on_schedule: mechanism.on_schedule.or((due && last.is_none()).then_some(false)),
        ..mechanism
    });
    for copy in schedule.copies.iter().filter(|copy| copy.target != case.resource.region && !copy.target.starts_with("arn:")) {
        found.copy_schedules.push(case.copy_schedule(&case.resource.account, &copy.target, allowed));
        found.copy_retention.push(CopyRetention {
            kind: "dlm".to_owned(),
            source: format!("{source}, copy to {}", copy.target),
            retention_days: copy.retention_days,
        });
    }
}

/// How many days back the snapshots go that a schedule keeps by their number.
fn counted_days(index: &Index, schedule: &dlm::Schedule) -> Option<i64> {
    let count = schedule.retain_count?;
    let seconds = match &schedule.cron {
        Some(cron) => index.cron_spans.get(&(cron.clone(), count)).copied().flatten(),
        None => schedule.interval_seconds.map(|interval| count.saturating_mul(interval)),
    };
    Some(seconds? / 86_400)
}

/// Whether an enabled policy targets a resource (facts page, section 6) of its Region: Amazon DLM is a Regional service.
///
/// # Errors
/// Why nobody can tell: what the policy or the tags of the resource say is not known.
pub fn policy_targets(
    index: &Index,
    policy: &Typed<dlm::LifecyclePolicy>,
    target: &Resource,
    volume_type: Option<&str>,
    is_root: bool,
) -> Result<bool, Vec<String>> {
    let wanted_type = if target.type_name == "AWS::EC2::Volume" { "VOLUME" } else { "INSTANCE" };
    let kinds = ["EBS_SNAPSHOT_MANAGEMENT", "IMAGE_MANAGEMENT"];
    let properties = &policy.properties;
    let has_one = |wanted: &[dlm::Tag]| match target.tags() {
        Some(tags) => Some(wanted.iter().any(|tag| tags.get(&tag.key) == Some(&tag.value))),
        None => wanted.is_empty().then_some(false),
    };
    // Default policies have no target tags.
    let has_targets = || properties.target_tags.read().is_some_and(|tags| !tags.is_empty());
    let is_default = properties.default_policy.read().copied().or_else(|| has_targets().then_some(false));
    let selects = match is_default {
        Some(true) => properties.exclusions.read().and_then(|exclusions| {
            let excluded_type = match volume_type {
                Some(kind) => Some(exclusions.volume_types.iter().any(|excluded| excluded == kind)),
                None => (wanted_type != "VOLUME" || exclusions.volume_types.is_empty()).then_some(false),
            };
            let excluded = [excluded_type, Some(exclusions.boot_volumes && is_root), has_one(&exclusions.tags)];
            if excluded.contains(&Some(true)) { Some(false) } else { (!excluded.contains(&None)).then_some(true) }
        }),
        Some(false) => properties.target_tags.read().and_then(|wanted| has_one(wanted)),
        None => None,
    };
    let conditions = [
        properties.status.read().map(|status| status == "ENABLED"),
        properties.resource_types.read().map(|types| types.iter().any(|name| name == wanted_type)),
        properties.policy_type.read().map(|kind| kinds.contains(&kind.as_str())),
        selects,
        super::arn::differ(&policy.resource.region, &target.region).read().map(|elsewhere| !elsewhere),
    ];
    if conditions.contains(&Some(false)) {
        return Ok(false);
    }
    if !conditions.contains(&None) {
        return Ok(true);
    }
    let of_policy = ["status", "resource_types", "policy_type", "default_policy", "exclusions", "target_tags"].into_iter();
    let unread = of_policy.filter(|property| !policy.resource.properties.contains_key(*property));
    let mut reasons: Vec<String> = unread.flat_map(|property| super::why_unread(index.shard, policy.resource, property)).collect();
    if target.tags().is_none() {
        reasons.extend(super::why_unread(index.shard, target, "tags"));
    }
    if super::arn::differ(&policy.resource.region, &target.region).is_unread() {
        reasons.push(super::reach::elsewhere(target, policy.resource));
    }
    if volume_type.is_none() && wanted_type == "VOLUME" {
        reasons.extend(super::why_unread(index.shard, target, "volume_type"));
    }
    Err(reasons)
}

fn targets(policy: &Typed<dlm::LifecyclePolicy>, target: &Resource, case: &Case, through_root: Option<bool>) -> Result<bool, Vec<String>> {
    let own_root = case.index.volumes.get(case.resource.id.as_str()).is_some_and(|volume| is_root_volume(case.index, volume));
    let is_root = through_root.unwrap_or(own_root);
    if !policy_targets(case.index, policy, target, case.resource.text("volume_type"), is_root)? {
        return Ok(false);
    }
    let unread = |property| super::why_unread(case.index.shard, policy.resource, property);
    match through_root {
        None => Ok(true),
        Some(true) => policy.properties.exclude_boot_volume.read().map(|exclude| !exclude).ok_or_else(|| unread("exclude_boot_volume")),
        Some(false) => {
            let tags = policy.properties.exclude_data_volume_tags.read().ok_or_else(|| unread("exclude_data_volume_tags"))?;
            Ok(!tags.iter().any(|tag| case.resource.tags().is_none_or(|own| own.get(&tag.key) == Some(&tag.value))))
        }
    }
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
            let replicated = case.resource.properties.get("replicated_backup_arns").and_then(serde_json::Value::as_array);
            let Some(days) = case.number("backup_retention_days") else {
                if replicated.is_some_and(|copies| !copies.is_empty()) {
                    found.copies_unread = super::why_unread(case.index.shard, case.resource, "backup_retention_days");
                }
                return;
            };
            if days > 0 {
                let latest = case.latest_restorable();
                // A database that is not available writes no log; its data does not change either.
                let allowed = (case.resource.text("status") == Some("available")).then_some(CONTINUOUS_ALLOWED_SECONDS);
                if let (Some(earliest), Some(latest)) = (case.moment("earliest_restorable_at").or(latest), latest) {
                    found.windows.extend(points::window(MechanismKind::Automated, earliest, latest, case.as_of));
                }
                found.all.push(Mechanism {
                    retention_days: Fact::Read(Some(days)),
                    ..case.mechanism(MechanismKind::Automated, "automated backups".to_owned(), latest, allowed)
                });
            }
        }
        "AWS::DynamoDB::Table" if case.flag("pitr") => {
            let latest = case.latest_restorable();
            if let (Some(earliest), Some(latest)) = (case.moment("earliest_restorable_at"), latest) {
                found.windows.extend(points::window(MechanismKind::Pitr, earliest, latest, case.as_of));
            }
            found.all.push(Mechanism {
                retention_days: case.number("pitr_days").into(),
                ..case.mechanism(MechanismKind::Pitr, "point-in-time recovery".to_owned(), latest, Some(CONTINUOUS_ALLOWED_SECONDS))
            });
        }
        "AWS::EFS::FileSystem" => efs_replication(case, found),
        "AWS::S3::Bucket" => bucket(case, found),
        _ => {}
    }
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
        retention_days: shortest.into(),
        retention_endless: (shortest.is_none() && !bucket.lifecycle.is_unread()).into(),
        ..case.mechanism(MechanismKind::Versioning, "versioning".to_owned(), Some(case.seen_at()), None)
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
