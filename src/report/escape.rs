//! Makes untrusted text safe for its output. Names, tags, messages and errors are all untrusted.

use std::borrow::Cow;

/// A text on one line, for a terminal and for every format that people read: control characters, and characters that are invisible or change
/// the direction of writing, are shown as escapes.
pub fn terminal(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    text.chars()
        .map(|character| match character {
            '\n' | '\t' | '\r' => ' ',
            character if character.is_control() || is_invisible(character) => '\u{fffd}',
            character => character,
        })
        .collect()
}

/// Cuts a text to a number of characters; a cut text ends with `…`.
pub fn cut(text: &str, characters: usize) -> Cow<'_, str> {
    if text.len() <= characters {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(characters) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(characters.saturating_sub(1)).chain(['…']).collect()),
    }
}

/// Printable ASCII only.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Marks that change how the text around them is shown, or hide (Unicode: bidirectional formatting, zero-width characters, soft hyphen, Hangul
/// and Mongolian fillers and separators, interlinear annotation, line and paragraph separator, language tags), and noncharacters, which XML 1.0
/// does not allow.
pub fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{3164}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::{cut, terminal};

    #[test]
    fn a_terminal_obeys_nothing() {
        assert_eq!(terminal("a\x1b[31mred\x07\nb\u{202e}c\u{9b}x"), "a\u{fffd}[31mred\u{fffd} b\u{fffd}c\u{fffd}x");
        assert_eq!(terminal("größe 7 →"), "größe 7 →");
        assert_eq!(terminal("pass\u{ad}word\u{3164}"), "pass\u{fffd}word\u{fffd}", "characters that hide");
    }

    #[test]
    fn a_cut_counts_characters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
        assert_eq!(cut("abc", 0), "…");
    }
}
