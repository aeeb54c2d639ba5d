//! Finds files below a folder that may be templates, by extension, and folders with Terraform files. Leaves out hidden files, what
//! `.gitignore` names, and what the user excludes. Follows links inside the boundary; each target is read once.

use super::boundary::Boundary;
use super::declaration::TemplateError;
use super::file_names::{display_name, is_terraform, may_be_template};
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What was found.
#[derive(Default)]
pub struct Found {
    pub files: Vec<PathBuf>,
    /// Folders with Terraform files.
    pub modules: BTreeSet<PathBuf>,
    /// What cannot be read.
    pub unread: Vec<TemplateError>,
}

/// Searches a folder.
///
/// # Errors
/// An invalid glob to exclude.
pub fn below(folder: &Path, boundary: &Boundary, exclude: &[String]) -> Result<Found, TemplateError> {
    let mut walk = Walk {
        boundary,
        excluded: excluded(folder, exclude)?,
        found: Found::default(),
        files: BTreeMap::new(),
        links: BTreeSet::new(),
        seen: Arc::default(),
    };
    walk.through(folder);
    // Files in the folder itself take precedence over the targets of links.
    while let Some(link) = walk.links.pop_first() {
        walk.follow(&link);
    }
    let mut found = walk.found;
    found.files = walk.files.into_values().collect();
    found.files.sort();
    Ok(found)
}

/// Overrides of [`ignore`] list what is included; with `!`, what is excluded.
fn excluded(folder: &Path, exclude: &[String]) -> Result<Override, TemplateError> {
    let wrong = |what: String| TemplateError { file: "--exclude".to_owned(), at: None, what };
    let mut globs = OverrideBuilder::new(folder);
    for glob in exclude {
        if glob.is_empty() || glob.starts_with('!') {
            return Err(wrong(format!("{glob:?}: write what is to be left out, as a line of .gitignore")));
        }
        globs.add(&format!("!{glob}")).map_err(|error| wrong(error.to_string()))?;
    }
    globs.build().map_err(|error| wrong(error.to_string()))
}

struct Walk<'b> {
    boundary: &'b Boundary,
    excluded: Override,
    found: Found,
    /// By canonical path.
    files: BTreeMap<PathBuf, PathBuf>,
    links: BTreeSet<PathBuf>,
    /// The canonical paths of the folders that were searched.
    seen: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Walk<'_> {
    fn through(&mut self, folder: &Path) {
        if !self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(canonical(folder)) {
            return;
        }
        let seen = Arc::clone(&self.seen);
        // Links to each other's folders would never end.
        let is_new = move |entry: &DirEntry| {
            let is_file = entry.file_type().is_some_and(|kind| !kind.is_dir());
            is_file || seen.lock().unwrap_or_else(PoisonError::into_inner).insert(canonical(entry.path()))
        };
        for entry in WalkBuilder::new(folder).overrides(self.excluded.clone()).filter_entry(is_new).build() {
            match entry {
                Ok(entry) => self.entry(&entry),
                Err(error) => {
                    let file = path_of(&error).map_or_else(|| display_name(folder), display_name);
                    let what = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    self.found.unread.push(TemplateError { file, at: None, what: format!("cannot be read: {what}") });
                }
            }
        }
    }

    fn entry(&mut self, entry: &DirEntry) {
        let (path, kind) = (entry.path(), entry.file_type());
        if entry.depth() == 0 || kind.is_some_and(|kind| kind.is_dir()) {
            return;
        }
        if kind.is_some_and(|kind| kind.is_symlink()) {
            self.links.insert(path.to_owned());
        } else {
            self.file(path);
        }
    }

    /// Adds a file that may be a template.
    fn file(&mut self, path: &Path) {
        if is_terraform(path) {
            // The module reports its unreadable files.
            self.found.modules.extend(path.parent().map(Path::to_owned));
        } else if may_be_template(path) {
            match self.boundary.file(path) {
                Ok(canonical) => drop(self.files.entry(canonical).or_insert_with(|| path.to_owned())),
                Err(refused) => self.unread(path, refused.to_string()),
            }
        }
    }

    fn follow(&mut self, link: &Path) {
        match self.boundary.folder(link) {
            Ok(_) => self.through(link),
            Err(_) if is_terraform(link) || may_be_template(link) => self.file(link),
            // A broken link is ignored.
            Err(refused) if link.is_dir() => self.unread(link, refused.to_string()),
            Err(_) => {}
        }
    }

    fn unread(&mut self, path: &Path, what: String) {
        self.found.unread.push(TemplateError { file: display_name(path), at: None, what });
    }
}

fn canonical(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}
