//! What could not be read, in lines: calls of AWS, and parts of templates.

use super::findings::Findings;
use crate::inventory::{Coverage, CoverageEntry, CoverageStatus, is_symbolic};
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
        unanswered(&self.collection)
    }

    fn unread_where(&self, counts: impl Fn(CoverageStatus) -> bool) -> Vec<String> {
        lines(self.collection.iter().filter(|entry| counts(entry.status)))
    }
}

/// Every operation without a full answer, with the places, and every part of a template that could not be read: untrusted text.
pub fn unanswered(entries: &[CoverageEntry]) -> Vec<String> {
    lines(entries.iter().filter(|entry| is_unanswered(entry.status)))
}

fn lines<'e>(entries: impl Iterator<Item = &'e CoverageEntry>) -> Vec<String> {
    let mut places: BTreeMap<(String, CoverageStatus), Vec<String>> = BTreeMap::new();
    let mut parts = Vec::new();
    for entry in entries {
        // A part of a template is not a call, and says itself where it is.
        if entry.error.is_some() && (entry.is_part() || entry.service == Coverage::UNREAD_FORM) {
            parts.push(entry.why_part());
            continue;
        }
        let operation = format!("{}:{}", entry.service, entry.operation);
        places.entry((operation, entry.status)).or_default().push(place(entry));
    }
    let line = |((operation, status), mut places): ((String, CoverageStatus), Vec<String>)| {
        places.sort();
        places.dedup();
        places.retain(|place| !place.is_empty());
        let more = places.len().saturating_sub(PLACES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        places.truncate(PLACES);
        let places = if places.is_empty() { String::new() } else { format!(" in {}{more}", places.join(", ")) };
        format!("{operation} {}{places}", status.as_str())
    };
    parts.into_iter().chain(places.into_iter().map(line)).collect()
}

/// Account and Region, as far as they are known: a template may leave them open.
fn place(entry: &CoverageEntry) -> String {
    let known = [&entry.account, &entry.region].into_iter().filter(|part| !part.is_empty() && !is_symbolic(part));
    known.map(String::as_str).collect::<Vec<_>>().join("/")
}

/// Whether a call gave no full answer.
pub fn is_unanswered(status: CoverageStatus) -> bool {
    matches!(status, CoverageStatus::Denied | CoverageStatus::Failed)
}
