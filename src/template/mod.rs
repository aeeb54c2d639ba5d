//! Templates as a source: CloudFormation and Terraform become the same inventory that the live source makes. They never judge.
//! May not import `rules`, `report` or `aws`.
//!
//! To add a resource type: copy a table of [`types`] and name it in its list.

pub mod assume;
pub mod boundary;
pub mod cloudformation;
mod convert;
pub mod declarable;
pub mod declaration;
pub mod inventory;
pub mod sources;
mod stack;
mod suppressions;
pub mod terraform;
pub mod types;
mod walk;
pub mod warnings;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// What the reader of a template is told beside the template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Values of CloudFormation parameters, by name.
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// The account that the template is for.
    pub account: Option<String>,
    /// The Region that the template is for.
    pub region: Option<String>,
    /// Tags of the stack, which CloudFormation gives to its resources.
    pub tags: Vec<(String, String)>,
    /// Files with values of Terraform variables.
    pub terraform_variables: Vec<PathBuf>,
    /// What is left out of folders, as globs of `.gitignore`.
    pub exclude: Vec<String>,
    /// Whether the account encrypts new EBS volumes whatever the template says (policy: `assume.ebs_encryption_by_default`);
    /// `None` counts as `false`, as the policy file's default does.
    pub assume_ebs_encryption_by_default: Option<bool>,
}
