//! Pseudo parameters. <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html>

use crate::inventory::arn::Partition;
use crate::template::declaration::{Position, TemplateError, Value};

use super::evaluation::Evaluation;
use super::tree::short;
use super::values::unknown;

/// The value of a pseudo parameter such as `AWS::Region`.
pub fn value(evaluation: &Evaluation<'_>, name: &str, at: Position) -> Result<Value, TemplateError> {
    let options = evaluation.session.options;
    let given = |value: &Option<String>, option: &str| match value {
        Some(value) => Value::Text(value.clone()),
        None => unknown(format!("{name} depends on where the template is deployed (give it with {option})"), format!("${{{name}}}")),
    };
    let own = || unknown(format!("{name} is known after deployment"), format!("${{{}{name}}}", evaluation.source.prefix));
    let region = options.region.as_deref().unwrap_or_default();
    Ok(match name {
        "AWS::Region" => given(&options.region, "--region"),
        "AWS::AccountId" => given(&options.account, "--account"),
        "AWS::Partition" => Value::Text(Partition::of_region(region).name.to_owned()),
        "AWS::URLSuffix" => Value::Text(Partition::of_region(region).domain.to_owned()),
        "AWS::NoValue" => Value::Null,
        "AWS::StackName" | "AWS::StackId" | "AWS::NotificationARNs" => own(),
        _ => return Err(evaluation.fault(at, format!("{} is not a CloudFormation pseudo parameter", short(name)))),
    })
}
