//! Amazon Data Lifecycle Manager: which policies target a resource, and which backups their schedules make.

use super::case::{Case, Mechanisms};
use super::facts::{CopyRetention, Mechanism, MechanismKind};
use super::index::{Index, Typed};
use super::schedule::{largest_gap, late_after, shortest_span};
use super::unread::{why_place_undecided, why_tags_unread, why_unread};
use crate::inventory::types::dlm;
use crate::inventory::types::ebs::{self, Volume};
use crate::inventory::{Fact, Outcome, Resource, add_new, more_path};
use chrono::{DateTime, Utc};

/// Amazon DLM starts a snapshot within an hour of its scheduled time (EC2 user guide, "How Amazon Data Lifecycle Manager works").
const DLM_START_WINDOW_SECONDS: i64 = 3_600;

/// The schedules of the policies that target a volume by its own tags or by the tags of its instances.
pub fn of_volume(case: &Case, found: &mut Mechanisms) {
    of_target(case, case.resource, None, found);
    for (instance, is_root) in instances_of(case) {
        of_target(case, instance, Some(is_root), found);
    }
}

/// The instances that a volume is attached to, and whether it is their root volume.
pub fn instances_of<'a>(case: &Case<'a>) -> Vec<(&'a Resource, bool)> {
    let volume = case.index.volumes.get(case.resource.id.as_str());
    let attachments = volume.and_then(|volume| volume.properties.attachments.read()).map(Vec::as_slice).unwrap_or_default();
    let instance = |attachment: &ebs::Attachment| {
        let instance = case.index.instances.get(attachment.instance_id.as_str())?;
        let is_root = instance.properties.root_device.present().is_some_and(|root| Some(root) == attachment.device.present());
        Some((instance.resource, is_root))
    };
    attachments.iter().filter_map(instance).collect()
}

/// The DLM policies that target `target`: the resource itself, or its instance if `through_root` is `Some` (with `true` for its root
/// volume).
pub fn of_target(case: &Case, target: &Resource, through_root: Option<bool>, found: &mut Mechanisms) {
    for policy in &case.index.lifecycle_policies {
        match misses(policy, target, case, through_root) {
            Ok(misses) if misses.is_empty() => {}
            Ok(_) => continue,
            Err(reasons) => {
                found.unread.extend(reasons);
                continue;
            }
        }
        match policy.properties.schedules.read() {
            Some(schedules) => schedules.iter().for_each(|schedule| add_dlm_schedule(case, policy, schedule, found)),
            None => found.unread.extend(why_unread(case.index.shard, policy.resource, "schedules")),
        }
        add_new(&mut found.copies_unread, policy.resource.unsettled(&more_path("schedules")).iter().cloned());
    }
}

