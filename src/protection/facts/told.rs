//! A fact that was worked out, or the reasons why it was not; and how to collect the reasons from a structure.

use crate::inventory::types::KeyManager;
use crate::inventory::{Fact, Outcome, Reasons, add_new, note};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A fact: its value, or the reasons why it is not known. In JSON, an unknown fact is a missing key.
///
/// An unknown fact without reasons of its own is unknown for the same reasons as the resource's other facts.
#[derive(Clone, Debug, PartialEq)]
pub struct Told<T>(Outcome<T>);

impl<T> Told<T> {
    /// A fact that is not known, with the reasons.
    pub fn unread(reasons: Vec<String>) -> Self {
        Told(Err(reasons))
    }

    /// Whether the value is not known.
    pub fn is_unread(&self) -> bool {
        self.0.is_err()
    }

    /// The value, if it is known.
    pub fn read(&self) -> Option<&T> {
        self.0.as_ref().ok()
    }

    /// The value, or why it is not known.
    ///
    /// # Errors
    /// The reasons.
    pub fn outcome(&self) -> Result<&T, &[String]> {
        self.0.as_ref().map_err(Vec::as_slice)
    }

    /// Why the value is not known; empty if it is known.
    pub fn reasons(&self) -> &[String] {
        self.0.as_ref().err().map_or(&[], Vec::as_slice)
    }

    /// Makes the value unknown and adds these reasons.
    pub fn doubt(&mut self, more: &[String]) {
        let mut reasons = self.reasons().to_vec();
        add_new(&mut reasons, more.iter().cloned());
        *self = Told::unread(reasons);
    }
}

impl<T> Told<Option<T>> {
    /// The value, if it is known and not empty.
    pub fn present(&self) -> Option<&T> {
        self.read().and_then(Option::as_ref)
    }
}

impl<T> Default for Told<T> {
    fn default() -> Self {
        Told::unread(Vec::new())
    }
}

impl<T> From<T> for Told<T> {
    fn from(value: T) -> Self {
        Told(Ok(value))
    }
}

impl<T> From<Fact<T>> for Told<T> {
    fn from(fact: Fact<T>) -> Self {
        match fact {
            Fact::Read(value) => value.into(),
            Fact::Unread => Told::default(),
        }
    }
}

impl<T> From<Outcome<T>> for Told<T> {
    fn from(outcome: Outcome<T>) -> Self {
        Told(outcome)
    }
}

impl<T: Serialize> Serialize for Told<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.read().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Told<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Told::from)
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Told<T> {
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

/// The place of a fact in its structure. It becomes text only if there is a reason to report.
pub struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: &'static str,
}

impl Path<'_> {
    /// The path of the whole structure.
    pub const ROOT: Path<'static> = Path { parent: None, step: "" };

    /// The path of a field.
    pub fn field(&self, step: &'static str) -> Path<'_> {
        Path { parent: Some(self), step }
    }

    /// The path as text, such as `rules[].copies[].locked`.
    fn spell(&self) -> String {
        let mut text = self.parent.map(Path::spell).unwrap_or_default();
        if !text.is_empty() && self.step != ELEMENT {
            text.push('.');
        }
        text.push_str(self.step);
        text
    }
}

/// The step to the elements of a list, the same for every element.
const ELEMENT: &str = "[]";

/// A value that may hold facts.
pub trait Reasoned {
    /// Adds the reasons of its unknown facts, by path.
    fn add_reasons(&self, path: &Path, reasons: &mut Reasons);
}

impl<T: Reasoned> Reasoned for Told<T> {
    fn add_reasons(&self, path: &Path, reasons: &mut Reasons) {
        match &self.0 {
            Ok(value) => value.add_reasons(path, reasons),
            Err(why) if why.is_empty() => {}
            Err(why) => note(reasons, &path.spell(), why.clone()),
        }
    }
}

impl<T: Reasoned> Reasoned for Vec<T> {
    fn add_reasons(&self, path: &Path, reasons: &mut Reasons) {
        let path = path.field(ELEMENT);
        self.iter().for_each(|element| element.add_reasons(&path, reasons));
    }
}

