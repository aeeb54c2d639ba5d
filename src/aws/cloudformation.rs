//! AWS CloudFormation: stacks. Reads no template, and keeps no parameter and no output of a stack. Read-only; may not judge.
//!
//! The form of the answers follows the service model (`cloudformation/2010-05-15`) unless a comment names another source. The Cloud Control API
//! shares the IAM prefix: its operations ([`super::cloud_control`]) have the type in their names.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{self, each, known, optional_time, resource};
use super::operation::Operation;
use crate::inventory::types::cloudformation::{STACK_TAG, Stack};
use crate::inventory::{Fact, Resource};
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types as sdk;
use std::collections::BTreeSet;

/// "If you don't pass a parameter to StackName, the API returns a response that describes all resources in the account […]. This requires
/// ListStacks and DescribeStacks permissions."
const DESCRIBE_STACKS: Operation =
    Operation::new("cloudformation", "DescribeStacks", Answer::query(&["Stacks/*/StackId", "Stacks/*/StackName", "Stacks/*/StackStatus"]))
        .with_also(&["cloudformation:ListStacks"]);

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&DESCRIBE_STACKS];

/// All stacks of one Region, nested ones too. Deleted stacks are not in the list.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    reader.declare(&DESCRIBE_STACKS);
    let pages = Client::new(&reader.config).describe_stacks().into_paginator().send();
    let listed = reader.pages(&DESCRIBE_STACKS, pages, |page| page.stacks.unwrap_or_default()).await;
    listed.into_iter().flatten().filter_map(|read| stack(reader, read)).collect()
}

fn stack(reader: &Reader, read: sdk::Stack) -> Option<Resource> {
    let tags = read.tags.unwrap_or_default().into_iter().filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())));
    let properties = Stack {
        status: read.stack_status.map(|status| status.as_str().to_owned()).into(),
        termination_protection: known(read.enable_termination_protection),
        root_arn: root_arn(read.root_id, read.enable_termination_protection),
    };
    let created_at = optional_time(read.creation_time.as_ref());
    Some(Resource { created_at, tags: convert::tags(tags), ..resource(reader, read.stack_id?, read.stack_name?, properties) })
}

/// The root of a nested stack. Without a name, `DescribeStacks` left out the termination protection ("to optimize describing nested stacks":
/// boto/boto3 issue 2907), so a description that lacks the one does not show that the stack has no other above it.
fn root_arn(root: Option<String>, termination_protection: Option<bool>) -> Fact<Option<String>> {
    match (root, termination_protection) {
        (Some(root), _) => Fact::Read(Some(root)),
        (None, Some(_)) => Fact::Read(None),
        (None, None) => Fact::Unread,
    }
}

/// Describes by ARN the stacks that the list did not describe in full: those that resources belong to, and then their roots. No call is made
/// where the list has everything.
pub async fn complete(reader: &Reader, resources: &mut [Resource]) {
    let client = Client::new(&reader.config);
    // The second time for roots that the first time names.
    for _ in 0..2 {
        let owners = owners(resources);
        let lacking = resources.iter().filter(|resource| owners.contains(&resource.arn) && is_short(resource));
        let described = each(lacking.map(|stack| stack.arn.clone()).collect(), |arn: String| {
            let call = client.describe_stacks().stack_name(arn).send();
            reader.list(&DESCRIBE_STACKS, call, |answer| answer.stacks.unwrap_or_default())
        });
        for read in described.await.into_iter().flatten().flatten() {
            let Some(described) = stack(reader, read) else { continue };
            if let Some(listed) = resources.iter_mut().find(|listed| listed.arn == described.arn) {
                *listed = described;
            }
        }
    }
}

/// The stacks that resources belong to, and their roots.
fn owners(resources: &[Resource]) -> BTreeSet<String> {
    let named = resources.iter().filter_map(|resource| resource.tags.read()?.get(STACK_TAG).cloned());
    let mut owners: BTreeSet<String> = named.collect();
    let nested = resources.iter().filter(|resource| owners.contains(&resource.arn)).filter_map(|nested| nested.get::<Stack>());
    let roots: Vec<String> = nested.filter_map(|stack| stack.root_arn.present().cloned()).collect();
    owners.extend(roots);
    owners
}

/// Whether the description of a stack lacks what decides: of a nested stack, its root is enough.
fn is_short(resource: &Resource) -> bool {
    let is_short =
        |stack: &Stack| stack.root_arn.is_unread() || (stack.root_arn == Fact::Read(None) && stack.termination_protection.is_unread());
    resource.get::<Stack>().is_some_and(is_short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_description_does_not_make_a_root() {
        assert_eq!(root_arn(None, Some(false)), Fact::Read(None));
        assert_eq!(root_arn(Some("root".to_owned()), None), Fact::Read(Some("root".to_owned())));
        assert!(root_arn(None, None).is_unread());
    }
}
