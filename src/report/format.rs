//! What a report format is.

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
