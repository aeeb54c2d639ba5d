//! Checks a policy file against what an audit saw, or by itself: entries without effect, and which objective data has. Judges nothing.

use super::matching::Match;
use super::{Policy, end_of_day};
use crate::audit::findings::AuditInfo;
use crate::audit::policy_check::{Placed, PolicyCheck, Remark, SCHEMA, Seen};
use crate::audit::policy_use::{ObjectiveUse, SettingUse, UseState};
use crate::audit::survey::Tags;
use crate::inventory::{GLOBAL, arn, types};
use crate::protection::{data_types, is_data};
use crate::rules::literals::{Compared, How};
use crate::rules::schema_shape::nearest;
use crate::rules::{Rule, RuleSet};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeSet;

/// Days before its end from which an entry is told.
const SOON: i64 = 30;

/// Values of a tag that a remark lists.
const VALUES: usize = 5;

impl Policy {
    /// Checks the file, with what an audit saw if there was one. `None` without a file.
    pub fn check(&self, rules: &RuleSet, as_of: DateTime<Utc>, seen: Option<&Seen>) -> Option<PolicyCheck> {
        let path = self.path.clone()?;
        let mut check = Check { policy: self, as_of, seen, mend: Vec::new(), notes: Vec::new() };
        check.objectives();
        check.restore_automation();
        check.reproducible();
        check.waivers(rules);
        check.settings(rules);
        let Check { mut mend, mut notes, .. } = check;
        mend.sort_by_key(|remark| remark.line);
        notes.sort_by_key(|remark| remark.line);
        let placed = |objective: Option<usize>, name: Option<&str>, line: Option<u64>, counts: [u64; 3]| {
            let [resources, reproducible, not_counted] = counts;
            let examples = seen.and_then(|seen| seen.survey.examples.get(&objective)).into_iter().flatten().cloned().collect();
            Placed { objective: name.map(str::to_owned), line, resources, reproducible, not_counted, examples }
        };
        let of_objective = |(at, used): (usize, &ObjectiveUse)| {
            placed(Some(at), Some(&used.name), Some(used.line), [used.resources, used.reproducible, used.not_counted])
        };
        Some(PolicyCheck {
            schema: SCHEMA.to_owned(),
            policy: path,
            as_of,
            checked_against: seen.map(|seen| seen.audit.source.clone()),
            mend,
            notes,
            objectives: seen.map(|seen| seen.used.objectives.iter().enumerate().map(of_objective).collect()).unwrap_or_default(),
            no_objective: seen.map(|seen| placed(None, None, None, [seen.used.no_objective, 0, 0])),
            unknown_objective: seen.map_or(0, |seen| seen.used.unknown_objective),
        })
    }
}

struct Check<'a> {
    policy: &'a Policy,
    as_of: DateTime<Utc>,
    seen: Option<&'a Seen<'a>>,
    mend: Vec<Remark>,
    notes: Vec<Remark>,
}

