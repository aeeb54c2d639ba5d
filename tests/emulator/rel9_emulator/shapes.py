"""Checks values against the shapes of botocore's service models, and normalises them.

Times become aware UTC datetimes, and members whose value is None are removed. Everything else must conform to the model exactly:
an unknown member, a wrong type or a missing required member is an error that names its path.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from botocore.utils import parse_to_aware_datetime


class ShapeError(Exception):
    """The value does not have the shape that the service model requires."""


def utc(value: Any) -> datetime:
    """Converts a time in any form (RFC 3339, epoch seconds, naive UTC datetime) to an aware UTC datetime."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=timezone.utc)
    return parse_to_aware_datetime(value).astimezone(timezone.utc)


def now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


def check(shape: Any, value: Any, path: str, *, required: bool = True, enums: bool = False) -> Any:
    """The normalised value, or ShapeError. `required=False` allows required members to be absent (partial seeds)."""
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, value, path, required, enums)
    if kind == "list":
        if not isinstance(value, (list, tuple)):
            raise _wrong(path, "a list", value)
        return [check(shape.member, v, f"{path}[{i}]", required=required, enums=enums) for i, v in enumerate(value)]
    if kind == "map":
        if not isinstance(value, dict):
            raise _wrong(path, "a map", value)
        result = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise _wrong(path, "a map with string keys", key)
            result[key] = check(shape.value, item, f"{path}[{key!r}]", required=required, enums=enums)
        return result
    return _scalar(shape, kind, value, path, enums)


def _structure(shape: Any, value: Any, path: str, required: bool, enums: bool) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(path, f"a structure {shape.name}", value)
    result = {}
    for key, item in value.items():
        if key not in shape.members:
            known = ", ".join(shape.members)
            raise ShapeError(f"{path}.{key}: {shape.name} has no such member (it has: {known})")
        if item is not None:
            result[key] = check(shape.members[key], item, f"{path}.{key}", required=required, enums=enums)
    if required:
        missing = [name for name in shape.required_members if name not in result]
        if missing:
            raise ShapeError(f"{path}: {shape.name} lacks the required {', '.join(missing)}")
    return result


def _scalar(shape: Any, kind: str, value: Any, path: str, enums: bool) -> Any:
    if kind in ("string", "character"):
        if not isinstance(value, str):
            raise _wrong(path, "a string", value)
        if enums and shape.enum and value not in shape.enum:
            raise ShapeError(f"{path}: {value!r} is none of {', '.join(shape.enum)}")
    elif kind in ("integer", "long"):
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong(path, "an integer", value)
    elif kind in ("float", "double"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _wrong(path, "a number", value)
    elif kind == "boolean":
        if not isinstance(value, bool):
            raise _wrong(path, "true or false", value)
    elif kind == "timestamp":
        if isinstance(value, bool) or not isinstance(value, (str, int, float, datetime)):
            raise _wrong(path, "a time", value)
        try:
            return utc(value)
        except (ValueError, TypeError) as error:
            raise _wrong(path, "a time", value) from error
    elif kind == "blob" and not isinstance(value, (bytes, str)):
        raise _wrong(path, "bytes", value)
    return value


def _wrong(path: str, wanted: str, value: Any) -> ShapeError:
    return ShapeError(f"{path}: {value!r} is not {wanted}")
