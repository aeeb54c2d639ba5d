//! Reads policy files. Errors show the line and a suggestion.

use super::file::{AutomationEntry, ObjectiveEntry, PolicyFile, ReproducibleEntry, RuleNames, RuleSetting, WaiverEntry};
use super::matching::Match;
use super::unquoted;
use super::{Automation, Exemption, ObjectiveOf, Policy, Setting, Waiver};
use crate::inventory::arn;
use crate::inventory::automation::started;
use crate::inventory::figures::{DURATION, parse_duration};
use crate::rules::compile;
use crate::rules::expr::Expression;
use crate::rules::format::Line;
use crate::rules::objective::{ALL_MECHANISMS, Objective};
use crate::rules::variables::PolicyShapes;
use crate::rules::{self, Mistake, RuleSet, hex};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::Path;
use wildmatch::WildMatch;

impl Policy {
    /// Reads and checks a policy file.
    ///
    /// # Errors
    /// Every mistake, with its line.
    pub fn load(path: &Path, rules: &RuleSet) -> Result<Self, Vec<Mistake>> {
        let name = path.display().to_string();
        let text = rules::read_text(path).map_err(|mistake| vec![mistake])?;
        Self::parse(&name, &text, rules)
    }

    /// Checks the text of a policy file.
    ///
    /// # Errors
    /// Every mistake, with its line.
    pub fn parse(name: &str, text: &str, rules: &RuleSet) -> Result<Self, Vec<Mistake>> {
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            let what = "the file is empty: it needs at least `version: 1`; `rel9 init` writes one to start with".to_owned();
            return Err(vec![Mistake { file: name.to_owned(), line: 0, what }]);
        }
        let file: PolicyFile = compile::parse(name, text).map_err(|mistake| vec![unquoted::explained(mistake, text)])?;
        let mut loader = Loader { name, text, shapes: PolicyShapes::new(), mistakes: Vec::new() };
        if file.version.value != 1 {
            loader.wrong(file.version.referenced.line(), format!("version is {}; this program reads version 1", file.version.value));
        }
        let objectives = file.objectives.into_iter().map(|entry| loader.objective(entry)).collect();
        let restore_automation = file.restore_automation.into_iter().map(|entry| loader.automation(entry)).collect();
        let reproducible = file.reproducible.into_iter().map(|entry| loader.exemption(entry)).collect();
        let waivers = file.waivers.into_iter().map(|entry| loader.waiver(entry, rules)).collect();
        let settings = file
            .rules
            .into_iter()
            .map(|(id, setting)| {
                loader.setting(&id, &setting, rules);
                (id, Setting { line: setting.referenced.line(), values: setting.value })
            })
            .collect();
        if !loader.mistakes.is_empty() {
            loader.mistakes.sort_by_key(|mistake| mistake.line);
            return Err(loader.mistakes);
        }
        Ok(Policy {
            fail_on: file.fail_on,
            assume: file.assume,
            path: Some(name.to_owned()),
            objectives,
            restore_automation,
            reproducible,
            waivers,
            settings,
            digest: Some(format!("sha256:{}", hex(&Sha256::digest(text.as_bytes())))),
        })
    }
}

/// How the ARNs of restore automation are written.
const FORMS: &str = "write arn:aws:states:REGION:ACCOUNT:stateMachine:NAME, arn:aws:lambda:REGION:ACCOUNT:function:NAME or \
                     arn:aws:ssm:REGION:ACCOUNT:automation-definition/NAME";

/// Checks the entries of a policy file.
struct Loader<'n> {
    name: &'n str,
    text: &'n str,
    shapes: PolicyShapes,
    mistakes: Vec<Mistake>,
}

