"""Amazon Lightsail, which moto lacks: instances, disks, databases and buckets, without their snapshots."""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from ..errors import ServiceError
from ..registry import backends_of, handles
from ..shapes import now

Params = dict[str, Any]
SERVICE = "lightsail"
KINDS = ("Bucket", "Disk", "Instance", "RelationalDatabase")


class LightsailBackend(BaseBackend):
    """The resources by kind and name, in the form of the answers."""

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.resources: dict[str, dict[str, Params]] = {kind: {} for kind in KINDS}

    def create(self, kind: str, name: str, tags: list[Params] | None, **members: Any) -> Params:
        if any(name in resources for resources in self.resources.values()):
            raise ServiceError("InvalidInputException", f"Some names are already in use: {name}")
        arn = f"arn:{self.partition}:lightsail:{self.region_name}:{self.account_id}:{kind}/{uuid.uuid4()}"
        described = {"name": name, "arn": arn, "createdAt": now(), "resourceType": kind, "tags": tags or [], **members}
        self.resources[kind][name] = described
        return described

    def get(self, kind: str, name: str) -> Params:
        if name not in self.resources[kind]:
            raise ServiceError("NotFoundException", f"The {kind} does not exist: {name}")
        return self.resources[kind][name]


lightsail_backends = BackendDict(LightsailBackend, "ec2")
backends_of(SERVICE, lightsail_backends)


def _add_ons(requests: list[Params] | None) -> list[Params]:
    return [{"name": request["addOnType"], "status": "Enabled"} for request in requests or []]


@handles(SERVICE, "CreateInstances")
def create_instances(backend: LightsailBackend, params: Params) -> Params:
    """AWS gives each instance a system disk."""
    for name in params["instanceNames"]:
        backend.create("Instance", name, params.get("tags"), addOns=_add_ons(params.get("addOns")))
        backend.create("Disk", f"{name}-system", None, isSystemDisk=True, isAttached=True, attachedTo=name, addOns=[], sizeInGb=60)
    return {"operations": []}


@handles(SERVICE, "GetInstances")
def get_instances(backend: LightsailBackend, params: Params) -> Params:
    return {"instances": list(backend.resources["Instance"].values())}


@handles(SERVICE, "CreateDisk")
def create_disk(backend: LightsailBackend, params: Params) -> Params:
    members = {"addOns": _add_ons(params.get("addOns")), "sizeInGb": params["sizeInGb"]}
    backend.create("Disk", params["diskName"], params.get("tags"), isSystemDisk=False, isAttached=False, **members)
    return {"operations": []}


@handles(SERVICE, "AttachDisk")
def attach_disk(backend: LightsailBackend, params: Params) -> Params:
    backend.get("Instance", params["instanceName"])
    backend.get("Disk", params["diskName"]).update(isAttached=True, attachedTo=params["instanceName"])
    return {"operations": []}


@handles(SERVICE, "GetDisks")
def get_disks(backend: LightsailBackend, params: Params) -> Params:
    return {"disks": list(backend.resources["Disk"].values())}


@handles(SERVICE, "EnableAddOn")
def enable_add_on(backend: LightsailBackend, params: Params) -> Params:
    kind = "Instance" if params["resourceName"] in backend.resources["Instance"] else "Disk"
    backend.get(kind, params["resourceName"])["addOns"] = _add_ons([params["addOnRequest"]])
    return {"operations": []}


@handles(SERVICE, "CreateRelationalDatabase")
def create_relational_database(backend: LightsailBackend, params: Params) -> Params:
    backend.create("RelationalDatabase", params["relationalDatabaseName"], params.get("tags"), backupRetentionEnabled=True)
    return {"operations": []}


@handles(SERVICE, "UpdateRelationalDatabase")
def update_relational_database(backend: LightsailBackend, params: Params) -> Params:
    database = backend.get("RelationalDatabase", params["relationalDatabaseName"])
    for member, enabled in (("enableBackupRetention", True), ("disableBackupRetention", False)):
        if params.get(member):
            database["backupRetentionEnabled"] = enabled
    return {"operations": []}


@handles(SERVICE, "GetRelationalDatabases")
def get_relational_databases(backend: LightsailBackend, params: Params) -> Params:
    return {"relationalDatabases": list(backend.resources["RelationalDatabase"].values())}


@handles(SERVICE, "CreateBucket")
def create_bucket(backend: LightsailBackend, params: Params) -> Params:
    versioning = "Enabled" if params.get("enableObjectVersioning") else "NeverEnabled"
    return {"bucket": backend.create("Bucket", params["bucketName"], params.get("tags"), objectVersioning=versioning), "operations": []}


@handles(SERVICE, "UpdateBucket")
def update_bucket(backend: LightsailBackend, params: Params) -> Params:
    bucket = backend.get("Bucket", params["bucketName"])
    bucket["objectVersioning"] = params.get("versioning", bucket["objectVersioning"])
    return {"bucket": bucket, "operations": []}


@handles(SERVICE, "GetBuckets")
def get_buckets(backend: LightsailBackend, params: Params) -> Params:
    return {"buckets": list(backend.resources["Bucket"].values())}
