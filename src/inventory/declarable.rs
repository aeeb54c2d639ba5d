//! What infrastructure-as-code templates can declare of each resource type. The template reader creates the list; rules that need more
//! cannot judge a template.

use std::collections::{BTreeMap, BTreeSet};

/// What templates can declare of one resource type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declarable {
    /// The languages that have the type, as documents name them: `cloudformation`, `terraform`.
    pub languages: BTreeSet<&'static str>,
    /// The properties that a template can hold.
    pub properties: BTreeSet<&'static str>,
    /// The types of each language, with the paths that are read of them.
    pub written: BTreeMap<&'static str, BTreeMap<&'static str, BTreeSet<String>>>,
}

/// What templates can declare, by type name. A type that is missing cannot be declared.
pub type Declarables = BTreeMap<&'static str, Declarable>;

/// Arguments of Terraform that are maps, not blocks: both are objects in JSON, and only the provider's schema tells them apart.
pub const MAP_ARGUMENTS: [&str; 10] = [
    "tags",
    "tags_all",
    "volume_tags",
    "backup_options",
    "environment_variables",
    "parameters",
    "resource_type_management_preference",
    "resource_type_opt_in_preference",
    "target_tags",
    "variables",
];
