//! AWS Organizations: the organisation of the account, and the backup policy that is in effect for it. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`organizations/2016-11-28`). All operations belong to the account, not to a Region.

use super::answer::Answer;
use super::call::Reader;
use super::operation::Operation;
use crate::inventory::Fact;
use crate::inventory::types::account::{Account, Organization, PolicyError, PolicyPlan};
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types as sdk;
use serde_json::{Map, Value};

/// "You can call this operation from any account in a organization."
const DESCRIBE_ORGANIZATION: Operation =
    Operation::new("organizations", "DescribeOrganization", Answer::json(&["Organization/Id", "Organization/MasterAccountId"]));
/// "You can call this operation from any account in a organization."
const DESCRIBE_EFFECTIVE_POLICY: Operation =
    Operation::new("organizations", "DescribeEffectivePolicy", Answer::json(&["EffectivePolicy/PolicyContent"]));
/// "You can only call this operation from the management account or a member account that is a delegated administrator."
const LIST_EFFECTIVE_POLICY_VALIDATION_ERRORS: Operation =
    Operation::new("organizations", "ListEffectivePolicyValidationErrors", Answer::json(&["EffectivePolicyValidationErrors/*/ErrorCode"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&DESCRIBE_ORGANIZATION, &DESCRIBE_EFFECTIVE_POLICY, &LIST_EFFECTIVE_POLICY_VALIDATION_ERRORS];

/// The code of every operation for an account outside Organizations.
const NOT_IN_USE: &str = "AWSOrganizationsNotInUseException";
/// The account has no policy of the type.
const NO_POLICY: &str = "EffectivePolicyNotFoundException";

/// Fills in what Organizations shows of the reader's account.
pub async fn read(reader: &Reader, account: &mut Account) {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let described = reader.one_or(&DESCRIBE_ORGANIZATION, client.describe_organization().send(), &[NOT_IN_USE]).await;
    account.organization = match described {
        None => Fact::Unread,
        Some(answer) => Fact::Read(answer.and_then(|answer| organization(answer.organization?))),
    };
    if account.organization == Fact::Read(None) {
        account.backup_policy_plans = Fact::Read(None);
        account.backup_policy_errors = Vec::new().into();
        return;
    }
    let call = client.describe_effective_policy().policy_type(sdk::EffectivePolicyType::BackupPolicy).send();
    if let Some(answer) = reader.one_or(&DESCRIBE_EFFECTIVE_POLICY, call, &[NO_POLICY, NOT_IN_USE]).await {
        let content = answer.and_then(|answer| answer.effective_policy?.policy_content);
        account.backup_policy_plans = match content.map(|content| plans(&content)) {
            None => Fact::Read(None),
            Some(None) => Fact::Unread,
            Some(plans) => Fact::Read(plans),
        };
    }
    // Other accounts may not ask. Whether one is a delegated administrator, only the management account can tell.
    let is_management = account.organization.present().is_some_and(|organization| organization.management_account == reader.account);
    if is_management {
        account.backup_policy_errors = validation_errors(reader, &client).await;
    }
}

fn organization(read: sdk::Organization) -> Option<Organization> {
    Some(Organization { id: read.id?, management_account: read.master_account_id? })
}

async fn validation_errors(reader: &Reader, client: &Client) -> Fact<Vec<PolicyError>> {
    let call = |token| {
        let call = client.list_effective_policy_validation_errors().account_id(&reader.account);
        call.policy_type(sdk::EffectivePolicyType::BackupPolicy).set_next_token(token).send()
    };
    let listed = reader.pages_by_token(
        &LIST_EFFECTIVE_POLICY_VALIDATION_ERRORS,
        call,
        |page| page.effective_policy_validation_errors.unwrap_or_default(),
        &[NO_POLICY],
    );
    match listed.await {
        None => Fact::Unread,
        Some(errors) => Fact::Read(errors.unwrap_or_default().into_iter().filter_map(policy_error).collect()),
    }
}

fn policy_error(read: sdk::EffectivePolicyValidationError) -> Option<PolicyError> {
    Some(PolicyError { code: read.error_code?, message: read.error_message.into(), path: read.path_to_error.into() })
}

/// The plans of a backup policy: `plans.NAME.{regions, rules, selections}`, with selections by `tags` or by `resources` (AWS Organizations user
/// guide, "Backup policy syntax and examples"). `None` for a text that does not have this form.
fn plans(content: &str) -> Option<Vec<PolicyPlan>> {
    let policy: Value = serde_json::from_str(content).ok()?;
    let plan = |(name, plan): (&String, &Value)| {
        let plan = plan.as_object()?;
        Some(PolicyPlan { name: name.clone(), regions: regions(plan)?, rules: count(plan.get("rules"))?, selections: selections(plan)? })
    };
    match policy.as_object()?.get("plans") {
        None => Some(Vec::new()),
        Some(plans) => plans.as_object()?.iter().map(plan).collect(),
    }
}

fn regions(plan: &Map<String, Value>) -> Option<Vec<String>> {
    match plan.get("regions") {
        None => Some(Vec::new()),
        Some(regions) => assigned(regions).as_array()?.iter().map(|region| region.as_str().map(str::to_owned)).collect(),
    }
}

fn selections(plan: &Map<String, Value>) -> Option<i64> {
    let Some(selections) = plan.get("selections") else { return Some(0) };
    let selections = selections.as_object()?;
    Some(count(selections.get("tags"))? + count(selections.get("resources"))?)
}

/// How many named elements an object has.
fn count(elements: Option<&Value>) -> Option<i64> {
    elements.map_or(Some(0), |elements| Some(elements.as_object()?.len() as i64))
}

/// A value without its inheritance operator. An effective policy has none; this reads one that does.
fn assigned(value: &Value) -> &Value {
    value.get("@@assign").unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(regions: &[&str], rules: i64, selections: i64) -> PolicyPlan {
        let regions = regions.iter().map(|region| (*region).to_owned()).collect();
        PolicyPlan { name: "daily".to_owned(), regions, rules, selections }
    }

    #[test]
    fn selections_by_tags_and_by_resources_count() {
        let of = |selections: &str| {
            plans(&format!(r#"{{"plans":{{"daily":{{"regions":["eu-west-1"],"rules":{{"night":{{}}}},"selections":{selections}}}}}}}"#))
        };
        assert_eq!(of(r#"{"tags":{"a":{},"b":{}}}"#), Some(vec![plan(&["eu-west-1"], 1, 2)]));
        assert_eq!(of(r#"{"resources":{"all":{"resource_types":["*"]}}}"#), Some(vec![plan(&["eu-west-1"], 1, 1)]));
        assert_eq!(of("{}"), Some(vec![plan(&["eu-west-1"], 1, 0)]));
        assert_eq!(of("[]"), None);
    }

    #[test]
    fn a_policy_of_another_form_is_not_read() {
        assert_eq!(plans("{}"), Some(Vec::new()));
        assert_eq!(plans(r#"{"plans":{"daily":{}}}"#), Some(vec![plan(&[], 0, 0)]));
        assert_eq!(plans(r#"{"plans":{"daily":{"regions":{"@@assign":["eu-west-1"]}}}}"#), Some(vec![plan(&["eu-west-1"], 0, 0)]));
        for text in ["", "[", "[]", r#"{"plans":[]}"#, r#"{"plans":{"daily":1}}"#, r#"{"plans":{"daily":{"regions":"eu-west-1"}}}"#] {
            assert_eq!(plans(text), None, "{text}");
        }
    }
}
