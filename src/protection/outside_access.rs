//! Whom the resource policy of a data resource lets in from outside the audited accounts. It is the property `policy` of types that have one.

use super::context::Join;
use super::facts::{OutsideAccess, Told};
use super::resource_policy::{Grant, Grantee, Policy, Symbols};
use super::unread::why_unread;
use crate::inventory::{Fact, Outcome, Resource, arn};

/// The property that holds the resource policy.
const POLICY: &str = "policy";

/// Whom the resource policy lets in; the inner `None` for a type without one.
///
/// # Errors
/// Why it is not known whom.
pub fn outside_access(join: &Join, resource: &Resource) -> Outcome<Option<Vec<OutsideAccess>>> {
    if !resource.properties.info().is_some_and(|info| info.properties.contains(&POLICY)) {
        return Ok(None);
    }
    let Some(value) = resource.properties.json(POLICY) else { return Err(why_unread(join.index.shard, resource, POLICY)) };
    let Some(text) = value.as_str() else { return Ok(Some(Vec::new())) };
    let policy = Policy::parse(text, &Symbols::new(resource, POLICY))
        .map_err(|error| vec![format!("the policy of {} cannot be read: {error}", resource.id)])?;
    let grants = policy.grants_outside(|account| account == resource.account || join.summaries.has_account(account));
    let found: Vec<OutsideAccess> = grants.found.into_iter().map(|grant| access(resource, grant)).collect();
    // A statement that lets in everyone is enough. Whether a rule allows the accounts of all statements depends on each of them.
    match grants.more && !found.iter().any(|access| access.everyone) {
        true => Err(policy.reasons()),
        false => Ok(Some(found)),
    }
}

fn access(resource: &Resource, grant: Grant) -> OutsideAccess {
    let Grant { statement, to } = grant;
    let (name, account) = match to {
        Grantee::Everyone => {
            let principal = "*".to_owned();
            return OutsideAccess { statement, everyone: true, principal, account: None.into(), outside: true.into() };
        }
        Grantee::Principal { name, account } => (name, account),
    };
    let untold = || vec![format!("{name}, which statement {statement} of the policy names, does not contain its account")];
    let outside = account.as_ref().ok_or_else(untold).and_then(|account| match arn::differ(account, &resource.account) {
        Fact::Read(differs) => Ok(differs),
        Fact::Unread => Err(vec![format!("whether {account} is the account of the template is not known (give it with --account)")]),
    });
    let account = account.map(Some).ok_or_else(untold);
    OutsideAccess { statement, everyone: false, account: Told::from(account), outside: outside.into(), principal: name }
}
