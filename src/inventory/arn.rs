//! ARNs (`arn:partition:service:region:account:resource`) and the partitions of AWS.

use super::{Fact, Resource, is_symbolic};

/// A partition: a group of Regions with separate accounts, endpoints and ARNs.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// The name in ARNs, such as `aws-cn`.
    pub name: &'static str,
    /// The prefix of its Regions' names; empty for `aws`, which has all other Regions.
    region_prefix: &'static str,
    /// The domain of its services (`AWS::URLSuffix`).
    pub domain: &'static str,
    /// A Region that every account of the partition has.
    pub first_region: &'static str,
}

/// Every partition, `aws` last. <https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json>
static PARTITIONS: [Partition; 8] = [
    Partition { name: "aws-cn", region_prefix: "cn-", domain: "amazonaws.com.cn", first_region: "cn-north-1" },
    Partition { name: "aws-us-gov", region_prefix: "us-gov-", domain: "amazonaws.com", first_region: "us-gov-west-1" },
    Partition { name: "aws-iso", region_prefix: "us-iso-", domain: "c2s.ic.gov", first_region: "us-iso-east-1" },
    Partition { name: "aws-iso-b", region_prefix: "us-isob-", domain: "sc2s.sgov.gov", first_region: "us-isob-east-1" },
    Partition { name: "aws-iso-e", region_prefix: "eu-isoe-", domain: "cloud.adc-e.uk", first_region: "eu-isoe-west-1" },
    Partition { name: "aws-iso-f", region_prefix: "us-isof-", domain: "csp.hci.ic.gov", first_region: "us-isof-south-1" },
    Partition { name: "aws-eusc", region_prefix: "eusc-", domain: "amazonaws.eu", first_region: "eusc-de-east-1" },
    Partition { name: "aws", region_prefix: "", domain: "amazonaws.com", first_region: "us-east-1" },
];

impl Partition {
    /// The partition of a Region.
    pub fn of_region(region: &str) -> &'static Partition {
        let [.., aws] = &PARTITIONS;
        PARTITIONS.iter().find(|partition| region.starts_with(partition.region_prefix)).unwrap_or(aws)
    }
}

/// The partition of an ARN; `aws` if the text is not an ARN.
pub fn partition(arn: &str) -> &str {
    parts(arn).nth(1).unwrap_or("aws")
}

/// The service, such as `rds`; empty if the text is not an ARN.
pub fn service(arn: &str) -> &str {
    part(arn, 2)
}

/// Whether two accounts or two Regions differ; unread if one is a symbol that may stand for the other.
pub fn differ(one: &str, other: &str) -> Fact<bool> {
    match one == other {
        true => Fact::Read(false),
        false if is_symbolic(one) || is_symbolic(other) => Fact::Unread,
        false => Fact::Read(true),
    }
}

/// Whether two resources are in different Regions or accounts. Plans of AWS Backup and policies of Amazon DLM apply only within one of each.
pub fn apart(one: &Resource, other: &Resource) -> Fact<bool> {
    match (differ(&one.region, &other.region), differ(&one.account, &other.account)) {
        (Fact::Read(true), _) | (_, Fact::Read(true)) => Fact::Read(true),
        (Fact::Read(false), Fact::Read(false)) => Fact::Read(false),
        _ => Fact::Unread,
    }
}

/// The Region; empty if the ARN has none.
pub fn region(arn: &str) -> &str {
    part(arn, 3)
}

/// The account; empty if the ARN has none.
pub fn account(arn: &str) -> &str {
    part(arn, 4)
}

/// Everything after the account.
pub fn resource(arn: &str) -> &str {
    part(arn, 5)
}

/// The part after the resource's kind: `snap-1` of `…:snapshot/snap-1`, `a:b` of `…:recovery-point:a:b`, the bucket of `arn:aws:s3:::bucket`.
/// The whole text if it is not an ARN.
pub fn id(arn: &str) -> &str {
    let resource = parts(arn).nth(5).unwrap_or(arn);
    match resource.find([':', '/']) {
        Some(end) => &resource[end + 1..],
        None => resource,
    }
}

/// Account and Region, if the text is an ARN.
pub fn place(arn: &str) -> Option<(&str, &str)> {
    parts(arn).nth(5).map(|_| (account(arn), region(arn)))
}

/// The name of a vault, from its ARN (`backup-vault:NAME`), or the text itself.
pub fn vault_name(arn: &str) -> &str {
    resource(arn).strip_prefix("backup-vault:").unwrap_or(arn)
}

fn part(arn: &str, index: usize) -> &str {
    parts(arn).nth(index).unwrap_or_default()
}

/// The six parts; fewer if the text is not an ARN. The colons in a symbol (`${AWS::Region}`) do not separate parts.
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

/// The first colon outside symbols.
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
    fn every_partition_is_known_by_its_regions() {
        for partition in &PARTITIONS {
            assert_eq!(Partition::of_region(partition.first_region), partition);
        }
        for (region, name) in
            [("us-isob-east-1", "aws-iso-b"), ("eusc-de-east-1", "aws-eusc"), ("eu-west-1", "aws"), ("${AWS::Region}", "aws")]
        {
            assert_eq!(Partition::of_region(region).name, name);
        }
    }

    #[test]
    fn ids_stand_behind_the_kind() {
        assert_eq!(id("arn:aws:ec2:us-east-1::snapshot/snap-1"), "snap-1");
        assert_eq!(id("arn:aws:backup:us-east-1:111122223333:recovery-point:continuous:b-1"), "continuous:b-1");
        assert_eq!(id("arn:aws:dynamodb:us-east-1:111122223333:table/t/backup/1"), "t/backup/1");
        assert_eq!(id("arn:aws:s3:::bucket"), "bucket");
        assert_eq!(id("no arn"), "no arn");
        assert_eq!(place("arn:aws:rds:us-west-2:111122223333:snapshot:s"), Some(("111122223333", "us-west-2")));
        assert_eq!(place("snapshot"), None);
    }

    #[test]
    fn places_differ_when_both_are_known() {
        assert_eq!(differ("a", "a"), Fact::Read(false));
        assert_eq!(differ("a", "b"), Fact::Read(true));
        assert_eq!(differ("${AWS::Region}", "${AWS::Region}"), Fact::Read(false));
        assert_eq!(differ("eu-west-1", "${AWS::Region}"), Fact::Unread);
    }
}
