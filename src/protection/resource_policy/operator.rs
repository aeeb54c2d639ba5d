//! The operators of a policy's conditions.
//!
//! Source: "IAM JSON policy elements: Condition operators" and "Set operators for multi-valued context keys" in the IAM user guide.
//! `StringEquals` compares exactly, without wildcards; `StringLike` takes wildcards; `ArnEquals` and `ArnLike` "behave identically", both
//! with wildcards. If the request lacks the key, a plain operator does not hold; a negated one does, and so does one with `IfExists` or
//! `ForAllValues:`.

use super::text::Text;
use wildmatch::WildMatch;

/// The quantifier of a condition on a key with several values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    None,
    AnyValue,
    AllValues,
}

/// How an operator compares.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Exact,
    IgnoreCase,
    /// With `*` and `?`.
    Like,
    /// Compares like `Like`, but each part of an ARN separately.
    Arn,
    Bool,
    /// `true` for a key that the request lacks, `false` for a key that it has.
    Null,
    /// An operator that compares numbers, dates, bytes or addresses.
    Other,
}

/// A parsed operator, such as `ForAnyValue:StringNotLikeIfExists`.
#[derive(Clone, Copy)]
pub struct Operator {
    pub quantifier: Quantifier,
    pub comparison: Comparison,
    pub negated: bool,
    if_exists: bool,
}

impl Operator {
    /// Parses an operator in lower case.
    pub fn parse(text: &str) -> Operator {
        let (quantifier, text) = match (text.strip_prefix("foranyvalue:"), text.strip_prefix("forallvalues:")) {
            (Some(rest), _) => (Quantifier::AnyValue, rest),
            (_, Some(rest)) => (Quantifier::AllValues, rest),
            _ => (Quantifier::None, text),
        };
        let (name, if_exists) = text.strip_suffix("ifexists").map_or((text, false), |name| (name, true));
        let (comparison, negated) = match name {
            "stringequals" => (Comparison::Exact, false),
            "stringnotequals" => (Comparison::Exact, true),
            "stringequalsignorecase" => (Comparison::IgnoreCase, false),
            "stringnotequalsignorecase" => (Comparison::IgnoreCase, true),
            "stringlike" => (Comparison::Like, false),
            "stringnotlike" => (Comparison::Like, true),
            "arnequals" | "arnlike" => (Comparison::Arn, false),
            "arnnotequals" | "arnnotlike" => (Comparison::Arn, true),
            "bool" => (Comparison::Bool, false),
            "null" => (Comparison::Null, false),
            _ => (Comparison::Other, false),
        };
        Operator { quantifier, comparison, negated, if_exists }
    }

    /// Whether the operator holds for a request that lacks the key; for `Null`, the value decides.
    pub fn holds_without_key(self) -> bool {
        match self.quantifier {
            Quantifier::AllValues => true,
            Quantifier::AnyValue => self.if_exists,
            Quantifier::None => self.negated || self.if_exists,
        }
    }

    /// Whether `*` and `?` in the values are wildcards.
    pub fn takes_wildcards(self) -> bool {
        matches!(self.comparison, Comparison::Like | Comparison::Arn)
    }

    /// Whether the condition's values contain the request's value, before negation; `None` if that depends on the value of a symbol.
    pub fn finds(self, values: &[Text], given: &str) -> Option<bool> {
        let is = |value: &Text| match self.compares(&value.fixed(), given) {
            false if value.may_match(given) => None,
            same => Some(same),
        };
        any(values.iter().map(is))
    }

    fn compares(self, value: &str, given: &str) -> bool {
        match self.comparison {
            Comparison::Exact => value == given,
            Comparison::IgnoreCase | Comparison::Bool => value.eq_ignore_ascii_case(given),
            Comparison::Like | Comparison::Arn => WildMatch::new(value).matches(given),
            Comparison::Null | Comparison::Other => false,
        }
    }
}

/// Whether at least one is true: one `true` decides, whatever the others are.
pub fn any(each: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut found = Some(false);
    for one in each {
        match one {
            Some(true) => return Some(true),
            Some(false) => {}
            None => found = None,
        }
    }
    found
}

/// Whether all are true: one `false` decides, whatever the others are.
pub fn all(each: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    any(each.into_iter().map(|one| one.map(|one| !one))).map(|some_is_not| !some_is_not)
}
