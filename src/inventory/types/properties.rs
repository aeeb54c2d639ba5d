//! The properties of a resource: the struct of its type, parsed once, behind one handle for all types.

use crate::inventory::Fact;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::any::Any;
use std::fmt::{self, Debug};
use std::sync::Arc;

/// Who manages the KMS key: AWS outside the account (AWS owned), AWS in the account (AWS managed, `alias/aws/…`), or the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyManager {
    AwsOwned,
    Aws,
    Customer,
}

/// Properties, and the names of those in the JSON that the type does not have.
pub type Parsed = (ResourceProperties, Vec<String>);

/// The table entry of a resource type.
pub struct TypeInfo {
    /// The CloudFormation type name, such as `AWS::EC2::Volume`.
    pub name: &'static str,
    /// The operation that lists resources of the type, such as `ec2:DescribeVolumes`.
    pub operation: &'static str,
    /// Whether resources of the type are read only if the user asks for it: an audit that did not ask has no gap.
    pub on_request: bool,
    /// The names of the properties.
    pub properties: &'static [&'static str],
    /// The operations that read each property, `tags` and `region`, if they differ from `operation`.
    pub sources: &'static [(&'static str, &'static [&'static str])],
    /// The JSON Schema of the properties.
    pub schema: fn() -> Schema,
    /// Reads properties from a document's JSON; the second value names the properties that the type does not have.
    pub parse: fn(&RawValue) -> serde_json::Result<Parsed>,
    /// Reads properties from values in memory.
    pub from_map: fn(&Map<String, Value>) -> serde_json::Result<ResourceProperties>,
}

impl TypeInfo {
    /// The operations that read one property, `tags` or `region`.
    pub fn sources_of(&self, property: &str) -> Vec<&'static str> {
        match self.sources.iter().find(|(name, _)| *name == property) {
            Some((_, operations)) => operations.to_vec(),
            None => vec![self.operation],
        }
    }

    /// Whether another operation than the type's own reads the Region of its resources.
    pub fn is_placed_by_another(&self) -> bool {
        self.sources.iter().any(|(name, _)| *name == "region")
    }
}

/// The properties of one or more resource types. The macro `properties!` implements it.
pub trait Properties: Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// A property that was read, by name.
    fn field(&self, name: &str) -> Option<&dyn erased_serde::Serialize>;

    /// Leaves a property unread.
    fn forget(&mut self, name: &str);

    /// The KMS key of the resource itself; `None` for a type without a key.
    fn kms_key_arn(&self) -> Option<&Fact<Option<String>>>;

    /// Every KMS key that the properties name, with what they say of it.
    fn keys(&mut self) -> Vec<KeyFacts<'_>>;
}

/// A resource type. Types with the same properties share one struct, for instance the clusters of Aurora, Neptune and DocumentDB.
pub trait ResourceType {
    type Properties: Properties;

    /// The type's table entry.
    const INFO: TypeInfo;

    /// [`ResourceType::INFO`] as a static.
    fn info() -> &'static TypeInfo;

    /// Properties of a resource of this type.
    fn of(properties: Self::Properties) -> ResourceProperties {
        ResourceProperties { info: Some(Self::info()), properties: Arc::new(properties) }
    }
}

/// A KMS key in the properties, with their facts about it.
pub struct KeyFacts<'p> {
    /// The key, or an alias of it.
    pub arn: &'p mut Fact<Option<String>>,
    /// Who manages the key; `None` if the type does not have this fact.
    pub manager: Option<&'p mut Fact<Option<KeyManager>>>,
    /// The key's state; `None` if the type does not have this fact.
    pub state: Option<&'p mut Fact<Option<String>>>,
    /// Whether the key is the resource's own, and not the key of a copy that the resource makes.
    pub own: bool,
}

