//! Values that AWS refuses, and AWS's defaults: never a pass for the first, never a guess for the second.

use crate::support::{Document, Rel9};

fn judged(file: &str, text: &str) -> Document {
    Rel9::new().with_files(&[(file, text)]).judge(&[file])
}

fn terraform(text: &str) -> Document {
    judged("main.tf", text)
}

fn cloudformation(text: &str) -> Document {
    judged("t.yaml", text)
}

/// Each value with the rule that depends on it: unknown, and the message says that AWS refuses the value and what it accepts.
#[track_caller]
fn refused(document: &Document, rule: &str, resource: &str, words: &str) {
    let said = document.says(rule, resource);
    assert!(said.starts_with("unknown: ") && said.contains(words), "{rule} of {resource}: {said}");
}

#[test]
fn of_databases() {
    let document = terraform(
        r#"
        resource "aws_db_instance" "d" {
          engine                  = "postgres"
          backup_retention_period = 36
          storage_encrypted       = true
        }
        resource "aws_rds_cluster" "c" {
          engine                  = "aurora-mysql"
          backup_retention_period = 40
          backtrack_window        = 300000
        }
        resource "aws_rds_cluster" "zero" {
          engine                  = "aurora-mysql"
          backup_retention_period = 0
        }
        resource "aws_dynamodb_table" "t" {
          name = "t"
          point_in_time_recovery {
            enabled                 = true
            recovery_period_in_days = 40
          }
        }"#,
    );
    for rule in ["rds-instance-retention", "rds-instance-automated-backups"] {
        refused(&document, rule, "aws_db_instance.d", "AWS refuses backup_retention_period 36: it takes 0 to 35");
    }
    document.expect("rds-instance-encrypted", &[("aws_db_instance.d", "pass")]);
    refused(&document, "rds-cluster-retention", "aws_rds_cluster.c", "AWS refuses backup_retention_period 40: it takes 1 to 35");
    refused(&document, "aurora-cluster-backtrack", "aws_rds_cluster.c", "AWS refuses backtrack_window 300000: it takes 0 to 259200");
    // The provider does not send 0, so AWS uses its default.
    assert_eq!(document.says("rds-cluster-retention", "aws_rds_cluster.zero"), "fail: keeps automated backups 1 day, 7 are required");
    for rule in ["dynamodb-table-pitr", "dynamodb-table-pitr-window"] {
        refused(&document, rule, "aws_dynamodb_table.t", "AWS refuses recovery_period_in_days 40: it takes 1 to 35");
    }
    let document = cloudformation(
        "Resources:\n  C:\n    Type: AWS::RDS::DBCluster\n    Properties: {Engine: aurora-mysql, BackupRetentionPeriod: '0'}\n  T:\n    Type: AWS::DynamoDB::GlobalTable\n    Properties:\n      Replicas: [{Region: eu-west-1, PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 36}}]\n",
    );
    refused(&document, "rds-cluster-retention", "C", "AWS refuses BackupRetentionPeriod 0: it takes 1 to 35");
    refused(&document, "dynamodb-table-pitr", "T", "AWS refuses RecoveryPeriodInDays 36: it takes 1 to 35");
}

#[test]
fn of_buckets() {
    let document = terraform(
        r#"
        resource "aws_s3_bucket" "b" {}
        resource "aws_s3_bucket_server_side_encryption_configuration" "b" {
          bucket = aws_s3_bucket.b.id
          rule {
            apply_server_side_encryption_by_default {
              sse_algorithm = "nonsense"
            }
          }
        }
        resource "aws_s3_bucket_versioning" "b" {
          bucket = aws_s3_bucket.b.id
          versioning_configuration {
            status = "enabled"
          }
        }"#,
    );
    for rule in ["s3-bucket-encrypted", "s3-bucket-customer-key"] {
        refused(&document, rule, "aws_s3_bucket.b", "AWS refuses sse_algorithm nonsense: it takes AES256, aws:kms, aws:kms:dsse");
    }
    refused(&document, "s3-bucket-versioning", "aws_s3_bucket.b", "AWS refuses status enabled: it takes Enabled, Suspended");
    let document = cloudformation(
        "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      VersioningConfiguration: {Status: Enabled}\n      LifecycleConfiguration: {Rules: [{Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 0}}]}\n      ObjectLockEnabled: true\n      ObjectLockConfiguration: {ObjectLockEnabled: Enabled, Rule: {DefaultRetention: {Mode: governance, Days: 9}}}\n",
    );
    refused(&document, "s3-bucket-keeps-noncurrent-versions", "B", "AWS refuses NoncurrentDays 0: it takes 1 or more");
    refused(&document, "s3-bucket-object-lock", "B", "AWS refuses Mode governance: it takes GOVERNANCE, COMPLIANCE");
}

