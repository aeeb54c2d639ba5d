//! Waivers in a template: the comment `# rel9:ignore rule-id reason` (or `rule-id expires=2027-01-31 reason`) above or inside a resource,
//! and `Metadata: {rel9: {ignore: [{rule, reason, expires}]}}` of a resource.

use std::collections::BTreeMap;

use crate::template::declaration::{Ignore, Position, TemplateError, short};
use crate::template::suppressions::checks_in_comment;

use super::tree::{Comment, Data, Raw, fault};

/// Waivers in comments, by the place of the logical id, or of the `Fn::ForEach::…` key for all resources that the loop creates.
pub type ByPlace = BTreeMap<Position, Vec<Ignore>>;

/// Assigns each comment to its resource. `root` is the template before loops are expanded.
pub fn in_comments(file: &str, root: &Raw, comments: &[Comment]) -> Result<ByPlace, TemplateError> {
    let mut waivers = ByPlace::new();
    if comments.iter().all(|comment| comment.text.is_empty()) {
        return Ok(waivers);
    }
    for (comment, place) in owners(root, comments) {
        let Some(ignore) = ignore_of(file, comment)? else { continue };
        let Some(place) = place else {
            return Err(fault(file, Some(comment.at), "this waiver belongs to no resource: write it above or inside a resource"));
        };
        waivers.entry(place).or_default().push(ignore);
    }
    waivers.values_mut().for_each(|ignores| ignores.reverse());
    Ok(waivers)
}

/// The checks that comments suppress in other tools, by the place of the logical id.
pub fn suppressions_of(root: &Raw, comments: &[Comment]) -> BTreeMap<Position, Vec<String>> {
    let mut found: BTreeMap<Position, Vec<String>> = BTreeMap::new();
    if comments.iter().all(|comment| comment.text.is_empty()) {
        return found;
    }
    for (comment, place) in owners(root, comments) {
        if let Some(place) = place {
            found.entry(place).or_default().extend(checks_in_comment(&comment.text));
        }
    }
    found
}

/// Each comment with a text, from last to first, with the place of its resource.
fn owners<'c>(root: &Raw, comments: &'c [Comment]) -> Vec<(&'c Comment, Option<Position>)> {
    let places = Places::new(root);
    let mut owners = Vec::new();
    // Comments on consecutive lines belong together. Going from the last to the first shows where the block of each ends.
    let mut last = 0;
    let mut below: Option<&Comment> = None;
    for comment in comments.iter().rev() {
        if below.is_none_or(|below| !below.alone || below.at.line != comment.at.line + 1) {
            last = comment.at.line;
        }
        below = Some(comment);
        if !comment.text.is_empty() {
            owners.push((comment, places.owner(comment, last)));
        }
    }
    owners
}

fn ignore_of(file: &str, comment: &Comment) -> Result<Option<Ignore>, TemplateError> {
    Ignore::in_comment(comment.text.trim_start_matches('#'), comment.at).map_err(|what| fault(file, Some(comment.at), what))
}

/// Where the keys of resources and of top-level sections are.
struct Places {
    /// Ascending; the section after the resources ends the last resource, and owns nothing.
    keys: Vec<(Position, bool)>,
}

impl Places {
    fn new(root: &Raw) -> Self {
        let mut keys: Vec<_> = root.entries().iter().map(|entry| (entry.at, false)).collect();
        if let Some(resources) = root.get("Resources") {
            add(resources, &mut keys);
        }
        keys.sort_unstable();
        Places { keys }
    }

    /// The place of the resource that a comment belongs to; `last` is the last line of its block of comments.
    fn owner(&self, comment: &Comment, last: u32) -> Option<Position> {
        let after = self.keys.partition_point(|(at, _)| (at.line, at.column) < (comment.at.line, comment.at.column));
        if comment.alone
            && let Some((next, owns)) = self.keys.get(after)
            && next.line == last + 1
            && comment.at.column <= next.column
        {
            return owns.then_some(*next);
        }
        let (at, owns) = self.keys.get(after.checked_sub(1)?)?;
        // A comment with less indentation than the resource's properties is not inside the resource.
        (*owns && (at.line == comment.at.line || !comment.alone || comment.at.column > at.column)).then_some(*at)
    }
}

fn add(resources: &Raw, keys: &mut Vec<(Position, bool)>) {
    for entry in resources.entries() {
        keys.push((entry.at, true));
        if entry.key.starts_with("Fn::ForEach::")
            && let Data::List(parts) = &entry.value.data
            && let Some(body) = parts.get(2)
        {
            add(body, keys);
        }
    }
}

/// The waivers of a resource's `Metadata`.
pub fn add_from_metadata(file: &str, metadata: &Raw, waivers: &mut Vec<Ignore>) -> Result<(), TemplateError> {
    let misspelt = metadata.entries().iter().find(|entry| entry.key != "rel9" && entry.key.eq_ignore_ascii_case("rel9"));
    if let Some(entry) = misspelt {
        return Err(fault(file, Some(entry.at), format!("{} waives nothing: write `rel9`, in small letters", entry.key)));
    }
    let Some(rel9) = metadata.get("rel9") else { return Ok(()) };
    only(file, rel9, "rel9", &["ignore"])?;
    let Some(ignore) = rel9.get("ignore") else { return Ok(()) };
    let Data::List(items) = &ignore.data else {
        return Err(fault(file, Some(ignore.at), format!("rel9: ignore is a list of waivers, not {}", ignore.kind())));
    };
    for item in items {
        only(file, item, "a waiver", &["rule", "reason", "expires"])?;
        let text = |key: &str| match item.get(key) {
            Some(raw) => match raw.scalar() {
                Some(text) => Ok(Some((text.trim().to_owned(), raw.at))),
                None => Err(fault(file, Some(raw.at), format!("{key} of a waiver is a text, not {}", raw.kind()))),
            },
            None => Ok(None),
        };
        let needed = |key: &str| match text(key)? {
            Some((text, _)) if !text.is_empty() => Ok(text),
            _ => Err(fault(file, Some(item.at), format!("this waiver gives no {key}"))),
        };
        let expires = match text("expires")? {
            None => None,
            Some((date, at)) => Some(Ignore::date(&date).map_err(|what| fault(file, Some(at), what))?),
        };
        waivers.push(Ignore { rule: needed("rule")?, reason: needed("reason")?, expires, file: None, at: item.at });
    }
    Ok(())
}

fn only(file: &str, raw: &Raw, what: &str, keys: &[&str]) -> Result<(), TemplateError> {
    let Data::Map(entries) = &raw.data else {
        return Err(fault(file, Some(raw.at), format!("{what} is a map with {}, not {}", keys.join(", "), raw.kind())));
    };
    match entries.iter().find(|entry| !keys.contains(&entry.key.as_str())) {
        Some(entry) => Err(fault(file, Some(entry.at), format!("{what} has no {}; it has {}", short(&entry.key), keys.join(", ")))),
        None => Ok(()),
    }
}
