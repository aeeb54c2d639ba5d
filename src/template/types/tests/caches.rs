//! ElastiCache, MemoryDB, OpenSearch Service.

use super::build::{cfn, has, reasons, reference, resource, resources, tf, unknown};
use serde_json::json;

#[test]
fn groups_by_default_differ_by_engine_and_language() {
    let common = json!({ "backup_retention_days": 0, "snapshot_window": null, "durability": "disabled", "global_role": null });
    let cloudformation = |body| resource(&[cfn("G", "AWS::ElastiCache::ReplicationGroup", body)]);
    let terraform = |body| resource(&[tf("aws_elasticache_replication_group.g", "aws_elasticache_replication_group", body)]);
    let redis = cloudformation(json!({ "Engine": "redis" }));
    has(&redis, common.clone());
    has(&redis, json!({ "encrypted": false, "key_manager": null, "engine": "redis" }));
    assert_eq!(redis.arn, "arn:aws:elasticache:eu-west-1:111122223333:replicationgroup:${G}");
    // AWS documents two defaults for Valkey in CloudFormation; the provider has one.
    let valkey = cloudformation(json!({ "Engine": "valkey" }));
    assert_eq!(reasons(&valkey, "encrypted").len(), 1);
    has(&terraform(json!({ "engine": "valkey" })), json!({ "encrypted": true, "key_manager": "aws_owned" }));
    let unset = terraform(json!({ "replication_group_id": "pages" }));
    has(&unset, common);
    has(&unset, json!({ "engine": "redis", "encrypted": false }));
    assert_eq!(unset.arn, "arn:aws:elasticache:eu-west-1:111122223333:replicationgroup:pages");
    assert_eq!(reasons(&cloudformation(json!({})), "engine"), ["the engine is not set"]);
    assert_eq!(reasons(&cloudformation(json!({ "Engine": unknown("a parameter") })), "encrypted"), ["a parameter"]);
}

#[test]
fn groups_as_given() {
    let found = resource(&[cfn(
        "G",
        "AWS::ElastiCache::ReplicationGroup",
        json!({ "ReplicationGroupId": "sessions", "Engine": "valkey", "AtRestEncryptionEnabled": "true", "SnapshotRetentionLimit": "15",
            "SnapshotWindow": "03:00-04:00", "Durability": "async" }),
    )]);
    let wanted = json!({ "encrypted": true, "key_manager": "aws_owned", "backup_retention_days": 15, "durability": "async", "snapshot_window": "03:00-04:00" });
    has(&found, wanted);
    // Durability encrypts; "default" is none.
    let durable =
        |mode: &str| resource(&[cfn("G", "AWS::ElastiCache::ReplicationGroup", json!({ "Engine": "valkey", "Durability": mode }))]);
    has(&durable("sync"), json!({ "encrypted": true, "durability": "sync" }));
    has(&durable("default"), json!({ "durability": "disabled" }));
    let found = resources(&[
        tf(
            "aws_elasticache_replication_group.g",
            "aws_elasticache_replication_group",
            json!({ "at_rest_encryption_enabled": true, "kms_key_id": reference("aws_kms_key.k", "arn"), "snapshot_retention_limit": 40 }),
        ),
        tf("aws_kms_key.k", "aws_kms_key", json!({})),
    ]);
    has(&found[0], json!({ "encrypted": true, "key_manager": "customer" }));
    assert!(reasons(&found[0], "backup_retention_days")[0].starts_with("AWS refuses"), "at most 35 days");
}

/// A secondary group takes encryption and engine from the primary group of its global datastore.
#[test]
fn a_secondary_group_is_like_its_primary() {
    let found = resource(&[tf(
        "aws_elasticache_replication_group.g",
        "aws_elasticache_replication_group",
        json!({ "global_replication_group_id": "ldgnf-world", "snapshot_retention_limit": 1 }),
    )]);
    has(&found, json!({ "global_role": "secondary", "backup_retention_days": 1 }));
    assert!(!reasons(&found, "encrypted").is_empty() && !reasons(&found, "engine").is_empty());
}

