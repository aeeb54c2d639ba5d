//! Backup Audit Manager: frameworks and report plans.

use crate::template::table::{Absent, As, BLANK, Evidence, Identity, Table, row};

/// A framework.
pub static FRAMEWORK: Table = Table {
    type_name: "AWS::Backup::Framework",
    cloudformation: &["AWS::Backup::Framework"],
    terraform: &["aws_backup_framework"],
    identity: Identity {
        ref_is_arn: true,
        arns: &["FrameworkArn"],
        ..Identity::named(["FrameworkName", "name"], "arn:{partition}:backup:{region}:{account}:framework:{id}")
    },
    tags: ["FrameworkTags", "tags_all|tags"],
    rows: &[row("controls", ["FrameworkControls", "control"], As::Count, Absent::Int(0))],
    evidence: Evidence::Whole,
    ..BLANK
};

/// A report plan.
pub static REPORT_PLAN: Table = Table {
    type_name: "AWS::Backup::ReportPlan",
    cloudformation: &["AWS::Backup::ReportPlan"],
    terraform: &["aws_backup_report_plan"],
    identity: Identity {
        ref_is_arn: true,
        arns: &["ReportPlanArn"],
        ..Identity::named(["ReportPlanName", "name"], "arn:{partition}:backup:{region}:{account}:report-plan:{id}")
    },
    tags: ["ReportPlanTags", "tags_all|tags"],
    rows: &[row("template", ["ReportSetting.ReportTemplate", "report_setting.report_template"], As::Text, Absent::Null)],
    evidence: Evidence::Whole,
    ..BLANK
};
