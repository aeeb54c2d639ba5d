//! Amazon Aurora DSQL clusters.

use crate::inventory::types::KeyManager;
use crate::template::encryption::Encryption;
use crate::template::table::{Absent, As, BLANK, Identity, Table, row};

/// A cluster.
pub static CLUSTER: Table = Table {
    type_name: "AWS::DSQL::Cluster",
    cloudformation: &["AWS::DSQL::Cluster"],
    terraform: &["aws_dsql_cluster"],
    identity: Identity {
        ids: &["Identifier", "identifier"],
        arns: &["ResourceArn"],
        ..Identity::numbered(["", ""], "arn:{partition}:dsql:{region}:{account}:cluster/{id}")
    },
    encryption: Some(Encryption {
        flag: None,
        off: None,
        // Without a key, and with the word AWS_OWNED_KMS_KEY, a key that AWS owns (Aurora DSQL user guide, "Data encryption").
        on: KeyManager::AwsOwned,
        key: ["KmsEncryptionKey", "kms_encryption_key"],
    }),
    rows: &[
        // False in the provider. The API does not name its default; the console and the CLI create clusters without protection unless asked.
        row(
            "deletion_protection",
            ["DeletionProtectionEnabled", "deletion_protection_enabled"],
            As::Bool,
            Absent::Unknown("the default of DeletionProtectionEnabled is not documented"),
        )
        .terraform(Absent::False),
    ],
    ..BLANK
};
