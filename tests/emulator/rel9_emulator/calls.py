"""Counts AWS calls, and finds repeated ones."""

from __future__ import annotations

import hashlib
from collections import Counter
from threading import Lock
from typing import Any

from .identify import Call


class Calls:
    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._by_action: Counter[tuple[str, str]] = Counter()
            self._by_account: Counter[str] = Counter()
            self._requests: Counter[bytes] = Counter()
            self._examples: dict[bytes, dict[str, Any]] = {}

    def add(self, call: Call) -> None:
        environ = call.environ
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        identity = f"{call.action} {call.account} {call.region} {path} {query} ".encode() + call.body
        digest = hashlib.sha256(identity).digest()
        with self._lock:
            self._by_action[call.action, call.region] += 1
            self._by_account[call.account] += 1
            self._requests[digest] += 1
            if self._requests[digest] == 2:
                self._examples[digest] = {
                    "operation": call.action,
                    "region": call.region,
                    "account": call.account,
                    "request": f"{path}?{query}" if query else path,
                    "body": call.body[:500].decode(errors="replace"),
                }

    def report(self) -> dict[str, Any]:
        """`calls` by action and Region, `total`, `accounts`, and `repeated`: byte-identical requests."""
        with self._lock:
            calls: dict[str, dict[str, int]] = {}
            for (action, region), count in sorted(self._by_action.items()):
                calls.setdefault(action, {})[region] = count
            repeated = [{**example, "count": self._requests[key]} for key, example in self._examples.items()]
            return {
                "total": sum(self._by_action.values()),
                "calls": calls,
                "accounts": dict(self._by_account),
                "repeated": repeated,
            }
