//! Converts the layout of HCL to the form that the parser accepts: inside brackets, interpolations and `for` expressions, line breaks are
//! insignificant, and the last of duplicate keys of an object counts. What the parser does not accept is replaced by blanks, byte for
//! byte, so that all places stay the same. Evaluates nothing.
//!
//! The rules follow HashiCorp's parser (hclsyntax, `PushIncludeNewlines`) and the specification:
//! <https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md>.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// A file of blocks and attributes.
pub(super) fn body_layout(text: &str) -> Cow<'_, str> {
    Scanner::new(text, Open::Body { value: false }).read()
}

/// A template without quotes, as in a string of a JSON file or in a file for `templatefile`.
pub(super) fn template_layout(text: &str) -> Cow<'_, str> {
    Scanner::new(text, Open::Heredoc { marker: None }).read()
}

/// The construct that contains the scanner's position.
enum Open<'t> {
    /// Attributes and blocks; `value` is true after the `=` of an attribute, until its line ends.
    Body {
        value: bool,
    },
    /// An object: items end at the end of their line.
    Object(Items),
    /// Brackets, arguments, interpolations, `for` expressions: line breaks are insignificant.
    Joined,
    Quoted,
    /// Text up to a line that contains only the marker; without a marker, up to the end.
    Heredoc {
        marker: Option<&'t str>,
    },
}

