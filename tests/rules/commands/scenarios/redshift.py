"""Amazon Redshift."""

from __future__ import annotations

from typing import Any

from framework import FAR, Aws, Failing, ago, proves


def decrypted(aws: Aws, name: str) -> str:
    """An unencrypted cluster, which nobody can create any more."""
    aws.warehouse(name)
    aws.client("redshift").modify_cluster(ClusterIdentifier=name, Encrypted=False)
    return name


@proves("redshift-cluster-encrypted")
def cluster_encrypted(aws: Aws) -> str:
    return decrypted(aws, "plain")


@proves("redshift-cluster-customer-key")
def cluster_customer_key(aws: Aws) -> str:
    return aws.warehouse("managed-key")


@proves("redshift-snapshot-encrypted")
def snapshot_encrypted(aws: Aws) -> Failing:
    source = decrypted(aws, "plain-snapshot-of")
    aws.client("redshift").create_cluster_snapshot(SnapshotIdentifier="plain-snapshot", ClusterIdentifier=source)
    fill: dict[str, Any] = {"ENCRYPTED_CLUSTER": "warehouse-of-snapshot", "ENCRYPTED_SNAPSHOT": "warehouse-encrypted-snapshot"}
    return Failing("plain-snapshot", fill=fill, replaced_by="warehouse-encrypted-snapshot")


@proves("redshift-automated-snapshots")
def automated_snapshots(aws: Aws) -> str:
    return aws.warehouse("without-snapshots", AutomatedSnapshotRetentionPeriod=0)


@proves("redshift-retention")
def retention(aws: Aws) -> str:
    return aws.warehouse("one-day")


@proves("redshift-cross-region-copy")
def cross_region_copy(aws: Aws) -> Failing:
    return Failing(aws.warehouse("here-only"), fill={"OTHER_REGION": FAR, "OTHER_REGION_KEY_ARN": aws.key(FAR)})


@proves("redshift-snapshot-schedule-healthy")
def snapshot_schedule_healthy(aws: Aws) -> str:
    aws.client("redshift").create_snapshot_schedule(ScheduleIdentifier="broken", ScheduleDefinitions=["rate(12 hours)"])
    name = aws.warehouse("broken-schedule", SnapshotScheduleIdentifier="broken")
    aws.seed("redshift", "cluster", {"ClusterIdentifier": name, "SnapshotScheduleState": "FAILED"})
    return name


def namespace(aws: Aws, name: str) -> str:
    """A namespace of 100 days ago, with a recovery point."""
    aws.client("redshift-serverless").create_namespace(namespaceName=name)
    aws.seed("redshift-serverless", "namespace", {"namespaceName": name, "creationDate": ago(days=100)})
    aws.seed("redshift-serverless", "recovery_point", {"namespaceName": name, "recoveryPointCreateTime": ago(hours=0.5)})
    return name


@proves("redshift-namespace-customer-key")
def namespace_customer_key(aws: Aws) -> Failing:
    return Failing(namespace(aws, "owned-key"), fill={"KEY_ARN": lambda told: told("Arn")})


@proves("redshift-namespace-snapshots")
def namespace_snapshots(aws: Aws) -> Failing:
    return Failing(namespace(aws, "a-day-only"), fill={"SNAPSHOT_ROLE_ARN": "arn:aws:iam::123456789012:role/snapshots"})
