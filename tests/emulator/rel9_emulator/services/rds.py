"""RDS: moto's instances, clusters and snapshots, with DocumentDB, automated backups as AWS shows them, restorable times
that follow retention, distinct resource ids, and keys that exist."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

from moto.rds import models
from moto.rds.models import rds_backends
from moto.rds.utils import ClusterEngine, DbInstanceEngine

from ..errors import ServiceError
from ..memory import managed_key, memory_of
from ..registry import amends, backends_of, handles, seeds
from ..shapes import now, utc

Params = dict[str, Any]
SERVICE = "rds"
LAG = timedelta(minutes=5)
NO_KEY = "default_kms_key_id"  # moto's placeholder for a key

backends_of(SERVICE, rds_backends)


def _also_for(known: Any, value: Any) -> Any:
    """moto's table by engine, with a value for docdb."""

    def by_engine(engine: str, **others: Any) -> Any:
        return value if engine == "docdb" else known(engine=engine, **others)

    return staticmethod(by_engine)


def _teach_document_db() -> None:
    """Adds docdb, which moto refuses, as an engine of its clusters and instances."""
    cluster, instance = models.DBCluster, models.DBInstance
    cluster.default_engine_version = _also_for(cluster.default_engine_version, "5.0.0")
    cluster.default_port = _also_for(cluster.default_port, 27017)
    cluster.default_allocated_storage = _also_for(cluster.default_allocated_storage, 1)
    instance.default_port = _also_for(instance.default_port, 27017)
    cluster_engines, instance_engines = ClusterEngine.list_cluster_engines(), DbInstanceEngine.valid_db_instance_engine()
    ClusterEngine.list_cluster_engines = staticmethod(lambda: sorted([*cluster_engines, "docdb"]))
    DbInstanceEngine.valid_db_instance_engine = staticmethod(lambda: sorted([*instance_engines, "docdb"]))


_teach_document_db()


def _configuration(cluster: Any) -> Params:
    """moto's configuration of a cluster, from which it restores; its clusters of Neptune have no password."""
    cluster.__dict__.setdefault("_master_user_password", None)
    return _moto_configuration(cluster)


_moto_configuration, models.DBCluster.get_cfg = models.DBCluster.get_cfg, _configuration


def resource_id(arn: str) -> str:
    """The DbiResourceId of an instance, because moto gives all instances the same."""
    return "db-" + base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()[:26]


def _key(backend: Any, key: str | None, encrypted: bool) -> str | None:
    if not encrypted:
        return None
    if key in (None, NO_KEY):
        return managed_key(backend.account_id, backend.region_name, "aws/rds")
    if str(key).startswith("arn:"):
        return str(key)
    return f"arn:{backend.partition}:kms:{backend.region_name}:{backend.account_id}:{'' if '/' in str(key) else 'key/'}{key}"


def _set_key(backend: Any, item: Params, encrypted_member: str) -> None:
    key = _key(backend, item.get("KmsKeyId"), bool(item.get(encrypted_member)))
    if key is None:
        item.pop("KmsKeyId", None)
    else:
        item["KmsKeyId"] = key


def _instance_arn(backend: Any, identifier: str) -> str:
    return f"arn:{backend.partition}:rds:{backend.region_name}:{backend.account_id}:db:{identifier}"


def _window(created: Any, retention: int) -> Params:
    latest = max(utc(created), now() - LAG)
    return {"EarliestTime": max(utc(created), latest - timedelta(days=retention)), "LatestTime": latest}


# Instances and clusters


def _drop_automated_snapshots(backend: Any, identifier: str) -> None:
    """AWS takes automated snapshots of an instance only if it has retention and belongs to no cluster; moto always takes them."""
    database = backend.databases.get(identifier)
    if database is None or (database.backup_retention_period and database.db_cluster_identifier is None):
        return
    for name, snapshot in list(backend.database_snapshots.items()):
        if snapshot.db_instance_identifier == identifier and snapshot.snapshot_type == "automated":
            del backend.database_snapshots[name]


def _amend_instance_call(operation: str) -> None:
    @amends(SERVICE, operation)
    def amend(backend: Any, params: Params, answer: Params) -> None:
        _drop_automated_snapshots(backend, answer["DBInstance"]["DBInstanceIdentifier"])


for _operation in ("CreateDBInstance", "CreateDBInstanceReadReplica", "RestoreDBInstanceFromDBSnapshot", "ModifyDBInstance"):
    _amend_instance_call(_operation)


