//! `csv`: every finding as a row (RFC 4180), and every file that could not be read, for spreadsheets. Rows are written one after the other.
//!
//! No cell can become a formula: see [`cell`]. New columns go to the end, because people sort and filter by column.

use super::escape::{cut, terminal};
use super::{Report, Target, unread, words};
use crate::audit::findings::{Finding, Findings};
use csv::{ErrorKind, QuoteStyle, Terminator, WriterBuilder};
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "csv", about: "every finding as a row, for spreadsheets", write };

/// Maximum characters of a cell in Excel (Microsoft, "Excel specifications and limits"): a longer text would spill into the next rows.
const CELL: usize = 32_767;

const COLUMNS: [&str; 24] = [
    "id",
    "rule",
    "best_practice",
    "severity",
    "status",
    "title",
    "message",
    "account",
    "region",
    "type",
    "arn",
    "resource_id",
    "name",
    "tags",
    "file",
    "line",
    "unknown_because",
    "waiver_reason",
    "waiver_expires",
    "remediation",
    "docs",
    "baseline",
    "waiver_approved_by",
    "fix",
];

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    // All cells are quoted, so that a spreadsheet that separates at semicolons does not split a text.
    let mut rows = WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Always).from_writer(out);
    rows.write_record(COLUMNS).map_err(io_error)?;
    let unread = unread::as_findings(findings);
    for finding in findings.findings.iter().map(Box::as_ref).chain(&unread) {
        let row = row(finding).map(|text| cell(&text));
        rows.write_record(row.iter().chain([&code(finding)])).map_err(io_error)?;
    }
    rows.flush()
}

fn row(finding: &Finding) -> [String; COLUMNS.len() - 1] {
    let resource = &finding.resource;
    let (waiver, location, remediation) = (finding.waiver.as_ref(), finding.location.as_ref(), finding.remediation.as_ref());
    // JSON, because keys and values may contain any separator.
    let tags = if resource.tags.is_empty() { String::new() } else { serde_json::to_string(&resource.tags).unwrap_or_default() };
    [
        finding.id.to_string(),
        finding.rule.to_string(),
        finding.best_practice.id().to_owned(),
        finding.severity.as_str().to_owned(),
        finding.status.as_str().to_owned(),
        finding.headline().to_string(),
        finding.message.to_string(),
        resource.account.clone(),
        resource.region.clone(),
        resource.type_name.clone(),
        resource.arn.clone(),
        resource.id.clone(),
        resource.name.clone().unwrap_or_default(),
        tags,
        location.map(|location| location.file.to_string()).unwrap_or_default(),
        location.map(|location| location.line.to_string()).unwrap_or_default(),
        finding.unknown_because.join("; "),
        waiver.map(|waiver| waiver.reason.clone()).unwrap_or_default(),
        waiver.and_then(|waiver| waiver.expires).map(|expires| expires.to_string()).unwrap_or_default(),
        remediation.map(|remediation| remediation.summary.to_string()).unwrap_or_default(),
        remediation.map(|remediation| remediation.docs.join(" ")).unwrap_or_default(),
        finding.baseline.map(|mark| mark.as_str().to_owned()).unwrap_or_default(),
        waiver.map(|waiver| waiver.approved_by.clone()).unwrap_or_default(),
    ]
}

/// The cell of the fix: the code of a template's finding, the commands of a live one. It keeps its lines, because code on one line would be
/// wrong; for the same reason it is left out where it does not fit.
fn code(finding: &Finding) -> String {
    let commands = || finding.remediation.iter().flat_map(|remediation| &remediation.cli).map(|command| terminal(command)).collect();
    let lines: Vec<String> = words::fix(finding).map_or_else(commands, |fix| fix.code.lines().map(terminal).collect());
    let code = as_text(lines.join("\n"));
    if code.chars().count() > CELL { String::new() } else { code }
}

/// A cell on one line that every spreadsheet reads as text.
fn cell(text: &str) -> String {
    let text = as_text(terminal(&cut(text, CELL)));
    cut(&text, CELL).into_owned()
}

/// The text with `'` before a character that begins a formula (OWASP, "CSV Injection"). Full-width signs begin one too in some languages'
/// versions, and some programs skip spaces first.
fn as_text(mut text: String) -> String {
    if text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        text.insert(0, '\'');
    }
    text
}

/// The original I/O error, so that a closed pipe can be distinguished from a full disk.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{CELL, cell};

    #[test]
    fn formulas_are_texts() {
        for formula in ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1"] {
            assert!(cell(formula).starts_with('\''), "{formula:?}");
        }
        assert_eq!(cell("a=1"), "a=1");
        assert_eq!(cell("two\nlines"), "two lines");
    }

    #[test]
    fn a_cell_fits_into_excel() {
        assert_eq!(cell(&"=".repeat(1_000_000)).chars().count(), CELL);
    }
}
