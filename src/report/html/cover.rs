//! The cover of a printout: what was audited and how, the verdict, and what was not read.

use super::summary::verdict;
use super::text::{Html, counted, number, some_of};
use crate::audit::findings::{AuditInfo, Findings, Status};
use crate::inventory::CoverageStatus;
use crate::report::words;
use std::collections::HashSet;
use std::io::{self, Write};

/// Places named in one line, and lines about what was not read.
const NAMED: usize = 30;
const UNREAD: usize = 12;

/// Writes the cover, which only paper shows.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let audit = &findings.audit;
    out.write_all(
        b"<div class=\"cover\"><p class=\"brand\"><b>rel9</b> AWS Well-Architected, Reliability Pillar</p>\
          <p class=\"name\">REL 9: How do you back up data?</p>",
    )?;
    write!(out, "<p class=\"of\">{}</p>", of(findings))?;
    verdict(findings, out)?;
    write!(out, "<p>{}</p>", Html(&words::totals(&findings.summary)))?;
    if !words::is_of_templates(audit) {
        write!(out, "<p>{}.</p>", Html(&words::coverage(findings)))?;
    }
    out.write_all(b"<dl class=\"facts\">")?;
    let mut fact = |name: &str, value: &str| write!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    fact("As of", &audit.as_of.format("%Y-%m-%d %H:%M UTC").to_string())?;
    if !audit.accounts.is_empty() {
        fact("Accounts", &some_of(&audit.accounts, NAMED))?;
        fact("Regions", &some_of(&audit.regions, NAMED))?;
    }
    fact("Method", &method(findings))?;
    if let Some(only) = words::partial(audit) {
        fact("Limits", &Html(&only).to_string())?;
    }
    fact("Rules", &format!("rel9 {}, {}", Html(&audit.rel9_version), Html(&audit.rules_digest)))?;
    fact("Policy file", &policy(audit))?;
    fact("Not read", &not_read(findings))?;
    fact("Audit", &Html(&audit.id).to_string())?;
    out.write_all(b"</dl></div>")
}

fn of(findings: &Findings) -> String {
    let audit = &findings.audit;
    if audit.accounts.is_empty() {
        return "Backup audit of templates".to_owned();
    }
    let (accounts, regions) = (counted(audit.accounts.len() as u64, "account"), counted(audit.regions.len() as u64, "Region"));
    format!("Backup audit of {accounts} in {regions}")
}

/// How the facts were read, and what was judged.
fn method(findings: &Findings) -> String {
    let source = match findings.audit.source.as_str() {
        "aws" => "read from AWS by List, Describe and Get calls, which change nothing".to_owned(),
        "demo" => "the demo organisation that rel9 brings along".to_owned(),
        "inventory" => "an inventory that rel9 collected".to_owned(),
        templates => format!("templates ({}) as they are written; nothing deployed was read", Html(&templates.replace(',', ", "))),
    };
    let answered = findings.collection.iter().filter(|entry| entry.status == CoverageStatus::Ok).count() as u64;
    let answered = match answered {
        0 => String::new(),
        some => format!("; {} gave a full answer", counted(some, "read operation")),
    };
    let rules: HashSet<&str> = findings.findings.iter().map(|finding| &*finding.rule).collect();
    let judged: u64 = findings.summary.by_status.iter().filter(|(status, _)| **status != Status::Unknown).map(|(_, count)| count).sum();
    format!(
        "Facts: {source}{answered}. Judged: {} by {}, {}, {} unknown.",
        counted(findings.summary.resources, "resource"),
        counted(rules.len() as u64, "rule"),
        counted(judged, "answer"),
        number(findings.summary.by_status.get(&Status::Unknown).copied().unwrap_or(0)),
    )
}

/// The policy file, by its path and its digest.
fn policy(audit: &AuditInfo) -> String {
    let path = audit.policy.as_ref().map(|policy| Html(&policy.path).to_string());
    let digest = audit.policy_digest.as_deref().map(|digest| Html(digest).to_string());
    let known: Vec<String> = path.into_iter().chain(digest).collect();
    if known.is_empty() { "none".to_owned() } else { known.join(", ") }
}

fn not_read(findings: &Findings) -> String {
    let lines = words::not_read(findings);
    if lines.is_empty() {
        let all =
            if findings.audit.complete { "nothing: all in scope was read" } else { "something in scope; the document does not say what" };
        return all.to_owned();
    }
    let shown: Vec<String> = lines.iter().take(UNREAD).map(|line| Html(line).to_string()).collect();
    let more = lines.len().saturating_sub(UNREAD);
    format!("{}{}", shown.join("<br>"), if more > 0 { format!("<br>and {more} more") } else { String::new() })
}
