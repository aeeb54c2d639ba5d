"""MemoryDB: moto's clusters and snapshots, with tags for the tagging API and seeds of dates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.memorydb.models import MemoryDBBackend as MotoMemoryDBBackend
from moto.memorydb.models import memorydb_backends

from ..errors import ServiceError
from ..memory import memory_of
from ..registry import amends, backends_of, seeds

Params = dict[str, Any]
SERVICE = "memorydb"


class MemoryDBBackend(MotoMemoryDBBackend, TaggableResourcesMixin):
    """moto's backend, whose clusters and snapshots the tagging API knows."""

    SERVICE_NAMESPACE = "memorydb"

    @property
    def _url_module(self) -> Any:
        from moto.memorydb import urls

        return urls

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for kind, resources in (("cluster", self.clusters), ("snapshot", self.snapshots)):
            for resource in resources.values():
                yield TaggedResource(resource.arn, self.tagger.get_tag_dict_for_resource(resource.arn), f"memorydb:{kind}")


backends_of(SERVICE, memorydb_backends, MemoryDBBackend)


@amends(SERVICE, "DescribeClusters")
def describe_clusters(backend: Any, params: Params, answer: Params) -> None:
    """Nodes, with their dates, only where they are asked for."""
    for item in answer["Clusters"]:
        memory_of(SERVICE, backend).apply("cluster", item["Name"], item)
        if not params.get("ShowShardDetails"):
            item.pop("Shards", None)


@amends(SERVICE, "DescribeSnapshots")
def describe_snapshots(backend: Any, params: Params, answer: Params) -> None:
    """Shards, with their dates, only where they are asked for."""
    memory = memory_of(SERVICE, backend)
    known = [item["Name"] for item in answer["Snapshots"]]
    if not params.get("SnapshotName"):
        answer["Snapshots"] += [dict(record) for name, record in memory.records["snapshot"].items() if name not in known]
    for item in answer["Snapshots"]:
        memory.apply("snapshot", item["Name"], item)
        if not params.get("ShowDetail"):
            item["ClusterConfiguration"] = {key: value for key, value in item["ClusterConfiguration"].items() if key != "Shards"}


@seeds(SERVICE, "cluster", "Cluster")
def seed_cluster(backend: Any, values: Params) -> Params:
    if values.get("Name") not in backend.clusters:
        raise ServiceError("ClusterNotFoundFault", f"There is no cluster {values.get('Name')}")
    return memory_of(SERVICE, backend).override("cluster", values["Name"], values)


@seeds(SERVICE, "snapshot", "Snapshot")
def seed_snapshot(backend: Any, values: Params) -> Params:
    """A snapshot that MemoryDB took, or other members of one that exists. Its date is in the shards of ClusterConfiguration."""
    name = values["Name"]
    memory = memory_of(SERVICE, backend)
    if name not in backend.snapshots and name not in memory.records["snapshot"]:
        arn = f"arn:{backend.partition}:memorydb:{backend.region_name}:{backend.account_id}:snapshot/{name}"
        memory.records["snapshot"][name] = {"Name": name, "ARN": arn, "Status": "available", "Source": "automated"}
    return memory.override("snapshot", name, values)
