//! Which `provider "aws"` block a resource belongs to: by its `provider` argument, handed down through `providers` of module calls.

use std::collections::BTreeMap;
use std::rc::Rc;

use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};

use super::modules::Module;
use super::syntax::{Attribute, Block, Expr};

/// A provider block, and the module instance in which its arguments are to be evaluated.
#[derive(Debug, Clone)]
pub(super) struct Provider {
    pub(super) instance: usize,
    pub(super) block: Rc<Block>,
}

/// The providers that a module instance knows, by `aws` or `aws.alias`.
pub(super) type Providers = BTreeMap<String, Provider>;

/// The providers of a module instance: its own, and those that its caller hands down.
pub(super) fn of_module(module: &Module, instance: usize, caller: Option<(&Providers, &Block)>) -> Providers {
    let mut providers = Providers::new();
    if let Some((inherited, call)) = caller {
        providers.extend(inherited.iter().filter(|(name, _)| !name.contains('.')).map(|(name, provider)| (name.clone(), provider.clone())));
        for (inner, outer) in call.attribute("providers").map(handed_down).unwrap_or_default() {
            match inherited.get(&outer) {
                Some(provider) => providers.insert(inner, provider.clone()),
                None => providers.remove(&inner),
            };
        }
    }
    for block in &module.providers {
        let name = match alias(block) {
            Some(alias) => format!("{}.{alias}", block.label(0)),
            None => block.label(0).to_string(),
        };
        providers.insert(name, Provider { instance, block: Rc::new(block.clone()) });
    }
    providers
}

/// The name of the provider that a resource asks for.
pub(super) fn asked_for(resource: &Block) -> String {
    resource.attribute("provider").and_then(|attribute| path(&attribute.expr)).unwrap_or_else(|| "aws".to_string())
}

/// `alias` of a provider block.
pub(super) fn alias(provider: &Block) -> Option<String> {
    provider.attribute("alias").and_then(|attribute| path(&attribute.expr))
}

fn handed_down(providers: &Attribute) -> Vec<(String, String)> {
    match providers.expr.as_ref() {
        Expr::Hcl(Expression::Object(object)) => {
            let key = |key: &ObjectKey| match key {
                ObjectKey::Ident(name) => Some(name.value().to_string()),
                ObjectKey::Expression(expression) => hcl_path(expression),
            };
            object.iter().filter_map(|(name, value)| Some((key(name)?, hcl_path(value.expr())?))).collect()
        }
        Expr::Map(_, entries) => entries.iter().filter_map(|(name, value)| Some((path(name)?, path(value)?))).collect(),
        _ => Vec::new(),
    }
}

/// `aws.west`, as names or as a text.
fn path(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Hcl(expression) => hcl_path(expression),
        Expr::Template(_, template) => Some(template.as_single_element()?.as_literal()?.to_string()),
        _ => None,
    }
}

fn hcl_path(expression: &Expression) -> Option<String> {
    match expression {
        Expression::String(text) => Some(text.value().clone()),
        Expression::Variable(name) => Some(name.value().to_string()),
        Expression::Traversal(traversal) => {
            let mut path = traversal.expr.as_variable()?.to_string();
            for operator in &traversal.operators {
                let TraversalOperator::GetAttr(name) = operator.value() else { return None };
                path = format!("{path}.{}", name.value());
            }
            Some(path)
        }
        _ => None,
    }
}
