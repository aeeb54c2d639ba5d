"""Recovery points, and the protected resources that follow from them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ...registry import handles, seeds
from .state import (
    BackupBackend, after, before, equal, invalid, merge, needs, new_id, newest_first, not_found, only, selected,
)  # fmt: skip

Params = dict[str, Any]

# (service, start of the ARN's resource part) -> AWS Backup's name of the resource type
TYPES = (
    ("ec2", "volume/", "EBS"),
    ("ec2", "instance/", "EC2"),
    ("rds", "db:", "RDS"),
    ("rds", "cluster:", "Aurora"),
    ("dynamodb", "table/", "DynamoDB"),
    ("elasticfilesystem", "file-system/", "EFS"),
    ("s3", "", "S3"),
    ("fsx", "file-system/", "FSx"),
    ("fsx", "volume/", "FSx"),
    ("cloudformation", "stack/", "CloudFormation"),
    ("redshift", "cluster:", "Redshift"),
    ("redshift-serverless", "namespace/", "Redshift Serverless"),
    ("storagegateway", "gateway/", "Storage Gateway"),
    ("timestream", "database/", "Timestream"),
    ("eks", "cluster/", "EKS"),
    ("dsql", "cluster/", "DSQL"),
    ("backup-gateway", "vm/", "VirtualMachine"),
    ("ssm-sap", "", "SAP HANA on Amazon EC2"),
)
ENGINES = {"neptune": "Neptune", "docdb": "DocumentDB"}
RESTORABLE = ("COMPLETED", "AVAILABLE")


def resource_type(arn: str) -> str:
    """AWS Backup's name of a resource's type. Clusters share one form of ARN; the engine distinguishes them."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        raise invalid(f"{arn} is not an ARN")
    _, _, service, region, account, resource = parts
    for known_service, start, name in TYPES:
        if service == known_service and resource.startswith(start):
            if name == "Aurora":
                from moto.rds.models import rds_backends

                cluster = rds_backends[account][region].clusters.get(resource.split(":", 1)[1])
                return ENGINES.get(str(getattr(cluster, "engine", "")), name)
            return name
    raise invalid(f"AWS Backup does not support {arn}")


def add_point(backend: BackupBackend, values: Params) -> Params:
    """Stores a recovery point, with AWS's values for missing members."""
    needs("recovery_point", values, "BackupVaultName", "ResourceArn", "CreationDate")
    vault = backend.vault(values["BackupVaultName"])
    arn = values.get("RecoveryPointArn") or backend.arn(f"recovery-point:{new_id()}")
    defaults: Params = {
        "RecoveryPointArn": arn,
        "BackupVaultArn": vault["BackupVaultArn"],
        "ResourceType": values.get("ResourceType") or resource_type(values["ResourceArn"]),
        "Status": "COMPLETED",
        "InitiationDate": values["CreationDate"],
        "CompletionDate": values["CreationDate"],
        "BackupSizeInBytes": 1 << 30,
        "IamRoleArn": backend.role(),
        "IsEncrypted": True,
        "IsParent": False,
        "VaultType": vault["VaultType"],
        "EncryptionKeyArn": vault.get("EncryptionKeyArn"),
        "EncryptionKeyType": vault.get("EncryptionKeyType"),
        "ResourceName": values["ResourceArn"].replace("/", ":").rsplit(":", 1)[1],
    }
    calculated = _calculated(values["CreationDate"], values.get("Lifecycle") or {})
    if calculated:
        defaults["CalculatedLifecycle"] = calculated
    return merge(backend.recovery_points, arn, defaults, values)


def _calculated(created: Any, lifecycle: Params) -> Params:
    """The dates that follow from a lifecycle."""
    return {
        when: created + timedelta(days=lifecycle[days])
        for days, when in (("DeleteAfterDays", "DeleteAt"), ("MoveToColdStorageAfterDays", "MoveToColdStorageAt"))
        if lifecycle.get(days, -1) > 0
    }


