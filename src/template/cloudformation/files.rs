//! Files that a template names.

use std::path::{Component, Path, PathBuf};

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
