//! Backup plans: what they select, where they write to.

use super::context::Join;
use super::facts::{DestinationFacts, Facts, Joined, PlanFacts, PlanRuleFacts};
use super::index::Typed;
use super::links::{Links, Selects, selection_plan};
use super::plan_reach::{PlannedRule, vault_arn};
use super::selection::Selection;
use super::summary::VaultSummary;
use super::title::title;
use super::unread::{Unread, why_unread};
use super::copies;
use crate::inventory::schedule::DEFAULT as DEFAULT_SCHEDULE;
use crate::inventory::types::backup;
use crate::inventory::{Fact, Resource, arn, more_path, note};
use std::collections::{BTreeMap, BTreeSet};

/// The facts of a backup plan.
pub fn plan_facts(join: &Join, links: &Links, resource: &Resource) -> Joined {
    let mut facts = PlanFacts::default();
    let mut unread = Unread::new();
    let rules_read = resource.get::<backup::BackupPlan>().is_some_and(|plan| !plan.rules.is_unread());
    let rules = join.plans.rules.get(resource.arn.as_str()).map(Vec::as_slice).unwrap_or_default();
    if rules_read {
        let mut all: Vec<PlanRuleFacts> = rules.iter().map(|rule| rule_facts(join, resource, rule, &mut unread)).collect();
        let more = resource.unsettled(&more_path("rules"));
        if !more.is_empty() {
            // A rule of which nothing is known, not even whether it is there.
            all.push(PlanRuleFacts::default());
            for field in RULE_FIELDS {
                note(&mut unread, &format!("rules[].{field}"), more.to_vec());
            }
        }
        facts.rules = Fact::Read(all);
    } else {
        unread.insert("rules".to_owned(), why_unread(join.index.shard, resource, "rules"));
    }
    let empty = Selects::default();
    let selects = links.by_plan.get(resource.arn.as_str()).unwrap_or(&empty);
    let mut listing = join.index.missing(&["backup:ListBackupSelections"]);
    listing.extend(links.in_doubt.iter().cloned());
    if listing.is_empty() {
        let of_plan = |selection: &&(_, _)| selection_plan(selection) == Some(&resource.arn);
        facts.selections = Fact::Read(join.plans.selections.iter().filter(of_plan).count() as i64);
    } else {
        unread.insert("selections".to_owned(), listing);
    }
    let refused =
        join.plans.selections.iter().filter(|selection| selection_plan(selection) == Some(&resource.arn) && is_refused(selection));
    facts.refused_selections = Fact::Read(refused.map(|(selection, _)| title(selection.resource)).collect());
    let unique: BTreeMap<&str, &Resource> = selects.resources.iter().map(|resource| (resource.arn.as_str(), *resource)).collect();
    let types: BTreeSet<String> = unique.values().map(|resource| join.backup_type(resource).to_owned()).collect();
    // Many resources have the same reason.
    let reasons: BTreeSet<String> = links.unread.iter().chain(&selects.unread).chain(&links.in_doubt).cloned().collect();
    let reasons = Vec::from_iter(reasons);
    let (others, uncertain) = uncollected(join, resource);
    let selected = unique.len() as i64 + others;
    // One selected resource is enough to know that there is one.
    if selected > 0 || (reasons.is_empty() && uncertain.is_empty()) {
        facts.selected = Fact::Read(selected);
    } else {
        unread.insert("selected".to_owned(), reasons.iter().cloned().chain(uncertain).collect());
    }
    if reasons.is_empty() {
        facts.selected_types = Fact::Read(types.into_iter().collect());
    } else {
        unread.insert("selected_types".to_owned(), reasons.clone());
    }
    let owing = unique.iter().filter(|(arn, _)| !links.reproducible.contains(*arn)).map(|(arn, resource)| (*arn, *resource)).collect();
    let mut rules_unread = join.plans.rules_unread.get(resource.arn.as_str()).cloned().unwrap_or_default();
    rules_unread.extend_from_slice(resource.unsettled(&more_path("rules")));
    if rules.iter().any(|rule| rule.rule.continuous.is_unread()) {
        rules_unread.extend(why_unread(join.index.shard, resource, "rules[].continuous"));
    }
    match without_pitr(join, &owing, rules, &reasons, &rules_unread) {
        Ok(arns) => facts.selected_without_pitr = Fact::Read(arns),
        Err(reasons) => drop(unread.insert("selected_without_pitr".to_owned(), reasons)),
    }
    Joined { facts: Facts::Plan(facts), unread }
}

/// Resources of types that the inventory does not have: how many the plan's jobs and recovery points show, and the entries of its
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

/// Whether AWS Backup will refuse a selection of a template.
fn is_refused((selection, matcher): &(&Typed<backup::BackupSelection>, Selection)) -> bool {
    selection.resource.declared.is_some() && matcher.names_nothing() == Some(true)
}

/// The selected resources that AWS Backup could back up continuously, and that neither the plan nor they themselves back up continuously.
fn without_pitr(
    join: &Join,
    selected: &BTreeMap<&str, &Resource>,
    rules: &[PlannedRule],
    reasons: &[String],
    rules_unread: &[String],
) -> Result<Vec<String>, Vec<String>> {
    if !reasons.is_empty() {
        return Err(reasons.to_vec());
    }
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
    if !found.is_empty() && !rules_unread.is_empty() {
        return Err(rules_unread.to_vec());
    }
    Ok(found)
}

