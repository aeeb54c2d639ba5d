//! AWS CloudFormation: stacks that exist. (Templates are another source.)

use super::properties;

/// The tag with the ARN of the stack that a resource belongs to, which CloudFormation sets (CloudFormation template reference, "Resource tag").
pub const STACK_TAG: &str = "aws:cloudformation:stack-id";

properties! {
    /// A stack. Its id is its name; its ARN tells it from an earlier stack of this name.
    Stack = "AWS::CloudFormation::Stack", operation: "cloudformation:DescribeStacks" {
        /// `CREATE_COMPLETE`, `UPDATE_IN_PROGRESS`, `DELETE_FAILED` …
        status: Option<String>,
        /// Of a nested stack, the setting of its root.
        termination_protection: bool,
        /// The stack at the top, for a nested stack; `null` for a root stack.
        root_arn: Option<String>,
    }
}