#[test]
fn clusters_and_serverless_caches() {
    let cluster = resource(&[cfn("C", "AWS::ElastiCache::CacheCluster", json!({ "Engine": "memcached", "ClusterName": "pages" }))]);
    has(&cluster, json!({ "engine": "memcached", "encrypted": false, "replication_group_id": null, "backup_retention_days": 0 }));
    assert_eq!(cluster.arn, "arn:aws:elasticache:eu-west-1:111122223333:cluster:pages");
    // The provider makes nodes of a group with the same resource: such a node has the group's snapshots.
    let member =
        tf("aws_elasticache_cluster.c", "aws_elasticache_cluster", json!({ "cluster_id": "n", "replication_group_id": "sessions" }));
    has(&resource(&[member]), json!({ "replication_group_id": "sessions" }));
    let serverless =
        resource(&[cfn("S", "AWS::ElastiCache::ServerlessCache", json!({ "ServerlessCacheName": "carts", "Engine": "memcached" }))]);
    has(
        &serverless,
        json!({ "engine": "memcached", "key_manager": "aws_owned", "kms_key_arn": null, "backup_retention_days": 0, "snapshot_time": null }),
    );
    assert_eq!(serverless.arn, "arn:aws:elasticache:eu-west-1:111122223333:serverlesscache:carts");
    let body = json!({ "name": "carts", "engine": "valkey", "snapshot_retention_limit": 7, "daily_snapshot_time": "03:00", "kms_key_id": "alias/aws/elasticache" });
    let serverless = resource(&[tf("aws_elasticache_serverless_cache.s", "aws_elasticache_serverless_cache", body)]);
    has(&serverless, json!({ "backup_retention_days": 7, "snapshot_time": "03:00" }));
}

#[test]
fn memory_clusters() {
    let cluster = resource(&[cfn("M", "AWS::MemoryDB::Cluster", json!({ "ClusterName": "carts" }))]);
    let wanted =
        json!({ "key_manager": "aws_owned", "kms_key_arn": null, "backup_retention_days": 0, "engine": null, "snapshot_window": null });
    has(&cluster, wanted);
    assert_eq!(cluster.arn, "arn:aws:memorydb:eu-west-1:111122223333:cluster/carts");
    let found = resources(&[
        tf(
            "aws_memorydb_snapshot.s",
            "aws_memorydb_snapshot",
            json!({ "name": "last", "cluster_name": reference("aws_memorydb_cluster.c", "name") }),
        ),
        tf("aws_memorydb_cluster.c", "aws_memorydb_cluster", json!({ "name": "carts", "snapshot_retention_limit": 7, "engine": "valkey" })),
    ]);
    has(&found[0], json!({ "source_arn": "arn:aws:memorydb:eu-west-1:111122223333:cluster/carts", "snapshot_type": "manual" }));
    assert!(found[0].properties.json("key_manager").is_none(), "which key it has is not documented");
    has(&found[1], json!({ "backup_retention_days": 7, "engine": "valkey", "key_manager": "aws_owned" }));
}

#[test]
fn domains() {
    let domain =
        resource(&[cfn("D", "AWS::OpenSearchService::Domain", json!({ "DomainName": "search", "EngineVersion": "OpenSearch_2.19" }))]);
    has(&domain, json!({ "encrypted": false, "key_manager": null, "engine_version": "OpenSearch_2.19", "policy": null, "in_vpc": false }));
    assert_eq!(domain.arn, "arn:aws:es:eu-west-1:111122223333:domain/search");
    let encrypted = json!({ "EncryptionAtRestOptions": { "Enabled": true }, "VPCOptions": { "SubnetIds": ["subnet-1"] }, "ElasticsearchVersion": "7.10" });
    let domain = resource(&[cfn("D", "AWS::Elasticsearch::Domain", encrypted)]);
    has(&domain, json!({ "encrypted": true, "key_manager": "aws", "engine_version": "Elasticsearch_7.10", "in_vpc": true }));
    let domain = resource(&[tf("aws_elasticsearch_domain.d", "aws_elasticsearch_domain", json!({ "domain_name": "legacy" }))]);
    has(&domain, json!({ "encrypted": false, "engine_version": "Elasticsearch_1.5" }));
    let body = json!({ "domain_name": "search", "encrypt_at_rest": [{ "enabled": true, "kms_key_id": "alias/search" }] });
    let domain = resource(&[tf("aws_opensearch_domain.d", "aws_opensearch_domain", body)]);
    has(&domain, json!({ "encrypted": true }));
}
