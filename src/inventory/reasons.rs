//! Why facts are not known.

use std::collections::BTreeMap;

/// Reasons by the path of the fact: `encrypted`, `rules[].retention_days`.
pub type Reasons = BTreeMap<String, Vec<String>>;

/// The path of the reason for every fact that has no reason of its own.
pub const ANYTHING_ELSE: &str = "*";

/// Adds reasons that are not there yet.
pub fn note(reasons: &mut Reasons, path: &str, more: Vec<String>) {
    let known = reasons.entry(path.to_owned()).or_default();
    for reason in more {
        if !known.contains(&reason) {
            known.push(reason);
        }
    }
}
