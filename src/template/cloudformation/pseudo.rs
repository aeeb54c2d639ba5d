//! Pseudo parameters. <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html>

use crate::template::declaration::{Position, TemplateError, Value};

use super::stack::Stack;
use super::tree::short;
use super::values::unknown;

/// The value of `AWS::Region` and its like.
pub fn value(stack: &Stack<'_>, name: &str, at: Position) -> Result<Value, TemplateError> {
    let options = stack.session.options;
    let given = |value: &Option<String>, option: &str| match value {
        Some(value) => Value::Text(value.clone()),
        None => unknown(format!("{name} depends on where it is deployed (give it with {option})"), format!("${{{name}}}")),
    };
    let own = || unknown(format!("{name} is known when it is deployed"), format!("${{{}{name}}}", stack.source.prefix));
    let region = options.region.as_deref().unwrap_or_default();
    Ok(match name {
        "AWS::Region" => given(&options.region, "--region"),
        "AWS::AccountId" => given(&options.account, "--account"),
        "AWS::Partition" => Value::Text(partition(region).0.to_owned()),
        "AWS::URLSuffix" => Value::Text(partition(region).1.to_owned()),
        "AWS::NoValue" => Value::Null,
        "AWS::StackName" | "AWS::StackId" | "AWS::NotificationARNs" => own(),
        _ => return Err(stack.fault(at, format!("{} is no pseudo parameter", short(name)))),
    })
}

/// The partition of a Region, and the domain of its services.
/// <https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json>
pub fn partition(region: &str) -> (&'static str, &'static str) {
    const PARTITIONS: [(&str, &str, &str); 7] = [
        ("cn-", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-", "aws-us-gov", "amazonaws.com"),
        ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
        ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
        ("us-iso-", "aws-iso", "c2s.ic.gov"),
        ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
        ("eusc-", "aws-eusc", "amazonaws.eu"),
    ];
    PARTITIONS
        .iter()
        .find(|(prefix, ..)| region.starts_with(prefix))
        .map_or(("aws", "amazonaws.com"), |(_, partition, domain)| (partition, domain))
}
