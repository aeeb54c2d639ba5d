"""Settings of a Region (opt-in) and of an account, supported resource types, and tags."""

from __future__ import annotations

from typing import Any

from ...registry import handles
from ...shapes import now
from .state import BackupBackend, invalid

Params = dict[str, Any]

RESOURCE_TYPES = (
    "Aurora", "CloudFormation", "DSQL", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "EKS", "FSx", "Neptune", "RDS", "Redshift",
    "Redshift Serverless", "S3", "SAP HANA on Amazon EC2", "Storage Gateway", "Timestream", "VirtualMachine",
)  # fmt: skip
MANAGED_TYPES = ("DynamoDB", "EFS")
GLOBAL_DEFAULTS = {"isCrossAccountBackupEnabled": "false", "isMpaEnabled": "false", "isDelegatedAdministratorEnabled": "false"}


@handles("backup", "DescribeRegionSettings")
def describe_region_settings(backend: BackupBackend, params: Params) -> Params:
    return {
        "ResourceTypeOptInPreference": {t: True for t in RESOURCE_TYPES} | backend.region_settings.get("opt_in", {}),
        "ResourceTypeManagementPreference": {t: True for t in MANAGED_TYPES} | backend.region_settings.get("management", {}),
    }


@handles("backup", "UpdateRegionSettings")
def update_region_settings(backend: BackupBackend, params: Params) -> None:
    for member, table in (("ResourceTypeOptInPreference", "opt_in"), ("ResourceTypeManagementPreference", "management")):
        preferences = params.get(member) or {}
        unknown = set(preferences) - set(RESOURCE_TYPES)
        if unknown:
            raise invalid(f"AWS Backup does not support {', '.join(sorted(unknown))}")
        backend.region_settings.setdefault(table, {}).update(preferences)


@handles("backup", "DescribeGlobalSettings")
def describe_global_settings(backend: BackupBackend, params: Params) -> Params:
    stored = backend.home().global_settings
    return {"GlobalSettings": GLOBAL_DEFAULTS | stored.get("settings", {}), "LastUpdateTime": stored.get("updated")}


@handles("backup", "UpdateGlobalSettings")
def update_global_settings(backend: BackupBackend, params: Params) -> None:
    stored = backend.home().global_settings
    stored.setdefault("settings", {}).update(params.get("GlobalSettings") or {})
    stored["updated"] = now()


@handles("backup", "GetSupportedResourceTypes")
def get_supported_resource_types(backend: BackupBackend, params: Params) -> Params:
    return {"ResourceTypes": list(RESOURCE_TYPES)}


@handles("backup", "ListTags")
def list_tags(backend: BackupBackend, params: Params) -> Params:
    return {"Tags": backend.tagger.get_tag_dict_for_resource(params["ResourceArn"])}


@handles("backup", "TagResource")
def tag_resource(backend: BackupBackend, params: Params) -> None:
    backend.tag_resource(params["ResourceArn"], params["Tags"])


@handles("backup", "UntagResource")
def untag_resource(backend: BackupBackend, params: Params) -> None:
    backend.untag_resource(params["ResourceArn"], params["TagKeyList"])
