//! Amazon DocumentDB elastic clusters.

use super::{KeyManager, properties};

properties! {
    /// An elastic cluster. Amazon DocumentDB encrypts every elastic cluster.
    Cluster = "AWS::DocDBElastic::Cluster", operation: "cloudformation:ListResources(AWS::DocDBElastic::Cluster)",
    tags: "cloudformation:GetResource(AWS::DocDBElastic::Cluster)", key: own {
        /// `None` under a key that AWS owns.
        #[from("cloudformation:GetResource(AWS::DocDBElastic::Cluster)")]
        kms_key_arn: Option<String>,
        #[from("cloudformation:GetResource(AWS::DocDBElastic::Cluster)", "kms:DescribeKey")]
        key_manager: Option<KeyManager>,
        #[from("cloudformation:GetResource(AWS::DocDBElastic::Cluster)", "kms:DescribeKey")]
        key_state: Option<String>,
        /// How many days automatic snapshots are kept.
        #[from("cloudformation:GetResource(AWS::DocDBElastic::Cluster)")]
        backup_retention_days: i64,
    }
}
