"""Backup plans and selections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from framework import FAR, Aws, Failing, Told, proves

CHANGE = Callable[[dict[str, Any]], Any]


def plan(aws: Aws, name: str, **rule: Any) -> str:
    """A plan with a vault of its own; returns its id."""
    aws.own_vault(name)
    return aws.plan(name, vault=name, **rule)


def edited(plan_id: str, change: CHANGE) -> Failing:
    """A plan whose rules a person edits in plan.json."""

    def edit(document: dict[str, Any]) -> None:
        for rule in document["Rules"]:
            change(rule)

    return Failing(plan_id, edit={"plan.json": edit})


def copy(vault_arn: str) -> dict[str, Any]:
    return {"DestinationBackupVaultArn": vault_arn, "Lifecycle": {"DeleteAfterDays": 35}}


@proves("backup-plan-continuous-backup")
def continuous(aws: Aws) -> Failing:
    database = aws.database("continuous")
    made = plan(aws, "continuous")
    aws.select(made, Resources=[database])
    return edited(made, lambda rule: rule.update(EnableContinuousBackup=True))


@proves("backup-plan-copies-to-locked-vault")
def copies_to_locked_vault(aws: Aws) -> Failing:
    aws.own_vault("unlocked", FAR)
    made = plan(aws, "copies-to-locked-vault", CopyActions=[copy(aws.vault_arn("unlocked", FAR))])
    return Failing(made, fill={"DESTINATION_VAULT": "unlocked"})


@proves("backup-plan-cross-account-copy")
def cross_account_copy(aws: Aws) -> Failing:
    aws.other().own_vault("from-plans")
    made = plan(aws, "cross-account-copy")
    vault = aws.other().vault_arn("from-plans")
    return edited(made, lambda rule: rule.update(CopyActions=[copy(vault)]))


@proves("backup-plan-cross-region-copy")
def cross_region_copy(aws: Aws) -> Failing:
    made = plan(aws, "cross-region-copy")
    return edited(made, lambda rule: rule.update(CopyActions=[copy(aws.vault_arn("copies", FAR))]))


@proves("backup-plan-frequency")
def frequency(aws: Aws) -> Failing:
    made = plan(aws, "frequency", ScheduleExpression="cron(0 5 ? * SUN *)")
    return edited(made, lambda rule: rule.update(ScheduleExpression="cron(0 5 ? * * *)"))


@proves("backup-plan-lifecycle-set")
def lifecycle_set(aws: Aws) -> Failing:
    made = plan(aws, "lifecycle-set", Lifecycle={})
    return edited(made, lambda rule: rule.update(Lifecycle={"DeleteAfterDays": 35}))


@proves("backup-plan-retention")
def retention(aws: Aws) -> Failing:
    made = plan(aws, "retention", Lifecycle={"DeleteAfterDays": 3})
    return edited(made, lambda rule: rule["Lifecycle"].update(DeleteAfterDays=35))


@proves("backup-plan-selects-resources")
def selects_resources(aws: Aws) -> Failing:
    aws.volume("to-be-selected", selected="yes")
    return Failing(plan(aws, "selects-resources"), fill={"TAG_KEY": "selected", "TAG_VALUE": "yes"})


@proves("backup-plan-target-vault-exists")
def target_vault_exists(aws: Aws) -> Failing:
    return Failing(aws.plan("target-vault-exists", vault="forgotten"), fill={"VAULT": "forgotten"})


@proves("backup-plan-targets-locked-vault")
def targets_locked_vault(aws: Aws) -> Failing:
    return Failing(plan(aws, "targets-locked-vault"), fill={"VAULT": "targets-locked-vault"})


@proves("backup-plan-windows-fit-schedule")
def windows_fit_schedule(aws: Aws) -> Failing:
    made = plan(aws, "windows-fit-schedule", StartWindowMinutes=480, CompletionWindowMinutes=10_080)
    return edited(made, lambda rule: rule.update(StartWindowMinutes=60, CompletionWindowMinutes=720))


def selection(aws: Aws, made: str, **what: Any) -> str:
    """The ARN that rel9 gives a selection."""
    aws.select(made, **what)
    chosen = aws.client("backup").list_backup_selections(BackupPlanId=made)["BackupSelectionsList"][0]["SelectionId"]
    return f"{aws.plan_arn(made)}/selection/{chosen}"


@proves("backup-role-assumable")
def role_assumable(aws: Aws) -> str:
    """The role is gone."""
    return selection(aws, plan(aws, "role-assumable"), Resources=["arn:aws:ec2:*:*:volume/*"])


@proves("backup-selection-no-dangling-arns")
def no_dangling_arns(aws: Aws) -> Failing:
    """A selection cannot be edited: a new one takes its place."""
    volume = aws.volume("still-there")
    gone = aws.arn("ec2", "volume/vol-0123456789abcdef0")
    made = plan(aws, "no-dangling-arns")

    def edit(document: dict[str, Any]) -> None:
        document["Resources"].remove(gone)
        document["SelectionName"] += "-2"

    def new(told: Told) -> str:
        return f"{aws.plan_arn(made)}/selection/{told('SelectionId')}"

    return Failing(selection(aws, made, Resources=[volume, gone]), edit={"selection.json": edit}, replaced_by=new)


@proves("backup-selection-reaches-new-resources")
def reaches_new_resources(aws: Aws) -> Failing:
    """A person then deletes the old selection, if the new one reaches all that the old one names."""
    made = plan(aws, "reaches-new-resources")
    old = selection(aws, made, Resources=[aws.volume("named", new="yes")])

    def new(told: Told) -> str:
        return f"{aws.plan_arn(made)}/selection/{told('SelectionId')}"

    return Failing(old, fill={"TAG_KEY": "new", "TAG_VALUE": "yes"}, replaced_by=new)


@proves("backup-vault-lock-allows-plans")
def lock_allows_plans(aws: Aws) -> Failing:
    made = plan(aws, "lock-allows-plans", Lifecycle={"DeleteAfterDays": 3})
    lock = {"MinRetentionDays": 7, "MaxRetentionDays": 100}
    aws.client("backup").put_backup_vault_lock_configuration(BackupVaultName="lock-allows-plans", **lock)

    def edit(document: dict[str, Any]) -> None:
        document["Rules"][0]["Lifecycle"]["DeleteAfterDays"] = 35

    return Failing("lock-allows-plans", fill={"PLAN_ID": made}, edit={"plan.json": edit})


