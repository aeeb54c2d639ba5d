//! Everything known of one resource, from the audit's own facts and findings. Reads no sources, renders nothing.

mod answer;
mod change;
pub mod document;
mod explained;
mod stored;
mod wanted;

use super::judge::{Judge, Judged, Templates};
use super::options::Options;
use super::policy::Policy;
use super::{Input, JudgeShard, chosen};
use crate::inventory::document::DocumentError;
use crate::inventory::{GLOBAL, Shard};
use crate::protection::{self, Summaries};
use crate::rules::RuleSet;
pub use answer::Answer;
use chrono::{DateTime, Utc};
use document::Explanation;
pub use explained::Explained;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
pub use stored::of_findings;
use wanted::Nearest;
pub use wanted::{Named, Wanted};

/// Explains a resource of an inventory. `options` name it in `explain`.
///
/// # Errors
/// An inventory file that is wrong.
pub fn run(input: &Input, rules: &RuleSet, policy: &Policy, wanted: &Wanted, options: Options) -> Result<Answer, DocumentError> {
    let (mut summaries, mut captured_at) = (Vec::new(), None);
    let mut places = BTreeSet::new();
    input.each(|shard| {
        captured_at = captured_at.max(shard.captured_at);
        summaries.push(protection::summarise(shard));
        if shard.resources.iter().any(|resource| wanted.is(resource)) {
            places.insert((shard.account.clone(), shard.region.clone()));
        }
        Ok(())
    })?;
    let summaries = summaries.into_iter().collect::<Summaries>().with_ledger(options.ledger.clone());
    let as_of = options.as_of.or(captured_at).unwrap_or_else(Utc::now);
    let chosen = chosen(rules, policy, &options);
    let options = Options { explain: Some(wanted.clone()), ..options };
    let judge = Judge::new(&chosen, policy, as_of, &options, None);
    let mut found = Vec::new();
    if !places.is_empty() {
        input.each(|shard| {
            if places.contains(&(shard.account.clone(), shard.region.clone())) {
                found.extend(explanations(&judge, shard, &summaries, as_of, &options.source));
            }
            Ok(())
        })?;
    }
    let mut nearest = Nearest::default();
    if found.is_empty() {
        input.each(|shard| {
            add_names(&judge, shard, wanted, &mut nearest);
            Ok(())
        })?;
    }
    Ok(answer(found, nearest))
}

/// Explains a resource of templates; `read` as for [`super::run_templates`].
///
/// # Errors
/// Those of `read`.
pub fn run_templates<E>(
    read: impl FnOnce(&JudgeShard) -> Result<Vec<Judged>, E>,
    templates: Templates,
    rules: &RuleSet,
    policy: &Policy,
    wanted: &Wanted,
    options: Options,
) -> Result<Answer, E> {
    let as_of = options.as_of.unwrap_or_else(Utc::now);
    let chosen = chosen(rules, policy, &options);
    let options = Options { explain: Some(wanted.clone()), ..options };
    let judge = Judge::new(&chosen, policy, as_of, &options, Some(templates));
    let all = Mutex::new((Vec::new(), Nearest::default()));
    let explain = |shard: &Shard| {
        let source = shard.source.clone().unwrap_or_else(|| options.source.clone());
        let of_shard = if shard.resources.iter().any(|resource| resource.declared.is_some() && wanted.is(resource)) {
            explanations(&judge, shard, &std::iter::once(protection::summarise(shard)).collect(), as_of, &source)
        } else {
            Vec::new()
        };
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        all.0.extend(of_shard);
        add_names(&judge, shard, wanted, &mut all.1);
        Judged::default()
    };
    read(&explain)?;
    let (mut found, nearest) = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by(|a, b| a.resource.arn.cmp(&b.resource.arn));
    Ok(answer(found, nearest))
}

fn explanations(judge: &Judge, shard: &Shard, summaries: &Summaries, as_of: DateTime<Utc>, source: &str) -> Vec<Explanation> {
    let explained = judge.shard(shard, summaries).explained;
    let alone = explained.len() == 1;
    let explain = |explained: Explained| {
        // Several are only listed.
        let change = if alone { change::smallest(judge, shard, summaries, &explained, as_of) } else { None };
        explained.document(shard, as_of, source, change)
    };
    explained.into_iter().map(explain).collect()
}

/// The names of the resources that can be explained.
fn add_names(judge: &Judge, shard: &Shard, wanted: &Wanted, nearest: &mut Nearest) {
    let in_template = shard.coverage.template;
    let explained =
        |resource: &&crate::inventory::Resource| judge.knows(&resource.type_name) && (!in_template || resource.declared.is_some());
    shard.resources.iter().filter(explained).for_each(|resource| nearest.add(wanted, resource));
}

fn answer(mut found: Vec<Explanation>, nearest: Nearest) -> Answer {
    // An account's own shard has what belongs to no Region.
    if found.len() > 1 && found.iter().any(|one| one.resource.region != GLOBAL) {
        let regional: BTreeSet<String> =
            found.iter().filter(|one| one.resource.region != GLOBAL).map(|one| one.resource.arn.clone()).collect();
        found.retain(|one| one.resource.region != GLOBAL || !regional.contains(&one.resource.arn));
    }
    match found.len() {
        0 => Answer::Nothing(nearest.found()),
        1 => found.pop().map_or_else(|| Answer::Nothing(Vec::new()), |one| Answer::One(Box::new(one))),
        _ => Answer::Several(found.iter().map(|one| Named::from(&one.resource)).collect()),
    }
}
