//! `json`: the findings document itself. Also writes the JSON of other reports.

use super::escape::is_invisible;
use super::{Report, Target};
use crate::audit::findings::Findings;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "json", about: "the findings document", write };

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    pretty(findings, out)
}

/// Writes a value on lines of its own, with a line end.
pub fn pretty<W: Write + ?Sized>(value: &impl Serialize, out: &mut W) -> io::Result<()> {
    let mut told = Told { out, failed: None };
    let written = value.serialize(&mut Serializer::with_formatter(&mut told, Escaping(PrettyFormatter::new())));
    told.end(written)
}

/// Writes a value on one line, with a line end.
pub fn compact<W: Write + ?Sized>(value: &impl Serialize, out: &mut W) -> io::Result<()> {
    let mut told = Told { out, failed: None };
    let written = value.serialize(&mut Serializer::with_formatter(&mut told, Escaping(CompactFormatter)));
    told.end(written)
}

/// A value on one line, with a line end.
pub fn line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    // A finding is a few KB in most forms.
    let mut line = Vec::with_capacity(4 << 10);
    compact(value, &mut line)?;
    Ok(line)
}

/// Remembers the I/O error of its writer: transcoding evidence turns errors into text, so that a closed pipe would look like any other error.
struct Told<'w, W: ?Sized> {
    out: &'w mut W,
    failed: Option<io::ErrorKind>,
}

impl<W: Write + ?Sized> Told<'_, W> {
    /// Ends the line, or returns the writer's own error.
    fn end(self, written: serde_json::Result<()>) -> io::Result<()> {
        match (written, self.failed) {
            (Ok(()), _) => self.out.write_all(b"\n"),
            (Err(error), None) => Err(error.into()),
            (Err(error), Some(kind)) => Err(io::Error::new(kind, error)),
        }
    }
}

impl<W: Write + ?Sized> Write for Told<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).inspect_err(|error| self.failed = Some(error.kind()))
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes).inspect_err(|error| self.failed = Some(error.kind()))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().inspect_err(|error| self.failed = Some(error.kind()))
    }
}

/// Writes control characters as `\u` escapes, which every JSON reader decodes. JSON itself requires that for C0 controls only.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.bytes().all(|byte| byte < 0x7f) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut written = 0;
        for (at, character) in fragment.char_indices().filter(|(_, character)| character.is_control() || is_invisible(*character)) {
            writer.write_all(&fragment.as_bytes()[written..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = at + character.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::{compact, pretty};
    use serde_json::{Value, json};

    #[test]
    fn controls_and_direction_marks_are_escaped_and_come_back() {
        let value = json!({"a\u{9b}": ["x\u{7f}y\u{202e}z\u{2028}\u{e0041}ü→\u{1}\"\\", 1.5, null, [], {}]});
        let mut text = Vec::new();
        compact(&value, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let form = "{\"a\\u009b\":[\"x\\u007fy\\u202ez\\u2028\\udb40\\udc41ü→\\u0001\\\"\\\\\",1.5,null,[],{}]}\n";
        assert_eq!(text, form);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn the_form_is_serde_jsons() {
        let value = json!({"a": [1, {"b": []}], "c": {}});
        let mut text = Vec::new();
        pretty(&value, &mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), serde_json::to_string_pretty(&value).unwrap() + "\n");
    }
}
