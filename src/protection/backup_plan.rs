//! Backup plans: what they select, and where they write.

use super::context::Join;
use super::copies;
use super::facts::{DestinationFacts, FactSet, Facts, PlanFacts, PlanRuleFacts, Told};
use super::index::Typed;
use super::links::{Links, Selects, selection_plan};
use super::plan_reach::{PlannedRule, vault_arn};
use super::selection::Selection;
use super::summary::VaultSummary;
use super::title::title;
use super::unread::why_unread;
use crate::inventory::schedule::DEFAULT as DEFAULT_SCHEDULE;
use crate::inventory::types::backup;
use crate::inventory::{Fact, Outcome, Resource, add_new, arn, more_path, unless};
use std::collections::{BTreeMap, BTreeSet};

/// The facts of a backup plan.
pub fn plan_facts(join: &Join, links: &Links, resource: &Resource) -> Facts {
    let rules = join.plans.rules.get(resource.arn.as_str()).map(Vec::as_slice).unwrap_or_default();
    let empty = Selects::default();
    let selects = links.by_plan.get(resource.arn.as_str()).unwrap_or(&empty);
    let mut listing = join.index.missing(&["backup:ListBackupSelections"]);
    listing.extend(links.in_doubt.iter().cloned());
    let selections = || join.plans.selections.iter().filter(|selection| selection_plan(selection) == Some(&resource.arn));
    let refused = selections().filter(|selection| is_refused(selection));
    let unique: BTreeMap<&str, &Resource> = selects.resources.iter().map(|resource| (resource.arn.as_str(), *resource)).collect();
    let types: BTreeSet<String> = unique.values().map(|resource| join.backup_type(resource).to_owned()).collect();
    // Many resources share the same reason.
    let reasons: BTreeSet<String> = links.unread.iter().chain(&selects.unread).chain(&links.in_doubt).cloned().collect();
    let reasons = Vec::from_iter(reasons);
    let (others, uncertain) = uncollected(join, resource);
    let selected = unique.len() as i64 + others;
    // One selected resource is enough for an answer above zero.
    let may_be_none = if selected > 0 { Vec::new() } else { [reasons.clone(), uncertain].concat() };
    let owing = unique.iter().filter(|(arn, _)| !links.reproducible.contains(*arn)).map(|(arn, resource)| (*arn, *resource)).collect();
    let mut rules_unread = join.plans.rules_unread.get(resource.arn.as_str()).cloned().unwrap_or_default();
    rules_unread.extend_from_slice(resource.unsettled(&more_path("rules")));
    if rules.iter().any(|rule| rule.rule.continuous.is_unread()) {
        rules_unread.extend(why_unread(join.index.shard, resource, "rules[].continuous"));
    }
    PlanFacts {
        rules: all_rules(join, resource, rules).into(),
        selections: unless(listing, ()).map(|()| selections().count() as i64).into(),
        refused_selections: refused.map(|(selection, _)| title(selection.resource)).collect::<Vec<_>>().into(),
        selected: unless(may_be_none, selected).into(),
        selected_types: unless(reasons.clone(), types.into_iter().collect()).into(),
        selected_without_pitr: without_pitr(join, &owing, rules, reasons, rules_unread).into(),
    }
    .into()
}

fn all_rules(join: &Join, plan: &Resource, rules: &[PlannedRule]) -> Outcome<Vec<PlanRuleFacts>> {
    if plan.get::<backup::BackupPlan>().is_none_or(|plan| plan.rules.is_unread()) {
        return Err(why_unread(join.index.shard, plan, "rules"));
    }
    let mut all: Vec<PlanRuleFacts> = rules.iter().map(|rule| rule_facts(join, plan, rule)).collect();
    let more = plan.unsettled(&more_path("rules"));
    if !more.is_empty() {
        // Stands for rules that the template leaves open; there may be none.
        all.push(PlanRuleFacts::unread(more));
    }
    Ok(all)
}

/// Resources of types that the inventory does not collect: how many the plan's jobs and recovery points show, and the entries of its
/// selections that may name more.
fn uncollected(join: &Join, plan: &Resource) -> (i64, Vec<String>) {
    let is_collected = |arn: &str| join.type_of_arn(arn).is_some();
    let of_plan = |plan_arn: &Fact<Option<String>>| plan_arn.present() == Some(&plan.arn);
    let jobs = join.index.backup_jobs.iter().filter(|(_, jobs)| jobs.iter().any(|job| of_plan(&job.properties.plan_arn)));
    let points = join.index.points.iter().filter(|(_, points)| points.iter().any(|point| of_plan(&point.properties.plan_arn)));
    let sources: BTreeSet<&String> =
        jobs.map(|(source, _)| source).chain(points.map(|(source, _)| source)).filter(|source| !is_collected(source)).collect();
    let selections = join.plans.selections.iter().filter(|selection| selection_plan(selection) == Some(&plan.arn));
    if join.index.shard.coverage.template {
        let selections = selections.filter(|selection| !is_refused(selection));
        let elsewhere = |_| "what it selects outside of the template is not known".to_owned();
        return (0, selections.take(1).map(elsewhere).collect());
    }
    let named = selections.flat_map(|(selection, _)| selection.properties.resources.read().into_iter().flatten());
    let uncertain = named.filter(|name| name.starts_with("arn:") && !is_collected(name));
    (sources.len() as i64, uncertain.map(|name| format!("{name} is of a type that is not collected")).collect())
}

