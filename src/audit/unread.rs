//! What could not be read, in lines: calls of AWS, and parts of templates.

use super::findings::Findings;
use crate::inventory::{CoverageEntry, CoverageStatus};
use std::collections::BTreeMap;

/// Places that a line names.
const PLACES: usize = 3;

impl Findings {
    /// The files and other parts of templates that could not be read.
    pub fn unread_parts(&self) -> impl Iterator<Item = &CoverageEntry> {
        self.collection.iter().filter(|entry| entry.is_part() && entry.error.is_some() && entry.status != CoverageStatus::Ok)
    }

    /// Every operation that did not answer, with the places, and every part of a template that could not be read: untrusted text.
    pub fn unread(&self) -> Vec<String> {
        self.unread_where(|status| status != CoverageStatus::Ok)
    }

    /// The same without services that do not exist in a Region: that there is nothing is an answer.
    pub fn unanswered(&self) -> Vec<String> {
        self.unread_where(is_unanswered)
    }

    fn unread_where(&self, counts: impl Fn(CoverageStatus) -> bool) -> Vec<String> {
        let mut places: BTreeMap<(String, CoverageStatus), Vec<String>> = BTreeMap::new();
        // A part of a template is not a call.
        let is_part = |entry: &CoverageEntry| entry.is_part() && entry.error.is_some();
        for entry in self.collection.iter().filter(|entry| counts(entry.status) && !is_part(entry)) {
            let operation = format!("{}:{}", entry.service, entry.operation);
            places.entry((operation, entry.status)).or_default().push(format!("{}/{}", entry.account, entry.region));
        }
        let line = |((operation, status), mut places): ((String, CoverageStatus), Vec<String>)| {
            places.sort();
            places.dedup();
            let more = places.len().saturating_sub(PLACES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            places.truncate(PLACES);
            format!("{operation} {} in {}{more}", status.as_str(), places.join(", "))
        };
        self.unread_parts().map(CoverageEntry::why_part).chain(places.into_iter().map(line)).collect()
    }
}

/// Whether a call gave no full answer.
pub fn is_unanswered(status: CoverageStatus) -> bool {
    matches!(status, CoverageStatus::Denied | CoverageStatus::Failed)
}
