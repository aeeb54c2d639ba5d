//! The findings as the page's script reads them: columns of numbers that refer to tables, so that each text is written once. The table of
//! findings shows and searches `index`; the script parses `details` when a finding is unfolded.

use super::text::{json, line, lines};
use crate::audit::findings::{Finding, Findings, Status};
use crate::protection::held_in_parts;
use crate::report::words;
use crate::rules::Severity;
use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};
use serde_json::{Value, json as value};
use std::collections::HashMap;
use std::hash::Hash;
use std::io::{self, Write};

/// The number for a missing value.
const NONE: i64 = -1;

/// Texts in the order in which they were first met.
#[derive(Default)]
struct Texts(HashMap<String, i64>);

impl Texts {
    fn add(&mut self, text: String) -> i64 {
        let next = self.0.len() as i64;
        *self.0.entry(text).or_insert(next)
    }

    fn into_list(self) -> Vec<String> {
        let mut list: Vec<(i64, String)> = self.0.into_iter().map(|(text, place)| (place, text)).collect();
        list.sort_unstable_by_key(|(place, _)| *place);
        list.into_iter().map(|(_, text)| text).collect()
    }
}

/// Numbers of keys, in the order of their first appearance.
struct Known<K>(HashMap<K, i64>);

impl<K: Hash + Eq> Known<K> {
    /// The place of a key, and whether it is new.
    fn place(&mut self, key: K) -> (i64, bool) {
        let next = self.0.len() as i64;
        let place = *self.0.entry(key).or_insert(next);
        (place, place == next)
    }
}

#[derive(Default, Serialize)]
struct Rules {
    id: Vec<i64>,
    title: Vec<i64>,
    practice: Vec<i64>,
}

/// Tags, in the order of their first appearance.
#[derive(Default, Serialize)]
struct Tags {
    key: Vec<i64>,
    /// `key=value`, which people search for.
    text: Vec<i64>,
}

#[derive(Default, Serialize)]
struct Resources {
    arn: Vec<i64>,
    #[serde(rename = "type")]
    type_name: Vec<i64>,
    id: Vec<i64>,
    name: Vec<i64>,
    account: Vec<i64>,
    region: Vec<i64>,
    tags: Vec<Vec<i64>>,
    /// Its protection, if the coverage counts it.
    state: Vec<i64>,
}

#[derive(Default, Serialize)]
struct Columns {
    rule: Vec<i64>,
    resource: Vec<i64>,
    status: Vec<i64>,
    severity: Vec<i64>,
    message: Vec<i64>,
    place: Vec<i64>,
    /// Findings that the baseline knows.
    known: Vec<usize>,
}

