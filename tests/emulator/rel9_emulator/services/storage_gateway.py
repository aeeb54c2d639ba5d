"""AWS Storage Gateway, which moto does not have: volumes with snapshot schedules, tapes and file shares. Gateways are names."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from ..errors import ServiceError
from ..registry import backends_of, handles, seeds
from ..shapes import now

Params = dict[str, Any]
SERVICE = "storagegateway"


class GatewayError(ServiceError):
    """All errors have one code; the operation error code inside tells what is wrong."""

    def __init__(self, code: str) -> None:
        super().__init__("InvalidGatewayRequestException", f"The request was refused: {code}")
        self.error = {"errorCode": code, "errorDetails": {}}


class StorageGatewayBackend(BaseBackend, TaggableResourcesMixin):
    SERVICE_NAMESPACE = SERVICE

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.volumes: dict[str, Params] = {}
        self.schedules: dict[str, Params] = {}
        self.tapes: dict[str, Params] = {}
        self.shares: dict[str, Params] = {}
        self.tags: dict[str, list[Params]] = {}

    def arn(self, rest: str) -> str:
        return f"arn:{self.partition}:{SERVICE}:{self.region_name}:{self.account_id}:{rest}"

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for arn, tags in self.tags.items():
            kind = "volume" if "/volume/" in arn else arn.split(":")[5].split("/")[0]
            yield TaggedResource(arn, {tag["Key"]: tag["Value"] for tag in tags}, f"{SERVICE}:{kind}")


backends_of(SERVICE, BackendDict(StorageGatewayBackend, "ec2"))


def _found(items: dict[str, Params], arn: str, code: str) -> Params:
    if arn not in items:
        raise GatewayError(code)
    return items[arn]


def _key(params: Params) -> Params:
    return {"KMSKey": params["KMSKey"]} if params.get("KMSEncrypted") else {}


# Volumes


def _create_volume(backend: StorageGatewayBackend, params: Params, kind: str, size: int) -> Params:
    """IDs of Storage Gateway are in uppercase."""
    identity = f"vol-{secrets.token_hex(8).upper()}0"
    arn = f"{params['GatewayARN']}/volume/{identity}"
    backend.volumes[arn] = {
        "VolumeARN": arn,
        "VolumeId": identity,
        "VolumeType": kind,
        "VolumeStatus": "AVAILABLE",
        "VolumeAttachmentStatus": "ATTACHED",
        "VolumeSizeInBytes": size,
        "CreatedDate": now(),
        "TargetName": params["TargetName"],
        **({"SourceSnapshotId": params["SnapshotId"]} if "SnapshotId" in params else {}),
        **_key(params),
    }
    backend.tags[arn] = params.get("Tags", [])
    return {"VolumeARN": arn, "TargetARN": f"{params['GatewayARN']}/target/iqn.1997-05.com.amazon:{params['TargetName']}"}


@handles(SERVICE, "CreateCachediSCSIVolume")
def create_cached_volume(backend: StorageGatewayBackend, params: Params) -> Params:
    return _create_volume(backend, params, "CACHED iSCSI", params["VolumeSizeInBytes"])


@handles(SERVICE, "CreateStorediSCSIVolume")
def create_stored_volume(backend: StorageGatewayBackend, params: Params) -> Params:
    """A stored volume has a schedule from its creation."""
    made = _create_volume(backend, params, "STORED iSCSI", 1 << 40)
    backend.schedules[made["VolumeARN"]] = {"StartAt": 3, "RecurrenceInHours": 24}
    return {**made, "VolumeSizeInBytes": 1 << 40}


@handles(SERVICE, "ListVolumes")
def list_volumes(backend: StorageGatewayBackend, params: Params) -> Params:
    members = ("VolumeARN", "VolumeId", "VolumeType", "VolumeSizeInBytes", "VolumeAttachmentStatus")
    shown = []
    for arn, volume in backend.volumes.items():
        gateway = arn.rsplit("/volume/", 1)[0]
        of_gateway = {"GatewayARN": gateway, "GatewayId": gateway.rsplit("/", 1)[1]}
        shown.append({**{member: volume[member] for member in members if member in volume}, **of_gateway})
    return {"VolumeInfos": [volume for volume in shown if params.get("GatewayARN") in (None, volume["GatewayARN"])]}


def _describe_volumes(backend: StorageGatewayBackend, params: Params, kind: str) -> list[Params]:
    if len({arn.rsplit("/volume/", 1)[0] for arn in params["VolumeARNs"]}) > 1:
        raise GatewayError("InvalidParameters")
    volumes = [_found(backend.volumes, arn, "VolumeNotFound") for arn in params["VolumeARNs"]]
    if any(not volume["VolumeType"].startswith(kind) for volume in volumes):
        raise GatewayError("NotSupported")
    return volumes


@handles(SERVICE, "DescribeCachediSCSIVolumes")
def describe_cached_volumes(backend: StorageGatewayBackend, params: Params) -> Params:
    return {"CachediSCSIVolumes": _describe_volumes(backend, params, "CACHED")}


@handles(SERVICE, "DescribeStorediSCSIVolumes")
def describe_stored_volumes(backend: StorageGatewayBackend, params: Params) -> Params:
    return {"StorediSCSIVolumes": _describe_volumes(backend, params, "STORED")}


@handles(SERVICE, "DescribeSnapshotSchedule")
def describe_snapshot_schedule(backend: StorageGatewayBackend, params: Params) -> Params:
    arn = _found(backend.volumes, params["VolumeARN"], "VolumeNotFound")["VolumeARN"]
    return {"VolumeARN": arn, "Timezone": "GMT", "Tags": [], **_found(backend.schedules, arn, "SnapshotScheduleNotFound")}


@handles(SERVICE, "UpdateSnapshotSchedule")
def update_snapshot_schedule(backend: StorageGatewayBackend, params: Params) -> Params:
    arn = _found(backend.volumes, params["VolumeARN"], "VolumeNotFound")["VolumeARN"]
    backend.schedules[arn] = {member: params[member] for member in ("StartAt", "RecurrenceInHours", "Description") if member in params}
    return {"VolumeARN": arn}


# Tapes


@handles(SERVICE, "CreateTapes")
def create_tapes(backend: StorageGatewayBackend, params: Params) -> Params:
    made = []
    for _ in range(params["NumTapesToCreate"]):
        barcode = f"{params['TapeBarcodePrefix']}{secrets.token_hex(4).upper()}"
        arn = backend.arn(f"tape/{barcode}")
        backend.tapes[arn] = {
            "TapeARN": arn,
            "TapeBarcode": barcode,
            "TapeStatus": "AVAILABLE",
            "TapeSizeInBytes": params["TapeSizeInBytes"],
            "TapeCreatedDate": now(),
            "GatewayARN": params["GatewayARN"],
            **_key(params),
        }
        backend.tags[arn] = params.get("Tags", [])
        made.append(arn)
    return {"TapeARNs": made}


def _shown(tape: Params, *left_out: str) -> Params:
    return {member: value for member, value in tape.items() if member not in left_out}


@handles(SERVICE, "ListTapes")
def list_tapes(backend: StorageGatewayBackend, params: Params) -> Params:
    return {"TapeInfos": [_shown(tape, "TapeCreatedDate", "KMSKey") for tape in backend.tapes.values()]}


@handles(SERVICE, "DescribeTapes")
def describe_tapes(backend: StorageGatewayBackend, params: Params) -> Params:
    tapes = [tape for tape in backend.tapes.values() if tape.get("GatewayARN") == params["GatewayARN"]]
    return {"Tapes": [_shown(tape, "GatewayARN") for tape in tapes]}


@handles(SERVICE, "DescribeTapeArchives")
def describe_tape_archives(backend: StorageGatewayBackend, params: Params) -> Params:
    """A tape on the shelf is in no gateway."""
    return {"TapeArchives": [tape for tape in backend.tapes.values() if "GatewayARN" not in tape]}


# File shares


def _create_share(backend: StorageGatewayBackend, params: Params, kind: str) -> Params:
    identity = f"share-{secrets.token_hex(4).upper()}"
    arn = backend.arn(f"share/{identity}")
    members = ("LocationARN", "Role", "FileShareName", "EncryptionType", "KMSKey", "GatewayARN")
    backend.shares[arn] = {
        "FileShareARN": arn,
        "FileShareId": identity,
        "FileShareStatus": "AVAILABLE",
        "KMSEncrypted": params.get("KMSEncrypted", False),
        "Tags": params.get("Tags", []),
        **{member: params[member] for member in members if member in params},
    }
    backend.tags[arn] = params.get("Tags", [])
    backend.shares[arn]["_kind"] = kind
    return {"FileShareARN": arn}


@handles(SERVICE, "CreateNFSFileShare")
def create_nfs_file_share(backend: StorageGatewayBackend, params: Params) -> Params:
    return _create_share(backend, params, "NFS")


@handles(SERVICE, "CreateSMBFileShare")
def create_smb_file_share(backend: StorageGatewayBackend, params: Params) -> Params:
    return _create_share(backend, params, "SMB")


def _update_share(backend: StorageGatewayBackend, params: Params) -> Params:
    share = _found(backend.shares, params["FileShareARN"], "InvalidParameters")
    share.update({member: params[member] for member in ("EncryptionType", "KMSEncrypted", "KMSKey") if member in params})
    return {"FileShareARN": share["FileShareARN"]}


@handles(SERVICE, "UpdateNFSFileShare")
def update_nfs_file_share(backend: StorageGatewayBackend, params: Params) -> Params:
    return _update_share(backend, params)


@handles(SERVICE, "UpdateSMBFileShare")
def update_smb_file_share(backend: StorageGatewayBackend, params: Params) -> Params:
    return _update_share(backend, params)


@handles(SERVICE, "ListFileShares")
def list_file_shares(backend: StorageGatewayBackend, params: Params) -> Params:
    members = ("FileShareARN", "FileShareId", "FileShareStatus", "GatewayARN")
    shares = [{"FileShareType": share["_kind"], **{member: share[member] for member in members}} for share in backend.shares.values()]
    return {"FileShareInfoList": shares}


def _describe_shares(backend: StorageGatewayBackend, params: Params, kind: str) -> list[Params]:
    if not 1 <= len(params["FileShareARNList"]) <= 10:
        raise GatewayError("InvalidParameters")
    shares = [_found(backend.shares, arn, "InvalidParameters") for arn in params["FileShareARNList"]]
    if any(share["_kind"] != kind for share in shares):
        raise GatewayError("InvalidParameters")
    return [_shown(share, "_kind") for share in shares]


@handles(SERVICE, "DescribeNFSFileShares")
def describe_nfs_file_shares(backend: StorageGatewayBackend, params: Params) -> Params:
    return {"NFSFileShareInfoList": _describe_shares(backend, params, "NFS")}


@handles(SERVICE, "DescribeSMBFileShares")
def describe_smb_file_shares(backend: StorageGatewayBackend, params: Params) -> Params:
    return {"SMBFileShareInfoList": _describe_shares(backend, params, "SMB")}


# Seeds


@seeds(SERVICE, "volume", "CachediSCSIVolume")
def seed_volume(backend: StorageGatewayBackend, values: Params) -> Params:
    """Shows a volume with other members, such as CreatedDate."""
    volume = _found(backend.volumes, values.get("VolumeARN", ""), "VolumeNotFound")
    volume.update(values)
    return volume


@seeds(SERVICE, "archived_tape", "TapeArchive")
def seed_archived_tape(backend: StorageGatewayBackend, values: Params) -> Params:
    """A backup application has ejected the tape."""
    tape = _found(backend.tapes, values.get("TapeARN", ""), "TapeCartridgeNotFound")
    tape.pop("GatewayARN", None)
    tape.update({"TapeStatus": "ARCHIVED", **values})
    return tape
