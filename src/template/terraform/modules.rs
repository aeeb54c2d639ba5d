//! The files of one folder as a module: its resources, variables, locals, outputs, module calls and providers, overrides merged, what is
//! declared twice refused. Evaluates nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::json::{self, Json};
use super::syntax::{self, Attribute, Block};
use super::text::{Source, error};
use super::waivers;
use crate::template::declaration::{Ignore, TemplateError};

/// Larger files of a module are refused: the parser keeps every token.
const FILE_BYTES: u64 = 16 * 1024 * 1024;

/// A managed resource, or a module call, as it is written.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) block: Block,
    pub(super) ignores: Vec<Ignore>,
}

/// A folder with its files read.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub(super) folder: PathBuf,
    /// How its files are shown: the path relative to where rel9 was started; empty for that place itself.
    pub(super) shown: String,
    /// By `type.name`.
    pub(super) resources: BTreeMap<String, Resource>,
    /// The keys of [`Module::resources`] in the order of writing.
    pub(super) order: Vec<String>,
    /// By `type.name`.
    pub(super) data: BTreeMap<String, Block>,
    pub(super) variables: BTreeMap<String, Block>,
    pub(super) locals: BTreeMap<String, Attribute>,
    pub(super) outputs: BTreeMap<String, Block>,
    pub(super) calls: BTreeMap<String, Resource>,
    pub(super) providers: Vec<Block>,
}

