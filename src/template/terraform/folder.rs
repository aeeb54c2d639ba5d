//! A folder of `.tf` files as a root module, with the values of its variables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::declare;
use super::engine::{Engine, NewInstance};
use super::modules::{self, Module, join_shown};
use super::syntax;
use super::text::{Source, error};
use super::value::unknown;
use crate::template::boundary::{self, Boundary};
use crate::template::declaration::{Declaration, Language, Node, Position, TemplateError};

/// See [`super::read_folder`].
pub(super) fn read(boundary: &Boundary, folder: &Path, name: &str, variables: &[PathBuf]) -> Result<Vec<Declaration>, TemplateError> {
    let shown = join_shown(name, "");
    let name = if shown.is_empty() { "." } else { &shown };
    let folder = boundary.folder(folder).map_err(|refused| error(name, None, refused.to_string()))?;
    let engine = Engine::new(boundary, &folder);
    let module = engine.module(folder, &shown)?;
    let mut unread = Vec::new();
    let given = given(boundary, &module, variables, &mut unread)?;
    let root = engine.add_instance(NewInstance { module, prefix: String::new(), caller: None, given, presence: None });
    let mut declarations = Vec::new();
    declare::module(&engine, &root, &mut declarations)?;
    unread.extend(engine.unread());
    declarations.extend(unread.iter().map(|error| Declaration::standing_for_file(error, Language::Terraform)));
    Ok(declarations)
}

/// See [`super::check_variables`].
pub(super) fn check(file: &Path) -> Result<(), TemplateError> {
    values(asked_for(file)).map(drop)
}

/// Variable values, in Terraform's order of precedence: `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars` and
/// `*.auto.tfvars.json` by name, then the files that the user gives. Later ones win.
/// <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>
///
/// An unreadable file of the module may set any variable that no later file sets.
fn given(
    boundary: &Boundary,
    module: &Module,
    variables: &[PathBuf],
    unread: &mut Vec<TemplateError>,
) -> Result<BTreeMap<String, Node>, TemplateError> {
    let shown = module.shown.as_str();
    let listed = std::fs::read_dir(&module.folder).map_err(|cause| error(shown, None, format!("cannot be read: {cause}")))?;
    let mut files: Vec<(u8, String, PathBuf)> = listed
        .filter_map(Result::ok)
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(_, path)| !path.is_dir())
        .filter_map(|(name, path)| Some((rank(&name)?, name, path)))
        .collect();
    files.sort();
    let mut given = BTreeMap::new();
    for (_, name, path) in files {
        match values(modules::read_source(boundary, &path, &join_shown(shown, &name))) {
            Ok(values) => given.extend(values),
            Err(error) => {
                let why = format!("{} may set it but cannot be read", error.file);
                let any = |name: &String| (name.clone(), Node::new(Position::default(), unknown(&why, &format!("var.{name}"))));
                given.extend(module.variables.keys().map(any));
                unread.push(error);
            }
        }
    }
    for path in variables {
        given.extend(values(asked_for(path))?);
    }
    Ok(given)
}

/// The precedence of a file that Terraform reads automatically.
fn rank(name: &str) -> Option<u8> {
    match name {
        "terraform.tfvars" => Some(0),
        "terraform.tfvars.json" => Some(1),
        _ => (name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json")).then_some(2),
    }
}

/// A variable file that was given by name.
fn asked_for(path: &Path) -> Result<Rc<Source>, TemplateError> {
    modules::source(boundary::read_given(path, modules::FILE_BYTES), &path.to_string_lossy().replace('\\', "/"))
}

/// The values in a file. Its expressions cannot refer to the module.
fn values(source: Result<Rc<Source>, TemplateError>) -> Result<Vec<(String, Node)>, TemplateError> {
    let engine = Engine::default();
    let nothing =
        NewInstance { module: Rc::new(Module::default()), prefix: String::new(), caller: None, given: BTreeMap::new(), presence: None };
    let nowhere = engine.add_instance(nothing);
    declare::definitions(&syntax::parse(&source?)?, &engine, &nowhere)
}
