//! `rel9 policy check` for a terminal. Only renders the document.

use super::escape::terminal;
use super::{Target, wrap};
use crate::audit::policy_check::{Placed, PolicyCheck, Remark};
use crate::inventory::arn;
use std::fmt::Write as _;

const BOLD: &str = "1";
const RED: &str = "1;31";
const GREEN: &str = "1;32";
const YELLOW: &str = "1;33";

/// Text for a terminal.
pub fn text(check: &PolicyCheck, target: &Target) -> String {
    let mut page = Page { target, out: String::new() };
    let against = match check.checked_against.as_deref() {
        Some("demo") => "checked against the demo organisation".to_owned(),
        Some("inventory") => "checked against the inventory".to_owned(),
        Some(languages) => format!("checked against templates ({languages})"),
        None => "checked by itself (give it an inventory or templates to see what matches)".to_owned(),
    };
    page.paragraph("", &format!("{}, {against}, as of {}", check.policy, check.as_of.format("%Y-%m-%d")), BOLD);
    page.remarks("To mend", RED, &check.mend);
    page.remarks("Notes", YELLOW, &check.notes);
    page.objectives(check);
    let (style, verdict) = match check.mend.len() {
        0 => (GREEN, "nothing to mend".to_owned()),
        count => (RED, format!("{count} to mend")),
    };
    page.out.push('\n');
    page.paragraph("", &format!("{}: {verdict}", check.policy), style);
    page.out
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
    fn paragraph(&mut self, lead: &str, text: &str, style: &str) {
        let indent = wrap::columns(lead);
        for (number, line) in wrap::text(&terminal(text), self.target.width.saturating_sub(indent)).iter().enumerate() {
            let line = if style.is_empty() { line.clone() } else { self.paint(line, style) };
            let lead = if number == 0 { lead.to_owned() } else { " ".repeat(indent) };
            let _ = writeln!(self.out, "{}", format!("{lead}{line}").trim_end());
        }
    }

    fn remarks(&mut self, title: &str, style: &str, remarks: &[Remark]) {
        if remarks.is_empty() {
            return;
        }
        self.out.push('\n');
        self.paragraph("", &format!("{title} ({})", remarks.len()), style);
        let widest = remarks.iter().filter_map(|remark| remark.line).max().map_or(1, |line| line.to_string().len());
        for remark in remarks {
            let lead = match remark.line {
                Some(line) => format!("  line {line:>widest$}  "),
                None => " ".repeat(widest + 9),
            };
            self.paragraph(&lead, &format!("{}: {}", remark.entry, remark.what), "");
        }
    }

    fn objectives(&mut self, check: &PolicyCheck) {
        let Some(none) = &check.no_objective else { return };
        let name = |placed: &Placed| match &placed.objective {
            Some(name) => terminal(name),
            None => "(no objective)".to_owned(),
        };
        let rows: Vec<&Placed> = check.objectives.iter().chain([none].into_iter().filter(|none| none.resources > 0)).collect();
        self.out.push('\n');
        self.paragraph("", "Which data has which objective", BOLD);
        if rows.is_empty() {
            self.paragraph("  ", "no data resource was read", "");
        }
        let widest = rows.iter().map(|placed| wrap::columns(&name(placed))).max().unwrap_or(0).min(40);
        let digits = rows.iter().map(|placed| placed.resources.to_string().len()).max().unwrap_or(1);
        for placed in rows {
            let name = name(placed);
            let gap = " ".repeat(widest.saturating_sub(wrap::columns(&name)));
            let lead = format!("  {name}{gap}  {:>digits$}  ", placed.resources);
            let others = [(placed.reproducible, "reproducible"), (placed.not_counted, "not counted")];
            let others: Vec<String> =
                others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("+ {count} {what}")).collect();
            let more = if placed.resources > placed.examples.len() as u64 { ", …" } else { "" };
            let examples: Vec<String> = placed.examples.iter().map(|resource| short(resource)).collect();
            let examples = Some(examples.join(", ")).filter(|examples| !examples.is_empty()).map(|examples| format!("{examples}{more}"));
            let parts: Vec<String> = others.into_iter().chain(examples).collect();
            // Below the name, where the columns leave too little room.
            match wrap::columns(&lead) > self.target.width / 2 {
                true => {
                    let _ = writeln!(self.out, "{}", lead.trim_end());
                    self.paragraph("      ", &parts.join(" · "), "");
                }
                false => self.paragraph(&lead, &parts.join(" · "), ""),
            }
        }
        if check.unknown_objective > 0 {
            self.paragraph("  ", &format!("The objective of {} is unknown: something was not read.", count(check.unknown_objective)), "");
        }
    }
}

/// Service and resource of an ARN, or the file and name of a declaration: the document has them in full.
fn short(resource: &str) -> String {
    match resource.strip_prefix("template:") {
        Some(declared) => declared.rsplit('/').next().unwrap_or(declared).to_owned(),
        None if resource.starts_with("arn:") => format!("{}:{}", arn::service(resource), arn::resource(resource)),
        None => resource.to_owned(),
    }
}

fn count(resources: u64) -> String {
    if resources == 1 { "1 data resource".to_owned() } else { format!("{resources} data resources") }
}
