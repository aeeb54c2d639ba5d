//! Types that the Cloud Control API reads: one API for many services, with the properties of a resource in CloudFormation's form. Read-only; may
//! not judge.
//!
//! Use it for a type whose own API shows no more than CloudFormation does: its SDK crate would add minutes to the build for two calls. To add a
//! type, copy a file here and add its kind to the list of its service, and the service to `SERVICES` of [`super`].
//!
//! "The model MUST contain all properties that have values, including any properties that have default values"; it "MUST NOT return any
//! properties that are null or do not have values" (CloudFormation CLI user guide, "Resource type handler contract", read handlers). So a missing
//! object, list or text is empty. A missing flag or number stays unread, because AWS always has a value for it.

pub mod docdb_elastic;
pub mod dsql;
pub mod eks;
pub mod iam;
pub mod keyspaces;
pub mod kinesis;
pub mod opensearch_serverless;
pub mod timestream;

use super::call::Reader;
use super::convert::{self, Encryption, each};
use super::operation::Operation;
use crate::inventory::{Fact, Resource, Tags};
use aws_sdk_cloudcontrol::Client;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// How resources of one type are read.
pub struct Kind {
    /// CloudFormation's name of the type.
    pub type_name: &'static str,
    pub list: Operation,
    pub get: Operation,
    /// Whether the service, and not the account, has the resource with this identifier.
    pub skip: fn(&str) -> bool,
    /// The resource with this identifier; without properties if they were not read.
    pub resource: fn(&Reader, &str, Option<&Properties>) -> Resource,
}

/// Declares the two operations of a type. `list` and `get` name the IAM actions that the type's handlers need in addition (the type's resource
/// schema, `handlers`).
macro_rules! kind {
    ($type_name:literal, list: $list:expr, get: $get:expr, resource: $resource:expr) => {
        crate::aws::cloud_control::Kind {
            type_name: $type_name,
            list: crate::aws::Operation::new(
                "cloudformation",
                concat!("ListResources(", $type_name, ")"),
                crate::aws::Answer::json(&["ResourceDescriptions/*/Identifier"]),
            )
            .with_action("cloudformation:ListResources")
            .with_also($list),
            get: crate::aws::cloud_control::get!($type_name, $get),
            skip: |_| false,
            resource: $resource,
        }
    };
}
pub(super) use kind;

/// Declares the operation that reads one resource of a type. `also` names the IAM actions that the type's read handler needs in addition.
macro_rules! get {
    ($type_name:literal, $also:expr) => {
        crate::aws::Operation::new(
            "cloudformation",
            concat!("GetResource(", $type_name, ")"),
            crate::aws::Answer::json(&["ResourceDescription/Properties"]),
        )
        .with_action("cloudformation:GetResource")
        .with_also($also)
    };
}
pub(super) use get;

/// Every operation of these types.
pub fn operations(kinds: &'static [&'static Kind]) -> Vec<&'static Operation> {
    kinds.iter().flat_map(|kind| [&kind.list, &kind.get]).collect()
}

/// All resources of these types in one Region.
pub async fn collect(reader: &Reader, kinds: &'static [&'static Kind]) -> Vec<Resource> {
    let client = Client::new(&reader.config);
    let read = kinds.iter().map(|kind| resources(reader, &client, kind));
    futures::future::join_all(read).await.concat()
}

async fn resources(reader: &Reader, client: &Client, kind: &'static Kind) -> Vec<Resource> {
    reader.declare(&kind.list);
    reader.declare(&kind.get);
    let pages = client.list_resources().type_name(kind.type_name).into_paginator().send();
    let listed = reader.pages(&kind.list, pages, |page| page.resource_descriptions.unwrap_or_default()).await;
    let identifiers =
        listed.into_iter().flatten().filter_map(|described| described.identifier).filter(|identifier| !(kind.skip)(identifier)).collect();
    let read = each(identifiers, |identifier: String| async move {
        match read(reader, client, &kind.get, kind.type_name, &identifier).await {
            // Deleted after it was listed.
            Some(None) => None,
            Some(properties) => Some((kind.resource)(reader, &identifier, properties.as_ref())),
            None => Some((kind.resource)(reader, &identifier, None)),
        }
    });
    read.await.into_iter().flatten().collect()
}

