//! Converts values of AWS's answers to values of the inventory: times, keys, missing members. Pure functions, no calls.

use super::call::Reader;
use crate::inventory::types::{KeyManager, ResourceProperties};
use crate::inventory::{Fact, Resource, Tags, is_writable};
use aws_sdk_backup::primitives::DateTime as AwsDateTime;
use chrono::{DateTime, SubsecRound, Utc};
use futures::stream::{self, StreamExt};
use std::future::Future;

/// How many resources of one kind are read at once. The reader limits the calls; this limits the memory of waiting calls.
const AT_ONCE: usize = 16;

/// Reads each item, several at once, and keeps their order.
pub async fn each<I, F, R>(items: Vec<I>, read: impl Fn(I) -> F) -> Vec<R>
where
    F: Future<Output = R>,
{
    stream::iter(items).map(read).buffered(AT_ONCE).collect().await
}

/// A time of an AWS answer, to the microsecond: JSON answers have seconds as a floating point number, whose nanoseconds are noise.
/// `None` for a time that chrono cannot represent, after the year 262,000.
pub fn time(value: &AwsDateTime) -> Option<DateTime<Utc>> {
    let time = DateTime::from_timestamp(value.secs(), value.subsec_nanos()).filter(is_writable)?;
    Some(time.round_subsecs(6))
}

/// An optional time of an AWS answer.
pub fn optional_time(value: Option<&AwsDateTime>) -> Option<DateTime<Utc>> {
    value.and_then(time)
}

/// A member that AWS always returns: if it is missing, its value is unread.
pub fn known<T>(value: Option<T>) -> Fact<T> {
    value.map_or(Fact::Unread, Fact::Read)
}

/// Gibibytes as bytes.
pub fn gibibytes(size: i32) -> i64 {
    i64::from(size) * (1 << 30)
}

/// Tags from an answer's pairs.
pub fn tags(pairs: impl IntoIterator<Item = (String, String)>) -> Fact<Tags> {
    Fact::Read(pairs.into_iter().collect())
}

/// A resource of `reader`'s account and Region, without name, date and tags.
pub fn resource(reader: &Reader, arn: String, id: String, properties: impl Into<ResourceProperties>) -> Resource {
    let properties = properties.into();
    Resource {
        type_name: properties.info().map(|info| info.name.to_owned()).unwrap_or_default(),
        arn,
        account: reader.account.clone(),
        region: reader.region.clone(),
        id,
        name: None,
        created_at: None,
        tags: Fact::Unread,
        properties,
        declared: None,
    }
}

/// A KMS key identifier as an ARN. AWS answers with "the key ARN, key ID, alias ARN, or alias name for the KMS key"
/// (RDS service model, `KmsKeyId`); an id or an alias without an account belongs to the caller, in the Region of the call.
pub fn kms_key_arn(reader: &Reader, key: &str) -> String {
    if key.starts_with("arn:") {
        key.to_owned()
    } else if key.starts_with("alias/") {
        reader.arn("kms", key)
    } else {
        reader.arn("kms", &format!("key/{key}"))
    }
}

/// The four facts about encryption, which every type with data has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encryption {
    pub encrypted: Fact<bool>,
    pub kms_key_arn: Fact<Option<String>>,
    pub key_manager: Fact<Option<KeyManager>>,
    pub key_state: Fact<Option<String>>,
}

impl Encryption {
    /// Not encrypted: there is no key.
    pub fn none() -> Encryption {
        Encryption { encrypted: false.into(), kms_key_arn: None.into(), key_manager: None.into(), key_state: None.into() }
    }

    /// Encrypted under an AWS owned key, which AWS does not show.
    pub fn aws_owned() -> Encryption {
        Encryption { key_manager: Some(KeyManager::AwsOwned).into(), encrypted: true.into(), ..Encryption::none() }
    }

    /// Encrypted under a KMS key that the account can see; KMS returns its manager and state.
    pub fn key(arn: String) -> Encryption {
        Encryption { encrypted: true.into(), kms_key_arn: Some(arn).into(), ..Encryption::default() }
    }

    /// Encrypted under a key that the answer does not name.
    pub fn unnamed_key() -> Encryption {
        Encryption { encrypted: true.into(), ..Encryption::default() }
    }

    /// Built from a flag and a key; the answer may lack either.
    pub fn of(encrypted: Option<bool>, key: Option<String>) -> Encryption {
        match (encrypted, key) {
            (Some(true), Some(arn)) => Encryption::key(arn),
            (Some(true), None) => Encryption::unnamed_key(),
            (Some(false), _) => Encryption::none(),
            (None, _) => Encryption::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_lose_the_noise_of_floating_point() {
        let read = time(&AwsDateTime::from_secs_and_nanos(1_700_000_000, 950_999_975));
        assert_eq!(read.map(|time| time.to_rfc3339()), Some("2023-11-14T22:13:20.951+00:00".to_owned()));
    }

    #[test]
    fn encryption_never_guesses() {
        assert_eq!(Encryption::of(None, None), Encryption::default());
        assert!(Encryption::of(Some(true), None).kms_key_arn.is_unread());
        assert_eq!(Encryption::of(Some(false), Some("x".to_owned())), Encryption::none());
        assert_eq!(Encryption::aws_owned().encrypted, Fact::Read(true));
    }
}
