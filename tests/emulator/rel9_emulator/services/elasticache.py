"""ElastiCache: moto's replication groups, clusters and snapshots, with serverless caches and members that moto lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.elasticache.models import ElastiCacheBackend as MotoElastiCacheBackend
from moto.elasticache.models import elasticache_backends

from ..errors import ServiceError
from ..memory import memory_of
from ..registry import amends, backends_of, handles, seeds
from ..shapes import now

Params = dict[str, Any]
SERVICE = "elasticache"


class ElastiCacheBackend(MotoElastiCacheBackend):
    """moto's backend, whose serverless caches and their snapshots have tags too."""

    @property
    def _url_module(self) -> Any:
        from moto.elasticache import urls

        return urls

    def arn(self, kind: str, name: str) -> str:
        return f"arn:{self.partition}:elasticache:{self.region_name}:{self.account_id}:{kind}:{name}"

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        yield from super().iter_tagged_resources()
        records = memory_of(SERVICE, self).records
        for kind in ("serverlesscache", "serverlesscachesnapshot"):
            for record in records[kind].values():
                yield TaggedResource(record["ARN"], self.tagging_service.get_tag_dict_for_resource(record["ARN"]), f"elasticache:{kind}")


backends_of(SERVICE, elasticache_backends, ElastiCacheBackend)


def _encryption(key: str | None, encrypted: bool) -> str:
    if not encrypted:
        return "none"
    return "sse-kms" if key else "sse-elasticache"


# Replication groups and clusters


@amends(SERVICE, "CreateReplicationGroup")
def create_replication_group(backend: Any, params: Params, answer: Params) -> None:
    """Valkey is encrypted by default. With durability every group is."""
    group = backend.replication_groups[params["ReplicationGroupId"]]
    durability = params.get("Durability", "default")
    memory = memory_of(SERVICE, backend)
    memory.records["durability"][group.replication_group_id] = {"mode": durability}
    if params.get("AtRestEncryptionEnabled") is None and params.get("Engine") == "valkey":
        group.at_rest_encryption_enabled = True
    memory.records["created"][group.replication_group_id] = {"at": now()}


def _effective(durability: str) -> str:
    return "disabled" if durability == "default" else durability


@amends(SERVICE, "DescribeReplicationGroups")
def describe_replication_groups(backend: Any, params: Params, answer: Params) -> None:
    memory = memory_of(SERVICE, backend)
    for item in answer["ReplicationGroups"]:
        name = item["ReplicationGroupId"]
        durability = memory.records["durability"].get(name, {"mode": "default"})["mode"]
        encrypted = bool(item.get("AtRestEncryptionEnabled")) or _effective(durability) != "disabled"
        item["StorageEncryptionType"] = _encryption(item.get("KmsKeyId"), encrypted)
        item["Durability"], item["EffectiveDurability"] = durability, _effective(durability)
        item["ReplicationGroupCreateTime"] = memory.records["created"].get(name, {"at": now()})["at"]
        if not (item.get("GlobalReplicationGroupInfo") or {}).get("GlobalReplicationGroupId"):
            item.pop("GlobalReplicationGroupInfo", None)
        memory.apply("replication_group", name, item)


@amends(SERVICE, "DescribeCacheClusters")
def describe_cache_clusters(backend: Any, params: Params, answer: Params) -> None:
    """AWS lists the nodes of replication groups too, unless it is asked not to."""
    for item in answer["CacheClusters"]:
        item["AtRestEncryptionEnabled"] = False
        if item["Engine"] == "memcached":
            item.pop("SnapshotRetentionLimit", None)
        memory_of(SERVICE, backend).apply("cache_cluster", item["CacheClusterId"], item)
    if params.get("CacheClusterId"):
        return
    if params.get("ShowCacheClustersNotInReplicationGroups"):
        answer["CacheClusters"] = [item for item in answer["CacheClusters"] if not item.get("ReplicationGroupId")]
        return
    for group in backend.replication_groups.values():
        for member in group.member_clusters:
            answer["CacheClusters"].append(
                {
                    "CacheClusterId": member,
                    "ARN": backend.arn("cluster", member),
                    "Engine": group.engine,
                    "CacheClusterStatus": "available",
                    "ReplicationGroupId": group.replication_group_id,
                    "SnapshotRetentionLimit": 0,
                    "AtRestEncryptionEnabled": bool(group.at_rest_encryption_enabled),
                }
            )


