//! Converts offsets of a text to lines and columns; errors of a file. Knows no syntax.

use std::sync::Arc;

use crate::template::declaration::{Position, TemplateError};

/// The distance of the bytes up to which characters are counted in advance, so that a plan of one long line is not counted from its start
/// each time.
const STEP: usize = 1024;

/// The starts of the lines of a text.
#[derive(Debug)]
pub(super) struct Lines {
    starts: Vec<usize>,
    /// The number of characters before each multiple of [`STEP`] bytes; empty for ASCII text.
    counted: Vec<usize>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let starts = std::iter::once(0).chain(bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1)).collect();
        let mut counted = Vec::new();
        if !text.is_ascii() {
            let mut characters = 0;
            for chunk in bytes.chunks(STEP) {
                counted.push(characters);
                characters += characters_in(chunk);
            }
            counted.push(characters);
        }
        Lines { starts, counted }
    }

    /// Line and column (in characters) of a byte offset of `text`, for which this was created.
    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let column = self.before(text, offset).saturating_sub(self.before(text, start)) + 1;
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column).unwrap_or(u32::MAX) }
    }

    fn before(&self, text: &str, offset: usize) -> usize {
        let offset = offset.min(text.len());
        let Some(counted) = self.counted.get(offset / STEP) else { return offset };
        counted + text.as_bytes().get(offset / STEP * STEP..offset).map_or(0, characters_in)
    }
}

/// Every UTF-8 byte that is not a continuation byte starts a character.
fn characters_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

/// A file: its display name and its text without a byte order mark.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: Arc<str>,
    pub(super) text: String,
    lines: Lines,
}

impl Source {
    pub(super) fn new(name: &str, text: &str) -> Self {
        let text = without_mark(text).to_string();
        let lines = Lines::new(&text);
        Source { name: Arc::from(name), text, lines }
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        self.lines.position(&self.text, offset)
    }

    pub(super) fn error(&self, offset: usize, what: impl Into<String>) -> TemplateError {
        error(&self.name, Some(self.position(offset)), what)
    }
}

/// A text without a byte order mark.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

pub(super) fn error(file: &str, at: Option<Position>, what: impl Into<String>) -> TemplateError {
    TemplateError { file: file.to_string(), at, what: what.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        let text = format!("a\r\n{}x\ny", "é".repeat(3000));
        let lines = Lines::new(&text);
        let x = text.find('x').unwrap();
        assert_eq!(lines.position(&text, x), Position { line: 2, column: 3001 });
        assert_eq!(lines.position(&text, text.len() - 1), Position { line: 3, column: 1 });
        assert_eq!(lines.position(&text, 0), Position { line: 1, column: 1 });
    }
}
