"""EFS: moto's file systems, with backup policies, replication and members that moto lacks."""

from __future__ import annotations

from typing import Any

from moto.efs.models import efs_backends

from ..errors import ServiceError
from ..memory import managed_key, memory_of
from ..registry import amends, backends_of, handles, seeds
from ..shapes import now

Params = dict[str, Any]
SERVICE = "elasticfilesystem"
BACKUP_TAG = "aws:elasticfilesystem:default-backup"

backends_of(SERVICE, efs_backends)


def _file_system(backend: Any, file_system_id: str) -> Any:
    if file_system_id not in backend.file_systems_by_id:
        raise ServiceError("FileSystemNotFound", f"File system '{file_system_id}' does not exist.")
    return backend.file_systems_by_id[file_system_id]


def _policy(backend: Any, file_system_id: str) -> str | None:
    stored = memory_of(SERVICE, backend).records["backup_policy"].get(file_system_id)
    if stored:
        return str(stored["Status"])
    return "ENABLED" if _file_system(backend, file_system_id).backup_policy else None


@handles(SERVICE, "PutBackupPolicy")
def put_backup_policy(backend: Any, params: Params) -> Params:
    _file_system(backend, params["FileSystemId"])
    wanted = params["BackupPolicy"]["Status"]
    if wanted not in ("ENABLED", "DISABLED"):
        raise ServiceError("ValidationException", f"{wanted} is not a status that can be set")
    memory_of(SERVICE, backend).records["backup_policy"][params["FileSystemId"]] = {"Status": wanted}
    return {"BackupPolicy": {"Status": wanted}}


@handles(SERVICE, "DescribeBackupPolicy")
def describe_backup_policy(backend: Any, params: Params) -> Params:
    _file_system(backend, params["FileSystemId"])
    status = _policy(backend, params["FileSystemId"])
    if status is None:
        raise ServiceError("PolicyNotFound", "The requested file system has no backup policy.")
    return {"BackupPolicy": {"Status": status}}


@amends(SERVICE, "DescribeFileSystems")
def describe_file_systems(backend: Any, params: Params, answer: Params) -> None:
    memory = memory_of(SERVICE, backend)
    for item in answer["FileSystems"]:
        if item.get("Encrypted") and not item.get("KmsKeyId"):
            item["KmsKeyId"] = managed_key(backend.account_id, backend.region_name, "aws/elasticfilesystem")
        if not item.get("Name"):
            item.pop("Name", None)
        item["FileSystemProtection"] = {"ReplicationOverwriteProtection": "ENABLED"}
        if _policy(backend, item["FileSystemId"]) == "ENABLED" and all(t["Key"] != BACKUP_TAG for t in item["Tags"]):
            item["Tags"] = [*item["Tags"], {"Key": BACKUP_TAG, "Value": "enabled"}]
        if any(d["FileSystemId"] == item["FileSystemId"] for r in memory.records["replication"].values() for d in r["Destinations"]):
            item["FileSystemProtection"] = {"ReplicationOverwriteProtection": "REPLICATING"}
        memory.apply("file_system", item["FileSystemId"], item)


@handles(SERVICE, "CreateReplicationConfiguration")
def create_replication_configuration(backend: Any, params: Params) -> Params:
    """Also creates the destination file system if the request names none. Both Regions then show the replication."""
    source_id = params["SourceFileSystemId"]
    source = _file_system(backend, source_id)
    if source_id in memory_of(SERVICE, backend).records["replication"]:
        raise ServiceError("ReplicationAlreadyExists", f"File system {source_id} is in a replication configuration already")
    wanted = params["Destinations"][0]
    region = wanted.get("Region") or backend.region_name
    other = efs_backends[backend.account_id][region]
    destination_id = wanted.get("FileSystemId")
    if destination_id is None:
        key = wanted.get("KmsKeyId")
        token = f"replica-of-{source_id}"
        made = other.create_file_system(token, "generalPurpose", True, key, "bursting", None, wanted.get("AvailabilityZoneName"), False, [])
        destination_id = made.file_system_id
    _file_system(other, destination_id)
    record = {
        "SourceFileSystemId": source_id,
        "SourceFileSystemRegion": backend.region_name,
        "SourceFileSystemArn": source.file_system_arn,
        "OriginalSourceFileSystemArn": source.file_system_arn,
        "SourceFileSystemOwnerId": backend.account_id,
        "CreationTime": now(),
        "Destinations": [{"Status": "ENABLED", "FileSystemId": destination_id, "Region": region, "LastReplicatedTimestamp": now()}],
    }
    for memory in (memory_of(SERVICE, backend), memory_of(SERVICE, other)):
        memory.records["replication"][source_id] = record
    return record


@handles(SERVICE, "DescribeReplicationConfigurations")
def describe_replication_configurations(backend: Any, params: Params) -> Params:
    records = list(memory_of(SERVICE, backend).records["replication"].values())
    wanted = params.get("FileSystemId")
    if wanted is not None:
        _file_system(backend, wanted)
        records = [r for r in records if wanted in (r["SourceFileSystemId"], *(d["FileSystemId"] for d in r["Destinations"]))]
        if not records:
            raise ServiceError("ReplicationNotFound", f"File system {wanted} is in no replication configuration")
    return {"Replications": records}


@handles(SERVICE, "DeleteReplicationConfiguration")
def delete_replication_configuration(backend: Any, params: Params) -> None:
    record = memory_of(SERVICE, backend).records["replication"].get(params["SourceFileSystemId"])
    if record is None:
        raise ServiceError("ReplicationNotFound", "There is no such replication configuration")
    regions = {record["SourceFileSystemRegion"], *(d["Region"] for d in record["Destinations"])}
    for region in regions:
        memory_of(SERVICE, efs_backends[backend.account_id][region]).records["replication"].pop(params["SourceFileSystemId"], None)


@seeds(SERVICE, "file_system", "FileSystemDescription")
def seed_file_system(backend: Any, values: Params) -> Params:
    """Shows a file system with other members: CreationTime, SizeInBytes, LifeCycleState."""
    _file_system(backend, values.get("FileSystemId", ""))
    return memory_of(SERVICE, backend).override("file_system", values["FileSystemId"], values)


@seeds(SERVICE, "replication", "ReplicationConfigurationDescription")
def seed_replication(backend: Any, values: Params) -> Params:
    """Changes a replication of CreateReplicationConfiguration: the status and time of its destination."""
    record = memory_of(SERVICE, backend).records["replication"].get(values.get("SourceFileSystemId", ""))
    if record is None:
        raise ServiceError("ReplicationNotFound", "There is no such replication configuration")
    for old, new in zip(record["Destinations"], values.pop("Destinations", []), strict=False):
        old.update({k: v for k, v in new.items() if v is not None})
    record.update({k: v for k, v in values.items() if v is not None})
    return record
