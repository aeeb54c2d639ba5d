//! The least-privilege permissions for a live audit, generated from the operations that the collectors declare. Makes no calls.

use super::operations;
use serde_json::{Value, json};

/// The IAM actions, sorted, each once.
pub fn actions() -> Vec<String> {
    let mut actions: Vec<_> = operations().iter().flat_map(|operation| operation.iam_actions()).collect();
    actions.sort();
    actions.dedup();
    actions
}

/// The policy document. `Resource` is `*`, because the resources are not known before the audit reads them.
pub fn policy() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Sid": "Rel9ReadsBackupConfiguration", "Effect": "Allow", "Action": actions(), "Resource": "*" }]
    })
}

/// The policy as JSON text.
pub fn as_json() -> String {
    let mut text = serde_json::to_string_pretty(&policy()).unwrap_or_default();
    text.push('\n');
    text
}

/// A CloudFormation template with a role that one principal may assume.
pub fn as_cloudformation() -> String {
    let actions = list(&actions(), 14, "- ", "");
    format!(
        r#"AWSTemplateFormatVersion: "2010-09-09"
Description: The role that rel9 reads an account with. It can change nothing and read no data.
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
          - Sid: Rel9ReadsBackupConfiguration
            Effect: Allow
            Action:
{actions}
            Resource: "*"
Outputs:
  RoleArn:
    Value: !GetAtt Role.Arn
"#
    )
}

/// A Terraform snippet: a policy document, a policy and a role that one principal may assume.
pub fn as_terraform() -> String {
    let actions = list(&actions(), 6, "\"", "\",");
    format!(
        r#"variable "rel9_trusted_principal_arn" {{
  type        = string
  description = "ARN of the user, role or account that runs rel9"
}}

data "aws_iam_policy_document" "rel9" {{
  statement {{
    sid    = "Rel9ReadsBackupConfiguration"
    effect = "Allow"
    actions = [
{actions}
    ]
    resources = ["*"]
  }}
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
        let actions = actions();
        for known in
            ["ec2:DescribeVolumes", "s3:GetEncryptionConfiguration", "s3:ListAllMyBuckets", "kms:DescribeKey", "sts:GetCallerIdentity"]
        {
            assert!(actions.iter().any(|action| action == known), "{known}");
        }
        assert!(!actions.iter().any(|action| action.contains('*')));
        for action in &actions {
            assert!(as_json().contains(&format!("\"{action}\"")), "{action}");
            assert!(as_cloudformation().contains(&format!("              - {action}\n")), "{action}");
            assert!(as_terraform().contains(&format!("      \"{action}\",\n")), "{action}");
        }
    }

    /// "The maximum size of a managed policy is 6,144 characters", white space not counted (IAM user guide, "IAM and AWS STS quotas").
    #[test]
    fn it_fits_a_managed_policy() {
        assert!(policy().to_string().len() <= 6144);
    }
}
