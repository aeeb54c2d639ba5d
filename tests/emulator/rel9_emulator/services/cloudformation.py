"""CloudFormation, of which moto needs more than the emulator has: stacks without their resources, and the short descriptions of the list.

What a stack owns is a tag of the resource, which a seed of its service writes.
"""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from ..errors import ServiceError
from ..registry import backends_of, handles, seeds
from ..shapes import now

Params = dict[str, Any]
SERVICE = "cloudformation"
OF_SINGLE = ("EnableTerminationProtection", "RootId", "ParentId")


class CloudFormationBackend(BaseBackend):
    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.stacks: dict[str, Params] = {}
        self.short = False

    def stack(self, name: str) -> Params:
        found = [stack for stack in self.stacks.values() if name in (stack["StackName"], stack["StackId"])]
        if not found:
            raise ServiceError("ValidationError", f"Stack with id {name} does not exist")
        return found[0]


backends_of(SERVICE, BackendDict(CloudFormationBackend, SERVICE))


@handles(SERVICE, "CreateStack")
def create_stack(backend: CloudFormationBackend, params: Params) -> Params:
    name = params["StackName"]
    arn = f"arn:{backend.partition}:cloudformation:{backend.region_name}:{backend.account_id}:stack/{name}/{uuid.uuid4()}"
    stack = {"StackId": arn, "StackName": name, "CreationTime": now(), "StackStatus": "CREATE_COMPLETE", "Tags": params.get("Tags") or []}
    backend.stacks[name] = {**stack, "EnableTerminationProtection": bool(params.get("EnableTerminationProtection"))}
    return {"StackId": arn}


@handles(SERVICE, "DescribeStacks")
def describe_stacks(backend: CloudFormationBackend, params: Params) -> Params:
    if "StackName" in params:
        return {"Stacks": [backend.stack(params["StackName"])]}
    hidden = OF_SINGLE if backend.short else ()
    return {"Stacks": [{key: value for key, value in stack.items() if key not in hidden} for stack in backend.stacks.values()]}


@handles(SERVICE, "UpdateTerminationProtection")
def update_termination_protection(backend: CloudFormationBackend, params: Params) -> Params:
    stack = backend.stack(params["StackName"])
    if "RootId" in stack:
        raise ServiceError("ValidationError", "TerminationProtection cannot be updated on a nested stack")
    for member in (stack, *(other for other in backend.stacks.values() if other.get("RootId") == stack["StackId"])):
        member["EnableTerminationProtection"] = params["EnableTerminationProtection"]
    return {"StackId": stack["StackId"]}


@seeds(SERVICE, "stack")
def seed_stack(backend: CloudFormationBackend, values: Params) -> Params:
    """Members of a stack, such as the root of a nested one."""
    stack = backend.stack(values["StackId"])
    stack.update(values)
    return stack


@seeds(SERVICE, "short_list")
def seed_short_list(backend: CloudFormationBackend, values: Params) -> Params:
    """From now on, the list leaves out what the description of a single stack has."""
    backend.short = True
    return values
