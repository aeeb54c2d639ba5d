//! Reports: the findings document in the forms that people and tools want. They render; none computes what another does not have.
//! To add one: copy a file and add it to [`ALL`].

mod asff;
mod csv;
pub mod diff;
pub mod escape;
mod html;
pub mod json;
mod junit;
mod limit;
mod markdown;
mod ndjson;
mod ocsf;
mod openmetrics;
mod parts;
mod sarif;
mod table;
mod unread;
pub mod wa;
mod words;
mod wrap;

use crate::audit::findings::Findings;
use std::io::{self, Write};

/// What a report may know of the place that it is written to.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Columns; for files and pipes those of a plain terminal.
    pub width: usize,
    pub colour: bool,
    /// Passing findings too, where a report leaves them out.
    pub all: bool,
}

/// One format.
pub struct Report {
    /// What `--format` calls it.
    pub name: &'static str,
    /// One line for the help text.
    pub about: &'static str,
    /// Writes the document in this format.
    pub write: fn(&Findings, &Target, &mut dyn Write) -> io::Result<()>,
}

/// Every format.
pub const ALL: &[Report] = &[
    table::REPORT,
    json::REPORT,
    ndjson::REPORT,
    ocsf::REPORT,
    asff::REPORT,
    sarif::REPORT,
    junit::REPORT,
    csv::REPORT,
    markdown::REPORT,
    html::REPORT,
    wa::REPORT,
    openmetrics::REPORT,
];

/// The format of a name.
pub fn find(name: &str) -> Option<&'static Report> {
    ALL.iter().find(|report| report.name == name)
}