impl Check<'_> {
    fn objectives(&mut self) {
        for (at, entry) in self.policy.objectives.iter().enumerate() {
            let name = entry.objective.name.as_deref().unwrap_or_default();
            let what = format!("objective {name}");
            let line = entry.line;
            let before = &self.policy.objectives[..at];
            let covers = |earlier: &&super::ObjectiveOf| {
                earlier.matches.is_everything() || earlier.matches.expression.source() == entry.matches.expression.source()
            };
            let dead = self.types(&what, line, &entry.matches, true);
            if let Some(earlier) = before.iter().find(covers) {
                let first = earlier.objective.name.as_deref().unwrap_or_default();
                let why = if earlier.matches.is_everything() { "matches everything" } else { "has the same match" };
                self.mend(line, &what, format!("never applies: the objective {first} before it (line {}) {why}", earlier.line));
                continue;
            }
            if before.iter().any(|earlier| earlier.objective.name == entry.objective.name) {
                self.note(line, &what, "another objective has the same name, so that findings do not tell them apart".to_owned());
            }
            let Some(used) = self.seen.and_then(|seen| seen.used.objectives.get(at)) else { continue };
            let tags_known = self.knows_tags(is_data);
            self.use_of(
                &Entry { line, what: &what, matches: &entry.matches, nothing: "matches no data resource", perhaps: "", dead, tags_known },
                used.state,
                used.why.as_deref(),
            );
        }
        let lacking = self.seen.map_or(0, |seen| seen.used.no_objective);
        if lacking > 0 && !self.policy.objectives.is_empty() {
            let what = match lacking {
                1 => "1 data resource has no objective".to_owned(),
                count => format!("{count} data resources have no objective"),
            };
            let remark = format!("{what}: add one that matches them, or a last one with match: \"true\"");
            self.mend.push(Remark { line: None, entry: "objectives".to_owned(), what: remark });
        }
    }

    fn restore_automation(&mut self) {
        for (at, entry) in self.policy.restore_automation.iter().enumerate() {
            let what = format!("restore automation {}", arn::id(&entry.arn));
            let line = entry.line;
            let dead = self.types(&what, line, &entry.matches, true);
            let same = |earlier: &&super::Automation| {
                earlier.arn == entry.arn && earlier.matches.expression.source() == entry.matches.expression.source()
            };
            if let Some(earlier) = self.policy.restore_automation[..at].iter().find(same) {
                self.mend(line, &what, format!("says the same as line {}", earlier.line));
                continue;
            }
            let Some(used) = self.seen.and_then(|seen| seen.used.restore_automation.get(at)) else { continue };
            let tags_known = self.knows_tags(is_data);
            self.use_of(
                &Entry { line, what: &what, matches: &entry.matches, nothing: "matches no data resource", perhaps: "", dead, tags_known },
                used.state,
                used.why.as_deref(),
            );
        }
    }

    fn reproducible(&mut self) {
        for (at, entry) in self.policy.reproducible.iter().enumerate() {
            let (what, line) = ("reproducible data", entry.matches.line);
            let dead = self.types(what, line, &entry.matches, true);
            let used = self.seen.and_then(|seen| seen.used.reproducible.get(at));
            if entry.declares().has_ended(self.as_of) {
                let ended = entry.expires.map_or_else(String::new, |expires| format!(" on {expires}"));
                let rest = match used.map(|used| used.resources + used.not_counted) {
                    None => ": review it, or remove it".to_owned(),
                    Some(0) => ", and nothing matches it: remove it".to_owned(),
                    Some(1) => "; 1 resource owes backups again: review it, or back the resource up".to_owned(),
                    Some(count) => format!("; {count} resources owe backups again: review it, or back them up"),
                };
                self.mend(line, what, format!("ended{ended}{rest}"));
                continue;
            }
            self.ends_soon(line, what, entry.expires);
            let Some(used) = used else { continue };
            let tags_known = self.knows_tags(is_data);
            self.use_of(
                &Entry { line, what, matches: &entry.matches, nothing: "matches no data resource", perhaps: "", dead, tags_known },
                used.state,
                used.why.as_deref(),
            );
        }
    }

    fn waivers(&mut self, rules: &RuleSet) {
        for (at, waiver) in self.policy.waivers.iter().enumerate() {
            let what = format!("waiver of {}", waiver.named.join(", "));
            let dead = self.types(&what, waiver.line, &waiver.matches, false);
            let used = self.seen.and_then(|seen| seen.used.waivers.get(at));
            if waiver.has_ended(self.as_of) {
                let rest = match used.map(|used| used.findings) {
                    None => "renew it, or remove it".to_owned(),
                    Some(0) => "nothing needs it: remove it".to_owned(),
                    Some(1) => "1 finding is no longer waived: fix it, or renew the waiver".to_owned(),
                    Some(count) => format!("{count} findings are no longer waived: fix them, or renew the waiver"),
                };
                self.mend(waiver.line, &what, format!("ended on {}; {rest}", waiver.expires));
                continue;
            }
            self.ends_soon(waiver.line, &what, Some(waiver.expires));
            let Some(used) = used else { continue };
            let (nothing, perhaps) = ("waives nothing", ": what it matches passes, is not judged, or does not exist");
            let judged = |name: &str| waiver.rules.iter().filter_map(|id| rules.get(id)).any(|rule| rule.applies_to.contains(&name));
            let tags_known = self.knows_tags(judged);
            self.use_of(
                &Entry { line: waiver.line, what: &what, matches: &waiver.matches, nothing, perhaps, dead, tags_known },
                used.state,
                used.why.as_deref(),
            );
        }
    }

    fn settings(&mut self, rules: &RuleSet) {
        let fixed = self.policy.settings.iter().filter_map(|(id, setting)| {
            let why = setting.without_effect(rules.get(id)?)?;
            Some(SettingUse { rule: id.clone(), line: setting.line, why: why.to_owned() })
        });
        let fixed: Vec<SettingUse> = fixed.collect();
        for setting in self.seen.map(|seen| seen.used.rules.as_slice()).unwrap_or_default() {
            if !fixed.contains(setting) {
                self.note(setting.line, &format!("rule {}", setting.rule), setting.why.clone());
            }
        }
        for setting in fixed {
            self.mend(setting.line, &format!("rule {}", setting.rule), setting.why);
        }
    }

    /// Tells the names of types that do not exist; returns why the match can be true for nothing.
    fn types(&mut self, what: &str, line: u64, matches: &Match, data: bool) -> Option<String> {
        let mut dead = None;
        for compared in matches.expression.compared().iter().filter(|compared| is_path(compared, &["resource", "type"])) {
            let name = compared.text.as_str();
            let exists = match compared.how {
                How::Equal | How::Different => types::find(name).is_some(),
                How::Start => types::all().iter().any(|info| info.name.starts_with(name)),
                How::Key => true,
            };
            if !exists {
                let near = nearest(name, types::all().iter().map(|info| info.name))
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                let kind = if compared.how == How::Start { "no type that begins with" } else { "no type" };
                self.mend(line, what, format!("rel9 reads {kind} `{name}`{near}"));
            } else if data && compared.how == How::Equal && !is_data(name) {
                dead = Some(format!("`{name}` is not data, which alone has objectives"));
            } else if data && compared.how == How::Start && !data_types().any(|info| info.name.starts_with(name)) {
                dead = Some(format!("no type that begins with `{name}` is data, which alone has objectives"));
            }
        }
        dead
    }

    /// Whether all tags of the resources of these types are known: otherwise a tag that nothing seems to have may be there.
    fn knows_tags(&self, of_type: impl Fn(&str) -> bool) -> bool {
        self.seen.is_some_and(|seen| !seen.survey.unknown_tags.iter().any(|name| of_type(name)))
    }

    fn use_of(&mut self, entry: &Entry, state: UseState, why: Option<&str>) {
        let Some(seen) = self.seen else { return };
        let tags = if entry.tags_known { tags_that_nothing_has(entry.matches, &seen.survey.all) } else { Vec::new() };
        let places = places_not_read(entry.matches, seen.audit);
        let reasons = entry.dead.iter().cloned().chain(tags).chain(places).collect::<Vec<_>>();
        match state {
            UseState::Unused => {
                let reasons = why.map(str::to_owned).into_iter().chain(reasons).collect::<Vec<_>>();
                let because = if reasons.is_empty() { entry.perhaps.to_owned() } else { format!(": {}", reasons.join("; ")) };
                self.mend(entry.line, entry.what, format!("{}{because}", entry.nothing));
            }
            UseState::Unknown => {
                let what = format!("whether it matches anything is unknown: {}", why.unwrap_or("something was not read"));
                self.note(entry.line, entry.what, what);
            }
            UseState::NotReached => {
                let what = format!("could not be checked here: {}", why.unwrap_or("something was left out"));
                self.note(entry.line, entry.what, what);
            }
            UseState::Used | UseState::Ended => reasons.into_iter().for_each(|reason| self.note(entry.line, entry.what, reason)),
        }
    }

    fn ends_soon(&mut self, line: u64, what: &str, expires: Option<NaiveDate>) {
        let Some(expires) = expires else { return };
        let days = (end_of_day(expires) - self.as_of).num_days();
        if (0..=SOON).contains(&days) {
            let when = match days {
                0 => "today".to_owned(),
                1 => "tomorrow".to_owned(),
                days => format!("in {days} days"),
            };
            self.note(line, what, format!("ends {when}, on {expires}"));
        }
    }

    fn mend(&mut self, line: u64, entry: &str, what: String) {
        self.mend.push(Remark { line: Some(line), entry: entry.to_owned(), what });
    }

    fn note(&mut self, line: u64, entry: &str, what: String) {
        self.notes.push(Remark { line: Some(line), entry: entry.to_owned(), what });
    }
}

