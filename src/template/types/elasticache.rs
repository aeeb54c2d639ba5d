//! ElastiCache: replication groups, cache clusters and serverless caches.

use crate::inventory::types::KeyManager;
use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::Language;
use crate::template::encryption::{Encryption, Flag, Switch, switch_wins};
use crate::template::table::{Absent, As, BLANK, Ends, Identity, Paths, Row, Table, row};
use crate::template::takes::Takes;

const ENGINE: Paths = ["Engine", "engine"];
const NO_ENGINE: &str = "the engine is not set";
const DURABILITY: Paths = ["Durability", "durability"];
const GLOBAL: Paths = ["GlobalReplicationGroupId", "global_replication_group_id"];

/// 0, no daily snapshots, by default (API, CreateReplicationGroup and CreateCacheCluster, SnapshotRetentionLimit; for a serverless cache none;
/// provider). "The maximum value allowed is 35 days" (API, CreateServerlessCache).
const RETENTION: Row = row("backup_retention_days", ["SnapshotRetentionLimit", "snapshot_retention_limit"], As::Int, Absent::Int(0))
    .takes(Takes::Whole(0, 35));
const WINDOW: Row = row("snapshot_window", ["SnapshotWindow", "snapshot_window"], As::Text, Absent::Null);
const ENDS: Ends = Ends { final_snapshot_name: Some("final_snapshot_identifier"), ..Ends::PLAIN };

/// A replication group.
pub static REPLICATION_GROUP: Table = Table {
    type_name: "AWS::ElastiCache::ReplicationGroup",
    cloudformation: &["AWS::ElastiCache::ReplicationGroup"],
    terraform: &["aws_elasticache_replication_group"],
    identity: Identity::named(
        ["ReplicationGroupId", "replication_group_id"],
        "arn:{partition}:elasticache:{region}:{account}:replicationgroup:{id}",
    ),
    encryption: Some(Encryption {
        flag: Some(Flag {
            at: ["AtRestEncryptionEnabled", "at_rest_encryption_enabled"],
            absent: by_engine,
            // A secondary group of a global datastore is like the primary group.
            copied_from: GLOBAL,
            source_wins: switch_wins,
        }),
        off: None,
        // Without a key, "default (service managed) encryption at rest" (ElastiCache user guide, "At-Rest Encryption in ElastiCache").
        on: KeyManager::AwsOwned,
        key: ["KmsKeyId", "kms_key_id"],
    }),
    rows: &[
        row("engine", ENGINE, As::Text, Absent::Unknown(NO_ENGINE)).terraform(Absent::By(engine)),
        RETENTION,
        WINDOW,
        row(
            "durability",
            DURABILITY,
            As::By(|scope, _| durability(scope).map(Into::into)),
            Absent::By(|scope| durability(scope).map(Into::into)),
        ),
        // Only a secondary group names its global datastore; the primary group is named by it.
        row("global_role", GLOBAL, As::By(|_, _| Ok("secondary".into())), Absent::Null),
    ],
    ends: ENDS,
    ..BLANK
};

/// A cluster of Memcached nodes, or a stand-alone node. In Terraform, also a node of a replication group. It has no setting for encryption,
/// which is "supported only on replication groups" (ElastiCache user guide, "At-Rest Encryption in ElastiCache").
pub static CACHE_CLUSTER: Table = Table {
    type_name: "AWS::ElastiCache::CacheCluster",
    cloudformation: &["AWS::ElastiCache::CacheCluster"],
    terraform: &["aws_elasticache_cluster"],
    identity: Identity::named(["ClusterName", "cluster_id"], "arn:{partition}:elasticache:{region}:{account}:cluster:{id}"),
    rows: &[
        row("engine", ENGINE, As::Text, Absent::Unknown(NO_ENGINE)),
        row("replication_group_id", ["", "replication_group_id"], As::Name, Absent::Null),
        row("encrypted", ["", ""], As::Bool, Absent::False),
        RETENTION,
        WINDOW,
    ],
    ends: ENDS,
    ..BLANK
};

/// A serverless cache.
pub static SERVERLESS_CACHE: Table = Table {
    type_name: "AWS::ElastiCache::ServerlessCache",
    cloudformation: &["AWS::ElastiCache::ServerlessCache"],
    terraform: &["aws_elasticache_serverless_cache"],
    identity: Identity {
        arns: &["ARN"],
        ..Identity::named(["ServerlessCacheName", "name"], "arn:{partition}:elasticache:{region}:{account}:serverlesscache:{id}")
    },
    encryption: Some(Encryption {
        // "It is always enabled on a serverless cache" (ElastiCache user guide, "At-Rest Encryption in ElastiCache").
        flag: None,
        off: None,
        on: KeyManager::AwsOwned,
        key: ["KmsKeyId", "kms_key_id"],
    }),
    rows: &[
        row("engine", ENGINE, As::Text, Absent::Unknown(NO_ENGINE)),
        RETENTION,
        row("snapshot_time", ["DailySnapshotTime", "daily_snapshot_time"], As::Text, Absent::Null),
    ],
    ..BLANK
};

/// `redis`, unless the group joins a global datastore (provider).
fn engine(scope: &Scope) -> Outcome {
    match scope.find(GLOBAL) {
        Some(global) => Err(scope.taken_over("the engine", global)),
        None => Ok("redis".into()),
    }
}

/// "Default: true when using Valkey, false when using Redis OSS" (API, CreateReplicationGroup, AtRestEncryptionEnabled; provider).
/// CloudFormation's type names false as the default whatever the engine.
fn by_engine(scope: &Scope) -> Outcome<Switch> {
    if durability(scope)? != "disabled" {
        // "It is always enabled […] on clusters with durability enabled" (ElastiCache user guide, "At-Rest Encryption in ElastiCache").
        return Ok(Switch::On);
    }
    match (scope.text_at(ENGINE)?.as_deref(), scope.language()) {
        (Some("valkey"), Language::Terraform) => Ok(Switch::On),
        (Some("valkey"), _) => Err(vec!["AtRestEncryptionEnabled is not set, and AWS documents two defaults for Valkey".to_owned()]),
        (Some(_), _) | (None, Language::Terraform) => Ok(Switch::Off),
        (None, _) => Err(vec![NO_ENGINE.to_owned()]),
    }
}

/// By default, "ElastiCache determines setting based on engine version and cluster configuration": `disabled` for Valkey 9.0, which is the first
/// version with durability (ElastiCache user guide, "Configuring durability").
fn durability(scope: &Scope) -> Outcome<String> {
    Ok(scope.text_at(DURABILITY)?.filter(|mode| mode != "default").unwrap_or_else(|| "disabled".to_owned()))
}
