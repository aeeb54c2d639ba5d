//! Amazon Keyspaces: tables. Read only if the user asks for it: `cassandra:Select`, which reads the settings of a table, also lets its holder
//! read the rows ("Actions, resources, and condition keys for Amazon Keyspaces", Service Authorization Reference). rel9 reads no rows.
//!
//! The resource schema also names actions that write (scaling policies, alarms) for the handlers that list and read. rel9 does not ask for them.

use super::{Kind, Properties, kind};
use crate::aws::call::Reader;
use crate::aws::convert;
use crate::inventory::types::keyspaces::Table;
use crate::inventory::{Fact, Resource};

/// Every type of this module.
pub const KINDS: &[&Kind] = &[&TABLE];

const SELECT: &[&str] = &["cassandra:Select", "cassandra:SelectMultiRegionResource"];
const SELECT_AND_SCALING: &[&str] = &[
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "cassandra:Select",
    "cassandra:SelectMultiRegionResource",
    "cloudwatch:DescribeAlarms",
];

static TABLE: Kind = Kind { skip: is_of_system, ..kind!("AWS::Cassandra::Table", list: SELECT, get: SELECT_AND_SCALING, resource: table) };

/// The keyspaces `system`, `system_schema`, `system_schema_mcs` and `system_multiregion_info` belong to the service (Amazon Keyspaces developer
/// guide, "System keyspaces").
fn is_of_system(identifier: &str) -> bool {
    let (keyspace, _) = names(identifier);
    keyspace == "system" || keyspace.starts_with("system_")
}

/// The identifier is `KEYSPACE|TABLE` (Cloud Control API user guide, "Identifying resources").
fn names(identifier: &str) -> (&str, &str) {
    identifier.split_once('|').unwrap_or(("", identifier))
}

fn table(reader: &Reader, identifier: &str, read: Option<&Properties>) -> Resource {
    let (keyspace, name) = names(identifier);
    let resource = |properties: Table| Resource {
        name: Some(name.to_owned()),
        ..convert::resource(
            reader,
            reader.arn("cassandra", &format!("/keyspace/{keyspace}/table/{name}")),
            identifier.to_owned(),
            Table { keyspace: Fact::Read(keyspace.to_owned()), ..properties },
        )
    };
    let Some(read) = read else { return resource(Table::default()) };
    let key = read.encryption(reader, "EncryptionSpecification.EncryptionType", "EncryptionSpecification.KmsKeyIdentifier");
    let properties = Table {
        kms_key_arn: key.kms_key_arn,
        key_manager: key.key_manager,
        key_state: key.key_state,
        pitr: read.flag("PointInTimeRecoveryEnabled"),
        ..Table::default()
    };
    Resource { tags: read.tags(), ..resource(properties) }
}

#[cfg(test)]
mod tests {
    use super::is_of_system;

    #[test]
    fn tables_of_the_service_are_no_data_of_the_account() {
        assert!(["system|peers", "system_schema_mcs|tables", "system_multiregion_info|tables"].into_iter().all(is_of_system));
        assert!(!["shop|carts", "systems|carts", "shop|system"].into_iter().any(is_of_system));
    }
}