/// Object-safe form of [`Properties`].
trait AnyProperties: Debug + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn copy(&self) -> Arc<dyn AnyProperties>;
    fn equals(&self, other: &dyn AnyProperties) -> bool;
    fn field(&self, name: &str) -> Option<&dyn erased_serde::Serialize>;
    fn forget(&mut self, name: &str);
    fn kms_key_arn(&self) -> Option<&Fact<Option<String>>>;
    fn keys(&mut self) -> Vec<KeyFacts<'_>>;
    fn as_serialize(&self) -> &dyn erased_serde::Serialize;
}

impl<P: Properties> AnyProperties for P {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn copy(&self) -> Arc<dyn AnyProperties> {
        Arc::new(self.clone())
    }
    fn equals(&self, other: &dyn AnyProperties) -> bool {
        other.as_any().downcast_ref::<P>() == Some(self)
    }
    fn field(&self, name: &str) -> Option<&dyn erased_serde::Serialize> {
        Properties::field(self, name)
    }
    fn forget(&mut self, name: &str) {
        Properties::forget(self, name);
    }
    fn kms_key_arn(&self) -> Option<&Fact<Option<String>>> {
        Properties::kms_key_arn(self)
    }
    fn keys(&mut self) -> Vec<KeyFacts<'_>> {
        Properties::keys(self)
    }
    fn as_serialize(&self) -> &dyn erased_serde::Serialize {
        self
    }
}

/// The properties of a type that this version does not know. rel9 keeps them and does not judge them.
#[derive(Clone, Debug, Default, PartialEq)]
struct OfUnknownType(Map<String, Value>);

impl AnyProperties for OfUnknownType {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn copy(&self) -> Arc<dyn AnyProperties> {
        Arc::new(self.clone())
    }
    fn equals(&self, other: &dyn AnyProperties) -> bool {
        other.as_any().downcast_ref::<OfUnknownType>() == Some(self)
    }
    fn field(&self, name: &str) -> Option<&dyn erased_serde::Serialize> {
        self.0.get(name).map(|value| value as &dyn erased_serde::Serialize)
    }
    fn forget(&mut self, name: &str) {
        self.0.shift_remove(name);
    }
    fn kms_key_arn(&self) -> Option<&Fact<Option<String>>> {
        None
    }
    fn keys(&mut self) -> Vec<KeyFacts<'_>> {
        Vec::new()
    }
    fn as_serialize(&self) -> &dyn erased_serde::Serialize {
        &self.0
    }
}

/// The properties of a resource, in the struct of its type. Clones share the struct until one of them changes.
#[derive(Clone)]
pub struct ResourceProperties {
    /// `None` for a type that this version does not know.
    info: Option<&'static TypeInfo>,
    properties: Arc<dyn AnyProperties>,
}

impl Debug for ResourceProperties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.properties.fmt(f)
    }
}

impl Default for ResourceProperties {
    fn default() -> Self {
        Map::new().into()
    }
}

impl PartialEq for ResourceProperties {
    fn eq(&self, other: &Self) -> bool {
        self.info.map(|info| info.name) == other.info.map(|info| info.name) && self.properties.equals(&*other.properties)
    }
}

impl<T: ResourceType<Properties = T> + Properties> From<T> for ResourceProperties {
    fn from(properties: T) -> Self {
        T::of(properties)
    }
}

/// The properties of a type that this version does not know.
impl From<Map<String, Value>> for ResourceProperties {
    fn from(properties: Map<String, Value>) -> Self {
        ResourceProperties { info: None, properties: Arc::new(OfUnknownType(properties)) }
    }
}

