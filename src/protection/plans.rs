//! Backup plans and selections: what they select, where they write to.

use super::data::{Join, Unread};
use super::facts::{DestinationFacts, Facts, Joined, PlanFacts, PlanRuleFacts, SelectionFacts};
use super::points::is_local;
use super::reach::{PLAN_OPERATIONS, PlannedRule, plan_in_doubt, reaches, title};
use super::selection::{Match, Selection};
use super::summary::VaultSummary;
use super::{copies, opt_in};
use crate::inventory::types::{self, backup};
use crate::inventory::{Fact, Resource, arn, more_path, note};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What a plan or a selection selects.
#[derive(Default)]
pub struct Selects<'a> {
    pub resources: Vec<&'a Resource>,
    pub unread: BTreeSet<String>,
}

/// Which resources each plan and each selection select, worked out once for the shard.
#[derive(Default)]
pub struct Links<'a> {
    pub by_plan: HashMap<&'a str, Selects<'a>>,
    pub by_selection: HashMap<&'a str, Selects<'a>>,
    /// AWS Backup types of selected resources.
    pub selected_types: BTreeSet<String>,
    /// ARNs of data that owes no backup.
    pub reproducible: HashSet<&'a str>,
    pub unread: Vec<String>,
    /// Why a selection may be one of any plan.
    in_doubt: Vec<String>,
}

