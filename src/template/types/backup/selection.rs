//! AWS Backup selections: which resources a plan backs up.

use crate::inventory::{more_path, note};
use crate::template::convert::{Outcome, Scope, Unknown};
use crate::template::declaration::{Node, Value};
use crate::template::stack::{Entry, Stack, Text, find};
use crate::template::table::{Absent, As, BLANK, Evidence, Identity, Paths, Row, Table, row};
use crate::template::types::iam::ROLE;
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
        row("plan_arn", ["BackupPlanId", "plan_id"], As::By(|scope, _| plan_arn_of(scope)), Absent::By(plan_arn_of)),
        row("role_arn", ["BackupSelection.IamRoleArn", "iam_role_arn"], As::Arn(ROLE.type_name), Absent::Null),
        row("resources", ["BackupSelection.Resources", "resources"], As::Parts(arns), Absent::Empty),
        row("not_resources", ["BackupSelection.NotResources", "not_resources"], As::Parts(arns), Absent::Empty),
        row("list_of_tags", ["BackupSelection.ListOfTags", "selection_tag"], As::Blocks(tag_conditions), Absent::Empty),
        row(
            "conditions",
            CONDITIONS_AT,
            As::Blocks(|scope, _, path, nested| conditions(scope, path, nested)),
            Absent::By(|_| Ok(no_conditions())),
        ),
    ],
    evidence: Evidence::Whole,
    assumed_from: Some("backup"),
    ..BLANK
};

const CONDITIONS: &[Row] = &[
    row("string_equals", ["StringEquals", "string_equals"], As::Blocks(tag_conditions), Absent::Empty),
    row("string_not_equals", ["StringNotEquals", "string_not_equals"], As::Blocks(tag_conditions), Absent::Empty),
    row("string_like", ["StringLike", "string_like"], As::Blocks(tag_conditions), Absent::Empty),
    row("string_not_like", ["StringNotLike", "string_not_like"], As::Blocks(tag_conditions), Absent::Empty),
];

/// Entries with a key and a value: those of `ListOfTags`, whose only operator is STRINGEQUALS, or of an operator of conditions. An entry
/// with an unknown key may select by any tag; with an unknown value, it excludes resources without the tag.
pub fn tag_conditions(scope: &Scope, node: &Node, path: &str, nested: &mut Unknown) -> Outcome {
    let entry = |node: &Node, nested: &mut Unknown| {
        if let Some(reasons) = scope.reasons(node) {
            return Err(reasons);
        }
        let entry = scope.at(node);
        let key = entry.text_at(["ConditionKey|Key", "key"])?.ok_or_else(|| vec!["no tag key is set".to_owned()])?;
        match entry.text_at(["ConditionValue|Value", "value"]) {
            Ok(value) => Ok(json!({ "key": key, "value": value.unwrap_or_default() })),
            Err(reasons) => {
                note(nested, &format!("{}.value", more_path(path)), reasons);
                Ok(json!({ "key": key }))
            }
        }
    };
    scope.known_elements(node, path, nested, entry)
}

const CONDITIONS_AT: Paths = ["BackupSelection.Conditions", "condition"];

fn no_conditions() -> Json {
    json!({ "string_equals": [], "string_not_equals": [], "string_like": [], "string_not_like": [] })
}

/// The four operators. An unknown block may exclude anything.
fn conditions(scope: &Scope, path: &str, nested: &mut Unknown) -> Outcome {
    let mut all = no_conditions();
    for block in scope.elements_at(CONDITIONS_AT)? {
        if let Some(reasons) = scope.reasons(block) {
            return Err(reasons);
        }
        for row in CONDITIONS {
            let path = format!("{path}.{}", row.property);
            let found = scope.at(block).value(row, &path, nested)?;
            if found == json!([]) {
                continue;
            }
            // The blocks are a set, and in the provider the last block with an operator wins (`expandConditions`).
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

/// The plan is known even for a selection that may not be created.
pub fn plan_arn_of(scope: &Scope) -> Outcome {
    let parent = scope.entry.table.identity.parent.map(|parent| parent(scope.stack, scope.entry)).unwrap_or_default();
    if parent.text.is_empty() { Err(vec!["no plan is set".to_owned()]) } else { Ok(parent.text.into()) }
}

/// ARNs and patterns. A completely unknown one may be a pattern for anything, but does not restrict the others.
pub fn arns(scope: &Scope, node: &Node, path: &str, nested: &mut Unknown) -> Outcome {
    let one = |node: &Node, _: &mut Unknown| match &node.value {
        Value::Unknown(unknown) => Err(vec![unknown.reason.to_string()]),
        _ => scope.text(node).map(|text| Json::from(scope.stack.own_arn(text.text))),
    };
    scope.known_elements(node, path, nested, one)
}
