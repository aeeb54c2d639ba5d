"""Proves the commands that findings tell, on the emulator. For each rule with a scenario (scenarios/): creates a resource that fails the rule,
audits, runs the commands of the finding with the AWS CLI in a shell, and audits again. Scenarios of one account share its two audits, and
accounts run in parallel.

    python prove.py --endpoint URL --rel9 BINARY --cli PYTHON [--rule ID …]

CLI is a Python with the AWS CLI. Prints JSON: for each rule, `before` and `after` (statuses of the finding), the commands as they ran, and
`error`, if something went wrong.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from framework import FAR, SCENARIOS, Aws, Failing, Scenario, Told, placeholders, replace  # noqa: E402

# The documented placeholders: the first column of the table in docs/commands.md.
DOCUMENTED = set(re.findall(r"^\| `([A-Z][A-Z0-9_]*)` \|", (HERE.parents[2] / "docs" / "commands.md").read_text(), re.M))


class Tools:
    """The program under test, and a shell in which `aws` is the AWS CLI."""

    def __init__(self, endpoint: str, rel9: str, cli: str, folder: Path) -> None:
        self.endpoint, self.rel9, self.folder = endpoint, rel9, folder
        socket = folder / "aws.socket"
        programs = folder / "bin"
        programs.mkdir()
        client = programs / "aws"
        client.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{HERE / "aws_client.py"}" "$@"\n')
        client.chmod(0o755)
        if shutil.which("jq") is None:
            jq = programs / "jq"
            jq.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{HERE / "jq.py"}" "$@"\n')
            jq.chmod(0o755)
        config = folder / "config"
        config.write_text("[default]\ns3 =\n    addressing_style = path\nmax_attempts = 1\n")
        self.environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(folder),
            "AWS_SERVER": str(socket),
            "AWS_CONFIG_FILE": str(config),
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REGION": "us-east-1",
        }
        server = [cli, str(HERE / "aws_server.py"), str(socket)]
        self.server = subprocess.Popen(server, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ready(self) -> None:
        assert self.server.stdout
        if self.server.stdout.readline() != "ready\n":
            raise RuntimeError("the AWS CLI does not start")

    def of(self, account: Aws) -> dict[str, str]:
        """The environment of commands in an account."""
        return {**self.environment, **{name.upper(): value for name, value in account.keys.items()}}

    def audit(self, account: Aws, rules: list[str], policy: str | None) -> list[dict[str, Any]]:
        command = [self.rel9, "audit", "--format", "json", "--fail-on", "never", "--allow-incomplete", "--max-rps", "5000", "--rule", ",".join(rules)]
        if policy is not None:
            path = self.folder / f"{account.number}.yaml"
            path.write_text(policy)
            command += ["--policy", str(path)]
        ended = subprocess.run(command, env=self.of(account), cwd=self.folder, capture_output=True, text=True, timeout=120)
        if ended.returncode != 0:
            raise RuntimeError(f"rel9 ended with {ended.returncode}: {ended.stderr}")
        return list(json.loads(ended.stdout)["findings"])


class Proof:
    """One scenario on its way."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self.scenario, self.folder = scenario, folder
        self.told = Told()
        self.failing = Failing("")
        self.report: dict[str, Any] = {"rule": scenario.rule, "commands": []}

    def step(self, action: Any, *arguments: Any) -> None:
        """Does the next step unless an earlier one failed."""
        if "error" in self.report:
            return
        try:
            action(*arguments)
        except (Exception, SystemExit) as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            self.report["error"] = f"{type(error).__name__}: {error} ({place.name}, line {place.lineno})"

    def set_up(self, account: Aws) -> None:
        failing = self.scenario.function(account)
        self.failing = failing if isinstance(failing, Failing) else Failing(failing)
        self.report["resource"] = self.failing.resource

    def finding(self, findings: list[dict[str, Any]], resource: str) -> dict[str, Any]:
        for finding in findings:
            about = finding["resource"]
            if finding["rule"] == self.scenario.rule and resource in (about["arn"], about["id"], about.get("name")):
                return finding
        return {"status": "none", "message": ""}

    def before(self, findings: list[dict[str, Any]]) -> None:
        finding = self.finding(findings, self.failing.resource)
        self.report["before"], self.report["message"] = finding["status"], finding["message"]
        if finding["status"] != "fail":
            raise RuntimeError(f"the scenario does not fail the rule: {finding['status']}: {finding['message']} {finding.get('unknown_because', '')}")
        self.region = finding["resource"]["region"]
        self.commands = finding["remediation"].get("cli", [])

    def run(self, account: Aws, environment: dict[str, str]) -> None:
        self.folder.mkdir()
        for command in self.commands:
            for word in placeholders(command, DOCUMENTED):
                command = replace(command, word, self.value(word, account))
            self.report["commands"].append(command)
            self.edit(command)
            ended = subprocess.run(["sh", "-c", command], env=environment, cwd=self.folder, capture_output=True, text=True, timeout=60)
            if ended.returncode != 0:
                raise RuntimeError(f"exit code {ended.returncode} of {command}: {ended.stderr.strip()}")
            self.told.outputs.append(ended.stdout)
        if self.failing.later:
            self.failing.later()

    def value(self, word: str, account: Aws) -> str:
        """The value of a placeholder, the same in all commands."""
        if word not in self.told.filled:
            self.told.filled[word] = self.chosen(word, account)
        return self.told.filled[word]

    def chosen(self, word: str, account: Aws) -> str:
        """The scenario's value, or what anybody would take."""
        value = self.failing.fill.get(word)
        if value is not None:
            return value if isinstance(value, str) else value(self.told)
        if word == "KEY_ARN":
            return account.key(self.region)
        if word == "OTHER_REGION_KEY_ARN":
            return account.key(FAR)
        usual = {"OTHER_REGION": FAR, "INSTANCE_CLASS": "db.r5.large"}
        if word not in usual:
            raise LookupError(f"the scenario does not say what {word} is")
        return usual[word]

    def edit(self, command: str) -> None:
        """Edits the files that a command reads, as the person who runs it does."""
        for name in re.findall(r"file://(\S+)", command):
            if name not in self.failing.edit:
                raise LookupError(f"the scenario does not say how {name} is edited")
            path = self.folder / name
            document = json.loads(path.read_text())
            edited = self.failing.edit[name](document)
            path.write_text(json.dumps(document if edited is None else edited))

    def after(self, findings: list[dict[str, Any]]) -> None:
        replacement = self.failing.replaced_by
        resource = replacement if isinstance(replacement, str) else replacement(self.told) if replacement else self.failing.resource
        if replacement:
            self.report["replaced_by"] = resource
        finding = self.finding(findings, resource)
        self.report["after"], self.report["says"] = finding["status"], finding["message"]


