resource "aws_backup_vault" "own" {
  name        = "own"
  kms_key_arn = aws_kms_key.own.arn
}

resource "aws_kms_key" "own" {
  is_enabled = false
}

resource "aws_backup_vault" "turning" {
  name        = "turning"
  kms_key_arn = aws_kms_key.turning.arn
}

resource "aws_kms_key" "turning" {
  description = "no rotation"
}

resource "aws_backup_vault" "open" {
  name = "open"
}

resource "aws_backup_vault_policy" "open" {
  backup_vault_name = aws_backup_vault.open.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "backup:CopyIntoBackupVault", Resource = "*" }]
  })
}

resource "aws_backup_vault" "locked" {
  name = "locked"
}

resource "aws_backup_vault_lock_configuration" "of_locked" {
  backup_vault_name  = aws_backup_vault.locked.name
  min_retention_days = 90
}

resource "aws_backup_plan" "own" {
  name = "own"

  rule {
    rule_name         = "weekly"
    target_vault_name = aws_backup_vault.own.name
    schedule          = "cron(0 5 ? * 1 *)"
  }
}

resource "aws_backup_plan" "short" {
  name = "short"

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.locked.name
    schedule          = "cron(0 5 ? * * *)"
    start_window      = 480
    completion_window = 10080

    lifecycle {
      delete_after = 7
    }
  }
}

resource "aws_backup_plan" "cold" {
  name = "cold"

  rule {
    rule_name         = "monthly"
    target_vault_name = aws_backup_vault.own.name
    schedule          = "cron(0 5 1 * ? *)"

    lifecycle {
      cold_storage_after = 30
    }
  }
}

resource "aws_backup_selection" "short" {
  name         = "short"
  plan_id      = aws_backup_plan.short.id
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  resources    = [aws_s3_bucket.own.arn]
}

resource "aws_s3_bucket" "own" {
  bucket = "own"
}

resource "aws_ebs_volume" "tagged" {
  availability_zone = "us-east-1a"
  size              = 10
  tags              = { backup = "daily" }
}

resource "aws_backup_restore_testing_plan" "own" {
  name                = "own"
  schedule_expression = "cron(0 5 1 1 ? *)"

  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT"]
  }
}

resource "aws_backup_region_settings" "own" {
  resource_type_opt_in_preference     = { DynamoDB = true, EFS = true }
  resource_type_management_preference = { DynamoDB = false, EFS = false }
}

resource "aws_dynamodb_table" "selected" {
  name     = "selected"
  hash_key = "id"
}

resource "aws_backup_selection" "tables" {
  name         = "tables"
  plan_id      = aws_backup_plan.short.id
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  resources    = [aws_dynamodb_table.selected.arn]
}
