//! What one statement covers, and for whom. `None` if that depends on the value of a symbol.

use super::document::{Names, Principal, Statement};
use super::operator::{all, any};
use super::text::Text;
use wildmatch::WildMatch;

/// Whether a principal is `*`: "You cannot use a wildcard to match part of a principal name or ARN" (IAM user guide, "AWS JSON policy
/// elements: Principal").
pub fn is_everyone(principal: &Principal) -> Option<bool> {
    principal.name.passes(|name| !name.is_empty() && name.bytes().all(|byte| byte == b'*'))
}

/// Whether a statement is a Deny that covers an action; `None` if that depends on the value of a symbol.
pub fn denies_action(statement: &Statement, action: &str) -> Option<bool> {
    all([Some(!statement.allows), covers_action(statement, action)])
}

/// Whether a statement covers an action; `None` if that depends on the value of a symbol.
pub fn covers_action(statement: &Statement, action: &str) -> Option<bool> {
    let covers = |patterns: &[Text]| {
        any(patterns.iter().map(|pattern| match WildMatch::new_case_insensitive(&pattern.fixed()).matches(action) {
            false if pattern.may_match(action) => None,
            covers => Some(covers),
        }))
    };
    match &statement.actions {
        Names::Only(patterns) => covers(patterns),
        Names::AllBut(patterns) => covers(patterns).map(|covered| !covered),
    }
}

/// Whether `Principal` is everyone. Only for principals of the kind `AWS` does `*` mean everyone.
pub fn names_everyone(statement: &Statement) -> Option<bool> {
    match &statement.principals {
        Names::Only(list) => any(list.iter().filter(|principal| principal.is_aws).map(is_everyone)),
        Names::AllBut(_) => Some(false),
    }
}
