"""Compares rel9 with the labelled examples of other tools for templates: resources or templates with the result that a check must give.

    git clone https://github.com/aws-cloudformation/aws-guard-rules-registry
    python3 benches/agreement.py guard target/release/rel9 aws-guard-rules-registry
    git clone https://github.com/bridgecrewio/checkov
    python3 benches/agreement.py checkov target/release/rel9 checkov

For each check that docs/coverage.md maps to rules of rel9, the script judges the check's examples with those rules, and prints the differences;
docs/differences.md explains them. Needs PyYAML.
"""

import ast
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

COVERAGE = Path(__file__).parent.parent / "docs" / "coverage.md"


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def long_form(loader: yaml.Loader, suffix: str, node: yaml.Node) -> dict:
    construct = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence, yaml.MappingNode: loader.construct_mapping}
    value = construct[type(node)](node) if isinstance(node, yaml.ScalarNode) else construct[type(node)](node, True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", long_form)


def rules_of(tool: str) -> dict[str, list[str]]:
    """The rules for each check of a tool, from its table in docs/coverage.md."""
    table = COVERAGE.read_text().split(f"\n## {tool}\n")[1].split("\n## ")[0]
    rows = [re.findall(r"(?<=^\| )\S+|(?<=\[`)[a-z0-9-]+", line) for line in table.splitlines()]
    return {row[0]: row[1:] for row in rows if len(row) > 1}


def audit(rel9: str, path: Path, rules: list[str]) -> list[dict] | str:
    """The findings; if rel9 refuses its input, what it says."""
    command = [rel9, "audit", str(path), "--rule", ",".join(rules), "--format", "json", "--fail-on", "never", "--allow-incomplete"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(done.stdout)["findings"] if done.returncode == 0 else "REFUSED: " + done.stderr.strip().replace(str(path), path.name)


def worst(findings: list[dict] | str) -> str:
    """PASS, FAIL, UNKNOWN or SKIP; if there are no findings but a message, the message."""
    if isinstance(findings, str):
        return findings
    statuses = {finding["status"] for finding in findings}
    return next((status.upper() for status in ("fail", "unknown", "pass") if status in statuses), "SKIP")


# A check, the name of its example, the expected result and rel9's.
Case = tuple[str, str, str, str]


def guard(rel9: str, registry: Path) -> Iterator[Case]:
    """The examples of AWS's registry: a template each."""
    rules = rules_of("AWS Guard Rules Registry")
    for path in sorted(registry.glob("rules/aws/**/tests/*_tests.y*ml")):
        for case in yaml.load(path.read_text(), Loader):
            for check, expected in case["expectations"]["rules"].items():
                if check in rules and not (expected == "SKIP" and is_suppressed(case["input"])):
                    yield check, case.get("name", "?"), expected, judged(rel9, case["input"], rules[check])


def judged(rel9: str, template: object, rules: list[str]) -> str:
    """The result for a template; SKIP if it declares nothing."""
    if not isinstance(template, dict) or not template.get("Resources"):
        return "SKIP"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.json"
        path.write_text(json.dumps(template, default=str))
        return worst(audit(rel9, path, rules))


def is_suppressed(template: object) -> bool:
    """Whether the example suppresses a rule for Guard or cfn_nag, which does not waive rel9's rules."""
    resources = template.get("Resources") if isinstance(template, dict) else None
    metadata = [resource.get("Metadata") or {} for resource in (resources or {}).values() if isinstance(resource, dict)]
    return any({"guard", "cfn_nag", "cfn-nag"} & of_resource.keys() for of_resource in metadata)


def checkov(rel9: str, checkout: Path) -> Iterator[Case]:
    """Checkov's examples: Terraform folders, with the resources that pass and fail."""
    rules = rules_of("Checkov")
    for check, folder, expected in [*attribute_examples(checkout), *graph_examples(checkout)]:
        if check in rules and folder.is_dir():
            findings = audit(rel9, folder, rules[check])
            for resource, result in sorted(expected.items()):
                of_resource = [finding for finding in findings if is_of(finding, resource)] if isinstance(findings, list) else findings
                yield check, resource, result, worst(of_resource)


def is_of(finding: dict, resource: str) -> bool:
    return finding["resource"]["arn"].rpartition("#")[2].split("/")[0] == resource


def attribute_examples(checkout: Path) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """The examples of checks in Python, whose tests name the resources in sets."""
    checks = checkout / "checkov/terraform/checks/resource/aws"
    for test in sorted((checkout / "tests/terraform/checks/resource/aws").glob("test_*.py")):
        text = test.read_text()
        module, folder = re.search(r"resource\.aws\.(\w+) import check", text), re.search(r"/(example\w+)", text)
        id_of = re.search(r"\bid = [\"'](\w+)[\"']", (checks / f"{module[1]}.py").read_text()) if module and (checks / f"{module[1]}.py").exists() else None
        if not (folder and id_of):
            continue
        sets = {
            target.id: ast.literal_eval(node.value)
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Set)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        expected = {name: result for kind, result in (("passing", "PASS"), ("failing", "FAIL")) for name in sets.get(f"{kind}_resources", ())}
        yield id_of[1], test.parent / folder[1], expected


def graph_examples(checkout: Path) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """The examples of checks of connections, with the resources in `expected.yaml`."""
    for check in sorted((checkout / "checkov/terraform/checks/graph_checks/aws").glob("*.yaml")):
        folder = checkout / "tests/terraform/graph/checks/resources" / check.stem
        if (folder / "expected.yaml").exists():
            expected = yaml.safe_load((folder / "expected.yaml").read_text())
            results = {name: result for kind, result in (("pass", "PASS"), ("fail", "FAIL")) for name in expected.get(kind) or ()}
            yield yaml.safe_load(check.read_text())["metadata"]["id"], folder, results


def main() -> None:
    tool, rel9, checkout = sys.argv[1:4]
    cases = agreed = 0
    for check, name, expected, found in {"guard": guard, "checkov": checkov}[tool](rel9, Path(checkout)):
        cases += 1
        agreed += found == expected
        if found != expected:
            print(f"{check}: {name}: expected {expected}, rel9: {found}")
    print(f"{agreed} of {cases} examples agree")


if __name__ == "__main__":
    main()
