//! Amazon Timestream for LiveAnalytics databases and tables.

use crate::inventory::types::KeyManager;
use crate::template::encryption::Encryption;
use crate::template::table::{Absent, As, BLANK, Identity, Table, row};

/// A database.
pub static DATABASE: Table = Table {
    type_name: "AWS::Timestream::Database",
    cloudformation: &["AWS::Timestream::Database"],
    terraform: &["aws_timestreamwrite_database"],
    identity: Identity::named(["DatabaseName", "database_name"], "arn:{partition}:timestream:{region}:{account}:database/{id}"),
    encryption: Some(Encryption {
        flag: None,
        off: None,
        // "If the KMS key is not specified, the database will be encrypted with a Timestream managed KMS key located in your account" (API,
        // CreateDatabase, KmsKeyId).
        on: KeyManager::Aws,
        key: ["KmsKeyId", "kms_key_id"],
    }),
    ..BLANK
};

/// A table.
pub static TABLE: Table = Table {
    type_name: "AWS::Timestream::Table",
    cloudformation: &["AWS::Timestream::Table"],
    terraform: &["aws_timestreamwrite_table"],
    // The ARN also has the database.
    identity: Identity::numbered(["TableName", "table_name"], "arn:{partition}:timestream:{region}:{account}:database/{id}"),
    rows: &[row("database", ["DatabaseName", "database_name"], As::Name, Absent::Unknown("the database is not set"))],
    ..BLANK
};
