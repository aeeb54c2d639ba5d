//! The least-privilege permissions for a live audit, generated from the operations that the collectors declare. Makes no calls.

use super::{ON_REQUEST, Operation, Service, default_operations};
use serde_json::{Value, json};

/// The names of the services that are read on request, for `--with`.
pub fn on_request() -> Vec<&'static str> {
    ON_REQUEST.iter().map(|service| service.name).collect()
}

/// What the permissions of the services read on request allow besides reading configuration.
pub const ALLOWS_MORE: &str =
    "cassandra:Select reads the settings of Amazon Keyspaces tables, and would also allow reading their rows, which rel9 does not";

/// A part of the policy.
struct Statement {
    sid: String,
    actions: Vec<String>,
}

/// What is read by default, and each of the services in `with` that are read on request.
fn statements(with: &[String]) -> Vec<Statement> {
    let asked = ON_REQUEST.iter().filter(|service| with.iter().any(|name| name == service.name));
    let by_default = Statement { sid: "Rel9ReadsBackupConfiguration".to_owned(), actions: sorted_actions(&default_operations()) };
    std::iter::once(by_default).chain(asked.map(of_service)).collect()
}

fn of_service(service: &Service) -> Statement {
    let (first, rest) = service.name.split_at(1);
    Statement { sid: format!("Rel9Reads{}{rest}", first.to_ascii_uppercase()), actions: sorted_actions(&(service.operations)()) }
}

/// The IAM actions, sorted, each once.
fn sorted_actions(operations: &[&'static Operation]) -> Vec<String> {
    let mut actions: Vec<_> = operations.iter().flat_map(|operation| operation.iam_actions()).collect();
    actions.sort();
    actions.dedup();
    actions
}

/// The policy document. `Resource` is `*`, because the resources are not known before the audit reads them.
fn policy(with: &[String]) -> Value {
    let statement = |of: Statement| json!({ "Sid": of.sid, "Effect": "Allow", "Action": of.actions, "Resource": "*" });
    json!({ "Version": "2012-10-17", "Statement": statements(with).into_iter().map(statement).collect::<Vec<_>>() })
}

/// What the role may do, in words.
fn purpose(with: &[String]) -> &'static str {
    if with.is_empty() { "read no data" } else { "read no data but the rows of Amazon Keyspaces tables" }
}

/// The policy as JSON text.
pub fn as_json(with: &[String]) -> String {
    let mut text = serde_json::to_string_pretty(&policy(with)).unwrap_or_default();
    text.push('\n');
    text
}

/// A CloudFormation template with a role that one principal may assume.
pub fn as_cloudformation(with: &[String]) -> String {
    let statement = |of: &Statement| {
        let actions = list(&of.actions, 14, "- ", "");
        let sid = &of.sid;
        format!("          - Sid: {sid}\n            Effect: Allow\n            Action:\n{actions}\n            Resource: \"*\"")
    };
    let statements = statements(with).iter().map(statement).collect::<Vec<_>>().join("\n");
    let purpose = purpose(with);
    format!(
        r#"AWSTemplateFormatVersion: "2010-09-09"
Description: The role that rel9 reads an account with. It can change nothing and {purpose}.
Parameters:
  RoleName:
    Type: String
    Default: rel9-audit
  TrustedPrincipalArn:
    Type: String
    Description: ARN of the user, role or account that runs rel9
  ExternalId:
    Type: String
    Default: ""
    Description: What the caller must give as external id; empty for none
Conditions:
  HasExternalId: !Not [!Equals [!Ref ExternalId, ""]]
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Ref RoleName
      Description: Read-only, for rel9 audits
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal:
              AWS: !Ref TrustedPrincipalArn
            Condition: !If
              - HasExternalId
              - StringEquals:
                  sts:ExternalId: !Ref ExternalId
              - !Ref AWS::NoValue
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Description: What rel9 reads
      Roles:
        - !Ref Role
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
{statements}
Outputs:
  RoleArn:
    Value: !GetAtt Role.Arn
"#
    )
}

