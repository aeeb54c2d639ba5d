//! Which backup plans and restore testing plans reach a resource.

use super::facts::{PlanReach, PlannedCopy};
use super::index::{Index, Typed};
use super::opt_in;
use super::points::Point;
use super::schedule::Schedule;
use super::selection::{Match, Reach, Selection, pairs, plain};
use crate::inventory::types::{account, backup};
use crate::inventory::{DEPLOYED, Fact, Resource, Shard, arn, is_symbolic, more_path};
use chrono::{DateTime, Duration, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, OnceLock, PoisonError};

/// AWS Backup's default start window (facts page, section 3).
pub const START_WINDOW_MINUTES: i64 = 480;
/// AWS Backup's default completion window.
pub const COMPLETION_WINDOW_MINUTES: i64 = 10_080;

/// The operations that tell which plans select what.
pub const PLAN_OPERATIONS: [&str; 4] =
    ["backup:ListBackupPlans", "backup:GetBackupPlan", "backup:ListBackupSelections", "backup:GetBackupSelection"];
/// The operations that tell which restore testing plans reach what.
pub const RESTORE_TESTING_OPERATIONS: [&str; 4] = [
    "backup:ListRestoreTestingPlans",
    "backup:GetRestoreTestingPlan",
    "backup:ListRestoreTestingSelections",
    "backup:GetRestoreTestingSelection",
];

/// The fields of [`PlanReach`] that a template may leave open, and the parts of the plan that each depends on.
pub const PARTS: [(&str, &str); 10] = [
    ("rule", "rules[].name"),
    ("interval_seconds", "rules[].schedule"),
    ("retention_days", "rules[].retention_days"),
    ("continuous", "rules[].continuous"),
    ("vault", "rules[].vault"),
    ("copies", "rules[].copies"),
    ("copies[].vault_arn", "rules[].copies[].destination_vault_arn"),
    ("copies[].account", "rules[].copies[].destination_vault_arn"),
    ("copies[].region", "rules[].copies[].destination_vault_arn"),
    ("copies[].retention_days", "rules[].copies[].retention_days"),
];

/// A rule of a plan with what follows from its schedule.
pub struct PlannedRule {
    pub rule: backup::BackupRule,
    /// `None` where it is not known or cannot be understood.
    pub schedule: Option<Schedule>,
    /// The largest gap between runs by the clock on the wall: a daily schedule has 24 h also where summer time makes one day longer, and
    /// whatever the time zone is.
    pub interval_seconds: Fact<Option<i64>>,
    /// The largest gap that really passes.
    pub elapsed_seconds: Option<i64>,
}

impl PlannedRule {
    fn of(rule: &backup::BackupRule, as_of: DateTime<Utc>) -> PlannedRule {
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

    /// What people call it.
    pub fn name(&self) -> &str {
        self.rule.name.read().map_or("", String::as_str)
    }

    /// The time that a run may take to start.
    pub fn start_window(&self) -> Duration {
        super::minutes(self.rule.start_window_minutes.present().copied().unwrap_or(START_WINDOW_MINUTES))
    }

    /// The time that a run may take to end, counted from its scheduled time.
    pub fn windows(&self) -> Duration {
        self.start_window() + super::minutes(self.rule.completion_window_minutes.present().copied().unwrap_or(COMPLETION_WINDOW_MINUTES))
    }
}

/// AWS Backup resource type to opt-in.
type OptIn = Fact<BTreeMap<String, bool>>;

/// The plans of a shard with their selections, prepared once for all resources.
pub struct Plans<'s> {
    pub rules: HashMap<&'s str, Vec<PlannedRule>>,
    pub plans: BTreeMap<&'s str, &'s Resource>,
    pub selections: Vec<(&'s Typed<'s, backup::BackupSelection>, Selection)>,
    shard: &'s Shard,
    opt_in: OptIn,
    /// The Region's settings were read.
    opt_in_told: bool,
    /// The settings of other Regions and accounts, which only a template declares beside its own.
    elsewhere: Vec<(&'s Resource, OptIn)>,
    /// The settings, where a template declares them.
    declared: Option<&'s Resource>,
    /// Plans whose rules are not known, and why.
    pub rules_unread: BTreeMap<&'s str, Vec<String>>,
    unread: Vec<String>,
    opt_in_unread: Vec<String>,
}

/// One selection that reaches a resource.
pub struct Selected<'s> {
    pub plan: &'s Resource,
    pub rules: &'s [PlannedRule],
    pub blocked: bool,
    /// Since when it reaches the resource, as far as AWS tells: since the plan, the selection and the resource exist.
    pub since: Option<DateTime<Utc>>,
    /// The rules as the facts tell them.
    pub reaches: Vec<PlanReach>,
}

