"""The backup policy of an organisation, each scenario in an account that manages one."""

from __future__ import annotations

import json

from framework import Aws, proves


def with_policy(aws: Aws, **plan: object) -> None:
    """The account manages an organisation whose root has a backup policy with this plan."""
    client = aws.client("organizations")
    client.create_organization()
    content = json.dumps({"plans": {"daily": {"regions": {"@@assign": ["us-east-1"]}, **plan}}})
    made = client.create_policy(Content=content, Description="backups", Name="backups", Type="BACKUP_POLICY")["Policy"]
    client.attach_policy(PolicyId=made["PolicySummary"]["Id"], TargetId=client.list_roots()["Roots"][0]["Id"])


@proves("backup-organization-policy-effective", account="policy-without-rules")
def organization_policy_effective(aws: Aws) -> str:
    with_policy(aws)
    return aws.number


@proves("backup-organization-policy-valid", account="policy-with-errors")
def organization_policy_valid(aws: Aws) -> str:
    with_policy(aws, rules={"night": {"target_backup_vault_name": {"@@assign": "main"}}})
    aws.seed("organizations", "validation_error", {"ErrorCode": "TAG_VALUE_INVALID"})
    return aws.number
