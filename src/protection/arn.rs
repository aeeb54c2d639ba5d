//! The parts of an ARN: `arn:partition:service:region:account:resource`.

use crate::inventory::{Fact, Resource, is_symbolic};

/// Whether two accounts or two Regions differ; unread while one of them is a symbol that may turn out to be the other.
pub fn differ(one: &str, other: &str) -> Fact<bool> {
    match one == other {
        true => Fact::Read(false),
        false if is_symbolic(one) || is_symbolic(other) => Fact::Unread,
        false => Fact::Read(true),
    }
}

/// Whether two resources are in different Regions or accounts: what AWS Backup and Amazon DLM do ends at both.
pub fn apart(one: &Resource, other: &Resource) -> Fact<bool> {
    match (differ(&one.region, &other.region), differ(&one.account, &other.account)) {
        (Fact::Read(true), _) | (_, Fact::Read(true)) => Fact::Read(true),
        (Fact::Read(false), Fact::Read(false)) => Fact::Read(false),
        _ => Fact::Unread,
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
    parts(arn).nth(5).unwrap_or_default()
}

/// The name of a vault, from its ARN (`backup-vault:NAME`), or the text itself.
pub fn vault_name(arn: &str) -> &str {
    resource(arn).strip_prefix("backup-vault:").unwrap_or(arn)
}

fn part(arn: &str, index: usize) -> &str {
    parts(arn).nth(index).unwrap_or_default()
}

/// The six parts; fewer where the text is no ARN. The colons of a symbol (`${AWS::Region}`) part nothing.
pub fn parts(arn: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(arn);
    let mut left = 6;
    std::iter::from_fn(move || {
        let text = rest?;
        left -= 1;
        let (part, behind) = match colon(text).filter(|_| left > 0) {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        rest = behind;
        Some(part)
    })
}

/// The first colon outside of symbols.
fn colon(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find(':')?;
        match text[..at].rfind("${").filter(|open| !text[*open..at].contains('}')) {
            None => return Some(at),
            Some(open) => from = open + text[open..].find('}')? + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_parts_as_a_whole() {
        let arn = "arn:aws:backup:${AWS::Region}:${AWS::AccountId}:backup-vault:main";
        assert_eq!((region(arn), account(arn), resource(arn)), ("${AWS::Region}", "${AWS::AccountId}", "backup-vault:main"));
        assert_eq!(vault_name(arn), "main");
        assert_eq!(region("arn:aws:rds:eu-west-1:111122223333:db:orders"), "eu-west-1");
        assert_eq!(resource("arn:aws:s3:::data"), "data");
        assert_eq!(parts("orders").collect::<Vec<_>>(), ["orders"]);
        assert_eq!(parts("a:${open").collect::<Vec<_>>(), ["a", "${open"]);
    }

    #[test]
    fn places_differ_when_both_are_known() {
        assert_eq!(differ("a", "a"), Fact::Read(false));
        assert_eq!(differ("a", "b"), Fact::Read(true));
        assert_eq!(differ("${AWS::Region}", "${AWS::Region}"), Fact::Read(false));
        assert_eq!(differ("eu-west-1", "${AWS::Region}"), Fact::Unread);
    }
}
