"""Wall time and peak memory of judging 1,000 CloudFormation templates of 20 resources, compared with checkov and cfn-guard with the same checks.

    cargo build --release
    git clone https://github.com/aws-cloudformation/aws-guard-rules-registry
    python3 benches/templates.py target/release/rel9 [--checkov PATH] [--cfn-guard PATH --registry aws-guard-rules-registry] [--runs N]

checkov and cfn-guard run in their fastest way: one run over the whole folder, only the compared checks, the shortest output. rel9 runs twice: with
the corresponding rules, and with all of its rules.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

# The compared checks: the rule of rel9, the check of checkov, the rule file of the guard registry.
CHECKS = [
    ("ebs-volume-encrypted", "CKV_AWS_3", "amazon_ec2/encrypted_volumes.guard"),
    ("rds-instance-encrypted", "CKV_AWS_16", "amazon_rds/rds_storage_encrypted.guard"),
    ("dynamodb-table-pitr", "CKV_AWS_28", "dynamodb/dynamodb_pitr_enabled.guard"),
    ("efs-file-system-encrypted", "CKV_AWS_42", "amazon_efs/efs_encrypted_check.guard"),
    ("s3-bucket-versioning", "CKV_AWS_21", "amazon_s3/s3_bucket_versioning_enabled.guard"),
    ("s3-bucket-encrypted", "CKV_AWS_19", "amazon_s3/s3_bucket_server_side_encryption_enabled.guard"),
    ("kms-key-rotation", "CKV_AWS_7", "aws_kms/cmk_backing_key_rotation_enabled.guard"),
]

HEAD = """AWSTemplateFormatVersion: "2010-09-09"
Description: Service {number}
Parameters:
  Retention: {{Type: Number, Default: {retention}}}
  Stage: {{Type: String, Default: prod}}
Conditions:
  IsProduction: !Equals [!Ref Stage, prod]
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: {yes}
      KeyPolicy: {{Version: "2012-10-17", Statement: [{{Effect: Allow, Principal: {{AWS: !Sub "arn:aws:iam::${{AWS::AccountId}}:root"}}, Action: "kms:*", Resource: "*"}}]}}
  Vault:
    Type: AWS::Backup::BackupVault
    Properties: {{BackupVaultName: vault-{number}, EncryptionKeyArn: !GetAtt Key.Arn}}
  Plan:
    Type: AWS::Backup::BackupPlan
    Properties:
      BackupPlan:
        BackupPlanName: daily-{number}
        BackupPlanRule:
          - RuleName: daily
            TargetBackupVault: !Ref Vault
            ScheduleExpression: cron(0 5 * * ? *)
            Lifecycle: {{DeleteAfterDays: 35}}
  Selection:
    Type: AWS::Backup::BackupSelection
    Properties:
      BackupPlanId: !Ref Plan
      BackupSelection:
        SelectionName: tagged
        IamRoleArn: !Sub arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/backup
        ListOfTags: [{{ConditionType: STRINGEQUALS, ConditionKey: backup, ConditionValue: daily}}]
"""
BUNDLE = """  Volume{n}:
    Type: AWS::EC2::Volume
    DeletionPolicy: Snapshot
    Properties: {{AvailabilityZone: eu-west-1a, Size: 100, VolumeType: gp3, Encrypted: {yes}, Tags: [{{Key: backup, Value: {tag}}}]}}
  Database{n}:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      DBInstanceClass: db.m6g.large
      AllocatedStorage: "100"
      StorageEncrypted: {yes}
      BackupRetentionPeriod: !If [IsProduction, !Ref Retention, 1]
      DeletionProtection: {no}
      Tags: [{{Key: backup, Value: {tag}}}]
  Table{n}:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
      PointInTimeRecoverySpecification: {{PointInTimeRecoveryEnabled: {no}}}
      Tags: [{{Key: backup, Value: {tag}}}]
  Files{n}:
    Type: AWS::EFS::FileSystem
    Properties: {{Encrypted: {yes}, BackupPolicy: {{Status: ENABLED}}, FileSystemTags: [{{Key: backup, Value: {tag}}}]}}
"""
BUCKET = """  Bucket{n}:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties:
      BucketName: !Sub "data-{number}-{n}-${{AWS::Region}}"
      VersioningConfiguration: {{Status: {status}}}
      BucketEncryption: {{ServerSideEncryptionConfiguration: [{{ServerSideEncryptionByDefault: {{SSEAlgorithm: aws:kms, KMSMasterKeyID: !GetAtt Key.Arn}}}}]}}
"""


def template(number: int) -> str:
    """A template of 20 resources: key, vault, plan and selection, twelve of four services, four buckets."""
    words = {"number": number, "retention": number % 3 * 7, "yes": str(number % 3 != 0).lower(), "no": str(number % 2 == 0).lower()}
    words |= {"tag": "daily" if number % 4 else "never", "status": "Enabled" if number % 5 else "Suspended"}
    bundles = "".join(BUNDLE.format(n=n, **words) for n in range(3))
    return HEAD.format(**words) + bundles + "".join(BUCKET.format(n=n, **words) for n in range(4))


def timed(command: list[str], folder: Path) -> tuple[float, float, float, int]:
    """Wall seconds, CPU seconds, peak memory in MiB and exit code of one run."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rel9", type=Path)
    parser.add_argument("--checkov")
    parser.add_argument("--cfn-guard")
    parser.add_argument("--registry", type=Path)
    parser.add_argument("--templates", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    rel9 = str(arguments.rel9.resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stacks").mkdir()
        for number in range(arguments.templates):
            (folder / "stacks" / f"service-{number:04}.yaml").write_text(template(number))
        same = ",".join(rule for rule, _, _ in CHECKS)
        programs = {
            "rel9, same checks": [rel9, "audit", "stacks", "--rule", same],
            "rel9, all rules": [rel9, "audit", "stacks"],
            "rel9, all, JSON": [rel9, "audit", "stacks", "--format", "json"],
        }
        if arguments.cfn_guard:
            rules = [str(arguments.registry.resolve() / "rules/aws" / file) for _, _, file in CHECKS]
            programs["cfn-guard"] = [arguments.cfn_guard, "validate", "--data", "stacks", "--rules", *rules, "--show-summary", "none"]
        if arguments.checkov:
            checks = ",".join(check for _, check, _ in CHECKS)
            options = ["--framework", "cloudformation", "--check", checks, "--compact", "--quiet", "--skip-download"]
            programs["checkov"] = [arguments.checkov, "--directory", "stacks", *options]
        print(f"{'program':18}  {'seconds (min/median/max)':>26}  {'CPU s':>6}  {'peak MiB':>8}  exit")
        for program, command in programs.items():
            runs = arguments.runs if program.startswith("rel9") else 1
            measured = [timed(command, folder) for _ in range(runs)]
            seconds = sorted(run[0] for run in measured)
            spread = f"{seconds[0]:.2f} / {statistics.median(seconds):.2f} / {seconds[-1]:.2f}"
            cpu, peak = statistics.median(run[1] for run in measured), max(run[2] for run in measured)
            print(f"{program:18}  {spread:>26}  {cpu:6.2f}  {peak:8.0f}  {measured[-1][3]}", flush=True)


if __name__ == "__main__":
    main()
