//! The restore tests of the recovery ledger, in the form that the join uses: plain data by ARN. The audit decides where the ledger is kept
//! and checks its chain ([`crate::audit::ledger`]).
//!
//! Only restore tests are here. An earlier sighting of a backup or a copy does not show that it still exists.

use super::facts::Restore;
use std::collections::HashMap;

/// A restore in the ledger, with its line number.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub line: u64,
    pub restore: Restore,
}

/// The restores in a ledger by the ARN of the resource whose backup was restored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    by_arn: HashMap<String, Vec<Recorded>>,
}

impl Ledger {
    /// Adds a restore of a resource. It replaces an earlier entry with the same moment and source, which is the older record of the same
    /// restore.
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
