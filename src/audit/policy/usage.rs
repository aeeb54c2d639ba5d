//! What the policy file did in an audit: turns the counts of its entries into their part of the findings document.

use super::audited::Audited;
use super::matching::Match;
use super::tally::{Count, Entry};
use super::{ObjectiveOf, Policy, Setting, Tally, Waiver};
use crate::audit::policy_use::{AutomationUse, ObjectiveUse, PolicyUse, ReproducibleUse, SettingUse, UseState, WaiverUse};
use crate::inventory::types::{self, TypeInfo};
use crate::inventory::{ANYTHING_ELSE, CoverageEntry, CoverageStatus, GLOBAL};
use crate::protection::data_types;
use crate::rules::engine::Subject;
use crate::rules::value::Reasons;
use crate::rules::{Rule, sources};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

impl Policy {
    /// What the entries of the file did; `None` without a file.
    pub fn usage(&self, tally: &Tally, audited: &Audited) -> Option<PolicyUse> {
        let path = self.path.clone()?;
        let gaps = Gaps::new(audited);
        Some(PolicyUse {
            path,
            objectives: (0..self.objectives.len()).filter_map(|at| self.objective_use(at, tally, &gaps)).collect(),
            no_objective: counted(&tally.get(Entry::NoObjective)),
            unknown_objective: counted(&tally.get(Entry::UnknownObjective)),
            waivers: self
                .waivers
                .iter()
                .enumerate()
                .map(|(at, waiver)| self.waiver_use(waiver, tally.get(Entry::Waiver(at)), &gaps))
                .collect(),
            restore_automation: (0..self.restore_automation.len()).filter_map(|at| self.automation_use(at, tally, &gaps)).collect(),
            reproducible: (0..self.reproducible.len()).filter_map(|at| self.reproducible_use(at, tally, &gaps)).collect(),
            rules: self.settings.iter().filter_map(|(id, setting)| self.setting_use(id, setting, &gaps)).collect(),
        })
    }

    fn objective_use(&self, at: usize, tally: &Tally, gaps: &Gaps) -> Option<ObjectiveUse> {
        let ObjectiveOf { line, matches, objective } = self.objectives.get(at)?;
        let count = tally.get(Entry::Objective(at));
        let (state, why) = match count.is_zero() {
            false => (UseState::Used, None),
            true if count.covered > 0 => {
                let resources = if count.covered == 1 { "the 1 resource" } else { &format!("the {} resources", count.covered) };
                (UseState::Unused, Some(format!("{resources} that it matches have an objective before it")))
            }
            true => gaps.nothing(&count, matches, data_types(), None),
        };
        Some(ObjectiveUse {
            name: objective.name.clone().unwrap_or_default(),
            line: *line,
            matches: matches.expression.source().to_owned(),
            state,
            resources: count.matched,
            reproducible: count.exempt,
            not_counted: count.uncounted,
            why,
        })
    }

    fn automation_use(&self, at: usize, tally: &Tally, gaps: &Gaps) -> Option<AutomationUse> {
        let automation = self.restore_automation.get(at)?;
        let count = tally.get(Entry::Automation(at));
        let (state, why) = match count.is_zero() {
            false => (UseState::Used, None),
            true => gaps.nothing(&count, &automation.matches, data_types(), None),
        };
        Some(AutomationUse {
            arn: automation.arn.clone(),
            line: automation.line,
            matches: automation.matches.expression.source().to_owned(),
            state,
            resources: count.matched,
            reproducible: count.exempt,
            not_counted: count.uncounted,
            why,
        })
    }