@amends(SERVICE, "DescribeDBInstances")
def describe_db_instances(backend: Any, params: Params, answer: Params) -> None:
    memory = memory_of(SERVICE, backend)
    for item in answer["DBInstances"]:
        identifier = item["DBInstanceIdentifier"]
        item["DbiResourceId"] = resource_id(item["DBInstanceArn"])
        _set_key(backend, item, "StorageEncrypted")
        item.setdefault("PubliclyAccessible", False)
        item.pop("LatestRestorableTime", None)
        if item.get("BackupRetentionPeriod", 0) and not item.get("DBClusterIdentifier"):
            item["LatestRestorableTime"] = _window(item["InstanceCreateTime"], item["BackupRetentionPeriod"])["LatestTime"]
        replications = memory.records["replications"].get(identifier, {})
        if replications:
            item["DBInstanceAutomatedBackupsReplications"] = [{"DBInstanceAutomatedBackupsArn": arn} for arn in replications]
        memory.apply("db_instance", identifier, item)


def _amend_restore(operation: str) -> None:
    @amends(SERVICE, operation)
    def amend(backend: Any, params: Params, answer: Params) -> None:
        """A key encrypts the restored cluster, of an unencrypted snapshot too."""
        if params.get("KmsKeyId"):
            cluster = backend.clusters[params["DBClusterIdentifier"]]
            cluster.storage_encrypted, cluster.kms_key_id = True, params["KmsKeyId"]
            answer["DBCluster"].update(StorageEncrypted=True, KmsKeyId=params["KmsKeyId"])


_amend_restore("RestoreDBClusterFromSnapshot")
_amend_restore("RestoreDBClusterToPointInTime")


@amends(SERVICE, "DescribeDBClusters")
def describe_db_clusters(backend: Any, params: Params, answer: Params) -> None:
    for item in answer["DBClusters"]:
        _set_key(backend, item, "StorageEncrypted")
        window = _window(item["ClusterCreateTime"], item["BackupRetentionPeriod"])
        item["EarliestRestorableTime"], item["LatestRestorableTime"] = window["EarliestTime"], window["LatestTime"]
        if item["Engine"] != "aurora-mysql":
            item.pop("BacktrackWindow", None)
        memory_of(SERVICE, backend).apply("db_cluster", item["DBClusterIdentifier"], item)


# Global clusters, which moto keeps in us-east-1 and lists in every Region


@amends(SERVICE, "CreateGlobalCluster")
def create_global_cluster(backend: Any, params: Params, answer: Params) -> None:
    """Tags, which moto ignores. With a source, which moto finds in us-east-1 only, AWS takes the encryption from it and makes it the primary
    cluster."""
    home = rds_backends[backend.account_id]["us-east-1"]
    cluster = home.global_clusters[params["GlobalClusterIdentifier"]]
    cluster.tags = list(params.get("Tags") or [])
    for primary in cluster.members:
        primary.is_writer = True
        cluster.storage_encrypted = bool(primary.storage_encrypted)
    item = answer["GlobalCluster"]
    item["TagList"], item["StorageEncrypted"] = cluster.tags, cluster.storage_encrypted
    item["GlobalClusterMembers"] = [{**member, "IsWriter": True} for member in item["GlobalClusterMembers"]]


@handles(SERVICE, "ModifyGlobalCluster")
def modify_global_cluster(backend: Any, params: Params) -> Params:
    clusters = rds_backends[backend.account_id]["us-east-1"].global_clusters
    cluster = clusters.get(params["GlobalClusterIdentifier"])
    if cluster is None:
        raise ServiceError("GlobalClusterNotFoundFault", f"Global cluster {params['GlobalClusterIdentifier']} not found")
    if "DeletionProtection" in params:
        cluster.deletion_protection = params["DeletionProtection"]
    members = ("Identifier", "ResourceId", "Arn")
    shown = {f"GlobalCluster{name}": getattr(cluster, attribute) for name, attribute in zip(members, _GLOBAL_ATTRIBUTES, strict=True)}
    return {"GlobalCluster": {**shown, "Engine": cluster.engine, "DeletionProtection": cluster.deletion_protection}}


_GLOBAL_ATTRIBUTES = ("global_cluster_identifier", "global_cluster_resource_id", "global_cluster_arn")


# Snapshots


