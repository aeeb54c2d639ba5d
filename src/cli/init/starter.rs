//! The text of a new policy file. Lines of comments that begin with two spaces, or with a key, are examples: they are right without their `# `.

use super::quote::{cel, has_tag, shown, yaml};
use super::tier::{self, Tier, Worth};
use crate::audit::findings::{Findings, Status};
use crate::audit::survey::{Survey, Tags};
use crate::cli::schema::{self, Document};
use crate::rules::{Rule, RuleSet};
use chrono::{DateTime, Days, NaiveDate, Utc};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Tags and values that comments list.
const TAGS: usize = 12;
const VALUES: usize = 6;

/// Characters of a tag in comments and names.
const SHOWN: usize = 40;

/// Rules that the examples list.
const RULES: usize = 10;

/// Characters of a line of comment.
const WIDTH: usize = 110;

/// Days until the examples end.
const LASTS: Days = Days::new(180);

/// What an audit saw.
pub struct Seen<'a> {
    pub findings: &'a Findings,
    pub survey: &'a Survey,
}

/// A new policy file.
pub fn starter(rules: &RuleSet, as_of: DateTime<Utc>, seen: Option<&Seen>) -> String {
    let mut file = File { text: String::new() };
    let ends = as_of.date_naive().checked_add_days(LASTS).unwrap_or(NaiveDate::MAX);
    file.head(as_of, seen);
    match seen {
        Some(seen) => file.objectives_of(&seen.survey.data),
        None => file.objectives(),
    }
    file.restore_automation();
    file.reproducible(seen.map(|seen| &seen.survey.data), ends);
    file.waivers(seen.map(|seen| seen.findings), ends);
    file.rules(rules, seen.map(|seen| seen.findings));
    file.text
}

struct File {
    text: String,
}

