//! A set of backup plans as a Terraform configuration. It says the same as the CloudFormation template beside it.

use super::parts::{EVENTS, GOVERNANCE, KEEP, POLICIES, UNDENIED, header};
use super::quote::{comment, hcl};
use crate::audit::remediate::model::{Copy, Plan, Remedies, Set, TAG, TEST_TAG, Tests};
use std::fmt::Write as _;

/// The configuration.
pub fn configuration(remedies: &Remedies, set: &Set) -> String {
    let mut out = header(remedies, set);
    out.push_str(&comment(0, "  terraform init && terraform plan"));
    let _ = write!(
        out,
        "terraform {{\n  required_providers {{\n    aws = {{\n      source  = \"hashicorp/aws\"\n      version = \">= 5.80\"\n    }}\n  }}\n}}\n\nprovider \"aws\" {{\n  region              = {}\n  allowed_account_ids = [{}]\n}}\n",
        hcl(&set.region),
        hcl(&set.account)
    );
    for (name, what) in set.parameters() {
        let _ = write!(
            out,
            "\n# REVIEW: fill in\nvariable {} {{\n  type        = string\n  description = {}\n}}\n",
            hcl(&variable(name)),
            hcl(what)
        );
    }
    if set.declares_vault() {
        vault(&mut out, set);
    }
    role(&mut out, set);
    for plan in &set.plans {
        if set.new_plans().any(|new| new.name == plan.name) {
            backup_plan(&mut out, set, plan);
        }
        if let Some(tests) = plan.new_tests() {
            restore_tests(&mut out, plan, tests);
        }
    }
    out
}

/// `CopyRegionVaultArn` as Terraform writes names: `copy_region_vault_arn`.
fn variable(parameter: &str) -> String {
    let mut name = String::new();
    for character in parameter.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

fn label(plan: &Plan) -> String {
    plan.name.replace('-', "_")
}

fn list(values: &[&str], indent: usize) -> String {
    let space = " ".repeat(indent);
    let values: String = values.iter().map(|value| format!("{space}  {},\n", hcl(value))).collect();
    format!("[\n{values}{space}]")
}

fn vault(out: &mut String, set: &Set) {
    let _ = write!(
        out,
        r#"
resource "aws_kms_key" "backup" {{
  description         = "Encrypts the backups in the vault {vault}"
  enable_key_rotation = true

  lifecycle {{
    prevent_destroy = true
  }}
}}

# Nobody is subscribed: subscribe whoever has to act on failed jobs.
resource "aws_sns_topic" "backup" {{
  name_prefix = "rel9-backups-"
}}

resource "aws_sns_topic_policy" "backup" {{
  arn = aws_sns_topic.backup.arn

  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Sid       = "BackupPublishes"
      Effect    = "Allow"
      Principal = {{ Service = "backup.amazonaws.com" }}
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.backup.arn
      Condition = {{ StringEquals = {{ "aws:SourceAccount" = {account} }} }}
    }}]
  }})
}}

resource "aws_backup_vault" "backup" {{
  name        = "{vault}"
  kms_key_arn = aws_kms_key.backup.arn

  lifecycle {{
    prevent_destroy = true
  }}
}}

"#,
        vault = set.vault,
        account = hcl(&set.account)
    );
    GOVERNANCE.iter().for_each(|line| out.push_str(&comment(0, line)));
    let _ = write!(
        out,
        "resource \"aws_backup_vault_lock_configuration\" \"backup\" {{\n  backup_vault_name  = aws_backup_vault.backup.name\n  min_retention_days = {}\n}}\n\n",
        set.min_retention_days
    );
    UNDENIED.iter().for_each(|line| out.push_str(&comment(0, line)));
    let _ = write!(
        out,
        "resource \"aws_backup_vault_policy\" \"backup\" {{\n  backup_vault_name = aws_backup_vault.backup.name\n\n  policy = jsonencode({{\n    Version = \"2012-10-17\"\n    Statement = [{{\n      Sid       = \"KeepBackups\"\n      Effect    = \"Deny\"\n      Principal = \"*\"\n      Action = {}\n      Resource = \"*\"\n    }}]\n  }})\n}}\n\nresource \"aws_backup_vault_notifications\" \"backup\" {{\n  backup_vault_name = aws_backup_vault.backup.name\n  sns_topic_arn     = aws_sns_topic.backup.arn\n  backup_vault_events = {}\n\n  depends_on = [aws_sns_topic_policy.backup]\n}}\n",
        list(&KEEP, 6),
        list(&EVENTS, 2)
    );
}

