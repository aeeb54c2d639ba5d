//! Counts what each entry of the policy file matched while an audit judges. Shards are judged in parallel: the counts do not depend on the order
//! in which they are merged.

use std::collections::BTreeMap;

/// An entry of the policy file by its place in its list, or the lack of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    Objective(usize),
    /// No objective matches.
    NoObjective,
    /// It is unknown which objective applies.
    UnknownObjective,
    Automation(usize),
    Reproducible(usize),
    Waiver(usize),
}

/// What an entry matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Data resources; for waivers, findings.
    pub matched: u64,
    /// Those of the data resources that are exempt, because they are reproducible.
    pub exempt: u64,
    /// Matching data resources that coverage does not count: EC2 instances and members of clusters.
    pub uncounted: u64,
    /// What it matches, and an entry before it covers.
    pub covered: u64,
    /// Why it is unknown whether it matches something: the first reason in alphabetical order.
    pub doubt: Option<String>,
}

/// The counts of all entries; entries that matched nothing are missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<Entry, Count>);

impl Tally {
    /// The count of an entry, to be changed.
    pub fn of(&mut self, entry: Entry) -> &mut Count {
        self.0.entry(entry).or_default()
    }

    /// The count of an entry.
    pub fn get(&self, entry: Entry) -> Count {
        self.0.get(&entry).cloned().unwrap_or_default()
    }

    /// Records why it is unknown whether an entry matches.
    pub fn doubt(&mut self, entry: Entry, reason: &str) {
        self.of(entry).doubt_for(reason.to_owned());
    }

    /// Adds the counts of another part of the audit.
    pub fn add(&mut self, other: Tally) {
        if self.0.is_empty() {
            self.0 = other.0;
            return;
        }
        for (entry, theirs) in other.0 {
            let mine = self.of(entry);
            mine.matched += theirs.matched;
            mine.exempt += theirs.exempt;
            mine.uncounted += theirs.uncounted;
            mine.covered += theirs.covered;
            theirs.doubt.into_iter().for_each(|reason| mine.doubt_for(reason));
        }
    }
}

impl Count {
    fn doubt_for(&mut self, reason: String) {
        if self.doubt.as_ref().is_none_or(|known| reason < *known) {
            self.doubt = Some(reason);
        }
    }

    /// Whether it matched nothing, certainly or perhaps.
    pub fn is_zero(&self) -> bool {
        self.matched + self.exempt + self.uncounted == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Tally};

    fn part(matched: u64, reason: &str) -> Tally {
        let mut part = Tally::default();
        part.of(Entry::Objective(0)).matched = matched;
        part.doubt(Entry::Waiver(1), reason);
        part
    }

    #[test]
    fn the_order_of_the_parts_makes_no_difference() {
        let total = |order: [(u64, &str); 3]| {
            let mut total = Tally::default();
            order.into_iter().for_each(|(matched, reason)| total.add(part(matched, reason)));
            total
        };
        let one = total([(1, "c"), (2, "a"), (3, "b")]);
        assert_eq!(one, total([(3, "b"), (1, "c"), (2, "a")]));
        assert_eq!(one.get(Entry::Objective(0)).matched, 6);
        assert_eq!(one.get(Entry::Waiver(1)).doubt.as_deref(), Some("a"));
    }
}
