//! The `.tf` files beside a plan: where the planned resources are written, and what plans do not hold: waivers, `prevent_destroy`, whether
//! anything sets a block. Whatever is wrong with them, the plan is read without.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use super::super::modules::{self, Module, Resource};
use super::super::scope::local_source;
use super::super::syntax::Block;
use super::super::value::moved;
use super::address::Module as ModuleAddress;
use crate::template::declaration::{Node, Value};

/// The modules that were read, by the names of their calls; those that cannot be read are `None`.
#[derive(Default)]
pub(super) struct Sources {
    root: Option<Rc<Module>>,
    modules: RefCell<BTreeMap<Vec<String>, Option<Rc<Module>>>>,
}

impl Sources {
    /// The folder that a plan is in.
    pub(super) fn beside(plan: &str) -> Self {
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
        let root = if has_files { Module::load(path, &modules::join_shown(folder, "")).ok().map(Rc::new) } else { None };
        Sources { root, modules: RefCell::default() }
    }

    /// A resource as it is written.
    pub(super) fn resource(&self, module: &ModuleAddress, type_name: &str, name: &str) -> Option<Resource> {
        let calls: Vec<String> = module.calls.iter().map(|(call, _)| call.clone()).collect();
        let module = self.module(&calls)?;
        module.resources.get(&format!("{type_name}.{name}")).cloned()
    }

    fn module(&self, calls: &[String]) -> Option<Rc<Module>> {
        let Some((last, rest)) = calls.split_last() else { return self.root.clone() };
        if let Some(module) = self.modules.borrow().get(calls) {
            return module.clone();
        }
        let module = self.module(rest).and_then(|parent| {
            let source = local_source(parent.calls.get(last)?)?;
            Module::load(&parent.folder.join(source), &modules::join_shown(&parent.shown, source)).ok().map(Rc::new)
        });
        self.modules.borrow_mut().insert(calls.to_vec(), module.clone());
        module
    }
}

/// `prevent_destroy`, which Terraform wants as a literal: `None` where it is written in another way, false where it is not written.
pub(super) fn prevents_destroy(block: &Block) -> Option<bool> {
    let written = block.of_kind("lifecycle").find_map(|lifecycle| lifecycle.attribute("prevent_destroy"));
    written.map_or(Some(false), |attribute| attribute.expr.as_bool())
}

/// A body with the places of the arguments in the block; what is not written there is at the block's.
pub(super) fn placed(body: Node, block: &Block) -> Node {
    let Value::Map(entries) = body.value else { return moved(body.value, block.at) };
    let place = |name: &str| {
        let here = |file: &str| file == block.source.name.as_ref();
        let argument = block.attribute(name).filter(|argument| here(&argument.source.name));
        let argument = argument.map(|argument| argument.expr.at(&argument.source).unwrap_or(argument.at));
        let nested = || block.of_kind(name).find(|inner| here(&inner.source.name)).map(|inner| inner.at);
        argument.or_else(nested).unwrap_or(block.at)
    };
    let entries = entries.into_iter().map(|(name, node)| {
        let at = place(&name);
        (name, moved(node.value, at))
    });
    Node::new(block.at, Value::Map(entries.collect()))
}
