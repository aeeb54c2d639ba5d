//! Judges an inventory as if templates were deployed: which data their plans and policies would reach, lose or miss. Reads no templates.

mod compare;
mod deploy;
pub mod document;
mod earlier;
mod runs;
mod vaults;

use super::judge::{Judge, Judged};
use super::options::Options;
use super::policy::Policy;
use super::standing::Standing;
use super::{Input, chosen};
use crate::inventory::document::DocumentError;
use crate::inventory::{GLOBAL, Shard};
use crate::protection::{self, Summaries};
use crate::rules::RuleSet;
use chrono::{DateTime, Utc};
use compare::{Pair, Side};
use deploy::Deployed;
use document::{Counts, Coverage, Place, SCHEMA, WhatIf};
use std::collections::{BTreeMap, BTreeSet};

/// Reads the templates for an account and a Region; `None` where they are not deployed.
pub type Stacks<'s> = dyn Fn(&str, &str) -> Option<Vec<Shard>> + 's;

/// Judges an inventory before and after a deployment.
///
/// Also returns the names of the declarations that were deployed somewhere.
///
/// # Errors
/// An inventory file that is wrong, or two that hold the same account and Region.
pub fn run(
    input: &Input,
    stacks: &Stacks,
    rules: &RuleSet,
    policy: &Policy,
    options: &Options,
) -> Result<(WhatIf, BTreeSet<String>), DocumentError> {
    let (mut before, mut captured_at) = (Vec::new(), None);
    input.each_once(|shard| {
        captured_at = captured_at.max(shard.captured_at);
        before.push(protection::summarise(shard));
        Ok(())
    })?;
    let as_of = options.as_of.or(captured_at).unwrap_or_else(Utc::now);
    // Plans and policies are Regional.
    let is_regional = |shard: &&Shard| shard.region != GLOBAL;
    let deployed = |shard: &Shard| {
        let stacks = Some(shard).filter(is_regional).and_then(|shard| stacks(&shard.account, &shard.region));
        stacks.map(|stacks| deploy::deploy(shard, &stacks, as_of))
    };
    let mut after = Vec::new();
    input.each(|shard| {
        after.push(deployed(shard).map_or_else(|| protection::summarise(shard), |deployed| protection::summarise(&deployed.shard)));
        Ok(())
    })?;
    let with_ledger = |summaries: Vec<_>| summaries.into_iter().collect::<Summaries>().with_ledger(options.ledger.clone());
    let (before, after) = (with_ledger(before), with_ledger(after));

    let chosen = chosen(rules, policy, options);
    let options = Options { standings: true, source: options.source.clone(), ..Options::default() };
    let judge = Judge::new(&chosen, policy, as_of, &options, None);
    let mut found = empty(as_of, rules, policy, &options);
    let mut declared = BTreeSet::new();
    input.each(|shard| {
        let was = judge.shard(shard, &before);
        let deployed = deployed(shard);
        let is = judge.shard(deployed.as_ref().map_or(shard, |deployed| &deployed.shard), &after);
        if let Some(deployed) = &deployed {
            found.changes.extend(deployed.changes.iter().cloned());
            found.places.push(Place { account: shard.account.clone(), region: shard.region.clone() });
            declared.extend(deployed.declared.iter().cloned());
        }
        found.compare(shard, deployed.as_ref(), was, is, as_of);
        Ok(())
    })?;
    found.finish();
    Ok((found, declared))
}

/// The names of the declarations that protect data.
pub fn protecting(stacks: &[Shard]) -> BTreeSet<String> {
    deploy::protecting(stacks).map(|resource| resource.uid().to_owned()).collect()
}

