//! What the join finds out about each resource: the `protection` that rules see. Only data and their meaning; the sibling modules work them
//! out. May not know rules.
//!
//! An age is as_of minus a moment, in seconds. A field that could not be worked out holds the reasons instead ([`Told`]).

mod access;
mod data;
mod links;
mod plans;
mod restores;
mod told;

pub use access::*;
pub use data::*;
pub use links::*;
pub use plans::*;
pub use restores::*;
pub use told::{FactSet, Path, Reasoned, Told};

use crate::inventory::Reasons;

/// Declares the facts by kind of resource.
macro_rules! kinds {
    ($( $(#[doc = $doc:literal])* $kind:ident($facts:ty), )*) => {
        /// The facts by kind of resource.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Facts {
            $( $(#[doc = $doc])* $kind(Box<$facts>), )*
        }

        impl Facts {
            fn set(&self) -> &dyn FactSet {
                match self {
                    $( Facts::$kind(facts) => &**facts, )*
                }
            }
        }

        $( impl From<$facts> for Facts {
            fn from(facts: $facts) -> Self {
                Facts::$kind(Box::new(facts))
            }
        } )*
    };
}

kinds! {
    Data(Protection),
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
    StateMachine(StateMachineFacts),
    Stack(StackFacts),
    /// Resources with a resource policy that are not data.
    Access(AccessFacts),
    /// Snapshots, images and other backups that are resources.
    Backup(BackupFacts),
    /// Types that rules judge by their own properties alone.
    None(NoFacts),
}

impl Facts {
    /// The names of the facts, known or not.
    pub fn names(&self) -> &'static [&'static str] {
        self.set().names()
    }

    /// A known fact, by name: what rules ask for.
    pub fn field(&self, name: &str) -> Option<&dyn erased_serde::Serialize> {
        self.set().field(name)
    }

    /// Why facts, and parts of them, are not known: by `state`, or by `rules[].copies[].locked` for a field of list elements.
    pub fn reasons(&self) -> Reasons {
        let mut reasons = Reasons::new();
        self.set().add_reasons(&Path::ROOT, &mut reasons);
        reasons
    }
}
