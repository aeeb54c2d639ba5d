"""The Resource Groups Tagging API: moto's, over the backends of this emulator.

It has no state of its own. The extensions whose resources have tags are imported here, because the API asks every backend that is in place.
"""

from __future__ import annotations

from moto.resourcegroupstaggingapi.models import resourcegroupstaggingapi_backends

from ..registry import backends_of
from . import backup, elasticache, logs, memorydb, opensearch

__all__ = ["backup", "elasticache", "logs", "memorydb", "opensearch"]

backends_of("tag", resourcegroupstaggingapi_backends)
