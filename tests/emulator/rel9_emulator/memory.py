"""State of the extensions of a moto service in addition to moto's own backend, for each account and Region.

A memory is a moto backend too, so moto's reset empties it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

Record = dict[str, Any]


class Memory(BaseBackend):
    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.settings: Record = {}
        self.records: dict[str, dict[str, Record]] = defaultdict(dict)
        self._overrides: dict[str, dict[str, Record]] = defaultdict(dict)

    def override(self, kind: str, key: str, values: Record) -> Record:
        """From now on this item is shown with these members; None hides a member."""
        self._overrides[kind].setdefault(key, {}).update(values)
        return self._overrides[kind][key]

    def overridden(self, kind: str, key: str) -> Record:
        return self._overrides[kind].get(key, {})

    def apply(self, kind: str, key: str, item: Record) -> Record:
        """The item with the members of a seed (changed in place)."""
        for member, value in self._overrides[kind].get(key, {}).items():
            if value is None:
                item.pop(member, None)
            elif isinstance(value, dict) and isinstance(item.get(member), dict):
                item[member] = {**item[member], **value}
            else:
                item[member] = value
        return item


_memories: dict[str, BackendDict[Memory]] = {}


def memory_of(service: str, backend: BaseBackend) -> Memory:
    """The memory of a backend of a service."""
    return memory(service, backend.account_id, backend.region_name)


def memory(service: str, account: str, region: str) -> Memory:
    if service not in _memories:
        _memories[service] = BackendDict(Memory, "ec2", additional_regions=["aws", "aws-cn", "aws-us-gov"])
    return _memories[service][account][region]


def managed_key(account: str, region: str, alias: str) -> str:
    """The ARN of an AWS managed key such as `aws/rds`, which AWS makes with the first resource that needs it."""
    from moto.kms.models import kms_backends

    backend = kms_backends[account][region]
    name = f"alias/{alias}"
    for key in backend.keys.values():
        if name in key.aliases:
            return str(key.arn)
    service = alias.split("/")[1]
    description = f"Default key that protects my {service} data when no other key is defined"
    key = backend.create_key("", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", description, None)
    backend.create_alias(key.id, name)
    return str(key.arn)
