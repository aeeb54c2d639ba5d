"""Compares rel9 with the labelled examples of the AWS Guard rules registry.

    git clone https://github.com/aws-cloudformation/aws-guard-rules-registry
    python3 benches/guard_agreement.py target/release/rel9 aws-guard-rules-registry

Each rule there ships examples with an expected result. For each rule that has a counterpart in rel9, the script judges every example with the
counterpart and prints the differences; docs/differences.md explains them. Needs PyYAML.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

# The registry's rule and its counterparts in rel9.
RULES = {
    "AURORA_MYSQL_BACKTRACKING_ENABLED": ["aurora-cluster-backtrack"],
    "CMK_BACKING_KEY_ROTATION_ENABLED": ["kms-key-rotation"],
    "DB_INSTANCE_BACKUP_ENABLED": ["rds-instance-automated-backups"],
    "DLM_LIFECYCLE_POLICY_CROSS_REGION_ENCRYPTION_RULE": ["dlm-policy-copies-encrypted"],
    "DYNAMODB_PITR_ENABLED": ["dynamodb-table-pitr"],
    "DYNAMODB_TABLE_ENCRYPTED_KMS": ["dynamodb-table-customer-key"],
    "DYNAMODB_TABLE_MUST_BE_ENCRYPTED": ["dynamodb-table-encrypted-with-kms"],
    "EBS_VOLUME_ENCRYPTION_KEY_RULE": ["ebs-volume-customer-key"],
    "EFS_ENCRYPTED_CHECK": ["efs-file-system-encrypted"],
    "EFS_RESOURCES_PROTECTED_BY_BACKUP_PLAN": ["efs-automatic-backups"],
    "ENCRYPTED_VOLUMES": ["ebs-volume-encrypted"],
    "RDS_INSTANCE_DELETION_PROTECTION_ENABLED": ["rds-instance-deletion-protection"],
    "RDS_STORAGE_ENCRYPTED": ["rds-instance-encrypted", "rds-cluster-encrypted"],
    "S3_BUCKET_DEFAULT_LOCK_ENABLED": ["s3-bucket-object-lock"],
    "S3_BUCKET_REPLICATION_ENABLED": ["s3-bucket-replication"],
    "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED": ["s3-bucket-encrypted"],
    "S3_BUCKET_VERSIONING_ENABLED": ["s3-bucket-versioning"],
    # Despite its name, this rule also accepts AES256.
    "S3_DEFAULT_ENCRYPTION_KMS": ["s3-bucket-encrypted"],
}


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def long_form(loader: yaml.Loader, suffix: str, node: yaml.Node) -> dict:
    construct = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence, yaml.MappingNode: loader.construct_mapping}
    value = construct[type(node)](node) if isinstance(node, yaml.ScalarNode) else construct[type(node)](node, True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", long_form)


def judged(rel9: str, template: object, rules: list[str]) -> str:
    """PASS, FAIL, UNKNOWN or SKIP; if rel9 gave none of them, its output."""
    if not isinstance(template, dict) or not template.get("Resources"):
        return "SKIP"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.json"
        path.write_text(json.dumps(template, default=str))
        command = [rel9, "audit", str(path), "--rule", ",".join(rules), "--format", "json", "--fail-on", "never", "--allow-incomplete"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return "REFUSED: " + done.stderr.strip().replace(str(path), "template.json")

    statuses = {finding["status"] for finding in json.loads(done.stdout)["findings"]}
    for status, word in (("fail", "FAIL"), ("unknown", "UNKNOWN"), ("pass", "PASS")):
        if status in statuses:
            return word
    return "SKIP"


def is_suppressed(template: object) -> bool:
    """Whether the example suppresses a rule for Guard or cfn_nag, which does not waive rel9's rules."""
    resources = template.get("Resources") if isinstance(template, dict) else None
    metadata = [resource.get("Metadata") or {} for resource in (resources or {}).values() if isinstance(resource, dict)]
    return any({"guard", "cfn_nag", "cfn-nag"} & of_resource.keys() for of_resource in metadata)


def main() -> None:
    rel9, registry = sys.argv[1], Path(sys.argv[2])
    cases = agreed = suppressed = 0
    for path in sorted(registry.glob("rules/aws/**/tests/*_tests.y*ml")):
        for case in yaml.load(path.read_text(), Loader):
            for guard_rule, expected in case["expectations"]["rules"].items():
                if guard_rule not in RULES:
                    continue
                if expected == "SKIP" and is_suppressed(case["input"]):
                    suppressed += 1
                    continue
                cases += 1
                found = judged(rel9, case["input"], RULES[guard_rule])
                if found == expected:
                    agreed += 1
                else:
                    print(f"{guard_rule}: {case.get('name', '?')}: expected {expected}, {', '.join(RULES[guard_rule])}: {found}")
    print(f"{agreed} of {cases} examples agree; {suppressed} more suppress the rule, which rel9 only tells")


if __name__ == "__main__":
    main()
