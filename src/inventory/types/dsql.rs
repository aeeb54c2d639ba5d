//! Amazon Aurora DSQL.

use super::{KeyManager, properties};

properties! {
    /// A cluster. Aurora DSQL encrypts every cluster.
    Cluster = "AWS::DSQL::Cluster", operation: "cloudformation:ListResources(AWS::DSQL::Cluster)",
    tags: "cloudformation:GetResource(AWS::DSQL::Cluster)", key: own {
        #[from("cloudformation:GetResource(AWS::DSQL::Cluster)")]
        status: Option<String>,
        #[from("cloudformation:GetResource(AWS::DSQL::Cluster)")]
        encrypted: bool,
        /// `None` under the key that AWS owns.
        #[from("cloudformation:GetResource(AWS::DSQL::Cluster)")]
        kms_key_arn: Option<String>,
        #[from("cloudformation:GetResource(AWS::DSQL::Cluster)", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("cloudformation:GetResource(AWS::DSQL::Cluster)", "kms:DescribeKey")]
        key_state: Option<String>,
        #[from("cloudformation:GetResource(AWS::DSQL::Cluster)")]
        deletion_protection: bool,
        /// The resource policy, as JSON text; `null` if there is none.
        #[from("cloudformation:GetResource(AWS::DSQL::Cluster)")]
        policy: Option<String>,
    }
}
