//! A resource of the inventory, and its reading from JSON.

use super::types::{self, Properties, ResourceProperties};
use super::{Declared, Fact, KnownTags, Tags};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// A resource: a database, a volume, and also a backup plan, a recovery point, a job, a setting.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Resource {
    /// The CloudFormation type name, such as `AWS::EC2::Volume`.
    #[serde(rename = "type")]
    pub type_name: String,
    pub arn: String,
    /// The 12 digits of the account in which the resource was read. (A KMS key may belong to another account, which its ARN shows.)
    pub account: String,
    /// The Region, or [`GLOBAL`](super::GLOBAL).
    pub region: String,
    /// The id within its type, as the AWS CLI accepts it.
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was created; missing if the service does not return it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// The tags that were read. In a template, others may be unknown: see [`Resource::tags()`].
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub tags: Fact<Tags>,
    /// The properties of the type (see [`types`]); a missing key is unread, `null` is read and empty.
    #[serde(default)]
    #[schemars(with = "Map<String, Value>")]
    pub properties: ResourceProperties,
    /// The declaration in a template; `None` for a resource from AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Box<Declared>>,
}

impl Resource {
    /// The properties as the type's struct; `None` if the resource has another type.
    pub fn get<P: Properties>(&self) -> Option<&P> {
        self.properties.get()
    }

    /// The resource's name in findings: its ARN, or the name of its declaration.
    pub fn uid(&self) -> &str {
        self.declared.as_ref().map_or(&self.arn, |declared| &declared.uid)
    }

    /// The resource's own KMS key; `None` if it has none or the key is unread.
    pub fn kms_key_arn(&self) -> Option<&str> {
        self.properties.kms_key_arn()?.present().map(String::as_str)
    }

    /// Why a property, or a part of it, is unknown in a template; empty if it is known.
    pub fn unsettled(&self, path: &str) -> &[String] {
        self.declared.as_ref().and_then(|declared| declared.unknown.get(path)).map_or(&[], Vec::as_slice)
    }

    /// The tags with their unknown parts.
    pub fn tags(&self) -> KnownTags<'_> {
        KnownTags::new(&self.tags, self.declared.as_deref())
    }

    /// Reads a resource from JSON. The second value names the properties that this version does not know.
    ///
    /// # Errors
    /// JSON that is not a resource, or a property with a wrong value.
    pub fn parse(json: &[u8]) -> Result<(Resource, Vec<String>), String> {
        let mut parts: Parts<Option<&RawValue>> = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let read = match parts.properties.take() {
            Some(properties) => types::parse_properties(&parts.type_name, properties),
            None => Ok((types::unread_properties(&parts.type_name), Vec::new())),
        };
        let (properties, newer) = read.map_err(|error| parts.wrong(&error))?;
        Ok((parts.with(properties), newer))
    }
}

/// A resource whose properties are not parsed yet.
#[derive(Deserialize)]
#[serde(bound(deserialize = "P: Deserialize<'de> + Default"))]
struct Parts<P> {
    #[serde(rename = "type")]
    type_name: String,
    arn: String,
    account: String,
    region: String,
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
    #[serde(default)]
    tags: Fact<Tags>,
    #[serde(default)]
    properties: P,
    #[serde(default)]
    declared: Option<Box<Declared>>,
}

impl<P> Parts<P> {
    fn with(self, properties: ResourceProperties) -> Resource {
        let Parts { type_name, arn, account, region, id, name, created_at, tags, declared, .. } = self;
        Resource { type_name, arn, account, region, id, name, created_at, tags, properties, declared }
    }

    /// The error for a property with a wrong value, with the resource. It has no column, because the parser counts from the start of the properties.
    fn wrong(&self, error: &serde_json::Error) -> String {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        format!("{} {}: {}", self.type_name, self.id, text.strip_suffix(&place).unwrap_or(&text))
    }
}

impl<'de> Deserialize<'de> for Resource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut parts: Parts<Map<String, Value>> = Parts::deserialize(deserializer)?;
        let properties = std::mem::take(&mut parts.properties);
        let properties = types::properties_of(&parts.type_name, &properties).map_err(|error| D::Error::custom(parts.wrong(&error)))?;
        Ok(parts.with(properties))
    }
}
