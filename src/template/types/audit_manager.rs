//! Backup Audit Manager: frameworks and report plans.

use super::{Absent, As, BLANK, Identity, Table, row};

/// A framework.
pub static FRAMEWORK: Table = Table {
    type_name: "AWS::Backup::Framework",
    cloudformation: &["AWS::Backup::Framework"],
    terraform: &["aws_backup_framework"],
    identity: Identity {
        ref_is_arn: true,
        ..Identity::named(["FrameworkName", "name"], "arn:{partition}:backup:{region}:{account}:framework:{id}")
    },
    tags: ["FrameworkTags", "tags_all|tags"],
    rows: &[row("controls", ["FrameworkControls", "control"], As::Count, Absent::Int(0))],
    ..BLANK
};

/// A report plan.
pub static REPORT_PLAN: Table = Table {
    type_name: "AWS::Backup::ReportPlan",
    cloudformation: &["AWS::Backup::ReportPlan"],
    terraform: &["aws_backup_report_plan"],
    identity: Identity {
        ref_is_arn: true,
        ..Identity::named(["ReportPlanName", "name"], "arn:{partition}:backup:{region}:{account}:report-plan:{id}")
    },
    tags: ["ReportPlanTags", "tags_all|tags"],
    rows: &[row("template", ["ReportSetting.ReportTemplate", "report_setting.report_template"], As::Text, Absent::Null)],
    ..BLANK
};
