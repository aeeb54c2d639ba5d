//! The keys that the newest backups need to be restored.

use super::context::Join;
use super::facts::{BackupKey, MechanismKind, Window};
use super::index::Typed;
use super::point::Point;
use super::unread::why_unread;
use crate::inventory::types::backup::RecoveryPoint;
use crate::inventory::{Fact, Outcome, Resource, unless};
use std::collections::BTreeSet;

/// The keys of each mechanism's newest backup, and of the live data where its windows depend on it; sorted by ARN.
///
/// # Errors
/// The reasons why the state of a key is not known.
pub fn backup_keys(
    join: &Join,
    resource: &Resource,
    points: &[Point],
    continuous: &[&Typed<RecoveryPoint>],
    windows: &[Window],
) -> Outcome<Vec<BackupKey>> {
    let mut arns = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for point in points {
        if kinds.insert(point.backup.kind) {
            arns.extend(point.backup.kms_key_arn.clone());
        }
    }
    arns.extend(continuous.iter().filter_map(|point| point.properties.kms_key_arn.present().cloned()));
    let mut unread = Vec::new();
    // An export is a copy in S3, under the key of the bucket.
    if windows.iter().any(|window| window.kind != MechanismKind::Export) {
        arns.extend(resource.kms_key_arn().map(str::to_owned));
        if resource.properties.kms_key_arn().is_none_or(Fact::is_unread) {
            unread.extend(why_unread(join.index.shard, resource, "kms_key_arn"));
        }
    }
    let mut keys = Vec::new();
    for key_arn in arns {
        match join.index.keys.get(key_arn.as_str()) {
            Some(key) => {
                let Some(state) = key.properties.key_state.read().cloned() else {
                    unread.push(format!("the state of key {key_arn} was not read"));
                    unread.extend(join.index.missing(&["kms:DescribeKey"]));
                    continue;
                };
                keys.push(BackupKey {
                    usable: state == "Enabled",
                    state,
                    manager: key.properties.key_manager.present().copied(),
                    deletion_at: key.properties.deletion_at.present().copied(),
                    arn: key_arn,
                });
            }
            None => {
                let reasons = join.index.missing(&["kms:DescribeKey"]);
                unread.push(format!("key {key_arn} was not described"));
                unread.extend(reasons);
            }
        }
    }
    unless(unread, keys)
}
