//! Restore testing plans and the selections of each.

use super::{GONE, PAGE};
use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::convert::{each, optional_time, resource, time};
use crate::aws::operation::Operation;
use crate::inventory::Resource;
use crate::inventory::types::backup::{RestoreTestingPlan, RestoreTestingSelection, TagCondition};
use aws_sdk_backup::Client;
use aws_sdk_backup::types as sdk;

const LIST_RESTORE_TESTING_PLANS: Operation = Operation::new(
    "backup",
    "ListRestoreTestingPlans",
    Answer::json(&["RestoreTestingPlans/*/RestoreTestingPlanName", "RestoreTestingPlans/*/RestoreTestingPlanArn"]),
);
const GET_RESTORE_TESTING_PLAN: Operation =
    Operation::new("backup", "GetRestoreTestingPlan", Answer::json(&["RestoreTestingPlan/RecoveryPointSelection"]));
const LIST_RESTORE_TESTING_SELECTIONS: Operation =
    Operation::new("backup", "ListRestoreTestingSelections", Answer::json(&["RestoreTestingSelections/*/RestoreTestingSelectionName"]));
const GET_RESTORE_TESTING_SELECTION: Operation =
    Operation::new("backup", "GetRestoreTestingSelection", Answer::json(&["RestoreTestingSelection/ProtectedResourceType"]));

pub const OPERATIONS: &[&Operation] =
    &[&LIST_RESTORE_TESTING_PLANS, &GET_RESTORE_TESTING_PLAN, &LIST_RESTORE_TESTING_SELECTIONS, &GET_RESTORE_TESTING_SELECTION];

/// AWS's default for a plan without a selection window ("If not included, the value defaults to 30").
const DEFAULT_WINDOW_DAYS: i64 = 30;

pub async fn collect(reader: &Reader, client: &Client) -> Vec<Resource> {
    let pages = client.list_restore_testing_plans().into_paginator().page_size(PAGE).send();
    let plans = reader.pages(&LIST_RESTORE_TESTING_PLANS, pages, |page| page.restore_testing_plans).await;
    let read = each(plans.unwrap_or_default(), |plan| plan_with_selections(reader, client, plan)).await;
    read.into_iter().flatten().collect()
}

/// Returns nothing for a plan that was deleted after it was listed.
async fn plan_with_selections(reader: &Reader, client: &Client, plan: sdk::RestoreTestingPlanForList) -> Vec<Resource> {
    let name = plan.restore_testing_plan_name;
    let arn = plan.restore_testing_plan_arn;
    let call = client.get_restore_testing_plan().restore_testing_plan_name(&name).send();
    let detail = match reader.one_or(&GET_RESTORE_TESTING_PLAN, call, GONE).await {
        Some(None) => return Vec::new(),
        detail => detail.flatten(),
    };
    let mut resources = selections(reader, client, &name, &arn).await;
    let mut properties = RestoreTestingPlan {
        schedule: Some(plan.schedule_expression).into(),
        timezone: plan.schedule_expression_timezone.into(),
        // The minimum is one hour, so 0 means that the answer does not have the member.
        start_window_hours: Some(i64::from(plan.start_window_hours)).filter(|hours| *hours > 0).into(),
        last_execution_at: optional_time(plan.last_execution_time.as_ref()).into(),
        ..RestoreTestingPlan::default()
    };
    let detail = detail.and_then(|answer| answer.restore_testing_plan);
    if let Some(points) = detail.and_then(|plan| plan.recovery_point_selection) {
        let types = points.recovery_point_types.unwrap_or_default();
        properties.include_vaults = points.include_vaults.unwrap_or_default().into();
        properties.exclude_vaults = points.exclude_vaults.unwrap_or_default().into();
        properties.recovery_point_types = types.iter().map(|kind| kind.as_str().to_owned()).collect::<Vec<_>>().into();
        properties.selection_window_days = window_days(points.selection_window_days).into();
    }
    resources.push(Resource { created_at: time(&plan.creation_time), ..resource(reader, arn, name, properties) });
    resources
}

/// The SDK returns 0 for a missing window; AWS itself accepts 1 to 365.
fn window_days(days: i32) -> i64 {
    if days > 0 { i64::from(days) } else { DEFAULT_WINDOW_DAYS }
}

async fn selections(reader: &Reader, client: &Client, plan: &str, plan_arn: &str) -> Vec<Resource> {
    let pages = client.list_restore_testing_selections().restore_testing_plan_name(plan).into_paginator().page_size(PAGE).send();
    let listed = reader.pages(&LIST_RESTORE_TESTING_SELECTIONS, pages, |page| page.restore_testing_selections).await;
    let read = each(listed.unwrap_or_default(), |member| selection(reader, client, plan, plan_arn, member)).await;
    read.into_iter().flatten().collect()
}

/// `None` if the selection was deleted after it was listed.
async fn selection(
    reader: &Reader,
    client: &Client,
    plan: &str,
    plan_arn: &str,
    member: sdk::RestoreTestingSelectionForList,
) -> Option<Resource> {
    let name = member.restore_testing_selection_name;
    let call = client.get_restore_testing_selection().restore_testing_plan_name(plan).restore_testing_selection_name(&name).send();
    let detail = match reader.one_or(&GET_RESTORE_TESTING_SELECTION, call, GONE).await {
        Some(None) => return None,
        detail => detail.flatten(),
    };
    let mut properties = RestoreTestingSelection {
        plan_arn: plan_arn.to_owned().into(),
        protected_resource_type: member.protected_resource_type.into(),
        role_arn: Some(member.iam_role_arn).into(),
        validation_window_hours: Some(i64::from(member.validation_window_hours)).into(),
        ..RestoreTestingSelection::default()
    };
    if let Some(body) = detail.and_then(|answer| answer.restore_testing_selection) {
        let (equals, not_equals) = body
            .protected_resource_conditions
            .map(|conditions| (conditions.string_equals, conditions.string_not_equals))
            .unwrap_or_default();
        properties.protected_resource_arns = body.protected_resource_arns.unwrap_or_default().into();
        properties.string_equals = conditions(equals).into();
        properties.string_not_equals = conditions(not_equals).into();
    }
    let arn = format!("{plan_arn}/selection/{name}");
    Some(Resource { created_at: time(&member.creation_time), ..resource(reader, arn, name, properties) })
}

fn conditions(pairs: Option<Vec<sdk::KeyValue>>) -> Vec<TagCondition> {
    let condition = |pair: sdk::KeyValue| TagCondition { key: pair.key, value: pair.value.into() };
    pairs.unwrap_or_default().into_iter().map(condition).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_without_window_looks_back_thirty_days() {
        assert_eq!(window_days(0), 30);
        assert_eq!(window_days(365), 365);
    }
}
