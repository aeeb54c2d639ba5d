//! AWS Identity and Access Management (IAM).

use super::properties;

properties! {
    /// A role that a backup selection, a restore testing selection or a DLM policy names. Other roles are not read. IAM is global: each Region
    /// that names a role has it.
    Role = "AWS::IAM::Role", operation: "cloudformation:GetResource(AWS::IAM::Role)" {
        /// Whether the account has it.
        exists: bool,
        /// Who may assume it, as JSON; `null` if it does not exist.
        trust_policy: Option<String>,
    }
}
