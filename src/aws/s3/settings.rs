//! Converts bucket settings from S3's answers to the inventory's properties.

use crate::aws::call::Reader;
use crate::aws::convert::{Encryption, kms_key_arn};
use crate::inventory::Fact;
use crate::inventory::types::KeyManager;
use crate::inventory::types::s3::{Bucket, LifecycleRule, ObjectLock, ReplicationRule, Versioning};
use aws_sdk_s3::types as sdk;

/// "If the versioning state has never been set on a bucket, a GetBucketVersioning request does not return a versioning state value."
/// A state that this code does not know is unread.
pub fn versioning(status: Option<&sdk::BucketVersioningStatus>) -> Fact<Versioning> {
    match status {
        Some(sdk::BucketVersioningStatus::Enabled) => Versioning::Enabled.into(),
        Some(sdk::BucketVersioningStatus::Suspended) => Versioning::Suspended.into(),
        Some(_) => Fact::Unread,
        None => Versioning::Never.into(),
    }
}

/// Default encryption; `None` if the bucket has no configuration.
pub fn encryption(reader: &Reader, bucket: &mut Bucket, configuration: Option<sdk::ServerSideEncryptionConfiguration>) {
    let rules = configuration.map(|configuration| configuration.rules).unwrap_or_default();
    let blocked = rules.iter().filter_map(|rule| rule.blocked_encryption_types.as_ref()?.encryption_type.as_ref()).flatten();
    // `NONE` means "blocks nothing".
    let blocked = blocked.filter(|kind| **kind != sdk::EncryptionType::None);
    bucket.blocked_encryption_types = blocked.map(|kind| kind.as_str().to_owned()).collect::<Vec<_>>().into();

    let default = rules.into_iter().find_map(|rule| rule.apply_server_side_encryption_by_default);
    let algorithm = default.as_ref().map(|default| default.sse_algorithm.as_str().to_owned());
    let key = default.and_then(|default| default.kms_master_key_id).filter(|key| !key.is_empty());
    let facts = key_of(algorithm.as_deref(), key.map(|key| kms_key_arn(reader, &key)));
    bucket.encryption_algorithm = algorithm.into();
    bucket.encrypted = facts.encrypted;
    bucket.kms_key_arn = facts.kms_key_arn;
    bucket.key_manager = facts.key_manager;
    bucket.key_state = facts.key_state;
}

/// `AES256` is SSE-S3, whose keys S3 owns. SSE-KMS without a key means the AWS managed key `aws/s3` (user guide, "Using server-side
/// encryption with AWS KMS keys"), which cannot be disabled or deleted.
fn key_of(algorithm: Option<&str>, key: Option<String>) -> Encryption {
    match (algorithm, key) {
        (None, _) => Encryption::none(),
        (Some("AES256"), _) => Encryption::aws_owned(),
        (Some(kind), Some(arn)) if kind.starts_with("aws:kms") => Encryption::key(arn),
        (Some(kind), None) if kind.starts_with("aws:kms") => {
            Encryption { encrypted: true.into(), key_manager: Some(KeyManager::Aws).into(), ..Encryption::none() }
        }
        (Some(_), _) => Encryption::unnamed_key(),
    }
}

/// The parts of a lifecycle rule that decide how long data can be restored.
pub fn lifecycle_rule(rule: sdk::LifecycleRule) -> LifecycleRule {
    #[expect(deprecated, reason = "older rules still have their prefix there")]
    let (prefix, by_tag_or_size) = scope(rule.filter.as_ref(), rule.prefix());
    let noncurrent = rule.noncurrent_version_expiration;
    let moves = rule.noncurrent_version_transitions.unwrap_or_default();
    let moves_to = rule.transitions.unwrap_or_default().into_iter().filter_map(|step| step.storage_class);
    LifecycleRule {
        prefix: prefix.into(),
        by_tag_or_size: by_tag_or_size.into(),
        moves_to: moves_to.map(|class| class.as_str().to_owned()).collect::<Vec<_>>().into(),
        id: rule.id.into(),
        enabled: rule.status == sdk::ExpirationStatus::Enabled,
        expiration_days: rule.expiration.and_then(|expiration| expiration.days).map(i64::from).into(),
        noncurrent_expiration_days: noncurrent.as_ref().and_then(|expiration| expiration.noncurrent_days).map(i64::from).into(),
        newer_noncurrent_versions: noncurrent.and_then(|expiration| expiration.newer_noncurrent_versions).map(i64::from).into(),
        noncurrent_transition_days: moves.iter().filter_map(|step| step.noncurrent_days).min().map(i64::from).into(),
        abort_incomplete_upload_days: rule
            .abort_incomplete_multipart_upload
            .and_then(|abort| abort.days_after_initiation)
            .map(i64::from)
            .into(),
    }
}

