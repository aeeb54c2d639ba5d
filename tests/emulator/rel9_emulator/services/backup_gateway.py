"""AWS Backup gateway, which moto does not have: gateways, hypervisors and their virtual machines."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from ..errors import ServiceError
from ..registry import backends_of, handles, seeds
from ..shapes import now

Params = dict[str, Any]
SERVICE = "backup-gateway"


class BackupGatewayBackend(BaseBackend, TaggableResourcesMixin):
    SERVICE_NAMESPACE = SERVICE

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.gateways: dict[str, Params] = {}
        self.hypervisors: dict[str, Params] = {}
        self.machines: dict[str, Params] = {}
        self.tags: dict[str, list[Params]] = {}

    def make_arn(self, kind: str, prefix: str) -> str:
        made = f"{prefix}-{uuid.uuid4().hex[:16].upper()}"
        return f"arn:{self.partition}:{SERVICE}:{self.region_name}:{self.account_id}:{kind}/{made}"

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for arn, tags in self.tags.items():
            kind = arn.split(":")[5].split("/")[0]
            yield TaggedResource(arn, {tag["Key"]: tag["Value"] for tag in tags}, f"{SERVICE}:{kind}")


backends_of(SERVICE, BackendDict(BackupGatewayBackend, "ec2"))


def _found(items: dict[str, Params], arn: str) -> Params:
    if arn not in items:
        raise ServiceError("ResourceNotFoundException", f"{arn} was not found.")
    return items[arn]


@handles(SERVICE, "CreateGateway")
def create_gateway(backend: BackupGatewayBackend, params: Params) -> Params:
    arn = backend.make_arn("gateway", "bgw")
    shown = {name: params[name] for name in ("GatewayDisplayName", "GatewayType")}
    backend.gateways[arn] = {"GatewayArn": arn, "LastSeenTime": now(), **shown}
    backend.tags[arn] = params.get("Tags", [])
    return {"GatewayArn": arn}


@handles(SERVICE, "ImportHypervisorConfiguration")
def import_hypervisor_configuration(backend: BackupGatewayBackend, params: Params) -> Params:
    arn = backend.make_arn("hypervisor", "hype")
    shown = {name: params[name] for name in ("Name", "Host", "KmsKeyArn") if name in params}
    backend.hypervisors[arn] = {"HypervisorArn": arn, "State": "PENDING", **shown}
    backend.tags[arn] = params.get("Tags", [])
    return {"HypervisorArn": arn}


@handles(SERVICE, "AssociateGatewayToServer")
def associate_gateway_to_server(backend: BackupGatewayBackend, params: Params) -> Params:
    """The gateway connects to the hypervisor, whose virtual machines AWS then knows."""
    gateway, hypervisor = _found(backend.gateways, params["GatewayArn"]), _found(backend.hypervisors, params["ServerArn"])
    gateway["HypervisorId"] = hypervisor["HypervisorArn"].rsplit("/", 1)[1]
    hypervisor["State"] = "ONLINE"
    return {"GatewayArn": gateway["GatewayArn"]}


@handles(SERVICE, "ListGateways")
def list_gateways(backend: BackupGatewayBackend, params: Params) -> Params:
    return {"Gateways": list(backend.gateways.values())}


@handles(SERVICE, "ListHypervisors")
def list_hypervisors(backend: BackupGatewayBackend, params: Params) -> Params:
    return {"Hypervisors": list(backend.hypervisors.values())}


@handles(SERVICE, "ListVirtualMachines")
def list_virtual_machines(backend: BackupGatewayBackend, params: Params) -> Params:
    hypervisor = params.get("HypervisorArn", "").rsplit("/", 1)[-1]
    return {"VirtualMachines": [machine for machine in backend.machines.values() if hypervisor in ("", machine["HypervisorId"])]}


@handles(SERVICE, "TagResource")
def tag_resource(backend: BackupGatewayBackend, params: Params) -> Params:
    backend.tags.setdefault(params["ResourceARN"], []).extend(params["Tags"])
    return {"ResourceARN": params["ResourceARN"]}


@seeds(SERVICE, "gateway", "Gateway")
def seed_gateway(backend: BackupGatewayBackend, values: Params) -> Params:
    """Other members of a gateway that exists."""
    return _changed(_found(backend.gateways, values["GatewayArn"]), values)


@seeds(SERVICE, "hypervisor", "Hypervisor")
def seed_hypervisor(backend: BackupGatewayBackend, values: Params) -> Params:
    """Other members of a hypervisor that exists."""
    return _changed(_found(backend.hypervisors, values["HypervisorArn"]), values)


@seeds(SERVICE, "virtual_machine", "VirtualMachine")
def seed_virtual_machine(backend: BackupGatewayBackend, values: Params) -> Params:
    """A virtual machine that a hypervisor has, which no call creates; or other members of one."""
    arn = values.get("ResourceArn") or backend.make_arn("vm", "vm")
    backend.tags.setdefault(arn, [])
    return _changed(backend.machines.setdefault(arn, {"ResourceArn": arn}), values)


def _changed(item: Params, values: Params) -> Params:
    item.update(values)
    for name in [name for name, value in item.items() if value is None]:
        del item[name]
    return item
