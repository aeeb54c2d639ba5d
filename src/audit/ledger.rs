//! The recovery ledger: an append-only chain of NDJSON lines with evidence of recovery. Each entry has the hash of the previous one, so that
//! a changed, missing or swapped line breaks the chain; entries of a broken ledger are ignored. Works on bytes: the command line reads and
//! writes the file.
//!
//! Lines are canonical: each is exactly what this module would write for its entry. A change of any byte is detected.

mod entry;
pub mod evidence;

use crate::protection::Ledger;
use crate::protection::ledger::Recorded;
use chrono::{DateTime, Utc};
pub use entry::{Entry, Kind, Outcome};
use entry::{Key, sha256};
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;

/// The schema of the file.
pub const SCHEMA: &str = "rel9.ledger/1";

/// The first line.
const HEADER: &str = r#"{"schema":"rel9.ledger/1"}"#;

/// Why a ledger cannot be trusted.
#[derive(Debug, PartialEq)]
pub struct Broken {
    /// Counted from 1; 0 when the whole file is meant.
    pub line: usize,
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; entries of a broken ledger are ignored", self.what)
    }
}

/// A ledger whose chain holds.
#[derive(Debug)]
pub struct Chain {
    entries: Vec<Entry>,
    head: String,
}

impl Default for Chain {
    /// A ledger that has only its header.
    fn default() -> Self {
        Chain { entries: Vec::new(), head: sha256(HEADER.as_bytes()) }
    }
}

impl Chain {
    /// The text of a ledger without entries.
    pub fn empty_text() -> String {
        format!("{HEADER}\n")
    }

    /// Reads a ledger and checks every link.
    ///
    /// # Errors
    /// The first line at which the chain is broken.
    pub fn parse(bytes: &[u8]) -> Result<Self, Broken> {
        if bytes.is_empty() {
            return Err(Broken { line: 0, what: "the file is empty; a ledger has at least a header line".to_owned() });
        }
        let mut chain = Chain::default();
        for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let broken = |what: String| Broken { line: at + 1, what };
            let Some(text) = line.strip_suffix(b"\n") else {
                let whole = format!("the {at} lines before it are intact");
                return Err(broken(format!("the line is cut off, so that the end of the ledger is missing ({whole})")));
            };
            if at == 0 {
                check_header(text).map_err(broken)?;
            } else {
                let entry = chain.check(text).map_err(broken)?;
                chain.head.clone_from(&entry.hash);
                chain.entries.push(entry);
            }
        }
        Ok(chain)
    }

    /// Reads the next entry.
    fn check(&self, text: &[u8]) -> Result<Entry, String> {
        let entry: Entry = serde_json::from_slice(text).map_err(|error| format!("not a ledger entry: {}", plain(&error)))?;
        let expected = self.entries.len() as u64 + 1;
        if entry.seq != expected {
            return Err(format!("the chain is broken: this is entry {}, entry {expected} is expected here", entry.seq));
        }
        if entry.prev != self.head {
            return Err(format!("the chain is broken: `prev` is {}, the entry before has {}", entry.prev, self.head));
        }
        let digest = entry.digest();
        if entry.hash != digest {
            return Err(format!("the chain is broken: the entry was changed, its hash is {digest}, not {}", entry.hash));
        }
        if entry.text().as_bytes() != text {
            return Err("the chain is broken: the entry is not written as rel9 writes it".to_owned());
        }
        match entry.lacks() {
            Some(name) => Err(format!("{} without `{name}`", entry.kind.as_str())),
            None => Ok(entry),
        }
    }

    /// The hash at which the chain ends.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The number of entries after the one with this hash; `None` when the chain does not have it.
    pub fn entries_after(&self, hash: &str) -> Option<usize> {
        if hash == Chain::default().head {
            return Some(self.entries.len());
        }
        self.entries.iter().rev().position(|entry| entry.hash == hash)
    }

    /// The last entry with the same kind, resource, time and source.
    pub fn same(&self, draft: &Entry) -> Option<&Entry> {
        let key = draft.key();
        self.entries.iter().rev().find(|entry| entry.key() == key)
    }

    /// The restore tests for the protection facts. A later entry about the same restore replaces an earlier one.
    pub fn view(&self) -> Ledger {
        let mut view = Ledger::default();
        for entry in &self.entries {
            if let Some(restore) = evidence::restore_of(entry) {
                view.add(&entry.resource, Recorded { line: entry.line(), restore });
            }
        }
        view
    }

    /// Adds the drafts that are new to the chain. Returns the text to append to the file, empty when nothing is new.
    pub fn extend(&mut self, mut drafts: Vec<Entry>, recorded_at: DateTime<Utc>) -> String {
        drafts.sort_by_cached_key(|draft| (draft.at, draft.kind, draft.resource.clone(), draft.source.clone(), draft.text()));
        // Two entries about one thing would replace each other in every audit.
        drafts.dedup_by(|a, b| a.key() == b.key());
        let mut last: HashMap<Key, usize> = self.entries.iter().enumerate().map(|(at, entry)| (entry.key(), at)).collect();
        let mut added = String::new();
        for draft in drafts {
            let known = last.get(&draft.key()).and_then(|at| self.entries.get(*at));
            if known.is_some_and(|known| known.says_the_same(&draft)) {
                continue;
            }
            let mut entry =
                Entry { seq: self.entries.len() as u64 + 1, prev: self.head.clone(), hash: String::new(), recorded_at, ..draft };
            entry.hash = entry.digest();
            added.push_str(&entry.text());
            added.push('\n');
            self.head.clone_from(&entry.hash);
            last.insert(entry.key(), self.entries.len());
            self.entries.push(entry);
        }
        added
    }
}

fn check_header(text: &[u8]) -> Result<(), String> {
    if text == HEADER.as_bytes() {
        return Ok(());
    }
    #[derive(Deserialize)]
    struct Header {
        schema: String,
    }
    match serde_json::from_slice::<Header>(text) {
        Ok(header) if header.schema == SCHEMA => Err(format!("the header was changed: it is `{HEADER}`, byte for byte")),
        Ok(header) => Err(format!("schema is `{}`, this version reads `{SCHEMA}`", header.schema)),
        Err(_) => Err(format!("not a rel9 ledger, which starts with the line `{HEADER}`")),
    }
}

/// A JSON error without its line number, which is always 1 here.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    format!("{} (column {})", text.strip_suffix(&place).unwrap_or(&text), error.column())
}
