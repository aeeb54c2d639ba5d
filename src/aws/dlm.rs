//! Amazon Data Lifecycle Manager: every policy in full, including default policies. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`dlm/2018-01-12`) unless a comment names another source.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{self, each, known, optional_time, resource};
use super::operation::Operation;
use crate::inventory::Resource;
use crate::inventory::types::dlm::{Copy, Exclusions, LifecyclePolicy, Schedule, Tag};
use aws_sdk_dlm::Client;
use aws_sdk_dlm::types as sdk;

const GET_LIFECYCLE_POLICIES: Operation = Operation::new("dlm", "GetLifecyclePolicies", Answer::json(&["Policies/*/PolicyId"]));
const GET_LIFECYCLE_POLICY: Operation = Operation::new("dlm", "GetLifecyclePolicy", Answer::json(&["Policy/PolicyDetails"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&GET_LIFECYCLE_POLICIES, &GET_LIFECYCLE_POLICY];

const DAY: i64 = 86_400;

/// All policies of one Region. The list is not paginated: it has all policies, at most 100 (EBS user guide, "Data Lifecycle Manager quotas").
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    reader.declare(&GET_LIFECYCLE_POLICIES);
    let client = Client::new(&reader.config);
    let call = client.get_lifecycle_policies().send();
    let Some(policies) = reader.list(&GET_LIFECYCLE_POLICIES, call, |answer| answer.policies.unwrap_or_default()).await else {
        return Vec::new();
    };
    reader.declare(&GET_LIFECYCLE_POLICY);
    let read = each(policies, |summary| policy(reader, &client, summary)).await;
    read.into_iter().flatten().collect()
}

/// `None` if the policy was deleted after it was listed.
async fn policy(reader: &Reader, client: &Client, summary: sdk::LifecyclePolicySummary) -> Option<Resource> {
    let id = summary.policy_id?;
    let mut properties = LifecyclePolicy {
        status: known(summary.state.map(|state| state.as_str().to_owned())),
        policy_type: known(summary.policy_type.map(|kind| kind.as_str().to_owned())),
        default_policy: known(summary.default_policy),
        ..LifecyclePolicy::default()
    };
    // "arn:${Partition}:dlm:${Region}:${Account}:policy/${ResourceName}" (service authorization reference)
    let mut arn = reader.arn("dlm", &format!("policy/{id}"));
    let mut created_at = None;
    let call = client.get_lifecycle_policy().policy_id(&id).send();
    if let Some(answer) = reader.one_or(&GET_LIFECYCLE_POLICY, call, &["ResourceNotFoundException"]).await {
        let policy = answer?.policy?;
        created_at = optional_time(policy.date_created.as_ref());
        if let Some(official) = policy.policy_arn.clone() {
            arn = official;
        }
        describe(&mut properties, policy);
    }
    Some(Resource {
        name: summary.description,
        created_at,
        tags: convert::tags(summary.tags.unwrap_or_default()),
        ..resource(reader, arn, id, properties)
    })
}

fn describe(properties: &mut LifecyclePolicy, policy: sdk::LifecyclePolicy) {
    properties.status_message = policy.status_message.into();
    properties.role_arn = policy.execution_role_arn.into();
    let Some(details) = policy.policy_details else {
        return;
    };
    let by_default = policy.default_policy == Some(true) || details.policy_language == Some(sdk::PolicyLanguageValues::Simplified);
    properties.default_policy = by_default.into();
    if let Some(kind) = &details.policy_type {
        properties.policy_type = kind.as_str().to_owned().into();
    }
    let schedules = if by_default {
        vec![default_schedule(&details)]
    } else {
        details.schedules.unwrap_or_default().into_iter().map(schedule).collect()
    };
    let resource_types = details.resource_types.unwrap_or_default().into_iter().chain(details.resource_type);
    properties.schedules = schedules.into();
    properties.resource_types = resource_types.map(|kind| kind.as_str().to_owned()).collect::<Vec<_>>().into();
    properties.target_tags = tags(details.target_tags).into();
    let actions = details.actions.unwrap_or_default().into_iter();
    let copies = actions.flat_map(|action| action.cross_region_copy.unwrap_or_default()).filter_map(event_copy);
    properties.event_copies = copies.collect::<Vec<_>>().into();
    let (boot, data) =
        details.parameters.map(|parameters| (parameters.exclude_boot_volume, parameters.exclude_data_volume_tags)).unwrap_or_default();
    properties.exclude_boot_volume = boot.unwrap_or_default().into();
    properties.exclude_data_volume_tags = tags(data).into();
    properties.exclusions = exclusions(details.exclusions).into();
}

/// A default policy has no schedules: it runs every `CreateInterval` days (default 1), keeps for `RetainInterval` days (default 7).
fn default_schedule(details: &sdk::PolicyDetails) -> Schedule {
    let targets = details.cross_region_copy_targets.clone().unwrap_or_default();
    let copies = targets.into_iter().filter_map(|target| {
        Some(Copy {
            target: target.target_region?.into(),
            encrypted: None.into(),
            kms_key_arn: None.into(),
            key_manager: None.into(),
            retention_days: None.into(),
        })
    });
    Schedule {
        name: None.into(),
        cron: None.into(),
        interval_seconds: Some(i64::from(details.create_interval.unwrap_or(1)) * DAY).into(),
        retain_count: None.into(),
        retention_days: Some(i64::from(details.retain_interval.unwrap_or(7))).into(),
        archive_after_days: None.into(),
        copies: copies.collect::<Vec<_>>().into(),
        shared_with: Vec::new().into(),
    }
}

fn schedule(read: sdk::Schedule) -> Schedule {
    let create = read.create_rule;
    let cron = create.as_ref().and_then(|rule| rule.cron_expression.clone());
    let interval = create.filter(|_| cron.is_none()).and_then(|rule| rule.interval);
    let (count, days) = read.retain_rule.map(|rule| (rule.count, days(rule.interval, rule.interval_unit.as_ref()))).unwrap_or_default();
    let count = count.filter(|count| *count > 0).map(i64::from);
    let archive = read.archive_rule.and_then(|rule| rule.retain_rule).and_then(|rule| rule.retention_archive_tier);
    let archived = archive.is_some();
    let (archive_count, archive_days) =
        archive.map(|tier| (tier.count, self::days(tier.interval, tier.interval_unit.as_ref()))).unwrap_or_default();
    let share = read.share_rules.unwrap_or_default().into_iter();
    Schedule {
        name: read.name.into(),
        cron: cron.into(),
        // "The interval unit" is always HOURS.
        interval_seconds: interval.map(|hours| i64::from(hours) * 3600).into(),
        // With an archiving rule, snapshots move to the archive "once the schedule's retention threshold is met" and are kept there longer.
        retain_count: count.map(|count| count + archive_count.filter(|count| *count > 0).map_or(0, i64::from)).into(),
        retention_days: days.map(|days| days + archive_days.unwrap_or(0)).into(),
        archive_after_days: days.filter(|_| archived).into(),
        copies: read.cross_region_copy_rules.unwrap_or_default().into_iter().filter_map(copy).collect::<Vec<_>>().into(),
        shared_with: share.flat_map(|rule| rule.target_accounts.unwrap_or_default()).collect::<Vec<_>>().into(),
    }
}

fn copy(read: sdk::CrossRegionCopyRule) -> Option<Copy> {
    Some(Copy {
        target: read.target.or(read.target_region)?.into(),
        encrypted: read.encrypted.into(),
        kms_key_arn: read.cmk_arn.into(),
        key_manager: None.into(),
        retention_days: read.retain_rule.and_then(|rule| days(rule.interval, rule.interval_unit.as_ref())).into(),
    })
}

fn event_copy(read: sdk::CrossRegionCopyAction) -> Option<Copy> {
    let (encrypted, key) = read.encryption_configuration.map(|encryption| (encryption.encrypted, encryption.cmk_arn)).unwrap_or_default();
    Some(Copy {
        target: read.target?.into(),
        encrypted: encrypted.into(),
        kms_key_arn: key.into(),
        key_manager: None.into(),
        retention_days: read.retain_rule.and_then(|rule| days(rule.interval, rule.interval_unit.as_ref())).into(),
    })
}

fn exclusions(read: Option<sdk::Exclusions>) -> Exclusions {
    let (boot_volumes, volume_types, excluded) =
        read.map(|read| (read.exclude_boot_volumes, read.exclude_volume_types, read.exclude_tags)).unwrap_or_default();
    Exclusions {
        boot_volumes: boot_volumes.unwrap_or_default().into(),
        volume_types: volume_types.unwrap_or_default().into(),
        tags: tags(excluded).into(),
    }
}

fn tags(tags: Option<Vec<sdk::Tag>>) -> Vec<Tag> {
    let tag = |tag: sdk::Tag| Some(Tag { key: tag.key?, value: tag.value.unwrap_or_default().into() });
    tags.unwrap_or_default().into_iter().filter_map(tag).collect()
}

/// An age in days. A month counts as 30 days and a year as 365, so that the result is never longer than the real retention ("the maximum is 100 years … 36500 days").
fn days(interval: Option<i32>, unit: Option<&sdk::RetentionIntervalUnitValues>) -> Option<i64> {
    let interval = i64::from(interval.filter(|interval| *interval > 0)?);
    let days = match unit? {
        sdk::RetentionIntervalUnitValues::Days => 1,
        sdk::RetentionIntervalUnitValues::Weeks => 7,
        sdk::RetentionIntervalUnitValues::Months => 30,
        sdk::RetentionIntervalUnitValues::Years => 365,
        _ => return None,
    };
    Some(interval * days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sdk::RetentionIntervalUnitValues as Unit;

    #[test]
    fn ages_are_days() {
        assert_eq!(days(Some(2), Some(&Unit::Weeks)), Some(14));
        assert_eq!(days(Some(1), Some(&Unit::Years)), Some(365));
        assert_eq!(days(Some(0), Some(&Unit::Days)), None);
        assert_eq!(days(None, Some(&Unit::Days)), None);
        assert_eq!(days(Some(3), None), None);
    }

    #[test]
    fn a_default_policy_runs_daily_and_keeps_a_week_unless_it_says_otherwise() {
        let details = sdk::PolicyDetails::builder().policy_language(sdk::PolicyLanguageValues::Simplified).build();
        let schedule = default_schedule(&details);
        assert_eq!((schedule.interval_seconds, schedule.retention_days), (Some(86_400).into(), Some(7).into()));
        let details = sdk::PolicyDetails::builder().create_interval(3).retain_interval(10).build();
        let schedule = default_schedule(&details);
        assert_eq!((schedule.interval_seconds, schedule.retention_days), (Some(259_200).into(), Some(10).into()));
    }

    #[test]
    fn archived_snapshots_are_kept_longer() {
        let tier = sdk::RetentionArchiveTier::builder().interval(4).interval_unit(Unit::Months).build();
        let archive =
            sdk::ArchiveRule::builder().retain_rule(sdk::ArchiveRetainRule::builder().retention_archive_tier(tier).build()).build();
        let read = sdk::Schedule::builder()
            .create_rule(sdk::CreateRule::builder().cron_expression("cron(0 3 1 * ? *)").build())
            .retain_rule(sdk::RetainRule::builder().interval(30).interval_unit(Unit::Days).build())
            .archive_rule(archive)
            .build();
        let schedule = schedule(read);
        assert_eq!(schedule.interval_seconds, None.into());
        assert_eq!((schedule.retention_days, schedule.archive_after_days), (Some(150).into(), Some(30).into()));
    }
}
