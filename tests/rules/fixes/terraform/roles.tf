resource "aws_iam_role" "lambda" {
  name = "lambda"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_backup_vault" "roles" {
  name = "roles"
}

resource "aws_backup_plan" "roles" {
  name = "roles"

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.roles.name
  }
}

resource "aws_backup_selection" "wrong_role" {
  name         = "wrong-role"
  plan_id      = aws_backup_plan.roles.id
  iam_role_arn = aws_iam_role.lambda.arn

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "daily"
  }
}

resource "aws_backup_restore_testing_plan" "roles" {
  name                = "roles"
  schedule_expression = "cron(0 1 1 * ? *)"

  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT"]
  }
}

resource "aws_backup_restore_testing_selection" "wrong_role" {
  name                      = "wrong_role"
  restore_testing_plan_name = aws_backup_restore_testing_plan.roles.name
  protected_resource_type   = "EBS"
  iam_role_arn              = aws_iam_role.lambda.arn
  protected_resource_arns   = ["*"]
}

resource "aws_dlm_lifecycle_policy" "wrong_role" {
  description        = "wrong role"
  execution_role_arn = aws_iam_role.lambda.arn
  state              = "ENABLED"

  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { backup = "daily" }

    schedule {
      name = "daily"

      create_rule {
        interval = 24
      }

      retain_rule {
        count = 35
      }
    }
  }
}
