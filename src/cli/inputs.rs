//! The files that a run reads, so that no report overwrites them.

use crate::inventory::atomic_file::folder_of;
use crate::report::markdown;
use crate::template::{file_names, sources};
use ignore::WalkBuilder;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The files and folders that a run reads.
#[derive(Default)]
pub struct Inputs {
    /// The role of each in the run, and its path.
    files: Vec<(&'static str, PathBuf)>,
    folders: Vec<PathBuf>,
}

impl Inputs {
    /// Adds a file or folder; `what` is its role in the run.
    pub fn add(&mut self, what: &'static str, path: &Path) {
        if path.is_dir() {
            self.folders.push(path.to_owned());
        } else {
            self.files.push((what, path.to_owned()));
        }
    }

    /// Adds a template file: files next to it may be part of it (modules, nested templates).
    pub fn add_template(&mut self, path: &Path) {
        self.add("an input", path);
        if path.is_file() {
            self.folders.push(folder_of(path).to_owned());
        }
    }

    /// Why a report must not be written to a path: the run reads that file, possibly by another name.
    pub fn refuses(&self, output: &Path) -> Option<String> {
        let there = Identity::from_path(output)?;
        let is_it = |path: &Path| Identity::from_path(path).is_some_and(|identity| identity == there);
        let refusal =
            |what: &str| Some(format!("{}: is {what}: a report would overwrite it; give the report its own file", output.display()));
        if let Some((what, _)) = self.files.iter().find(|(_, path)| is_it(path)) {
            return refusal(&format!("{what} of this run"));
        }
        if file_names::is_named_as_source(output) {
            return refusal("a template, a policy or a part of one by its name");
        }
        if is_report(output) || !output.is_file() {
            return None;
        }
        if sources::holds_template(output) {
            return refusal("a template");
        }
        // Another name of a file in the folders: a link. Reports rarely replace anything but reports, so few runs search.
        let in_folders = self.folders.iter().flat_map(|folder| WalkBuilder::new(folder).standard_filters(false).follow_links(true).build());
        let same = in_folders.flatten().find(|entry| may_be_input(entry.path()) && is_it(entry.path()));
        same.and_then(|entry| refusal(&format!("{}, which this run reads", entry.path().display())))
    }
}

fn may_be_input(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let json_or_inventory = [".json", ".ndjson", ".ndjson.gz", ".ndjson.zst"].iter().any(|end| name.ends_with(end));
    json_or_inventory || file_names::is_named_as_source(path)
}

/// Whether a file is a report of an earlier run, which may be replaced: every format names the question or the best practices of REL 9 near its
/// beginning, except an empty list of findings.
fn is_report(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(1 << 16).read_to_end(&mut start));
    let has = |word: &[u8]| start.windows(word.len()).any(|part| part == word);
    let of_rel9 = matches!(start.trim_ascii(), b"" | b"[]") || has(b"REL09-BP") || has(b"rel9.findings/1") || has(b"backing-up-data");
    // A Markdown report may quote a template as a fix.
    read.is_ok() && of_rel9 && (start.starts_with(markdown::HEADING.as_bytes()) || !sources::holds_template(path))
}

/// The identity of a file under any name: links and `./sub/../` lead to the same file.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone)]
pub struct Identity {
    #[cfg(unix)]
    place: (u64, u64),
    #[cfg(not(unix))]
    place: PathBuf,
}

impl Identity {
    /// The identity of a file that exists.
    pub fn from_path(path: &Path) -> Option<Identity> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let found = fs::metadata(path).ok()?;
            Some(Identity { place: (found.dev(), found.ino()) })
        }
        #[cfg(not(unix))]
        Some(Identity { place: fs::canonicalize(path).ok()? })
    }
}
