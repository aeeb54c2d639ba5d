"""AWS Directory Service: moto's directories, with tags for the tagging API, and snapshots and their limits, which moto lacks."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.ds.models import DirectoryServiceBackend as MotoDirectoryServiceBackend
from moto.ds.models import ds_backends

from ..errors import ServiceError
from ..memory import memory_of
from ..registry import amends, backends_of, handles, seeds
from ..shapes import now

Params = dict[str, Any]
SERVICE = "ds"
MANUAL_LIMIT = 5


class DirectoryServiceBackend(MotoDirectoryServiceBackend, TaggableResourcesMixin):
    """moto's backend, whose directories the tagging API knows."""

    SERVICE_NAMESPACE = "ds"

    @property
    def _url_module(self) -> Any:
        from moto.ds import urls

        return urls

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for directory in self.directories:
            arn = f"arn:{self.partition}:ds:{self.region_name}:{self.account_id}:directory/{directory}"
            yield TaggedResource(arn, self.tagger.get_tag_dict_for_resource(directory), "ds:directory")


backends_of(SERVICE, ds_backends, DirectoryServiceBackend)


def _directory(backend: Any, directory: str) -> Any:
    if directory not in backend.directories:
        raise ServiceError("EntityDoesNotExistException", f"Directory {directory} does not exist")
    return backend.directories[directory]


def _snapshots(backend: Any, directory: str | None = None) -> list[Params]:
    every = memory_of(SERVICE, backend).records["snapshots"].values()
    return [snapshot for snapshot in every if directory in (None, snapshot["DirectoryId"])]


def _manual(backend: Any, directory: str) -> int:
    return sum(snapshot["Type"] == "Manual" for snapshot in _snapshots(backend, directory))


@amends(SERVICE, "DescribeDirectories")
def describe_directories(backend: Any, params: Params, answer: Params) -> None:
    for directory in answer["DirectoryDescriptions"]:
        memory_of(SERVICE, backend).apply("directory", directory["DirectoryId"], directory)


@handles(SERVICE, "CreateSnapshot")
def create_snapshot(backend: Any, params: Params) -> Params:
    kind = _directory(backend, params["DirectoryId"]).directory_type
    if kind == "ADConnector":
        raise ServiceError("ClientException", "Snapshots cannot be taken of AD Connector directories")
    if _manual(backend, params["DirectoryId"]) >= MANUAL_LIMIT:
        raise ServiceError("SnapshotLimitExceededException", "The maximum number of manual snapshots has been reached")
    values = {"DirectoryId": params["DirectoryId"], "Type": "Manual", "StartTime": now()}
    return {"SnapshotId": seed_snapshot(backend, {**values, **({"Name": params["Name"]} if "Name" in params else {})})["SnapshotId"]}


@handles(SERVICE, "DescribeSnapshots")
def describe_snapshots(backend: Any, params: Params) -> Params:
    wanted = params.get("SnapshotIds")
    found = _snapshots(backend, params.get("DirectoryId"))
    return {"Snapshots": [snapshot for snapshot in found if not wanted or snapshot["SnapshotId"] in wanted]}


@handles(SERVICE, "GetSnapshotLimits")
def get_snapshot_limits(backend: Any, params: Params) -> Params:
    if _directory(backend, params["DirectoryId"]).directory_type == "ADConnector":
        raise ServiceError("ClientException", "AD Connector directories have no snapshots")
    taken = _manual(backend, params["DirectoryId"])
    limits = {"ManualSnapshotsLimit": MANUAL_LIMIT, "ManualSnapshotsCurrentCount": taken, "ManualSnapshotsLimitReached": taken >= MANUAL_LIMIT}
    return {"SnapshotLimits": limits}


@seeds(SERVICE, "directory", "DirectoryDescription")
def seed_directory(backend: Any, values: Params) -> Params:
    _directory(backend, values["DirectoryId"])
    return memory_of(SERVICE, backend).override("directory", values["DirectoryId"], values)


@seeds(SERVICE, "snapshot", "Snapshot")
def seed_snapshot(backend: Any, values: Params) -> Params:
    """A snapshot of a directory: automatic and Completed unless the values say otherwise."""
    _directory(backend, values["DirectoryId"])
    snapshot = {"SnapshotId": f"s-{secrets.token_hex(5)}", "Type": "Auto", "Status": "Completed", **values}
    memory_of(SERVICE, backend).records["snapshots"][snapshot["SnapshotId"]] = snapshot
    return snapshot
