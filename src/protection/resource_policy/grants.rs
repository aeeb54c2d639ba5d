//! To whom the Allow statements grant something: everyone, or principals of accounts.
//!
//! Sources: "AWS JSON policy elements: Principal" in the IAM user guide; "The meaning of public" in the Amazon S3 user guide.

use super::condition::{self, Bound};
use super::document::{Names, Principal, Statement};
use super::operator::any;
use super::statement::is_everyone;
use super::text::{Account, Text};

/// Someone to whom a statement grants something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The statement: its Sid, or its position, counted from 1.
    pub statement: String,
    pub to: Grantee,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grantee {
    /// Everyone, in any account.
    Everyone,
    /// A principal, or the value of a condition that confines the statement, as the policy writes it. The account is `None` if the name does
    /// not contain it: a canonical user id, an origin access identity of Amazon CloudFront, the ARN of a bucket.
    Principal { name: String, account: Option<String> },
}

/// The grants to principals outside some accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    pub found: Vec<Grant>,
    /// Whether there may be more.
    pub more: bool,
}

/// Those outside the accounts among the principals, or among the values of one condition. The principals of a statement must meet all its
/// conditions, so each of these lists bounds it.
#[derive(Default)]
struct Side {
    outside: Vec<Grantee>,
    /// Whether there may be more.
    more: bool,
}

/// The grants of the Allow statements to principals outside the accounts that `is_inside` knows. `is_live`: AWS shows the policy; otherwise a
/// template declares it.
pub fn outside(statements: &[Option<Statement>], is_live: bool, is_inside: &dyn Fn(&str) -> bool) -> Grants {
    let mut grants = Grants::default();
    for statement in statements {
        let Some(statement) = statement else {
            grants.more = true;
            continue;
        };
        let side = if statement.allows { of_statement(statement, is_live, is_inside) } else { Side::default() };
        grants.more |= side.more;
        grants.found.extend(side.outside.into_iter().map(|to| Grant { statement: statement.label.clone(), to }));
    }
    grants
}

/// Those outside the accounts to whom an Allow statement grants something.
fn of_statement(statement: &Statement, is_live: bool, is_inside: &dyn Fn(&str) -> bool) -> Side {
    let mut sides = vec![of_principals(&statement.principals, is_live, is_inside)];
    // A symbol may stand for a condition that confines the statement.
    let mut unknown = statement.conditions.is_none();
    let conditions = statement.conditions.as_deref().unwrap_or_default();
    for condition in conditions {
        match condition::bound(condition, conditions) {
            None => unknown = true,
            Some(None) => {}
            Some(Some(Bound::Group)) => return Side::default(),
            Some(Some(Bound::Accounts(values))) => sides.push(of_values(&values, is_inside)),
        }
    }
    if sides.iter().any(|side| side.outside.is_empty() && !side.more) {
        return Side::default();
    }
    let alone = sides.len() == 1;
    if unknown || (!alone && sides.iter().any(|side| side.more)) {
        return Side { outside: Vec::new(), more: true };
    }
    // The narrowest of them.
    sides.into_iter().min_by_key(|side| (side.outside.contains(&Grantee::Everyone), side.outside.len())).unwrap_or_default()
}

fn of_principals(principals: &Names<Principal>, is_live: bool, is_inside: &dyn Fn(&str) -> bool) -> Side {
    let mut side = Side::default();
    match principals {
        Names::AllBut(_) => side.outside.push(Grantee::Everyone),
        Names::Only(principals) => {
            if any(principals.iter().map(is_everyone)) == Some(true) {
                side.outside.push(Grantee::Everyone);
                return side;
            }
            for principal in principals.iter().filter(|principal| !(principal.is_service || is_live && is_gone(&principal.name))) {
                match is_everyone(principal) {
                    None => side.more = true,
                    Some(_) => side.add(&principal.name, principal.name.account(), is_inside),
                }
            }
        }
    }
    side
}

impl Side {
    /// Adds a principal or a value of this account, if it is outside; an account of `None` depends on the value of a symbol.
    fn add(&mut self, name: &Text, account: Option<Account>, is_inside: &dyn Fn(&str) -> bool) {
        let name = name.whole.clone();
        match account {
            None => self.more = true,
            Some(Account::Own) => {}
            Some(Account::Number(account)) if is_inside(&account) => {}
            Some(Account::Number(account)) => self.outside.push(Grantee::Principal { name, account: Some(account) }),
            Some(Account::Untold) => self.outside.push(Grantee::Principal { name, account: None }),
        }
    }
}

fn of_values(values: &[&Text], is_inside: &dyn Fn(&str) -> bool) -> Side {
    let mut side = Side::default();
    for value in values {
        side.add(value, condition::account_of(value), is_inside);
    }
    side
}

/// Whether a principal is the unique id of a user or role that is deleted: IAM replaces the ARN by the id when the policy is saved, and shows
/// the id "because AWS can no longer map it back to a valid ARN". Nobody has it any more.
fn is_gone(name: &Text) -> bool {
    let is_id = |text: &str| text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    ["AIDA", "AROA"].iter().any(|prefix| name.whole.starts_with(prefix)) && is_id(&name.whole)
}
