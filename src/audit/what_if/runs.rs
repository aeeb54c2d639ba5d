//! What the plans and policies of a shard would do: their rules, with the first run after a moment.

use super::document::{Kept, Run};
use crate::inventory::schedule::Schedule;
use crate::inventory::types::{backup, dlm};
use crate::inventory::{Fact, Shard};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// The rules of every plan and policy, by ARN.
pub fn runs(shard: &Shard, after: DateTime<Utc>) -> HashMap<&str, Vec<Run>> {
    let of = |resource: &crate::inventory::Resource| {
        let plan = resource.get::<backup::BackupPlan>().map(|plan| list(&plan.rules, |rule| of_rule(rule, after)));
        plan.or_else(|| {
            resource.get::<dlm::LifecyclePolicy>().map(|policy| list(&policy.schedules, |schedule| of_schedule(schedule, after)))
        })
    };
    shard.resources.iter().filter_map(|resource| Some((resource.arn.as_str(), of(resource)?))).collect()
}

fn list<T>(rules: &Fact<Vec<T>>, run: impl Fn(&T) -> Run) -> Vec<Run> {
    rules.read().into_iter().flatten().map(run).collect()
}

fn of_rule(rule: &backup::BackupRule, after: DateTime<Utc>) -> Run {
    let timezone = rule.timezone.present().map(String::as_str);
    let schedule = rule.schedule.read().and_then(|expression| Schedule::parse(expression.as_deref(), timezone).ok());
    Run {
        name: rule.name.read().cloned().unwrap_or_default(),
        interval_seconds: schedule.as_ref().and_then(|schedule| schedule.largest_gap(after)),
        continuous: rule.continuous.read().copied(),
        retention_days: rule.retention_days.present().copied(),
        kept: rule.retention_days.read().map(|days| days.map_or(Kept::ForEver, |_| Kept::Days)),
        first_run_at: schedule.and_then(|schedule| schedule.next_after(after)),
    }
}

fn of_schedule(schedule: &dlm::Schedule, after: DateTime<Utc>) -> Run {
    let cron = schedule.cron.present().and_then(|cron| Schedule::parse(Some(cron), None).ok());
    let kept = match (schedule.retention_days.read(), schedule.retain_count.read()) {
        (Some(Some(_)), _) => Some(Kept::Days),
        (_, Some(Some(_))) => Some(Kept::Count),
        (Some(None), Some(None)) => Some(Kept::ForEver),
        _ => None,
    };
    Run {
        name: schedule.name.present().cloned().unwrap_or_default(),
        interval_seconds: schedule.interval_seconds.present().copied().or_else(|| cron.as_ref()?.largest_gap(after)),
        continuous: Some(false),
        retention_days: schedule.retention_days.present().copied(),
        kept,
        // Only AWS knows when the intervals of a policy begin.
        first_run_at: cron.and_then(|schedule| schedule.next_after(after)),
    }
}
