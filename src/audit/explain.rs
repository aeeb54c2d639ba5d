//! Everything known of one resource, from the audit's own facts and findings. Reads no sources, renders nothing.

mod answer;
mod change;
pub mod document;
mod explained;
mod found;
mod stored;
mod wanted;

use super::judge::{Judge, Judged, Templates};
use super::options::Options;
use super::policy::Policy;
use super::unread::is_unanswered;
use super::{Input, JudgeShard, chosen};
use crate::inventory::Shard;
use crate::inventory::document::DocumentError;
use crate::protection::{self, Summaries};
use crate::rules::RuleSet;
pub use answer::{Answer, Missing};
use chrono::{DateTime, Utc};
use document::Explanation;
pub use explained::Explained;
pub use found::Found;
use std::collections::BTreeSet;
pub use stored::of_findings;
pub use wanted::{Named, Wanted};

/// Explains a resource of an inventory. `options` name it in `explain`.
///
/// # Errors
/// An inventory file that is wrong.
pub fn run(input: &Input, rules: &RuleSet, policy: &Policy, wanted: &Wanted, options: Options) -> Result<Answer, DocumentError> {
    let (mut summaries, mut captured_at) = (Vec::new(), None);
    let mut places = BTreeSet::new();
    let mut found = Found::default();
    input.each_once(|shard| {
        captured_at = captured_at.max(shard.captured_at);
        summaries.push(protection::summarise(shard));
        if shard.resources.iter().any(|resource| wanted.is(resource)) {
            places.insert((shard.account.clone(), shard.region.clone()));
        }
        found.places.insert((shard.account.clone(), shard.region.clone()));
        found.unread.extend(shard.coverage.entries.iter().filter(|entry| is_unanswered(entry.status)).cloned());
        Ok(())
    })?;
    let summaries = summaries.into_iter().collect::<Summaries>().with_ledger(options.ledger.clone());
    let as_of = options.as_of.or(captured_at).unwrap_or_else(Utc::now);
    let chosen = chosen(rules, policy, &options);
    let options = Options { explain: Some(wanted.clone()), ..options };
    let judge = Judge::new(&chosen, policy, as_of, &options, None);
    if !places.is_empty() {
        input.each(|shard| {
            if places.contains(&(shard.account.clone(), shard.region.clone())) {
                found.explanations.extend(explanations(&judge, shard, &summaries, as_of, &options.source));
            }
            Ok(())
        })?;
    }
    if found.explanations.is_empty() {
        input.each(|shard| {
            found.add_names(|name| judge.knows(name), shard, wanted);
            Ok(())
        })?;
    }
    Ok(found.answer(wanted))
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
    // `read` leaves out the stacks that another one nests, so each answer stays with its stack.
    let explain = |shard: &Shard| {
        let mut found = Found::default();
        let source = shard.source.clone().unwrap_or_else(|| options.source.clone());
        if shard.resources.iter().any(|resource| resource.declared.is_some() && wanted.is(resource)) {
            found.explanations = explanations(&judge, shard, &std::iter::once(protection::summarise(shard)).collect(), as_of, &source);
        }
        found.add_names(|name| judge.knows(name), shard, wanted);
        Judged { found, unread: shard.coverage.unread_of_template().cloned().collect(), ..Judged::default() }
    };
    let mut all = Found::default();
    for judged in read(&explain)? {
        all.add(judged.found);
        all.unread.extend(judged.unread);
    }
    all.explanations.sort_by(|a, b| a.resource.arn.cmp(&b.resource.arn));
    Ok(all.answer(wanted))
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
