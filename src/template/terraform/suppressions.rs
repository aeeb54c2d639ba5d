//! Comments that suppress checks of other tools, on the line of a resource block, on the comment lines directly above it, or inside it:
//! see [`crate::template::suppressions`].

use super::text::Source;
use super::waivers::{begins_comment, lines_of, texts_of};
use crate::template::suppressions::{checks_in_comment, marks};

/// The suppressions of an HCL file, each with the byte offset of its mark.
pub(super) fn read(source: &Source) -> Vec<(usize, Vec<String>)> {
    let mut marks = marks(&source.text).peekable();
    if marks.peek().is_none() {
        return Vec::new();
    }
    let texts = texts_of(source);
    let in_comment = |offset: &usize| !texts.iter().any(|span| span.contains(offset)) && begins_comment(&source.text, *offset);
    let line = |offset: usize| source.text.get(offset..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let mut found: Vec<_> = marks.filter(in_comment).map(|offset| (offset, checks_in_comment(line(offset)))).collect();
    found.sort_unstable();
    found
}

/// The suppressions that belong to the block between two offsets.
pub(super) fn of_block(source: &Source, suppressions: &[(usize, Vec<String>)], span: (usize, usize)) -> Vec<String> {
    if suppressions.is_empty() {
        return Vec::new();
    }
    let lines = lines_of(source, span);
    suppressions.iter().filter(|(offset, _)| lines.contains(offset)).flat_map(|(_, checks)| checks.iter().cloned()).collect()
}
