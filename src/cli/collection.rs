//! The state of a collection, stored in its folder: what it set out to read and what is done, so that the next run can continue, and an
//! unfinished collection is not judged.
//!
//! At any time, the state on disk names only complete files, or says that the collection is not finished.

use super::exit::Failure;
#[cfg(any(feature = "live", test))]
use crate::inventory::atomic_file;
use crate::inventory::atomic_file::folder_of;
use crate::inventory::document;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;

/// The state file, in the folder of the collection.
const STATE: &str = "rel9-collect.json";

/// Locked while a collection writes to its folder. Never removed: otherwise, two collections could lock two files of that name.
#[cfg(any(feature = "live", test))]
const LOCK: &str = ".rel9-collect.lock";

/// What a collection set out to read, and what is done.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct State {
    pub account: String,
    /// Its shards: Regions, and `global`.
    pub regions: Vec<String>,
    /// The requested Regions; all enabled ones when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_regions: Option<Vec<String>>,
    /// All services when empty.
    pub services: Vec<String>,
    /// The profile of the AWS configuration files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Shard to its file, for those that are done.
    pub done: BTreeMap<String, String>,
    /// Files of an earlier collection of the same scope that are about to be removed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub outdated: BTreeSet<String>,
    /// Those in which calls were denied or failed.
    #[serde(default)]
    pub incomplete: BTreeSet<String>,
    pub finished: bool,
}

impl State {
    /// The state of a folder; `None` when it has none.
    ///
    /// # Errors
    /// The state cannot be read, so that it is unknown whether the folder is complete.
    fn read(folder: &Path) -> Result<Option<State>, Failure> {
        let path = folder.join(STATE);
        let fail = |why: String| {
            let path = path.display();
            Failure::from(format!("{path}: {why}: it is unknown whether the collection is complete; collect again into a new folder"))
        };
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fail(format!("cannot be read: {error}"))),
        };
        if text.trim_ascii().is_empty() {
            return Err(fail("is empty".to_owned()));
        }
        let state: State =
            serde_json::from_slice(&text).map_err(|error| fail(format!("is not a state file of `rel9 collect`: {error}")))?;
        // The files that a state names are read as part of the collection, and removed when the collection starts over.
        match state.done.values().chain(&state.outdated).find(|name| Path::new(name).file_name().is_none_or(|file| file != name.as_str())) {
            Some(name) => Err(fail(format!("names {name:?}, which is not a file in the folder itself"))),
            None => Ok(Some(state)),
        }
    }

    /// Shards of the collection whose file is missing, with the name of the file if it has one.
    fn missing(&self, folder: &Path) -> Vec<String> {
        let is_there = |name: &String| folder.join(name).is_file();
        let lost = |shard: &String| match self.done.get(shard) {
            Some(name) if is_there(name) => None,
            Some(name) => Some(format!("{shard} ({name})")),
            None => Some(shard.clone()),
        };
        let beyond = self.done.keys().filter(|shard| !self.regions.contains(shard));
        self.regions.iter().chain(beyond).filter_map(lost).collect()
    }
}

#[cfg(any(feature = "live", test))]
impl State {
    /// The file of a shard.
    pub fn file_name(&self, shard: &str) -> String {
        format!("{}.{shard}.ndjson.zst", self.account)
    }

