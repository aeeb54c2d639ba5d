//! Files that appear whole or not at all, and stay after a power cut: written beside their place, then renamed into it.

use std::fs::File;
use std::io;
use std::path::Path;
use tempfile::NamedTempFile;

/// The folder that a file is in, or would be.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// An empty file in the folder of `path`, for its owner alone, which [`put_in_place`] moves there.
///
/// # Errors
/// A folder that takes no file.
pub fn beside(path: &Path) -> io::Result<NamedTempFile> {
    NamedTempFile::new_in(folder_of(path))
}

/// Moves a written file to `path`. Content first, then the name: a rename that reaches the disk before the content leaves an empty file
/// after a power cut, and one whose folder is not synchronised can be lost (fsync(2), rename(2)).
///
/// # Errors
/// A disk that does not take it; `path` is as it was before, then.
pub fn put_in_place(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder_of(path))
}

/// Makes the names in a folder last. File systems that cannot do that for a folder say `EINVAL` (fsync(2)).
///
/// # Errors
/// A disk that fails.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(()); // only Unix opens folders as files
    }
    match File::open(folder)?.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}
