//! Backup plans with their rules, and the selections of each.

use super::{GONE, PAGE, lifecycle_days};
use crate::aws::answer::Answer;
use crate::aws::call::Reader;
use crate::aws::convert::{each, optional_time, resource};
use crate::aws::operation::Operation;
use crate::inventory::types::backup::{BackupPlan, BackupRule, BackupSelection, Conditions, CopyAction, TagCondition};
use crate::inventory::{Fact, Resource};
use aws_sdk_backup::Client;
use aws_sdk_backup::types as sdk;

const LIST_BACKUP_PLANS: Operation =
    Operation::new("backup", "ListBackupPlans", Answer::json(&["BackupPlansList/*/BackupPlanId", "BackupPlansList/*/BackupPlanArn"]));
const GET_BACKUP_PLAN: Operation = Operation::new("backup", "GetBackupPlan", Answer::json(&["BackupPlan/Rules/*/RuleName"]));
const LIST_BACKUP_SELECTIONS: Operation =
    Operation::new("backup", "ListBackupSelections", Answer::json(&["BackupSelectionsList/*/SelectionId"]));
const GET_BACKUP_SELECTION: Operation = Operation::new("backup", "GetBackupSelection", Answer::json(&["BackupSelection/SelectionName"]));

pub const OPERATIONS: &[&Operation] = &[&LIST_BACKUP_PLANS, &GET_BACKUP_PLAN, &LIST_BACKUP_SELECTIONS, &GET_BACKUP_SELECTION];

/// The active plans ("Lists the active backup plans for the account", deleted ones only on request) and their selections.
pub async fn collect(reader: &Reader, client: &Client) -> Vec<Resource> {
    let pages = client.list_backup_plans().into_paginator().page_size(PAGE).send();
    let plans = reader.pages(&LIST_BACKUP_PLANS, pages, |page| page.backup_plans_list.unwrap_or_default()).await;
    let read = each(plans.unwrap_or_default(), |plan| plan_with_selections(reader, client, plan)).await;
    read.into_iter().flatten().collect()
}

/// Returns nothing for a plan that was deleted after it was listed.
async fn plan_with_selections(reader: &Reader, client: &Client, plan: sdk::BackupPlansListMember) -> Vec<Resource> {
    let (Some(id), Some(arn)) = (plan.backup_plan_id, plan.backup_plan_arn) else {
        return Vec::new();
    };
    let call = client.get_backup_plan().backup_plan_id(&id).send();
    let detail = match reader.one_or(&GET_BACKUP_PLAN, call, GONE).await {
        Some(None) => return Vec::new(),
        Some(Some(answer)) if answer.deletion_date.is_some() => return Vec::new(),
        detail => detail.flatten(),
    };
    let mut resources = selections(reader, client, &id, &arn).await;
    let rules = match detail.and_then(|answer| answer.backup_plan) {
        Some(body) => Fact::Read(body.rules.into_iter().map(rule).collect()),
        None => Fact::Unread,
    };
    let properties = BackupPlan { rules, last_execution_at: optional_time(plan.last_execution_date.as_ref()).into() };
    resources.push(Resource {
        name: plan.backup_plan_name,
        created_at: optional_time(plan.creation_date.as_ref()),
        ..resource(reader, arn, id, properties)
    });
    resources
}

fn rule(rule: sdk::BackupRule) -> BackupRule {
    let (retention_days, cold_after_days) = lifecycle_days(rule.lifecycle.as_ref());
    BackupRule {
        id: rule.rule_id.into(),
        name: rule.rule_name.into(),
        vault: rule.target_backup_vault_name.into(),
        schedule: rule.schedule_expression.into(),
        timezone: rule.schedule_expression_timezone.into(),
        start_window_minutes: rule.start_window_minutes.into(),
        completion_window_minutes: rule.completion_window_minutes.into(),
        // "False (or not specified) causes Backup to create snapshot backups."
        continuous: rule.enable_continuous_backup.unwrap_or(false).into(),
        retention_days: retention_days.into(),
        cold_after_days: cold_after_days.into(),
        copies: rule.copy_actions.unwrap_or_default().into_iter().map(copy).collect::<Vec<_>>().into(),
        air_gapped_vault_arn: rule.target_logically_air_gapped_backup_vault_arn.into(),
    }
}