impl<'s> Plans<'s> {
    /// Prepares the plans of a shard.
    pub fn of(index: &'s Index<'s>, as_of: DateTime<Utc>) -> Self {
        let mut rules = HashMap::new();
        let mut plans = BTreeMap::new();
        let mut rules_unread = BTreeMap::new();
        for plan in &index.plans {
            if plan.properties.rules.is_unread() {
                rules_unread.insert(plan.resource.arn.as_str(), super::why_unread(index.shard, plan.resource, "rules"));
            }
            let prepared = plan.properties.rules.read().into_iter().flatten().map(|rule| PlannedRule::of(rule, as_of));
            rules.insert(plan.resource.arn.as_str(), prepared.collect());
            plans.insert(plan.resource.arn.as_str(), plan.resource);
        }
        // Other settings of the Region are resources of their own in a template.
        let says =
            |region: &Resource| region.properties.contains_key("opt_in") || super::why_unread(index.shard, region, "opt_in") != [DEPLOYED];
        let is_here = |region: &&Resource| region.region == index.shard.region && region.account == index.shard.account;
        let (here, elsewhere): (Vec<&Resource>, Vec<&Resource>) =
            index.shard.of_type("AWS::Region").filter(|region| says(region)).partition(is_here);
        let opt_in_of = |region: &Resource| region.properties_as::<account::Region>().map(|region| region.opt_in).unwrap_or_default();
        let region = here.first().copied();
        let mut opt_in = region.map(opt_in_of).unwrap_or_default();
        let opt_in_told = !opt_in.is_unread();
        let mut opt_in_unread = index.missing(&["backup:DescribeRegionSettings"]);
        match region.filter(|region| region.declared.is_some() && !opt_in_told) {
            Some(region) => opt_in_unread.extend(super::why_unread(index.shard, region, "opt_in")),
            // Few templates show the Region's settings: selections count as if the Region were opted in.
            None if index.shard.coverage.template && !opt_in_told => opt_in = Fact::Read(BTreeMap::new()),
            None => {}
        }
        if !opt_in_told && (opt_in_unread.is_empty() || index.shard.coverage.is_template_alone()) {
            opt_in_unread.push(match index.shard.coverage.template {
                true => DEPLOYED.to_owned(),
                false => "the inventory has no opt-in settings of the Region".to_owned(),
            });
        }
        Plans {
            rules,
            plans,
            selections: index
                .selections
                .iter()
                .map(|selection| (selection, Selection::of(&selection.properties, selection.resource.declared.as_deref())))
                .collect(),
            shard: index.shard,
            opt_in,
            opt_in_told,
            elsewhere: elsewhere.into_iter().map(|region| (region, opt_in_of(region))).collect(),
            declared: region.filter(|region| region.declared.is_some()),
            rules_unread,
            unread: index.missing(&PLAN_OPERATIONS),
            opt_in_unread,
        }
    }

    /// The Region's opt-in for a type: `Err` has the reasons why it is not known.
    pub fn opt_in(&self, backup_type: &str) -> Result<bool, &[String]> {
        match self.opt_in.read() {
            Some(map) if self.opt_in_told => Ok(map.get(backup_type).copied().unwrap_or(true)),
            _ => Err(&self.opt_in_unread),
        }
    }

    /// The opt-in where a selection is, and why it is not known.
    fn opt_in_at(&self, selection: &Resource) -> Result<&BTreeMap<String, bool>, Vec<String>> {
        static OPTED_IN: BTreeMap<String, bool> = BTreeMap::new();
        let found = self.elsewhere.iter().find(|(region, _)| arn::apart(region, selection) == Fact::Read(false));
        match found {
            Some((region, opt_in)) => opt_in.read().ok_or_else(|| super::why_unread(self.shard, region, "opt_in")),
            None if self.declared.is_some_and(|region| arn::apart(region, selection) == Fact::Read(true)) => Ok(&OPTED_IN),
            None => self.opt_in.read().ok_or_else(|| self.opt_in_unread.clone()),
        }
    }

    /// The plans that made these backups of a resource's stack, other than those that select the resource itself.
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

