//! The join of one shard: which module tells the facts of which resource.

use super::context::Join;
use super::data::Owed;
use super::facts::{Facts, NoFacts};
use super::index::Index;
use super::links::Links;
use super::plan_reach::Plans;
use super::summaries::Summaries;
use super::{
    account, backup_plan, backup_selection, key, lifecycle_policy, recovery_point, region, restore_testing_plan, restore_testing_selection,
    shareable, vault,
};
use crate::inventory::types;
use crate::inventory::{Resource, Shard};
use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet};

/// Joins one shard: a result for each of its resources, in their order.
pub fn join(shard: &Shard, summaries: &Summaries, as_of: DateTime<Utc>, owed: &[Owed]) -> Vec<Facts> {
    let index = Index::new(shard, as_of);
    let plans = Plans::new(&index, as_of);
    let is_data = |resource: &Resource| types::find(&resource.type_name).is_some_and(|info| info.is_data());
    let existing: HashSet<&str> =
        shard.resources.iter().filter(|resource| is_data(resource)).map(|resource| resource.arn.as_str()).collect();
    let join = Join { index: &index, plans: &plans, summaries, existing: &existing, as_of };

    let mut joined: Vec<Option<Facts>> = vec![None; shard.resources.len()];
    // Instances come after the volumes that decide their state.
    let mut volumes: HashMap<&str, Facts> = HashMap::new();
    for (at, resource) in shard.resources.iter().enumerate() {
        if is_data(resource) && resource.type_name != "AWS::EC2::Instance" {
            let result = join.protection(resource, &owed[at], &HashMap::new());
            if resource.type_name == "AWS::EC2::Volume" {
                volumes.insert(&resource.id, result.clone());
            }
            joined[at] = Some(result);
        }
    }
    let volumes: HashMap<&str, &Facts> = volumes.iter().map(|(id, facts)| (*id, facts)).collect();
    for (at, resource) in shard.resources.iter().enumerate() {
        if resource.type_name == "AWS::EC2::Instance" {
            joined[at] = Some(join.protection(resource, &owed[at], &volumes));
        }
    }
    let data: Vec<(&Resource, &Facts, bool)> = shard
        .resources
        .iter()
        .zip(&joined)
        .zip(owed)
        .filter_map(|((resource, joined), owed)| Some((resource, joined.as_ref()?, owed.reproducible)))
        .collect();
    let links = Links::new(&join, &data);
    let rest: Vec<Option<Facts>> = shard
        .resources
        .iter()
        .zip(&joined)
        .map(|(resource, known)| known.is_none().then(|| other_facts(&join, &links, &data, resource)))
        .collect();
    joined.into_iter().zip(rest).map(|(data, other)| data.or(other).unwrap_or_else(|| NoFacts {}.into())).collect()
}

/// The facts of what is no data.
fn other_facts(join: &Join, links: &Links, data: &[(&Resource, &Facts, bool)], resource: &Resource) -> Facts {
    match resource.type_name.as_str() {
        "AWS::Account" => account::account_facts(join, resource),
        "AWS::Region" => region::region_facts(join, links, data),
        "AWS::Backup::BackupPlan" => backup_plan::plan_facts(join, links, resource),
        "AWS::Backup::BackupSelection" => backup_selection::selection_facts(join, links, resource),
        "AWS::Backup::BackupVault" => vault::vault_facts(join, resource),
        "AWS::Backup::RecoveryPoint" => recovery_point::recovery_point_facts(join, resource),
        "AWS::Backup::RestoreTestingPlan" => restore_testing_plan::restore_testing_plan_facts(join, resource),
        "AWS::Backup::RestoreTestingSelection" => restore_testing_selection::restore_testing_selection_facts(join, data, resource),
        "AWS::DLM::LifecyclePolicy" => lifecycle_policy::lifecycle_policy_facts(join, resource),
        "AWS::KMS::Key" => key::key_facts(join, resource),
        "AWS::EC2::Image"
        | "AWS::EC2::Snapshot"
        | "AWS::RDS::DBSnapshot"
        | "AWS::RDS::DBClusterSnapshot"
        | "AWS::Neptune::DBClusterSnapshot"
        | "AWS::DocDB::DBClusterSnapshot"
        | "AWS::Redshift::ClusterSnapshot" => shareable::shareable_facts(join, resource),
        _ => NoFacts {}.into(),
    }
}
