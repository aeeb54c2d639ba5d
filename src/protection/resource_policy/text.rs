//! The texts of a policy's elements. A policy from AWS may contain policy variables. A policy in a template may also contain symbols, for
//! values that are known only after deployment.
//!
//! Source: "IAM policy elements: Variables and tags" in the IAM user guide.

use crate::inventory::{Reasons, Resource, arn, is_policy_variable};
use wildmatch::WildMatch;

/// Which symbols the texts of a policy contain.
#[derive(Clone, Copy, Default)]
pub struct Symbols<'r> {
    /// The property that holds the policy, and why parts of the resource are unknown; `None` for a policy from AWS, in which every `${…}`
    /// is a policy variable.
    declared: Option<(&'r str, &'r Reasons)>,
}

impl<'r> Symbols<'r> {
    /// The symbols of a resource's policy.
    pub fn new(resource: &'r Resource, policy: &'r str) -> Self {
        Symbols { declared: resource.declared.as_deref().map(|declared| (policy, &declared.unknown)) }
    }

    #[cfg(test)]
    pub fn declared(policy: &'r str, unknown: &'r Reasons) -> Self {
        Symbols { declared: Some((policy, unknown)) }
    }

    /// Whether the policy is from AWS.
    pub fn are_of_aws(&self) -> bool {
        self.declared.is_none()
    }

    /// The symbols that may have any value, with the reasons.
    fn open(&self) -> impl Iterator<Item = (&'r str, &'r [String])> + use<'r> {
        let declared = self.declared;
        declared.into_iter().flat_map(|(policy, unknown)| {
            let symbol = move |path: &'r str| path.strip_prefix(policy)?.strip_prefix('.');
            unknown.iter().filter_map(move |(path, reasons)| Some((symbol(path)?, reasons.as_slice())))
        })
    }

    /// Why some of the symbols may have any value.
    pub fn reasons(&self) -> Vec<String> {
        let mut all: Vec<String> = self.open().flat_map(|(_, reasons)| reasons.iter().cloned()).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Whether a text contains a symbol that may have any value.
    pub fn is_open(&self, text: &str) -> bool {
        self.open().any(|(symbol, _)| text.contains(symbol))
    }
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Spelt,
    /// A symbol for a definite object of the template, such as the name of a bucket: its value contains no wildcard.
    Own,
    /// A symbol that may have any value.
    Open,
    /// A policy variable, whose value depends on the request.
    Variable,
}

/// A text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub whole: String,
    parts: Vec<(Part, String)>,
}

impl Text {
    pub fn new(whole: &str, symbols: &Symbols) -> Text {
        let mut parts: Vec<(Part, String)> = Vec::new();
        let mut rest = whole;
        while let Some(next) = rest.chars().next() {
            let (part, length) = match part_at(rest, symbols) {
                Some(found) => found,
                None => (Part::Spelt, next.len_utf8()),
            };
            let (taken, after) = rest.split_at(length);
            match parts.last_mut() {
                Some((Part::Spelt, text)) if part == Part::Spelt => text.push_str(taken),
                _ => parts.push((part, taken.to_owned())),
            }
            rest = after;
        }
        Text { whole: whole.to_owned(), parts }
    }

    fn has(&self, wanted: Part) -> bool {
        self.parts.iter().any(|(part, _)| *part == wanted)
    }

    /// Whether the text contains a symbol that may have any value.
    pub fn is_open(&self) -> bool {
        self.has(Part::Open)
    }

    pub fn has_variable(&self) -> bool {
        self.has(Part::Variable)
    }

    /// The text with one replacement for every symbol of a definite object, and another for every symbol that may have any value.
    fn spelt(&self, own: &str, open: &str) -> String {
        let spelt = self.parts.iter().map(|(part, text)| match part {
            Part::Spelt | Part::Variable => text.as_str(),
            Part::Own => own,
            Part::Open => open,
        });
        spelt.collect()
    }

    /// The text with all its symbols taken as names.
    pub fn fixed(&self) -> String {
        self.spelt(STAND_IN, STAND_IN)
    }

    /// Whether the text passes a test; `None` if that depends on whether its open symbols are names, paths or wildcards.
    pub fn passes(&self, test: impl Fn(&str) -> bool) -> Option<bool> {
        let named = test(&self.fixed());
        let always = !self.is_open() || ["0/0", "*"].iter().all(|open| test(&self.spelt(STAND_IN, open)) == named);
        always.then_some(named)
    }

    /// The account of an ARN, or that the text itself is. `None` if that depends on the value of a symbol.
    pub fn account(&self) -> Option<Account> {
        let fixed = self.fixed();
        let account = account_of(&fixed);
        let always = !self.is_open() || ["0/0", "*", "::::::"].iter().all(|open| account_of(&self.spelt(STAND_IN, open)) == account);
        if !always {
            return None;
        }
        Some(match account {
            Some(STAND_IN) if self.has(Part::Own) && self.parts.iter().any(is_account_of_another) => Account::Untold,
            Some(STAND_IN) if self.has(Part::Own) => Account::Own,
            Some(account) => Account::Number(account.to_owned()),
            None => Account::Untold,
        })
    }

    /// Whether the text or pattern matches `given` for some value of its open symbols.
    pub fn may_match(&self, given: &str) -> bool {
        self.is_open() && WildMatch::new_case_insensitive(&self.spelt(STAND_IN, "*")).matches(given)
    }
}

/// The account of a principal, a source or a condition's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// That of a definite object of the template, such as a role that it declares.
    Own,
    Number(String),
    /// The text does not contain an account.
    Untold,
}

/// The account of an ARN, or an account.
fn account_of(text: &str) -> Option<&str> {
    let account = arn::place(text).map_or(text, |(account, _)| account);
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
}

/// Whether a symbol stands for the id of an account that the template creates in the organisation.
fn is_account_of_another((part, symbol): &(Part, String)) -> bool {
    *part == Part::Own && (symbol.contains("aws_organizations_account.") || symbol.ends_with(".AccountId}"))
}

/// Replaces a definite object whose name is unknown, in names, in ARNs and in place of an account.
const STAND_IN: &str = "000000000000";

/// The symbol or variable at the start of a text, and its length.
fn part_at(text: &str, symbols: &Symbols) -> Option<(Part, usize)> {
    let open = symbols.open().filter(|(symbol, _)| text.starts_with(symbol)).map(|(symbol, _)| symbol.len()).max();
    if let Some(length) = open.filter(|length| *length > 0) {
        return Some((Part::Open, length));
    }
    let inside = text.strip_prefix("${")?;
    let end = inside.find('}')?;
    let part = if symbols.declared.is_none() || inside.get(..end).is_some_and(is_policy_variable) { Part::Variable } else { Part::Own };
    Some((part, "${".len() + end + 1))
}