/// Whether AWS Backup refuses a selection that a template declares.
fn is_refused((selection, matcher): &(&Typed<backup::BackupSelection>, Selection)) -> bool {
    selection.resource.declared.is_some() && matcher.names_nothing() == Some(true)
}

/// The selected resources that AWS Backup could back up continuously, but that neither the plan nor their own service does.
fn without_pitr(
    join: &Join,
    selected: &BTreeMap<&str, &Resource>,
    rules: &[PlannedRule],
    reasons: Vec<String>,
    rules_unread: Vec<String>,
) -> Outcome<Vec<String>> {
    unless(reasons, ())?;
    if rules.iter().any(|rule| rule.rule.continuous == Fact::Read(true)) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (arn, resource) in selected {
        let Some(own) = join.backed_up_as(resource).and_then(|known| known.aws_backup.continuous.as_ref()) else { continue };
        match (own.is_on)(resource) {
            None => return Err(why_unread(join.index.shard, resource, own.property)),
            Some(true) => {}
            Some(false) => found.push((*arn).to_owned()),
        }
    }
    if found.is_empty() { Ok(found) } else { unless(rules_unread, found) }
}

fn rule_facts(join: &Join, plan: &Resource, planned: &PlannedRule) -> PlanRuleFacts {
    let rule = &planned.rule;
    let why = |part: &str| why_unread(join.index.shard, plan, &format!("rules[].{part}"));
    let schedule = rule.schedule.or_why(|| why("schedule"));
    let interval_seconds = schedule.clone().and_then(|_| {
        let understood = planned.schedule.as_ref().and_then(|_| planned.interval_seconds.read().copied());
        understood.ok_or_else(|| vec![format!("the schedule of rule {} cannot be understood", planned.name())])
    });
    let mut windows_unread = Vec::new();
    for (window, is_unread) in [
        ("start_window_minutes", rule.start_window_minutes.is_unread()),
        ("completion_window_minutes", rule.completion_window_minutes.is_unread()),
    ] {
        if is_unread {
            add_new(&mut windows_unread, why(window));
        }
    }
    let target = rule.vault.or_why(|| why("vault"));
    let vault = target.clone().and_then(|vault| join.summaries.vault(&vault_arn(plan, &vault)));
    PlanRuleFacts {
        name: rule.name.or_why(|| why("name")).into(),
        schedule: schedule.map(|schedule| schedule.unwrap_or_else(|| DEFAULT_SCHEDULE.to_owned())).into(),
        interval_seconds: interval_seconds.into(),
        window_seconds: unless(windows_unread, planned.windows().num_seconds()).into(),
        continuous: rule.continuous.or_why(|| why("continuous")).into(),
        retention_days: rule.retention_days.or_why(|| why("retention_days")).into(),
        vault: target.into(),
        vault_exists: vault.clone().map(|vault| vault.is_some()).into(),
        vault_locked: vault.and_then(locked).into(),
        copies: match rule.copies.read() {
            Some(copies) => copies.iter().map(|copy| destination(join, plan, copy)).collect::<Vec<_>>().into(),
            None => Told::unread(why("copies")),
        },
    }
}

/// Why the audit cannot compare the places of a template.
const SYMBOLIC: &str = "the template's account and Region are not known (give them with --account and --region)";

/// Whether a vault is locked; a vault that does not exist is not locked.
fn locked(vault: Option<&VaultSummary>) -> Outcome<bool> {
    vault.map_or(Ok(false), |vault| vault.locked.ok_or_else(Vec::new))
}

fn destination(join: &Join, plan: &Resource, copy: &backup::CopyAction) -> DestinationFacts {
    let why = |part: &str| why_unread(join.index.shard, plan, &format!("rules[].copies[].{part}"));
    let retention_days = Told::from(copy.retention_days.or_why(|| why("retention_days")));
    let Some(vault_arn) = copy.destination_vault_arn.read() else {
        return DestinationFacts { retention_days, ..DestinationFacts::unread(&why("destination_vault_arn")) };
    };
    let (account, region) = (arn::account(vault_arn), arn::region(vault_arn));
    let differ = |one: &str, own: &str| Told::from(arn::differ(one, own).or_why(|| vec![SYMBOLIC.to_owned()]));
    let vault = join.summaries.vault(vault_arn);
    let exists = match &vault {
        Ok(vault) => Ok(vault.is_some()),
        Err(_) if copies::shows_vault(join, vault_arn) => Ok(true),
        Err(reasons) => Err(reasons.clone()),
    };
    DestinationFacts {
        vault_arn: vault_arn.clone().into(),
        account: account.to_owned().into(),
        region: region.to_owned().into(),
        other_account: differ(account, &plan.account),
        other_region: differ(region, &plan.region),
        retention_days,
        exists: exists.into(),
        locked: vault.and_then(locked).into(),
    }
}