/// AWS creates nothing of a plan that it refuses, so the plan selects nothing.
#[test]
fn of_plans() {
    let stack = |rule: &str| {
        cloudformation(&format!(
            "Resources:\n  P:\n    Type: AWS::Backup::BackupPlan\n    Properties:\n      BackupPlan:\n        BackupPlanName: p\n        BackupPlanRule: [{{RuleName: r, TargetBackupVault: v, {rule}}}]\n  S:\n    Type: AWS::Backup::BackupSelection\n    Properties: {{BackupPlanId: !Ref P, BackupSelection: {{SelectionName: s, IamRoleArn: r, Resources: ['*']}}}}\n  T:\n    Type: AWS::DynamoDB::Table\n    Properties: {{}}\n"
        ))
    };
    for (rule, words) in [
        (
            "ScheduleExpression: cron(0 25 ? * * *)",
            "AWS refuses ScheduleExpression cron(0 25 ? * * *): '25' is no hour of a cron expression",
        ),
        ("ScheduleExpression: daily", "AWS refuses ScheduleExpression daily: 'daily' is neither cron(…) with six fields nor rate(…)"),
        ("ScheduleExpressionTimezone: Europe/Atlantis", "'Europe/Atlantis' is no IANA time zone"),
        ("StartWindowMinutes: 10", "AWS refuses StartWindowMinutes 10: it takes 60 to 52560000"),
        (
            "Lifecycle: {MoveToColdStorageAfterDays: 30, DeleteAfterDays: 100}",
            "AWS refuses DeleteAfterDays 100 with MoveToColdStorageAfterDays 30: a backup stays in cold storage for at least 90 days",
        ),
        ("EnableContinuousBackup: true, Lifecycle: {DeleteAfterDays: 90}", "AWS refuses DeleteAfterDays 90: it takes 1 to 35"),
        ("EnableContinuousBackup: true", "AWS refuses a continuous rule without retention: it takes 1 to 35 days"),
        (
            "Lifecycle: {DeleteAfterDays: 30}, CopyActions: [{DestinationBackupVaultArn: 'arn:aws:backup:eu-west-1:111122223333:backup-vault:v', Lifecycle: {MoveToColdStorageAfterDays: 1, DeleteAfterDays: 2}}]",
            "AWS refuses DeleteAfterDays 2 with MoveToColdStorageAfterDays 1",
        ),
    ] {
        let document = stack(rule);
        for rule in ["backup-plan-frequency", "backup-plan-retention"] {
            refused(&document, rule, "P", words);
        }
        document.expect("data-in-backup-plan", &[("T", "unknown")]);
    }
    let document = stack("ScheduleExpression: cron(0 5 ? * * *), Lifecycle: {MoveToColdStorageAfterDays: 30, DeleteAfterDays: 120}");
    document.expect("data-in-backup-plan", &[("T", "pass")]);
}

