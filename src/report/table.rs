//! `table`: for people at a terminal. First what fails, then a last block that fits a terminal of 80 × 24: the answer to REL 9, the worst
//! resources, and the gate's verdict.

mod block;
mod body;
mod fix;
mod page;
mod parts;
mod policy;
mod rule;

use super::{Report, Target};
use crate::audit::findings::Findings;
use page::Page;
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "table", about: "for people at a terminal", write };

fn write(findings: &Findings, target: &Target, out: &mut dyn Write) -> io::Result<()> {
    let page = Page { findings, target };
    writeln!(out, "{}{}\n", page.bold("REL 9: How do you back up data?"), page.paint(" The answer is at the end.", page::DIM))?;
    body::write(&page, out)?;
    block::write(&page, out)
}

/// The last block alone, for standard error where no table goes to standard output.
///
/// # Errors
/// Those of `out`.
pub fn last_block(findings: &Findings, target: &Target, out: &mut dyn Write) -> io::Result<()> {
    block::write(&Page { findings, target }, out)
}
