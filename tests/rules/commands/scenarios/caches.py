"""ElastiCache and MemoryDB."""

from __future__ import annotations

from typing import Any

from framework import Aws, Failing, proves


def group(aws: Aws, name: str, **more: Any) -> str:
    """A replication group with Redis OSS, which is not encrypted unless it is asked to be."""
    made = {"ReplicationGroupDescription": "d", "Engine": "redis", "CacheNodeType": "cache.r7g.large", "NumCacheClusters": 2, **more}
    return str(aws.client("elasticache").create_replication_group(ReplicationGroupId=name, **made)["ReplicationGroup"]["ARN"])


@proves("elasticache-automatic-snapshots")
def elasticache_automatic_snapshots(aws: Aws) -> str:
    made = aws.client("elasticache").create_cache_cluster(CacheClusterId="alone", Engine="redis", CacheNodeType="cache.r7g.large", NumCacheNodes=1)
    return str(made["CacheCluster"]["ARN"])


@proves("elasticache-retention")
def elasticache_retention(aws: Aws) -> str:
    cache = {"ServerlessCacheName": "short", "Engine": "valkey", "SnapshotRetentionLimit": 1}
    return str(aws.client("elasticache").create_serverless_cache(**cache)["ServerlessCache"]["ARN"])


@proves("elasticache-replication-group-encrypted")
def elasticache_replication_group_encrypted(aws: Aws) -> Failing:
    return Failing(group(aws, "plain"), replaced_by=aws.arn("elasticache", "replicationgroup:plain-encrypted"))


@proves("elasticache-replication-group-customer-key")
def elasticache_replication_group_customer_key(aws: Aws) -> Failing:
    made = group(aws, "service-key", AtRestEncryptionEnabled=True)
    return Failing(made, fill={"KEY_ARN": aws.key()}, replaced_by=aws.arn("elasticache", "replicationgroup:service-key-new-key"))


def cluster(aws: Aws, name: str, **more: Any) -> str:
    made = {"NodeType": "db.r7g.large", "ACLName": "open-access", **more}
    return str(aws.client("memorydb").create_cluster(ClusterName=name, **made)["Cluster"]["ARN"])


@proves("memorydb-automatic-snapshots")
def memorydb_automatic_snapshots(aws: Aws) -> str:
    return cluster(aws, "bare")


@proves("memorydb-cluster-customer-key")
def memorydb_cluster_customer_key(aws: Aws) -> Failing:
    fill = {"KEY_ARN": aws.key(), "NODE_TYPE": "db.r7g.large", "ACL": "open-access"}
    return Failing(cluster(aws, "service-key"), fill=fill, replaced_by=aws.arn("memorydb", "cluster/service-key-new-key"))
