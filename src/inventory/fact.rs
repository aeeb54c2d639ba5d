//! A value that is read or unread. Independent of where values come from.

use super::Outcome;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One property of a resource: read (and perhaps empty, if `T` is an `Option` or a list), or unread.
///
/// This difference is essential: an empty list of lifecycle rules is a fact about a bucket, and an unread list is not. In documents, an unread
/// property is a missing key, and an empty one is `null`, `[]` or `{}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fact<T> {
    /// The source answered.
    Read(T),
    /// No call was made, or the source did not answer. The coverage log shows which.
    #[default]
    Unread,
}

/// Declares a struct of [`Fact`]s that are left out of documents when unread.
macro_rules! facts {
    ($(#[$meta:meta])* $name:ident { $( $(#[doc = $field_doc:literal])* $field:ident : $field_type:ty, )* }) => {
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        $(#[$meta])*
        pub struct $name {
            $( $(#[doc = $field_doc])* #[serde(default, skip_serializing_if = "crate::inventory::Fact::is_unread")]
            pub $field: crate::inventory::Fact<$field_type>, )*
        }
    };
}
pub(crate) use facts;

impl<T> Fact<T> {
    /// Whether the value is unread.
    pub fn is_unread(&self) -> bool {
        matches!(self, Fact::Unread)
    }

    /// The value, if it was read.
    pub fn read(&self) -> Option<&T> {
        match self {
            Fact::Read(value) => Some(value),
            Fact::Unread => None,
        }
    }
}

impl<T: Clone> Fact<T> {
    /// The value, or why it is unread.
    ///
    /// # Errors
    /// The reasons.
    pub fn or_why(&self, why: impl FnOnce() -> Vec<String>) -> Outcome<T> {
        self.read().cloned().ok_or_else(why)
    }
}

impl<T> Fact<Option<T>> {
    /// The value, if it was read and is not empty.
    pub fn present(&self) -> Option<&T> {
        self.read().and_then(Option::as_ref)
    }
}

impl<T> From<T> for Fact<T> {
    fn from(value: T) -> Self {
        Fact::Read(value)
    }
}

impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Fact::Read(value) => value.serialize(serializer),
            Fact::Unread => serializer.serialize_none(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Fact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Fact::Read)
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Fact<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<T>()
    }
}
