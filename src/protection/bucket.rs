//! What only buckets have: where they replicate to, and which kinds of encryption an upload may use.

use super::context::Join;
use super::facts::{BucketFacts, ReplicationDestination};
use super::resource_policy;
use super::summary::BucketSummary;
use super::unread::{Unread, add_new, why_unread};
use crate::inventory::types::s3::{Bucket, ReplicationRule};
use crate::inventory::{Fact, GLOBAL, Resource, arn, is_symbolic};

/// The facts of a bucket; `None` for anything else. Parts that are not known get their reasons in `unread`.
pub fn bucket_facts(join: &Join, resource: &Resource, unread: &mut Unread) -> Option<BucketFacts> {
    let bucket = resource.get::<Bucket>()?;
    let mut facts = BucketFacts::default();
    match accepted_encryption_types(join, resource, bucket) {
        Ok(types) => facts.accepted_encryption_types = Fact::Read(types),
        Err(reasons) => drop(unread.insert("bucket.accepted_encryption_types".to_owned(), reasons)),
    }
    match bucket.replication.read() {
        Some(rules) => {
            let enabled = rules.iter().filter(|rule| rule.enabled);
            facts.destinations = Fact::Read(enabled.map(|rule| destination(join, resource, rule, unread)).collect());
        }
        None => {
            let reasons = why_unread(join.index.shard, resource, "replication");
            unread.insert("bucket.destinations".to_owned(), reasons);
        }
    }
    Some(facts)
}

/// Which kinds of encryption an upload may use.
///
/// # Errors
/// The reasons why the bucket's policy or encryption is not known.
fn accepted_encryption_types(join: &Join, resource: &Resource, bucket: &Bucket) -> Result<Vec<String>, Vec<String>> {
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

fn destination(join: &Join, resource: &Resource, rule: &ReplicationRule, unread: &mut Unread) -> ReplicationDestination {
    let name = arn::resource(&rule.destination_bucket_arn);
    let mut facts = ReplicationDestination {
        rule: rule.id.clone().into(),
        bucket: name.to_owned().into(),
        kms_objects: rule.kms_objects.into(),
        ..ReplicationDestination::default()
    };
    let found = join.summaries.bucket(name);
    replica_key(resource, rule, found, &mut facts, unread);
    if let Some(found) = found {
        facts.exists = true.into();
        if found.region == GLOBAL {
            note(unread, &["region", "other_region"], vec![format!("the Region of bucket {name} was not read")]);
        } else {
            facts.region = found.region.clone().into();
            facts.other_region = arn::differ(&found.region, &resource.region);
            if facts.other_region.is_unread() {
                note(unread, &["other_region"], vec![places_unknown(&[&found.region, &resource.region])]);
            }
        }
        match found.versioning_enabled {
            Some(enabled) => facts.versioning_enabled = Fact::Read(enabled),
            None => note(unread, &["versioning_enabled"], vec![format!("s3:GetBucketVersioning of {name} was not read")]),
        }
        return facts;
    }
    let mut reasons: Vec<String> = Vec::new();
    let own_account = rule.destination_account.present().is_none_or(|account| *account == resource.account);
    for summary in join.summaries.of_account(&resource.account).filter(|summary| summary.region != GLOBAL) {
        reasons.extend(summary.buckets_unread.iter().cloned());
    }
    // Bucket names are global: one that is not here may be another account's.
    if !own_account || !join.every_region_read(&resource.account) || rule.destination_account.present().is_none() {
        reasons.push(format!("bucket {name} is outside of what was read"));
    }
    if reasons.is_empty() {
        facts.exists = false.into();
        facts.versioning_enabled = false.into();
        reasons.push(format!("bucket {name} does not exist"));
        note(unread, &["region", "other_region"], reasons);
    } else {
        note(unread, &["exists", "versioning_enabled", "region", "other_region"], reasons);
    }
    facts
}

/// The replica key with its Region. A key that a template does not settle is not known to be missing, and a Region that only deployment tells
/// is not known to be another than the destination's.
fn replica_key(
    resource: &Resource,
    rule: &ReplicationRule,
    destination: Option<&BucketSummary>,
    facts: &mut ReplicationDestination,
    unread: &mut Unread,
) {
    let unsettled = resource.declared.as_ref().and_then(|declared| declared.unknown.get("replication[].replica_kms_key_arn"));
    let key = match (rule.replica_kms_key_arn.present(), unsettled) {
        (None, Some(reasons)) => return note(unread, &["replica_kms_key_arn", "replica_key_region"], reasons.clone()),
        (key, _) => key.map(String::as_str),
    };
    facts.replica_kms_key_arn = Fact::Read(key.map(str::to_owned));
    let region = key.map(arn::region);
    match (region, destination) {
        (Some(region), Some(destination)) if arn::differ(region, &destination.region).is_unread() => {
            note(unread, &["replica_key_region"], vec![places_unknown(&[region, &destination.region])]);
        }
        _ => facts.replica_key_region = Fact::Read(region.map(str::to_owned)),
    }
}

/// Why nobody can tell whether two Regions are one.
fn places_unknown(regions: &[&str; 2]) -> String {
    let symbol = regions.iter().find(|region| is_symbolic(region)).unwrap_or(&"");
    format!("the template does not say the Region {symbol} (give the default provider's with --region)")
}

fn note(unread: &mut Unread, fields: &[&str], reasons: Vec<String>) {
    for field in fields {
        // Each destination has its own reasons, and several rules may have the same.
        add_new(unread.entry(format!("bucket.destinations[].{field}")).or_default(), reasons.iter().cloned());
    }
}
