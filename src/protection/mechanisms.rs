//! The mechanisms that back a resource up: which of them are automatic, how often they run, and whether the last run was on schedule.

use super::case::{Case, Mechanisms};
use super::data_type::{ContinuousUntil, DataType};
use super::facts::{CopyRetention, Mechanism, MechanismKind, State, Window};
use super::index::Typed;
use super::plan_reach::{PlannedRule, Selected};
use super::point::Point;
use super::points;
use super::schedule::{days, late_after};
use super::summary::POINT_OPERATIONS;
use super::title::title;
use crate::inventory::types::backup::RecoveryPoint;
use crate::inventory::{Fact, Outcome, add_new, more_path};
use chrono::{DateTime, Utc};

/// How old the latest restorable time of a running continuous backup may be: services say five minutes; more than an hour is late (RDS user
/// guide, "Restoring a DB instance to a specified time"; DynamoDB developer guide, "Point-in-time recovery").
pub const CONTINUOUS_ALLOWED_SECONDS: i64 = 3_600;

/// Works out all mechanisms of a resource; backups from before today's schedules come last.
pub fn mechanisms(case: &Case, data_type: &DataType) -> Mechanisms {
    let mut found = Mechanisms::default();
    backup_plans(case, data_type.continuous_until, &mut found);
    (data_type.own)(case, &mut found);
    by_hand(case, data_type.continuous_until, &mut found);
    found
}

fn backup_plans(case: &Case, until: ContinuousUntil, found: &mut Mechanisms) {
    for (all, way) in [(case.selected, Way::Itself), (case.through, Way::Instance), (case.stacks, Way::Stack)] {
        for selected in all.iter().filter(|selected| !selected.blocked) {
            for (planned, reach) in selected.rules.iter().zip(&selected.reaches) {
                add_planned_rule(case, until, selected, planned, reach.due, way, found);
            }
            add_new(&mut found.copies_unread, selected.plan.unsettled(&more_path("rules")).iter().cloned());
        }
    }
}

/// What a plan selects to back the resource up.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Itself,
    Instance,
    Stack,
}

impl Way {
    fn words(self) -> &'static str {
        match self {
            Way::Itself => "",
            Way::Instance => " (through its instance)",
            Way::Stack => " (through its stack)",
        }
    }
}

