//! AWS Backup selections: which resources a plan backs up.

use super::{Absent, As, BLANK, Identity, Paths, Row, Table, row};
use crate::template::convert::{Outcome, Scope, Unknown};
use crate::template::declaration::{Node, Value};
use crate::template::stack::{Entry, Stack, Text, find};
use serde_json::{Value as Json, json};

const PLAN: &str = "AWS::Backup::BackupPlan";

/// A selection.
pub static SELECTION: Table = Table {
    type_name: "AWS::Backup::BackupSelection",
    cloudformation: &["AWS::Backup::BackupSelection"],
    terraform: &["aws_backup_selection"],
    identity: Identity { parent: Some(plan_arn), ..Identity::numbered(["BackupSelection.SelectionName", "name"], "") },
    tags: ["", ""],
    rows: &[
        row("plan_arn", ["BackupPlanId", "plan_id"], As::By(|scope, _| of_plan(scope)), Absent::By(of_plan)),
        row("role_arn", ["BackupSelection.IamRoleArn", "iam_role_arn"], As::Name, Absent::Null),
        row("resources", ["BackupSelection.Resources", "resources"], As::By(arns), Absent::Empty),
        row("not_resources", ["BackupSelection.NotResources", "not_resources"], As::By(arns), Absent::Empty),
        row("list_of_tags", ["BackupSelection.ListOfTags", "selection_tag"], As::List(LISTED_TAG), Absent::Empty),
        row("conditions", CONDITIONS_AT, As::By(|scope, _| conditions(scope)), Absent::By(conditions)),
    ],
    ..BLANK
};

/// Entries of `ListOfTags`, whose only operator is STRINGEQUALS.
const LISTED_TAG: &[Row] = &[
    row("key", ["ConditionKey", "key"], As::Text, Absent::Unknown("no tag key is written")),
    row("value", ["ConditionValue", "value"], As::Text, Absent::Text("")),
];

const CONDITION: &[Row] = &[
    row("key", ["ConditionKey", "key"], As::Text, Absent::Unknown("no tag key is written")),
    row("value", ["ConditionValue", "value"], As::Text, Absent::Text("")),
];

const CONDITIONS: &[Row] = &[
    row("string_equals", ["StringEquals", "string_equals"], As::List(CONDITION), Absent::Empty),
    row("string_not_equals", ["StringNotEquals", "string_not_equals"], As::List(CONDITION), Absent::Empty),
    row("string_like", ["StringLike", "string_like"], As::List(CONDITION), Absent::Empty),
    row("string_not_like", ["StringNotLike", "string_not_like"], As::List(CONDITION), Absent::Empty),
];

const CONDITIONS_AT: Paths = ["BackupSelection.Conditions", "condition"];

/// The four operators. One of which a part is not known may exclude anything: then none is known.
fn conditions(scope: &Scope) -> Outcome {
    let mut all = json!({ "string_equals": [], "string_not_equals": [], "string_like": [], "string_not_like": [] });
    for block in scope.elements_at(CONDITIONS_AT)? {
        if let Some(reasons) = scope.reasons(block) {
            return Err(reasons);
        }
        for row in CONDITIONS {
            let mut nested = Unknown::new();
            let found = scope.at(block).value(row, row.property, &mut nested)?;
            if !nested.is_empty() {
                return Err(nested.into_values().flatten().collect());
            }
            if found == json!([]) {
                continue;
            }
            // The blocks are a set, of which the provider lets the last one with an operator win (`expandConditions`).
            if all[row.property] != json!([]) {
                return Err(vec![format!("which of several blocks with {} counts is not known", row.property)]);
            }
            all[row.property] = found;
        }
    }
    Ok(all)
}

fn plan_arn(stack: &Stack, entry: &Entry) -> Text {
    let node = find(&entry.declaration.body, "BackupPlanId|plan_id");
    node.and_then(|node| stack.arn_named(node, PLAN, entry)).unwrap_or_default()
}

/// Known also of a selection that may not be made.
pub fn of_plan(scope: &Scope) -> Outcome {
    let parent = scope.entry.table.identity.parent.map(|parent| parent(scope.stack, scope.entry)).unwrap_or_default();
    if parent.text.is_empty() { Err(vec!["no plan is written".to_owned()]) } else { Ok(parent.text.into()) }
}

/// ARNs and patterns. One that is not known at all may be a pattern that selects anything: then the list is not known.
pub fn arns(scope: &Scope, node: &Node) -> Outcome {
    let one = |node: &Node| match &node.value {
        Value::Unknown(unknown) => Err(vec![unknown.reason.to_string()]),
        _ => scope.text(node).map(|text| Json::from(scope.stack.own_arn(text.text))),
    };
    scope.elements(node)?.into_iter().map(one).collect()
}