/// An entry whose use is told.
struct Entry<'e> {
    line: u64,
    what: &'e str,
    matches: &'e Match,
    /// What it does when it is unused.
    nothing: &'e str,
    /// Why that may be, if no other reason is known.
    perhaps: &'e str,
    /// Why it can match nothing.
    dead: Option<String>,
    /// The tags of all resources that it may match are known.
    tags_known: bool,
}

fn is_path(compared: &Compared, path: &[&str]) -> bool {
    compared.path.iter().map(String::as_str).eq(path.iter().copied())
}

/// The keys and values that an expression asks for and that no resource has.
fn tags_that_nothing_has(matches: &Match, tags: &Tags) -> Vec<String> {
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for compared in matches.expression.compared() {
        match compared.path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["resource", "tags"] if compared.how == How::Key && !tags.keys.contains_key(&compared.text) => {
                let near = nearest(&compared.text, tags.keys.keys().map(String::as_str));
                let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                if told.insert(compared.text.clone()) {
                    found.push(format!("no resource has the tag `{}`{near}", compared.text));
                }
            }
            ["resource", "tags", key] if compared.how == How::Equal => {
                let Some(values) = tags.keys.get(*key).filter(|values| !values.contains_key(&compared.text)) else { continue };
                let listed: Vec<&str> = values.keys().take(VALUES).map(String::as_str).collect();
                let more = if values.len() > VALUES { ", …" } else { "" };
                found.push(format!("no resource has `{key}` = `{}`, only {}{more}", compared.text, listed.join(", ")));
            }
            _ => {}
        }
    }
    found
}

