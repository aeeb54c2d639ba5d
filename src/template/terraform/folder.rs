//! A folder of `.tf` files as a root module, with the values of its variables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::declare;
use super::engine::{Engine, NewInstance};
use super::modules::{self, Module, join_shown, read_source};
use super::syntax;
use super::text::error;
use crate::template::declaration::{Declaration, Node, TemplateError};

/// See [`super::read_folder`].
pub(super) fn read(folder: &Path, name: &str, variables: &[PathBuf]) -> Result<Vec<Declaration>, TemplateError> {
    read_here(folder, &join_shown(name, ""), variables)
}

fn read_here(folder: &Path, shown: &str, variables: &[PathBuf]) -> Result<Vec<Declaration>, TemplateError> {
    let name = if shown.is_empty() { "." } else { shown };
    let folder = folder.canonicalize().map_err(|cause| error(name, None, format!("cannot be read: {cause}")))?;
    let engine = Engine::of(&folder);
    let module = engine.module(folder.clone(), shown)?;
    let given = given(&folder, shown, variables)?;
    let root = engine.add_instance(NewInstance { module, prefix: String::new(), caller: None, given, presence: None });
    let mut declarations = Vec::new();
    declare::module(&engine, &root, &mut declarations)?;
    Ok(declarations)
}

/// The values of variables, in Terraform's order of precedence: `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars` and
/// `*.auto.tfvars.json` by name, then the files that were asked for. Later ones win.
/// <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>
fn given(folder: &Path, shown: &str, variables: &[PathBuf]) -> Result<BTreeMap<String, Node>, TemplateError> {
    let names = std::fs::read_dir(folder).map_err(|cause| error(shown, None, format!("cannot be read: {cause}")))?;
    let names = names.filter_map(Result::ok).filter(|entry| modules::may_be_file(&entry.path()));
    let names: Vec<String> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let mut automatic: Vec<&String> =
        names.iter().filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json")).collect();
    automatic.sort();
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for name in ["terraform.tfvars", "terraform.tfvars.json"].into_iter().filter(|name| names.iter().any(|file| file == name)) {
        files.push((folder.join(name), join_shown(shown, name)));
    }
    files.extend(automatic.into_iter().map(|name| (folder.join(name), join_shown(shown, name))));
    files.extend(variables.iter().map(|path| (path.clone(), path.to_string_lossy().replace('\\', "/"))));
    // Of their own: what is written there knows nothing of the module.
    let engine = Engine::default();
    let nothing =
        NewInstance { module: Rc::new(Module::default()), prefix: String::new(), caller: None, given: BTreeMap::new(), presence: None };
    let nowhere = engine.add_instance(nothing);
    let mut given = BTreeMap::new();
    for (path, shown) in files {
        let file = syntax::parse(&read_source(&path, &shown)?)?;
        given.extend(declare::definitions(&file, &engine, &nowhere)?);
    }
    Ok(given)
}
