//! How one data resource stands: its state, and which plans and policies reach it. For commands that compare or explain, not for rules.

use crate::protection::facts::{MechanismKind, Protection, State};

/// How a resource stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Its data can be rebuilt.
    pub exempt: bool,
    /// `None` if it is not known.
    pub state: Option<State>,
    pub explanation: Option<String>,
    /// What reaches it.
    pub reached_by: Vec<Considered>,
    /// What does not.
    pub missed_by: Vec<Considered>,
    /// Why more may reach it.
    pub doubts: Vec<String>,
    /// Why the state is not known.
    pub state_doubts: Vec<String>,
}

/// A selection of a backup plan, or a DLM policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Considered {
    pub kind: &'static str,
    pub name: String,
    pub arn: String,
    pub selection: Option<String>,
    pub why: String,
}

impl Standing {
    /// How a resource with these facts stands.
    pub fn new(facts: &Protection, exempt: bool) -> Standing {
        let mut reached_by: Vec<Considered> = Vec::new();
        let mut doubts = facts.plans.reasons().to_vec();
        for plan in facts.plans.read().into_iter().flatten().filter(|plan| !plan.opt_in_blocked) {
            let found = Considered {
                kind: "backup_plan",
                name: plan.plan.clone(),
                arn: plan.plan_arn.clone(),
                selection: Some(plan.selection.clone()),
                why: String::new(),
            };
            if !reached_by.contains(&found) {
                reached_by.push(found);
            }
        }
        for mechanism in facts.mechanisms.read().into_iter().flatten() {
            if mechanism.kind == MechanismKind::Dlm && mechanism.automatic {
                let name = mechanism.source.clone();
                reached_by.push(Considered { kind: "dlm_policy", arn: name.clone(), name, selection: None, why: String::new() });
            }
        }
        doubts.sort();
        Standing {
            exempt,
            state: facts.state.read().copied(),
            explanation: facts.explanation.read().cloned(),
            reached_by,
            missed_by: Vec::new(),
            doubts,
            state_doubts: facts.state.reasons().to_vec(),
        }
    }
}