impl<T: Reasoned> Reasoned for Option<T> {
    fn add_reasons(&self, path: &Path, reasons: &mut Reasons) {
        self.iter().for_each(|value| value.add_reasons(path, reasons));
    }
}

/// Values that hold no facts.
macro_rules! plain {
    ($($type:ty),*) => {
        $( impl crate::protection::facts::told::Reasoned for $type {
            fn add_reasons(&self, _: &crate::protection::facts::told::Path, _: &mut crate::inventory::Reasons) {}
        } )*
    };
}
pub(super) use plain;
plain!(bool, i64, String, DateTime<Utc>, KeyManager);

/// The facts of a resource.
pub trait FactSet: Reasoned {
    /// The names of the facts, known or not.
    fn names(&self) -> &'static [&'static str];

    /// A known fact, by name.
    fn field(&self, name: &str) -> Option<&dyn erased_serde::Serialize>;

    /// Makes every fact unknown and adds these reasons.
    fn doubt(&mut self, reasons: &[String]);

    /// Facts that are all unknown, for these reasons.
    fn unread(reasons: &[String]) -> Self
    where
        Self: Sized + Default,
    {
        let mut facts = Self::default();
        facts.doubt(reasons);
        facts
    }
}

/// Declares structs whose fields may be facts.
macro_rules! record {
    ($(#[$meta:meta])* $name:ident { $( $(#[$field_meta:meta])* $field:ident : $type:ty, )* }) => {
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        $(#[$meta])*
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )*
        }

        impl crate::protection::facts::told::Reasoned for $name {
            fn add_reasons(&self, path: &crate::protection::facts::told::Path, reasons: &mut crate::inventory::Reasons) {
                $( self.$field.add_reasons(&path.field(stringify!($field)), reasons); )*
            }
        }
    };
}
pub(super) use record;

/// Declares a struct that consists of facts and takes no other field.
macro_rules! facts {
    ($(#[doc = $doc:literal])* $name:ident { $( $(#[doc = $field_doc:literal])* $field:ident : $type:ty, )* }) => {
        crate::protection::facts::told::record! {
            $(#[doc = $doc])*
            #[derive(Default)]
            #[serde(deny_unknown_fields)]
            $name {
                $( $(#[doc = $field_doc])* #[serde(default, skip_serializing_if = "crate::protection::facts::told::Told::is_unread")]
                $field: crate::protection::facts::told::Told<$type>, )*
            }
        }

        impl crate::protection::facts::told::FactSet for $name {
            fn names(&self) -> &'static [&'static str] {
                &[ $( stringify!($field) ),* ]
            }

            fn field(&self, name: &str) -> Option<&dyn erased_serde::Serialize> {
                match name {
                    $( stringify!($field) => self.$field.read().map(|value| value as &dyn erased_serde::Serialize), )*
                    _ => None,
                }
            }

            fn doubt(&mut self, reasons: &[String]) {
                $( self.$field.doubt(reasons); )*
            }
        }
    };
}
pub(super) use facts;

#[cfg(test)]
mod tests {
    use super::super::{DestinationFacts, FactSet, Facts, PlanFacts, PlanRuleFacts};

    #[test]
    fn reasons_are_told_by_path_and_once_each() {
        let why = |reason: &str| [reason.to_owned()];
        let copies = vec![
            DestinationFacts { account: "111122223333".to_owned().into(), ..DestinationFacts::unread(&why("denied")) },
            DestinationFacts { locked: true.into(), ..DestinationFacts::unread(&why("throttled")) },
            DestinationFacts::unread(&why("denied")),
        ];
        let rule = PlanRuleFacts { copies: copies.into(), ..PlanRuleFacts::default() };
        let facts: Facts = PlanFacts { rules: vec![rule].into(), ..PlanFacts::unread(&why("not called")) }.into();
        let reasons = facts.reasons();
        assert_eq!(reasons["selected"], ["not called"]);
        assert_eq!(reasons["rules[].copies[].account"], ["throttled", "denied"]);
        assert_eq!(reasons["rules[].copies[].locked"], ["denied"], "one copy's is known, and that of two others is not");
        assert!(!reasons.contains_key("rules[].name"), "no reason of its own: it is that of everything else");
        assert!(!reasons.contains_key("rules"), "the list itself is known");
    }
}
