//! The smallest change that makes more rules pass. A change of tags or of opt-in is tried: the inventory is changed and judged again.

use super::document::{Change, ChangeKind, Owed};
use super::explained::{Explained, denied_first, not_passing};
use crate::audit::findings::{Finding, Status};
use crate::audit::judge::Judge;
use crate::inventory::types::{ResourceType, account};
use crate::inventory::{DEPLOYED, Resource, Shard};
use crate::protection::facts::{Facts, Protection, State};
use crate::protection::{self, Proposal, Summaries};
use crate::rules::text::shell_word;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// How many changes of tags are judged: the smallest.
const TRIED: usize = 5;

/// The smallest change; `None` if nothing fails and nothing is unknown, or if the data owes no backup.
pub fn smallest(judge: &Judge, shard: &Shard, summaries: &Summaries, explained: &Explained, as_of: DateTime<Utc>) -> Option<Change> {
    if explained.exempt.is_some() {
        return None;
    }
    if let Facts::Data(facts) = &explained.facts {
        let unread = denied_first(facts.state.reasons().to_vec());
        if let (None, Some(first)) = (facts.state.read(), unread.iter().find(|reason| *reason != DEPLOYED)) {
            return Some(plain(ChangeKind::Read, format!("let rel9 read what it could not: {first}"), None));
        }
        let case = Case { judge, shard, summaries, explained, facts };
        if let Some(change) = case.tags(as_of).or_else(|| case.opt_in()) {
            return Some(change);
        }
    }
    not_passing(&explained.findings).first().and_then(|worst| fix(worst))
}

/// What to do about the worst finding that does not pass.
pub fn fix(worst: &Finding) -> Option<Change> {
    match worst.status {
        Status::Pass | Status::Waived => None,
        Status::Unknown => {
            let because = denied_first(worst.unknown_because.to_vec());
            let first = because.into_iter().next().unwrap_or_else(|| worst.message.to_string());
            Some(plain(ChangeKind::Read, format!("let rel9 read what it could not: {first}"), None))
        }
        Status::Fail => {
            let remediation = worst.remediation.as_ref()?;
            let snippet = || remediation.terraform.as_deref().or(remediation.cloudformation.as_deref()).map(str::to_owned);
            let how = if remediation.cli.is_empty() { snippet() } else { Some(remediation.cli.join("\n")) };
            Some(plain(ChangeKind::Fix, format!("{} ({})", remediation.summary, worst.rule), how))
        }
    }
}

fn plain(kind: ChangeKind, summary: String, how: Option<String>) -> Change {
    Change { kind, summary, tested: false, tags: BTreeMap::new(), opt_in: None, passes: Vec::new(), then: Vec::new(), how }
}

/// A data resource whose facts may change.
struct Case<'a> {
    judge: &'a Judge<'a>,
    shard: &'a Shard,
    summaries: &'a Summaries,
    explained: &'a Explained,
    facts: &'a Protection,
}