@amends(SERVICE, "DescribeDBSnapshots")
def describe_db_snapshots(backend: Any, params: Params, answer: Params) -> None:
    for item in answer["DBSnapshots"]:
        item["DbiResourceId"] = resource_id(_instance_arn(backend, item["DBInstanceIdentifier"]))
        _set_key(backend, item, "Encrypted")
        memory_of(SERVICE, backend).apply("db_snapshot", item["DBSnapshotIdentifier"], item)


@amends(SERVICE, "DescribeDBClusterSnapshots")
def describe_db_cluster_snapshots(backend: Any, params: Params, answer: Params) -> None:
    for item in answer["DBClusterSnapshots"]:
        _set_key(backend, item, "StorageEncrypted")
        cluster = backend.clusters.get(item["DBClusterIdentifier"])
        if cluster is not None:
            item["DbClusterResourceId"] = cluster.db_cluster_resource_id
        memory_of(SERVICE, backend).apply("db_cluster_snapshot", item["DBClusterSnapshotIdentifier"], item)


# Automated backups


def _instance_backup(backend: Any, database: Any) -> Params:
    arn = database.db_instance_arn
    retention = database.backup_retention_period
    return {
        "DBInstanceArn": arn,
        "DbiResourceId": resource_id(arn),
        "Region": backend.region_name,
        "DBInstanceIdentifier": database.db_instance_identifier,
        "RestoreWindow": _window(database.instance_create_time, retention),
        "AllocatedStorage": database.allocated_storage,
        "Status": "active",
        "Port": database.port,
        "AvailabilityZone": database.availability_zone,
        "InstanceCreateTime": utc(database.instance_create_time),
        "MasterUsername": database.master_username,
        "Engine": database.engine,
        "EngineVersion": database.engine_version,
        "LicenseModel": database.license_model,
        "Encrypted": bool(database.storage_encrypted),
        "StorageType": database.storage_type,
        "KmsKeyId": _key(backend, database.kms_key_id, bool(database.storage_encrypted)),
        "IAMDatabaseAuthenticationEnabled": bool(database.enable_iam_database_authentication),
        "BackupRetentionPeriod": retention,
        "PreferredBackupWindow": database.preferred_backup_window,
        "DBInstanceAutomatedBackupsArn": _backup_arn(backend, "ab", arn),
        "BackupTarget": "region",
        "TagList": list(database.tags),
    }


def _backup_arn(backend: Any, prefix: str, source: str) -> str:
    name = base64.b32encode(hashlib.sha256(f"{source} {backend.region_name}".encode()).digest()).decode().lower()[:39].rstrip("=")
    kind = "auto-backup" if prefix == "ab" else "cluster-auto-backup"
    return f"arn:{backend.partition}:rds:{backend.region_name}:{backend.account_id}:{kind}:{prefix}-{name}"


def _filtered(items: list[Params], params: Params, members: dict[str, str], filters: dict[str, str]) -> list[Params]:
    for parameter, member in members.items():
        if params.get(parameter) is not None:
            items = [item for item in items if item.get(member) == params[parameter]]
    for condition in params.get("Filters") or []:
        if condition["Name"] not in filters:
            raise ServiceError("InvalidParameterValue", f"Unrecognized filter name: {condition['Name']}")
        items = [item for item in items if item.get(filters[condition["Name"]]) in condition["Values"]]
    return items


@handles(SERVICE, "DescribeDBInstanceAutomatedBackups")
def describe_db_instance_automated_backups(backend: Any, params: Params) -> Params:
    memory = memory_of(SERVICE, backend)
    items = []
    for database in backend.databases.values():
        if database.db_cluster_identifier is None and database.backup_retention_period:
            item = _instance_backup(backend, database)
            replications = memory.records["replications"].get(database.db_instance_identifier, {})
            if replications:
                item["DBInstanceAutomatedBackupsReplications"] = [{"DBInstanceAutomatedBackupsArn": arn} for arn in replications]
            items.append(item)
    items += [dict(item) for item in memory.records["backup"].values()]
    for item in items:
        memory.apply("db_instance_automated_backup", item["DBInstanceAutomatedBackupsArn"], item)
    members = {m: m for m in ("DbiResourceId", "DBInstanceIdentifier", "DBInstanceAutomatedBackupsArn")}
    filters = {"status": "Status", "db-instance-id": "DBInstanceIdentifier", "dbi-resource-id": "DbiResourceId"}
    return {"DBInstanceAutomatedBackups": _filtered(items, params, members, filters)}


