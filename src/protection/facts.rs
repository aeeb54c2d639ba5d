//! What the join finds out about each resource: the `protection` that rules see. Data and their meaning only; how they come
//! about is in the sibling modules. May not know rules.
//!
//! An age is as_of minus a moment, in seconds. A field that could not be worked out is [`Fact::Unread`], and its reason is kept
//! beside it in [`Joined::unread`].

/// Declares a struct of facts that takes no other field.
macro_rules! facts {
    ($(#[doc = $doc:literal])* $name:ident { $($fields:tt)* }) => {
        crate::inventory::facts! { $(#[doc = $doc])* #[serde(deny_unknown_fields)] $name { $($fields)* } }
    };
}

mod data;
mod links;

pub use data::*;
pub use links::*;

use std::collections::BTreeMap;

/// The protection facts of one resource with the reasons of those that are missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    pub facts: Facts,
    /// Field (`state`, or `rules[].copies[].locked` for a field of list elements) to why it could not be worked out.
    pub unread: BTreeMap<String, Vec<String>>,
}

/// The facts by kind of resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Facts {
    Data(Box<Protection>),
    Account(AccountFacts),
    Region(RegionFacts),
    Plan(PlanFacts),
    Selection(SelectionFacts),
    Vault(VaultFacts),
    RecoveryPoint(RecoveryPointFacts),
    RestoreTestingPlan(RestoreTestingPlanFacts),
    RestoreTestingSelection(RestoreTestingSelectionFacts),
    LifecyclePolicy(LifecyclePolicyFacts),
    Key(KeyFacts),
    /// Snapshots and images: things that can be shared.
    Shareable(ShareableFacts),
    /// Types that rules judge by their own properties alone.
    None(NoFacts),
}

impl Facts {
    /// The facts as rules see them.
    pub fn to_json(&self) -> serde_json::Value {
        let value = match self {
            Facts::Data(facts) => serde_json::to_value(facts),
            Facts::Account(facts) => serde_json::to_value(facts),
            Facts::Region(facts) => serde_json::to_value(facts),
            Facts::Plan(facts) => serde_json::to_value(facts),
            Facts::Selection(facts) => serde_json::to_value(facts),
            Facts::Vault(facts) => serde_json::to_value(facts),
            Facts::RecoveryPoint(facts) => serde_json::to_value(facts),
            Facts::RestoreTestingPlan(facts) => serde_json::to_value(facts),
            Facts::RestoreTestingSelection(facts) => serde_json::to_value(facts),
            Facts::LifecyclePolicy(facts) => serde_json::to_value(facts),
            Facts::Key(facts) => serde_json::to_value(facts),
            Facts::Shareable(facts) => serde_json::to_value(facts),
            Facts::None(facts) => serde_json::to_value(facts),
        };
        value.unwrap_or_default()
    }
}
