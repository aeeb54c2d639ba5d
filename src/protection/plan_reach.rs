//! Which backup plans reach a resource.

use super::aws_backup::BackedUpAs;
use super::facts::{PlanReach, PlannedCopy};
use super::index::{Index, Typed};
use super::opt_in::{self, OptIns};
use super::point::Point;
use super::schedule::{largest_gap, minutes, wall_clock_gap};
use super::selection::{Decision, Match, Miss, Reach, Selection};
use super::title::title;
use super::unread::{why_place_undecided, why_undecided, why_unread};
use crate::inventory::schedule::Schedule;
use crate::inventory::types::backup;
use crate::inventory::{Fact, Resource, Shard, add_new, arn, is_symbolic};
use chrono::{DateTime, Duration, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// AWS Backup's default start window (AWS Backup API reference, `BackupRule.StartWindowMinutes`: 8 hours).
pub const START_WINDOW_MINUTES: i64 = 480;
/// AWS Backup's default completion window.
pub const COMPLETION_WINDOW_MINUTES: i64 = 10_080;

/// The operations that read which plans select what.
pub const PLAN_OPERATIONS: [&str; 4] =
    ["backup:ListBackupPlans", "backup:GetBackupPlan", "backup:ListBackupSelections", "backup:GetBackupSelection"];

/// A rule of a plan with what follows from its schedule.
pub struct PlannedRule {
    pub rule: backup::BackupRule,
    /// `None` if the schedule is unknown or invalid.
    pub schedule: Option<Schedule>,
    /// The largest gap between runs in local time: 24 h for a daily schedule, also where a change of the clocks makes one day longer, in
    /// every time zone.
    pub interval_seconds: Fact<Option<i64>>,
    /// The largest gap in elapsed time.
    pub elapsed_seconds: Option<i64>,
}

impl PlannedRule {
    fn new(rule: &backup::BackupRule, as_of: DateTime<Utc>) -> PlannedRule {
        let timezone = rule.timezone.present().map(String::as_str);
        let Some(expression) = rule.schedule.read().map(Option::as_deref) else {
            return PlannedRule { rule: rule.clone(), schedule: None, interval_seconds: Fact::Unread, elapsed_seconds: None };
        };
        PlannedRule {
            rule: rule.clone(),
            schedule: Schedule::parse(expression, timezone).ok(),
            interval_seconds: Fact::Read(wall_clock_gap(expression, timezone, as_of)),
            elapsed_seconds: largest_gap(expression, timezone, as_of),
        }
    }

    /// The plan's display name.
    pub fn name(&self) -> &str {
        self.rule.name.read().map_or("", String::as_str)
    }

    /// The start window of a run.
    pub fn start_window(&self) -> Duration {
        minutes(self.rule.start_window_minutes.present().copied().unwrap_or(START_WINDOW_MINUTES))
    }

    /// The time that a run may take to end, counted from its scheduled time.
    pub fn windows(&self) -> Duration {
        self.start_window() + minutes(self.rule.completion_window_minutes.present().copied().unwrap_or(COMPLETION_WINDOW_MINUTES))
    }
}

/// The plans of a shard with their selections, prepared once for all resources.
pub struct Plans<'s> {
    pub rules: HashMap<&'s str, Vec<PlannedRule>>,
    pub plans: BTreeMap<&'s str, &'s Resource>,
    pub selections: Vec<(&'s Typed<'s, backup::BackupSelection>, Selection)>,
    shard: &'s Shard,
    pub opt_ins: OptIns<'s>,
    /// The plans whose rules are unknown, with the reasons.
    pub rules_unread: BTreeMap<&'s str, Vec<String>>,
    unread: Vec<String>,
}

/// A selection, and what it means for one resource.
pub struct Considered<'s> {
    pub selection: &'s Typed<'s, backup::BackupSelection>,
    pub matcher: &'s Selection,
    plan: Option<(&'s Resource, &'s [PlannedRule])>,
    pub outcome: PlanOutcome<'s>,
}

