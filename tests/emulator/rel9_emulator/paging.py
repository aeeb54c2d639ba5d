"""Pages, as the service's paginators describe them, as small as a test asks for.

Tokens are opaque to callers, as AWS's are: base64 of operation and offset.
"""

from __future__ import annotations

import base64
import binascii
import itertools
from functools import lru_cache
from typing import Any

from botocore.session import Session
from .errors import ServiceError

from .identify import Call

# The services' default page sizes, if they are smaller than the largest page.
DEFAULT_PAGE = {"cloudwatch": 50, "elasticache": 50, "rds": 100, "dynamodb": 100, "kms": 50, "elasticfilesystem": 100, "glacier": 10, "logs": 50, "s3": 10_000}
# Limits that AWS enforces and its service models do not have: (smallest, largest).
LIMITS = {"elasticache": (20, 100), "rds": (20, 100), "ec2": (5, 1000)}
LIMITS_OF_OPERATION = {
    "application-autoscaling:DescribeScalableTargets": (1, 50),
    "application-autoscaling:DescribeScalingPolicies": (1, 50),
    "ec2:DescribeImages": (1, 1000),
    "elasticache:DescribeServerlessCacheSnapshots": (1, 50),
    "elasticache:DescribeServerlessCaches": (1, 50),
    "elasticache:DescribeSnapshots": (20, 50),
}

# Operations with several lists, of which one is asked for at a time.
LISTS = {"cloudwatch:DescribeAlarms": "MetricAlarms"}

# Names of tokens: in the request and in the answer.
TOKENS = (*((name, name) for name in ("NextToken", "nextToken", "Marker", "ContinuationToken")), ("pageToken", "nextPageToken"))
LIMIT_KEYS = ("MaxResults", "maxResults", "MaxRecords", "MaxItems", "Limit", "limit")
BAD_TOKEN = {"ec2": "InvalidParameterValue", "rds": "InvalidParameterValue", "backup": "InvalidParameterValueException", "lightsail": "InvalidInputException"}


class Cap:
    """The page cap for every paged operation, if a test has set one."""

    size: int | None = None


class Pager:
    """How one operation pages: which members carry the limit, the token and the result."""

    def __init__(self, call: Call, config: dict[str, Any]) -> None:
        self.action = call.action
        self.service = call.service
        self.limit_key: str | None = config.get("limit_key")
        self.input_token: str = config["input_token"]
        self.output_token: str = config["output_token"]
        self.result_key: str = config["result_key"]
        self.more_results: str | None = config.get("more_results")
        self._numbers = itertools.count(1_000_000)

    def check(self, call: Call, params: dict[str, Any]) -> None:
        """Refuses the limits that AWS refuses."""
        limit = params.get(self.limit_key) if self.limit_key else None
        if limit is None:
            return
        shape = call.operation_model.input_shape.members[self.limit_key]
        known = LIMITS_OF_OPERATION.get(self.action) or LIMITS.get(self.service) or (None, None)
        smallest = shape.metadata.get("min", known[0])
        largest = shape.metadata.get("max", known[1])
        if (smallest is not None and limit < smallest) or (largest is not None and limit > largest):
            code = "ValidationException" if call.names_errors_of_json else "InvalidParameterValue"
            raise ServiceError(code, f"{self.limit_key} {limit} is outside {smallest} to {largest}")

    def cut(self, params: dict[str, Any], answer: dict[str, Any]) -> None:
        """Leaves one page in the answer, with the token of the next one if there is one."""
        items = answer.get(self.result_key)
        if items is None:
            items = []
        start = self._offset(params.get(self.input_token))
        sizes = [params.get(self.limit_key) if self.limit_key else None, Cap.size, DEFAULT_PAGE.get(self.service, 1000)]
        if sizes[0] is not None:
            sizes.pop()
        end = start + min(size for size in sizes if size is not None)
        if isinstance(items, dict):
            answer[self.result_key] = dict(list(items.items())[start:end])
        else:
            answer[self.result_key] = items[start:end]
        more = end < len(items)
        answer[self.output_token] = self._token(end) if more else None
        if self.more_results:
            answer[self.more_results] = more

    def go_on(self, answer: dict[str, Any], how: str) -> None:
        """Names the first page as the next one, or empties the page and names a page that never existed."""
        answer[self.output_token] = self._token(0)
        if how == "adrift":
            answer[self.result_key] = type(answer.get(self.result_key) or [])()
            answer[self.output_token] = self._token(next(self._numbers))
        if self.more_results:
            answer[self.more_results] = True

    def _token(self, offset: int) -> str:
        return base64.urlsafe_b64encode(f"{self.action} {offset}".encode()).decode()

    def _offset(self, token: str | None) -> int:
        if not token:
            return 0
        try:
            action, offset = base64.urlsafe_b64decode(token).decode().split(" ")
            if action == self.action:
                return int(offset)
        except (binascii.Error, ValueError):
            pass
        raise ServiceError(BAD_TOKEN.get(self.service, "ValidationException"), "The token is not valid")


@lru_cache
def _paginators(botocore_name: str) -> dict[str, Any]:
    return Session().get_component("data_loader").load_service_model(botocore_name, "paginators-1")["pagination"]


_pagers: dict[str, Pager | None] = {}


def pager(call: Call) -> Pager | None:
    """The pager of an operation, or None if it returns everything at once."""
    if call.action not in _pagers:
        _pagers[call.action] = _pager(call)
    return _pagers[call.action]


def _pager(call: Call) -> Pager | None:
    config = _paginators(call.botocore_name).get(call.operation)
    if config and call.action in LISTS:
        config = {**config, "result_key": LISTS[call.action]}
    if config and isinstance(config["result_key"], str) and isinstance(config["input_token"], str):
        return Pager(call, config)
    if config or call.operation_model.input_shape is None or call.operation_model.output_shape is None:
        return None
    # AWS's paginator files lack some operations: an operation with a token in request and answer is paged, too.
    inputs, outputs = call.operation_model.input_shape.members, call.operation_model.output_shape.members
    tokens = next(((given, told) for given, told in TOKENS if given in inputs and told in outputs), None)
    lists = [name for name, shape in outputs.items() if shape.type_name in ("list", "map")]
    if tokens is None or len(lists) != 1:
        return None
    limit = next((key for key in LIMIT_KEYS if key in inputs), None)
    return Pager(call, {"limit_key": limit, "input_token": tokens[0], "output_token": tokens[1], "result_key": lists[0]})
