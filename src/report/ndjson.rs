//! `ndjson`: the findings of the document, one a line.

use super::{Report, Target, json};
use crate::audit::findings::Findings;
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "ndjson", about: "its findings, one a line", write };

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    findings.findings.iter().try_for_each(|finding| json::compact(finding, out))
}
