"""Glacier: moto's vaults, with access policies, tags, and tags for the tagging API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.glacier.models import GlacierBackend as MotoGlacierBackend
from moto.glacier.models import glacier_backends

from ..errors import ServiceError
from ..memory import memory_of
from ..registry import amends, backends_of, handles

Params = dict[str, Any]
SERVICE = "glacier"


class GlacierBackend(MotoGlacierBackend, TaggableResourcesMixin):
    """moto's backend, whose vaults the tagging API knows."""

    SERVICE_NAMESPACE = "glacier"

    @property
    def _url_module(self) -> Any:
        from moto.glacier import urls

        return urls

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for vault in self.vaults.values():
            yield TaggedResource(vault.arn, memory_of(SERVICE, self).records["tags"].get(vault.vault_name, {}), "glacier:vault")


backends_of(SERVICE, glacier_backends, GlacierBackend)


def _vault(backend: Any, params: Params) -> str:
    name = str(params["vaultName"])
    if name not in backend.vaults:
        raise ServiceError("ResourceNotFoundException", f"Vault not found for ARN: {backend.region_name}:{name}")
    return name


@amends(SERVICE, "ListVaults")
def list_vaults(backend: Any, params: Params, answer: Params) -> None:
    answer["VaultList"].sort(key=lambda vault: str(vault["VaultName"]))


@handles(SERVICE, "AddTagsToVault")
def add_tags_to_vault(backend: Any, params: Params) -> Params:
    memory_of(SERVICE, backend).records["tags"].setdefault(_vault(backend, params), {}).update(params.get("Tags") or {})
    return {}


@handles(SERVICE, "GetVaultAccessPolicy")
def get_vault_access_policy(backend: Any, params: Params) -> Params:
    policy = memory_of(SERVICE, backend).records["policies"].get(_vault(backend, params))
    if policy is None:
        raise ServiceError("ResourceNotFoundException", "No vault access policy is set")
    return {"policy": policy}


@handles(SERVICE, "SetVaultAccessPolicy")
def set_vault_access_policy(backend: Any, params: Params) -> Params:
    memory_of(SERVICE, backend).records["policies"][_vault(backend, params)] = params["policy"]
    return {}
