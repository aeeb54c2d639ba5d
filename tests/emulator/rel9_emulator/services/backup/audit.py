"""AWS Backup Audit Manager: frameworks, report plans and report jobs."""

from __future__ import annotations

import copy
from typing import Any

from ...registry import handles, seeds
from ...shapes import now
from .state import (
    BackupBackend, after, already_exists, before, equal, merge, needs, new_id, newest_first, not_found, only, selected,
)  # fmt: skip

Params = dict[str, Any]


def _framework(backend: BackupBackend, name: str) -> Params:
    if name not in backend.frameworks:
        raise not_found(f"Framework {name} does not exist")
    return backend.frameworks[name]


@handles("backup", "CreateFramework")
def create_framework(backend: BackupBackend, params: Params) -> Params:
    name = params["FrameworkName"]
    if name in backend.frameworks:
        raise already_exists(f"Framework {name} already exists")
    record = {
        **copy.deepcopy(only(params, "FrameworkName", "FrameworkDescription", "FrameworkControls", "IdempotencyToken")),
        "FrameworkArn": backend.arn(f"framework:{name}-{new_id()}"),
        "CreationTime": now(),
        "DeploymentStatus": "COMPLETED",
        "FrameworkStatus": "ACTIVE",
    }
    backend.frameworks[name] = record
    backend.tag_resource(record["FrameworkArn"], params.get("FrameworkTags") or {})
    return only(record, "FrameworkName", "FrameworkArn")


@handles("backup", "ListFrameworks")
def list_frameworks(backend: BackupBackend, params: Params) -> Params:
    members = ("FrameworkName", "FrameworkArn", "FrameworkDescription", "CreationTime", "DeploymentStatus")
    frameworks = backend.frameworks.values()
    return {"Frameworks": [{**only(f, *members), "NumberOfControls": len(f["FrameworkControls"])} for f in frameworks]}


@handles("backup", "DescribeFramework")
def describe_framework(backend: BackupBackend, params: Params) -> Params:
    return copy.deepcopy(_framework(backend, params["FrameworkName"]))


@handles("backup", "DeleteFramework")
def delete_framework(backend: BackupBackend, params: Params) -> None:
    del backend.frameworks[_framework(backend, params["FrameworkName"])["FrameworkName"]]


@seeds("backup", "framework", "DescribeFrameworkOutput")
def seed_framework(backend: BackupBackend, values: Params) -> Params:
    """Changes a framework of CreateFramework as it changes over time: DeploymentStatus, FrameworkStatus."""
    needs("framework", values, "FrameworkName")
    name = _framework(backend, values["FrameworkName"])["FrameworkName"]
    return merge(backend.frameworks, name, {}, values)


def _report_plan(backend: BackupBackend, name: str) -> Params:
    if name not in backend.report_plan_records:
        raise not_found(f"Report plan {name} does not exist")
    return backend.report_plan_records[name]


@handles("backup", "CreateReportPlan")
def create_report_plan(backend: BackupBackend, params: Params) -> Params:
    name = params["ReportPlanName"]
    if name in backend.report_plan_records:
        raise already_exists(f"Report plan {name} already exists")
    members = ("ReportPlanName", "ReportPlanDescription", "ReportDeliveryChannel", "ReportSetting")
    record = {
        **copy.deepcopy(only(params, *members)),
        "ReportPlanArn": backend.arn(f"report-plan:{name}-{new_id()}"),
        "CreationTime": now(),
        "DeploymentStatus": "COMPLETED",
    }
    backend.report_plan_records[name] = record
    backend.tag_resource(record["ReportPlanArn"], params.get("ReportPlanTags") or {})
    return only(record, "ReportPlanName", "ReportPlanArn", "CreationTime")


@handles("backup", "ListReportPlans")
def list_report_plans(backend: BackupBackend, params: Params) -> Params:
    return {"ReportPlans": copy.deepcopy(list(backend.report_plan_records.values()))}


@handles("backup", "DescribeReportPlan")
def describe_report_plan(backend: BackupBackend, params: Params) -> Params:
    return {"ReportPlan": copy.deepcopy(_report_plan(backend, params["ReportPlanName"]))}


@handles("backup", "DeleteReportPlan")
def delete_report_plan(backend: BackupBackend, params: Params) -> None:
    del backend.report_plan_records[_report_plan(backend, params["ReportPlanName"])["ReportPlanName"]]


@seeds("backup", "report_plan", "ReportPlan")
def seed_report_plan(backend: BackupBackend, values: Params) -> Params:
    """Changes a report plan of CreateReportPlan: LastAttemptedExecutionTime, LastSuccessfulExecutionTime, status."""
    needs("report_plan", values, "ReportPlanName")
    name = _report_plan(backend, values["ReportPlanName"])["ReportPlanName"]
    return merge(backend.report_plan_records, name, {}, values)


@handles("backup", "StartReportJob")
def start_report_job(backend: BackupBackend, params: Params) -> Params:
    plan = _report_plan(backend, params["ReportPlanName"])
    job = seed_report_job(backend, {"ReportPlanArn": plan["ReportPlanArn"], "CreationTime": now()})
    return only(job, "ReportJobId")


@handles("backup", "ListReportJobs")
def list_report_jobs(backend: BackupBackend, params: Params) -> Params:
    arns = {plan["ReportPlanName"]: plan["ReportPlanArn"] for plan in backend.report_plan_records.values()}
    filters = {
        "ByReportPlanName": lambda job, name: job["ReportPlanArn"] == arns.get(name),
        "ByCreationBefore": before("CreationTime"),
        "ByCreationAfter": after("CreationTime"),
        "ByStatus": equal("Status"),
    }
    return {"ReportJobs": newest_first(selected(backend.report_jobs.values(), params, filters), "CreationTime")}


@seeds("backup", "report_job", "ReportJob")
def seed_report_job(backend: BackupBackend, values: Params) -> Params:
    """A report. A completed one also sets its report plan's times of execution, as AWS does."""
    job_id = values.get("ReportJobId") or new_id()
    if job_id in backend.report_jobs:
        return merge(backend.report_jobs, job_id, {}, values)
    needs("report_job", values, "ReportPlanArn", "CreationTime")
    plan = next((p for p in backend.report_plan_records.values() if p["ReportPlanArn"] == values["ReportPlanArn"]), None)
    if plan is None:
        raise not_found(f"Report plan {values['ReportPlanArn']} does not exist")
    channel = plan["ReportDeliveryChannel"]
    defaults = {
        "ReportJobId": job_id,
        "ReportTemplate": plan["ReportSetting"]["ReportTemplate"],
        "Status": "COMPLETED",
        "ReportDestination": {"S3BucketName": channel["S3BucketName"], "S3Keys": []},
        **({"CompletionTime": values["CreationTime"]} if values.get("Status", "COMPLETED") != "RUNNING" else {}),
    }
    job = merge(backend.report_jobs, job_id, defaults, values)
    plan["LastAttemptedExecutionTime"] = max(plan.get("LastAttemptedExecutionTime", job["CreationTime"]), job["CreationTime"])
    if job["Status"] == "COMPLETED":
        finished = job["CompletionTime"]
        plan["LastSuccessfulExecutionTime"] = max(plan.get("LastSuccessfulExecutionTime", finished), finished)
    return job
