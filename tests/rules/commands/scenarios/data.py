"""Rules for every type of data, each with a volume of its own (a database or table where only these have what the rule reads)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from framework import OTHER_ACCOUNT, Aws, Failing, ago, proves, tags

POLICY = """version: 1
objectives:
  - name: copied
    match: 'resource.tags["owes"] == "copies"'
    copies: { region: required, account: required, air_gapped: required }
  - { name: immutable, match: 'resource.tags["owes"] == "immutable"', immutable: required }
  - { name: rest, match: "true", rpo: 24h, rto: 1h, retention: 30d }
"""


def vault(aws: Aws, name: str) -> str:
    """A vault of the scenario; `Default` is in every Region whose console somebody has opened."""
    return aws.own_vault(name)


def default_vault(aws: Aws) -> None:
    names = {known["BackupVaultName"] for known in aws.client("backup").list_backup_vaults()["BackupVaultList"]}
    if "Default" not in names:
        aws.own_vault("Default")


def selected(aws: Aws, name: str, **rule: Any) -> tuple[str, str]:
    """A volume that a daily plan with a vault of its own selects, for months; returns the ARN and the plan's id."""
    vault(aws, name)
    volume = aws.volume(name)
    plan = aws.plan(name, vault=name, **rule)
    aws.select(plan, Resources=[volume])
    chosen = aws.client("backup").list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"][0]["SelectionId"]
    aws.seed("backup", "selection", {"BackupPlanId": plan, "SelectionId": chosen, "CreationDate": ago(days=80)})
    return volume, plan


@proves("data-backed-up-since-selected")
def backed_up_since_selected(aws: Aws) -> str:
    return selected(aws, "never-backed-up")[0]


@proves("data-backup-current")
def backup_current(aws: Aws) -> str:
    default_vault(aws)
    volume, _ = selected(aws, "late")
    aws.point(volume, vault="late", age={"days": 10})
    return volume


@proves("data-backup-every-period")
def backup_every_period(aws: Aws) -> str:
    """One of the seven days has no backup: today."""
    default_vault(aws)
    vault(aws, "gap")
    volume = aws.volume("gap")
    for day in range(1, 8):
        aws.point(volume, vault="gap", age={"days": day, "hours": 3})
    return volume


@proves("data-backup-jobs-succeed")
def backup_jobs_succeed(aws: Aws) -> str:
    volume, _ = selected(aws, "failing")
    aws.seed("backup", "backup_job", {"ResourceArn": volume, "BackupVaultName": "failing", "CreationDate": ago(hours=4), "State": "FAILED"})
    return volume


def manual(aws: Aws, name: str, **more: Any) -> tuple[str, str, Callable[[], Any]]:
    """A database with a manual snapshot; returns the ARN, the snapshot, and what the steps say that a person does with the original."""
    database, snapshot = aws.database(name, **more), f"{name}-original"
    rds = aws.client("rds")
    rds.create_db_snapshot(DBSnapshotIdentifier=snapshot, DBInstanceIdentifier=name)
    return database, snapshot, lambda: rds.delete_db_snapshot(DBSnapshotIdentifier=snapshot)


@proves("data-backup-key-copyable")
def backup_key_copyable(aws: Aws) -> Failing:
    """A copied EBS snapshot whose original is gone names no volume, so this is a database."""
    database, old, deleted = manual(aws, "managed-key", StorageEncrypted=True, Tags=tags({"owes": "copies"}))
    return Failing(database, fill={"SNAPSHOT_ID": old, "KEY_ARN": lambda told: told("Arn")}, later=deleted)


@proves("data-backup-key-usable")
def backup_key_usable(aws: Aws) -> str:
    key = aws.key()
    aws.vault("doomed", EncryptionKeyArn=key)
    table = aws.table("doomed")
    aws.point(table, vault="doomed", EncryptionKeyArn=key)
    aws.client("kms").schedule_key_deletion(KeyId=key.rsplit("/", 1)[1], PendingWindowInDays=7)
    return table


@proves("data-backups-encrypted")
def backups_encrypted(aws: Aws) -> Failing:
    database, old, deleted = manual(aws, "plain")
    return Failing(database, fill={"SNAPSHOT_ID": old}, later=deleted)


@proves("data-backups-immutable")
def backups_immutable(aws: Aws) -> str:
    vault(aws, "mutable")
    volume = aws.volume("mutable", owes="immutable")
    aws.point(volume, vault="mutable")
    return volume


def to_copy(aws: Aws, name: str) -> str:
    vault(aws, name)
    volume = aws.volume(name, owes="copies")
    aws.point(volume, vault=name)
    return volume


@proves("data-copied-to-air-gapped-vault")
def copied_to_air_gapped_vault(aws: Aws) -> str:
    return to_copy(aws, "without-air-gap")


@proves("data-copied-to-another-account")
def copied_to_another_account(aws: Aws) -> Failing:
    aws.other().own_vault("copies")
    return Failing(to_copy(aws, "in-this-account"), fill={"OTHER_ACCOUNT": OTHER_ACCOUNT})


@proves("data-copied-to-another-region")
def copied_to_another_region(aws: Aws) -> str:
    return to_copy(aws, "in-this-region")


def change_lifecycle(days: int) -> dict[str, Callable[[Any], None]]:
    """What a person changes in plan.json: the retention of rules and copies."""

    def edit(document: dict[str, Any]) -> None:
        for rule in document["Rules"]:
            for part in (rule, *rule.get("CopyActions", [])):
                part["Lifecycle"] = {"DeleteAfterDays": days}

    return {"plan.json": edit}


