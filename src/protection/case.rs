//! The case of one data resource: the evidence for its mechanisms, and the mechanisms found so far.

use super::facts::{CopyRetention, CopySchedule, Mechanism, MechanismKind, Window};
use super::index::{Index, Typed};
use super::plan_reach::Selected;
use super::point::Point;
use super::schedule::days;
use super::unread::why_unread;
use crate::inventory::types::backup::RecoveryPoint;
use crate::inventory::{Fact, Resource};
use chrono::{DateTime, Utc};

/// The mechanisms of a resource, the windows of its continuous ones, and how long their copies are kept.
#[derive(Default)]
pub struct Mechanisms {
    pub all: Vec<Mechanism>,
    pub windows: Vec<Window>,
    pub copy_retention: Vec<CopyRetention>,
    pub copy_schedules: Vec<CopySchedule>,
    /// Why there may be more mechanisms.
    pub unread: Vec<String>,
    /// Why there may be more copies: a template leaves open what makes them or where they go.
    pub copies_unread: Vec<String>,
    /// Why there may be backups of the resource's own that nothing shows.
    pub hidden: Vec<String>,
}

/// The span of time in which a database or a table can be restored to any moment.
#[derive(Clone, Copy)]
pub struct RestorableSpan<'r> {
    pub status: &'r Fact<Option<String>>,
    pub earliest_at: &'r Fact<Option<DateTime<Utc>>>,
    pub latest_at: &'r Fact<Option<DateTime<Utc>>>,
}

/// The evidence for the mechanisms of one resource.
pub struct Case<'a> {
    pub index: &'a Index<'a>,
    pub resource: &'a Resource,
    /// The moments that its service says it can be restored to.
    pub span: Option<RestorableSpan<'a>>,
    pub points: &'a [Point],
    pub continuous: &'a [&'a Typed<'a, RecoveryPoint>],
    pub selected: &'a [Selected<'a>],
    /// Selections that reach the instances that the volume is attached to.
    pub through: &'a [Selected<'a>],
    /// Plans that back the resource up with its CloudFormation stack.
    pub stacks: &'a [Selected<'a>],
    pub as_of: DateTime<Utc>,
}

impl Case<'_> {
    /// The newest backup that `test` accepts.
    pub fn newest(&self, test: impl Fn(&Point) -> bool) -> Option<DateTime<Utc>> {
        self.points.iter().find(|point| test(point)).map(|point| point.backup.created_at)
    }

    /// The longest time that an AWS Backup job took for the resource, from its points and the jobs that AWS Backup still lists.
    pub fn job_time(&self) -> i64 {
        let jobs = self.index.backup_jobs.get(&self.resource.arn).into_iter().flatten();
        let took = jobs.filter(|job| job.properties.status.read().is_some_and(|status| status == "COMPLETED")).filter_map(|job| {
            let completed = job.properties.completed_at.present()?;
            Some((*completed - job.resource.created_at?).num_seconds())
        });
        self.points.iter().filter_map(|point| point.took_seconds).chain(took).max().unwrap_or(0).max(0)
    }

    pub fn copy_schedule(&self, account: &str, region: &str, interval_seconds: Option<i64>) -> CopySchedule {
        CopySchedule {
            account: account.to_owned(),
            region: region.to_owned(),
            other_account: account != self.resource.account,
            other_region: region != self.resource.region,
            interval_seconds,
            shown_there_only: false,
        }
    }

    /// The earliest moment that automated backups or PITR can restore.
    pub fn earliest_restorable(&self) -> Option<DateTime<Utc>> {
        self.span?.earliest_at.present().copied()
    }

    /// The latest restorable time, but at most as_of. `None` before the first restorable moment, and for a database or table whose service
    /// cannot use its key, because without the key nothing can be restored (RDS user guide, "Viewing Amazon RDS DB instance status";
    /// `TableStatus` in the DynamoDB API reference).
    pub fn latest_restorable(&self) -> Option<DateTime<Utc>> {
        let span = self.span?;
        let status = span.status.present().map(|status| status.to_ascii_lowercase().replace('_', "-")).unwrap_or_default();
        if status.starts_with("inaccessible-encryption-credentials") {
            return None;
        }
        let latest = (*span.latest_at.present()?).min(self.as_of);
        self.earliest_restorable().is_none_or(|earliest| earliest <= self.as_of).then_some(latest)
    }

    /// The last moment that the evidence covers: the inventory does not show what happened after it was read.
    pub fn seen_at(&self) -> DateTime<Utc> {
        self.index.shard.captured_at.map_or(self.as_of, |captured| captured.min(self.as_of))
    }

    pub fn mechanism(&self, kind: MechanismKind, source: String, last_at: Option<DateTime<Utc>>, allowed: Option<i64>) -> Mechanism {
        let age = last_at.map(|last| (self.as_of - last).num_seconds());
        Mechanism {
            kind,
            automatic: true,
            interval_seconds: None.into(),
            allowed_age_seconds: allowed,
            retention_days: None.into(),
            retention_endless: false.into(),
            last_at,
            age_seconds: age,
            on_schedule: age.zip(allowed).map(|(age, allowed)| age <= allowed),
            promised_seconds: None,
            source,
        }
    }

    /// How far back a mechanism that began at `since` and keeps backups for `retention_days` must have left restorable moments.
    pub fn promised(&self, since: Option<DateTime<Utc>>, retention_days: Option<i64>) -> Option<i64> {
        let age = since.map(|since| (self.as_of - since).num_seconds().max(0));
        let kept = retention_days.map(|kept| days(kept).num_seconds().max(0));
        [age, kept].into_iter().flatten().min()
    }

    /// Why part of a mechanism is not known.
    pub fn why(&self, of: &Resource, part: &str) -> Vec<String> {
        why_unread(self.index.shard, of, part)
    }
}
