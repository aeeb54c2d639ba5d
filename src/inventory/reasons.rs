//! Reasons for unknown facts.

use std::collections::BTreeMap;

/// A value, or the reasons why it is unknown.
pub type Outcome<T> = Result<T, Vec<String>>;

/// Reasons by the path of the fact: `encrypted`, `rules[].retention_days`.
pub type Reasons = BTreeMap<String, Vec<String>>;

/// The path of the reason that applies to every fact without its own reason.
pub const ANYTHING_ELSE: &str = "*";

/// Adds the reasons that are missing so far.
pub fn note(reasons: &mut Reasons, path: &str, more: Vec<String>) {
    add_new(reasons.entry(path.to_owned()).or_default(), more);
}

/// Adds reasons that are not there yet.
pub fn add_new(reasons: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for reason in more {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
}

/// The value, unless there are reasons why it is unknown.
///
/// # Errors
/// The reasons.
pub fn unless<T>(reasons: Vec<String>, value: T) -> Outcome<T> {
    if reasons.is_empty() { Ok(value) } else { Err(reasons) }
}
