//! Which conditions confine an Allow, and which only exempt principals from a Deny.

use super::document::Condition;

/// The quantifier of a condition on a key with several values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    None,
    AnyValue,
    AllValues,
}

/// An operator, taken apart: `ForAnyValue:StringNotLikeIfExists`. In lower case.
struct Operator<'a> {
    quantifier: Quantifier,
    name: &'a str,
    if_exists: bool,
}

impl<'a> Operator<'a> {
    fn of(condition: &'a Condition) -> Operator<'a> {
        let text = condition.operator.as_str();
        let (quantifier, text) = match (text.strip_prefix("foranyvalue:"), text.strip_prefix("forallvalues:")) {
            (Some(rest), _) => (Quantifier::AnyValue, rest),
            (_, Some(rest)) => (Quantifier::AllValues, rest),
            _ => (Quantifier::None, text),
        };
        match text.strip_suffix("ifexists") {
            Some(name) => Operator { quantifier, name, if_exists: true },
            None => Operator { quantifier, name: text, if_exists: false },
        }
    }
}

/// What the values of a key that tells who calls, or from where, look like.
#[derive(Clone, Copy)]
enum Confinement {
    Arn,
    Account,
    Organisation,
    /// An id that AWS gives, such as that of a VPC endpoint.
    Id,
    /// `AROAEXAMPLE:session`: the part before the colon is what AWS gives.
    UserId,
}

fn confinement(key: &str) -> Option<Confinement> {
    Some(match key {
        "aws:principalarn" | "aws:sourcearn" | "s3:dataaccesspointarn" => Confinement::Arn,
        "aws:principalaccount" | "aws:sourceaccount" | "aws:sourceowner" | "aws:vpceaccount" | "s3:dataaccesspointaccount" => {
            Confinement::Account
        }
        "aws:principalorgid"
        | "aws:principalorgpaths"
        | "aws:sourceorgid"
        | "aws:sourceorgpaths"
        | "aws:vpceorgid"
        | "aws:vpceorgpaths" => Confinement::Organisation,
        "aws:sourcevpc" | "aws:sourcevpce" => Confinement::Id,
        "aws:userid" => Confinement::UserId,
        _ => return None,
    })
}

/// Whether a condition confines an Allow to callers or sources that somebody chose.
///
/// With `…IfExists` and `ForAllValues:` a request without the key passes, and an anonymous request has none of these keys, so
/// neither confines. Every value must confine, as any one of them is enough for a request.
pub fn confines(condition: &Condition) -> bool {
    let operator = Operator::of(condition);
    if operator.if_exists || operator.quantifier == Quantifier::AllValues {
        return false;
    }
    let values = condition.values.as_slice();
    let mount_target = "elasticfilesystem:accessedviamounttarget";
    if condition.key == mount_target && operator.name == "bool" {
        return !values.is_empty() && values.iter().all(|value| value == "true");
    }
    let arn_operator = matches!(operator.name, "arnequals" | "arnlike");
    let literal = matches!(operator.name, "stringequals" | "stringequalsignorecase");
    let Some(confinement) = confinement(&condition.key).filter(|_| arn_operator || literal || operator.name == "stringlike") else {
        return false;
    };
    let confining = |value: &String| is_confining(confinement, value, literal, arn_operator);
    !values.is_empty() && values.iter().all(confining)
}

/// Whether a value stands for something that somebody chose. With a literal operator `*` is a plain character.
fn is_confining(confinement: Confinement, value: &str, literal: bool, arn_operator: bool) -> bool {
    // The resource's own account and organisation are fixed; other variables may be as the caller likes.
    let own = matches!(
        (confinement, value.to_ascii_lowercase().as_str()),
        (Confinement::Account, "${aws:resourceaccount}") | (Confinement::Organisation, "${aws:resourceorgid}")
    );
    let stars_only = value.bytes().all(|byte| byte == b'*');
    if own || stars_only || value.contains("${") {
        return own;
    }
    let fixed_before = |text: &str| !text.is_empty() && !text.contains(['*', '?']);
    if literal || fixed_before(value) {
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
            is_account && (arn_operator || before.into_iter().all(|part| !part.contains(['*', '?'])))
        }
    }
}

/// The principals that a condition exempts from a Deny; `None` when it does anything else.
///
/// A negated operator denies all that match none of its values, requests without the key included, with or without `…IfExists`
/// and under `ForAllValues:`. Under `ForAnyValue:` a request without the key passes.
pub fn exempts(condition: &Condition) -> Option<Vec<String>> {
    let operator = Operator::of(condition);
    let tells_caller = matches!(
        condition.key.as_str(),
        "aws:principalarn" | "aws:principalaccount" | "aws:principalorgid" | "aws:principalorgpaths" | "aws:userid" | "aws:username"
    );
    let wildcards = match operator.name {
        "stringnotequals" | "stringnotequalsignorecase" => false,
        "stringnotlike" | "arnnotequals" | "arnnotlike" => true,
        _ => return None,
    };
    let exempts_all = |value: &String| wildcards && !value.is_empty() && value.bytes().all(|byte| byte == b'*');
    let counts = tells_caller
        && operator.quantifier != Quantifier::AnyValue
        && !condition.values.is_empty()
        && !condition.values.iter().any(exempts_all);
    counts.then(|| condition.values.clone())
}
