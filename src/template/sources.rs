//! Finds templates: which files and folders are some, and which of them belong together.

use super::declaration::{Declaration, TemplateError};
use super::{Options, cloudformation, inventory, terraform};
use crate::inventory::Shard;
use ignore::WalkBuilder;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

/// A template that is larger is none: CloudFormation takes 1 MB, and Terraform plans of whole organisations stay under this.
const LARGEST: u64 = 256 << 20;

/// Standard input.
const STDIN: &str = "-";

/// One stack: a template with what it nests, a plan, a root module.
struct Source {
    /// Where it was found; the modules and nested templates that it reads are other files.
    files: BTreeSet<String>,
    declarations: Vec<Declaration>,
}

/// A stack that `then` has had.
struct Done<T> {
    files: BTreeSet<String>,
    /// What else it reads, for which see [`without_parts`].
    parts: BTreeSet<String>,
    result: T,
}

/// Reads what `path` holds: a template, a plan or state, a `.tf` file (which stands for its folder), `-` for standard input, or a folder of
/// any of these. Each stack is given to `then` from any thread, and forgotten; what that returned comes back in the order of the paths; nothing
/// where a folder holds no template.
///
/// # Errors
/// A file that claims to be a template and cannot be read as one; a file given by name that is none.
pub fn read<T: Send>(path: &Path, options: &Options, then: &(impl Fn(Shard) -> T + Sync)) -> Result<Vec<T>, TemplateError> {
    let source = if path.as_os_str() == STDIN {
        of_text(path, &stdin()?, options)?.ok_or_else(|| neither(path))?
    } else if path.is_dir() {
        return of_folder(path, options, then);
    } else if is_terraform(path) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        of_module(folder, options)?
    } else {
        of_text(path, &text_of(path)?, options)?.ok_or_else(|| neither(path))?
    };
    Ok(vec![then(inventory::shard(&source.declarations, options))])
}

/// The path as findings show it: relative to where rel9 was started, with `/`.
pub fn display_name(path: &Path) -> String {
    let shown = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or(path.to_owned());
    let parts: Vec<String> = shown
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| part.as_os_str().to_string_lossy().replace('\\', "/"))
        .collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/").replacen("//", "/", 1) }
}

fn of_text(path: &Path, text: &str, options: &Options) -> Result<Option<Source>, TemplateError> {
    let name = if path.as_os_str() == STDIN { STDIN.to_owned() } else { display_name(path) };
    let declarations = if terraform::claims_to_be_plan(text) {
        terraform::read_plan(&name, text)?
    } else if cloudformation::claims_to_be(text, path) {
        cloudformation::read(path, &name, text, options)?
    } else {
        return Ok(None);
    };
    Ok(Some(Source { files: BTreeSet::from([name]), declarations }))
}

fn of_module(folder: &Path, options: &Options) -> Result<Source, TemplateError> {
    let name = display_name(folder);
    let declarations = terraform::read_folder(folder, &name, &options.terraform_variables)?;
    Ok(Source { files: BTreeSet::from([name]), declarations })
}

/// Every template below a folder; what `.gitignore` names and hidden files are left out, and so are files that are no templates.
fn of_folder<T: Send>(folder: &Path, options: &Options, then: &(impl Fn(Shard) -> T + Sync)) -> Result<Vec<T>, TemplateError> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut modules: BTreeSet<PathBuf> = BTreeSet::new();
    for entry in WalkBuilder::new(folder).build() {
        let entry =
            entry.map_err(|error| TemplateError { file: display_name(folder), at: None, what: format!("cannot be read: {error}") })?;
        let path = entry.path();
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        if is_terraform(path) {
            modules.extend(path.parent().map(Path::to_owned));
        } else if path.extension().and_then(|extension| extension.to_str()).is_some_and(may_be_template) {
            files.push(path.to_owned());
        }
    }
    files.sort();
    let done =
        |source: Source| Done { parts: source.parts(), result: then(inventory::shard(&source.declarations, options)), files: source.files };
    let template = |path: &PathBuf| {
        let source = text_if_any(path)?.map_or(Ok(None), |text| of_text(path, &text, options))?;
        Ok(source.map(done))
    };
    let templates: Vec<Result<Option<Done<T>>, TemplateError>> = files.par_iter().map(template).collect();
    let modules: Vec<Result<Done<T>, TemplateError>> = modules.par_iter().map(|module| of_module(module, options).map(done)).collect();
    let templates = templates.into_iter().filter_map(Result::transpose);
    let stacks: Vec<Done<T>> = templates.chain(modules).collect::<Result<_, _>>()?;
    Ok(without_parts(stacks))
}