@handles(SERVICE, "ModifyCacheCluster")
def modify_cache_cluster(backend: Any, params: Params) -> Params:
    cluster = backend.cache_clusters.get(params["CacheClusterId"])
    if cluster is None:
        raise ServiceError("CacheClusterNotFound", f"CacheCluster {params['CacheClusterId']} not found.")
    if "SnapshotRetentionLimit" in params:
        if cluster.engine == "memcached":
            raise ServiceError("InvalidParameterCombination", "This parameter is not supported for Memcached.")
        cluster.snapshot_retention_limit = params["SnapshotRetentionLimit"]
    return {"CacheCluster": {"CacheClusterId": cluster.cache_cluster_id, "SnapshotRetentionLimit": cluster.snapshot_retention_limit}}


# Snapshots


@amends(SERVICE, "DescribeSnapshots")
def describe_snapshots(backend: Any, params: Params, answer: Params) -> None:
    """A snapshot has a date for each node only."""
    memory = memory_of(SERVICE, backend)
    known = [item["SnapshotName"] for item in answer["Snapshots"]]
    if not params.get("SnapshotName"):
        answer["Snapshots"] += [dict(record) for name, record in memory.records["snapshot"].items() if name not in known]
    for item in answer["Snapshots"]:
        if not item.get("NodeSnapshots"):
            taken = memory.records["taken"].setdefault(item["SnapshotName"], {"at": now()})["at"]
            item["NodeSnapshots"] = [{"CacheNodeId": "0001", "SnapshotCreateTime": taken, "CacheSize": "12 MB"}]
        for member in ("KmsKeyId", "CacheClusterId", "ReplicationGroupId"):
            if not item.get(member):
                item.pop(member, None)
        memory.apply("snapshot", item["SnapshotName"], item)


@amends(SERVICE, "CreateSnapshot")
def create_snapshot(backend: Any, params: Params, answer: Params) -> None:
    memory_of(SERVICE, backend).records["taken"][params["SnapshotName"]] = {"at": now()}


@seeds(SERVICE, "replication_group", "ReplicationGroup")
def seed_replication_group(backend: Any, values: Params) -> Params:
    if values.get("ReplicationGroupId") not in backend.replication_groups:
        raise ServiceError("ReplicationGroupNotFoundFault", f"There is no replication group {values.get('ReplicationGroupId')}")
    return memory_of(SERVICE, backend).override("replication_group", values["ReplicationGroupId"], values)


@seeds(SERVICE, "cache_cluster", "CacheCluster")
def seed_cache_cluster(backend: Any, values: Params) -> Params:
    if values.get("CacheClusterId") not in backend.cache_clusters:
        raise ServiceError("CacheClusterNotFound", f"There is no cluster {values.get('CacheClusterId')}")
    return memory_of(SERVICE, backend).override("cache_cluster", values["CacheClusterId"], values)


@seeds(SERVICE, "snapshot", "Snapshot")
def seed_snapshot(backend: Any, values: Params) -> Params:
    """A snapshot that ElastiCache took, or other members of one that exists. Its date is in NodeSnapshots."""
    name = values["SnapshotName"]
    memory = memory_of(SERVICE, backend)
    if name not in backend.snapshots and name not in memory.records["snapshot"]:
        made = {"ARN": backend.arn("snapshot", name), "SnapshotStatus": "available", "SnapshotSource": "automated", "Engine": "redis"}
        memory.records["snapshot"][name] = {"SnapshotName": name, **made}
    return memory.override("snapshot", name, values)


# Serverless caches


def _record(backend: Any, kind: str, name: str) -> Params:
    found = memory_of(SERVICE, backend).records[kind].get(name)
    if found is None:
        code = "ServerlessCacheNotFoundFault" if kind == "serverlesscache" else "ServerlessCacheSnapshotNotFoundFault"
        raise ServiceError(code, f"{name} does not exist")
    return found