impl ResourceProperties {
    /// The type's table entry; `None` for a type that this version does not know.
    pub fn info(&self) -> Option<&'static TypeInfo> {
        self.info
    }

    /// The properties as their struct; `None` if the type has another struct.
    pub fn get<P: Properties>(&self) -> Option<&P> {
        self.properties.as_any().downcast_ref()
    }

    /// The properties, to change them: copied first where another resource shares them.
    fn own(&mut self) -> Option<&mut (dyn AnyProperties + 'static)> {
        if Arc::get_mut(&mut self.properties).is_none() {
            self.properties = self.properties.copy();
        }
        Arc::get_mut(&mut self.properties)
    }

    /// A read property by its name in documents, for rules.
    pub fn field(&self, name: &str) -> Option<&dyn erased_serde::Serialize> {
        self.properties.field(name)
    }

    /// The JSON of a read property.
    pub fn json(&self, name: &str) -> Option<Value> {
        self.field(name).map(|field| serde_json::to_value(field).unwrap_or_default()) // the structs of types serialise
    }

    /// Whether a property was read.
    pub fn is_read(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    /// The names of the properties that were read.
    pub fn read_names(&self) -> Vec<String> {
        match (self.info, self.properties.as_any().downcast_ref::<OfUnknownType>()) {
            (Some(info), _) => info.properties.iter().filter(|name| self.is_read(name)).map(|name| (*name).to_owned()).collect(),
            (None, Some(OfUnknownType(map))) => map.keys().cloned().collect(),
            (None, None) => Vec::new(),
        }
    }

    /// Leaves a property unread.
    pub fn forget(&mut self, name: &str) {
        if self.is_read(name)
            && let Some(own) = self.own()
        {
            own.forget(name);
        }
    }

    /// The KMS key of the resource itself; `None` for a type without a key.
    pub fn kms_key_arn(&self) -> Option<&Fact<Option<String>>> {
        self.properties.kms_key_arn()
    }

    /// Every KMS key that the properties name, with what they say of it.
    pub fn keys(&mut self) -> Vec<KeyFacts<'_>> {
        self.own().map(|own| own.keys()).unwrap_or_default()
    }
}

impl Serialize for ResourceProperties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        erased_serde::serialize(self.properties.as_serialize(), serializer)
    }
}

/// Reads the JSON of one type.
///
/// # Errors
/// A property with a wrong value.
pub fn parse<T: ResourceType>(json: &RawValue) -> serde_json::Result<Parsed> {
    let mut newer = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(json.get());
    let properties = serde_ignored::deserialize(&mut deserializer, |path| newer.push(path.to_string()))?;
    Ok((T::of(properties), newer))
}

/// Like [`parse`], for a value in memory.
///
/// # Errors
/// A property that does not have its form.
pub fn from_map<T: ResourceType>(properties: &Map<String, Value>) -> serde_json::Result<ResourceProperties> {
    T::Properties::deserialize(properties).map(T::of)
}

