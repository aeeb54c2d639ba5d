//! How one data resource stands: its state, and which plans and policies reach it. For commands that compare audits, not for rules.

use crate::protection::facts::{Considered, Protection, State};
use std::collections::BTreeMap;

/// How a resource stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// It counts as data: a cache, for example, does so only where a plan, an objective or a backup reaches it.
    pub counted: bool,
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

impl Standing {
    /// How a resource with these facts stands.
    pub fn new(facts: &Protection, counted: bool, exempt: bool) -> Standing {
        let mut standing = Standing {
            counted,
            exempt,
            state: facts.state.read().copied(),
            explanation: facts.explanation.read().cloned(),
            doubts: facts.considered.reasons().to_vec(),
            state_doubts: facts.state.reasons().to_vec(),
            ..Standing::default()
        };
        for considered in facts.considered.read().into_iter().flatten() {
            match considered.reaches {
                Some(true) => standing.reached_by.push(considered.clone()),
                Some(false) => standing.missed_by.push(considered.clone()),
                None => {
                    let selection = considered.selection.as_ref().map_or(String::new(), |selection| format!(", selection {selection}"));
                    standing.doubts.push(format!("{}{selection}: {}", considered.name, considered.why));
                }
            }
        }
        // The nearest come first, and a change of tags or plans would change that order.
        standing.reached_by.sort_by(|a, b| (&a.kind, &a.name, &a.selection).cmp(&(&b.kind, &b.name, &b.selection)));
        standing
    }

    /// The same without the plans and policies, by ARN, that do not back it up although they reach it, and without those of which that is not
    /// known; each with the reason.
    pub fn without(&self, useless: &BTreeMap<String, String>, perhaps: &BTreeMap<String, String>) -> Standing {
        let mut standing = self.clone();
        let mut reached_by = Vec::new();
        for way in std::mem::take(&mut standing.reached_by) {
            match (useless.get(&way.arn), perhaps.get(&way.arn)) {
                (Some(why), _) => standing.missed_by.push(Considered { why: why.clone(), reaches: Some(false), ..way }),
                (None, Some(why)) => standing.doubts.push(format!("{}: {why}", way.name)),
                (None, None) => reached_by.push(way),
            }
        }
        standing.reached_by = reached_by;
        standing
    }
}
