//! The id of a finding.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;

/// A fingerprint of rule and resource, the same in every audit: 32 hexadecimal digits. Stored as a number, since there
/// may be a million findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FindingId(u128);

impl FindingId {
    /// The id of a rule's finding for the resource with this ARN.
    pub fn new(rule: &str, arn: &str) -> Self {
        let mut digest = Sha256::new();
        digest.update(rule.as_bytes());
        digest.update(b"|");
        digest.update(arn.as_bytes());
        FindingId(digest.finalize().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }
}

impl From<u128> for FindingId {
    fn from(number: u128) -> Self {
        FindingId(number)
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for FindingId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FindingId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let digits = text.len() == 32 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let number = u128::from_str_radix(&text, 16).ok().filter(|_| digits);
        number.map(FindingId).ok_or_else(|| Error::custom(format!("the id {text:?} of a finding is not 32 hexadecimal digits")))
    }
}

impl JsonSchema for FindingId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "FindingId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-f]{32}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::FindingId;

    #[test]
    fn ids_are_written_and_read() {
        // The first half of `printf 'rule|arn' | sha256sum`.
        let id = FindingId::new("rule", "arn");
        assert_eq!(id.to_string(), "c9c53c926d8df7075cdf3b8bc390ad67");
        let text = serde_json::to_string(&id).expect("JSON");
        assert_eq!(serde_json::from_str::<FindingId>(&text).expect("an id"), id);
        for wrong in ["", "1", "+1111111111111111111111111111111", "ABCDEFABCDEFABCDEFABCDEFABCDEFAB", "é111111111111111111111111111111"] {
            assert!(serde_json::from_str::<FindingId>(&format!("{wrong:?}")).is_err(), "{wrong}");
        }
    }
}
