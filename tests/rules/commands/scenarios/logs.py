"""CloudWatch Logs, and the buckets that logs are exported to."""

from __future__ import annotations

from typing import Any

from framework import Aws, Failing, proves


def log_group(aws: Aws, name: str, **more: Any) -> str:
    """A log group; returns its name."""
    aws.client("logs").create_log_group(logGroupName=name, **more)
    return name


@proves("log-group-deletion-protection")
def log_group_deletion_protection(aws: Aws) -> str:
    return log_group(aws, "/deletable")


@proves("log-group-encrypted")
def log_group_encrypted(aws: Aws) -> Failing:
    return Failing(log_group(aws, "/without-key"), fill={"KEY_ARN": aws.key()})


@proves("log-group-exported")
def log_group_exported(aws: Aws) -> Failing:
    fill = {"FIREHOSE_ARN": aws.arn("firehose", "deliverystream/archive"), "LOGS_ROLE": aws.role}
    return Failing(log_group(aws, "/alone"), fill=fill)


@proves("log-group-retention")
def log_group_retention(aws: Aws) -> str:
    name = log_group(aws, "/short")
    aws.client("logs").put_retention_policy(logGroupName=name, retentionInDays=30)
    return name


@proves("log-archive-bucket-lifecycle")
def log_archive_bucket_lifecycle(aws: Aws) -> Failing:
    bucket = aws.bucket("exported-logs")
    aws.client("logs").create_export_task(logGroupName=log_group(aws, "/exported"), fromTime=0, to=9, destination=bucket)
    rule: dict[str, Any] = {"ID": "archive", "Status": "Enabled", "Filter": {"Prefix": "exportedlogs"}, "Expiration": {"Days": 2555}}
    rule["Transitions"] = [{"Days": 30, "StorageClass": "DEEP_ARCHIVE"}]

    def edit(document: dict[str, Any]) -> None:
        document["Rules"].append(rule)

    return Failing(bucket, edit={"lifecycle.json": edit})
