"""AWS Backup's state for one account and Region, and small helpers of its handlers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from moto.backup.models import BackupBackend as MotoBackupBackend
from moto.backup.models import backup_backends
from ...errors import ServiceError
from moto.core.resource_tagging import TaggedResource

from ...registry import backends_of

Record = dict[str, Any]
DEFAULT_ROLE = "service-role/AWSBackupDefaultServiceRole"


class BackupBackend(MotoBackupBackend):
    """moto's backend with this emulator's records: the handlers read and write everything except tags and ARNs."""

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.region_settings: dict[str, dict[str, bool]] = {}
        self.global_settings: Record = {}  # only the account's home Region (us-east-1) holds them
        self.vault_records: dict[str, Record] = {}
        self.vault_policies: dict[str, str] = {}
        self.vault_notifications: dict[str, Record] = {}
        self.plan_records: dict[str, Record] = {}
        self.selections: dict[str, dict[str, Record]] = {}
        self.recovery_points: dict[str, Record] = {}
        self.orphans: dict[str, Record] = {}
        self.backup_jobs: dict[str, Record] = {}
        self.copy_jobs: dict[str, Record] = {}
        self.restore_jobs: dict[str, Record] = {}
        self.testing_plans: dict[str, Record] = {}
        self.testing_selections: dict[str, dict[str, Record]] = {}
        self.frameworks: dict[str, Record] = {}
        self.report_plan_records: dict[str, Record] = {}
        self.report_jobs: dict[str, Record] = {}

    @property
    def _url_module(self) -> Any:
        from moto.backup import urls

        return urls

    def arn(self, resource: str) -> str:
        return f"arn:{self.partition}:backup:{self.region_name}:{self.account_id}:{resource}"

    def role(self) -> str:
        return f"arn:{self.partition}:iam::{self.account_id}:role/{DEFAULT_ROLE}"

    def home(self) -> BackupBackend:
        """The backend that keeps settings of the whole account."""
        return backup_backends[self.account_id]["us-east-1"]  # type: ignore[return-value]

    def vault(self, name: str) -> Record:
        if name not in self.vault_records:
            raise not_found(f"Backup vault {name} does not exist")
        return self.vault_records[name]

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for kind, arns in (
            ("backup-vault", [v["BackupVaultArn"] for v in self.vault_records.values()]),
            ("backup-plan", [p["BackupPlanArn"] for p in self.plan_records.values()]),
        ):
            for arn in arns:
                yield TaggedResource(arn, self.tagger.get_tag_dict_for_resource(arn), f"backup:{kind}")


backends_of("backup", backup_backends, BackupBackend)


def backend_of_arn(arn: str) -> BackupBackend:
    """The backend of the account and Region in an ARN."""
    _, _, _, region, account, _ = arn.split(":", 5)
    return backup_backends[account][region]  # type: ignore[return-value]


def new_id() -> str:
    return str(uuid.uuid4())


def not_found(message: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", message)


def invalid(message: str) -> ServiceError:
    return ServiceError("InvalidParameterValueException", message)


def already_exists(message: str) -> ServiceError:
    return ServiceError("AlreadyExistsException", message)


def only(record: Record, *members: str) -> Record:
    """The named members of a record, if it has them."""
    return {name: record[name] for name in members if record.get(name) is not None}


def merge(table: dict[str, Record], key: str, defaults: Record, values: Record) -> Record:
    """Seeds a record: the values override the existing record, or otherwise the defaults. A null removes the member."""
    record = {**(table.get(key) or defaults), **values}
    table[key] = {name: value for name, value in record.items() if value is not None}
    return table[key]


def needs(kind: str, values: Record, *members: str) -> None:
    missing = [name for name in members if values.get(name) is None]
    if missing:
        raise invalid(f"a {kind} needs {', '.join(missing)}")


def selected(records: Any, params: Record, filters: dict[str, Any]) -> list[Record]:
    """Records that pass every filter of the request; `filters` maps a parameter to test(record, wanted value)."""
    active = [(test, params[name]) for name, test in filters.items() if params.get(name) is not None]
    return [r for r in records if all(test(r, wanted) for test, wanted in active)]


def equal(member: str) -> Any:
    return lambda record, wanted: record.get(member) == wanted


def equal_or_any(member: str) -> Any:
    """`*` matches all."""
    return lambda record, wanted: wanted == "*" or record.get(member) == wanted


def before(member: str) -> Any:
    from ...shapes import utc

    return lambda record, wanted: member in record and record[member] < utc(wanted)


def after(member: str) -> Any:
    from ...shapes import utc

    return lambda record, wanted: member in record and record[member] > utc(wanted)


def newest_first(records: list[Record], member: str) -> list[Record]:
    return sorted(records, key=lambda record: record[member], reverse=True)
