//! The heart: joins plans, selections, schedules, recovery points, copies, snapshots, jobs and restore tests to each resource of a
//! shard, in one pass over maps by ARN. Knows no AWS SDK type and no rule.

mod bucket;
mod copies;
mod data;
mod doubts;
mod explanation;
pub mod facts;
pub mod index;
mod jobs;
mod keys;
pub mod ledger;
mod lifecycle_policies;
mod mechanisms;
pub mod opt_in;
mod others;
mod plans;
mod points;
pub mod policy;
mod reach;
mod region;
pub mod reproducible;
mod restores;
pub mod schedule;
pub mod selection;
mod state;
pub mod summary;
mod vaults;

pub use ledger::Ledger;
pub use summary::{Summaries, Summary, summarise};

use crate::inventory::types;
use crate::inventory::{DEPLOYED, GLOBAL, Resource, Shard, TAGS, tag_path};
use chrono::{DateTime, Duration, Utc};
use data::Join;
use facts::{Facts, Joined, MechanismKind, NoFacts};
use index::Index;
use reach::Plans;
use std::collections::{HashMap, HashSet};

/// What the audit knows of a resource before the join.
#[derive(Clone, Debug)]
pub struct Owed {
    /// The kinds of mechanism that count for it.
    pub mechanisms: Vec<MechanismKind>,
    /// The RPO of its objective.
    pub rpo_seconds: Option<i64>,
    /// Its data can be made again, so that it owes no backup.
    pub reproducible: bool,
    /// Why it is not known which kinds count.
    pub doubt: Option<String>,
}

/// Joins one shard: a result for each of its resources, in their order.
pub fn join(shard: &Shard, summaries: &Summaries, as_of: DateTime<Utc>, owed: &[Owed]) -> Vec<Joined> {
    let index = Index::of(shard, as_of);
    let plans = Plans::of(&index, as_of);
    let is_data = |resource: &Resource| types::find(&resource.type_name).is_some_and(|info| info.is_data());
    let existing: HashSet<&str> =
        shard.resources.iter().filter(|resource| is_data(resource)).map(|resource| resource.arn.as_str()).collect();
    let join = Join { index: &index, plans: &plans, summaries, existing: &existing, as_of };

    let mut joined: Vec<Option<Joined>> = vec![None; shard.resources.len()];
    // Instances come after the volumes that decide their state.
    let mut volumes: HashMap<&str, Joined> = HashMap::new();
    for (at, resource) in shard.resources.iter().enumerate() {
        if is_data(resource) && resource.type_name != "AWS::EC2::Instance" {
            let result = join.protection(resource, &owed[at], &HashMap::new());
            if resource.type_name == "AWS::EC2::Volume" {
                volumes.insert(&resource.id, result.clone());
            }
            joined[at] = Some(result);
        }
    }
    let volumes: HashMap<&str, &Joined> = volumes.iter().map(|(id, joined)| (*id, joined)).collect();
    for (at, resource) in shard.resources.iter().enumerate() {
        if resource.type_name == "AWS::EC2::Instance" {
            joined[at] = Some(join.protection(resource, &owed[at], &volumes));
        }
    }
    let data: Vec<(&Resource, &Joined, bool)> = shard
        .resources
        .iter()
        .zip(&joined)
        .zip(owed)
        .filter_map(|((resource, joined), owed)| Some((resource, joined.as_ref()?, owed.reproducible)))
        .collect();
    let links = plans::Links::of(&join, &data);
    let rest: Vec<Option<Joined>> = shard
        .resources
        .iter()
        .zip(&joined)
        .map(|(resource, known)| known.is_none().then(|| other(&join, &links, &data, resource)))
        .collect();
    joined
        .into_iter()
        .zip(rest)
        .map(|(data, other)| data.or(other).unwrap_or_else(|| Joined { facts: Facts::None(NoFacts {}), unread: Default::default() }))
        .collect()
}

/// Whether a data resource is counted as one: the data of an instance is in its volumes, that of a cluster's members in the cluster.
pub fn is_counted(resource: &Resource) -> bool {
    resource.type_name != "AWS::EC2::Instance" && !is_cluster_member(resource)
}

/// Whether a data resource is a member of a DB cluster: its data is the cluster's, which owes the backups.
pub fn is_cluster_member(resource: &Resource) -> bool {
    resource.type_name == "AWS::RDS::DBInstance" && resource.text("cluster_id").is_some()
}

