//! The Region and the account of a provider, from its configuration. Two providers have the same account if they use the same credentials
//! or roles of the same account; otherwise their accounts are unknown.
//!
//! The arguments: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#argument-reference>.

use std::rc::Rc;

use sha2::{Digest, Sha256};

use super::declare;
use super::engine::{Engine, Instance, Stop};
use super::providers::{self, Provider};
use super::scope::Scope;
use super::syntax::Block;
use super::value::{self, render, same, scalar_text, unknown};
use crate::template::declaration::{Node, TemplateError, Value};

/// A Region and an account; [`Value::Null`] if Terraform's environment determines them.
#[derive(Debug, Clone)]
pub(super) struct Location {
    pub(super) region: Value,
    pub(super) account: Value,
}

/// The AWS Cloud Control provider, which takes the same arguments (hashicorp/terraform-provider-awscc, `docs/index.md`).
pub(super) const CLOUD_CONTROL: &str = "awscc";

/// The arguments that select the credentials.
const CREDENTIALS: [&str; 7] =
    ["access_key", "profile", "secret_key", "shared_config_files", "shared_credentials_file", "shared_credentials_files", "token"];

/// Roles that the provider assumes, last one first: it gets credentials with a web identity, then assumes the other roles in turn.
const ROLES: [&str; 2] = ["assume_role", "assume_role_with_web_identity"];

impl Location {
    pub(super) const ENVIRONMENT: Location = Location { region: Value::Null, account: Value::Null };

    /// The location of a provider with these arguments.
    pub(super) fn of_arguments(body: &Node) -> Location {
        Location { region: body.get("region").map_or(Value::Null, |node| node.value.clone()), account: account(body) }
    }

    /// The location of a provider of which only the name is known.
    pub(super) fn elsewhere(name: &str) -> Location {
        let part = |part: &str, what: &str| unknown(&format!("the {what} of provider {name} is not known"), &format!("{name}.{part}"));
        Location { region: part("region", "Region"), account: part("account", "account") }
    }

    pub(super) fn same_account(&self, other: &Location) -> bool {
        same(&self.account, &other.account)
    }

    /// The account, if it may differ from that of the configuration's default provider, to which the command line refers.
    pub(super) fn other_account(&self, main: &Location) -> Option<Value> {
        match &self.account {
            account @ Value::Text(_) => Some(account.clone()),
            _ if self.same_account(main) => None,
            Value::Null => Some(unknown("the account of Terraform's environment is not known", "account of the environment")),
            account => Some(account.clone()),
        }
    }
}

/// The location of the provider of a resource or data source.
pub(super) fn of_block(engine: &Engine, instance: &Rc<Instance>, block: &Block) -> Result<Rc<Location>, TemplateError> {
    of_provider(engine, &providers::asked_for(&instance.providers, &instance.prefix, block))
}

/// The location of the root module's default provider. If the module has only aliases, their common location.
pub(super) fn of_default_provider(engine: &Engine) -> Result<Rc<Location>, TemplateError> {
    let environment = || Ok(Rc::new(Location::ENVIRONMENT));
    let Some(root) = engine.instance(0) else { return environment() };
    if let Some(provider) = root.providers.get("aws") {
        return of_provider(engine, provider);
    }
    let of_aws = root.providers.iter().filter(|(name, _)| name.starts_with("aws."));
    let locations = of_aws.map(|(_, provider)| of_provider(engine, provider)).collect::<Result<Vec<_>, _>>()?;
    match locations.split_first() {
        Some((first, rest)) if rest.iter().all(|location| location.same_account(first)) => Ok(first.clone()),
        None => match root.providers.get(CLOUD_CONTROL) {
            Some(provider) if !root.module.order.iter().any(|key| key.starts_with("aws_")) => of_provider(engine, provider),
            _ => environment(),
        },
        _ => environment(),
    }
}

/// The values of `aws_region` and `aws_caller_identity`, if the configuration determines them.
pub(super) fn read_by_data_source(type_name: &str, name: &str, attribute: &str, scope: &Scope<'_>) -> Result<Option<Value>, TemplateError> {
    let (engine, instance) = (scope.engine, scope.instance);
    let Some(data) = instance.module.data.get(&format!("{type_name}.{name}")) else { return Ok(None) };
    // A provider's own arguments may refer to them.
    let asked = format!("{}data.{type_name}.{name}", instance.prefix);
    if engine.is_working_on(&asked) {
        return Ok(None);
    }
    let work = || {
        Ok(match (type_name, attribute) {
            // Both have arguments that select the Region.
            ("aws_region", "id" | "name" | "region") => match data.attribute("region").or_else(|| data.attribute("name")) {
                Some(region) => {
                    Some(Scope { subject: &asked, ..Scope::new(engine, instance, &region.source, None) }.attribute(region)?.value)
                }
                None => Some(of_block(engine, instance, data)?.region.clone()).filter(|region| *region != Value::Null),
            },
            ("aws_caller_identity", "account_id" | "id") => of_block(engine, instance, data)?.other_account(&*of_default_provider(engine)?),
            _ => None,
        })
    };
    match engine.working_on(asked.clone(), &data.source, data.at, work) {
        Ok(value) => Ok(value),
        Err(Stop::Invalid(_)) => Ok(None),
        Err(Stop::Fatal(error)) => Err(error),
    }
}