/// The items of an object so far.
#[derive(Default)]
struct Items {
    /// The place of the item of each literal key.
    keys: HashMap<String, Range<usize>>,
    start: Option<usize>,
    /// The key of the current item after its `=` or `:`; the inner `None` stands for a computed key.
    key: Option<Option<String>>,
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Open<'t>>,
    /// Insignificant line breaks and comments.
    joined: Vec<Range<usize>>,
    /// Items that a later one replaces; their line breaks stay.
    replaced: Vec<Range<usize>>,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, outermost: Open<'t>) -> Self {
        Scanner { text, at: 0, open: vec![outermost], joined: Vec::new(), replaced: Vec::new() }
    }

    fn read(mut self) -> Cow<'t, str> {
        while self.at < self.text.len() {
            match self.open.last() {
                Some(Open::Quoted) => self.quoted(),
                Some(Open::Heredoc { marker }) => self.heredoc(*marker),
                _ => self.code(),
            }
        }
        if self.joined.is_empty() && self.replaced.is_empty() {
            return Cow::Borrowed(self.text);
        }
        let mut bytes = self.text.as_bytes().to_vec();
        for range in self.joined {
            bytes.get_mut(range).into_iter().flatten().for_each(|byte| *byte = b' ');
        }
        for range in self.replaced {
            bytes.get_mut(range).into_iter().flatten().filter(|byte| !matches!(**byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
        }
        String::from_utf8(bytes).map_or(Cow::Borrowed(self.text), Cow::Owned)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn begins(&self, with: &str) -> bool {
        self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(with.as_bytes()))
    }

    /// The first offset after `self.at` of a byte, or the end of the text.
    fn find(&self, byte: u8) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        rest.iter().position(|found| *found == byte).map_or(self.text.len(), |found| self.at + found)
    }

    fn is_joined(&self) -> bool {
        matches!(self.open.last(), Some(Open::Joined))
    }

    fn code(&mut self) {
        let Some(byte) = self.byte(self.at) else { return };
        match byte {
            b'#' => return self.line_comment(),
            b'/' if self.begins("//") => return self.line_comment(),
            b'/' if self.begins("/*") => {
                let end = self.text.get(self.at + 2..).and_then(|rest| rest.find("*/")).map_or(self.text.len(), |end| self.at + end + 4);
                self.at = end;
                return;
            }
            b' ' | b'\t' => {
                self.at += 1;
                return;
            }
            b'\r' | b'\n' => return self.line_end(byte),
            _ => {}
        }
        if let Some(Open::Object(items)) = self.open.last_mut()
            && !matches!(byte, b'}' | b',')
        {
            items.start.get_or_insert(self.at);
        }
        match byte {
            b'"' => self.enter(Open::Quoted, 1),
            b'<' => match self.heredoc_start() {
                Some((marker, length)) => self.enter(Open::Heredoc { marker: Some(marker) }, length),
                None => self.at += 1,
            },
            b'(' | b'[' => self.enter(Open::Joined, 1),
            b'{' => {
                let inside = match self.open.last() {
                    Some(Open::Body { value: false }) => Open::Body { value: false },
                    _ if self.is_for() => Open::Joined,
                    _ => Open::Object(Items::default()),
                };
                self.enter(inside, 1);
            }
            b')' | b']' | b'}' => {
                self.item_end(self.at);
                if self.open.len() > 1 {
                    self.open.pop();
                }
                self.at += 1;
            }
            b',' => {
                self.item_end(self.at + 1);
                self.at += 1;
            }
            b'=' | b':' => self.assignment(byte),
            _ => self.at += 1,
        }
    }

    fn enter(&mut self, inside: Open<'t>, length: usize) {
        self.open.push(inside);
        self.at += length;
    }

    fn line_comment(&mut self) {
        let end = self.find(b'\n');
        if self.is_joined() {
            self.joined.push(self.at..end);
        }
        self.at = end;
    }

    fn line_end(&mut self, byte: u8) {
        match self.open.last_mut() {
            Some(Open::Joined) => self.joined.push(self.at..self.at + 1),
            Some(Open::Body { value }) if byte == b'\n' => *value = false,
            _ => self.item_end(self.at),
        }
        self.at += 1;
    }

    /// `=` and `:`, and the operators that begin or end with them.
    fn assignment(&mut self, byte: u8) {
        let before = self.at.checked_sub(1).and_then(|before| self.byte(before));
        let after = self.byte(self.at + 1);
        let operator = if byte == b'=' {
            matches!(before, Some(b'=' | b'!' | b'<' | b'>')) || matches!(after, Some(b'=' | b'>'))
        } else {
            before == Some(b':') || after == Some(b':')
        };
        let written = |start: usize, end: usize| self.text.get(start..end).and_then(plain_key);
        match self.open.last_mut() {
            _ if operator => {}
            Some(Open::Body { value }) => *value = *value || byte == b'=',
            Some(Open::Object(items)) if items.key.is_none() => items.key = items.start.map(|start| written(start, self.at)),
            _ => {}
        }
        self.at += 1;
    }

    /// The end of an item of an object.
    fn item_end(&mut self, end: usize) {
        if let Some(Open::Object(items)) = self.open.last_mut()
            && let Some(key) = items.key.take()
            && let Some(start) = items.start.take()
            && let Some(key) = key
        {
            self.replaced.extend(items.keys.insert(key, start..end));
        }
    }

    /// Whether the first word after a brace is `for`.
    fn is_for(&self) -> bool {
        let mut rest = self.text.get(self.at + 1..).unwrap_or_default();
        loop {
            rest = rest.trim_start();
            let comment_end = match rest.get(..2) {
                Some("/*") => rest.find("*/").map(|end| end + 2),
                Some(start) if start.starts_with('#') || start == "//" => rest.find('\n'),
                _ => break,
            };
            let Some(behind) = comment_end.and_then(|end| rest.get(end..)) else { return false };
            rest = behind;
        }
        rest.strip_prefix("for").is_some_and(|rest| rest.starts_with(|next: char| next.is_whitespace() || matches!(next, '#' | '/')))
    }

    /// The marker of a heredoc that starts here, and the length of its first line.
    fn heredoc_start(&self) -> Option<(&'t str, usize)> {
        let line = self.text.get(self.at..self.find(b'\n') + 1)?;
        let marker = line.strip_prefix("<<")?.strip_suffix('\n')?.trim_end_matches('\r');
        let marker = marker.strip_prefix('-').unwrap_or(marker);
        let is_name = !marker.is_empty() && marker.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'));
        is_name.then_some((marker, line.len()))
    }

    fn quoted(&mut self) {
        match self.byte(self.at) {
            Some(b'\\') => self.at += 2,
            Some(b'"') => {
                self.open.pop();
                self.at += 1;
            }
            _ => self.template(),
        }
    }

    fn heredoc(&mut self, marker: Option<&str>) {
        let line_start = self.at.checked_sub(1).is_none_or(|before| self.byte(before) == Some(b'\n'));
        if let Some(marker) = marker.filter(|_| line_start) {
            let line = self.text.get(self.at..self.find(b'\n')).unwrap_or_default();
            if line.trim() == marker {
                self.at += line.trim_end().len();
                self.open.pop();
                return;
            }
        }
        self.template();
    }

    /// One step inside quotes or a heredoc: a character, or the start of an interpolation.
    fn template(&mut self) {
        if self.begins("$${") || self.begins("%%{") {
            self.at += 3;
        } else if self.begins("${") || self.begins("%{") {
            self.enter(Open::Joined, 2);
        } else {
            self.at += 1;
        }
    }
}