/// What a selection means for a resource.
pub enum PlanOutcome<'s> {
    Selects(Decision<'s>),
    /// It selects the resource, but the Region's opt-in for its type is off.
    Blocked(Decision<'s>),
    Misses(Miss<'s>),
    /// It is in another Region or account.
    Elsewhere,
    Unknown(Vec<String>),
}

impl Considered<'_> {
    pub fn plan(&self) -> Option<&Resource> {
        self.plan.map(|(plan, _)| plan)
    }

    /// Whether its plan makes backups: it has a rule.
    pub fn makes_backups(&self) -> bool {
        self.plan.is_some_and(|(_, rules)| !rules.is_empty())
    }
}

/// One selection that reaches a resource.
pub struct Selected<'s> {
    pub plan: &'s Resource,
    pub rules: &'s [PlannedRule],
    pub blocked: bool,
    /// Since when the selection reaches the resource, as far as AWS shows it: since the plan, the selection and the resource exist.
    pub since: Option<DateTime<Utc>>,
    /// The rules, in the form of the facts.
    pub reaches: Vec<PlanReach>,
}

impl<'s> Plans<'s> {
    /// Prepares the plans of a shard.
    pub fn new(index: &'s Index<'s>, as_of: DateTime<Utc>) -> Self {
        let mut rules = HashMap::new();
        let mut plans = BTreeMap::new();
        let mut rules_unread = BTreeMap::new();
        for plan in &index.plans {
            if plan.properties.rules.is_unread() {
                rules_unread.insert(plan.resource.arn.as_str(), why_unread(index.shard, plan.resource, "rules"));
            }
            let prepared = plan.properties.rules.read().into_iter().flatten().map(|rule| PlannedRule::new(rule, as_of));
            rules.insert(plan.resource.arn.as_str(), prepared.collect());
            plans.insert(plan.resource.arn.as_str(), plan.resource);
        }
        Plans {
            rules,
            plans,
            selections: index
                .selections
                .iter()
                .map(|selection| (selection, Selection::new(selection.properties, selection.resource.declared.as_deref())))
                .collect(),
            shard: index.shard,
            opt_ins: OptIns::new(index),
            rules_unread,
            unread: index.missing(&PLAN_OPERATIONS),
        }
    }

