"""Amazon Data Lifecycle Manager, which moto lacks: custom and default policies."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from ..errors import ServiceError

from ..registry import backends_of, handles, seeds
from ..shapes import now

Params = dict[str, Any]

SUMMARY = ("PolicyId", "Description", "State", "Tags", "PolicyType", "DefaultPolicy")
# Members of a request that a default policy keeps among its details.
SIMPLE = ("CreateInterval", "RetainInterval", "CopyTags", "ExtendDeletion", "CrossRegionCopyTargets", "Exclusions")


class DlmBackend(BaseBackend):
    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.policies: dict[str, Params] = {}

    def policy(self, policy_id: str) -> Params:
        if policy_id not in self.policies:
            raise ServiceError("ResourceNotFoundException", f"Policy {policy_id} does not exist")
        return self.policies[policy_id]


dlm_backends = BackendDict(DlmBackend, "dlm")
backends_of("dlm", dlm_backends)


@handles("dlm", "CreateLifecyclePolicy")
def create_lifecycle_policy(backend: DlmBackend, params: Params) -> Params:
    policy_id = f"policy-0{uuid.uuid4().hex[:16]}"
    details = copy.deepcopy(params.get("PolicyDetails") or {})
    kind = params.get("DefaultPolicy")
    if kind:
        if any(p.get("DefaultPolicy") and p["PolicyDetails"]["ResourceType"] == kind for p in backend.policies.values()):
            raise ServiceError("InvalidRequestException", f"A default policy for {kind} exists already")
        details = {
            "PolicyType": "EBS_SNAPSHOT_MANAGEMENT" if kind == "VOLUME" else "IMAGE_MANAGEMENT",
            "PolicyLanguage": "SIMPLIFIED",
            "ResourceType": kind,
            "CreateInterval": 1,
            "RetainInterval": 7,
            "CopyTags": False,
            "ExtendDeletion": False,
            **details,
            **{member: copy.deepcopy(params[member]) for member in SIMPLE if member in params},
        }
    else:
        if not details:
            raise ServiceError("InvalidRequestException", "PolicyDetails are missing")
        details = {"PolicyType": "EBS_SNAPSHOT_MANAGEMENT", "PolicyLanguage": "STANDARD", **details}
        for schedule in details.get("Schedules", []):
            rule = schedule.get("CreateRule")
            if rule is not None and "Interval" in rule:
                rule.setdefault("IntervalUnit", "HOURS")
                rule.setdefault("Times", ["09:00"])
    moment = now()
    backend.policies[policy_id] = {
        "PolicyId": policy_id,
        "PolicyArn": f"arn:{backend.partition}:dlm:{backend.region_name}:{backend.account_id}:policy/{policy_id}",
        "Description": params["Description"],
        "State": params["State"],
        "StatusMessage": params["State"],
        "ExecutionRoleArn": params["ExecutionRoleArn"],
        "DateCreated": moment,
        "DateModified": moment,
        "PolicyDetails": details,
        "Tags": params.get("Tags") or {},
        "DefaultPolicy": bool(kind),
    }
    return {"PolicyId": policy_id}


@handles("dlm", "UpdateLifecyclePolicy")
def update_lifecycle_policy(backend: DlmBackend, params: Params) -> None:
    policy = backend.policy(params["PolicyId"])
    for member in ("ExecutionRoleArn", "State", "Description"):
        if member in params:
            policy[member] = params[member]
    if "PolicyDetails" in params:
        policy["PolicyDetails"].update(copy.deepcopy(params["PolicyDetails"]))
    policy["PolicyDetails"].update({member: copy.deepcopy(params[member]) for member in SIMPLE if member in params})
    policy["StatusMessage"] = policy["State"]
    policy["DateModified"] = now()


@handles("dlm", "DeleteLifecyclePolicy")
def delete_lifecycle_policy(backend: DlmBackend, params: Params) -> None:
    del backend.policies[backend.policy(params["PolicyId"])["PolicyId"]]


@handles("dlm", "GetLifecyclePolicy")
def get_lifecycle_policy(backend: DlmBackend, params: Params) -> Params:
    return {"Policy": copy.deepcopy(backend.policy(params["PolicyId"]))}


@handles("dlm", "GetLifecyclePolicies")
def get_lifecycle_policies(backend: DlmBackend, params: Params) -> Params:
    policies = [policy for policy in backend.policies.values() if _asked_for(policy, params)]
    summaries = [{**policy, "PolicyType": policy["PolicyDetails"]["PolicyType"]} for policy in policies]
    return {"Policies": [{member: summary[member] for member in SUMMARY} for summary in summaries]}


def _asked_for(policy: Params, params: Params) -> bool:
    details = policy["PolicyDetails"]
    kind = params.get("DefaultPolicyType")
    schedules = details.get("Schedules", [])
    return (
        policy["PolicyId"] in params.get("PolicyIds", [policy["PolicyId"]])
        and params.get("State", policy["State"]) == policy["State"]
        and (kind is None or (policy["DefaultPolicy"] and kind in ("ALL", details.get("ResourceType"))))
        and (not params.get("ResourceTypes") or bool(set(params["ResourceTypes"]) & set(details.get("ResourceTypes", []))))
        and _has_tags(params.get("TargetTags"), details.get("TargetTags", []))
        and _has_tags(params.get("TagsToAdd"), [tag for schedule in schedules for tag in schedule.get("TagsToAdd", [])])
    )


def _has_tags(wanted: list[str] | None, tags: list[dict[str, str]]) -> bool:
    """`wanted` are strings of the form key=value."""
    have = {f"{tag['Key']}={tag['Value']}" for tag in tags}
    return all(tag in have for tag in wanted or [])


@handles("dlm", "ListTagsForResource")
def list_tags_for_resource(backend: DlmBackend, params: Params) -> Params:
    return {"Tags": dict(_by_arn(backend, params)["Tags"])}


@handles("dlm", "TagResource")
def tag_resource(backend: DlmBackend, params: Params) -> Params:
    _by_arn(backend, params)["Tags"].update(params["Tags"])
    return {}


@handles("dlm", "UntagResource")
def untag_resource(backend: DlmBackend, params: Params) -> Params:
    for key in params["TagKeys"]:
        _by_arn(backend, params)["Tags"].pop(key, None)
    return {}


def _by_arn(backend: DlmBackend, params: Params) -> Params:
    return backend.policy(params["ResourceArn"].rsplit("/", 1)[1])


@seeds("dlm", "policy", "LifecyclePolicy")
def seed_policy(backend: DlmBackend, values: Params) -> Params:
    """Changes a policy of CreateLifecyclePolicy: State ERROR with its StatusMessage, DateCreated, DateModified."""
    policy = backend.policy(values.get("PolicyId", ""))
    policy.update({k: v for k, v in values.items() if v is not None})
    return policy
