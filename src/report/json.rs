//! `json`: the findings document itself.

use super::{Report, Target};
use crate::audit::findings::Findings;
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "json", about: "the findings document", write };

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, findings)?;
    out.write_all(b"\n")
}
