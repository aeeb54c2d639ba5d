//! Amazon Glacier: vaults with their access policy. Read-only; reads no archive and no inventory of archives. May not judge.
//!
//! The form of the answers follows the service model (`glacier/2012-06-01`) unless a comment names another source.

use super::answer::Answer;
use super::call::Reader;
use super::convert::{each, resource};
use super::operation::Operation;
use super::tagging;
use crate::inventory::types::glacier::Vault;
use crate::inventory::{Fact, Resource, is_writable};
use aws_sdk_glacier::Client;
use aws_sdk_glacier::types as sdk;
use chrono::{DateTime, Utc};

const LIST_VAULTS: Operation = Operation::new("glacier", "ListVaults", Answer::json(&["VaultList/*/VaultARN", "VaultList/*/VaultName"]));
const GET_VAULT_ACCESS_POLICY: Operation = Operation::new("glacier", "GetVaultAccessPolicy", Answer::json(&["Policy"]));

/// Every operation of this module.
pub const OPERATIONS: &[&Operation] = &[&LIST_VAULTS, &GET_VAULT_ACCESS_POLICY];

/// "A single '-' (hyphen), in which case Amazon Glacier uses the AWS account ID associated with the credentials".
const OWN: &str = "-";

/// "Returned if the request was made by a customer with no Amazon Glacier storage": there is no vault.
const NO_CUSTOMER: &[&str] = &["NoLongerSupportedException"];

/// All vaults of one Region. A page has ten of them: the service model names no largest page.
pub async fn collect(reader: &Reader) -> Vec<Resource> {
    for operation in OPERATIONS {
        reader.declare(operation);
    }
    let client = Client::new(&reader.config);
    let pages = client.list_vaults().account_id(OWN).into_paginator().send();
    let listed = reader.pages_or(&LIST_VAULTS, pages, |page| page.vault_list.unwrap_or_default(), NO_CUSTOMER).await.flatten();
    each(listed.unwrap_or_default(), |read| vault(reader, &client, read)).await.into_iter().flatten().collect()
}

async fn vault(reader: &Reader, client: &Client, read: sdk::DescribeVaultOutput) -> Option<Resource> {
    let (arn, name) = (read.vault_arn?, read.vault_name?);
    let call = client.get_vault_access_policy().account_id(OWN).vault_name(&name).send();
    // "If there is no access policy set on the vault, the operation returns a 404 Not found error."
    let policy = match reader.one_or(&GET_VAULT_ACCESS_POLICY, call, &["ResourceNotFoundException"]).await {
        Some(answer) => Fact::Read(answer.and_then(|answer| answer.policy?.policy).filter(|policy| !policy.trim().is_empty())),
        None => Fact::Unread,
    };
    let tags = tagging::tags(reader, &arn).await;
    let created_at = read.creation_date.as_deref().and_then(time);
    Some(Resource { created_at, tags, ..resource(reader, arn, name, Vault { policy }) })
}

/// "A string value in the ISO 8601 date format, for example 2012-03-20T17:03:43.221Z."
fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc()).filter(is_writable)
}
