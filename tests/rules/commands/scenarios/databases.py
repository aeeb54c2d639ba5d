"""RDS, Aurora, Neptune and DocumentDB."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from framework import OTHER_ACCOUNT, Aws, Failing, ago, proves

ENGINES = {"rds": "aurora-mysql", "neptune": "neptune", "docdb": "docdb"}


def cluster(aws: Aws, service: str, purpose: str, **more: Any) -> str:
    """A cluster with little; returns its identifier."""
    name = f"{service}-{purpose}"
    aws.cluster(name, ENGINES[service], **{"BackupRetentionPeriod": 1, **more})
    return name


def snapshot(aws: Aws, service: str, purpose: str, **more: Any) -> str:
    source = cluster(aws, service, purpose, **more)
    name = f"{source}-snapshot"
    aws.client("rds").create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=source)
    return name


def for_each(services: tuple[str, ...], rule: str) -> Callable[[Any], Any]:
    """A scenario for the same rule of several services; `rule` has `{}` for the service's name."""

    def register(function: Callable[[Aws, str], Any]) -> Any:
        for service in services:

            def scenario(aws: Aws, service: str = service) -> Any:
                return function(aws, service)

            scenario.__module__ = function.__module__
            proves(rule.format(service))(scenario)
        return function

    return register


ALL = ("rds", "neptune", "docdb")


@for_each(("rds", "neptune"), "{}-cluster-copies-tags")
def cluster_copies_tags(aws: Aws, service: str) -> str:
    return cluster(aws, service, "copies-tags")


@for_each(ALL, "{}-cluster-customer-key")
def cluster_customer_key(aws: Aws, service: str) -> Failing:
    made = cluster(aws, service, "customer-key", StorageEncrypted=True)
    return Failing(made, replaced_by=f"{made}-new-key")


@for_each(ALL, "{}-cluster-deletion-protection")
def cluster_deletion_protection(aws: Aws, service: str) -> str:
    return cluster(aws, service, "deletion-protection")


@for_each(ALL, "{}-cluster-encrypted")
def cluster_encrypted(aws: Aws, service: str) -> Failing:
    made = cluster(aws, service, "plain")
    return Failing(made, replaced_by=f"{made}-encrypted")


@for_each(ALL, "{}-cluster-retention")
def cluster_retention(aws: Aws, service: str) -> str:
    return cluster(aws, service, "retention")


def encrypted_snapshot(aws: Aws, service: str) -> Failing:
    fill: dict[str, Any] = {"ENCRYPTED_CLUSTER": f"{service}-of-snapshot", "ENCRYPTED_SNAPSHOT": f"{service}-encrypted-snapshot"}
    return Failing(snapshot(aws, service, "plain-snapshot"), fill=fill, replaced_by=f"{service}-encrypted-snapshot")


@proves("rds-cluster-snapshot-encrypted")
def rds_cluster_snapshot_encrypted(aws: Aws) -> Failing:
    return encrypted_snapshot(aws, "rds")


@for_each(("neptune", "docdb"), "{}-snapshot-encrypted")
def cluster_snapshot_encrypted(aws: Aws, service: str) -> Failing:
    return encrypted_snapshot(aws, service)


def public_snapshot(aws: Aws, service: str) -> str:
    made = snapshot(aws, service, "public")
    shared = {"AttributeName": "restore", "ValuesToAdd": ["all", OTHER_ACCOUNT]}
    aws.client("rds").modify_db_cluster_snapshot_attribute(DBClusterSnapshotIdentifier=made, **shared)
    return made


@proves("rds-cluster-snapshot-not-public")
def rds_cluster_snapshot_not_public(aws: Aws) -> str:
    return public_snapshot(aws, "rds")


@for_each(("neptune", "docdb"), "{}-snapshot-not-public")
def cluster_snapshot_not_public(aws: Aws, service: str) -> str:
    return public_snapshot(aws, service)


@proves("aurora-cluster-backtrack")
def aurora_cluster_backtrack(aws: Aws) -> Failing:
    made = cluster(aws, "rds", "forward")
    return Failing(made, replaced_by=f"{made}-backtrack")


def global_cluster(aws: Aws, name: str) -> str:
    source = aws.arn("rds", f"cluster:{cluster(aws, 'rds', name)}")
    aws.client("rds").create_global_cluster(GlobalClusterIdentifier=name, SourceDBClusterIdentifier=source)
    return name


@proves("rds-global-cluster-deletion-protection")
def rds_global_cluster_deletion_protection(aws: Aws) -> str:
    return global_cluster(aws, "unprotected-world")


@proves("rds-global-cluster-encrypted")
def rds_global_cluster_encrypted(aws: Aws) -> Failing:
    made = global_cluster(aws, "plain-world")
    encrypted = aws.arn("rds", f"cluster:{cluster(aws, 'rds', 'encrypted', StorageEncrypted=True)}")
    return Failing(made, fill={"ENCRYPTED_CLUSTER_ARN": encrypted}, replaced_by="plain-world-encrypted")


@proves("rds-instance-automated-backups")
def rds_instance_automated_backups(aws: Aws) -> str:
    return aws.database("without-backups")


@proves("rds-instance-copies-tags")
def rds_instance_copies_tags(aws: Aws) -> str:
    return aws.database("copies-tags")


@proves("rds-instance-cross-region-backups")
def rds_instance_cross_region_backups(aws: Aws) -> str:
    return aws.database("here-only", retention=7, StorageEncrypted=True)


@proves("rds-instance-customer-key")
def rds_instance_customer_key(aws: Aws) -> Failing:
    return Failing(aws.database("managed-key", StorageEncrypted=True), replaced_by="managed-key-new-key")


@proves("rds-instance-deletion-protection")
def rds_instance_deletion_protection(aws: Aws) -> str:
    return aws.database("deletable")


@proves("rds-instance-encrypted")
def rds_instance_encrypted(aws: Aws) -> Failing:
    return Failing(aws.database("plain"), replaced_by="plain-encrypted")


@proves("rds-instance-retention")
def rds_instance_retention(aws: Aws) -> str:
    return aws.database("short", retention=1)


@proves("rds-latest-restorable-time-current")
def rds_latest_restorable_time_current(aws: Aws) -> str:
    made = aws.database("stuck", retention=7)
    aws.seed("rds", "db_instance", {"DBInstanceIdentifier": "stuck", "LatestRestorableTime": ago(days=2)})
    return made


@proves("rds-snapshot-encrypted")
def rds_snapshot_encrypted(aws: Aws) -> Failing:
    aws.database("plain-snapshot-source")
    aws.client("rds").create_db_snapshot(DBSnapshotIdentifier="plain-snapshot", DBInstanceIdentifier="plain-snapshot-source")
    return Failing("plain-snapshot", fill={"ENCRYPTED_SNAPSHOT": "encrypted-snapshot"}, replaced_by="encrypted-snapshot")


@proves("rds-snapshot-not-public")
def rds_snapshot_not_public(aws: Aws) -> str:
    aws.database("public-snapshot-source")
    rds = aws.client("rds")
    rds.create_db_snapshot(DBSnapshotIdentifier="public-snapshot", DBInstanceIdentifier="public-snapshot-source")
    rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="public-snapshot", AttributeName="restore", ValuesToAdd=["all", OTHER_ACCOUNT])
    return "public-snapshot"