    fn reproducible_use(&self, at: usize, tally: &Tally, gaps: &Gaps) -> Option<ReproducibleUse> {
        let exemption = self.reproducible.get(at)?;
        let count = tally.get(Entry::Reproducible(at));
        let (state, why) = match count.is_zero() {
            _ if exemption.declares().has_ended(gaps.audited.as_of) => (UseState::Ended, None),
            false => (UseState::Used, None),
            true => gaps.nothing(&count, &exemption.matches, data_types(), None),
        };
        Some(ReproducibleUse {
            line: exemption.matches.line,
            matches: exemption.matches.expression.source().to_owned(),
            expires: exemption.expires,
            state,
            resources: count.matched,
            not_counted: count.uncounted,
            why,
        })
    }

    fn waiver_use(&self, waiver: &Waiver, count: Count, gaps: &Gaps) -> WaiverUse {
        let (state, why) = if waiver.has_ended(gaps.audited.as_of) {
            (UseState::Ended, None)
        } else if count.matched > 0 {
            (UseState::Used, None)
        } else if count.covered > 0 {
            (UseState::Unused, Some("another waiver covers the same findings".to_owned()))
        } else {
            self.waives_nothing(waiver, &count, gaps)
        };
        WaiverUse {
            rules: waiver.named.clone(),
            line: waiver.line,
            matches: waiver.matches.expression.source().to_owned(),
            expires: waiver.expires,
            state,
            findings: count.matched,
            why,
        }
    }

    fn waives_nothing(&self, waiver: &Waiver, count: &Count, gaps: &Gaps) -> (UseState, Option<String>) {
        let rules: Vec<&Rule> = waiver.rules.iter().filter_map(|id| gaps.audited.rules.get(id)).collect();
        let on: Vec<&Rule> = rules.iter().copied().filter(|rule| self.enabled(&rule.id)).collect();
        if on.is_empty() {
            let ids = waiver.named.join(", ");
            return (UseState::Unused, Some(format!("the policy switches off {ids}")));
        }
        let judged: Vec<&Rule> = on.iter().copied().filter(|rule| gaps.judges_source(rule)).collect();
        let left_out = match judged.iter().find(|rule| !gaps.audited.options.wants_rule(rule)) {
            Some(rule) => Some(format!("{} was left out", rule.id)),
            None if judged.is_empty() => Some(format!("{} {}", waiver.named.join(", "), gaps.other_source())),
            None => None,
        };
        let of_rules = judged.iter().flat_map(|rule| &rule.applies_to).copied().collect::<BTreeSet<_>>();
        gaps.nothing(count, &waiver.matches, of_rules.into_iter().filter_map(types::find), left_out)
    }

    /// Why a setting has no effect; `None` if it has one, or if that is not certain.
    fn setting_use(&self, id: &str, setting: &Setting, gaps: &Gaps) -> Option<SettingUse> {
        let rule = gaps.audited.rules.get(id)?;
        let told = |why: &str| Some(SettingUse { rule: id.to_owned(), line: setting.line, why: why.to_owned() });
        if let Some(why) = setting.without_effect(rule) {
            return told(why);
        }
        if setting.values.enabled == Some(false) {
            return None;
        }
        let everything = |info: &'static TypeInfo| gaps.unread(info, |_| true).is_none();
        let is_certain =
            gaps.narrowed.is_empty() && gaps.judges(rule) && rule.applies_to.iter().copied().filter_map(types::find).all(everything);
        if is_certain && !(gaps.audited.has_findings)(id) { told("the rule has no findings here") } else { None }
    }
}

/// Data resources that coverage counts.
fn counted(count: &Count) -> u64 {
    count.matched + count.exempt
}

/// What the audit did not read or judge, so that an entry without a match may match there.
struct Gaps<'a> {
    audited: &'a Audited<'a>,
    /// The options that excluded resources.
    narrowed: Vec<&'static str>,
    /// The calls that did not answer in full, by operation.
    failed: BTreeMap<(&'a str, &'a str), Vec<&'a CoverageEntry>>,
    called: BTreeSet<(&'a str, &'a str)>,
    /// Why templates may declare more than was read.
    unread_part: Option<String>,
}

