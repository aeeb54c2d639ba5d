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
}

/// What templates can declare, by type name. A type that is missing cannot be declared.
pub type Declarables = BTreeMap<&'static str, Declarable>;
