//! Backup selections: what they select, and what they name that is not there.

use super::context::Join;
use super::facts::{Facts, Joined, SelectionFacts};
use super::links::Links;
use super::points::is_local;
use super::selection::Selection;
use super::title::title;
use super::unread::{Unread, why_unread};
use crate::inventory::types::backup;
use crate::inventory::{Fact, Resource, more_path};

/// The facts of a backup selection.
pub fn selection_facts(join: &Join, links: &Links, resource: &Resource) -> Joined {
    let mut facts = SelectionFacts::default();
    let mut unread = Unread::new();
    let Some(properties) = resource.get::<backup::BackupSelection>() else {
        return Joined { facts: Facts::Selection(facts), unread };
    };
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
    match Selection::new(properties, resource.declared.as_deref()).names_nothing() {
        Some(nothing) if !nothing || resource.declared.is_some() => facts.refused = Fact::Read(nothing),
        Some(_) => {
            drop(unread.insert("refused".to_owned(), vec!["it names neither resources nor tags, which AWS Backup refuses".to_owned()]))
        }
        None => {
            let lists = [("resources", properties.resources.is_unread()), ("list_of_tags", properties.list_of_tags.is_unread())];
            let unread_lists = lists.into_iter().filter(|(_, is_unread)| *is_unread);
            let reasons = unread_lists.flat_map(|(list, _)| why_unread(join.index.shard, resource, list)).collect();
            drop(unread.insert("refused".to_owned(), reasons));
        }
    }
    let more = resource.unsettled(&more_path("resources"));
    let Some(patterns) = properties.resources.read() else {
        let reasons = why_unread(join.index.shard, resource, "resources");
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
        match join.listing_of(literal) {
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