/// The prefix of the objects that a lifecycle rule is for, and whether it also asks for tags or a size. Older rules have their prefix beside the
/// filter, which is then absent (S3 API reference, `LifecycleRule`).
fn scope(filter: Option<&sdk::LifecycleRuleFilter>, prefix: Option<&str>) -> (String, bool) {
    let Some(filter) = filter else { return (prefix.unwrap_or_default().to_owned(), false) };
    let both = filter.and();
    let prefix = filter.prefix().or_else(|| both.and_then(|both| both.prefix())).unwrap_or_default();
    let by_tag = filter.tag().is_some() || both.is_some_and(|both| !both.tags().is_empty());
    let sizes = [filter.object_size_greater_than(), filter.object_size_less_than()].into_iter().flatten();
    let sizes = sizes.chain(both.into_iter().flat_map(|both| [both.object_size_greater_than(), both.object_size_less_than()]).flatten());
    (prefix.to_owned(), by_tag || sizes.count() > 0)
}

pub fn replication_rule(rule: sdk::ReplicationRule) -> ReplicationRule {
    let kms_objects = rule.source_selection_criteria.and_then(|criteria| criteria.sse_kms_encrypted_objects);
    let (bucket, account, encryption) = rule
        .destination
        .map(|destination| (destination.bucket, destination.account, destination.encryption_configuration))
        .unwrap_or_default();
    ReplicationRule {
        id: rule.id.into(),
        enabled: rule.status == sdk::ReplicationRuleStatus::Enabled,
        destination_bucket_arn: bucket,
        destination_account: account.into(),
        kms_objects: kms_objects.is_some_and(|objects| objects.status == sdk::SseKmsEncryptedObjectsStatus::Enabled),
        replica_kms_key_arn: encryption.and_then(|encryption| encryption.replica_kms_key_id).into(),
    }
}

/// `None` unless the answer has Object Lock enabled.
pub fn object_lock(configuration: sdk::ObjectLockConfiguration) -> Option<ObjectLock> {
    configuration.object_lock_enabled.filter(|enabled| *enabled == sdk::ObjectLockEnabled::Enabled)?;
    let retention = configuration.rule.and_then(|rule| rule.default_retention);
    // Days or years, never both; the unused one may be 0.
    let years = retention.as_ref().and_then(|retention| retention.years).filter(|years| *years > 0);
    let days = retention.as_ref().and_then(|retention| retention.days).filter(|days| *days > 0);
    Some(ObjectLock {
        mode: retention.and_then(|retention| retention.mode).map(|mode| mode.as_str().to_owned()).into(),
        retention_days: days.map(i64::from).or(years.map(|years| i64::from(years) * 365)).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versioning_that_was_never_set_is_not_suspended() {
        assert_eq!(versioning(None), Fact::Read(Versioning::Never));
        assert_eq!(versioning(Some(&sdk::BucketVersioningStatus::Suspended)), Fact::Read(Versioning::Suspended));
        assert!(versioning(Some(&"Archived".into())).is_unread());
    }

    #[test]
    fn algorithms_tell_the_key_manager() {
        assert_eq!(key_of(None, None), Encryption::none());
        assert_eq!(key_of(Some("AES256"), None), Encryption::aws_owned());
        let default_key = key_of(Some("aws:kms"), None);
        assert_eq!(default_key.key_manager, Fact::Read(Some(KeyManager::Aws)));
        assert_eq!(default_key.kms_key_arn, Fact::Read(None));
        let named = key_of(Some("aws:kms:dsse"), Some("arn".to_owned()));
        assert_eq!(named.kms_key_arn, Fact::Read(Some("arn".to_owned())));
        assert!(named.key_manager.is_unread());
    }

    #[test]
    fn a_year_of_object_lock_is_365_days() {
        let lock = |retention: Option<sdk::DefaultRetention>| {
            let rule = sdk::ObjectLockRule::builder().set_default_retention(retention).build();
            object_lock(sdk::ObjectLockConfiguration::builder().object_lock_enabled(sdk::ObjectLockEnabled::Enabled).rule(rule).build())
        };
        let two_years = sdk::DefaultRetention::builder().mode(sdk::ObjectLockRetentionMode::Compliance).days(0).years(2).build();
        let read = lock(Some(two_years));
        assert_eq!(read.map(|lock| lock.retention_days), Some(Some(730).into()));
        assert_eq!(lock(None), Some(ObjectLock { mode: None.into(), retention_days: None.into() }));
        assert_eq!(object_lock(sdk::ObjectLockConfiguration::builder().build()), None);
    }

    #[test]
    fn the_soonest_move_of_noncurrent_versions_counts() -> Result<(), aws_sdk_s3::error::BuildError> {
        let step = |days| sdk::NoncurrentVersionTransition::builder().noncurrent_days(days).build();
        let rule = sdk::LifecycleRule::builder()
            .status(sdk::ExpirationStatus::Enabled)
            .noncurrent_version_transitions(step(90))
            .noncurrent_version_transitions(step(30))
            .build()?;
        let read = lifecycle_rule(rule);
        assert_eq!(read.noncurrent_transition_days, Some(30).into());
        assert_eq!(read.expiration_days, None.into());
        Ok(())
    }
}