fn of_provider(engine: &Engine, provider: &Provider) -> Result<Rc<Location>, TemplateError> {
    let (owner, block) = match provider {
        Provider::Environment => return Ok(Rc::new(Location::ENVIRONMENT)),
        Provider::Elsewhere(name) => return Ok(Rc::new(Location::elsewhere(name))),
        Provider::Block { instance, block } => (engine.instance(*instance), block),
    };
    let Some(owner) = owner else { return Ok(Rc::new(Location::ENVIRONMENT)) };
    engine.remember_location((owner.id, block), || {
        let subject = providers::address(&owner.prefix, block);
        let scope = Scope { subject: &subject, ..Scope::new(engine, &owner, &block.source, None) };
        Ok(Location::of_arguments(&Node::new(block.at, Value::Map(declare::body(block, &scope, true)?))))
    })
}

/// The account id; or an unknown value that is the same for all providers of one account; [`Value::Null`] for the environment's
/// credentials.
fn account(body: &Node) -> Value {
    // "List of allowed AWS account IDs to prevent you from mistakenly using an incorrect one": a single one is the account.
    if let Some(Node { value: Value::List(allowed), .. }) = body.get("allowed_account_ids")
        && let [only] = allowed.as_slice()
    {
        return scalar_text(&only.value).map_or_else(|| unknown(NOT_HERE, &render_id(&only.value)), Value::Text);
    }
    for kind in ROLES {
        let Some(roles) = body.get(kind) else { continue };
        let blocks = match &roles.value {
            Value::List(blocks) => blocks.as_slice(),
            _ => std::slice::from_ref(roles),
        };
        for role in blocks.iter().rev() {
            let arn = match &role.value {
                Value::Map(_) => role.get("role_arn"),
                _ => Some(role),
            };
            if let Some(arn) = arn.filter(|arn| !matches!(&arn.value, Value::Text(text) if text.is_empty())) {
                return account_of_role(&arn.value);
            }
        }
    }
    let empty =
        |value: &Value| matches!(value, Value::List(items) if items.is_empty()) || matches!(value, Value::Text(text) if text.is_empty());
    let given = CREDENTIALS.iter().filter_map(|name| Some((*name, body.get(name).filter(|node| !empty(&node.value))?)));
    let given: Vec<String> = given.map(|(name, node)| format!("{name} = {}", render(&node.value))).collect();
    if given.is_empty() {
        return Value::Null;
    }
    // Credentials must not be shown.
    let digest: String = Sha256::digest(given.join("\n").as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    unknown("the account of the provider's own credentials or profile is not known", &format!("account of credentials {digest}"))
}

const NOT_HERE: &str = "the account that the provider works in is not known";

fn render_id(value: &Value) -> String {
    match value {
        Value::Unknown(_) | Value::Reference { .. } => render(value),
        other => format!("account {}", render(other)),
    }
}

/// `arn:aws:iam::ACCOUNT:role/…`; the account may be a symbol.
fn account_of_role(arn: &Value) -> Value {
    let parts: Vec<&Node> = match arn {
        Value::Concat(parts) => parts.iter().collect(),
        Value::Text(text) => {
            let account = text.split(':').nth(4).filter(|account| is_account(account));
            return account.map_or_else(|| unknown(NOT_HERE, &format!("account of {}", render(arn))), value::text);
        }
        _ => return unknown(NOT_HERE, &format!("{}.account", render(arn))),
    };
    // A text, then only the account, then a text.
    match parts.as_slice() {
        [Node { value: Value::Text(before), .. }, account, Node { value: Value::Text(after), .. }, ..]
            if before.ends_with("::") && before.matches(':').count() == 4 && after.starts_with(':') =>
        {
            unknown(NOT_HERE, &render_id(&account.value))
        }
        [Node { value: Value::Text(before), .. }, ..] => {
            let account = before.split(':').nth(4).filter(|account| is_account(account) && before.matches(':').count() > 4);
            account.map_or_else(|| unknown(NOT_HERE, &format!("account of {}", render(arn))), value::text)
        }
        _ => unknown(NOT_HERE, &format!("account of {}", render(arn))),
    }
}

/// Twelve digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
