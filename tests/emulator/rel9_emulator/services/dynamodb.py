"""DynamoDB: moto's tables and backups, with global table replicas, moving PITR windows, and backups of other types."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from ..errors import ServiceError
from ..identify import service_model
from ..memory import managed_key, memory_of
from ..registry import amends, backends_of, seeds
from ..shapes import check, now, utc

Params = dict[str, Any]
SERVICE = "dynamodb"
LAG = timedelta(minutes=5)  # the latest restorable time is typically five minutes ago
BACKUP_TYPES = {None: ("USER", "SYSTEM"), "ALL": ("USER", "SYSTEM", "AWS_BACKUP")}

backends_of(SERVICE, dynamodb_backends)


def table_name(name_or_arn: str) -> str:
    return name_or_arn.split(":table/", 1)[1].split("/")[0] if name_or_arn.startswith("arn:") else name_or_arn


def _table(backend: Any, name: str | None) -> str:
    name = table_name(name or "")
    if name not in backend.tables:
        raise ServiceError("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
    return name


@amends(SERVICE, "DescribeTable")
def describe_table(backend: Any, params: Params, answer: Params) -> None:
    table = answer["Table"]
    memory = memory_of(SERVICE, backend)
    replicas = memory.records["replicas"].get(table["TableName"])
    if replicas:
        table["Replicas"] = list(replicas.values())
        table["GlobalTableVersion"] = "2019.11.21"
    memory.apply("table", table["TableName"], table)


@amends(SERVICE, "UpdateTable")
def update_table(backend: Any, params: Params, answer: Params) -> None:
    """Adds and removes replicas: a table of the same name in the other Region, each showing the others. Changes the key."""
    name = table_name(params["TableName"])
    encryption = params.get("SSESpecification")
    if encryption:
        key = encryption.get("KMSMasterKeyId") or managed_key(backend.account_id, backend.region_name, "aws/dynamodb")
        backend.tables[name].sse_specification = {**encryption, "KMSMasterKeyId": key}
    for update in params.get("ReplicaUpdates") or []:
        if "Create" in update:
            _add_replica(backend, name, update["Create"]["RegionName"], update["Create"])
        elif "Delete" in update:
            _remove_replica(backend, name, update["Delete"]["RegionName"])
    replicas = memory_of(SERVICE, backend).records["replicas"].get(name)
    if replicas:
        answer["TableDescription"]["Replicas"] = list(replicas.values())


def _replica(region: str, wanted: Params) -> Params:
    keys = {k: wanted[k] for k in ("KMSMasterKeyId",) if k in wanted}
    return {"RegionName": region, "ReplicaStatus": "ACTIVE", **keys}


def _add_replica(backend: Any, name: str, region: str, wanted: Params) -> None:
    source = backend.tables[name]
    other = dynamodb_backends[backend.account_id][region]
    if name not in other.tables:
        other.create_table(
            name, source.schema, source.throughput, source.attr, [], [], None, source.billing_mode, None, [], False, None
        )  # fmt: skip
    members = {backend.region_name, region, *memory_of(SERVICE, backend).records["replicas"].get(name, {})}
    for here in members:
        replicas = memory_of(SERVICE, dynamodb_backends[backend.account_id][here]).records["replicas"].setdefault(name, {})
        for there in members - {here}:
            replicas.setdefault(there, _replica(there, wanted if there == region else {}))


def _remove_replica(backend: Any, name: str, region: str) -> None:
    members = {backend.region_name, *memory_of(SERVICE, backend).records["replicas"].get(name, {})}
    for here in members:
        memory_of(SERVICE, dynamodb_backends[backend.account_id][here]).records["replicas"].get(name, {}).pop(region, None)
    other = dynamodb_backends[backend.account_id][region]
    memory_of(SERVICE, other).records["replicas"].pop(name, None)
    other.tables.pop(name, None)


def _pitr(backend: Any, name: str, answer: Params) -> None:
    description = answer["ContinuousBackupsDescription"]
    pitr = description["PointInTimeRecoveryDescription"]
    if pitr["PointInTimeRecoveryStatus"] == "ENABLED":
        days = pitr.setdefault("RecoveryPeriodInDays", 35)
        enabled = utc(pitr["EarliestRestorableDateTime"])
        pitr["EarliestRestorableDateTime"] = max(enabled, now() - timedelta(days=days))
        pitr["LatestRestorableDateTime"] = max(enabled, now() - LAG)
    memory_of(SERVICE, backend).apply("continuous_backups", name, description)


@amends(SERVICE, "DescribeContinuousBackups")
def describe_continuous_backups(backend: Any, params: Params, answer: Params) -> None:
    _pitr(backend, table_name(params["TableName"]), answer)


@amends(SERVICE, "UpdateContinuousBackups")
def update_continuous_backups(backend: Any, params: Params, answer: Params) -> None:
    _pitr(backend, table_name(params["TableName"]), answer)


@amends(SERVICE, "ListBackups")
def list_backups(backend: Any, params: Params, answer: Params) -> None:
    memory = memory_of(SERVICE, backend)
    summaries = {backup["BackupArn"]: backup for backup in _of_moto(backend)}
    summaries |= memory.records["backup"]
    types = BACKUP_TYPES.get(params.get("BackupType"), (params.get("BackupType"),))
    wanted = table_name(params["TableName"]) if params.get("TableName") else None
    lower, upper = params.get("TimeRangeLowerBound"), params.get("TimeRangeUpperBound")
    answer["BackupSummaries"] = [
        backup
        for backup in sorted(summaries.values(), key=lambda b: b["BackupArn"])
        if backup["BackupType"] in types
        and wanted in (None, backup["TableName"])
        and (lower is None or backup["BackupCreationDateTime"] >= utc(lower))
        and (upper is None or backup["BackupCreationDateTime"] < utc(upper))
    ]


def _of_moto(backend: Any) -> list[Params]:
    summaries = [dict(backup.summary) for backup in backend.backups.values()]
    for summary in summaries:
        summary["BackupCreationDateTime"] = utc(summary["BackupCreationDateTime"])
    return summaries


@seeds(SERVICE, "table", "TableDescription")
def seed_table(backend: Any, values: Params) -> Params:
    """Shows a table with other members: CreationDateTime, RestoreSummary, Replicas, TableSizeBytes, SSEDescription."""
    name = _table(backend, values.get("TableName"))
    return memory_of(SERVICE, backend).override("table", name, {**values, "TableName": name})


@seeds(SERVICE, "continuous_backups")
def seed_continuous_backups(backend: Any, values: Params) -> Params:
    """Shows other PITR dates: TableName, and members of PointInTimeRecoveryDescription."""
    name = _table(backend, values.pop("TableName", None))
    shape = service_model("dynamodb").shape_for("PointInTimeRecoveryDescription")
    description = check(shape, values, "continuous_backups", enums=True)
    return memory_of(SERVICE, backend).override("continuous_backups", name, {"PointInTimeRecoveryDescription": description})


@seeds(SERVICE, "backup", "BackupSummary")
def seed_backup(backend: Any, values: Params) -> Params:
    """A backup with another date, or of a type that no call creates (SYSTEM, AWS_BACKUP), or a change to a backup."""
    memory = memory_of(SERVICE, backend)
    arn = values.get("BackupArn")
    known = {backup["BackupArn"]: backup for backup in _of_moto(backend)} | memory.records["backup"]
    if arn in known:
        memory.records["backup"][str(arn)] = {**known[arn], **values}
        return memory.records["backup"][str(arn)]
    name = table_name(values.get("TableName") or values.get("TableArn") or "")
    made = values.get("BackupCreationDateTime")
    if not name or made is None:
        raise ServiceError("ValidationException", "a backup needs TableName and BackupCreationDateTime")
    table_arn = f"arn:{backend.partition}:dynamodb:{backend.region_name}:{backend.account_id}:table/{name}"
    arn = arn or f"{table_arn}/backup/{int(made.timestamp() * 1000):014d}-{len(known):08x}"
    record = {
        "TableName": name,
        "TableArn": table_arn,
        "BackupArn": arn,
        "BackupName": f"{name}-{len(known)}",
        "BackupStatus": "AVAILABLE",
        "BackupType": "USER",
        "BackupSizeBytes": 0,
        **values,
    }
    memory.records["backup"][arn] = {k: v for k, v in record.items() if v is not None}
    return memory.records["backup"][arn]
