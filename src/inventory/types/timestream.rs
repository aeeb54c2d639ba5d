//! Amazon Timestream for LiveAnalytics.

use super::{KeyManager, properties};

properties! {
    /// A database. Timestream encrypts every database.
    Database = "AWS::Timestream::Database", operation: "cloudformation:ListResources(AWS::Timestream::Database)",
    tags: "cloudformation:GetResource(AWS::Timestream::Database)", key: own {
        #[from("cloudformation:GetResource(AWS::Timestream::Database)")]
        kms_key_arn: Option<String>,
        #[from("cloudformation:GetResource(AWS::Timestream::Database)", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("cloudformation:GetResource(AWS::Timestream::Database)", "kms:DescribeKey")]
        key_state: Option<String>,
    }
}

properties! {
    /// A table.
    Table = "AWS::Timestream::Table", operation: "cloudformation:ListResources(AWS::Timestream::Table)",
    tags: "cloudformation:GetResource(AWS::Timestream::Table)" {
        /// The name of its database.
        database: String,
    }
}
