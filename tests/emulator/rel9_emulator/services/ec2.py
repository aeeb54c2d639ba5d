"""EC2: moto's volumes, instances, images and snapshots. Adds block public access, snapshot locks, the default EBS key,
and filters and owners as AWS applies them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from moto.ec2.models import ec2_backends
from moto.utilities.utils import get_partition

from ..errors import ServiceError
from ..memory import managed_key, memory_of
from ..registry import amends, backends_of, handles, seeds
from ..shapes import now, utc

Params = dict[str, Any]
SERVICE = "ec2"

backends_of(SERVICE, ec2_backends)


def _settings(backend: Any) -> Params:
    return memory_of(SERVICE, backend).settings


def _snapshot(backend: Any, snapshot_id: str) -> Any:
    if snapshot_id not in backend.snapshots:
        raise ServiceError("InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist.")
    return backend.snapshots[snapshot_id]


def _default_key(backend: Any) -> str:
    return backend.default_kms_key_id or managed_key(backend.account_id, backend.region_name, "aws/ebs")


# Regions


@amends(SERVICE, "DescribeRegions")
def describe_regions(backend: Any, params: Params, answer: Params) -> None:
    """The Regions of the caller's partition, without AllRegions only those enabled for the account."""
    seeded = memory_of(SERVICE, ec2_backends[backend.account_id]["us-east-1"]).settings.get("regions")
    regions = []
    for region in answer["Regions"]:
        if get_partition(region["RegionName"]) != backend.partition:
            continue
        if seeded is not None:
            enabled = "opted-in" if region["OptInStatus"] != "opt-in-not-required" else "opt-in-not-required"
            region["OptInStatus"] = enabled if region["RegionName"] in seeded else "not-opted-in"
        if params.get("AllRegions") or region["OptInStatus"] != "not-opted-in":
            regions.append(region)
    missing = set(params.get("RegionNames") or []) - {region["RegionName"] for region in answer["Regions"]}
    if missing:
        raise ServiceError("InvalidParameterValue", f"Invalid region names: {', '.join(sorted(missing))}")
    answer["Regions"] = regions


@seeds(SERVICE, "enabled_regions")
def seed_enabled_regions(backend: Any, values: Params) -> Params:
    """{"RegionNames": [...]}: the Regions that are enabled for the account, for all of its Regions."""
    names = values.get("RegionNames")
    if not isinstance(names, list):
        raise ServiceError("InvalidParameterValue", "enabled_regions needs RegionNames, a list")
    memory_of(SERVICE, ec2_backends[backend.account_id]["us-east-1"]).settings["regions"] = names
    return {"RegionNames": names}


# Encryption by default


@handles(SERVICE, "GetEbsDefaultKmsKeyId")
def get_ebs_default_kms_key_id(backend: Any, params: Params) -> Params:
    chosen = backend.default_kms_key_id
    return {"KmsKeyId": chosen if chosen and chosen != managed_key(backend.account_id, backend.region_name, "aws/ebs") else "alias/aws/ebs"}


@handles(SERVICE, "ResetEbsDefaultKmsKeyId")
def reset_ebs_default_kms_key_id(backend: Any, params: Params) -> Params:
    backend.default_kms_key_id = ""
    return get_ebs_default_kms_key_id(backend, params)


@amends(SERVICE, "CreateVolume")
def create_volume(backend: Any, params: Params, answer: Params) -> None:
    """With encryption by default, volumes that the request does not encrypt are encrypted; an encrypted snapshot passes its key on."""
    volume = backend.volumes[answer["VolumeId"]]
    if backend.get_ebs_encryption_by_default():
        volume.encrypted = True
    if volume.encrypted and not volume.kms_key_id:
        snapshot = backend.snapshots.get(params.get("SnapshotId"))
        volume.kms_key_id = _key_of(snapshot) if snapshot else _default_key(backend)
        volume.kms_key_id = volume.kms_key_id or _default_key(backend)
    answer["Encrypted"] = volume.encrypted
    if volume.encrypted:
        answer["KmsKeyId"] = volume.kms_key_id


# Volumes, instances, images


@amends(SERVICE, "DescribeVolumes")
def describe_volumes(backend: Any, params: Params, answer: Params) -> None:
    for volume in answer["Volumes"]:
        if not volume.get("SnapshotId"):
            volume["SnapshotId"] = ""  # AWS returns it empty for a volume without a snapshot
        memory_of(SERVICE, backend).apply("volume", volume["VolumeId"], volume)