/// The configuration files of a folder, in Terraform's order: by name, overrides last. OpenTofu's `x.tofu` stands in for `x.tf`.
pub(super) fn files(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names: Vec<String> = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .filter(|entry| may_be_file(&entry.path()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.') && stem(name).is_some())
        .collect();
    let replaced: Vec<String> = names.iter().filter(|name| name.contains(".tofu")).map(|name| name.replace(".tofu", ".tf")).collect();
    names.retain(|name| !replaced.contains(name));
    names.sort_by_key(|name| (is_override(name), name.clone()));
    Ok(names)
}

/// Whether there is a file, or what it is cannot be told: a pipe would never end.
pub(super) fn may_be_file(path: &Path) -> bool {
    path.metadata().map_or(true, |found| found.is_file())
}

fn stem(name: &str) -> Option<&str> {
    [".tf", ".tf.json", ".tofu", ".tofu.json"].iter().find_map(|extension| name.strip_suffix(extension))
}

fn is_override(name: &str) -> bool {
    stem(name).is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

/// The folders of the modules that `terraform init` fetched, by the names of their calls (`a.b`), as it lists them for itself.
pub(super) fn installed(root: &Path) -> BTreeMap<String, PathBuf> {
    let listed = |text: &str| -> Option<BTreeMap<String, PathBuf>> {
        let list = json::parse(text, &|_| true).ok()?;
        let module = |module: &Json<'_>| {
            let folder = root.join(module.get("Dir")?.text()?);
            Some((module.get("Key")?.text()?.to_string(), folder)).filter(|(_, folder)| folder.is_dir())
        };
        Some(list.get("Modules")?.items().iter().filter_map(module).collect())
    };
    let list = root.join(".terraform/modules/modules.json");
    read_source(&list, "").ok().and_then(|source| listed(&source.text)).unwrap_or_default()
}

/// Reads the text of a file of a module.
pub(super) fn read_source(path: &Path, shown: &str) -> Result<Rc<Source>, TemplateError> {
    let failed = |what: String| error(shown, None, what);
    let size = std::fs::metadata(path).map_err(|cause| failed(format!("cannot be read: {cause}")))?.len();
    if size > FILE_BYTES {
        return Err(failed(format!("larger than {} MB, which no hand-written module is", FILE_BYTES >> 20)));
    }
    let bytes = std::fs::read(path).map_err(|cause| failed(format!("cannot be read: {cause}")))?;
    let text = String::from_utf8(bytes).map_err(|cause| failed(format!("not UTF-8 after byte {}", cause.utf8_error().valid_up_to())))?;
    Ok(Rc::new(Source::new(shown, &text)))
}

/// `shown` and a path below or beside it, without `.` and with as few `..` as possible, with `/`.
pub(super) fn join_shown(shown: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let absolute = shown.starts_with('/');
    for part in shown.split('/').chain(path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

impl Module {
    /// Reads all configuration files of a folder.
    pub(super) fn load(folder: &Path, shown: &str) -> Result<Module, TemplateError> {
        let name = if shown.is_empty() { "." } else { shown };
        let files = files(folder).map_err(|cause| error(name, None, format!("cannot be read: {cause}")))?;
        let mut module = Module { folder: folder.to_path_buf(), shown: shown.to_string(), ..Module::default() };
        for file in files {
            let source = read_source(&folder.join(&file), &join_shown(shown, &file))?;
            let block = syntax::parse(&source)?;
            if is_override(&file) {
                module.override_with(block);
            } else {
                module.add(block, &source)?;
            }
        }
        Ok(module)
    }

    fn add(&mut self, file: Block, source: &Source) -> Result<(), TemplateError> {
        let waivers = if source.name.ends_with(".json") { Vec::new() } else { waivers::read(source)? };
        for block in file.blocks {
            let wanted = match block.kind.as_str() {
                "resource" | "data" => 2,
                "variable" | "output" | "module" | "provider" => 1,
                _ => 0,
            };
            if block.labels.len() != wanted && wanted > 0 {
                return Err(block.error(format!("a {} block has {wanted} label{}", block.kind, if wanted == 1 { "" } else { "s" })));
            }
            match block.kind.as_str() {
                "resource" => {
                    let key = format!("{}.{}", block.label(0), block.label(1));
                    let ignores = waivers::of_block(source, &waivers, block.span);
                    if let Some(first) = self.resources.get(&key) {
                        return Err(twice(&block, &key, &first.block));
                    }
                    self.order.push(key.clone());
                    self.resources.insert(key, Resource { block, ignores });
                }
                "data" => unique(&mut self.data, format!("{}.{}", block.label(0), block.label(1)), block)?,
                "variable" => unique(&mut self.variables, block.label(0).to_string(), block)?,
                "output" => unique(&mut self.outputs, block.label(0).to_string(), block)?,
                "module" => {
                    let key = block.label(0).to_string();
                    let ignores = waivers::of_block(source, &waivers, block.span);
                    if let Some(first) = self.calls.get(&key) {
                        return Err(twice(&block, &format!("module {key}"), &first.block));
                    }
                    self.calls.insert(key, Resource { block, ignores });
                }
                "provider" => self.providers.push(block),
                "locals" => {
                    for local in block.attributes {
                        if let Some(first) = self.locals.get(&local.name) {
                            let what = format!("local.{} is declared twice, first in {}:{}", local.name, first.source.name, first.at.line);
                            return Err(error(&local.source.name, Some(local.at), what));
                        }
                        self.locals.insert(local.name.clone(), local);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// An override replaces arguments one by one, and nested blocks all of a kind.
    fn override_with(&mut self, file: Block) {
        for block in file.blocks {
            let key = block.labels.join(".");
            let target = match block.kind.as_str() {
                "resource" => self.resources.get_mut(&key).map(|resource| &mut resource.block),
                "data" => self.data.get_mut(&key),
                "variable" => self.variables.get_mut(&key),
                "output" => self.outputs.get_mut(&key),
                "module" => self.calls.get_mut(&key).map(|call| &mut call.block),
                "provider" => {
                    let alias = super::providers::alias(&block);
                    self.providers.iter_mut().find(|provider| provider.label(0) == key && super::providers::alias(provider) == alias)
                }
                "locals" => {
                    self.locals.extend(block.attributes.into_iter().map(|local| (local.name.clone(), local)));
                    continue;
                }
                _ => None,
            };
            if let Some(target) = target {
                target.attributes.retain(|attribute| block.attribute(&attribute.name).is_none());
                target.blocks.retain(|inner| block.of_kind(&inner.kind).next().is_none());
                target.attributes.extend(block.attributes);
                target.blocks.extend(block.blocks);
            }
        }
    }
}

fn unique(map: &mut BTreeMap<String, Block>, key: String, block: Block) -> Result<(), TemplateError> {
    match map.get(&key) {
        Some(first) => Err(twice(&block, &format!("{} {key}", block.kind), first)),
        None => {
            map.insert(key, block);
            Ok(())
        }
    }
}

fn twice(block: &Block, what: &str, first: &Block) -> TemplateError {
    block.error(format!("{what} is declared twice, first in {}:{}", first.source.name, first.at.line))
}
