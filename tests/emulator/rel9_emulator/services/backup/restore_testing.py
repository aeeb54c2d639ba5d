"""Restore testing plans and their selections."""

from __future__ import annotations

import copy
from typing import Any

from ...errors import ServiceError

from ...registry import handles, seeds
from ...shapes import now
from .state import BackupBackend, already_exists, merge, needs, new_id, not_found, only

Params = dict[str, Any]

LISTED = (
    "CreationTime", "LastExecutionTime", "LastUpdateTime", "RestoreTestingPlanArn", "RestoreTestingPlanName", "ScheduleExpression",
    "ScheduleExpressionTimezone", "StartWindowHours",
)  # fmt: skip
SELECTION_LISTED = (
    "CreationTime", "IamRoleArn", "ProtectedResourceType", "RestoreTestingPlanName", "RestoreTestingSelectionName", "ValidationWindowHours",
)  # fmt: skip


def _plan(backend: BackupBackend, name: str) -> Params:
    if name not in backend.testing_plans:
        raise not_found(f"Restore testing plan {name} does not exist")
    return backend.testing_plans[name]


def _recovery_point_selection(given: Params) -> Params:
    return {"ExcludeVaults": [], "SelectionWindowDays": 30, **copy.deepcopy(given)}


@handles("backup", "CreateRestoreTestingPlan")
def create_restore_testing_plan(backend: BackupBackend, params: Params) -> Params:
    plan = params["RestoreTestingPlan"]
    name = plan["RestoreTestingPlanName"]
    if name in backend.testing_plans:
        raise already_exists(f"Restore testing plan {name} already exists")
    record = {
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowHours": 24,
        **copy.deepcopy(plan),
        "RecoveryPointSelection": _recovery_point_selection(plan["RecoveryPointSelection"]),
        "RestoreTestingPlanArn": backend.arn(f"restore-testing-plan:{name}-{new_id()}"),
        "CreationTime": now(),
        **only(params, "CreatorRequestId"),
    }
    backend.testing_plans[name] = record
    backend.testing_selections[name] = {}
    backend.tag_resource(record["RestoreTestingPlanArn"], params.get("Tags") or {})
    return only(record, "CreationTime", "RestoreTestingPlanArn", "RestoreTestingPlanName")


@handles("backup", "UpdateRestoreTestingPlan")
def update_restore_testing_plan(backend: BackupBackend, params: Params) -> Params:
    record = _plan(backend, params["RestoreTestingPlanName"])
    changes = copy.deepcopy(params["RestoreTestingPlan"])
    if "RecoveryPointSelection" in changes:
        changes["RecoveryPointSelection"] = _recovery_point_selection(changes["RecoveryPointSelection"])
    record.update(changes, LastUpdateTime=now())
    return {**only(record, "CreationTime", "RestoreTestingPlanArn", "RestoreTestingPlanName"), "UpdateTime": record["LastUpdateTime"]}


@handles("backup", "ListRestoreTestingPlans")
def list_restore_testing_plans(backend: BackupBackend, params: Params) -> Params:
    return {"RestoreTestingPlans": [only(plan, *LISTED) for plan in backend.testing_plans.values()]}


@handles("backup", "GetRestoreTestingPlan")
def get_restore_testing_plan(backend: BackupBackend, params: Params) -> Params:
    return {"RestoreTestingPlan": copy.deepcopy(_plan(backend, params["RestoreTestingPlanName"]))}


@handles("backup", "DeleteRestoreTestingPlan")
def delete_restore_testing_plan(backend: BackupBackend, params: Params) -> None:
    name = _plan(backend, params["RestoreTestingPlanName"])["RestoreTestingPlanName"]
    if backend.testing_selections[name]:
        raise ServiceError("InvalidRequestException", "The restore testing selections must be deleted first")
    del backend.testing_plans[name], backend.testing_selections[name]


@handles("backup", "CreateRestoreTestingSelection")
def create_restore_testing_selection(backend: BackupBackend, params: Params) -> Params:
    plan = _plan(backend, params["RestoreTestingPlanName"])
    selection = params["RestoreTestingSelection"]
    name = selection["RestoreTestingSelectionName"]
    selections = backend.testing_selections[plan["RestoreTestingPlanName"]]
    if name in selections:
        raise already_exists(f"Restore testing selection {name} already exists")
    selections[name] = {
        "ValidationWindowHours": 0,
        **copy.deepcopy(selection),
        "CreationTime": now(),
        "RestoreTestingPlanName": plan["RestoreTestingPlanName"],
        **only(params, "CreatorRequestId"),
    }
    shown = only(selections[name], "CreationTime", "RestoreTestingPlanName", "RestoreTestingSelectionName")
    return {**shown, "RestoreTestingPlanArn": plan["RestoreTestingPlanArn"]}


@handles("backup", "ListRestoreTestingSelections")
def list_restore_testing_selections(backend: BackupBackend, params: Params) -> Params:
    plan = _plan(backend, params["RestoreTestingPlanName"])
    selections = backend.testing_selections[plan["RestoreTestingPlanName"]].values()
    return {"RestoreTestingSelections": [only(selection, *SELECTION_LISTED) for selection in selections]}


@handles("backup", "GetRestoreTestingSelection")
def get_restore_testing_selection(backend: BackupBackend, params: Params) -> Params:
    plan = _plan(backend, params["RestoreTestingPlanName"])
    name = params["RestoreTestingSelectionName"]
    selections = backend.testing_selections[plan["RestoreTestingPlanName"]]
    if name not in selections:
        raise not_found(f"Restore testing selection {name} does not exist")
    return {"RestoreTestingSelection": copy.deepcopy(selections[name])}


@handles("backup", "UpdateRestoreTestingSelection")
def update_restore_testing_selection(backend: BackupBackend, params: Params) -> Params:
    get_restore_testing_selection(backend, params)
    plan = _plan(backend, params["RestoreTestingPlanName"])
    record = backend.testing_selections[params["RestoreTestingPlanName"]][params["RestoreTestingSelectionName"]]
    record.update(copy.deepcopy(params["RestoreTestingSelection"]))
    shown = only(record, "CreationTime", "RestoreTestingPlanName", "RestoreTestingSelectionName")
    return {**shown, **only(plan, "RestoreTestingPlanArn"), "UpdateTime": now()}


@handles("backup", "DeleteRestoreTestingSelection")
def delete_restore_testing_selection(backend: BackupBackend, params: Params) -> None:
    get_restore_testing_selection(backend, params)
    del backend.testing_selections[params["RestoreTestingPlanName"]][params["RestoreTestingSelectionName"]]


@seeds("backup", "restore_testing_plan", "RestoreTestingPlanForGet")
def seed_restore_testing_plan(backend: BackupBackend, values: Params) -> Params:
    """Changes a plan of CreateRestoreTestingPlan as it changes over time: LastExecutionTime."""
    needs("restore_testing_plan", values, "RestoreTestingPlanName")
    name = _plan(backend, values["RestoreTestingPlanName"])["RestoreTestingPlanName"]
    return merge(backend.testing_plans, name, {}, values)
