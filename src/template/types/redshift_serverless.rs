//! Amazon Redshift Serverless namespaces and their snapshots. Scheduled actions of namespaces cannot be written in templates.

use crate::inventory::types::KeyManager;
use crate::template::encryption::Encryption;
use crate::template::table::{Absent, As, BLANK, Identity, Paths, Row, Table, row};
use crate::template::takes::Takes;
use crate::template::types::redshift::limited;

const NAMESPACE_NAME: Paths = ["NamespaceName", "namespace_name"];

/// A namespace.
pub static NAMESPACE: Table = Table {
    type_name: "AWS::RedshiftServerless::Namespace",
    cloudformation: &["AWS::RedshiftServerless::Namespace"],
    terraform: &["aws_redshiftserverless_namespace"],
    identity: Identity {
        ids: &["Namespace.NamespaceId", "namespace_id"],
        arns: &["Namespace.NamespaceArn"],
        ..Identity::numbered(NAMESPACE_NAME, "arn:{partition}:redshift-serverless:{region}:{account}:namespace/{id}")
    },
    // Every namespace is encrypted, without a key under one that AWS owns (Redshift management guide, "Changing the AWS KMS key for a namespace").
    encryption: Some(Encryption { flag: None, off: None, on: KeyManager::AwsOwned, key: ["KmsKeyId", "kms_key_id"] }),
    rows: &[row("snapshot_copies", ["SnapshotCopyConfigurations", ""], As::List(COPY), Absent::Empty)
        .terraform(Absent::Unknown("the provider cannot set whether snapshots are copied to another Region"))],
    ..BLANK
};

const COPY: &[Row] = &[
    row("destination_region", ["DestinationRegion", ""], As::Text, Absent::Unknown("the destination Region is not set")),
    // "By default, the retention period is to keep the snapshot indefinitely" (management guide, "Copying backups to another AWS Region").
    row("retention_days", ["SnapshotRetentionPeriod", ""], As::By(limited), Absent::Null),
];

/// A manual snapshot. It is not a scheduled backup, and a template does not show whether it completes: it protects nothing here.
pub static SNAPSHOT: Table = Table {
    type_name: "AWS::RedshiftServerless::Snapshot",
    cloudformation: &["AWS::RedshiftServerless::Snapshot"],
    terraform: &["aws_redshiftserverless_snapshot"],
    identity: Identity {
        arns: &["Snapshot.SnapshotArn"],
        ..Identity::numbered(["SnapshotName", "snapshot_name"], "arn:{partition}:redshift-serverless:{region}:{account}:snapshot/{id}")
    },
    rows: &[
        row("source_arn", NAMESPACE_NAME, As::ArnOf("AWS::RedshiftServerless::Namespace"), Absent::Unknown("its namespace is not set")),
        row("snapshot_type", ["", ""], As::Text, Absent::Text("manual")),
        // Resource policies share snapshots (API, PutResourcePolicy).
        row("shared_with", ["", ""], As::Texts, Absent::Unknown("a resource policy can share it, which is not read in templates")),
        // For ever, as the console does (management guide, "Creating a snapshot").
        row("retention_days", ["RetentionPeriod", "retention_period"], As::By(limited), Absent::Null).takes(Takes::Whole(-1, 3_653)),
    ],
    ..BLANK
};
