//! Files that a template names.

use std::path::{Component, Path, PathBuf};

/// The path of the file that `relative` names, starting at the folder of `file`, and its name in messages; `name` is that of `file`.
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

/// Whether a `TemplateURL` names a local file, not an object in S3 or an application of a repository.
pub fn is_local(url: &str) -> bool {
    !url.is_empty() && (url.starts_with("file://") || !url.contains("://")) && !url.starts_with("arn:")
}
