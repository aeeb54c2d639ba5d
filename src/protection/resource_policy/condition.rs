//! Which conditions confine an Allow, and which only exempt principals from a Deny.

use super::document::Condition;
use super::operator::{Comparison, Operator, Quantifier, all, any};
use super::text::Text;

/// What the values of a key that tells who calls, or from where, look like.
#[derive(Clone, Copy)]
enum Confinement {
    Arn,
    Account,
    Organisation,
    /// An id or name that AWS gives, such as that of a VPC endpoint or of a service.
    Id,
    /// `AROAEXAMPLE:session`: the part before the colon is what AWS gives.
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
        // A service's own calls, as its name as the Principal would confine them.
        "aws:sourcevpc" | "aws:sourcevpce" | "aws:principalservicename" => Confinement::Id,
        "aws:userid" => Confinement::UserId,
        _ => return None,
    })
}

/// Whether the conditions of a statement confine an Allow to callers or sources that somebody chose; `None` where that depends on what a
/// symbol stands for.
pub fn confine(conditions: Option<&[Condition]>) -> Option<bool> {
    let conditions = conditions?;
    any(conditions.iter().map(|condition| confines(condition, conditions)))
}

/// With `…IfExists` and `ForAllValues:` a request without the key passes, and an anonymous request has none of these keys: neither confines,
/// unless another condition demands the key. Every value must confine, as any one of them is enough for a request.
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

/// Whether a condition lets no request without its key pass: `Null` with `false`.
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

/// Whether a value stands for something that somebody chose. An exact operator compares `*` as a plain character, which no ARN, account or
/// organisation has.
fn is_confining(confinement: Confinement, value: &Text, operator: Operator, exact: bool) -> Option<bool> {
    if value.has_variable() {
        // The resource's own account and organisation are fixed; other variables may be as the caller likes.
        let own = matches!(
            (confinement, value.whole.to_ascii_lowercase().as_str()),
            (Confinement::Account, "${aws:resourceaccount}") | (Confinement::Organisation, "${aws:resourceorgid}")
        );
        return Some(own);
    }
    if exact { Some(true) } else { value.passes(|text| is_fixed(confinement, text, operator)) }
}

/// Whether a pattern names what somebody chose.
fn is_fixed(confinement: Confinement, value: &str, operator: Operator) -> bool {
    let fixed_before = |text: &str| !text.is_empty() && !text.contains(['*', '?']);
    if fixed_before(value) {
        return true;
    }
    match confinement {
        Confinement::Account | Confinement::Id => false,
        // `o-a1b2c3d4e5/*`: the organisation is before the first slash.
        Confinement::Organisation => value.split_once('/').is_some_and(|(organisation, _)| fixed_before(organisation)),
        Confinement::UserId => value.split_once(':').is_some_and(|(id, _)| fixed_before(id)),
        // The account is fixed. `StringLike` lets `*` run over colons, so nothing before the account may have one.
        Confinement::Arn => {
            let parts: Vec<&str> = value.split(':').collect();
            let account = parts.get(4).copied().unwrap_or_default();
            let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            let before = parts.iter().take(4);
            is_account && (operator.comparison == Comparison::Arn || before.into_iter().all(|part| !part.contains(['*', '?'])))
        }
    }
}

/// What a condition does to a Deny.
pub enum Exemption {
    /// It exempts these principals and nobody else.
    Only(Vec<String>),
    /// It does anything else.
    Partial,
    /// What it does depends on what a symbol stands for.
    Open,
}

/// The principals that a condition exempts from a Deny.
///
/// A negated operator denies all that match none of its values, requests without the key included, with or without `…IfExists`
/// and under `ForAllValues:`. Under `ForAnyValue:` a request without the key passes.
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
    // Compared exactly, a star is in nobody's name.
    let named = condition.values.iter().filter(|value| !exact || !value.whole.contains('*'));
    Exemption::Only(named.map(|value| value.whole.clone()).collect())
}
