//! Restore testing: which restore testing plans reach a resource, and find a backup of it to restore.

use super::context::Join;
use super::index::{Index, Typed};
use super::schedule::days;
use super::selection::{pairs, plain};
use super::summary::{POINT_OPERATIONS, restorable};
use super::title::title;
use super::unread::{why_place_undecided, why_tags_unread, why_unread};
use crate::inventory::types::backup::{self, RecoveryPoint, RestoreTestingPlan};
use crate::inventory::{Fact, Outcome, Resource, arn, more_path, unless};
use chrono::{DateTime, Utc};

/// The operations that read which restore testing plans reach what.
pub const RESTORE_TESTING_OPERATIONS: [&str; 4] = [
    "backup:ListRestoreTestingPlans",
    "backup:GetRestoreTestingPlan",
    "backup:ListRestoreTestingSelections",
    "backup:GetRestoreTestingSelection",
];

/// Whether a restore testing selection reaches a resource of its Region; `Err` if the deciding facts are unknown: the selection's or the
/// resource's tags.
pub fn restore_testing_reaches(
    index: &Index,
    selection: &Typed<backup::RestoreTestingSelection>,
    resource: &Resource,
    backup_type: &str,
) -> Outcome<bool> {
    let (selection, declared) = (&selection.properties, selection.resource);
    match arn::apart(declared, resource) {
        Fact::Read(true) => return Ok(false),
        Fact::Read(false) => {}
        Fact::Unread => return Err(vec![why_place_undecided(resource, declared)]),
    }
    if selection.protected_resource_type.read().is_some_and(|name| name != backup_type) {
        return Ok(false);
    }
    // The unknown part of the list of ARNs can only add resources; the unknown part of the conditions can only remove them.
    let more = |list: &str| !declared.properties.is_read(list) || !declared.unsettled(&more_path(list)).is_empty();
    let conditions = |fact: &Fact<Vec<backup::TagCondition>>| fact.read().into_iter().flatten().map(plain).collect::<Vec<_>>();
    let (equals, differs) = (conditions(&selection.string_equals), conditions(&selection.string_not_equals));
    let arns = selection.protected_resource_arns.read().map(Vec::as_slice).unwrap_or_default();
    let named = arns.iter().any(|pattern| pattern == "*" || *pattern == resource.arn);
    let narrower = ["string_equals", "string_not_equals"].into_iter().any(more);
    let by_arn = match (named, more("protected_resource_arns")) {
        (true, _) => Some(true),
        (false, true) => None,
        // Without ARNs, the conditions select.
        (false, false) if !arns.is_empty() => Some(false),
        (false, false) if !equals.is_empty() || !differs.is_empty() => Some(true),
        (false, false) => (!narrower).then_some(false),
    };
    let has = |condition: &backup::TagCondition| resource.tags().has_one(pairs(std::slice::from_ref(condition)));
    let held = equals.iter().map(has).chain(differs.iter().map(|condition| Some(!has(condition)?)));
    let each: Vec<Option<bool>> =
        held.chain([by_arn, selection.protected_resource_type.read().map(|_| true)]).chain(narrower.then_some(None)).collect();
    if each.contains(&Some(false)) || !each.contains(&None) {
        return Ok(!each.contains(&Some(false)));
    }
    let mut reasons = Vec::new();
    for list in ["protected_resource_type", "protected_resource_arns", "string_equals", "string_not_equals"] {
        if !declared.properties.is_read(list) {
            reasons.extend(why_unread(index.shard, declared, list));
        }
        let paths = [more_path(list), format!("{}.value", more_path(list))];
        reasons.extend(paths.iter().flat_map(|path| declared.unsettled(path).iter().cloned()));
    }
    let keys: Vec<String> = equals.iter().chain(&differs).map(|condition| condition.key.clone()).collect();
    reasons.extend(why_tags_unread(index.shard, resource, &keys));
    Err(reasons)
}