@amends(SERVICE, "DescribeInstances")
def describe_instances(backend: Any, params: Params, answer: Params) -> None:
    for reservation in answer["Reservations"]:
        for instance in reservation["Instances"]:
            if instance.get("Platform") not in ("windows", "Windows"):
                instance.pop("Platform", None)
            memory_of(SERVICE, backend).apply("instance", instance["InstanceId"], instance)


@amends(SERVICE, "DescribeImages")
def describe_images(backend: Any, params: Params, answer: Params) -> None:
    for image in answer["Images"]:
        image["RootDeviceType"] = "ebs" if image.get("RootDeviceType") == "standard" else image.get("RootDeviceType")
        memory_of(SERVICE, backend).apply("image", image["ImageId"], image)


@amends(SERVICE, "CreateImage")
def create_image(backend: Any, params: Params, answer: Params) -> None:
    """An image has a snapshot of every volume of its instance; moto creates one snapshot, of a separate volume."""
    image = backend.amis[answer["ImageId"]]
    instance = backend.get_instance(params["InstanceId"])
    description = f"Created by CreateImage({instance.id}) for {image.id}"
    mappings = []
    for device, mapping in instance.block_device_mapping.items():
        volume = backend.volumes[mapping.volume_id]
        if device == instance.root_device_name:
            snapshot = image.ebs_snapshot
            snapshot.volume, snapshot.description, snapshot.encrypted = volume, description, volume.encrypted
        else:
            snapshot = backend.create_snapshot(volume.id, description, from_ami=image.id)
        ebs = {"SnapshotId": snapshot.id, "VolumeSize": volume.size, "VolumeType": volume.volume_type, "Encrypted": volume.encrypted}
        mappings.append({"DeviceName": device, "Ebs": {"DeleteOnTermination": True, **ebs}})
    memory_of(SERVICE, backend).override("image", image.id, {"BlockDeviceMappings": mappings})


@handles(SERVICE, "DetachVolume")
def detach_volume(backend: Any, params: Params) -> Params:
    """moto needs the instance, which AWS knows."""
    attachment = backend.get_volume(params["VolumeId"]).attachment
    if attachment is None:
        raise ServiceError("IncorrectState", f"Volume '{params['VolumeId']}' is in the 'available' state.")
    instance, device = attachment.instance.id, attachment.device
    backend.detach_volume(params["VolumeId"], params.get("InstanceId") or instance, params.get("Device"))
    return {"VolumeId": params["VolumeId"], "InstanceId": instance, "Device": device, "State": "detaching"}


@amends(SERVICE, "CopyImage")
def copy_image(backend: Any, params: Params, answer: Params) -> None:
    """The copy has copies of the snapshots, encrypted on request; moto creates one snapshot, of a separate volume."""
    source = params["SourceImageId"]
    shown = memory_of(SERVICE, ec2_backends[backend.account_id][params["SourceRegion"]]).overridden("image", source)
    mappings = [{**mapping, "Ebs": dict(mapping.get("Ebs", {}))} for mapping in shown.get("BlockDeviceMappings", [])]
    for mapping in mappings:
        mapping["Ebs"]["SnapshotId"] = backend.amis[answer["ImageId"]].ebs_snapshot.id
        mapping["Ebs"]["Encrypted"] = bool(params.get("Encrypted") or mapping["Ebs"].get("Encrypted") or backend.get_ebs_encryption_by_default())
    if mappings:
        memory_of(SERVICE, backend).override("image", answer["ImageId"], {"BlockDeviceMappings": mappings})


# Snapshots


@amends(SERVICE, "CopySnapshot")
def copy_snapshot(backend: Any, params: Params, answer: Params) -> None:
    """A copy is encrypted on request, and has no volume of its own; only its description names the source."""
    copy = backend.snapshots[answer["SnapshotId"]]
    copy.encrypted = bool(params.get("Encrypted") or copy.encrypted or backend.get_ebs_encryption_by_default())
    copy.kms_key_id = (params.get("KmsKeyId") or _default_key(backend)) if copy.encrypted else None
    memory_of(SERVICE, backend).override("snapshot", copy.id, {"VolumeId": "vol-ffffffff"})


