//! Files that a template names. They are read only if they are files of a size that a template can have.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use super::tree::MAX_BYTES;

/// The text of a file, or why there is none.
pub fn read(path: &Path) -> Result<String, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    // A pipe or a device may never end.
    if !metadata.is_file() {
        return Err("is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(|error| error.to_string())?;
    if bytes.len() > MAX_BYTES {
        return Err(format!("larger than {} MiB", MAX_BYTES >> 20));
    }
    String::from_utf8(bytes).map_err(|error| format!("not UTF-8 from byte {} on", error.utf8_error().valid_up_to()))
}

/// The file that `relative` names in the folder of `file`; `name` is `file` for people. Gives its path and its name.
pub fn beside(file: &Path, name: &str, relative: &str) -> (PathBuf, String) {
    let relative = relative.strip_prefix("file://").unwrap_or(relative);
    let path = file.parent().unwrap_or(Path::new("")).join(relative);
    let joined = Path::new(name).parent().unwrap_or(Path::new("")).join(relative);
    let mut parts: Vec<String> = Vec::new();
    let mut root = "";
    for component in joined.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            Component::ParentDir if parts.last().is_some_and(|last| last != "..") => {
                parts.pop();
            }
            Component::ParentDir => parts.push("..".to_owned()),
            Component::RootDir => root = "/",
            Component::Prefix(prefix) => parts.push(prefix.as_os_str().to_string_lossy().into_owned()),
            Component::CurDir => {}
        }
    }
    (path, format!("{root}{}", parts.join("/")))
}

/// Whether a `TemplateURL` names a file beside the template, not something in S3 or in a repository of applications.
pub fn is_local(url: &str) -> bool {
    !url.is_empty() && (url.starts_with("file://") || !url.contains("://")) && !url.starts_with("arn:")
}
