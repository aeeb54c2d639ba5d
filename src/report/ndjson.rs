//! `ndjson`: the findings of the document, one a line.

use super::{Report, Target};
use crate::audit::findings::Findings;
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "ndjson", about: "its findings, one a line", write };

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    for finding in &findings.findings {
        serde_json::to_writer(&mut *out, finding)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
