//! The `.tf` files next to a plan: the places of the planned resources, and what plans do not contain: waivers, `prevent_destroy`, and
//! whether anything sets a block. If the files have errors, the plan is read without them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::visit::{self, Visit};

use super::super::modules::{self, Module, Resource};
use super::super::providers;
use super::super::scope::local_source;
use super::super::syntax::{Block, Expr};
use super::super::value::{moved, quoted};
use super::super::waivers;
use super::address::Module as ModuleAddress;
use crate::template::boundary::Boundary;
use crate::template::declaration::{Ignore, Node, Value};

/// The modules that were read, by the names of their calls; `None` for modules that cannot be read.
#[derive(Debug, Default)]
pub(super) struct Sources {
    boundary: Boundary,
    root: Option<Rc<Module>>,
    installed: BTreeMap<String, PathBuf>,
    modules: RefCell<BTreeMap<Vec<String>, Option<Rc<Module>>>>,
}

impl Sources {
    /// The folder of a plan.
    pub(super) fn beside(boundary: &Boundary, plan: &str) -> Self {
        let folder = match plan.rsplit_once('/') {
            _ if plan == "-" => return Sources::default(),
            Some((folder, _)) => {
                if folder.is_empty() {
                    "/"
                } else {
                    folder
                }
            }
            None => "",
        };
        let path = Path::new(if folder.is_empty() { "." } else { folder });
        let has_files = modules::files(path).is_ok_and(|files| !files.is_empty());
        let root = if has_files { load(boundary, path, &modules::join_shown(folder, "")) } else { None };
        Sources { boundary: boundary.clone(), root, installed: modules::installed(boundary, path), modules: RefCell::default() }
    }

    /// A resource in the files.
    pub(super) fn resource(&self, module: &ModuleAddress, type_name: &str, name: &str) -> Option<Resource> {
        let calls: Vec<String> = module.calls.iter().map(|(call, _)| call.clone()).collect();
        let mut resource = self.module(&calls)?.resources.get(&format!("{type_name}.{name}")).cloned()?;
        resource.ignores.extend(self.handed_down(&calls));
        Some(resource)
    }

    /// The waivers of the module calls that lead to a resource.
    fn handed_down(&self, calls: &[String]) -> Vec<Ignore> {
        let Some((last, above)) = calls.split_last() else { return Vec::new() };
        let outer = self.handed_down(above);
        match self.module(above).as_ref().and_then(|module| module.calls.get(last)) {
            Some(call) => waivers::handed_down(call, Some(&outer)),
            None => outer,
        }
    }

    /// The references of a local value of a module.
    pub(super) fn local(&self, module: &ModuleAddress, name: &str) -> Option<Vec<String>> {
        let calls: Vec<String> = module.calls.iter().map(|(call, _)| call.clone()).collect();
        references(&self.module(&calls)?.locals.get(name)?.expr)
    }

    /// Whether an argument of a provider of the root module (`profile`, `assume_role.role_arn`) is only a reference.
    pub(super) fn is_reference(&self, alias: Option<&str>, path: &str) -> bool {
        let of_alias = |provider: &&Block| provider.label(0) == "aws" && providers::alias(provider).as_deref() == alias;
        let provider = self.root.as_ref().and_then(|root| root.providers.iter().find(of_alias));
        let block = provider.and_then(|provider| match path.split_once('.') {
            Some((kind, argument)) => Some((provider.blocks_of_kind(kind).next()?, argument)),
            None => Some((provider, path)),
        });
        block.is_some_and(|(block, argument)| block.attribute(argument).is_some() && !is_composed(block, argument))
    }

    fn module(&self, calls: &[String]) -> Option<Rc<Module>> {
        let Some((last, rest)) = calls.split_last() else { return self.root.clone() };
        if let Some(module) = self.modules.borrow().get(calls) {
            return module.clone();
        }
        let module = self.module(rest).and_then(|parent| {
            let (folder, shown) = match local_source(&parent.calls.get(last)?.block) {
                Some(source) => (parent.folder.join(source), modules::join_shown(&parent.shown, source)),
                None => {
                    let folder = self.installed.get(&calls.join("."))?;
                    (folder.clone(), modules::join_shown(&folder.to_string_lossy(), ""))
                }
            };
            load(&self.boundary, &folder, &shown)
        });
        self.modules.borrow_mut().insert(calls.to_vec(), module.clone());
        module
    }
}

