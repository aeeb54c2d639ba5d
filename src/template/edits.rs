//! Where the files of templates take changes: finds the slot of a property in the file that declares it. Changes nothing.

use super::boundary::Boundary;
use super::outline::{Found, Outlined, line_break};
use super::{cloudformation, terraform};
use crate::inventory::edit::{Slot, Slots, Step};
use crate::inventory::encoding::decode;
use crate::inventory::{Declared, Place, Syntax};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Maximum size of a file that is outlined: CloudFormation takes templates of 1 MB.
const LARGEST: u64 = 4 << 20;

/// How many files are kept: those of the stacks that the threads judge now. There may be more files than fit in memory.
const KEPT: usize = 64;

/// The files of an audit, each read when a finding needs it.
#[derive(Default)]
pub struct Files {
    read: Mutex<HashMap<Arc<str>, Option<Arc<File>>>>,
}

struct File {
    text: String,
    /// Where each line starts.
    lines: Vec<usize>,
    line_break: &'static str,
    resources: Vec<Outlined>,
}

impl Files {
    fn file(&self, declared: &Declared) -> Option<Arc<File>> {
        let known = || self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = known().get(&declared.file) {
            return file.clone();
        }
        // Other threads go on meanwhile. Two that need the same file read it twice.
        let file = File::read(declared).map(Arc::new);
        let mut known = known();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(Arc::clone(&declared.file), file.clone());
        file
    }
}

impl Slots for Files {
    fn slot(&self, declared: &Declared, name: &str, path: &[Step]) -> Option<Slot> {
        let file = self.file(declared)?;
        // The file may have changed since the template was read.
        let is_it = |resource: &&Outlined| resource.name == name && file.place(resource.start) == declared.at;
        let resource = file.resources.iter().find(is_it)?;
        let line_break = file.line_break;
        Some(match resource.body.find(path)? {
            Found::Value(range) => Slot {
                start: file.place(range.start),
                end: file.place(range.end),
                missing: 0,
                before: String::new(),
                after: String::new(),
                indent: None,
                line_break,
                align: 0,
            },
            Found::Missing(insertion, missing) => Slot {
                start: file.place(insertion.at.start),
                end: file.place(insertion.at.end),
                missing,
                before: insertion.before.clone(),
                after: insertion.after.clone(),
                indent: insertion.indent.clone(),
                line_break,
                align: insertion.align,
            },
        })
    }
}

impl File {
    fn read(declared: &Declared) -> Option<File> {
        let path = Path::new(&*declared.file);
        let text = decode(Boundary::around(path).read(path, LARGEST).ok()?).ok()?;
        // Columns of the first line would count the mark.
        if text.starts_with('\u{feff}') {
            return None;
        }
        let resources = match declared.written.syntax {
            Syntax::Hcl if is_configuration(&declared.file) && !terraform::has_overrides(path) => terraform::outline(&text),
            Syntax::Yaml => cloudformation::outline(&text, false),
            Syntax::Json => cloudformation::outline(&text, true),
            Syntax::Hcl | Syntax::TerraformJson => return None,
        };
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Some(File { lines, line_break: line_break(&text), resources, text })
    }

    /// Line and column, in characters, of a byte.
    fn place(&self, at: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let before = self.text.get(start..at).unwrap_or_default();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Place { line: count(line), column: count(before.chars().count() + 1) }
    }
}

/// Whether a file is a configuration, not a plan or a state. Terraform downloads modules into `.terraform`: a change there would be lost.
fn is_configuration(file: &str) -> bool {
    (file.ends_with(".tf") || file.ends_with(".tofu")) && !file.split('/').any(|folder| folder == ".terraform")
}
