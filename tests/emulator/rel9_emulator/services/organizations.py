"""Organizations: moto's organisations and policies, with the backup policy that is in effect for an account, and its errors."""

from __future__ import annotations

import json
from typing import Any

from moto.organizations.models import organizations_backends

from ..errors import ServiceError
from ..memory import memory_of
from ..registry import backends_of, handles, seeds
from ..shapes import now

Params = dict[str, Any]
SERVICE = "organizations"

backends_of(SERVICE, organizations_backends)


def _management(backend: Any) -> Any:
    """The backend of the organisation's management account."""
    if backend.org:
        return backend
    if backend.account_id not in organizations_backends.master_accounts:
        raise ServiceError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    account, partition = organizations_backends.master_accounts[backend.account_id]
    return organizations_backends[account][partition]


def _merged(into: Any, policy: Any) -> Any:
    """A policy under another one, without the operators of inheritance; of these, only @@assign."""
    if not isinstance(policy, dict):
        return policy
    if "@@assign" in policy:
        return policy["@@assign"]
    return {**into, **{key: _merged(into.get(key, {}), value) for key, value in policy.items()}}


@handles(SERVICE, "CreatePolicy")
def create_policy(backend: Any, params: Params) -> Params:
    """moto makes no backup policies, so it makes another one, which then becomes one."""
    made = backend.create_policy(**{**params, "Type": "SERVICE_CONTROL_POLICY"})
    policy = backend.get_policy_by_id(made["Policy"]["PolicySummary"]["Id"])
    policy.type = params["Type"]
    return {"Policy": policy.describe()["Policy"]}


@handles(SERVICE, "DescribeEffectivePolicy")
def describe_effective_policy(backend: Any, params: Params) -> Params:
    """The policies of the root and of the account; organisational units are left out."""
    management = _management(backend)
    account = params.get("TargetId") or backend.account_id
    kind = params["PolicyType"]
    targets = [ou for ou in management.ou if ou.id.startswith("r-")] + [a for a in management.accounts if a.id == account]
    policies = [policy for target in targets for policy in target.attached_policies if policy.type == kind]
    if not policies:
        raise ServiceError("EffectivePolicyNotFoundException", "There is no effective policy of this type.")
    effective: Any = {}
    for policy in policies:
        effective = _merged(effective, json.loads(policy.content))
    content = {"PolicyContent": json.dumps(effective), "LastUpdatedTimestamp": now(), "TargetId": account, "PolicyType": kind}
    return {"EffectivePolicy": content}


@handles(SERVICE, "ListEffectivePolicyValidationErrors")
def list_effective_policy_validation_errors(backend: Any, params: Params) -> Params:
    if not backend.org:
        _management(backend)
        raise ServiceError("AccessDeniedException", "Only the management account and delegated administrators may ask.")
    describe_effective_policy(backend, {"TargetId": params["AccountId"], "PolicyType": params["PolicyType"]})
    errors = list(memory_of(SERVICE, backend).records["error"].values())
    return {"AccountId": params["AccountId"], "PolicyType": params["PolicyType"], "EffectivePolicyValidationErrors": errors}


@seeds(SERVICE, "validation_error", "EffectivePolicyValidationError")
def seed_validation_error(backend: Any, values: Params) -> Params:
    """An error in the effective policies of the management account."""
    memory_of(SERVICE, backend).records["error"][values["ErrorCode"]] = values
    return values
