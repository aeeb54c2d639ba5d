//! The findings of one rule.

use super::fix;
use super::page::{DIM, Page, TEXT, of_severity};
use crate::audit::findings::{Finding, Status};
use crate::report::escape::{cut, terminal};
use crate::report::{words, wrap};
use crate::rules::Severity;
use std::io::{self, Write};

/// Resources per rule without `--all`: of high and critical findings, and of others.
const LISTED: usize = 10;
const LISTED_BRIEFLY: usize = 3;

/// One rule with its resources, and what to do. Findings below high are brief, so that they do not bury the others.
pub fn group_of_rule(page: &Page, group: &[&Finding], lead: &str, out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = group.first() else { return Ok(()) };
    heading(page, first, lead, out)?;
    let listed = match first.severity {
        _ if page.target.all => group.len(),
        Severity::High | Severity::Critical => LISTED,
        _ => LISTED_BRIEFLY,
    };
    for finding in group.iter().take(listed) {
        let known = if words::is_known(finding) { " [known]" } else { "" };
        let text = format!("{}: {}{known}", cut(&words::resource(finding), TEXT), cut(&finding.message, TEXT));
        page.paragraph(out, "    - ", &terminal(&text))?;
        if page.target.fix && page.target.all && finding.status == Status::Fail {
            fix::commands(page, finding, out)?;
        }
    }
    if group.len() > listed {
        writeln!(out, "    … and {} more (--all shows them, --format json has them)", group.len() - listed)?;
    }
    match first.status {
        Status::Fail => fix::of_rule(page, group, out),
        _ => Ok(()),
    }
}

/// `Data has no backup to restore from · data-protected · REL09-BP01`, on one line if it fits.
fn heading(page: &Page, finding: &Finding, lead: &str, out: &mut dyn Write) -> io::Result<()> {
    let title = terminal(&cut(finding.headline(), TEXT));
    let id = format!("{} · {}", terminal(&cut(&finding.rule, TEXT)), finding.best_practice.id());
    let lead_width = if lead.is_empty() { 0 } else { lead.len() + 1 };
    let lead = if lead.is_empty() { String::new() } else { format!("{} ", page.paint(lead, of_severity(finding.severity))) };
    let width = page.target.width.saturating_sub(2 + lead_width);
    if wrap::columns(&title) + 3 + wrap::columns(&id) <= width {
        return writeln!(out, "  {lead}{}{}", page.bold(&title), page.paint(&format!(" · {id}"), DIM));
    }
    for (number, line) in wrap::text(&title, width).iter().enumerate() {
        writeln!(out, "  {}{}", if number == 0 { &lead } else { "" }, page.bold(line))?;
    }
    wrap::text(&id, width).iter().try_for_each(|line| writeln!(out, "  {}", page.paint(line, DIM)))
}

/// `… and 12 more resources (--all)`
pub fn more(page: &Page, count: usize, listed: usize, noun: &str, out: &mut dyn Write) -> io::Result<()> {
    if count <= listed {
        return Ok(());
    }
    let left = words::counted((count - listed) as u64, &format!("more {noun}"));
    writeln!(out, "  {}", page.paint(&format!("… and {left} (--all)"), DIM))
}
