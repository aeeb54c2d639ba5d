"""KMS: moto's keys, with AWS managed keys distinguished from customer managed keys, and aliases that point only to existing keys."""

from __future__ import annotations

from typing import Any

from moto.kms.models import kms_backends

from ..errors import ServiceError
from ..memory import memory_of
from ..registry import amends, backends_of, handles, seeds

Params = dict[str, Any]

backends_of("kms", kms_backends)


def _managed(backend: Any, key_id: str) -> bool:
    return any(name.startswith("alias/aws/") for name in backend.keys[key_id].aliases)


@amends("kms", "DescribeKey")
def describe_key(backend: Any, params: Params, answer: Params) -> None:
    metadata = answer["KeyMetadata"]
    metadata.setdefault("KeyUsage", "ENCRYPT_DECRYPT")
    metadata.setdefault("MultiRegion", False)
    if _managed(backend, metadata["KeyId"]):
        metadata["KeyManager"] = "AWS"
    memory_of("kms", backend).apply("key", metadata["KeyId"], metadata)


@amends("kms", "GetKeyRotationStatus")
def get_key_rotation_status(backend: Any, params: Params, answer: Params) -> None:
    key_id = backend.any_id_to_key_id(params["KeyId"])
    if _managed(backend, key_id):
        answer["KeyRotationEnabled"] = True
    answer["KeyId"] = backend.keys[key_id].arn
    if answer["KeyRotationEnabled"]:
        answer.setdefault("RotationPeriodInDays", 365)


@handles("kms", "EnableKey")
def enable_key(backend: Any, params: Params) -> None:
    """moto accepts no ARN here, nor in CancelKeyDeletion."""
    key_id = backend.any_id_to_key_id(params["KeyId"])
    if key_id not in backend.keys or backend.keys[key_id].key_state == "PendingDeletion":
        raise ServiceError("KMSInvalidStateException", f"{params['KeyId']} is pending deletion.")
    backend.enable_key(key_id)


@handles("kms", "CancelKeyDeletion")
def cancel_key_deletion(backend: Any, params: Params) -> Params:
    key_id = backend.any_id_to_key_id(params["KeyId"])
    if key_id not in backend.keys or backend.keys[key_id].key_state != "PendingDeletion":
        raise ServiceError("KMSInvalidStateException", f"{params['KeyId']} is not pending deletion.")
    backend.cancel_key_deletion(key_id)
    return {"KeyId": backend.keys[key_id].arn}


@amends("kms", "ListAliases")
def list_aliases(backend: Any, params: Params, answer: Params) -> None:
    for alias in answer["Aliases"]:
        if alias.get("TargetKeyId") not in backend.keys:  # AWS created the alias, but no key yet
            alias.pop("TargetKeyId", None)


@seeds("kms", "key", "KeyMetadata")
def seed_key(backend: Any, values: Params) -> Params:
    """Shows a key in a state that no call can set (KeyState PendingImport, Unavailable), or with other dates."""
    key_id = backend.any_id_to_key_id(values.get("KeyId") or "")
    if key_id not in backend.keys:
        raise ServiceError("NotFoundException", f"Key {key_id} does not exist")
    return memory_of("kms", backend).override("key", key_id, {**values, "KeyId": key_id})
