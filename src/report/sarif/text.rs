//! Texts and addresses as SARIF has them.

use crate::report::escape::{cut, terminal};

/// Characters of a rule's descriptions at GitHub; of a message, what people still read.
pub const DESCRIPTION: usize = 1_024;

/// The URI reference of a file: relative, as GitHub finds files below the repository's root, unless the path is absolute.
pub fn file_uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let drive = path.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && path[1..].starts_with(":/");
    let parts = path.split('/').filter(|part| !part.is_empty() && *part != ".").enumerate();
    let kept = |number: usize, part: &str| part == ".." || (drive && number == 0);
    let parts: Vec<String> = parts.map(|(number, part)| if kept(number, part) { part.to_owned() } else { segment(part) }).collect();
    match parts.join("/") {
        joined if drive || path.starts_with('/') => format!("file:///{joined}"),
        joined if joined.is_empty() => "_".to_owned(),
        joined => joined,
    }
}

/// One segment of a URI's path, percent-encoded (RFC 3986): never empty, never `.` or `..`.
pub fn segment(text: &str) -> String {
    if matches!(text, "" | "." | "..") {
        return "_".repeat(text.len().max(1));
    }
    text.bytes().fold(String::new(), |mut segment, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => segment.push(char::from(byte)),
            _ => segment.push_str(&format!("%{byte:02X}")),
        }
        segment
    })
}

/// A message of plain text (3.11.5, 3.11.6): braces are placeholders, and `](` would make a link.
pub fn message_text(text: &str) -> String {
    cut(&terminal(text), DESCRIPTION).replace('{', "{{").replace('}', "}}").replace("](", "] (")
}

#[cfg(test)]
mod tests {
    use super::{file_uri, message_text, segment};

    #[test]
    fn uris() {
        assert_eq!(file_uri("./stacks/my stack#1.yaml"), "stacks/my%20stack%231.yaml");
        assert_eq!(file_uri("../a.yaml"), "../a.yaml");
        assert_eq!(file_uri("a:b.yaml"), "a%3Ab.yaml");
        assert_eq!(file_uri("/srv/ü.yaml"), "file:///srv/%C3%BC.yaml");
        assert_eq!(file_uri("C:\\a\\b.yaml"), "file:///C:/a/b.yaml");
        assert_eq!(file_uri(""), "_");
        assert_eq!(segment(".."), "__");
        assert_eq!(segment("a/b"), "a%2Fb");
    }

    #[test]
    fn messages_have_neither_links_nor_placeholders() {
        assert_eq!(message_text("[here](https://example.com) {0}"), "[here] (https://example.com) {{0}}");
    }
}
