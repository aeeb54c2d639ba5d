"""Backup, copy and restore jobs. Jobs that a call starts complete at once; seeds create older ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ...registry import handles, seeds
from ...shapes import now
from .recovery_points import add_point, resource_type
from .state import (
    BackupBackend, after, backend_of_arn, before, equal, equal_or_any, merge, needs, new_id, newest_first, not_found, only, selected,
)  # fmt: skip

Params = dict[str, Any]

BACKUP_JOB_MEMORY = timedelta(days=30)  # ListBackupJobs returns no older jobs
COMMON_FILTERS = {
    "ByAccountId": equal_or_any("AccountId"),
    "ByResourceType": equal("ResourceType"),
    "ByCreatedBefore": before("CreationDate"),
    "ByCreatedAfter": after("CreationDate"),
    "ByCompleteBefore": before("CompletionDate"),
    "ByCompleteAfter": after("CompletionDate"),
    "ByParentJobId": equal("ParentJobId"),
    "ByMessageCategory": equal_or_any("MessageCategory"),
}


def _list(jobs: dict[str, Params], params: Params, **filters: Any) -> list[Params]:
    return newest_first(selected(jobs.values(), params, {**COMMON_FILTERS, **filters}), "CreationDate")


@handles("backup", "ListBackupJobs")
def list_backup_jobs(backend: BackupBackend, params: Params) -> Params:
    oldest = now() - BACKUP_JOB_MEMORY
    remembered = {k: job for k, job in backend.backup_jobs.items() if job["CreationDate"] >= oldest}
    jobs = _list(
        remembered,
        params,
        ByResourceArn=equal("ResourceArn"),
        ByState=equal("State"),
        ByBackupVaultName=equal("BackupVaultName"),
    )
    return {"BackupJobs": jobs}


@handles("backup", "ListCopyJobs")
def list_copy_jobs(backend: BackupBackend, params: Params) -> Params:
    jobs = _list(
        backend.copy_jobs,
        params,
        ByResourceArn=equal("ResourceArn"),
        ByState=equal("State"),
        ByDestinationVaultArn=equal("DestinationBackupVaultArn"),
        BySourceRecoveryPointArn=equal("SourceRecoveryPointArn"),
    )
    return {"CopyJobs": jobs}


@handles("backup", "ListRestoreJobs")
def list_restore_jobs(backend: BackupBackend, params: Params) -> Params:
    jobs = _list(
        backend.restore_jobs,
        params,
        ByStatus=equal("Status"),
        ByRestoreTestingPlanArn=lambda job, arn: job.get("CreatedBy", {}).get("RestoreTestingPlanArn") == arn,
    )
    return {"RestoreJobs": jobs}


@handles("backup", "ListRestoreJobsByProtectedResource")
def list_restore_jobs_by_protected_resource(backend: BackupBackend, params: Params) -> Params:
    filters = {
        "ByStatus": equal("Status"),
        "ByRecoveryPointCreationDateAfter": after("RecoveryPointCreationDate"),
        "ByRecoveryPointCreationDateBefore": before("RecoveryPointCreationDate"),
    }
    jobs = [job for job in backend.restore_jobs.values() if job["SourceResourceArn"] == params["ResourceArn"]]
    return {"RestoreJobs": newest_first(selected(jobs, params, filters), "CreationDate")}


@handles("backup", "PutRestoreValidationResult")
def put_restore_validation_result(backend: BackupBackend, params: Params) -> None:
    job = _job(backend.restore_jobs, params["RestoreJobId"])
    job.update(only(params, "ValidationStatus", "ValidationStatusMessage"))


@handles("backup", "StartBackupJob")
def start_backup_job(backend: BackupBackend, params: Params) -> Params:
    backend.vault(params["BackupVaultName"])
    point = add_point(
        backend,
        {**only(params, "BackupVaultName", "ResourceArn", "IamRoleArn", "Lifecycle"), "CreationDate": now()},
    )
    backend.tag_resource(point["RecoveryPointArn"], params.get("RecoveryPointTags") or {})
    members = ("BackupVaultName", "ResourceArn", "IamRoleArn", "RecoveryPointArn", "CreationDate", "CompletionDate")
    job = seed_backup_job(backend, {**only(point, *members), **only(params, "BackupOptions")})
    return only(job, "BackupJobId", "RecoveryPointArn", "CreationDate", "IsParent")


@handles("backup", "StartCopyJob")
def start_copy_job(backend: BackupBackend, params: Params) -> Params:
    source = backend.recovery_points.get(params["RecoveryPointArn"])
    if source is None or source["BackupVaultName"] != params["SourceBackupVaultName"]:
        raise not_found("Cannot find recovery point.")
    destination_arn = params["DestinationBackupVaultArn"]
    destination = backend_of_arn(destination_arn)
    copied = add_point(
        destination,
        {
            **only(source, "ResourceArn", "ResourceType", "ResourceName", "BackupSizeInBytes"),
            **only(params, "IamRoleArn", "Lifecycle"),
            "BackupVaultName": destination_arn.rsplit(":", 1)[1],
            "SourceBackupVaultArn": source["BackupVaultArn"],
            "CreationDate": now(),
        },
    )
    job = seed_copy_job(
        backend,
        {
            "SourceRecoveryPointArn": source["RecoveryPointArn"],
            "SourceBackupVaultArn": source["BackupVaultArn"],
            "DestinationBackupVaultArn": destination_arn,
            "DestinationRecoveryPointArn": copied["RecoveryPointArn"],
            **only(copied, "ResourceArn", "CreationDate", "IamRoleArn"),
        },
    )
    return only(job, "CopyJobId", "CreationDate", "IsParent")


@handles("backup", "StartRestoreJob")
def start_restore_job(backend: BackupBackend, params: Params) -> Params:
    point = backend.recovery_points.get(params["RecoveryPointArn"])
    if point is None:
        raise not_found("Cannot find recovery point.")
    values = {**only(params, "RecoveryPointArn", "IamRoleArn"), "CreationDate": now()}
    return only(seed_restore_job(backend, values), "RestoreJobId")


@handles("backup", "DescribeBackupJob")
def describe_backup_job(backend: BackupBackend, params: Params) -> Params:
    return _job(backend.backup_jobs, params["BackupJobId"])


@handles("backup", "DescribeCopyJob")
def describe_copy_job(backend: BackupBackend, params: Params) -> Params:
    return {"CopyJob": _job(backend.copy_jobs, params["CopyJobId"])}


@handles("backup", "DescribeRestoreJob")
def describe_restore_job(backend: BackupBackend, params: Params) -> Params:
    return _job(backend.restore_jobs, params["RestoreJobId"])


def _job(jobs: dict[str, Params], job_id: str) -> Params:
    if job_id not in jobs:
        raise not_found(f"Cannot find job {job_id}")
    return jobs[job_id]


def _finished(values: Params, state: str) -> Params:
    """A finished job has a completion date."""
    over = values.get(state, "COMPLETED") in ("COMPLETED", "FAILED", "ABORTED", "EXPIRED", "PARTIAL")
    return {"CompletionDate": values["CreationDate"]} if over else {}


@seeds("backup", "backup_job", "BackupJob")
def seed_backup_job(backend: BackupBackend, values: Params) -> Params:
    job_id = values.get("BackupJobId") or new_id()
    if job_id in backend.backup_jobs:
        return merge(backend.backup_jobs, job_id, {}, values)
    needs("backup_job", values, "ResourceArn", "BackupVaultName", "CreationDate")
    vault = backend.vault_records.get(values["BackupVaultName"], {})
    defaults = {
        "BackupJobId": job_id,
        "AccountId": backend.account_id,
        "BackupVaultArn": backend.arn(f"backup-vault:{values['BackupVaultName']}"),
        "ResourceType": values.get("ResourceType") or resource_type(values["ResourceArn"]),
        "ResourceName": values["ResourceArn"].replace("/", ":").rsplit(":", 1)[1],
        "State": "COMPLETED",
        "MessageCategory": "SUCCESS",
        "PercentDone": "100.0",
        "IamRoleArn": backend.role(),
        "IsParent": False,
        "StartBy": values["CreationDate"] + timedelta(hours=8),
        "InitiationDate": values["CreationDate"],
        **only(vault, "VaultType", "EncryptionKeyArn"),
        **_finished(values, "State"),
    }
    return merge(backend.backup_jobs, job_id, defaults, values)


@seeds("backup", "copy_job", "CopyJob")
def seed_copy_job(backend: BackupBackend, values: Params) -> Params:
    job_id = values.get("CopyJobId") or new_id()
    if job_id in backend.copy_jobs:
        return merge(backend.copy_jobs, job_id, {}, values)
    needs("copy_job", values, "ResourceArn", "SourceBackupVaultArn", "DestinationBackupVaultArn", "CreationDate")
    defaults = {
        "CopyJobId": job_id,
        "AccountId": backend.account_id,
        "ResourceType": values.get("ResourceType") or resource_type(values["ResourceArn"]),
        "ResourceName": values["ResourceArn"].replace("/", ":").rsplit(":", 1)[1],
        "State": "COMPLETED",
        "MessageCategory": "SUCCESS",
        "IamRoleArn": backend.role(),
        "IsParent": False,
        "BackupSizeInBytes": 1 << 30,
        **_finished(values, "State"),
    }
    return merge(backend.copy_jobs, job_id, defaults, values)


@seeds("backup", "restore_job", "RestoreJobsListMember")
def seed_restore_job(backend: BackupBackend, values: Params) -> Params:
    """A restore. A completed one also sets the recovery point's LastRestoreTime, as AWS does."""
    job_id = values.get("RestoreJobId") or new_id()
    if job_id in backend.restore_jobs:
        return merge(backend.restore_jobs, job_id, {}, values)
    needs("restore_job", values, "RecoveryPointArn", "CreationDate")
    point = backend.recovery_points.get(values["RecoveryPointArn"], {})
    source = values.get("SourceResourceArn") or point.get("ResourceArn")
    needs("restore_job", {"SourceResourceArn": source}, "SourceResourceArn")
    defaults = {
        "RestoreJobId": job_id,
        "AccountId": backend.account_id,
        "SourceResourceArn": source,
        "ResourceType": values.get("ResourceType") or resource_type(source),
        "Status": "COMPLETED",
        "PercentDone": "100.00%",
        "IamRoleArn": backend.role(),
        "BackupSizeInBytes": point.get("BackupSizeInBytes"),
        "BackupVaultArn": point.get("BackupVaultArn"),
        "RecoveryPointCreationDate": point.get("CreationDate"),
        "IsParent": False,
        **_finished(values, "Status"),
    }
    job = merge(backend.restore_jobs, job_id, defaults, values)
    if point and job["Status"] == "COMPLETED":
        point["LastRestoreTime"] = max(point.get("LastRestoreTime", job["CompletionDate"]), job["CompletionDate"])
    return job