@handles(SERVICE, "DescribeDBClusterAutomatedBackups")
def describe_db_cluster_automated_backups(backend: Any, params: Params) -> Params:
    memory = memory_of(SERVICE, backend)
    items = []
    for cluster in backend.clusters.values():
        item = {
            "Engine": cluster.engine,
            "EngineVersion": cluster.engine_version,
            "EngineMode": cluster.engine_mode,
            "DBClusterAutomatedBackupsArn": _backup_arn(backend, "cab", cluster.db_cluster_arn),
            "DBClusterArn": cluster.db_cluster_arn,
            "DBClusterIdentifier": cluster.db_cluster_identifier,
            "DbClusterResourceId": cluster.db_cluster_resource_id,
            "RestoreWindow": _window(cluster.created, cluster.backup_retention_period),
            "MasterUsername": cluster.master_username,
            "Region": backend.region_name,
            "Status": "active",
            "ClusterCreateTime": utc(cluster.created),
            "StorageEncrypted": bool(cluster.storage_encrypted),
            "KmsKeyId": _key(backend, cluster.kms_key_id, bool(cluster.storage_encrypted)),
            "AllocatedStorage": cluster.allocated_storage,
            "BackupRetentionPeriod": cluster.backup_retention_period,
            "PreferredBackupWindow": cluster.preferred_backup_window,
            "Port": cluster.port,
            "IAMDatabaseAuthenticationEnabled": cluster.iam_database_authentication_enabled,
        }
        items.append(item)
    items += [dict(item) for item in memory.records["cluster_backup"].values()]
    for item in items:
        memory.apply("db_cluster_automated_backup", item["DBClusterAutomatedBackupsArn"], item)
    members = {m: m for m in ("DbClusterResourceId", "DBClusterIdentifier")}
    filters = {"status": "Status", "db-cluster-id": "DBClusterIdentifier", "db-cluster-resource-id": "DbClusterResourceId"}
    return {"DBClusterAutomatedBackups": _filtered(items, params, members, filters)}


def _source_of(arn: str) -> tuple[Any, Any]:
    _, _, _, region, account, _, identifier = arn.split(":", 6)
    source = rds_backends[account][region]
    if identifier not in source.databases:
        raise ServiceError("DBInstanceNotFound", f"DBInstance {identifier} not found.")
    return source, source.databases[identifier]


@handles(SERVICE, "StartDBInstanceAutomatedBackupsReplication")
def start_replication(backend: Any, params: Params) -> Params:
    """Called in the destination Region, which then keeps automated backups of an instance in another one."""
    source, database = _source_of(params["SourceDBInstanceArn"])
    if not database.backup_retention_period or source.region_name == backend.region_name:
        raise ServiceError("InvalidDBInstanceState", "Automated backups are off, or the source is in the same Region")
    if database.storage_encrypted and not params.get("KmsKeyId"):
        raise ServiceError("InvalidParameterCombination", "An encrypted instance needs a KmsKeyId of the destination Region")
    arn = _backup_arn(backend, "ab", database.db_instance_arn)
    record = {
        **_instance_backup(source, database),
        "DBInstanceAutomatedBackupsArn": arn,
        "Status": "replicating",
        "BackupRetentionPeriod": params.get("BackupRetentionPeriod", 7),
        "KmsKeyId": _key(backend, params.get("KmsKeyId"), bool(database.storage_encrypted)),
    }
    memory_of(SERVICE, backend).records["backup"][arn] = record
    memory_of(SERVICE, source).records["replications"].setdefault(database.db_instance_identifier, {})[arn] = {}
    return {"DBInstanceAutomatedBackup": record}


@handles(SERVICE, "StopDBInstanceAutomatedBackupsReplication")
def stop_replication(backend: Any, params: Params) -> Params:
    source, database = _source_of(params["SourceDBInstanceArn"])
    arn = _backup_arn(backend, "ab", database.db_instance_arn)
    record = memory_of(SERVICE, backend).records["backup"].pop(arn, None)
    if record is None:
        raise ServiceError("InvalidDBInstanceState", "The automated backups of the instance are not replicated here")
    memory_of(SERVICE, source).records["replications"][database.db_instance_identifier].pop(arn, None)
    return {"DBInstanceAutomatedBackup": {**record, "Status": "stopped"}}


# Seeds