impl<'a> Gaps<'a> {
    fn new(audited: &'a Audited<'a>) -> Self {
        let mut gaps = Gaps {
            audited,
            narrowed: audited.options.narrows_resources(),
            failed: BTreeMap::new(),
            called: BTreeSet::new(),
            unread_part: None,
        };
        for entry in audited.collection {
            let operation = (entry.service.as_str(), entry.operation.as_str());
            if entry.is_part() {
                let why = format!("{} may declare more", entry.part());
                if entry.error.is_some() && gaps.unread_part.as_ref().is_none_or(|known| why < *known) {
                    gaps.unread_part = Some(why);
                }
            } else {
                gaps.called.insert(operation);
                if matches!(entry.status, CoverageStatus::Denied | CoverageStatus::Failed) {
                    gaps.failed.entry(operation).or_default().push(entry);
                }
            }
        }
        gaps.failed.values_mut().for_each(|entries| entries.sort());
        gaps
    }

    /// The state of an entry that matched nothing, which would match resources of `of_types`, and the reason.
    fn nothing(
        &self,
        count: &Count,
        matches: &Match,
        of_types: impl IntoIterator<Item = &'static TypeInfo>,
        left_out: Option<String>,
    ) -> (UseState, Option<String>) {
        let narrowed = (!self.narrowed.is_empty()).then(|| format!("left out by {}", self.narrowed.join(", ")));
        if let Some(why) = narrowed.or(left_out) {
            return (UseState::NotReached, Some(why));
        }
        let unread = || {
            let perhaps = |subject: &Subject| matches.holds(subject) != Ok(false);
            of_types.into_iter().find_map(|info| self.unread(info, perhaps))
        };
        match count.doubt.clone().or_else(unread) {
            Some(why) => (UseState::Unknown, Some(why)),
            None => (UseState::Unused, None),
        }
    }

    /// Why there may be more resources of a type, which `perhaps` match.
    fn unread(&self, info: &'static TypeInfo, perhaps: impl Fn(&Subject) -> bool) -> Option<String> {
        if self.audited.templates.is_some() {
            return self.unread_part.clone().filter(|_| perhaps(&self.any(info, None)));
        }
        let operation = info.operation.split_once(':').unwrap_or(("", info.operation));
        if !self.called.contains(&operation) {
            return (!info.on_request && perhaps(&self.any(info, None))).then(|| format!("{} not called", info.operation));
        }
        let failed = self.failed.get(&operation)?.iter().find(|entry| perhaps(&self.any(info, Some(entry))));
        failed.map(|entry| format!("{} {} in {}/{}", info.operation, entry.status.as_str(), entry.account, entry.region))
    }

    /// A resource of which only the type is known, and where it is.
    fn any(&self, info: &'static TypeInfo, place: Option<&CoverageEntry>) -> Subject {
        let mut known = Map::new();
        let mut add = |name: &str, value: &str| drop(known.insert(name.to_owned(), Value::String(value.to_owned())));
        add("type", info.name);
        if let Some(place) = place {
            add("account", &place.account);
            // The Region of a bucket is not that of the call that lists it.
            if place.region != GLOBAL {
                add("region", &place.region);
            }
        }
        let reasons = Reasons::from([(ANYTHING_ELSE.to_owned(), vec![format!("{} not read", info.operation)])]);
        Subject::new(info.name, known, reasons, self.audited.as_of)
    }

    /// Whether the audit judged by a rule.
    fn judges(&self, rule: &Rule) -> bool {
        self.audited.options.wants_rule(rule) && self.judges_source(rule)
    }

    fn judges_source(&self, rule: &Rule) -> bool {
        match self.audited.templates {
            Some(declarables) => rule.applies_to.iter().any(|name| sources::judges_template(rule, name, declarables)),
            None => !rule.templates_only,
        }
    }

    /// Why rules do not judge what this audit judges.
    fn other_source(&self) -> &'static str {
        if self.audited.templates.is_some() { "cannot be judged by templates alone" } else { "judges templates only" }
    }
}
