//! Amazon Keyspaces tables.

use crate::inventory::types::KeyManager;
use crate::template::convert::{Outcome, Scope};
use crate::template::declaration::{Language, Node};
use crate::template::encryption::Encryption;
use crate::template::table::{Absent, As, BLANK, Identity, Table, row};
use serde_json::Value as Json;

/// A table.
pub static TABLE: Table = Table {
    type_name: "AWS::Cassandra::Table",
    cloudformation: &["AWS::Cassandra::Table"],
    terraform: &["aws_keyspaces_table"],
    // The ARN also has the keyspace.
    identity: Identity::numbered(["TableName", "table_name"], "arn:{partition}:cassandra:{region}:{account}:/keyspace/{id}"),
    // "The default is type:AWS_OWNED_KMS_KEY" (API, CreateTable, encryptionSpecification; provider).
    encryption: Some(Encryption {
        flag: None,
        off: None,
        on: KeyManager::AwsOwned,
        key: ["EncryptionSpecification.KmsKeyIdentifier", "encryption_specification.kms_key_identifier"],
    }),
    rows: &[
        row("keyspace", ["KeyspaceName", "keyspace_name"], As::Name, Absent::Unknown("the keyspace is not set")),
        // "If it's not specified, the default is status=DISABLED" (API, CreateTable, pointInTimeRecovery; provider).
        row("pitr", ["PointInTimeRecoveryEnabled", "point_in_time_recovery.status"], As::By(is_enabled), Absent::False),
    ],
    also: &[["EncryptionSpecification.EncryptionType", "encryption_specification.type"]],
    ..BLANK
};

/// A flag in CloudFormation, `ENABLED` or `DISABLED` in Terraform.
fn is_enabled(scope: &Scope, node: &Node) -> Outcome {
    match scope.language() {
        Language::Terraform => scope.known_text(node).map(|status| Json::from(status == "ENABLED")),
        Language::CloudFormation | Language::CloudControl => scope.bool(node).map(Json::from),
    }
}