fn other(join: &Join, links: &plans::Links, data: &[(&Resource, &Joined, bool)], resource: &Resource) -> Joined {
    match resource.type_name.as_str() {
        "AWS::Account" => others::account(join, resource),
        "AWS::Region" => region::of(join, links, data),
        "AWS::Backup::BackupPlan" => plans::plan(join, links, resource),
        "AWS::Backup::BackupSelection" => plans::selection(join, links, resource),
        "AWS::Backup::BackupVault" => vaults::vault(join, resource),
        "AWS::Backup::RecoveryPoint" => vaults::recovery_point(join, resource),
        "AWS::Backup::RestoreTestingPlan" => others::restore_testing_plan(join, resource),
        "AWS::Backup::RestoreTestingSelection" => others::restore_testing_selection(join, data, resource),
        "AWS::DLM::LifecyclePolicy" => others::lifecycle_policy(join, resource),
        "AWS::KMS::Key" => others::key(join, resource),
        "AWS::EC2::Image"
        | "AWS::EC2::Snapshot"
        | "AWS::RDS::DBSnapshot"
        | "AWS::RDS::DBClusterSnapshot"
        | "AWS::Neptune::DBClusterSnapshot"
        | "AWS::DocDB::DBClusterSnapshot"
        | "AWS::Redshift::ClusterSnapshot" => others::shareable(join, resource),
        _ => Joined { facts: Facts::None(NoFacts {}), unread: Default::default() },
    }
}

/// A span of so many minutes. Documents can name any number, but AWS takes none of a century, and more fits into no date.
fn minutes(count: i64) -> Duration {
    const CENTURY: i64 = 100 * 365 * 24 * 60;
    Duration::minutes(count.clamp(-CENTURY, CENTURY))
}

/// As [`minutes`].
fn days(count: i64) -> Duration {
    minutes(count.saturating_mul(24 * 60))
}

/// Whether it is a bucket of which nobody would tell the Region. It stands among what belongs to the account as a whole.
pub fn is_unplaced(resource: &Resource) -> bool {
    resource.type_name == "AWS::S3::Bucket" && resource.region == GLOBAL
}

/// Why a property is missing from a resource: the operations that read it and did not answer, or that it is simply not there.
pub fn why_unread(shard: &Shard, resource: &Resource, property: &str) -> Vec<String> {
    if let Some(declared) = &resource.declared {
        return declared.unknown.get(property).cloned().unwrap_or_else(|| vec![DEPLOYED.to_owned()]);
    }
    let sources = match (property, types::find(&resource.type_name)) {
        // Whoever does not know where a bucket is can ask nothing else of it.
        _ if is_unplaced(resource) => vec!["s3:GetBucketLocation"],
        ("tags", _) => tag_sources(&resource.type_name),
        (_, Some(info)) => info.sources_of(property),
        (_, None) => Vec::new(),
    };
    let reasons: Vec<String> =
        sources.into_iter().filter_map(|operation| shard.coverage.require(operation, &resource.account, &resource.region).err()).collect();
    if reasons.is_empty() { vec![format!("{property} of {} is not in the inventory", resource.arn)] } else { reasons }
}

/// Why it is not known whether a selection reaches a resource: what that depends on, and why those of its tags are not known.
fn why_undecided(shard: &Shard, resource: &Resource, depends_on: String, tags: &[String]) -> Vec<String> {
    let mut reasons = vec![depends_on];
    if !tags.is_empty() {
        reasons.extend(why_tags_unread(shard, resource, tags));
    }
    reasons
}

/// Why those of these tags are not known that are not: the operation that reads them all, or what a template says of each.
fn why_tags_unread(shard: &Shard, resource: &Resource, keys: &[String]) -> Vec<String> {
    let tags = resource.tags();
    if tags.are_unread() {
        return why_unread(shard, resource, TAGS);
    }
    let unknown = |path: &str| resource.declared.as_ref()?.unknown.get(path).cloned();
    let open = keys.iter().filter(|key| tags.get(key).is_unread());
    open.flat_map(|key| unknown(&tag_path(key)).or_else(|| unknown(TAGS)).unwrap_or_default()).collect()
}

/// The operations that read the tags of a type, where its listing does not.
pub fn tag_sources(type_name: &str) -> Vec<&'static str> {
    match type_name {
        "AWS::DynamoDB::Table" => vec!["dynamodb:ListTagsOfResource"],
        "AWS::S3::Bucket" => vec!["s3:GetBucketTagging"],
        _ => types::find(type_name).map(|info| info.operation).into_iter().collect(),
    }
}
