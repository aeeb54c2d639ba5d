//! The failing findings as a list, for browsers without JavaScript.

use super::text::{Html, counted};
use crate::audit::findings::{Findings, Status};
use crate::report::escape::cut;
use crate::report::words;
use std::io::{self, Write};

/// Findings listed in all, and of one rule.
const LISTED: usize = 1_000;
const OF_A_RULE: usize = 50;

/// Writes the list, by rule, the most severe first.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(
        b"<p class=\"notice\">Search, filters and evidence need JavaScript. These are the failing findings by rule; \
          <code>--format table --all</code> or <code>--format csv</code> shows all findings.</p>",
    )?;
    let mut groups = words::groups(findings, |finding| finding.status == Status::Fail);
    groups.sort_by_key(|group| std::cmp::Reverse(group.first().map(|finding| finding.severity)));
    let mut left = LISTED;
    for group in &groups {
        let Some(first) = group.first() else { continue };
        let severity = first.severity.as_str();
        write!(
            out,
            "<h3><span class=\"badge {severity}\">{severity}</span> {} <small>{}, {}</small></h3><ul>",
            Html(first.headline()),
            Html(&cut(&first.rule, 80)),
            counted(group.len() as u64, "finding"),
        )?;
        let listed = group.len().min(OF_A_RULE).min(left);
        for finding in group.iter().take(listed) {
            write!(out, "<li>{}: {}</li>", Html(&cut(&words::resource(finding), 200)), Html(&cut(&finding.message, 300)))?;
        }
        if listed < group.len() {
            write!(out, "<li>and {} more</li>", group.len() - listed)?;
        }
        out.write_all(b"</ul>")?;
        left -= listed;
    }
    Ok(())
}