/// The properties of one resource; the outer `None` if the call failed, the inner if there is no such resource.
async fn read(
    reader: &Reader,
    client: &Client,
    operation: &'static Operation,
    type_name: &str,
    identifier: &str,
) -> Option<Option<Properties>> {
    let call = client.get_resource().type_name(type_name).identifier(identifier).send();
    match reader.one_or(operation, call, &["ResourceNotFoundException"]).await? {
        None => Some(None),
        // Without properties, nothing of the resource is known.
        Some(answer) => answer.resource_description.and_then(|described| Properties::parse(&described.properties?)).map(Some),
    }
}

/// The properties of a resource in CloudFormation's form. Paths are names joined by dots.
pub struct Properties(Map<String, Value>);

impl Properties {
    fn parse(text: &str) -> Option<Properties> {
        serde_json::from_str(text).ok().map(Properties)
    }

    fn at(&self, path: &str) -> Option<&Value> {
        let mut names = path.split('.');
        let first = self.0.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name))
    }

    /// A text; empty if the resource has none.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.at(path).and_then(Value::as_str)
    }

    /// A flag, which always has a value.
    pub fn flag(&self, path: &str) -> Fact<bool> {
        convert::known(self.at(path).and_then(Value::as_bool))
    }

    /// A number, which always has a value.
    pub fn number(&self, path: &str) -> Fact<i64> {
        convert::known(self.at(path).and_then(Value::as_i64))
    }

    /// The ARN of a KMS key; unread if the resource has none, for types that are always encrypted.
    pub fn key(&self, reader: &Reader, path: &str) -> Fact<Option<String>> {
        self.text(path).map_or(Fact::Unread, |key| Fact::Read(Some(convert::kms_key_arn(reader, key))))
    }

    /// The key of a type that says who owns it: `AWS_OWNED_KMS_KEY` or `CUSTOMER_MANAGED_KMS_KEY` (service models of Aurora DSQL and Amazon
    /// Keyspaces, EncryptionType).
    pub fn encryption(&self, reader: &Reader, kind: &str, key: &str) -> Encryption {
        match self.text(kind) {
            Some("AWS_OWNED_KMS_KEY") => Encryption::aws_owned(),
            Some("CUSTOMER_MANAGED_KMS_KEY") => {
                self.text(key).map_or_else(Encryption::unnamed_key, |key| Encryption::key(convert::kms_key_arn(reader, key)))
            }
            _ => Encryption::unnamed_key(),
        }
    }

    /// The key of a type that writes a word in its place if AWS owns it.
    pub fn key_or_word(&self, reader: &Reader, path: &str, word: &str) -> Encryption {
        match self.text(path) {
            Some(key) if key == word => Encryption::aws_owned(),
            Some(key) => Encryption::key(convert::kms_key_arn(reader, key)),
            None => Encryption::unnamed_key(),
        }
    }

    /// The elements of a list; empty if the resource has none.
    pub fn list(&self, path: &str) -> &[Value] {
        self.at(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// A time in RFC 3339.
    pub fn time(&self, path: &str) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc3339(self.text(path)?).ok().map(|time| time.to_utc())
    }

    /// The tags under `Tags`.
    pub fn tags(&self) -> Fact<Tags> {
        let pair = |tag: &Value| {
            Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value").and_then(Value::as_str).unwrap_or_default().to_owned()))
        };
        convert::tags(self.list("Tags").iter().filter_map(pair))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(text: &str) -> Properties {
        Properties::parse(text).unwrap()
    }

    #[test]
    fn a_missing_flag_is_unread_and_a_missing_text_is_none() {
        let read =
            properties(r#"{"DeletionProtection": false, "Access": {"Mode": "API"}, "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c"}]}"#);
        assert_eq!(read.flag("DeletionProtection"), Fact::Read(false));
        assert_eq!(read.flag("Other"), Fact::Unread);
        assert_eq!(read.number("Other"), Fact::Unread);
        assert_eq!(read.text("Access.Mode"), Some("API"));
        assert_eq!(read.text("Access.Other"), None);
        assert_eq!(read.tags().read().map(|tags| tags.len()), Some(2));
        assert_eq!(properties("{}").tags().read().map(|tags| tags.len()), Some(0));
    }

    #[test]
    fn a_flag_of_another_form_is_unread() {
        assert_eq!(properties(r#"{"DeletionProtection": "true"}"#).flag("DeletionProtection"), Fact::Unread);
    }
}
