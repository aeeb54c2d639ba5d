//! Amazon EKS.

use super::{KeyManager, properties};

properties! {
    /// A cluster.
    Cluster = "AWS::EKS::Cluster", operation: "cloudformation:ListResources(AWS::EKS::Cluster)",
    tags: "cloudformation:GetResource(AWS::EKS::Cluster)", key: own {
        /// How principals authenticate: `API`, `API_AND_CONFIG_MAP` or `CONFIG_MAP`.
        #[from("cloudformation:GetResource(AWS::EKS::Cluster)")]
        authentication_mode: Option<String>,
        #[from("cloudformation:GetResource(AWS::EKS::Cluster)")]
        deletion_protection: bool,
        /// The key for the secrets in the cluster; `None` without one (Kubernetes 1.28 and later then use a key that AWS owns).
        #[from("cloudformation:GetResource(AWS::EKS::Cluster)")]
        kms_key_arn: Option<String>,
        #[from("cloudformation:GetResource(AWS::EKS::Cluster)", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("cloudformation:GetResource(AWS::EKS::Cluster)", "kms:DescribeKey")]
        key_state: Option<String>,
    }
}