#[test]
fn of_locks_and_lifecycle_policies() {
    let document = terraform(
        r#"
        resource "aws_backup_vault" "short" { name = "short" }
        resource "aws_backup_vault_lock_configuration" "short" {
          backup_vault_name   = aws_backup_vault.short.name
          changeable_for_days = 2
        }
        resource "aws_backup_vault" "crossed" { name = "crossed" }
        resource "aws_backup_vault_lock_configuration" "crossed" {
          backup_vault_name  = aws_backup_vault.crossed.name
          min_retention_days = 30
          max_retention_days = 7
        }
        resource "aws_ebs_volume" "v" {
          availability_zone = "eu-west-1a"
          size              = 1
          encrypted         = true
          tags              = { backup = "yes" }
        }
        resource "aws_dlm_lifecycle_policy" "p" {
          description        = "p"
          execution_role_arn = "arn:aws:iam::111122223333:role/dlm"
          policy_details {
            resource_types = ["VOLUME"]
            target_tags    = { backup = "yes" }
            schedule {
              name = "s"
              create_rule { interval = 5 }
              retain_rule { count = 1001 }
            }
            schedule {
              name = "none"
              create_rule { interval = 24 }
              retain_rule { count = 0 }
            }
          }
        }
        resource "aws_backup_restore_testing_plan" "r" {
          name                = "r"
          schedule_expression = "every day"
          recovery_point_selection {
            algorithm             = "LATEST_WITHIN_WINDOW"
            include_vaults        = ["*"]
            recovery_point_types  = ["SNAPSHOT"]
          }
        }"#,
    );
    refused(&document, "backup-vault-locked", "aws_backup_vault.short", "AWS refuses changeable_for_days 2: it takes 3 to 36500");
    refused(&document, "backup-vault-locked", "aws_backup_vault.crossed", "AWS refuses min_retention_days 30 with max_retention_days 7");
    refused(&document, "ebs-volume-snapshot-schedule", "aws_ebs_volume.v", "AWS refuses interval 5: it takes 1, 2, 3, 4, 6, 8, 12, 24");
    refused(&document, "ebs-volume-snapshot-schedule", "aws_ebs_volume.v", "AWS refuses count 1001: it takes 0 to 1000");
    refused(&document, "ebs-volume-snapshot-schedule", "aws_ebs_volume.v", "AWS refuses count 0: it takes 1 to 1000");
    let plan = "aws_backup_restore_testing_plan.r";
    refused(&document, "restore-testing-plan-frequency", plan, "AWS refuses schedule_expression every day: 'every day' is neither cron(…)");
}

/// S3 encrypts every bucket; other rules check the key and the uploads.
#[test]
fn a_bucket_without_encryption_is_encrypted() {
    let document = cloudformation(
        "Resources:\n  B: {Type: AWS::S3::Bucket}\n  U:\n    Type: AWS::S3::Bucket\n    Properties: {BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: !ImportValue a}}]}}\n",
    );
    assert_eq!(document.says("s3-bucket-encrypted", "B"), "pass: default encryption is on: AES256");
    document.expect("s3-bucket-customer-key", &[("B", "fail"), ("U", "unknown")]);
    document.expect("s3-bucket-encrypted", &[("U", "pass")]);
    terraform("resource \"aws_s3_bucket\" \"b\" {}\n").expect("s3-bucket-encrypted", &[("aws_s3_bucket.b", "pass")]);
}

#[test]
fn a_root_volume_that_is_not_mapped_is_as_its_image() {
    let text = r#"
        resource "aws_instance" "none" { ami = "ami-1" }
        resource "aws_instance" "data" {
          ami = "ami-1"
          ebs_block_device {
            device_name = "/dev/sdf"
            encrypted   = false
          }
        }
        resource "aws_instance" "root" {
          ami = "ami-1"
          root_block_device { encrypted = true }
        }
        resource "aws_launch_template" "t" {
          block_device_mappings {
            device_name = "/dev/sdf"
            ebs { encrypted = true }
          }
        }"#;
    let rule = "ec2-block-devices-encrypted";
    let document = terraform(text);
    document.expect(rule, &[("aws_instance.data", "fail"), ("aws_instance.root", "pass")]);
    for resource in ["aws_instance.none", "aws_launch_template.t"] {
        let said = document.says(rule, resource);
        assert!(
            said.starts_with("unknown: ")
                && said.contains("the root volume, which the template does not map, has the encryption of the image"),
            "{said}"
        );
    }
    let policy = "version: 1\nassume: { ebs_encryption_by_default: true }\n";
    let encrypted = Rel9::new().with_files(&[("main.tf", text), ("rel9.yaml", policy)]).judge(&["main.tf"]);
    encrypted.expect(rule, &[("aws_instance.none", "pass"), ("aws_launch_template.t", "pass")]);
}

#[test]
fn what_hangs_on_the_engine_of_a_cluster_without_one_is_not_known() {
    let document = terraform(
        r#"
        resource "aws_rds_cluster" "none" {}
        resource "aws_rds_cluster" "encrypted" { storage_encrypted = true }
        resource "aws_rds_cluster" "aurora" { engine = "aurora-mysql" }
        resource "aws_rds_cluster" "multi" { engine = "postgres" }"#,
    );
    let all = |none, encrypted, aurora, multi| {
        [
            ("aws_rds_cluster.none", none),
            ("aws_rds_cluster.encrypted", encrypted),
            ("aws_rds_cluster.aurora", aurora),
            ("aws_rds_cluster.multi", multi),
        ]
    };
    document.expect("rds-cluster-encrypted", &all("unknown", "pass", "pass", "fail"));
    document.expect("rds-cluster-customer-key", &all("unknown", "fail", "fail", "fail"));
    document.expect("aurora-cluster-backtrack", &all("unknown", "unknown", "fail", "none"));
    document.expect("rds-cluster-retention", &all("fail", "fail", "fail", "fail"));
    let said = document.says("rds-cluster-encrypted", "aws_rds_cluster.none");
    assert!(said.contains("the engine is not set"), "{said}");
}

