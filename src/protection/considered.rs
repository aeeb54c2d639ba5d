//! Every backup plan and DLM policy that could back a resource up, and why it does or does not.
//!
//! Says what [`plan_reach`](super::plan_reach) and [`dlm_mechanisms`](super::dlm_mechanisms) decided; decides nothing itself.

use super::aws_backup::BackedUpAs;
use super::case::Case;
use super::data_type::DataType;
use super::dlm_mechanisms::{PolicyMiss, instances_of, misses, target_type};
use super::facts;
use super::index::Typed;
use super::plan_reach::{Considered, PlanOutcome, Selected};
use super::title::title;
use super::unread::why_unread;
use crate::inventory::types::dlm;
use crate::inventory::{Fact, Outcome, Resource, Shard, add_new, arn, unless};
use std::collections::HashSet;

/// How many plans and policies are told by default: the reaching ones, then the nearest misses.
pub const TOLD: usize = 10;

/// The operations that list plans, their selections, and policies.
const LISTED_PLANS: [&str; 2] = ["backup:ListBackupPlans", "backup:ListBackupSelections"];
const LISTED_POLICIES: [&str; 1] = ["dlm:GetLifecyclePolicies"];

/// What a resource was considered for.
pub struct Candidates<'a> {
    pub known: Option<BackedUpAs>,
    /// By its own ARN and tags.
    pub own: &'a [Considered<'a>],
    /// By those of each resource whose backups include it.
    pub holders: &'a [(&'a Resource, Vec<Considered<'a>>)],
    /// The plans that back it up with its stack.
    pub stacks: &'a [Selected<'a>],
}

/// One plan's selection, or one policy, before it is put into words.
enum Entry<'a> {
    Selection {
        considered: &'a Considered<'a>,
        of: &'a Resource,
        through: bool,
    },
    /// A plan that has no selection.
    Plan(&'a Resource),
    Stack(&'a Selected<'a>),
    Policy {
        policy: &'a Typed<'a, dlm::LifecyclePolicy>,
        of: &'a Resource,
        missed: Outcome<Vec<PolicyMiss>>,
    },
}

/// The reaching plans and policies first, then the nearest misses; at most `told` of them, and how many there are.
///
/// # Errors
/// Why there may be others.
pub fn considered(
    case: &Case,
    data_type: &DataType,
    candidates: &Candidates,
    told: usize,
) -> (Outcome<Vec<facts::Considered>>, Outcome<i64>) {
    let shard = case.index.shard;
    let mut entries: Vec<(usize, Entry)> = Vec::new();
    for (place, own) in candidates.own.iter().enumerate() {
        let through = candidates.holders.iter().filter_map(|(holder, of_holder)| Some((*holder, of_holder.get(place)?)));
        let ways = std::iter::once((case.resource, own, false)).chain(through.map(|(holder, considered)| (holder, considered, true)));
        // A miss is told of the resource itself: the nearest way in.
        let nearest = ways.min_by_key(|(of, considered, through)| (rank(considered, of), *through));
        entries.extend(nearest.map(|(of, considered, through)| (rank(considered, of), Entry::Selection { considered, of, through })));
    }
    let with_selection: HashSet<&String> =
        case.index.selections.iter().filter_map(|selection| selection.properties.plan_arn.read()).collect();
    // No plan reaches a type that AWS Backup does not support.
    let plans = if candidates.known.is_some() { case.index.plans.as_slice() } else { &[] };
    let alone = plans.iter().filter(|plan| !with_selection.contains(&plan.resource.arn));
    entries.extend(alone.map(|plan| (NO_SELECTION, Entry::Plan(plan.resource))));
    entries.extend(candidates.stacks.iter().map(|selected| (REACHES, Entry::Stack(selected))));
    if data_type.dlm {
        entries.extend(case.index.lifecycle_policies.iter().map(|policy| of_policy(case, policy)));
    }
    let mut unread = if candidates.known.is_some() { case.index.missing(&LISTED_PLANS) } else { Vec::new() };
    if data_type.dlm {
        add_new(&mut unread, case.index.missing(&LISTED_POLICIES));
    }
    let count = entries.len() as i64;
    entries.sort_by_key(|(rank, _)| *rank);
    let found = entries.iter().take(told).map(|(_, entry)| entry.told(case.resource, shard, candidates)).collect();
    (unless(unread.clone(), found), unless(unread, count))
}

const REACHES: usize = 0;
const UNKNOWN: usize = 1;
const BLOCKED: usize = 2;
/// To which the distance of a miss is added.
const MISSES: usize = 3;
const ELSEWHERE: usize = 100;
const NO_SELECTION: usize = 101;

