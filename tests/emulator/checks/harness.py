"""Starts an emulator for the checks, provides its clients, and counts failures."""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SERVER = Path(__file__).resolve().parent.parent / "server.py"
ACCOUNT = "123456789012"
CONFIG = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, read_timeout=20)


class Emulator:
    def __init__(self) -> None:
        self.failures: list[str] = []
        self.checks = 0
        command = [sys.executable, str(SERVER), "--port", "0"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.endpoint = json.loads(self.process.stdout.readline())["endpoint"]

    def stop(self) -> int:
        """Closes the pipe, as the end of a test does; the server must end too."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.process.wait(10)

    def client(self, service: str, region: str = "us-east-1", key: str = "AKIAIOSFODNN7EXAMPLE", **config: Any) -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key="not-a-secret",
            config=CONFIG.merge(Config(**config)),
        )

    def get(self, name: str) -> Any:
        return self._control(urllib.request.Request(f"{self.endpoint}/rel9/{name}"))

    def post(self, name: str, body: Any = None) -> Any:
        return self._control(urllib.request.Request(f"{self.endpoint}/rel9/{name}", json.dumps(body or {}).encode(), method="POST"))

    def seed(self, service: str, kind: str, values: dict[str, Any], region: str = "us-east-1", **more: Any) -> Any:
        answer = self.post("seed", {"account": ACCOUNT, "region": region, "service": service, "kind": kind, "values": values, **more})
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["seeded"][0]

    def fault(self, operation: str, mode: str | None, **more: Any) -> None:
        answer = self.post("fault", {"operation": operation, "mode": mode, **more})
        if answer:
            raise AssertionError(answer)

    def count(self, action: str) -> int:
        return sum(self.get("calls")["calls"].get(action, {}).values())

    @staticmethod
    def _control(request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    # Results

    def expect(self, what: str, got: Any, wanted: Any) -> None:
        self.checks += 1
        if got != wanted:
            self.failures.append(f"{what}: got {got!r}, wanted {wanted!r}")

    def expect_error(self, what: str, code: str, call: Callable[[], Any]) -> None:
        self.expect(what, error_code(call), code)

    def run(self, check: Callable[[Emulator], None]) -> None:
        try:
            check(self)
        except Exception:
            self.failures.append(f"{check.__module__}.{check.__name__}:\n{traceback.format_exc()}")


def error_code(call: Callable[[], Any]) -> str | None:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def days_ago(days: float) -> str:
    from datetime import datetime, timedelta, timezone

    return (datetime.now(timezone.utc) - timedelta(days=days)).isoformat()