impl<'a> Links<'a> {
    /// Matches every selection against every data resource.
    pub fn of(join: &Join<'a>, data: &[(&'a Resource, &Joined, bool)]) -> Self {
        // What is selected is known of data that is known.
        let listings = types::data_types().map(|info| info.operation);
        let needed: Vec<&str> = PLAN_OPERATIONS.into_iter().chain(listings).collect();
        let mut links = Links { unread: join.index.missing(&needed), ..Links::default() };
        links.reproducible =
            data.iter().filter(|(_, _, reproducible)| *reproducible).map(|(resource, _, _)| resource.arn.as_str()).collect();
        let of_no_plan = |selection: &&(&super::index::Typed<backup::BackupSelection>, Selection)| {
            selection_plan(selection).is_none_or(|plan| !join.plans.plans.contains_key(plan.as_str()))
        };
        links.in_doubt = join.plans.selections.iter().filter(of_no_plan).filter_map(|(selection, _)| plan_in_doubt(selection)).collect();
        for (selection, matcher) in &join.plans.selections {
            let mut selects = Selects::default();
            for (resource, _, _) in data {
                match reaches(selection.resource, matcher, resource) {
                    Match::Selected(_) => {
                        selects.resources.push(*resource);
                        links.selected_types.insert(opt_in::backup_type(resource).to_owned());
                    }
                    Match::NotSelected => {}
                    Match::Unknown { why, tags } => selects.unread.extend(super::why_undecided(join.index.shard, resource, why, &tags)),
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

/// The facts of a backup plan.
pub fn plan(join: &Join, links: &Links, resource: &Resource) -> Joined {
    let mut facts = PlanFacts::default();
    let mut unread = Unread::new();
    let rules_read = resource.properties.contains_key("rules");
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
        unread.insert("rules".to_owned(), super::why_unread(join.index.shard, resource, "rules"));
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
    let types: BTreeSet<String> = unique.values().map(|resource| opt_in::backup_type(resource).to_owned()).collect();
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
        rules_unread.extend(super::why_unread(join.index.shard, resource, "rules[].continuous"));
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

/// Whether the inventory has the resources that an ARN or pattern names.
fn is_collected(arn: &str) -> bool {
    listing_of(arn).is_some() || arn::service(arn) == "s3"
}

fn selection_plan<'a>(selection: &'a (&super::index::Typed<backup::BackupSelection>, Selection)) -> Option<&'a String> {
    selection.0.properties.plan_arn.read()
}

/// Whether AWS Backup will refuse a selection of a template.
fn is_refused((selection, matcher): &(&super::index::Typed<backup::BackupSelection>, Selection)) -> bool {
    selection.resource.declared.is_some() && matcher.names_nothing() == Some(true)
}

/// The selected S3, RDS and Aurora resources that neither the plan nor they themselves back up continuously.
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
        if !["S3", "RDS", "Aurora"].contains(&opt_in::backup_type(resource)) {
            continue;
        }
        let property = if resource.type_name == "AWS::S3::Bucket" { "versioning" } else { "backup_retention_days" };
        match resource.properties.get(property) {
            None => return Err(super::why_unread(join.index.shard, resource, property)),
            Some(serde_json::Value::Number(days)) if days.as_i64().is_some_and(|days| days > 0) => {}
            Some(_) => found.push((*arn).to_owned()),
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
    let default = |schedule: &Option<String>| schedule.clone().unwrap_or_else(|| super::schedule::DEFAULT.to_owned());
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
    let why = |part: &str| super::why_unread(join.index.shard, plan, &format!("rules[].{part}"));
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

/// A plan names its target vault; the vault is in the plan's own account and Region.
pub fn vault_arn(plan: &Resource, vault: &str) -> String {
    let partition = arn::partition(&plan.arn);
    format!("arn:{partition}:backup:{}:{}:backup-vault:{vault}", plan.region, plan.account)
}

fn destination(join: &Join, plan: &Resource, copy: &backup::CopyAction, unread: &mut Unread) -> DestinationFacts {
    let why = |part: &str| super::why_unread(join.index.shard, plan, &format!("rules[].copies[].{part}"));
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

/// The facts of a backup selection.
pub fn selection(join: &Join, links: &Links, resource: &Resource) -> Joined {
    let mut facts = SelectionFacts::default();
    let mut unread = Unread::new();
    let properties = resource.properties_as::<backup::BackupSelection>().unwrap_or_default();
    let plan = properties.plan_arn.read().and_then(|plan| join.plans.plans.get(plan.as_str()));
    match plan {
        Some(plan) => facts.plan = title(plan).into(),
        None => drop(unread.insert("plan".to_owned(), vec!["the selection's plan is not in the inventory".to_owned()])),
    }
    if let Some(selects) = links.by_selection.get(resource.arn.as_str()) {
        let reasons: Vec<String> = links.unread.iter().chain(&selects.unread).cloned().collect();
        if reasons.is_empty() {
            facts.selected = Fact::Read(selects.resources.len() as i64);
        } else {
            unread.insert("selected".to_owned(), reasons);
        }
    }
    match Selection::of(&properties, resource.declared.as_deref()).names_nothing() {
        Some(nothing) if !nothing || resource.declared.is_some() => facts.refused = Fact::Read(nothing),
        Some(_) => {
            drop(unread.insert("refused".to_owned(), vec!["it names neither resources nor tags, which AWS Backup refuses".to_owned()]))
        }
        None => {
            let lists = ["resources", "list_of_tags"].into_iter().filter(|list| !resource.properties.contains_key(*list));
            drop(unread.insert("refused".to_owned(), lists.flat_map(|list| super::why_unread(join.index.shard, resource, list)).collect()));
        }
    }
    let more = resource.unsettled(&more_path("resources"));
    let Some(patterns) = properties.resources.read() else {
        let reasons = super::why_unread(join.index.shard, resource, "resources");
        unread.insert("dangling_arns".to_owned(), reasons.clone());
        unread.insert("unchecked_arns".to_owned(), reasons);
        return Joined { facts: Facts::Selection(facts), unread };
    };
    let mut dangling = Vec::new();
    let mut unchecked = Vec::new();
    for literal in patterns.iter().filter(|pattern| !pattern.contains('*')) {
        if join.existing.contains(literal.as_str()) {
            continue;
        }
        match listing_of(literal) {
            Some(operation) if is_local(literal, &resource.account, &resource.region) && join.index.missing(&[operation]).is_empty() => {
                dangling.push(literal.clone())
            }
            _ => unchecked.push(literal.clone()),
        }
    }
    // One that is gone is enough to know; that none is needs all of them to be looked for.
    if dangling.is_empty() && !(unchecked.is_empty() && more.is_empty()) {
        let reasons = unchecked.iter().map(|arn| format!("nobody looked whether {arn} exists"));
        unread.insert("dangling_arns".to_owned(), reasons.chain(more.iter().cloned()).collect());
    } else {
        facts.dangling_arns = Fact::Read(dangling);
    }
    if more.is_empty() {
        facts.unchecked_arns = Fact::Read(unchecked);
    } else {
        unread.insert("unchecked_arns".to_owned(), more.to_vec());
    }
    Joined { facts: Facts::Selection(facts), unread }
}

/// The operation that lists all resources of an ARN's form, when the inventory has them.
pub fn listing_of(resource_arn: &str) -> Option<&'static str> {
    let resource = arn::resource(resource_arn);
    let type_name = match arn::service(resource_arn) {
        "ec2" if resource.starts_with("volume/") => "AWS::EC2::Volume",
        "ec2" if resource.starts_with("instance/") => "AWS::EC2::Instance",
        "rds" if resource.starts_with("db:") => "AWS::RDS::DBInstance",
        "rds" if resource.starts_with("cluster:") => "AWS::RDS::DBCluster",
        "dynamodb" if resource.starts_with("table/") => "AWS::DynamoDB::Table",
        "elasticfilesystem" if resource.starts_with("file-system/") => "AWS::EFS::FileSystem",
        // A bucket's ARN names no account: one that is not here may be in another Region.
        _ => return None,
    };
    types::find(type_name).map(|info| info.operation)
}
