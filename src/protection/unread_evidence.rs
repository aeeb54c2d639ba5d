//! Why facts of a resource are unknown: schedules, backups and locks that were not read. Judges nothing that was read.

use super::context::Join;
use super::data_type::DataType;
use super::facts::{MechanismKind, Told};
use super::plan_reach::{PlannedRule, Selected};
use super::point::Point;
use super::summary::POINT_OPERATIONS;
use super::title::title;
use super::unread::{why_tags_unread, why_unread};
use crate::inventory::{Resource, add_new};
use std::collections::BTreeMap;

/// The operations that read which DLM policies exist.
pub const POLICY_OPERATIONS: [&str; 2] = ["dlm:GetLifecyclePolicies", "dlm:GetLifecyclePolicy"];

impl Join<'_> {
    /// Why an unknown schedule may apply, by the kind of its mechanism.
    pub fn schedules_unread<'s>(
        &self,
        data_type: &DataType,
        resource: &Resource,
        counts: &[MechanismKind],
        plan_reasons: &[String],
        selected: impl Iterator<Item = &'s Selected<'s>>,
    ) -> BTreeMap<MechanismKind, Vec<String>> {
        let mut of_plans = plan_reasons.to_vec();
        for selected in selected.filter(|selected| !selected.blocked) {
            let unclear = selected.rules.iter().filter(|planned| planned.schedule.is_none());
            let reason = |planned: &PlannedRule| match planned.rule.schedule.is_unread() {
                true => why_unread(self.index.shard, selected.plan, "rules[].schedule"),
                false => {
                    let plan = title(selected.plan);
                    vec![format!("the schedule of rule {} of backup plan {plan} cannot be understood", planned.name())]
                }
            };
            add_new(&mut of_plans, unclear.flat_map(reason));
        }
        let mut of_dlm = Vec::new();
        if data_type.dlm {
            of_dlm.extend(self.index.missing(&POLICY_OPERATIONS));
            let instances = self.holders_of(resource).into_iter().map(|(instance, _)| instance);
            let policies = &self.index.lifecycle_policies;
            let target = policies.iter().filter_map(|policy| policy.properties.target_tags.read());
            let keys: Vec<String> = target.flatten().map(|tag| tag.key.clone()).collect();
            if !policies.is_empty() {
                let untagged = std::iter::once(resource).chain(instances);
                of_dlm.extend(untagged.flat_map(|resource| why_tags_unread(self.index.shard, resource, &keys)));
            }
        }
        let by_kind = [(MechanismKind::AwsBackup, of_plans), (MechanismKind::Dlm, of_dlm)];
        by_kind.into_iter().filter(|(kind, reasons)| counts.contains(kind) && !reasons.is_empty()).collect()
    }

    /// Why a resource may have more backups than those found (plans are not considered).
    pub fn sources_unread(&self, data_type: &DataType, resource: &Resource, counts: &[MechanismKind]) -> Vec<String> {
        let needs = (data_type.needs)(self.index, resource, counts);
        let mut reasons = if counts.contains(&MechanismKind::AwsBackup) { self.points_unread(data_type, resource) } else { Vec::new() };
        add_new(&mut reasons, self.index.missing(&needs.operations));
        // A backup without a date is older or newer than the others, and perhaps of an earlier resource of this name.
        let of_resource = self.index.snapshots.get(&resource.arn).into_iter().flatten();
        let undated = of_resource.filter(|snapshot| snapshot.restorable && snapshot.resource.created_at.is_none());
        reasons.extend(undated.map(|snapshot| format!("the date of {} was not read", snapshot.resource.arn)).take(1));
        for property in needs.properties {
            if !resource.properties.is_read(property) {
                reasons.extend(why_unread(self.index.shard, resource, property));
            }
        }
        reasons
    }

    /// Why a resource may have more restorable recovery points than those found; it has none if AWS Backup does not support its type.
    pub fn points_unread(&self, data_type: &DataType, resource: &Resource) -> Vec<String> {
        if data_type.aws_backup.is_none() {
            return Vec::new();
        }
        let mut reasons = self.index.missing(&POINT_OPERATIONS);
        let points = self.index.points.get(&resource.arn).into_iter().flatten();
        let unclear = points.filter(|point| point.properties.status.is_unread());
        // Many recovery points have the same reason.
        reasons.extend(unclear.map(|point| format!("the status of {} was not read", point.resource.arn)).take(1));
        reasons
    }

    /// Notes why it is unknown whether a lock keeps some backups. Many have the same reason, so only the first carries it.
    pub fn tell_locks(&self, points: &mut [Point]) {
        if let Some(Point { backup, .. }) = points.iter_mut().find(|point| point.backup.locked.is_unread()) {
            let mut reasons = vec![format!("the lock of {} was not read", backup.arn)];
            reasons.extend(self.index.missing(&[POINT_OPERATIONS[0], "ec2:DescribeLockedSnapshots"]));
            backup.locked = Told::unread(reasons);
        }
    }
}
