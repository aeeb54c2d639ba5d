"""The additions of the extensions to moto, by service and operation.

Three decorators, used by the modules in `services/`:

- `@handles("backup", "ListBackupJobs")`: the function is the operation. It gets the service's backend (account and
  Region already chosen) and the parsed parameters, and returns the answer's members as a dict.
- `@amends("ec2", "DescribeSnapshots")`: moto answers, the function corrects the answer (a dict, changed in place).
- `@seeds("backup", "recovery_point", "RecoveryPointByBackupVault")`: `POST /rel9/seed` calls the function. The values are
  checked against this shape of the service's model; without a shape, the function checks them itself.

Service names here are the names of IAM actions (`elasticfilesystem`, not `efs`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import Any

from moto.utilities.utils import get_partition

MODULES = {
    "aoss": "cloud_control",
    "application-autoscaling": "autoscaling",
    "events": "automation",
    "scheduler": "automation",
    "states": "automation",
    "backup": "backup",
    "backup-gateway": "backup_gateway",
    "cloudcontrolapi": "cloud_control",
    "cloudformation": "cloudformation",
    "cloudtrail": "cloudtrail",
    "cloudwatch": "cloudwatch",
    "dlm": "dlm",
    "docdb-elastic": "cloud_control",
    "ds": "directory",
    "dsql": "cloud_control",
    "dynamodb": "dynamodb",
    "ec2": "ec2",
    "eks": "cloud_control",
    "elasticache": "elasticache",
    "elasticfilesystem": "efs",
    "es": "opensearch",
    "fsx": "fsx",
    "glacier": "glacier",
    "kinesis": "cloud_control",
    "kinesisvideo": "kinesis_video",
    "kms": "kms",
    "lightsail": "lightsail",
    "logs": "logs",
    "memorydb": "memorydb",
    "organizations": "organizations",
    "rds": "rds",
    "redshift": "redshift",
    "redshift-serverless": "redshift_serverless",
    "s3": "s3",
    "storagegateway": "storage_gateway",
    "tag": "tagging",  # it uses other services' backends, so this emulator's backends must be in place first
    "timestream": "cloud_control",
}

GLOBAL_SERVICES = {"organizations", "s3"}


@dataclass(frozen=True)
class Seed:
    function: Callable[[Any, dict[str, Any]], Any]
    shape: str | None


HANDLERS: dict[tuple[str, str], Callable[[Any, dict[str, Any]], Any]] = {}
AMENDMENTS: dict[tuple[str, str], Callable[[Any, dict[str, Any], dict[str, Any]], None]] = {}
SEEDS: dict[tuple[str, str], Seed] = {}
BACKENDS: dict[str, Any] = {}

# Every handler, amendment and seed runs under this lock: state changes are atomic, as in AWS.
LOCK = RLock()
_loaded: set[str] = set()


def handles(service: str, operation: str) -> Callable[[Any], Any]:
    return _register(HANDLERS, (service, operation))


def amends(service: str, operation: str) -> Callable[[Any], Any]:
    return _register(AMENDMENTS, (service, operation))


def seeds(service: str, kind: str, shape: str | None = None) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        _add(SEEDS, (service, kind), Seed(function, shape))
        return function

    return register


def backends_of(service: str, backend_dict: Any, backend_class: type | None = None) -> None:
    """Uses moto's own backends for a service, or a subclass of its backend if one is given."""
    if backend_class is not None:
        backend_dict.backend = backend_class
        backend_dict.clear()
    _add(BACKENDS, service, backend_dict)


def load(service: str) -> None:
    """Imports a service's extension at first use, because moto's services are slow to import."""
    if service in _loaded or service not in MODULES:
        return
    with LOCK:
        if service not in _loaded:
            importlib.import_module(f".services.{MODULES[service]}", __package__)
            _loaded.add(service)


def load_all() -> None:
    for service in MODULES:
        load(service)


def backend(service: str, account: str, region: str) -> Any:
    load(service)
    if service in GLOBAL_SERVICES:  # moto keeps one backend for each partition
        region = get_partition(region)
    return BACKENDS[service][account][region]


def _register(table: dict[Any, Any], key: Any) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        _add(table, key, function)
        return function

    return register


def _add(table: dict[Any, Any], key: Any, value: Any) -> None:
    if key in table:
        raise RuntimeError(f"{key} is registered twice")
    table[key] = value
