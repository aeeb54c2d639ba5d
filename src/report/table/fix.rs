//! How to fix what fails. Without `--fix`, one sentence; with it, steps and commands, or what to write into a template.

use super::page::{DIM, GOOD, Page, TEXT};
use crate::audit::findings::Finding;
use crate::report::escape::{cut, terminal};
use crate::report::wrap;
use std::io::{self, Write};

/// What to do about the failures of one rule. With `--all`, the commands stand below each of them already.
pub fn of_rule(page: &Page, group: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = group.first() else { return Ok(()) };
    steps(page, first, out)?;
    if !page.target.fix || page.target.all {
        return Ok(());
    }
    if group.len() > 1 && has_commands(first) {
        writeln!(out, "    {}", page.paint("# for the first of them; --fix --all has the others:", DIM))?;
    }
    commands(page, first, out)
}

/// What to do in a sentence, and with `--fix` the steps.
pub fn steps(page: &Page, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let Some(remediation) = &finding.remediation else { return Ok(()) };
    for line in page.wrapped("    Fix: ", &terminal(&cut(&remediation.summary, TEXT))) {
        match line.strip_prefix("    Fix:") {
            Some(rest) => writeln!(out, "    {}{rest}", page.paint("Fix:", GOOD))?,
            None => writeln!(out, "{line}")?,
        }
    }
    let mut steps = remediation.steps.iter().filter(|_| page.target.fix).enumerate();
    steps.try_for_each(|(number, step)| page.paragraph(out, &format!("      {}. ", number + 1), &terminal(&cut(step, TEXT))))
}

fn has_commands(finding: &Finding) -> bool {
    finding.remediation.as_ref().is_some_and(|fix| !fix.cli.is_empty() || snippet(finding).is_some())
}

/// What to write into a template; a live resource is fixed by commands.
fn snippet(finding: &Finding) -> Option<&str> {
    let remediation = finding.remediation.as_ref().filter(|_| finding.location.is_some())?;
    remediation.terraform.as_deref().or(remediation.cloudformation.as_deref())
}

/// The commands for one finding, or what to write into its template.
pub fn commands(page: &Page, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    if let Some(snippet) = snippet(finding) {
        // Not wrapped: it is to be copied.
        return snippet.trim_end().lines().try_for_each(|line| writeln!(out, "{}", format!("      {}", terminal(line)).trim_end()));
    }
    let cli = finding.remediation.iter().flat_map(|remediation| &remediation.cli);
    let mut lines = cli.flat_map(|command| wrap::command(&terminal(command), 4, page.target.width));
    lines.try_for_each(|line| writeln!(out, "{line}"))
}