impl Source {
    /// The files, and the folders of Terraform modules, that the stack is made of beside its own.
    fn parts(&self) -> BTreeSet<String> {
        let folder_of = |file: &str| file.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
        let all = self.declarations.iter().flat_map(|declaration| {
            // A template lies in a folder that may be a module of its own; only Terraform's files stand for their folder.
            let folder = (declaration.file.contains(".tf") || declaration.file.contains(".tofu")).then(|| folder_of(&declaration.file));
            folder.into_iter().chain([declaration.file.to_string()])
        });
        all.filter(|part| !self.files.contains(part)).collect()
    }
}

/// Leaves out what another stack reads as a part of itself: nested templates, local modules. Alone they lack the values they are given there.
fn without_parts<T>(stacks: Vec<Done<T>>) -> Vec<T> {
    let mut parts: BTreeMap<String, usize> = BTreeMap::new();
    for (at, stack) in stacks.iter().enumerate() {
        parts.extend(stack.parts.iter().map(|part| (part.clone(), at)));
    }
    let is_part = |at: usize, stack: &Done<T>| stack.files.iter().any(|file| parts.get(file).is_some_and(|of| *of != at));
    stacks.into_iter().enumerate().filter(|(at, stack)| !is_part(*at, stack)).map(|(_, stack)| stack.result).collect()
}

fn is_terraform(path: &Path) -> bool {
    let ends = [".tf", ".tf.json", ".tofu", ".tofu.json"];
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| ends.iter().any(|end| name.ends_with(end)))
}

/// Whether a file is a template, a policy or a part of one by its name: no report has such a name.
pub fn is_named_as_source(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    is_terraform(path)
        || [".yaml", ".yml", ".template", ".tfstate", ".tfvars", ".tfvars.json", ".hcl"].iter().any(|end| name.ends_with(end))
}

/// Whether a file holds a template, a plan or a state.
pub fn holds_template(path: &Path) -> bool {
    let text = text_if_any(path).ok().flatten();
    text.is_some_and(|text| terraform::claims_to_be_plan(&text) || cloudformation::claims_to_be(&text, path))
}

fn may_be_template(extension: &str) -> bool {
    ["yaml", "yml", "json", "template", "tfstate"].contains(&extension.to_ascii_lowercase().as_str())
}

fn stdin() -> Result<String, TemplateError> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().take(LARGEST + 1).read_to_end(&mut bytes);
    let fail = |what: String| TemplateError { file: STDIN.to_owned(), at: None, what };
    read.map_err(|error| fail(format!("cannot be read: {error}")))?;
    decoded(bytes).ok_or_else(|| fail(UNREADABLE.to_owned()))
}

const UNREADABLE: &str = "is no text in UTF-8, or longer than any template";

/// The text of a file that was given by name.
fn text_of(path: &Path) -> Result<String, TemplateError> {
    text_if_any(path)?.ok_or_else(|| TemplateError {
        file: display_name(path),
        at: None,
        what: if is_archive(path) { SAVED_PLAN } else { UNREADABLE }.to_owned(),
    })
}

/// Terraform saves plans as archives.
fn is_archive(path: &Path) -> bool {
    let mut first = [0; 4];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok_and(|()| first == *b"PK\x03\x04")
}

const SAVED_PLAN: &str = "is a saved plan, or another archive: write a plan as JSON with `terraform show -json`";

/// The text of a file; `None` for what is no text.
fn text_if_any(path: &Path) -> Result<Option<String>, TemplateError> {
    let fail = |error: std::io::Error| TemplateError { file: display_name(path), at: None, what: format!("cannot be read: {error}") };
    let file = std::fs::File::open(path).map_err(fail)?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(fail)?;
    Ok(decoded(bytes))
}

fn decoded(bytes: Vec<u8>) -> Option<String> {
    if bytes.len() as u64 > LARGEST {
        return None;
    }
    String::from_utf8(bytes).ok()
}

fn neither(path: &Path) -> TemplateError {
    TemplateError {
        file: display_name(path),
        at: None,
        what: "is neither an inventory nor a CloudFormation template nor a Terraform plan or state".to_owned(),
    }
}
