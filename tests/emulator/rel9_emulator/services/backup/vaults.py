"""Backup vaults: locks, access policies, notifications, air-gapped vaults."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ...errors import ServiceError

from ...memory import managed_key
from ...registry import handles, seeds
from ...shapes import now
from .state import BackupBackend, already_exists, equal, invalid, merge, needs, not_found, only, selected

Params = dict[str, Any]
AIR_GAPPED = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"


def vault_arn(backend: BackupBackend, name: str) -> str:
    return backend.arn(f"backup-vault:{name}")


def _create(backend: BackupBackend, params: Params, kind: str, **members: Any) -> Params:
    name = params["BackupVaultName"]
    if name in backend.vault_records:
        raise already_exists(f"Backup vault with the same name already exists: {name}")
    record = {
        "BackupVaultName": name,
        "BackupVaultArn": vault_arn(backend, name),
        "VaultType": kind,
        "VaultState": "AVAILABLE",
        "CreationDate": now(),
        "CreatorRequestId": params.get("CreatorRequestId"),
        "Locked": False,
        **members,
    }
    backend.vault_records[name] = {k: v for k, v in record.items() if v is not None}
    backend.tag_resource(record["BackupVaultArn"], params.get("BackupVaultTags") or {})
    return record


@handles("backup", "CreateBackupVault")
def create_backup_vault(backend: BackupBackend, params: Params) -> Params:
    key = params.get("EncryptionKeyArn") or managed_key(backend.account_id, backend.region_name, "aws/backup")
    record = _create(backend, params, "BACKUP_VAULT", EncryptionKeyArn=key, EncryptionKeyType="CUSTOMER_MANAGED_KMS_KEY")
    return only(record, "BackupVaultName", "BackupVaultArn", "CreationDate")


@handles("backup", "CreateLogicallyAirGappedBackupVault")
def create_logically_air_gapped_backup_vault(backend: BackupBackend, params: Params) -> Params:
    key = params.get("EncryptionKeyArn")
    record = _create(
        backend,
        params,
        AIR_GAPPED,
        Locked=True,
        LockDate=now(),
        MinRetentionDays=params["MinRetentionDays"],
        MaxRetentionDays=params["MaxRetentionDays"],
        EncryptionKeyArn=key,
        EncryptionKeyType="CUSTOMER_MANAGED_KMS_KEY" if key else "AWS_OWNED_KMS_KEY",
    )
    return only(record, "BackupVaultName", "BackupVaultArn", "CreationDate", "VaultState")


def _shown(backend: BackupBackend, record: Params) -> Params:
    name = record["BackupVaultName"]
    count = sum(1 for point in backend.recovery_points.values() if point["BackupVaultName"] == name)
    return {"NumberOfRecoveryPoints": count, **record}


@handles("backup", "ListBackupVaults")
def list_backup_vaults(backend: BackupBackend, params: Params) -> Params:
    records = [_shown(backend, record) for record in backend.vault_records.values()]
    shared = params.get("ByShared")
    return {"BackupVaultList": [] if shared else selected(records, params, {"ByVaultType": equal("VaultType")})}


@handles("backup", "DescribeBackupVault")
def describe_backup_vault(backend: BackupBackend, params: Params) -> Params:
    return _shown(backend, backend.vault(params["BackupVaultName"]))


@handles("backup", "DeleteBackupVault")
def delete_backup_vault(backend: BackupBackend, params: Params) -> None:
    name = params["BackupVaultName"]
    record = backend.vault(name)
    if _shown(backend, record)["NumberOfRecoveryPoints"]:
        raise ServiceError("InvalidRequestException", "Backup vault cannot be deleted because it contains recovery points.")
    del backend.vault_records[name]
    backend.vault_policies.pop(name, None)
    backend.vault_notifications.pop(name, None)


@handles("backup", "PutBackupVaultLockConfiguration")
def put_backup_vault_lock_configuration(backend: BackupBackend, params: Params) -> None:
    record = backend.vault(params["BackupVaultName"])
    _refuse_if_immutable(record)
    smallest, largest, days = (params.get(k) for k in ("MinRetentionDays", "MaxRetentionDays", "ChangeableForDays"))
    if smallest is not None and smallest < 1 or largest is not None and largest > 36_500:
        raise invalid("Retention must be between 1 and 36500 days")
    if smallest is not None and largest is not None and smallest > largest:
        raise invalid("MinRetentionDays cannot be greater than MaxRetentionDays")
    if days is not None and days < 3:
        raise invalid("ChangeableForDays must be at least 3 days")
    for member in ("MinRetentionDays", "MaxRetentionDays", "LockDate"):
        record.pop(member, None)
    record["Locked"] = True
    record.update(only(params, "MinRetentionDays", "MaxRetentionDays"))
    if days is not None:
        record["LockDate"] = now() + timedelta(days=days)


@handles("backup", "DeleteBackupVaultLockConfiguration")
def delete_backup_vault_lock_configuration(backend: BackupBackend, params: Params) -> None:
    record = backend.vault(params["BackupVaultName"])
    _refuse_if_immutable(record)
    for member in ("MinRetentionDays", "MaxRetentionDays", "LockDate"):
        record.pop(member, None)
    record["Locked"] = False


def _refuse_if_immutable(record: Params) -> None:
    if "LockDate" in record and record["LockDate"] <= now():
        raise ServiceError("InvalidRequestException", "Vault Lock configuration is immutable and cannot be changed")


@handles("backup", "PutBackupVaultAccessPolicy")
def put_backup_vault_access_policy(backend: BackupBackend, params: Params) -> None:
    backend.vault(params["BackupVaultName"])
    backend.vault_policies[params["BackupVaultName"]] = params["Policy"]


@handles("backup", "GetBackupVaultAccessPolicy")
def get_backup_vault_access_policy(backend: BackupBackend, params: Params) -> Params:
    record = backend.vault(params["BackupVaultName"])
    if record["BackupVaultName"] not in backend.vault_policies:
        raise not_found(f"Backup vault {record['BackupVaultName']} has no access policy")
    return {**only(record, "BackupVaultName", "BackupVaultArn"), "Policy": backend.vault_policies[record["BackupVaultName"]]}


@handles("backup", "DeleteBackupVaultAccessPolicy")
def delete_backup_vault_access_policy(backend: BackupBackend, params: Params) -> None:
    backend.vault(params["BackupVaultName"])
    backend.vault_policies.pop(params["BackupVaultName"], None)


@handles("backup", "PutBackupVaultNotifications")
def put_backup_vault_notifications(backend: BackupBackend, params: Params) -> None:
    backend.vault(params["BackupVaultName"])
    backend.vault_notifications[params["BackupVaultName"]] = only(params, "SNSTopicArn", "BackupVaultEvents")


@handles("backup", "GetBackupVaultNotifications")
def get_backup_vault_notifications(backend: BackupBackend, params: Params) -> Params:
    record = backend.vault(params["BackupVaultName"])
    if record["BackupVaultName"] not in backend.vault_notifications:
        raise not_found(f"Backup vault {record['BackupVaultName']} has no notifications")
    return {**only(record, "BackupVaultName", "BackupVaultArn"), **backend.vault_notifications[record["BackupVaultName"]]}


@handles("backup", "DeleteBackupVaultNotifications")
def delete_backup_vault_notifications(backend: BackupBackend, params: Params) -> None:
    backend.vault(params["BackupVaultName"])
    backend.vault_notifications.pop(params["BackupVaultName"], None)


@seeds("backup", "vault", "BackupVaultListMember")
def seed_vault(backend: BackupBackend, values: Params) -> Params:
    """Changes a vault as it changes over time (a LockDate in the past), or creates one that no call can (RESTORE_ACCESS_BACKUP_VAULT)."""
    needs("vault", values, "BackupVaultName")
    name = values["BackupVaultName"]
    defaults = {
        "BackupVaultArn": vault_arn(backend, name),
        "VaultType": "BACKUP_VAULT",
        "VaultState": "AVAILABLE",
        "CreationDate": now(),
        "Locked": False,
    }
    return merge(backend.vault_records, name, defaults, values)
