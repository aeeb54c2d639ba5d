//! Reasons for unknown facts.

use std::collections::BTreeMap;

/// Reasons by the path of the fact: `encrypted`, `rules[].retention_days`.
pub type Reasons = BTreeMap<String, Vec<String>>;

/// The path of the reason that applies to every fact without its own reason.
pub const ANYTHING_ELSE: &str = "*";

/// Adds the reasons that are missing so far.
pub fn note(reasons: &mut Reasons, path: &str, more: Vec<String>) {
    let known = reasons.entry(path.to_owned()).or_default();
    for reason in more {
        if !known.contains(&reason) {
            known.push(reason);
        }
    }
}
