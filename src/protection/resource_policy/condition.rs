//! Which conditions confine an Allow, and which only exempt principals from a Deny.

use super::document::Condition;
use super::operator::{Comparison, Operator, Quantifier, all, any};
use super::text::{Account, Text};

/// The form of the values of a key that identifies the caller or the source.
#[derive(Clone, Copy)]
enum Confinement {
    Arn,
    Account,
    Organisation,
    /// An id or name that AWS assigns, such as that of a VPC endpoint or of a service.
    Id,
    /// `AROAEXAMPLE:session`: AWS assigns the part before the colon.
    UserId,
}

/// Source: "AWS global condition context keys" in the IAM user guide, and the condition keys of Amazon S3 and AWS KMS.
fn confinement(key: &str) -> Option<Confinement> {
    Some(match key {
        "aws:principalarn" | "aws:sourcearn" | "s3:dataaccesspointarn" => Confinement::Arn,
        "aws:principalaccount"
        | "aws:sourceaccount"
        | "aws:sourceowner"
        | "aws:vpceaccount"
        | "s3:dataaccesspointaccount"
        | "kms:calleraccount" => Confinement::Account,
        "aws:principalorgid"
        | "aws:principalorgpaths"
        | "aws:sourceorgid"
        | "aws:sourceorgpaths"
        | "aws:vpceorgid"
        | "aws:vpceorgpaths" => Confinement::Organisation,
        // A service's own calls; a statement that names the service as its Principal confines them the same way.
        "aws:sourcevpc" | "aws:sourcevpce" | "aws:principalservicename" => Confinement::Id,
        "aws:userid" => Confinement::UserId,
        _ => return None,
    })
}

/// Whether the conditions of a statement confine an Allow to specific callers or sources; `None` if that depends on the value of a symbol.
pub fn confine(conditions: Option<&[Condition]>) -> Option<bool> {
    let conditions = conditions?;
    any(conditions.iter().map(|condition| confines(condition, conditions)))
}

/// To whom a condition confines a statement.
pub enum Bound<'p> {
    /// To an organisation, a VPC or an AWS service.
    Group,
    /// To the accounts of these values.
    Accounts(Vec<&'p Text>),
}

/// To whom a condition confines an Allow; `None` if it does not. The outer `None`: that depends on the value of a symbol.
pub fn bound<'p>(condition: &'p Condition, conditions: &[Condition]) -> Option<Option<Bound<'p>>> {
    let confines = confines(condition, conditions)?;
    Some(confines.then(|| match confinement(&condition.key) {
        Some(Confinement::Arn | Confinement::Account | Confinement::UserId) => Bound::Accounts(condition.values.iter().collect()),
        Some(Confinement::Organisation | Confinement::Id) | None => Bound::Group,
    }))
}

/// The account of a value of a condition that confines a statement; `None` if it depends on the value of a symbol.
pub fn account_of(value: &Text) -> Option<Account> {
    match value.whole.eq_ignore_ascii_case("${aws:resourceaccount}") {
        true => Some(Account::Own),
        false => value.account(),
    }
}

/// With `…IfExists` and `ForAllValues:`, a request without the key passes, and an anonymous request has none of these keys. So neither
/// confines, unless another condition requires the key. Every value must confine, because a request needs to match only one of them.
fn confines(condition: &Condition, conditions: &[Condition]) -> Option<bool> {
    let operator = Operator::parse(&condition.operator);
    let values = condition.values.as_slice();
    if operator.negated || values.is_empty() {
        return Some(false);
    }
    let is_demanded = match operator.holds_without_key() {
        true => any(conditions.iter().filter(|other| other.key == condition.key).map(demands_key)),
        false => Some(true),
    };
    let confining = if condition.key == "elasticfilesystem:accessedviamounttarget" && operator.comparison == Comparison::Bool {
        all(values.iter().map(|value| value.passes(|text| text.eq_ignore_ascii_case("true")).filter(|_| !value.is_open())))
    } else if let Some(confinement) = confinement(&condition.key) {
        let exact = matches!(operator.comparison, Comparison::Exact | Comparison::IgnoreCase);
        match operator {
            operator if !exact && !operator.takes_wildcards() => Some(false),
            _ => all(values.iter().map(|value| is_confining(confinement, value, operator, exact))),
        }
    } else {
        Some(false)
    };
    all([is_demanded, confining])
}