/// Adds a rule of a plan. `due` means that its first run must be over.
fn add_planned_rule(
    case: &Case,
    until: ContinuousUntil,
    selected: &Selected,
    planned: &PlannedRule,
    due: bool,
    way: Way,
    found: &mut Mechanisms,
) {
    let (plan, rule) = (selected.plan, &planned.rule);
    let source = format!("backup plan {}, rule {}{}", title(plan), planned.name(), way.words());
    let allowed = planned.elapsed_seconds.map(|interval| late_after(interval, planned.start_window().num_seconds() + case.job_time()));
    let continuous = case.continuous.iter().find(|point| {
        let made_by = point.properties.rule_id.present();
        rule.continuous == Fact::Read(true) && (made_by.is_none() || made_by == rule.id.present())
    });
    let (mechanism, kept) = if let Some(point) = continuous {
        (continuous_mechanism(case, until, point, source, found), point.properties.retention_days.present().copied())
    } else {
        let is_target = |vault: &str| rule.vault.read().is_some_and(|target| crate::inventory::arn::vault_name(vault) == target);
        let of_vault = |point: &Point| point.backup.vault_arn.as_deref().is_none_or(is_target);
        let ours = |point: &&Point| {
            point.backup.kind == MechanismKind::AwsBackup
                && point.of_instance == (way == Way::Instance)
                && match (&point.rule_id, rule.id.present()) {
                    (Some(made_by), Some(id)) => {
                        made_by == id
                            || stands_in(selected.rules, made_by, planned, point.backup.created_at)
                            || (of_vault(point) && of_earlier_version(selected, made_by, planned, point))
                    }
                    _ => of_vault(point),
                }
        };
        let newest = case.points.iter().find(ours);
        let mechanism = case.mechanism(MechanismKind::AwsBackup, source.clone(), newest.map(|point| point.backup.created_at), allowed);
        // The rule's backups may be gone by now, or it never made any: no backup is as recent as its schedule promises.
        let nothing_left = (mechanism.last_at.is_none() && due && allowed.is_some()).then_some(false);
        let mechanism = Mechanism {
            // A schedule without an earlier run is no more automatic than a manual backup.
            automatic: planned.schedule.is_none() || allowed.is_some(),
            interval_seconds: planned.interval_seconds.or_why(|| case.why(plan, "rules[].schedule")).into(),
            on_schedule: mechanism.on_schedule.or(nothing_left),
            ..mechanism
        };
        (mechanism, newest.and_then(|point| point.retention_days))
    };
    // After a rule changes, its retention applies to the next backup; the newest backup has its own.
    let retention_days = rule.retention_days.or_why(|| case.why(plan, "rules[].retention_days"));
    let retention_days = retention_days.map(|days| [days, kept].into_iter().flatten().min());
    found.all.push(Mechanism {
        retention_endless: retention_days.clone().map(|days| days.is_none()).into(),
        retention_days: retention_days.into(),
        promised_seconds: rule.retention_days.read().and_then(|days| case.promised(selected.since, *days)),
        ..mechanism
    });
    let Some(copies) = rule.copies.read() else { return add_new(&mut found.copies_unread, case.why(plan, "rules[].copies")) };
    for copy in copies {
        let Some(vault) = copy.destination_vault_arn.read() else {
            add_new(&mut found.copies_unread, case.why(plan, "rules[].copies[].destination_vault_arn"));
            continue;
        };
        if points::is_local(vault, &case.resource.account, &case.resource.region) {
            continue;
        }
        if rule.schedule.is_unread() {
            add_new(&mut found.copies_unread, case.why(plan, "rules[].schedule"));
        }
        found.copy_schedules.push(case.copy_schedule(crate::inventory::arn::account(vault), crate::inventory::arn::region(vault), allowed));
        found.copy_retention.push(CopyRetention {
            kind: "backup_plan".to_owned(),
            source: format!("backup plan {}, rule {}, copy to {vault}", title(plan), planned.name()),
            retention_days: copy.retention_days.or_why(|| case.why(plan, "rules[].copies[].retention_days")).into(),
        });
    }
}

/// Whether another rule of the plan made the backup instead of this rule: if the time frames of rules overlap, AWS Backup takes "a backup
/// for the rule with the longer retention time" (AWS Backup developer guide, "Backup plan options and configuration").
fn stands_in(rules: &[PlannedRule], made_by: &String, planned: &PlannedRule, at: DateTime<Utc>) -> bool {
    let Some(other) = rules.iter().find(|other| other.rule.id.present() == Some(made_by)) else { return false };
    let window = planned.start_window().max(other.start_window());
    other.rule.retention_days.read().is_some_and(|days| kept_as_long(*days, planned))
        && planned.schedule.as_ref().is_some_and(|schedule| {
            schedule.previous_before(at).is_some_and(|run| at - run <= window)
                || schedule.next_after(at).is_some_and(|run| run - at <= window)
        })
}

/// Whether a rule that the plan no longer has made the backup in place of this rule: an update takes rules without ids (AWS Backup API
/// reference, `BackupRuleInput`), so the same rule may get a new id.
fn of_earlier_version(selected: &Selected, made_by: &String, planned: &PlannedRule, point: &Point) -> bool {
    point.plan_arn.as_ref() == Some(&selected.plan.arn)
        && !selected.rules.iter().any(|other| other.rule.id.present() == Some(made_by))
        && kept_as_long(point.retention_days, planned)
}

fn kept_as_long(theirs: Option<i64>, planned: &PlannedRule) -> bool {
    theirs.is_none_or(|theirs| planned.rule.retention_days.present().is_some_and(|ours| theirs >= *ours))
}