    /// The selections that reach a resource. The second value has the reasons why there may be more of them, or other blocks.
    /// `since` is when the data was there to be backed up.
    pub fn reaching(
        &'s self,
        resource: &Resource,
        backup_type: &str,
        since: Option<DateTime<Utc>>,
        as_of: DateTime<Utc>,
    ) -> (Vec<Selected<'s>>, Vec<String>) {
        let mut unread = self.unread.clone();
        let mut known = BTreeSet::new();
        let mut found = Vec::new();
        for (selection, matcher) in &self.selections {
            let reach = match reaches(selection.resource, matcher, resource) {
                Match::Selected(reach) => reach,
                Match::NotSelected => continue,
                Match::Unknown { why, tags } => {
                    // Many selections have the same reason.
                    let why = super::why_undecided(self.shard, resource, why, &tags);
                    unread.extend(why.into_iter().filter(|reason| known.insert(reason.clone())));
                    continue;
                }
            };
            let plan_arn = selection.properties.plan_arn.read().map(String::as_str).unwrap_or_default();
            let Some((plan, rules)) = self.plans.get(plan_arn).zip(self.rules.get(plan_arn)) else {
                unread.extend(plan_in_doubt(selection));
                continue;
            };
            let blocked = match self.opt_in_at(selection.resource) {
                Ok(map) => {
                    let blocked = opt_in::blocked(map, backup_type, reach);
                    if opt_in::other_type(resource).is_some_and(|other| opt_in::blocked(map, other, reach) != blocked) {
                        unread.extend(super::why_unread(self.shard, resource, "engine"));
                        continue;
                    }
                    blocked
                }
                Err(_) if reach == Reach::Explicit && !opt_in::always_applies(backup_type) => false,
                Err(reasons) => {
                    unread.extend(reasons);
                    continue;
                }
            };
            let since = [since, selection.resource.created_at, plan.created_at].into_iter().flatten().max();
            let of_rule = |rule| plan_reach(plan, title(selection.resource), rule, since, blocked, as_of);
            if let Some(reasons) = self.rules_unread.get(plan_arn) {
                // It may have no rule at all.
                unread.extend(reasons.iter().cloned());
                continue;
            }
            found.push(Selected { plan, rules, blocked, since, reaches: rules.iter().map(of_rule).collect() });
        }
        unread.dedup();
        (found, unread)
    }
}

/// How a selection reaches a resource. AWS Backup is a Regional service: plans back up what is in their Region (AWS General Reference, "AWS
/// Backup endpoints and quotas") and account. A template may declare resources of several.
pub fn reaches(selection: &Resource, matcher: &Selection, resource: &Resource) -> Match {
    match (matcher.matches(&resource.arn, resource.tags()), arn::apart(selection, resource)) {
        (Match::NotSelected, _) | (_, Fact::Read(true)) => Match::NotSelected,
        (found, Fact::Read(false)) => found,
        (_, Fact::Unread) => Match::Unknown { why: elsewhere(resource, selection), tags: Vec::new() },
    }
}

/// Why it is not known whether something reaches a resource of a template.
pub fn elsewhere(resource: &Resource, what: &Resource) -> String {
    let what_of = if resource.region == what.region { "account" } else { "Region" };
    format!("whether {} is in the {what_of} of {} is not known", resource.id, what.id)
}

/// Why a selection whose plan is not there may have one all the same: a template does not settle which.
pub fn plan_in_doubt(selection: &Typed<backup::BackupSelection>) -> Option<String> {
    let settled = selection.properties.plan_arn.read().is_some_and(|plan| !is_symbolic(plan));
    (!settled).then(|| format!("the backup plan of selection {} is not known", title(selection.resource)))
}

/// The largest gap of a schedule by the clock on the wall; `None` when it cannot be understood or never runs again.
pub fn wall_clock_gap(expression: Option<&str>, timezone: Option<&str>, as_of: DateTime<Utc>) -> Option<i64> {
    // A zone that does not exist makes the schedule one that cannot be understood.
    largest_gap(expression, timezone, as_of).and_then(|_| largest_gap(expression, None, as_of))
}