fn add_dlm_schedule(case: &Case, policy: &Typed<dlm::LifecyclePolicy>, schedule: &dlm::Schedule, found: &mut Mechanisms) {
    let why = |parts: &[&str]| {
        let paths = parts.iter().map(|part| format!("schedules[].{part}"));
        let unsettled = paths.filter(|path| !policy.resource.unsettled(path).is_empty());
        let mut reasons = Vec::new();
        unsettled.for_each(|path| add_new(&mut reasons, case.why(policy.resource, &path)));
        reasons
    };
    let settled = interval(schedule, case.as_of).or_why(|| why(&["cron", "interval_seconds"]));
    let interval = settled.clone().ok().flatten();
    let name = schedule.name.present().map_or(String::new(), |name| format!(", schedule {name}"));
    let source = format!("DLM policy {}{name}", policy.resource.id);
    let by_default = policy.properties.default_policy.read() == Some(&true);
    let last = case.newest(|point| match &point.dlm_schedule {
        // A default policy skips resources with a recent backup, no matter what made it (DLM API reference, `PolicyDetails.ResourceType`).
        _ if by_default => point.backup.kind != MechanismKind::Automated,
        Some((policy_id, name)) => *policy_id == policy.resource.id && schedule.name.read().is_none_or(|own| own.is_none() || own == name),
        None => point.backup.kind == MechanismKind::Dlm,
    });
    let allowed = interval.map(|interval| late_after(interval, DLM_START_WINDOW_SECONDS + case.job_time()));
    let mechanism = case.mechanism(MechanismKind::Dlm, source.clone(), last, allowed);
    let makes_snapshots = policy.properties.policy_type.read().is_some_and(|kind| kind == "EBS_SNAPSHOT_MANAGEMENT");
    let since = policy.resource.created_at.zip(case.resource.created_at).map(|(policy, data)| policy.max(data));
    let due = makes_snapshots && since.zip(allowed).is_some_and(|(since, allowed)| (case.as_of - since).num_seconds() > allowed);
    let retention_days = retention(schedule, case.as_of);
    found.all.push(Mechanism {
        retention_days: retention_days.or_why(|| why(&["retention_days", "retain_count", "cron", "interval_seconds"])).into(),
        interval_seconds: settled.clone().into(),
        promised_seconds: retention_days.read().and_then(|days| case.promised(policy.resource.created_at, *days)),
        on_schedule: mechanism.on_schedule.or((due && last.is_none()).then_some(false)),
        ..mechanism
    });
    let Some(copies) = schedule.copies.read() else {
        return add_new(&mut found.copies_unread, case.why(policy.resource, "schedules[].copies"));
    };
    for copy in copies {
        let Some(target) = copy.target.read() else {
            add_new(&mut found.copies_unread, case.why(policy.resource, "schedules[].copies[].target"));
            continue;
        };
        if *target == case.resource.region || target.starts_with("arn:") {
            continue;
        }
        add_new(&mut found.copies_unread, settled.clone().err().unwrap_or_default());
        found.copy_schedules.push(case.copy_schedule(&case.resource.account, target, allowed));
        found.copy_retention.push(CopyRetention {
            kind: "dlm".to_owned(),
            source: format!("{source}, copy to {target}"),
            retention_days: copy.retention_days.or_why(|| case.why(policy.resource, "schedules[].copies[].retention_days")).into(),
        });
    }
}

/// The largest gap of a schedule: a `CreateRule` has an interval or a cron expression, not both (Amazon DLM API reference, `CreateRule`).
fn interval(schedule: &dlm::Schedule, as_of: DateTime<Utc>) -> Fact<Option<i64>> {
    match (schedule.cron.read(), schedule.interval_seconds.read()) {
        (Some(Some(cron)), _) => Fact::Read(largest_gap(Some(cron), None, as_of)),
        (_, Some(Some(interval))) => Fact::Read(Some(*interval)),
        (Some(None), Some(None)) => Fact::Read(None),
        _ => Fact::Unread,
    }
}

/// How long a schedule keeps its snapshots: a `RetainRule` has a count or an age (Amazon DLM API reference, `RetainRule`).
fn retention(schedule: &dlm::Schedule, as_of: DateTime<Utc>) -> Fact<Option<i64>> {
    match (schedule.retention_days.read(), schedule.retain_count.read()) {
        (Some(Some(days)), _) => Fact::Read(Some(*days)),
        (_, Some(Some(_))) if interval(schedule, as_of).is_unread() => Fact::Unread,
        (_, Some(Some(count))) => Fact::Read(counted_days(schedule, *count, as_of)),
        (Some(None), Some(None)) => Fact::Read(None),
        _ => Fact::Unread,
    }
}

/// How many days of snapshots a schedule with a retention count keeps.
fn counted_days(schedule: &dlm::Schedule, count: i64, as_of: DateTime<Utc>) -> Option<i64> {
    let seconds = match schedule.cron.present() {
        Some(cron) => shortest_span(cron, count, as_of),
        None => schedule.interval_seconds.present().map(|interval| count.saturating_mul(*interval)),
    };
    Some(seconds? / 86_400)
}

/// Why a policy does not target a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyMiss {
    Disabled,
    /// It targets another type of resource.
    OtherType,
    /// It makes neither snapshots nor images on a schedule.
    OtherPolicyType,
    /// The resource has none of the target tags.
    Untagged,
    ExcludedVolumeType,
    ExcludedBootVolume,
    ExcludedTag,
    /// It is in another Region or account.
    Elsewhere,
}

