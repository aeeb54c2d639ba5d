//! The files of one folder as a module: its resources, variables, locals, outputs, module calls and providers, with overrides merged.
//! Refuses duplicate declarations. Reports a file that cannot be read, and reads the others. Evaluates nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::json::{self, Json};
use super::syntax::{self, Attribute, Block};
use super::text::{Source, error};
use super::{suppressions, waivers};
use crate::inventory::encoding::decode;
use crate::template::boundary::{Boundary, Refused};
use crate::template::declaration::{Ignore, Position, TemplateError};

/// Maximum size of a module file: the parser keeps every token.
pub(super) const FILE_BYTES: u64 = 16 * 1024 * 1024;

/// A managed resource or a module call in the files.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) block: Block,
    pub(super) ignores: Vec<Ignore>,
    /// The checks that other tools suppress for it.
    pub(super) suppressed: Vec<String>,
}

/// The files of a folder.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub(super) folder: PathBuf,
    /// The display path: relative to the current directory; empty for that directory itself.
    pub(super) shown: String,
    /// By `type.name`.
    pub(super) resources: BTreeMap<String, Resource>,
    /// The keys of [`Module::resources`] in the order of the files.
    pub(super) order: Vec<String>,
    /// By `type.name`.
    pub(super) data: BTreeMap<String, Block>,
    pub(super) variables: BTreeMap<String, Block>,
    pub(super) locals: BTreeMap<String, Attribute>,
    pub(super) outputs: BTreeMap<String, Block>,
    pub(super) calls: BTreeMap<String, Resource>,
    pub(super) providers: Vec<Block>,
    /// The errors of its files that cannot be read.
    pub(super) unread: Vec<TemplateError>,
}

/// The configuration files of a folder, in Terraform's order: by name, overrides last. OpenTofu's `x.tofu` replaces `x.tf`. With their
/// paths, because a name need not be valid UTF-8.
pub(super) fn files(folder: &Path) -> std::io::Result<Vec<(String, PathBuf)>> {
    let mut files: Vec<(String, PathBuf)> = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(name, path)| !name.starts_with('.') && stem(name).is_some() && !path.is_dir())
        .collect();
    let replaced: Vec<String> =
        files.iter().filter(|(name, _)| name.contains(".tofu")).map(|(name, _)| name.replace(".tofu", ".tf")).collect();
    files.retain(|(name, _)| !replaced.contains(name));
    files.sort_by_key(|(name, path)| (is_override(name), name.clone(), path.clone()));
    Ok(files)
}

fn stem(name: &str) -> Option<&str> {
    [".tf", ".tf.json", ".tofu", ".tofu.json"].iter().find_map(|extension| name.strip_suffix(extension))
}

/// Whether the folder of a file has override files, which may set anything that the file sets, or cannot be listed.
pub(in crate::template) fn has_overrides(file: &Path) -> bool {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    files(folder).map_or(true, |files| files.iter().any(|(name, _)| is_override(name)))
}

fn is_override(name: &str) -> bool {
    stem(name).is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

/// The folders of the modules that `terraform init` fetched, by the names of their calls (`a.b`), from Terraform's own list.
pub(super) fn installed(boundary: &Boundary, root: &Path) -> BTreeMap<String, PathBuf> {
    let listed = |text: &str| -> Option<BTreeMap<String, PathBuf>> {
        let list = json::parse(text, &|_| true).ok()?;
        let module = |module: &Json<'_>| {
            let folder = root.join(module.get("Dir")?.text()?);
            Some((module.get("Key")?.text()?.to_string(), folder)).filter(|(_, folder)| boundary.folder(folder).is_ok())
        };
        Some(list.get("Modules")?.items().iter().filter_map(module).collect())
    };
    let list = root.join(".terraform/modules/modules.json");
    read_source(boundary, &list, "").ok().and_then(|source| listed(&source.text)).unwrap_or_default()
}

/// Reads the text of a file of a module.
pub(super) fn read_source(boundary: &Boundary, path: &Path, shown: &str) -> Result<Rc<Source>, TemplateError> {
    source(boundary.read(path, FILE_BYTES), shown)
}

/// The text of a file.
pub(super) fn source(bytes: Result<Vec<u8>, Refused>, shown: &str) -> Result<Rc<Source>, TemplateError> {
    let bytes = bytes.map_err(|refused| error(shown, None, refused.to_string()))?;
    let text = decode(bytes).map_err(|wrong| error(shown, Some(Position { line: wrong.line, column: wrong.column }), wrong.what))?;
    Ok(Rc::new(Source::new(shown, &text)))
}

/// Joins `shown` and a relative path, with `/`, without `.` and with as few `..` as possible.
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
    pub(super) fn load(boundary: &Boundary, folder: &Path, shown: &str) -> Result<Module, TemplateError> {
        let name = if shown.is_empty() { "." } else { shown };
        let files = files(folder).map_err(|cause| error(name, None, format!("cannot be read: {cause}")))?;
        let mut module = Module { folder: folder.to_path_buf(), shown: shown.to_string(), ..Module::default() };
        let mut may_change_anything = false;
        for (file, path) in files {
            let read = read_source(boundary, &path, &join_shown(shown, &file)).and_then(|source| Ok((syntax::parse(&source)?, source)));
            let added = match read {
                Ok((block, _)) if is_override(&file) => {
                    module.override_with(block);
                    Ok(())
                }
                Ok((block, source)) => module.add(block, &source),
                Err(error) => Err(error),
            };
            if let Err(error) = added {
                may_change_anything |= is_override(&file);
                module.unread.push(error);
            }
        }
        match may_change_anything {
            // Without the override file, nothing in the other files is certain.
            true => Ok(Module { folder: module.folder, shown: module.shown, unread: module.unread, ..Module::default() }),
            false => Ok(module),
        }
    }

    fn add(&mut self, file: Block, source: &Source) -> Result<(), TemplateError> {
        let waivers = if source.name.ends_with(".json") { Vec::new() } else { waivers::read(source)? };
        let suppressions = if source.name.ends_with(".json") { Vec::new() } else { suppressions::read(source) };
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
                    let ignores = waivers::of_lines(source, &waivers, block.span);
                    let suppressed = suppressions::of_block(source, &suppressions, block.span);
                    if let Some(first) = self.resources.get(&key) {
                        return Err(twice(&block, &key, &first.block));
                    }
                    self.order.push(key.clone());
                    self.resources.insert(key, Resource { block, ignores, suppressed });
                }
                "data" => unique(&mut self.data, format!("{}.{}", block.label(0), block.label(1)), block)?,
                "variable" => unique(&mut self.variables, block.label(0).to_string(), block)?,
                "output" => unique(&mut self.outputs, block.label(0).to_string(), block)?,
                "module" => {
                    let key = block.label(0).to_string();
                    let ignores = waivers::of_lines(source, &waivers, block.span);
                    if let Some(first) = self.calls.get(&key) {
                        return Err(twice(&block, &format!("module {key}"), &first.block));
                    }
                    self.calls.insert(key, Resource { block, ignores, suppressed: Vec::new() });
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

    /// An override replaces single arguments, and all nested blocks of a kind.
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
                target.blocks.retain(|inner| block.blocks_of_kind(&inner.kind).next().is_none());
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
