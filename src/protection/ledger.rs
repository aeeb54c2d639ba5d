//! What the recovery ledger says of restore tests, as the join takes it: pure data by ARN. Where it is kept, and that its chain holds, is
//! the audit's business ([`crate::audit::ledger`]).
//!
//! Only restore tests are here. That a backup or a copy was once seen says nothing about whether it is still there.

use super::facts::Restore;
use std::collections::HashMap;

/// A restore of the ledger with the line that it is on.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub line: u64,
    pub restore: Restore,
}

/// The restores of a ledger by the ARN of the resource whose backup was restored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    by_arn: HashMap<String, Vec<Recorded>>,
}

impl Ledger {
    /// Adds a restore of a resource; one of the same moment and source that is there already gives way, as it is the older account of it.
    pub fn add(&mut self, arn: &str, recorded: Recorded) {
        let restores = self.by_arn.entry(arn.to_owned()).or_default();
        restores.retain(|known| !known.restore.is_same(&recorded.restore));
        restores.push(recorded);
    }

    /// The restores of one resource.
    pub fn restores(&self, arn: &str) -> impl Iterator<Item = &Recorded> {
        self.by_arn.get(arn).into_iter().flatten()
    }
}
