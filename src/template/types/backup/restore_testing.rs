//! AWS Backup restore testing plans and selections.

use super::selection::{arns, plan_arn_of, tag_conditions};
use crate::template::convert::{Outcome, Scope, Unknown};
use crate::template::declaration::Node;
use crate::template::stack::{Entry, Stack, Text, find};
use crate::template::table::{Absent, As, BLANK, Evidence, Identity, Table, row};
use crate::template::takes::Takes;
use crate::template::types::iam::ROLE;

const PLAN_TYPE: &str = "AWS::Backup::RestoreTestingPlan";

/// A restore testing plan.
pub static PLAN: Table = Table {
    type_name: PLAN_TYPE,
    cloudformation: &["AWS::Backup::RestoreTestingPlan"],
    terraform: &["aws_backup_restore_testing_plan"],
    // AWS appends an id to the name, which no template needs.
    identity: Identity {
        arns: &["RestoreTestingPlanArn"],
        ..Identity::named(["RestoreTestingPlanName", "name"], "arn:{partition}:backup:{region}:{account}:restore-testing-plan:{id}")
    },
    rows: &[
        row("schedule", ["ScheduleExpression", "schedule_expression"], As::Text, Absent::Null).takes(Takes::Schedule),
        row("timezone", ["ScheduleExpressionTimezone", "schedule_expression_timezone"], As::Text, Absent::Null).takes(Takes::TimeZone),
        // 24 by default (API, RestoreTestingPlanForCreate, StartWindowHours)
        row("start_window_hours", ["StartWindowHours", "start_window_hours"], As::Int, Absent::Int(24)).takes(Takes::Whole(1, 168)),
        row(
            "include_vaults",
            ["RecoveryPointSelection.IncludeVaults", "recovery_point_selection.include_vaults"],
            As::By(vaults),
            Absent::Empty,
        ),
        row(
            "exclude_vaults",
            ["RecoveryPointSelection.ExcludeVaults", "recovery_point_selection.exclude_vaults"],
            As::By(vaults),
            Absent::Empty,
        ),
        row(
            "recovery_point_types",
            ["RecoveryPointSelection.RecoveryPointTypes", "recovery_point_selection.recovery_point_types"],
            As::Texts,
            Absent::Empty,
        ),
        // 30 by default (API, RestoreTestingRecoveryPointSelection, SelectionWindowDays)
        row(
            "selection_window_days",
            ["RecoveryPointSelection.SelectionWindowDays", "recovery_point_selection.selection_window_days"],
            As::Int,
            Absent::Int(30),
        )
        .takes(Takes::Whole(1, 365)),
    ],
    evidence: Evidence::Whole,
    assumed_from: Some("backup"),
    ..BLANK
};

/// A restore testing selection.
pub static SELECTION: Table = Table {
    type_name: "AWS::Backup::RestoreTestingSelection",
    cloudformation: &["AWS::Backup::RestoreTestingSelection"],
    terraform: &["aws_backup_restore_testing_selection"],
    identity: Identity { parent: Some(plan_arn), ..Identity::named(["RestoreTestingSelectionName", "name"], "") },
    tags: ["", ""],
    rows: &[
        row(
            "plan_arn",
            ["RestoreTestingPlanName", "restore_testing_plan_name"],
            As::By(|scope, _| plan_arn_of(scope)),
            Absent::By(plan_arn_of),
        ),
        row(
            "protected_resource_type",
            ["ProtectedResourceType", "protected_resource_type"],
            As::Text,
            Absent::Unknown("no resource type is set"),
        ),
        row("role_arn", ["IamRoleArn", "iam_role_arn"], As::Arn(ROLE.type_name), Absent::Null),
        // Without it, restored resources are not kept for validation (API, ValidationWindowHours).
        row("validation_window_hours", ["ValidationWindowHours", "validation_window_hours"], As::Int, Absent::Null),
        row("protected_resource_arns", ["ProtectedResourceArns", "protected_resource_arns"], As::Parts(arns), Absent::Empty),
        row(
            "string_equals",
            ["ProtectedResourceConditions.StringEquals", "protected_resource_conditions.string_equals"],
            As::Blocks(tag_conditions),
            Absent::Empty,
        ),
        row(
            "string_not_equals",
            ["ProtectedResourceConditions.StringNotEquals", "protected_resource_conditions.string_not_equals"],
            As::Blocks(tag_conditions),
            Absent::Empty,
        ),
    ],
    evidence: Evidence::Whole,
    assumed_from: Some("backup"),
    ..BLANK
};

/// Vaults by ARN. With an unknown one, it is not known which vaults remain.
fn vaults(scope: &Scope, node: &Node) -> Outcome {
    let mut unknown = Unknown::new();
    let found = arns(scope, node, "", &mut unknown)?;
    if unknown.is_empty() { Ok(found) } else { Err(unknown.into_values().flatten().collect()) }
}

fn plan_arn(stack: &Stack, entry: &Entry) -> Text {
    let node = find(&entry.declaration.body, "RestoreTestingPlanName|restore_testing_plan_name");
    node.and_then(|node| stack.arn_named(node, PLAN_TYPE, entry)).unwrap_or_default()
}
