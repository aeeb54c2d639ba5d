//! `html`: one self-contained page for a browser. It makes no network requests, which its Content-Security-Policy enforces, and without
//! JavaScript shows everything except the table of findings. Figures are counts of findings, or their evidence.

mod data;
mod heat;
mod lists;
mod objectives;
mod restores;
mod summary;
mod text;

use super::{Report, Target};
use crate::audit::findings::Findings;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "html", about: "one page for a browser, with charts and all findings", write };

/// The page, with `{{name}}` where [`part`] writes.
const PAGE: &str = include_str!("../../reports/html/page.html");
const STYLE: &str = include_str!("../../reports/html/style.css");
/// One script, so that one hash allows it; its files share one scope.
const SCRIPT: &str = concat!(
    "(() => {\n'use strict';\n",
    include_str!("../../reports/html/js/document.js"),
    include_str!("../../reports/html/js/dom.js"),
    include_str!("../../reports/html/js/select.js"),
    include_str!("../../reports/html/js/detail.js"),
    include_str!("../../reports/html/js/table.js"),
    include_str!("../../reports/html/js/controls.js"),
    include_str!("../../reports/html/js/main.js"),
    "})();\n",
);

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        out.write_all(before.as_bytes())?;
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        part(name, findings, out)?;
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

fn part(name: &str, findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    match name {
        "policy" => out.write_all(policy().as_bytes()),
        "style" => out.write_all(STYLE.as_bytes()),
        "script" => out.write_all(SCRIPT.as_bytes()),
        "head" => summary::head(findings, out),
        "answer" => summary::answer(findings, out),
        "coverage" => summary::coverage(findings, out),
        "heat" => heat::write(findings, out),
        "rpo" => objectives::write(findings, &objectives::RPO, out),
        "rto" => objectives::write(findings, &objectives::RTO, out),
        "restores" => restores::write(findings, out),
        "unread" => lists::unread(findings, out),
        "reproducible" => lists::reproducible(&findings.reproducible, out),
        "foot" => summary::foot(findings, out),
        "index" => data::index(findings, out),
        "details" => data::details(findings, out),
        unknown => Err(io::Error::other(format!("the page has a placeholder `{unknown}` that nothing fills"))),
    }
}

/// The Content-Security-Policy of the page: allows its own style and script, by their hashes, and nothing else.
fn policy() -> String {
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
