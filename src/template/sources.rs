//! Reads the templates of an input: a file, a folder or standard input. Templates that another template nests are not read on their own.

use super::boundary::{Boundary, Refused};
use super::declaration::{Declaration, Parsed, TemplateError};
use super::file_names::{display_name, is_terraform};
use super::parse;
use super::{Options, inventory, walk};
use crate::inventory::Shard;
use crate::inventory::atomic_file::folder_of;
use crate::inventory::encoding::decode;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Maximum size of a template: CloudFormation takes 1 MB, and Terraform plans of whole organisations stay below this.
const LARGEST: u64 = 256 << 20;

/// Standard input.
const STDIN: &str = "-";

/// The result of reading an input.
pub struct Found<T> {
    /// The result for each stack, in the order of the paths.
    pub stacks: Vec<T>,
    /// Files of a folder that are or may be templates and that cannot be read, in the order of the paths.
    pub unread: Vec<TemplateError>,
    /// Problems of templates that were read nevertheless, in the order of the paths.
    pub warnings: Vec<TemplateError>,
}

/// One stack: a template with its nested templates, a plan, or a root module.
struct Source {
    /// The input files; the modules and nested templates that it reads are other files.
    files: BTreeSet<String>,
    parsed: Parsed,
}

/// A stack after `then` was called with it.
struct Done<T> {
    files: BTreeSet<String>,
    /// The other files that it reads; see [`without_parts`].
    parts: BTreeSet<String>,
    warnings: Vec<TemplateError>,
    result: T,
}

/// Reads the templates at `path`: a template, a plan or state, a `.tf` file (which stands for its folder), `-` for standard input, or a
/// folder with any of these. Calls `then` with each stack, from any thread, and drops the stack. A folder without templates gives no
/// stacks.
///
/// # Errors
/// An input that was given by name and is not a template, or cannot be read.
pub fn read<T: Send>(path: &Path, options: &Options, then: &(impl Fn(Shard) -> T + Sync)) -> Result<Found<T>, TemplateError> {
    let source = if path.as_os_str() == STDIN {
        source_named(path, stdin()?, options, &Boundary::around(Path::new(".")))?
    } else if path.is_dir() {
        return read_folder(path, options, then);
    } else {
        let boundary = Boundary::around(path);
        let unread = |refused: Refused| TemplateError { file: display_name(path), at: None, what: format!("{refused}{}", hint(path)) };
        if is_terraform(path) {
            let named = boundary.file(path).map_err(unread)?;
            let folder = folder_of(path);
            let source = source_of_module(folder, options, &boundary)?;
            let is_named = |file: &str| Path::new(file).canonicalize().is_ok_and(|file| file == named);
            match source.unread().into_iter().find(|unread| is_named(&unread.file)) {
                Some(error) => return Err(error),
                None => source,
            }
        } else {
            let bytes = boundary.read(path, LARGEST).map_err(unread)?;
            source_named(path, bytes, options, &boundary)?
        }
    };
    let Parsed { declarations, warnings } = source.parsed;
    Ok(Found { stacks: vec![then(inventory::shard(&declarations, options))], unread: Vec::new(), warnings: in_order(warnings) })
}

/// What to do instead, for a pipe of a shell or a link.
fn hint(path: &Path) -> &'static str {
    match path.metadata() {
        Ok(found) if !found.is_file() && !found.is_dir() => "; give it to rel9 on standard input, as `-`",
        Ok(_) if path.is_symlink() => "; give the file that the link leads to",
        _ => "",
    }
}

/// The template in a file that was given by name.
fn source_named(path: &Path, bytes: Vec<u8>, options: &Options, boundary: &Boundary) -> Result<Source, TemplateError> {
    let what = parse::why_unknown(&bytes);
    source_in(path, bytes, options, boundary)?.ok_or_else(|| TemplateError { file: display_name(path), at: None, what: what.to_owned() })
}

/// The template in a file; `None` for a file that does not claim to be one.
fn source_in(path: &Path, bytes: Vec<u8>, options: &Options, boundary: &Boundary) -> Result<Option<Source>, TemplateError> {
    let name = if path.as_os_str() == STDIN { STDIN.to_owned() } else { display_name(path) };
    let parsed = parse::file(path, &name, bytes, options, boundary)?;
    Ok(parsed.map(|parsed| Source { files: BTreeSet::from([name]), parsed }))
}

fn source_of_module(folder: &Path, options: &Options, boundary: &Boundary) -> Result<Source, TemplateError> {
    let name = display_name(folder);
    let parsed = parse::module(folder, &name, options, boundary)?;
    Ok(Source { files: BTreeSet::from([name]), parsed })
}