/// A module whose files can all be read.
fn load(boundary: &Boundary, folder: &Path, shown: &str) -> Option<Rc<Module>> {
    boundary.folder(folder).ok()?;
    Module::load(boundary, folder, shown).ok().filter(|module| module.unread.is_empty()).map(Rc::new)
}

/// Functions whose result is one of their arguments, or a list of them.
const CHOOSING: [&str; 12] =
    ["coalesce", "coalescelist", "compact", "concat", "element", "flatten", "join", "nonsensitive", "one", "tolist", "toset", "try"];

/// The references of an expression, as in plans: `aws_s3_bucket.data[0].id`, `var.name`.
#[derive(Default)]
struct References {
    found: Vec<String>,
    /// Whether it transforms the values that it refers to.
    composed: bool,
}

impl Visit for References {
    fn visit_expr(&mut self, expression: &Expression) {
        self.composed |= match expression {
            Expression::StringTemplate(template) => template.as_single_element().is_none(),
            Expression::String(text) => !text.value().is_empty(),
            Expression::FuncCall(call) => !CHOOSING.contains(&call.name.name.value().as_str()),
            _ => false,
        };
        visit::visit_expr(self, expression);
    }

    fn visit_traversal(&mut self, traversal: &Traversal) {
        let Some(root) = traversal.expr.as_variable() else { return visit::visit_traversal(self, traversal) };
        let mut reference = root.to_string();
        for operator in &traversal.operators {
            match operator.value() {
                TraversalOperator::GetAttr(name) => reference = format!("{reference}.{}", name.value()),
                TraversalOperator::Index(Expression::Number(index)) => reference = format!("{reference}[{}]", index.value()),
                TraversalOperator::Index(Expression::String(key)) => reference = format!("{reference}[{}]", quoted(key.value())),
                _ => break,
            }
        }
        self.found.push(reference);
    }
}

/// The references of an expression; `None` if it transforms their values.
fn references(expr: &Expr) -> Option<Vec<String>> {
    let Expr::Hcl(expression) = expr else { return None };
    let mut references = References::default();
    references.visit_expr(expression);
    (!references.composed).then_some(references.found)
}

/// Whether an argument transforms the values that it refers to. Not checked in JSON files.
pub(super) fn is_composed(block: &Block, argument: &str) -> bool {
    let written = block.attribute(argument).map(|attribute| attribute.expr.as_ref());
    written.is_some_and(|expr| matches!(expr, Expr::Hcl(_)) && references(expr).is_none())
}

/// `prevent_destroy`, for which Terraform requires a literal: `None` if it is something else, false if it is not set.
pub(super) fn prevents_destroy(block: &Block) -> Option<bool> {
    let written = block.blocks_of_kind("lifecycle").find_map(|lifecycle| lifecycle.attribute("prevent_destroy"));
    written.map_or(Some(false), |attribute| attribute.expr.as_bool())
}

/// A body with the places of the arguments in the block; other arguments have the place of the block.
pub(super) fn placed(body: Node, block: &Block) -> Node {
    let Value::Map(entries) = body.value else { return moved(body.value, block.at) };
    let place = |name: &str| {
        let here = |file: &str| file == block.source.name.as_ref();
        let argument = block.attribute(name).filter(|argument| here(&argument.source.name));
        let argument = argument.map(|argument| argument.expr.at(&argument.source).unwrap_or(argument.at));
        let nested = || block.blocks_of_kind(name).find(|inner| here(&inner.source.name)).map(|inner| inner.at);
        argument.or_else(nested).unwrap_or(block.at)
    };
    let entries = entries.into_iter().map(|(name, node)| {
        let at = place(&name);
        (name, moved(node.value, at))
    });
    Node::new(block.at, Value::Map(entries.collect()))
}