@handles("backup", "UpdateRecoveryPointLifecycle")
def update_recovery_point_lifecycle(backend: BackupBackend, params: Params) -> Params:
    describe_recovery_point(backend, params)
    point = backend.recovery_points[params["RecoveryPointArn"]]
    lifecycle = params.get("Lifecycle") or {}
    cold, end = lifecycle.get("MoveToColdStorageAfterDays", -1), lifecycle.get("DeleteAfterDays", -1)
    if 0 < end < cold + 90 and cold > 0:
        raise invalid("DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays")
    point["Lifecycle"] = {"MoveToColdStorageAfterDays": cold, "DeleteAfterDays": end}
    point["CalculatedLifecycle"] = _calculated(point["CreationDate"], lifecycle)
    return only(point, "BackupVaultArn", "RecoveryPointArn", "Lifecycle", "CalculatedLifecycle")


@seeds("backup", "recovery_point", "RecoveryPointByBackupVault")
def seed_recovery_point(backend: BackupBackend, values: Params) -> Params:
    arn = values.get("RecoveryPointArn")
    if arn in backend.recovery_points:
        return merge(backend.recovery_points, arn, {}, values)
    return add_point(backend, values)


FILTERS = {
    "ByResourceArn": equal("ResourceArn"),
    "ByResourceType": equal("ResourceType"),
    "ByBackupPlanId": lambda point, wanted: point.get("CreatedBy", {}).get("BackupPlanId") == wanted,
    "ByCreatedBefore": before("CreationDate"),
    "ByCreatedAfter": after("CreationDate"),
    "ByParentRecoveryPointArn": equal("ParentRecoveryPointArn"),
}


@handles("backup", "ListRecoveryPointsByBackupVault")
def list_recovery_points_by_backup_vault(backend: BackupBackend, params: Params) -> Params:
    vault = backend.vault(params["BackupVaultName"])["BackupVaultName"]
    points = [p for p in backend.recovery_points.values() if p["BackupVaultName"] == vault]
    return {"RecoveryPoints": newest_first(selected(points, params, FILTERS), "CreationDate")}


@handles("backup", "DescribeRecoveryPoint")
def describe_recovery_point(backend: BackupBackend, params: Params) -> Params:
    point = backend.recovery_points.get(params["RecoveryPointArn"])
    if point is None or point["BackupVaultName"] != params["BackupVaultName"]:
        raise not_found("Cannot find recovery point.")
    return {k: v for k, v in point.items() if k != "AggregatedScanResult"}


@handles("backup", "DeleteRecoveryPoint")
def delete_recovery_point(backend: BackupBackend, params: Params) -> None:
    describe_recovery_point(backend, params)
    del backend.recovery_points[params["RecoveryPointArn"]]


@handles("backup", "ListRecoveryPointsByResource")
def list_recovery_points_by_resource(backend: BackupBackend, params: Params) -> Params:
    members = (
        "RecoveryPointArn", "CreationDate", "Status", "StatusMessage", "EncryptionKeyArn", "BackupVaultName", "IsParent",
        "ParentRecoveryPointArn", "ResourceName", "VaultType", "IndexStatus", "IndexStatusMessage", "EncryptionKeyType",
    )  # fmt: skip
    points = [p for p in backend.recovery_points.values() if p["ResourceArn"] == params["ResourceArn"]]
    shown = [only({**p, "BackupSizeBytes": p.get("BackupSizeInBytes")}, *members, "BackupSizeBytes") for p in points]
    return {"RecoveryPoints": newest_first(shown, "CreationDate")}


@handles("backup", "ListProtectedResources")
def list_protected_resources(backend: BackupBackend, params: Params) -> Params:
    """Every resource with a completed recovery point here, whether the recovery point still exists or not."""
    results: dict[str, Params] = {}
    points = [p for p in backend.recovery_points.values() if p["Status"] in RESTORABLE]
    for point in sorted(points, key=lambda p: p["CreationDate"]):
        results[point["ResourceArn"]] = {
            **only(point, "ResourceArn", "ResourceType", "ResourceName"),
            "LastBackupTime": point["CreationDate"],
            "LastBackupVaultArn": point["BackupVaultArn"],
            "LastRecoveryPointArn": point["RecoveryPointArn"],
        }
    for arn, values in backend.orphans.items():
        results[arn] = {**results.get(arn, {}), **values}
    return {"Results": list(results.values())}


@seeds("backup", "protected_resource", "ProtectedResource")
def seed_protected_resource(backend: BackupBackend, values: Params) -> Params:
    """A resource that AWS Backup still lists although it has no recovery point left."""
    needs("protected_resource", values, "ResourceArn")
    arn = values["ResourceArn"]
    return merge(backend.orphans, arn, {"ResourceType": values.get("ResourceType") or resource_type(arn)}, values)