impl Loader<'_> {
    fn wrong(&mut self, line: u64, what: String) {
        self.mistakes.push(Mistake { file: self.name.to_owned(), line, what });
    }

    fn matches(&mut self, source: &Line<String>) -> Match {
        let line = source.referenced.line();
        if source.value.trim().is_empty() {
            self.wrong(line, "the expression is empty: match: \"true\" matches everything".to_owned());
            return Match { expression: Expression::never(), file: self.name.to_owned(), line };
        }
        let expression = self.shapes.compile(&source.value).unwrap_or_else(|mistakes| {
            match unquoted::cut(self.text, line) {
                Some(what) => self.wrong(line, what),
                None => mistakes.into_iter().for_each(|what| self.wrong(line, what)),
            }
            Expression::never()
        });
        Match { expression, file: self.name.to_owned(), line }
    }

    fn exemption(&mut self, entry: ReproducibleEntry) -> Exemption {
        Exemption { matches: self.matches(&entry.matches), reason: entry.reason, expires: entry.expires }
    }

    fn automation(&mut self, entry: AutomationEntry) -> Automation {
        let (matches, line) = (self.matches(&entry.matches), entry.arn.referenced.line());
        let arn = started(&entry.arn.value).filter(|arn| !arn::region(arn).is_empty());
        if arn.is_none() {
            let written = &entry.arn.value;
            self.wrong(
                line,
                format!("`{written}` is not the ARN of a state machine, a Lambda function or an automation document: {FORMS}"),
            );
        }
        Automation { line: line.min(matches.line), arn: arn.unwrap_or_default(), matches }
    }

    fn objective(&mut self, entry: ObjectiveEntry) -> ObjectiveOf {
        let matches = self.matches(&entry.matches);
        let catch_all = entry.matches.value.trim() == "true";
        let line = entry.name.referenced.line().min(matches.line);
        if entry.name.value.trim().is_empty() {
            self.wrong(entry.name.referenced.line(), "the name of the objective is empty".to_owned());
        }
        if entry.mechanisms.as_ref().is_some_and(Vec::is_empty) {
            self.wrong(line, "`mechanisms` lists none, so that no backup would count: leave it out to count all kinds".to_owned());
        }
        let objective = Objective {
            name: Some(entry.name.value),
            from_policy: true,
            catch_all,
            rpo_seconds: self.duration(entry.rpo.as_ref()),
            rto_seconds: self.duration(entry.rto.as_ref()),
            retention_seconds: self.duration(entry.retention.as_ref()),
            restore_test_every_seconds: self.duration(entry.restore_test_every.as_ref()),
            copies: entry.copies,
            mechanisms: entry.mechanisms.unwrap_or_else(|| ALL_MECHANISMS.to_vec()),
            immutable: entry.immutable,
            reproducible: None,
        };
        ObjectiveOf { line, matches, objective }
    }

    fn duration(&mut self, text: Option<&Line<String>>) -> Option<i64> {
        let text = text?;
        match parse_duration(&text.value) {
            Some(0) => {
                self.wrong(
                    text.referenced.line(),
                    format!("`{}` asks for nothing that a backup could have: leave the key out", text.value),
                );
                None
            }
            Some(seconds) => Some(seconds),
            None => {
                self.wrong(text.referenced.line(), format!("`{}` is not a valid duration: write {DURATION}", text.value));
                None
            }
        }
    }

    fn rule_exists(&mut self, id: &str, line: u64, rules: &RuleSet) -> bool {
        if rules.get(id).is_some() {
            return true;
        }
        let hint = rules.nearest(id).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        self.wrong(line, format!("there is no rule `{id}`{hint}"));
        false
    }

    fn waiver(&mut self, entry: WaiverEntry, rules: &RuleSet) -> Waiver {
        let line = entry.rule.referenced.line();
        let names = match entry.rule.value {
            RuleNames::One(name) => vec![(name, line)],
            RuleNames::Many(names) => names.into_iter().map(|name| (name.value, name.referenced.line())).collect(),
        };
        if names.is_empty() {
            self.wrong(line, "the waiver names no rule".to_owned());
        }
        let ids = names.iter().flat_map(|(name, line)| self.rules_named(name, *line, rules)).collect();
        for (name, text) in [("reason", &entry.reason), ("approved_by", &entry.approved_by)] {
            if text.trim().is_empty() {
                self.wrong(line, format!("{name} of the waiver is empty"));
            }
        }
        let matches = self.matches(&entry.matches);
        Waiver {
            line: line.min(matches.line),
            named: names.into_iter().map(|(name, _)| name).collect(),
            rules: ids,
            matches,
            reason: entry.reason,
            approved_by: entry.approved_by,
            expires: entry.expires,
        }
    }

    /// The ids of the rules that an id or a glob names.
    fn rules_named(&mut self, name: &str, line: u64, rules: &RuleSet) -> Vec<String> {
        if !name.contains(['*', '?']) {
            self.rule_exists(name, line, rules);
            return vec![name.to_owned()];
        }
        let glob = WildMatch::new(name);
        let ids: Vec<String> = rules.iter().map(|rule| rule.id.clone()).filter(|id| glob.matches(id)).collect();
        if ids.is_empty() {
            let near = nearest_glob(name, rules).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            self.wrong(line, format!("no rule matches `{name}`{near}"));
        }
        ids
    }

    fn setting(&mut self, id: &str, setting: &Line<RuleSetting>, rules: &RuleSet) {
        let line = setting.referenced.line();
        if !self.rule_exists(id, line, rules) {
            return;
        }
        let Some(rule) = rules.get(id) else { return };
        for (name, value) in &setting.value.params {
            match rule.params.get(name) {
                None => {
                    let near = crate::rules::schema_shape::nearest(name, rule.params.keys().map(String::as_str));
                    let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                    self.wrong(line, format!("rule `{id}` has no parameter `{name}`{hint}"));
                }
                Some(default) if kind(default) != kind(value) => {
                    self.wrong(line, format!("parameter `{name}` of rule `{id}` must be {}, not {value}", kind(default)));
                }
                Some(_)
                    if value.as_i64().is_some_and(|number| number < 0)
                        && rule.file.params.get(name).is_some_and(|known| known.value.unit.is_some()) =>
                {
                    self.wrong(line, format!("parameter `{name}` of rule `{id}` must not be negative, as {value} is"));
                }
                Some(default) => {
                    // YAML reads an account id without quotes as a number, which never equals a text.
                    let expected = default.as_array().and_then(|items| items.first()).map_or("a text", kind);
                    for item in value.as_array().into_iter().flatten().filter(|item| kind(item) != expected) {
                        self.wrong(line, format!("each item of parameter `{name}` of rule `{id}` must be {expected}, not {item}"));
                    }
                }
            }
        }
    }
}

/// The glob nearest to one that matches no rule: the beginning or the end of an id, in whole words.
fn nearest_glob(wrong: &str, rules: &RuleSet) -> Option<String> {
    let globs: BTreeSet<String> = rules
        .iter()
        .flat_map(|rule| {
            let id = rule.id.as_str();
            id.match_indices('-').flat_map(move |(at, _)| [format!("{}-*", &id[..at]), format!("*{}", &id[at..])])
        })
        .collect();
    crate::rules::schema_shape::nearest(wrong, globs.iter().map(String::as_str)).map(str::to_owned)
}

fn kind(value: &serde_json::Value) -> &'static str {
    match value {
        serde_json::Value::Null => "nothing",
        serde_json::Value::Bool(_) => "true or false",
        serde_json::Value::Number(number) if number.is_i64() => "a whole number",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a text",
        serde_json::Value::Array(_) => "a list",
        serde_json::Value::Object(_) => "a map",
    }
}
