//! IAM: the roles of this account that backup selections, restore testing selections and DLM policies name. Roles are never listed.

use super::{get, read};
use crate::aws::call::Reader;
use crate::aws::convert::{self, each};
use crate::aws::operation::Operation;
use crate::inventory::types::{backup, dlm, iam};
use crate::inventory::{Fact, Resource, arn};
use aws_sdk_cloudcontrol::Client;
use serde_json::Value;
use std::collections::BTreeSet;

const TYPE_NAME: &str = "AWS::IAM::Role";

/// Its read handler also reads the policies of the role, of which nothing is kept (the type's resource schema, `handlers`).
const GET_ROLE: Operation =
    get!("AWS::IAM::Role", &["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]);

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&GET_ROLE];

/// Reads each role that `resources` name once, and adds it.
pub async fn collect(reader: &Reader, resources: &mut Vec<Resource>) {
    reader.declare(&GET_ROLE);
    let client = Client::new(&reader.config);
    let named: BTreeSet<&String> = resources.iter().filter_map(role_of).filter_map(Fact::present).collect();
    let own = named.into_iter().filter(|role| arn::place(role).is_some_and(|(account, _)| account == reader.account)).cloned();
    let roles = each(own.collect(), |role_arn: String| role(reader, &client, role_arn)).await;
    resources.extend(roles);
}

/// The role that a resource names.
fn role_of(resource: &Resource) -> Option<&Fact<Option<String>>> {
    let selection = resource.get::<backup::BackupSelection>().map(|selection| &selection.role_arn);
    let tested = || resource.get::<backup::RestoreTestingSelection>().map(|selection| &selection.role_arn);
    selection.or_else(tested).or_else(|| resource.get::<dlm::LifecyclePolicy>().map(|policy| &policy.role_arn))
}

async fn role(reader: &Reader, client: &Client, role_arn: String) -> Resource {
    // The name is after the path: `role/service-role/AWSBackupDefaultServiceRole` (IAM user guide, "IAM identifiers").
    let name = role_arn.rsplit('/').next().unwrap_or_default().to_owned();
    let properties = match read(reader, client, &GET_ROLE, TYPE_NAME, &name).await {
        // CloudFormation has another type for the roles of services: that this type does not show one proves nothing.
        Some(None) if role_arn.contains(":role/aws-service-role/") => iam::Role::default(),
        Some(None) => iam::Role { exists: Fact::Read(false), trust_policy: Fact::Read(None) },
        Some(Some(read)) => match read.text("Arn") {
            // A role of this name at another path is another role.
            Some(arn) if arn != role_arn => iam::Role { exists: Fact::Read(false), trust_policy: Fact::Read(None) },
            _ => iam::Role {
                exists: Fact::Read(true),
                trust_policy: read.at("AssumeRolePolicyDocument").map_or(Fact::Unread, |policy| Fact::Read(Some(text(policy)))),
            },
        },
        None => iam::Role::default(),
    };
    Resource { name: Some(name.clone()), ..convert::resource(reader, role_arn, name, properties) }
}

/// The schema lets a policy be an object or a text.
fn text(policy: &Value) -> String {
    policy.as_str().map_or_else(|| policy.to_string(), str::to_owned)
}