/// [`Schedule::largest_gap`], worked out once for each expression: it looks decades ahead, and plans share few schedules.
pub fn largest_gap(expression: Option<&str>, timezone: Option<&str>, as_of: DateTime<Utc>) -> Option<i64> {
    type Known = HashMap<(Option<String>, Option<String>, DateTime<Utc>), Option<i64>>;
    static KNOWN: OnceLock<Mutex<Known>> = OnceLock::new();
    let key = (expression.map(str::to_owned), timezone.map(str::to_owned), as_of);
    let known = KNOWN.get_or_init(Mutex::default);
    if let Some(gap) = known.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return *gap;
    }
    let gap = Schedule::parse(expression, timezone).ok().and_then(|schedule| schedule.largest_gap(as_of));
    known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, gap);
    gap
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
    PlanReach {
        plan: title(plan),
        plan_arn: plan.arn.clone(),
        rule: planned.rule.name.clone(),
        selection,
        interval_seconds: planned.interval_seconds.clone(),
        retention_days: planned.rule.retention_days.clone(),
        continuous: planned.rule.continuous.clone(),
        vault: planned.rule.vault.clone(),
        copies: planned.rule.copies.read().map_or(Fact::Unread, |copies| Fact::Read(copies.iter().map(planned_copy).collect())),
        opt_in_blocked: blocked,
        due: due_at.is_some_and(|due_at| due_at < as_of),
        due_at,
    }
}

fn planned_copy(copy: &backup::CopyAction) -> PlannedCopy {
    let part = |of: fn(&str) -> &str| copy.destination_vault_arn.read().map_or(Fact::Unread, |vault| Fact::Read(of(vault).to_owned()));
    PlannedCopy {
        vault_arn: copy.destination_vault_arn.clone(),
        account: part(arn::account),
        region: part(arn::region),
        retention_days: copy.retention_days.clone(),
    }
}

/// What people call a resource.
pub fn title(resource: &Resource) -> String {
    resource.name.clone().unwrap_or_else(|| resource.id.clone())
}

/// The types that AWS Backup restore testing supports (catalog, rule data-recovery-test-planned).
pub const RESTORE_TESTING_TYPES: [&str; 10] = ["Aurora", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS", "S3"];

/// Whether a restore testing selection reaches a resource of its Region; `Err` when what decides was not read: the selection, or the resource's tags.
pub fn restore_testing_reaches(
    index: &Index,
    selection: &Typed<backup::RestoreTestingSelection>,
    resource: &Resource,
    backup_type: &str,
) -> Result<bool, Vec<String>> {
    let (selection, declared) = (&selection.properties, selection.resource);
    match arn::apart(declared, resource) {
        Fact::Read(true) => return Ok(false),
        Fact::Read(false) => {}
        Fact::Unread => return Err(vec![elsewhere(resource, declared)]),
    }
    if selection.protected_resource_type.read().is_some_and(|name| name != backup_type) {
        return Ok(false);
    }
    // What is not known of the list of ARNs can only add to it, and what is not of the conditions only narrow.
    let more = |list: &str| !declared.properties.contains_key(list) || !declared.unsettled(&more_path(list)).is_empty();
    let conditions = |fact: &Fact<Vec<backup::TagCondition>>| fact.read().into_iter().flatten().map(plain).collect::<Vec<_>>();
    let (equals, differs) = (conditions(&selection.string_equals), conditions(&selection.string_not_equals));
    let arns = selection.protected_resource_arns.read().map(Vec::as_slice).unwrap_or_default();
    let named = arns.iter().any(|pattern| pattern == "*" || *pattern == resource.arn);
    let narrower = ["string_equals", "string_not_equals"].into_iter().any(more);
    let by_arn = match (named, more("protected_resource_arns")) {
        (true, _) => Some(true),
        (false, true) => None,
        // Without ARNs the conditions select.
        (false, false) if !arns.is_empty() => Some(false),
        (false, false) if !equals.is_empty() || !differs.is_empty() => Some(true),
        (false, false) => (!narrower).then_some(false),
    };
    let has = |condition: &backup::TagCondition| resource.tags().has_one(pairs(std::slice::from_ref(condition)));
    let held = equals.iter().map(has).chain(differs.iter().map(|condition| Some(!has(condition)?)));
    let each: Vec<Option<bool>> =
        held.chain([by_arn, selection.protected_resource_type.read().map(|_| true)]).chain(narrower.then_some(None)).collect();
    if each.contains(&Some(false)) || !each.contains(&None) {
        return Ok(!each.contains(&Some(false)));
    }
    let mut reasons = Vec::new();
    for list in ["protected_resource_type", "protected_resource_arns", "string_equals", "string_not_equals"] {
        if !declared.properties.contains_key(list) {
            reasons.extend(super::why_unread(index.shard, declared, list));
        }
        let paths = [more_path(list), format!("{}.value", more_path(list))];
        reasons.extend(paths.iter().flat_map(|path| declared.unsettled(path).iter().cloned()));
    }
    let keys: Vec<String> = equals.iter().chain(&differs).map(|condition| condition.key.clone()).collect();
    reasons.extend(super::why_tags_unread(index.shard, resource, &keys));
    Err(reasons)
}