fn rank(considered: &Considered, of: &Resource) -> usize {
    match &considered.outcome {
        PlanOutcome::Selects(_) => REACHES,
        PlanOutcome::Unknown(_) => UNKNOWN,
        PlanOutcome::Blocked(_) => BLOCKED,
        PlanOutcome::Misses(miss) => MISSES + miss.distance(considered.matcher, of.tags()),
        PlanOutcome::Elsewhere => ELSEWHERE,
    }
}

/// A policy by the nearest way: the resource's own tags, or those of an instance that a volume is attached to.
fn of_policy<'a>(case: &'a Case, policy: &'a Typed<'a, dlm::LifecyclePolicy>) -> (usize, Entry<'a>) {
    let own = (case.resource, misses(policy, case.resource, case, None));
    let through = instances_of(case).into_iter().map(|(instance, is_root)| (instance, misses(policy, instance, case, Some(is_root))));
    let rank = |missed: &Outcome<Vec<PolicyMiss>>| match missed {
        Ok(missed) if missed.is_empty() => REACHES,
        Ok(missed) => MISSES + missed.iter().map(|miss| distance(*miss)).sum::<usize>(),
        Err(_) => UNKNOWN,
    };
    let mut ways: Vec<(&Resource, Outcome<Vec<PolicyMiss>>)> = std::iter::once(own).chain(through).collect();
    ways.sort_by_key(|(_, missed)| rank(missed));
    let (of, missed) = ways.swap_remove(0);
    (rank(&missed), Entry::Policy { policy, of, missed })
}

fn distance(miss: PolicyMiss) -> usize {
    match miss {
        PolicyMiss::Disabled => 1,
        PolicyMiss::ExcludedVolumeType | PolicyMiss::ExcludedBootVolume | PolicyMiss::ExcludedTag => 3,
        PolicyMiss::Untagged => 4,
        PolicyMiss::OtherPolicyType => 8,
        PolicyMiss::OtherType => 9,
        PolicyMiss::Elsewhere => ELSEWHERE,
    }
}

impl Entry<'_> {
    fn told(&self, resource: &Resource, shard: &Shard, candidates: &Candidates) -> facts::Considered {
        match self {
            Entry::Selection { considered, of, through } => {
                let (reaches, mut why) = of_selection(considered, of, shard, candidates);
                if *through {
                    why = format!("of instance {}, which it is attached to: {why}", of.id);
                }
                let plan = considered.plan();
                let plan_arn = || considered.selection.properties.plan_arn.read().cloned().unwrap_or_default();
                of_plan(plan.map(title).unwrap_or_else(plan_arn), plan.map_or_else(plan_arn, |plan| plan.arn.clone())).with(
                    Some(title(considered.selection.resource)),
                    reaches,
                    why,
                )
            }
            Entry::Plan(plan) => of_plan(title(plan), plan.arn.clone()).with(
                None,
                Some(false),
                "the plan has no selection, so it backs nothing up".to_owned(),
            ),
            Entry::Stack(selected) => {
                let why = "it backs up the CloudFormation stack of the resource".to_owned();
                of_plan(title(selected.plan), selected.plan.arn.clone()).with(None, Some(true), why)
            }
            Entry::Policy { policy, of, missed } => {
                let reaches = missed.as_ref().map(Vec::is_empty).ok();
                let mut why = match missed {
                    Ok(missed) => policy_words(policy, of, missed),
                    Err(reasons) => reasons.join("; "),
                };
                if of.arn != resource.arn {
                    why = format!("of instance {}, which it is attached to: {why}", of.id);
                }
                let named = Told { kind: "dlm_policy", name: title(policy.resource), arn: policy.resource.arn.clone() };
                named.with(None, reaches, why)
            }
        }
    }
}

