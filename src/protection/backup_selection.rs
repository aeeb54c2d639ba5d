//! Backup selections: what they select, and the ARNs they name that do not exist.

use super::context::Join;
use super::facts::{Facts, SelectionFacts, Told};
use super::links::Links;
use super::points::is_local;
use super::role::{BACKUP, role_facts};
use super::selection::Selection;
use super::title::title;
use super::unread::why_unread;
use crate::inventory::types::backup;
use crate::inventory::{Outcome, Resource, more_path, unless};

/// The facts of a backup selection.
pub fn selection_facts(join: &Join, links: &Links, resource: &Resource) -> Facts {
    let Some(properties) = resource.get::<backup::BackupSelection>() else { return SelectionFacts::default().into() };
    let plan = properties.plan_arn.read().and_then(|plan| join.plans.plans.get(plan.as_str()));
    let no_plan = || vec!["the selection's plan is not in the inventory".to_owned()];
    let selected = links.by_selection.get(resource.arn.as_str()).map(|selects| {
        let reasons = links.unread.iter().chain(&selects.unread).cloned().collect();
        unless(reasons, selects.resources.len() as i64)
    });
    let (dangling_arns, unchecked_arns) = match named_arns(join, resource, properties) {
        Ok((dangling, unchecked)) => (dangling, unchecked),
        Err(reasons) => (Err(reasons.clone()), Err(reasons)),
    };
    let (role_exists, role_assumable) = role_facts(join, resource, &properties.role_arn, BACKUP);
    SelectionFacts {
        plan: plan.map(|plan| title(plan)).ok_or_else(no_plan).into(),
        refused: refused(join, resource, properties).into(),
        selected: selected.map(Told::from).unwrap_or_default(),
        dangling_arns: dangling_arns.into(),
        unchecked_arns: unchecked_arns.into(),
        role_exists,
        role_assumable,
    }
    .into()
}

/// Whether AWS Backup refuses the selection.
fn refused(join: &Join, resource: &Resource, properties: &backup::BackupSelection) -> Outcome<bool> {
    match Selection::new(properties, resource.declared.as_deref()).names_nothing() {
        Some(nothing) if !nothing || resource.declared.is_some() => Ok(nothing),
        Some(_) => Err(vec!["it names neither resources nor tags, which AWS Backup refuses".to_owned()]),
        None => {
            let lists = [("resources", properties.resources.is_unread()), ("list_of_tags", properties.list_of_tags.is_unread())];
            let unread_lists = lists.into_iter().filter(|(_, is_unread)| *is_unread);
            Err(unread_lists.flat_map(|(list, _)| why_unread(join.index.shard, resource, list)).collect())
        }
    }
}

/// The literal ARNs that match no resource, and the literal ARNs that the audit cannot check.
type NamedArns = (Outcome<Vec<String>>, Outcome<Vec<String>>);

fn named_arns(join: &Join, resource: &Resource, properties: &backup::BackupSelection) -> Outcome<NamedArns> {
    let patterns = properties.resources.or_why(|| why_unread(join.index.shard, resource, "resources"))?;
    let more = resource.unsettled(&more_path("resources"));
    let mut dangling = Vec::new();
    let mut unchecked = Vec::new();
    for literal in patterns.into_iter().filter(|pattern| !pattern.contains('*')) {
        if join.existing.contains_key(literal.as_str()) {
            continue;
        }
        match join.listing_of(&literal) {
            Some(operation) if is_local(&literal, &resource.account, &resource.region) && join.index.missing(&[operation]).is_empty() => {
                dangling.push(literal)
            }
            _ => unchecked.push(literal),
        }
    }
    // One missing ARN is enough for an answer; to say that none is missing, the audit must check all of them.
    let unlooked = unchecked.iter().map(|arn| format!("nobody looked whether {arn} exists")).chain(more.iter().cloned());
    let reasons = if dangling.is_empty() { unlooked.collect() } else { Vec::new() };
    Ok((unless(reasons, dangling), unless(more.to_vec(), unchecked)))
}
