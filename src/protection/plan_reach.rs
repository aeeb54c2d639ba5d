//! Which backup plans reach a resource.

use super::aws_backup::BackedUpAs;
use super::facts::{PlanReach, PlannedCopy};
use super::index::{Index, Typed};
use super::opt_in::{self, OptIns};
use super::point::Point;
use super::schedule::{largest_gap, minutes, wall_clock_gap};
use super::selection::{Match, Reach, Selection};
use super::title::title;
use super::unread::{why_place_undecided, why_undecided, why_unread};
use crate::inventory::schedule::Schedule;
use crate::inventory::types::backup;
use crate::inventory::{Fact, Resource, Shard, arn, is_symbolic};
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

    /// The selections that reach a resource. The second value holds the reasons why there may be more selections, or other opt-in blocks.
    /// `since` is when the data existed to be backed up. No selection reaches a resource that AWS Backup does not support.
    pub fn reaching(
        &'s self,
        resource: &Resource,
        known: Option<BackedUpAs>,
        since: Option<DateTime<Utc>>,
        as_of: DateTime<Utc>,
    ) -> (Vec<Selected<'s>>, Vec<String>) {
        let Some(known) = known else { return (Vec::new(), Vec::new()) };
        let mut unread = self.unread.clone();
        let mut told = BTreeSet::new();
        let mut found = Vec::new();
        for (selection, matcher) in &self.selections {
            let reach = match reaches(selection.resource, matcher, resource) {
                Match::Selected(reach) => reach,
                Match::NotSelected => continue,
                Match::Unknown { why, tags } => {
                    // Many selections have the same reason.
                    let why = why_undecided(self.shard, resource, why, &tags);
                    unread.extend(why.into_iter().filter(|reason| told.insert(reason.clone())));
                    continue;
                }
            };
            let plan_arn = selection.properties.plan_arn.read().map(String::as_str).unwrap_or_default();
            let Some((plan, rules)) = self.plans.get(plan_arn).zip(self.rules.get(plan_arn)) else {
                unread.extend(plan_in_doubt(selection));
                continue;
            };
            let blocked = match self.opt_ins.of_selection(selection.resource) {
                Ok(map) => {
                    let blocked = opt_in::blocked(map, known.aws_backup, reach, known.arn_overrides_opt_in);
                    if let Some((other, property)) = known.or
                        && opt_in::blocked(map, other, reach, known.arn_overrides_opt_in) != blocked
                    {
                        unread.extend(why_unread(self.shard, resource, property));
                        continue;
                    }
                    blocked
                }
                Err(_) if reach == Reach::Explicit && known.arn_overrides_opt_in => false,
                Err(reasons) => {
                    unread.extend(reasons);
                    continue;
                }
            };
            let since = [since, selection.resource.created_at, plan.created_at].into_iter().flatten().max();
            let of_rule = |rule| plan_reach(plan, title(selection.resource), rule, since, blocked, as_of);
            if let Some(reasons) = self.rules_unread.get(plan_arn) {
                // The plan may have no rule at all.
                unread.extend(reasons.iter().cloned());
                continue;
            }
            found.push(Selected { plan, rules, blocked, since, reaches: rules.iter().map(of_rule).collect() });
        }
        unread.dedup();
        (found, unread)
    }
}

/// How a selection reaches a resource. AWS Backup is a Regional service: plans back up only resources in their Region (AWS General
/// Reference, "AWS Backup endpoints and quotas") and account. A template may declare resources of several Regions and accounts.
pub fn reaches(selection: &Resource, matcher: &Selection, resource: &Resource) -> Match {
    match (matcher.matches(&resource.arn, resource.tags()), arn::apart(selection, resource)) {
        (Match::NotSelected, _) | (_, Fact::Read(true)) => Match::NotSelected,
        (found, Fact::Read(false)) => found,
        (_, Fact::Unread) => Match::Unknown { why: why_place_undecided(resource, selection), tags: Vec::new() },
    }
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
