//! The file of a ledger, read and appended to under a lock, so that concurrent audits do not corrupt it.

use crate::audit::ledger::{Broken, Chain, Entry};
use crate::cli::output;
use crate::inventory::atomic_file::{folder_of, sync_folder};
use chrono::{DateTime, Utc};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Programs hold the lock only while they read and write the file.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Reads a ledger.
///
/// # Errors
/// A file that cannot be read, or whose chain is broken: with the line.
pub fn read(path: &Path) -> Result<Chain, String> {
    check_kind(path)?;
    let mut file = File::open(path).map_err(|error| told(path, "cannot be opened", &error))?;
    lock(path, || file.try_lock_shared())?;
    contents(path, &mut file)
}

/// Reads a ledger that will be appended to; a missing one is empty. Checks early that it can be written.
///
/// # Errors
/// As [`read`], and a file that cannot be written.
pub fn prepare(path: &Path) -> Result<Chain, String> {
    if path.exists() {
        check_kind(path)?;
        OpenOptions::new().append(true).open(path).map_err(|error| told(path, "cannot be written", &error))?;
        return read(path);
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(format!("{}: the folder {} does not exist", path.display(), folder.display()));
    }
    output::temporary_file(folder).map_err(|error| told(path, "cannot be written", &error))?;
    Ok(Chain::default())
}

/// Appends entries that are new to the ledger, all or none. `known_head` is the head of the chain when it was read: the chain must still
/// contain it.
///
/// # Errors
/// As [`prepare`].
pub fn append(path: &Path, known_head: &str, drafts: Vec<Entry>, recorded_at: DateTime<Utc>) -> Result<Chain, String> {
    change(path, |chain| {
        if chain.entries_after(known_head).is_none() {
            return Err(format!("{}: is no longer the ledger that was read before: it does not contain {known_head}", path.display()));
        }
        Ok(chain.extend(drafts, recorded_at))
    })
}

/// Creates the ledger if it is missing, and appends the lines that `with` adds to its chain.
///
/// # Errors
/// As [`prepare`], and those of `with`, after which nothing is written.
pub fn change(path: &Path, with: impl FnOnce(&mut Chain) -> Result<String, String>) -> Result<Chain, String> {
    make(path)?;
    check_kind(path)?;
    let cannot = |error: io::Error| told(path, "cannot be written", &error);
    let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(cannot)?;
    lock(path, || file.try_lock())?;
    let mut chain = contents(path, &mut file)?;
    let added = with(&mut chain)?;
    if added.is_empty() {
        return Ok(chain);
    }
    let end = file.seek(SeekFrom::End(0)).map_err(cannot)?;
    if let Err(error) = file.write_all(added.as_bytes()).and_then(|()| file.sync_all()) {
        // A partial line would break the chain.
        let _ = file.set_len(end);
        return Err(cannot(error));
    }
    Ok(chain)
}

/// Creates a ledger without entries if it is missing. The file appears with its header, so that no program reads an empty file.
fn make(path: &Path) -> Result<(), String> {
    if path.exists() {
        return Ok(());
    }
    let cannot = |error: io::Error| told(path, "cannot be written", &error);
    let mut file = output::temporary_file(folder_of(path)).map_err(cannot)?;
    file.as_file_mut().write_all(Chain::empty_text().as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(cannot)?;
    match file.persist_noclobber(path) {
        Err(failed) if failed.error.kind() != ErrorKind::AlreadyExists => Err(cannot(failed.error)),
        // Another audit may have been faster.
        _ => sync_folder(folder_of(path)).map_err(cannot),
    }
}

/// Rejects folders, pipes and devices; opening some of them would block.
fn check_kind(path: &Path) -> Result<(), String> {
    let kind = std::fs::metadata(path).map_err(|error| told(path, "cannot be opened", &error))?;
    if kind.is_dir() {
        return Err(format!("{}: is a folder, not a ledger", path.display()));
    }
    if kind.is_file() { Ok(()) } else { Err(format!("{}: is not a regular file", path.display())) }
}

fn contents(path: &Path, file: &mut File) -> Result<Chain, String> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| told(path, "cannot be read", &error))?;
    Chain::parse(&bytes).map_err(|broken: Broken| match broken.line {
        0 => format!("{}: {broken}", path.display()),
        line => format!("{}:{line}: {broken}", path.display()),
    })
}

fn lock(path: &Path, attempt: impl Fn() -> Result<(), TryLockError>) -> Result<(), String> {
    let end = Instant::now() + LONGEST_WAIT;
    loop {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(told(path, "cannot be locked", &error)),
            Err(TryLockError::WouldBlock) if Instant::now() >= end => {
                return Err(format!("{}: another program has locked it for {} s", path.display(), LONGEST_WAIT.as_secs()));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn told(path: &Path, what: &str, error: &io::Error) -> String {
    format!("{}: {what}: {error}", path.display())
}
