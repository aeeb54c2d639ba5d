//! What the plans and selections of a shard select, and what its stacks own.

use super::context::Join;
use super::facts::Facts;
use super::index::Typed;
use super::plan_reach::{PLAN_OPERATIONS, plan_in_doubt, reaches};
use super::selection::{Match, Selection};
use super::stack::StackData;
use super::unread::why_undecided;
use crate::inventory::Resource;
use crate::inventory::types::backup;
use std::collections::{BTreeSet, HashMap, HashSet};

/// What a plan or a selection selects.
#[derive(Default)]
pub struct Selects<'a> {
    pub resources: Vec<&'a Resource>,
    pub unread: BTreeSet<String>,
}

/// The resources that each plan and each selection select, worked out once for the shard.
#[derive(Default)]
pub struct Links<'a> {
    pub by_plan: HashMap<&'a str, Selects<'a>>,
    pub by_selection: HashMap<&'a str, Selects<'a>>,
    /// AWS Backup types of selected resources.
    pub selected_types: BTreeSet<String>,
    /// What the CloudFormation stacks own.
    pub stacks: StackData<'a>,
    /// ARNs of exempt data: it can be rebuilt.
    pub reproducible: HashSet<&'a str>,
    pub unread: Vec<String>,
    /// Why some selections may belong to any plan.
    pub in_doubt: Vec<String>,
}

impl<'a> Links<'a> {
    /// Matches every selection against every data resource.
    pub fn new(join: &Join<'a>, data: &[(&'a Resource, &Facts, bool)]) -> Self {
        // The selected resources are known only if the data resources are known.
        let listings = join.data_listings();
        let needed: Vec<&str> = PLAN_OPERATIONS.into_iter().chain(listings).collect();
        let mut links = Links { unread: join.index.missing(&needed), stacks: StackData::new(join, data), ..Links::default() };
        links.reproducible =
            data.iter().filter(|(_, _, reproducible)| *reproducible).map(|(resource, _, _)| resource.arn.as_str()).collect();
        let of_no_plan = |selection: &&(&Typed<backup::BackupSelection>, Selection)| {
            selection_plan(selection).is_none_or(|plan| !join.plans.plans.contains_key(plan.as_str()))
        };
        links.in_doubt = join.plans.selections.iter().filter(of_no_plan).filter_map(|(selection, _)| plan_in_doubt(selection)).collect();
        for (selection, matcher) in &join.plans.selections {
            let mut selects = Selects::default();
            for (resource, _, _) in data {
                let Some(known) = join.backed_up_as(resource) else { continue };
                match reaches(selection.resource, matcher, resource) {
                    Match::Selected(_) => {
                        selects.resources.push(*resource);
                        links.selected_types.insert(known.aws_backup.name.to_owned());
                    }
                    Match::NotSelected => {}
                    Match::Unknown { why, tags } => selects.unread.extend(why_undecided(join.index.shard, resource, why, &tags)),
                }
            }
            if let Some(plan_arn) = selection.properties.plan_arn.read()
                && let Some((plan_arn, _)) = join.plans.plans.get_key_value(plan_arn.as_str())
            {
                let of_plan = links.by_plan.entry(plan_arn).or_default();
                of_plan.resources.extend(&selects.resources);
                of_plan.unread.extend(selects.unread.iter().cloned());
            }
            links.by_selection.insert(selection.resource.arn.as_str(), selects);
        }
        links
    }
}

/// The ARN of the plan of a selection.
pub fn selection_plan<'a>(selection: &'a (&Typed<backup::BackupSelection>, Selection)) -> Option<&'a String> {
    selection.0.properties.plan_arn.read()
}