/// A literal key: a name, a string without interpolation, or an expression in parentheses.
fn plain_key(written: &str) -> Option<String> {
    let written = written.trim();
    let is_name = |text: &str| text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'));
    let text = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match text {
        Some(text) if !text.contains(['"', '\\', '$', '%']) => Some(text.to_string()),
        None if is_name(written) || (written.starts_with('(') && written.ends_with(')')) => Some(written.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_terraform_ends_them() {
        let cases = [
            // A `for` expression, arguments, parentheses and interpolations go on; comments go with their lines.
            ("a = { for k in b : k =>\n  c }\n", "a = { for k in b : k =>   c }\n"),
            ("a = {\n for k in b : # one\n k => c }\n", "a = {  for k in b :        k => c }\n"),
            ("a = f(b,\r\n  c)\nd = 1\n", "a = f(b,    c)\nd = 1\n"),
            ("a = (b ? c :\n  d)\n", "a = (b ? c :   d)\n"),
            ("a = \"${b ?\n c : d}\"\n", "a = \"${b ?  c : d}\"\n"),
            // An object within them does not.
            ("a = f({\n  b = 1\n  c = [\n 2 ]\n})\n", "a = f({\n  b = 1\n  c = [  2 ]\n})\n"),
            ("a {\n  b = 1\n  c {\n  }\n}\n", "a {\n  b = 1\n  c {\n  }\n}\n"),
            // What texts hold is no code.
            ("a = [\"#\\\"${\"}\"}\", <<-E\n [ # é\n E\n ]\n", "a = [\"#\\\"${\"}\"}\", <<-E\n [ # é\n E  ]\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(body_layout(text), expected, "{text}");
        }
        assert_eq!(template_layout("x\n%{ if a ==\n b }\"(\ny%{ endif }"), "x\n%{ if a ==  b }\"(\ny%{ endif }");
    }

    #[test]
    fn the_last_of_equal_keys_stays() {
        let cases = [
            ("a = { b = 1, c = 2, b = 3 }", "a = {        c = 2, b = 3 }"),
            ("a = {\n  b = [\n1]\n  \"b\" : 2\n}\n", "a = {\n          \n  \"b\" : 2\n}\n"),
            ("a = { (x.y) = 1, (x.y) = 2 }", "a = {            (x.y) = 2 }"),
            (
                "a = { b = { b = 1 }, c = b == b, \"${x}\" = 1, \"${x}\" = 2 }",
                "a = { b = { b = 1 }, c = b == b, \"${x}\" = 1, \"${x}\" = 2 }",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(body_layout(text), expected, "{text}");
        }
    }
}
