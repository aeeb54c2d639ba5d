//! AWS Identity and Access Management (IAM): the roles that plans and policies name.

use crate::template::policy_text;
use crate::template::table::{Absent, As, BLANK, Identity, Table, row};

/// A role. Its ARN also has the role's path, which references to the role do not need.
pub static ROLE: Table = Table {
    type_name: "AWS::IAM::Role",
    cloudformation: &["AWS::IAM::Role"],
    terraform: &["aws_iam_role"],
    identity: Identity::named(["RoleName", "name"], "arn:{partition}:iam::{account}:role/{id}"),
    rows: &[
        row("exists", ["", ""], As::Bool, Absent::True),
        // Both languages require it.
        row(
            "trust_policy",
            ["AssumeRolePolicyDocument", "assume_role_policy"],
            As::Parts(policy_text::read),
            Absent::Unknown("the trust policy is not set"),
        ),
    ],
    ..BLANK
};