/// The names of the restore testing plans that have a selection that reaches a resource, and that find a recovery point of it to restore. A
/// template has no recovery points, so there every plan that reaches the resource counts.
///
/// # Errors
/// The reasons why there may be other plans.
pub fn testing_plans(join: &Join, resource: &Resource) -> Outcome<Vec<String>> {
    let index = join.index;
    let mut unread = index.missing(&RESTORE_TESTING_OPERATIONS);
    let mut plans = Vec::new();
    let holders = join.holders_of(resource).into_iter().map(|(holder, since)| (holder, join.backup_type(holder), since));
    let sources: Vec<(&Resource, &str, Option<DateTime<Utc>>)> =
        std::iter::once((resource, join.backup_type(resource), join.named_since(resource))).chain(holders).collect();
    for selection in &index.restore_testing_selections {
        let plan_arn = selection.properties.plan_arn.read();
        let Some(plan) = index.restore_testing_plans.iter().find(|plan| Some(&plan.resource.arn) == plan_arn) else { continue };
        for (source, backup_type, since) in &sources {
            let reached = restore_testing_reaches(index, selection, source, backup_type);
            match reached
                .and_then(|reached| Ok(reached && (index.shard.coverage.template || finds_recovery_point(join, plan, source, *since)?)))
            {
                Ok(true) => plans.push(title(plan.resource)),
                Ok(false) => {}
                Err(reasons) => unread.extend(reasons),
            }
        }
    }
    plans.sort();
    plans.dedup();
    // One plan that tests the resource is enough, whatever the others do.
    if plans.is_empty() { unless(unread, plans) } else { Ok(plans) }
}

/// Whether a restore testing plan finds a recovery point of a resource, made after `since`, in the plan's vaults, of its recovery point
/// types and within its selection window (AWS Backup API reference, `RestoreTestingRecoveryPointSelection`).
///
/// # Errors
/// The reasons why the plan may find one.
pub fn finds_recovery_point(
    join: &Join,
    plan: &Typed<RestoreTestingPlan>,
    resource: &Resource,
    since: Option<DateTime<Utc>>,
) -> Outcome<bool> {
    let wanted = &plan.properties;
    let (Some(include), Some(exclude), Some(types), Some(window_days)) = (
        wanted.include_vaults.read(),
        wanted.exclude_vaults.read(),
        wanted.recovery_point_types.read(),
        wanted.selection_window_days.read(),
    ) else {
        let needed = ["include_vaults", "exclude_vaults", "recovery_point_types", "selection_window_days"];
        let missing = needed.into_iter().filter(|property| !plan.resource.properties.is_read(property));
        return Err(missing.flat_map(|property| why_unread(join.index.shard, plan.resource, property)).collect());
    };
    // The plan names vaults by ARN; `*` in it stands for any text.
    let names = |patterns: &[String], vault: &str| {
        patterns.iter().any(|pattern| wildmatch::WildMatchPattern::<'*', '\0'>::new(pattern).matches(vault))
    };
    let earliest = join.as_of - days(*window_days);
    let found = |point: &Typed<RecoveryPoint>| {
        let properties = &point.properties;
        // A continuous recovery point keeps its first date.
        let (kind, earliest) = match properties.continuous {
            Fact::Read(true) => ("CONTINUOUS", since),
            _ => ("SNAPSHOT", since.max(Some(earliest))),
        };
        restorable(properties.status.read())
            && types.iter().any(|wanted| wanted == kind)
            && point.resource.created_at.is_some_and(|made| made <= join.as_of && earliest.is_none_or(|earliest| earliest <= made))
            && properties.vault_arn.read().is_some_and(|vault| names(include, vault) && !names(exclude, vault))
    };
    if join.index.points.get(&resource.arn).into_iter().flatten().any(found) {
        return Ok(true);
    }
    unless(join.index.missing(&POINT_OPERATIONS), false)
}
