//! Amazon EKS clusters.

use crate::inventory::types::KeyManager;
use crate::template::encryption::Encryption;
use crate::template::table::{Absent, As, BLANK, Identity, Table, row};

/// A cluster.
pub static CLUSTER: Table = Table {
    type_name: "AWS::EKS::Cluster",
    cloudformation: &["AWS::EKS::Cluster"],
    terraform: &["aws_eks_cluster"],
    identity: Identity::named(["Name", "name"], "arn:{partition}:eks:{region}:{account}:cluster/{id}"),
    encryption: Some(Encryption {
        flag: None,
        off: None,
        // Without a key of the customer, Kubernetes 1.28 and later use a key that AWS owns (EKS user guide, "Default envelope encryption for
        // all Kubernetes API Data").
        on: KeyManager::AwsOwned,
        key: ["EncryptionConfig.Provider.KeyArn", "encryption_config.provider.key_arn"],
    }),
    rows: &[
        // "If you create a cluster by using the EKS API, Amazon Web Services SDKs, or CloudFormation, the default is CONFIG_MAP" (API,
        // CreateAccessConfigRequest); the provider uses the API.
        row(
            "authentication_mode",
            ["AccessConfig.AuthenticationMode", "access_config.authentication_mode"],
            As::Text,
            Absent::Text("CONFIG_MAP"),
        ),
        // "Default value is false" (API, CreateCluster, deletionProtection).
        row("deletion_protection", ["DeletionProtection", "deletion_protection"], As::Bool, Absent::False),
    ],
    ..BLANK
};
