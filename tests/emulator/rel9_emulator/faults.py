"""Faults that a test sets, answered in the service's own error format.

A fault stays until it is cleared (mode null), its `times` are used up, or everything is reset. It may let some calls succeed first
(`after`), and answer with another error code than its mode's (`code`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import Condition
from typing import Any
from xml.sax.saxutils import escape

from . import cbor
from .identify import Call

# Modes that damage a correct answer, as below.
SPOILED = ("cut", "empty", "hollow", "no-content", "html", "other", "null-items", "huge")
MODES = ("deny", "error", "throttle", "hang", "expired", "disconnect", "endless", "adrift", *SPOILED)
REQUEST_ID = "00000000-0000-4000-8000-000000000009"

# The real answers of each service, or otherwise of its protocol: mode -> (HTTP status, error code).
CODES: dict[str, dict[str, tuple[int, str]]] = {
    "ec2": {
        "deny": (403, "UnauthorizedOperation"),
        "error": (500, "InternalError"),
        "throttle": (503, "RequestLimitExceeded"),
        "expired": (400, "RequestExpired"),
    },
    "query": {
        "deny": (403, "AccessDenied"),
        "error": (500, "InternalFailure"),
        "throttle": (400, "Throttling"),
        "expired": (403, "ExpiredToken"),
    },
    "json": {
        "deny": (400, "AccessDeniedException"),
        "error": (500, "InternalServerError"),
        "throttle": (400, "ThrottlingException"),
        "expired": (400, "ExpiredTokenException"),
    },
    "rest-json": {
        "deny": (403, "AccessDeniedException"),
        "error": (500, "InternalServerException"),
        "throttle": (429, "ThrottlingException"),
        "expired": (403, "ExpiredTokenException"),
    },
    "rest-xml": {
        "deny": (403, "AccessDenied"),
        "error": (500, "InternalError"),
        "throttle": (503, "SlowDown"),
        "expired": (400, "ExpiredToken"),
    },
    "backup": {"error": (500, "ServiceUnavailableException")},
    "elasticfilesystem": {"error": (500, "InternalServerError")},
    "fsx": {"error": (500, "InternalServerError")},
    "kms": {"error": (500, "KMSInternalException")},
}
MESSAGES = {
    "deny": "User: arn:aws:iam::{account}:user/auditor is not authorized to perform: {action}",
    "error": "We encountered an internal error. Please try again.",
    "throttle": "Rate exceeded",
    "expired": "The security token included in the request is expired",
}


@dataclass
class Fault:
    operation: str
    mode: str
    region: str | None
    account: str | None
    times: int | None
    after: int = 0
    code: str | None = None

    def matches(self, call: Call) -> bool:
        return (
            self.times != 0
            and fnmatchcase(call.action, self.operation)
            and self.region in (None, call.region)
            and self.account in (None, call.account)
        )


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._changed = Condition()

    def set(self, new: Fault | None, operation: str, region: str | None, account: str | None) -> None:
        """Sets a fault. With None, clears the faults of the operation (only of the Region and account, if given)."""
        with self._changed:
            self._faults = [
                f
                for f in self._faults
                if f.operation != operation
                or (region is not None and f.region != region)
                or (account is not None and f.account != account)
            ]
            if new is not None:
                self._faults.append(new)
            self._changed.notify_all()

    def clear(self) -> None:
        with self._changed:
            self._faults = []
            self._changed.notify_all()

    def take(self, call: Call) -> Fault | None:
        """The fault for this call; reduces its `times`."""
        with self._changed:
            for fault in reversed(self._faults):
                if fault.matches(call):
                    if fault.after > 0:
                        fault.after -= 1
                        return None
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def hang(self, fault: Fault) -> None:
        """Keeps the caller waiting until the fault is cleared."""
        with self._changed:
            self._changed.wait_for(lambda: fault not in self._faults)


def response(call: Call, mode: str, own_code: str | None = None) -> tuple[int, dict[str, str], bytes]:
    """The error in the service's own format."""
    table = {**CODES[call.moto_protocol], **CODES.get(call.service, {})}
    status, code = (400, own_code) if own_code else table[mode]
    message = MESSAGES[mode].format(account=call.account, action=call.action)
    return error_response(call, status, code, message)


