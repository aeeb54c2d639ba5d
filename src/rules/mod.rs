//! Declarative rules: loads, checks and runs them. May not know AWS SDK types or reports; contains the logic of no rule.

pub mod answers;
mod budget;
pub mod compile;
pub mod docs;
pub mod engine;
pub mod evidence;
pub mod expr;
mod extensions;
mod fact_paths;
pub mod fix;
mod fix_check;
pub mod format;
mod functions;
pub mod literals;
pub mod objective;
mod rewrite;
mod rule;
pub mod schema_shape;
pub mod selftest;
pub mod sources;
pub mod text;
mod typecheck;
pub mod value;
pub mod variables;

use crate::inventory::declarable::Declarables;
use crate::inventory::encoding::decode;
pub use compile::{Care, Mistake};
pub use format::{BestPractice, Severity};
pub use rule::{Rule, TemplateRemediation};

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// The built-in rule files: path and text.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rules of an audit, by id.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: BTreeMap<String, Rule>,
    digest: Sha256,
}

impl RuleSet {
    /// The built-in rules, with those of `folders` added; a rule with the id of a built-in one replaces it.
    ///
    /// # Errors
    /// Every mistake in the rule files, with file and line.
    pub fn load(folders: &[impl AsRef<Path>]) -> Result<Self, Vec<Mistake>> {
        let mut set = Self::built_in(Care::Trusted)?;
        for folder in folders {
            set.add(read_folder(folder.as_ref())?, Care::Checked)?;
        }
        Ok(set)
    }

    /// The built-in rules.
    ///
    /// # Errors
    /// Every mistake in them, when they are checked.
    pub fn built_in(care: Care) -> Result<Self, Vec<Mistake>> {
        let mut set = RuleSet::default();
        set.add(BUILT_IN.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(), care)?;
        Ok(set)
    }

    /// The rules of folders without the built-in ones.
    ///
    /// # Errors
    /// Every mistake in the rule files, with file and line.
    pub fn of_folders(folders: &[impl AsRef<Path>]) -> Result<Self, Vec<Mistake>> {
        let mut set = RuleSet::default();
        for folder in folders {
            set.add(read_folder(folder.as_ref())?, Care::Checked)?;
        }
        Ok(set)
    }

    fn add(&mut self, files: Vec<(String, String)>, care: Care) -> Result<(), Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let compiled: Vec<_> = files.par_iter().map(|(path, text)| compile::rule(path, text, care)).collect();
        for (result, (path, text)) in compiled.into_iter().zip(&files) {
            self.digest.update(text.as_bytes());
            match result {
                Ok(rule) => {
                    if let Some(other) = seen.insert(rule.id.clone(), path.clone()) {
                        mistakes.push(Mistake {
                            file: path.clone(),
                            line: rule.file.id.referenced.line(),
                            what: format!("rule `{}` is also in {other}", rule.id),
                        });
                    }
                    self.rules.insert(rule.id.clone(), rule);
                }
                Err(found) => mistakes.extend(found),
            }
        }
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
    }

    /// The rules by id.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// Checks the fixes of the rules against what templates can declare.
    ///
    /// # Errors
    /// Every property and reference of a fix that does not exist, with file and line.
    pub fn check_fixes(&self, declarables: &Declarables) -> Result<(), Vec<Mistake>> {
        let mistakes: Vec<Mistake> = self.iter().flat_map(|rule| fix_check::mistakes(rule, declarables)).collect();
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
    }

    /// A rule by its id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// The rule id nearest to a wrong one.
    pub fn nearest(&self, wrong: &str) -> Option<&str> {
        schema_shape::nearest(wrong, self.rules.keys().map(String::as_str))
    }

    /// `sha256:` and the digest of all rule texts.
    pub fn digest(&self) -> String {
        format!("sha256:{}", hex(&self.digest.clone().finalize()))
    }
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Maximum bytes of a rule or policy file.
const LARGEST_FILE: u64 = 4 << 20;

/// The text of a rule or policy file.
///
/// # Errors
/// Why it cannot be read, with the line that is not valid text.
pub fn read_text(path: &Path) -> Result<String, Mistake> {
    let wrong = |line: u32, what: String| Mistake { file: path.display().to_string(), line: line.into(), what };
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes));
    read.map_err(|error| wrong(0, format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(wrong(0, format!("is larger than {} MiB", LARGEST_FILE >> 20)));
    }
    decode(bytes).map_err(|error| wrong(error.line, error.what))
}

/// The `.yaml` files below a folder, sorted.
fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, Vec<Mistake>> {
    let fail = |path: &Path, what: String| vec![Mistake { file: path.display().to_string(), line: 0, what }];
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        let entries = std::fs::read_dir(&next).map_err(|error| fail(&next, format!("cannot be read: {error}")))?;
        for entry in entries {
            let path = entry.map_err(|error| fail(&next, format!("cannot be read: {error}")))?.path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                let text = read_text(&path).map_err(|mistake| vec![mistake])?;
                files.push((path.display().to_string(), text));
            }
        }
    }
    if files.is_empty() {
        return Err(fail(folder, "contains no rules: rules are .yaml or .yml files".to_owned()));
    }
    files.sort();
    Ok(files)
}