/// A Terraform snippet: a policy document, a policy and a role that one principal may assume.
pub fn as_terraform(with: &[String]) -> String {
    let statement = |of: &Statement| {
        let (sid, actions) = (&of.sid, list(&of.actions, 6, "\"", "\","));
        format!(
            "  statement {{\n    sid    = \"{sid}\"\n    effect = \"Allow\"\n    actions = [\n{actions}\n    ]\n    resources = [\"*\"]\n  }}"
        )
    };
    let statements = statements(with).iter().map(statement).collect::<Vec<_>>().join("\n");
    format!(
        r#"variable "rel9_trusted_principal_arn" {{
  type        = string
  description = "ARN of the user, role or account that runs rel9"
}}

data "aws_iam_policy_document" "rel9" {{
{statements}
}}

data "aws_iam_policy_document" "rel9_trust" {{
  statement {{
    effect  = "Allow"
    actions = ["sts:AssumeRole"]
    principals {{
      type        = "AWS"
      identifiers = [var.rel9_trusted_principal_arn]
    }}
  }}
}}

resource "aws_iam_policy" "rel9" {{
  name   = "rel9-audit"
  policy = data.aws_iam_policy_document.rel9.json
}}

resource "aws_iam_role" "rel9" {{
  name               = "rel9-audit"
  description        = "Read-only, for rel9 audits"
  assume_role_policy = data.aws_iam_policy_document.rel9_trust.json
}}

resource "aws_iam_role_policy_attachment" "rel9" {{
  role       = aws_iam_role.rel9.name
  policy_arn = aws_iam_policy.rel9.arn
}}
"#
    )
}

fn list(actions: &[String], indent: usize, before: &str, after: &str) -> String {
    let lines: Vec<_> = actions.iter().map(|action| format!("{:indent$}{before}{action}{after}", "")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_a_read_and_in_every_form() {
        let actions = sorted_actions(&default_operations());
        for known in
            ["ec2:DescribeVolumes", "s3:GetEncryptionConfiguration", "s3:ListAllMyBuckets", "kms:DescribeKey", "sts:GetCallerIdentity"]
        {
            assert!(actions.iter().any(|action| action == known), "{known}");
        }
        assert!(!actions.iter().any(|action| action.contains('*')));
        for action in &actions {
            assert!(as_json(&[]).contains(&format!("\"{action}\"")), "{action}");
            assert!(as_cloudformation(&[]).contains(&format!("              - {action}\n")), "{action}");
            assert!(as_terraform(&[]).contains(&format!("      \"{action}\",\n")), "{action}");
        }
    }

    /// "The maximum size of a managed policy is 6,144 characters", white space not counted (IAM user guide, "IAM and AWS STS quotas").
    #[test]
    fn it_fits_a_managed_policy() {
        assert!(policy(&[]).to_string().len() <= 6144, "{}", policy(&[]).to_string().len());
        assert!(policy(&["keyspaces".to_owned()]).to_string().len() <= 6144, "{}", policy(&["keyspaces".to_owned()]).to_string().len());
    }

    #[test]
    fn what_is_read_on_request_has_a_statement_of_its_own() {
        let with = ["keyspaces".to_owned()];
        for (plain, more) in
            [(as_json(&[]), as_json(&with)), (as_cloudformation(&[]), as_cloudformation(&with)), (as_terraform(&[]), as_terraform(&with))]
        {
            assert!(!plain.contains("cassandra:") && !plain.contains("Rel9ReadsKeyspaces"), "{plain}");
            assert!(more.contains("cassandra:Select") && more.contains("Rel9ReadsKeyspaces"), "{more}");
        }
        assert!(as_cloudformation(&with).contains("read no data but the rows of Amazon Keyspaces tables"));
    }
}
