"""OpenSearch Service: moto's domains, with health, pauses of automated snapshots, and tags for the tagging API. Its IAM prefix is `es`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.opensearch.models import OpenSearchServiceBackend as MotoOpenSearchServiceBackend
from moto.opensearch.models import opensearch_backends

from ..errors import ServiceError
from ..memory import managed_key, memory_of
from ..registry import amends, backends_of, handles, seeds

Params = dict[str, Any]
SERVICE = "es"


class OpenSearchServiceBackend(MotoOpenSearchServiceBackend, TaggableResourcesMixin):
    """moto's backend, whose domains the tagging API knows."""

    SERVICE_NAMESPACE = "es"

    @property
    def _url_module(self) -> Any:
        from moto.opensearch import urls

        return urls

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for domain in self.domains.values():
            yield TaggedResource(domain.arn, self.tagger.get_tag_dict_for_resource(domain.arn), "es:domain")


backends_of(SERVICE, opensearch_backends, OpenSearchServiceBackend)


def _domain(backend: Any, name: str) -> Any:
    if name not in backend.domains:
        raise ServiceError("ResourceNotFoundException", f"Domain not found: {name}")
    return backend.domains[name]


@amends(SERVICE, "DescribeDomains")
def describe_domains(backend: Any, params: Params, answer: Params) -> None:
    if len(params["DomainNames"]) > 5:
        raise ServiceError("ValidationException", "Please provide a maximum of 5 domain names to describe.")
    memory = memory_of(SERVICE, backend)
    for item in answer["DomainStatusList"]:
        encryption = item["EncryptionAtRestOptions"]
        if encryption.get("Enabled") and not encryption.get("KmsKeyId"):
            encryption["KmsKeyId"] = managed_key(backend.account_id, backend.region_name, "aws/es")
        item["DomainProcessingStatus"] = "Active"
        item["AutomatedSnapshotPauseOptions"] = memory.records["pause"].get(item["DomainName"], {"Enabled": False, "State": "Disabled"})
        memory.apply("domain", item["DomainName"], item)


@amends(SERVICE, "UpdateDomainConfig")
def update_domain_config(backend: Any, params: Params, answer: Params) -> None:
    """Pauses of automated snapshots, which moto ignores. Its own answer lacks members that AWS always sends."""
    answer["DomainConfig"] = {}
    wanted = params.get("AutomatedSnapshotPauseOptions")
    if wanted is not None:
        state = "Active" if wanted["Enabled"] else "Disabled"
        memory_of(SERVICE, backend).records["pause"][params["DomainName"]] = {**wanted, "State": state}


@handles(SERVICE, "DescribeDomainHealth")
def describe_domain_health(backend: Any, params: Params) -> Params:
    _domain(backend, params["DomainName"])
    health = {"DomainState": "Active", "ClusterHealth": "Green", "DedicatedMaster": False, "DataNodeCount": "1"}
    return memory_of(SERVICE, backend).apply("health", params["DomainName"], health)


@seeds(SERVICE, "domain", "DomainStatus")
def seed_domain(backend: Any, values: Params) -> Params:
    _domain(backend, values.get("DomainName", ""))
    return memory_of(SERVICE, backend).override("domain", values["DomainName"], values)


@seeds(SERVICE, "health")
def seed_health(backend: Any, values: Params) -> Params:
    """The health of a domain: DomainName, and members of DescribeDomainHealth."""
    _domain(backend, values.get("DomainName", ""))
    name = values["DomainName"]
    return memory_of(SERVICE, backend).override("health", name, {key: value for key, value in values.items() if key != "DomainName"})