/// CloudFormation deletes resources of types for which it takes no snapshot.
#[test]
fn snapshot_policies_fall_back_to_delete() {
    let policies = "DeletionPolicy: Snapshot, UpdateReplacePolicy: Snapshot";
    let types = [
        ("AWS::EFS::FileSystem", "fail"),
        ("AWS::S3::Bucket", "fail"),
        ("AWS::DynamoDB::Table", "fail"),
        ("AWS::DynamoDB::GlobalTable", "fail"),
        ("AWS::EC2::Instance", "fail"),
        ("AWS::EC2::Volume", "pass"),
        ("AWS::DocDB::DBCluster", "pass"),
        ("AWS::Neptune::DBCluster", "pass"),
        ("AWS::RDS::DBInstance", "pass"),
        ("AWS::RDS::DBCluster", "pass"),
    ];
    let name = |type_name: &str| type_name.replace("::", "");
    let resources: String =
        types.iter().map(|(of, _)| format!("  {}: {{Type: '{of}', {policies}, Properties: {{}}}}\n", name(of))).collect();
    let document = cloudformation(&format!("Resources:\n{resources}"));
    let rule = "template-data-deletion-policy";
    for (of, status) in types {
        document.expect(rule, &[(&name(of), status)]);
    }
    let said = document.says(rule, "AWSS3Bucket");
    assert!(said.ends_with("CloudFormation takes no snapshot of this type, and Snapshot falls back to Delete"), "{said}");
}

/// AWS Backup sets the retention of a database that a continuous rule selects, at the rule's first run.
#[test]
fn a_continuous_rule_sets_the_retention_of_what_it_selects() {
    let stack = |rule: &str| {
        terraform(&format!(
            r#"
            resource "aws_db_instance" "d" {{
              identifier     = "d"
              engine         = "postgres"
              tags           = {{ backup = "yes" }}
            }}
            resource "aws_rds_cluster" "c" {{
              cluster_identifier = "c"
              engine             = "aurora-mysql"
              tags               = {{ backup = "yes" }}
            }}
            resource "aws_db_instance" "other" {{
              identifier = "other"
              engine     = "postgres"
            }}
            resource "aws_backup_plan" "p" {{
              name = "pitr"
              rule {{
                rule_name                = "r"
                target_vault_name        = "v"
                {rule}
              }}
            }}
            resource "aws_backup_selection" "s" {{
              name         = "s"
              plan_id      = aws_backup_plan.p.id
              iam_role_arn = "arn:aws:iam::111122223333:role/b"
              selection_tag {{
                type  = "STRINGEQUALS"
                key   = "backup"
                value = "yes"
              }}
            }}"#
        ))
    };
    let [instance, cluster, other] = ["aws_db_instance.d", "aws_rds_cluster.c", "aws_db_instance.other"];
    let document = stack("enable_continuous_backup = true\n lifecycle { delete_after = 14 }");
    let said = "pass: backup plan pitr, rule r sets the retention to 14 days at its first run, 7 are required";
    assert_eq!(document.says("rds-instance-retention", instance), said);
    assert_eq!(document.says("rds-cluster-retention", cluster), said);
    document.expect("rds-instance-automated-backups", &[(instance, "pass"), (other, "fail")]);
    document.expect("rds-instance-retention", &[(other, "fail")]);
    let short = stack("enable_continuous_backup = true\n lifecycle { delete_after = 3 }");
    let said = "fail: keeps automated backups 0 days, 3 from the first run of backup plan pitr, rule r, 7 are required";
    assert_eq!(short.says("rds-instance-retention", instance), said);
    let snapshots = stack("lifecycle { delete_after = 14 }");
    snapshots.expect("rds-instance-retention", &[(instance, "fail")]);
    snapshots.expect("rds-cluster-retention", &[(cluster, "fail")]);
    let open = stack("enable_continuous_backup = var.pitr\n lifecycle { delete_after = 14 }");
    open.expect("rds-instance-retention", &[(instance, "unknown"), (other, "fail")]);
}