/// Writes what the table shows and searches.
pub fn index(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let mut texts = Texts::default();
    let (mut rules, mut tags, mut resources, mut columns) = (Rules::default(), Tags::default(), Resources::default(), Columns::default());
    let (mut known_rules, mut known_tags, mut known_resources) = (Known(HashMap::new()), Known(HashMap::new()), Known(HashMap::new()));
    for (number, finding) in findings.findings.iter().enumerate() {
        if words::is_known(finding) {
            columns.known.push(number);
        }
        let (rule, new) = known_rules.place((&*finding.rule, &**finding.headline(), finding.best_practice));
        if new {
            rules.id.push(texts.add(line(&finding.rule)));
            rules.title.push(texts.add(line(finding.headline())));
            rules.practice.push(texts.add(finding.best_practice.id().to_owned()));
        }
        let resource = &finding.resource;
        let (place, new) = known_resources.place((resource.arn.as_str(), resource.type_name.as_str(), resource.id.as_str()));
        if new {
            resources.arn.push(texts.add(line(&resource.arn)));
            resources.type_name.push(texts.add(line(&resource.type_name)));
            resources.id.push(texts.add(line(&resource.id)));
            resources.name.push(resource.name.as_ref().map_or(NONE, |name| texts.add(line(name))));
            resources.account.push(texts.add(line(&resource.account)));
            resources.region.push(texts.add(line(&resource.region)));
            resources.state.push(NONE);
            let mut of_resource = Vec::new();
            for (key, value) in resource.tags.iter() {
                let (tag, new) = known_tags.place((key.as_str(), value.as_str()));
                if new {
                    tags.key.push(texts.add(line(key)));
                    tags.text.push(texts.add(line(&format!("{key}={value}"))));
                }
                of_resource.push(tag);
            }
            resources.tags.push(of_resource);
        }
        if let Some(state) = state(finding)
            && let Some(slot) = usize::try_from(place).ok().and_then(|place| resources.state.get_mut(place))
        {
            *slot = texts.add(state.to_owned());
        }
        columns.rule.push(rule);
        columns.resource.push(place);
        columns.status.push(status_place(finding.status));
        columns.severity.push(severity_place(finding.severity));
        columns.message.push(texts.add(line(&finding.message)));
        columns.place.push(finding.location.as_ref().map_or(NONE, |found| texts.add(line(&format!("{}:{}", found.file, found.line)))));
    }
    script_safe(
        &value!({
            "statuses": STATUSES.map(Status::as_str),
            "severities": Severity::ALL.map(Severity::as_str),
            "as_of": findings.audit.as_of.to_rfc3339_opts(SecondsFormat::Secs, true),
            "templates": words::is_of_templates(&findings.audit),
            "baseline": findings.summary.baseline.is_some(),
        }),
        &[("texts", &texts.into_list()), ("rules", &rules), ("tags", &tags), ("resources", &resources), ("findings", &columns)],
        out,
    )
}

#[derive(Default, Serialize)]
struct Details {
    id: Vec<i64>,
    evidence: Vec<i64>,
    unknown: Vec<i64>,
    waiver: Vec<i64>,
    fix: Vec<i64>,
    commands: Vec<i64>,
    references: Vec<i64>,
}

/// Writes what an unfolded finding shows besides.
pub fn details(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let mut texts = Texts::default();
    let mut columns = Details::default();
    for finding in &findings.findings {
        columns.id.push(texts.add(finding.id.to_string()));
        columns.evidence.push(evidence(finding).map_or(NONE, |text| texts.add(text)));
        columns.unknown.push(listed(&finding.unknown_because).map_or(NONE, |text| texts.add(text)));
        columns.waiver.push(waiver(finding).map_or(NONE, |text| texts.add(text)));
        columns.fix.push(fix(finding).map_or(NONE, |text| texts.add(text)));
        let commands = finding.remediation.as_ref().and_then(|remediation| listed(&remediation.cli));
        columns.commands.push(commands.map_or(NONE, |text| texts.add(text)));
        columns.references.push(references(finding).map_or(NONE, |text| texts.add(text)));
    }
    script_safe(&value!({}), &[("texts", &texts.into_list()), ("findings", &columns)], out)
}

/// Each fact as its path and its JSON.
fn evidence(finding: &Finding) -> Option<String> {
    let facts: Vec<(String, String)> = finding.evidence.facts().iter().map(|(path, fact)| (line(path), json(fact))).collect();
    some(facts.is_empty(), value!(facts))
}

fn listed(texts: &[String]) -> Option<String> {
    some(texts.is_empty(), texts.iter().map(|text| line(text)).collect())
}

fn waiver(finding: &Finding) -> Option<String> {
    let waiver = finding.waiver.as_ref()?;
    let expires = waiver.expires.map(|expires| expires.to_string());
    some(false, value!({"reason": line(&waiver.reason), "approved_by": line(&waiver.approved_by), "expires": expires}))
}

/// The remediation without its commands, which name the resource: the rest is mostly the same for all findings of a rule.
fn fix(finding: &Finding) -> Option<String> {
    let remediation = finding.remediation.as_ref()?;
    let shown = |texts: &[String]| -> Vec<String> { texts.iter().map(|text| line(text)).collect() };
    some(
        false,
        value!({
            "summary": line(&remediation.summary),
            "steps": shown(&remediation.steps),
            "cloudformation": remediation.cloudformation.as_deref().map(lines),
            "terraform": remediation.terraform.as_deref().map(lines),
            "docs": shown(&remediation.docs),
        }),
    )
}

