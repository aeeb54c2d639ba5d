"""Settings of a Region, each in a Region of its own, and restore testing."""

from __future__ import annotations

from typing import Any

from framework import Aws, Failing, ago, proves


def backed_up(aws: Aws, region: str) -> None:
    """A volume with a recovery point and a plan that selects it."""
    aws.own_vault("main", region)
    volume = aws.volume("data", region, backup="daily")
    aws.point(volume, region)
    aws.select(aws.plan("daily", region), region, by_tag={"backup": "daily"})


@proves("backup-framework-exists", region="us-east-2")
def framework_exists(aws: Aws) -> str:
    backed_up(aws, "us-east-2")
    return "us-east-2"


@proves("backup-not-deleted-by-hand", region="ap-northeast-3")
def not_deleted_by_hand(aws: Aws) -> str:
    """A person deleted a recovery point."""
    region = "ap-northeast-3"
    person = {"type": "IAMUser", "arn": aws.arn("iam", "user/anna", "")}
    event = {"EventName": "DeleteRecoveryPoint", "EventSource": "backup.amazonaws.com", "EventTime": ago(days=2), "UserIdentity": person}
    aws.seed("cloudtrail", "event", event, region)
    return region


@proves("backup-plan-exists", region="us-west-1")
def plan_exists(aws: Aws) -> Failing:
    aws.volume("data", "us-west-1", backup="daily")
    return Failing("us-west-1", fill={"PLAN_ID": lambda told: told("BackupPlanId")})


@proves("rds-event-subscription-exists", region="ca-central-1")
def event_subscription_exists(aws: Aws) -> Failing:
    aws.database("orders", "ca-central-1", retention=7)
    aws.cluster("core", "aurora-mysql", "ca-central-1")
    return Failing("ca-central-1", fill={"TOPIC_ARN": aws.arn("sns", "on-call", "ca-central-1")})


@proves("backup-region-full-management", region="us-west-2")
def full_management(aws: Aws) -> str:
    region = "us-west-2"
    aws.own_vault("main", region)
    table = aws.table("data", region)
    aws.select(aws.plan("daily", region), region, Resources=[table])
    aws.client("backup", region).update_region_settings(ResourceTypeManagementPreference={"DynamoDB": False})
    return region


@proves("backup-region-opt-in", region="eu-central-1")
def opt_in(aws: Aws) -> str:
    region = "eu-central-1"
    aws.volume("data", region)
    aws.client("backup", region).update_region_settings(ResourceTypeOptInPreference={"EBS": False})
    return region


@proves("backup-report-plan-exists", region="eu-west-2")
def report_plan_exists(aws: Aws) -> Failing:
    backed_up(aws, "eu-west-2")
    return Failing("eu-west-2", fill={"BUCKET": aws.bucket("reports-of-backups", "eu-west-2")})


@proves("ami-public-access-blocked", region="eu-west-3")
def ami_public_access_blocked(aws: Aws) -> str:
    instance, _ = aws.instance("eu-west-3")
    aws.client("ec2", "eu-west-3").create_image(InstanceId=instance.rsplit("/", 1)[1], Name="image")
    return "eu-west-3"


@proves("ebs-default-customer-key", region="eu-north-1")
def ebs_default_customer_key(aws: Aws) -> str:
    aws.volume("data", "eu-north-1")
    return "eu-north-1"


@proves("ebs-encryption-by-default", region="ap-south-1")
def ebs_encryption_by_default(aws: Aws) -> str:
    aws.volume("data", "ap-south-1")
    return "ap-south-1"


@proves("ebs-snapshot-public-access-blocked", region="ap-northeast-1")
def ebs_snapshot_public_access_blocked(aws: Aws) -> str:
    aws.snapshot(aws.volume("data", "ap-northeast-1"), "ap-northeast-1")
    return "ap-northeast-1"


def testing_plan(aws: Aws, region: str, name: str, schedule: str = "cron(0 5 1 * ? *)") -> str:
    choice = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
    plan: dict[str, Any] = {"RestoreTestingPlanName": name, "ScheduleExpression": schedule, "RecoveryPointSelection": choice}
    aws.client("backup", region).create_restore_testing_plan(RestoreTestingPlan=plan)
    return name


@proves("restore-testing-plan-exists", region="ap-northeast-2")
def restore_testing_plan_exists(aws: Aws) -> Failing:
    backed_up(aws, "ap-northeast-2")
    return Failing("ap-northeast-2", fill={"RESTORE_ROLE": "restores", "TYPE": "EBS"})


@proves("restore-testing-plan-covers-types", region="ap-southeast-1")
def restore_testing_plan_covers_types(aws: Aws) -> Failing:
    backed_up(aws, "ap-southeast-1")
    name = testing_plan(aws, "ap-southeast-1", "monthly")
    return Failing("ap-southeast-1", fill={"RESTORE_TESTING_PLAN": name, "RESTORE_ROLE": "restores", "TYPE": "EBS"})


@proves("restore-testing-plan-frequency", region="ap-southeast-2")
def restore_testing_plan_frequency(aws: Aws) -> str:
    return testing_plan(aws, "ap-southeast-2", "yearly", "cron(0 5 1 1 ? *)")


@proves("restore-testing-plan-runs", region="ap-southeast-2")
def restore_testing_plan_runs(aws: Aws) -> str:
    name = testing_plan(aws, "ap-southeast-2", "idle", "cron(0 5 * * ? *)")
    aws.seed("backup", "restore_testing_plan", {"RestoreTestingPlanName": name, "CreationTime": ago(days=60)}, "ap-southeast-2")
    return name


@proves("restore-testing-selection-effective", region="sa-east-1")
def restore_testing_selection_effective(aws: Aws) -> str:
    backed_up(aws, "sa-east-1")
    name = testing_plan(aws, "sa-east-1", "monthly")
    selection = {
        "RestoreTestingSelectionName": "other_volume",
        "ProtectedResourceType": "EBS",
        "IamRoleArn": aws.role,
        "ProtectedResourceArns": [aws.volume("other", "sa-east-1")],
    }
    aws.client("backup", "sa-east-1").create_restore_testing_selection(RestoreTestingPlanName=name, RestoreTestingSelection=selection)
    return "other_volume"
