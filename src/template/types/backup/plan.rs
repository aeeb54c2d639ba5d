//! AWS Backup plans.

use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::Node;
use crate::template::table::{Absent, As, BLANK, Evidence, Identity, Paths, Row, Table, row};
use crate::template::takes::Takes;
use crate::template::takes::{name_of, refused};
use serde_json::Value as Json;

/// A plan.
pub static PLAN: Table = Table {
    type_name: "AWS::Backup::BackupPlan",
    cloudformation: &["AWS::Backup::BackupPlan"],
    terraform: &["aws_backup_plan"],
    identity: Identity {
        ids: &["BackupPlanId"],
        arns: &["BackupPlanArn"],
        ..Identity::numbered(["BackupPlan.BackupPlanName", "name"], "arn:{partition}:backup:{region}:{account}:backup-plan:{id}")
    },
    tags: ["BackupPlanTags", "tags_all|tags"],
    rows: &[row("rules", ["BackupPlan.BackupPlanRule", "rule"], As::Some(RULE), Absent::Empty)],
    evidence: Evidence::Whole,
    assumed_from: Some("backup"),
    ..BLANK
};

const LIFECYCLE_DELETE: Paths = ["Lifecycle.DeleteAfterDays", "lifecycle.delete_after"];
const LIFECYCLE_COLD: Paths = ["Lifecycle.MoveToColdStorageAfterDays", "lifecycle.cold_storage_after"];

const COLD_DAYS: i64 = 90;

const RULE: &[Row] = &[
    row("id", ["", ""], As::Text, Absent::Null),
    row("name", ["RuleName", "rule_name"], As::Name, Absent::Text("")),
    row("vault", ["TargetBackupVault", "target_vault_name"], As::By(vault), Absent::Unknown("no target vault is set")),
    // `null` means AWS Backup's default, as in the live source.
    row("schedule", ["ScheduleExpression", "schedule"], As::Text, Absent::Null).takes(Takes::Schedule),
    row("timezone", ["ScheduleExpressionTimezone", "schedule_expression_timezone"], As::Text, Absent::Null).takes(Takes::TimeZone),
    row("start_window_minutes", ["StartWindowMinutes", "start_window"], As::Int, Absent::Null)
        // The provider sends its own defaults: 60 and 180 (provider, `start_window`, `completion_window` in the schema of `rule`).
        .terraform(Absent::Int(60))
        // API, BackupRuleInput, StartWindowMinutes.
        .takes(Takes::Whole(60, 52_560_000)),
    row("completion_window_minutes", ["CompletionWindowMinutes", "completion_window"], As::Int, Absent::Null).terraform(Absent::Int(180)),
    // False by default (API, BackupRuleInput, EnableContinuousBackup).
    row("continuous", CONTINUOUS, As::Bool, Absent::False),
    row("retention_days", LIFECYCLE_DELETE, As::By(days_of_rule), Absent::By(no_days_of_rule)),
    row("cold_after_days", LIFECYCLE_COLD, As::By(days_of_rule), Absent::Null),
    row("copies", ["CopyActions", "copy_action"], As::List(COPY), Absent::Empty),
    row(
        "air_gapped_vault_arn",
        ["TargetLogicallyAirGappedBackupVaultArn", "target_logically_air_gapped_backup_vault_arn"],
        As::Arn("AWS::Backup::BackupVault"),
        Absent::Null,
    ),
];

const COPY: &[Row] = &[
    row(
        "destination_vault_arn",
        ["DestinationBackupVaultArn", "destination_vault_arn"],
        As::Arn("AWS::Backup::BackupVault"),
        Absent::Unknown("no destination vault is set"),
    ),
    row("retention_days", LIFECYCLE_DELETE, As::By(days), Absent::Null),
    row("cold_after_days", LIFECYCLE_COLD, As::By(days), Absent::Null),
];

const CONTINUOUS: Paths = ["EnableContinuousBackup", "enable_continuous_backup"];

/// The retention of a rule. That of a continuous backup is 1 to 35 days (developer guide, "Changing your retention period").
fn days_of_rule(scope: &Scope, node: &Node) -> Outcome {
    let taken = scope.taken(LIFECYCLE_DELETE, Takes::Whole(1, 35));
    match scope.bool_at(CONTINUOUS, false) {
        Ok(true) => taken?,
        Ok(false) => {}
        // Days that are valid for both kinds of rule are known.
        Err(reasons) if taken.is_err() => return Err(reasons),
        Err(_) => {}
    }
    days(scope, node)
}

/// CloudFormation's words: "Lifecycle must be specified for backup rule enabled continuous backup"
/// (<https://github.com/aws/aws-cdk/pull/17602>).
fn no_days_of_rule(scope: &Scope) -> Outcome {
    match scope.bool_at(CONTINUOUS, false)? {
        true => Err(refused("a continuous rule without retention", "it takes 1 to 35 days")),
        false => Ok(Json::Null),
    }
}

/// The provider's state and the API write "never" as 0 and -1. "This value must be at least 90 days after the number of days specified in
/// MoveToColdStorageAfterDays" (API, Lifecycle, DeleteAfterDays).
fn days(scope: &Scope, node: &Node) -> Outcome {
    let [delete, cold] = [LIFECYCLE_DELETE, LIFECYCLE_COLD].map(|paths| scope.int_at(paths));
    if let (Ok(Some(delete)), Ok(Some(cold))) = (delete, cold)
        && delete > 0
        && cold > 0
        && delete < cold.saturating_add(COLD_DAYS)
    {
        let what = format!("{} {delete} with {} {cold}", name_of(scope, LIFECYCLE_DELETE), name_of(scope, LIFECYCLE_COLD));
        return Err(refused(&what, &format!("a backup stays in cold storage for at least {COLD_DAYS} days")));
    }
    Ok(Some(scope.int(node)?).filter(|days| *days > 0).map_or(Json::Null, Json::from))
}

/// The vault's name, whichever way the template refers to the vault.
fn vault(scope: &Scope, node: &Node) -> Outcome {
    let vault = scope.stack.named(node, |table| table.type_name == "AWS::Backup::BackupVault");
    match vault.and_then(|found| scope.stack.entries.get(found)) {
        Some(entry) => Ok(scope.stack.physical_id(entry).text.into()),
        None => scope.text(node).map(|text| text.text.into()),
    }
}