/// Whether a condition requires its key: `Null` with `false`.
fn demands_key(condition: &Condition) -> Option<bool> {
    match Operator::parse(&condition.operator).comparison {
        Comparison::Null => all(condition.values.iter().map(|value| match value.is_open() {
            true => None,
            false => Some(value.whole.eq_ignore_ascii_case("false")),
        }))
        .map(|is_false| is_false && !condition.values.is_empty()),
        _ => Some(false),
    }
}

/// Whether a value names something specific. An exact operator compares `*` as a plain character, and no ARN, account or organisation
/// contains it.
fn is_confining(confinement: Confinement, value: &Text, operator: Operator, exact: bool) -> Option<bool> {
    if value.has_variable() {
        // The resource's own account and organisation are fixed; the caller can influence other variables.
        let own = matches!(
            (confinement, value.whole.to_ascii_lowercase().as_str()),
            (Confinement::Account, "${aws:resourceaccount}") | (Confinement::Organisation, "${aws:resourceorgid}")
        );
        return Some(own);
    }
    if exact { Some(true) } else { value.passes(|text| is_fixed(confinement, text, operator)) }
}

/// Whether a pattern names something specific.
fn is_fixed(confinement: Confinement, value: &str, operator: Operator) -> bool {
    let fixed_before = |text: &str| !text.is_empty() && !text.contains(['*', '?']);
    if fixed_before(value) {
        return true;
    }
    match confinement {
        Confinement::Account | Confinement::Id => false,
        // `o-a1b2c3d4e5/*`: the organisation stands before the first slash.
        Confinement::Organisation => value.split_once('/').is_some_and(|(organisation, _)| fixed_before(organisation)),
        Confinement::UserId => value.split_once(':').is_some_and(|(id, _)| fixed_before(id)),
        // The account is fixed. In `StringLike`, `*` also matches colons, so no part before the account may contain a wildcard.
        Confinement::Arn => {
            let parts: Vec<&str> = value.split(':').collect();
            let account = parts.get(4).copied().unwrap_or_default();
            let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            let before = parts.iter().take(4);
            is_account && (operator.comparison == Comparison::Arn || before.into_iter().all(|part| !part.contains(['*', '?'])))
        }
    }
}

/// The effect of a condition on a Deny.
pub enum Exemption {
    /// The condition exempts these principals and no others.
    Only(Vec<String>),
    /// The condition has any other effect.
    Partial,
    /// The effect depends on the value of a symbol.
    Open,
}

/// The principals that a condition exempts from a Deny.
///
/// A negated operator denies all requests that match none of its values, including those without the key, with or without `…IfExists` and
/// under `ForAllValues:`. Under `ForAnyValue:`, a request without the key passes.
pub fn exempts(condition: &Condition) -> Exemption {
    let operator = Operator::parse(&condition.operator);
    let tells_caller = matches!(
        condition.key.as_str(),
        "aws:principalarn" | "aws:principalaccount" | "aws:principalorgid" | "aws:principalorgpaths" | "aws:userid" | "aws:username"
    );
    let exact = matches!(operator.comparison, Comparison::Exact | Comparison::IgnoreCase);
    let by_name = operator.negated && (exact || operator.takes_wildcards());
    if !by_name || !tells_caller || operator.quantifier == Quantifier::AnyValue || condition.values.is_empty() {
        return Exemption::Partial;
    }
    if condition.values.iter().any(Text::is_open) {
        return Exemption::Open;
    }
    let stars_only = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte == b'*');
    if !exact && condition.values.iter().any(|value| stars_only(&value.whole)) {
        return Exemption::Partial;
    }
    // An exact operator treats `*` as a plain character, and no principal's name contains it.
    let named = condition.values.iter().filter(|value| !exact || !value.whole.contains('*'));
    Exemption::Only(named.map(|value| value.whole.clone()).collect())
}
