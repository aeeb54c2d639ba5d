//! The resources that fail worst.

use super::heat::place;
use super::text::{Html, counted, number, selection};
use crate::audit::findings::{Findings, WorstResource};
use crate::report::escape::cut;
use crate::rules::Severity;
use std::io::{self, Write};

/// Resources that are shown at once; the others unfold.
const SHOWN: usize = 5;

/// Writes the list, the worst first. Nothing where nothing fails.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let worst = findings.worst();
    let (first, rest) = worst.split_at(worst.len().min(SHOWN));
    if first.is_empty() {
        return Ok(());
    }
    list(first, 1, out)?;
    if !rest.is_empty() {
        write!(out, "<details><summary>The next {}</summary>", rest.len())?;
        list(rest, first.len() + 1, out)?;
        out.write_all(b"</details>")?;
    }
    Ok(())
}

fn list(resources: &[WorstResource], start: usize, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<ol class=\"worst\" start=\"{start}\">")?;
    for (number, one) in (start..).zip(resources) {
        entry(number, one, out)?;
    }
    out.write_all(b"</ol>")
}

fn entry(rank: usize, one: &WorstResource, out: &mut dyn Write) -> io::Result<()> {
    let resource = &one.resource;
    let arn = resource.arn.as_str();
    let name = resource.name.as_deref().unwrap_or(&resource.id);
    let type_name = resource.type_name.strip_prefix("AWS::").unwrap_or(&resource.type_name);
    let places: Vec<String> = [&resource.account, &resource.region]
        .into_iter()
        .filter(|name| !name.is_empty())
        .map(|name| format!("<span>{}</span>", place(name)))
        .collect();
    write!(
        out,
        "<li><span class=\"rank\" aria-hidden=\"true\">{rank}</span><div><a class=\"name\" href=\"{}\">{}</a> <small>{} {}</small></div><div class=\"counts\">",
        selection(&[("resource", arn)]),
        Html(&cut(name, 80)),
        Html(&cut(type_name, 60)),
        places.join(" "),
    )?;
    for severity in Severity::ALL {
        let Some(count) = one.failing.get(&severity).filter(|count| **count > 0) else { continue };
        let name = severity.as_str();
        let address = selection(&[("resource", arn), ("status", "fail"), ("severity", name)]);
        write!(
            out,
            "<a class=\"badge {name}\" href=\"{address}\" title=\"{} {name}\">{} {name}</a> ",
            counted(*count, "failing finding"),
            number(*count)
        )?;
    }
    write!(
        out,
        "</div><p class=\"wrong\"><a href=\"{}\">{}</a>: {}</p></li>",
        selection(&[("resource", arn), ("rule", &one.rule)]),
        Html(&cut(&one.headline, 120)),
        Html(&cut(&one.message, 240))
    )
}
