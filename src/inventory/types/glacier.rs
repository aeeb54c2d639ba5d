//! Amazon Glacier: vaults of archives, which are backups. (The storage classes of Amazon S3 with that name belong to buckets.)

use super::properties;

properties! {
    /// A vault. CloudFormation has no such type.
    Vault = "AWS::Glacier::Vault", operation: "glacier:ListVaults", tags: "tag:GetResources" {
        /// The access policy, as JSON text; `null` if there is none.
        #[from("glacier:GetVaultAccessPolicy")]
        policy: Option<String>,
    }
}