fn role(out: &mut String, set: &Set) {
    let _ = write!(
        out,
        r#"
resource "aws_iam_role" "backup" {{
  name_prefix = "rel9-backups-"

  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ Service = "backup.amazonaws.com" }}
      Action    = "sts:AssumeRole"
      Condition = {{ StringEquals = {{ "aws:SourceAccount" = {} }} }}
    }}]
  }})
}}
"#,
        hcl(&set.account)
    );
    for (policy, name) in POLICIES.iter().zip(["backup", "restore", "s3_backup", "s3_restore"]) {
        let _ = write!(
            out,
            "\nresource \"aws_iam_role_policy_attachment\" \"{name}\" {{\n  role       = aws_iam_role.backup.name\n  policy_arn = {}\n}}\n",
            hcl(&format!("arn:{}:iam::aws:policy/{policy}", set.partition))
        );
    }
}

fn backup_plan(out: &mut String, set: &Set, plan: &Plan) {
    let label = label(plan);
    let vault = if set.vault_exists { hcl(&set.vault) } else { "aws_backup_vault.backup.name".to_owned() };
    let _ = write!(
        out,
        "\nresource \"aws_backup_plan\" \"{label}\" {{\n  name = {}\n\n  rule {{\n    rule_name         = \"snapshots\"\n    target_vault_name = {vault}\n    schedule          = {}\n    start_window      = 60\n    completion_window = {}\n\n    lifecycle {{\n      delete_after = {}\n    }}\n",
        hcl(&plan.name),
        hcl(&plan.schedule),
        plan.completion_minutes,
        plan.retention_days
    );
    for copy in &plan.copies {
        let arn = match copy {
            Copy::To(arn) => hcl(arn),
            Copy::Open(parameter, _) => format!("var.{}", variable(parameter)),
        };
        let _ = write!(
            out,
            "\n    copy_action {{\n      destination_vault_arn = {arn}\n\n      lifecycle {{\n        delete_after = {}\n      }}\n    }}\n",
            plan.retention_days
        );
    }
    out.push_str("  }\n");
    if let Some(days) = plan.continuous_days {
        let _ = write!(
            out,
            "\n  rule {{\n    rule_name                = \"continuous\"\n    target_vault_name        = {vault}\n    schedule                 = \"cron(0 5 ? * * *)\"\n    start_window             = 60\n    completion_window        = 720\n    enable_continuous_backup = true\n\n    lifecycle {{\n      delete_after = {days}\n    }}\n  }}\n"
        );
    }
    let _ = write!(
        out,
        "}}\n\nresource \"aws_backup_selection\" \"{label}\" {{\n  plan_id      = aws_backup_plan.{label}.id\n  name         = {}\n  iam_role_arn = aws_iam_role.backup.arn\n\n  selection_tag {{\n    type  = \"STRINGEQUALS\"\n    key   = {}\n    value = {}\n  }}\n}}\n",
        hcl(&plan.name),
        hcl(TAG),
        hcl(&plan.slug)
    );
}

fn restore_tests(out: &mut String, plan: &Plan, tests: &Tests) {
    let label = label(plan);
    let _ = write!(
        out,
        "\nresource \"aws_backup_restore_testing_plan\" \"{label}\" {{\n  name                = {}\n  schedule_expression = {}\n\n  recovery_point_selection {{\n    algorithm             = \"LATEST_WITHIN_WINDOW\"\n    include_vaults        = [\"*\"]\n    recovery_point_types  = [\"SNAPSHOT\", \"CONTINUOUS\"]\n    selection_window_days = 30\n  }}\n}}\n",
        hcl(&tests.name),
        hcl(&tests.schedule)
    );
    for kind in tests.resources.keys() {
        let name = kind.to_ascii_lowercase();
        let _ = write!(
            out,
            "\nresource \"aws_backup_restore_testing_selection\" \"{label}_{name}\" {{\n  name                      = {}\n  restore_testing_plan_name = aws_backup_restore_testing_plan.{label}.name\n  protected_resource_type   = {}\n  iam_role_arn              = aws_iam_role.backup.arn\n  protected_resource_arns   = [\"*\"]\n  validation_window_hours   = 4\n\n  protected_resource_conditions {{\n    string_equals {{\n      key   = {}\n      value = {}\n    }}\n  }}\n}}\n",
            hcl(&name),
            hcl(kind),
            hcl(&format!("aws:ResourceTag/{TEST_TAG}")),
            hcl(&plan.slug)
        );
    }
}
