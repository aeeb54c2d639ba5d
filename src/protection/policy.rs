//! What the resource policy of a backup vault or bucket allows to everyone, and what it denies to everyone. A reading that is certain
//! or not counted: an Allow is open unless a condition surely confines it, a Deny counts only if it surely holds. May not know rules.
//!
//! Sources: "IAM JSON policy elements" in the IAM user guide (`Principal`, `NotPrincipal`, `Condition`, single- and multivalued
//! context keys), "The meaning of public" in the Amazon S3 user guide, "Vault access policies" in the AWS Backup developer guide,
//! AWS Config rule `backup-recovery-point-manual-deletion-disabled` (a Deny must have `Resource` and `Principal` `*`).

mod condition;
mod document;
mod encryption;
#[cfg(test)]
mod tests;

pub use document::PolicyError;
use document::{Names, Statement};
use wildmatch::WildMatch;

/// A resource policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy(Vec<Statement>);

/// Whether everyone is denied an action, and who is exempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Denial {
    /// Some statement denies it to everyone but the exempt.
    pub everyone: bool,
    /// Principals that may be exempt, as the policy writes them: ARNs, and organisation, account and user ids of conditions.
    pub exempt_principals: Vec<String>,
}

impl Policy {
    /// Reads a policy text.
    pub fn parse(text: &str) -> Result<Policy, PolicyError> {
        document::statements(text).map(Policy)
    }

    /// The statements that allow something to everyone and have no condition that confines it to an organisation, accounts,
    /// principals, source resources or VPC endpoints: their Sid, or `statement 2`.
    ///
    /// `aws:SourceIp` does not confine here, although S3 does not call such a policy public: an address is no identity.
    pub fn open_statements(&self) -> Vec<String> {
        let open = |statement: &&Statement| {
            let to_everyone = match &statement.principals {
                Names::Only(principals) => principals.iter().any(|principal| principal.name == "*"),
                Names::AllBut(_) => true,
            };
            statement.allows && to_everyone && !statement.conditions.iter().any(condition::confines)
        };
        self.0.iter().filter(open).map(|statement| statement.label.clone()).collect()
    }

    /// Whether an action is denied to everyone on every resource. A statement with any condition other than an exemption of
    /// principals is not counted; of several that count, the one with the fewest exemptions, as a principal must be exempt from all.
    pub fn denied(&self, action: &str) -> Denial {
        let everywhere = |resource: &String| !resource.is_empty() && resource.bytes().all(|byte| byte == b'*');
        let exemptions = self
            .0
            .iter()
            .filter(|statement| statement.denies(action))
            .filter(|statement| matches!(&statement.resources, Names::Only(list) if list.iter().any(everywhere)))
            .filter_map(exemptions)
            .min_by_key(Vec::len);
        match exemptions {
            Some(exempt_principals) => Denial { everyone: true, exempt_principals },
            None => Denial::default(),
        }
    }

    /// The encryption types, of `SSE-S3`, `SSE-KMS`, `DSSE-KMS` and `SSE-C`, of which a bucket policy surely refuses every upload
    /// by everyone. `default_algorithm` is the bucket's default encryption (`AES256`, `aws:kms`, `aws:kms:dsse`), that of uploads
    /// which name none; when it is not known, such uploads are taken to be of each of the three.
    pub fn refused_encryption_types(&self, default_algorithm: Option<&str>) -> Vec<&'static str> {
        encryption::refused(&self.0, default_algorithm)
    }
}

impl Statement {
    /// Whether it is a Deny that covers an action.
    fn denies(&self, action: &str) -> bool {
        let covers = |pattern: &String| WildMatch::new_case_insensitive(pattern).matches(action);
        let covered = match &self.actions {
            Names::Only(patterns) => patterns.iter().any(covers),
            Names::AllBut(patterns) => !patterns.iter().any(covers),
        };
        !self.allows && covered
    }

    /// Whether `Principal` is everyone. Of the kinds of principals, only `AWS` has a `*` that means everyone.
    fn names_everyone(&self) -> bool {
        matches!(&self.principals, Names::Only(list) if list.iter().any(|principal| principal.name == "*" && principal.is_aws))
    }
}

/// Who is exempt from a Deny; `None` when it does not hold for everyone else.
fn exemptions(statement: &Statement) -> Option<Vec<String>> {
    let mut exempt = match &statement.principals {
        Names::AllBut(principals) => principals.iter().map(|principal| principal.name.clone()).collect(),
        Names::Only(_) if statement.names_everyone() => Vec::new(),
        Names::Only(_) => return None,
    };
    for condition in &statement.conditions {
        exempt.extend(condition::exempts(condition)?);
    }
    exempt.sort();
    exempt.dedup();
    Some(exempt)
}
