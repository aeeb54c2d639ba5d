//! A template's declaration of a resource: its place, its language, and its unknown properties.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A template's declaration of a resource. Resources from AWS have none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Declared {
    /// `template:<file>#<id>`: the name of the resource in findings and expressions. Its `arn` is the one that AWS would give it, with symbols such
    /// as `${AWS::AccountId}` for unknown parts, so that selections and references can be resolved.
    pub uid: String,
    /// The file, relative to the folder in which rel9 was started.
    pub file: Arc<str>,
    pub at: Place,
    /// The CDK construct path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub construct: Option<String>,
    /// The id and the ARN that AWS gave it, if it exists and a Terraform plan or state shows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
    /// The places of properties, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, Place>,
    /// Why properties are unknown, by path (`encrypted`, `rules[].retention_days`). `tags.tier` is the value of one tag. `tags` means that there may
    /// be further tags, `resources[]` that the list may have further elements, `policy.${Name}` that this symbol in the policy may stand for
    /// anything.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown: BTreeMap<String, Vec<String>>,
    /// The value of `resource.template` in rules.
    pub template: Template,
    /// How the file writes the resource.
    #[serde(default, skip_serializing_if = "Written::is_unknown")]
    pub written: Written,
    /// Waivers in the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignores: Vec<Ignore>,
    /// Suppressions for other tools, such as `checkov CKV_AWS_18`. They are not waivers; messages of findings mention them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<String>,
}

/// A place in a file, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// Facts that only a template has: whether data survives the deletion of its stack. A fact is `null` if the language or the type does not have it,
/// or the template does not set it. A fact that cannot be resolved is missing, with its reason in [`Declared::unknown`] under `template.<name>`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Template {
    /// `cloudformation` or `terraform`.
    pub language: super::Fact<String>,
    /// CloudFormation: `Delete`, `Retain`, `RetainExceptOnCreate`, `Snapshot`; if not set, the type's default.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub deletion_policy: super::Fact<Option<String>>,
    /// CloudFormation: like `deletion_policy`, for replacement (`UpdateReplacePolicy`).
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub update_replace_policy: super::Fact<Option<String>>,
    /// Terraform: `lifecycle { prevent_destroy }`. Unknown in a plan, which does not show it.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub prevent_destroy: super::Fact<Option<bool>>,
    /// Terraform: `force_destroy`, if the type has it.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub force_destroy: super::Fact<Option<bool>>,
    /// Terraform: `skip_final_snapshot` or `skip_final_backup`, if the type has it, with the provider's default.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub skip_final_snapshot: super::Fact<Option<bool>>,
    /// Terraform: the final snapshot's name, if the type has it.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub final_snapshot_name: super::Fact<Option<String>>,
    /// Terraform: `delete_automated_backups`, if the type has it, with the provider's default.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub delete_automated_backups: super::Fact<Option<bool>>,
}

/// How a file writes a resource: what a fix in its language must name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Written {
    /// The type in the language: `aws_ebs_volume`, `awscc_ec2_volume`, `AWS::Serverless::SimpleTable`. Empty if it is not known.
    #[serde(rename = "type")]
    pub type_name: String,
    pub syntax: Syntax,
    /// The ids of the resources that hold parts of it, by their type: `aws_s3_bucket_versioning`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, String>,
    /// CloudFormation's attribute that is the ARN, for types whose ARN cannot be written with the logical id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn_attribute: Option<String>,
}

impl Written {
    fn is_unknown(&self) -> bool {
        *self == Written::default()
    }
}

/// The syntax of a file. A plan or a state counts as the `.tf` files from which Terraform made it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Syntax {
    #[default]
    Hcl,
    /// `.tf.json`.
    TerraformJson,
    Yaml,
    Json,
}

/// A waiver in the template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ignore {
    pub rule: String,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
    /// The place of the waiver if it is not in the resource's own file, but on the call of the resource's module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Arc<str>>,
    pub line: u32,
}

impl Declared {
    /// The file of one of the waivers.
    pub fn file_of<'a>(&'a self, ignore: &'a Ignore) -> &'a str {
        ignore.file.as_ref().unwrap_or(&self.file)
    }
}
