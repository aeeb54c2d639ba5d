//! `ndjson`: the findings of the document, one per line.

use super::{Report, Target, json, parts};
use crate::audit::findings::Findings;
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "ndjson", about: "its findings, one per line", write };

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    parts::each(&findings.findings, json::line, |line| out.write_all(&line))
}