@amends(SERVICE, "ModifySnapshotAttribute")
def modify_snapshot_attribute(backend: Any, params: Params, answer: Params) -> None:
    """The lists of CreateVolumePermission, which moto ignores."""
    changes = params.get("CreateVolumePermission") or {}
    for kind, change in (("Add", backend.add_create_volume_permission), ("Remove", backend.remove_create_volume_permission)):
        users = [entry["UserId"] for entry in changes.get(kind, []) if "UserId" in entry]
        groups = [entry["Group"] for entry in changes.get(kind, []) if "Group" in entry]
        if users or groups:
            change(params["SnapshotId"], user_ids=users, groups=groups)


def _key_of(snapshot: Any) -> str | None:
    return snapshot.kms_key_id or getattr(snapshot.volume, "kms_key_id", None)


@amends(SERVICE, "DescribeSnapshots")
def describe_snapshots(backend: Any, params: Params, answer: Params) -> None:
    owners = {backend.account_id if owner == "self" else owner for owner in params.get("OwnerIds") or []}
    restorers = [backend.account_id if user == "self" else user for user in params.get("RestorableByUserIds") or []]
    shown = []
    for item in answer["Snapshots"]:
        snapshot = backend.snapshots[item["SnapshotId"]]
        if owners and snapshot.owner_id not in owners:
            continue
        if restorers and not any(_restorable_by(snapshot, user) for user in restorers):
            continue
        if item.get("Encrypted") and _key_of(snapshot):
            item["KmsKeyId"] = _key_of(snapshot)
        item.setdefault("CompletionTime", item["StartTime"])
        shown.append(memory_of(SERVICE, backend).apply("snapshot", item["SnapshotId"], item))
    answer["Snapshots"] = shown


def _restorable_by(snapshot: Any, user: str) -> bool:
    if user == "all":
        return "all" in snapshot.create_volume_permission_groups
    return user == snapshot.owner_id or user in snapshot.create_volume_permission_userids


@amends(SERVICE, "DescribeSnapshotTierStatus")
def describe_snapshot_tier_status(backend: Any, params: Params, answer: Params) -> None:
    """Only the account's own snapshots have a tier status."""
    own = [status for status in answer["SnapshotTierStatuses"] if status.get("OwnerId") == backend.account_id]
    memory = memory_of(SERVICE, backend)
    answer["SnapshotTierStatuses"] = [memory.apply("snapshot_tier", status["SnapshotId"], status) for status in own]


@handles(SERVICE, "LockSnapshot")
def lock_snapshot(backend: Any, params: Params) -> Params:
    snapshot = _snapshot(backend, params["SnapshotId"])
    mode, hours = params["LockMode"], params.get("CoolOffPeriod")
    days, until = params.get("LockDuration"), params.get("ExpirationDate")
    if (days is None) == (until is None):
        raise ServiceError("InvalidParameterCombination", "You must specify either LockDuration or ExpirationDate, not both")
    if mode == "governance" and hours is not None:
        raise ServiceError("InvalidParameterCombination", "CoolOffPeriod is for compliance mode only")
    locks = memory_of(SERVICE, backend).records["lock"]
    if locks.get(snapshot.id, {}).get("LockState") == "compliance" and mode != "compliance":
        raise ServiceError("InvalidSnapshot.Locked", "A snapshot locked in compliance mode cannot be changed to governance mode")
    moment = now()
    if days is None:
        days = max(1, (utc(until) - moment).days)
    lock = {
        "SnapshotId": snapshot.id,
        "LockState": "compliance-cooloff" if hours else mode,
        "LockDuration": days,
        "LockCreatedOn": moment,
        "LockDurationStartTime": moment,
        "LockExpiresOn": utc(until) if until else moment + timedelta(days=days),
    }
    if hours:
        lock |= {"CoolOffPeriod": hours, "CoolOffPeriodExpiresOn": moment + timedelta(hours=hours)}
    locks[snapshot.id] = lock
    return lock


@handles(SERVICE, "UnlockSnapshot")
def unlock_snapshot(backend: Any, params: Params) -> Params:
    locks = memory_of(SERVICE, backend).records["lock"]
    lock = locks.get(_snapshot(backend, params["SnapshotId"]).id)
    if lock is None or lock["LockState"] == "compliance":
        raise ServiceError("SnapshotLock.InvalidState", "The snapshot is not locked, or locked in compliance mode")
    del locks[lock["SnapshotId"]]
    return {"SnapshotId": lock["SnapshotId"]}