impl Case<'_> {
    /// Tags by which a plan or policy would select it, if none does.
    fn tags(&self, as_of: DateTime<Utc>) -> Option<Change> {
        let reached = self.facts.considered.read()?.iter().any(|considered| considered.reaches == Some(true));
        let selected = self.facts.plans.read().is_some_and(|plans| !plans.is_empty());
        if reached || selected {
            return None;
        }
        let proposals = protection::proposals(self.shard, &self.explained.resource, as_of);
        proposals.iter().take(TRIED).find_map(|proposal| self.with_tags(proposal))
    }

    fn with_tags(&self, proposal: &Proposal) -> Option<Change> {
        let after = self.judged(|resource| (self.is_it(resource)).then(|| proposal.applied(resource)))?;
        let Facts::Data(facts) = &after.facts else { return None };
        // Data that owes nothing is not backed up.
        if after.exempt.is_some() {
            return None;
        }
        let reaches = facts.considered.read()?.iter().any(|considered| {
            let is_it = (considered.kind.as_str(), &considered.name, &considered.selection);
            considered.reaches == Some(true) && is_it == (proposal.kind, &proposal.name, &proposal.selection)
        });
        let passes = self.passes(&after);
        if !reaches || passes.is_empty() {
            return None;
        }
        let what = match (proposal.kind, &proposal.selection) {
            ("backup_plan", Some(selection)) => format!("backup plan {} (selection {selection})", proposal.name),
            ("backup_plan", None) => format!("backup plan {}", proposal.name),
            _ => format!("DLM policy {}", proposal.name),
        };
        let own = self.explained.resource.tags.read();
        let parts: Vec<String> = proposal
            .tags
            .iter()
            .map(|(key, value)| match own.and_then(|own| own.get(key)) {
                None => format!("add tag {key}={value}"),
                Some(before) => format!("change tag {key}={before} to {key}={value}"),
            })
            .collect();
        Some(Change {
            kind: ChangeKind::Tags,
            summary: format!("{}: {what} then selects it", parts.join(" and ")),
            tested: true,
            tags: proposal.tags.clone(),
            opt_in: None,
            passes,
            then: self.then(&after, facts),
            how: Some(self.how_to_tag(&proposal.tags)),
        })
    }

    /// The Region's opt-in, if that is all that blocks the plans.
    fn opt_in(&self) -> Option<Change> {
        let plans = self.facts.plans.read()?;
        if plans.is_empty() || !plans.iter().all(|plan| plan.opt_in_blocked) {
            return None;
        }
        let backup_type = self.facts.backup_type.read()?;
        let own = &self.explained.resource;
        let is_region = |resource: &Resource| {
            resource.type_name == account::Region::INFO.name && resource.region == own.region && resource.account == own.account
        };
        let after = self.judged(|resource| if is_region(resource) { opted_in(resource, backup_type) } else { None })?;
        let Facts::Data(facts) = &after.facts else { return None };
        let passes = self.passes(&after);
        let reaches = facts.plans.read().is_some_and(|plans| plans.iter().any(|plan| !plan.opt_in_blocked));
        if !reaches || passes.is_empty() {
            return None;
        }
        let names: BTreeSet<&str> = plans.iter().map(|plan| plan.plan.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let preference = shell_word(&format!("{backup_type}=true"));
        let how = format!(
            "aws backup update-region-settings --resource-type-opt-in-preference {preference} --region {}",
            shell_word(&own.region)
        );
        Some(Change {
            kind: ChangeKind::OptIn,
            summary: format!("opt {} in for {backup_type}: backup plan {} then backs it up", own.region, names.join(", ")),
            tested: true,
            tags: BTreeMap::new(),
            opt_in: Some(backup_type.clone()),
            passes,
            then: self.then(&after, facts),
            how: own.declared.is_none().then_some(how),
        })
    }

    fn is_it(&self, resource: &Resource) -> bool {
        resource.arn == self.explained.resource.arn && resource.type_name == self.explained.resource.type_name
    }

    /// The same resource after a change of the inventory.
    fn judged(&self, change: impl Fn(&Resource) -> Option<Resource>) -> Option<Explained> {
        let mut shard = self.shard.clone();
        let mut changed = false;
        for resource in &mut shard.resources {
            if let Some(after) = change(resource) {
                *resource = after;
                changed = true;
            }
        }
        if !changed {
            return None;
        }
        let explained = self.judge.shard(&shard, self.summaries).explained;
        explained.into_iter().find(|explained| self.is_it(&explained.resource))
    }

    /// The rules that fail now and pass afterwards. A rule that is then unknown, or waived by the new tags, does not pass.
    fn passes(&self, after: &Explained) -> Vec<String> {
        rules(self.explained, Status::Fail).intersection(&rules(after, Status::Pass)).map(|rule| (*rule).to_owned()).collect()
    }

    /// What still fails, and until when; and what the change costs.
    fn then(&self, after: &Explained, facts: &Protection) -> Vec<String> {
        let mut then = Vec::new();
        if facts.state.read().is_some_and(|state| *state != State::Protected && *state != State::Stale) {
            then.push("its data is not protected before the first backup has succeeded".to_owned());
        }
        // Objectives may match by the tag that changes.
        if let (Some(before), Some(after)) = (&self.explained.owed, &after.owed)
            && before.name != after.name
        {
            let name = |owed: &Owed| owed.name.clone().unwrap_or_else(|| "none".to_owned());
            then.push(format!("it then owes another objective: {} instead of {}", name(after), name(before)));
        }
        let (failed, fails) = (rules(self.explained, Status::Fail), rules(after, Status::Fail));
        let new: Vec<&str> = fails.difference(&failed).copied().collect();
        if !new.is_empty() {
            then.push(format!("these rules fail then, and do not now: {}", new.join(", ")));
        }
        match fails.len() - new.len() {
            0 => {}
            1 => then.push("1 rule still fails until then, or for another reason".to_owned()),
            count => then.push(format!("{count} rules still fail until then, or for other reasons")),
        }
        then
    }

    fn how_to_tag(&self, tags: &BTreeMap<String, String>) -> String {
        let resource = &self.explained.resource;
        let json = |text: &str| serde_json::Value::from(text).to_string();
        match resource.declared.as_ref().map(|declared| declared.template.language.read().map(String::as_str)) {
            Some(Some("terraform")) => {
                let entries: Vec<String> = tags.iter().map(|(key, value)| format!("{} = {}", json(key), json(value))).collect();
                format!("tags = {{ {} }}", entries.join(", "))
            }
            Some(_) => {
                let entries: Vec<String> =
                    tags.iter().map(|(key, value)| format!("  - {{ Key: {}, Value: {} }}", json(key), json(value))).collect();
                format!("Tags:\n{}", entries.join("\n"))
            }
            None => {
                let entries: Vec<String> = tags.iter().map(|(key, value)| format!("{}:{}", json(key), json(value))).collect();
                let tags = shell_word(&format!("{{{}}}", entries.join(",")));
                let (arn, region) = (shell_word(&resource.arn), shell_word(&resource.region));
                format!("aws resourcegroupstaggingapi tag-resources --resource-arn-list {arn} --tags {tags} --region {region}")
            }
        }
    }
}

fn rules(explained: &Explained, status: Status) -> BTreeSet<&str> {
    explained.with_status(status).map(|finding| finding.rule.as_ref()).collect()
}

fn opted_in(region: &Resource, backup_type: &str) -> Option<Resource> {
    let mut json = serde_json::to_value(region).ok()?;
    json.get_mut("properties")?.get_mut("opt_in")?.as_object_mut()?.insert(backup_type.to_owned(), true.into());
    serde_json::from_value(json).ok()
}
