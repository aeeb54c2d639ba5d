//! `rel9 explain` for a terminal. Only renders the document.

mod facts;
mod lines;

use super::escape::{cut, terminal};
use super::{Target, words, wrap};
use crate::audit::explain::Named;
use crate::audit::explain::document::{Call, Change, ChangeKind, Explanation};
use crate::audit::findings::{Finding, Status};
use crate::inventory::CoverageStatus;
use crate::protection::facts::State;
use crate::rules::Severity;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Characters of one text.
const TEXT: usize = 1_000;

/// Entries that a list shows without `--all`.
const LISTED: usize = 10;

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "1;31";
const GREEN: &str = "1;32";
const YELLOW: &str = "1;33";

/// Text for a terminal.
pub fn text(found: &Explanation, target: &Target) -> String {
    let mut page = Page { target, out: String::new() };
    page.head(found);
    if let Some(change) = &found.change {
        page.change(change, found);
    }
    if found.state.is_some() || found.objective.is_some() || found.exempt.is_some() {
        page.ways(found);
        page.findings(found);
        page.backups(found);
        if target.all {
            page.settings(found);
        }
    } else {
        page.findings(found);
        page.settings(found);
        page.facts(found);
    }
    page.calls(&found.calls);
    page.out
}

/// The resources that have a name, or names near to it: one a line.
pub fn names(names: &[Named]) -> String {
    let mut out = String::new();
    for named in names {
        let name = if named.arn.ends_with(&named.name) { String::new() } else { format!("{}: ", named.name) };
        // Where several accounts have one ARN, the place tells them apart.
        let is_shared = names.iter().filter(|other| other.arn == named.arn).count() > 1;
        let place = if is_shared { format!(" in {}", named.place) } else { String::new() };
        let line = format!("  {name}{} ({}){place}", named.arn, named.type_name);
        let _ = writeln!(out, "{}", terminal(&cut(&line, TEXT)));
    }
    out
}

struct Page<'t> {
    target: &'t Target<'t>,
    out: String,
}