/// The fields of a rule's facts.
const RULE_FIELDS: [&str; 10] = [
    "name",
    "schedule",
    "interval_seconds",
    "window_seconds",
    "continuous",
    "retention_days",
    "vault",
    "vault_exists",
    "vault_locked",
    "copies",
];

fn rule_facts(join: &Join, plan: &Resource, planned: &PlannedRule, unread: &mut Unread) -> PlanRuleFacts {
    let rule = &planned.rule;
    let default = |schedule: &Option<String>| schedule.clone().unwrap_or_else(|| DEFAULT_SCHEDULE.to_owned());
    let windows = rule.start_window_minutes.read().zip(rule.completion_window_minutes.read());
    let mut facts = PlanRuleFacts {
        name: rule.name.clone(),
        schedule: rule.schedule.read().map_or(Fact::Unread, |schedule| Fact::Read(default(schedule))),
        interval_seconds: planned.interval_seconds.clone(),
        window_seconds: windows.map_or(Fact::Unread, |_| Fact::Read(planned.windows().num_seconds())),
        continuous: rule.continuous.clone(),
        retention_days: rule.retention_days.clone(),
        vault: rule.vault.clone(),
        ..PlanRuleFacts::default()
    };
    let why = |part: &str| why_unread(join.index.shard, plan, &format!("rules[].{part}"));
    if rule.schedule.is_unread() {
        note(unread, "rules[].schedule", why("schedule"));
        note(unread, "rules[].interval_seconds", why("schedule"));
    } else if planned.schedule.is_none() {
        facts.interval_seconds = Fact::Unread;
        note(unread, "rules[].interval_seconds", vec![format!("the schedule of rule {} cannot be understood", planned.name())]);
    }
    for (window, is_unread) in [
        ("start_window_minutes", rule.start_window_minutes.is_unread()),
        ("completion_window_minutes", rule.completion_window_minutes.is_unread()),
    ] {
        if is_unread {
            note(unread, "rules[].window_seconds", why(window));
        }
    }
    for (part, is_unread) in [
        ("name", rule.name.is_unread()),
        ("continuous", rule.continuous.is_unread()),
        ("retention_days", rule.retention_days.is_unread()),
        ("vault", rule.vault.is_unread()),
        ("copies", rule.copies.is_unread()),
    ] {
        if is_unread {
            note(unread, &format!("rules[].{part}"), why(part));
        }
    }
    let vault = match rule.vault.read() {
        Some(vault) => join.summaries.vault(&vault_arn(plan, vault)),
        None => Err(why("vault")),
    };
    match vault {
        Ok(vault) => {
            facts.vault_exists = Fact::Read(vault.is_some());
            facts.vault_locked = locked(vault);
        }
        Err(reasons) => {
            note(unread, "rules[].vault_exists", reasons.clone());
            note(unread, "rules[].vault_locked", reasons);
        }
    }
    if let Some(copies) = rule.copies.read() {
        facts.copies = Fact::Read(copies.iter().map(|copy| destination(join, plan, copy, unread)).collect());
    }
    facts
}

/// Why nobody can tell whether a template's places differ.
const SYMBOLIC: &str = "the template's account and Region are not known (give them with --account and --region)";

/// Whether a vault is locked; one that does not exist is not.
fn locked(vault: Option<&VaultSummary>) -> Fact<bool> {
    vault.map_or(Fact::Read(false), |vault| vault.locked.map_or(Fact::Unread, Fact::Read))
}

fn destination(join: &Join, plan: &Resource, copy: &backup::CopyAction, unread: &mut Unread) -> DestinationFacts {
    let why = |part: &str| why_unread(join.index.shard, plan, &format!("rules[].copies[].{part}"));
    let mut facts = DestinationFacts {
        vault_arn: copy.destination_vault_arn.clone(),
        retention_days: copy.retention_days.clone(),
        ..DestinationFacts::default()
    };
    if copy.retention_days.is_unread() {
        note(unread, "rules[].copies[].retention_days", why("retention_days"));
    }
    let Some(vault_arn) = copy.destination_vault_arn.read() else {
        for field in ["vault_arn", "account", "region", "other_account", "other_region", "exists", "locked"] {
            note(unread, &format!("rules[].copies[].{field}"), why("destination_vault_arn"));
        }
        return facts;
    };
    let (account, region) = (arn::account(vault_arn), arn::region(vault_arn));
    facts.account = account.to_owned().into();
    facts.region = region.to_owned().into();
    facts.other_account = arn::differ(account, &plan.account);
    facts.other_region = arn::differ(region, &plan.region);
    for (field, fact) in [("other_account", &facts.other_account), ("other_region", &facts.other_region)] {
        if fact.is_unread() {
            note(unread, &format!("rules[].copies[].{field}"), vec![SYMBOLIC.to_owned()]);
        }
    }
    match join.summaries.vault(vault_arn) {
        Ok(vault) => {
            facts.exists = Fact::Read(vault.is_some());
            facts.locked = locked(vault);
        }
        Err(reasons) => {
            if copies::shows_vault(join, vault_arn) {
                facts.exists = Fact::Read(true);
            } else {
                note(unread, "rules[].copies[].exists", reasons.clone());
            }
            note(unread, "rules[].copies[].locked", reasons);
        }
    }
    facts
}
