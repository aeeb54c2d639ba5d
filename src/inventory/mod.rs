//! The inventory: what was read, and what could not be. Plain data: it judges nothing and knows neither AWS SDK types nor rules.

pub mod arn;
pub mod atomic_file;
mod coverage;
pub mod declarable;
mod declared;
pub mod document;
mod duplicates;
pub mod encoding;
mod fact;
pub mod figures;
mod reasons;
mod symbols;
mod tags;
pub mod types;

pub use coverage::{Coverage, CoverageEntry, CoverageStatus, DEPLOYED, Location};
pub use declared::{Declared, Ignore, Place, Template};
pub use fact::Fact;
pub(crate) use fact::facts;
pub use reasons::{ANYTHING_ELSE, Reasons, note};
pub use symbols::{is_policy_variable, is_symbolic, more_path, symbol_path};
pub use tags::{KnownTags, TAGS, Tags, tag_path};

use chrono::{DateTime, Datelike, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::Properties;

/// The Region of account-wide resources and calls, as AWS Config writes it.
pub const GLOBAL: &str = "global";

/// One resource: a database, a volume, and also a backup plan, a recovery point, a job, a setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// The CloudFormation type name, such as `AWS::EC2::Volume`.
    #[serde(rename = "type")]
    pub type_name: String,
    pub arn: String,
    /// The 12 digits of the account in which it was read. (A key that the account may use can be another's: its ARN tells.)
    pub account: String,
    /// The Region, or [`GLOBAL`].
    pub region: String,
    /// The id within its type, as the AWS CLI takes it.
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was made; missing where the service does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// A template may leave some of them open: [`Resource::tags()`] tells.
    #[serde(default, skip_serializing_if = "Fact::is_unread")]
    pub tags: Fact<Tags>,
    /// The properties of the type (see [`types`]); a missing key was not read, `null` was read and is empty.
    #[serde(default)]
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// How a template declares it; `None` for what was read from AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Box<Declared>>,
}

impl Resource {
    /// The properties as the type's struct; `None` when they do not have its shape.
    pub fn properties_as<P: Properties>(&self) -> Option<P> {
        P::deserialize(&serde_json::Value::Object(self.properties.clone())).ok()
    }

    /// What findings call it: its ARN, or the name of its declaration.
    pub fn uid(&self) -> &str {
        self.declared.as_ref().map_or(&self.arn, |declared| &declared.uid)
    }

    /// One property as text.
    pub fn text(&self, property: &str) -> Option<&str> {
        self.properties.get(property)?.as_str()
    }

    /// Why a template does not settle a property, or a part of it; nothing where it does.
    pub fn unsettled(&self, path: &str) -> &[String] {
        self.declared.as_ref().and_then(|declared| declared.unknown.get(path)).map_or(&[], Vec::as_slice)
    }

    /// The tags with what is not known of them.
    pub fn tags(&self) -> KnownTags<'_> {
        KnownTags::of(self)
    }
}

/// Turns a type's struct into the `properties` of a resource.
///
/// # Panics
/// Never: the structs of [`types`] serialise to objects.
pub fn properties_of<P: Properties>(properties: &P) -> serde_json::Map<String, serde_json::Value> {
    match serde_json::to_value(properties) {
        Ok(serde_json::Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    }
}

/// What was read of one account in one Region.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shard {
    pub account: String,
    pub region: String,
    pub captured_at: Option<DateTime<Utc>>,
    pub source: Option<String>,
    pub resources: Vec<Resource>,
    pub coverage: Coverage,
}

/// Whether a time is one that RFC 3339 can write. What is counted from it then is a time, too.
pub fn is_writable(time: &DateTime<Utc>) -> bool {
    (0..=9999).contains(&time.year())
}

impl Shard {
    /// The resources of one type.
    pub fn of_type<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |resource| resource.type_name == type_name)
    }
}