fn empty(as_of: DateTime<Utc>, rules: &RuleSet, policy: &Policy, options: &Options) -> WhatIf {
    WhatIf {
        schema: SCHEMA.to_owned(),
        rel9_version: env!("CARGO_PKG_VERSION").to_owned(),
        as_of,
        source: options.source.clone(),
        policy_digest: policy.digest().map(str::to_owned),
        rules_digest: rules.digest(),
        places: Vec::new(),
        summary: Counts::default(),
        coverage: Coverage::default(),
        changes: Vec::new(),
        lost: Vec::new(),
        gained: Vec::new(),
        moved: Vec::new(),
        unknown: Vec::new(),
        still_unprotected: Vec::new(),
        findings: Vec::new(),
        notes: Vec::new(),
    }
}

impl WhatIf {
    fn compare(&mut self, shard: &Shard, deployed: Option<&Deployed>, was: Judged, is: Judged, as_of: DateTime<Utc>) {
        let none = BTreeSet::new();
        let planned = deployed.map_or(&none, |deployed| &deployed.planned);
        let then = deployed.map_or(shard, |deployed| &deployed.shard);
        let sides = [Side { runs: runs::runs(shard, as_of), planned: &none }, Side { runs: runs::runs(then, as_of), planned }];
        let unread = deployed.map_or(&[][..], |deployed| &deployed.unread);
        let nothing = BTreeMap::new();
        let useless = [vaults::plans_without_vault(shard), vaults::plans_without_vault(then)];
        let perhaps_changed = deployed.map_or(&nothing, |deployed| &deployed.perhaps_changed);
        let before: BTreeMap<&str, &Standing> =
            was.standings.iter().map(|(resource, standing)| (resource.arn.as_str(), standing)).collect();
        for (resource, standing) in &is.standings {
            let earlier = before.get(resource.arn.as_str());
            // What a plan leaves may no longer count as data.
            if !standing.counted && !earlier.is_some_and(|earlier| earlier.counted) {
                continue;
            }
            // Where nothing is deployed, nothing changes for the data.
            if deployed.is_none() {
                *(if standing.exempt { &mut self.summary.exempt } else { &mut self.summary.unaffected }) += 1;
            } else if let Some(before) = earlier {
                let before = &before.without(&useless[0], &nothing);
                let after = &standing.without(&useless[1], perhaps_changed);
                self.add(&Pair { resource, before, after }, [&sides[0], &sides[1]], unread);
            }
        }
        self.findings.extend(compare::findings(&was.findings, &is.findings));
        self.coverage.before.add(&was.coverage);
        self.coverage.after.add(&is.coverage);
    }

    /// Sorts and counts.
    fn finish(&mut self) {
        for list in [&mut self.lost, &mut self.gained, &mut self.moved, &mut self.unknown, &mut self.still_unprotected] {
            list.sort_by(|a, b| a.resource.place().cmp(&b.resource.place()));
        }
        self.findings.sort_by(|a, b| (!a.worse, a.resource.place(), &a.rule).cmp(&(!b.worse, b.resource.place(), &b.rule)));
        self.changes.sort_by(|a, b| (&a.account, &a.region, &a.type_name, &a.name).cmp(&(&b.account, &b.region, &b.type_name, &b.name)));
        self.places.sort();
        let count = |list: &Vec<document::Changed>| list.len() as u64;
        self.summary = Counts {
            lost: count(&self.lost),
            gained: count(&self.gained),
            moved: count(&self.moved),
            unknown: count(&self.unknown),
            still_unprotected: count(&self.still_unprotected),
            worse_findings: self.findings.iter().filter(|finding| finding.worse).count() as u64,
            ..self.summary.clone()
        };
        self.coverage.before = self.coverage.before.clone().with_percent();
        self.coverage.after = self.coverage.after.clone().with_percent();
        let is_new = |changed: &&document::Changed| changed.after.state != Some(crate::protection::facts::State::Protected);
        let expected = self.gained.iter().filter(is_new).count() as u64;
        let after = &self.coverage.after;
        let hoped = crate::audit::findings::CoverageSummary { protected: after.protected + expected, ..after.clone() };
        self.coverage.expected_percent = hoped.with_percent().percent;
    }
}