/// Declares the properties of one resource type: a struct of [`Fact`]s with its table entry.
///
/// `key: own` means that the type has `kms_key_arn`, `key_manager` and `key_state`; `key: arn` that it has only `kms_key_arn`;
/// `key: by FUNCTION` that the function finds the keys. `#[from("op")]` on a property names the operation that reads it, if it differs from the
/// type's operation; `tags:` and `region:` name the operations that read the tags and the Region of a resource, if they differ from it.
/// `on_request: true` means that resources of the type are read only if the user asks for it.
macro_rules! properties {
    (
        $(#[doc = $doc:literal])*
        $name:ident = $type_name:literal, operation: $operation:literal
        $(, tags: $tags:literal)? $(, region: $region:literal)? $(, on_request: $on_request:literal)? $(, key: $key:ident $($function:ident)?)? {
            $( $(#[doc = $field_doc:literal])* $(#[from($($source:literal),+)])? $field:ident : $field_type:ty, )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub struct $name {
            $( $(#[doc = $field_doc])* #[serde(default, skip_serializing_if = "crate::inventory::Fact::is_unread")]
            pub $field: crate::inventory::Fact<$field_type>, )*
        }

        impl crate::inventory::types::ResourceType for $name {
            type Properties = $name;

            const INFO: crate::inventory::types::TypeInfo = crate::inventory::types::TypeInfo {
                name: $type_name,
                operation: $operation,
                on_request: false $(|| $on_request)?,
                properties: &[ $( stringify!($field) ),* ],
                sources: &[
                    $( ("tags", &[$tags]), )?
                    $( ("region", &[$region]), )?
                    $( $( (stringify!($field), &[$($source),+]), )? )*
                ],
                schema: || schemars::schema_for!($name),
                parse: crate::inventory::types::parse::<$name>,
                from_map: crate::inventory::types::from_map::<$name>,
            };

            fn info() -> &'static crate::inventory::types::TypeInfo {
                static INFO: crate::inventory::types::TypeInfo = <$name as crate::inventory::types::ResourceType>::INFO;
                &INFO
            }
        }

        impl crate::inventory::types::Properties for $name {
            fn field(&self, name: &str) -> Option<&dyn erased_serde::Serialize> {
                match name {
                    $( stringify!($field) => self.$field.read().map(|value| value as &dyn erased_serde::Serialize), )*
                    _ => None,
                }
            }

            fn forget(&mut self, name: &str) {
                match name {
                    $( stringify!($field) => self.$field = crate::inventory::Fact::Unread, )*
                    _ => {}
                }
            }

            crate::inventory::types::key_facts!($($key $($function)?)?);
        }
    };
}
pub(crate) use properties;

/// Declares a resource type with the properties of another type.
macro_rules! same_properties {
    (
        $(#[doc = $doc:literal])*
        $name:ident as $other:ident = $type_name:literal, operation: $operation:literal $(, sources: $sources:expr)?
    ) => {
        $(#[doc = $doc])*
        pub struct $name;

        impl crate::inventory::types::ResourceType for $name {
            type Properties = $other;

            const INFO: crate::inventory::types::TypeInfo = crate::inventory::types::TypeInfo {
                name: $type_name,
                operation: $operation,
                $( sources: $sources, )?
                parse: crate::inventory::types::parse::<$name>,
                from_map: crate::inventory::types::from_map::<$name>,
                ..<$other as crate::inventory::types::ResourceType>::INFO
            };

            fn info() -> &'static crate::inventory::types::TypeInfo {
                static INFO: crate::inventory::types::TypeInfo = <$name as crate::inventory::types::ResourceType>::INFO;
                &INFO
            }
        }
    };
}
pub(crate) use same_properties;

/// The two functions of [`Properties`] about KMS keys.
macro_rules! key_facts {
    () => {
        fn kms_key_arn(&self) -> Option<&crate::inventory::Fact<Option<String>>> {
            None
        }
        fn keys(&mut self) -> Vec<crate::inventory::types::KeyFacts<'_>> {
            Vec::new()
        }
    };
    (own) => {
        fn kms_key_arn(&self) -> Option<&crate::inventory::Fact<Option<String>>> {
            Some(&self.kms_key_arn)
        }
        fn keys(&mut self) -> Vec<crate::inventory::types::KeyFacts<'_>> {
            let (arn, manager, state) = (&mut self.kms_key_arn, Some(&mut self.key_manager), Some(&mut self.key_state));
            vec![crate::inventory::types::KeyFacts { arn, manager, state, own: true }]
        }
    };
    (arn) => {
        fn kms_key_arn(&self) -> Option<&crate::inventory::Fact<Option<String>>> {
            Some(&self.kms_key_arn)
        }
        fn keys(&mut self) -> Vec<crate::inventory::types::KeyFacts<'_>> {
            vec![crate::inventory::types::KeyFacts { arn: &mut self.kms_key_arn, manager: None, state: None, own: true }]
        }
    };
    (by $function:ident) => {
        fn kms_key_arn(&self) -> Option<&crate::inventory::Fact<Option<String>>> {
            None
        }
        fn keys(&mut self) -> Vec<crate::inventory::types::KeyFacts<'_>> {
            $function(self)
        }
    };
}
pub(crate) use key_facts;