@handles(SERVICE, "DescribeLockedSnapshots")
def describe_locked_snapshots(backend: Any, params: Params) -> Params:
    locks = list(memory_of(SERVICE, backend).records["lock"].values())
    if params.get("SnapshotIds"):
        locks = [lock for lock in locks if lock["SnapshotId"] in params["SnapshotIds"]]
    for condition in params.get("Filters") or []:
        if condition["Name"] != "lock-state":
            raise ServiceError("InvalidParameterValue", f"The filter '{condition['Name']}' is invalid")
        locks = [lock for lock in locks if lock["LockState"] in condition["Values"]]
    return {"Snapshots": [{"OwnerId": backend.account_id, **lock} for lock in locks]}


@amends(SERVICE, "DeleteSnapshot")
def delete_snapshot(backend: Any, params: Params, answer: Params) -> None:
    memory_of(SERVICE, backend).records["lock"].pop(params["SnapshotId"], None)


# Block public access


@handles(SERVICE, "EnableSnapshotBlockPublicAccess")
def enable_snapshot_block_public_access(backend: Any, params: Params) -> Params:
    _settings(backend)["snapshot_block"] = params["State"]
    return {"State": params["State"]}


@handles(SERVICE, "DisableSnapshotBlockPublicAccess")
def disable_snapshot_block_public_access(backend: Any, params: Params) -> Params:
    _settings(backend)["snapshot_block"] = "unblocked"
    return {"State": "unblocked"}


@handles(SERVICE, "GetSnapshotBlockPublicAccessState")
def get_snapshot_block_public_access_state(backend: Any, params: Params) -> Params:
    return {"State": _settings(backend).get("snapshot_block", "unblocked"), "ManagedBy": "account"}


@handles(SERVICE, "EnableImageBlockPublicAccess")
def enable_image_block_public_access(backend: Any, params: Params) -> Params:
    _settings(backend)["image_block"] = params["ImageBlockPublicAccessState"]
    return {"ImageBlockPublicAccessState": params["ImageBlockPublicAccessState"]}


@handles(SERVICE, "DisableImageBlockPublicAccess")
def disable_image_block_public_access(backend: Any, params: Params) -> Params:
    _settings(backend)["image_block"] = "unblocked"
    return {"ImageBlockPublicAccessState": "unblocked"}


@handles(SERVICE, "GetImageBlockPublicAccessState")
def get_image_block_public_access_state(backend: Any, params: Params) -> Params:
    return {"ImageBlockPublicAccessState": _settings(backend).get("image_block", "unblocked"), "ManagedBy": "account"}


# Seeds: other dates and states for existing items


def _seed_item(kind: str, shape: str, member: str, table: str) -> None:
    @seeds(SERVICE, kind, shape)
    def seed(backend: Any, values: Params) -> Params:
        item_id = values.get(member)
        known = getattr(backend, table)
        if table == "reservations":
            known = {instance.id for reservation in known.values() for instance in reservation.instances}
        if item_id not in known:
            raise ServiceError("InvalidParameterValue", f"a {kind} needs {member}, of one that exists (not {item_id!r})")
        return memory_of(SERVICE, backend).override(kind, str(item_id), values)


_seed_item("volume", "Volume", "VolumeId", "volumes")
_seed_item("snapshot", "Snapshot", "SnapshotId", "snapshots")
_seed_item("snapshot_tier", "SnapshotTierStatus", "SnapshotId", "snapshots")
_seed_item("image", "Image", "ImageId", "amis")
_seed_item("instance", "Instance", "InstanceId", "reservations")


@seeds(SERVICE, "snapshot_lock", "LockedSnapshotsInfo")
def seed_snapshot_lock(backend: Any, values: Params) -> Params:
    """Changes a lock of LockSnapshot as it changes over time: compliance after the cool-off, expired, other dates."""
    locks = memory_of(SERVICE, backend).records["lock"]
    if values.get("SnapshotId") not in locks:
        raise ServiceError("InvalidParameterValue", "a snapshot_lock needs SnapshotId, of a snapshot that is locked")
    lock = {**locks[values["SnapshotId"]], **values}
    locks[values["SnapshotId"]] = {k: v for k, v in lock.items() if v is not None and k != "OwnerId"}
    return lock


@seeds(SERVICE, "tag", "TagDescription")
def seed_tag(backend: Any, values: Params) -> Params:
    """A tag that only AWS may set, such as aws:autoscaling:groupName."""
    if not values.get("ResourceId") or not values.get("Key"):
        raise ServiceError("InvalidParameterValue", "a tag needs ResourceId, Key and Value")
    backend.tags[values["ResourceId"]][values["Key"]] = values.get("Value") or ""
    return values
