//! The facts of a resource: of data by part, of other resources by name.

use super::{LISTED, Page, YELLOW, cut, lines};
use crate::audit::explain::document::{Explanation, Owed};
use crate::inventory::DEPLOYED;
use crate::inventory::figures::human_duration;
use crate::protection::facts::{State, Window};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Characters of one value.
const VALUE: usize = 300;

/// Entries of a list that is one value of many.
const SHORT: usize = 3;

impl Page<'_> {
    /// What data owes, what backs it up, and what could.
    pub(super) fn ways(&mut self, found: &Explanation) {
        if let Some(owed) = &found.objective {
            self.title("What it owes");
            self.paragraph("  ", &owed.from);
            let terms = terms(owed);
            match terms.as_slice() {
                // A findings document quotes only a part.
                [] if !owed.terms.contains_key("retention_seconds") => {}
                [] => self.paragraph("  ", "it sets no RPO, no RTO and no retention"),
                terms => self.paragraph("  ", &terms.join(", ")),
            }
        }
        let nothing = match found.state {
            Some(State::Protected | State::Stale) => "no mechanism of its own",
            _ => "nothing backs it up",
        };
        self.list(found, "mechanisms", "How it is backed up", nothing, |mechanism| ("  - ".to_owned(), lines::mechanism(&mechanism)));
        let windows: Vec<Window> = known(found, "windows").unwrap_or_default();
        windows.iter().for_each(|window| self.paragraph("  Restorable: ", &lines::window(window)));
        let count = found.protection.get("considered_count").and_then(Value::as_u64);
        let title =
            count.map_or_else(|| "Plans and policies considered".to_owned(), |count| format!("Plans and policies considered ({count})"));
        let none = "its account and Region have no backup plan, and no DLM policy for its type";
        self.list(found, "considered", &title, none, |considered| {
            let (sign, text) = lines::considered(&considered);
            (format!("  {sign} "), text)
        });
        // A findings document quotes ten of them.
        let quoted = found.protection.get("considered").and_then(Value::as_array).map_or(0, Vec::len) as u64;
        if let Some(more) = count.and_then(|count| count.checked_sub(quoted)).filter(|more| *more > 0 && quoted > 0) {
            self.paragraph("  ", &format!("… and {more} more"));
        }
    }

    /// What can be restored, and what was.
    pub(super) fn backups(&mut self, found: &Explanation) {
        let windows: Vec<Window> = known(found, "windows").unwrap_or_default();
        let none = if windows.is_empty() { "none can be restored" } else { "none besides the continuous ones above" };
        self.list(found, "backups", "Backups", none, |backup| ("  - ".to_owned(), lines::backup(&backup)));
        self.list(found, "copies", "Copies elsewhere", "none", |copy| ("  - ".to_owned(), lines::copy(&copy)));
        self.list(found, "restores", "Restores", "none was seen: nobody has proved that it can be restored", |restore| {
            ("  - ".to_owned(), lines::restore(&restore))
        });
    }

    /// A list of facts, or why it is not known.
    fn list<T: DeserializeOwned>(
        &mut self,
        found: &Explanation,
        name: &str,
        title: &str,
        none: &str,
        line: impl Fn(T) -> (String, String),
    ) {
        let Some(all) = found.protection.get(name).and_then(Value::as_array) else {
            // A note says of a template that it does not show backups.
            let reasons = found.unread.get(name).filter(|reasons| reasons.iter().any(|reason| reason != DEPLOYED));
            if let Some(reasons) = reasons {
                self.title(title);
                self.painted("  ? ", &format!("not known: {}", reasons.join("; ")), Some(YELLOW));
            }
            return;
        };
        let entries: Vec<T> = known(found, name).unwrap_or_default();
        let shown = if self.target.all { entries.len() } else { LISTED };
        let hidden = entries.len().saturating_sub(shown);
        let newest = ["backups", "copies", "restores"].contains(&name);
        let title = match (hidden, newest) {
            (0, _) | (_, false) => title.to_owned(),
            (_, true) => format!("{title} (the newest {shown} of {})", entries.len()),
        };
        self.title(&title);
        if entries.is_empty() {
            self.paragraph("  ", none);
        }
        for entry in entries.into_iter().take(shown) {
            let (lead, text) = line(entry);
            self.paragraph(&lead, &text);
        }
        // Evidence of a findings document says itself how many it leaves out.
        all.iter().filter_map(Value::as_str).for_each(|more| self.paragraph("  ", more));
        if hidden > 0 {
            self.paragraph("  ", &format!("… and {hidden} more (--all shows them, --format json has them)"));
        }
    }

    /// The resource's own settings.
    pub(super) fn settings(&mut self, found: &Explanation) {
        self.map("Its settings", &found.properties);
    }

    /// The facts of what is not data.
    pub(super) fn facts(&mut self, found: &Explanation) {
        self.map("What rel9 found out about it", &found.protection);
        let unread: Vec<_> = found.unread.iter().filter(|(name, reasons)| !name.contains("[]") && !reasons.is_empty()).collect();
        if !unread.is_empty() {
            self.title("What is not known of it");
        }
        for (name, reasons) in unread {
            self.painted("  - ", &format!("{name}: {}", reasons.join("; ")), Some(YELLOW));
        }
    }

    fn map(&mut self, title: &str, map: &Map<String, Value>) {
        if map.is_empty() {
            return;
        }
        self.title(title);
        for (name, value) in map {
            match value {
                Value::Array(entries) if entries.iter().any(Value::is_object) => {
                    self.paragraph("  ", &format!("{name} ({})", entries.len()));
                    let shown = if self.target.all { entries.len() } else { SHORT };
                    entries.iter().take(shown).for_each(|entry| self.paragraph("    - ", &cut(&spelt(name, entry), VALUE)));
                    if entries.len() > shown {
                        self.paragraph("    ", &format!("… and {} more", entries.len() - shown));
                    }
                }
                value => self.paragraph("  ", &format!("{name}: {}", cut(&spelt(name, value), VALUE))),
            }
        }
    }
}

