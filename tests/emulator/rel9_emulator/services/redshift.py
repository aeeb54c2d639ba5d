"""Redshift: moto's clusters, snapshots and grants, with snapshot schedules, sharing, keys that exist, and members that moto lacks.

AWS encrypts new clusters whether they ask for it or not. `ModifyCluster` decrypts one. A cluster without a key of its own is
under `aws/redshift`, as those from before January 2025 are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from moto.redshift.models import RedshiftBackend, redshift_backends

from ..errors import ServiceError
from ..memory import managed_key, memory_of
from ..registry import amends, backends_of, handles, seeds
from ..shapes import now, utc

Params = dict[str, Any]
SERVICE = "redshift"
FOR_EVER = -1
ALWAYS_ON = ("ra3.", "rg.")


class Backend(RedshiftBackend):
    """Remembers of which cluster a snapshot is: a later cluster may have the same name."""

    @property
    def _url_module(self) -> Any:
        from moto.redshift import urls

        return urls

    def create_cluster_snapshot(self, cluster_identifier: str, snapshot_identifier: str, *others: Any, **more: Any) -> Any:
        made = super().create_cluster_snapshot(cluster_identifier, snapshot_identifier, *others, **more)
        cluster = self.clusters[cluster_identifier]
        made.unique_cluster_id, made.kms_key_id = cluster.unique_cluster_id, _key(self, cluster.kms_key_id, cluster.encrypted)
        made.cluster_created = _created(self, cluster)
        return made


backends_of(SERVICE, redshift_backends, Backend)


def _cluster(backend: Any, identifier: str) -> Any:
    if identifier not in backend.clusters:
        raise ServiceError("ClusterNotFound", f"Cluster {identifier} not found.")
    return backend.clusters[identifier]


def _snapshot(backend: Any, params: Params) -> Any:
    name = params.get("SnapshotIdentifier") or params.get("SnapshotArn", "").rsplit("/", 1)[-1]
    if name not in backend.snapshots:
        raise ServiceError("ClusterSnapshotNotFound", f"Snapshot {name} not found.")
    return backend.snapshots[name]


def _created(backend: Any, cluster: Any) -> Any:
    return memory_of(SERVICE, backend).overridden("cluster", cluster.cluster_identifier).get("ClusterCreateTime", cluster.create_time)


def _key(backend: Any, key: str | None, encrypted: Any) -> str | None:
    if not encrypted:
        return None
    if key is None:
        return managed_key(backend.account_id, backend.region_name, "aws/redshift")
    if key.startswith("arn:"):
        return key
    return f"arn:{backend.partition}:kms:{backend.region_name}:{backend.account_id}:{'' if '/' in key else 'key/'}{key}"


def _delete_automated_snapshots(backend: Any, name: str) -> None:
    """Other calls may add snapshots meanwhile, so this reads a copy of the list."""
    for snapshot in list(backend.snapshots.values()):
        if (snapshot.cluster_identifier, snapshot.snapshot_type) == (name, "automated"):
            backend.snapshots.pop(snapshot.snapshot_identifier, None)


def _show_cluster(backend: Any, item: Params) -> None:
    memory = memory_of(SERVICE, backend)
    name = item["ClusterIdentifier"]
    cluster = backend.clusters.get(name)
    key = _key(backend, getattr(cluster, "kms_key_id", None), item.get("Encrypted"))
    item.pop("KmsKeyId", None)
    if key is not None:
        item["KmsKeyId"] = key
    item.setdefault("ManualSnapshotRetentionPeriod", FOR_EVER)
    if "ClusterSnapshotCopyStatus" in item:
        item["ClusterSnapshotCopyStatus"].setdefault("ManualSnapshotRetentionPeriod", FOR_EVER)
    item.update(memory.records["schedule_of"].get(name, {}))
    memory.apply("cluster", name, item)


# Clusters


@amends(SERVICE, "CreateCluster")
def create_cluster(backend: Any, params: Params, answer: Params) -> None:
    name = params["ClusterIdentifier"]
    cluster = backend.clusters[name]
    retention = params.get("AutomatedSnapshotRetentionPeriod", 1)
    refused = None
    if params.get("Encrypted") is False:
        refused = "You can't create an unencrypted cluster."
    elif retention == 0 and cluster.node_type.startswith(ALWAYS_ON):
        refused = f"You can't disable automated snapshots for {cluster.node_type}."
    if refused:
        _delete_automated_snapshots(backend, name)
        del backend.clusters[name]
        raise ServiceError("InvalidParameterValue", refused)
    cluster.encrypted, cluster.automated_snapshot_retention_period = True, retention
    for snapshot in [snapshot for snapshot in list(backend.snapshots.values()) if snapshot.cluster_identifier == name]:
        if snapshot.unique_cluster_id == cluster.unique_cluster_id:
            snapshot.encrypted, snapshot.kms_key_id = True, _key(backend, cluster.kms_key_id, True)
    if retention == 0:
        _delete_automated_snapshots(backend, name)
    answer["Cluster"].update(Encrypted=True, AutomatedSnapshotRetentionPeriod=retention)
    _show_cluster(backend, answer["Cluster"])
    if params.get("SnapshotScheduleIdentifier"):
        modify_cluster_snapshot_schedule(backend, {"ClusterIdentifier": name, "ScheduleIdentifier": params["SnapshotScheduleIdentifier"]})


@amends(SERVICE, "DescribeClusters")
def describe_clusters(backend: Any, params: Params, answer: Params) -> None:
    for item in answer["Clusters"]:
        _show_cluster(backend, item)


@amends(SERVICE, "ModifyCluster")
def modify_cluster(backend: Any, params: Params, answer: Params) -> None:
    cluster = backend.clusters[params.get("NewClusterIdentifier") or params["ClusterIdentifier"]]
    if "Encrypted" in params:
        cluster.encrypted = params["Encrypted"]
    if params.get("KmsKeyId"):
        cluster.kms_key_id = params["KmsKeyId"]
    if params.get("AutomatedSnapshotRetentionPeriod") == 0:
        _delete_automated_snapshots(backend, cluster.cluster_identifier)
    answer["Cluster"]["Encrypted"] = bool(cluster.encrypted)
    _show_cluster(backend, answer["Cluster"])


@amends(SERVICE, "RestoreFromClusterSnapshot")
def restore_from_cluster_snapshot(backend: Any, params: Params, answer: Params) -> None:
    """A key encrypts the restored cluster, of an unencrypted snapshot too."""
    cluster = backend.clusters[params["ClusterIdentifier"]]
    if params.get("Encrypted") or params.get("KmsKeyId"):
        cluster.encrypted, cluster.kms_key_id = True, params.get("KmsKeyId")
    answer["Cluster"]["Encrypted"] = bool(cluster.encrypted)
    _show_cluster(backend, answer["Cluster"])


@amends(SERVICE, "EnableSnapshotCopy")
def enable_snapshot_copy(backend: Any, params: Params, answer: Params) -> None:
    """The grant is in the destination Region."""
    grant = params.get("SnapshotCopyGrantName")
    there = redshift_backends[backend.account_id][params["DestinationRegion"]]
    cluster = backend.clusters[params["ClusterIdentifier"]]
    if grant and grant not in there.snapshot_copy_grants:
        cluster.cluster_snapshot_copy_status = None
        raise ServiceError("SnapshotCopyGrantNotFoundFault", f"There is no grant {grant} in {params['DestinationRegion']}")
    if "ManualSnapshotRetentionPeriod" in params:
        cluster.cluster_snapshot_copy_status["ManualSnapshotRetentionPeriod"] = params["ManualSnapshotRetentionPeriod"]
    _show_cluster(backend, answer["Cluster"])


@handles(SERVICE, "ModifySnapshotCopyRetentionPeriod")
def modify_snapshot_copy_retention_period(backend: Any, params: Params) -> Params:
    status = _cluster(backend, params["ClusterIdentifier"]).cluster_snapshot_copy_status
    if status is None:
        raise ServiceError("SnapshotCopyDisabledFault", "Snapshot copy is not enabled")
    status["ManualSnapshotRetentionPeriod" if params.get("Manual") else "RetentionPeriod"] = params["RetentionPeriod"]
    return {"Cluster": {"ClusterIdentifier": params["ClusterIdentifier"], "ClusterSnapshotCopyStatus": status}}


# Snapshots


@amends(SERVICE, "DescribeClusterSnapshots")
def describe_cluster_snapshots(backend: Any, params: Params, answer: Params) -> None:
    """With the snapshots of seeds, which no call of this account and Region makes: copies, those of AWS Backup, those that others share."""
    memory = memory_of(SERVICE, backend)
    for item in answer["Snapshots"]:
        name = item["SnapshotIdentifier"]
        made = backend.snapshots[name]
        living = [cluster for cluster in backend.clusters.values() if cluster.unique_cluster_id == made.unique_cluster_id]
        item["ClusterCreateTime"] = utc(_created(backend, living[0]) if living else made.cluster_created)
        item["SnapshotArn"] = _snapshot_arn(backend, item["ClusterIdentifier"], name)
        item["OwnerAccount"] = backend.account_id
        item["Encrypted"] = bool(made.encrypted)
        if made.kms_key_id and made.encrypted:
            item["KmsKeyId"] = made.kms_key_id
        if made.snapshot_type == "manual":
            item.setdefault("ManualSnapshotRetentionPeriod", FOR_EVER)
        accounts = memory.records["shared_with"].get(name)
        if accounts:
            item["AccountsWithRestoreAccess"] = [{"AccountId": account} for account in accounts]
        memory.apply("snapshot", name, item)
    # moto answers with all snapshots for a cluster that has none.
    wanted = {member: params[member] for member in ("SnapshotIdentifier", "ClusterIdentifier", "SnapshotType") if params.get(member)}
    shown = [*answer["Snapshots"], *memory.records["snapshot"].values()]
    answer["Snapshots"] = [item for item in shown if all(item.get(member) == value for member, value in wanted.items())]


def _snapshot_arn(backend: Any, cluster: str, name: str) -> str:
    return f"arn:{backend.partition}:redshift:{backend.region_name}:{backend.account_id}:snapshot:{cluster}/{name}"


@amends(SERVICE, "CreateClusterSnapshot")
def create_cluster_snapshot(backend: Any, params: Params, answer: Params) -> None:
    if "ManualSnapshotRetentionPeriod" in params:
        values = {"ManualSnapshotRetentionPeriod": params["ManualSnapshotRetentionPeriod"]}
        memory_of(SERVICE, backend).override("snapshot", params["SnapshotIdentifier"], values)


@handles(SERVICE, "AuthorizeSnapshotAccess")
def authorize_snapshot_access(backend: Any, params: Params) -> Params:
    return _share(backend, params, lambda accounts, account: [*accounts, account])


@handles(SERVICE, "RevokeSnapshotAccess")
def revoke_snapshot_access(backend: Any, params: Params) -> Params:
    return _share(backend, params, lambda accounts, account: [other for other in accounts if other != account])


def _share(backend: Any, params: Params, change: Any) -> Params:
    snapshot = _snapshot(backend, params)
    if snapshot.snapshot_type != "manual":
        raise ServiceError("InvalidClusterSnapshotState", "Only manual snapshots can be shared")
    shared = memory_of(SERVICE, backend).records["shared_with"]
    shared[snapshot.snapshot_identifier] = change(shared.get(snapshot.snapshot_identifier, []), params["AccountWithRestoreAccess"])
    return {"Snapshot": {"SnapshotIdentifier": snapshot.snapshot_identifier, "ClusterIdentifier": snapshot.cluster_identifier}}


# Snapshot schedules


def _schedule(backend: Any, name: str | None) -> Params:
    schedules = memory_of(SERVICE, backend).records["schedule"]
    if name not in schedules:
        raise ServiceError("SnapshotScheduleNotFound", f"There is no snapshot schedule {name}")
    return schedules[name]


@handles(SERVICE, "CreateSnapshotSchedule")
def create_snapshot_schedule(backend: Any, params: Params) -> Params:
    name = params["ScheduleIdentifier"]
    schedules = memory_of(SERVICE, backend).records["schedule"]
    if name in schedules:
        raise ServiceError("SnapshotScheduleAlreadyExists", f"There is a snapshot schedule {name} already")
    members = ("ScheduleIdentifier", "ScheduleDescription", "ScheduleDefinitions", "Tags")
    schedules[name] = {member: params[member] for member in members if member in params}
    return _with_clusters(backend, schedules[name])


@handles(SERVICE, "DescribeSnapshotSchedules")
def describe_snapshot_schedules(backend: Any, params: Params) -> Params:
    wanted, cluster = params.get("ScheduleIdentifier"), params.get("ClusterIdentifier")
    schedules = [_schedule(backend, wanted)] if wanted else memory_of(SERVICE, backend).records["schedule"].values()
    shown = [_with_clusters(backend, schedule) for schedule in schedules]
    if cluster:
        shown = [s for s in shown if any(c["ClusterIdentifier"] == cluster for c in s["AssociatedClusters"])]
    return {"SnapshotSchedules": shown}


def _with_clusters(backend: Any, schedule: Params) -> Params:
    of_clusters = memory_of(SERVICE, backend).records["schedule_of"].items()
    clusters = [
        {"ClusterIdentifier": name, "ScheduleAssociationState": of["SnapshotScheduleState"]}
        for name, of in of_clusters
        if of["SnapshotScheduleIdentifier"] == schedule["ScheduleIdentifier"]
    ]
    return {**schedule, "AssociatedClusterCount": len(clusters), "AssociatedClusters": clusters}


@handles(SERVICE, "ModifySnapshotSchedule")
def modify_snapshot_schedule(backend: Any, params: Params) -> Params:
    schedule = _schedule(backend, params["ScheduleIdentifier"])
    schedule["ScheduleDefinitions"] = params["ScheduleDefinitions"]
    return _with_clusters(backend, schedule)


@handles(SERVICE, "DeleteSnapshotSchedule")
def delete_snapshot_schedule(backend: Any, params: Params) -> None:
    name = _schedule(backend, params["ScheduleIdentifier"])["ScheduleIdentifier"]
    memory = memory_of(SERVICE, backend)
    if any(of["SnapshotScheduleIdentifier"] == name for of in memory.records["schedule_of"].values()):
        raise ServiceError("InvalidClusterSnapshotScheduleState", f"Clusters use snapshot schedule {name}")
    del memory.records["schedule"][name]


@handles(SERVICE, "ModifyClusterSnapshotSchedule")
def modify_cluster_snapshot_schedule(backend: Any, params: Params) -> None:
    """An association is new, and so is its state."""
    name = _cluster(backend, params["ClusterIdentifier"]).cluster_identifier
    memory = memory_of(SERVICE, backend)
    memory.overridden("cluster", name).pop("SnapshotScheduleState", None)
    if params.get("DisassociateSchedule"):
        memory.records["schedule_of"].pop(name, None)
        return
    schedule = _schedule(backend, params.get("ScheduleIdentifier"))["ScheduleIdentifier"]
    state = {"SnapshotScheduleState": "ACTIVE", "ExpectedNextSnapshotScheduleTime": now() + timedelta(hours=1)}
    memory.records["schedule_of"][name] = {"SnapshotScheduleIdentifier": schedule, **state}


# Grants


@amends(SERVICE, "DescribeSnapshotCopyGrants")
def describe_snapshot_copy_grants(backend: Any, params: Params, answer: Params) -> None:
    for item in answer["SnapshotCopyGrants"]:
        item["KmsKeyId"] = _key(backend, item.get("KmsKeyId"), True)
        item.setdefault("Tags", [])


# Seeds


@seeds(SERVICE, "cluster", "Cluster")
def seed_cluster(backend: Any, values: Params) -> Params:
    """Shows a cluster with other members: ClusterCreateTime, ClusterStatus, SnapshotScheduleState."""
    return memory_of(SERVICE, backend).override("cluster", _cluster(backend, values.get("ClusterIdentifier", "")).cluster_identifier, values)


@seeds(SERVICE, "snapshot", "Snapshot")
def seed_snapshot(backend: Any, values: Params) -> Params:
    """Shows a snapshot with other members, or adds one. A new one of a cluster that exists takes its create time, encryption and key."""
    memory, name = memory_of(SERVICE, backend), values.get("SnapshotIdentifier", "")
    if name in backend.snapshots:
        return memory.override("snapshot", name, values)
    missing = [member for member in ("SnapshotIdentifier", "ClusterIdentifier", "SnapshotCreateTime") if not values.get(member)]
    if missing:
        raise ServiceError("ValidationException", f"a new snapshot needs {', '.join(missing)}")
    cluster = backend.clusters.get(values["ClusterIdentifier"])
    key = _key(backend, getattr(cluster, "kms_key_id", None), getattr(cluster, "encrypted", False))
    filled = {
        "Status": "available",
        "SnapshotType": "manual",
        "SnapshotArn": _snapshot_arn(backend, values["ClusterIdentifier"], name),
        "OwnerAccount": backend.account_id,
        "ClusterCreateTime": utc(_created(backend, cluster)) if cluster else None,
        "Encrypted": bool(key),
        "KmsKeyId": key,
        **values,
    }
    memory.records["snapshot"][name] = {member: value for member, value in filled.items() if value is not None}
    return memory.records["snapshot"][name]
