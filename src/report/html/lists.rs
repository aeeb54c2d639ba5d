//! What could not be read, and exempt data.

use super::heat::place;
use super::text::{Html, counted, number};
use crate::audit::findings::{Findings, ReproducibleData};
use crate::inventory::{CoverageEntry, CoverageStatus};
use crate::report::escape::cut;
use crate::report::words;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Rows of one list; the findings document has all.
const ROWS: usize = 2_000;
/// Places named in one row.
const PLACES: usize = 12;

/// Operations without a full answer, with their places and AWS's messages, and the data of types that rel9 does not read.
pub fn unread(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    not_judged(findings, out)?;
    let answered = findings.collection.iter().filter(|entry| entry.status == CoverageStatus::Ok).count();
    let templates = words::is_of_templates(&findings.audit);
    let mut operations: BTreeMap<(CoverageStatus, &str, &str, Option<&str>), Vec<&CoverageEntry>> = BTreeMap::new();
    for entry in findings.collection.iter().filter(|entry| entry.status != CoverageStatus::Ok) {
        // Each file has its own error.
        let words = entry.error.as_deref().filter(|_| entry.is_part());
        operations.entry((entry.status, &entry.service, &entry.operation, words)).or_default().push(entry);
    }
    if operations.is_empty() {
        let text = match answered {
            0 if templates && findings.audit.complete => "Everything was read: the templates, and the files that they refer to.".to_owned(),
            0 => "The document has no log of what was read.".to_owned(),
            some => format!("Everything was read: all {} gave a full answer.", counted(some as u64, "read operation")),
        };
        return write!(out, "<p class=\"nothing\">{text}</p>");
    }
    let (hint, what, why) = if templates && answered == 0 {
        ("These parts could not be read; what depends on them is unknown.".to_owned(), "Part", "Why")
    } else {
        let hint =
            "gave a full answer; these did not. <i>Unavailable</i> means that the service or operation does not exist in the Region.";
        (format!("{} {hint}", counted(answered as u64, "read operation")), "Operation", "AWS's words")
    };
    write!(
        out,
        "<p class=\"hint\">{hint}</p>\
         <div class=\"scroll\" role=\"region\" aria-label=\"What gave no full answer\" tabindex=\"0\"><table class=\"list\" data-paged=\"operations\"><thead><tr>\
         <th scope=\"col\">{what}</th><th scope=\"col\">Outcome</th><th scope=\"col\">Where</th><th scope=\"col\">{why}</th></tr></thead><tbody>",
    )?;
    let all = operations.len();
    for ((status, service, operation, _), entries) in operations.into_iter().take(ROWS) {
        let mut places: Vec<String> = entries.iter().map(|entry| format!("{}/{}", place(&entry.account), place(&entry.region))).collect();
        places.sort();
        places.dedup();
        let more = if places.len() > PLACES { format!(" and {} more", places.len() - PLACES) } else { String::new() };
        places.truncate(PLACES);
        let words = entries.iter().find_map(|entry| entry.error.as_deref()).unwrap_or_default();
        write!(
            out,
            "<tr><th scope=\"row\"><code>{}:{}</code></th><td><span class=\"badge {status}\">{status}</span></td><td>{}{more}</td><td>{}</td></tr>",
            Html(service),
            Html(operation),
            places.join(", "),
            Html(&cut(words, 500)),
            status = status.as_str(),
        )?;
    }
    end(all, out)
}

/// Data that no rule judges, by type.
fn not_judged(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let types = words::not_judged(findings);
    if types.is_empty() {
        return Ok(());
    }
    let types: Vec<String> = types.iter().map(|words| Html(words).to_string()).collect();
    write!(out, "<p class=\"notice\"><strong>Not judged.</strong> rel9 does not read these types of data: {}.</p>", types.join(", "))
}

/// Exempt data: it can be rebuilt, according to the policy or its settings. The script shows the rows page by page.
pub fn exempt(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let data: &[ReproducibleData] = &findings.reproducible;
    if data.is_empty() {
        return Ok(());
    }
    write!(
        out,
        "<p class=\"hint\">{} can be made again, so that no backup is owed.</p>\
         <div class=\"scroll\" role=\"region\" aria-label=\"Exempt resources\" tabindex=\"0\"><table class=\"list\" data-paged=\"exempt resources\"><thead><tr>\
         <th scope=\"col\">Resource</th><th scope=\"col\">Account</th><th scope=\"col\">Region</th><th scope=\"col\">Reason</th>\
         <th scope=\"col\">Known from</th><th scope=\"col\">Until</th></tr></thead><tbody>",
        counted(data.len() as u64, "resource")
    )?;
    for entry in data.iter().take(ROWS) {
        let resource = &entry.resource;
        let name = resource
            .name
            .as_deref()
            .filter(|name| *name != resource.id)
            .map_or(String::new(), |name| format!(" {}", Html(&cut(name, 120))));
        write!(
            out,
            "<tr><th scope=\"row\"><span class=\"id\">{}</span>{name}<small>{}</small></th><td class=\"narrow\">{}</td><td class=\"narrow\">{}</td>\
             <td>{}</td><td>{}</td><td class=\"narrow\">{}</td></tr>",
            Html(&cut(&resource.id, 120)),
            Html(&cut(&resource.type_name, 120)),
            place(&resource.account),
            place(&resource.region),
            Html(&cut(entry.why.reason.as_deref().unwrap_or("no reason given"), 500)),
            if entry.why.declared { "policy file" } else { "AWS settings" },
            entry.why.expires_at.map_or("no end".to_owned(), |until| until.format("%Y-%m-%d").to_string()),
        )?;
    }
    end(data.len(), out)
}

fn end(all: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"</tbody></table></div>")?;
    if all > ROWS {
        write!(out, "<p class=\"hint\">The first {ROWS} of {} are shown; <code>--format json</code> has all.</p>", number(all as u64))?;
    }
    Ok(())
}