/// A value of JSON in words: durations with their units, lists and objects without their brackets.
fn spelt(name: &str, value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_i64().filter(|_| name.ends_with("_seconds")) {
            Some(seconds) => human_duration(seconds),
            None => number.to_string(),
        },
        Value::Array(entries) if entries.is_empty() => "none".to_owned(),
        Value::Array(entries) => entries.iter().map(|entry| spelt(name, entry)).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(field, value)| match value {
                Value::Object(_) | Value::Array(_) => format!("{field} ({})", spelt(field, value)),
                value => format!("{field} {}", spelt(field, value)),
            });
            fields.collect::<Vec<_>>().join(", ")
        }
    }
}

/// The entries of a list; texts among them say how many are left out.
fn known<T: DeserializeOwned>(found: &Explanation, name: &str) -> Option<Vec<T>> {
    let all = found.protection.get(name)?.as_array()?;
    Some(all.iter().filter(|entry| !entry.is_string()).filter_map(|entry| serde_json::from_value(entry.clone()).ok()).collect())
}

/// `RPO 1 h`, `retention 35 d`, `a copy in another Region`
fn terms(owed: &Owed) -> Vec<String> {
    let mut found = Vec::new();
    let names = [
        ("rpo_seconds", "RPO"),
        ("rto_seconds", "RTO"),
        ("retention_seconds", "retention"),
        ("restore_test_every_seconds", "a restore test every"),
    ];
    for (name, word) in names {
        if let Some(seconds) = owed.terms.get(name).and_then(Value::as_i64) {
            found.push(format!("{word} {}", human_duration(seconds)));
        }
    }
    let is_required = |value: Option<&Value>| value.and_then(Value::as_str) == Some("required");
    let copies = owed.terms.get("copies");
    let wanted =
        [("region", "a copy in another Region"), ("account", "a copy in another account"), ("air_gapped", "a copy in an air-gapped vault")];
    found.extend(
        wanted.into_iter().filter(|(name, _)| is_required(copies.and_then(|copies| copies.get(name)))).map(|(_, word)| word.to_owned()),
    );
    if is_required(owed.terms.get("immutable")) {
        found.push("backups that nobody can delete".to_owned());
    }
    let mechanisms = owed.terms.get("mechanisms").and_then(Value::as_array);
    if let Some(some) = mechanisms.filter(|all| all.len() < crate::rules::objective::ALL_MECHANISMS.len()) {
        let names: Vec<&str> = some.iter().filter_map(Value::as_str).collect();
        found.push(format!("only {} count", names.join(", ")));
    }
    found
}
