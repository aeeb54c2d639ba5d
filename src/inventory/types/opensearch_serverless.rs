//! Amazon OpenSearch Serverless.

use super::{KeyManager, properties};

properties! {
    /// A collection. OpenSearch Serverless encrypts every collection.
    Collection = "AWS::OpenSearchServerless::Collection",
    operation: "cloudformation:ListResources(AWS::OpenSearchServerless::Collection)", tags: "tag:GetResources", key: own {
        /// `None` under the key that AWS owns.
        #[from("cloudformation:GetResource(AWS::OpenSearchServerless::Collection)")]
        kms_key_arn: Option<String>,
        #[from("cloudformation:GetResource(AWS::OpenSearchServerless::Collection)", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("cloudformation:GetResource(AWS::OpenSearchServerless::Collection)", "kms:DescribeKey")]
        key_state: Option<String>,
        #[from("cloudformation:GetResource(AWS::OpenSearchServerless::Collection)")]
        deletion_protection: bool,
    }
}
