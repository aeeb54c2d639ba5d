//! Resources that are a setting of another resource (versioning of a bucket, lock and policy of a vault, backup policy of a file system)
//! apply to the resource that they refer to, whichever way they do.

use crate::support::{Document, Rel9};

fn run(main: &str) -> Document {
    Rel9::new().with_files(&[("main.tf", main)]).judge(&["."])
}

/// Ways to refer to the only bucket of `count = 1`.
const NAMES: [&str; 8] = [
    "aws_s3_bucket.b[0].id",
    "aws_s3_bucket.b[0].bucket",
    "aws_s3_bucket.b[count.index].bucket",
    "join(\"\", aws_s3_bucket.b.*.id)",
    "one(aws_s3_bucket.b[*].id)",
    "try(aws_s3_bucket.b[0].id, \"\")",
    "element(concat(aws_s3_bucket.b[*].id, [\"\"]), 0)",
    "\"acme-b\"",
];

#[test]
fn versioning_is_of_the_bucket_that_it_names() {
    for name in NAMES {
        let main = format!(
            "resource \"aws_s3_bucket\" \"b\" {{\n  count  = 1\n  bucket = \"acme-b\"\n}}\nresource \"aws_s3_bucket\" \"other\" {{\n  bucket = \"acme-other\"\n}}\n\
             resource \"aws_s3_bucket_versioning\" \"b\" {{\n  count  = 1\n  bucket = {name}\n  versioning_configuration {{\n    status = \"Enabled\"\n  }}\n}}\n"
        );
        run(&main).expect("s3-bucket-versioning", &[("aws_s3_bucket.b[0]", "pass"), ("aws_s3_bucket.other", "fail")]);
    }
}

#[test]
fn lifecycle_and_object_lock_are_of_the_bucket_that_another_part_names() {
    let document = run(r#"
resource "aws_s3_bucket" "b" {
  object_lock_enabled = true
}
resource "aws_s3_bucket_versioning" "b" {
  bucket = aws_s3_bucket.b.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket_object_lock_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 30
    }
  }
}
resource "aws_s3_bucket_lifecycle_configuration" "b" {
  bucket = aws_s3_bucket_versioning.b.bucket
  rule {
    id     = "short"
    status = "Enabled"
    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }
}
"#);
    let bucket = "aws_s3_bucket.b";
    document.expect("s3-bucket-versioning", &[(bucket, "pass")]);
    document.expect("s3-bucket-object-lock", &[(bucket, "pass")]);
    document.expect("s3-bucket-keeps-noncurrent-versions", &[(bucket, "fail")]);
}

#[test]
fn lock_and_policy_are_of_the_vault() {
    let document = run(r#"
resource "aws_backup_vault" "locked" {
  name = "locked"
}
resource "aws_backup_vault" "open" {
  name = "open"
}
resource "aws_backup_vault_lock_configuration" "l" {
  backup_vault_name  = aws_backup_vault.locked.name
  min_retention_days = 60
}
resource "aws_backup_vault_policy" "p" {
  backup_vault_name = "open"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = ["backup:CopyIntoBackupVault"], Resource = "*" }]
  })
}
resource "aws_backup_plan" "p" {
  name = "p"
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.locked.id
    schedule          = "cron(0 5 * * ? *)"
    lifecycle {
      delete_after = 35
    }
  }
}
"#);
    document.expect("backup-vault-locked", &[("aws_backup_vault.locked", "pass"), ("aws_backup_vault.open", "fail")]);
    document.expect("backup-vault-not-open", &[("aws_backup_vault.locked", "pass"), ("aws_backup_vault.open", "fail")]);
    document.expect("backup-vault-lock-allows-plans", &[("aws_backup_vault.locked", "fail")]);
}

#[test]
fn a_backup_policy_is_of_the_file_system() {
    let document = run(r#"
resource "aws_efs_file_system" "zone" {
  availability_zone_name = "eu-west-1a"
}
resource "aws_efs_file_system" "off" {
  availability_zone_name = "eu-west-1a"
}
resource "aws_efs_file_system" "on" {
  for_each = toset(["a", "b"])
}
resource "aws_efs_backup_policy" "off" {
  file_system_id = aws_efs_file_system.off.id
  backup_policy {
    status = "DISABLED"
  }
}
resource "aws_efs_backup_policy" "on" {
  for_each       = { a = aws_efs_file_system.on["a"].id }
  file_system_id = each.value
  backup_policy {
    status = "ENABLED"
  }
}
"#);
    document.expect(
        "efs-automatic-backups",
        &[
            ("aws_efs_file_system.zone", "pass"),
            ("aws_efs_file_system.off", "fail"),
            ("aws_efs_file_system.on[\"a\"]", "pass"),
            ("aws_efs_file_system.on[\"b\"]", "fail"),
        ],
    );
}
