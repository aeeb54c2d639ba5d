//! The state of a collection, kept in its folder: how far it came, so that the next run goes on, and that nobody judges half of it.

use super::{Failure, output};
#[cfg(feature = "live")]
use crate::inventory::document;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Keeps how far a collection came, in the folder it writes to.
const STATE: &str = "rel9-collect.json";

/// What a collection set out to do and how far it came.
#[derive(Serialize, Deserialize, PartialEq)]
pub struct State {
    pub account: String,
    /// Its shards: Regions, and `global`.
    pub regions: Vec<String>,
    pub services: Vec<String>,
    /// Shard to its file, for those that are done.
    pub done: BTreeMap<String, String>,
    /// Those in which calls were denied or failed.
    #[serde(default)]
    pub incomplete: BTreeSet<String>,
    pub finished: bool,
}

impl State {
    fn read(folder: &Path) -> Option<State> {
        let mut state: State = serde_json::from_slice(&std::fs::read(folder.join(STATE)).ok()?).ok()?;
        // Files of the folder itself: what a state names is removed when a collection starts anew.
        state.done.retain(|_, name| Path::new(name).file_name().is_some_and(|file| file == name.as_str()));
        Some(state)
    }
}

#[cfg(feature = "live")]
impl State {
    /// Writes the state, whole.
    ///
    /// # Errors
    /// A folder that does not take it.
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let fail = |error: std::io::Error| Failure::from(format!("{}: cannot be written: {error}", folder.join(STATE).display()));
        let file = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
        serde_json::to_writer_pretty(&file, self).map_err(|error| fail(error.into()))?;
        file.persist(folder.join(STATE)).map_err(|error| fail(error.error))?;
        Ok(())
    }

    /// Goes on from an earlier run that set out to do the same and did not finish; else starts anew, without its files.
    ///
    /// # Errors
    /// When the folder belongs to another account.
    pub fn resume(self, folder: &Path) -> Result<State, Failure> {
        let earlier = State::read(folder);
        if let Some(earlier) = earlier.as_ref().filter(|earlier| earlier.account != self.account) {
            let message = format!(
                "{}: holds the inventory of account {}: give account {} a folder of its own",
                folder.display(),
                earlier.account,
                self.account
            );
            return Err(Failure::from(message));
        }
        Ok(match earlier {
            Some(earlier)
                if !earlier.finished
                    && (&earlier.account, &earlier.regions, &earlier.services) == (&self.account, &self.regions, &self.services) =>
            {
                let there = |name: &String| document::read_file(&folder.join(name)).is_ok();
                let done: BTreeMap<_, _> = earlier.done.into_iter().filter(|(_, name)| there(name)).collect();
                let incomplete = earlier.incomplete.into_iter().filter(|shard| done.contains_key(shard)).collect();
                State { done, incomplete, ..self }
            }
            Some(earlier) => {
                for name in earlier.done.values() {
                    let _ = std::fs::remove_file(folder.join(name));
                }
                self
            }
            None => self,
        })
    }
}

/// A collection that was interrupted holds less than the account: neither its folder nor a file of it is judged as if it were all.
///
/// # Errors
/// When the collection of the folder, or of the file's folder, did not finish.
pub fn check_finished(input: &Path) -> Result<(), Failure> {
    let Some(state) = State::read(folder_of(input)).filter(|state| !state.finished) else { return Ok(()) };
    let of_collection = |name: &String| input.file_name().is_some_and(|file| file == name.as_str());
    if input.is_file() && !state.done.values().any(of_collection) {
        return Ok(());
    }
    let missing = state.regions.iter().filter(|region| !state.done.contains_key(*region));
    Err(Failure::from(format!(
        "{}: its collection did not finish (missing: {}); run the same `rel9 collect` again to go on",
        input.display(),
        missing.cloned().collect::<Vec<_>>().join(", ")
    )))
}

/// Whether a folder, or the folder of a file, is a finished collection of some services only.
pub fn is_of_some_services(input: &Path) -> bool {
    State::read(folder_of(input)).is_some_and(|state| !state.services.is_empty())
}

fn folder_of(input: &Path) -> &Path {
    if input.is_dir() { input } else { output::folder_of(input) }
}
