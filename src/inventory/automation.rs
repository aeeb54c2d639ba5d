//! The names of what a schedule can start: state machines, Lambda functions and Systems Manager automations. Pure text.

use super::arn;

/// The ARN of a state machine, a Lambda function or an automation document without its version or alias; `None` for anything else. A document
/// has the ARN that targets give it, `automation-definition/NAME`. Names that begin with `AWS` are those of AWS's own documents, which belong
/// to no account.
pub fn started(target_arn: &str) -> Option<String> {
    let (service, resource) = (arn::service(target_arn), arn::resource(target_arn));
    let kinds: &[(&str, &str)] = match service {
        "states" => &[("stateMachine:", "stateMachine:")],
        "lambda" => &[("function:", "function:")],
        "ssm" => &[("automation-definition/", "automation-definition/"), ("document/", "automation-definition/")],
        _ => return None,
    };
    let (name, kind) = kinds.iter().find_map(|(written, kind)| Some((resource.strip_prefix(written)?, kind)))?;
    let name = name.split(':').next().filter(|name| !name.is_empty() && !name.contains('*'))?;
    let account = if service == "ssm" && name.starts_with("AWS") { "" } else { arn::account(target_arn) };
    Some(format!("arn:{}:{service}:{}:{account}:{kind}{name}", arn::partition(target_arn), arn::region(target_arn)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_aliases_do_not_count() {
        for (target, expected) in [
            ("arn:aws:states:eu-west-1:111122223333:stateMachine:drill", Some("arn:aws:states:eu-west-1:111122223333:stateMachine:drill")),
            (
                "arn:aws:states:eu-west-1:111122223333:stateMachine:drill:PROD",
                Some("arn:aws:states:eu-west-1:111122223333:stateMachine:drill"),
            ),
            ("arn:aws:lambda:eu-west-1:111122223333:function:drill:7", Some("arn:aws:lambda:eu-west-1:111122223333:function:drill")),
            (
                "arn:aws:ssm:eu-west-1:111122223333:automation-definition/Drill:$DEFAULT",
                Some("arn:aws:ssm:eu-west-1:111122223333:automation-definition/Drill"),
            ),
            ("arn:aws:ssm:eu-west-1:111122223333:document/Drill", Some("arn:aws:ssm:eu-west-1:111122223333:automation-definition/Drill")),
            ("arn:aws:ssm:eu-west-1::document/AWS-Restore", Some("arn:aws:ssm:eu-west-1::automation-definition/AWS-Restore")),
            (
                "arn:aws:ssm:eu-west-1:111122223333:automation-definition/AWS-Restore:1",
                Some("arn:aws:ssm:eu-west-1::automation-definition/AWS-Restore"),
            ),
            ("arn:aws:states:eu-west-1:111122223333:execution:drill:1", None),
            ("arn:aws:states:eu-west-1:111122223333:stateMachine:*", None),
            ("arn:aws:sqs:eu-west-1:111122223333:queue", None),
            ("drill", None),
        ] {
            assert_eq!(started(target).as_deref(), expected, "{target}");
        }
    }
}
