//! Templates as a source: converts CloudFormation and Terraform to the inventory that the live source also produces. Judges nothing.
//! May not import `rules`, `report` or `aws`.
//!
//! To add a resource type, copy a table in [`types`] and add it to the list there.

pub mod assume;
pub mod boundary;
mod cloud_control;
pub mod cloudformation;
mod convert;
pub mod declarable;
pub mod declaration;
pub mod edits;
mod encryption;
pub mod file_names;
pub mod inventory;
mod outline;
mod parse;
mod policy_text;
pub mod sources;
mod stack;
mod suppressions;
pub mod table;
mod takes;
pub mod terraform;
pub mod types;
mod unread_data;
mod walk;
mod written;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Options for reading templates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Values of CloudFormation parameters, by name.
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// The account to which the template will be deployed.
    pub account: Option<String>,
    /// The Region to which the template will be deployed.
    pub region: Option<String>,
    /// Tags of the stack, which CloudFormation applies to its resources.
    pub tags: Vec<(String, String)>,
    /// Files with values of Terraform variables.
    pub terraform_variables: Vec<PathBuf>,
    /// Files to leave out of folders, as `.gitignore` globs.
    pub exclude: Vec<String>,
    /// Whether the account encrypts new EBS volumes by default (policy: `assume.ebs_encryption_by_default`). `None` counts as `false`,
    /// like the policy file's default.
    pub assume_ebs_encryption_by_default: Option<bool>,
}
