//! Amazon Keyspaces (for Apache Cassandra).

use super::{KeyManager, properties};

properties! {
    /// A table. Amazon Keyspaces encrypts every table.
    Table = "AWS::Cassandra::Table", operation: "cloudformation:ListResources(AWS::Cassandra::Table)",
    tags: "cloudformation:GetResource(AWS::Cassandra::Table)", on_request: true, key: own {
        /// The name of its keyspace.
        keyspace: String,
        /// `None` under the key that AWS owns.
        #[from("cloudformation:GetResource(AWS::Cassandra::Table)")]
        kms_key_arn: Option<String>,
        #[from("cloudformation:GetResource(AWS::Cassandra::Table)", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("cloudformation:GetResource(AWS::Cassandra::Table)", "kms:DescribeKey")]
        key_state: Option<String>,
        /// Point-in-time recovery is enabled.
        #[from("cloudformation:GetResource(AWS::Cassandra::Table)")]
        pitr: bool,
    }
}
