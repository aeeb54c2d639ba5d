//! AWS Backup plans.

use super::{Absent, As, BLANK, Identity, Paths, Row, Table, row};
use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::Node;
use serde_json::Value as Json;

/// A plan.
pub static PLAN: Table = Table {
    type_name: "AWS::Backup::BackupPlan",
    cloudformation: &["AWS::Backup::BackupPlan"],
    terraform: &["aws_backup_plan"],
    identity: Identity {
        ids: &["BackupPlanId"],
        ..Identity::numbered(["BackupPlan.BackupPlanName", "name"], "arn:{partition}:backup:{region}:{account}:backup-plan:{id}")
    },
    tags: ["BackupPlanTags", "tags_all|tags"],
    rows: &[row("rules", ["BackupPlan.BackupPlanRule", "rule"], As::Some(RULE), Absent::Empty)],
    ..BLANK
};

const LIFECYCLE_DELETE: Paths = ["Lifecycle.DeleteAfterDays", "lifecycle.delete_after"];
const LIFECYCLE_COLD: Paths = ["Lifecycle.MoveToColdStorageAfterDays", "lifecycle.cold_storage_after"];

const RULE: &[Row] = &[
    row("id", ["", ""], As::Text, Absent::Null),
    row("name", ["RuleName", "rule_name"], As::Name, Absent::Text("")),
    row("vault", ["TargetBackupVault", "target_vault_name"], As::By(vault), Absent::Unknown("no target vault is written")),
    // `null` means AWS Backup's own default here, as live.
    row("schedule", ["ScheduleExpression", "schedule"], As::Text, Absent::Null),
    row("timezone", ["ScheduleExpressionTimezone", "schedule_expression_timezone"], As::Text, Absent::Null),
    row("start_window_minutes", ["StartWindowMinutes", "start_window"], As::Int, Absent::Null)
        // The provider sends its own defaults: 60 and 180 (provider, `start_window`, `completion_window` in the schema of `rule`).
        .terraform(Absent::Int(60)),
    row("completion_window_minutes", ["CompletionWindowMinutes", "completion_window"], As::Int, Absent::Null).terraform(Absent::Int(180)),
    // False by default (API, BackupRuleInput, EnableContinuousBackup).
    row("continuous", ["EnableContinuousBackup", "enable_continuous_backup"], As::Bool, Absent::False),
    row("retention_days", LIFECYCLE_DELETE, As::By(days), Absent::Null),
    row("cold_after_days", LIFECYCLE_COLD, As::By(days), Absent::Null),
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
        Absent::Unknown("no destination vault is written"),
    ),
    row("retention_days", LIFECYCLE_DELETE, As::By(days), Absent::Null),
    row("cold_after_days", LIFECYCLE_COLD, As::By(days), Absent::Null),
];

/// 0 and -1 are how the provider's state and the API write "never".
fn days(scope: &Scope, node: &Node) -> Outcome {
    Ok(Some(scope.int(node)?).filter(|days| *days > 0).map_or(Json::Null, Json::from))
}

/// The vault's name, however the template names the vault.
fn vault(scope: &Scope, node: &Node) -> Outcome {
    let vault = scope.stack.named(node, |table| table.type_name == "AWS::Backup::BackupVault");
    match vault.and_then(|found| scope.stack.entries.get(found)) {
        Some(entry) => Ok(scope.stack.physical_id(entry).text.into()),
        None => scope.text(node).map(|text| text.text.into()),
    }
}
