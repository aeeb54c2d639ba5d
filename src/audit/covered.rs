//! The coverage of parts of the data: of an account, a Region, an owner. The sums over all parts are those of the summary.

use super::findings::{Findings, ResourceRef};
use crate::protection;
use serde_json::Value;
use std::collections::BTreeMap;

/// The rule whose findings have the protection state of every data resource.
const RULE: &str = "data-protected";

/// The fact of those findings.
const STATE: &str = "protection.state";

/// Data resources that owe a backup, by whether they have one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    pub protected: u64,
    /// All others, whose state is known.
    pub not: u64,
    pub unknown: u64,
}

impl Covered {
    /// The data resources that owe a backup.
    pub fn owing(&self) -> u64 {
        self.protected + self.not + self.unknown
    }
}

/// The coverage by a property of the resources. Empty if the rule that judges it was left out, or for templates, which do not show backups.
pub fn by<'f, K: Ord>(findings: &'f Findings, key: impl Fn(&'f ResourceRef) -> K) -> BTreeMap<K, Covered> {
    let mut parts: BTreeMap<K, Covered> = BTreeMap::new();
    for finding in findings.findings.iter().filter(|finding| *finding.rule == *RULE && is_counted(&finding.resource)) {
        let part = parts.entry(key(&finding.resource)).or_default();
        let count = match finding.evidence.get(STATE) {
            Some(Value::String(state)) if state == "protected" => &mut part.protected,
            Some(_) => &mut part.not,
            None => &mut part.unknown,
        };
        *count += 1;
    }
    parts
}

/// The coverage counts the volumes of an instance, not the instance.
fn is_counted(resource: &ResourceRef) -> bool {
    protection::held_in_parts(&resource.type_name).is_none()
}