    /// The plans that made these backups of a resource's stack, except the plans that select the resource itself.
    pub fn of_stack(&'s self, points: &[Point], selected: &[Selected], as_of: DateTime<Utc>) -> Vec<Selected<'s>> {
        let made_by: BTreeSet<&String> = points.iter().filter(|point| point.of_stack).filter_map(|point| point.rule_id.as_ref()).collect();
        if made_by.is_empty() {
            return Vec::new();
        }
        let of_plan = |(plan_arn, plan): (&&'s str, &&'s Resource)| {
            let rules = self.rules.get(plan_arn)?;
            let made = |planned: &PlannedRule| planned.rule.id.present().is_some_and(|id| made_by.contains(id));
            let known = selected.iter().any(|selected| selected.plan.arn == plan.arn);
            if known || !rules.iter().any(made) {
                return None;
            }
            let reaches =
                rules.iter().map(|rule| plan_reach(plan, "its CloudFormation stack".to_owned(), rule, None, false, as_of)).collect();
            Some(Selected { plan, rules: rules.as_slice(), blocked: false, since: plan.created_at, reaches })
        };
        self.plans.iter().filter_map(of_plan).collect()
    }

    /// What each selection means for a resource, in the order of the selections. Empty for a resource that AWS Backup does not support.
    pub fn consider(&'s self, resource: &Resource, known: Option<BackedUpAs>) -> Vec<Considered<'s>> {
        let Some(known) = known else { return Vec::new() };
        let consider = |(selection, matcher): &'s (&'s Typed<'s, backup::BackupSelection>, Selection)| {
            let plan_arn = selection.properties.plan_arn.read().map(String::as_str).unwrap_or_default();
            let plan = self.plans.get(plan_arn).copied().zip(self.rules.get(plan_arn).map(Vec::as_slice));
            Considered { selection, matcher, plan, outcome: self.outcome(selection, matcher, plan.is_some(), resource, known) }
        };
        self.selections.iter().map(consider).collect()
    }

    fn outcome(
        &'s self,
        selection: &'s Typed<'s, backup::BackupSelection>,
        matcher: &'s Selection,
        has_plan: bool,
        resource: &Resource,
        known: BackedUpAs,
    ) -> PlanOutcome<'s> {
        let (decision, reach) = match decide(selection.resource, matcher, resource) {
            None => return PlanOutcome::Elsewhere,
            Some(Decision::Misses(miss)) => return PlanOutcome::Misses(miss),
            Some(Decision::Unknown { why, tags }) => {
                // If it is not the tags of the resource, it is the selection.
                let mut reasons = if tags.is_empty() { left_open(selection.resource) } else { Vec::new() };
                add_new(&mut reasons, why_undecided(self.shard, resource, why, &tags));
                return PlanOutcome::Unknown(reasons);
            }
            Some(Decision::Selects(reach, by)) => (Decision::Selects(reach, by), reach),
        };
        if !has_plan {
            return PlanOutcome::Unknown(plan_in_doubt(selection).into_iter().collect());
        }
        let blocked = match self.opt_ins.of_selection(selection.resource) {
            Ok(map) => {
                let blocked = opt_in::blocked(map, known.aws_backup, reach, known.arn_overrides_opt_in);
                if let Some((other, property)) = known.or
                    && opt_in::blocked(map, other, reach, known.arn_overrides_opt_in) != blocked
                {
                    return PlanOutcome::Unknown(why_unread(self.shard, resource, property));
                }
                blocked
            }
            Err(_) if reach == Reach::Explicit && known.arn_overrides_opt_in => false,
            Err(reasons) => return PlanOutcome::Unknown(reasons),
        };
        let plan_arn = selection.properties.plan_arn.read().map(String::as_str).unwrap_or_default();
        match self.rules_unread.get(plan_arn) {
            // The plan may have no rule at all.
            Some(reasons) => PlanOutcome::Unknown(reasons.clone()),
            None if blocked => PlanOutcome::Blocked(decision),
            None => PlanOutcome::Selects(decision),
        }
    }

    /// The selections that reach a resource, of those considered for it. The second value holds the reasons why there may be more selections,
    /// or other opt-in blocks. `since` is when the data existed to be backed up. No selection reaches a resource that AWS Backup does not
    /// support.
    pub fn reaching(
        &'s self,
        considered: &[Considered<'s>],
        known: Option<BackedUpAs>,
        since: Option<DateTime<Utc>>,
        as_of: DateTime<Utc>,
    ) -> (Vec<Selected<'s>>, Vec<String>) {
        if known.is_none() {
            return (Vec::new(), Vec::new());
        }
        let mut unread = self.unread.clone();
        let mut told = BTreeSet::new();
        let mut found = Vec::new();
        for considered in considered {
            let blocked = match &considered.outcome {
                PlanOutcome::Selects(_) => false,
                PlanOutcome::Blocked(_) => true,
                PlanOutcome::Misses(_) | PlanOutcome::Elsewhere => continue,
                PlanOutcome::Unknown(why) => {
                    // Many selections have the same reason.
                    unread.extend(why.iter().filter(|reason| told.insert(*reason)).cloned());
                    continue;
                }
            };
            let Some((plan, rules)) = considered.plan else { continue };
            let selection = considered.selection.resource;
            let since = [since, selection.created_at, plan.created_at].into_iter().flatten().max();
            let of_rule = |rule| plan_reach(plan, title(selection), rule, since, blocked, as_of);
            found.push(Selected { plan, rules, blocked, since, reaches: rules.iter().map(of_rule).collect() });
        }
        unread.dedup();
        (found, unread)
    }
}

/// What a selection decides about a resource; `None` if it is in another Region or account. AWS Backup is a Regional service: plans back up
/// only resources in their Region (AWS General Reference, "AWS Backup endpoints and quotas") and account. A template may declare resources
/// of several Regions and accounts.
fn decide<'s>(selection: &Resource, matcher: &'s Selection, resource: &Resource) -> Option<Decision<'s>> {
    match (matcher.decide(&resource.arn, resource.tags()), arn::apart(selection, resource)) {
        (_, Fact::Read(true)) => None,
        (Decision::Misses(miss), _) => Some(Decision::Misses(miss)),
        (found, Fact::Read(false)) => Some(found),
        (_, Fact::Unread) => Some(Decision::Unknown { why: why_place_undecided(resource, selection), tags: Vec::new() }),
    }
}

