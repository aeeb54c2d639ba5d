"""FSx: file systems, virtual machines, volumes, backups and data repository associations. moto's own answers lack most members."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from moto.fsx.models import fsx_backends

from ..errors import ServiceError
from ..memory import Memory, managed_key, memory_of
from ..registry import backends_of, handles, seeds
from ..shapes import now

Params = dict[str, Any]
SERVICE = "fsx"
# The configuration of each kind, and the retention of automatic backups if the request names none.
KINDS = {
    "WINDOWS": ("WindowsConfiguration", 30),
    "LUSTRE": ("LustreConfiguration", 0),
    "ONTAP": ("OntapConfiguration", 30),
    "OPENZFS": ("OpenZFSConfiguration", 30),
}
# Members of requests that the answers have elsewhere or do not have.
NOT_SHOWN = ("ImportPath", "ExportPath", "AutoImportPolicy", "ImportedFileChunkSize", "RootVolumeConfiguration", "FsxAdminPassword")

backends_of(SERVICE, fsx_backends)


def _id(prefix: str) -> str:
    return f"{prefix}-{uuid4().hex[:17]}"


def _arn(backend: Any, rest: str) -> str:
    return f"arn:aws:fsx:{backend.region_name}:{backend.account_id}:{rest}"


def _memory(backend: Any) -> Memory:
    return memory_of(SERVICE, backend)


def _find(backend: Any, kind: str, key: str | None, code: str) -> Params:
    found = _memory(backend).records[kind].get(key or "")
    if found is None:
        raise ServiceError(code, f"There is no {kind} {key}")
    return found


def _listed(backend: Any, kind: str, ids: list[str] | None, id_of: str, code: str) -> list[Params]:
    """The items, or those with these ids, with what a seed changed."""
    memory = _memory(backend)
    items = [_find(backend, kind, key, code) for key in ids] if ids else list(memory.records[kind].values())
    return [memory.apply(kind, item[id_of], {**item}) for item in items]


def _key(backend: Any, named: str | None) -> str:
    if named is None:
        return managed_key(backend.account_id, backend.region_name, "aws/fsx")
    return named if named.startswith("arn:") else f"arn:aws:kms:{backend.region_name}:{backend.account_id}:key/{named}"


def _create(backend: Any, params: Params, kind: str, before: Params) -> Params:
    """A file system; `before` has the settings of the one that a backup is of."""
    member, days = KINDS[kind]
    wanted = {"AutomaticBackupRetentionDays": days, **before.get(member, {}), **params.get(member, {})}
    if kind != "ONTAP":
        wanted.setdefault("CopyTagsToBackups", False)
    if kind == "OPENZFS":
        wanted.setdefault("CopyTagsToVolumes", False)
    wanted.setdefault("DeploymentType", {"LUSTRE": "SCRATCH_1", "WINDOWS": "SINGLE_AZ_1"}.get(kind, "SINGLE_AZ_2"))
    scratch = kind == "LUSTRE" and wanted["DeploymentType"].startswith("SCRATCH")
    if scratch and wanted["AutomaticBackupRetentionDays"]:
        raise ServiceError("BadRequest", "Scratch file systems have no backups")
    path = wanted.get("ImportPath")
    settings = {name: value for name, value in wanted.items() if name not in NOT_SHOWN}
    if path:
        export = wanted.get("ExportPath", f"{path}/FSxLustre")
        settings["DataRepositoryConfiguration"] = {"Lifecycle": "AVAILABLE", "ImportPath": path, "ExportPath": export, "AutoImportPolicy": "NEW"}
    made = _id("fs")
    item = {
        "FileSystemId": made,
        "ResourceARN": _arn(backend, f"file-system/{made}"),
        "OwnerId": backend.account_id,
        "CreationTime": now(),
        "FileSystemType": kind,
        "Lifecycle": "AVAILABLE",
        "StorageCapacity": params.get("StorageCapacity", before.get("StorageCapacity", 1200)),
        "StorageType": params.get("StorageType", "SSD"),
        "SubnetIds": params["SubnetIds"],
        "Tags": params.get("Tags", []),
        member: settings,
    }
    if not scratch:
        item["KmsKeyId"] = _key(backend, params.get("KmsKeyId"))
    _memory(backend).records["file_system"][made] = item
    if kind == "OPENZFS":
        item[member]["RootVolumeId"] = _volume(backend, item, "OPENZFS", "fsx", {"OpenZFSConfiguration": {"VolumePath": "fsx"}})["VolumeId"]
    return item


@handles(SERVICE, "CreateFileSystem")
def create_file_system(backend: Any, params: Params) -> Params:
    return {"FileSystem": _create(backend, params, params["FileSystemType"], {})}


@handles(SERVICE, "CreateFileSystemFromBackup")
def create_file_system_from_backup(backend: Any, params: Params) -> Params:
    """"Parameters like … automatic backup, and backup settings default to the parameters of the file system that was backed up"."""
    backup = _find(backend, "backup", params["BackupId"], "BackupNotFound")
    if "Volume" in backup:
        raise ServiceError("BadRequest", "A backup of a volume makes a volume")
    before = backup["FileSystem"]
    return {"FileSystem": _create(backend, params, before["FileSystemType"], before)}


@handles(SERVICE, "UpdateFileSystem")
def update_file_system(backend: Any, params: Params) -> Params:
    item = _find(backend, "file_system", params["FileSystemId"], "FileSystemNotFound")
    for kind, (member, _) in KINDS.items():
        if member not in params:
            continue
        if kind != item["FileSystemType"]:
            raise ServiceError("BadRequest", f"{member} is not for a file system of {item['FileSystemType']}")
        if item[member].get("DeploymentType", "").startswith("SCRATCH") and params[member].get("AutomaticBackupRetentionDays"):
            raise ServiceError("BadRequest", "Scratch file systems have no backups")
        item[member] = {**item[member], **params[member]}
    return {"FileSystem": item}


@handles(SERVICE, "DescribeFileSystems")
def describe_file_systems(backend: Any, params: Params) -> Params:
    return {"FileSystems": _listed(backend, "file_system", params.get("FileSystemIds"), "FileSystemId", "FileSystemNotFound")}


@handles(SERVICE, "CreateStorageVirtualMachine")
def create_storage_virtual_machine(backend: Any, params: Params) -> Params:
    """Also makes its root volume."""
    file_system = _find(backend, "file_system", params["FileSystemId"], "FileSystemNotFound")
    made = _id("svm")
    machine = {
        "StorageVirtualMachineId": made,
        "FileSystemId": file_system["FileSystemId"],
        "ResourceARN": _arn(backend, f"storage-virtual-machine/{file_system['FileSystemId']}/{made}"),
        "Name": params["Name"],
        "Lifecycle": "CREATED",
        "CreationTime": now(),
    }
    _memory(backend).records["machine"][made] = machine
    root = {"StorageVirtualMachineId": made, "StorageVirtualMachineRoot": True, "SizeInBytes": 1 << 30}
    _volume(backend, file_system, "ONTAP", f"{params['Name']}_root", {"OntapConfiguration": root})
    return {"StorageVirtualMachine": machine}


def _volume(backend: Any, file_system: Params, kind: str, name: str, params: Params) -> Params:
    made = _id("fsvol")
    item = {
        "VolumeId": made,
        "FileSystemId": file_system["FileSystemId"],
        "ResourceARN": _arn(backend, f"volume/{file_system['FileSystemId']}/{made}"),
        "Name": name,
        "VolumeType": kind,
        "Lifecycle": "CREATED" if kind == "ONTAP" else "AVAILABLE",
        "CreationTime": now(),
        "Tags": params.get("Tags", []),
    }
    if kind == "ONTAP":
        defaults = {"OntapVolumeType": "RW", "StorageVirtualMachineRoot": False, "FlexCacheEndpointType": "NONE", "CopyTagsToBackups": False}
        item["OntapConfiguration"] = {**defaults, **params["OntapConfiguration"]}
    else:
        item["OpenZFSConfiguration"] = {key: value for key, value in params.get("OpenZFSConfiguration", {}).items() if key != "OriginSnapshot"}
    _memory(backend).records["volume"][made] = item
    return item


@handles(SERVICE, "CreateVolume")
def create_volume(backend: Any, params: Params) -> Params:
    if params["VolumeType"] == "ONTAP":
        machine = _find(backend, "machine", params["OntapConfiguration"]["StorageVirtualMachineId"], "StorageVirtualMachineNotFound")
        of = machine["FileSystemId"]
    else:
        of = _find(backend, "volume", params["OpenZFSConfiguration"]["ParentVolumeId"], "VolumeNotFound")["FileSystemId"]
    file_system = _find(backend, "file_system", of, "FileSystemNotFound")
    return {"Volume": _volume(backend, file_system, params["VolumeType"], params["Name"], params)}


@handles(SERVICE, "UpdateVolume")
def update_volume(backend: Any, params: Params) -> Params:
    item = _find(backend, "volume", params["VolumeId"], "VolumeNotFound")
    for member in ("OntapConfiguration", "OpenZFSConfiguration"):
        if member in params:
            item[member] = {**item.get(member, {}), **params[member]}
    return {"Volume": item}


@handles(SERVICE, "DescribeVolumes")
def describe_volumes(backend: Any, params: Params) -> Params:
    return {"Volumes": _listed(backend, "volume", params.get("VolumeIds"), "VolumeId", "VolumeNotFound")}


@handles(SERVICE, "CreateBackup")
def create_backup(backend: Any, params: Params) -> Params:
    return {"Backup": _backup(backend, params.get("FileSystemId"), params.get("VolumeId"), params.get("Tags", []))}


def _backup(backend: Any, file_system_id: str | None, volume_id: str | None, tags: list[Params]) -> Params:
    volume = None
    if volume_id:
        volume = _find(backend, "volume", volume_id, "VolumeNotFound")
        ontap = volume.get("OntapConfiguration", {})
        if volume["VolumeType"] != "ONTAP" or ontap["OntapVolumeType"] != "RW" or ontap["FlexCacheEndpointType"] == "CACHE":
            raise ServiceError("BadRequest", "FSx backs up only read-write volumes of ONTAP")
        file_system_id = volume["FileSystemId"]
    file_system = _find(backend, "file_system", file_system_id, "FileSystemNotFound")
    kind = file_system["FileSystemType"]
    lustre = file_system.get("LustreConfiguration", {})
    links = (link["FileSystemId"] for link in _memory(backend).records["association"].values())
    linked = "DataRepositoryConfiguration" in lustre or file_system_id in links
    if (kind == "ONTAP" and volume is None) or lustre.get("DeploymentType", "").startswith("SCRATCH") or linked:
        raise ServiceError("UnsupportedOperation", f"Backups of this file system of {kind} are not supported")
    made = _id("backup")
    item = {
        "BackupId": made,
        "ResourceARN": _arn(backend, f"backup/{made}"),
        "Lifecycle": "AVAILABLE",
        "Type": "USER_INITIATED",
        "ResourceType": "VOLUME" if volume else "FILE_SYSTEM",
        "CreationTime": now(),
        "OwnerId": backend.account_id,
        "KmsKeyId": file_system["KmsKeyId"],
        "FileSystem": {key: value for key, value in file_system.items() if key != "Lifecycle"},
        "Tags": tags,
    }
    if volume:
        item["Volume"] = {key: value for key, value in volume.items() if key != "Lifecycle"}
    _memory(backend).records["backup"][made] = item
    return item


@handles(SERVICE, "CopyBackup")
def copy_backup(backend: Any, params: Params) -> Params:
    region = params.get("SourceRegion", backend.region_name)
    source = _find(fsx_backends[backend.account_id][region], "backup", params["SourceBackupId"], "BackupNotFound")
    if "Volume" in source:
        raise ServiceError("UnsupportedOperation", "Backups of ONTAP volumes cannot be copied")
    made = _id("backup")
    item = {
        **source,
        "BackupId": made,
        "ResourceARN": _arn(backend, f"backup/{made}"),
        "Type": "USER_INITIATED",
        "CreationTime": now(),
        "KmsKeyId": _key(backend, params.get("KmsKeyId")),
        "SourceBackupId": source["BackupId"],
        "SourceBackupRegion": region,
        "Tags": params.get("Tags", []),
    }
    _memory(backend).records["backup"][made] = item
    return {"Backup": item}


FILTERS = {
    "file-system-id": lambda item: item["FileSystem"]["FileSystemId"],
    "backup-type": lambda item: item["Type"],
    "file-system-type": lambda item: item["FileSystem"]["FileSystemType"],
    "volume-id": lambda item: item.get("Volume", {}).get("VolumeId"),
}


@handles(SERVICE, "DescribeBackups")
def describe_backups(backend: Any, params: Params) -> Params:
    items = _listed(backend, "backup", params.get("BackupIds"), "BackupId", "BackupNotFound")
    for wanted in params.get("Filters", []):
        if wanted["Name"] not in FILTERS:
            raise ServiceError("BadRequest", f"DescribeBackups has no filter {wanted['Name']}")
        items = [item for item in items if FILTERS[wanted["Name"]](item) in wanted["Values"]]
    return {"Backups": items}


@handles(SERVICE, "CreateDataRepositoryAssociation")
def create_data_repository_association(backend: Any, params: Params) -> Params:
    file_system = _find(backend, "file_system", params["FileSystemId"], "FileSystemNotFound")
    lustre = file_system.get("LustreConfiguration")
    if lustre is None or "DataRepositoryConfiguration" in lustre:
        raise ServiceError("BadRequest", "Associations are for Lustre file systems without a data repository of their own")
    made = _id("dra")
    item = {
        "AssociationId": made,
        "ResourceARN": _arn(backend, f"association/{params['FileSystemId']}/{made}"),
        "FileSystemId": params["FileSystemId"],
        "FileSystemPath": params.get("FileSystemPath", "/"),
        "DataRepositoryPath": params["DataRepositoryPath"],
        "Lifecycle": "AVAILABLE",
        "CreationTime": now(),
    }
    _memory(backend).records["association"][made] = item
    return {"Association": item}


@handles(SERVICE, "DescribeDataRepositoryAssociations")
def describe_data_repository_associations(backend: Any, params: Params) -> Params:
    ids, code = params.get("AssociationIds"), "DataRepositoryAssociationNotFound"
    return {"Associations": _listed(backend, "association", ids, "AssociationId", code)}


@seeds(SERVICE, "file_system", "FileSystem")
def seed_file_system(backend: Any, values: Params) -> Params:
    """Shows a file system with other members: CreationTime, Lifecycle."""
    _find(backend, "file_system", values.get("FileSystemId"), "FileSystemNotFound")
    return _memory(backend).override("file_system", values["FileSystemId"], values)


@seeds(SERVICE, "volume", "Volume")
def seed_volume(backend: Any, values: Params) -> Params:
    """Shows a volume with other members: a volume type that only ONTAP itself makes."""
    _find(backend, "volume", values.get("VolumeId"), "VolumeNotFound")
    return _memory(backend).override("volume", values["VolumeId"], values)


@seeds(SERVICE, "association", "DataRepositoryAssociation")
def seed_association(backend: Any, values: Params) -> Params:
    """Shows an association with other members: Lifecycle."""
    _find(backend, "association", values.get("AssociationId"), "DataRepositoryAssociationNotFound")
    return _memory(backend).override("association", values["AssociationId"], values)


@seeds(SERVICE, "backup", "Backup")
def seed_backup(backend: Any, values: Params) -> Params:
    """A backup with a date and a type, of the file system or the volume that it names; or other members of one that is there."""
    memory = _memory(backend)
    made = values.get("BackupId")
    if made not in memory.records["backup"]:
        volume = values.pop("Volume", {}).get("VolumeId")
        item = _backup(backend, values.pop("FileSystem", {}).get("FileSystemId"), volume, [])
        if made:  # as AWS Backup names it in its recovery point
            memory.records["backup"].pop(item["BackupId"])
            item.update(BackupId=made, ResourceARN=_arn(backend, f"backup/{made}"))
            memory.records["backup"][made] = item
        made = item["BackupId"]
    memory.override("backup", made, values)
    return memory.apply("backup", made, {**memory.records["backup"][made]})