impl File {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{line}");
    }

    /// Comments in sentences.
    fn prose(&mut self, text: &str) {
        for line in crate::report::wrap::text(text, WIDTH) {
            self.line(&format!("# {line}"));
        }
    }

    /// A part of the file that has no effect yet.
    fn example(&mut self, lines: &[String]) {
        for line in lines {
            self.line(&format!("# {line}"));
        }
    }

    fn head(&mut self, as_of: DateTime<Utc>, seen: Option<&Seen>) {
        self.line(&format!("# yaml-language-server: $schema={}", schema::address(Document::Policy)));
        self.prose("The policy of rel9: what your data is worth, which data needs no backup, and which failures you accept for now.");
        let from = match seen {
            None => "as a general starter".to_owned(),
            Some(Seen { findings, .. }) if findings.audit.source == "demo" => "from the demo organisation".to_owned(),
            Some(Seen { findings, .. }) => format!("from the tags of its input ({}, {})", findings.audit.source, as_of.format("%Y-%m-%d")),
        };
        self.prose(&format!(
            "`rel9 init` wrote it {from}. Change it as you like: it is read by `rel9 audit`, and `rel9 policy check` tells which entries have no effect. {} describes every key.",
            concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/v", env!("CARGO_PKG_VERSION"), "/docs/policy.md")
        ));
        self.line("version: 1");
        self.line("");
        self.prose("The lowest severity of a failing finding that fails the gate: info, low, medium, high, critical or never.");
        self.line("fail_on: high");
        if let Some(Seen { survey, .. }) = seen {
            self.tags(&survey.data);
        }
        self.line("");
    }

    fn tags(&mut self, tags: &Tags) {
        self.line("");
        self.prose(&match (tags.resources, tags.keys.is_empty()) {
            (0, _) => "No data resource was read.".to_owned(),
            (count, true) => format!("None of the {count} data resources has a tag that was read."),
            (count, false) => format!("Tags of the {count} data resources, with how many have each:"),
        });
        let mut keys: Vec<(&String, u64)> = tags.keys.keys().map(|key| (key, tags.with_key(key))).collect();
        keys.sort_by_key(|(key, count)| (std::cmp::Reverse(*count), *key));
        for (key, count) in keys.iter().take(TAGS) {
            let Some(values) = tags.keys.get(*key) else { continue };
            let mut sorted: Vec<(&String, &u64)> = values.iter().collect();
            sorted.sort_by_key(|(value, count)| (std::cmp::Reverse(**count), *value));
            let told = |(value, count): &(&String, &u64)| match value.trim().is_empty() {
                true => format!("(empty) {count}"),
                false => format!("{} {count}", shown(value, SHOWN)),
            };
            let mut listed: Vec<String> = sorted.iter().take(VALUES).map(told).collect();
            if sorted.len() > VALUES {
                listed.push(format!("{} more values", sorted.len() - VALUES));
            }
            self.line(&format!("# - {}: {count} ({})", shown(key, SHOWN), listed.join(", ")));
        }
        if keys.len() > TAGS {
            self.line(&format!("# - and {} more keys", keys.len() - TAGS));
        }
        if tags.unknown > 0 {
            self.prose(&format!("The tags of {} of them are not known, or not all.", tags.unknown));
        }
    }

    fn objectives_head(&mut self) {
        self.prose("What the owners of the data need. The first objective whose match is true applies: put the strictest first, and what matches everything last.");
    }

    /// Objectives for the values of a tag.
    fn objectives_of(&mut self, tags: &Tags) {
        self.objectives_head();
        if tags.resources == 0 {
            let example = ["objectives:".to_owned()].into_iter().chain(objective("gold", &has_tag("tier", "gold"), "", Worth::Strict));
            self.example(&example.collect::<Vec<_>>());
            self.line("");
            return;
        }
        let tier = tier::best(tags);
        match &tier {
            Some(tier) => self.prose(&format!(
                "Proposed from the tag {}. The figures are only a start: put those of the owners in their place. More keys: rto: 4h, restore_test_every: 90d, copies: {{ region: required, account: required }}, immutable: required.",
                shown(tier.key, SHOWN)
            )),
            None => self.prose("No tag tells what the data is worth. Tag it (for instance tier=gold), and add an objective for each value above the last one, with rpo, rto, retention, restore_test_every, copies, immutable."),
        }
        self.line("objectives:");
        let Tier { key, values } = tier.unwrap_or(Tier { key: "", values: Vec::new() });
        let mut names = BTreeSet::from(["everything-else".to_owned()]);
        for (value, count, worth) in &values {
            let name = unique(&shown(value.trim(), SHOWN), &mut names);
            for line in objective(&name, &has_tag(key, value), &resources(*count), *worth) {
                self.line(&line);
            }
        }
        let rest = tags.resources.saturating_sub(values.iter().map(|(_, count, _)| count).sum());
        if rest > 0 {
            self.line(&format!("  - name: everything-else{}", comment(&resources(rest))));
            self.line("    match: \"true\"");
        } else {
            self.prose("All data has one of these. New data that has none fails the rule data-objective-assigned.");
        }
        self.line("");
    }

    /// Objectives for data that was not read.
    fn objectives(&mut self) {
        self.objectives_head();
        self.prose("Put your own tags and figures in their place. More keys: rto: 4h, restore_test_every: 90d, copies: { region: required, account: required }, immutable: required.");
        self.line("objectives:");
        for (value, worth) in [("gold", Worth::Strict), ("silver", Worth::Middle)] {
            for line in objective(value, &has_tag("tier", value), "", worth) {
                self.line(&line);
            }
        }
        self.line("  - name: everything-else");
        self.line("    match: \"true\"");
        self.line("");
    }

    fn restore_automation(&mut self) {
        self.prose("What restores data on a schedule, to prove that it can be restored: a state machine, a Lambda function or a Systems Manager automation of your own.");
        self.example(&[
            "restore_automation:".to_owned(),
            "  - arn: arn:aws:states:eu-west-1:111122223333:stateMachine:restore-drill".to_owned(),
            format!("    match: {}", has_tag("tier", "gold")),
        ]);
        self.line("");
    }

    fn reproducible(&mut self, tags: Option<&Tags>, ends: NaiveDate) {
        self.prose("Data that can be rebuilt, and so needs no backup: say from what and how fast, and until when that is accepted.");
        let found = tags.and_then(tier::rebuilt);
        let (key, value, count) = found.unwrap_or(("data", "cache", 0));
        self.example(&[
            "reproducible:".to_owned(),
            format!("  - match: {}{}", has_tag(key, value), comment(&if count > 0 { resources(count) } else { String::new() })),
            "    reason: rebuilt from the event stream in 2 h".to_owned(),
            format!("    expires: {ends}"),
        ]);
        self.line("");
    }

    fn waivers(&mut self, findings: Option<&Findings>, ends: NaiveDate) {
        self.prose("Failures that are accepted for a time. rule is an id, a glob (\"data-*\") or a list; `rel9 rules list` lists the ids.");
        let failing = findings.and_then(|findings| findings.findings.iter().find(|finding| finding.status == Status::Fail));
        let (rule, matches) = match failing {
            Some(finding) => (finding.rule.to_string(), yaml(&format!("resource.arn == {}", cel(&finding.resource.arn)))),
            None => ("ebs-volume-encrypted".to_owned(), yaml("resource.account == \"111122223333\"")),
        };
        self.example(&[
            "waivers:".to_owned(),
            format!("  - rule: [{rule}]"),
            format!("    match: {matches}"),
            "    reason: the data moves to another account this quarter".to_owned(),
            "    approved_by: Head of Platform".to_owned(),
            format!("    expires: {ends}"),
        ]);
        self.line("");
    }

    fn rules(&mut self, rules: &RuleSet, findings: Option<&Findings>) {
        self.prose("Other thresholds and severities of rules, with the reasons for their own. `enabled: false` switches a rule off; `rel9 rules show ID` describes it.");
        let judged: Option<BTreeSet<&str>> = findings.map(|findings| findings.findings.iter().map(|finding| &*finding.rule).collect());
        let has_figure = |rule: &&Rule| rule.file.params.values().any(|param| param.value.unit.is_some());
        let is_wanted = |rule: &&Rule| match &judged {
            Some(judged) => judged.contains(rule.id.as_str()),
            None => rule.data,
        };
        let mut wanted: Vec<&Rule> = rules.iter().filter(has_figure).filter(is_wanted).collect();
        wanted.sort_by_key(|rule| (std::cmp::Reverse(rule.severity), rule.id.as_str()));
        let mut lines = vec!["rules:".to_owned()];
        for rule in wanted.iter().take(RULES) {
            let params = rule.file.params.iter().filter(|(_, param)| param.value.unit.is_some());
            let params: Vec<String> = params.map(|(name, param)| format!("{name}: {}", param.value.value)).collect();
            lines.push(format!("  {}: {{ params: {{ {} }} }}", rule.id, params.join(", ")));
        }
        if lines.len() == 1 {
            lines.push("  data-recovery-tested: { params: { max_days: 180 } }".to_owned());
        }
        self.example(&lines);
    }
}

/// An entry with figures by what its data is worth.
fn objective(name: &str, matches: &str, about: &str, worth: Worth) -> Vec<String> {
    let (rpo, retention) = match worth {
        Worth::Strict => ("24h", "35d"),
        Worth::Middle => ("48h", "14d"),
        Worth::Loose => ("1w", "7d"),
    };
    vec![
        format!("  - name: {}{}", yaml(name), comment(about)),
        format!("    match: {matches}"),
        format!("    rpo: {rpo}"),
        format!("    retention: {retention}"),
    ]
}

fn comment(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" # {text}") }
}

fn resources(count: u64) -> String {
    if count == 1 { "1 data resource".to_owned() } else { format!("{count} data resources") }
}

/// A name that no other objective has.
fn unique(name: &str, names: &mut BTreeSet<String>) -> String {
    let mut number = 1;
    let mut unique = name.to_owned();
    while !names.insert(unique.clone()) {
        number += 1;
        unique = format!("{name} ({number})");
    }
    unique
}
