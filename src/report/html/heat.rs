//! Coverage as a heat map: the share of data of an account, Region and type that has a backup to restore from, according to the rule
//! `data-protected`. Every cell links to its findings.

use super::data::RULE_OF_STATES as RULE;
use super::text::{Html, counted, number, selection};
use crate::audit::findings::{Finding, Findings, Status};
use crate::report::escape::cut;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Rows up to which account and Region stand together; more are shown by account, and by Region.
const TOGETHER: usize = 60;
/// Rows of one map, those with the most data without a backup first where there are more.
const ROWS: usize = 200;

#[derive(Clone, Copy, Default)]
struct Cell {
    restorable: u64,
    not: u64,
    unknown: u64,
}

impl Cell {
    fn count(&mut self, status: Status) {
        match status {
            Status::Pass => self.restorable += 1,
            Status::Unknown => self.unknown += 1,
            // A waiver accepts a missing backup; it does not create one.
            Status::Fail | Status::Waived => self.not += 1,
        }
    }

    fn total(self) -> u64 {
        self.restorable + self.not + self.unknown
    }

    fn class(self) -> &'static str {
        match self.restorable * 100 / self.total().max(1) {
            _ if self.not == 0 && self.unknown > 0 => "h-unknown",
            100 => "h100",
            80.. => "h80",
            50.. => "h50",
            1.. => "h1",
            0 => "h0",
        }
    }
}

/// A row of a map: account and Region, of which one may be missing.
type Row<'a> = (Option<&'a str>, Option<&'a str>);

/// Writes the heat map, where there are findings to count.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let counted: Vec<&Finding> = findings.findings.iter().map(Box::as_ref).filter(|finding| *finding.rule == *RULE).collect();
    if counted.is_empty() {
        return Ok(());
    }
    let both = |finding: &'_ Finding| -> (String, String) { (finding.resource.account.clone(), finding.resource.region.clone()) };
    let places: BTreeSet<(String, String)> = counted.iter().map(|finding| both(finding)).collect();
    write!(
        out,
        "<h3>By account, Region and type</h3><p class=\"hint\">Data with a backup to restore from, of all that the rule <code>{RULE}</code> judged; <b>?</b> counts what is unknown. \
         The rule judges instances too and lets late backups count, so the sums are not those above. Every cell leads to its findings.</p>"
    )?;
    if places.len() <= TOGETHER {
        return map(&counted, |finding| (Some(&finding.resource.account), Some(&finding.resource.region)), "account and Region", out);
    }
    map(&counted, |finding| (Some(&finding.resource.account), None), "account", out)?;
    map(&counted, |finding| (None, Some(&finding.resource.region)), "Region", out)
}

