//! Amazon Data Lifecycle Manager: which policies target a resource, and what their schedules make of it.

use super::facts::{CopyRetention, Mechanism, MechanismKind};
use super::index::{Index, Typed};
use super::mechanisms::{Case, Mechanisms, late_after};
use crate::inventory::Resource;
use crate::inventory::types::dlm;

/// Amazon DLM starts a snapshot within an hour of its scheduled time (EC2 user guide, "How Amazon Data Lifecycle Manager works").
const DLM_START_WINDOW_SECONDS: i64 = 3_600;

/// The schedules of the policies that target a volume, by its own tags or those of its instances.
pub fn of_volume(case: &Case, found: &mut Mechanisms) {
    let Some(volume) = case.index.volumes.get(case.resource.id.as_str()) else { return };
    let attachments = volume.properties.attachments.read().map(Vec::as_slice).unwrap_or_default();
    of_target(case, case.resource, None, found);
    for attachment in attachments {
        if let Some(instance) = case.index.instances.get(attachment.instance_id.as_str()) {
            let is_root = instance.properties.root_device.present().is_some_and(|root| Some(root) == attachment.device.as_ref());
            of_target(case, instance.resource, Some(is_root), found);
        }
    }
}

/// DLM policies that target `target`: the resource itself or, with `through_root` telling whether as its root volume, its instance.
pub fn of_target(case: &Case, target: &Resource, through_root: Option<bool>, found: &mut Mechanisms) {
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
    let retention_days = schedule.retention_days.or(counted_days(case.index, schedule));
    let due = makes_snapshots && since.zip(allowed).is_some_and(|(since, allowed)| (case.as_of - since).num_seconds() > allowed);
    found.all.push(Mechanism {
        interval_seconds: interval.into(),
        retention_days: retention_days.into(),
        promised_seconds: case.promised(policy.resource.created_at, retention_days),
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

/// Whether an enabled policy targets a resource (facts page, section 6) of its Region and account: Amazon DLM is a Regional service.
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
    let has_one = |wanted: &[dlm::Tag]| target.tags().has_one(pairs(wanted));
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
        super::arn::apart(policy.resource, target).read().map(|elsewhere| !elsewhere),
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
    let asked = properties.target_tags.read().into_iter().chain(properties.exclusions.read().map(|exclusions| &exclusions.tags));
    let asked: Vec<String> = asked.flatten().map(|tag| tag.key.clone()).collect();
    reasons.extend(super::why_tags_unread(index.shard, target, &asked));
    if super::arn::apart(policy.resource, target).is_unread() {
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
            let keys: Vec<String> = tags.iter().map(|tag| tag.key.clone()).collect();
            let excluded = case.resource.tags().has_one(pairs(tags));
            Ok(!excluded.ok_or_else(|| super::why_tags_unread(case.index.shard, case.resource, &keys))?)
        }
    }
}

fn pairs(tags: &[dlm::Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))
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
