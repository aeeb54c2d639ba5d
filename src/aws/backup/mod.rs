//! AWS Backup: settings, plans with rules and selections, vaults with their recovery points, protected resources, jobs,
//! restore testing plans, and AWS Backup Audit Manager. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`backup/2018-11-15`) unless a comment names another source.
//! A page of a list has at most 1,000 items.

mod audit_manager;
mod jobs;
mod plans;
mod restore_testing;
mod vaults;

use super::answer::Answer;
use super::call::Reader;
use super::convert::known;
use super::operation::Operation;
use crate::inventory::{Fact, Resource};
use aws_sdk_backup::Client;
use aws_sdk_backup::types::Lifecycle;
use std::collections::BTreeMap;

/// The largest page of every list operation of AWS Backup.
const PAGE: i32 = 1000;

/// The error code for a resource that was deleted after it was listed ("A resource that is required for the action doesn't exist").
const GONE: &[&str] = &["ResourceNotFoundException"];

const DESCRIBE_GLOBAL_SETTINGS: Operation = Operation::new("backup", "DescribeGlobalSettings", Answer::json(&["GlobalSettings"]));
const DESCRIBE_REGION_SETTINGS: Operation =
    Operation::new("backup", "DescribeRegionSettings", Answer::json(&["ResourceTypeOptInPreference"]));
const GET_SUPPORTED_RESOURCE_TYPES: Operation = Operation::new("backup", "GetSupportedResourceTypes", Answer::json(&["ResourceTypes/*"]));

/// The operations that reading a shard calls.
const REGIONAL: &[&[&Operation]] =
    &[plans::OPERATIONS, vaults::OPERATIONS, jobs::OPERATIONS, restore_testing::OPERATIONS, audit_manager::OPERATIONS];

/// Every operation of this module.
pub fn operations() -> Vec<&'static Operation> {
    let settings = [&DESCRIBE_GLOBAL_SETTINGS, &DESCRIBE_REGION_SETTINGS, &GET_SUPPORTED_RESOURCE_TYPES];
    REGIONAL.iter().copied().flatten().copied().chain(settings).collect()
}

/// All AWS Backup resources in one Region, except the settings.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in REGIONAL.iter().copied().flatten() {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let (plans, vaults, jobs, tests, audits) = futures::join!(
        plans::collect(reader, &client),
        vaults::collect(reader, &client),
        jobs::collect(reader, &client),
        restore_testing::collect(reader, &client),
        audit_manager::collect(reader, &client),
    );
    [plans, vaults, jobs, tests, audits].into_iter().flatten().collect()
}

/// The AWS Backup properties of the `AWS::Region` resource.
#[derive(Clone, Debug, Default)]
pub struct RegionSettings {
    /// Resource type to opt-in.
    pub opt_in: Fact<BTreeMap<String, bool>>,
    /// Resource type to full management by AWS Backup.
    pub full_management: Fact<BTreeMap<String, bool>>,
    /// The resource types that the Region supports.
    pub supported_types: Fact<Vec<String>>,
}

/// The settings of AWS Backup in one Region.
pub async fn region_settings(reader: &Reader) -> RegionSettings {
    let client = Client::new(&reader.config);
    let (settings, supported) = futures::join!(
        reader.one(&DESCRIBE_REGION_SETTINGS, client.describe_region_settings().send()),
        reader.one(&GET_SUPPORTED_RESOURCE_TYPES, client.get_supported_resource_types().send()),
    );
    let (opt_in, full_management) =
        settings.map(|answer| (answer.resource_type_opt_in_preference, answer.resource_type_management_preference)).unwrap_or_default();
    RegionSettings {
        opt_in: known(opt_in.map(|map| map.into_iter().collect())),
        full_management: known(full_management.map(|map| map.into_iter().collect())),
        supported_types: known(supported.and_then(|answer| answer.resource_types)),
    }
}

/// Whether accounts of the organisation may copy backups to each other. False outside an organisation, where no other account is available.
///
/// The operation "returns an error if the account is not a member of an Organizations organization" (service model). It has no input, so its only
/// modelled client error, `InvalidRequestException`, must be this error; in practice the code has also been `ERROR_9601`
/// ("Your account is not a member of an organization", cloudquery/cq-provider-aws#817).
pub async fn global_settings(reader: &Reader) -> Fact<bool> {
    let client = Client::new(&reader.config);
    let outside = ["InvalidRequestException", "ERROR_9601"];
    let call = client.describe_global_settings().send();
    match reader.one_or(&DESCRIBE_GLOBAL_SETTINGS, call, &outside).await {
        None => Fact::Unread,
        Some(None) => Fact::Read(false),
        Some(Some(answer)) => known(answer.global_settings.and_then(|settings| {
            let value = settings.get("isCrossAccountBackupEnabled")?;
            Some(value.eq_ignore_ascii_case("true"))
        })),
    }
}

/// A lifecycle's days until deletion and days until cold storage; `None` means never.
///
/// Like a missing value, -1 means "never" (`DeleteAfterDays` -1, "Always" in the console: developer guide, "Backup and tag copy").
/// `DELETE_AFTER_COPY` without days deletes a recovery point as soon as it is copied to an air-gapped vault: 0 days, not never.
fn lifecycle_days(lifecycle: Option<&Lifecycle>) -> (Option<i64>, Option<i64>) {
    let Some(lifecycle) = lifecycle else {
        return (None, None);
    };
    let days = |value: Option<i64>| value.filter(|days| *days >= 0);
    let until_copied = lifecycle.delete_after_event.as_ref().map(|_| 0);
    (days(lifecycle.delete_after_days).or(until_copied), days(lifecycle.move_to_cold_storage_after_days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_backup::types::LifecycleDeleteAfterEvent;

    #[test]
    fn a_lifecycle_without_end_is_no_number() {
        assert_eq!(lifecycle_days(None), (None, None));
        let endless = Lifecycle::builder().delete_after_days(-1).move_to_cold_storage_after_days(-1).build();
        assert_eq!(lifecycle_days(Some(&endless)), (None, None));
        let ends = Lifecycle::builder().delete_after_days(365).move_to_cold_storage_after_days(30).build();
        assert_eq!(lifecycle_days(Some(&ends)), (Some(365), Some(30)));
    }

    #[test]
    fn a_temporary_recovery_point_is_not_kept_for_ever() {
        let temporary = Lifecycle::builder().delete_after_event(LifecycleDeleteAfterEvent::DeleteAfterCopy).build();
        assert_eq!(lifecycle_days(Some(&temporary)).0, Some(0));
    }

    #[test]
    fn every_operation_is_listed_once() {
        let mut names: Vec<_> = operations().iter().map(|operation| operation.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
