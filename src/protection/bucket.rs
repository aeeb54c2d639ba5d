//! Facts that only buckets have: where they replicate to, which logs are exported to them, and which encryption types an upload may use.

use super::context::Join;
use super::facts::{BucketFacts, ReplicationDestination, Told};
use super::resource_policy;
use super::summary::BucketSummary;
use super::unread::why_unread;
use crate::inventory::types::ResourceType;
use crate::inventory::types::logs::LogGroup;
use crate::inventory::types::s3::{Bucket, ReplicationRule};
use crate::inventory::{GLOBAL, Outcome, Resource, arn, is_symbolic, unless};
use std::collections::BTreeSet;

/// The facts of a bucket; `None` for any other resource.
pub fn bucket_facts(join: &Join, resource: &Resource) -> Option<BucketFacts> {
    let bucket = resource.get::<Bucket>()?;
    let rules = bucket.replication.or_why(|| why_unread(join.index.shard, resource, "replication"));
    let enabled = |rules: Vec<ReplicationRule>| rules.into_iter().filter(|rule| rule.enabled);
    Some(BucketFacts {
        accepted_encryption_types: accepted_encryption_types(join, resource, bucket).into(),
        log_exports: unless(join.index.missing(&["logs:DescribeLogGroups", "logs:DescribeExportTasks"]), log_exports(join, resource))
            .into(),
        destinations: rules.map(|rules| enabled(rules).map(|rule| destination(join, resource, &rule)).collect()).into(),
    })
}

/// The prefixes of log events that export tasks copied into a bucket. "The bucket must be in the same AWS Region" (CreateExportTask).
fn log_exports(join: &Join, resource: &Resource) -> Vec<String> {
    let groups = join.index.shard.of_type(LogGroup::INFO.name).filter_map(|group| group.get::<LogGroup>());
    let exports = groups.filter_map(|group| group.exports.read()).flatten().filter(|export| export.bucket == resource.id);
    let prefixes: BTreeSet<String> = exports.map(|export| export.prefix.clone()).collect();
    prefixes.into_iter().collect()
}

/// The encryption types that an upload may use.
///
/// # Errors
/// The reasons why the bucket's policy or encryption is not known.
fn accepted_encryption_types(join: &Join, resource: &Resource, bucket: &Bucket) -> Outcome<Vec<String>> {
    let mut reasons = Vec::new();
    for (property, is_unread) in
        [("policy", bucket.policy.is_unread()), ("blocked_encryption_types", bucket.blocked_encryption_types.is_unread())]
    {
        if is_unread {
            reasons.extend(why_unread(join.index.shard, resource, property));
        }
    }
    // An upload without a header takes the default encryption.
    let default = bucket.encryption_algorithm.present().map(String::as_str);
    let symbols = resource_policy::Symbols::new(resource, "policy");
    let refused = match bucket.policy.present().map(|text| resource_policy::Policy::parse(text, &symbols)) {
        Some(Ok(policy)) => policy.refused_encryption_types(default, &resource.arn),
        Some(Err(error)) => {
            reasons.push(format!("the policy of {} cannot be read: {error}", resource.id));
            resource_policy::Refused::default()
        }
        None => resource_policy::Refused::default(),
    };
    let blocked = bucket.blocked_encryption_types.read().map(Vec::as_slice).unwrap_or_default();
    let is_blocked = |kind: &&str| blocked.iter().any(|name| name == kind);
    if !refused.perhaps.iter().all(&is_blocked) {
        reasons.extend(symbols.reasons());
    }
    if !reasons.is_empty() {
        return Err(reasons);
    }
    let accepted =
        ["SSE-S3", "SSE-KMS", "DSSE-KMS", "SSE-C"].into_iter().filter(|kind| !is_blocked(kind) && !refused.surely.contains(kind));
    Ok(accepted.map(str::to_owned).collect())
}

fn destination(join: &Join, resource: &Resource, rule: &ReplicationRule) -> ReplicationDestination {
    let name = arn::resource(&rule.destination_bucket_arn);
    let found = join.summaries.bucket(name);
    let (replica_kms_key_arn, replica_key_region) = match replica_key(resource, rule) {
        Ok(key) => (Ok(key.map(str::to_owned)), replica_key_region(key, found)),
        Err(reasons) => (Err(reasons.clone()), Err(reasons)),
    };
    let facts = ReplicationDestination {
        rule: rule.id.clone().into(),
        bucket: name.to_owned().into(),
        kms_objects: rule.kms_objects.into(),
        replica_kms_key_arn: replica_kms_key_arn.into(),
        replica_key_region: replica_key_region.into(),
        ..ReplicationDestination::default()
    };
    if let Some(found) = found {
        let region =
            if found.region == GLOBAL { Err(vec![format!("the Region of bucket {name} was not read")]) } else { Ok(&found.region) };
        let differs = |region: &String| arn::differ(region, &resource.region).or_why(|| vec![places_unknown(&[region, &resource.region])]);
        let versioning_unread = || vec![format!("s3:GetBucketVersioning of {name} was not read")];
        return ReplicationDestination {
            exists: true.into(),
            versioning_enabled: found.versioning_enabled.ok_or_else(versioning_unread).into(),
            other_region: region.clone().and_then(differs).into(),
            region: region.cloned().into(),
            ..facts
        };
    }
    let mut reasons: Vec<String> = Vec::new();
    let own_account = rule.destination_account.present().is_none_or(|account| *account == resource.account);
    for summary in join.summaries.of_account(&resource.account).filter(|summary| summary.region != GLOBAL) {
        reasons.extend(summary.buckets_unread.iter().cloned());
    }
    // Bucket names are global: a bucket that the inventory lacks may belong to another account.
    if !own_account || !join.every_region_read(&resource.account) || rule.destination_account.present().is_none() {
        reasons.push(format!("bucket {name} is outside of what was read"));
    }
    let of_place = if reasons.is_empty() { vec![format!("bucket {name} does not exist")] } else { reasons.clone() };
    ReplicationDestination {
        exists: unless(reasons.clone(), false).into(),
        versioning_enabled: unless(reasons, false).into(),
        region: Told::unread(of_place.clone()),
        other_region: Told::unread(of_place),
        ..facts
    }
}

/// The replica key. A key that a template leaves open does not count as missing.
fn replica_key<'r>(resource: &Resource, rule: &'r ReplicationRule) -> Outcome<Option<&'r str>> {
    let unsettled = resource.unsettled("replication[].replica_kms_key_arn");
    let key = rule.replica_kms_key_arn.present().map(String::as_str);
    if key.is_none() { unless(unsettled.to_vec(), None) } else { Ok(key) }
}

/// The Region of the replica key. If only deployment settles it, it does not count as different from the destination's Region.
fn replica_key_region(key: Option<&str>, destination: Option<&BucketSummary>) -> Outcome<Option<String>> {
    let region = key.map(arn::region);
    match (region, destination) {
        (Some(region), Some(destination)) if arn::differ(region, &destination.region).is_unread() => {
            Err(vec![places_unknown(&[region, &destination.region])])
        }
        _ => Ok(region.map(str::to_owned)),
    }
}

/// Why the audit cannot compare two Regions.
fn places_unknown(regions: &[&str; 2]) -> String {
    let symbol = regions.iter().find(|region| is_symbolic(region)).unwrap_or(&"");
    format!("the template does not say the Region {symbol} (give the default provider's with --region)")
}
