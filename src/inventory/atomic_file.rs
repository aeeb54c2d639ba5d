//! Files that are written whole or not at all, and survive a power failure: the content goes to a temporary file, which is then renamed.

use std::fs::File;
use std::io;
use std::path::Path;
use tempfile::NamedTempFile;

/// The folder of a file, which need not exist.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// An empty temporary file in the folder of `path`, readable only by its owner. [`put_in_place`] moves it to `path`.
///
/// # Errors
/// The folder is not writable.
pub fn beside(path: &Path) -> io::Result<NamedTempFile> {
    NamedTempFile::new_in(folder_of(path))
}

/// Moves a written file to `path`. It synchronises the content before the rename and the folder after it: a rename that reaches the disk before
/// the content leaves an empty file after a power failure, and a rename in an unsynchronised folder can be lost (fsync(2), rename(2)).
///
/// # Errors
/// A failed write; `path` is then unchanged.
pub fn put_in_place(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder_of(path))
}

/// Synchronises a folder, so that the names in it last. File systems that cannot synchronise a folder return `EINVAL` (fsync(2)).
///
/// # Errors
/// A failed write.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(()); // only Unix opens folders as files
    }
    match File::open(folder)?.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}