/// A continuous recovery point keeps its first date; the service, or the status AVAILABLE, shows how far it reaches.
fn continuous_mechanism(
    case: &Case,
    until: ContinuousUntil,
    point: &Typed<RecoveryPoint>,
    source: String,
    found: &mut Mechanisms,
) -> Mechanism {
    let latest = match until {
        ContinuousUntil::Seen => Some(case.seen_at()),
        ContinuousUntil::LatestRestorable => case.latest_restorable(),
    };
    if let Some(latest) = latest {
        let kept_since = point.properties.retention_days.present().map(|kept| latest - days(*kept));
        // It holds no moment from before it began.
        let kept_since = kept_since.map(|since| point.resource.created_at.map_or(since, |began| since.max(began)));
        let earliest = case.earliest_restorable().or(kept_since).unwrap_or(latest);
        let earliest = case.resource.created_at.map_or(earliest, |created| earliest.max(created));
        let vault = point.properties.vault_arn.read().and_then(|vault| case.index.vaults.get(vault.as_str()));
        let why = || {
            let mut reasons = vec!["the vault of a continuous recovery point was not read".to_owned()];
            reasons.extend(case.index.missing(&POINT_OPERATIONS[..1]));
            reasons
        };
        let locked = vault.and_then(|vault| vault.properties.locked.read().copied()).ok_or_else(why);
        let window = points::window(MechanismKind::AwsBackup, earliest, latest, case.as_of);
        found.windows.extend(window.map(|window| Window { locked: locked.into(), ..window }));
    }
    case.mechanism(MechanismKind::AwsBackup, source, latest, Some(CONTINUOUS_ALLOWED_SECONDS))
}

/// Backups that none of today's schedules makes: manual backups, and backups of earlier schedules. The newest gives the name.
fn by_hand(case: &Case, until: ContinuousUntil, found: &mut Mechanisms) {
    for (kind, source) in [
        (MechanismKind::AwsBackup, "a recovery point (on demand or of an earlier plan)"),
        (MechanismKind::Dlm, "a snapshot (of a DLM policy that no longer runs or targets it)"),
        (MechanismKind::Automated, "an automated snapshot"),
        (MechanismKind::Snapshot, "a manual snapshot"),
    ] {
        if found.all.iter().any(|mechanism| mechanism.kind == kind && mechanism.last_at.is_some()) {
            continue;
        }
        if let Some(last_at) = case.newest(|point| point.backup.kind == kind) {
            found.all.push(Mechanism { automatic: false, ..case.mechanism(kind, source.to_owned(), Some(last_at), None) });
        }
    }
    if !case.continuous.is_empty() && !found.windows.iter().any(|window| window.kind == MechanismKind::AwsBackup) {
        let mechanism = case
            .continuous
            .first()
            .map(|point| continuous_mechanism(case, until, point, "a continuous recovery point (of an earlier plan)".to_owned(), found));
        found.all.extend(mechanism.map(|mechanism| Mechanism { automatic: false, ..mechanism }));
    }
}

/// How long a daily snapshot may take to begin and to end: services begin it within a window of one hour or more, and large data takes hours.
const DAILY_RUN_SECONDS: i64 = 6 * 3_600;

/// Daily snapshots that a service takes by itself and keeps `days` days, if it tells how many.
pub fn daily_snapshots(case: &Case, source: &str, days: Outcome<i64>, found: &mut Mechanisms) {
    const DAY: i64 = 86_400;
    let allowed = late_after(DAY, DAILY_RUN_SECONDS);
    let newest = case.newest(|point| point.backup.kind == MechanismKind::Automated);
    let mechanism = case.mechanism(MechanismKind::Automated, source.to_owned(), newest, Some(allowed));
    // The first snapshot of an old resource is overdue.
    let age = case.resource.created_at.map(|created_at| (case.as_of - created_at).num_seconds());
    let nothing_left = (mechanism.last_at.is_none() && age.is_some_and(|age| age > allowed)).then_some(false);
    found.all.push(Mechanism {
        interval_seconds: Some(DAY).into(),
        promised_seconds: days.as_ref().ok().and_then(|days| case.promised(case.resource.created_at, Some(*days))),
        retention_days: days.map(Some).into(),
        on_schedule: mechanism.on_schedule.or(nothing_left),
        ..mechanism
    });
}

/// The state by the mechanisms alone: `None` if nothing can be restored.
pub fn state(mechanisms: &[Mechanism]) -> Option<State> {
    let restorable: Vec<&Mechanism> =
        mechanisms.iter().filter(|mechanism| mechanism.kind != MechanismKind::Replication && mechanism.last_at.is_some()).collect();
    if restorable.iter().any(|mechanism| mechanism.on_schedule != Some(false)) {
        return Some(State::Protected);
    }
    (!restorable.is_empty()).then_some(State::Stale)
}