/// Reads every template below a folder. Broken ones are reported; the others are read.
fn read_folder<T: Send>(folder: &Path, options: &Options, then: &(impl Fn(Shard) -> T + Sync)) -> Result<Found<T>, TemplateError> {
    let boundary = Boundary::around(folder);
    let mut found = walk::below(folder, &boundary, &options.exclude)?;
    let read = |source: Source| match source.is_unread() {
        true => Err(source.unread()),
        false => Ok(Done {
            parts: source.parts(),
            files: source.files,
            result: then(inventory::shard(&source.parsed.declarations, options)),
            warnings: source.parsed.warnings,
        }),
    };
    let template = |path: &PathBuf| {
        let unread = |refused: Refused| vec![TemplateError { file: display_name(path), at: None, what: refused.to_string() }];
        let bytes = boundary.read(path, LARGEST).map_err(unread)?;
        source_in(path, bytes, options, &boundary).map_err(|error| vec![error])?.map(read).transpose()
    };
    let templates: Vec<Result<Option<Done<T>>, Vec<TemplateError>>> = found.files.par_iter().map(template).collect();
    let module = |folder: &PathBuf| source_of_module(folder, options, &boundary).map_err(|error| vec![error]).and_then(read);
    let modules: Vec<Result<Done<T>, Vec<TemplateError>>> = found.modules.par_iter().map(module).collect();
    let (mut stacks, mut warnings) = (Vec::new(), Vec::new());
    for stack in templates.into_iter().filter_map(Result::transpose).chain(modules) {
        match stack {
            Ok(mut stack) => {
                warnings.append(&mut stack.warnings);
                stacks.push(stack);
            }
            Err(errors) => found.unread.extend(errors),
        }
    }
    Ok(Found { stacks: without_parts(stacks), unread: in_order(found.unread), warnings: in_order(warnings) })
}

/// Sorted, without duplicates: several modules may call a broken module, and a nested template is read by its parent and alone.
fn in_order(mut errors: Vec<TemplateError>) -> Vec<TemplateError> {
    errors.sort();
    errors.dedup();
    errors
}

impl Source {
    /// The errors of its files that cannot be read.
    fn unread(&self) -> Vec<TemplateError> {
        self.parsed.declarations.iter().filter_map(Declaration::unread_file).collect()
    }

    /// Whether none of its files can be read.
    fn is_unread(&self) -> bool {
        !self.parsed.declarations.is_empty() && self.parsed.declarations.iter().all(|declaration| declaration.unread_file().is_some())
    }

    /// The other files, and folders of Terraform modules, that the stack consists of.
    fn parts(&self) -> BTreeSet<String> {
        let folder_of = |file: &str| file.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
        let all = self.parsed.declarations.iter().flat_map(|declaration| {
            // The folder of a CloudFormation template may be a separate module; only Terraform files stand for their folder.
            let folder = (declaration.file.contains(".tf") || declaration.file.contains(".tofu")).then(|| folder_of(&declaration.file));
            folder.into_iter().chain([declaration.file.to_string()])
        });
        all.filter(|part| !self.files.contains(part)).collect()
    }
}

/// Removes stacks that another stack reads as a part: nested templates, local modules. On their own, they lack the values that the other
/// stack passes.
fn without_parts<T>(stacks: Vec<Done<T>>) -> Vec<T> {
    let mut parts: BTreeMap<String, usize> = BTreeMap::new();
    for (at, stack) in stacks.iter().enumerate() {
        parts.extend(stack.parts.iter().map(|part| (part.clone(), at)));
    }
    let is_part = |at: usize, stack: &Done<T>| stack.files.iter().any(|file| parts.get(file).is_some_and(|of| *of != at));
    stacks.into_iter().enumerate().filter(|(at, stack)| !is_part(*at, stack)).map(|(_, stack)| stack.result).collect()
}

/// Whether a file holds a template, a plan or a state.
pub fn holds_template(path: &Path) -> bool {
    let bytes = Boundary::around(path).read(path, LARGEST).ok();
    bytes.and_then(|bytes| decode(bytes).ok()).is_some_and(|text| parse::claims_to_be_template(&text))
}

fn stdin() -> Result<Vec<u8>, TemplateError> {
    let mut bytes = Vec::new();
    let fail = |what: String| TemplateError { file: STDIN.to_owned(), at: None, what };
    std::io::stdin().take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| fail(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST { Err(fail(Refused::TooLarge(LARGEST).to_string())) } else { Ok(bytes) }
}
