//! The read-only operations of AWS APIs, with their IAM actions and their rates.

use super::answer::Answer;
use std::num::NonZeroU32;

/// Calls per second of one operation in one Region, unless the operation has its own rate. EC2 refills 20 tokens a second (same source).
pub(super) const RATE: NonZeroU32 = at_least_one(10);

/// A non-zero count for a rate limiter.
pub(super) const fn at_least_one(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

/// A read-only operation of an AWS API.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// The IAM prefix, such as `elasticfilesystem`.
    pub service: &'static str,
    /// The name in the API, such as `DescribeFileSystems`.
    pub name: &'static str,
    /// The full IAM action if it is not `service:name` (`s3:GetEncryptionConfiguration`); otherwise empty.
    pub action: &'static str,
    /// Further IAM actions that the caller needs.
    pub also: &'static [&'static str],
    /// The members that every answer has.
    pub answer: Answer,
    pub(super) rate: NonZeroU32,
}

impl Operation {
    /// An operation whose IAM action has the operation's name, and whose answers have the form `answer`.
    pub const fn new(service: &'static str, name: &'static str, answer: Answer) -> Operation {
        Operation { service, name, action: "", also: &[], answer, rate: RATE }
    }

    /// The same operation with another IAM action, given in full.
    pub const fn with_action(mut self, action: &'static str) -> Operation {
        self.action = action;
        self
    }

    /// The same operation with further IAM actions that the caller needs, given in full.
    pub const fn with_also(mut self, actions: &'static [&'static str]) -> Operation {
        self.also = actions;
        self
    }

    /// The same operation with another rate, in calls per second in one Region: for operations with their own documented limit.
    pub const fn with_rate(mut self, per_second: u32) -> Operation {
        self.rate = at_least_one(per_second);
        self
    }

    /// The IAM actions that the caller needs, such as `ec2:DescribeVolumes`.
    pub fn iam_actions(&self) -> impl Iterator<Item = String> {
        let own = if self.action.is_empty() { format!("{}:{}", self.service, self.name) } else { self.action.to_owned() };
        std::iter::once(own).chain(self.also.iter().map(|action| (*action).to_owned()))
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_actions() {
        let volumes = Operation::new("ec2", "DescribeVolumes", Answer::ec2(&[]));
        assert_eq!(volumes.to_string(), "ec2:DescribeVolumes");
        assert_eq!(volumes.iam_actions().collect::<Vec<_>>(), ["ec2:DescribeVolumes"]);
        let encryption = Operation::new("s3", "GetBucketEncryption", Answer::xml("X", &[])).with_action("s3:GetEncryptionConfiguration");
        assert_eq!(encryption.iam_actions().collect::<Vec<_>>(), ["s3:GetEncryptionConfiguration"]);
        assert_eq!(encryption.to_string(), "s3:GetBucketEncryption");
        let clusters = Operation::new("cloudformation", "ListResources(AWS::EKS::Cluster)", Answer::json(&[]))
            .with_action("cloudformation:ListResources")
            .with_also(&["eks:ListClusters"]);
        assert_eq!(clusters.iam_actions().collect::<Vec<_>>(), ["cloudformation:ListResources", "eks:ListClusters"]);
    }
}
