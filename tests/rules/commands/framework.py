"""What a scenario is written with: the account that it fills, what it returns, and the decorator that ties it to a rule."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "emulator" / "scenarios"))

from common import Account, ago, tags  # noqa: E402

__all__ = ["FAR", "HOME", "OTHER_ACCOUNT", "Aws", "Failing", "Scenario", "Told", "ago", "proves", "tags"]

HOME, FAR = "us-east-1", "eu-west-1"
# The account of copies in another account.
OTHER_ACCOUNT = "111122223333"
PLACEHOLDER = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?![A-Za-z0-9_])")


class Aws(Account):
    """An account that several scenarios fill, each with resources of its own."""

    def key(self, region: str = HOME) -> str:
        """A new customer managed key."""
        return str(self.client("kms", region).create_key(Description="by a scenario")["KeyMetadata"]["Arn"])

    def own_vault(self, name: str, region: str = HOME, **more: Any) -> str:
        """A vault under a customer managed key; returns its name."""
        self.vault(name, region, EncryptionKeyArn=self.key(region), **more)
        return name

    def plan_arn(self, plan: str, region: str = HOME) -> str:
        return self.arn("backup", f"backup-plan:{plan}", region)

    def vault_arn(self, name: str, region: str = HOME) -> str:
        return self.arn("backup", f"backup-vault:{name}", region)

    def snapshot(self, volume: str, region: str = HOME, **more: Any) -> str:
        """A snapshot of a volume; returns its id."""
        made = self.client("ec2", region).create_snapshot(VolumeId=volume.rsplit("/", 1)[1], **more)["SnapshotId"]
        return str(made)

    def snapshot_arn(self, snapshot: str, region: str = HOME) -> str:
        return f"arn:aws:ec2:{region}::snapshot/{snapshot}"

    def other(self) -> Aws:
        """The account that copies go to."""
        return Aws(self.endpoint, OTHER_ACCOUNT)


class Told:
    """What the commands have printed so far, and the values of their placeholders."""

    def __init__(self) -> None:
        self.outputs: list[str] = []
        self.filled: dict[str, str] = {}

    def __call__(self, member: str) -> str:
        """The member of this name in the newest output that has it, at any depth."""
        for output in reversed(self.outputs):
            try:
                found = _first(json.loads(output), member)
            except json.JSONDecodeError:
                continue
            if found is not None:
                return str(found)
        raise LookupError(f"no command printed {member}")

    @property
    def last(self) -> str:
        return self.outputs[-1].strip()


def _first(value: Any, member: str) -> Any:
    if isinstance(value, dict):
        if member in value:
            return value[member]
        value = list(value.values())
    if isinstance(value, list):
        return next((found for item in value if (found := _first(item, member)) is not None), None)
    return None


Value = str | Callable[[Told], str]


@dataclass
class Failing:
    """A resource that fails the rule, and what a person does with the commands."""

    resource: str
    """Its ARN, id or name."""
    fill: dict[str, Value] = field(default_factory=dict)
    """Values of placeholders: constant, or taken from what earlier commands printed."""
    edit: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    """Files that one command writes and a later one reads: what a person changes in the JSON, as the steps of the finding say."""
    replaced_by: Value | None = None
    """The resource that takes the failing one's place: it must pass afterwards."""
    later: Callable[[], Any] | None = None
    """What AWS does by itself after the commands, such as the next run of a plan, or what a person does then, as the last steps say."""


@dataclass
class Scenario:
    rule: str
    account: str
    regions: tuple[str, ...]
    function: Callable[[Aws], str | Failing]


SCENARIOS: dict[str, Scenario] = {}


def proves(rule: str, account: str = "", region: str = HOME) -> Callable[[Any], Any]:
    """The function creates a resource that fails `rule`. Scenarios of one file share an account, unless `account` names another one. A scenario
    about a whole Region has its own `region`."""

    def register(function: Any) -> Any:
        if rule in SCENARIOS:
            raise RuntimeError(f"{rule} has two scenarios")
        name = account or function.__module__.rsplit(".", 1)[-1]
        SCENARIOS[rule] = Scenario(rule, name, (region, FAR), function)
        return function

    return register


def placeholders(command: str, known: set[str]) -> list[str]:
    """The placeholders in a command, in order."""
    return [word for word in dict.fromkeys(PLACEHOLDER.findall(command)) if word in known]


def replace(command: str, word: str, value: str) -> str:
    return re.sub(rf"(?<![A-Za-z0-9_]){word}(?![A-Za-z0-9_])", lambda _: value, command)
