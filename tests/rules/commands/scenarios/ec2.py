"""EBS volumes and snapshots, AMIs, and Data Lifecycle Manager."""

from __future__ import annotations

from typing import Any

from framework import FAR, HOME, OTHER_ACCOUNT, Aws, Failing, ago, proves


def short(arn: str) -> str:
    """The id at the end of an ARN."""
    return arn.rsplit("/", 1)[1]


def image(aws: Aws, name: str) -> str:
    instance, _ = aws.instance()
    return str(aws.client("ec2").create_image(InstanceId=short(instance), Name=name)["ImageId"])


@proves("ami-encrypted")
def ami_encrypted(aws: Aws) -> Failing:
    return Failing(image(aws, "plain"), replaced_by=lambda told: told("ImageId"))


@proves("ami-not-public")
def ami_not_public(aws: Aws) -> str:
    made = image(aws, "public")
    aws.client("ec2").modify_image_attribute(ImageId=made, LaunchPermission={"Add": [{"Group": "all"}]})
    return made


@proves("snapshot-sharing-allowed")
def snapshot_sharing_allowed(aws: Aws) -> str:
    made = image(aws, "shared")
    aws.client("ec2").modify_image_attribute(ImageId=made, LaunchPermission={"Add": [{"UserId": OTHER_ACCOUNT}]})
    return made


@proves("snapshot-customer-key")
def snapshot_customer_key(aws: Aws) -> Failing:
    fill: dict[str, Any] = {"KEY_ARN": lambda told: told("Arn")}
    return Failing(aws.snapshot(aws.volume("with-managed-key")), fill=fill, replaced_by=lambda told: told("SnapshotId"))


@proves("ec2-instance-termination-protection")
def ec2_instance_termination_protection(aws: Aws) -> str:
    return aws.instance()[0]


@proves("ebs-snapshot-encrypted")
def ebs_snapshot_encrypted(aws: Aws) -> Failing:
    return Failing(aws.snapshot(aws.volume("plain", encrypted=False)), replaced_by=lambda told: told("SnapshotId"))


@proves("ebs-snapshot-not-public")
def ebs_snapshot_not_public(aws: Aws) -> str:
    made = aws.snapshot(aws.volume("public", encrypted=False))
    sharing = {"GroupNames": ["all"], "UserIds": [OTHER_ACCOUNT]}
    aws.client("ec2").modify_snapshot_attribute(SnapshotId=made, Attribute="createVolumePermission", OperationType="add", **sharing)
    return made


@proves("ebs-volume-customer-key")
def ebs_volume_customer_key(aws: Aws) -> Failing:
    fill: dict[str, Any] = {"SNAPSHOT_ID": lambda told: told("SnapshotId"), "AVAILABILITY_ZONE": f"{HOME}a"}
    return Failing(aws.volume("managed-key"), fill=fill, replaced_by=lambda told: told("VolumeId"))


@proves("ebs-volume-encrypted")
def ebs_volume_encrypted(aws: Aws) -> Failing:
    _, volume = aws.instance()
    fill: dict[str, Any] = {
        "SNAPSHOT_ID": lambda told: told("SnapshotId"),
        "AVAILABILITY_ZONE": f"{HOME}a",
        "NEW_VOLUME_ID": lambda told: told("VolumeId"),
    }
    return Failing(volume, fill=fill, replaced_by=lambda told: told.filled["NEW_VOLUME_ID"])


@proves("ebs-volume-recent-snapshot")
def ebs_volume_recent_snapshot(aws: Aws) -> str:
    return aws.volume("without-snapshot")


@proves("ebs-volume-snapshot-copied-to-another-region")
def ebs_volume_snapshot_copied(aws: Aws) -> str:
    volume = aws.volume("here-only", more={"KmsKeyId": aws.key()})
    aws.snapshot(volume)
    return volume


@proves("ebs-volume-snapshot-schedule")
def ebs_volume_snapshot_schedule(aws: Aws) -> Failing:
    aws.own_vault("main")
    volume = aws.volume("unscheduled")
    plan = aws.plan("daily")
    # The first run of the plan.
    return Failing(volume, fill={"PLAN_ID": plan}, later=lambda: aws.point(volume, age={"minutes": 1}))


def policy(aws: Aws, name: str, **schedule: Any) -> str:
    """A daily DLM policy that reaches one volume."""
    aws.volume(name, dlm=name)
    daily = {"Name": "daily", "CreateRule": {"Interval": 24}, "RetainRule": {"Count": 14}, **schedule}
    details = {"ResourceTypes": ["VOLUME"], "TargetTags": [{"Key": "dlm", "Value": name}], "Schedules": [daily]}
    made = aws.client("dlm").create_lifecycle_policy(PolicyDetails=details, ExecutionRoleArn=aws.role, Description=name, State="ENABLED")
    aws.seed("dlm", "policy", {"PolicyId": made["PolicyId"], "DateCreated": ago(days=80)})
    return str(made["PolicyId"])


def copy_rule(**more: Any) -> list[dict[str, Any]]:
    return [{"Target": FAR, "Encrypted": True, "RetainRule": {"Interval": 30, "IntervalUnit": "DAYS"}, **more}]


@proves("dlm-policy-copies-encrypted")
def dlm_policy_copies_encrypted(aws: Aws) -> Failing:
    def edit(details: dict[str, Any]) -> None:
        details["Schedules"][0]["CrossRegionCopyRules"][0]["Encrypted"] = True

    return Failing(policy(aws, "plain-copies", CrossRegionCopyRules=copy_rule(Encrypted=False)), edit={"details.json": edit})


@proves("dlm-policy-cross-region-copy")
def dlm_policy_cross_region_copy(aws: Aws) -> Failing:
    def edit(details: dict[str, Any]) -> None:
        details["Schedules"][0]["CrossRegionCopyRules"] = copy_rule()

    return Failing(policy(aws, "without-copies"), edit={"details.json": edit})


@proves("dlm-policy-healthy")
def dlm_policy_healthy(aws: Aws) -> str:
    made = policy(aws, "broken")
    aws.seed("dlm", "policy", {"PolicyId": made, "State": "ERROR", "StatusMessage": "the role may not"})
    return made


@proves("snapshot-retention-bounded")
def snapshot_retention_bounded(aws: Aws) -> str:
    volume = aws.volume("deleted")
    snapshot = aws.snapshot(volume)
    aws.seed("ec2", "snapshot", {"SnapshotId": snapshot, "StartTime": ago(days=400)})
    aws.client("ec2").delete_volume(VolumeId=volume.rsplit("/", 1)[1])
    return aws.snapshot_arn(snapshot)


@proves("cloudformation-stack-termination-protection")
def cloudformation_stack_termination_protection(aws: Aws) -> str:
    return aws.stack("shop-stack", owns="shop-stack-disk")
