//! Finds the `provider` block of a resource: by its `provider` argument, and through `providers` of module calls. [`super::location`]
//! reads the block.

use std::collections::BTreeMap;
use std::rc::Rc;

use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};

use super::modules::Module;
use super::syntax::{Attribute, Block, Expr};

/// What the name of a provider stands for in a module instance.
#[derive(Debug, Clone)]
pub(super) enum Provider {
    /// A block, and the module instance in which its arguments are evaluated.
    Block { instance: usize, block: Rc<Block> },
    /// The default provider without a block: Terraform's environment determines its location.
    Environment,
    /// Not known here: the caller of a module that is read alone passes it, or it has a key of OpenTofu's `for_each`. The name is for
    /// symbols.
    Elsewhere(String),
}

/// The providers of a module instance, by `aws` or `aws.alias`.
pub(super) type Providers = BTreeMap<String, Provider>;

/// The providers of a module instance: its own, and those that its caller passes.
pub(super) fn known_to(module: &Module, (instance, prefix): (usize, &str), caller: Option<(&Providers, &Block)>) -> Providers {
    let mut providers = Providers::new();
    if let Some((inherited, call)) = caller {
        providers.extend(inherited.iter().filter(|(name, _)| !name.contains('.')).map(|(name, provider)| (name.clone(), provider.clone())));
        for (inner, outer) in call.attribute("providers").map(handed_down).unwrap_or_default() {
            let provider = match outer {
                Some(outer) => named(inherited, &outer, prefix),
                None => Provider::Elsewhere(format!("{prefix}{inner}")),
            };
            providers.insert(inner, provider);
        }
    }
    for block in &module.providers {
        let name = match alias(block) {
            Some(alias) => format!("{}.{alias}", block.label(0)),
            None => block.label(0).to_string(),
        };
        // Resources refer to a provider with `for_each` by a key.
        if block.attribute("for_each").is_none() {
            providers.insert(name, Provider::Block { instance, block: Rc::new(block.clone()) });
        }
    }
    // A file that cannot be read may configure a provider that otherwise uses the environment.
    if let (None, Some(unread)) = (caller, module.unread.first()) {
        providers.entry("aws".to_owned()).or_insert_with(|| Provider::Elsewhere(format!("aws (perhaps in {})", unread.file)));
    }
    providers
}

/// The provider of a resource or a data source of a module instance (`prefix`).
pub(super) fn asked_for(providers: &Providers, prefix: &str, resource: &Block) -> Provider {
    // "The first word of the resource type" (Terraform, "The resource provider meta-argument").
    let default = resource.label(0).split('_').next().unwrap_or_default();
    let Some(argument) = resource.attribute("provider") else { return named(providers, default, prefix) };
    match path(&argument.expr) {
        Some(name) => named(providers, &name, prefix),
        None => Provider::Elsewhere(format!("{prefix}{}.provider", resource.labels.join("."))),
    }
}

fn named(providers: &Providers, name: &str, prefix: &str) -> Provider {
    match providers.get(name) {
        Some(provider) => provider.clone(),
        None if name.contains('.') => Provider::Elsewhere(format!("{prefix}{name}")),
        None => Provider::Environment,
    }
}

/// The name of a provider block of a module instance in symbols.
pub(super) fn address(prefix: &str, provider: &Block) -> String {
    let alias = alias(provider).map(|alias| format!(".{alias}")).unwrap_or_default();
    format!("{prefix}provider.{}{alias}", provider.label(0))
}

/// `alias` of a provider block.
pub(super) fn alias(provider: &Block) -> Option<String> {
    provider.attribute("alias").and_then(|attribute| path(&attribute.expr))
}

/// The name in the module, and the caller's name if there is one.
fn handed_down(providers: &Attribute) -> Vec<(String, Option<String>)> {
    match providers.expr.as_ref() {
        Expr::Hcl(Expression::Object(object)) => {
            let key = |key: &ObjectKey| match key {
                ObjectKey::Ident(name) => Some(name.value().to_string()),
                ObjectKey::Expression(expression) => hcl_path(expression),
            };
            object.iter().filter_map(|(name, value)| Some((key(name)?, hcl_path(value.expr())))).collect()
        }
        Expr::Map(_, entries) => entries.iter().filter_map(|(name, value)| Some((path(name)?, path(value)))).collect(),
        _ => Vec::new(),
    }
}

/// `aws.west`, as a traversal or as a string.
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
