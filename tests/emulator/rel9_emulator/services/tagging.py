"""The Resource Groups Tagging API: moto's, over the backends of this emulator, and resources of services that it lacks.

The extensions whose resources have tags are imported here, because the API asks every backend that is in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend, resourcegroupstaggingapi_backends

from ..memory import memory_of
from ..registry import backends_of, seeds
from . import backup, backup_gateway, directory, dynamodb, elasticache, glacier, kinesis_video, logs, memorydb, opensearch, redshift_serverless, s3, storage_gateway

__all__ = ["backup", "backup_gateway", "directory", "dynamodb", "elasticache", "glacier", "kinesis_video", "logs", "memorydb", "opensearch", "redshift_serverless", "s3", "storage_gateway"]

Params = dict[str, Any]
SERVICE = "tag"


class TaggingBackend(ResourceGroupsTaggingAPIBackend, TaggableResourcesMixin):
    """moto's backend, which has the resources of seeds."""

    SERVICE_NAMESPACE = "tag"

    @property
    def _url_module(self) -> Any:
        from moto.resourcegroupstaggingapi import urls

        return urls

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for arn, seeded in memory_of(SERVICE, self).records["resource"].items():
            tags = {tag["Key"]: tag["Value"] for tag in seeded.get("Tags", [])}
            yield TaggedResource(arn, tags, arn.split(":")[2], {"include_untagged": True})


backends_of(SERVICE, resourcegroupstaggingapi_backends, TaggingBackend)


@seeds(SERVICE, "resource", "ResourceTagMapping")
def seed_resource(backend: Any, values: Params) -> Params:
    """A resource of a service that the emulator does not have."""
    memory_of(SERVICE, backend).records["resource"][values["ResourceARN"]] = values
    return values