fn of_selection(considered: &Considered, of: &Resource, shard: &Shard, candidates: &Candidates) -> (Option<bool>, String) {
    let words = |decision: &super::selection::Decision| decision.words(considered.matcher, &of.arn, of.tags());
    match &considered.outcome {
        PlanOutcome::Selects(decision) => (Some(true), words(decision)),
        PlanOutcome::Blocked(decision) => {
            let name = candidates.known.map_or("its type", |known| known.aws_backup.name);
            (Some(false), format!("{}, but the Region's opt-in for {name} is off", words(decision)))
        }
        PlanOutcome::Misses(miss) => (Some(false), miss.words(considered.matcher, of.tags())),
        PlanOutcome::Elsewhere => {
            let (at, here) = (considered.selection.resource, of);
            let place = |resource: &Resource| format!("{}/{}", resource.account, resource.region);
            (
                Some(false),
                format!("the plan is in {}, the resource in {}: plans reach their own account and Region", place(at), place(here)),
            )
        }
        PlanOutcome::Unknown(reasons) => {
            let selection = considered.selection;
            let mut all = Vec::new();
            if selection.resource.declared.is_none() {
                let lists = ["resources", "not_resources", "list_of_tags", "conditions"];
                let unread = lists.into_iter().filter(|list| !selection.resource.properties.is_read(list));
                unread.for_each(|list| add_new(&mut all, why_unread(shard, selection.resource, list)));
            }
            add_new(&mut all, reasons.iter().cloned());
            (None, all.join("; "))
        }
    }
}

/// A plan or policy, still without what is told of it.
struct Told {
    kind: &'static str,
    name: String,
    arn: String,
}

fn of_plan(name: String, arn: String) -> Told {
    Told { kind: "backup_plan", name, arn }
}

impl Told {
    fn with(self, selection: Option<String>, reaches: Option<bool>, why: String) -> facts::Considered {
        facts::Considered { kind: self.kind.to_owned(), name: self.name, arn: self.arn, selection, reaches, why }
    }
}

/// Why a policy targets a resource, or does not.
fn policy_words(policy: &Typed<dlm::LifecyclePolicy>, of: &Resource, missed: &[PolicyMiss]) -> String {
    let properties = policy.properties;
    let tags = properties.target_tags.read().map(Vec::as_slice).unwrap_or_default();
    let excluding = || {
        let exclusions = properties.exclusions.read().and_then(|exclusions| exclusions.tags.read()).into_iter().flatten();
        exclusions.chain(properties.exclude_data_volume_tags.read().into_iter().flatten())
    };
    let has = |tag: &&dlm::Tag| of.tags().get(&tag.key).read().is_some_and(|own| *own == tag.value.read().map(String::as_str));
    if missed.is_empty() {
        return match tags.iter().find(has) {
            Some(tag) => format!("target tag {} selects it", spelt(tag)),
            None => "the default policy backs up what has no recent backup".to_owned(),
        };
    }
    let words = missed.iter().map(|miss| match miss {
        PolicyMiss::Disabled => format!("the policy is {}", properties.status.read().map_or("not enabled", String::as_str)),
        PolicyMiss::OtherType => {
            let types = properties.resource_types.read().map(|types| types.join(", ")).unwrap_or_default();
            format!("it targets {types}, the resource is of type {}", target_type(of))
        }
        PolicyMiss::OtherPolicyType => {
            format!(
                "it is of type {}, which makes no backups on a schedule",
                properties.policy_type.read().map_or("another", String::as_str)
            )
        }
        PolicyMiss::Untagged => untagged(tags, of),
        PolicyMiss::ExcludedVolumeType => "the policy excludes its volume type".to_owned(),
        PolicyMiss::ExcludedBootVolume => "the policy excludes root volumes".to_owned(),
        PolicyMiss::ExcludedTag => match excluding().find(has) {
            Some(tag) => format!("the policy excludes tag {}", spelt(tag)),
            None => "the policy excludes one of its tags".to_owned(),
        },
        PolicyMiss::Elsewhere => {
            format!("the policy is in {}/{}", arn::account(&policy.resource.arn), policy.resource.region)
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

fn untagged(tags: &[dlm::Tag], of: &Resource) -> String {
    let wanted: Vec<String> = tags.iter().take(3).map(spelt).collect();
    let own = tags.iter().take(3).map(|tag| match of.tags().get(&tag.key) {
        Fact::Read(Some(value)) => format!("{}={value}", tag.key),
        Fact::Read(None) => format!("no tag {}", tag.key),
        Fact::Unread => format!("a tag {} that is not known", tag.key),
    });
    let own: Vec<String> = own.collect();
    match tags.len() {
        0 => "the policy has no target tags".to_owned(),
        1 => format!("target tag {} is required, the resource has {}", wanted.join(", "), own.join(", ")),
        count => {
            let more = if count > 3 { format!(" or {} more", count - 3) } else { String::new() };
            format!("one of the target tags {}{more} is required, the resource has {}", wanted.join(", "), own.join(", "))
        }
    }
}

fn spelt(tag: &dlm::Tag) -> String {
    match tag.value.read() {
        Some(value) => format!("{}={value}", tag.key),
        None => format!("{} (with a value that is not known)", tag.key),
    }
}
