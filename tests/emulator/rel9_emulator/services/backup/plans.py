"""Backup plans with their rules, and the selections that tie resources to them."""

from __future__ import annotations

import copy
from typing import Any

from ...errors import ServiceError

from ...registry import handles, seeds
from ...shapes import now
from .state import BackupBackend, already_exists, merge, needs, new_id, not_found, only

Params = dict[str, Any]

# AWS's defaults for a rule.
RULE_DEFAULTS = {
    "ScheduleExpression": "cron(0 5 ? * * *)",
    "ScheduleExpressionTimezone": "Etc/UTC",
    "StartWindowMinutes": 480,
    "CompletionWindowMinutes": 10_080,
    "EnableContinuousBackup": False,
}
LISTED = (
    "BackupPlanArn", "BackupPlanId", "CreationDate", "DeletionDate", "VersionId", "BackupPlanName", "CreatorRequestId",
    "LastExecutionDate", "AdvancedBackupSettings",
)  # fmt: skip
SELECTION_LISTED = ("SelectionId", "SelectionName", "BackupPlanId", "CreationDate", "CreatorRequestId", "IamRoleArn")


def _plan(backend: BackupBackend, plan_id: str) -> Params:
    if plan_id not in backend.plan_records:
        raise not_found("Failed reading Backup plan with provided version")
    return backend.plan_records[plan_id]


def _document(plan: Params) -> Params:
    plan = copy.deepcopy(plan)
    plan["Rules"] = [{**RULE_DEFAULTS, **rule, "RuleId": new_id()} for rule in plan["Rules"]]
    return plan


@handles("backup", "CreateBackupPlan")
def create_backup_plan(backend: BackupBackend, params: Params) -> Params:
    document = _document(params["BackupPlan"])
    live = [p for p in backend.plan_records.values() if "DeletionDate" not in p]
    if any(p["BackupPlan"]["BackupPlanName"] == document["BackupPlanName"] for p in live):
        raise already_exists("Backup plan with the same plan document already exists")
    plan_id = new_id()
    record = {
        "BackupPlanId": plan_id,
        "BackupPlanArn": backend.arn(f"backup-plan:{plan_id}"),
        "BackupPlan": document,
        "VersionId": new_id(),
        "CreationDate": now(),
        **only(params, "CreatorRequestId"),
        **only(document, "AdvancedBackupSettings"),
    }
    backend.plan_records[plan_id] = record
    backend.selections[plan_id] = {}
    backend.tag_resource(record["BackupPlanArn"], params.get("BackupPlanTags") or {})
    return only(record, "BackupPlanId", "BackupPlanArn", "CreationDate", "VersionId", "AdvancedBackupSettings")


@handles("backup", "UpdateBackupPlan")
def update_backup_plan(backend: BackupBackend, params: Params) -> Params:
    record = _plan(backend, params["BackupPlanId"])
    record["BackupPlan"] = _document(params["BackupPlan"])
    record["VersionId"] = new_id()
    record["CreationDate"] = now()
    record.pop("AdvancedBackupSettings", None)
    record.update(only(record["BackupPlan"], "AdvancedBackupSettings"))
    return only(record, "BackupPlanId", "BackupPlanArn", "CreationDate", "VersionId", "AdvancedBackupSettings")


@handles("backup", "GetBackupPlan")
def get_backup_plan(backend: BackupBackend, params: Params) -> Params:
    record = _plan(backend, params["BackupPlanId"])
    if params.get("VersionId") not in (None, record["VersionId"]):
        raise not_found("Failed reading Backup plan with provided version")
    return copy.deepcopy(record)


@handles("backup", "ListBackupPlans")
def list_backup_plans(backend: BackupBackend, params: Params) -> Params:
    plans = [p for p in backend.plan_records.values() if params.get("IncludeDeleted") or "DeletionDate" not in p]
    return {"BackupPlansList": [only({**p, "BackupPlanName": p["BackupPlan"]["BackupPlanName"]}, *LISTED) for p in plans]}


@handles("backup", "DeleteBackupPlan")
def delete_backup_plan(backend: BackupBackend, params: Params) -> Params:
    record = _plan(backend, params["BackupPlanId"])
    if backend.selections.get(record["BackupPlanId"]):
        raise ServiceError("InvalidRequestException", "Related backup plan selections must be deleted prior to backup plan deletion")
    record["DeletionDate"] = now()
    return only(record, "BackupPlanId", "BackupPlanArn", "DeletionDate", "VersionId")


@handles("backup", "CreateBackupSelection")
def create_backup_selection(backend: BackupBackend, params: Params) -> Params:
    plan = _plan(backend, params["BackupPlanId"])
    selection = params["BackupSelection"]
    selections = backend.selections[plan["BackupPlanId"]]
    if any(s["BackupSelection"]["SelectionName"] == selection["SelectionName"] for s in selections.values()):
        raise already_exists("Backup selection with the same name already exists")
    record = {
        "BackupSelection": copy.deepcopy(selection),
        "SelectionId": new_id(),
        "BackupPlanId": plan["BackupPlanId"],
        "CreationDate": now(),
        **only(params, "CreatorRequestId"),
    }
    selections[record["SelectionId"]] = record
    return only(record, "SelectionId", "BackupPlanId", "CreationDate")


@handles("backup", "ListBackupSelections")
def list_backup_selections(backend: BackupBackend, params: Params) -> Params:
    plan = _plan(backend, params["BackupPlanId"])
    records = backend.selections[plan["BackupPlanId"]].values()
    return {"BackupSelectionsList": [only({**r, **r["BackupSelection"]}, *SELECTION_LISTED) for r in records]}


@handles("backup", "GetBackupSelection")
def get_backup_selection(backend: BackupBackend, params: Params) -> Params:
    record = backend.selections.get(params["BackupPlanId"], {}).get(params["SelectionId"])
    if record is None:
        raise not_found("Cannot find backup selection")
    # AWS returns every list of a selection, including empty ones.
    selection = {"Resources": [], "NotResources": [], "ListOfTags": [], **record["BackupSelection"]}
    operators = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")
    selection["Conditions"] = {**{operator: [] for operator in operators}, **selection.get("Conditions", {})}
    return {**record, "BackupSelection": selection}


@handles("backup", "DeleteBackupSelection")
def delete_backup_selection(backend: BackupBackend, params: Params) -> None:
    if backend.selections.get(params["BackupPlanId"], {}).pop(params["SelectionId"], None) is None:
        raise not_found("Cannot find backup selection")


@seeds("backup", "plan", "BackupPlansListMember")
def seed_plan(backend: BackupBackend, values: Params) -> Params:
    """Changes a plan of CreateBackupPlan as it changes over time: LastExecutionDate, CreationDate."""
    needs("plan", values, "BackupPlanId")
    record = _plan(backend, values["BackupPlanId"])
    values = {k: v for k, v in values.items() if k != "BackupPlanName"}
    return only(merge(backend.plan_records, record["BackupPlanId"], {}, values), *LISTED)


@seeds("backup", "selection", "BackupSelectionsListMember")
def seed_selection(backend: BackupBackend, values: Params) -> Params:
    """Changes a selection of CreateBackupSelection: its CreationDate."""
    needs("selection", values, "BackupPlanId", "SelectionId")
    record = backend.selections.get(values["BackupPlanId"], {}).get(values["SelectionId"])
    if record is None:
        raise not_found("Cannot find backup selection")
    record.update(only(values, "CreationDate"))
    return only(record, "SelectionId", "BackupPlanId", "CreationDate")