def prove(tools: Tools, name: str, number: str, scenarios: list[Scenario]) -> list[dict[str, Any]]:
    """Proves the scenarios of one account."""
    account = Aws(tools.endpoint, number)
    account.enable(*sorted({region for scenario in scenarios for region in scenario.regions}))
    proofs = [Proof(scenario, tools.folder / scenario.rule) for scenario in scenarios]
    policy = getattr(importlib.import_module(scenarios[0].function.__module__), "POLICY", None)
    policy = policy and policy.replace("ACCOUNT_ID", number)
    rules = sorted(scenario.rule for scenario in scenarios)
    for proof in proofs:
        proof.step(proof.set_up, account)
    findings = tools.audit(account, rules, policy)
    for proof in proofs:
        proof.step(proof.before, findings)
    environment = tools.of(account)
    for proof in proofs:
        proof.step(proof.run, account, environment)
    findings = tools.audit(account, rules, policy)
    for proof in proofs:
        proof.step(proof.after, findings)
    return [{**proof.report, "account": name} for proof in proofs]


def main() -> None:
    arguments = argparse.ArgumentParser()
    for name in ("endpoint", "rel9", "cli"):
        arguments.add_argument(f"--{name}", required=True)
    arguments.add_argument("--rule", action="append", default=[])
    options = arguments.parse_args()
    for path in sorted((HERE / "scenarios").glob("*.py")):
        importlib.import_module(f"scenarios.{path.stem}")
    unknown = set(options.rule) - set(SCENARIOS)
    if unknown:
        sys.exit(f"no scenario for {', '.join(sorted(unknown))}")
    accounts: dict[str, list[Scenario]] = {}
    for scenario in SCENARIOS.values():
        if not options.rule or scenario.rule in options.rule:
            accounts.setdefault(scenario.account, []).append(scenario)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(4) as pool:
        tools = Tools(options.endpoint, options.rel9, options.cli, Path(folder))
        tools.ready()
        largest_first = sorted(accounts.items(), key=lambda entry: -len(entry[1]))
        jobs = [
            pool.submit(prove, tools, name, f"{210_000_000_000 + number}", scenarios) for number, (name, scenarios) in enumerate(largest_first)
        ]
        reports = [report for job in jobs for report in job.result()]
        assert tools.server.stdin
        tools.server.stdin.close()
        tools.server.wait(10)
    json.dump(sorted(reports, key=lambda report: report["rule"]), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