@handles(SERVICE, "CreateServerlessCache")
def create_serverless_cache(backend: Any, params: Params) -> Params:
    name = params["ServerlessCacheName"]
    for arn in params.get("SnapshotArnsToRestore") or []:
        _record(backend, "serverlesscachesnapshot", arn.rsplit(":", 1)[1])
    record = {
        "ServerlessCacheName": name,
        "ARN": backend.arn("serverlesscache", name),
        "Status": "available",
        "Engine": params["Engine"],
        "MajorEngineVersion": params.get("MajorEngineVersion", "8"),
        "CreateTime": now(),
        "KmsKeyId": params.get("KmsKeyId"),
        "StorageEncryptionType": _encryption(params.get("KmsKeyId"), True),
        "SnapshotRetentionLimit": params.get("SnapshotRetentionLimit"),
        "DailySnapshotTime": params.get("DailySnapshotTime"),
    }
    memory_of(SERVICE, backend).records["serverlesscache"][name] = record
    if params.get("Tags"):
        backend.tagging_service.tag_resource(record["ARN"], params["Tags"])
    return {"ServerlessCache": record}


@handles(SERVICE, "ModifyServerlessCache")
def modify_serverless_cache(backend: Any, params: Params) -> Params:
    record = _record(backend, "serverlesscache", params["ServerlessCacheName"])
    record.update({key: params[key] for key in ("SnapshotRetentionLimit", "DailySnapshotTime") if key in params})
    return {"ServerlessCache": record}


@handles(SERVICE, "DescribeServerlessCaches")
def describe_serverless_caches(backend: Any, params: Params) -> Params:
    memory = memory_of(SERVICE, backend)
    wanted = params.get("ServerlessCacheName")
    records = [_record(backend, "serverlesscache", wanted)] if wanted else list(memory.records["serverlesscache"].values())
    return {"ServerlessCaches": [memory.apply("serverlesscache", item["ServerlessCacheName"], dict(item)) for item in records]}


@handles(SERVICE, "CreateServerlessCacheSnapshot")
def create_serverless_cache_snapshot(backend: Any, params: Params) -> Params:
    cache = _record(backend, "serverlesscache", params["ServerlessCacheName"])
    name = params["ServerlessCacheSnapshotName"]
    record = {
        "ServerlessCacheSnapshotName": name,
        "ARN": backend.arn("serverlesscachesnapshot", name),
        "KmsKeyId": params.get("KmsKeyId") or cache["KmsKeyId"],
        "SnapshotType": "manual",
        "Status": "available",
        "CreateTime": now(),
        "ServerlessCacheConfiguration": {"ServerlessCacheName": cache["ServerlessCacheName"], "Engine": cache["Engine"]},
    }
    memory_of(SERVICE, backend).records["serverlesscachesnapshot"][name] = record
    return {"ServerlessCacheSnapshot": record}


@handles(SERVICE, "DescribeServerlessCacheSnapshots")
def describe_serverless_cache_snapshots(backend: Any, params: Params) -> Params:
    memory = memory_of(SERVICE, backend)
    records = memory.records["serverlesscachesnapshot"].items()
    found = [memory.apply("serverlesscachesnapshot", name, dict(item)) for name, item in records]
    wanted = params.get("ServerlessCacheName")
    if wanted:
        found = [item for item in found if item["ServerlessCacheConfiguration"]["ServerlessCacheName"] == wanted]
    return {"ServerlessCacheSnapshots": found}


@seeds(SERVICE, "serverless_cache", "ServerlessCache")
def seed_serverless_cache(backend: Any, values: Params) -> Params:
    _record(backend, "serverlesscache", values["ServerlessCacheName"])
    return memory_of(SERVICE, backend).override("serverlesscache", values["ServerlessCacheName"], values)


@seeds(SERVICE, "serverless_cache_snapshot", "ServerlessCacheSnapshot")
def seed_serverless_cache_snapshot(backend: Any, values: Params) -> Params:
    """A snapshot that ElastiCache took, or other members of one that exists."""
    name = values["ServerlessCacheSnapshotName"]
    memory = memory_of(SERVICE, backend)
    if name not in memory.records["serverlesscachesnapshot"]:
        made = {"ARN": backend.arn("serverlesscachesnapshot", name), "SnapshotType": "automated", "Status": "available"}
        memory.records["serverlesscachesnapshot"][name] = {"ServerlessCacheSnapshotName": name, **made}
    return memory.override("serverlesscachesnapshot", name, values)
