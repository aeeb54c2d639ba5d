"""CloudWatch Logs: moto's log groups, with log classes, deletion protection, account policies and dated export tasks."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from moto.logs.models import logs_backends

from ..errors import ServiceError
from ..memory import memory_of
from ..registry import amends, backends_of, handles, seeds

Params = dict[str, Any]
SERVICE = "logs"
STANDARD = "STANDARD"
RETENTION = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

backends_of(SERVICE, logs_backends)


def _millis() -> int:
    return int(time.time() * 1000)


def _name(identifier: str) -> str:
    """A log group's name, from its name or its ARN."""
    return identifier.split(":log-group:", 1)[1].removesuffix(":*") if identifier.startswith("arn:") else identifier


def _group(backend: Any, name: str) -> Any:
    if name not in backend.groups:
        raise ServiceError("ResourceNotFoundException", "The specified log group does not exist.")
    return backend.groups[name]


def _settings(backend: Any, name: str) -> Params:
    """What moto does not keep of a log group: its class and its deletion protection."""
    return memory_of(SERVICE, backend).records["group"].setdefault(name, {"logGroupClass": STANDARD, "deletionProtectionEnabled": False})


def _only_standard(backend: Any, name: str) -> None:
    if _settings(backend, name)["logGroupClass"] != STANDARD:
        raise ServiceError("ValidationException", "This operation is only supported on the Standard log class.")


@handles(SERVICE, "CreateLogGroup")
def create_log_group(backend: Any, params: Params) -> None:
    name = params["logGroupName"]
    if name in backend.groups:
        raise ServiceError("ResourceAlreadyExistsException", "The specified log group already exists")
    backend.create_log_group(name, params.get("tags") or {}, kmsKeyId=params.get("kmsKeyId"))
    memory_of(SERVICE, backend).records["group"].pop(name, None)
    settings = _settings(backend, name)
    settings["logGroupClass"] = params.get("logGroupClass", STANDARD)
    settings["deletionProtectionEnabled"] = params.get("deletionProtectionEnabled", False)


@handles(SERVICE, "DeleteLogGroup")
def delete_log_group(backend: Any, params: Params) -> None:
    name = params["logGroupName"]
    _group(backend, name)
    if _settings(backend, name)["deletionProtectionEnabled"]:
        raise ServiceError("ValidationException", "Cannot delete log group with deletion protection enabled. Disable deletion protection first.")
    backend.delete_log_group(name)
    memory_of(SERVICE, backend).records["group"].pop(name, None)


@amends(SERVICE, "DescribeLogGroups")
def describe_log_groups(backend: Any, params: Params, answer: Params) -> None:
    memory = memory_of(SERVICE, backend)
    for item in answer["logGroups"]:
        item |= _settings(backend, item["logGroupName"])
        memory.apply("log_group", item["logGroupName"], item)


@handles(SERVICE, "PutLogGroupDeletionProtection")
def put_log_group_deletion_protection(backend: Any, params: Params) -> None:
    name = _name(params["logGroupIdentifier"])
    _group(backend, name)
    _settings(backend, name)["deletionProtectionEnabled"] = params["deletionProtectionEnabled"]


@handles(SERVICE, "PutRetentionPolicy")
def put_retention_policy(backend: Any, params: Params) -> None:
    if params["retentionInDays"] not in RETENTION:
        raise ServiceError("InvalidParameterException", "1 validation error detected: Value at 'retentionInDays' is not valid")
    _group(backend, params["logGroupName"]).set_retention_policy(params["retentionInDays"])


@handles(SERVICE, "AssociateKmsKey")
def associate_kms_key(backend: Any, params: Params) -> None:
    _group(backend, params.get("logGroupName") or _name(params["resourceIdentifier"])).kms_key_id = params["kmsKeyId"]


@handles(SERVICE, "PutSubscriptionFilter")
def put_subscription_filter(backend: Any, params: Params) -> None:
    """The destination need not exist here."""
    name = params["logGroupName"]
    group = _group(backend, name)
    _only_standard(backend, name)
    group.put_subscription_filter(params["filterName"], params["filterPattern"], params["destinationArn"], params.get("roleArn"))


@amends(SERVICE, "DescribeSubscriptionFilters")
def describe_subscription_filters(backend: Any, params: Params, answer: Params) -> None:
    _only_standard(backend, params["logGroupName"])


@handles(SERVICE, "PutAccountPolicy")
def put_account_policy(backend: Any, params: Params) -> Params:
    json.loads(params["policyDocument"])
    policy = {
        "policyName": params["policyName"],
        "policyDocument": params["policyDocument"],
        "policyType": params["policyType"],
        "scope": params.get("scope", "ALL"),
        "selectionCriteria": params.get("selectionCriteria"),
        "lastUpdatedTime": _millis(),
        "accountId": backend.account_id,
    }
    memory_of(SERVICE, backend).records["account_policy"][f"{params['policyType']} {params['policyName']}"] = policy
    return {"accountPolicy": policy}


@handles(SERVICE, "DescribeAccountPolicies")
def describe_account_policies(backend: Any, params: Params) -> Params:
    policies = memory_of(SERVICE, backend).records["account_policy"].values()
    return {"accountPolicies": [policy for policy in policies if policy["policyType"] == params["policyType"]]}


@handles(SERVICE, "CreateExportTask")
def create_export_task(backend: Any, params: Params) -> Params:
    """The task completes at once."""
    _group(backend, params["logGroupName"])
    task = {
        "taskId": str(uuid.uuid4()),
        "taskName": params.get("taskName"),
        "logGroupName": params["logGroupName"],
        "from": params["from"],
        "to": params["to"],
        "destination": params["destination"],
        "destinationPrefix": params.get("destinationPrefix", "exportedlogs"),
        "status": {"code": "COMPLETED", "message": "Completed successfully"},
        "executionInfo": {"creationTime": _millis(), "completionTime": _millis()},
    }
    memory_of(SERVICE, backend).records["export_task"][task["taskId"]] = task
    return {"taskId": task["taskId"]}


@handles(SERVICE, "DescribeExportTasks")
def describe_export_tasks(backend: Any, params: Params) -> Params:
    memory = memory_of(SERVICE, backend)
    tasks = [memory.apply("export_task", id, {**task}) for id, task in memory.records["export_task"].items()]
    wanted, status = params.get("taskId"), params.get("statusCode")
    return {"exportTasks": [t for t in tasks if wanted in (None, t["taskId"]) and status in (None, t["status"]["code"])]}


@seeds(SERVICE, "log_group", "LogGroup")
def seed_log_group(backend: Any, values: Params) -> Params:
    """Shows a log group with other members: creationTime, storedBytes, retentionPolicyName."""
    _group(backend, values.get("logGroupName", ""))
    return memory_of(SERVICE, backend).override("log_group", values["logGroupName"], values)


@seeds(SERVICE, "export_task", "ExportTask")
def seed_export_task(backend: Any, values: Params) -> Params:
    """Shows a task of CreateExportTask with other members: status, executionInfo."""
    memory = memory_of(SERVICE, backend)
    if values.get("taskId") not in memory.records["export_task"]:
        raise ServiceError("ResourceNotFoundException", "There is no such export task")
    return memory.override("export_task", values["taskId"], values)