/// Why a template leaves open what a selection selects.
fn left_open(selection: &Resource) -> Vec<String> {
    let lists = ["resources", "not_resources", "list_of_tags", "conditions"];
    let unknown = selection.declared.iter().flat_map(|declared| &declared.unknown);
    let mut reasons = Vec::new();
    let of_lists = unknown.filter(|(path, _)| lists.iter().any(|list| path.starts_with(list)));
    of_lists.for_each(|(_, why)| add_new(&mut reasons, why.iter().cloned()));
    reasons
}

/// Whether a selection reaches a resource, and how.
pub fn reaches(selection: &Resource, matcher: &Selection, resource: &Resource) -> Match {
    decide(selection, matcher, resource).map_or(Match::NotSelected, Match::from)
}

/// Why a selection may have a plan although none was found: the template leaves the plan open.
pub fn plan_in_doubt(selection: &Typed<backup::BackupSelection>) -> Option<String> {
    let settled = selection.properties.plan_arn.read().is_some_and(|plan| !is_symbolic(plan));
    (!settled).then(|| format!("the backup plan of selection {} is not known", title(selection.resource)))
}

fn plan_reach(
    plan: &Resource,
    selection: String,
    planned: &PlannedRule,
    since: Option<DateTime<Utc>>,
    blocked: bool,
    as_of: DateTime<Utc>,
) -> PlanReach {
    let due_at = since.and_then(|since| {
        let first_run = planned.schedule.as_ref()?.next_after(since)?;
        first_run.checked_add_signed(planned.windows())
    });
    let why = |part: &str| plan.unsettled(part).to_vec();
    let rule = &planned.rule;
    let copies = rule.copies.read().map(|copies| copies.iter().map(|copy| planned_copy(plan, copy)).collect());
    PlanReach {
        plan: title(plan),
        plan_arn: plan.arn.clone(),
        rule: rule.name.or_why(|| why("rules[].name")).into(),
        selection,
        interval_seconds: planned.interval_seconds.or_why(|| why("rules[].schedule")).into(),
        retention_days: rule.retention_days.or_why(|| why("rules[].retention_days")).into(),
        continuous: rule.continuous.or_why(|| why("rules[].continuous")).into(),
        vault: rule.vault.or_why(|| why("rules[].vault")).into(),
        copies: copies.ok_or_else(|| why("rules[].copies")).into(),
        opt_in_blocked: blocked,
        due: due_at.is_some_and(|due_at| due_at < as_of),
        due_at,
    }
}

fn planned_copy(plan: &Resource, copy: &backup::CopyAction) -> PlannedCopy {
    let vault = copy.destination_vault_arn.or_why(|| plan.unsettled("rules[].copies[].destination_vault_arn").to_vec());
    let part = |of: fn(&str) -> &str| vault.clone().map(|vault| of(&vault).to_owned());
    PlannedCopy {
        account: part(arn::account).into(),
        region: part(arn::region).into(),
        retention_days: copy.retention_days.or_why(|| plan.unsettled("rules[].copies[].retention_days").to_vec()).into(),
        vault_arn: vault.into(),
    }
}

/// A plan names its target vault; the vault is in the plan's own account and Region.
pub fn vault_arn(plan: &Resource, vault: &str) -> String {
    let partition = arn::partition(&plan.arn);
    format!("arn:{partition}:backup:{}:{}:backup-vault:{vault}", plan.region, plan.account)
}