fn references(finding: &Finding) -> Option<String> {
    let references: Vec<(String, Vec<String>)> =
        finding.references.iter().map(|(name, ids)| (line(name), ids.iter().map(|id| line(id)).collect())).collect();
    some(references.is_empty(), value!(references))
}

fn some(is_empty: bool, value: Value) -> Option<String> {
    (!is_empty).then(|| value.to_string())
}

/// The rule whose findings have the protection state as evidence.
pub const RULE_OF_STATES: &str = "data-protected";
/// The protection of the resource that a finding is about, if the finding tells it and the coverage counts the resource. Protected data is
/// told apart by whether it is on schedule, where the evidence has that.
pub fn state(finding: &Finding) -> Option<&'static str> {
    if *finding.rule != *RULE_OF_STATES || held_in_parts(&finding.resource.type_name).is_some() {
        return None;
    }
    let facts = finding.evidence.facts();
    let on_schedule = facts.get("protection.on_schedule").and_then(Value::as_bool);
    Some(match facts.get("protection.state").and_then(Value::as_str) {
        Some("protected") if on_schedule == Some(true) => "on_schedule",
        Some("protected") if on_schedule == Some(false) => "restorable_only",
        Some("protected") => "protected",
        Some("stale") => "stale",
        Some("selected_not_protected") => "selected_not_protected",
        Some("opt_in_blocked") => "opt_in_blocked",
        Some("unprotected") => "unprotected",
        _ => "unknown",
    })
}

/// Statuses, those that need attention first.
pub const STATUSES: [Status; 4] = [Status::Fail, Status::Unknown, Status::Waived, Status::Pass];

fn status_place(status: Status) -> i64 {
    STATUSES.iter().position(|known| *known == status).map_or(NONE, |place| place as i64)
}

fn severity_place(severity: Severity) -> i64 {
    Severity::ALL.iter().position(|known| *known == severity).map_or(NONE, |place| place as i64)
}

/// Writes an object of `head` and parts, part by part, without copying the parts.
fn script_safe(head: &Value, parts: &[(&str, &dyn ErasedPart)], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\"head\":")?;
    head.write(out)?;
    for (name, part) in parts {
        write!(out, ",\n\"{name}\":")?;
        part.write(out)?;
    }
    out.write_all(b"}")
}

/// What can be written as JSON into a script element.
trait ErasedPart {
    fn write(&self, out: &mut dyn Write) -> io::Result<()>;
}

impl<T: Serialize> ErasedPart for T {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.serialize(&mut Serializer::with_formatter(out, ScriptSafe)).map_err(io::Error::from)
    }
}

/// JSON without the characters that could end the script element or be markup; within JSON they occur in texts only.
struct ScriptSafe;

impl Formatter for ScriptSafe {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut start = 0;
        for (place, found) in fragment.match_indices(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            writer.write_all(&fragment.as_bytes()[start..place])?;
            for unit in found.encode_utf16() {
                write!(writer, "\\u{unit:04x}")?;
            }
            start = place + found.len();
        }
        writer.write_all(&fragment.as_bytes()[start..])
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        serde_json::ser::CompactFormatter.write_char_escape(writer, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::{ErasedPart, Texts};

    #[test]
    fn json_cannot_end_its_element() {
        let hostile = "</script><!--<script>&\u{2028}\"\\\n";
        let mut out = Vec::new();
        hostile.write(&mut out).expect("written");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text, r#""\u003c/script\u003e\u003c!--\u003cscript\u003e\u0026\u2028\"\\\n""#);
        assert_eq!(serde_json::from_str::<String>(&text).expect("JSON"), hostile);
    }

    #[test]
    fn texts_are_kept_once_in_order() {
        let mut texts = Texts::default();
        assert_eq!(["b", "a", "b"].map(|text| texts.add(text.to_owned())), [0, 1, 0]);
        assert_eq!(texts.into_list(), ["b", "a"]);
    }
}
