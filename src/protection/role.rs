//! The IAM role that a plan or policy names: whether it exists, and whether its trust policy lets the service assume it.

use super::context::Join;
use super::facts::Told;
use super::resource_policy::{Policy, Symbols};
use super::unread::why_unread;
use crate::inventory::types::{ResourceType, iam};
use crate::inventory::{DEPLOYED, Fact, Outcome, Resource, arn};

/// The service that assumes the roles of AWS Backup's selections ("Service roles" in the AWS Backup developer guide).
pub const BACKUP: &str = "backup.amazonaws.com";

/// The service that assumes the roles of Data Lifecycle Manager policies ("Service roles for Amazon Data Lifecycle Manager" in the EBS user
/// guide).
pub const DLM: &str = "dlm.amazonaws.com";

/// Whether the role that a resource names exists, and whether `service` may assume it. A role that does not exist cannot be assumed.
pub fn role_facts(join: &Join, resource: &Resource, role_arn: &Fact<Option<String>>, service: &str) -> (Told<bool>, Told<bool>) {
    let role = match role(join, resource, role_arn) {
        Ok(role) => role,
        Err(reasons) => return (Told::unread(reasons.clone()), Told::unread(reasons)),
    };
    let Some(properties) = role.get::<iam::Role>() else { return (Told::default(), Told::default()) };
    let exists = properties.exists.or_why(|| why_unread(join.index.shard, role, "exists"));
    let assumable = match exists {
        Ok(true) => is_assumable(join, role, properties, service),
        _ => exists.clone(),
    };
    (exists.into(), assumable.into())
}

/// The role with this ARN.
fn role<'a>(join: &Join<'a>, resource: &Resource, role_arn: &Fact<Option<String>>) -> Outcome<&'a Resource> {
    let role_arn = role_arn.or_why(|| why_unread(join.index.shard, resource, "role_arn"))?;
    let Some(role_arn) = role_arn else { return Err(vec!["it names no role".to_owned()]) };
    if let Some(role) = join.index.roles.get(role_arn.as_str()) {
        return Ok(role);
    }
    if resource.declared.is_some() {
        // The template does not show a role outside of it.
        return Err(vec![DEPLOYED.to_owned()]);
    }
    if arn::place(&role_arn).is_some_and(|(account, _)| account != resource.account) {
        return Err(vec![format!("{role_arn} is a role of another account")]);
    }
    let mut reasons = vec![format!("the role {role_arn} was not read")];
    reasons.extend(join.index.missing(&[iam::Role::INFO.operation]));
    Err(reasons)
}

fn is_assumable(join: &Join, role: &Resource, properties: &iam::Role, service: &str) -> Outcome<bool> {
    let Some(text) = properties.trust_policy.or_why(|| why_unread(join.index.shard, role, "trust_policy"))? else {
        return Err(vec![format!("the trust policy of {} is not in the inventory", role.arn)]);
    };
    let policy = Policy::parse_trust(&text, &Symbols::new(role, "trust_policy"))
        .map_err(|error| vec![format!("the trust policy of {} cannot be read: {error}", role.arn)])?;
    policy.lets_assume(service, &role.account).ok_or_else(|| {
        let condition = format!("whether {service} may assume {} depends on a condition of its trust policy", role.arn);
        Some(policy.reasons()).filter(|reasons| !reasons.is_empty()).unwrap_or_else(|| vec![condition])
    })
}