    /// Writes the state, atomically and durably.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let path = folder.join(STATE);
        let write = || {
            let file = atomic_file::beside(&path)?;
            serde_json::to_writer_pretty(file.as_file(), self)?;
            atomic_file::put_in_place(file, &path)
        };
        write().map_err(|error| Failure::from(format!("{}: cannot be written: {error}", path.display())))
    }

    /// Prepares the folder for this collection: continues an unfinished run of the same scope, else starts over and removes its files. The
    /// state on disk is updated before anything is removed.
    ///
    /// # Errors
    /// A folder that belongs to a collection of another scope, whose state cannot be read, or that holds other inventory files.
    pub fn begin(self, folder: &Path) -> Result<State, Failure> {
        let earlier = State::read(folder)?;
        if let Some(earlier) = &earlier {
            self.check_scope(earlier, folder)?;
        } else if let Some(file) = document::files_in(folder)?.first() {
            let message = format!(
                "{}: already has inventory files ({}) but no {STATE}: collect into an empty folder",
                folder.display(),
                file.display()
            );
            return Err(Failure::from(message));
        }
        let mut state = self;
        if let Some(earlier) = earlier {
            state.outdated.clone_from(&earlier.outdated);
            // A killed run may have written a file that is not in the state.
            state.outdated.extend(earlier.regions.iter().map(|shard| earlier.file_name(shard)));
            let resumes = !earlier.finished && earlier.regions == state.regions;
            for (shard, name) in earlier.done {
                if resumes && document::read_file(&folder.join(&name)).is_ok() {
                    if earlier.incomplete.contains(&shard) {
                        state.incomplete.insert(shard.clone());
                    }
                    state.outdated.remove(&name);
                    state.done.insert(shard, name);
                } else {
                    state.outdated.insert(name);
                }
            }
        }
        state.write(folder)?;
        for name in std::mem::take(&mut state.outdated) {
            let path = folder.join(name);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(Failure::from(format!("{}: cannot be removed: {error}", path.display())));
                }
                _ => {}
            }
        }
        atomic_file::sync_folder(folder).map_err(|error| format!("{}: cannot be written: {error}", folder.display()))?;
        state.write(folder)?;
        Ok(state)
    }

    /// One folder, one scope: the files of two scopes would be judged as one account.
    fn check_scope(&self, earlier: &State, folder: &Path) -> Result<(), Failure> {
        if earlier.account != self.account {
            return Err(Failure::from(format!(
                "{}: holds the inventory of account {}: give account {} its own folder",
                folder.display(),
                earlier.account,
                self.account
            )));
        }
        let list = |names: &[String]| if names.is_empty() { "all".to_owned() } else { names.join(", ") };
        let regions = |state: &State| list(state.asked_regions.as_deref().unwrap_or_default());
        let profile = |state: &State| state.profile.clone().unwrap_or_else(|| "none".to_owned());
        let parts = [
            ("Regions", regions(earlier), regions(self)),
            ("services", list(&earlier.services), list(&self.services)),
            ("profile", profile(earlier), profile(self)),
        ];
        match parts.iter().find(|(_, then, now)| then != now) {
            None => Ok(()),
            Some((what, then, now)) => Err(Failure::from(format!(
                "{}: holds a collection of another scope ({what}: {then}; now: {now}): give this one its own folder",
                folder.display()
            ))),
        }
    }
}

/// Holds the folder for one collection until it is dropped, or the process ends.
///
/// # Errors
/// Another collection holds it; a file system without locks.
#[cfg(any(feature = "live", test))]
pub fn lock(folder: &Path) -> Result<std::fs::File, Failure> {
    use std::fs::{OpenOptions, TryLockError};
    let path = folder.join(LOCK);
    let cannot = |what: &str, error: std::io::Error| Failure::from(format!("{}: {what}: {error}", path.display()));
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(|error| cannot("cannot be opened", error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::from(format!("{}: another `rel9 collect` is writing to it: wait until it ends", folder.display())))
        }
        Err(TryLockError::Error(error)) => Err(cannot("cannot be locked", error)),
    }
}

/// Rejects incomplete collections: a folder with missing files, and a folder or file of a collection that did not finish.
///
/// # Errors
/// What is missing; a state that cannot be read.
pub fn check_finished(input: &Path) -> Result<(), Failure> {
    let folder = folder_of_input(input);
    let by_name = input.is_file();
    if by_name && !document::is_inventory(input) {
        return Ok(());
    }
    let Some(state) = State::read(folder)? else { return Ok(()) };
    if by_name && !state.done.values().any(|name| input.file_name().is_some_and(|file| file == name.as_str())) {
        return Ok(());
    }
    let missing = state.missing(folder);
    let what = match (state.finished, by_name) {
        (true, true) => return Ok(()),
        (true, false) if missing.is_empty() => return Ok(()),
        (true, false) => {
            format!("files of the collection are missing: {}; restore them, or run `rel9 collect` again", missing.join(", "))
        }
        (false, _) if missing.is_empty() => "its collection did not finish; run the same `rel9 collect` again to continue".to_owned(),
        (false, _) => {
            let missing = missing.join(", ");
            format!("its collection did not finish (missing: {missing}); run the same `rel9 collect` again to continue")
        }
    };
    Err(Failure::from(format!("{}: {what}", input.display())))
}

/// Whether a folder, or the folder of a file, is a finished collection of some services only.
pub fn is_of_some_services(input: &Path) -> bool {
    State::read(folder_of_input(input))
        .ok()
        .flatten()
        .is_some_and(|state| !state.services.is_empty() && !state.services.iter().any(|service| service == "all"))
}

/// Whether a folder, or the folder of a file, is a finished collection of some Regions only.
pub fn is_of_some_regions(input: &Path) -> bool {
    State::read(folder_of_input(input)).ok().flatten().is_some_and(|state| state.asked_regions.is_some())
}

fn folder_of_input(input: &Path) -> &Path {
    if input.is_dir() { input } else { folder_of(input) }
}

#[cfg(test)]
mod tests;
