//! Why facts of a resource are not known: schedules, backups and locks that nobody read. Says nothing of what was read.

use super::context::Join;
use super::facts::{MechanismKind, Told};
use super::plan_reach::{PlannedRule, Selected};
use super::points::Point;
use super::summary::POINT_OPERATIONS;
use super::title::title;
use super::unread::{why_tags_unread, why_unread};
use crate::inventory::{Resource, add_new};
use std::collections::BTreeMap;

/// The operations that tell which DLM policies there are.
pub const POLICY_OPERATIONS: [&str; 2] = ["dlm:GetLifecyclePolicies", "dlm:GetLifecyclePolicy"];

impl Join<'_> {
    /// Why a schedule of which nothing is known may apply, by the kind of mechanism whose schedule it would be.
    pub fn schedules_unread<'s>(
        &self,
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
        if ["AWS::EC2::Volume", "AWS::EC2::Instance"].contains(&resource.type_name.as_str()) {
            of_dlm.extend(self.index.missing(&POLICY_OPERATIONS));
            let instances = self.instances_of(resource).into_iter().map(|(instance, _)| instance);
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

    /// Why the backups of a resource (not the plans) may be more than those seen.
    pub fn sources_unread(&self, resource: &Resource, counts: &[MechanismKind]) -> Vec<String> {
        let counted = |kind| counts.contains(&kind);
        let mut operations: Vec<&str> = Vec::new();
        let mut properties: Vec<&str> = Vec::new();
        match resource.type_name.as_str() {
            "AWS::EC2::Volume" | "AWS::EC2::Instance" => {
                operations.extend(["ec2:DescribeInstances", "ec2:DescribeVolumes"]);
                properties.push(if resource.type_name == "AWS::EC2::Volume" { "attachments" } else { "volumes" });
                if counted(MechanismKind::Snapshot) || counted(MechanismKind::Dlm) {
                    operations.push("ec2:DescribeSnapshots");
                }
                if counted(MechanismKind::AwsBackup) && self.has_part_of_image(resource) {
                    operations.push("ec2:DescribeImages");
                }
            }
            "AWS::RDS::DBInstance" => {
                operations.push("rds:DescribeDBSnapshots");
                properties.extend(["status", "backup_retention_days", "latest_restorable_at"]);
            }
            "AWS::RDS::DBCluster" | "AWS::Neptune::DBCluster" | "AWS::DocDB::DBCluster" => {
                operations.push("rds:DescribeDBClusterSnapshots");
                properties.extend(["status", "backup_retention_days", "latest_restorable_at"]);
            }
            "AWS::EFS::FileSystem" if resource.declared.is_some() => properties.push("automatic_backups"),
            "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => {
                operations.push("dynamodb:ListBackups");
                properties.push("pitr");
                // Whose a backup is, the table itself must tell: its name may have been another table's before.
                if !resource.properties.is_read("status") {
                    operations.push("dynamodb:DescribeTable");
                }
            }
            "AWS::S3::Bucket" if counted(MechanismKind::Versioning) => properties.push("versioning"),
            _ => {}
        }
        let mut reasons = if counted(MechanismKind::AwsBackup) { self.points_unread(resource) } else { Vec::new() };
        add_new(&mut reasons, self.index.missing(&operations));
        for property in properties {
            if !resource.properties.is_read(property) {
                reasons.extend(why_unread(self.index.shard, resource, property));
            }
        }
        reasons
    }

    /// Why there may be more restorable recovery points of a resource than those seen.
    pub fn points_unread(&self, resource: &Resource) -> Vec<String> {
        let mut reasons = self.index.missing(&POINT_OPERATIONS);
        let points = self.index.points.get(&resource.arn).into_iter().flatten();
        let unclear = points.filter(|point| point.properties.status.is_unread());
        // Many have the same reason.
        reasons.extend(unclear.map(|point| format!("the status of {} was not read", point.resource.arn)).take(1));
        reasons
    }

    /// Whether a volume has a snapshot of AWS Backup's that is no recovery point, so that an image that is one must have it.
    fn has_part_of_image(&self, resource: &Resource) -> bool {
        let points = || self.index.points.get(&resource.arn).into_iter().flatten();
        let snapshots = self.index.snapshots.get(&resource.arn).into_iter().flatten();
        let mut made = snapshots.filter(|snapshot| snapshot.made_by == "aws_backup");
        made.any(|snapshot| !points().any(|point| point.resource.arn == snapshot.resource.arn))
    }

    /// Why it is not known of some backups whether a lock keeps them. Many have the same reason: the first tells it.
    pub fn tell_locks(&self, points: &mut [Point]) {
        if let Some(Point { backup, .. }) = points.iter_mut().find(|point| point.backup.locked.is_unread()) {
            let mut reasons = vec![format!("the lock of {} was not read", backup.arn)];
            reasons.extend(self.index.missing(&[POINT_OPERATIONS[0], "ec2:DescribeLockedSnapshots"]));
            backup.locked = Told::unread(reasons);
        }
    }
}
