//! The interface of report formats.

use crate::audit::findings::Findings;
use std::io::{self, Write};

/// What a report may know about its output.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Columns; for files and pipes, those of a plain terminal.
    pub width: usize,
    pub colour: bool,
    /// Include passing findings in reports that omit them.
    pub all: bool,
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
