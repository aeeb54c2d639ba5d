//! Whether the trust policy of a role lets an AWS service assume the role.
//!
//! Source: "How IAM roles differ from resource-based policies" and "AWS JSON policy elements: Principal" in the IAM user guide; "Cross-service
//! confused deputy prevention" in the AWS Backup developer guide, which shows the conditions that such a trust policy may have.

use super::condition::account_of;
use super::document::{Condition, Names, Principal, Statement};
use super::operator::{Operator, all, any};
use super::statement::{covers_action, is_everyone};
use super::text::Account;

/// Whether some statement allows it and none denies it. An unknown statement may do either.
pub fn lets_assume(statements: &[Option<Statement>], service: &str, account: &str) -> Option<bool> {
    let applies = |allows: bool| {
        any(statements.iter().map(|statement| {
            let statement = statement.as_ref()?;
            all([
                Some(statement.allows == allows),
                covers_action(statement, "sts:AssumeRole"),
                covers_service(statement, service),
                conditions_hold(statement.conditions.as_deref(), allows, account),
            ])
        }))
    };
    all([applies(true), applies(false).map(|denied| !denied)])
}

/// Whether the service is one of the principals of a statement: everyone includes services.
fn covers_service(statement: &Statement, service: &str) -> Option<bool> {
    let is_service = |principal: &Principal| match principal.name.fixed().eq_ignore_ascii_case(service) {
        // A kind that is a symbol may be `Service`, and an open name may be this one.
        false if principal.name.may_match(service) => None,
        same => any([Some(same && principal.is_service), all([Some(principal.is_aws), is_everyone(principal)])]),
    };
    match &statement.principals {
        Names::Only(principals) => any(principals.iter().map(is_service)),
        Names::AllBut(principals) => any(principals.iter().map(is_service)).map(|excluded| !excluded),
    }
}

/// Whether the conditions hold when the service acts for the account. A condition that is not understood may hold or not.
fn conditions_hold(conditions: Option<&[Condition]>, allows: bool, account: &str) -> Option<bool> {
    all(conditions?.iter().map(|condition| {
        let names_account = match condition.key.as_str() {
            // The source is a resource of the account: which one is not known, and so a Deny may hold or not.
            "aws:sourcearn" | "aws:sourceaccount" if allows => is_of_account(condition, account),
            _ => false,
        };
        names_account.then_some(true)
    }))
}

/// Whether a condition is met by sources of the account.
fn is_of_account(condition: &Condition, account: &str) -> bool {
    let is_own = |found: Account| found == Account::Own || found == Account::Number(account.to_owned());
    !Operator::parse(&condition.operator).negated && condition.values.iter().any(|value| account_of(value).is_some_and(is_own))
}