fn map<'a>(findings: &[&'a Finding], row_of: impl Fn(&'a Finding) -> Row<'a>, by: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut types: BTreeMap<&str, Cell> = BTreeMap::new();
    let mut rows: BTreeMap<Row, (Cell, BTreeMap<&str, Cell>)> = BTreeMap::new();
    for finding in findings {
        let type_name = finding.resource.type_name.as_str();
        let (total, cells) = rows.entry(row_of(finding)).or_default();
        total.count(finding.status);
        cells.entry(type_name).or_default().count(finding.status);
        types.entry(type_name).or_default().count(finding.status);
    }
    let all = rows.len();
    let mut rows: Vec<_> = rows.into_iter().collect();
    if all > ROWS {
        rows.sort_by_key(|(_, (total, _))| std::cmp::Reverse(total.not + total.unknown));
        rows.truncate(ROWS);
    }
    write!(
        out,
        "<div class=\"scroll\" role=\"region\" aria-label=\"Coverage by {by}\" tabindex=\"0\"><table class=\"heat\">\
         <caption class=\"unseen\">Data that can be restored by {by} (rows) and resource type (columns)</caption><thead><tr><th scope=\"col\">{}</th>",
        match rows.first() {
            Some(((Some(_), Some(_)), _)) => "Account<br>Region",
            Some(((None, _), _)) => "Region",
            _ => "Account",
        }
    )?;
    for type_name in types.keys() {
        write!(out, "<th scope=\"col\">{}</th>", short(type_name))?;
    }
    out.write_all(b"<th scope=\"col\">All</th></tr></thead><tbody>")?;
    for (row, (total, cells)) in &rows {
        let names: Vec<String> = [row.0, row.1].iter().flatten().map(|name| format!("<span>{}</span>", place(name))).collect();
        write!(out, "<tr><th scope=\"row\">{}</th>", names.join(" "))?;
        for type_name in types.keys() {
            cell(cells.get(type_name), *row, Some(type_name), out)?;
        }
        cell(Some(total), *row, None, out)?;
        out.write_all(b"</tr>")?;
    }
    out.write_all(b"</tbody>")?;
    if all > 1 {
        out.write_all(b"<tfoot><tr><th scope=\"row\">All</th>")?;
        let mut total = Cell::default();
        for (type_name, of_type) in &types {
            cell(Some(of_type), (None, None), Some(type_name), out)?;
            total.restorable += of_type.restorable;
            total.not += of_type.not;
            total.unknown += of_type.unknown;
        }
        cell(Some(&total), (None, None), None, out)?;
        out.write_all(b"</tr></tfoot>")?;
    }
    out.write_all(b"</table></div>")?;
    if all > ROWS {
        write!(
            out,
            "<p class=\"hint\">The {ROWS} with the most data that has no backup, or may have none, of {} are shown.</p>",
            counted(all as u64, "row")
        )?;
    }
    Ok(())
}

fn cell(cell: Option<&Cell>, row: Row, type_name: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let Some(cell) = cell.filter(|cell| cell.total() > 0) else {
        return out.write_all(b"<td class=\"none\"><span class=\"unseen\">none</span></td>");
    };
    let mut fields = vec![("rule", RULE), ("status", "all")];
    // An empty account or Region (a template leaves it open) cannot be selected; the link then shows more than the cell counts.
    let known = |name: Option<&'_ str>| name.filter(|name| !name.is_empty()).map(str::to_owned);
    let (account, region) = (known(row.0), known(row.1));
    fields.extend(account.as_deref().map(|account| ("account", account)));
    fields.extend(region.as_deref().map(|region| ("region", region)));
    fields.extend(type_name.map(|type_name| ("type", type_name)));
    let unknown = if cell.unknown > 0 { format!(" <b>?{}</b>", number(cell.unknown)) } else { String::new() };
    let unknown_words = if cell.unknown > 0 { format!(", {} unknown", number(cell.unknown)) } else { String::new() };
    write!(
        out,
        "<td class=\"{}\"><a href=\"{}\" title=\"{p} of {t} can be restored{unknown_words}\">{p}<span aria-hidden=\"true\">/</span><span class=\"unseen\"> of </span>{t}{unknown}</a></td>",
        cell.class(),
        selection(&fields),
        p = number(cell.restorable),
        t = number(cell.total()),
    )
}

/// A place's name, for those that a template leaves open too.
pub fn place(name: &str) -> String {
    if name.is_empty() { "(open)".to_owned() } else { Html(&cut(name, 80)).to_string() }
}

/// The name of a type without the common prefix, with optional line breaks.
fn short(type_name: &str) -> String {
    Html(&cut(type_name.strip_prefix("AWS::").unwrap_or(type_name), 60)).to_string().replace("::", "::<wbr>")
}

#[cfg(test)]
mod tests {
    use super::Cell;

    #[test]
    fn only_all_is_all() {
        let class = |restorable, not, unknown| Cell { restorable, not, unknown }.class();
        assert_eq!(class(5, 0, 0), "h100");
        assert_eq!(class(999, 1, 0), "h80");
        assert_eq!(class(0, 3, 0), "h0");
        assert_eq!(class(3, 0, 1), "h-unknown");
        assert_eq!(class(0, 1, 1), "h0");
    }
}
