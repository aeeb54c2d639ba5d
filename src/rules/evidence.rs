//! The facts that a finding rests on.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// Facts by path, such as `resource.encrypted`. Stored as JSON text, which takes a tenth of the memory of the values: most are never read,
/// and a large audit has a million of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence(Option<Arc<str>>);

impl Evidence {
    /// Whether there are no facts.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The facts as stored: equal facts have equal text.
    pub fn text(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// All facts, by path.
    pub fn facts(&self) -> Map<String, Value> {
        self.0.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// One fact.
    pub fn get(&self, path: &str) -> Option<Value> {
        self.facts().swap_remove(path)
    }
}

impl From<Map<String, Value>> for Evidence {
    fn from(facts: Map<String, Value>) -> Self {
        Evidence((!facts.is_empty()).then(|| Value::Object(facts).to_string().into()))
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.as_deref().unwrap_or("{}");
        serde_transcode::transcode(&mut serde_json::Deserializer::from_str(text), serializer)
    }
}

impl<'de> Deserialize<'de> for Evidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = Vec::new();
        serde_transcode::transcode(deserializer, &mut serde_json::Serializer::new(&mut text)).map_err(Error::custom)?;
        match String::from_utf8(text) {
            Ok(empty) if empty == "{}" => Ok(Evidence::default()),
            Ok(object) if object.starts_with('{') => Ok(Evidence(Some(object.into()))),
            _ => Err(Error::custom("evidence is an object")),
        }
    }
}

impl JsonSchema for Evidence {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Evidence".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Map::<String, Value>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::Evidence;
    use serde_json::{Map, json};

    #[test]
    fn facts_come_back_as_they_were() {
        let facts = Map::from_iter([
            ("resource.size".to_owned(), json!(0.1 + 0.2)),
            ("resource.name".to_owned(), json!("a\"b\u{2028}")),
            ("protection.plans".to_owned(), json!([{"name": null}])),
        ]);
        let evidence = Evidence::from(facts.clone());
        assert_eq!(evidence.facts(), facts);
        assert_eq!(evidence.get("resource.size"), Some(json!(0.1 + 0.2)));
        assert_eq!(evidence.get("resource"), None);
        assert!(Evidence::from(Map::new()).is_empty());
        let again: Evidence = serde_json::from_str(&serde_json::to_string_pretty(&evidence).unwrap()).unwrap();
        assert_eq!(again, evidence);
        assert_eq!(serde_json::to_value(&evidence).unwrap(), json!(facts));
        assert!(serde_json::from_str::<Evidence>("{}").unwrap().is_empty());
        assert!(serde_json::from_str::<Evidence>("[1]").is_err());
    }
}
