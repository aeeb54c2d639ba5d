//! What all parts of the table write with: styles, paragraphs, columns.

use crate::audit::findings::Findings;
use crate::report::{Target, wrap};
use crate::rules::Severity;
use std::io::{self, Write};

/// Maximum characters of one text: a name or a message may have a megabyte.
pub const TEXT: usize = 1_000;

pub const BOLD: &str = "1";
pub const DIM: &str = "2";
pub const GOOD: &str = "32";
pub const BAD: &str = "1;31";
pub const DOUBTFUL: &str = "1;33";

pub struct Page<'a> {
    pub findings: &'a Findings,
    pub target: &'a Target<'a>,
}

impl Page<'_> {
    /// A text in an ANSI style, if colour is on.
    pub fn paint(&self, text: &str, style: &str) -> String {
        if self.target.colour && !text.is_empty() { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub fn bold(&self, text: &str) -> String {
        self.paint(text, BOLD)
    }

    /// A text behind a lead, its further lines indented as far.
    pub fn paragraph(&self, out: &mut dyn Write, lead: &str, text: &str) -> io::Result<()> {
        self.wrapped(lead, text).iter().try_for_each(|line| writeln!(out, "{line}"))
    }

    /// The lines of a paragraph.
    pub fn wrapped(&self, lead: &str, text: &str) -> Vec<String> {
        let indent = " ".repeat(wrap::columns(lead));
        let lines = wrap::text(text, self.target.width.saturating_sub(indent.len()));
        lines.iter().enumerate().map(|(number, line)| format!("{}{line}", if number == 0 { lead } else { &indent })).collect()
    }
}

/// The style of a severity.
pub fn of_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => BAD,
        Severity::High => "31",
        Severity::Medium => "33",
        Severity::Low => "36",
        Severity::Info => DIM,
    }
}

/// The style of a best practice's risk.
pub fn of_risk(risk: &str) -> &'static str {
    match risk {
        "high" => BAD,
        "medium" => "33",
        "none" => GOOD,
        _ => "35",
    }
}