def spoil(mode: str, answer: tuple[int, dict[str, str], bytes]) -> tuple[int, dict[str, str], bytes]:
    """A correct answer, damaged in transit. Errors are unchanged."""
    status, headers, body = answer
    if not 200 <= status < 300:
        return answer
    if headers.get("Content-Type") == "application/cbor" and mode in CBOR_SPOILED:
        return status, headers, CBOR_SPOILED[mode](body)
    is_xml = body.lstrip().startswith(b"<")
    if mode == "cut":  # all but the end of the root element
        return status, headers, body[: body.rindex(b"</")] if b"</" in body else body[: len(body.rstrip()) - 1]
    if mode == "hollow":
        return status, headers, re.sub(rb"(<(?![?!])[^\s>/]+)[^>]*>.*", rb"\1/>", body, count=1, flags=re.DOTALL) if is_xml else b"{}"
    if mode == "other":  # the root or the members of another operation
        return status, headers, re.sub(rb"(</?)([A-Z])", rb"\1Other\2", body) if is_xml else re.sub(rb'"(\w+)"(\s*:)', rb'"Other\1"\2', body)
    if mode == "null-items":  # JSON: null for each item and member of a member; XML: elements without anything in them
        return status, headers, re.sub(rb"<(item|member|[A-Z]\w+)>(?:(?!<\1>).)*</\1>", rb"<\1/>", body, flags=re.DOTALL) if is_xml else _nulls(body)
    if mode == "html":
        return 200, {"Content-Type": "text/html"}, b"<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>Log in to go on</body></html>\n"
    if mode == "huge":
        return status, headers, body + b" " * (65 << 20)
    return (204 if mode == "no-content" else 200), headers, b""


def _nulls(body: bytes) -> bytes:
    return json.dumps(_hollow(json.loads(body))).encode()


def _hollow(answer: Any) -> Any:
    def hollow(value: Any) -> Any:
        if isinstance(value, dict):
            return dict.fromkeys(value)
        return [None for _ in value] if isinstance(value, list) else None

    return {name: hollow(value) for name, value in answer.items()}


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {f"Other{name}": _renamed(inner) for name, inner in value.items()}
    return [_renamed(inner) for inner in value] if isinstance(value, list) else value


CBOR_SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda body: body[:-1],
    "hollow": lambda _: b"\xa0",  # an empty map
    "other": lambda body: cbor.write_plain(_renamed(cbor.read(body))),
    "null-items": lambda body: cbor.write_plain(_hollow(cbor.read(body))),
}


def error_response(call: Call, status: int, code: str, message: str) -> tuple[int, dict[str, str], bytes]:
    protocol = call.protocol
    headers = {"x-amzn-RequestId": REQUEST_ID}
    if protocol == cbor.PROTOCOL:
        return status, {**headers, **cbor.HEADERS}, cbor.write_plain({"__type": code, "message": message})
    if protocol in ("json", "rest-json"):
        headers["Content-Type"] = "application/json" if protocol == "rest-json" else "application/x-amz-json-1.1"
        headers["x-amzn-ErrorType"] = code
        body: dict[str, Any] = {"message": message}
        if protocol == "json":
            body["__type"] = code
        return status, headers, json.dumps(body).encode()
    headers["Content-Type"] = "text/xml"
    if protocol == "rest-xml":
        headers["x-amz-request-id"] = REQUEST_ID
    if call.environ.get("REQUEST_METHOD") == "HEAD":
        return status, headers, b""
    kind = "Sender" if status < 500 else "Receiver"
    error = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    xml = {
        "ec2": f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>",
        "query": f"<ErrorResponse><Error><Type>{kind}</Type>{error}</Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>",
        "rest-xml": f"<Error>{error}<RequestId>{REQUEST_ID}</RequestId><HostId>rel9</HostId></Error>",
    }[protocol]
    return status, headers, f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}'.encode()
