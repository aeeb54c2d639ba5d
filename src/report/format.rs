//! The interface of report formats.

use crate::audit::findings::Findings;
use crate::rules::Severity;
use std::io::{self, Write};

/// What a report may know about its output.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Columns; for files and pipes, those of a plain terminal.
    pub width: usize,
    pub colour: bool,
    /// Include passing findings in reports that omit them.
    pub all: bool,
    /// The lowest severity of the failing findings that the table shows; `None` leaves it to the table.
    pub min_severity: Option<Severity>,
    pub group_by: GroupBy<'a>,
    /// The table shows how to fix what fails.
    pub fix: bool,
}

impl Target<'static> {
    /// A file or a pipe, with everything as it is by default.
    pub const PLAIN: Target<'static> =
        Target { width: 100, colour: false, all: false, min_severity: None, group_by: GroupBy::Rule, fix: false };
}

/// The order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy<'a> {
    Rule,
    Resource,
    Account,
    Region,
    /// The value of this tag.
    Tag(&'a str),
}

/// One format.
pub struct Report {
    /// Its name for `--format`.
    pub name: &'static str,
    /// One line for the help text.
    pub about: &'static str,
    /// Writes the document in this format.
    pub write: fn(&Findings, &Target, &mut dyn Write) -> io::Result<()>,
}