/// Why a policy does not target a resource; nothing if it does: the policy is enabled, and in the Region and account of the resource (Amazon
/// DLM is a Regional service).
///
/// # Errors
/// Why the answer is not known: the policy's settings or the resource's tags are not known.
pub fn policy_misses(
    index: &Index,
    policy: &Typed<dlm::LifecyclePolicy>,
    target: &Resource,
    volume_type: Option<&str>,
    is_root: bool,
) -> Outcome<Vec<PolicyMiss>> {
    let wanted_type = target_type(target);
    let kinds = ["EBS_SNAPSHOT_MANAGEMENT", "IMAGE_MANAGEMENT"];
    let properties = &policy.properties;
    // If the resource has tags that a template does not settle, one of them may match.
    let has_one = |wanted: &[dlm::Tag], path: &str| {
        let found = target.tags().has_one(pairs(wanted));
        found.filter(|found| *found || policy.resource.unsettled(&more_path(path)).is_empty())
    };
    // Default policies have no target tags.
    let has_targets = || properties.target_tags.read().is_some_and(|tags| !tags.is_empty());
    let is_default = properties.default_policy.read().copied().or_else(|| has_targets().then_some(false));
    // What excludes it: `Some(false)` if it does not, `None` if that is not known.
    let excluded: Vec<(PolicyMiss, Option<bool>)> = match is_default {
        Some(true) => match properties.exclusions.read() {
            Some(exclusions) => {
                let excluded_type = match (exclusions.volume_types.read(), volume_type) {
                    _ if wanted_type != "VOLUME" => Some(false),
                    (Some(types), Some(kind)) => Some(types.iter().any(|excluded| excluded == kind)),
                    (Some(types), None) => types.is_empty().then_some(false),
                    (None, _) => None,
                };
                let excluded_root = if is_root { exclusions.boot_volumes.read().copied() } else { Some(false) };
                let excluded_tag = exclusions.tags.read().and_then(|tags| has_one(tags, "exclusions.tags"));
                let ways = [PolicyMiss::ExcludedVolumeType, PolicyMiss::ExcludedBootVolume, PolicyMiss::ExcludedTag];
                ways.into_iter().zip([excluded_type, excluded_root, excluded_tag]).collect()
            }
            None => vec![(PolicyMiss::ExcludedTag, None)],
        },
        Some(false) => {
            let targeted = properties.target_tags.read().and_then(|wanted| has_one(wanted, "target_tags"));
            vec![(PolicyMiss::Untagged, targeted.map(|targeted| !targeted))]
        }
        None => vec![(PolicyMiss::Untagged, None)],
    };
    let others = [
        (PolicyMiss::Disabled, properties.status.read().map(|status| status != "ENABLED")),
        (PolicyMiss::OtherType, properties.resource_types.read().map(|types| !types.iter().any(|name| name == wanted_type))),
        (PolicyMiss::OtherPolicyType, properties.policy_type.read().map(|kind| !kinds.contains(&kind.as_str()))),
        (PolicyMiss::Elsewhere, crate::inventory::arn::apart(policy.resource, target).read().copied()),
    ];
    let conditions = || others.iter().chain(&excluded);
    let misses: Vec<PolicyMiss> = conditions().filter(|(_, missed)| *missed == Some(true)).map(|(miss, _)| *miss).collect();
    if !misses.is_empty() || conditions().all(|(_, missed)| missed.is_some()) {
        return Ok(misses);
    }
    let of_policy = [
        ("status", properties.status.is_unread()),
        ("resource_types", properties.resource_types.is_unread()),
        ("policy_type", properties.policy_type.is_unread()),
        ("default_policy", properties.default_policy.is_unread()),
        ("exclusions", properties.exclusions.is_unread()),
        ("target_tags", properties.target_tags.is_unread()),
    ];
    let unread = of_policy.into_iter().filter(|(_, is_unread)| *is_unread);
    let mut reasons: Vec<String> = unread.flat_map(|(property, _)| why_unread(index.shard, policy.resource, property)).collect();
    let open = |path: &String| path.starts_with("target_tags[]") || path.starts_with("exclusions.");
    let unknown = policy.resource.declared.iter().flat_map(|declared| &declared.unknown);
    reasons.extend(unknown.filter(|(path, _)| open(path)).flat_map(|(_, reasons)| reasons.iter().cloned()));
    let excluded = properties.exclusions.read().and_then(|exclusions| exclusions.tags.read());
    let asked = properties.target_tags.read().into_iter().chain(excluded);
    let asked: Vec<String> = asked.flatten().map(|tag| tag.key.clone()).collect();
    reasons.extend(why_tags_unread(index.shard, target, &asked));
    if crate::inventory::arn::apart(policy.resource, target).is_unread() {
        reasons.push(why_place_undecided(target, policy.resource));
    }
    if volume_type.is_none() && wanted_type == "VOLUME" {
        reasons.extend(why_unread(index.shard, target, "volume_type"));
    }
    Err(reasons)
}

