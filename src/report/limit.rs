//! Texts within the lengths that a format allows.

use super::escape::terminal;

/// What stands where a text was cut.
const CUT: char = '…';

/// The start of a text that has at most `limit` UTF-16 units, in which AWS counts; never half a character.
fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text; // no character has more units than bytes
    }
    let mut units = 0;
    for (at, character) in text.char_indices() {
        units += character.len_utf16();
        if units > limit {
            return &text[..at];
        }
    }
    text
}

/// One line of at most `limit` UTF-16 units: cut with `…` at the end, with control characters and direction marks shown as escapes.
pub fn line(text: &str, limit: usize) -> String {
    let whole = cut(text, limit);
    if whole.len() == text.len() {
        if whole.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return whole.trim().to_owned();
        }
        return terminal(whole).trim().to_owned();
    }
    let mut shortened = terminal(cut(text, limit.saturating_sub(1))).trim().to_owned();
    shortened.push(CUT);
    shortened
}

#[cfg(test)]
mod tests {
    use super::{cut, line};
    use proptest::prelude::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("größe", 3), "grö");
        assert_eq!(line("größe", 4), "grö…");
        assert_eq!(line("größe", 5), "größe");
        assert_eq!(line("a😀b", 2), "a…", "the pair of a character beyond the basic plane stays whole");
        assert_eq!(line("a\nb\u{202e}\x1b[31m ", 99), "a b\u{fffd}\u{fffd}[31m");
    }

    proptest! {
        #[test]
        fn no_text_is_longer_than_its_limit(text in any::<String>(), limit in 1usize..40) {
            prop_assert!(line(&text, limit).encode_utf16().count() <= limit);
        }
    }
}
