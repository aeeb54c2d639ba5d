//! `html`: one self-contained page for a browser. It makes no network requests, which its Content-Security-Policy enforces. Without
//! JavaScript it shows everything except the table of findings, of which it then lists the failing ones. Figures are counts of findings, or
//! their evidence.

mod bar;
mod cover;
mod coverage;
mod data;
mod heat;
mod lists;
mod objectives;
mod plain;
mod policy;
mod practices;
mod restores;
mod summary;
mod text;
mod trend;
mod worst;

use super::{Report, Target};
use crate::audit::findings::Findings;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "html", about: "one page for a browser, with charts and all findings", write };

/// The page, with `{{name}}` where [`part`] writes.
const PAGE: &str = include_str!("../../reports/html/page.html");
const STYLE: &str = concat!(
    include_str!("../../reports/html/style.css"),
    include_str!("../../reports/html/findings.css"),
    include_str!("../../reports/html/small.css"),
    include_str!("../../reports/html/print.css"),
);
/// One script, so that one hash allows it; its files share one scope.
const SCRIPT: &str = concat!(
    "(() => {\n'use strict';\n",
    include_str!("../../reports/html/js/document.js"),
    include_str!("../../reports/html/js/dom.js"),
    include_str!("../../reports/html/js/address.js"),
    include_str!("../../reports/html/js/select.js"),
    include_str!("../../reports/html/js/groups.js"),
    include_str!("../../reports/html/js/evidence.js"),
    include_str!("../../reports/html/js/timeline.js"),
    include_str!("../../reports/html/js/protection.js"),
    include_str!("../../reports/html/js/detail.js"),
    include_str!("../../reports/html/js/table.js"),
    include_str!("../../reports/html/js/chips.js"),
    include_str!("../../reports/html/js/controls.js"),
    include_str!("../../reports/html/js/owners.js"),
    include_str!("../../reports/html/js/pager.js"),
    include_str!("../../reports/html/js/paper.js"),
    include_str!("../../reports/html/js/main.js"),
    "})();\n",
);

/// A part of the page with a heading of its own. One that writes nothing is left out, and so is its link in the navigation.
struct Section {
    id: &'static str,
    /// Empty for the first, whose verdict is a heading to the eye: the name is then its heading for screen readers.
    title: &'static str,
    /// Its name in the navigation.
    short: &'static str,
    write: fn(&Findings, &mut dyn Write) -> io::Result<()>,
}

/// The sections above the findings.
const BEFORE: [Section; 7] = [
    Section { id: "answer", title: "", short: "Answer", write: summary::answer },
    Section { id: "worst", title: "Worst resources", short: "Worst resources", write: worst::write },
    Section { id: "policy", title: "Policy", short: "Policy", write: policy::write },
    Section { id: "trend", title: "Since the baseline", short: "Trend", write: trend::write },
    Section { id: "coverage", title: "Coverage", short: "Coverage", write: coverage::write },
    Section { id: "objectives", title: "Achieved RPO and RTO against the objectives", short: "RPO and RTO", write: objectives::write },
    Section { id: "restores", title: "Restore tests", short: "Restore tests", write: restores::write },
];

/// The sections below them.
const AFTER: [Section; 2] = [
    Section { id: "unread", title: "What could not be read", short: "Not read", write: lists::unread },
    Section { id: "exempt", title: "Exempt data", short: "Exempt", write: lists::exempt },
];

/// The sections that have something to show, as they are written.
type Written = Vec<(&'static Section, Vec<u8>)>;

fn written(sections: &'static [Section], findings: &Findings) -> io::Result<Written> {
    let mut all = Vec::new();
    for section in sections {
        let mut content = Vec::new();
        (section.write)(findings, &mut content)?;
        if !content.is_empty() {
            all.push((section, content));
        }
    }
    Ok(all)
}

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    let (before, after) = (written(&BEFORE, findings)?, written(&AFTER, findings)?);
    let mut rest = PAGE;
    while let Some((text, next)) = rest.split_once("{{") {
        out.write_all(text.as_bytes())?;
        let (name, next) = next.split_once("}}").unwrap_or((next, ""));
        match name {
            "nav" => navigation(&before, &after, out)?,
            "before" => sections(&before, out)?,
            "after" => sections(&after, out)?,
            name => part(name, findings, out)?,
        }
        rest = next;
    }
    out.write_all(rest.as_bytes())
}

fn part(name: &str, findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    match name {
        "csp" => out.write_all(csp().as_bytes()),
        "style" => out.write_all(STYLE.as_bytes()),
        "script" => out.write_all(SCRIPT.as_bytes()),
        "cover" => cover::write(findings, out),
        "head" => summary::head(findings, out),
        "plain" => plain::write(findings, out),
        "foot" => summary::foot(findings, out),
        "index" => data::index(findings, out),
        "details" => data::details(findings, out),
        unknown => Err(io::Error::other(format!("the page has a placeholder `{unknown}` that nothing fills"))),
    }
}

fn navigation(before: &Written, after: &Written, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<nav aria-label=\"Sections\">")?;
    let link = |out: &mut dyn Write, id: &str, short: &str| write!(out, "<a href=\"#{id}\">{short}</a> ");
    for (section, _) in before {
        link(out, section.id, section.short)?;
    }
    link(out, "findings", "Findings")?;
    for (section, _) in after {
        link(out, section.id, section.short)?;
    }
    link(out, "audit", "This audit")?;
    out.write_all(b"</nav>")
}

fn sections(written: &Written, out: &mut dyn Write) -> io::Result<()> {
    for (Section { id, title, short, .. }, content) in written {
        let (class, title) = if title.is_empty() { (" class=\"unseen\"", short) } else { ("", title) };
        write!(out, "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\"{class}>{title}</h2>\n")?;
        out.write_all(content)?;
        out.write_all(b"\n</section>\n")?;
    }
    Ok(())
}

/// The Content-Security-Policy of the page: allows its own style and script, by their hashes, and nothing else.
fn csp() -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// The hash of an element's text as a browser reads it, which makes one character of each line end.
fn hash(text: &str) -> String {
    base64(&Sha256::digest(text.replace("\r\n", "\n")))
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |place: usize| u32::from(chunk.get(place).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = bits >> (18 - 6 * place) & 63;
            out.push(if place <= chunk.len() { ALPHABET[digit as usize].into() } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests;
