"""OpenSearch Service."""

from __future__ import annotations

from typing import Any

from framework import Aws, Failing, ago, proves


def domain(aws: Aws, name: str, **more: Any) -> str:
    made = {"EngineVersion": "OpenSearch_2.19", **more}
    return str(aws.client("opensearch").create_domain(DomainName=name, **made)["DomainStatus"]["ARN"])


@proves("opensearch-domain-encrypted")
def opensearch_domain_encrypted(aws: Aws) -> str:
    return domain(aws, "plain")


@proves("opensearch-domain-customer-key")
def opensearch_domain_customer_key(aws: Aws) -> Failing:
    made = domain(aws, "service-key", EncryptionAtRestOptions={"Enabled": True})
    return Failing(made, fill={"KEY_ARN": aws.key(), "NEW_DOMAIN": "own-key"}, replaced_by=aws.arn("es", "domain/own-key"))


@proves("opensearch-automated-snapshots")
def opensearch_automated_snapshots(aws: Aws) -> str:
    made = domain(aws, "paused")
    pause = {"Enabled": True, "StartTime": ago(hours=3)}
    aws.client("opensearch").update_domain_config(DomainName="paused", AutomatedSnapshotPauseOptions=pause)
    return made
