//! Data that Cloud Control shows, and AWS Backup does not know: DocumentDB elastic clusters and tables of Amazon Keyspaces.

use crate::support::world::*;
use rel9::protection::facts::State;
use serde_json::{Value, json};

const CARTS: &str = "arn:aws:cassandra:us-east-1:111122223333:/keyspace/shop/table/carts";
const CATALOG: &str = "arn:aws:docdb-elastic:us-east-1:111122223333:cluster/0b1c2d3e-1111-4222-8333-444455556666";

fn table(properties: Value) -> World {
    World::new().with(resource("AWS::Cassandra::Table", CARTS, "shop|carts", properties))
}

#[test]
fn only_point_in_time_recovery_protects_a_table_of_keyspaces() {
    let owned = |pitr: bool| json!({"keyspace": "shop", "pitr": pitr, "kms_key_arn": null, "key_manager": "aws_owned", "key_state": null});
    let on = table(owned(true)).protection(CARTS);
    assert_eq!((on.state.read(), on.on_schedule.read()), (Some(&State::Protected), Some(&true)));
    assert_eq!((on.retention_days.read(), on.backup_type.read().map(String::as_str)), (Some(&Some(35)), Some("")));
    // Since when it is on is not known, so no earlier moment counts.
    assert_eq!(on.oldest_age_seconds.read(), on.rpo_seconds.read());
    assert_eq!(table(owned(false)).state(CARTS), Some(State::Unprotected));
    assert_eq!(table(json!({"keyspace": "shop", "key_state": null})).state(CARTS), None);
}

/// Cloud Control does not show the status INACCESSIBLE_ENCRYPTION_CREDENTIALS, but KMS shows the state of the key.
#[test]
fn nothing_restores_a_table_whose_key_cannot_be_used() {
    let under = |state: Value| {
        let key = "arn:aws:kms:us-east-1:111122223333:key/a";
        table(json!({"keyspace": "shop", "pitr": true, "kms_key_arn": key, "key_manager": "customer", "key_state": state})).state(CARTS)
    };
    assert_eq!(under(json!("Enabled")), Some(State::Protected));
    assert_eq!(under(json!("PendingDeletion")), Some(State::Unprotected));
    assert_eq!(table(json!({"keyspace": "shop", "pitr": true, "kms_key_arn": "arn:a"})).state(CARTS), None);
}

/// Their snapshots are not read: that there are some is not a fact.
#[test]
fn whether_an_elastic_cluster_can_be_restored_is_unknown() {
    for properties in [json!({"kms_key_arn": null, "key_manager": "aws_owned", "key_state": null, "backup_retention_days": 7}), json!({})] {
        let facts = World::new().with(resource("AWS::DocDBElastic::Cluster", CATALOG, "catalog", properties)).protection(CATALOG);
        assert!(facts.state.is_unread() && facts.rpo_seconds.is_unread() && facts.retention_days.is_unread(), "{facts:?}");
        assert_eq!(facts.counts_as_data.read(), Some(&true));
    }
}