@seeds(SERVICE, "db_instance", "DBInstance")
def seed_db_instance(backend: Any, values: Params) -> Params:
    """Shows an instance with other members: LatestRestorableTime, InstanceCreateTime, DBInstanceStatus."""
    identifier = values.get("DBInstanceIdentifier")
    if identifier not in backend.databases:
        raise ServiceError("DBInstanceNotFound", f"DBInstance {identifier} not found.")
    return memory_of(SERVICE, backend).override("db_instance", str(identifier), values)


@seeds(SERVICE, "db_cluster", "DBCluster")
def seed_db_cluster(backend: Any, values: Params) -> Params:
    identifier = values.get("DBClusterIdentifier")
    if identifier not in backend.clusters:
        raise ServiceError("DBClusterNotFoundFault", f"DBCluster {identifier} not found.")
    return memory_of(SERVICE, backend).override("db_cluster", str(identifier), values)


@seeds(SERVICE, "db_snapshot", "DBSnapshot")
def seed_db_snapshot(backend: Any, values: Params) -> Params:
    """Changes a snapshot, or creates one with another date and type (SnapshotType automated, awsbackup)."""
    identifier = values.get("DBSnapshotIdentifier")
    if not identifier:
        raise ServiceError("InvalidParameterValue", "a db_snapshot needs DBSnapshotIdentifier")
    if identifier not in backend.database_snapshots:
        backend.create_db_snapshot(values.get("DBInstanceIdentifier"), identifier, values.get("SnapshotType") or "manual")
    if values.get("SnapshotType"):
        backend.database_snapshots[identifier].snapshot_type = values["SnapshotType"]
    return memory_of(SERVICE, backend).override("db_snapshot", identifier, values)


@seeds(SERVICE, "db_cluster_snapshot", "DBClusterSnapshot")
def seed_db_cluster_snapshot(backend: Any, values: Params) -> Params:
    identifier = values.get("DBClusterSnapshotIdentifier")
    if not identifier:
        raise ServiceError("InvalidParameterValue", "a db_cluster_snapshot needs DBClusterSnapshotIdentifier")
    if identifier not in backend.cluster_snapshots:
        backend.create_db_cluster_snapshot(values.get("DBClusterIdentifier"), identifier, values.get("SnapshotType") or "manual")
    if values.get("SnapshotType"):
        backend.cluster_snapshots[identifier].snapshot_type = values["SnapshotType"]
    return memory_of(SERVICE, backend).override("db_cluster_snapshot", identifier, values)


def _seed_backup(backend: Any, values: Params, kind: str, table: str, prefix: str, listed: list[Params], arn_member: str, name: str) -> Params:
    if not values.get(name):
        raise ServiceError("InvalidParameterValue", f"a {kind} needs {name}")
    memory = memory_of(SERVICE, backend)
    arn = values.get(arn_member) or next((item[arn_member] for item in listed if item[name] == values[name]), None)
    if any(item[arn_member] == arn for item in listed):
        return memory.override(kind, str(arn), values)
    source = f"retained {backend.account_id} {values[name]}"
    arn = arn or _backup_arn(backend, prefix, source)
    record = {"Status": "retained", "Region": backend.region_name, **values, arn_member: arn}
    memory.records[table][arn] = {k: v for k, v in record.items() if v is not None}
    return memory.records[table][arn]


@seeds(SERVICE, "db_instance_automated_backup", "DBInstanceAutomatedBackup")
def seed_db_instance_automated_backup(backend: Any, values: Params) -> Params:
    """Changes an automated backup (its RestoreWindow), or creates one that outlived its instance (Status retained)."""
    listed = describe_db_instance_automated_backups(backend, {})["DBInstanceAutomatedBackups"]
    kind, arn, name = "db_instance_automated_backup", "DBInstanceAutomatedBackupsArn", "DBInstanceIdentifier"
    return _seed_backup(backend, values, kind, "backup", "ab", listed, arn, name)


@seeds(SERVICE, "db_cluster_automated_backup", "DBClusterAutomatedBackup")
def seed_db_cluster_automated_backup(backend: Any, values: Params) -> Params:
    listed = describe_db_cluster_automated_backups(backend, {})["DBClusterAutomatedBackups"]
    kind, arn, name = "db_cluster_automated_backup", "DBClusterAutomatedBackupsArn", "DBClusterIdentifier"
    return _seed_backup(backend, values, kind, "cluster_backup", "cab", listed, arn, name)
