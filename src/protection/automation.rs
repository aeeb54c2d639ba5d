//! The restore automation that the policy names: what starts it on a schedule.

use super::context::Join;
use super::facts::{AutomationFacts, StateMachineFacts, Told};
use super::index::typed;
use super::title::title;
use super::unread::why_unread;
use crate::inventory::automation::started;
use crate::inventory::schedule::Schedule;
use crate::inventory::types::automation;
use crate::inventory::{DEPLOYED, Fact, Outcome, Resource, add_new, arn, unless};
use chrono::{DateTime, Utc};

/// The operations that show what starts on a schedule.
const OPERATIONS: [&str; 4] = ["events:ListRules", "events:ListTargetsByRule", "scheduler:ListSchedules", "scheduler:GetSchedule"];

/// The facts of an automation that the policy names by this ARN.
pub fn automation_facts(join: &Join, automation: &str) -> AutomationFacts {
    AutomationFacts { arn: automation.to_owned().into(), scheduled_by: scheduled_by(join, automation).into() }
}

/// The facts of the automations of the shard's own account and Region.
pub fn own_automations(join: &Join) -> Vec<AutomationFacts> {
    join.automations.iter().filter(|automation| is_here(join, automation)).map(|automation| automation_facts(join, automation)).collect()
}

pub fn state_machine_facts(join: &Join, resource: &Resource) -> StateMachineFacts {
    let is_named = started(&resource.arn).is_some_and(|machine| join.automations.contains(&machine));
    StateMachineFacts { restore_automation: is_named.into() }
}

/// Whether the shard's account and Region start an automation. AWS's own documents belong to no account.
fn is_here(join: &Join, automation: &str) -> bool {
    let shard = join.index.shard;
    arn::region(automation) == shard.region && ["", shard.account.as_str()].contains(&arn::account(automation))
}

/// The name of a rule or schedule that starts an automation again and again; `None` if nothing does.
///
/// # Errors
/// Why something may start it.
fn scheduled_by(join: &Join, automation: &str) -> Outcome<Option<String>> {
    let shard = join.index.shard;
    if shard.coverage.template {
        return Err(vec![DEPLOYED.to_owned()]);
    }
    if !is_here(join, automation) {
        return Err(vec![format!("what starts {automation} is known in its own account and Region only")]);
    }
    let mut unread = Vec::new();
    let mut add = |resource: &Resource, targets: &Fact<Vec<String>>, runs: Result<bool, Vec<String>>| -> Option<String> {
        let Some(targets) = targets.read() else {
            add_new(&mut unread, why_unread(shard, resource, "target_arns"));
            return None;
        };
        if !targets.iter().any(|target| started(target).as_deref() == Some(automation)) {
            return None;
        }
        match runs {
            Ok(true) => Some(title(resource)),
            Ok(false) => None,
            Err(reasons) => {
                add_new(&mut unread, reasons);
                None
            }
        }
    };
    for rule in typed::<automation::Rule>(shard) {
        let runs = runs_again(join, rule.resource, &rule.properties.schedule, None, None);
        if let Some(name) = add(rule.resource, &rule.properties.target_arns, runs) {
            return Ok(Some(format!("rule {name}")));
        }
    }
    for schedule in typed::<automation::Schedule>(shard) {
        let properties = schedule.properties;
        let end_at = properties.end_at.or_why(|| why_unread(shard, schedule.resource, "end_at"));
        let runs = end_at.and_then(|end_at| {
            runs_again(join, schedule.resource, &properties.schedule, properties.timezone.present().map(String::as_str), end_at)
        });
        if let Some(name) = add(schedule.resource, &properties.target_arns, runs) {
            return Ok(Some(format!("schedule {name}")));
        }
    }
    unread.extend(join.index.missing(&OPERATIONS));
    unless(unread, None)
}

/// Whether a schedule starts its target more than once from now on. `at(…)` is for one time.
///
/// # Errors
/// Why that is not known.
fn runs_again(
    join: &Join,
    resource: &Resource,
    schedule: &Fact<String>,
    timezone: Option<&str>,
    end_at: Option<DateTime<Utc>>,
) -> Result<bool, Vec<String>> {
    let Some(expression) = schedule.read() else { return Err(why_unread(join.index.shard, resource, "schedule")) };
    if expression.starts_with("at(") || end_at.is_some_and(|end_at| end_at <= join.as_of) {
        return Ok(false);
    }
    match Schedule::parse(Some(expression), timezone) {
        Ok(schedule) => Ok(schedule.largest_gap(join.as_of).is_some()),
        Err(error) => Err(vec![format!("the schedule of {} cannot be understood: {error}", title(resource))]),
    }
}

/// The facts of the automations that the policy names for a resource.
pub fn automations_of(join: &Join, named: &Outcome<Vec<String>>) -> Told<Vec<AutomationFacts>> {
    let facts = |named: &Vec<String>| named.iter().map(|automation| automation_facts(join, automation)).collect();
    named.as_ref().map(facts).map_err(Vec::clone).into()
}
