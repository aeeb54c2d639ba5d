//! How a template declares a resource: where, in which words, and what it leaves open.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A template's declaration of a resource. Resources that were read from AWS have none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Declared {
    /// `template:<file>#<id>`: what findings and expressions call the resource. Its `arn` is the one that AWS would give it, with symbols
    /// such as `${AWS::AccountId}` for what is not known yet, so that selections and references can be followed.
    pub uid: String,
    /// Relative to where rel9 was started.
    pub file: Arc<str>,
    pub at: Place,
    /// The CDK construct path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub construct: Option<String>,
    /// Where properties are written, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, Place>,
    /// Why properties cannot be known, by path (`encrypted`, `rules[].retention_days`). `tags.tier` is the value of one tag; `tags` says that
    /// there may be more than are told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown: BTreeMap<String, Vec<String>>,
    /// What rules see as `resource.template`.
    pub template: Template,
    /// Waivers in the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignores: Vec<Ignore>,
}

/// A place in a file, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// What only a template says of a resource: what becomes of the data when the template's stack goes. `null` where the language or the
/// type has no such word, or it is not set; a word that cannot be resolved is missing, with its reason in [`Declared::unknown`]
/// under `template.<name>`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Template {
    /// `cloudformation` or `terraform`.
    pub language: super::Fact<String>,
    /// CloudFormation: `Delete`, `Retain`, `RetainExceptOnCreate`, `Snapshot`; with the type's default where it is not set.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub deletion_policy: super::Fact<Option<String>>,
    /// CloudFormation: as `deletion_policy`, for replacement.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub update_replace_policy: super::Fact<Option<String>>,
    /// Terraform: `lifecycle { prevent_destroy }`. (A plan does not show it: not known there.)
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub prevent_destroy: super::Fact<Option<bool>>,
    /// Terraform: `force_destroy`, where the type has it.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub force_destroy: super::Fact<Option<bool>>,
    /// Terraform: `skip_final_snapshot` or `skip_final_backup`, where the type has it, with the provider's default.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub skip_final_snapshot: super::Fact<Option<bool>>,
    /// Terraform: the final snapshot's name, where the provider takes one.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub final_snapshot_name: super::Fact<Option<String>>,
    /// Terraform: `delete_automated_backups`, where the type has it, with the provider's default.
    #[serde(default, skip_serializing_if = "super::Fact::is_unread")]
    pub delete_automated_backups: super::Fact<Option<bool>>,
}

/// A waiver that stands in the template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ignore {
    pub rule: String,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
    /// Where it is written, if not in the resource's own file: on the call of the resource's module.
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
