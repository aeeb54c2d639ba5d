"""Checks the licence and the source of every dependency against deny.toml, without the network.

A replacement for cargo-deny where it is not installed. cargo-deny also checks advisories.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

root = Path(__file__).resolve().parent.parent
policy = tomllib.loads((root / "deny.toml").read_text())
allowed = set(policy["licenses"]["allow"])
version = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
host = next(line.removeprefix("host: ") for line in version.splitlines() if line.startswith("host: "))
# Only what this machine builds with is there without the network.
command = ["cargo", "metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host]
packages = json.loads(subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout)["packages"]


def accepted(expression: str) -> bool:
    """An SPDX expression holds when some choice of its ORs has only allowed licences."""
    expression = expression.replace("/", " OR ")
    tokens = re.findall(r"\(|\)|[\w.+-]+", expression)

    def term(at: int) -> tuple[bool, int]:
        if tokens[at] == "(":
            value, at = either(at + 1)
            return value, at + 1
        name = tokens[at]
        at += 1
        if at < len(tokens) and tokens[at] == "WITH":
            name, at = f"{name} WITH {tokens[at + 1]}", at + 2
        return name in allowed, at

    def both(at: int) -> tuple[bool, int]:
        value, at = term(at)
        while at < len(tokens) and tokens[at] == "AND":
            other, at = term(at + 1)
            value = value and other
        return value, at

    def either(at: int) -> tuple[bool, int]:
        value, at = both(at)
        while at < len(tokens) and tokens[at] == "OR":
            other, at = both(at + 1)
            value = value or other
        return value, at

    return either(0)[0]


bad = []
for package in packages:
    if package["source"] is None:
        continue
    if not package["source"].startswith("registry+"):
        bad.append(f"{package['name']} {package['version']} does not come from a registry: {package['source']}")
    if not accepted(package["license"] or "none"):
        bad.append(f"{package['name']} {package['version']} is licensed {package['license']}, which deny.toml does not allow")
print("\n".join(bad) or f"{len(packages)} packages, all under allowed licences (advisories need cargo-deny and the network)")
sys.exit(1 if bad else 0)