@proves("data-copy-retention")
def copy_retention(aws: Aws) -> Failing:
    far = {"DestinationBackupVaultArn": aws.vault_arn("copy-retention", "eu-west-1"), "Lifecycle": {"DeleteAfterDays": 2}}
    aws.own_vault("copy-retention", "eu-west-1")
    return Failing(selected(aws, "copy-retention", CopyActions=[far])[0], edit=change_lifecycle(60))


@proves("data-in-backup-plan")
def in_backup_plan(aws: Aws) -> Failing:
    vault(aws, "in-backup-plan")
    return Failing(aws.volume("in-backup-plan"), fill={"PLAN_ID": aws.plan("in-backup-plan", vault="in-backup-plan")})


@proves("data-newest-backup-not-archived")
def newest_backup_not_archived(aws: Aws) -> str:
    default_vault(aws)
    vault(aws, "cold")
    table = aws.table("cold")
    aws.point(table, vault="cold", age={"days": 3}, Lifecycle={"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": 120})
    return table


@proves("data-opt-in-not-blocked")
def opt_in_not_blocked(aws: Aws) -> str:
    vault(aws, "blocked")
    system = aws.file_system("blocked", Encrypted=True)
    narrow = {"StringEquals": [{"ConditionKey": "aws:ResourceTag/Name", "ConditionValue": "blocked"}]}
    aws.select(aws.plan("blocked", vault="blocked"), Resources=["*"], Conditions=narrow)
    aws.client("backup").update_region_settings(ResourceTypeOptInPreference={"EFS": False})
    return system


@proves("data-protected")
def protected(aws: Aws) -> str:
    default_vault(aws)
    return aws.volume("unprotected")


@proves("data-recovery-test-planned")
def recovery_test_planned(aws: Aws) -> str:
    """Plan and selection are there already: the same commands made them for another table."""
    backup = aws.client("backup")
    points = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
    plan = {"RestoreTestingPlanName": "monthly", "ScheduleExpression": "cron(0 6 1 * ? *)", "RecoveryPointSelection": points}
    backup.create_restore_testing_plan(RestoreTestingPlan=plan)
    selection = {
        "RestoreTestingSelectionName": "dynamodb",
        "ProtectedResourceType": "DynamoDB",
        "ProtectedResourceArns": ["*"],
        "ProtectedResourceConditions": {"StringEquals": [{"Key": "aws:ResourceTag/restore-test", "Value": "monthly"}]},
        "IamRoleArn": f"arn:aws:iam::{aws.number}:role/service-role/AWSBackupDefaultServiceRole",
    }
    backup.create_restore_testing_selection(RestoreTestingPlanName="monthly", RestoreTestingSelection=selection)
    return untested(aws)


def untested(aws: Aws) -> str:
    vault(aws, "untested")
    table = aws.table("untested")
    aws.point(table, vault="untested", age={"days": 3})
    return table


def restored(aws: Aws, name: str, **job: Any) -> str:
    vault(aws, name)
    volume = aws.volume(name)
    point = aws.point(volume, vault=name, age={"days": 3})
    values = {"RecoveryPointArn": point, "CreationDate": ago(days=2), "CompletionDate": ago(days=1), **job}
    aws.seed("backup", "restore_job", values)
    return volume


@proves("data-recovery-test-validated")
def recovery_test_validated(aws: Aws) -> Failing:
    return Failing(restored(aws, "unchecked"), fill={"RESTORE_JOB_ID": lambda told: told("RestoreJobId")})


@proves("data-recovery-test-not-failing")
def recovery_test_not_failing(aws: Aws) -> str:
    return restored(aws, "failed-restore", Status="FAILED")


@proves("data-recovery-tested", account="never-restored")
def recovery_tested(aws: Aws) -> Failing:
    table = untested(aws)

    def run() -> None:
        """The first run of the plan."""
        backup = aws.client("backup")
        plan = backup.list_restore_testing_plans()["RestoreTestingPlans"][0]["RestoreTestingPlanArn"]
        point = backup.list_recovery_points_by_backup_vault(BackupVaultName="untested")["RecoveryPoints"][0]["RecoveryPointArn"]
        values = {"RecoveryPointArn": point, "CreationDate": ago(hours=2), "CompletionDate": ago(hours=1)}
        aws.seed("backup", "restore_job", {**values, "CreatedBy": {"RestoreTestingPlanArn": plan}})

    return Failing(table, later=run)


@proves("data-retention-meets-objective")
def retention_meets_objective(aws: Aws) -> Failing:
    volume, _ = selected(aws, "retention", Lifecycle={"DeleteAfterDays": 3})
    aws.point(volume, vault="retention", age={"days": 1}, Lifecycle={"DeleteAfterDays": 3})
    # The next run of the plan.
    run = {"vault": "retention", "age": {"minutes": 1}, "Lifecycle": {"DeleteAfterDays": 35}}
    return Failing(volume, edit=change_lifecycle(35), later=lambda: aws.point(volume, **run))


@proves("data-rpo-meets-objective")
def rpo_meets_objective(aws: Aws) -> str:
    """A new volume, because gaps of the last 30 days count."""
    default_vault(aws)
    return aws.volume("two-days-old", days_old=0.5)


@proves("data-rto-meets-objective")
def rto_meets_objective(aws: Aws) -> str:
    return restored(aws, "slow")