impl Page<'_> {
    fn paint(&self, text: &str, style: &str) -> String {
        if self.target.colour { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A paragraph; the lines after its first begin below the text behind `lead`.
    fn paragraph(&mut self, lead: &str, text: &str) {
        self.painted(lead, text, None);
    }

    fn painted(&mut self, lead: &str, text: &str, style: Option<&str>) {
        let indent = wrap::columns(lead);
        let safe = terminal(&cut(text, TEXT));
        for (number, line) in wrap::text(&safe, self.target.width.saturating_sub(indent)).iter().enumerate() {
            let lead = if number == 0 { lead.to_owned() } else { " ".repeat(indent) };
            let line = style.map_or_else(|| line.clone(), |style| self.paint(line, style));
            let _ = writeln!(self.out, "{lead}{line}");
        }
    }

    fn title(&mut self, text: &str) {
        self.out.push('\n');
        self.painted("", text, Some(BOLD));
    }

    /// Commands, or the lines of a snippet.
    fn how(&mut self, how: &str) {
        for line in how.lines() {
            let lines = match line.starts_with("aws ") {
                true => wrap::command(&terminal(line), 4, self.target.width),
                false => vec![format!("    {}", terminal(line))],
            };
            for line in lines {
                let _ = writeln!(self.out, "{line}");
            }
        }
    }

    fn head(&mut self, found: &Explanation) {
        let resource = &found.resource;
        let name = words::name_of(resource).map_or(String::new(), |name| format!(" ({name})"));
        self.painted("", &format!("{}{name}, {}", resource.id, resource.type_name), Some(BOLD));
        if resource.arn != resource.id {
            self.paragraph("", &resource.arn);
        }
        let place: Vec<&str> =
            [&resource.account, &resource.region].into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let mut facts = vec![place.join("/")];
        facts.extend(found.location.as_ref().map(|location| format!("{}:{}", location.file, location.line)));
        facts.push(format!("as of {}", found.as_of.format("%Y-%m-%d %H:%M UTC")));
        facts.push(format!("source: {}", found.source));
        facts.retain(|fact| !fact.is_empty());
        self.paragraph("", &facts.join(" · "));
        if !resource.tags.is_empty() {
            let tags: Vec<String> = resource.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
            self.paragraph("Tags: ", &tags.join(", "));
        }
        for note in &found.notes {
            self.paragraph("Note: ", note);
        }
        self.out.push('\n');
        self.verdict(found);
    }

    fn verdict(&mut self, found: &Explanation) {
        if let Some(exempt) = &found.exempt {
            let until = exempt.why.expires_at.map_or(String::new(), |at| format!(", until {}", at.format("%Y-%m-%d")));
            let by = match &exempt.place {
                Some(place) => format!(" (declared in {place})"),
                None if exempt.why.declared => " (declared in the policy file)".to_owned(),
                None => " (by its own settings)".to_owned(),
            };
            let reason = exempt.why.reason.as_deref().unwrap_or("no reason given");
            self.painted("", "EXEMPT: its data can be rebuilt, so it owes no backup", Some(GREEN));
            self.paragraph("", &format!("{reason}{until}{by}"));
        }
        let why = found.explanation.as_deref().unwrap_or_default();
        let (word, style) = match found.state {
            Some(State::Protected) if found.protection.get("on_schedule").and_then(serde_json::Value::as_bool) == Some(false) => {
                ("RESTORABLE ONLY", YELLOW)
            }
            Some(State::Protected) => ("PROTECTED", GREEN),
            Some(State::Stale) => ("STALE", YELLOW),
            Some(State::OptInBlocked) => ("BLOCKED BY OPT-IN", RED),
            Some(State::SelectedNotProtected) => ("SELECTED, NOT PROTECTED", RED),
            Some(State::Unprotected) => ("UNPROTECTED", RED),
            None if !found.unknown_because.is_empty() => ("UNKNOWN", YELLOW),
            None => return self.totals(found),
        };
        match found.state {
            // It is what it is, and nobody asks for more.
            Some(_) if found.exempt.is_some() => self.paragraph("", &format!("{}: {why}", word.to_lowercase())),
            Some(_) => self.painted("", &format!("{word}: {why}"), Some(style)),
            None => {
                let (first, rest) = found.unknown_because.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
                self.painted("", &format!("{word}: {first}"), Some(style));
                rest.iter().take(LISTED).for_each(|reason| self.paragraph("  - ", reason));
            }
        }
        self.totals(found);
    }

    fn totals(&mut self, found: &Explanation) {
        let counts = &found.counts;
        if *counts == Default::default() {
            return;
        }
        self.paragraph(
            "Findings: ",
            &format!("{} fail, {} unknown, {} waived, {} pass", counts.fail, counts.unknown, counts.waived, counts.pass),
        );
    }

    fn change(&mut self, change: &Change, found: &Explanation) {
        self.title(match change.kind {
            ChangeKind::Read => "What would make it known",
            ChangeKind::Fix if found.counts.fail > 0 => "What would help most",
            _ => "What would make it pass",
        });
        self.paragraph("  ", &change.summary);
        if change.tested {
            self.paragraph("  ", &format!("Tested: rel9 judged it again with this change, and it passes {}.", change.passes.join(", ")));
        }
        change.then.iter().for_each(|then| self.paragraph("  - ", then));
        change.how.iter().for_each(|how| self.how(how));
    }

    fn findings(&mut self, found: &Explanation) {
        if found.findings.is_empty() {
            return;
        }
        self.title("Findings that do not pass");
        for finding in &found.findings {
            self.finding(finding);
        }
    }

    fn finding(&mut self, finding: &Finding) {
        let style = match (finding.status, finding.severity) {
            (Status::Fail, Severity::Critical | Severity::High) => RED,
            (Status::Fail, _) | (Status::Unknown, _) => YELLOW,
            _ => DIM,
        };
        let status = match finding.status {
            Status::Fail => finding.severity.as_str().to_uppercase(),
            status => format!("{} ({})", status.as_str().to_uppercase(), finding.severity.as_str()),
        };
        let lead = format!("  {status} ");
        let indent = wrap::columns(&lead);
        let text = format!("{} · {}", finding.headline(), finding.rule);
        for (number, line) in wrap::text(&terminal(&text), self.target.width.saturating_sub(indent)).iter().enumerate() {
            let lead = if number == 0 { self.paint(&lead, style) } else { " ".repeat(indent) };
            let _ = writeln!(self.out, "{lead}{line}");
        }
        self.paragraph("    ", &finding.message);
        // The message says of a waiver that has ended that it has.
        if let Some(waiver) = finding.waiver.as_ref().filter(|_| finding.status == Status::Waived) {
            self.paragraph("    ", &words::waiver(waiver));
        }
        if let Some(remediation) = finding.remediation.as_ref().filter(|_| finding.status == Status::Fail) {
            self.paragraph("    Fix: ", &remediation.summary);
        }
    }

    /// The calls: those that did not answer one by one, the others by service.
    fn calls(&mut self, calls: &[Call]) {
        if calls.is_empty() {
            return;
        }
        self.title("What this rests on");
        let mut answered: BTreeMap<(String, &str), Vec<String>> = BTreeMap::new();
        for call in calls {
            let at = call.at.map_or(String::new(), |at| format!(" at {}", at.format("%Y-%m-%d %H:%M UTC")));
            let entry = &call.entry;
            if entry.status == CoverageStatus::Ok {
                answered.entry((at, &entry.service)).or_default().push(format!("{} ({})", entry.operation, entry.items));
                continue;
            }
            let error = entry.error.as_ref().map_or(String::new(), |error| format!(": {error}"));
            let text = format!("{}:{} {}{at}{error}", entry.service, entry.operation, entry.status.as_str());
            let style = if entry.status == CoverageStatus::Unavailable { DIM } else { YELLOW };
            self.painted("  ! ", &text, Some(style));
        }
        for ((at, service), operations) in answered {
            self.paragraph("  - ", &format!("{service}{at}: {}", operations.join(", ")));
        }
    }
}
