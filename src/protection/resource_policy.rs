//! What a resource policy allows to everyone and to other accounts, and what it denies to everyone. Only certain answers count: an
//! Allow is open unless a condition surely confines it, and a Deny counts only if it surely holds. If an answer depends on the value of a
//! template symbol, it is unknown (`None`). May not know rules.
//!
//! Sources: "IAM JSON policy elements" in the IAM user guide (`Principal`, `NotPrincipal`, `Condition`, single- and multivalued
//! context keys), "The meaning of public" in the Amazon S3 user guide, "Vault access policies" in the AWS Backup developer guide,
//! AWS Config rule `backup-recovery-point-manual-deletion-disabled` (a Deny must have `Resource` and `Principal` `*`).

mod condition;
mod document;
mod encryption;
mod grants;
mod operator;
mod statement;
#[cfg(test)]
mod tests;
mod text;
mod trust;

use condition::Exemption;
pub use document::PolicyError;
use document::{Names, Statement};
pub use encryption::Refused;
pub use grants::{Grant, Grantee, Grants};
use operator::{all, any};
use statement::{denies_action, is_everyone, names_everyone};
pub use text::Symbols;

/// A resource policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// `None` for a statement that is unknown.
    statements: Vec<Option<Statement>>,
    /// Why some of the symbols may have any value.
    reasons: Vec<String>,
    /// Whether AWS shows the policy; otherwise a template declares it.
    is_live: bool,
}

/// The statements that allow something to everyone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// The statements that surely do: their Sid, or their position, counted from 1.
    pub statements: Vec<String>,
    /// Whether there may be more such statements.
    pub more: bool,
}

/// Whether the policy denies an action to everyone, and who is exempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Denial {
    /// Whether a statement denies the action to everyone except the exempt principals.
    pub everyone: bool,
    /// The principals that may be exempt, as the policy writes them: ARNs, and the organisation, account and user ids of conditions.
    pub exempt_principals: Vec<String>,
    /// Whether another statement may deny the action to more principals.
    pub more: bool,
}

impl Policy {
    /// Reads a policy text.
    ///
    /// # Errors
    /// The text is not a policy that IAM accepts.
    pub fn parse(text: &str, symbols: &Symbols) -> Result<Policy, PolicyError> {
        Ok(Policy { statements: document::statements(text, symbols, false)?, reasons: symbols.reasons(), is_live: symbols.are_of_aws() })
    }

    /// Reads the trust policy of a role.
    ///
    /// # Errors
    /// The text is not a policy that IAM accepts.
    pub fn parse_trust(text: &str, symbols: &Symbols) -> Result<Policy, PolicyError> {
        Ok(Policy { statements: document::statements(text, symbols, true)?, reasons: symbols.reasons(), is_live: symbols.are_of_aws() })
    }

    /// Whether a trust policy lets a service of an account, such as `backup.amazonaws.com`, assume the role; `None` if that depends on a
    /// condition or on the value of a symbol.
    pub fn lets_assume(&self, service: &str, account: &str) -> Option<bool> {
        trust::lets_assume(&self.statements, service, account)
    }

    /// Why answers may be unknown.
    pub fn reasons(&self) -> Vec<String> {
        self.reasons.clone()
    }

    /// The statements that allow something to everyone, without a condition that confines them to an organisation, accounts, principals,
    /// source resources or VPC endpoints.
    ///
    /// `aws:SourceIp` does not confine a statement here, although Amazon S3 does not call such a policy public: an address does not
    /// identify a caller.
    pub fn open_statements(&self) -> Opening {
        let mut found = Opening::default();
        for statement in &self.statements {
            match statement.as_ref().and_then(is_open) {
                Some(true) => found.statements.extend(statement.iter().map(|statement| statement.label.clone())),
                Some(false) => {}
                None => found.more = true,
            }
        }
        found
    }

    /// Whether the policy denies an action to everyone on every resource. A statement with any condition other than an exemption of
    /// principals does not count. Of several that count, the one with the fewest exemptions applies, because only a principal that is
    /// exempt from all of them escapes.
    pub fn denied(&self, action: &str) -> Denial {
        let mut found: Option<Vec<String>> = None;
        let mut more = false;
        for statement in &self.statements {
            match statement.as_ref().map_or(Some(None), |statement| denial(statement, action)) {
                Some(Some(exempt)) if found.as_ref().is_none_or(|fewest| exempt.len() < fewest.len()) => found = Some(exempt),
                Some(Some(_)) | None => {}
                Some(None) => more = true,
            }
        }
        // No principal is exempt, so another statement cannot deny the action to more.
        more &= found.as_ref().is_none_or(|exempt| !exempt.is_empty());
        Denial { everyone: found.is_some(), exempt_principals: found.unwrap_or_default(), more }
    }

    /// The grants to principals outside the accounts that `is_inside` knows. Statements that a condition confines to an organisation or a VPC,
    /// and AWS services, are not outside.
    pub fn grants_outside(&self, is_inside: impl Fn(&str) -> bool) -> Grants {
        grants::outside(&self.statements, self.is_live, &is_inside)
    }

    /// The encryption types whose uploads the bucket policy refuses. `default_algorithm` is the bucket's default encryption (`AES256`,
    /// `aws:kms`, `aws:kms:dsse`), which applies to uploads that name none. If it is unknown, such uploads count for each of the three.
    pub fn refused_encryption_types(&self, default_algorithm: Option<&str>, bucket_arn: &str) -> Refused {
        encryption::refused(&self.statements, default_algorithm, bucket_arn)
    }
}

/// Whether a statement allows something to everyone; `None` if that depends on the value of a symbol.
fn is_open(statement: &Statement) -> Option<bool> {
    let to_everyone = match &statement.principals {
        Names::Only(principals) => any(principals.iter().map(is_everyone)),
        Names::AllBut(_) => Some(true),
    };
    let is_confined = condition::confine(statement.conditions.as_deref());
    all([Some(statement.allows), to_everyone, is_confined.map(|confined| !confined)])
}

/// Who is exempt from a Deny of an action on everything. `None` if the Deny does not hold for everyone else; the inner `None` if that
/// depends on the value of a symbol.
fn denial(statement: &Statement, action: &str) -> Option<Option<Vec<String>>> {
    let everywhere = |resource: &text::Text| resource.passes(|text| !text.is_empty() && text.bytes().all(|byte| byte == b'*'));
    let on_everything = match &statement.resources {
        Names::Only(list) => any(list.iter().map(everywhere)),
        Names::AllBut(_) => Some(false),
    };
    let mut exempt = Vec::new();
    let to_everyone = match &statement.principals {
        Names::AllBut(principals) => {
            exempt.extend(principals.iter().map(|principal| principal.name.whole.clone()));
            any(principals.iter().map(|principal| if principal.name.is_open() { None } else { is_everyone(principal) }))
                .map(|nobody| !nobody)
        }
        Names::Only(_) => names_everyone(statement),
    };
    let is_read = if statement.conditions.is_some() { Some(true) } else { None };
    let mut holds = all([denies_action(statement, action), on_everything, to_everyone, is_read]);
    for condition in statement.conditions.iter().flatten() {
        let held = match condition::exempts(condition) {
            Exemption::Only(principals) => {
                exempt.extend(principals);
                Some(true)
            }
            Exemption::Partial => Some(false),
            Exemption::Open => None,
        };
        holds = all([holds, held]);
    }
    exempt.sort();
    exempt.dedup();
    match holds {
        Some(true) => Some(Some(exempt)),
        Some(false) => None,
        None => Some(None),
    }
}
