//! Recovery points: whether their source is deleted, and how long other rules of their plan keep backups.

use super::context::Join;
use super::facts::{Facts, RecoveryPointFacts};
use super::plan_reach::PlannedRule;
use super::points::is_local;
use crate::inventory::types::backup::{CopyAction, RecoveryPoint};
use crate::inventory::{Fact, Outcome, Resource, arn, unless};

/// Whether the resource of a recovery point is deleted. A resource of another account or Region, or of a type that rel9 does not list, does
/// not count as deleted.
pub fn is_orphan(join: &Join, point: &RecoveryPoint) -> Outcome<bool> {
    let shard = join.index.shard;
    let Some(source) = point.source_arn.present() else { return Ok(false) };
    if !is_local(source, &shard.account, &shard.region) || arn::account(source).is_empty() {
        return Ok(false);
    }
    let Some(operation) = join.listing_of(source) else { return Ok(false) };
    if join.existing.contains_key(source.as_str()) {
        return Ok(false);
    }
    unless(join.index.missing(&[operation]), true)
}

/// Whether a rule takes a backup at least every day, as rule backup-plan-retention asks.
fn runs_daily(planned: &PlannedRule) -> bool {
    planned.rule.continuous == Fact::Read(true) || planned.interval_seconds.present().is_some_and(|interval| *interval <= 86_400)
}

/// How many days a rule keeps its backups or, for a copy, its copies in the same vault; -1 means for ever. Unknown retentions are left out.
fn kept_by(planned: &PlannedRule, point: &RecoveryPoint) -> Vec<i64> {
    let days = |retention: &Fact<Option<i64>>| retention.read().map(|days| days.unwrap_or(-1));
    if point.source_vault_arn.present().is_none() {
        return days(&planned.rule.retention_days).into_iter().collect();
    }
    let same_vault = |copy: &&CopyAction| point.vault_arn.read().is_some_and(|vault| copy.destination_vault_arn.read() == Some(vault));
    planned.rule.copies.read().into_iter().flatten().filter(same_vault).filter_map(|copy| days(&copy.retention_days)).collect()
}

/// The facts of a recovery point.
pub fn recovery_point_facts(join: &Join, resource: &Resource) -> Facts {
    let Some(point) = resource.get::<RecoveryPoint>() else { return RecoveryPointFacts::default().into() };
    RecoveryPointFacts { orphan: is_orphan(join, point).into(), sibling_retention_days: sibling_retention_days(join, point).into() }.into()
}

fn sibling_retention_days(join: &Join, point: &RecoveryPoint) -> Outcome<Option<i64>> {
    let Some(plan_arn) = point.plan_arn.present() else { return Ok(None) };
    let Some(rules) = join.plans.rules.get(plan_arn.as_str()) else {
        return unless(join.index.missing(&["backup:ListBackupPlans", "backup:GetBackupPlan"]), None);
    };
    let siblings = rules.iter().filter(|planned| planned.rule.id.present() != point.rule_id.present() && runs_daily(planned));
    let retention = siblings.flat_map(|planned| kept_by(planned, point));
    Ok(retention.max_by_key(|days| if *days < 0 { i64::MAX } else { *days }))
}