/// The Regions and accounts that an expression asks for and that were not read. Templates do not list theirs.
fn places_not_read(matches: &Match, audit: &AuditInfo) -> Vec<String> {
    let mut found = Vec::new();
    for compared in matches.expression.compared().iter().filter(|compared| compared.how == How::Equal && compared.text != GLOBAL) {
        let (noun, read) = match compared.path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["resource", "region"] => ("Region", &audit.regions),
            ["resource", "account"] => ("account", &audit.accounts),
            _ => continue,
        };
        if !read.is_empty() && !read.contains(&compared.text) {
            let is_asked_for = |near: &&str| matches.expression.compared().iter().any(|other| other.text == **near);
            let near = nearest(&compared.text, read.iter().map(String::as_str)).filter(|near| !is_asked_for(near));
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            found.push(format!("no {noun} `{}` was read{near}", compared.text));
        }
    }
    found
}

impl super::Setting {
    /// Why the setting has no effect, whatever is audited.
    pub(super) fn without_effect(&self, rule: &Rule) -> Option<&'static str> {
        let values = &self.values;
        if values.enabled == Some(false) {
            let others = values.severity.is_some() || !values.params.is_empty();
            return others.then_some("the rule is switched off, so its other settings have no effect");
        }
        let differs = values.severity.is_some_and(|severity| severity != rule.severity)
            || values.params.iter().any(|(name, value)| rule.params.get(name) != Some(value));
        (!differs).then_some("the rule has these settings anyway")
    }
}
