//! Texts for a page: untrusted text is displayed, never interpreted, and cut to a readable length.

use crate::report::escape::{cut, terminal};
pub use crate::report::words::{counted, number};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::{self, Display, Formatter, Write as _};

/// Characters of one text that the page keeps; a longer one says how long it was.
pub const LONGEST: usize = 20_000;

/// A text as one line: control characters and direction marks become U+FFFD.
pub fn line(text: &str) -> String {
    terminal(&clamp(text))
}

/// The same for a text of several lines, such as a template.
pub fn lines(text: &str) -> String {
    clamp(text).split('\n').map(|text| terminal(text.trim_end_matches('\r'))).collect::<Vec<_>>().join("\n")
}

fn clamp(text: &str) -> Cow<'_, str> {
    match cut(text, LONGEST) {
        Cow::Borrowed(text) => Cow::Borrowed(text),
        Cow::Owned(start) => Cow::Owned(format!("{start} (cut: {} characters)", text.chars().count())),
    }
}

/// A JSON value as text, its own texts shown as [`line`] shows them where JSON does not escape them already.
pub fn json(value: &Value) -> String {
    let text = value.to_string();
    if text.len() <= LONGEST {
        return line(&text);
    }
    // What is cut must stay JSON, and may be long in all: the text of it then stands for the value.
    let text = line(&shortened(value).to_string());
    if text.chars().count() <= LONGEST {
        text
    } else {
        Value::String(text.chars().take(LONGEST / 2).chain("… (cut)".chars()).collect()).to_string()
    }
}

/// A value whose texts are not longer than a screen.
fn shortened(value: &Value) -> Value {
    const SCREEN: usize = 4_000;
    match value {
        Value::String(text) if text.chars().count() > SCREEN => {
            Value::String(format!("{} (cut: {} characters)", cut(text, SCREEN), text.chars().count()))
        }
        Value::Array(items) => items.iter().map(shortened).collect(),
        Value::Object(fields) => Value::Object(fields.iter().map(|(name, value)| (name.clone(), shortened(value))).collect()),
        other => other.clone(),
    }
}

/// Escapes untrusted text for HTML, in an element or in a quoted attribute.
pub struct Html<'a>(pub &'a str);

impl Display for Html<'_> {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        for character in line(self.0).chars() {
            match character {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                character => formatter.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// The address that shows the findings of a selection: the part behind `#`, which the page's script reads.
pub fn selection(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", percent(&line(value)))).collect();
    format!("#{}", fields.join("&amp;"))
}

/// Percent-encoding of all but RFC 3986's unreserved characters.
fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The first of some names, and how many more there are.
pub fn some_of(values: &[String], shown: usize) -> String {
    let names: Vec<String> = values.iter().take(shown).map(|value| Html(value).to_string()).collect();
    let more = values.len().saturating_sub(shown);
    if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") }
}

/// A word at the beginning of a label.
pub fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn markup_is_text() {
        let hostile = "\"><script>alert('1')</script>&\u{202e}\u{2028}\u{7}";
        assert_eq!(Html(hostile).to_string(), "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(selection(&[("type", "AWS::S3::Bucket"), ("q", "\"<&")]), "#type=AWS%3A%3AS3%3A%3ABucket&amp;q=%22%3C%26");
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        let long = "ä".repeat(1 << 20);
        assert!(line(&long).ends_with("… (cut: 1048576 characters)"));
        assert_eq!(line(&"a".repeat(LONGEST)).len(), LONGEST);
        for value in [json!({"a": long, "b": 1}), json!(vec![vec!["<script>"; 100]; 100])] {
            let text = super::json(&value);
            assert!(text.chars().count() <= LONGEST, "{}", text.len());
            assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
            assert!(text.contains("(cut"), "{text}");
        }
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(lines("a:\r\n  b\u{1b}\n"), "a:\n  b\u{fffd}\n");
    }
}