fn copy(action: sdk::CopyAction) -> CopyAction {
    let (retention_days, cold_after_days) = lifecycle_days(action.lifecycle.as_ref());
    CopyAction {
        destination_vault_arn: action.destination_backup_vault_arn.into(),
        retention_days: retention_days.into(),
        cold_after_days: cold_after_days.into(),
    }
}

async fn selections(reader: &Reader, client: &Client, plan_id: &str, plan_arn: &str) -> Vec<Resource> {
    let pages = client.list_backup_selections().backup_plan_id(plan_id).into_paginator().page_size(PAGE).send();
    let listed = reader.pages(&LIST_BACKUP_SELECTIONS, pages, |page| page.backup_selections_list.unwrap_or_default()).await;
    let read = each(listed.unwrap_or_default(), |member| selection(reader, client, plan_id, plan_arn, member)).await;
    read.into_iter().flatten().collect()
}

/// `None` if the selection was deleted after it was listed.
async fn selection(
    reader: &Reader,
    client: &Client,
    plan_id: &str,
    plan_arn: &str,
    member: sdk::BackupSelectionsListMember,
) -> Option<Resource> {
    let id = member.selection_id?;
    let call = client.get_backup_selection().backup_plan_id(plan_id).selection_id(&id).send();
    let body = match reader.one_or(&GET_BACKUP_SELECTION, call, GONE).await {
        Some(answer) => answer?.backup_selection,
        None => None,
    };
    let mut properties =
        BackupSelection { plan_arn: plan_arn.to_owned().into(), role_arn: member.iam_role_arn.into(), ..BackupSelection::default() };
    if let Some(body) = body {
        properties.resources = body.resources.unwrap_or_default().into();
        properties.not_resources = body.not_resources.unwrap_or_default().into();
        properties.list_of_tags = body.list_of_tags.unwrap_or_default().into_iter().map(tag).collect::<Vec<_>>().into();
        properties.conditions = body.conditions.map(conditions).unwrap_or_default().into();
    }
    Some(Resource {
        name: member.selection_name,
        created_at: optional_time(member.creation_date.as_ref()),
        ..resource(reader, format!("{plan_arn}/selection/{id}"), id, properties)
    })
}

/// An entry of `ListOfTags`, whose only operator is `STRINGEQUALS`.
fn tag(condition: sdk::Condition) -> TagCondition {
    TagCondition { key: condition.condition_key, value: condition.condition_value.into() }
}

fn conditions(conditions: sdk::Conditions) -> Conditions {
    let list = |parameters: Option<Vec<sdk::ConditionParameter>>| {
        let parameter = |parameter: sdk::ConditionParameter| TagCondition {
            key: parameter.condition_key.unwrap_or_default(),
            value: parameter.condition_value.unwrap_or_default().into(),
        };
        parameters.unwrap_or_default().into_iter().map(parameter).collect()
    };
    Conditions {
        string_equals: list(conditions.string_equals),
        string_not_equals: list(conditions.string_not_equals),
        string_like: list(conditions.string_like),
        string_not_like: list(conditions.string_not_like),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_keeps_where_it_sends_backups() -> Result<(), Box<dyn std::error::Error>> {
        let air_gapped = "arn:aws:backup:us-east-1:111122223333:backup-vault:gap";
        let read = rule(
            sdk::BackupRule::builder()
                .rule_name("daily")
                .target_backup_vault_name("Default")
                .target_logically_air_gapped_backup_vault_arn(air_gapped)
                .lifecycle(sdk::Lifecycle::builder().delete_after_days(35).build())
                .copy_actions(sdk::CopyAction::builder().destination_backup_vault_arn("arn").build()?)
                .build()?,
        );
        assert_eq!(read.air_gapped_vault_arn.present().map(String::as_str), Some(air_gapped));
        assert_eq!(read.retention_days, Some(35).into());
        assert_eq!(
            read.copies.read().map(|copies| copies.iter().map(|copy| copy.retention_days.clone()).collect()),
            Some(vec![None.into()])
        );
        assert_eq!(read.continuous, false.into());
        Ok(())
    }

    #[test]
    fn conditions_keep_their_operator() {
        let parameter = sdk::ConditionParameter::builder().condition_key("aws:ResourceTag/tier").condition_value("go*").build();
        let read = conditions(sdk::Conditions::builder().string_not_like(parameter).build());
        assert_eq!(read.string_not_like[0].value, "go*".to_owned().into());
        assert!(read.string_like.is_empty());
    }
}
