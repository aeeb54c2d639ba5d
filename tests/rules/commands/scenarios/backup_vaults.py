"""Backup vaults and recovery points."""

from __future__ import annotations

import json
from typing import Any

from framework import FAR, OTHER_ACCOUNT, Aws, Failing, ago, proves

GUARD = f"arn:aws:iam::{OTHER_ACCOUNT}:role/guard"
POLICY = f"""version: 1
rules:
  backup-vault-denies-deletion: {{ params: {{ allowed_principals: ["{GUARD}"] }} }}
"""
GONE = "volume/vol-0123456789abcdef0"


@proves("backup-expired-points-deleted")
def expired_points_deleted(aws: Aws) -> Failing:
    aws.own_vault("expired")
    old = {"Status": "EXPIRED", "Lifecycle": {"DeleteAfterDays": 10}}
    point = aws.point(aws.volume("expired"), vault="expired", age={"days": 60}, **old)
    return Failing("expired", fill={"RECOVERY_POINT_ARN": lambda told: told.last if told.outputs else point})


@proves("backup-orphaned-recovery-points")
def orphaned_recovery_points(aws: Aws) -> Failing:
    aws.own_vault("orphans")
    point = aws.point(aws.arn("ec2", GONE), vault="orphans", age={"days": 200})
    return Failing("orphans", fill={"RECOVERY_POINT_ARN": point, "DAYS_SINCE_CREATION": "230"})


@proves("backup-recovery-point-retention")
def recovery_point_retention(aws: Aws) -> str:
    aws.own_vault("short")
    return aws.point(aws.volume("short"), vault="short", Lifecycle={"DeleteAfterDays": 3})


@proves("backup-vault-customer-key")
def customer_key(aws: Aws) -> Failing:
    """The key of a vault cannot be changed: a new vault takes its place."""
    aws.vault("managed-key")
    fill: dict[str, Any] = {"NEW_VAULT": "customer-key", "KEY_ARN": lambda told: told("Arn")}
    return Failing("managed-key", fill=fill, replaced_by="customer-key")


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@proves("backup-vault-denies-deletion")
def denies_deletion(aws: Aws) -> Failing:
    aws.own_vault("deletable")
    actions = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy"]
    condition = {"ArnNotEquals": {"aws:PrincipalArn": GUARD}}

    def edit(document: dict[str, Any]) -> None:
        document["Statement"].append({"Effect": "Deny", "Principal": "*", "Action": actions, "Resource": "*", "Condition": condition})

    return Failing("deletable", edit={"policy.json": edit})


@proves("backup-vault-not-open")
def not_open(aws: Aws) -> Failing:
    aws.own_vault("open")
    everyone = {"Sid": "copies", "Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}
    aws.client("backup").put_backup_vault_access_policy(BackupVaultName="open", Policy=policy(everyone))

    def edit(document: dict[str, Any]) -> None:
        document["Statement"][0]["Principal"] = {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}

    return Failing("open", edit={"policy.json": edit})


@proves("backup-vault-lock-compliance-mode")
def lock_compliance_mode(aws: Aws) -> Failing:
    aws.own_vault("governed")
    aws.client("backup").put_backup_vault_lock_configuration(BackupVaultName="governed", MinRetentionDays=7)
    # The lock is final after the days in which it can be changed.
    return Failing("governed", later=lambda: aws.seed("backup", "vault", {"BackupVaultName": "governed", "LockDate": ago(hours=1)}))


@proves("backup-vault-locked")
def locked(aws: Aws) -> str:
    return aws.own_vault("unlocked")


@proves("backup-vault-notifications")
def notifications(aws: Aws) -> Failing:
    aws.own_vault("silent")
    aws.point(aws.volume("silent"), vault="silent")
    topic = aws.client("sns").create_topic(Name="backups")["TopicArn"]
    return Failing("silent", fill={"TOPIC_ARN": topic})


@proves("backup-vault-not-empty")
def not_empty(aws: Aws) -> str:
    aws.own_vault("empty")
    aws.plan("empty", vault="empty")
    return "empty"


@proves("backup-recovery-point-encrypted")
def recovery_point_encrypted(aws: Aws) -> str:
    aws.own_vault("unencrypted")
    plain = {"IsEncrypted": False, "EncryptionKeyArn": None, "EncryptionKeyType": None}
    return aws.point(aws.volume("unencrypted", encrypted=False), vault="unencrypted", **plain)


@proves("backup-air-gapped-vault-exists", account="without-air-gap")
def air_gapped_vault_exists(aws: Aws) -> Failing:
    aws.own_vault("main")
    aws.point(aws.volume("data"))
    return Failing(aws.number, fill={"REGION": FAR})


@proves("backup-cross-account-enabled", account="of-organisation")
def cross_account_enabled(aws: Aws) -> Failing:
    aws.client("organizations").create_organization()
    return Failing(aws.number, fill={"REGION": "us-east-1"})


@proves("backup-copies-outside-account", account="without-copies")
def copies_outside_account(aws: Aws) -> Failing:
    aws.own_vault("main")
    aws.other().own_vault("main")
    point = aws.point(aws.volume("data"))
    fill: dict[str, Any] = {"RECOVERY_POINT_ARN": point, "VAULT": "main", "REGION": "us-east-1", "OTHER_ACCOUNT": OTHER_ACCOUNT}
    return Failing(aws.number, fill=fill)
