//! The parts of an ARN: `arn:partition:service:region:account:resource`.

use crate::inventory::{Fact, is_symbolic};

/// Whether two accounts or two Regions differ; unread while one of them is a symbol that may turn out to be the other.
pub fn differ(one: &str, other: &str) -> Fact<bool> {
    match one == other {
        true => Fact::Read(false),
        false if is_symbolic(one) || is_symbolic(other) => Fact::Unread,
        false => Fact::Read(true),
    }
}

/// The Region; empty where the ARN has none.
pub fn region(arn: &str) -> &str {
    part(arn, 3)
}

/// The account; empty where the ARN has none.
pub fn account(arn: &str) -> &str {
    part(arn, 4)
}

/// All behind the account.
pub fn resource(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or_default()
}

/// The name of a vault, from its ARN (`backup-vault:NAME`), or the text itself.
pub fn vault_name(arn: &str) -> &str {
    resource(arn).strip_prefix("backup-vault:").unwrap_or(arn)
}

fn part(arn: &str, index: usize) -> &str {
    arn.split(':').nth(index).unwrap_or_default()
}