/// Amazon DLM's name for the type of a target.
pub fn target_type(target: &Resource) -> &'static str {
    if target.get::<Volume>().is_some() { "VOLUME" } else { "INSTANCE" }
}

/// Why a policy does not back a resource up through `target` (see [`of_target`]); nothing if it does.
///
/// # Errors
/// Why the answer is not known.
pub fn misses(
    policy: &Typed<dlm::LifecyclePolicy>,
    target: &Resource,
    case: &Case,
    through_root: Option<bool>,
) -> Outcome<Vec<PolicyMiss>> {
    let own_root = case.index.volumes.get(case.resource.id.as_str()).is_some_and(|volume| is_root_volume(case.index, volume));
    let is_root = through_root.unwrap_or(own_root);
    let volume_type = case.resource.get::<Volume>().and_then(|volume| volume.volume_type.present()).map(String::as_str);
    let missed = policy_misses(case.index, policy, target, volume_type, is_root)?;
    if !missed.is_empty() {
        return Ok(missed);
    }
    let unread = |property| why_unread(case.index.shard, policy.resource, property);
    match through_root {
        None => Ok(Vec::new()),
        Some(true) => {
            let exclude = policy.properties.exclude_boot_volume.read().ok_or_else(|| unread("exclude_boot_volume"))?;
            Ok(exclude.then_some(PolicyMiss::ExcludedBootVolume).into_iter().collect())
        }
        Some(false) => {
            let tags = policy.properties.exclude_data_volume_tags.read().ok_or_else(|| unread("exclude_data_volume_tags"))?;
            let parts = [more_path("exclude_data_volume_tags"), format!("{}.value", more_path("exclude_data_volume_tags"))];
            let [more, values] = parts.map(|path| policy.resource.unsettled(&path));
            let keys: Vec<String> = tags.iter().map(|tag| tag.key.clone()).collect();
            match case.resource.tags().has_one(pairs(tags)) {
                Some(true) => Ok(vec![PolicyMiss::ExcludedTag]),
                Some(false) if more.is_empty() => Ok(Vec::new()),
                _ => Err([more.to_vec(), values.to_vec(), why_tags_unread(case.index.shard, case.resource, &keys)].concat()),
            }
        }
    }
}

fn pairs(tags: &[dlm::Tag]) -> impl Iterator<Item = (&str, Option<&str>)> {
    tags.iter().map(|tag| (tag.key.as_str(), tag.value.read().map(String::as_str)))
}

/// Whether a volume is the root device of an instance.
pub fn is_root_volume(index: &Index, volume: &Typed<crate::inventory::types::ebs::Volume>) -> bool {
    volume.properties.attachments.read().into_iter().flatten().any(|attachment| {
        index
            .instances
            .get(attachment.instance_id.as_str())
            .and_then(|instance| instance.properties.root_device.present())
            .is_some_and(|root| Some(root) == attachment.device.present())
    })
}
