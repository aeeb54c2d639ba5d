//! Decodes files as text: UTF-8, and UTF-16 as PowerShell's `>` writes it. Anything else is an error with its line, and is never ignored.

/// Why bytes are not text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotText {
    /// Both counted from 1, the column in characters.
    pub line: u32,
    pub column: u32,
    pub what: String,
    /// The text with `U+FFFD` for invalid bytes: enough to recognise the kind of file.
    pub lossy: String,
}

impl std::fmt::Display for NotText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.what)
    }
}

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Converts two bytes to a unit of UTF-16.
type Unit = fn([u8; 2]) -> u16;

/// The text of a file, without its byte order mark (Unicode Standard, section 23.8).
///
/// # Errors
/// The first byte that is not text.
pub fn decode(bytes: Vec<u8>) -> Result<String, NotText> {
    if let Some((unit, mark)) = utf16(&bytes) {
        return decode_utf16(bytes.get(mark..).unwrap_or_default(), unit);
    }
    let text = match bytes.strip_prefix(UTF8_MARK) {
        Some(rest) => String::from_utf8(rest.to_vec()),
        None => String::from_utf8(bytes),
    };
    text.map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let before = String::from_utf8_lossy(bytes.get(..at).unwrap_or_default());
        let byte = bytes.get(at).copied().unwrap_or_default();
        not_text(
            &before,
            format!("not UTF-8: the byte 0x{byte:02X} (Latin-1?); save the file as UTF-8"),
            String::from_utf8_lossy(bytes).into(),
        )
    })
}

/// For UTF-16, the conversion of its units and the length of its byte order mark. Without a mark, the zero byte beside the first ASCII character
/// shows the encoding (as in RFC 4627, section 3, for JSON).
fn utf16(bytes: &[u8]) -> Option<(Unit, usize)> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some((u16::from_le_bytes, 2)),
        [0xfe, 0xff, ..] => Some((u16::from_be_bytes, 2)),
        [1..=0x7f, 0, 1..=0x7f, 0, ..] => Some((u16::from_le_bytes, 0)),
        [0, 1..=0x7f, 0, 1..=0x7f, ..] => Some((u16::from_be_bytes, 0)),
        _ => None,
    }
}

fn decode_utf16(bytes: &[u8], unit: Unit) -> Result<String, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    let lossy =
        || char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => return Err(not_text(&text, "not UTF-16: half of a surrogate pair; save the file as UTF-8".to_owned(), lossy())),
        }
    }
    match rest {
        [] => Ok(text),
        _ => Err(not_text(&text, "not UTF-16: it ends within a character; save the file as UTF-8".to_owned(), lossy())),
    }
}

/// The error at the place after the text `before`.
fn not_text(before: &str, what: String, lossy: String) -> NotText {
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    NotText { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column).unwrap_or(u32::MAX), what, lossy }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn marks_and_both_orders() {
        let text = "Größe: 7 → 𝄞\r\n";
        assert_eq!(decode(text.as_bytes().to_vec()).unwrap(), text);
        assert_eq!(decode([UTF8_MARK, text.as_bytes()].concat()).unwrap(), text);
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(decode(utf16_of(text, true, bytes)).unwrap(), text);
            assert_eq!(decode(utf16_of("{\"a\": 1}", false, bytes)).unwrap(), "{\"a\": 1}");
        }
        assert_eq!(decode(Vec::new()).unwrap(), "");
    }

    #[test]
    fn what_is_no_text_is_told_with_its_place() {
        let error = decode(b"Resources:\n  # f\xfcr\n".to_vec()).unwrap_err();
        assert_eq!((error.line, error.column), (2, 6));
        assert!(error.what.contains("0xFC") && error.lossy.starts_with("Resources:"), "{error}");
        let mut odd = utf16_of("a\nbc", true, u16::to_le_bytes);
        odd.push(b'x');
        assert_eq!(decode(odd).map_err(|error| (error.line, error.column)), Err((2, 3)));
        let surrogate = utf16_of("ab", true, u16::to_le_bytes).into_iter().chain([0, 0xd8]).collect();
        assert_eq!(decode(surrogate).map_err(|error| (error.line, error.column)), Err((1, 3)));
        // UTF-32.
        assert!(decode(b"\xff\xfe\0\0R\0\0\0".to_vec()).is_err());
    }
}
