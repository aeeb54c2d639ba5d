"""Amazon Redshift Serverless, which moto does not have: namespaces, snapshots, recovery points, scheduled actions, snapshot copies."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from ..errors import ServiceError
from ..registry import backends_of, handles, seeds
from ..shapes import now

Params = dict[str, Any]
SERVICE = "redshift-serverless"
OWNED = "AWS_OWNED_KMS_KEY"
FOR_EVER = -1


class RedshiftServerlessBackend(BaseBackend, TaggableResourcesMixin):
    SERVICE_NAMESPACE = SERVICE

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.namespaces: dict[str, Params] = {}
        self.snapshots: dict[str, Params] = {}
        self.recovery_points: dict[str, Params] = {}
        self.actions: dict[str, Params] = {}
        self.copies: dict[str, Params] = {}
        self.policies: dict[str, str] = {}
        self.tags: dict[str, list[Params]] = {}

    def arn(self, rest: str) -> str:
        return f"arn:{self.partition}:{SERVICE}:{self.region_name}:{self.account_id}:{rest}"

    def namespace(self, name: str) -> Params:
        return found("namespace", self.namespaces, name)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for arn, tags in self.tags.items():
            kind = arn.split(":")[5].split("/")[0]
            yield TaggedResource(arn, {tag["key"]: tag["value"] for tag in tags}, f"{SERVICE}:{kind}")


backends_of(SERVICE, BackendDict(RedshiftServerlessBackend, "ec2"))


def found(kind: str, items: dict[str, Params], name: str) -> Params:
    if name not in items:
        raise ServiceError("ResourceNotFoundException", f"The {kind} {name} was not found.")
    return items[name]


def _new(kind: str, items: dict[str, Params], name: str) -> None:
    if name in items:
        raise ServiceError("ConflictException", f"The {kind} {name} exists already.")


# Namespaces


@handles(SERVICE, "CreateNamespace")
def create_namespace(backend: RedshiftServerlessBackend, params: Params) -> Params:
    name, identity = params["namespaceName"], str(uuid.uuid4())
    _new("namespace", backend.namespaces, name)
    arn = backend.arn(f"namespace/{identity}")
    backend.namespaces[name] = {
        "namespaceName": name,
        "namespaceId": identity,
        "namespaceArn": arn,
        "status": "AVAILABLE",
        "creationDate": now(),
        "kmsKeyId": params.get("kmsKeyId", OWNED),
        "dbName": params.get("dbName", "dev"),
    }
    backend.tags[arn] = params.get("tags", [])
    return {"namespace": backend.namespaces[name]}


@handles(SERVICE, "UpdateNamespace")
def update_namespace(backend: RedshiftServerlessBackend, params: Params) -> Params:
    namespace = backend.namespace(params["namespaceName"])
    if "kmsKeyId" in params:
        namespace["kmsKeyId"] = params["kmsKeyId"]
    return {"namespace": namespace}


@handles(SERVICE, "ListNamespaces")
def list_namespaces(backend: RedshiftServerlessBackend, params: Params) -> Params:
    return {"namespaces": list(backend.namespaces.values())}


# Snapshots and recovery points


@handles(SERVICE, "CreateSnapshot")
def create_snapshot(backend: RedshiftServerlessBackend, params: Params) -> Params:
    name, namespace = params["snapshotName"], backend.namespace(params["namespaceName"])
    _new("snapshot", backend.snapshots, name)
    backend.snapshots[name] = _snapshot(backend, name, namespace, params.get("retentionPeriod", FOR_EVER))
    backend.tags[backend.snapshots[name]["snapshotArn"]] = params.get("tags", [])
    return {"snapshot": backend.snapshots[name]}


def _snapshot(backend: RedshiftServerlessBackend, name: str, namespace: Params, days: int) -> Params:
    return {
        "snapshotName": name,
        "snapshotArn": backend.arn(f"snapshot/{uuid.uuid4()}"),
        "namespaceName": namespace["namespaceName"],
        "namespaceArn": namespace["namespaceArn"],
        "kmsKeyId": namespace["kmsKeyId"],
        "ownerAccount": backend.account_id,
        "status": "AVAILABLE",
        "snapshotCreateTime": now(),
        "snapshotRetentionPeriod": days,
        "accountsWithRestoreAccess": [],
        "accountsWithProvisionedRestoreAccess": [],
    }


@handles(SERVICE, "GetSnapshot")
def get_snapshot(backend: RedshiftServerlessBackend, params: Params) -> Params:
    return {"snapshot": _shared(backend, found("snapshot", backend.snapshots, params["snapshotName"]))}


@handles(SERVICE, "ListSnapshots")
def list_snapshots(backend: RedshiftServerlessBackend, params: Params) -> Params:
    shown = [_shared(backend, snapshot) for snapshot in backend.snapshots.values()]
    return {"snapshots": [snapshot for snapshot in shown if params.get("namespaceName") in (None, snapshot["namespaceName"])]}


@handles(SERVICE, "ListRecoveryPoints")
def list_recovery_points(backend: RedshiftServerlessBackend, params: Params) -> Params:
    return {"recoveryPoints": list(backend.recovery_points.values())}


def _shared(backend: RedshiftServerlessBackend, snapshot: Params) -> Params:
    """With the accounts that the snapshot's resource policy lets in."""
    policy = backend.policies.get(snapshot["snapshotArn"])
    if not policy:
        return snapshot
    principals = [statement["Principal"]["AWS"] for statement in json.loads(policy)["Statement"]]
    accounts = [account for principal in principals for account in (principal if isinstance(principal, list) else [principal])]
    return {**snapshot, "accountsWithRestoreAccess": accounts}


