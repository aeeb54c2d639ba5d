//! The calls that the facts of a resource rest on.

use super::plan_reach::PLAN_OPERATIONS;
use super::restore_testing::RESTORE_TESTING_OPERATIONS;
use super::summary::POINT_OPERATIONS;
use super::types;
use super::unread_evidence::POLICY_OPERATIONS;
use crate::inventory::types::find;
use std::collections::BTreeSet;

/// The operations, such as `ec2:DescribeVolumes`, that read a type's resources and what decides their protection.
pub fn operations(type_name: &str) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    if let Some(info) = find(type_name) {
        all.insert(info.operation);
        all.extend(info.sources.iter().flat_map(|(_, operations)| operations.iter().copied()));
    }
    let Some(data_type) = types::data_type(type_name) else { return all };
    if data_type.aws_backup.is_some() {
        all.extend(PLAN_OPERATIONS.iter().chain(&POINT_OPERATIONS).chain(&RESTORE_TESTING_OPERATIONS));
        all.extend(["backup:DescribeRegionSettings", "backup:ListBackupJobs", "backup:ListCopyJobs", "backup:ListRestoreJobs"]);
    }
    if data_type.dlm {
        all.extend(POLICY_OPERATIONS);
    }
    all.extend(data_type.copies_listed_by.iter().chain(data_type.restores.shown_by));
    all
}