@handles(SERVICE, "PutResourcePolicy")
def put_resource_policy(backend: RedshiftServerlessBackend, params: Params) -> Params:
    backend.policies[params["resourceArn"]] = params["policy"]
    return {"resourcePolicy": {"resourceArn": params["resourceArn"], "policy": params["policy"]}}


@handles(SERVICE, "GetResourcePolicy")
def get_resource_policy(backend: RedshiftServerlessBackend, params: Params) -> Params:
    policy = found("resource policy", backend.policies, params["resourceArn"])  # type: ignore[arg-type]
    return {"resourcePolicy": {"resourceArn": params["resourceArn"], "policy": policy}}


# Scheduled actions


@handles(SERVICE, "CreateScheduledAction")
def create_scheduled_action(backend: RedshiftServerlessBackend, params: Params) -> Params:
    name = params["scheduledActionName"]
    backend.namespace(params["namespaceName"])
    _new("scheduled action", backend.actions, name)
    members = ("scheduledActionName", "namespaceName", "roleArn", "schedule", "targetAction", "startTime", "endTime", "scheduledActionDescription")
    shown = {member: params[member] for member in members if member in params}
    backend.actions[name] = {**shown, "scheduledActionUuid": str(uuid.uuid4()), "state": "ACTIVE" if params.get("enabled", True) else "DISABLED"}
    return {"scheduledAction": backend.actions[name]}


@handles(SERVICE, "ListScheduledActions")
def list_scheduled_actions(backend: RedshiftServerlessBackend, params: Params) -> Params:
    members = ("namespaceName", "scheduledActionName")
    return {"scheduledActions": [{member: action[member] for member in members} for action in backend.actions.values()]}


@handles(SERVICE, "GetScheduledAction")
def get_scheduled_action(backend: RedshiftServerlessBackend, params: Params) -> Params:
    return {"scheduledAction": found("scheduled action", backend.actions, params["scheduledActionName"])}


# Copies in another Region


@handles(SERVICE, "CreateSnapshotCopyConfiguration")
def create_snapshot_copy_configuration(backend: RedshiftServerlessBackend, params: Params) -> Params:
    name, identity = backend.namespace(params["namespaceName"])["namespaceName"], str(uuid.uuid4())
    _new("snapshot copy configuration", backend.copies, name)
    backend.copies[name] = {
        "snapshotCopyConfigurationId": identity,
        "snapshotCopyConfigurationArn": backend.arn(f"snapshotcopyconfiguration/{identity}"),
        "namespaceName": name,
        "destinationRegion": params["destinationRegion"],
        "destinationKmsKeyId": params.get("destinationKmsKeyId", OWNED),
        "snapshotRetentionPeriod": params.get("snapshotRetentionPeriod", FOR_EVER),
    }
    return {"snapshotCopyConfiguration": backend.copies[name]}


@handles(SERVICE, "ListSnapshotCopyConfigurations")
def list_snapshot_copy_configurations(backend: RedshiftServerlessBackend, params: Params) -> Params:
    shown = [copy for copy in backend.copies.values() if params.get("namespaceName") in (None, copy["namespaceName"])]
    return {"snapshotCopyConfigurations": shown}


# Seeds


@seeds(SERVICE, "namespace", "Namespace")
def seed_namespace(backend: RedshiftServerlessBackend, values: Params) -> Params:
    """Shows a namespace with other members, such as creationDate."""
    namespace = backend.namespace(values.get("namespaceName", ""))
    namespace.update(values)
    return namespace


@seeds(SERVICE, "snapshot", "Snapshot")
def seed_snapshot(backend: RedshiftServerlessBackend, values: Params) -> Params:
    """Shows a snapshot with other members, or adds one: of a scheduled action, of AWS Backup, from another Region."""
    name = values.get("snapshotName", "")
    if name not in backend.snapshots:
        namespace = backend.namespaces.get(values.get("namespaceName", "")) or {"namespaceArn": "", "kmsKeyId": OWNED, **values}
        backend.snapshots[name] = _snapshot(backend, name, namespace, FOR_EVER)
    backend.snapshots[name].update(values)
    backend.tags.setdefault(backend.snapshots[name]["snapshotArn"], [])
    return backend.snapshots[name]


@seeds(SERVICE, "recovery_point", "RecoveryPoint")
def seed_recovery_point(backend: RedshiftServerlessBackend, values: Params) -> Params:
    namespace = backend.namespace(values.get("namespaceName", ""))
    identity = str(uuid.uuid4())
    of = {"recoveryPointId": identity, "namespaceArn": namespace["namespaceArn"], "workgroupName": namespace["namespaceName"]}
    backend.recovery_points[identity] = {**of, "recoveryPointCreateTime": now(), **values}
    return backend.recovery_points[identity]
